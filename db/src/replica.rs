//! Standbys that follow the database, so that it need not answer all questions itself.
//!
//! **Never older than what was acknowledged.** Whoever asks is answered by a standby only if that has replayed whatever the database
//! had written down at a moment after the question came: so nobody misses a change that was acknowledged before they asked,
//! whoever made it, through whichever node, and clients need not carry anything along. One look at the database serves all who
//! wait for it. A standby that lags is waited for a little, then left out for a while, and so is one that is away; then the
//! database answers, as it does where it cannot be looked at.
//!
//! **Of the same history.** After a failover a standby may have replayed what the new primary never had. So it must be of the
//! primary's timeline, as its last restart point says: a good one is left out until its first after the switch (PostgreSQL's
//! `checkpoint_timeout`; `CHECKPOINT` on the standby makes one at once).

use std::{
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Integer},
};
use diesel_async::{
    AsyncPgConnection, RunQueryDsl as _,
    pooled_connection::bb8::{self, PooledConnection},
};
use tokio::time::{sleep, timeout};

use crate::{
    Conn, DbError,
    connection::ConnectionSettings,
    loan::Meter,
    pool::{PoolSettings, build},
    together::Together,
};

/// How long a look at the database may take, its connection included.
const LOOK: Duration = Duration::from_secs(2);

/// How long a standby may take to lend a connection and to say how far it has come.
const ANSWER: Duration = Duration::from_millis(250);

/// How long a standby is waited for that has not come far enough, and how often it is asked meanwhile.
const LAG: Duration = Duration::from_millis(20);
const PAUSE: Duration = Duration::from_millis(2);

/// How long one that lags is left out, and one that is away.
const LAGS: Duration = Duration::from_secs(1);
const AWAY: Duration = Duration::from_secs(5);

/// How far a server has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
struct Position {
    /// Which cluster it is, and which of the histories that failovers made of it.
    #[diesel(sql_type = BigInt)]
    system: i64,
    #[diesel(sql_type = Integer)]
    timeline: i32,
    /// Bytes of its write-ahead log.
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

/// Of the database: what is written down for good. Whatever is acknowledged is.
const WRITTEN: &str = "
    SELECT system_identifier AS system,
           ('x' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8))::bit(32)::int AS timeline,
           (pg_current_wal_flush_lsn() - '0/0')::bigint AS bytes
    FROM pg_control_system()";

/// Of a standby: what it shows.
const REPLAYED: &str = "
    SELECT system_identifier AS system, timeline_id AS timeline,
           (pg_last_wal_replay_lsn() - '0/0')::bigint AS bytes
    FROM pg_control_system(), pg_control_checkpoint() WHERE pg_is_in_recovery()";

impl Position {
    fn has_reached(self, other: Self) -> bool {
        (self.system, self.timeline) == (other.system, other.timeline) && self.bytes >= other.bytes
    }
}

/// The standbys of a database.
pub(crate) struct Replicas {
    /// The database itself, on a connection for looks alone.
    primary: Server,
    together: Together<Option<Position>>,
    members: Vec<Member>,
    /// Whose turn it is.
    turn: AtomicUsize,
    lent: AtomicU64,
    declined: AtomicU64,
}

/// A server, and connections to it.
struct Server {
    settings: ConnectionSettings,
    pool: bb8::Pool<AsyncPgConnection>,
}

struct Member {
    server: Server,
    /// Until when it is left out, and why.
    out: Mutex<Option<(Instant, Reason)>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    Lags,
    Away,
}

impl fmt::Debug for Replicas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replicas").field("members", &self.members.len()).finish_non_exhaustive()
    }
}

/// Whence questions were answered that a standby may answer, since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reads {
    /// By a standby.
    pub by_replicas: u64,
    /// By the database, because no standby had come far enough.
    pub by_primary: u64,
}

impl Replicas {
    /// Those at these addresses. No connection is made yet.
    pub fn new(primary: &ConnectionSettings, members: &[ConnectionSettings], size: PoolSettings) -> Self {
        let pool = PoolSettings { acquire_timeout: ANSWER, ..size };
        let member = |settings| Member { server: Server::new(settings, pool), out: Mutex::default() };
        Self {
            primary: Server::new(primary, PoolSettings { size: 1, acquire_timeout: LOOK }),
            together: Together::default(),
            members: members.iter().map(member).collect(),
            turn: AtomicUsize::default(),
            lent: AtomicU64::default(),
            declined: AtomicU64::default(),
        }
    }

    /// A connection to a standby on which all is seen that was acknowledged before this was called; none if there is none.
    pub async fn lend(&self, meter: Option<&Meter>) -> Option<Conn> {
        let lent = self.find(meter).await;
        let counter = if lent.is_some() { &self.lent } else { &self.declined };
        counter.fetch_add(1, Ordering::Relaxed);
        lent
    }

    async fn find(&self, meter: Option<&Meter>) -> Option<Conn> {
        if self.members.iter().all(Member::is_out) {
            return None;
        }
        let written = self.together.ask(async || self.look().await).await?;
        let first = self.turn.fetch_add(1, Ordering::Relaxed);
        for member in self.members.iter().cycle().skip(first % self.members.len()).take(self.members.len()) {
            if !member.is_out()
                && !member.is_busy()
                && let Some(connection) = member.lend(written, meter).await
            {
                return Some(connection);
            }
        }
        None
    }

    /// How often which of both has answered.
    pub fn usage(&self) -> Reads {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Reads { by_replicas: read(&self.lent), by_primary: read(&self.declined) }
    }

    /// What the database has written down by now; none if it does not answer, or is a standby itself.
    async fn look(&self) -> Option<Position> {
        let look = async {
            let connection = Conn::new(self.primary.connection().await?, self.primary.settings.canceller(), None);
            Ok::<Position, DbError>(diesel::sql_query(WRITTEN).get_result(&mut connection.statement()).await?)
        };
        match timeout(LOOK, look).await {
            Ok(Ok(position)) => Some(position),
            Ok(Err(error)) => {
                tracing::debug!(%error, "cannot look at what the database has written");
                None
            }
            Err(_) => None,
        }
    }
}

impl Server {
    fn new(settings: &ConnectionSettings, pool: PoolSettings) -> Self {
        Self { settings: settings.clone(), pool: build(settings, pool) }
    }

    async fn connection(&self) -> Result<PooledConnection<'static, AsyncPgConnection>, DbError> {
        Ok(self.pool.get_owned().await?)
    }
}

impl Member {
    fn is_out(&self) -> bool {
        let out = *self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.is_some_and(|(until, _)| Instant::now() < until)
    }

    /// Whether all its connections are on loan.
    fn is_busy(&self) -> bool {
        let (state, most) = (self.server.pool.state(), self.server.pool.config().max_size);
        state.idle_connections == 0 && state.connections >= most
    }

    /// A connection on which it shows what the database had written, if it does soon enough.
    async fn lend(&self, written: Position, meter: Option<&Meter>) -> Option<Conn> {
        match timeout(ANSWER + LAG, self.follow(written, meter)).await {
            Ok(Ok(connection)) => {
                self.is_back();
                return Some(connection);
            }
            Ok(Err(Some(error))) => self.leave_out(Reason::Away, &error.to_string()),
            Ok(Err(None)) => self.leave_out(Reason::Lags, "it has not replayed what was written"),
            Err(_) => self.leave_out(Reason::Away, "it does not answer"),
        }
        None
    }

    /// Fails without an error where it lags. The position is asked for on the connection that is lent: a standby that was
    /// started again may have to replay anew what it had shown before.
    async fn follow(&self, written: Position, meter: Option<&Meter>) -> Result<Conn, Option<DbError>> {
        let begin = Instant::now();
        let lent = self.server.connection().await.map_err(Some)?;
        let connection = Conn::of_a_replica(lent, self.server.settings.canceller(), meter.cloned());
        loop {
            let asked = diesel::sql_query(REPLAYED).get_result::<Position>(&mut connection.statement());
            if asked.await.map_err(|error| Some(error.into()))?.has_reached(written) {
                return Ok(connection);
            }
            if begin.elapsed() >= LAG {
                return Err(None);
            }
            sleep(PAUSE).await;
        }
    }

    fn leave_out(&self, reason: Reason, words: &str) {
        let pause = if reason == Reason::Lags { LAGS } else { AWAY };
        let before = self.out.lock().unwrap_or_else(PoisonError::into_inner).replace((Instant::now() + pause, reason));
        if before.is_none_or(|(_, before)| before != reason) {
            tracing::warn!(replica = self.server.settings.place(), "left out: {words}");
        }
    }

    fn is_back(&self) {
        if self.out.lock().unwrap_or_else(PoisonError::into_inner).take().is_some() {
            tracing::info!(replica = self.server.settings.place(), "answers again");
        }
    }
}

/// How many bytes of the log a standby is behind; none if it is none of this database, or of an earlier timeline. For `cotmoc doctor`.
pub async fn lag(primary: &ConnectionSettings, replica: &ConnectionSettings) -> Result<Option<u64>, DbError> {
    let mut written = primary.connect().await?;
    let written: Position = diesel::sql_query(WRITTEN).get_result(&mut written).await?;
    let mut replayed = replica.connect().await?;
    let replayed: Position = diesel::sql_query(REPLAYED).get_result(&mut replayed).await?;
    let same = (replayed.system, replayed.timeline) == (written.system, written.timeline);
    Ok(same.then(|| u64::try_from(written.bytes.saturating_sub(replayed.bytes)).unwrap_or_default()))
}

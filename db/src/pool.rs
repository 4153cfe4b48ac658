//! The pool of connections that every request draws from.

use std::{fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::result::Error as DieselError;
use diesel_async::{
    AsyncPgConnection,
    pooled_connection::{
        AsyncDieselConnectionManager, ManagerConfig, PoolError, PoolableConnection as _, RecyclingMethod, bb8,
    },
};
use futures_util::FutureExt as _;

use crate::{
    Conn, Witness,
    connection::ConnectionSettings,
    error::DbError,
    loan::Meter,
    past,
    replica::{Reads, Replicas},
};

/// How many connections, and how long to wait for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSettings {
    /// At most this many connections, opened as they are needed; 0 counts as 1. Default 16. A quarter as many, opened beside them
    /// when they are needed, read as of an instant; and as many more read snapshots for exports.
    pub size: u32,
    /// At most this long a wait for a free connection, or for PostgreSQL's return; then `DbError::Unavailable`. Default 2 s.
    pub acquire_timeout: Duration,
}

impl PoolSettings {
    /// How many connections there are at most, with that of the listener.
    #[must_use]
    pub fn most_connections(self) -> u32 {
        self.size.max(1) + 2 * (self.size / 4).max(1) + 1
    }
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self { size: 16, acquire_timeout: Duration::from_secs(2) }
    }
}

/// Connections to one database. Cheap to clone; all clones share the connections.
///
/// While PostgreSQL is away, `get` fails after the acquire time-out; the pool finds the way back by itself.
#[derive(Clone)]
pub struct Pool {
    inner: bb8::Pool<AsyncPgConnection>,
    /// Those that read as of an instant, and nothing else.
    past: bb8::Pool<AsyncPgConnection>,
    /// Those that read one snapshot for long, so that nobody else waits for them.
    snapshots: bb8::Pool<AsyncPgConnection>,
    settings: ConnectionSettings,
    meter: Option<Meter>,
    replicas: Option<Arc<Replicas>>,
    /// Whether standbys may be read from.
    anywhere: bool,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("usage", &self.usage()).field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// How the pool fares at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Open connections, on loan or idle.
    pub open: u32,
    /// Of these, the idle ones.
    pub idle: u32,
    /// The most there can be.
    pub size: u32,
    /// Since the start: loans that had to wait for a connection.
    pub waited: u64,
    /// Since the start: loans that waited in vain.
    pub timed_out: u64,
}

impl Pool {
    /// Makes the pool without opening a connection: a service may start before its database.
    /// Must be called within a tokio runtime.
    #[must_use]
    pub fn new(settings: &ConnectionSettings, pool: PoolSettings) -> Self {
        let quarter = PoolSettings { size: pool.size / 4, ..pool };
        Self {
            inner: build(settings, pool),
            past: build(&settings.of_the_past(), quarter),
            snapshots: build(settings, quarter),
            settings: settings.clone(),
            meter: None,
            replicas: None,
            anywhere: false,
        }
    }

    /// The same pool, beside which these standbys may be read from: as many connections to each.
    #[must_use]
    pub fn with_replicas(self, replicas: &[ConnectionSettings], pool: PoolSettings) -> Self {
        let replicas = (!replicas.is_empty()).then(|| Arc::new(Replicas::new(&self.settings, replicas, pool)));
        Self { replicas, ..self }
    }

    /// The same pool for a request that writes nothing: what it reads may come from a standby, if there are some.
    #[must_use]
    pub fn anywhere(self) -> Self {
        Self { anywhere: true, ..self }
    }

    /// Whence such requests were answered, if there are standbys: for metrics.
    #[must_use]
    pub fn reads(&self) -> Option<Reads> {
        self.replicas.as_ref().map(|replicas| replicas.usage())
    }

    /// Borrows a connection for a request's questions: to a standby where one may be asked, else to the database.
    #[boxed]
    pub(crate) async fn get_to_read(&self) -> Result<Conn, DbError> {
        if let Some(replicas) = self.replicas.as_ref().filter(|_| self.anywhere)
            && let Some(connection) = replicas.lend(self.meter.as_ref()).await
        {
            return Ok(connection);
        }
        self.get().await
    }

    /// Borrows a connection, waiting for one at most the acquire time-out.
    ///
    /// # Errors
    /// `DbError::Unavailable` if none became free or PostgreSQL cannot be reached.
    #[boxed]
    pub async fn get(&self) -> Result<Conn, DbError> {
        Ok(Conn::new(self.inner.get_owned().await?, self.settings.canceller(), self.meter.clone()))
    }

    /// Borrows a connection on which all is read as it was at an instant, and nothing is written; `DbError::ToCome` if
    /// it is still to come. Waits like [`get`](Self::get), and for those who are ending at that very instant.
    ///
    /// Whoever needs one of both sorts gives this one back without waiting for the other, or all could wait for one another.
    #[boxed]
    pub(crate) async fn get_as_of(&self, instant: DateTime<Utc>) -> Result<Conn, DbError> {
        let lent = self.past.get_owned().await?;
        let connection = Conn::of_a_snapshot(lent, self.settings.canceller(), self.meter.clone());
        past::open(&connection, instant).await?;
        Ok(connection)
    }

    /// Borrows a connection on which all is read as it is at this moment, whoever changes it meanwhile, and nothing is written.
    #[boxed]
    pub(crate) async fn get_snapshot(&self) -> Result<Conn, DbError> {
        let lent = self.snapshots.get_owned().await?;
        let connection = Conn::of_a_snapshot(lent, self.settings.canceller(), self.meter.clone());
        past::open_present(&connection).await?;
        Ok(connection)
    }

    /// The same pool, whose loans are counted there.
    #[must_use]
    pub fn metered(&self, meter: &Meter) -> Self {
        Self { meter: Some(meter.clone()), ..self.clone() }
    }

    /// Who is told of what its loans do, if anybody is.
    pub(crate) fn witness(&self) -> Option<&Arc<dyn Witness>> {
        self.meter.as_ref().and_then(Meter::witness)
    }

    /// How the connections of this pool are made; for one of its own, as LISTEN needs.
    #[must_use]
    pub const fn settings(&self) -> &ConnectionSettings {
        &self.settings
    }

    /// How the pool fares at this moment: for metrics.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let state = self.inner.state();
        Usage {
            open: state.connections,
            idle: state.idle_connections,
            size: self.inner.config().max_size,
            waited: state.statistics.get_waited,
            timed_out: state.statistics.get_timed_out,
        }
    }
}

/// Makes a pool without opening a connection.
pub(crate) fn build(settings: &ConnectionSettings, pool: PoolSettings) -> bb8::Pool<AsyncPgConnection> {
    let connecting = settings.clone();
    let mut manager = ManagerConfig::default();
    manager.custom_setup = Box::new(move |_| {
        let settings = connecting.clone();
        async move { settings.establish().await }.boxed()
    });
    // No query for it: the driver's task has seen the socket close. Saves a round trip per loan.
    manager.recycling_method = RecyclingMethod::CustomFunction(Box::new(|connection: &mut AsyncPgConnection| {
        let result = if connection.is_broken() { Err(DieselError::BrokenTransactionManager) } else { Ok(()) };
        std::future::ready(result).boxed()
    }));
    bb8::Pool::builder()
        .max_size(pool.size.max(1))
        .connection_timeout(pool.acquire_timeout.max(Duration::from_millis(1)))
        .error_sink(Box::new(LogErrors))
        .build_unchecked(AsyncDieselConnectionManager::new_with_config(String::new(), manager))
}

/// Why connections fail is known here only: those who wait learn no more than that the time was up.
#[derive(Debug, Clone, Copy)]
struct LogErrors;

impl ::bb8::ErrorSink<PoolError> for LogErrors {
    fn sink(&self, error: PoolError) {
        match error {
            PoolError::QueryError(_) => tracing::debug!("dropped a database connection that had broken"),
            PoolError::ConnectionError(error) => tracing::warn!(%error, "cannot connect to the database"),
        }
    }

    fn boxed_clone(&self) -> Box<dyn ::bb8::ErrorSink<PoolError>> {
        Box::new(*self)
    }
}

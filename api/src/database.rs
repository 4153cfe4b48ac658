//! The PostgreSQL of this process: the one that a setting names, or the embedded one, and a pool of connections to it.

use std::{collections::BTreeSet, time::Duration};

use db::{
    DbError,
    connection::{ConnectionSettings, SessionLimits},
    embedded::{DATABASE, Embedded, EmbeddedConfig, EmbeddedError},
    migrate,
    pool::{Pool, PoolSettings},
    wall,
};
use secrecy::ExposeSecret as _;
use tokio::{
    sync::{oneshot, watch},
    task::JoinHandle,
};

use crate::config::Config;

/// The pauses between attempts to reach a PostgreSQL that is away when we start: the first, each twice as long, the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Why there is no database. Each says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The address, the connection, a migration.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The embedded server.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// Migrations are pending, so many.
    #[error("{0} migrations are not applied yet: run cotmoc migrate")]
    Behind(usize),
}

/// A database that can be used. To be closed, so that an embedded server is stopped in an orderly way; dropped, it is
/// stopped too, but nobody waits for it.
#[derive(Debug)]
pub struct Database {
    pool: Pool,
    owner: ConnectionSettings,
    replicas: Vec<ConnectionSettings>,
    embedded: Option<Keeper>,
}

/// Whether a command may use an embedded server that another process owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// No: `serve` must be able to start it again when it ends.
    Own,
    /// Yes: a short command beside a running `serve`.
    Join,
}

impl Database {
    /// Starts the embedded server if no other is named, and makes the pool. A named server need not be up yet.
    pub async fn open(config: &Config, sharing: Sharing) -> Result<Self, DatabaseError> {
        let limits = SessionLimits { statement: config.database.statement_timeout, ..SessionLimits::default() };
        let (server, owner, embedded) = if let Some(url) = &config.database.url {
            tracing::info!(at = config.database.place(), "using PostgreSQL");
            let owner = config.database.migrate_url.as_ref().unwrap_or(url);
            let owner = ConnectionSettings::new(owner.expose_secret(), limits)?;
            (ConnectionSettings::new(url.expose_secret(), limits)?.as_server(), owner, None)
        } else {
            let embedded = start_embedded(config, sharing).await?;
            let owner = embedded.connection(DATABASE, limits)?;
            (embedded.server_connection(DATABASE, limits)?, owner, Some(Keeper::of(embedded)))
        };
        let size = PoolSettings { size: config.database.pool_size, acquire_timeout: config.database.pool_wait };
        let replicas = config.database.replica_urls.iter();
        let replicas = replicas.map(|url| Ok(ConnectionSettings::new(url.expose_secret(), limits)?.as_server()));
        let replicas = replicas.collect::<Result<Vec<_>, DbError>>()?;
        Ok(Self { pool: Pool::new(&server, size).with_replicas(&replicas, size), owner, replicas, embedded })
    }

    /// Applies the migrations that are pending, and names them.
    pub async fn migrate(&self) -> Result<Vec<String>, DatabaseError> {
        let applied = migrate::run(&self.owner).await?;
        tracing::info!(applied = applied.len(), "migrations are up to date");
        Ok(applied)
    }

    /// [Prepares](Self::prepare) it once it is there: waits for a PostgreSQL that is away, starts or recovers, and says why, once
    /// for each reason. One that refuses us is an error: waiting would not help.
    pub async fn prepare_at_last(&self) -> Result<(), DatabaseError> {
        let mut told = BTreeSet::new();
        let mut pause = FIRST_PAUSE;
        loop {
            match self.prepare().await {
                Err(DatabaseError::Db(error)) if error.is_away() => {
                    if told.insert(error.to_string()) {
                        tracing::warn!("{error}; waiting for PostgreSQL");
                    }
                }
                other => return other,
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Makes it fit to serve: applies the migrations, and looks whether requests can and should work as they would.
    pub async fn prepare(&self) -> Result<(), DatabaseError> {
        self.migrate().await?;
        let rights = wall::load_login_rights(&self.pool).await?;
        if !rights.unreadable.is_empty() {
            let login = rights.login;
            let words = format!("{login}, who requests work as, may not read {}: {}", rights.unreadable, join(&login));
            return Err(DbError::Settings(words).into());
        }
        if rights.mighty {
            tracing::warn!(login = rights.login, role = rights.role, "{}", MIGHTY);
        }
        Ok(())
    }

    /// The same, unless whoever calls only looks: then all migrations must be applied already.
    pub async fn prepare_unless(&self, only_looks: bool) -> Result<(), DatabaseError> {
        if only_looks { self.require_migrated().await } else { self.prepare().await }
    }

    /// The names of the migrations that are not applied yet, oldest first.
    pub async fn pending(&self) -> Result<Vec<String>, DbError> {
        migrate::pending(&Pool::new(&self.owner, PoolSettings { size: 1, ..PoolSettings::default() })).await
    }

    /// An error unless all migrations are applied: whoever only looks applies none.
    pub async fn require_migrated(&self) -> Result<(), DatabaseError> {
        match self.pending().await?.len() {
            0 => Ok(()),
            pending => Err(DatabaseError::Behind(pending)),
        }
    }

    /// How the owner of the tables connects: to migrate, to load. Requests never do.
    #[must_use]
    pub const fn owner(&self) -> &ConnectionSettings {
        &self.owner
    }

    /// How the standbys are reached that may be read from.
    #[must_use]
    pub fn replicas(&self) -> &[ConnectionSettings] {
        &self.replicas
    }

    /// The pool that requests draw from.
    #[must_use]
    pub const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// What is wrong with the embedded server at this moment; `None` where another server is used.
    #[must_use]
    pub fn trouble(&self) -> Option<watch::Receiver<Option<String>>> {
        self.embedded.as_ref().map(|keeper| keeper.trouble.clone())
    }

    /// Stops the embedded server, if there is one that is ours. All connections end.
    pub async fn close(self) -> Result<(), DatabaseError> {
        match self.embedded {
            Some(keeper) => Ok(keeper.stop().await?),
            None => Ok(()),
        }
    }
}

/// What is to be told of a login that can do more than requests need.
pub const MIGHTY: &str = "DATABASE_URL logs in as somebody who may alter tables and history. Better: CREATE ROLE cotmoc_web \
    LOGIN PASSWORD '…' IN ROLE cotmoc_server; then name that one in DATABASE_URL and the owner in MIGRATE_DATABASE_URL";

/// How to let a login work as the server.
#[must_use]
pub fn join(login: &str) -> String {
    format!("as the owner of the role, GRANT {} TO {login}", wall::ROLE)
}

async fn start_embedded(config: &Config, sharing: Sharing) -> Result<Embedded, EmbeddedError> {
    let embedded =
        EmbeddedConfig { bin_dir: config.database.pg_bin_dir.clone(), ..EmbeddedConfig::new(&config.data_dir) };
    let embedded = match sharing {
        Sharing::Own => Embedded::start(embedded).await,
        Sharing::Join => Embedded::start_or_join(embedded).await,
    }?;
    let whose = if embedded.is_owner() {
        "the embedded PostgreSQL runs"
    } else {
        "the embedded PostgreSQL of another cotmoc is used"
    };
    tracing::info!(address = embedded.url(DATABASE), "{whose}");
    Ok(embedded)
}

/// The task that starts the embedded server again when it ends by itself, and stops it when it is told to.
#[derive(Debug)]
struct Keeper {
    stop: oneshot::Sender<()>,
    trouble: watch::Receiver<Option<String>>,
    task: JoinHandle<Result<(), EmbeddedError>>,
}

impl Keeper {
    fn of(mut embedded: Embedded) -> Self {
        let (stop, stopped) = oneshot::channel();
        let trouble = embedded.trouble();
        let task = tokio::spawn(async move {
            tokio::select! {
                // Dropped with the database, the sender says "stop" as well.
                _ = stopped => {}
                never = embedded.supervise() => match never {},
            }
            embedded.stop().await
        });
        Self { stop, trouble, task }
    }

    async fn stop(self) -> Result<(), EmbeddedError> {
        drop(self.stop);
        self.task.await.unwrap_or_else(|panic| Err(EmbeddedError::Stop(panic.to_string())))
    }
}

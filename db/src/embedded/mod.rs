//! The PostgreSQL that Cotmoc starts when it is given none: found among the installed ones, kept in a directory of the
//! user's, reachable through a Unix socket only.
//!
//! # Why it needs no password
//! It listens on no network address. Its socket lies in a directory that only its own user may enter (mode 0700), and
//! that user, like root, could read the files anyway. So whoever can connect may do everything: `trust`.
//!
//! # Who owns it
//! One process at a time, the holder of a lock on `postgres.lock`; a second one is refused, or joins as a guest. When
//! the owner is killed its server lives on; the next owner finds it by its pid file and adopts it, and stops it in the
//! end. A process group of its own keeps the terminal's Ctrl-C from it, so that requests finish before it goes.
//!
//! # Who keeps it up
//! Its owner, for as long as that lives: [`Embedded::supervise`] starts it again whatever ended it, and however often a start
//! fails. [`Embedded::trouble`] says what is wrong meanwhile.

mod binaries;
mod cluster;
mod error;
mod server;
mod supervision;

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use derive::boxed;
use diesel::sql_types::{Bool, Text};
use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};
use tokio::sync::watch;

pub use error::EmbeddedError;

use crate::{
    connection::{ConnectionSettings, SessionLimits},
    wall,
};
use cluster::{Cluster, Lock};
use server::Server;

/// The database that is made in every embedded server.
pub const DATABASE: &str = "cotmoc";

/// So long a start may take that can be used in the end. One that recovers from a crash may take longer, and is waited for.
const START_WAIT: Duration = Duration::from_secs(120);
const WATCH: Duration = Duration::from_millis(200);

/// A program that comes with PostgreSQL, such as `pg_dump`, of the newest installed version or of the given directory.
pub fn program(name: &str, bin_dir: Option<&Path>) -> Result<Command, EmbeddedError> {
    Ok(binaries::Binaries::find(bin_dir, Path::new(""), None)?.command(name))
}

/// Where the server lives and how.
#[derive(Debug, Clone)]
pub struct EmbeddedConfig {
    /// Holds the cluster (`postgres/`), its log and its lock; made if missing. Started as root, the server runs as user
    /// `postgres`, who must be able to enter it: a directory below `/root` does not do.
    pub data_dir: PathBuf,
    /// Where `initdb` and `postgres` are; `None` takes the newest that is installed.
    pub bin_dir: Option<PathBuf>,
    /// False turns fsync off: several times faster writes, and a crash of the machine ruins the data. For tests.
    pub durable: bool,
    /// Further server settings, each `name=value`; they win over ours.
    pub settings: Vec<String>,
}

impl EmbeddedConfig {
    /// A durable server of the newest installed version in this directory.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), bin_dir: None, durable: true, settings: Vec::new() }
    }
}

/// A running server. Its owner stops it with [`stop`](Self::stop), or by dropping this, which blocks until it is done.
#[derive(Debug)]
pub struct Embedded {
    cluster: Cluster,
    /// `None` for a guest.
    owned: Option<Owned>,
    trouble: watch::Sender<Option<String>>,
}

#[derive(Debug)]
struct Owned {
    config: EmbeddedConfig,
    /// Before the lock, so that it is dropped, and the server stopped, before another process may come in.
    server: Option<Server>,
    _lock: Lock,
}

impl Embedded {
    /// Makes what is missing (directory, cluster, database), starts the server or adopts the one that a killed process
    /// left behind, and answers when it can be used.
    ///
    /// # Errors
    /// Each says what to do about it. `InUse` if another process owns the directory.
    #[boxed]
    pub async fn start(config: EmbeddedConfig) -> Result<Self, EmbeddedError> {
        let lock = Lock::take(&config.data_dir)?;
        let cluster = Cluster::prepare(&config).await?;
        let owned = Owned { config, server: None, _lock: lock };
        let mut embedded = Self { cluster, owned: Some(owned), trouble: watch::Sender::default() };
        embedded.boot_first().await?;
        embedded.create_database(DATABASE).await?;
        embedded.create_server_role().await?;
        Ok(embedded)
    }

    /// Like [`start`](Self::start), but where another process owns a running server, uses that as a guest, who never
    /// stops it. For short commands beside a running `serve`.
    #[boxed]
    pub async fn start_or_join(config: EmbeddedConfig) -> Result<Self, EmbeddedError> {
        match Self::start(config.clone()).await {
            Err(in_use @ EmbeddedError::InUse { .. }) => {
                let cluster = Cluster::find(&config).map_err(|_| in_use)?;
                let guest = Self { cluster, owned: None, trouble: watch::Sender::default() };
                guest.ready().await?;
                Ok(guest)
            }
            other => other,
        }
    }

    /// True if this process started or adopted the server, and stops it.
    #[must_use]
    pub const fn is_owner(&self) -> bool {
        self.owned.is_some()
    }

    /// The address of a database in it. It holds no secret, and works in `psql` as well.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        self.cluster.url(database)
    }

    /// The settings to connect to one of its databases.
    pub fn connection(&self, database: &str, limits: SessionLimits) -> Result<ConnectionSettings, EmbeddedError> {
        Ok(ConnectionSettings::new(&self.url(database), limits)?)
    }

    /// The settings to connect to one of its databases as the role that the server works as: who owns nothing.
    pub fn server_connection(
        &self,
        database: &str,
        limits: SessionLimits,
    ) -> Result<ConnectionSettings, EmbeddedError> {
        Ok(self.connection(database, limits)?.with_login(wall::ROLE))
    }

    /// The server's log, which tells why it ended if it did.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.cluster.log_file()
    }

    /// The process number of the server; `None` for a guest.
    #[must_use]
    pub fn pid(&self) -> Option<i32> {
        self.owned.as_ref()?.server.as_ref().map(Server::pid)
    }

    /// What is wrong with it at this moment, in words for operators; nothing if all is well. Kept by
    /// [`supervise`](Self::supervise).
    #[must_use]
    pub fn trouble(&self) -> watch::Receiver<Option<String>> {
        self.trouble.subscribe()
    }

    /// Ends open connections, writes everything down and stops the server; a guest only takes its leave.
    ///
    /// # Errors
    /// `Stop` if it had to be killed; its data is safe, and recovered at the next start.
    #[boxed]
    pub async fn stop(mut self) -> Result<(), EmbeddedError> {
        match self.owned.as_mut().and_then(|owned| owned.server.take()) {
            Some(server) => tokio::task::spawn_blocking(move || server.stop())
                .await
                .map_err(|error| EmbeddedError::Stop(error.to_string()))?,
            None => Ok(()),
        }
    }

    /// Makes a database if it is missing.
    #[boxed]
    pub async fn create_database(&self, name: &str) -> Result<(), EmbeddedError> {
        let mut connection = self.connection("postgres", SessionLimits::default())?.connect().await?;
        let exists =
            diesel::dsl::sql::<Bool>("EXISTS (SELECT FROM pg_database WHERE datname = ").bind::<Text, _>(name).sql(")");
        if diesel::select(exists).get_result::<bool>(&mut connection).await.map_err(crate::DbError::from)? {
            return Ok(());
        }
        let statement = format!("CREATE DATABASE \"{}\"", name.replace('"', "\"\""));
        connection.batch_execute(&statement).await.map_err(crate::DbError::from)?;
        Ok(())
    }

    async fn create_server_role(&self) -> Result<(), EmbeddedError> {
        let mut connection = self.connection("postgres", SessionLimits::default())?.connect().await?;
        connection.batch_execute(wall::MAKE_LOGIN).await.map_err(crate::DbError::from)?;
        Ok(())
    }

    /// For a guest: its host may still be starting.
    async fn ready(&self) -> Result<(), EmbeddedError> {
        let start = Instant::now();
        while let Err(last) = supervision::answers(&self.cluster).await {
            if start.elapsed() > START_WAIT {
                return Err(EmbeddedError::Slow { last, disk: String::new(), log: self.cluster.log_file() });
            }
            tokio::time::sleep(WATCH).await;
        }
        Ok(())
    }
}

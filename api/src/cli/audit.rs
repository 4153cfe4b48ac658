//! `cotmoc audit`: whether the audit trail is as it was written.

use std::time::{Duration, Instant};

use clap::Subcommand;
use db::{
    DbError,
    audit::{self, Fault, Head},
    connection::SessionLimits,
};

use super::output;
use crate::{
    config::Config,
    database::{Database, DatabaseError, Sharing},
};

/// How often a long look says how far it is.
const TELL: Duration = Duration::from_secs(2);

/// Each batch may take as long as the machine needs; the look as a whole is one transaction.
const LIMITS: SessionLimits =
    SessionLimits { statement: Duration::ZERO, lock: Duration::from_secs(10), idle_in_transaction: Duration::ZERO };

/// What to do with the audit trail.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Compute every hash anew and look whether each entry follows the one before; exit code 1 if not
    Verify {
        /// An entry that was noted elsewhere, as `head` or an earlier `verify` printed it: it must still be in the trail.
        /// Without one, a trail that somebody wrote anew to its end looks whole
        #[arg(long, value_name = "NUMBER:HASH")]
        expect: Option<Head>,
    },
    /// Print number and hash of the last entry, to be noted where whoever administers the database cannot write
    Head,
}

/// Why there is no good news.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The trail.
    #[error("the audit trail is broken after {sound} sound entries: {fault}")]
    Broken {
        /// Entries before the fault.
        sound: u64,
        /// The first fault.
        fault: Fault,
    },
}

impl From<DbError> for AuditError {
    fn from(error: DbError) -> Self {
        Self::Database(error.into())
    }
}

impl Audit {
    /// Does it; changes nothing.
    pub async fn run(&self, config: &Config) -> Result<(), AuditError> {
        let database = Database::open(config, Sharing::Join).await?;
        let done = self.on(&database).await;
        database.close().await?;
        output::result(&done?);
        Ok(())
    }

    async fn on(&self, database: &Database) -> Result<String, AuditError> {
        let mut connection = database.pool().settings().with_limits(LIMITS).connect().await?;
        let Self::Verify { expect } = self else {
            return Ok(format!("{}\n", audit::head(&mut connection).await?));
        };
        let mut logged_at = Instant::now();
        let verdict = audit::verify(&mut connection, expect.as_ref(), |entry| {
            if logged_at.elapsed() > TELL {
                logged_at = Instant::now();
                tracing::info!(entry, "verifying the audit trail");
            }
        });
        let verdict = verdict.await?;
        match verdict.fault {
            Some(fault) => Err(AuditError::Broken { sound: verdict.sound, fault }),
            None => Ok(format!("{} entries, each as it was written\n{}\n", verdict.sound, verdict.last)),
        }
    }
}

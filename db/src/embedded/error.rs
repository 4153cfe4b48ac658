//! What can go wrong with the embedded server, each with what to do about it.

use std::{io, path::PathBuf};

use crate::error::DbError;

/// Why the embedded PostgreSQL did not start or stop. Every text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// No server is installed.
    #[error(
        "no PostgreSQL server found in {0}. Install one (Debian, Ubuntu: apt-get install postgresql), or name its directory of programs in COTMOC_PG_BIN_DIR, or an existing server in DATABASE_URL"
    )]
    NotInstalled(String),
    /// The data was made by another major version.
    #[error(
        "{path} was made by PostgreSQL {made}, but installed is only {installed}. Install the other one too (Debian, Ubuntu: apt-get install postgresql-{made}), or choose another COTMOC_DATA_DIR"
    )]
    Version {
        /// The cluster's directory.
        path: PathBuf,
        /// The major version that made it.
        made: u32,
        /// The major versions at hand.
        installed: String,
    },
    /// Root may not run PostgreSQL, and there is nobody else.
    #[error(
        "PostgreSQL does not run as root, and there is no user postgres to run it as. Make one (adduser --system --group postgres), or start as an ordinary user"
    )]
    NoUser,
    /// The user who runs the server cannot get to its directory.
    #[error(
        "user {user}, who runs PostgreSQL, cannot enter {path}. Choose a directory that others may pass through: COTMOC_DATA_DIR=/var/lib/cotmoc"
    )]
    Unreachable {
        /// The data directory.
        path: PathBuf,
        /// The server's user.
        user: String,
    },
    /// Another user made the cluster.
    #[error(
        "{path} belongs to another user (number {owner}). Start as that user or as root, or choose another COTMOC_DATA_DIR"
    )]
    Foreign {
        /// The cluster's directory.
        path: PathBuf,
        /// Its owner's number.
        owner: u32,
    },
    /// Another process owns the directory.
    #[error(
        "another cotmoc{pid} uses {path}. Stop it, or choose another COTMOC_DATA_DIR, or share its database by DATABASE_URL (its log names the address)"
    )]
    InUse {
        /// The data directory.
        path: PathBuf,
        /// The other's process number, as ` (process 123)`, if known.
        pid: String,
    },
    /// The place is taken by something else.
    #[error("{0} is neither empty nor a PostgreSQL cluster. Move it away, or choose another COTMOC_DATA_DIR")]
    NotACluster(PathBuf),
    /// `initdb` failed.
    #[error("initdb could not make {path}:\n{output}")]
    Init {
        /// The cluster's directory.
        path: PathBuf,
        /// What it printed.
        output: String,
    },
    /// The directory for a short socket path is not safely ours.
    #[error(
        "{0} exists, but is not a private directory (mode 0700) of the server's user. Remove it, or choose a shorter COTMOC_DATA_DIR"
    )]
    SocketDir(PathBuf),
    /// The server ended while it started.
    #[error("PostgreSQL ended while it started{disk}. Its last words, from {log}:\n{tail}")]
    Start {
        /// The server's log.
        log: PathBuf,
        /// The end of it.
        tail: String,
        /// What is wrong with the disk, as `: its disk is full, …`; a server cannot say that into a log on the same disk.
        disk: String,
        /// True if the next attempt may well succeed, though nobody does anything.
        passes: bool,
    },
    /// The server runs, but does not answer, and does not recover from a crash either.
    #[error("PostgreSQL runs, but cannot be used ({last}{disk}). Look into {log}")]
    Slow {
        /// Why the last attempt to connect failed.
        last: String,
        /// What is wrong with the disk, as of a server that ended: each connection writes something.
        disk: String,
        /// The server's log.
        log: PathBuf,
    },
    /// The server did not stop in time.
    #[error("PostgreSQL did not stop in time and was ended hard; the next start recovers: {0}")]
    Stop(String),
    /// The system refused something.
    #[error(
        "cannot {action} {path}: {source}. Check who owns it and whether the disk is full, or choose another COTMOC_DATA_DIR"
    )]
    Io {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It runs, but a statement failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl EmbeddedError {
    pub(super) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.into(), source }
    }

    /// The same in one line, for readiness: of the last words of a server the decisive ones.
    #[must_use]
    pub fn in_short(&self) -> String {
        let Self::Start { tail, disk, .. } = self else {
            return self.to_string().lines().next().unwrap_or_default().to_owned();
        };
        let said = tail.lines().rev().find_map(|line| {
            let place = line.find("PANIC:").or_else(|| line.find("FATAL:"))?;
            line.get(place + "FATAL:".len()..)
        });
        format!("it ended while it started{disk}: {}", said.map_or("it did not say why", str::trim))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decisive_words_of_a_failed_start_are_the_last_fatal_ones() {
        let tail = "2026-01-20 08:00:00 +07 [7] PANIC:  could not write to file \"pg_wal/xlogtemp.7\": No space left on device\n\
            2026-01-20 08:00:00 +07 [6] LOG:  startup process (PID 7) was terminated by signal 6: Aborted\n\
            2026-01-20 08:00:00 +07 [6] LOG:  database system is shut down";
        let failed = |tail: &str| EmbeddedError::Start {
            log: "/x".into(),
            tail: tail.to_owned(),
            disk: String::new(),
            passes: false,
        };
        assert_eq!(
            failed(tail).in_short(),
            "it ended while it started: could not write to file \"pg_wal/xlogtemp.7\": No space left on device"
        );
        assert_eq!(failed("").in_short(), "it ended while it started: it did not say why");
    }
}

//! What can go wrong between a question and the database, in the words of those who must answer for it.

use auth::password::PasswordError;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};
use diesel_async::pooled_connection::{PoolError, bb8::RunError};

use crate::violation::{Violation, ViolationCode, Words};

/// The one error of this crate. `Display` is for logs; clients get what `api` makes of the variant.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// PostgreSQL cannot be reached, is stopping or starting, has no room (disk, memory, connections), takes no changes at
    /// present, or no connection became free in time. Nothing is wrong with the request: try again later.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// The statement, or its wait for a lock, took longer than the settings allow; it was cancelled.
    #[error("database time-out: {0}")]
    Timeout(String),
    /// Two transactions stood in each other's way (deadlock, serialization). The same request may succeed at once.
    #[error("conflicting transactions: {0}")]
    Conflict(String),
    /// A named rule of the schema refused the row.
    #[error("{kind:?} constraint `{name}` violated")]
    Constraint {
        /// The constraint's name; for `NotNull` the column's, as PostgreSQL gives such rules no name.
        name: String,
        /// What kind of rule it is.
        kind: ConstraintKind,
    },
    /// What was entered breaks rules that the person can mend; nothing was written.
    #[error("refused: {0:?}")]
    Violated(Vec<Violation>),
    /// The idempotency key was used before, for another change; nothing was written.
    #[error("the idempotency key belongs to another change")]
    KeyReused,
    /// No such row, or not within the reader's reach: the two are not told apart.
    #[error("not found")]
    NotFound,
    /// What was asked for makes no sense; the words are meant for the person who asked.
    #[error("{}", .0.en)]
    Invalid(Words),
    /// What an operator asked of a command cannot be done; the text says why, in English as all commands speak.
    #[error("{0}")]
    Refused(String),
    /// The cursor does not belong to the list: it was made for another sort, or by hand.
    #[error("the cursor is none of this list")]
    Cursor,
    /// Something is asked for as of an instant that is still to come.
    #[error("the instant is still to come")]
    ToCome,
    /// A setting cannot be used; the text names it and the accepted form.
    #[error("{0}")]
    Settings(String),
    /// A defect of ours: wrong SQL, a row that cannot be read.
    #[error("{0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The sorts of rules that a schema states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConstraintKind {
    /// `UNIQUE`, `PRIMARY KEY`
    Unique,
    /// `FOREIGN KEY`, also when a row that others refer to should go
    ForeignKey,
    /// `CHECK`, also of domains and of triggers that raise `check_violation`
    Check,
    /// `NOT NULL`
    NotNull,
    /// `EXCLUDE`
    Exclusion,
}

impl DbError {
    /// A defect of ours that has no error of its own.
    pub fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(error.into())
    }

    /// True if PostgreSQL does not answer, or says by itself that it takes connections later; false where it refuses the login
    /// or knows no such database. For whoever waits for it to come.
    #[must_use]
    pub fn is_away(&self) -> bool {
        // As the driver begins what it says of a connection, and as PostgreSQL says it.
        const AWAY: [&str; 3] =
            ["error connecting to server", "error communicating with the server", "connection closed"];
        const LATER: [&str; 3] = ["the database system is", "too many clients", "connection slots are reserved"];
        matches!(self, Self::Unavailable(why)
            if AWAY.iter().any(|start| why.starts_with(start)) || LATER.iter().any(|part| why.contains(part)))
    }

    /// One rule that one field breaks.
    #[must_use]
    pub fn violated(code: ViolationCode, field: &[&'static str]) -> Self {
        Self::Violated(vec![Violation::of(code, field)])
    }
}

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(kind, about) => from_database(kind, &*about),
            DieselError::BrokenTransactionManager => {
                Self::Unavailable("the connection broke off in a transaction".into())
            }
            // Where the connection breaks off while it commits, the rollback after it fails as well.
            DieselError::RollbackErrorOnCommit { commit_error, .. } => (*commit_error).into(),
            other => Self::internal(other),
        }
    }
}

fn from_database(kind: DatabaseErrorKind, about: &dyn DatabaseErrorInformation) -> DbError {
    let constraint = |kind| {
        let name = about.constraint_name().or(about.column_name()).unwrap_or_default().to_owned();
        DbError::Constraint { name, kind }
    };
    let message = about.message();
    match kind {
        DatabaseErrorKind::UniqueViolation => constraint(ConstraintKind::Unique),
        DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::RestrictViolation => {
            constraint(ConstraintKind::ForeignKey)
        }
        DatabaseErrorKind::CheckViolation => constraint(ConstraintKind::Check),
        DatabaseErrorKind::NotNullViolation => constraint(ConstraintKind::NotNull),
        DatabaseErrorKind::ExclusionViolation => constraint(ConstraintKind::Exclusion),
        DatabaseErrorKind::SerializationFailure => DbError::Conflict(message.to_owned()),
        // Nothing of ours asks for a transaction that only reads and then writes in it: the server is a standby, or was told so.
        DatabaseErrorKind::UnableToSendCommand
        | DatabaseErrorKind::ClosedConnection
        | DatabaseErrorKind::ReadOnlyTransaction => DbError::Unavailable(message.to_owned()),
        _ => from_message(message, about),
    }
}

/// How messages begin that mean "later": SQLSTATE 53 (no room), 57 (the server stops, starts, or somebody cancelled the
/// statement), and of 55 and 58 what belongs to them.
const LATER: [&str; 14] = [
    "terminating connection",
    "the database system is",
    "canceling statement due to user request",
    "canceling statement due to conflict with recovery",
    "sorry, too many clients",
    "remaining connection slots are reserved",
    "too many connections for",
    "out of memory",
    "out of shared memory",
    "no unpinned buffers available",
    "temporary file size exceeds temp_file_limit",
    "parallel worker failed to initialize",
    "lost connection to parallel worker",
    "could not map dynamic shared memory segment",
];

/// What the system says, in English, when it refuses a file (SQLSTATE 53, 58; a read-only disk passes as 42501).
const SYSTEM: [&str; 9] = [
    "No space left on device",
    "Disk quota exceeded",
    "Read-only file system",
    "Input/output error",
    "Cannot allocate memory",
    "Too many open files",
    "Transport endpoint is not connected",
    "Stale file handle",
    "No such file or directory",
];

/// True of `could not extend file "base/5/16384": No space left on device`: what is quoted from a request begins otherwise.
fn lacks_resources(message: &str, details: Option<&str>) -> bool {
    let told = [Some(message), details];
    let mut refusals = told.iter().flatten().filter(|text| text.to_ascii_lowercase().starts_with("could not "));
    message.starts_with("could not ")
        && (message.contains(": wrote only ")
            || refusals.any(|text| SYSTEM.iter().any(|words| text.contains(&format!(": {words}")))))
}

/// Diesel drops the SQLSTATE of the rarer errors; their English texts have not changed since PostgreSQL 9.3.
/// A server that speaks another language (`lc_messages`) gets `Internal` here: wrong code, never a wrong result.
fn from_message(message: &str, about: &dyn DatabaseErrorInformation) -> DbError {
    let says = |start: &str| message.starts_with(start);
    if says("canceling statement due to statement timeout")
        || says("canceling statement due to lock timeout")
        || says("could not obtain lock on ")
    {
        DbError::Timeout(message.to_owned())
    } else if says("deadlock detected") {
        DbError::Conflict(message.to_owned())
    } else if LATER.iter().any(|start| says(start)) || lacks_resources(message, about.details()) {
        DbError::Unavailable(message.to_owned())
    } else {
        let hint = about.hint().or(about.details()).map(|text| format!(" ({text})")).unwrap_or_default();
        DbError::internal(format!("{message}{hint}"))
    }
}

impl From<RunError> for DbError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::TimedOut => Self::Unavailable("no database connection became free in time".into()),
            RunError::User(PoolError::ConnectionError(error)) => error.into(),
            RunError::User(PoolError::QueryError(error)) => error.into(),
        }
    }
}

impl From<PasswordError> for DbError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Unavailable(error.to_string()),
            PasswordError::Argon2(_) | PasswordError::Broken => Self::internal(error),
        }
    }
}

impl From<diesel::ConnectionError> for DbError {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(message: &str) -> DbError {
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned())).into()
    }

    #[test]
    fn texts_of_the_server_are_told_apart() {
        assert!(matches!(unknown("canceling statement due to statement timeout"), DbError::Timeout(_)));
        assert!(matches!(unknown("canceling statement due to lock timeout"), DbError::Timeout(_)));
        assert!(matches!(unknown("terminating connection due to administrator command"), DbError::Unavailable(_)));
        assert!(matches!(unknown("the database system is starting up"), DbError::Unavailable(_)));
        assert!(matches!(unknown("deadlock detected"), DbError::Conflict(_)));
        assert!(matches!(unknown("could not obtain lock on row in relation \"account\""), DbError::Timeout(_)));
        assert!(matches!(unknown("column \"họ_tên\" does not exist"), DbError::Internal(_)));
    }

    #[test]
    fn what_lacks_room_or_a_disk_is_unavailable_and_a_defect_is_not() {
        for later in [
            "could not extend file \"base/5/16384\": No space left on device",
            "could not extend file \"base/5/16384\": wrote only 4096 of 8192 bytes at block 7",
            "could not write to file \"base/pgsql_tmp/pgsql_tmp7.0\": No space left on device",
            "could not open file \"pg_wal/00000001\": Read-only file system",
            "could not read block 3 in file \"base/5/1\": Input/output error",
            "could not resize shared memory segment \"/PostgreSQL.7\" to 8 bytes: No space left on device",
            "out of memory",
            "out of shared memory",
            "temporary file size exceeds temp_file_limit (1024kB)",
            "canceling statement due to user request",
            "remaining connection slots are reserved for non-replication superuser connections",
        ] {
            assert!(matches!(unknown(later), DbError::Unavailable(_)), "{later}");
        }
        for defect in [
            "could not determine which collation to use for string comparison",
            "could not read block 0 in file \"base/5/1\": read only 0 of 8192 bytes",
            "invalid input syntax for type integer: \"could not extend file: No space left on device\"",
            "column \"out of memory\" does not exist",
        ] {
            assert!(matches!(unknown(defect), DbError::Internal(_)), "{defect}");
        }
        let standby = DieselError::DatabaseError(
            DatabaseErrorKind::ReadOnlyTransaction,
            Box::new("cannot execute INSERT in a read-only transaction".to_owned()),
        );
        assert!(matches!(standby.into(), DbError::Unavailable(_)));
    }

    #[test]
    fn a_commit_whose_connection_broke_is_unavailable() {
        let closed =
            || DieselError::DatabaseError(DatabaseErrorKind::UnableToSendCommand, Box::new("closed".to_owned()));
        let error =
            DieselError::RollbackErrorOnCommit { rollback_error: Box::new(closed()), commit_error: Box::new(closed()) };
        assert!(matches!(error.into(), DbError::Unavailable(_)));
    }

    #[test]
    fn who_waits_for_a_server_waits_for_no_password() {
        let away = |why: &str| DbError::Unavailable(why.to_owned()).is_away();
        assert!(away("error connecting to server: Connection refused (os error 111)"));
        assert!(away("db error: FATAL: the database system is starting up"));
        assert!(!away("db error: FATAL: password authentication failed for user \"cotmoc\""));
        assert!(!away("db error: FATAL: database \"cotmoc\" does not exist"));
    }

    #[test]
    fn an_exhausted_pool_is_unavailable() {
        assert!(matches!(DbError::from(RunError::TimedOut), DbError::Unavailable(_)));
    }
}

//! What can go wrong between a question and the database, in the words of those who must answer for it.

use auth::password::PasswordError;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};
use diesel_async::pooled_connection::{PoolError, bb8::RunError};

use crate::violation::{Violation, ViolationCode};

/// The one error of this crate. `Display` is for logs; clients get what `api` makes of the variant.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// PostgreSQL cannot be reached, is stopping or starting, or no connection became free in time. Try again later.
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
    /// What was asked for makes no sense; the text is meant for the person who asked.
    #[error("{0}")]
    Invalid(String),
    /// The cursor does not belong to the list: it was made for another sort, or by hand.
    #[error("the cursor is none of this list")]
    Cursor,
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
}

impl DbError {
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
        DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection => {
            DbError::Unavailable(message.to_owned())
        }
        _ => from_message(message, about),
    }
}

/// Diesel drops the SQLSTATE of the rarer errors; their English texts have not changed since PostgreSQL 9.3.
/// A server that speaks another language (`lc_messages`) gets `Internal` here: wrong code, never a wrong result.
fn from_message(message: &str, about: &dyn DatabaseErrorInformation) -> DbError {
    let says = |start: &str| message.starts_with(start);
    if says("canceling statement due to statement timeout") || says("canceling statement due to lock timeout") {
        DbError::Timeout(message.to_owned())
    } else if says("deadlock detected") {
        DbError::Conflict(message.to_owned())
    } else if says("terminating connection") || says("the database system is") || says("sorry, too many clients") {
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
        assert!(matches!(unknown("column \"họ_tên\" does not exist"), DbError::Internal(_)));
    }

    #[test]
    fn an_exhausted_pool_is_unavailable() {
        assert!(matches!(DbError::from(RunError::TimedOut), DbError::Unavailable(_)));
    }
}

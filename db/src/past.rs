//! Reading what was known at an instant.
//!
//! Triggers keep every version of a row (schema `history`). The schema `as_of` has a view for each table, and a copy of each view
//! and function of the product, which read the versions of an instant. A connection that finds these names before the others
//! answers every query of this crate as it would have been answered then: none of them knows of it.
//!
//! **What counts is when a transaction ended**, for only then could anybody see what it wrote. What is open at the instant stays
//! unseen, however long ago it began; who is just ending is waited for. So an answer as of an instant is the same whenever it is
//! asked for, and an instant that is still to come is refused.
//!
//! **The instant never leaks.** These connections are lent for nothing else. The instant is set for one transaction, which ends
//! before the connection is lent again; a view without an instant is an error.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use diesel::sql_types::{Bool, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};

use crate::DbError;

/// Makes a new connection one that reads as of an instant.
pub(crate) const SETUP: &str = "SELECT set_config('search_path', 'as_of, ' || current_setting('search_path'), false); \
    SET default_transaction_read_only = on";

/// Makes the schema anew after migrations, as the owner of the tables.
pub(crate) const MAKE_VIEWS: &str = "SELECT history.make_views()";

/// Drops it, where it is, before migrations.
pub(crate) const DROP_VIEWS: &str =
    "DO $$ BEGIN IF to_regproc('history.drop_views') IS NOT NULL THEN PERFORM history.drop_views(); END IF; END $$";

/// Begins to read; `DbError::ToCome` if the instant is still to come.
pub(crate) async fn open(mut connection: &AsyncPgConnection, instant: DateTime<Utc>) -> Result<(), DbError> {
    let is_over = diesel::select(diesel::dsl::sql::<Bool>("as_of.is_over(").bind::<Timestamptz, _>(instant).sql(")"));
    if !is_over.get_result(&mut connection).await.map_err(being_made)? {
        return Err(DbError::ToCome);
    }
    let instant = instant.to_rfc3339_opts(SecondsFormat::Micros, true);
    let begin = format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT as_of.open('{instant}')");
    connection.batch_execute(&begin).await.map_err(being_made)
}

/// Begins to read the present as it is at this moment.
pub(crate) async fn open_present(mut connection: &AsyncPgConnection) -> Result<(), DbError> {
    // The snapshot is taken by the first statement that reads, and this is one.
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1";
    Ok(connection.batch_execute(begin).await?)
}

/// Lets the transaction that is open rest for so long between its statements.
pub(crate) async fn may_rest(mut connection: &AsyncPgConnection, rest: Duration) -> Result<(), DbError> {
    let set = format!("SET LOCAL idle_in_transaction_session_timeout = {}", rest.as_millis());
    Ok(connection.batch_execute(&set).await?)
}

/// Ends the reading: from here on no instant is set.
pub(crate) async fn close(mut connection: &AsyncPgConnection) -> Result<(), DbError> {
    Ok(connection.batch_execute("ROLLBACK").await?)
}

/// While migrations run there is nothing to read from.
fn being_made(error: diesel::result::Error) -> DbError {
    match DbError::from(error) {
        DbError::Internal(error) if error.to_string().contains("does not exist") => {
            DbError::Unavailable("the views of the past are being made".into())
        }
        other => other,
    }
}

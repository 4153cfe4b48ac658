//! Leases and locks: for how long something that a server works on is no other's.

use std::time::Duration;

use diesel::{
    QueryableByName,
    pg::data_types::PgInterval,
    sql_types::{Bool, Text},
};
use diesel_async::RunQueryDsl as _;

use crate::{DbError, writer::Writing};

/// The length of a lease, for SQL.
pub(crate) fn lasting(lease: Duration) -> PgInterval {
    PgInterval::from_microseconds(i64::try_from(lease.as_micros()).unwrap_or(i64::MAX))
}

/// Whether something holds.
#[derive(QueryableByName)]
pub(crate) struct Holds {
    #[diesel(sql_type = Bool)]
    pub(crate) holds: bool,
}

/// Whether this server is the one that does it now, until the end of the transaction.
pub(crate) async fn is_mine(writing: &mut Writing, what: &str) -> Result<bool, DbError> {
    const LOCK: &str = "SELECT pg_try_advisory_xact_lock(hashtext($1)) AS holds";
    let found: Holds = diesel::sql_query(LOCK).bind::<Text, _>(what).get_result(writing.connection()).await?;
    Ok(found.holds)
}

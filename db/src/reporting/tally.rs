//! What is kept counted of assignments and answers, so that sums over a country are not derived one by one.

use derive::boxed;
use diesel_async::SimpleAsyncConnection as _;

use crate::{
    DbError,
    connection::{ConnectionSettings, SessionLimits},
};

/// Counts anew, as the owner of the tables, whatever stands in them: agency by agency, so that nobody waits long.
#[boxed]
pub async fn recount(owner: &ConnectionSettings) -> Result<(), DbError> {
    let patient = SessionLimits { statement: std::time::Duration::ZERO, ..SessionLimits::default() };
    let mut connection = owner.with_limits(patient).connect().await?;
    Ok(connection.batch_execute("CALL recount_reporting()").await?)
}

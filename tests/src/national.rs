//! A country that reports, made up: what is slow over a province and a hundred times more is seen here.

use db::connection::ConnectionSettings;
use diesel::QueryResult;

use crate::sql;

/// The last day of what is made up.
pub const TODAY: &str = "2026-07-01";

/// Loads so many communes, each of which reports so many indicators in each of twelve months, beside whatever is there. As a
/// superuser: with its 3,500 communes and 64 indicators a country takes two minutes.
pub async fn load(settings: &ConnectionSettings, reporters: u32, indicators: u32) -> QueryResult<()> {
    let mut connection =
        settings.connect().await.map_err(|error| diesel::result::Error::QueryBuilderError(error.into()))?;
    let size = format!(
        "SET statement_timeout = 0; SELECT set_config('national.reporters', '{reporters}', false), set_config('national.indicators', '{indicators}', false)"
    );
    sql::execute(&mut connection, &size).await?;
    sql::execute(&mut connection, include_str!("national/load.sql")).await?;
    sql::execute(&mut connection, "CALL recount_reporting()").await
}

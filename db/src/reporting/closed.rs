//! What assignments touch: periods that are closed, of which what was owed has been judged, and obligations.

use diesel::{
    QueryableByName,
    sql_types::{Array, Bool, Date as SqlDate, Integer, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::due::{earlier, later};
use crate::{
    Date, DbError,
    calendar::{PeriodKind, Regime},
    writer::Writing,
};

/// Days. A period that ended earlier is closed, whatever its schedule.
const LONG_AGO: u64 = 4 * 366;

/// Days that an answer looks ahead.
const AHEAD: u64 = 366;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

/// Whether a period of one of these kinds is closed whose last day is one of these or between; no last one: however late. What was
/// extended for single reporters does not count.
pub(super) async fn is_any_closed(
    writing: &mut Writing,
    regime: Regime,
    kinds: Vec<PeriodKind>,
    (from, until): (Date, Option<Date>),
) -> Result<bool, DbError> {
    const QUERY: &str = "SELECT EXISTS (SELECT FROM reporting_periods($1, $2) AS p
        WHERE p.regime = $3 AND p.period_kind = ANY ($4) AND p.closes_on < $5) AS found";
    let today = writing.today();
    let until = until.map_or(today, |until| until.min(today));
    let query = diesel::sql_query(QUERY)
        .bind::<SqlDate, _>(from.max(earlier(until, LONG_AGO)))
        .bind::<SqlDate, _>(until)
        .bind::<Text, _>(regime)
        .bind::<Array<Text>, _>(kinds)
        .bind::<SqlDate, _>(today);
    let found: Found = query.get_result(writing.connection()).await?;
    Ok(found.found)
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Integer)]
    obligations: i32,
}

/// How many obligations assignments bring, of periods that end from a day on until a year from today.
pub(super) async fn obligations(writing: &mut Writing, from: Date, ids: &[Uuid]) -> Result<i32, DbError> {
    const QUERY: &str =
        "SELECT count(*)::integer AS obligations FROM obligation($1, $2, $3) WHERE assignment_id = ANY ($4)";
    let today = writing.today();
    let query = diesel::sql_query(QUERY)
        .bind::<SqlDate, _>(from.max(earlier(today, LONG_AGO)))
        .bind::<SqlDate, _>(later(today, AHEAD))
        .bind::<SqlDate, _>(today)
        .bind::<Array<SqlUuid>, _>(ids);
    let counted: Counted = query.get_result(writing.connection()).await?;
    Ok(counted.obligations)
}

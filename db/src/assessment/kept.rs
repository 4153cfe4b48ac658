//! What is kept of assessments, so that those of a country are not worked out for each question.
//!
//! Whatever an assessment is made of marks it as outdated when it changes (triggers); a question takes what is kept and not marked,
//! and has the rest worked out. So it matters to nobody's answer who keeps them, and when: only to how long it takes.

use chrono::NaiveDate;
use derive::boxed;
use diesel::{
    select,
    sql_types::{Date as SqlDate, Integer, Nullable},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};

use super::COLUMNS;
use crate::{
    Date, DbError, Pool, Reader,
    connection::{ConnectionSettings, SessionLimits},
    sql_functions::keep_assessments,
    statement::Statement,
};

/// How many at once: a fraction of a second.
const MOST: i32 = 1000;

/// Works out anew, a few at a time, what cannot be used `today`, until nothing is left, or another does so.
#[boxed]
pub async fn keep(pool: &Pool, today: NaiveDate) -> Result<(), DbError> {
    while keep_some(&mut *pool.get().await?, today).await? > 0 {}
    Ok(())
}

/// The same of all assessments, as the owner of the tables, whatever is kept. `progress` hears how many are done.
#[boxed]
pub async fn keep_anew(
    owner: &ConnectionSettings,
    today: NaiveDate,
    progress: impl Fn(i64) + Sync,
) -> Result<(), DbError> {
    let patient = SessionLimits { statement: std::time::Duration::ZERO, ..SessionLimits::default() };
    let mut connection = owner.with_limits(patient).connect().await?;
    connection.batch_execute("INSERT INTO outdated_assessment DEFAULT VALUES").await?;
    let mut done = 0;
    loop {
        let more = keep_some(&mut connection, today).await?;
        if more == 0 {
            break;
        }
        done += i64::from(more);
        progress(done);
    }
    Ok(connection.batch_execute("ANALYZE kept_assessment, outdated_assessment").await?)
}

/// Whether kept assessments answer for a day and a milestone: they are of today, against the next one. What was known at an instant
/// is worked out.
pub(super) fn are_kept(reader: &Reader, on: Date, milestone: Option<i32>) -> bool {
    on == reader.today() && milestone.is_none() && !reader.is_of_the_past()
}

/// Adds `worked_out AS (…)`: the assessments of the programmes, indicators and subjects in `asked` as rule and figures have them now,
/// with the columns that are kept, in their order.
pub(super) fn worked_out(statement: Statement, on: Date, milestone: Option<i32>) -> Statement {
    statement
        .sql(
            "worked_out AS MATERIALIZED (SELECT p.id AS programme_id, (p.code || '/' || i.code || '/' || s.code) COLLATE \"C\" AS codes, i.position, a.* \
             FROM (SELECT programme_id, array_agg(indicator_id) AS indicators, array_agg(subject_id) AS subjects FROM asked GROUP BY programme_id) AS pairs \
             JOIN programme p ON p.id = pairs.programme_id CROSS JOIN LATERAL assessment(p.id, ",
        )
        .value::<SqlDate, _>(on)
        .sql(", ")
        .value::<Nullable<Integer>, _>(milestone)
        .sql(", pairs.indicators, pairs.subjects, true) AS a JOIN indicator i ON i.id = a.indicator_id JOIN agency s ON s.id = a.subject_id)")
}

/// Adds `kept AS (…` up to its condition, which further ones on `pair` and the closing bracket may follow: the kept assessments that
/// hold on a day, if they are of use.
pub(super) fn kept(statement: Statement, are_kept: bool, on: Date) -> Statement {
    let are_kept = if are_kept { "TRUE" } else { "FALSE" };
    statement
        .sql(&format!(
            "kept AS NOT MATERIALIZED (SELECT {COLUMNS} FROM holding_assessment AS pair WHERE {are_kept} AND pair.holds_from <= "
        ))
        .value::<SqlDate, _>(on)
        .sql(" AND pair.holds_until > ")
        .value::<SqlDate, _>(on)
}

async fn keep_some(connection: &mut AsyncPgConnection, today: NaiveDate) -> Result<i32, DbError> {
    Ok(select(keep_assessments(today, MOST)).get_result(connection).await?)
}

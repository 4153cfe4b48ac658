//! Brings the simulated measurements in by COPY, some subjects at a time, each time in a transaction of its own.

use std::{
    collections::HashSet,
    fmt::Write as _,
    pin::pin,
    sync::atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::SinkExt as _;
use tokio_postgres::{Client, Transaction};
use uuid::Uuid;

use super::{
    day_of,
    series::{Figure, Measured, Plan, Revision, Subject},
};
use crate::{
    DbError,
    connection::driver_error,
    demo::{accounts::REPORTER, id::id},
};

/// So many measurements make a transaction, roughly: an interruption loses no more.
const CHUNK: u64 = 20_000;

const COPY_MEASUREMENTS: &str = "COPY measurement (id, indicator_id, definition_id, subject_id, reporter_id, regime, \
    period_kind, period, starts_on, ends_on, published_revision, answered_on) FROM STDIN";
const COPY_REVISIONS: &str = "COPY measurement_revision (measurement_id, revision, state, observation, stated_value, numerator, \
    denominator, factor, narrative, source, reason, recorded_at, published_at) FROM STDIN";

/// Adds the measurements of the plan that are missing and answers how many they were.
///
/// Over two connections at once: the server's work, most of it checking references, then takes two processors.
/// `done` hears after each transaction how many of the plan's measurements are there.
pub(in crate::demo) async fn copy_measurements(
    clients: &mut [Client; 2],
    plan: &Plan<'_>,
    now: DateTime<Utc>,
    done: impl Fn(u64),
) -> Result<u64, DbError> {
    let chunks = chunks(plan);
    let (added, present) = (AtomicU64::new(0), AtomicU64::new(0));
    let copy_every_second = async |client: &mut Client, first: usize| {
        for (subjects, planned) in chunks.iter().skip(first).step_by(2) {
            added.fetch_add(copy_subjects(client, plan, subjects, now).await?, Ordering::Relaxed);
            done(present.fetch_add(*planned, Ordering::Relaxed) + planned);
        }
        Ok::<_, DbError>(())
    };
    let [one, other] = clients;
    tokio::try_join!(copy_every_second(one, 0), copy_every_second(other, 1))?;
    Ok(added.into_inner())
}

/// Each subject reports what it has figures of. The agency of the demo's reporter reports a few of the province's by
/// administrative months of this year as well, so that something is owed.
const ASSIGN: &str = "
    WITH assigned AS (
        INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
        SELECT md5(concat_ws('/', 'reporting_assignment', regime, indicator_id, subject_id))::uuid, indicator_id, subject_id, reporter_id,
            regime, period_kind, daterange(valid_from, (SELECT closed_on FROM agency WHERE agency.id = reporter_id))
        FROM (
            SELECT 'CALENDAR' AS regime, indicator_id, subject_id, subject_id AS reporter_id, period_kind, min(starts_on) AS valid_from
            FROM measurement WHERE regime = 'CALENDAR' AND subject_id = ANY ($1::text[]::uuid[]) GROUP BY indicator_id, subject_id, period_kind
            UNION ALL
            (SELECT DISTINCT ON (i.position) 'ADMINISTRATIVE', m.indicator_id, m.subject_id, $4::text::uuid, m.period_kind, date_trunc('year', $2::text::date)::date
            FROM measurement m JOIN indicator i ON i.id = m.indicator_id
            WHERE m.regime = 'CALENDAR' AND m.subject_id = ($1::text[]::uuid[])[1] AND m.period_kind = 'MONTH' ORDER BY i.position LIMIT 3)
        ) AS reported
        ON CONFLICT DO NOTHING RETURNING id
    ), told AS (
        INSERT INTO change (noun, kind, recorded_at) SELECT 'reporting_assignment', 'LOADED', $3::text::timestamptz WHERE EXISTS (SELECT FROM assigned)
    )
    SELECT count(*) FROM assigned";

/// Says who reports what has been simulated; answers how many assignments are new.
pub(in crate::demo) async fn assign_reporting(
    client: &Client,
    plan: &Plan<'_>,
    now: DateTime<Utc>,
) -> Result<u64, DbError> {
    let ids: Vec<String> = plan.subjects().map(|subject| subject.id().to_string()).collect();
    let (today, moment, reporter) = (day_of(now).to_string(), now.to_rfc3339(), id("agency", REPORTER).to_string());
    let row = client.query_one(ASSIGN, &[&ids, &today, &moment, &reporter]).await.map_err(driver_error)?;
    let assigned: i64 = row.try_get(0).map_err(driver_error)?;
    Ok(assigned.unsigned_abs())
}

/// The subjects, those of one transaction together, with the number of measurements planned for them.
fn chunks<'a>(plan: &'a Plan<'_>) -> Vec<(Vec<Subject<'a>>, u64)> {
    let mut chunks = Vec::from([(Vec::new(), 0)]);
    for subject in plan.subjects() {
        let size = plan.count_of(subject);
        match chunks.last_mut() {
            Some((subjects, planned)) if *planned + size <= CHUNK => {
                subjects.push(subject);
                *planned += size;
            }
            _ => chunks.push((vec![subject], size)),
        }
    }
    chunks
}

async fn copy_subjects(
    client: &mut Client,
    plan: &Plan<'_>,
    subjects: &[Subject<'_>],
    now: DateTime<Utc>,
) -> Result<u64, DbError> {
    let transaction = client.transaction().await.map_err(driver_error)?;
    let existing = existing(&transaction, subjects).await?;
    let mut chunk = Chunk::default();
    for subject in subjects {
        let subject_id = subject.id();
        for measured in plan.of(*subject, now) {
            if existing.is_empty() || !existing.contains(&key(subject_id, &measured)) {
                chunk.add(subject_id, &measured)?;
            }
        }
    }
    if chunk.measurements > 0 {
        send(&transaction, COPY_MEASUREMENTS, chunk.measurement_rows).await?;
        send(&transaction, COPY_REVISIONS, chunk.revision_rows).await?;
        let moment = now.to_rfc3339();
        let sql =
            "INSERT INTO change (noun, kind, recorded_at) VALUES ('measurement', 'LOADED', $1::text::timestamptz)";
        transaction.execute(sql, &[&moment]).await.map_err(driver_error)?;
    }
    transaction.commit().await.map_err(driver_error)?;
    Ok(chunk.measurements)
}

/// What these subjects have already, from an earlier load or from people.
async fn existing(transaction: &Transaction<'_>, subjects: &[Subject<'_>]) -> Result<HashSet<String>, DbError> {
    let ids: Vec<String> = subjects.iter().map(|subject| subject.id().to_string()).collect();
    let sql = "SELECT concat_ws('/', subject_id, indicator_id, period) FROM measurement \
        WHERE subject_id = ANY ($1::text[]::uuid[]) AND regime = 'CALENDAR'";
    let rows = transaction.query(sql, &[&ids]).await.map_err(driver_error)?;
    rows.iter().map(|row| row.try_get(0).map_err(driver_error)).collect()
}

fn key(subject: Uuid, measured: &Measured<'_>) -> String {
    format!("{subject}/{}/{}", measured.indicator_id, measured.period)
}

async fn send(transaction: &Transaction<'_>, sql: &str, rows: String) -> Result<(), DbError> {
    let mut sink = pin!(transaction.copy_in::<_, Bytes>(sql).await.map_err(driver_error)?);
    sink.send(Bytes::from(rows)).await.map_err(driver_error)?;
    sink.finish().await.map_err(driver_error)?;
    Ok(())
}

/// Rows in COPY's text format. None of the values holds a tab, a line break or a backslash.
#[derive(Default)]
struct Chunk {
    measurements: u64,
    measurement_rows: String,
    revision_rows: String,
}

impl Chunk {
    fn add(&mut self, subject: Uuid, measured: &Measured<'_>) -> Result<(), DbError> {
        let Measured { id, indicator_id, definition_id, period_kind, period, window, revisions } = measured;
        let published = (1..)
            .zip(revisions)
            .filter(|(_, revision)| revision.published_at.is_some())
            .map(|(number, _)| number)
            .last();
        let handed_in = revisions.iter().find(|revision| revision.state != "DRAFT");
        let answered_on = handed_in.map(|revision| day_of(revision.recorded_at));
        let rows = &mut self.measurement_rows;
        write!(
            rows,
            "{id}\t{indicator_id}\t{definition_id}\t{subject}\t{subject}\tCALENDAR\t{period_kind}\t{period}\t"
        )
        .and_then(|()| {
            writeln!(rows, "{}\t{}\t{}\t{}", window.start, window.end, Null::<u32>(published), Null(answered_on))
        })
        .map_err(DbError::internal)?;
        for (number, revision) in (1..).zip(revisions) {
            self.add_revision(*id, number, revision).map_err(DbError::internal)?;
        }
        self.measurements += 1;
        Ok(())
    }

    fn add_revision(&mut self, measurement: Uuid, number: u32, revision: &Revision) -> std::fmt::Result {
        let Revision { state, observation, figure, reason, recorded_at, published_at } = revision;
        let rows = &mut self.revision_rows;
        write!(rows, "{measurement}\t{number}\t{state}\t{observation}\t")?;
        match figure {
            Figure::Stated(value) => write!(rows, "{value}\t\\N\t\\N\t1\t\\N")?,
            Figure::Ratio { part, whole, factor } => write!(rows, "\\N\t{part}\t{whole}\t{factor}\t\\N")?,
            Figure::Narrative(words) => write!(rows, "\\N\t\\N\t\\N\t1\t{words}")?,
        }
        writeln!(rows, "\tSIMULATED\t{}\t{recorded_at}\t{}", Null(*reason), Null(*published_at))
    }
}

/// A value, or COPY's word for none.
struct Null<T>(Option<T>);

impl<T: std::fmt::Display> std::fmt::Display for Null<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("\\N"),
        }
    }
}

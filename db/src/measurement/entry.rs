//! What drafts and corrections have in common: where a figure belongs, who reports it until when, and how it is recorded.

use std::{collections::HashMap, sync::Arc};

use auth::{Acts, Permit, Reached, action, random};
use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods as _, Insertable, JoinOnDsl as _, QueryDsl as _, QueryableByName, SelectableHelper as _,
    sql_types::{Array, BigInt, Bool, Date as SqlDate, Nullable, Numeric, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Measurement, MeasurementState, comparison, decision,
    figures::{self, Figures, HISTORY, Recorded},
    rows::{Sieve, Written},
};
use crate::{
    Date, DbError, ViolationCode,
    calendar::{Period, PeriodKind, Regime},
    enums::Source,
    indicator::Indicator,
    schema::{indicator, measurement, measurement_revision},
    writer::{Audience, ChangeKind, Entry as AuditEntry, Writing},
};

pub(super) const NOUN: &str = "measurement";

/// Where a figure belongs: one indicator of one subject in one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub indicator_id: Uuid,
    pub subject_id: Uuid,
    pub regime: Regime,
    pub period: Period,
}

impl From<&Measurement> for Place {
    fn from(row: &Measurement) -> Self {
        Self { indicator_id: row.indicator_id, subject_id: row.subject_id, regime: row.regime, period: row.period }
    }
}

/// Places as columns, as SQL takes many of them at once: its answers name each by its number, from 1.
#[derive(Debug, Default)]
pub(super) struct Columns {
    indicators: Vec<Uuid>,
    subjects: Vec<Uuid>,
    regimes: Vec<Regime>,
    kinds: Vec<PeriodKind>,
    periods: Vec<String>,
    starts: Vec<Date>,
    ends: Vec<Date>,
}

impl<'a> FromIterator<&'a Place> for Columns {
    fn from_iter<I: IntoIterator<Item = &'a Place>>(places: I) -> Self {
        let mut columns = Self::default();
        for place in places {
            let window = place.period.window(place.regime);
            columns.indicators.push(place.indicator_id);
            columns.subjects.push(place.subject_id);
            columns.regimes.push(place.regime);
            columns.kinds.push(place.period.kind());
            columns.periods.push(place.period.to_string());
            columns.starts.push(Date(window.start));
            columns.ends.push(Date(window.end));
        }
        columns
    }
}

/// The first columns of a query over places.
pub(super) const PLACES: &str = "unnest($1, $2, $3, $4, $5, $6, $7) WITH ORDINALITY \
    AS place (indicator_id, subject_id, regime, period_kind, period, starts_on, ends_on, n)";

/// Binds places to a query over [`PLACES`].
macro_rules! over_places {
    ($query:expr, $columns:expr) => {{
        let columns: Columns = $columns;
        diesel::sql_query($query)
            .bind::<Array<SqlUuid>, _>(columns.indicators)
            .bind::<Array<SqlUuid>, _>(columns.subjects)
            .bind::<Array<Text>, _>(columns.regimes)
            .bind::<Array<Text>, _>(columns.kinds)
            .bind::<Array<Text>, _>(columns.periods)
            .bind::<Array<SqlDate>, _>(columns.starts)
            .bind::<Array<SqlDate>, _>(columns.ends)
    }};
}

/// The number of a place in an answer, from 0.
fn index(n: i64) -> usize {
    usize::try_from(n).unwrap_or_default().saturating_sub(1)
}

/// Who is to report a figure, and when.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub(super) struct Window {
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = SqlUuid)]
    pub reporter_id: Uuid,
    /// From this day on it may be handed in: what comes earlier is no figure of the period.
    #[diesel(sql_type = SqlDate)]
    pub opens_on: Date,
    /// After this day it is closed.
    #[diesel(sql_type = Nullable<SqlDate>)]
    closes_on: Option<Date>,
    #[diesel(sql_type = Bool)]
    unlocked: bool,
}

impl Window {
    /// Whether nothing may be written for it any more.
    pub(super) fn is_closed(&self, today: Date) -> bool {
        !self.unlocked && self.closes_on.is_some_and(|last| today > last)
    }
}

/// For each place, the reporters it is assigned to, and until when.
pub(super) async fn windows(writing: &mut Writing, places: &[Place]) -> Result<Vec<Vec<Window>>, DbError> {
    let today = writing.today();
    let query = format!(
        "SELECT place.n, w.reporter_id, w.opens_on, w.closes_on, w.unlocked FROM {PLACES} \
         CROSS JOIN LATERAL reporting_window(place.indicator_id, place.subject_id, place.regime, place.period_kind, \
             place.period, place.starts_on, place.ends_on, $8) AS w ORDER BY place.n"
    );
    let query = over_places!(query, places.iter().collect()).bind::<SqlDate, _>(today);
    let found: Vec<Window> = query.load(writing.connection()).await?;
    let mut windows = vec![Vec::new(); places.len()];
    for window in found {
        if let Some(of_place) = windows.get_mut(index(window.n)) {
            of_place.push(window);
        }
    }
    Ok(windows)
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The measurements that are there already, by the numbers of their places; locked until the end of the transaction.
pub(super) async fn existing(writing: &mut Writing, places: &[Place]) -> Result<HashMap<usize, Measurement>, DbError> {
    let query = format!(
        "SELECT place.n, m.id FROM {PLACES} JOIN measurement m USING (indicator_id, subject_id, regime, period)"
    );
    let found: Vec<Found> = over_places!(query, places.iter().collect()).load(writing.connection()).await?;
    let ids = found.iter().map(|found| found.id).collect();
    let rows = locked(writing, ids).await?;
    Ok(found.into_iter().filter_map(|found| Some((index(found.n), rows.get(&found.id)?.clone()))).collect())
}

/// Measurements as they are now, each with its latest revision; locked until the end of the transaction.
pub(super) async fn locked(writing: &mut Writing, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Measurement>, DbError> {
    diesel::sql_query("SELECT measurement_lock($1)")
        .bind::<Array<SqlUuid>, _>(&ids)
        .execute(writing.connection())
        .await?;
    // Read after that, for each may just have changed.
    latest(writing, &ids).await
}

/// Measurements, each with its latest revision, whoever may see it.
pub(super) async fn latest(writing: &mut Writing, ids: &[Uuid]) -> Result<HashMap<Uuid, Measurement>, DbError> {
    let query = measurement::table
        .inner_join(measurement_revision::table.on(super::latest_revision()))
        .filter(measurement::id.eq_any(ids))
        .select(Measurement::as_select());
    let rows: Vec<Measurement> = query.load(writing.connection()).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Indicators by their ids.
pub(super) async fn indicators(
    writing: &mut Writing,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Arc<Indicator>>, DbError> {
    let query = indicator::table.filter(indicator::id.eq_any(ids.into_iter().collect::<Vec<_>>()));
    let rows: Vec<Indicator> = query.select(Indicator::as_select()).load(writing.connection()).await?;
    Ok(rows.into_iter().map(|row| (row.id, Arc::new(row))).collect())
}

/// A figure on its way into a new revision.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub row: usize,
    pub place: Place,
    pub indicator: Arc<Indicator>,
    pub definition_id: Uuid,
    pub reporter_id: Uuid,
    /// The measurement that it revises.
    pub existing: Option<Measurement>,
    pub figures: Figures,
    /// Why a published figure is corrected.
    pub reason: Option<String>,
    /// The first day on which it may be submitted; none where that does not matter.
    pub opens_on: Option<Date>,
}

#[derive(Insertable)]
#[diesel(table_name = measurement)]
struct NewMeasurement {
    id: Uuid,
    indicator_id: Uuid,
    definition_id: Uuid,
    subject_id: Uuid,
    reporter_id: Uuid,
    regime: Regime,
    period_kind: PeriodKind,
    period: String,
    starts_on: Date,
    ends_on: Date,
}

#[derive(Insertable)]
#[diesel(table_name = measurement_revision)]
struct NewRevision {
    measurement_id: Uuid,
    revision: i32,
    state: MeasurementState,
    observation: super::Observation,
    stated_value: Option<Decimal>,
    numerator: Option<Decimal>,
    denominator: Option<Decimal>,
    factor: Decimal,
    narrative: Option<String>,
    source: Source,
    note: Option<String>,
    comment: Option<String>,
    reason: Option<String>,
    recorded_at: DateTime<Utc>,
    recorded_by: Option<Uuid>,
}

/// Records figures as new revisions, after all that can be asked of them by themselves; and submits them, if so wished.
pub(super) async fn record<A: Acts>(
    writing: &mut Writing,
    permit: &Permit<A>,
    submits: Option<&Permit<action::SubmitMeasurement>>,
    mut sieve: Sieve,
    mut entries: Vec<Entry>,
) -> Result<Written, DbError> {
    let mut recorded = look_at(writing, &mut sieve, &entries).await?;
    entries.retain(|entry| sieve.holds(entry.row));
    if let Some(submits) = submits {
        may_be_submitted(writing, submits.reach(), &mut sieve, &entries, &recorded).await?;
        entries.retain(|entry| sieve.holds(entry.row));
    }
    sieve.passed()?;
    let before: HashMap<Uuid, Measurement> =
        entries.iter().filter_map(|entry| entry.existing.clone().map(|row| (row.id, row))).collect();
    let ids = insert_new(writing, &mut sieve, &entries).await?;
    sieve.passed()?;
    let revisions: Vec<NewRevision> = entries
        .iter()
        .filter_map(|entry| Some((entry, *ids.get(&entry.row)?, recorded.remove(&entry.row)?)))
        .map(|(entry, id, figures)| revision(entry, id, figures, writing.now(), permit.actor().account()))
        .collect();
    let places: Vec<(Uuid, i32)> = revisions.iter().map(|new| (new.measurement_id, new.revision)).collect();
    diesel::insert_into(measurement_revision::table).values(revisions).execute(writing.connection()).await?;
    if submits.is_some() {
        decision::insert(writing, MeasurementState::Submitted, &places, &[], permit.actor().account()).await?;
    }
    let written: Vec<(usize, Uuid)> = ids.into_iter().collect();
    let rows = latest(writing, &written.iter().map(|(_, id)| *id).collect::<Vec<_>>()).await?;
    let written: Vec<(usize, Measurement)> =
        written.into_iter().filter_map(|(row, id)| Some((row, rows.get(&id)?.clone()))).collect();
    tell(writing, permit, &before, &written);
    if submits.is_some() {
        audit_many::<action::SubmitMeasurement>(writing, &written);
    }
    Ok(sieve.answer(written))
}

fn revision(entry: &Entry, id: Uuid, figures: Recorded, now: DateTime<Utc>, account: Option<Uuid>) -> NewRevision {
    NewRevision {
        measurement_id: id,
        revision: entry.existing.as_ref().map_or(0, Measurement::latest_revision) + 1,
        state: MeasurementState::Draft,
        observation: figures.observation,
        stated_value: figures.value,
        numerator: figures.numerator,
        denominator: figures.denominator,
        factor: figures.factor,
        narrative: figures.narrative,
        source: Source::Reported,
        note: figures.note,
        comment: figures.comment,
        reason: entry.reason.clone(),
        recorded_at: now,
        recorded_by: account,
    }
}

/// The figures as they may be recorded, by their rows.
async fn look_at(
    writing: &mut Writing,
    sieve: &mut Sieve,
    entries: &[Entry],
) -> Result<HashMap<usize, Recorded>, DbError> {
    let mut recorded = HashMap::new();
    for entry in entries {
        match figures::checked(&entry.indicator, &entry.figures) {
            Ok(figures) => drop(recorded.insert(entry.row, figures)),
            Err(broken) => broken.into_iter().for_each(|violation| sieve.refuse(entry.row, violation)),
        }
    }
    let before = history(writing, entries).await?;
    for (entry, before) in entries.iter().zip(&before) {
        let Some(figures) = recorded.get(&entry.row).filter(|figures| figures.comment.is_none()) else { continue };
        let is_jump = |result| figures::is_jump(result, before, entry.indicator.decimals);
        if figures.result.is_some_and(is_jump) {
            sieve.refuse_field(entry.row, ViolationCode::Jump, figures.field());
        }
    }
    Ok(recorded)
}

#[derive(QueryableByName)]
struct Past {
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = Numeric)]
    value: Decimal,
}

/// For each entry, the published figures of the periods before it, the latest first.
async fn history(writing: &mut Writing, entries: &[Entry]) -> Result<Vec<Vec<Decimal>>, DbError> {
    let query = format!(
        "SELECT place.n, past.value FROM {PLACES} CROSS JOIN LATERAL (
            SELECT r.value, m.ends_on FROM measurement m
            JOIN measurement_revision r ON r.measurement_id = m.id AND r.revision = m.published_revision
            WHERE m.published_revision IS NOT NULL AND m.indicator_id = place.indicator_id AND m.subject_id = place.subject_id
                AND m.regime = place.regime AND m.period_kind = place.period_kind AND m.ends_on <= place.starts_on AND r.value IS NOT NULL
            ORDER BY m.ends_on DESC, m.id DESC LIMIT {HISTORY}) AS past
        ORDER BY place.n, past.ends_on DESC"
    );
    let columns = entries.iter().map(|entry| &entry.place).collect();
    let found: Vec<Past> = over_places!(query, columns).load(writing.connection()).await?;
    let mut before = vec![Vec::new(); entries.len()];
    for past in found {
        if let Some(of_entry) = before.get_mut(index(past.n)) {
            of_entry.push(past.value);
        }
    }
    Ok(before)
}

/// What is asked of a figure when it is handed in: that its period is far enough on, and that it goes with others.
async fn may_be_submitted(
    writing: &mut Writing,
    reach: &Reached,
    sieve: &mut Sieve,
    entries: &[Entry],
    recorded: &HashMap<usize, Recorded>,
) -> Result<(), DbError> {
    for entry in entries.iter().filter(|entry| entry.opens_on.is_some_and(|first| writing.today() < first)) {
        sieve.refuse_field(entry.row, ViolationCode::TooEarly, "period");
    }
    let submitted = entries.iter().filter_map(|entry| {
        let figures = recorded.get(&entry.row)?;
        Some(comparison::Submitted {
            row: entry.row,
            place: entry.place,
            value: figures.result?,
            field: figures.field(),
        })
    });
    comparison::compare(writing, reach, sieve, submitted.collect()).await
}

/// Makes the measurements that are not there yet; answers all ids by their rows.
async fn insert_new(
    writing: &mut Writing,
    sieve: &mut Sieve,
    entries: &[Entry],
) -> Result<HashMap<usize, Uuid>, DbError> {
    let mut ids = HashMap::new();
    let mut new = Vec::new();
    for entry in entries {
        let id = entry.existing.as_ref().map_or_else(|| random::id(writing.now()), |row| row.id);
        ids.insert(entry.row, id);
        if entry.existing.is_none() {
            let window = entry.place.period.window(entry.place.regime);
            new.push(NewMeasurement {
                id,
                indicator_id: entry.place.indicator_id,
                definition_id: entry.definition_id,
                subject_id: entry.place.subject_id,
                reporter_id: entry.reporter_id,
                regime: entry.place.regime,
                period_kind: entry.place.period.kind(),
                period: entry.place.period.to_string(),
                starts_on: Date(window.start),
                ends_on: Date(window.end),
            });
        }
    }
    if new.is_empty() {
        return Ok(ids);
    }
    // In one order, so that two requests for the same figures do not wait for one another.
    new.sort_by(|one, other| {
        (one.indicator_id, one.subject_id, &one.period).cmp(&(other.indicator_id, other.subject_id, &other.period))
    });
    let wanted: Vec<Uuid> = new.iter().map(|row| row.id).collect();
    let insert = diesel::insert_into(measurement::table).values(new).on_conflict_do_nothing();
    let made: Vec<Uuid> = insert.returning(measurement::id).get_results(writing.connection()).await?;
    // Somebody else has just made it.
    let missed: Vec<usize> =
        ids.iter().filter(|(_, id)| wanted.contains(id) && !made.contains(id)).map(|(row, _)| *row).collect();
    for row in missed {
        ids.remove(&row);
        sieve.refuse_field(row, ViolationCode::Stale, "expectedVersion");
    }
    Ok(ids)
}

/// The outbox and the trail: whoever may notice is told of each figure; one entry for all, which tells a single figure in full.
pub(super) fn tell<A: Acts>(
    writing: &mut Writing,
    _: &Permit<A>,
    before: &HashMap<Uuid, Measurement>,
    written: &[(usize, Measurement)],
) {
    for (_, after) in written {
        announce(writing, before.get(&after.id), after);
    }
    let [(_, after)] = written else { return audit_many::<A>(writing, written) };
    let earlier = before.get(&after.id).map(told);
    let object = Some((NOUN, after.id));
    let entry = AuditEntry {
        action: A::ACTION.as_str(),
        object,
        before: earlier,
        after: Some(told(after)),
        ..AuditEntry::default()
    };
    writing.audit(entry);
}

/// Everybody is told of what is published. Of the rest those alone who see submitted figures or drafts of the reporter, where
/// the figure was or is now: that there is a correction under way would otherwise show by the feed.
fn announce(writing: &mut Writing, before: Option<&Measurement>, after: &Measurement) {
    use MeasurementState::{Draft, Endorsed, Returned, Submitted, Withdrawn};
    if after.published_revision != before.and_then(|before| before.published_revision) {
        return writing.changed(ChangeKind::Updated, (NOUN, after.id));
    }
    let touched = |states: &[MeasurementState]| {
        before.into_iter().chain([after]).any(|measurement| states.contains(&measurement.current.state))
    };
    if touched(&[Submitted, Endorsed]) {
        writing.hidden((NOUN, after.id), Audience::Submitted(after.reporter_id));
    }
    if touched(&[Draft, Returned, Withdrawn]) {
        writing.hidden((NOUN, after.id), Audience::Drafts(after.reporter_id));
    }
}

/// One entry of the trail for all.
fn audit_many<A: Acts>(writing: &mut Writing, written: &[(usize, Measurement)]) {
    let ids: Vec<Uuid> = written.iter().map(|(_, row)| row.id).collect();
    let after = Some(json!({ "count": ids.len(), "ids": ids }));
    writing.audit(AuditEntry { action: A::ACTION.as_str(), after, ..AuditEntry::default() });
}

/// What the audit trail keeps of a figure.
fn told(row: &Measurement) -> Value {
    let now = &row.current;
    json!({
        "version": row.version(),
        "revision": now.revision,
        "state": now.state,
        "value": now.value,
        "numerator": now.numerator,
        "denominator": now.denominator,
        "narrative": now.narrative,
        "observation": now.observation,
        "note": now.note,
        "comment": now.comment,
        "reason": now.reason,
    })
}

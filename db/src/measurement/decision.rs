//! What is decided on figures: submitted, endorsed, published, returned, withdrawn. Each decision is bound to the figures as
//! they were seen.

use std::collections::{HashMap, HashSet};

use auth::{Acts, Permit, Scope, action};
use diesel::{
    QueryableByName,
    sql_types::{Array, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{
    Measurement, MeasurementState, comparison,
    draft::REASON,
    entry::{Place, latest, locked, tell, windows},
    rows::{Rows, Sieve, Written},
    rules,
};
use crate::{DbError, Once, Violation, ViolationCode, input::Checks, writer::Writing};

/// A figure as whoever decides on it has seen it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The measurement.
    pub measurement: Uuid,
    /// Its version.
    pub expected_version: i32,
    /// The hash of its content, where the decision answers for that.
    pub content_hash: Option<String>,
    /// Why, where a reason is asked for or given.
    pub reason: Option<String>,
}

/// The actions that are decisions.
pub trait Decides: Acts {
    /// Whether it is never done without a reason.
    const NEEDS_REASON: bool = false;
}

impl Decides for action::SubmitMeasurement {}
impl Decides for action::EndorseMeasurement {}
impl Decides for action::PublishMeasurement {}
impl Decides for action::WithdrawMeasurement {}
impl Decides for action::ReturnMeasurement {
    const NEEDS_REASON: bool = true;
}

/// Decides on figures within reach. `scope` is what the actor sees: a figure of which they see nothing is not there.
///
/// Refused: `NOT_IN_STATE`, `OWN_WORK`; `CHANGED` if the figures are no longer those of the hash; `STALE` if only the version is
/// another one; of what is submitted also `CLOSED`, `TOO_EARLY`, `NOT_ASSIGNED` and `INCONSISTENT`.
pub async fn decide<A: Decides>(
    once: &Once,
    permit: &Permit<A>,
    scope: &Scope,
    rows: Rows<Seen>,
) -> Result<Written, DbError> {
    let state = rules::leads_to(A::ACTION).ok_or_else(|| DbError::internal("this action is no decision"))?;
    let work = async |writing: &mut Writing| {
        let (mut sieve, rows) = rows.begin()?;
        let before = locked(writing, rows.iter().map(|(_, seen)| seen.measurement).collect()).await?;
        let hashes = hashes(writing, before.keys().copied().collect()).await?;
        let mut going = Vec::new();
        let mut twice = HashSet::new();
        for (row, seen) in rows {
            let reason = reason::<A>(&mut sieve, row, &seen);
            let within = before.get(&seen.measurement).filter(|it| permit.reach().holds(Some(it.reporter_id)));
            match within.map(|it| (it, refusal(permit, scope, it, &seen, hashes.get(&it.id)))) {
                None => sieve.refuse_field(row, ViolationCode::NotFound, "measurement"),
                Some((_, Some((code, field)))) => sieve.refuse_field(row, code, field),
                Some((it, None)) if twice.insert(it.id) => going.push(Going { row, measurement: it, reason }),
                Some(_) => sieve.refuse(row, Violation::of(ViolationCode::Duplicate, &["input"])),
            }
        }
        going.retain(|it| sieve.holds(it.row));
        if state == MeasurementState::Submitted {
            may_be_submitted(writing, permit, &mut sieve, &going).await?;
            going.retain(|it| sieve.holds(it.row));
        }
        sieve.passed()?;
        let places: Vec<_> = going.iter().map(|it| (it.measurement.id, it.measurement.current.revision)).collect();
        let reasons: Vec<_> = going.iter().map(|it| it.reason.clone()).collect();
        insert(writing, state, &places, &reasons, permit.actor().account()).await?;
        let ids: Vec<Uuid> = places.iter().map(|(id, _)| *id).collect();
        let after = latest(writing, &ids).await?;
        let written: Vec<(usize, Measurement)> =
            going.iter().filter_map(|it| Some((it.row, after.get(&it.measurement.id)?.clone()))).collect();
        tell(writing, permit, &before, &written);
        Ok(sieve.answer(written))
    };
    once.write(permit.actor(), work).await
}

/// A figure that may be decided on.
struct Going<'a> {
    row: usize,
    measurement: &'a Measurement,
    reason: Option<String>,
}

fn reason<A: Decides>(sieve: &mut Sieve, row: usize, seen: &Seen) -> Option<String> {
    let mut checks = Checks::default();
    let typed = if A::NEEDS_REASON { Some(seen.reason.as_deref().unwrap_or_default()) } else { seen.reason.as_deref() };
    let reason = checks.optional("reason", typed, REASON);
    checks.broken().into_iter().for_each(|violation| sieve.refuse(row, violation));
    reason
}

/// What stands against a decision on a figure within reach.
fn refusal<A: Decides>(
    permit: &Permit<A>,
    scope: &Scope,
    row: &Measurement,
    seen: &Seen,
    hash: Option<&String>,
) -> Option<(ViolationCode, &'static str)> {
    let refusal = rules::refusal(row, A::ACTION, permit.actor());
    let is_stale = row.version() != seen.expected_version;
    let has_changed = seen.content_hash.is_some() && seen.content_hash.as_ref() != hash;
    match refusal {
        Some(_) if !rules::is_seen(row, scope) => Some((ViolationCode::NotFound, "measurement")),
        // What has changed since it was seen may well be its state.
        Some(ViolationCode::NotInState) if rules::version_seen(row, scope) != seen.expected_version => {
            Some((ViolationCode::Stale, "expectedVersion"))
        }
        Some(code) => Some((code, "measurement")),
        None if has_changed => Some((ViolationCode::Changed, "contentHash")),
        None => is_stale.then_some((ViolationCode::Stale, "expectedVersion")),
    }
}

/// What is asked when a figure is handed in: that its reporter is to report it now, and that it goes with others. A correction
/// is bound to no period.
async fn may_be_submitted<A: Acts>(
    writing: &mut Writing,
    permit: &Permit<A>,
    sieve: &mut Sieve,
    going: &[Going<'_>],
) -> Result<(), DbError> {
    let owed: Vec<&Going<'_>> = going.iter().filter(|it| it.measurement.published_revision.is_none()).collect();
    let places: Vec<Place> = owed.iter().map(|it| it.measurement.into()).collect();
    let today = writing.today();
    for (it, windows) in owed.iter().zip(windows(writing, &places).await?) {
        let refused = match windows.iter().find(|window| window.reporter_id == it.measurement.reporter_id) {
            None => ViolationCode::NotAssigned,
            Some(window) if window.is_closed(today) => ViolationCode::Closed,
            Some(window) if today < window.opens_on => ViolationCode::TooEarly,
            Some(_) => continue,
        };
        sieve.refuse_field(it.row, refused, "measurement");
    }
    let submitted = going.iter().filter_map(|it| {
        let (place, value) = (it.measurement.into(), it.measurement.current.value?);
        Some(comparison::Submitted { row: it.row, place, value, field: "measurement" })
    });
    comparison::compare(writing, permit.reach(), sieve, submitted.collect()).await
}

#[derive(QueryableByName)]
struct Hashed {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    hash: String,
}

/// The hashes of the latest revisions, in hexadecimal digits.
async fn hashes(writing: &mut Writing, ids: Vec<Uuid>) -> Result<HashMap<Uuid, String>, DbError> {
    const QUERY: &str = "SELECT id, encode(measurement_content_hash(id, \
            greatest(published_revision, submitted_revision, drafted_revision)), 'hex') AS hash \
        FROM measurement WHERE id = ANY ($1)";
    let found: Vec<Hashed> = diesel::sql_query(QUERY).bind::<Array<SqlUuid>, _>(ids).load(writing.connection()).await?;
    Ok(found.into_iter().map(|found| (found.id, found.hash)).collect())
}

/// Inserts the decisions on these revisions; their states follow by trigger, which asks once more for the life-cycle. No
/// reasons at all are none.
pub(super) async fn insert(
    writing: &mut Writing,
    state: MeasurementState,
    revisions: &[(Uuid, i32)],
    reasons: &[Option<String>],
    account: Option<Uuid>,
) -> Result<(), DbError> {
    const QUERY: &str = "INSERT INTO measurement_decision (measurement_id, revision, state, content_hash, reason, decided_at, decided_by)
        SELECT id, revision, $3, measurement_content_hash(id, revision), reason, $5, $6
        FROM unnest($1, $2, $4) AS decided (id, revision, reason)";
    let (ids, revisions): (Vec<Uuid>, Vec<i32>) = revisions.iter().copied().unzip();
    let now = writing.now();
    diesel::sql_query(QUERY)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Integer>, _>(revisions)
        .bind::<Text, _>(state)
        .bind::<Array<Nullable<Text>>, _>(reasons)
        .bind::<Timestamptz, _>(now)
        .bind::<Nullable<SqlUuid>, _>(account)
        .execute(writing.connection())
        .await?;
    Ok(())
}

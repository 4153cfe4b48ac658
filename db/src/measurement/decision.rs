//! Decisions on figures: submitted, endorsed, published, returned, withdrawn. Each is refused unless the figure is still as it
//! was seen.

use std::collections::{HashMap, HashSet};

use auth::{Acts, Permit, Scope, action};
use derive::boxed;
use diesel::{
    QueryableByName,
    sql_types::{Array, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use futures_util::future::try_join;
use uuid::Uuid;

use super::{
    Measurement, MeasurementState,
    comparison::{self, load_rules},
    figures::REASON,
    input::Seen,
    places::{Place, load_latest, load_windows, lock_and_load},
    rows::{RowErrors, Rows, Written},
    rules,
    write::{announce_and_audit, insert_decisions},
};
use crate::{Acting, DbError, Violation, ViolationCode, computation, input::Checks, planned::planned, writer::Writing};

/// An action that is a decision on a figure.
pub trait Decides: Acts {
    /// Whether a reason must be given.
    const NEEDS_REASON: bool = false;
}

impl Decides for action::SubmitMeasurement {}
impl Decides for action::EndorseMeasurement {}
impl Decides for action::PublishMeasurement {}
impl Decides for action::WithdrawMeasurement {}
impl Decides for action::ReturnMeasurement {
    const NEEDS_REASON: bool = true;
}

/// Decides on figures within reach: a figure of which the actor sees nothing is not there.
///
/// Refused: `NOT_IN_STATE`, `OWN_WORK`; `CHANGED` if the figures are no longer those of the hash; `STALE` if only the version is
/// another one; of what is submitted also `CLOSED`, `TOO_EARLY`, `NOT_ASSIGNED` and `INCONSISTENT`.
#[boxed]
pub async fn decide<A: Decides>(acting: &Acting<A>, rows: Rows<Seen>) -> Result<Written, DbError> {
    let permit = &acting.permit;
    let state = rules::leads_to(A::ACTION).ok_or_else(|| DbError::internal("this action is no decision"))?;
    let work = async |writing: &mut Writing| {
        let (mut errors, rows) = rows.begin()?;
        let before =
            lock_and_load(writing, rows.iter().filter_map(|(_, seen)| seen.measurement.uuid().ok()).collect()).await?;
        let hashes = hashes(writing, before.keys().copied().collect()).await?;
        let mut going = Vec::new();
        let mut twice = HashSet::new();
        for (row, seen) in rows {
            let reason = reason::<A>(&mut errors, row, &seen);
            let there = seen.measurement.uuid().ok().and_then(|id| before.get(&id));
            let within = there.filter(|it| permit.reach().holds(Some(it.reporter_id)));
            match within.map(|it| (it, refusal(permit, &acting.scope, it, &seen, hashes.get(&it.id)))) {
                None => errors.refuse_field(row, ViolationCode::NotFound, "measurement"),
                Some((_, Some((code, field)))) => errors.refuse_field(row, code, field),
                Some((it, None)) if twice.insert(it.id) => going.push(Going { row, measurement: it, reason }),
                Some(_) => errors.refuse(row, Violation::of(ViolationCode::Duplicate, &["input"])),
            }
        }
        going.retain(|it| errors.holds(it.row));
        if state == MeasurementState::Submitted {
            may_be_submitted(writing, permit, &mut errors, &going).await?;
            going.retain(|it| errors.holds(it.row));
        }
        errors.passed()?;
        let places: Vec<_> = going.iter().map(|it| (it.measurement.id, it.measurement.current.revision)).collect();
        let reasons: Vec<_> = going.iter().map(|it| it.reason.clone()).collect();
        insert_decisions(writing, state, &places, &reasons, permit.actor().account()).await?;
        let ids: Vec<Uuid> = places.iter().map(|(id, _)| *id).collect();
        if state == MeasurementState::Published {
            computation::follow(writing, permit, &ids).await?;
        }
        let after = load_latest(writing, &ids).await?;
        let written: Vec<(usize, Measurement)> =
            going.iter().filter_map(|it| Some((it.row, after.get(&it.measurement.id)?.clone()))).collect();
        announce_and_audit(writing, permit, &before, &written);
        Ok(errors.answer(written))
    };
    acting.write(work).await
}

/// A figure that may be decided on.
struct Going<'a> {
    row: usize,
    measurement: &'a Measurement,
    reason: Option<String>,
}

fn reason<A: Decides>(errors: &mut RowErrors, row: usize, seen: &Seen) -> Option<String> {
    let mut checks = Checks::default();
    let typed = if A::NEEDS_REASON { Some(seen.reason.as_deref().unwrap_or_default()) } else { seen.reason.as_deref() };
    let reason = checks.optional("reason", typed, REASON);
    checks.broken().into_iter().for_each(|violation| errors.refuse(row, violation));
    reason
}

/// Why a figure within reach cannot be decided on, and beside which field that is said; none if it can.
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

/// Refuses to submit figures that are not their reporter's to report now, or that contradict others. The days of the period
/// do not matter to a correction.
async fn may_be_submitted<A: Acts>(
    writing: &mut Writing,
    permit: &Permit<A>,
    errors: &mut RowErrors,
    going: &[Going<'_>],
) -> Result<(), DbError> {
    if going.is_empty() {
        return Ok(());
    }
    let places: Vec<Place> = going.iter().map(|it| it.measurement.into()).collect();
    let today = writing.today();
    let connection = writing.connection_for(2);
    let windows = load_windows(connection, today, &places);
    let (windows, rules) = try_join(windows, load_rules(connection, &places, permit.reach())).await?;
    for it in going.iter().filter(|it| it.measurement.published_revision.is_none()) {
        let mut windows = windows.get(&it.measurement.into()).into_iter().flatten();
        let refused = match windows.find(|window| window.reporter_id == it.measurement.reporter_id) {
            None => ViolationCode::NotAssigned,
            Some(window) if window.is_closed(today) => ViolationCode::Closed,
            Some(window) if today < window.opens_on => ViolationCode::TooEarly,
            Some(_) => continue,
        };
        errors.refuse_field(it.row, refused, "measurement");
    }
    let submitted = going.iter().filter_map(|it| {
        let (place, value) = (it.measurement.into(), it.measurement.current.value?);
        Some(comparison::Submitted { row: it.row, place, value, field: "measurement" })
    });
    comparison::compare(errors, submitted.collect(), &rules);
    Ok(())
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
    let query = diesel::sql_query(QUERY).bind::<Array<SqlUuid>, _>(ids);
    let found: Vec<Hashed> = planned(query).load(writing.connection()).await?;
    Ok(found.into_iter().map(|found| (found.id, found.hash)).collect())
}

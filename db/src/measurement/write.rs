//! How figures, and decisions on them, are written: the last step, for rows of which everything has been checked.

use std::{
    collections::{HashMap, HashSet},
    mem,
};

use auth::{Acts, Permit, action, random};
use chrono::{DateTime, Utc};
use diesel::{
    Insertable,
    sql_types::{Array, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Measurement, MeasurementState,
    breakdown::{CheckedItem, insert_items},
    figures::CheckedFigures,
    places::{Place, load_latest},
    rows::{RowErrors, Written},
};
use crate::{
    Date, DbError, ViolationCode,
    attachment::{RevisionFiles, give_to_revisions},
    calendar::{PeriodKind, Regime},
    enums::Source,
    planned::{planned, planned_rows},
    schema::{measurement, measurement_revision},
    writer::{Audience, AuditEvent, ChangeKind, Writing},
};

pub(super) const NOUN: &str = "measurement";

/// When a revision is recorded, and by which account.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    pub now: DateTime<Utc>,
    pub by: Option<Uuid>,
}

/// A figure of which everything has been checked, as it is written: a new revision, and its measurement where there is none
/// yet.
#[derive(Debug)]
pub(super) struct Checked {
    /// The number of its row in the request.
    pub row: usize,
    pub place: Place,
    /// The measurement as it stands; none if this is its first figure.
    before: Option<Measurement>,
    measurement: Option<NewMeasurement>,
    revision: NewRevision,
    items: Vec<CheckedItem>,
    files: RevisionFiles,
}

#[derive(Debug, Insertable)]
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

#[derive(Debug, Insertable)]
#[diesel(table_name = measurement_revision)]
struct NewRevision {
    measurement_id: Uuid,
    revision: i32,
    state: MeasurementState,
    #[diesel(embed)]
    figures: CheckedFigures,
    source: Source,
    reason: Option<String>,
    recorded_at: DateTime<Utc>,
    recorded_by: Option<Uuid>,
}

impl NewRevision {
    fn new(measurement_id: Uuid, revision: i32, figures: CheckedFigures, reason: Option<String>, stamp: Stamp) -> Self {
        Self {
            measurement_id,
            revision,
            state: MeasurementState::Draft,
            figures,
            source: Source::Reported,
            reason,
            recorded_at: stamp.now,
            recorded_by: stamp.by,
        }
    }
}

impl Checked {
    /// The first figure at a place.
    pub(super) fn first(
        row: usize,
        place: Place,
        definition_id: Uuid,
        reporter_id: Uuid,
        figures: CheckedFigures,
        stamp: Stamp,
    ) -> Self {
        let id = random::id(stamp.now);
        let window = place.period.window(place.regime);
        let measurement = NewMeasurement {
            id,
            indicator_id: place.indicator_id,
            definition_id,
            subject_id: place.subject_id,
            reporter_id,
            regime: place.regime,
            period_kind: place.period.kind(),
            period: place.period.to_string(),
            starts_on: Date(window.start),
            ends_on: Date(window.end),
        };
        let revision = NewRevision::new(id, 1, figures, None, stamp);
        let files = RevisionFiles::AsIn(None);
        Self { row, place, before: None, measurement: Some(measurement), revision, items: Vec::new(), files }
    }

    /// Another revision of a measurement; `reason` says why a published figure is corrected.
    pub(super) fn revising(
        row: usize,
        before: Measurement,
        figures: CheckedFigures,
        reason: Option<String>,
        stamp: Stamp,
    ) -> Self {
        let revision = NewRevision::new(before.id, before.latest_revision() + 1, figures, reason, stamp);
        let (place, files) = ((&before).into(), RevisionFiles::AsIn(Some(before.current.revision)));
        Self { row, place, before: Some(before), measurement: None, revision, items: Vec::new(), files }
    }

    /// The same, broken down, and with these files; none leaves those that it has.
    pub(super) fn with(self, items: Vec<CheckedItem>, files: Option<Vec<Uuid>>) -> Self {
        Self { items, files: files.map_or(self.files, RevisionFiles::Named), ..self }
    }

    pub(super) const fn figures(&self) -> &CheckedFigures {
        &self.revision.figures
    }
}

/// Writes figures as new revisions, and submits them at once where `submits` is given.
pub(super) async fn write<A: Acts>(
    writing: &mut Writing,
    permit: &Permit<A>,
    submits: Option<&Permit<action::SubmitMeasurement>>,
    mut errors: RowErrors,
    mut checked: Vec<Checked>,
) -> Result<Written, DbError> {
    errors.passed()?;
    insert_measurements(writing, &mut errors, &mut checked).await?;
    checked.retain(|it| errors.holds(it.row));
    errors.passed()?;

    let written: Vec<(usize, Uuid)> = checked.iter().map(|it| (it.row, it.revision.measurement_id)).collect();
    let revised: Vec<(Uuid, i32)> =
        checked.iter().map(|it| (it.revision.measurement_id, it.revision.revision)).collect();
    let broken_down: Vec<(Uuid, i32, Vec<CheckedItem>)> = checked
        .iter_mut()
        .map(|it| (it.revision.measurement_id, it.revision.revision, mem::take(&mut it.items)))
        .collect();
    let files: Vec<(Uuid, i32, RevisionFiles)> = checked
        .iter_mut()
        .map(|it| {
            let files = mem::replace(&mut it.files, RevisionFiles::AsIn(None));
            (it.revision.measurement_id, it.revision.revision, files)
        })
        .collect();
    let (before, revisions): (Vec<Option<Measurement>>, Vec<NewRevision>) =
        checked.into_iter().map(|it| (it.before, it.revision)).unzip();
    let before: HashMap<Uuid, Measurement> = before.into_iter().flatten().map(|row| (row.id, row)).collect();
    let (rows, insert) = (revisions.len(), diesel::insert_into(measurement_revision::table).values(revisions));
    planned_rows(insert, rows).execute(writing.connection()).await?;
    insert_items(writing, &broken_down).await?;
    give_to_revisions(writing, &files).await?;
    if submits.is_some() {
        insert_decisions(writing, MeasurementState::Submitted, &revised, &[], permit.actor().account()).await?;
    }
    let rows = load_latest(writing, &written.iter().map(|(_, id)| *id).collect::<Vec<_>>()).await?;
    let written: Vec<(usize, Measurement)> =
        written.into_iter().filter_map(|(row, id)| Some((row, rows.get(&id)?.clone()))).collect();
    announce_and_audit(writing, permit, &before, &written);
    if submits.is_some() {
        audit_many::<action::SubmitMeasurement>(writing, &written);
    }
    Ok(errors.answer(written))
}

/// Inserts the measurements that are not there yet. Those that somebody else has inserted in the meantime are refused.
async fn insert_measurements(
    writing: &mut Writing,
    errors: &mut RowErrors,
    checked: &mut [Checked],
) -> Result<(), DbError> {
    let mut new: Vec<(usize, NewMeasurement)> =
        checked.iter_mut().filter_map(|it| Some((it.row, it.measurement.take()?))).collect();
    if new.is_empty() {
        return Ok(());
    }
    // In one order, so that two requests for the same figures do not wait for one another.
    new.sort_by(|(_, one), (_, other)| {
        (one.indicator_id, one.subject_id, &one.period).cmp(&(other.indicator_id, other.subject_id, &other.period))
    });
    let wanted: Vec<(usize, Uuid)> = new.iter().map(|(row, new)| (*row, new.id)).collect();
    let new: Vec<NewMeasurement> = new.into_iter().map(|(_, new)| new).collect();
    let insert =
        diesel::insert_into(measurement::table).values(new).on_conflict_do_nothing().returning(measurement::id);
    let made: Vec<Uuid> = planned_rows(insert, wanted.len()).get_results(writing.connection()).await?;
    let made: HashSet<Uuid> = made.into_iter().collect();
    for (row, _) in wanted.into_iter().filter(|(_, id)| !made.contains(id)) {
        errors.refuse_field(row, ViolationCode::Stale, "expectedVersion");
    }
    Ok(())
}

/// Inserts the decisions on these revisions. A trigger moves the revisions on, and holds to the life-cycle once more. An empty
/// list of reasons stands for no reason anywhere. The triggers count answers by reporter, subject and period: in that order,
/// so that two requests do not wait for one another.
pub(super) async fn insert_decisions(
    writing: &mut Writing,
    state: MeasurementState,
    revisions: &[(Uuid, i32)],
    reasons: &[Option<String>],
    account: Option<Uuid>,
) -> Result<(), DbError> {
    const QUERY: &str = "INSERT INTO measurement_decision (measurement_id, revision, state, content_hash, reason, decided_at, decided_by)
        SELECT id, revision, $3, measurement_content_hash(id, revision), reason, $5, $6
        FROM unnest(COALESCE((SELECT $1)), COALESCE((SELECT $2)), COALESCE((SELECT $4))) AS decided (id, revision, reason) JOIN measurement USING (id)
        ORDER BY reporter_id, subject_id, regime, period_kind, period";
    let (ids, revisions): (Vec<Uuid>, Vec<i32>) = revisions.iter().copied().unzip();
    let now = writing.now();
    let insert = diesel::sql_query(QUERY)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Integer>, _>(revisions)
        .bind::<Text, _>(state)
        .bind::<Array<Nullable<Text>>, _>(reasons)
        .bind::<Timestamptz, _>(now)
        .bind::<Nullable<SqlUuid>, _>(account);
    planned(insert).execute(writing.connection()).await?;
    Ok(())
}

/// Writes of each figure to the outbox, and of all to the audit trail: one entry, which holds a single figure in full.
pub(super) fn announce_and_audit<A: Acts>(
    writing: &mut Writing,
    _: &Permit<A>,
    before: &HashMap<Uuid, Measurement>,
    written: &[(usize, Measurement)],
) {
    for (_, after) in written {
        announce(writing, before.get(&after.id), after);
    }
    let [(_, after)] = written else { return audit_many::<A>(writing, written) };
    let earlier = before.get(&after.id).map(audit_snapshot);
    let object = Some((NOUN, after.id));
    let entry = AuditEvent {
        action: A::ACTION.as_str(),
        object,
        before: earlier,
        after: Some(audit_snapshot(after)),
        ..AuditEvent::default()
    };
    writing.audit(entry);
}

/// Writes of a figure to the outbox. Everybody is told that it was published. Of all else are told those alone who see the
/// reporter's submitted figures, or its drafts: the feed would otherwise show everybody that a correction is under way.
fn announce(writing: &mut Writing, before: Option<&Measurement>, after: &Measurement) {
    use MeasurementState::{Draft, Endorsed, Returned, Submitted, Withdrawn};
    if after.published_revision != before.and_then(|before| before.published_revision) {
        return writing.changed(ChangeKind::Updated, (NOUN, after.id));
    }
    let audiences: [(&[MeasurementState], Audience); 2] = [
        (&[Submitted, Endorsed], Audience::Submitted(after.reporter_id)),
        (&[Draft, Returned, Withdrawn], Audience::Drafts(after.reporter_id)),
    ];
    for (states, audience) in audiences {
        if states.contains(&after.current.state) {
            writing.updated_for(audience, (NOUN, after.id));
        } else if before.is_some_and(|before| states.contains(&before.current.state)) {
            writing.hidden_from(audience, (NOUN, after.id));
        }
    }
}

/// One entry of the audit trail for many figures.
fn audit_many<A: Acts>(writing: &mut Writing, written: &[(usize, Measurement)]) {
    let ids: Vec<Uuid> = written.iter().map(|(_, row)| row.id).collect();
    let after = Some(json!({ "count": ids.len(), "ids": ids }));
    writing.audit(AuditEvent { action: A::ACTION.as_str(), after, ..AuditEvent::default() });
}

/// A figure as the audit trail keeps it.
fn audit_snapshot(row: &Measurement) -> Value {
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

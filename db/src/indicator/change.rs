//! What changes indicators: who answers for them.

use std::collections::{HashMap, HashSet};

use async_graphql::InputObject;
use auth::{Permit, action::KeepCatalogue};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Indicator;
use crate::{
    Acting, DbError, Id, Violation, ViolationCode,
    agency::receiver,
    input::Edit,
    programme::is_kept_by,
    schema::{indicator, programme, programme_indicator},
    writer::{ChangeKind, Writing},
};

pub(super) const NOUN: &str = "indicator";

/// The most indicators that are changed at once.
pub const MOST: usize = 100;

/// An indicator as its editor has seen it.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "SeenIndicatorInput")]
pub struct SeenIndicator {
    /// The indicator
    pub indicator: Id<Indicator>,
    /// Its `version` as it was read
    pub expected_version: i32,
}

/// Who answers for indicators.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AssignIndicatorLeadInput")]
pub struct LeadAssignment {
    /// The indicators, at most 100
    pub indicators: Vec<SeenIndicator>,
    /// Code of the agency that is to answer for them; null if nobody is to
    pub lead: Edit<String>,
}

/// Says who answers for indicators, for all of them or for none. They are followed by a programme of the actor's, and neither the
/// agency that answers for one nor the one that is to is beyond the actor's reach.
#[boxed]
pub async fn assign_lead(acting: &Acting<KeepCatalogue>, new: LeadAssignment) -> Result<Vec<Indicator>, DbError> {
    let permit = &acting.permit;
    let ids = new.check()?;
    let work = async |writing: &mut Writing| {
        let lead = lead(writing, permit, &new.lead).await?;
        let before = lock_and_load(writing, &ids).await?;
        let within = jurisdictions(writing, &ids).await?;
        let mut broken = Vec::new();
        for ((seen, id), row) in new.indicators.iter().zip(&ids).zip(0..) {
            let no_programme = Vec::new();
            let refused = match before.get(id) {
                None => Some((ViolationCode::NotFound, "indicator")),
                Some(found) => refusal(permit, seen, found, within.get(id).unwrap_or(&no_programme), lead),
            };
            broken.extend(refused.map(|(code, field)| at(code, field, row)));
        }
        if !broken.is_empty() {
            return Err(DbError::Violated(broken));
        }
        diesel::update(indicator::table.filter(indicator::id.eq_any(&ids)))
            .set((indicator::lead_agency_id.eq(lead), indicator::version.eq(indicator::version + 1)))
            .execute(writing.connection())
            .await?;
        let mut done = Vec::new();
        for before in ids.iter().filter_map(|id| before.get(id)) {
            let after = Indicator { lead_agency_id: lead, version: before.version + 1, ..before.clone() };
            let (was, is) = (audit_snapshot(before), audit_snapshot(&after));
            writing.record(permit, ChangeKind::Updated, (NOUN, after.id), Some(was), Some(is));
            done.push(after);
        }
        Ok(done)
    };
    acting.write(work).await
}

impl LeadAssignment {
    /// The ids of the indicators, if nothing is wrong with the input whatever the database holds.
    fn check(&self) -> Result<Vec<Uuid>, DbError> {
        let mut broken = Vec::new();
        if self.lead == Edit::Stays {
            broken.push(Violation::of(ViolationCode::Required, &["input", "lead"]));
        }
        if self.indicators.is_empty() {
            broken.push(Violation::of(ViolationCode::Required, &["input", "indicators"]));
        }
        if self.indicators.len() > MOST {
            broken.push(Violation::of(ViolationCode::TooMany, &["input", "indicators"]).limit(100));
        }
        let ids: Vec<Uuid> =
            self.indicators.iter().map(|seen| seen.indicator.uuid()).collect::<Result<_, DbError>>()?;
        let mut known = HashSet::new();
        let twice = ids.iter().zip(0..).filter(|(id, _)| !known.insert(**id));
        broken.extend(twice.map(|(_, row)| at(ViolationCode::Duplicate, "indicator", row)));
        if broken.is_empty() { Ok(ids) } else { Err(DbError::Violated(broken)) }
    }
}

fn at(code: ViolationCode, field: &'static str, row: i32) -> Violation {
    Violation { row: Some(row), ..Violation::of(code, &["input", "indicators", field]) }
}

/// Who is to answer for them: an agency that is there today, within reach.
async fn lead(
    writing: &mut Writing,
    permit: &Permit<KeepCatalogue>,
    lead: &Edit<String>,
) -> Result<Option<Uuid>, DbError> {
    let Edit::Becomes(code) = lead else { return Ok(None) };
    let today = writing.today();
    let found = receiver(writing, code, today, &["input", "lead"]).await?;
    if permit.reach().holds(Some(found)) {
        Ok(Some(found))
    } else {
        Err(DbError::violated(ViolationCode::OutOfReach, &["input", "lead"]))
    }
}

/// Why the lead of an indicator may not become that, and beside which field a screen says so.
fn refusal(
    permit: &Permit<KeepCatalogue>,
    seen: &SeenIndicator,
    found: &Indicator,
    within: &[Uuid],
    lead: Option<Uuid>,
) -> Option<(ViolationCode, &'static str)> {
    let is_of_others = found.lead_agency_id.is_some_and(|lead| !permit.reach().holds(Some(lead)));
    if is_of_others || !is_kept_by(within, |object| permit.holds_for(object)) {
        Some((ViolationCode::OutOfReach, "indicator"))
    } else if found.version != seen.expected_version {
        Some((ViolationCode::Stale, "expectedVersion"))
    } else if found.lead_agency_id == lead {
        Some((ViolationCode::Unchanged, "indicator"))
    } else {
        None
    }
}

/// Locks indicators until the end of the transaction, and loads them. In one order, so that no two writers wait for each other.
pub(super) async fn lock_and_load(writing: &mut Writing, ids: &[Uuid]) -> Result<HashMap<Uuid, Indicator>, DbError> {
    let found = indicator::table
        .filter(indicator::id.eq_any(ids))
        .order(indicator::id)
        .select(Indicator::as_select())
        .for_no_key_update();
    let rows: Vec<Indicator> = found.load(writing.connection()).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Where the programmes that follow indicators hold.
pub(super) async fn jurisdictions(writing: &mut Writing, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Uuid>>, DbError> {
    let rows: Vec<(Uuid, Uuid)> = programme_indicator::table
        .inner_join(programme::table)
        .filter(programme_indicator::indicator_id.eq_any(ids))
        .select((programme_indicator::indicator_id, programme::jurisdiction_id))
        .load(writing.connection())
        .await?;
    let mut of: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for (indicator, jurisdiction) in rows {
        of.entry(indicator).or_default().push(jurisdiction);
    }
    Ok(of)
}

/// An indicator as the audit trail keeps it.
pub(super) fn audit_snapshot(row: &Indicator) -> Value {
    json!({ "code": row.code, "lead": row.lead_agency_id, "retiredOn": row.retired_on, "version": row.version })
}

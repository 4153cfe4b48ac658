//! The bounds between on track, at risk and off track: those of a programme, from which day on and by which document.

use async_graphql::InputObject;
use auth::{action::KeepCatalogue, random};
use derive::boxed;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use object_layer::SimpleObject;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Acting, Date, DbError, ViolationCode,
    decimal::Number,
    document::in_force,
    input::{Checks, refused},
    noun::relation,
    programme::kept,
    schema::assessment_rule,
    validity::Holds,
    writer::{ChangeKind, Writing},
};

/// The longest source, in characters.
const WORDS: u16 = 500;

/// Which pace is enough: the bounds between on track, at risk and off track, on some days.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, SimpleObject, Serialize, Deserialize)]
#[diesel(table_name = assessment_rule)]
pub struct AssessmentRule {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Way made by way expected, from which an indicator is on track
    pub on_track_from: Decimal,
    /// The same from which it is at risk; below it is off track
    pub at_risk_from: Decimal,
    /// Who says so, in words
    pub source: String,
    /// Raised by each change; mutations name the one they expect
    pub version: i32,
    /// The days on which it is judged by them
    #[graphql(skip)]
    pub valid: Holds,
    /// The programme; null for all that have none of their own
    #[graphql(skip)]
    pub programme_id: Option<Uuid>,
    /// The document that sets them
    #[graphql(skip)]
    pub document_id: Option<Uuid>,
}

relation!(
    /// The bounds of a programme's own, the earliest first.
    RulesOf => AssessmentRule,
    |reader, parents| assessment_rule::table
        .filter(assessment_rule::programme_id.assume_not_null().eq_any(parents))
        .order((assessment_rule::programme_id, assessment_rule::valid))
        .select((assessment_rule::programme_id.assume_not_null(), AssessmentRule::as_select()))
);

/// The bounds of a programme from a day on, and the document that sets them.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "SetAssessmentRuleInput")]
pub struct NewBounds {
    /// Code of the programme, which has not ended
    pub programme: String,
    /// The `version` of its bounds of `validFrom`; left out if it has none of its own on that day
    pub expected_version: Option<i32>,
    /// Way made by way expected, from which an indicator is on track: at most 1
    pub on_track_from: Number,
    /// The same from which it is at risk: more than 0, and less than `onTrackFrom`
    pub at_risk_from: Number,
    /// From this day (Asia/Ho_Chi_Minh) on it is judged by them: today or a later day, until bounds begin that are there for later.
    /// Earlier days are judged as they were
    pub valid_from: Date,
    /// Code of the document that sets them, which was issued and is in force
    pub document: String,
    /// Who says so, in words that everybody may read, at most 500 characters
    pub source: String,
}

/// Sets the bounds of a programme of the actor's from a day on.
#[boxed]
pub async fn set_rule(acting: &Acting<KeepCatalogue>, new: NewBounds) -> Result<AssessmentRule, DbError> {
    let mut checks = Checks::default();
    let source = checks.text("source", &new.source, WORDS);
    checks.passed()?;
    let (on_track_from, at_risk_from) = (new.on_track_from.0, new.at_risk_from.0);
    if on_track_from > Decimal::ONE {
        return Err(refused(ViolationCode::OutOfBounds, "onTrackFrom"));
    }
    if at_risk_from <= Decimal::ZERO || at_risk_from >= on_track_from {
        return Err(refused(ViolationCode::OutOfBounds, "atRiskFrom"));
    }
    let work = async |writing: &mut Writing| {
        let programme = kept(writing, &acting.permit, &new.programme).await?.id;
        if new.valid_from < writing.today() {
            return Err(refused(ViolationCode::OutOfBounds, "validFrom"));
        }
        let document = in_force(acting, writing, &new.document, &["input", "document"]).await?;
        let there = lock_and_load(writing, programme).await?;
        let before = there.iter().find(|it| it.valid.on(new.valid_from));
        if before.map(|it| it.version) != new.expected_version {
            return Err(refused(ViolationCode::Stale, "expectedVersion"));
        }
        if before.is_some_and(|it| (it.on_track_from, it.at_risk_from) == (on_track_from, at_risk_from)) {
            return Err(refused(ViolationCode::Unchanged, "onTrackFrom"));
        }
        // Where none of its own hold on that day, until the next that begin.
        let next = there.iter().filter_map(|it| it.valid.from).filter(|from| *from > new.valid_from).min();
        let is_anew = before.filter(|it| it.valid.from == Some(new.valid_from));
        let after = AssessmentRule {
            id: is_anew.map_or_else(|| random::id(writing.now()), |it| it.id),
            on_track_from,
            at_risk_from,
            source: source.clone(),
            version: before.map_or(1, |it| it.version + 1),
            valid: Holds { from: Some(new.valid_from), ends_before: before.map_or(next, |it| it.valid.ends_before) },
            programme_id: Some(programme),
            document_id: Some(document.id),
        };
        write(writing, before, &after).await?;
        let was = before.map(|it| json!({ "assessmentRule": it }));
        let is = json!({ "assessmentRule": after });
        writing.record(&acting.permit, ChangeKind::Updated, ("programme", programme), was, Some(is));
        Ok(after)
    };
    acting.write(work).await
}

/// Locks the bounds of a programme until the end of the transaction, and loads them.
async fn lock_and_load(writing: &mut Writing, programme: Uuid) -> Result<Vec<AssessmentRule>, DbError> {
    let of_programme = assessment_rule::table
        .filter(assessment_rule::programme_id.eq(programme))
        .order(assessment_rule::id)
        .select(AssessmentRule::as_select())
        .for_no_key_update();
    Ok(RunQueryDsl::load(of_programme, writing.connection()).await?)
}

/// Those that begin on the same day are replaced, others end before.
async fn write(writing: &mut Writing, before: Option<&AssessmentRule>, after: &AssessmentRule) -> Result<(), DbError> {
    if let Some(before) = before.filter(|before| before.id == after.id) {
        let anew = diesel::update(assessment_rule::table.find(before.id)).set((
            assessment_rule::on_track_from.eq(after.on_track_from),
            assessment_rule::at_risk_from.eq(after.at_risk_from),
            assessment_rule::source.eq(&after.source),
            assessment_rule::document_id.eq(after.document_id),
            assessment_rule::version.eq(after.version),
        ));
        RunQueryDsl::execute(anew, writing.connection()).await?;
        return Ok(());
    }
    if let Some(before) = before {
        let until_then = Holds { from: before.valid.from, ends_before: after.valid.from };
        let ended = diesel::update(assessment_rule::table.find(before.id))
            .set((assessment_rule::valid.eq(until_then), assessment_rule::version.eq(before.version + 1)));
        RunQueryDsl::execute(ended, writing.connection()).await?;
    }
    let added = diesel::insert_into(assessment_rule::table).values(after);
    RunQueryDsl::execute(added, writing.connection()).await?;
    Ok(())
}

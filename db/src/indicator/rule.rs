//! Rules between indicators: how the figures of two of them must compare, from which day on and by which document.

use std::collections::HashMap;

use async_graphql::InputObject;
use auth::{Acts as _, action::KeepCatalogue, random};
use derive::boxed;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::change::{NOUN, jurisdictions};
use crate::{
    Acting, Date, DbError, ViolationCode,
    comparator::Comparator,
    document::in_force,
    input::{Checks, refused},
    noun::relation,
    programme::is_kept_by,
    schema::{indicator, indicator_rule},
    validity::Holds,
    writer::{AuditEvent, ChangeKind, Writing},
};

/// The longest code and sentence, in characters.
const CODE: u16 = 100;
const WORDS: u16 = 500;

/// How the figures of two indicators must compare, for one subject in one period.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, SimpleObject, Serialize, Deserialize)]
#[diesel(table_name = indicator_rule)]
pub struct IndicatorRule {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Stable key
    pub code: String,
    /// How the left figure must compare with the right one
    pub comparator: Comparator,
    /// Raised by each change; mutations name the one they expect
    pub version: i32,
    /// In Vietnamese
    #[graphql(skip)]
    pub words_vi: String,
    /// In English
    #[graphql(skip)]
    pub words_en: String,
    /// The left one
    #[graphql(skip)]
    pub left_indicator_id: Uuid,
    /// The right one
    #[graphql(skip)]
    pub right_indicator_id: Uuid,
    /// Holds for periods whose last day is one of these
    #[graphql(skip)]
    pub valid: Holds,
    /// The document that sets it
    #[graphql(skip)]
    pub document_id: Option<Uuid>,
    /// Its clause
    #[graphql(skip)]
    pub clause: Option<String>,
}

relation!(
    /// The rules that hold an indicator against another one, on either side; also those that have ended.
    RulesOf => IndicatorRule,
    |reader, parents| indicator::table
        .inner_join(indicator_rule::table.on(indicator_rule::left_indicator_id
            .eq(indicator::id)
            .or(indicator_rule::right_indicator_id.eq(indicator::id))))
        .filter(indicator::id.eq_any(parents))
        .order((indicator::id, indicator_rule::code))
        .select((indicator::id, IndicatorRule::as_select()))
);

/// A rule between two indicators, by a document or out of what they measure.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DefineIndicatorRuleInput")]
pub struct NewRule {
    /// Stable key, which no other rule has: small letters, digits and `_`
    pub code: String,
    /// Code of the indicator whose figure is compared
    pub left: String,
    /// How the left figure must compare with the right one; not `BETWEEN`
    pub comparator: Comparator,
    /// Code of the indicator with whose figure it is compared
    pub right: String,
    /// What is said in Vietnamese to whoever submits figures that break it, at most 500 characters
    pub words_vi: String,
    /// The same in English
    pub words_en: String,
    /// It holds for periods whose last day (Asia/Ho_Chi_Minh) is this one or later; for all if left out. Figures are held against it when
    /// they are submitted, so those that were submitted before stay as they are
    pub valid_from: Option<Date>,
    /// Code of the document that sets it, which was issued and is in force; left out where it follows from what is measured, as when one
    /// figure counts a part of the other
    pub document: Option<String>,
    /// Its clause, as printed, at most 40 characters; with `document`, and only then
    pub clause: Option<String>,
}

/// The end of a rule between two indicators.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "EndIndicatorRuleInput")]
pub struct RuleEnd {
    /// Code of the rule
    pub rule: String,
    /// Its `version` as it was read
    pub expected_version: i32,
    /// Periods whose last day (Asia/Ho_Chi_Minh) is later than this are not held against it any more
    pub valid_until: Date,
}

/// Sets a rule between two indicators of the actor's catalogue.
#[boxed]
pub async fn define(acting: &Acting<KeepCatalogue>, new: NewRule) -> Result<IndicatorRule, DbError> {
    let mut checks = Checks::default();
    let code = checks.text("code", &new.code, CODE);
    let words_vi = checks.text("wordsVi", &new.words_vi, WORDS);
    let words_en = checks.text("wordsEn", &new.words_en, WORDS);
    let clause = checks.clause(new.clause.as_deref());
    checks.passed()?;
    match (&new.document, &clause) {
        (Some(_), None) => return Err(refused(ViolationCode::Required, "clause")),
        (None, Some(_)) => return Err(refused(ViolationCode::Required, "document")),
        _ => {}
    }
    let work = async |writing: &mut Writing| {
        let codes = [&new.left, &new.right];
        let found: Vec<(String, Uuid)> = indicator::table
            .filter(indicator::code.eq_any(codes))
            .select((indicator::code, indicator::id))
            .load(writing.connection())
            .await?;
        let found: HashMap<_, _> = found.into_iter().collect();
        let of_code = |code, field| found.get(code).copied().ok_or_else(|| refused(ViolationCode::NotFound, field));
        let (left, right) = (of_code(&new.left, "left")?, of_code(&new.right, "right")?);
        within_reach(acting, writing, [(left, "left"), (right, "right")]).await?;
        let document = match &new.document {
            Some(document) => Some(in_force(acting, writing, document, &["input", "document"]).await?.id),
            None => None,
        };
        let rule = IndicatorRule {
            id: random::id(writing.now()),
            code: code.clone(),
            comparator: new.comparator,
            version: 1,
            words_vi: words_vi.clone(),
            words_en: words_en.clone(),
            left_indicator_id: left,
            right_indicator_id: right,
            valid: Holds { from: new.valid_from, ends_before: None },
            document_id: document,
            clause: clause.clone(),
        };
        diesel::insert_into(indicator_rule::table).values(&rule).execute(writing.connection()).await?;
        record(writing, None, &rule);
        Ok(rule)
    };
    acting.write(work).await
}

/// Ends a rule between two indicators of the actor's catalogue.
#[boxed]
pub async fn end(acting: &Acting<KeepCatalogue>, end: RuleEnd) -> Result<IndicatorRule, DbError> {
    let work = async |writing: &mut Writing| {
        let before: Option<IndicatorRule> = indicator_rule::table
            .filter(indicator_rule::code.eq(&end.rule))
            .select(IndicatorRule::as_select())
            .for_no_key_update()
            .first(writing.connection())
            .await
            .optional()?;
        let before = before.ok_or_else(|| refused(ViolationCode::NotFound, "rule"))?;
        within_reach(acting, writing, [before.left_indicator_id, before.right_indicator_id].map(|id| (id, "rule")))
            .await?;
        if before.version != end.expected_version {
            return Err(refused(ViolationCode::Stale, "expectedVersion"));
        }
        let ends_before = end.valid_until.day_after();
        let Holds { from, ends_before: until } = before.valid;
        if from.is_some_and(|from| end.valid_until < from) || until.is_some_and(|until| ends_before >= until) {
            return Err(refused(ViolationCode::OutOfBounds, "validUntil"));
        }
        let after = IndicatorRule {
            valid: Holds { from, ends_before: Some(ends_before) },
            version: before.version + 1,
            ..before.clone()
        };
        diesel::update(indicator_rule::table.find(before.id))
            .set((indicator_rule::valid.eq(after.valid), indicator_rule::version.eq(after.version)))
            .execute(writing.connection())
            .await?;
        record(writing, Some(&before), &after);
        Ok(after)
    };
    acting.write(work).await
}

/// Whether the actor keeps the catalogue of both indicators.
async fn within_reach(
    acting: &Acting<KeepCatalogue>,
    writing: &mut Writing,
    sides: [(Uuid, &'static str); 2],
) -> Result<(), DbError> {
    let within = jurisdictions(writing, &sides.map(|(id, _)| id)).await?;
    for (id, field) in sides {
        let within = within.get(&id).map(Vec::as_slice).unwrap_or_default();
        if !is_kept_by(within, |object| acting.permit.holds_for(object)) {
            return Err(refused(ViolationCode::OutOfReach, field));
        }
    }
    Ok(())
}

/// Who follows one of the two indicators is told; the trail tells of the rule.
fn record(writing: &mut Writing, before: Option<&IndicatorRule>, after: &IndicatorRule) {
    for id in [after.left_indicator_id, after.right_indicator_id] {
        writing.changed(ChangeKind::Updated, (NOUN, id));
    }
    writing.audit(AuditEvent {
        action: KeepCatalogue::ACTION.as_str(),
        object: Some(("indicator_rule", after.id)),
        before: before.map(|rule| json!(rule)),
        after: Some(json!(after)),
        ..AuditEvent::default()
    });
}

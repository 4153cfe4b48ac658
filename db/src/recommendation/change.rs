//! What people do with recommendations: made by an agency, then acknowledged, answered, refused or withdrawn, each a transaction
//! that begins with the recommendation's row.

use async_graphql::InputObject;
use auth::{Acts, action};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

pub use self::make::{NewRecommendation, recommend};
use super::{
    Recommendation,
    rules::{Refusal, Standing, after},
    step::{RecommendationStep, recommendation_reach},
};
use crate::{
    Acting, DbError, Id, Violation, ViolationCode,
    directive::DirectiveState,
    document::seen,
    enums::Visibility,
    input::{Checks, few, in_order},
    role_grant::Role,
    schema::{directive, recommendation, recommendation_answer, recommendation_step},
    visible::visible_to,
    writer::{ChangeKind, Writing},
};

mod make;

const NOUN: &str = "recommendation";
/// The longest text, answer or reason, in characters.
const TEXT: u16 = 4_000;

/// The field that names the recommendation.
const RECOMMENDATION: &[&str] = &["input", "recommendation"];

/// Which recommendation is acknowledged.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AcknowledgeRecommendationInput")]
pub struct Acknowledgement {
    /// Id of the recommendation
    pub recommendation: Id<Recommendation>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// What is to be said about it, at most 4,000 characters
    pub note: Option<String>,
}

/// An answer to a recommendation.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AnswerRecommendationInput")]
pub struct RecommendationAnswer {
    /// Id of the recommendation
    pub recommendation: Id<Recommendation>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// The answer in words, at most 4,000 characters
    pub answer: String,
    /// Code of the document by which it is answered
    pub document: Option<String>,
    /// Codes of the directives that answer it, which have been issued and not cancelled; at most 50
    #[graphql(default)]
    pub directives: Vec<String>,
}

/// Why a recommendation is refused.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RefuseRecommendationInput")]
pub struct RecommendationRefusal {
    /// Id of the recommendation
    pub recommendation: Id<Recommendation>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// Why, at most 4,000 characters
    pub reason: String,
}

/// Which recommendation is withdrawn.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "WithdrawRecommendationInput")]
pub struct Withdrawal {
    /// Id of the recommendation
    pub recommendation: Id<Recommendation>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// Why, at most 4,000 characters
    pub reason: Option<String>,
}

/// Acknowledges a recommendation for an agency that is to answer it.
#[boxed]
pub async fn acknowledge(
    acting: &Acting<action::AcknowledgeRecommendation>,
    input: Acknowledgement,
) -> Result<Recommendation, DbError> {
    let mut checks = Checks::default();
    let text = checks.optional("note", input.note.as_deref(), TEXT);
    checks.passed()?;
    take(acting, Step::of(&input.recommendation, input.expected_version, text)?).await
}

/// Answers a recommendation of somebody else: in words, and by a document or by directives where there are any.
#[boxed]
pub async fn answer(
    acting: &Acting<action::AnswerRecommendation>,
    input: RecommendationAnswer,
) -> Result<Recommendation, DbError> {
    let mut checks = Checks::default();
    let text = Some(checks.text("answer", &input.answer, TEXT));
    checks.passed()?;
    let RecommendationAnswer { recommendation, expected_version, document, directives, .. } = input;
    let step = Step::of(&recommendation, expected_version, text)?;
    take(acting, Step { document, directives, ..step }).await
}

/// Refuses a recommendation of somebody else, with a reason.
#[boxed]
pub async fn refuse(
    acting: &Acting<action::RefuseRecommendation>,
    input: RecommendationRefusal,
) -> Result<Recommendation, DbError> {
    let mut checks = Checks::default();
    let text = Some(checks.text("reason", &input.reason, TEXT));
    checks.passed()?;
    take(acting, Step::of(&input.recommendation, input.expected_version, text)?).await
}

/// Withdraws a recommendation that is neither answered nor refused, for the agency that makes it.
#[boxed]
pub async fn withdraw(
    acting: &Acting<action::WithdrawRecommendation>,
    input: Withdrawal,
) -> Result<Recommendation, DbError> {
    let mut checks = Checks::default();
    let text = checks.optional("reason", input.reason.as_deref(), TEXT);
    checks.passed()?;
    take(acting, Step::of(&input.recommendation, input.expected_version, text)?).await
}

/// What is done about a recommendation; the action says where it leads.
#[derive(Debug, Clone, Default)]
struct Step {
    of: Uuid,
    expected_version: i32,
    text: Option<String>,
    document: Option<String>,
    directives: Vec<String>,
}

impl Step {
    /// One that is in words alone.
    fn of(recommendation: &Id<Recommendation>, expected_version: i32, text: Option<String>) -> Result<Self, DbError> {
        Ok(Self { of: recommendation.uuid()?, expected_version, text, ..Self::default() })
    }
}

async fn take<A: Acts>(acting: &Acting<A>, step: Step) -> Result<Recommendation, DbError> {
    let work = async |writing: &mut Writing| {
        let (before, standing) = open(acting, writing, &step).await?;
        let document = seen(acting, writing, step.document.as_slice(), "document").await?.pop();
        let directives = answering(acting, writing, &step.directives).await?;
        let state = after(A::ACTION).ok_or(DbError::NotFound)?;
        let reach = acting.permit.reach();
        let agency = standing.concerned(A::ACTION).iter().copied().find(|agency| reach.holds(Some(*agency)));
        let agency_id = agency.ok_or(DbError::NotFound)?;
        let taken = RecommendationStep {
            id: auth::random::id(writing.now()),
            recommendation_id: before.id,
            state,
            text: step.text.clone(),
            document_id: document.map(|document| document.id),
            agency_id,
            role: acting.permit.role_at(agency_id).map(Role::from).ok_or(DbError::NotFound)?,
            account_id: acting.permit.actor().account().ok_or(DbError::NotFound)?,
            taken_on: writing.today(),
            recorded_at: writing.now(),
        };
        diesel::insert_into(recommendation_step::table).values(&taken).execute(writing.connection()).await?;
        let after = Recommendation { state, version: before.version + 1, ..before.clone() };
        diesel::update(recommendation::table.find(before.id))
            .set((recommendation::state.eq(after.state), recommendation::version.eq(after.version)))
            .execute(writing.connection())
            .await?;
        let answers = directives.iter().map(|directive| {
            (recommendation_answer::recommendation_id.eq(before.id), recommendation_answer::directive_id.eq(*directive))
        });
        let answers: Vec<_> = answers.collect();
        // A document may have said so before.
        diesel::insert_into(recommendation_answer::table)
            .values(answers)
            .on_conflict_do_nothing()
            .execute(writing.connection())
            .await?;
        // Who follows a directive is not told of what they may not see.
        for directive in directives.into_iter().filter(|_| before.visibility == Visibility::Public) {
            writing.changed(ChangeKind::Updated, ("directive", directive));
        }
        let mut shown = audit_snapshot(&after);
        if let Value::Object(fields) = &mut shown {
            fields.insert("text".to_owned(), json!(step.text));
            fields.insert("document".to_owned(), json!(step.document));
            fields.insert("directives".to_owned(), json!(step.directives));
        }
        writing.record(
            &acting.permit,
            ChangeKind::Updated,
            (NOUN, before.id),
            Some(audit_snapshot(&before)),
            Some(shown),
        );
        Ok(after)
    };
    acting.write(work).await
}

/// Finds a recommendation and locks it, if this may be done about it. What the actor may not see or has nothing to do with is not
/// there.
async fn open<A: Acts>(
    acting: &Acting<A>,
    writing: &mut Writing,
    step: &Step,
) -> Result<(Recommendation, Standing), DbError> {
    let before: Recommendation = recommendation::table
        .filter(recommendation::id.eq(step.of))
        .filter(visible_to(&acting.scope, recommendation::table))
        .select(Recommendation::as_select())
        .for_no_key_update()
        .first(writing.connection())
        .await?;
    let reach: Vec<Uuid> = recommendation_reach::table
        .filter(recommendation_reach::recommendation_id.eq(step.of))
        .order((recommendation_reach::position, recommendation_reach::agency_id))
        .select(recommendation_reach::agency_id)
        .load(writing.connection())
        .await?;
    let standing = before.standing(reach);
    let allowed = standing.allows(A::ACTION, |object| acting.permit.holds_for(object));
    if allowed == Err(Refusal::OutOfReach) {
        return Err(DbError::NotFound);
    }
    if before.version != step.expected_version {
        return Err(DbError::violated(ViolationCode::Stale, &["input", "expectedVersion"]));
    }
    match allowed {
        Ok(()) => Ok((before, standing)),
        Err(Refusal::OwnWork) => Err(DbError::violated(ViolationCode::OwnWork, RECOMMENDATION)),
        Err(Refusal::NotInState | Refusal::OutOfReach) => {
            Err(DbError::violated(ViolationCode::NotInState, RECOMMENDATION))
        }
    }
}

/// The directives of the codes, as far as the actor may see them; none that was cancelled answers anything.
async fn answering<A: Acts>(acting: &Acting<A>, writing: &mut Writing, codes: &[String]) -> Result<Vec<Uuid>, DbError> {
    few(codes.len(), "directives")?;
    let rows: Vec<(String, Uuid, DirectiveState)> = directive::table
        .filter(directive::code.eq_any(codes))
        .filter(visible_to(&acting.scope, directive::table))
        .order(directive::code)
        .select((directive::code, directive::id, directive::state))
        .load(writing.connection())
        .await?;
    let ids = in_order(codes, rows.iter().map(|(code, id, _)| (code.clone(), *id)).collect(), "directives")?;
    let cancelled = rows.into_iter().filter(|(_, _, state)| *state == DirectiveState::Cancelled);
    let cancelled: Vec<_> = cancelled.map(|(code, ..)| code).collect();
    if cancelled.is_empty() {
        return Ok(ids);
    }
    let violation = Violation::of(ViolationCode::NotInState, &["input", "directives"]);
    Err(DbError::Violated(vec![violation.about(cancelled.join(", "))]))
}

/// A recommendation as the audit trail keeps it.
fn audit_snapshot(of: &Recommendation) -> Value {
    json!({ "code": of.code, "state": of.state, "visibility": of.visibility, "version": of.version })
}

//! What people do with recommendations: made by an agency, then acknowledged, answered, refused or withdrawn, each a transaction
//! that begins with the recommendation's row.

use async_graphql::InputObject;
use auth::action;
use derive::boxed;
use serde_json::{Value, json};

use self::take::{Step, take};
pub use self::{
    make::{NewRecommendation, recommend},
    register::{Registration, register},
};
use super::Recommendation;
use crate::{Acting, DbError, Id, directive::change::NewDirective, input::Checks};

mod make;
mod register;
mod take;

const NOUN: &str = "recommendation";
/// The longest text, answer or reason, in characters.
const TEXT: u16 = 4_000;

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
    /// A directive that is issued with the answer, and answers it as well: both or neither, by who may do both
    pub issue: Option<NewDirective>,
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

/// Answers a recommendation of somebody else: in words, and by a document or by directives where there are any, also by one that is
/// issued with it.
#[boxed]
pub async fn answer(
    acting: &Acting<action::AnswerRecommendation>,
    input: RecommendationAnswer,
) -> Result<Recommendation, DbError> {
    let mut checks = Checks::default();
    let text = Some(checks.text("answer", &input.answer, TEXT));
    checks.passed()?;
    let RecommendationAnswer { recommendation, expected_version, document, directives, issue, .. } = input;
    let step = Step::of(&recommendation, expected_version, text)?;
    take(acting, Step { document, directives, issue, ..step }).await
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

/// A recommendation as the audit trail keeps it.
fn audit_snapshot(of: &Recommendation) -> Value {
    json!({ "code": of.code, "state": of.state, "visibility": of.visibility, "version": of.version })
}

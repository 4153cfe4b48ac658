//! Recommendations that a document holds: they come into the register as the document says, and nobody makes them here.

use async_graphql::InputObject;
use auth::{action::KeepCatalogue, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use serde_json::json;

use super::{
    NOUN, audit_snapshot,
    make::hang,
    take::{answered_by, answering},
};
use crate::{
    Acting, DbError, ViolationCode,
    clause::{self, SUMMARY, WORDS},
    document::change::kept as document_kept,
    enums::Visibility,
    id::tail,
    input::{CLAUSE, Checks, NOTE, refused},
    recommendation::{Recommendation, RecommendationKind, RecommendationState},
    schema::recommendation,
    text::symbol,
    writer::{ChangeKind, Writing},
};

/// A recommendation, or an obstacle, that a document holds, to be registered as the document says.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RegisterRecommendationInput")]
pub struct Registration {
    /// Code of the document it stands in, of a catalogue that the viewer keeps
    pub document: String,
    /// Clause of the document, as printed, at most 40 characters
    pub clause: String,
    /// What its code ends in, behind that of the document: the clause if left out; at most 40 characters
    pub item: Option<String>,
    /// What the agency says
    pub kind: RecommendationKind,
    /// Code of the agency that says it, also of one that is gone
    pub from: String,
    /// Codes of agencies that are to answer it, also of such as are gone, in the order of the document, at most 50
    #[graphql(default)]
    pub to: Vec<String>,
    /// The addressee as written, where it is vague, at most 300 characters
    pub to_words: Option<String>,
    /// Code of the agency that would have to decide, also of one that is gone; null if the document does not say
    pub decision_maker: Option<String>,
    /// What it is about, in a few Vietnamese words, at most 300 characters
    pub topic: String,
    /// What is said, in your words, in Vietnamese, at most 2,000 characters
    pub text: String,
    /// Who may read it: no more than may read the document
    pub visibility: Visibility,
    /// What has become of it, as documents say: OPEN, ACKNOWLEDGED, ANSWERED or REFUSED
    #[graphql(default_with = "RecommendationState::Open")]
    pub state: RecommendationState,
    /// Codes of the directives that answer it, at most 50
    #[graphql(default)]
    pub answered_by: Vec<String>,
    /// Codes of other documents that it mentions, at most 50
    #[graphql(default)]
    pub mentioned_documents: Vec<String>,
    /// What a careful reader should know about the source, at most 2,000 characters
    pub note: Option<String>,
}

/// Registers a recommendation that a document holds.
#[boxed]
pub async fn register(acting: &Acting<KeepCatalogue>, new: Registration) -> Result<Recommendation, DbError> {
    let mut checks = Checks::default();
    let clause = clause::clause(&mut checks, &new.clause, CLAUSE);
    let item = checks.optional("item", new.item.as_deref().map(symbol).as_deref(), CLAUSE);
    let topic = checks.text("topic", &new.topic, WORDS);
    let text = checks.text("text", &new.text, SUMMARY);
    let to_words = checks.optional("toWords", new.to_words.as_deref(), WORDS);
    let note = checks.optional("note", new.note.as_deref(), NOTE);
    checks.passed()?;
    if new.state == RecommendationState::Withdrawn {
        return Err(refused(ViolationCode::Incompatible, "state"));
    }
    if !new.answered_by.is_empty() && new.state != RecommendationState::Answered {
        return Err(refused(ViolationCode::Incompatible, "answeredBy"));
    }
    let work = async |writing: &mut Writing| {
        let document = clause::standing(acting, writing, &new.document).await?;
        document_kept(acting, writing, &document, "document").await?;
        if new.visibility < document.visibility {
            return Err(refused(ViolationCode::Incompatible, "visibility"));
        }
        let from = clause::agencies(writing, std::slice::from_ref(&new.from), "from").await?;
        let from = from.into_iter().next().ok_or_else(|| refused(ViolationCode::NotFound, "from"))?;
        let to = clause::agencies(writing, &new.to, "to").await?;
        let decides = clause::agencies(writing, new.decision_maker.as_slice(), "decisionMaker").await?.pop();
        let mentioned = clause::documents(acting, writing, &new.mentioned_documents, "mentionedDocuments").await?;
        let answers = answering(acting, writing, &new.answered_by, "answeredBy").await?;
        let id = random::id(writing.now());
        // What is hidden takes no code that others could find taken.
        let hidden = if new.visibility == Visibility::Public { String::new() } else { format!("~{}", tail(id)) };
        let row = (
            recommendation::id.eq(id),
            recommendation::code.eq(clause::code(&document, item.as_deref(), &clause) + &hidden),
            recommendation::kind.eq(new.kind),
            recommendation::from_agency_id.eq(from),
            (recommendation::to_words.eq(to_words), recommendation::decision_maker_id.eq(decides)),
            (recommendation::topic.eq(topic), recommendation::text.eq(text)),
            (recommendation::document_id.eq(document.id), recommendation::clause.eq(clause)),
            (recommendation::state.eq(new.state), recommendation::visibility.eq(new.visibility)),
            recommendation::note.eq(note),
        );
        let after: Recommendation = diesel::insert_into(recommendation::table)
            .values(row)
            .returning(Recommendation::as_returning())
            .get_result(writing.connection())
            .await?;
        hang(writing, id, &to, &mentioned).await?;
        answered_by(writing, id, answers.into_iter()).await?;
        let mut shown = audit_snapshot(&after);
        if let serde_json::Value::Object(fields) = &mut shown {
            fields.insert("from".to_owned(), json!(new.from));
            fields.insert("text".to_owned(), json!(after.text));
            fields.insert("registered".to_owned(), json!(true));
        }
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, id), None, Some(shown));
        Ok(after)
    };
    acting.write(work).await
}

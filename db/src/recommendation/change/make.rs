//! How a recommendation comes about.

use async_graphql::InputObject;
use auth::{action, random};
use chrono::Datelike as _;
use derive::boxed;
use diesel::{ExpressionMethods as _, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use serde_json::json;
use uuid::Uuid;

use super::{NOUN, TEXT, audit_snapshot};
use crate::{
    Acting, DbError, ViolationCode,
    agency::there_today,
    document::{Document, seen},
    enums::Visibility,
    id::tail,
    input::{CLAUSE, Checks, NOTE, refused},
    programme::running,
    recommendation::{Recommendation, RecommendationKind},
    schema::{recommendation, recommendation_document, recommendation_recipient},
    text::symbol,
    writer::{ChangeKind, Writing},
};

/// The longest topic or addressee in words, in characters.
const WORDS: u16 = 200;

/// A recommendation to be made: of a document's clause, of a programme, or both.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RecommendInput")]
pub struct NewRecommendation {
    /// Code of the agency that says it, of which the viewer is a head
    pub from: String,
    /// What the agency says
    #[graphql(default_with = "RecommendationKind::Recommendation")]
    pub kind: RecommendationKind,
    /// Codes of the agencies it goes to, in the order of the document; at most 50. They answer it, and so do the members of groups
    #[graphql(default)]
    pub to: Vec<String>,
    /// The addressee as written, where it is vague, at most 200 characters
    pub to_words: Option<String>,
    /// Code of the agency that would have to decide, which answers as well
    pub decision_maker: Option<String>,
    /// What it is about, in a few words, at most 200 characters
    pub topic: String,
    /// What is said, at most 4,000 characters
    pub text: String,
    /// Code of the document it stands in; left out if it stands in none, and then a programme is named
    pub document: Option<String>,
    /// Label of the clause as printed, such as `1.a`: with a document, and only then
    pub clause: Option<String>,
    /// What tells it from others of the same clause, such as `b`: a part of its code; with a document, and only then
    pub item: Option<String>,
    /// Codes of other documents it mentions; at most 50
    #[graphql(default)]
    pub mentioned_documents: Vec<String>,
    /// Code of the programme it is about
    pub programme: Option<String>,
    /// Who may read it: no more than may read the document
    pub visibility: Visibility,
    /// What a careful reader should know about the source, at most 2,000 characters
    pub note: Option<String>,
}

/// The texts of a [`NewRecommendation`] as they are stored.
struct Texts {
    topic: String,
    text: String,
    to_words: Option<String>,
    clause: Option<String>,
    item: Option<String>,
    note: Option<String>,
}

impl Texts {
    fn of(new: &NewRecommendation) -> Result<Self, DbError> {
        let mut checks = Checks::default();
        let clause = new.clause.as_deref().map(symbol);
        let item = new.item.as_deref().map(symbol);
        let texts = Self {
            topic: checks.text("topic", &new.topic, WORDS),
            text: checks.text("text", &new.text, TEXT),
            to_words: checks.optional("toWords", new.to_words.as_deref(), WORDS),
            clause: checks.optional("clause", clause.as_deref(), CLAUSE),
            item: checks.optional("item", item.as_deref(), CLAUSE),
            note: checks.optional("note", new.note.as_deref(), NOTE),
        };
        checks.passed()?;
        match (&new.document, &texts.clause, &texts.item) {
            (Some(_), None, _) => Err(refused(ViolationCode::Required, "clause")),
            (None, Some(_), _) => Err(refused(ViolationCode::Incompatible, "clause")),
            (None, None, Some(_)) => Err(refused(ViolationCode::Incompatible, "item")),
            (None, None, None) if new.programme.is_none() => Err(refused(ViolationCode::Required, "document")),
            _ => Ok(texts),
        }
    }

    /// Where it stands, and which of several there it is; what is hidden takes no code that others could find taken.
    fn code(&self, new: &NewRecommendation, document: Option<&Document>, id: Uuid, year: i32) -> String {
        match (document, &self.clause) {
            (Some(document), Some(clause)) => {
                let item = self.item.as_deref().unwrap_or_default();
                let hidden =
                    if new.visibility == Visibility::Public { String::new() } else { format!("~{}", tail(id)) };
                format!("{}:{clause}{item}{hidden}", document.code)
            }
            _ => format!("kn-{}-{year}-{}", new.from, tail(id)),
        }
    }
}

/// Where a recommendation comes from and goes to.
struct Parties {
    from: Uuid,
    to: Vec<Uuid>,
    decision_maker: Option<Uuid>,
}

impl Parties {
    async fn of(
        acting: &Acting<action::Recommend>,
        writing: &mut Writing,
        new: &NewRecommendation,
    ) -> Result<Self, DbError> {
        let from = there_today(writing, std::slice::from_ref(&new.from), "from").await?;
        let from = from.into_iter().find(|agency| acting.permit.reach().holds(Some(*agency)));
        let from = from.ok_or_else(|| refused(ViolationCode::OutOfReach, "from"))?;
        let to = there_today(writing, &new.to, "to").await?;
        let decision_maker = there_today(writing, new.decision_maker.as_slice(), "decisionMaker").await?.pop();
        if to.contains(&from) {
            return Err(refused(ViolationCode::Incompatible, "to"));
        }
        if decision_maker == Some(from) {
            return Err(refused(ViolationCode::Incompatible, "decisionMaker"));
        }
        Ok(Self { from, to, decision_maker })
    }
}

/// Makes a recommendation to authorities, for an agency of which the actor is a head.
#[boxed]
pub async fn recommend(acting: &Acting<action::Recommend>, new: NewRecommendation) -> Result<Recommendation, DbError> {
    let texts = Texts::of(&new)?;
    let work = async |writing: &mut Writing| {
        let parties = Parties::of(acting, writing, &new).await?;
        let programme = match &new.programme {
            Some(code) => Some(running(writing, code).await?.id),
            None => None,
        };
        let document = seen(acting, writing, new.document.as_slice(), "document").await?.pop();
        // Its code would tell of the document.
        if document.as_ref().is_some_and(|document| new.visibility < document.visibility) {
            return Err(refused(ViolationCode::Incompatible, "visibility"));
        }
        let mentioned = seen(acting, writing, &new.mentioned_documents, "mentionedDocuments").await?;
        let mut mentioned: Vec<_> = mentioned.into_iter().map(|document| document.id).collect();
        mentioned.sort_unstable();
        mentioned.dedup();
        let (id, today) = (random::id(writing.now()), writing.today());
        let row = (
            recommendation::id.eq(id),
            recommendation::code.eq(texts.code(&new, document.as_ref(), id, today.0.year())),
            recommendation::kind.eq(new.kind),
            recommendation::from_agency_id.eq(parties.from),
            recommendation::to_words.eq(&texts.to_words),
            recommendation::decision_maker_id.eq(parties.decision_maker),
            recommendation::topic.eq(&texts.topic),
            recommendation::text.eq(&texts.text),
            recommendation::document_id.eq(document.map(|document| document.id)),
            recommendation::clause.eq(&texts.clause),
            recommendation::programme_id.eq(programme),
            recommendation::visibility.eq(new.visibility),
            recommendation::note.eq(&texts.note),
            recommendation::made_on.eq(today),
            recommendation::made_by.eq(acting.permit.actor().account()),
        );
        let after: Recommendation = diesel::insert_into(recommendation::table)
            .values(row)
            .returning(Recommendation::as_returning())
            .get_result(writing.connection())
            .await?;
        hang(writing, id, &parties.to, &mentioned).await?;
        let mut shown = audit_snapshot(&after);
        if let serde_json::Value::Object(fields) = &mut shown {
            fields.insert("from".to_owned(), json!(new.from));
            fields.insert("to".to_owned(), json!(new.to));
            fields.insert("text".to_owned(), json!(texts.text));
        }
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, id), None, Some(shown));
        Ok(after)
    };
    acting.write(work).await
}

/// To whom it goes, and what it mentions.
pub(super) async fn hang(writing: &mut Writing, id: Uuid, to: &[Uuid], mentioned: &[Uuid]) -> Result<(), DbError> {
    let recipients = to.iter().zip(1..).map(|(agency, position)| {
        (
            recommendation_recipient::recommendation_id.eq(id),
            recommendation_recipient::agency_id.eq(*agency),
            recommendation_recipient::position.eq(position),
        )
    });
    let recipients: Vec<_> = recipients.collect();
    diesel::insert_into(recommendation_recipient::table).values(recipients).execute(writing.connection()).await?;
    let mentions = mentioned.iter().map(|document| {
        (recommendation_document::recommendation_id.eq(id), recommendation_document::document_id.eq(*document))
    });
    let mentions: Vec<_> = mentions.collect();
    diesel::insert_into(recommendation_document::table).values(mentions).execute(writing.connection()).await?;
    Ok(())
}

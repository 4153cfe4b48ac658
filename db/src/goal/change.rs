//! What changes goals: they are read out of a document, and mended.

use async_graphql::InputObject;
use auth::{action::KeepCatalogue, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _, dsl::max};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Goal, GoalKind, Rating};
use crate::{
    Acting, DbError, Id, ViolationCode,
    calendar::Period,
    clause::{self, NewBody, NewService, SUMMARY, TITLE, rewrite, rewrite_documents},
    input::{CLAUSE, Checks, Edit, NOTE, refused},
    programme::kept,
    schema::{document, goal, goal_agency, goal_document, goal_indicator},
    text::symbol,
    visible::visible_to,
    writer::{ChangeKind, Writing},
};

const NOUN: &str = "goal";

/// A goal to be defined: what a clause of a document wants or judges without a figure.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DefineGoalInput")]
pub struct NewGoal {
    /// Code of the programme, whose catalogue the viewer keeps
    pub programme: String,
    /// Code of the document it stands in. It stands there behind those that are there
    pub document: String,
    /// Clause of the document, as printed, at most 40 characters
    pub clause: String,
    /// What its code ends in, behind that of the document: the clause if left out; at most 40 characters
    pub item: Option<String>,
    /// What it is
    pub kind: GoalKind,
    /// Title in Vietnamese, in your words, at most 300 characters
    pub title_vi: String,
    /// Title in English, at most 300 characters
    pub title_en: String,
    /// What is said, in Vietnamese, in a sentence of yours, at most 2,000 characters
    pub summary_vi: String,
    /// What is said, in English, at most 2,000 characters
    pub summary_en: String,
    /// What else is known of it
    #[graphql(flatten)]
    pub details: Details,
}

/// What is mended of a goal. What is left out stays; null empties; a list takes the place of the one before.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AmendGoalInput")]
pub struct Amendment {
    /// The goal
    pub goal: Id<Goal>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// What it is
    pub kind: Option<GoalKind>,
    /// Title in Vietnamese, in your words, at most 300 characters
    pub title_vi: Option<String>,
    /// Title in English, at most 300 characters
    pub title_en: Option<String>,
    /// What is said, in Vietnamese, in a sentence of yours, at most 2,000 characters
    pub summary_vi: Option<String>,
    /// What is said, in English, at most 2,000 characters
    pub summary_en: Option<String>,
    /// What else changes
    #[graphql(flatten)]
    pub details: Details,
}

/// What is known of a goal beside its kind, its title and its summary.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "GoalDetailsInput")]
pub struct Details {
    /// What it is about, in a few Vietnamese words each, at most 50
    pub topics: Option<Vec<String>>,
    /// The period that is judged; of an assessment alone
    #[graphql(default_with = "Edit::Stays")]
    pub period: Edit<Period>,
    /// Code of the agency that judges, also of one that is gone; of an assessment alone
    #[graphql(default_with = "Edit::Stays")]
    pub assessed_by: Edit<String>,
    /// How it is judged; of an assessment alone
    #[graphql(default_with = "Edit::Stays")]
    pub rating: Edit<Rating>,
    /// Whom it names, in the order of the document, at most 50
    pub named_bodies: Option<Vec<NewBody>>,
    /// The indicators that it is about, at most 50
    pub indicators: Option<Vec<NewService>>,
    /// Codes of other documents that it mentions, at most 50. Those that the viewer may not see stay
    pub mentioned_documents: Option<Vec<String>>,
    /// What a careful reader should know about the source, at most 2,000 characters
    #[graphql(default_with = "Edit::Stays")]
    pub note: Edit<String>,
}

impl Details {
    /// Gives a row what it becomes.
    async fn onto(&self, writing: &mut Writing, row: &mut Goal) -> Result<(), DbError> {
        self.period.onto(&mut row.period);
        self.rating.onto(&mut row.rating);
        self.note.onto(&mut row.note);
        clause::agency(writing, &self.assessed_by, "assessedBy").await?.onto(&mut row.assessed_by_id);
        if let Some(topics) = &self.topics {
            row.topics = clause::topics(topics)?;
        }
        let judges = row.period.is_some() || row.rating.is_some() || row.assessed_by_id.is_some();
        if judges && row.kind != GoalKind::Assessment {
            return Err(refused(ViolationCode::Incompatible, "kind"));
        }
        Ok(())
    }

    /// Writes anew what it names and is about; whether any of it was given.
    async fn relate(&self, acting: &Acting<KeepCatalogue>, writing: &mut Writing, goal: Uuid) -> Result<bool, DbError> {
        if let Some(named) = &self.named_bodies {
            let bodies = clause::bodies(writing, named, "namedBodies").await?;
            rewrite!(writing, goal_agency, goal_id = goal; bodies.into_iter().zip(1..).map(|((agency, words), place)| (
                goal_agency::goal_id.eq(goal), goal_agency::position.eq(place), goal_agency::agency_id.eq(agency), goal_agency::words.eq(words))));
        }
        if let Some(served) = &self.indicators {
            let served = clause::served(writing, served).await?;
            rewrite!(writing, goal_indicator, goal_id = goal; served.into_iter().map(|(indicator, stated)| (
                goal_indicator::goal_id.eq(goal), goal_indicator::indicator_id.eq(indicator), goal_indicator::stated.eq(stated))));
        }
        if let Some(codes) = &self.mentioned_documents {
            let mentioned = clause::documents(acting, writing, codes, "mentionedDocuments").await?;
            rewrite_documents!(acting, writing, goal_document, goal_id = goal; mentioned);
        }
        Ok(self.named_bodies.is_some() || self.indicators.is_some() || self.mentioned_documents.is_some())
    }
}

/// Defines a goal of a document.
#[boxed]
pub async fn define(acting: &Acting<KeepCatalogue>, mut new: NewGoal) -> Result<Goal, DbError> {
    let mut checks = Checks::default();
    let clause = clause::clause(&mut checks, &new.clause, CLAUSE);
    let item = checks.optional("item", new.item.as_deref().map(symbol).as_deref(), CLAUSE);
    let (title_vi, title_en) =
        (checks.text("titleVi", &new.title_vi, TITLE), checks.text("titleEn", &new.title_en, TITLE));
    let (summary_vi, summary_en) =
        (checks.text("summaryVi", &new.summary_vi, SUMMARY), checks.text("summaryEn", &new.summary_en, SUMMARY));
    checks.edit("note", &mut new.details.note, NOTE);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let programme_id = kept(writing, &acting.permit, &new.programme).await?.id;
        let document = clause::standing(acting, writing, &new.document).await?;
        let last = goal::table.filter(goal::document_id.eq(document.id)).select(max(goal::position));
        let last: Option<i32> = last.first(writing.connection()).await?;
        let mut row = Goal {
            id: random::id(writing.now()),
            code: clause::code(&document, item.as_deref(), &clause),
            kind: new.kind,
            clause,
            position: last.unwrap_or_default() + 1,
            title_vi,
            title_en,
            summary_vi,
            summary_en,
            topics: Vec::new(),
            period: None,
            rating: None,
            note: None,
            version: 1,
            programme_id,
            document_id: document.id,
            assessed_by_id: None,
        };
        new.details.onto(writing, &mut row).await?;
        diesel::insert_into(goal::table).values(&row).execute(writing.connection()).await?;
        new.details.relate(acting, writing, row.id).await?;
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, row.id), None, Some(audit_snapshot(&row)));
        Ok(row)
    };
    acting.write(work).await
}

/// Mends a goal.
#[boxed]
pub async fn amend(acting: &Acting<KeepCatalogue>, mut new: Amendment) -> Result<Goal, DbError> {
    let id = new.goal.uuid()?;
    let mut checks = Checks::default();
    let title_vi = checks.optional("titleVi", new.title_vi.as_deref(), TITLE);
    let title_en = checks.optional("titleEn", new.title_en.as_deref(), TITLE);
    let summary_vi = checks.optional("summaryVi", new.summary_vi.as_deref(), SUMMARY);
    let summary_en = checks.optional("summaryEn", new.summary_en.as_deref(), SUMMARY);
    checks.edit("note", &mut new.details.note, NOTE);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let found = goal::table.find(id).select(Goal::as_select()).for_no_key_update();
        let before: Goal = found.first(writing.connection()).await?;
        clause::belongs(acting, writing, before.programme_id, before.document_id).await?;
        if before.version != new.expected_version {
            return Err(refused(ViolationCode::Stale, "expectedVersion"));
        }
        let mut after = before.clone();
        after.kind = new.kind.unwrap_or(after.kind);
        after.title_vi = title_vi.unwrap_or(after.title_vi);
        after.title_en = title_en.unwrap_or(after.title_en);
        after.summary_vi = summary_vi.unwrap_or(after.summary_vi);
        after.summary_en = summary_en.unwrap_or(after.summary_en);
        new.details.onto(writing, &mut after).await?;
        if !new.details.relate(acting, writing, id).await? && after == before {
            return Err(refused(ViolationCode::Unchanged, "goal"));
        }
        after.version += 1;
        write(writing, &after).await?;
        let (was, is) = (audit_snapshot(&before), audit_snapshot(&after));
        writing.record(&acting.permit, ChangeKind::Updated, (NOUN, id), Some(was), Some(is));
        Ok(after)
    };
    acting.write(work).await
}

async fn write(writing: &mut Writing, row: &Goal) -> Result<(), DbError> {
    let changes = (
        (goal::kind.eq(row.kind), goal::topics.eq(&row.topics)),
        (goal::title_vi.eq(&row.title_vi), goal::title_en.eq(&row.title_en)),
        (goal::summary_vi.eq(&row.summary_vi), goal::summary_en.eq(&row.summary_en)),
        (goal::period.eq(row.period), goal::rating.eq(row.rating), goal::assessed_by_id.eq(row.assessed_by_id)),
        (goal::note.eq(&row.note), goal::version.eq(row.version)),
    );
    diesel::update(goal::table.find(row.id)).set(changes).execute(writing.connection()).await?;
    Ok(())
}

/// A goal as the audit trail keeps it.
fn audit_snapshot(row: &Goal) -> Value {
    json!({ "code": row.code, "kind": row.kind, "titleVi": row.title_vi, "rating": row.rating, "note": row.note, "version": row.version })
}

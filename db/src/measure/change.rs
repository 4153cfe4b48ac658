//! What changes measures: they are read out of a document, and mended.

use async_graphql::InputObject;
use auth::{action::KeepCatalogue, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _, dsl::max};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Measure;
use crate::{
    Acting, DbError, Id, ViolationCode,
    clause::{self, NewBody, NewService, SUMMARY, TITLE, WORDS, rewrite, rewrite_documents},
    digital_system::change::named as systems,
    input::{CLAUSE, Checks, Edit, NOTE, refused},
    programme::kept,
    schema::{document, measure, measure_agency, measure_document, measure_indicator, measure_system},
    text::symbol,
    visible::visible_to,
    writer::{ChangeKind, Writing},
};

const NOUN: &str = "measure";

/// A measure to be defined: what a clause of a plan wants done.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DefineMeasureInput")]
pub struct NewMeasure {
    /// Code of the programme, whose catalogue the viewer keeps
    pub programme: String,
    /// Code of the document it stands in. It stands there behind those that are there
    pub document: String,
    /// Clause of the document, with the number of the bullet where it has one, at most 40 characters
    pub clause: String,
    /// What its code ends in, behind that of the document: the clause if left out; at most 40 characters
    pub item: Option<String>,
    /// Title in Vietnamese, in your words, at most 300 characters
    pub title_vi: String,
    /// Title in English, at most 300 characters
    pub title_en: String,
    /// What is to be done, in Vietnamese, in a sentence of yours, at most 2,000 characters
    pub summary_vi: String,
    /// What is to be done, in English, at most 2,000 characters
    pub summary_en: String,
    /// What else is known of it
    #[graphql(flatten)]
    pub details: Details,
}

/// What is mended of a measure. What is left out stays; null empties; a list takes the place of the one before.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AmendMeasureInput")]
pub struct Amendment {
    /// The measure
    pub measure: Id<Measure>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// Title in Vietnamese, in your words, at most 300 characters
    pub title_vi: Option<String>,
    /// Title in English, at most 300 characters
    pub title_en: Option<String>,
    /// What is to be done, in Vietnamese, in a sentence of yours, at most 2,000 characters
    pub summary_vi: Option<String>,
    /// What is to be done, in English, at most 2,000 characters
    pub summary_en: Option<String>,
    /// What else changes
    #[graphql(flatten)]
    pub details: Details,
}

/// What is known of a measure beside its title and its summary.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "MeasureDetailsInput")]
pub struct Details {
    /// Clause of the heading it stands under, at most 40 characters; null for a heading itself
    #[graphql(default_with = "Edit::Stays")]
    pub heading_clause: Edit<String>,
    /// That heading in Vietnamese, in your words, at most 300 characters
    #[graphql(default_with = "Edit::Stays")]
    pub heading_vi: Edit<String>,
    /// That heading in English, at most 300 characters
    #[graphql(default_with = "Edit::Stays")]
    pub heading_en: Edit<String>,
    /// What it is about, in a few Vietnamese words each, at most 50
    pub topics: Option<Vec<String>>,
    /// Code of the agency that gives it, also of one that is gone; null if the document does not say
    #[graphql(default_with = "Edit::Stays")]
    pub assigner: Edit<String>,
    /// How often, as written, at most 300 characters; null if the document does not say
    #[graphql(default_with = "Edit::Stays")]
    pub recurrence: Edit<String>,
    /// Until when it looks, as written, at most 300 characters: no deadline; null if the document does not say
    #[graphql(default_with = "Edit::Stays")]
    pub horizon: Edit<String>,
    /// What should come out of it, at most 2,000 characters; null if the document does not say
    #[graphql(default_with = "Edit::Stays")]
    pub expected_output: Edit<String>,
    /// Whom it names, in the order of the document, at most 50
    pub named_bodies: Option<Vec<NewBody>>,
    /// Codes of the digital systems that it names, at most 50
    pub systems: Option<Vec<String>>,
    /// The indicators that it serves, at most 50
    pub indicators: Option<Vec<NewService>>,
    /// Codes of other documents that it mentions, at most 50. Those that the viewer may not see stay
    pub mentioned_documents: Option<Vec<String>>,
    /// What a careful reader should know about the source, at most 2,000 characters
    #[graphql(default_with = "Edit::Stays")]
    pub note: Edit<String>,
}

impl Details {
    /// The texts as they are stored.
    fn clean(&mut self, checks: &mut Checks) {
        if let Edit::Becomes(clause) = &mut self.heading_clause {
            *clause = symbol(clause);
        }
        for (field, text, most) in [
            ("headingClause", &mut self.heading_clause, CLAUSE),
            ("headingVi", &mut self.heading_vi, TITLE),
            ("headingEn", &mut self.heading_en, TITLE),
            ("recurrence", &mut self.recurrence, WORDS),
            ("horizon", &mut self.horizon, WORDS),
            ("expectedOutput", &mut self.expected_output, SUMMARY),
            ("note", &mut self.note, NOTE),
        ] {
            checks.edit(field, text, most);
        }
    }

    /// Gives a row what it becomes.
    async fn onto(&self, writing: &mut Writing, row: &mut Measure) -> Result<(), DbError> {
        self.heading_clause.onto(&mut row.heading_clause);
        self.heading_vi.onto(&mut row.heading_vi);
        self.heading_en.onto(&mut row.heading_en);
        self.recurrence.onto(&mut row.recurrence);
        self.horizon.onto(&mut row.horizon);
        self.expected_output.onto(&mut row.expected_output);
        self.note.onto(&mut row.note);
        clause::agency(writing, &self.assigner, "assigner").await?.onto(&mut row.assigner_id);
        if let Some(topics) = &self.topics {
            row.topics = clause::topics(topics)?;
        }
        if row.heading_en.is_some() && row.heading_vi.is_none() {
            return Err(refused(ViolationCode::Required, "headingVi"));
        }
        Ok(())
    }

    /// Writes anew what it names and serves; whether any of it was given.
    async fn relate(
        &self,
        acting: &Acting<KeepCatalogue>,
        writing: &mut Writing,
        measure: Uuid,
    ) -> Result<bool, DbError> {
        if let Some(named) = &self.named_bodies {
            let bodies = clause::bodies(writing, named, "namedBodies").await?;
            rewrite!(writing, measure_agency, measure_id = measure; bodies.into_iter().zip(1..).map(|((agency, words), place)| (
                measure_agency::measure_id.eq(measure), measure_agency::position.eq(place), measure_agency::agency_id.eq(agency), measure_agency::words.eq(words))));
        }
        if let Some(served) = &self.indicators {
            let served = clause::served(writing, served).await?;
            rewrite!(writing, measure_indicator, measure_id = measure; served.into_iter().map(|(indicator, stated)| (
                measure_indicator::measure_id.eq(measure), measure_indicator::indicator_id.eq(indicator), measure_indicator::stated.eq(stated))));
        }
        if let Some(codes) = &self.systems {
            let named = systems(acting, writing, codes).await?;
            rewrite!(writing, measure_system, measure_id = measure; named.into_iter().map(|system| (
                measure_system::measure_id.eq(measure), measure_system::system_id.eq(system))));
        }
        if let Some(codes) = &self.mentioned_documents {
            let mentioned = clause::documents(acting, writing, codes, "mentionedDocuments").await?;
            rewrite_documents!(acting, writing, measure_document, measure_id = measure; mentioned);
        }
        let given = [self.named_bodies.is_some(), self.indicators.is_some(), self.systems.is_some()];
        Ok(given.contains(&true) || self.mentioned_documents.is_some())
    }
}

/// Defines a measure of a plan.
#[boxed]
pub async fn define(acting: &Acting<KeepCatalogue>, mut new: NewMeasure) -> Result<Measure, DbError> {
    let mut checks = Checks::default();
    let clause = clause::clause(&mut checks, &new.clause, CLAUSE);
    let item = checks.optional("item", new.item.as_deref().map(symbol).as_deref(), CLAUSE);
    let (title_vi, title_en) =
        (checks.text("titleVi", &new.title_vi, TITLE), checks.text("titleEn", &new.title_en, TITLE));
    let (summary_vi, summary_en) =
        (checks.text("summaryVi", &new.summary_vi, SUMMARY), checks.text("summaryEn", &new.summary_en, SUMMARY));
    new.details.clean(&mut checks);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let programme_id = kept(writing, &acting.permit, &new.programme).await?.id;
        let document = clause::standing(acting, writing, &new.document).await?;
        let last = measure::table.filter(measure::document_id.eq(document.id)).select(max(measure::position));
        let last: Option<i32> = last.first(writing.connection()).await?;
        let mut row = Measure {
            id: random::id(writing.now()),
            code: clause::code(&document, item.as_deref(), &clause),
            clause,
            position: last.unwrap_or_default() + 1,
            heading_clause: None,
            heading_vi: None,
            heading_en: None,
            title_vi,
            title_en,
            summary_vi,
            summary_en,
            topics: Vec::new(),
            recurrence: None,
            horizon: None,
            expected_output: None,
            note: None,
            version: 1,
            programme_id,
            document_id: document.id,
            assigner_id: None,
        };
        new.details.onto(writing, &mut row).await?;
        diesel::insert_into(measure::table).values(&row).execute(writing.connection()).await?;
        new.details.relate(acting, writing, row.id).await?;
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, row.id), None, Some(audit_snapshot(&row)));
        Ok(row)
    };
    acting.write(work).await
}

/// Mends a measure.
#[boxed]
pub async fn amend(acting: &Acting<KeepCatalogue>, mut new: Amendment) -> Result<Measure, DbError> {
    let id = new.measure.uuid()?;
    let mut checks = Checks::default();
    let title_vi = checks.optional("titleVi", new.title_vi.as_deref(), TITLE);
    let title_en = checks.optional("titleEn", new.title_en.as_deref(), TITLE);
    let summary_vi = checks.optional("summaryVi", new.summary_vi.as_deref(), SUMMARY);
    let summary_en = checks.optional("summaryEn", new.summary_en.as_deref(), SUMMARY);
    new.details.clean(&mut checks);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let found = measure::table.find(id).select(Measure::as_select()).for_no_key_update();
        let before: Measure = found.first(writing.connection()).await?;
        clause::belongs(acting, writing, before.programme_id, before.document_id).await?;
        if before.version != new.expected_version {
            return Err(refused(ViolationCode::Stale, "expectedVersion"));
        }
        let mut after = before.clone();
        after.title_vi = title_vi.unwrap_or(after.title_vi);
        after.title_en = title_en.unwrap_or(after.title_en);
        after.summary_vi = summary_vi.unwrap_or(after.summary_vi);
        after.summary_en = summary_en.unwrap_or(after.summary_en);
        new.details.onto(writing, &mut after).await?;
        if !new.details.relate(acting, writing, id).await? && after == before {
            return Err(refused(ViolationCode::Unchanged, "measure"));
        }
        after.version += 1;
        write(writing, &after).await?;
        let (was, is) = (audit_snapshot(&before), audit_snapshot(&after));
        writing.record(&acting.permit, ChangeKind::Updated, (NOUN, id), Some(was), Some(is));
        Ok(after)
    };
    acting.write(work).await
}

async fn write(writing: &mut Writing, row: &Measure) -> Result<(), DbError> {
    let changes = (
        (measure::heading_clause.eq(&row.heading_clause), measure::heading_vi.eq(&row.heading_vi)),
        (measure::heading_en.eq(&row.heading_en), measure::topics.eq(&row.topics)),
        (measure::title_vi.eq(&row.title_vi), measure::title_en.eq(&row.title_en)),
        (measure::summary_vi.eq(&row.summary_vi), measure::summary_en.eq(&row.summary_en)),
        (measure::recurrence.eq(&row.recurrence), measure::horizon.eq(&row.horizon)),
        (measure::expected_output.eq(&row.expected_output), measure::assigner_id.eq(row.assigner_id)),
        (measure::note.eq(&row.note), measure::version.eq(row.version)),
    );
    diesel::update(measure::table.find(row.id)).set(changes).execute(writing.connection()).await?;
    Ok(())
}

/// A measure as the audit trail keeps it.
fn audit_snapshot(row: &Measure) -> Value {
    json!({ "code": row.code, "titleVi": row.title_vi, "summaryVi": row.summary_vi, "note": row.note, "version": row.version })
}

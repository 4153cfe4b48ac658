//! What changes period reports: they are entered as their documents give them, and mended.

use std::collections::HashMap;

use async_graphql::InputObject;
use auth::{action::KeepCatalogue, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{OutputRole, PeriodReport, ReportSection, ReportedState};
use crate::{
    Acting, Date, DbError, Id, Violation, ViolationCode,
    calendar::{Period, Regime},
    clause::{self, SUMMARY, TITLE, WORDS},
    document::{change::kept as document_kept, seen},
    input::{CLAUSE, Checks, Edit, NOTE, at_most, few, refused},
    programme::kept,
    schema::{
        directive, period_report, period_report_output as output, period_report_result as result, recommendation,
    },
    visible::visible_to,
    writer::{ChangeKind, Writing},
};

const NOUN: &str = "period_report";

/// The most headings that a report has.
const RESULTS: usize = 200;

/// A period report to be entered, as its document gives it.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RegisterPeriodReportInput")]
pub struct NewPeriodReport {
    /// Code of the programme, whose catalogue the viewer keeps
    pub programme: String,
    /// Code of its document, of a catalogue that the viewer keeps. Its code becomes that of the report
    pub document: String,
    /// Code of the agency that reports, also of one that is gone
    pub reporter: String,
    /// Title in Vietnamese, in your words, at most 300 characters
    pub title_vi: String,
    /// Title in English, at most 300 characters
    pub title_en: String,
    /// The period
    pub period: Period,
    /// Whether the period follows the calendar or the administrative months
    #[graphql(default_with = "Regime::Calendar")]
    pub regime: Regime,
    /// The period as written, at most 300 characters
    pub period_words: String,
    /// True if the document gives no year and it follows from the context
    #[graphql(default)]
    pub year_inferred: bool,
    /// What it says of each task, in its order, at most 200
    #[graphql(default)]
    pub results: Vec<NewResult>,
    /// What a careful reader should know about the source, at most 2,000 characters
    pub note: Option<String>,
}

/// What is mended of a period report. What is left out stays; null empties; the results take the place of those before.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AmendPeriodReportInput")]
pub struct Amendment {
    /// The report
    pub period_report: Id<PeriodReport>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// Title in Vietnamese, in your words, at most 300 characters
    pub title_vi: Option<String>,
    /// Title in English, at most 300 characters
    pub title_en: Option<String>,
    /// The period as written, at most 300 characters
    pub period_words: Option<String>,
    /// True if the document gives no year and it follows from the context
    pub year_inferred: Option<bool>,
    /// What it says of each task, in its order, at most 200: all of it anew
    pub results: Option<Vec<NewResult>>,
    /// What a careful reader should know about the source, at most 2,000 characters
    #[graphql(default_with = "Edit::Stays")]
    pub note: Edit<String>,
}

/// What a period report says of one task.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "PeriodReportResultInput")]
pub struct NewResult {
    /// Where in the report it stands
    pub section: ReportSection,
    /// Clause of the report, as printed, at most 40 characters
    pub clause: String,
    /// The heading it stands under, in Vietnamese, in your words, at most 300 characters
    pub heading_vi: Option<String>,
    /// The heading in English, at most 300 characters
    pub heading_en: Option<String>,
    /// What it is about, in Vietnamese, in your words, at most 300 characters
    pub title_vi: String,
    /// What it is about, in English, at most 300 characters
    pub title_en: String,
    /// What is said, in Vietnamese, in a sentence of yours, at most 2,000 characters
    pub summary_vi: Option<String>,
    /// What is said, in English, at most 2,000 characters
    pub summary_en: Option<String>,
    /// How far it is, as the report says: planned in the section of what comes next, and nowhere else
    pub state: ReportedState,
    /// What is still to come, as the report says, in Vietnamese, at most 2,000 characters
    pub remaining: Option<String>,
    /// Code of the task, if it is one of ours
    pub directive: Option<String>,
    /// Code of the obstacle that it is
    pub recommendation: Option<String>,
    /// The documents that came out of it or that it names, in its order, at most 50
    #[graphql(default)]
    pub outputs: Vec<NewOutput>,
    /// What a careful reader should know about the source, at most 2,000 characters
    pub note: Option<String>,
}

/// A document that came out of a task, or that a report names for it.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "PeriodReportOutputInput")]
pub struct NewOutput {
    /// Code of the document
    pub document: String,
    /// What became of it
    pub role: OutputRole,
}

/// Enters a period report.
#[boxed]
pub async fn register(acting: &Acting<KeepCatalogue>, mut new: NewPeriodReport) -> Result<PeriodReport, DbError> {
    let mut checks = Checks::default();
    let title_vi = checks.text("titleVi", &new.title_vi, TITLE);
    let title_en = checks.text("titleEn", &new.title_en, TITLE);
    let period_words = checks.text("periodWords", &new.period_words, WORDS);
    let note = checks.optional("note", new.note.as_deref(), NOTE);
    checks.passed()?;
    clean(&mut new.results)?;
    let work = async |writing: &mut Writing| {
        let programme_id = kept(writing, &acting.permit, &new.programme).await?.id;
        let document = clause::standing(acting, writing, &new.document).await?;
        document_kept(acting, writing, &document, "document").await?;
        let reporter = clause::agencies(writing, std::slice::from_ref(&new.reporter), "reporter").await?;
        let window = new.period.window(new.regime);
        let row = PeriodReport {
            id: random::id(writing.now()),
            code: document.code,
            title_vi,
            title_en,
            period: new.period,
            period_kind: new.period.kind(),
            regime: new.regime,
            starts_on: Date(window.start),
            ends_on: Date(window.end),
            period_words,
            year_inferred: new.year_inferred,
            note,
            version: 1,
            programme_id,
            document_id: document.id,
            reporter_id: reporter.into_iter().next().unwrap_or_default(),
        };
        diesel::insert_into(period_report::table).values(&row).execute(writing.connection()).await?;
        add(acting, writing, row.id, &new.results).await?;
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, row.id), None, Some(audit_snapshot(&row)));
        Ok(row)
    };
    acting.write(work).await
}

/// Mends a period report.
#[boxed]
pub async fn amend(acting: &Acting<KeepCatalogue>, mut new: Amendment) -> Result<PeriodReport, DbError> {
    let id = new.period_report.uuid()?;
    let mut checks = Checks::default();
    let title_vi = checks.optional("titleVi", new.title_vi.as_deref(), TITLE);
    let title_en = checks.optional("titleEn", new.title_en.as_deref(), TITLE);
    let period_words = checks.optional("periodWords", new.period_words.as_deref(), WORDS);
    checks.edit("note", &mut new.note, NOTE);
    checks.passed()?;
    clean(new.results.as_deref_mut().unwrap_or_default())?;
    let work = async |writing: &mut Writing| {
        let found = period_report::table.find(id).select(PeriodReport::as_select()).for_no_key_update();
        let before: PeriodReport = found.first(writing.connection()).await?;
        clause::belongs(acting, writing, before.programme_id, before.document_id).await?;
        if before.version != new.expected_version {
            return Err(refused(ViolationCode::Stale, "expectedVersion"));
        }
        let mut after = before.clone();
        after.title_vi = title_vi.unwrap_or(after.title_vi);
        after.title_en = title_en.unwrap_or(after.title_en);
        after.period_words = period_words.unwrap_or(after.period_words);
        after.year_inferred = new.year_inferred.unwrap_or(after.year_inferred);
        new.note.onto(&mut after.note);
        if new.results.is_none() && after == before {
            return Err(refused(ViolationCode::Unchanged, "periodReport"));
        }
        if let Some(results) = &new.results {
            remove(writing, id).await?;
            add(acting, writing, id, results).await?;
        }
        after.version += 1;
        let changes = (
            (period_report::title_vi.eq(&after.title_vi), period_report::title_en.eq(&after.title_en)),
            period_report::period_words.eq(&after.period_words),
            (period_report::year_inferred.eq(after.year_inferred), period_report::note.eq(&after.note)),
            period_report::version.eq(after.version),
        );
        diesel::update(period_report::table.find(id)).set(changes).execute(writing.connection()).await?;
        let (was, is) = (audit_snapshot(&before), audit_snapshot(&after));
        writing.record(&acting.permit, ChangeKind::Updated, (NOUN, id), Some(was), Some(is));
        Ok(after)
    };
    acting.write(work).await
}

/// Refused beside a field of one of the results.
fn at(place: usize, code: ViolationCode, field: &'static str) -> Violation {
    Violation { row: i32::try_from(place).ok(), ..Violation::of(code, &["input", "results", field]) }
}

/// The texts of the results as they are stored.
fn clean(results: &mut [NewResult]) -> Result<(), DbError> {
    at_most(RESULTS, results.len(), "results")?;
    let mut broken = Vec::new();
    for (place, it) in results.iter_mut().enumerate() {
        let mut checks = Checks::default();
        it.clause = clause::clause(&mut checks, &it.clause, CLAUSE);
        it.title_vi = checks.text("titleVi", &it.title_vi, TITLE);
        it.title_en = checks.text("titleEn", &it.title_en, TITLE);
        for (field, text, most) in [
            ("headingVi", &mut it.heading_vi, TITLE),
            ("headingEn", &mut it.heading_en, TITLE),
            ("summaryVi", &mut it.summary_vi, SUMMARY),
            ("summaryEn", &mut it.summary_en, SUMMARY),
            ("remaining", &mut it.remaining, SUMMARY),
            ("note", &mut it.note, NOTE),
        ] {
            *text = checks.optional(field, text.as_deref(), most);
        }
        broken.extend(checks.broken().into_iter().map(|mut violation| {
            violation.field.insert(1, "results".into());
            Violation { row: i32::try_from(place).ok(), ..violation }
        }));
        if (it.section == ReportSection::Plan) != (it.state == ReportedState::Planned) {
            broken.push(at(place, ViolationCode::Incompatible, "state"));
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(DbError::Violated(broken)) }
}

/// Adds what a report says, in its order.
async fn add(
    acting: &Acting<KeepCatalogue>,
    writing: &mut Writing,
    report: Uuid,
    results: &[NewResult],
) -> Result<(), DbError> {
    let tasks = tasks(acting, writing, results).await?;
    let obstacles = obstacles(acting, writing, results).await?;
    let mut rows = Vec::new();
    let mut outputs = Vec::new();
    for (place, it) in results.iter().enumerate() {
        let named = |found: &HashMap<String, Uuid>, code: Option<&String>, field| match code {
            Some(code) => match found.get(code) {
                Some(id) => Ok(Some(*id)),
                None => Err(DbError::Violated(vec![at(place, ViolationCode::NotFound, field)])),
            },
            None => Ok(None),
        };
        let id = random::id(writing.now());
        let position = i32::try_from(place).unwrap_or(i32::MAX).saturating_add(1);
        rows.push((
            (result::id.eq(id), result::report_id.eq(report), result::position.eq(position)),
            (result::section.eq(it.section), result::clause.eq(&it.clause), result::state.eq(it.state)),
            (result::heading_vi.eq(&it.heading_vi), result::heading_en.eq(&it.heading_en)),
            (result::title_vi.eq(&it.title_vi), result::title_en.eq(&it.title_en)),
            (result::summary_vi.eq(&it.summary_vi), result::summary_en.eq(&it.summary_en)),
            (result::remaining.eq(&it.remaining), result::note.eq(&it.note)),
            result::directive_id.eq(named(&tasks, it.directive.as_ref(), "directive")?),
            result::recommendation_id.eq(named(&obstacles, it.recommendation.as_ref(), "recommendation")?),
        ));
        few(it.outputs.len(), "results")?;
        let codes: Vec<_> = it.outputs.iter().map(|named| named.document.clone()).collect();
        let documents = seen(acting, writing, &codes, "results").await?;
        outputs.extend(documents.iter().zip(&it.outputs).zip(1..).map(|((document, named), place)| {
            (
                output::result_id.eq(id),
                output::position.eq(place),
                output::document_id.eq(document.id),
                output::role.eq(named.role),
            )
        }));
    }
    diesel::insert_into(result::table).values(rows).execute(writing.connection()).await?;
    diesel::insert_into(output::table).values(outputs).execute(writing.connection()).await?;
    Ok(())
}

/// The directives that results name, as far as the actor sees them.
async fn tasks(
    acting: &Acting<KeepCatalogue>,
    writing: &mut Writing,
    results: &[NewResult],
) -> Result<HashMap<String, Uuid>, DbError> {
    let found = directive::table
        .filter(directive::code.eq_any(results.iter().filter_map(|it| it.directive.as_ref())))
        .filter(visible_to(&acting.scope, directive::table))
        .select((directive::code, directive::id));
    Ok(found.load(writing.connection()).await?.into_iter().collect())
}

/// The recommendations that results name, as far as the actor sees them.
async fn obstacles(
    acting: &Acting<KeepCatalogue>,
    writing: &mut Writing,
    results: &[NewResult],
) -> Result<HashMap<String, Uuid>, DbError> {
    let found = recommendation::table
        .filter(recommendation::code.eq_any(results.iter().filter_map(|it| it.recommendation.as_ref())))
        .filter(visible_to(&acting.scope, recommendation::table))
        .select((recommendation::code, recommendation::id));
    Ok(found.load(writing.connection()).await?.into_iter().collect())
}

/// Removes what a report says.
async fn remove(writing: &mut Writing, report: Uuid) -> Result<(), DbError> {
    let results = result::table.filter(result::report_id.eq(report));
    let outputs = output::table.filter(output::result_id.eq_any(results.select(result::id)));
    diesel::delete(outputs).execute(writing.connection()).await?;
    diesel::delete(results).execute(writing.connection()).await?;
    Ok(())
}

/// A period report as the audit trail keeps it.
fn audit_snapshot(row: &PeriodReport) -> Value {
    json!({ "code": row.code, "period": row.period, "reporter": row.reporter_id, "titleVi": row.title_vi, "note": row.note, "version": row.version })
}

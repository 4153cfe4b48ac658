//! Directives that a document has given: they come into the register as the document says, and nobody issues them here.

use std::collections::HashMap;

use async_graphql::InputObject;
use auth::{action::KeepCatalogue, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _};
use diesel_async::RunQueryDsl as _;
use serde_json::json;
use uuid::Uuid;

use super::{NOUN, NewCoordinator, TEXT, audit_snapshot, reread};
use crate::{
    Acting, Date, DbError, ViolationCode,
    clause::{self, NewBody, NewService, SUMMARY, WORDS},
    deadline::{Deadline, DeadlineOperator},
    directive::{
        Directive, DirectiveEventKind, DirectiveKind, DirectivePriority, DirectiveState, LeadBasis, NamedRole,
        StateSource,
    },
    document::{Document, change::kept as document_kept, seen},
    enums::{DatePrecision, Visibility},
    id::tail,
    input::{CLAUSE, Checks, NOTE, few, refused},
    programme::kept,
    schema::{
        directive, directive_coordinator as coordinator, directive_deadline as deadline,
        directive_dependency as dependency, directive_document as mention, directive_event as event,
        directive_indicator as serves, directive_lead as lead, directive_named_agency as named,
    },
    text::symbol,
    visible::visible_to,
    writer::{ChangeKind, Writing},
};

/// The longest title, in characters.
const TITLE: u16 = 500;

/// A directive that a document has given, to be registered as the document says.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RegisterDirectiveInput")]
pub struct Registration {
    /// Code of the programme, whose catalogue the viewer keeps
    pub programme: String,
    /// Code of the document it stands in, of a catalogue that the viewer keeps. It stands there behind those that are there
    pub document: String,
    /// Label of the clause as printed, at most 40 characters
    pub clause: String,
    /// What its code ends in, behind that of the document: the clause if left out; at most 40 characters
    pub item: Option<String>,
    /// What kind of clause it is
    #[graphql(default_with = "DirectiveKind::Directive")]
    pub kind: DirectiveKind,
    /// How pressing it is
    #[graphql(default_with = "DirectivePriority::Normal")]
    pub priority: DirectivePriority,
    /// Who may read it: no more than may read the document
    pub visibility: Visibility,
    /// What is to be done, in your words, in Vietnamese, at most 500 characters
    pub title: String,
    /// What the clause says, in its own words, at most 4,000 characters
    pub content: Option<String>,
    /// What is to be done, in a sentence of yours, in Vietnamese, at most 2,000 characters
    pub summary_vi: Option<String>,
    /// The same in English, at most 2,000 characters
    pub summary_en: Option<String>,
    /// Code of the agency that gives it, also of one that is gone; null if the document does not say
    pub assigner: Option<String>,
    /// How the document names the lead
    pub lead_basis: LeadBasis,
    /// Codes of agencies that lead (chủ trì), also of such as are gone, in the order of the document, at most 50
    #[graphql(default)]
    pub leads: Vec<String>,
    /// Who leads in the document's words, where it names a post and no agency, at most 300 characters
    pub lead_words: Option<String>,
    /// Who coordinates (phối hợp), in the order of the document, at most 50
    #[graphql(default)]
    pub coordinators: Vec<NewCoordinator>,
    /// Whom else it names, in the order of the document, at most 50
    #[graphql(default)]
    pub named_agencies: Vec<NewNamedAgency>,
    /// Until when; null if the document does not say
    pub deadline: Option<NewDeadline>,
    /// What should come out of it, at most 2,000 characters; null if the document does not say
    pub expected_output: Option<String>,
    /// What has come out of it, as a report says, at most 2,000 characters
    pub achieved_output: Option<String>,
    /// How it stands, if a document reports that: not cancelled. Left out, nobody has said anything since it was given
    pub reported_state: Option<DirectiveState>,
    /// The day on which it was done, if a document reports that (Asia/Ho_Chi_Minh)
    pub completed_on: Option<Date>,
    /// Codes of other documents that it mentions, at most 50
    #[graphql(default)]
    pub mentioned_documents: Vec<String>,
    /// What it waits for, as the document says, at most 50
    #[graphql(default)]
    pub depends_on: Vec<NewReason>,
    /// The indicators that it serves, at most 50
    #[graphql(default)]
    pub indicators: Vec<NewService>,
    /// What a careful reader should know about the source, at most 2,000 characters
    pub note: Option<String>,
}

/// An agency that a directive names and that neither leads nor coordinates.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "NamedAgencyInput")]
pub struct NewNamedAgency {
    /// Code of the agency that it names, also of one that is gone
    pub agency: String,
    /// As what
    pub role: NamedRole,
}

/// A deadline as a document states it: stored as it is said here.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RegisteredDeadlineInput")]
pub struct NewDeadline {
    /// The document's words, at most 300 characters
    pub words: String,
    /// The day that they state (Asia/Ho_Chi_Minh), of a month, quarter or year any of its days; null if they state none
    pub on: Option<Date>,
    /// How exactly `on` is meant
    #[graphql(default_with = "DatePrecision::Day")]
    pub precision: DatePrecision,
    /// How the duty relates to `on`
    #[graphql(default_with = "DeadlineOperator::By")]
    pub operator: DeadlineOperator,
    /// True if the document gives no year and it follows from the context
    #[graphql(default)]
    pub year_inferred: bool,
    /// What a careful reader should know about the source, at most 2,000 characters
    pub note: Option<String>,
}

/// What a directive waits for, as a document says: one of the two.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RegisteredDependencyInput")]
pub struct NewReason {
    /// Code of a directive that must be completed first
    pub directive: Option<String>,
    /// Code of a document that must be issued first
    pub document: Option<String>,
    /// What a careful reader should know about it, at most 2,000 characters
    pub note: Option<String>,
}

/// The texts of a [`Registration`] as they are stored.
struct Texts {
    clause: String,
    item: Option<String>,
    title: String,
    content: Option<String>,
    summary_vi: Option<String>,
    summary_en: Option<String>,
    lead_words: Option<String>,
    expected_output: Option<String>,
    achieved_output: Option<String>,
    note: Option<String>,
}

impl Texts {
    fn of(new: &Registration) -> Result<Self, DbError> {
        let mut checks = Checks::default();
        let texts = Self {
            clause: clause::clause(&mut checks, &new.clause, CLAUSE),
            item: checks.optional("item", new.item.as_deref().map(symbol).as_deref(), CLAUSE),
            title: checks.text("title", &new.title, TITLE),
            content: checks.optional("content", new.content.as_deref(), TEXT),
            summary_vi: checks.optional("summaryVi", new.summary_vi.as_deref(), SUMMARY),
            summary_en: checks.optional("summaryEn", new.summary_en.as_deref(), SUMMARY),
            lead_words: checks.optional("leadWords", new.lead_words.as_deref(), WORDS),
            expected_output: checks.optional("expectedOutput", new.expected_output.as_deref(), SUMMARY),
            achieved_output: checks.optional("achievedOutput", new.achieved_output.as_deref(), SUMMARY),
            note: checks.optional("note", new.note.as_deref(), NOTE),
        };
        checks.passed()?;
        Ok(texts)
    }
}

/// Registers a directive that a document has given.
#[boxed]
pub async fn register(acting: &Acting<KeepCatalogue>, new: Registration) -> Result<Directive, DbError> {
    let texts = Texts::of(&new)?;
    let is_over = |state| matches!(state, DirectiveState::ReportedDone | DirectiveState::Completed);
    if new.reported_state == Some(DirectiveState::Cancelled) {
        return Err(refused(ViolationCode::Incompatible, "reportedState"));
    }
    if new.completed_on.is_some() && !new.reported_state.is_some_and(is_over) {
        return Err(refused(ViolationCode::Incompatible, "completedOn"));
    }
    let work = async |writing: &mut Writing| {
        let programme = kept(writing, &acting.permit, &new.programme).await?.id;
        let document = clause::standing(acting, writing, &new.document).await?;
        document_kept(acting, writing, &document, "document").await?;
        if new.visibility < document.visibility {
            return Err(refused(ViolationCode::Incompatible, "visibility"));
        }
        let id = random::id(writing.now());
        let assigner = clause::agencies(writing, new.assigner.as_slice(), "assigner").await?.pop();
        insert(writing, &new, &texts, (id, programme, assigner), &document).await?;
        parties(writing, id, &new).await?;
        links(acting, writing, id, &new).await?;
        if let Some(stated) = &new.deadline {
            set(writing, id, document.id, stated).await?;
        }
        tell(writing, id, &document, &new, assigner).await?;
        let after = reread(writing, id).await?;
        let mut shown = audit_snapshot(&after);
        if let serde_json::Value::Object(fields) = &mut shown {
            fields.insert("registered".to_owned(), json!(true));
        }
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, id), None, Some(shown));
        Ok(after)
    };
    acting.write(work).await
}

async fn insert(
    writing: &mut Writing,
    new: &Registration,
    texts: &Texts,
    (id, programme, assigner): (Uuid, Uuid, Option<Uuid>),
    document: &Document,
) -> Result<(), DbError> {
    let last = directive::table.filter(directive::document_id.eq(document.id));
    let last: Option<i32> = last.select(diesel::dsl::max(directive::position)).first(writing.connection()).await?;
    // What is hidden takes no code that others could find taken.
    let hidden = if new.visibility == Visibility::Public { String::new() } else { format!("~{}", tail(id)) };
    let source = if new.reported_state.is_some() { StateSource::Reported } else { StateSource::Unknown };
    let row = (
        directive::id.eq(id),
        directive::code.eq(clause::code(document, texts.item.as_deref(), &texts.clause) + &hidden),
        (directive::programme_id.eq(programme), directive::document_id.eq(document.id)),
        (directive::clause.eq(&texts.clause), directive::position.eq(last.unwrap_or_default() + 1)),
        (directive::kind.eq(new.kind), directive::priority.eq(new.priority), directive::visibility.eq(new.visibility)),
        (directive::title.eq(&texts.title), directive::content.eq(&texts.content)),
        (directive::summary_vi.eq(&texts.summary_vi), directive::summary_en.eq(&texts.summary_en)),
        directive::assigner_id.eq(assigner),
        (directive::lead_basis.eq(new.lead_basis), directive::lead_words.eq(&texts.lead_words)),
        (directive::expected_output.eq(&texts.expected_output), directive::achieved_output.eq(&texts.achieved_output)),
        (
            directive::state.eq(new.reported_state.unwrap_or(DirectiveState::Assigned)),
            directive::state_source.eq(source),
        ),
        (directive::completed_on.eq(new.completed_on), directive::note.eq(&texts.note)),
    );
    diesel::insert_into(directive::table).values(row).execute(writing.connection()).await?;
    Ok(())
}

/// Who leads, who coordinates, and whom else it names.
async fn parties(writing: &mut Writing, id: Uuid, new: &Registration) -> Result<(), DbError> {
    let leads = clause::agencies(writing, &new.leads, "leads").await?;
    let leads = leads
        .into_iter()
        .zip(1..)
        .map(|(agency, place)| (lead::directive_id.eq(id), lead::agency_id.eq(agency), lead::position.eq(place)));
    let leads: Vec<_> = leads.collect();
    diesel::insert_into(lead::table).values(leads).execute(writing.connection()).await?;
    let named_so = |who: &NewCoordinator| NewBody { agency: who.agency.clone(), words: who.words.clone() };
    let bodies: Vec<_> = new.coordinators.iter().map(named_so).collect();
    let bodies = clause::bodies(writing, &bodies, "coordinators").await?;
    let coordinators = bodies.into_iter().zip(1..).map(|((agency, words), place)| {
        (
            coordinator::directive_id.eq(id),
            coordinator::position.eq(place),
            coordinator::agency_id.eq(agency),
            coordinator::words.eq(words),
        )
    });
    let coordinators: Vec<_> = coordinators.collect();
    diesel::insert_into(coordinator::table).values(coordinators).execute(writing.connection()).await?;
    let codes: Vec<_> = new.named_agencies.iter().map(|who| who.agency.clone()).collect();
    let agencies = clause::agencies(writing, &codes, "namedAgencies").await?;
    let rows = agencies.into_iter().zip(&new.named_agencies).zip(1..).map(|((agency, who), place)| {
        (named::directive_id.eq(id), named::position.eq(place), named::agency_id.eq(agency), named::role.eq(who.role))
    });
    let rows: Vec<_> = rows.collect();
    diesel::insert_into(named::table).values(rows).execute(writing.connection()).await?;
    Ok(())
}

/// What it mentions, serves and waits for.
async fn links(
    acting: &Acting<KeepCatalogue>,
    writing: &mut Writing,
    id: Uuid,
    new: &Registration,
) -> Result<(), DbError> {
    let mentioned = clause::documents(acting, writing, &new.mentioned_documents, "mentionedDocuments").await?;
    let mentioned =
        mentioned.into_iter().map(|document| (mention::directive_id.eq(id), mention::document_id.eq(document)));
    let mentioned: Vec<_> = mentioned.collect();
    diesel::insert_into(mention::table).values(mentioned).execute(writing.connection()).await?;
    let served = clause::served(writing, &new.indicators).await?.into_iter().map(|(indicator, stated)| {
        (serves::directive_id.eq(id), serves::indicator_id.eq(indicator), serves::stated.eq(stated))
    });
    let served: Vec<_> = served.collect();
    diesel::insert_into(serves::table).values(served).execute(writing.connection()).await?;
    waits(acting, writing, id, &new.depends_on).await
}

/// What it waits for.
async fn waits(
    acting: &Acting<KeepCatalogue>,
    writing: &mut Writing,
    id: Uuid,
    reasons: &[NewReason],
) -> Result<(), DbError> {
    few(reasons.len(), "dependsOn")?;
    let directives: Vec<&String> = reasons.iter().filter_map(|reason| reason.directive.as_ref()).collect();
    let found = directive::table
        .filter(directive::code.eq_any(directives))
        .filter(directive::id.ne(id))
        .filter(visible_to(&acting.scope, directive::table))
        .select((directive::code, directive::id));
    let directives: HashMap<String, Uuid> = found.load(writing.connection()).await?.into_iter().collect();
    let codes: Vec<String> = reasons.iter().filter_map(|reason| reason.document.clone()).collect();
    let documents = seen(acting, writing, &codes, "dependsOn").await?;
    let documents: HashMap<&String, Uuid> = codes.iter().zip(documents.iter().map(|document| document.id)).collect();
    let mut checks = Checks::default();
    let mut rows = Vec::new();
    for reason in reasons {
        let (on_directive, on_document) = match (&reason.directive, &reason.document) {
            (Some(code), None) => (directives.get(code).copied(), None),
            (None, Some(code)) => (None, documents.get(code).copied()),
            _ => return Err(refused(ViolationCode::Malformed, "dependsOn")),
        };
        if on_directive.or(on_document).is_none() {
            return Err(refused(ViolationCode::NotFound, "dependsOn"));
        }
        rows.push((
            dependency::id.eq(random::id(writing.now())),
            dependency::directive_id.eq(id),
            dependency::on_directive_id.eq(on_directive),
            dependency::on_document_id.eq(on_document),
            dependency::note.eq(checks.optional("dependsOn", reason.note.as_deref(), NOTE)),
        ));
    }
    checks.passed()?;
    diesel::insert_into(dependency::table).values(rows).execute(writing.connection()).await?;
    Ok(())
}

/// Its deadline, as the document states it.
async fn set(writing: &mut Writing, id: Uuid, document: Uuid, stated: &NewDeadline) -> Result<(), DbError> {
    let mut checks = Checks::default();
    let words = checks.text("deadline", &stated.words, WORDS);
    let note = checks.optional("deadline", stated.note.as_deref(), NOTE);
    checks.passed()?;
    let read = match stated.on {
        Some(Date(day)) => Deadline::stated(Some(words), day, stated.precision, stated.operator)
            .map(|read| Deadline { year_inferred: stated.year_inferred, ..read })
            .ok_or_else(|| refused(ViolationCode::Malformed, "deadline"))?,
        None => Deadline::none(Some(words)),
    };
    let row = (
        (deadline::directive_id.eq(id), deadline::revision.eq(1)),
        (deadline::words.eq(&read.words), deadline::stated_on.eq(read.stated_on.map(Date))),
        (deadline::precision.eq(read.precision), deadline::operator.eq(read.operator)),
        (deadline::year_inferred.eq(read.year_inferred), deadline::due_on.eq(read.due_on().map(Date))),
        (deadline::document_id.eq(document), deadline::note.eq(note)),
    );
    diesel::insert_into(deadline::table).values(row).execute(writing.connection()).await?;
    Ok(())
}

/// Its timeline so far: when its document gave it, and when it was done, as far as documents say. Who has registered it stands in the
/// audit trail.
async fn tell(
    writing: &mut Writing,
    id: Uuid,
    document: &Document,
    new: &Registration,
    assigner: Option<Uuid>,
) -> Result<(), DbError> {
    let done = match new.reported_state {
        Some(DirectiveState::ReportedDone) => Some(DirectiveEventKind::ReportedDone),
        Some(DirectiveState::Completed) => Some(DirectiveEventKind::Completed),
        _ => None,
    };
    let given_on = document.issued_on.filter(|_| document.issued_precision == DatePrecision::Day);
    let revision = new.deadline.as_ref().map(|_| 1);
    let given = (DirectiveEventKind::Issued, given_on, assigner, revision);
    let events = [given].into_iter().chain(done.map(|kind| (kind, new.completed_on, None, None)));
    let now = writing.now();
    let rows = events.map(|(kind, on, agency, revision)| {
        (
            event::id.eq(random::id(now)),
            event::directive_id.eq(id),
            event::kind.eq(kind),
            event::occurred_on.eq(on),
            event::recorded_at.eq(now),
            event::agency_id.eq(agency),
            event::deadline_revision.eq(revision),
        )
    });
    let rows: Vec<_> = rows.collect();
    diesel::insert_into(event::table).values(rows).execute(writing.connection()).await?;
    Ok(())
}

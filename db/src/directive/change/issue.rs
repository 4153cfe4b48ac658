//! How directives come about: issued from a document's clause, perhaps in parts, or as a part that is delegated.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::InputObject;
use auth::{Acts, action, random};
use derive::boxed;
use diesel::{
    ExpressionMethods as _, JoinOnDsl as _, NullableExpressionMethods as _, OptionalExtension as _, QueryDsl as _,
    dsl::not, sql_types::Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{DirectiveEventKind, Event, NOUN, Opened, TEXT, add, audit_snapshot, deadlines, reread, set_deadline};
use crate::{
    Acting, Date, DbError, Id, Violation, ViolationCode,
    agency::{Receiver, receivers},
    deadline::{Deadline, DeadlineOperator, Given},
    directive::{Directive, DirectiveKind, DirectivePriority, LeadBasis, StateSource},
    document::{DocumentRelationKind, DocumentStatus},
    enums::{DatePrecision, Visibility},
    input::Checks,
    schema::{
        agency, directive, directive_coordinator, directive_dependency, directive_indicator, directive_lead, document,
        document_relation, indicator, programme,
    },
    sql_functions::{self, agency_subtree_ids, may_receive_directive},
    text::{fold, symbol},
    visible::visible_to,
    writer::{ChangeKind, Writing},
};

/// The longest title, in characters.
const TITLE: u16 = 500;
/// The longest clause label, in characters.
const CLAUSE: u16 = 40;
/// The longest words of a deadline or of an open group, in characters.
const WORDS: u16 = 200;
/// The longest comment on a deadline, in characters.
const COMMENT: u16 = 2_000;
/// The most agencies, indicators, dependencies or parts of one directive.
const MANY: usize = 50;

/// A directive to be issued from a clause of a document.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "IssueDirectiveInput")]
pub struct NewDirective {
    /// Code of the document it stands in, which has been issued and is in force
    pub document: String,
    /// Label of the clause as printed, such as `10.a`
    pub clause: String,
    /// Code of the programme it belongs to
    pub programme: String,
    /// Code of the agency that gives it, of which the viewer is a leader
    pub assigner: String,
    /// What kind of clause it is
    #[graphql(default_with = "DirectiveKind::Directive")]
    pub kind: DirectiveKind,
    /// How pressing it is
    #[graphql(default_with = "DirectivePriority::Normal")]
    pub priority: DirectivePriority,
    /// Who may read it, and its parts: no more than may read the document
    pub visibility: Visibility,
    /// What is to be done, in a phrase
    pub title: String,
    /// What the document says, in its own words
    pub content: Option<String>,
    /// What should come out of it
    pub expected_output: Option<String>,
    /// Codes of the agencies that lead (chủ trì), in the order of the document: of the assigner's province, or with a part in
    /// the programme already
    #[graphql(default)]
    pub leads: Vec<String>,
    /// Who coordinates (phối hợp), in the order of the document; within the same bounds
    #[graphql(default)]
    pub coordinators: Vec<NewCoordinator>,
    /// Until when; left out, it has no deadline
    pub deadline: Option<StatedDeadline>,
    /// Codes of the indicators it serves
    #[graphql(default)]
    pub indicators: Vec<String>,
    /// What it waits for
    #[graphql(default)]
    pub depends_on: Vec<NewDependency>,
    /// Its parts, each a directive of its own with leads of its own; at most 50
    #[graphql(default)]
    pub parts: Vec<NewPart>,
}

impl NewDirective {
    /// What it says of itself as it would of a part.
    fn whole(&self) -> NewPart {
        NewPart {
            title: self.title.clone(),
            content: self.content.clone(),
            expected_output: self.expected_output.clone(),
            leads: self.leads.clone(),
            coordinators: self.coordinators.clone(),
            deadline: self.deadline.clone(),
            indicators: self.indicators.clone(),
        }
    }
}

/// A part of a directive, with leads and a deadline of its own.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DirectivePartInput")]
pub struct NewPart {
    /// What is to be done, in a phrase
    pub title: String,
    /// What the document says, in its own words
    pub content: Option<String>,
    /// What should come out of it
    pub expected_output: Option<String>,
    /// Codes of the agencies that lead (chủ trì), in the order of the document
    pub leads: Vec<String>,
    /// Who coordinates, in the order of the document
    #[graphql(default)]
    pub coordinators: Vec<NewCoordinator>,
    /// Until when, not later than the whole; the whole's deadline if left out
    pub deadline: Option<StatedDeadline>,
    /// Codes of the indicators it serves
    #[graphql(default)]
    pub indicators: Vec<String>,
}

/// Who coordinates (phối hợp): one of the two.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "CoordinatorInput")]
pub struct NewCoordinator {
    /// Code of the agency
    pub agency: Option<String>,
    /// An open group, in the document's words
    pub words: Option<String>,
}

/// What a directive waits for: one of the two.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DependencyInput")]
pub struct NewDependency {
    /// Code of a directive that must be completed first
    pub directive: Option<String>,
    /// Code of a document that must be issued first
    pub document: Option<String>,
}

/// A deadline (thời hạn): in the source's words, or as a day.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DeadlineInput")]
pub struct StatedDeadline {
    /// The source's words, such as `trước ngày 15/4/2025`, `trong quý IV/2025`, `trong 05 ngày làm việc kể từ ngày ký`, `hằng
    /// tháng, trước ngày 25` or `khẩn trương`. Without `on` they are read; a year that is left out is the one in which such a day
    /// comes first, the day of the document or after (of a part that is delegated: today or after). With `on` they must not
    /// state another last day (`INCONSISTENT`)
    pub words: Option<String>,
    /// The day (Asia/Ho_Chi_Minh); of a month, quarter or year any of its days
    pub on: Option<Date>,
    /// How exactly `on` is meant
    #[graphql(default_with = "DatePrecision::Day")]
    pub precision: DatePrecision,
    /// How the duty relates to `on`
    #[graphql(default_with = "DeadlineOperator::By")]
    pub operator: DeadlineOperator,
    /// Why the last day is over already when the directive is given: asked for by the code `OVERDUE`, at most 2,000 characters
    pub comment: Option<String>,
}

/// A part of a directive for agencies below one that leads it.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DelegateDirectiveInput")]
pub struct Delegation {
    /// Id of the directive of which it is a part
    pub directive: Id<Directive>,
    /// The part; those who lead it are below an agency that leads the whole and of which the viewer is the head
    pub part: NewPart,
}

/// Issues a directive from a document's clause, with its parts: all of them or nothing.
#[boxed]
pub async fn issue(acting: &Acting<action::IssueDirective>, new: NewDirective) -> Result<Directive, DbError> {
    let mut checks = Checks::default();
    let clause = checks.text("clause", &symbol(&new.clause), CLAUSE);
    checks.passed()?;
    few(new.depends_on.len(), "dependsOn")?;
    few(new.parts.len(), "parts")?;
    let work = async |writing: &mut Writing| {
        let assigner = agencies(writing, std::slice::from_ref(&new.assigner), "assigner").await?;
        let assigner = assigner.into_iter().find(|agency| acting.permit.reach().holds(Some(*agency)));
        let assigner = assigner.ok_or_else(|| refused(ViolationCode::OutOfReach, "assigner"))?;
        let programme = running(writing, &new.programme).await?;
        let source = Source::of(acting, writing, &new.document).await?;
        // Its code would tell of the document.
        if new.visibility < source.visibility {
            return Err(refused(ViolationCode::Incompatible, "visibility"));
        }
        let whole = Draft {
            common: Common {
                programme,
                document: source.id,
                assigner,
                kind: new.kind,
                priority: new.priority,
                visibility: new.visibility,
                clause,
            },
            id: random::id(writing.now()),
            code: String::new(),
            parent: None,
            part: CheckedPart::of(writing, &new.whole(), source.given).await?,
        };
        receive(writing, &whole.common, &whole.part).await?;
        // What is hidden takes no code that others could find taken.
        let hidden = if new.visibility == Visibility::Public { String::new() } else { format!("~{}", tail(whole.id)) };
        let whole = Draft { code: format!("{}:{}{hidden}", new.document, whole.common.clause), ..whole };
        let mut drafts = Vec::new();
        for (place, part) in new.parts.iter().enumerate() {
            let part = CheckedPart::of(writing, part, source.given).await;
            let part =
                part.and_then(|part| part.within(&whole.part.deadline)).map_err(|error| in_part(error, place))?;
            receive(writing, &whole.common, &part).await.map_err(|error| in_part(error, place))?;
            drafts.push(whole.divided(writing, assigner, place + 1, part));
        }
        let id = whole.id;
        drafts.insert(0, whole);
        write(writing, source.id, &drafts).await?;
        depend(acting, writing, id, &new.depends_on).await?;
        let events: Vec<Event> = drafts.iter().map(|draft| issued(acting, writing, draft)).collect();
        add(writing, &events).await?;
        for part in drafts.iter().skip(1) {
            writing.changed(ChangeKind::Created, (NOUN, part.id));
        }
        let after = reread(writing, id).await?;
        let mut snapshot = audit_snapshot(&after);
        if let Value::Object(fields) = &mut snapshot {
            let parts: Vec<_> = drafts.iter().skip(1).map(|part| &part.code).collect();
            fields.insert("parts".to_owned(), json!(parts));
        }
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, id), None, Some(snapshot));
        Ok(after)
    };
    acting.write(work).await
}

/// Gives a part of a directive to agencies below one that leads it; answers the part.
#[boxed]
pub async fn delegate(
    acting: &Acting<action::DelegateDirective>,
    Delegation { directive, part: new }: Delegation,
) -> Result<Directive, DbError> {
    let id = directive.uuid()?;
    let work = async |writing: &mut Writing| {
        let Opened { before, standing, .. } = acting.open(writing, id, None).await?;
        let today = writing.today();
        let part = CheckedPart::of(writing, &new, Given::on(today.0)).await?;
        if part.leads.is_empty() {
            return Err(refused(ViolationCode::Required, "leads"));
        }
        let mut by = None;
        for lead in standing.leads.iter().filter(|lead| acting.permit.reach().holds(Some(**lead))) {
            let below = diesel::select(agency_subtree_ids(Some(*lead), today).nullable());
            let below: Vec<Uuid> = below.get_result::<Option<_>>(writing.connection()).await?.unwrap_or_default();
            if part.leads.iter().all(|agency| agency != lead && below.contains(agency)) {
                by = Some(*lead);
                break;
            }
        }
        let by = by.ok_or_else(|| refused(ViolationCode::OutOfReach, "leads"))?;
        let due = before.due_on.map(|day| Deadline::on(day.0));
        let part = part.within(&due.unwrap_or(Deadline::none(None)))?;
        let parts: i64 =
            directive::table.filter(directive::parent_id.eq(id)).count().get_result(writing.connection()).await?;
        let whole = Draft {
            common: Common {
                programme: before.programme_id,
                document: before.document_id,
                assigner: by,
                kind: before.kind,
                priority: before.priority,
                visibility: before.visibility,
                clause: before.clause.clone(),
            },
            id,
            code: before.code.clone(),
            parent: None,
            part: CheckedPart::default(),
        };
        receive(writing, &whole.common, &part).await?;
        let place = usize::try_from(parts).unwrap_or_default() + 1;
        let draft = whole.divided(writing, by, place, part);
        write(writing, before.document_id, std::slice::from_ref(&draft)).await?;
        let given = acting.event(writing, id, DirectiveEventKind::Delegated, Some(by));
        let given = Event { text: Some(draft.part.title.clone()), other_directive_id: Some(draft.id), ..given };
        add(writing, &[given, issued(acting, writing, &draft)]).await?;
        writing.changed(ChangeKind::Updated, (NOUN, id));
        let after = reread(writing, draft.id).await?;
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, draft.id), None, Some(audit_snapshot(&after)));
        Ok(after)
    };
    acting.write(work).await
}

/// The document that a directive is issued from.
struct Source {
    id: Uuid,
    /// When it was issued: deadlines count from it.
    given: Given,
    visibility: Visibility,
}

impl Source {
    async fn of<A: Acts>(acting: &Acting<A>, writing: &mut Writing, code: &str) -> Result<Self, DbError> {
        let found: Option<(Uuid, DocumentStatus, Option<Date>, DatePrecision, Visibility)> = document::table
            .filter(sql_functions::fold(document::code).eq(fold(code)))
            .order(document::code.eq(code).desc())
            .filter(visible_to(&acting.scope, document::table))
            .select((
                document::id,
                document::status,
                document::issued_on,
                document::issued_precision,
                document::visibility,
            ))
            .first(writing.connection())
            .await
            .optional()?;
        let (id, status, issued_on, precision, visibility) =
            found.ok_or_else(|| refused(ViolationCode::NotFound, "document"))?;
        if !matches!(status, DocumentStatus::Issued | DocumentStatus::Unknown) {
            let replacing: Vec<String> = document::table
                .inner_join(document_relation::table.on(document_relation::from_document_id.eq(document::id)))
                .filter(document_relation::to_document_id.eq(id))
                .filter(document_relation::kind.eq(DocumentRelationKind::Replaces))
                .filter(visible_to(&acting.scope, document::table))
                .order(document::code)
                .select(document::code)
                .load(writing.connection())
                .await?;
            let violation = Violation::of(ViolationCode::NotInState, &["input", "document"]);
            let named = !replacing.is_empty();
            let violation = if named { violation.about(replacing.join(", ")) } else { violation };
            return Err(DbError::Violated(vec![violation]));
        }
        let given = Given {
            on: issued_on.unwrap_or(writing.today()).0,
            is_exact: issued_on.is_some() && precision == DatePrecision::Day,
        };
        Ok(Self { id, given, visibility })
    }
}

/// The programme of a code, which has not ended.
async fn running(writing: &mut Writing, code: &str) -> Result<Uuid, DbError> {
    let found = programme::table.filter(programme::code.eq(code)).select((programme::id, programme::ends_on));
    let found: Option<(Uuid, Option<Date>)> = found.first(writing.connection()).await.optional()?;
    match found {
        None => Err(refused(ViolationCode::NotFound, "programme")),
        Some((_, Some(last))) if last < writing.today() => Err(refused(ViolationCode::NotInState, "programme")),
        Some((id, _)) => Ok(id),
    }
}

/// What a directive and its parts have in common.
#[derive(Debug, Clone)]
struct Common {
    programme: Uuid,
    document: Uuid,
    assigner: Uuid,
    kind: DirectiveKind,
    priority: DirectivePriority,
    visibility: Visibility,
    clause: String,
}

/// A directive on its way into the tables.
#[derive(Debug, Clone)]
struct Draft {
    common: Common,
    id: Uuid,
    code: String,
    parent: Option<Uuid>,
    part: CheckedPart,
}

impl Draft {
    /// The part of that place.
    fn divided(&self, writing: &Writing, assigner: Uuid, place: usize, part: CheckedPart) -> Self {
        Self {
            common: Common { assigner, ..self.common.clone() },
            id: random::id(writing.now()),
            code: format!("{}/{place}", self.code),
            parent: Some(self.id),
            part,
        }
    }
}

/// A [`NewPart`] as it is stored.
#[derive(Debug, Clone)]
struct CheckedPart {
    title: String,
    content: Option<String>,
    expected_output: Option<String>,
    leads: Vec<Uuid>,
    coordinators: Vec<(Option<Uuid>, Option<String>)>,
    deadline: Deadline,
    /// Why the deadline is over already.
    comment: Option<String>,
    indicators: Vec<Uuid>,
}

impl Default for CheckedPart {
    fn default() -> Self {
        Self {
            title: String::new(),
            content: None,
            expected_output: None,
            leads: Vec::new(),
            coordinators: Vec::new(),
            deadline: Deadline::none(None),
            comment: None,
            indicators: Vec::new(),
        }
    }
}

impl CheckedPart {
    async fn of(writing: &mut Writing, new: &NewPart, given: Given) -> Result<Self, DbError> {
        let mut checks = Checks::default();
        let title = checks.text("title", &new.title, TITLE);
        let content = checks.optional("content", new.content.as_deref(), TEXT);
        let expected_output = checks.optional("expectedOutput", new.expected_output.as_deref(), TEXT);
        let coordinators: Vec<_> = new
            .coordinators
            .iter()
            .map(|who| (who.agency.clone(), checks.optional("coordinators", who.words.as_deref(), WORDS)))
            .collect();
        if coordinators.iter().any(|(agency, words)| agency.is_some() == words.is_some()) {
            return Err(refused(ViolationCode::Malformed, "coordinators"));
        }
        let words = new.deadline.as_ref().and_then(|stated| stated.words.as_deref());
        let words = checks.optional("deadline", words, WORDS);
        let comment = new.deadline.as_ref().and_then(|stated| stated.comment.as_deref());
        let comment = checks.optional("deadline", comment, COMMENT);
        checks.passed()?;
        let deadline = match &new.deadline {
            Some(stated) => deadlines::read(writing, stated, words, given).await?,
            None => Deadline::none(None),
        };
        // More often a slip than meant.
        if comment.is_none() && deadline.due_on().is_some_and(|due| Date(due) < writing.today()) {
            return Err(refused(ViolationCode::Overdue, "deadline"));
        }
        let named: Vec<String> = coordinators.iter().filter_map(|(code, _)| code.clone()).collect();
        let mut named = agencies(writing, &named, "coordinators").await?.into_iter();
        let coordinators = coordinators.into_iter().map(|(code, words)| (code.and_then(|_| named.next()), words));
        Ok(Self {
            title,
            content,
            expected_output,
            leads: agencies(writing, &new.leads, "leads").await?,
            coordinators: coordinators.collect(),
            deadline,
            comment,
            indicators: indicators(writing, &new.indicators, "indicators").await?,
        })
    }

    /// As a part of something that has a deadline: not due later, and due then if nothing else is said.
    fn within(self, whole: &Deadline) -> Result<Self, DbError> {
        let Some(last) = whole.due_on() else { return Ok(self) };
        if !self.has_deadline() {
            return Ok(Self { deadline: whole.clone(), ..self });
        }
        match self.deadline.due_on() {
            Some(due) if due <= last => Ok(self),
            _ => Err(refused(ViolationCode::OutOfBounds, "deadline")),
        }
    }

    fn has_deadline(&self) -> bool {
        self.deadline != Deadline::none(None)
    }

    fn lead_basis(&self) -> LeadBasis {
        match self.leads.len() {
            0 => LeadBasis::NotStated,
            1 => LeadBasis::Explicit,
            _ => LeadBasis::Joint,
        }
    }
}

/// The ids of agencies that are there today, in the order of their codes.
async fn agencies(writing: &mut Writing, codes: &[String], field: &'static str) -> Result<Vec<Uuid>, DbError> {
    let today = writing.today();
    let found = receivers(writing, codes, today).await?;
    let ids = in_order(codes, found.iter().map(|(code, found)| (code.clone(), found.id)).collect(), field)?;
    let not_found = || Violation::of(ViolationCode::NotFound, &["input", field]);
    let gone = codes.iter().filter_map(|code| Receiver::of(found.get(code), not_found).err());
    let gone: Vec<_> = gone.collect();
    if gone.is_empty() { Ok(ids) } else { Err(DbError::Violated(gone)) }
}

/// Whether whoever receives it may be tasked by the assigner.
async fn receive(writing: &mut Writing, common: &Common, part: &CheckedPart) -> Result<(), DbError> {
    let coordinators = part.coordinators.iter().filter_map(|(agency, _)| *agency).collect();
    let mut broken = Vec::new();
    for (field, receivers) in [("leads", part.leads.clone()), ("coordinators", coordinators)] {
        let may = may_receive_directive(common.assigner, common.programme, agency::id, writing.today());
        let outside: Vec<String> = agency::table
            .filter(agency::id.eq_any(receivers))
            .filter(not(may))
            .order(agency::code)
            .select(agency::code)
            .load(writing.connection())
            .await?;
        if !outside.is_empty() {
            broken.push(Violation::of(ViolationCode::OutOfReach, &["input", field]).about(outside.join(", ")));
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(DbError::Violated(broken)) }
}

/// The ids of indicators, in the order of their codes.
async fn indicators(writing: &mut Writing, codes: &[String], field: &'static str) -> Result<Vec<Uuid>, DbError> {
    let rows = indicator::table.filter(indicator::code.eq_any(codes)).select((indicator::code, indicator::id));
    in_order(codes, rows.load(writing.connection()).await?, field)
}

fn in_order(codes: &[String], rows: Vec<(String, Uuid)>, field: &'static str) -> Result<Vec<Uuid>, DbError> {
    few(codes.len(), field)?;
    if codes.iter().collect::<BTreeSet<_>>().len() < codes.len() {
        return Err(refused(ViolationCode::Duplicate, field));
    }
    let ids: BTreeMap<_, _> = rows.into_iter().collect();
    let ids = codes.iter().map(|code| ids.get(code).copied());
    ids.collect::<Option<_>>().ok_or_else(|| refused(ViolationCode::NotFound, field))
}

fn few(count: usize, field: &'static str) -> Result<(), DbError> {
    if count <= MANY {
        return Ok(());
    }
    let violation = Violation::of(ViolationCode::TooMany, &["input", field]);
    Err(DbError::Violated(vec![violation.limit(i32::try_from(MANY).unwrap_or(i32::MAX))]))
}

pub(super) fn refused(code: ViolationCode, field: &'static str) -> DbError {
    DbError::violated(code, &["input", field])
}

/// What is wrong with a part, beside that part.
fn in_part(error: DbError, place: usize) -> DbError {
    let DbError::Violated(violations) = error else { return error };
    let within = |mut violation: Violation| {
        violation.field.splice(1..1, ["parts".into(), place.to_string().into()]);
        Violation { row: i32::try_from(place).ok(), ..violation }
    };
    DbError::Violated(violations.into_iter().map(within).collect())
}

/// The last of the random digits of an id.
fn tail(id: Uuid) -> String {
    let id = id.simple().to_string();
    id.chars().skip(26).collect()
}

fn issued<A: Acts>(acting: &Acting<A>, writing: &Writing, draft: &Draft) -> Event {
    let event = acting.event(writing, draft.id, DirectiveEventKind::Issued, Some(draft.common.assigner));
    Event { deadline_revision: draft.part.has_deadline().then_some(1), ..event }
}

/// Puts new directives at the end of their document, the whole before its parts.
async fn write(writing: &mut Writing, document: Uuid, drafts: &[Draft]) -> Result<(), DbError> {
    // Whoever else issues from this document waits: each gets the next position.
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('directive.position ' || $1::text, 0))")
        .bind::<SqlUuid, _>(document)
        .execute(writing.connection())
        .await?;
    let last: Option<i32> = directive::table
        .filter(directive::document_id.eq(document))
        .select(diesel::dsl::max(directive::position))
        .first(writing.connection())
        .await?;
    let rows = drafts.iter().zip(last.unwrap_or_default() + 1..).map(|(draft, position)| {
        let Draft { common, part, .. } = draft;
        (
            directive::id.eq(draft.id),
            directive::code.eq(&draft.code),
            directive::parent_id.eq(draft.parent),
            directive::position.eq(position),
            directive::programme_id.eq(common.programme),
            directive::document_id.eq(common.document),
            directive::assigner_id.eq(common.assigner),
            directive::kind.eq(common.kind),
            directive::priority.eq(common.priority),
            directive::visibility.eq(common.visibility),
            directive::clause.eq(&common.clause),
            directive::title.eq(&part.title),
            directive::content.eq(&part.content),
            directive::expected_output.eq(&part.expected_output),
            directive::lead_basis.eq(part.lead_basis()),
            directive::state_source.eq(StateSource::Recorded),
        )
    });
    let rows: Vec<_> = rows.collect();
    diesel::insert_into(directive::table).values(rows).execute(writing.connection()).await?;
    parties(writing, drafts).await?;
    let serves = drafts.iter().flat_map(|draft| {
        draft.part.indicators.iter().map(|indicator| {
            (
                directive_indicator::directive_id.eq(draft.id),
                directive_indicator::indicator_id.eq(*indicator),
                directive_indicator::stated.eq(true),
            )
        })
    });
    let serves: Vec<_> = serves.collect();
    diesel::insert_into(directive_indicator::table).values(serves).execute(writing.connection()).await?;
    // One after the other: the whole's last day bounds those of its parts.
    for draft in drafts.iter().filter(|draft| draft.part.has_deadline()) {
        set_deadline(writing, draft.id, 1, &draft.part.deadline, draft.part.comment.as_deref()).await?;
    }
    Ok(())
}

async fn parties(writing: &mut Writing, drafts: &[Draft]) -> Result<(), DbError> {
    let leads = drafts.iter().flat_map(|draft| {
        draft.part.leads.iter().zip(1..).map(|(agency, position)| {
            (
                directive_lead::directive_id.eq(draft.id),
                directive_lead::agency_id.eq(*agency),
                directive_lead::position.eq(position),
            )
        })
    });
    let leads: Vec<_> = leads.collect();
    diesel::insert_into(directive_lead::table).values(leads).execute(writing.connection()).await?;
    let coordinators = drafts.iter().flat_map(|draft| {
        draft.part.coordinators.iter().zip(1..).map(|((agency, words), position)| {
            (
                directive_coordinator::directive_id.eq(draft.id),
                directive_coordinator::position.eq(position),
                directive_coordinator::agency_id.eq(*agency),
                directive_coordinator::words.eq(words),
            )
        })
    });
    let coordinators: Vec<_> = coordinators.collect();
    diesel::insert_into(directive_coordinator::table).values(coordinators).execute(writing.connection()).await?;
    Ok(())
}

/// Says what a new directive waits for; what the actor may not see is not there.
async fn depend<A: Acts>(
    acting: &Acting<A>,
    writing: &mut Writing,
    id: Uuid,
    on: &[NewDependency],
) -> Result<(), DbError> {
    for dependency in on {
        let (directive, document) = match (&dependency.directive, &dependency.document) {
            (Some(code), None) => {
                let found = directive::table
                    .filter(directive::code.eq(code))
                    .filter(visible_to(&acting.scope, directive::table))
                    .select(directive::id);
                (found.first(writing.connection()).await.optional()?, None)
            }
            (None, Some(code)) => {
                let found = document::table
                    .filter(sql_functions::fold(document::code).eq(fold(code)))
                    .order(document::code.eq(code).desc())
                    .filter(visible_to(&acting.scope, document::table))
                    .select(document::id);
                (None, found.first(writing.connection()).await.optional()?)
            }
            _ => return Err(refused(ViolationCode::Malformed, "dependsOn")),
        };
        if directive.or(document).is_none_or(|found: Uuid| found == id) {
            return Err(refused(ViolationCode::NotFound, "dependsOn"));
        }
        let row = (
            directive_dependency::id.eq(random::id(writing.now())),
            directive_dependency::directive_id.eq(id),
            directive_dependency::on_directive_id.eq(directive),
            directive_dependency::on_document_id.eq(document),
        );
        diesel::insert_into(directive_dependency::table).values(row).execute(writing.connection()).await?;
    }
    Ok(())
}

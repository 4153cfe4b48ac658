//! What people do with directives: each a transaction that begins with the directive's row, so that two people never decide
//! on the same state.

mod agreements;
mod checked;
mod deadlines;
mod ending;
mod input;
mod insert;
mod issue;
mod register;
mod work;

use auth::{Acts, random};
use diesel::{
    ExpressionMethods as _, Insertable, IntoSql as _, NullableExpressionMethods as _, QueryDsl as _,
    SelectableHelper as _, dsl::case_when, helper_types::AsExprOf, sql_types,
};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

pub use self::{
    agreements::{
        CounterOfferAnswer, ExtensionDecision, GivenInput, NewExtensionRequest, NewInputRequest, Verdict,
        answer_counter_offer, decide_extension, give_input, request_extension, request_input,
    },
    ending::{Confirmation, Reasoned, cancel, confirm_done, send_back},
    input::{Delegation, NewCoordinator, NewDependency, NewDirective, NewPart, StatedDeadline},
    issue::{delegate, issue},
    register::{NewDeadline, NewNamedAgency, NewReason, Registration, register},
    work::{Acceptance, DoneReport, NewProgress, ProgressRow, accept, report_done, report_progress},
};
pub(crate) use self::{issue::issue_within, work::report_rows};
use super::{
    Directive, DirectiveEventKind, DirectiveState, StateSource,
    reach::{directive_coordinator_reach, directive_lead_reach},
    requests::{ExtensionRequest, InputRequest},
    rules::{Refusal, Standing, after},
};
use crate::{
    Acting, Date, DbError, Violation, ViolationCode,
    deadline::Deadline,
    role_grant::Role,
    schema::{
        directive, directive_deadline, directive_dependency, directive_event, directive_extension, directive_input,
        document,
    },
    sql_functions::is_awaited,
    visible::visible_to,
    writer::{ChangeKind, Writing},
};

const NOUN: &str = "directive";
/// The longest reason, report, question or answer, in characters.
const TEXT: u16 = 4_000;

/// The field that names the directive.
const DIRECTIVE: &[&str] = &["input", "directive"];

/// A directive that is locked until the transaction ends.
struct Opened {
    before: Directive,
    standing: Standing,
    inputs: Vec<InputRequest>,
    extensions: Vec<ExtensionRequest>,
}

/// Something that happened, on its way into the timeline.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = directive_event)]
struct Event {
    id: Uuid,
    directive_id: Uuid,
    kind: DirectiveEventKind,
    occurred_on: Date,
    recorded_at: chrono::DateTime<chrono::Utc>,
    account_id: Option<Uuid>,
    agency_id: Option<Uuid>,
    role: Option<Role>,
    text: Option<String>,
    deadline_revision: Option<i32>,
    progress_id: Option<Uuid>,
    extension_id: Option<Uuid>,
    input_id: Option<Uuid>,
    other_directive_id: Option<Uuid>,
}

impl<A: Acts> Acting<A> {
    /// Finds a directive and locks it, if this may be done to it. What the actor may not see or has nothing to do with is
    /// not there.
    async fn open(&self, writing: &mut Writing, id: Uuid, expected_version: Option<i32>) -> Result<Opened, DbError> {
        let before: Directive = directive::table
            .filter(directive::id.eq(id))
            .filter(visible_to(&self.scope, directive::table))
            .select(Directive::as_select())
            .for_no_key_update()
            .first(writing.connection())
            .await?;
        let opened = stands(writing, before).await?;
        let allowed = opened.standing.allows(A::ACTION, |object| self.permit.holds_for(object));
        if allowed == Err(Refusal::OutOfReach) {
            return Err(DbError::NotFound);
        }
        if expected_version.is_some_and(|version| version != opened.before.version) {
            return Err(DbError::violated(ViolationCode::Stale, &["input", "expectedVersion"]));
        }
        match allowed {
            Ok(()) => Ok(opened),
            Err(Refusal::OwnWork) => Err(DbError::violated(ViolationCode::OwnWork, DIRECTIVE)),
            Err(Refusal::Blocked) => {
                let awaited = self.awaited(writing, id).await?.join(", ");
                let blocked = Violation::of(ViolationCode::NotInState, DIRECTIVE);
                Err(DbError::Violated(vec![if awaited.is_empty() { blocked } else { blocked.about(awaited) }]))
            }
            Err(Refusal::NotInState | Refusal::OutOfReach) => {
                Err(DbError::violated(ViolationCode::NotInState, DIRECTIVE))
            }
        }
    }

    /// The codes of what a directive waits for, as far as the actor may see them.
    async fn awaited(&self, writing: &mut Writing, id: Uuid) -> Result<Vec<String>, DbError> {
        let still = || {
            directive_dependency::table
                .filter(directive_dependency::directive_id.eq(id))
                .filter(is_awaited(directive_dependency::on_directive_id, directive_dependency::on_document_id))
        };
        let mut codes: Vec<String> = directive::table
            .filter(directive::id.nullable().eq_any(still().select(directive_dependency::on_directive_id)))
            .filter(visible_to(&self.scope, directive::table))
            .select(directive::code)
            .order(directive::code)
            .load(writing.connection())
            .await?;
        let documents: Vec<String> = document::table
            .filter(document::id.nullable().eq_any(still().select(directive_dependency::on_document_id)))
            .filter(visible_to(&self.scope, document::table))
            .select(document::code)
            .order(document::code)
            .load(writing.connection())
            .await?;
        codes.extend(documents);
        Ok(codes)
    }

    /// The agency for which the actor acts: the first of those concerned that they reach.
    fn agency(&self, concerned: &[Uuid]) -> Option<Uuid> {
        concerned.iter().copied().find(|agency| self.permit.reach().holds(Some(*agency)))
    }

    /// The account that acts: those who may do anything to directives have one.
    fn account(&self) -> Result<Uuid, DbError> {
        self.permit.actor().account().ok_or(DbError::NotFound)
    }

    /// An event of now, done by the actor for an agency.
    fn event(&self, writing: &Writing, directive: Uuid, kind: DirectiveEventKind, agency: Option<Uuid>) -> Event {
        Event {
            account_id: self.permit.actor().account(),
            agency_id: agency,
            role: agency.and_then(|agency| self.permit.role_at(agency)).map(Role::from),
            ..happens(writing, directive, kind)
        }
    }

    /// Where the directive goes by what is done to it, with who reported and who confirmed. From here on its state is one
    /// that people recorded, whoever said it before.
    async fn advance(&self, writing: &mut Writing, before: &Directive) -> Result<(), DbError> {
        let state = after(before.state, A::ACTION);
        if state == before.state && before.state_source == StateSource::Recorded {
            return Ok(());
        }
        let today = writing.today();
        let account = self.permit.actor().account();
        let (completed_on, done_reported_by, confirmed_by) = match state {
            DirectiveState::ReportedDone => (Some(today), account, None),
            // It was done when it was reported, however long the confirmation took.
            DirectiveState::Completed => (before.completed_on.or(Some(today)), before.done_reported_by, account),
            _ => (None, None, None),
        };
        diesel::update(directive::table.find(before.id))
            .set((
                directive::state.eq(state),
                directive::state_source.eq(StateSource::Recorded),
                directive::completed_on.eq(completed_on),
                directive::done_reported_by.eq(done_reported_by),
                directive::confirmed_by.eq(confirmed_by),
                directive::version.eq(before.version + 1),
            ))
            .execute(writing.connection())
            .await?;
        Ok(())
    }

    /// Writes an event to the timeline, the outbox and the audit trail; returns the directive as it is now.
    async fn record_event(
        &self,
        writing: &mut Writing,
        before: &Directive,
        event: Event,
    ) -> Result<Directive, DbError> {
        let after = reread(writing, before.id).await?;
        let mut shown = audit_snapshot(&after);
        if let Value::Object(fields) = &mut shown {
            fields.insert("event".to_owned(), json!(event.kind));
            fields.insert("text".to_owned(), json!(event.text));
        }
        add(writing, &[event]).await?;
        writing.record(&self.permit, ChangeKind::Updated, (NOUN, before.id), Some(audit_snapshot(before)), Some(shown));
        Ok(after)
    }
}

/// A directive with what the rules look at.
async fn stands(writing: &mut Writing, before: Directive) -> Result<Opened, DbError> {
    let id = before.id;
    let leads: Vec<Uuid> = directive_lead_reach::table
        .filter(directive_lead_reach::directive_id.eq(id))
        .select(directive_lead_reach::agency_id)
        .load(writing.connection())
        .await?;
    let coordinators: Vec<Uuid> = directive_coordinator_reach::table
        .filter(directive_coordinator_reach::directive_id.eq(id))
        .select(directive_coordinator_reach::agency_id)
        .load(writing.connection())
        .await?;
    let inputs: Vec<InputRequest> = directive_input::table
        .filter(directive_input::directive_id.eq(id))
        .select(InputRequest::as_select())
        .load(writing.connection())
        .await?;
    let extensions: Vec<ExtensionRequest> = directive_extension::table
        .filter(directive_extension::directive_id.eq(id))
        .select(ExtensionRequest::as_select())
        .load(writing.connection())
        .await?;
    let awaited: i64 = directive_dependency::table
        .filter(directive_dependency::directive_id.eq(id))
        .filter(is_awaited(directive_dependency::on_directive_id, directive_dependency::on_document_id))
        .count()
        .get_result(writing.connection())
        .await?;
    let standing = before.standing(leads, coordinators, &inputs, &extensions, awaited > 0);
    Ok(Opened { before, standing, inputs, extensions })
}

fn happens(writing: &Writing, directive: Uuid, kind: DirectiveEventKind) -> Event {
    Event {
        id: random::id(writing.now()),
        directive_id: directive,
        kind,
        occurred_on: writing.today(),
        recorded_at: writing.now(),
        account_id: None,
        agency_id: None,
        role: None,
        text: None,
        deadline_revision: None,
        progress_id: None,
        extension_id: None,
        input_id: None,
        other_directive_id: None,
    }
}

async fn add(writing: &mut Writing, events: &[Event]) -> Result<(), DbError> {
    diesel::insert_into(directive_event::table).values(events).execute(writing.connection()).await?;
    Ok(())
}

async fn reread(writing: &mut Writing, id: Uuid) -> Result<Directive, DbError> {
    let row = directive::table.find(id).select(Directive::as_select());
    Ok(row.first(writing.connection()).await?)
}

/// Another deadline of a directive that has some, in force from now on.
async fn extend(writing: &mut Writing, of: &Directive, due_on: Date, reason: &str) -> Result<i32, DbError> {
    let last: Option<i32> = directive_deadline::table
        .filter(directive_deadline::directive_id.eq(of.id))
        .select(diesel::dsl::max(directive_deadline::revision))
        .first(writing.connection())
        .await?;
    let revision = last.unwrap_or_default() + 1;
    set_deadline(writing, of.id, revision, &Deadline::on(due_on.0), Some(reason)).await?;
    diesel::update(directive::table.find(of.id))
        .set(directive::version.eq(of.version + 1))
        .execute(writing.connection())
        .await?;
    Ok(revision)
}

async fn set_deadline(
    writing: &mut Writing,
    directive: Uuid,
    revision: i32,
    deadline: &Deadline,
    note: Option<&str>,
) -> Result<(), DbError> {
    let row = (
        directive_deadline::directive_id.eq(directive),
        directive_deadline::revision.eq(revision),
        directive_deadline::words.eq(&deadline.words),
        directive_deadline::stated_on.eq(deadline.stated_on.map(Date)),
        directive_deadline::precision.eq(deadline.precision),
        directive_deadline::operator.eq(deadline.operator),
        directive_deadline::year_inferred.eq(deadline.year_inferred),
        directive_deadline::due_on.eq(deadline.due_on().map(Date)),
        directive_deadline::set_on.eq(writing.today()),
        directive_deadline::note.eq(note),
        directive_deadline::cadence.eq(deadline.cadence),
    );
    diesel::insert_into(directive_deadline::table).values(row).execute(writing.connection()).await?;
    Ok(())
}

/// The day on which the waiting for an input ends: today, or the day on which it was asked for, if that was done on a node on
/// which it is tomorrow already.
#[diesel::dsl::auto_type]
fn ends_on(today: Date) -> _ {
    let day: AsExprOf<Date, sql_types::Date> = today.into_sql::<sql_types::Date>();
    case_when(directive_input::asked_on.gt(day), directive_input::asked_on).otherwise(day).nullable()
}

/// The last day of the whole, which none of its parts may pass.
async fn due_of_whole(writing: &mut Writing, part: &Directive) -> Result<Option<Date>, DbError> {
    let Some(whole) = part.parent_id else { return Ok(None) };
    Ok(directive::table.find(whole).select(directive::due_on).first(writing.connection()).await?)
}

/// A directive as the audit trail keeps it.
fn audit_snapshot(of: &Directive) -> Value {
    json!({
        "code": of.code,
        "state": of.state,
        "dueOn": of.due_on,
        "completedOn": of.completed_on,
        "version": of.version,
    })
}

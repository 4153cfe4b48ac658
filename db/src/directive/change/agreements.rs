//! What those who lead ask of others, and the answers: a later deadline, input.

use async_graphql::InputObject;
use auth::{action, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, OptionalExtension as _, QueryDsl as _};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{Directive, DirectiveEventKind, Event, Opened, TEXT, due_of_whole, ends_on, extend};
use crate::{
    Acting, Date, DbError, Id, ViolationCode,
    directive::requests::{ExtensionRequest, ExtensionState, InputRequest},
    input::Checks,
    schema::{agency, directive_extension, directive_input},
    writer::Writing,
};

/// How a request for a later deadline is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, async_graphql::Enum)]
pub enum ExtensionDecision {
    /// The proposed day becomes the deadline
    Approve,
    /// The deadline stays; needs a reason
    Refuse,
    /// Another day is offered; whoever asked accepts or declines it
    Counter,
}

/// A later deadline that is asked for.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RequestExtensionInput")]
pub struct NewExtensionRequest {
    /// Id of the directive
    pub directive: Id<Directive>,
    /// The last day that is asked for: after the deadline in force, and not after that of the whole
    pub proposed_on: Date,
    /// Why
    pub reason: String,
}

/// A decision on a later deadline.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DecideExtensionInput")]
pub struct Verdict {
    /// Id of the request
    pub extension_request: Id<ExtensionRequest>,
    /// The `version` of the directive that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// How it is decided
    pub decision: ExtensionDecision,
    /// The last day that is offered instead (Asia/Ho_Chi_Minh), with `COUNTER` alone
    pub counter_on: Option<Date>,
    /// Why; needed to refuse
    pub reason: Option<String>,
}

/// The answer to a later deadline that was offered.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AnswerCounterOfferInput")]
pub struct CounterOfferAnswer {
    /// Id of the request
    pub extension_request: Id<ExtensionRequest>,
    /// The `version` of the directive that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// True: the day that was offered becomes the deadline; false: the deadline stays
    pub accept: bool,
}

/// What a coordinating agency is asked for.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RequestInputInput")]
pub struct NewInputRequest {
    /// Id of the directive
    pub directive: Id<Directive>,
    /// Code of the agency that is asked, one of those that coordinate by name
    pub coordinator: String,
    /// What is asked for
    pub question: String,
    /// By when it is wanted (Asia/Ho_Chi_Minh)
    pub due_on: Option<Date>,
}

/// What a coordinating agency gives.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "GiveInputInput")]
pub struct GivenInput {
    /// Id of the request
    pub input_request: Id<InputRequest>,
    /// What is given
    pub answer: String,
}

/// Asks for a later deadline.
#[boxed]
pub async fn request_extension(
    acting: &Acting<action::RequestExtension>,
    new: NewExtensionRequest,
) -> Result<Directive, DbError> {
    let NewExtensionRequest { directive, proposed_on, reason } = new;
    let id = directive.uuid()?;
    let mut checks = Checks::default();
    let reason = checks.text("reason", &reason, TEXT);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let Opened { before, standing, .. } = acting.open(writing, id, None).await?;
        is_nameable(writing, &before, proposed_on, &["input", "proposedOn"]).await?;
        let agency = acting.agency(&standing.leads).ok_or(DbError::NotFound)?;
        let request = ExtensionRequest {
            id: random::id(writing.now()),
            state: ExtensionState::Requested,
            proposed_on,
            reason: reason.clone(),
            requested_at: writing.now(),
            counter_on: None,
            decision_reason: None,
            decided_at: None,
            answered_at: None,
            directive_id: id,
            agency_id: agency,
            requested_by: acting.account()?,
            decided_by: None,
            answered_by: None,
        };
        diesel::insert_into(directive_extension::table).values(&request).execute(writing.connection()).await?;
        let event = acting.event(writing, id, DirectiveEventKind::ExtensionRequested, Some(agency));
        let event = Event { text: Some(reason), extension_id: Some(request.id), ..event };
        acting.record_event(writing, &before, event).await
    };
    acting.write(work).await
}

/// Decides on a request for a later deadline: never whoever asked.
#[boxed]
pub async fn decide_extension(
    acting: &Acting<action::DecideExtension>,
    verdict: Verdict,
) -> Result<Directive, DbError> {
    let request = verdict.extension_request.uuid()?;
    let mut checks = Checks::default();
    let reason = match (verdict.decision, verdict.reason.as_deref()) {
        (ExtensionDecision::Refuse, reason) => Some(checks.text("reason", reason.unwrap_or_default(), TEXT)),
        (_, reason) => checks.optional("reason", reason, TEXT),
    };
    checks.passed()?;
    let counter_on = match (verdict.decision, verdict.counter_on) {
        (ExtensionDecision::Counter, None) => {
            return Err(DbError::violated(ViolationCode::Required, &["input", "counterOn"]));
        }
        (ExtensionDecision::Counter, day) => day,
        (_, None) => None,
        (_, Some(_)) => return Err(DbError::violated(ViolationCode::Inconsistent, &["input", "counterOn"])),
    };
    let work = async |writing: &mut Writing| {
        let id = directive_of_extension(writing, request).await?;
        let opened = acting.open(writing, id, Some(verdict.expected_version)).await?;
        let (before, asked) = (&opened.before, opened.extension(request, ExtensionState::Requested)?);
        let (state, kind) = match verdict.decision {
            ExtensionDecision::Approve => (ExtensionState::Approved, DirectiveEventKind::ExtensionApproved),
            ExtensionDecision::Refuse => (ExtensionState::Refused, DirectiveEventKind::ExtensionRefused),
            ExtensionDecision::Counter => (ExtensionState::Countered, DirectiveEventKind::ExtensionCountered),
        };
        let mut event = acting.event(writing, id, kind, acting.agency(opened.standing.assigner.as_slice()));
        if let Some(day) = counter_on {
            is_nameable(writing, before, day, &["input", "counterOn"]).await?;
            if day == asked.proposed_on {
                return Err(DbError::violated(ViolationCode::Unchanged, &["input", "counterOn"]));
            }
        }
        if state == ExtensionState::Approved {
            is_later(writing, before, asked.proposed_on, &["input", "decision"]).await?;
            event.deadline_revision = Some(extend(writing, before, asked.proposed_on, &asked.reason).await?);
        }
        let decided = (
            directive_extension::state.eq(state),
            directive_extension::counter_on.eq(counter_on),
            directive_extension::decision_reason.eq(&reason),
            directive_extension::decided_at.eq(writing.now()),
            directive_extension::decided_by.eq(acting.account()?),
        );
        diesel::update(directive_extension::table.find(request)).set(decided).execute(writing.connection()).await?;
        let event = Event { text: reason, extension_id: Some(request), ..event };
        acting.record_event(writing, before, event).await
    };
    acting.write(work).await
}

/// Accepts or declines the day that was offered instead: never whoever offered it.
#[boxed]
pub async fn answer_counter_offer(
    acting: &Acting<action::AnswerCounterOffer>,
    answer: CounterOfferAnswer,
) -> Result<Directive, DbError> {
    let CounterOfferAnswer { extension_request, expected_version, accept } = answer;
    let request = extension_request.uuid()?;
    let work = async |writing: &mut Writing| {
        let id = directive_of_extension(writing, request).await?;
        let opened = acting.open(writing, id, Some(expected_version)).await?;
        let (before, asked) = (&opened.before, opened.extension(request, ExtensionState::Countered)?);
        let (state, kind) = if accept {
            (ExtensionState::CounterAccepted, DirectiveEventKind::CounterAccepted)
        } else {
            (ExtensionState::CounterDeclined, DirectiveEventKind::CounterDeclined)
        };
        let mut event = acting.event(writing, id, kind, Some(asked.agency_id));
        if let Some(day) = asked.counter_on.filter(|_| accept) {
            is_later(writing, before, day, &["input", "accept"]).await?;
            event.deadline_revision = Some(extend(writing, before, day, &asked.reason).await?);
        }
        let answered = (
            directive_extension::state.eq(state),
            directive_extension::answered_at.eq(writing.now()),
            directive_extension::answered_by.eq(acting.account()?),
        );
        diesel::update(directive_extension::table.find(request)).set(answered).execute(writing.connection()).await?;
        acting.record_event(writing, before, Event { extension_id: Some(request), ..event }).await
    };
    acting.write(work).await
}

/// Asks an agency that coordinates for something.
#[boxed]
pub async fn request_input(acting: &Acting<action::RequestInput>, new: NewInputRequest) -> Result<Directive, DbError> {
    let NewInputRequest { directive, coordinator, question, due_on } = new;
    let id = directive.uuid()?;
    let mut checks = Checks::default();
    let question = checks.text("question", &question, TEXT);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let Opened { before, standing, .. } = acting.open(writing, id, None).await?;
        let asked = agency::table.filter(agency::code.eq(&coordinator)).select(agency::id);
        let asked: Option<Uuid> = asked.first(writing.connection()).await.optional()?;
        let Some(asked) = asked.filter(|asked| standing.coordinators.contains(asked)) else {
            return Err(DbError::violated(ViolationCode::NotFound, &["input", "coordinator"]));
        };
        if due_on.is_some_and(|day| day < writing.today()) {
            return Err(DbError::violated(ViolationCode::OutOfBounds, &["input", "dueOn"]));
        }
        let agency = acting.agency(&standing.leads).ok_or(DbError::NotFound)?;
        let request = InputRequest {
            id: random::id(writing.now()),
            question: question.clone(),
            due_on,
            asked_on: writing.today(),
            answer: None,
            given_at: None,
            ended_on: None,
            asked_at: writing.now(),
            directive_id: id,
            agency_id: agency,
            coordinator_id: asked,
            asked_by: acting.account()?,
            given_by: None,
        };
        diesel::insert_into(directive_input::table).values(&request).execute(writing.connection()).await?;
        let event = acting.event(writing, id, DirectiveEventKind::InputRequested, Some(agency));
        acting.record_event(writing, &before, Event { text: Some(question), input_id: Some(request.id), ..event }).await
    };
    acting.write(work).await
}

/// Gives what one was asked for.
#[boxed]
pub async fn give_input(acting: &Acting<action::GiveInput>, given: GivenInput) -> Result<Directive, DbError> {
    let request = given.input_request.uuid()?;
    let mut checks = Checks::default();
    let answer = checks.text("answer", &given.answer, TEXT);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let of = directive_input::table
            .find(request)
            .select((directive_input::directive_id, directive_input::coordinator_id));
        let (id, coordinator): (Uuid, Uuid) = of.first(writing.connection()).await?;
        if !acting.permit.reach().holds(Some(coordinator)) {
            return Err(DbError::NotFound);
        }
        let Opened { before, inputs, .. } = acting.open(writing, id, None).await?;
        if inputs.iter().any(|input| input.id == request && input.ended_on.is_some()) {
            return Err(DbError::violated(ViolationCode::NotInState, &["input", "inputRequest"]));
        }
        let given = (
            directive_input::answer.eq(&answer),
            directive_input::ended_on.eq(ends_on(writing.today())),
            directive_input::given_at.eq(writing.now()),
            directive_input::given_by.eq(acting.account()?),
        );
        diesel::update(directive_input::table.find(request)).set(given).execute(writing.connection()).await?;
        let event = acting.event(writing, id, DirectiveEventKind::InputGiven, Some(coordinator));
        acting.record_event(writing, &before, Event { text: Some(answer), input_id: Some(request), ..event }).await
    };
    acting.write(work).await
}

impl Opened {
    /// A request for a later deadline that is in this state.
    fn extension(&self, id: Uuid, state: ExtensionState) -> Result<&ExtensionRequest, DbError> {
        let found = self.extensions.iter().find(|request| request.id == id && request.state == state);
        found.ok_or_else(|| DbError::violated(ViolationCode::NotInState, &["input", "extensionRequest"]))
    }
}

async fn directive_of_extension(writing: &mut Writing, request: Uuid) -> Result<Uuid, DbError> {
    let directive = directive_extension::table.find(request).select(directive_extension::directive_id);
    Ok(directive.first(writing.connection()).await?)
}

/// Whether a day can be named as the next deadline: not one that is over.
async fn is_nameable(
    writing: &mut Writing,
    of: &Directive,
    day: Date,
    field: &'static [&'static str],
) -> Result<(), DbError> {
    if day < writing.today() {
        return Err(DbError::violated(ViolationCode::OutOfBounds, field));
    }
    is_later(writing, of, day, field).await
}

/// Whether a day is later than the deadline in force, and within the whole's. It may be over when it is agreed on.
async fn is_later(
    writing: &mut Writing,
    of: &Directive,
    day: Date,
    field: &'static [&'static str],
) -> Result<(), DbError> {
    let whole = due_of_whole(writing, of).await?;
    if of.due_on.is_some_and(|due| day > due) && whole.is_none_or(|due| day <= due) {
        return Ok(());
    }
    Err(DbError::violated(ViolationCode::OutOfBounds, field))
}

//! What people do with directives.

use async_graphql::{Context, ID, InputObject};
use auth::{Action, Acts, Permit, action};
use db::{
    Date, DbError, Once,
    access::Auth,
    deadline::DeadlineOperator,
    directive::{
        Directive as Row, DirectiveKind, DirectivePriority, ExtensionById, InputById,
        change::{
            self, Acting, ExtensionDecision, NewCoordinator, NewDependency, NewDirective, NewPart, NewProgress,
            StatedDeadline, Verdict,
        },
    },
    enums::{DatePrecision, Visibility},
};
use object_layer::Object;
use uuid::Uuid;

use super::{
    Directive,
    requests::{ExtensionRequest, InputRequest},
    timeline::first,
};
use crate::{
    error::ApiError,
    object::{decoded, whole},
    page::{Answer, reader},
    payload::{once, payload, shown},
    viewer::permit,
};

/// A deadline (thời hạn): in the source's words, or as a day.
#[derive(InputObject)]
pub struct DeadlineInput {
    /// The source's words, such as `trước ngày 15/4/2025`, `trong quý IV/2025` or `khẩn trương`. Without `on` they are read
    words: Option<String>,
    /// The day (Asia/Ho_Chi_Minh); of a month, quarter or year any of its days
    on: Option<Date>,
    /// How exactly `on` is meant
    #[graphql(default_with = "DatePrecision::Day")]
    precision: DatePrecision,
    /// How the duty relates to `on`
    #[graphql(default_with = "DeadlineOperator::By")]
    operator: DeadlineOperator,
}

/// Who coordinates (phối hợp): one of the two.
#[derive(InputObject)]
pub struct CoordinatorInput {
    /// Code of the agency
    agency: Option<String>,
    /// An open group, in the document's words
    words: Option<String>,
}

/// What a directive waits for: one of the two.
#[derive(InputObject)]
pub struct DependencyInput {
    /// Code of a directive that must be completed first
    directive: Option<String>,
    /// Code of a document that must be issued first
    document: Option<String>,
}

/// A part of a directive, with leads and a deadline of its own.
#[derive(InputObject)]
pub struct DirectivePartInput {
    /// What is to be done, in a phrase
    title: String,
    /// What the document says, in its own words
    content: Option<String>,
    /// What should come out of it
    expected_output: Option<String>,
    /// Codes of the agencies that lead (chủ trì), in the order of the document
    leads: Vec<String>,
    /// Who coordinates, in the order of the document
    #[graphql(default)]
    coordinators: Vec<CoordinatorInput>,
    /// Until when, not later than the whole; the whole's deadline if left out
    deadline: Option<DeadlineInput>,
    /// Codes of the indicators it serves
    #[graphql(default)]
    indicators: Vec<String>,
}

/// A directive to be issued from a clause of a document.
#[derive(InputObject)]
pub struct IssueDirectiveInput {
    /// Code of the document it stands in, which has been issued
    document: String,
    /// Label of the clause as printed, such as `10.a`
    clause: String,
    /// Code of the programme it belongs to
    programme: String,
    /// Code of the agency that gives it, of which the viewer is a leader
    assigner: String,
    /// What kind of clause it is
    #[graphql(default_with = "DirectiveKind::Directive")]
    kind: DirectiveKind,
    /// How pressing it is
    #[graphql(default_with = "DirectivePriority::Normal")]
    priority: DirectivePriority,
    /// Who may read it, and its parts: no more than may read the document
    visibility: Visibility,
    /// What is to be done, in a phrase
    title: String,
    /// What the document says, in its own words
    content: Option<String>,
    /// What should come out of it
    expected_output: Option<String>,
    /// Codes of the agencies that lead (chủ trì), in the order of the document
    #[graphql(default)]
    leads: Vec<String>,
    /// Who coordinates (phối hợp), in the order of the document
    #[graphql(default)]
    coordinators: Vec<CoordinatorInput>,
    /// Until when; left out, it has no deadline
    deadline: Option<DeadlineInput>,
    /// Codes of the indicators it serves
    #[graphql(default)]
    indicators: Vec<String>,
    /// What it waits for
    #[graphql(default)]
    depends_on: Vec<DependencyInput>,
    /// Its parts, each a directive of its own with leads of its own; at most 50
    #[graphql(default)]
    parts: Vec<DirectivePartInput>,
}

/// A directive, as it was seen.
#[derive(InputObject)]
pub struct AcceptDirectiveInput {
    /// Id of the directive
    directive: ID,
    /// The `version` that was seen: if it has changed since, nothing is written
    expected_version: i32,
}

/// A part of a directive for agencies below one that leads it.
#[derive(InputObject)]
pub struct DelegateDirectiveInput {
    /// Id of the directive of which it is a part
    directive: ID,
    /// The part; those who lead it are below an agency that leads the whole and of which the viewer is the head
    part: DirectivePartInput,
}

/// A report of progress.
#[derive(InputObject)]
pub struct ReportProgressInput {
    /// Id of the directive
    directive: ID,
    /// How much is done, 0 to 100; left out if there is no figure
    percent: Option<i32>,
    /// What was done
    narrative: String,
    /// What stands in the way
    obstacles: Option<String>,
    /// What shows it, in words and addresses
    evidence: Option<String>,
}

/// A report that a directive is done.
#[derive(InputObject)]
pub struct ReportDoneInput {
    /// Id of the directive
    directive: ID,
    /// The `version` that was seen: if it has changed since, nothing is written
    expected_version: i32,
    /// What was done
    narrative: String,
    /// What shows it, in words and addresses
    evidence: Option<String>,
}

/// That a directive is done.
#[derive(InputObject)]
pub struct ConfirmDoneInput {
    /// Id of the directive
    directive: ID,
    /// The `version` that was seen: if it has changed since, nothing is written
    expected_version: i32,
    /// What is to be said about it
    note: Option<String>,
}

/// Why a directive is sent back or cancelled.
#[derive(InputObject)]
pub struct DirectiveReasonInput {
    /// Id of the directive
    directive: ID,
    /// The `version` that was seen: if it has changed since, nothing is written
    expected_version: i32,
    /// Why
    reason: String,
}

/// What a coordinating agency is asked for.
#[derive(InputObject)]
pub struct RequestInputInput {
    /// Id of the directive
    directive: ID,
    /// Code of the agency that is asked, one of those that coordinate by name
    coordinator: String,
    /// What is asked for
    question: String,
    /// By when it is wanted (Asia/Ho_Chi_Minh)
    due_on: Option<Date>,
}

/// What a coordinating agency gives.
#[derive(InputObject)]
pub struct GiveInputInput {
    /// Id of the request
    input_request: ID,
    /// What is given
    answer: String,
}

/// A later deadline that is asked for.
#[derive(InputObject)]
pub struct RequestExtensionInput {
    /// Id of the directive
    directive: ID,
    /// The last day that is asked for: after the deadline in force, and not after that of the whole
    proposed_on: Date,
    /// Why
    reason: String,
}

/// A decision on a later deadline.
#[derive(InputObject)]
pub struct DecideExtensionInput {
    /// Id of the request
    extension_request: ID,
    /// The `version` of the directive that was seen: if it has changed since, nothing is written
    expected_version: i32,
    /// How it is decided
    decision: ExtensionDecision,
    /// The last day that is offered instead (Asia/Ho_Chi_Minh), with `COUNTER` alone
    counter_on: Option<Date>,
    /// Why; needed to refuse
    reason: Option<String>,
}

/// The answer to a later deadline that was offered.
#[derive(InputObject)]
pub struct AnswerCounterOfferInput {
    /// Id of the request
    extension_request: ID,
    /// The `version` of the directive that was seen: if it has changed since, nothing is written
    expected_version: i32,
    /// True: the day that was offered becomes the deadline; false: the deadline stays
    accept: bool,
}

payload! {
    /// What became of a directive that was to be issued.
    IssueDirectivePayload by IssueDirective {
        /// The directive, with its parts below it; null if nothing was written
        directive: Directive
    }
}

payload! {
    /// What became of a part that was to be delegated.
    DelegateDirectivePayload by DelegateDirective {
        /// The part; null if nothing was written
        directive: Directive
    }
}

payload! {
    /// What became of what was to be done to a directive.
    DirectivePayload by SeePublished, with current {
        /// The directive as changed; null if nothing was written
        directive: Directive
    }
}

/// Part of the mutation root.
#[derive(Clone, Default)]
pub struct DirectiveMutation;

/// Part of the mutation root.
#[Object(root)]
impl DirectiveMutation {
    /// Issues a directive from a clause of a document, with its parts: all of it or nothing
    #[graphql(directive = Auth::apply(Action::IssueDirective))]
    async fn issue_directive(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The directive")] input: IssueDirectiveInput,
        #[graphql(desc = "A UUID that the client makes for this change and sends again with each retry")]
        idempotency_key: Uuid,
    ) -> Answer<IssueDirectivePayload> {
        let work = async || {
            let (permit, once) = (permit::<action::IssueDirective>(context)?, once(context, idempotency_key)?);
            let outcome = match input.read() {
                Ok(new) => change::issue(acting(context, &once, &permit), new).await,
                Err(error) => Err(error),
            };
            shown(context, outcome).map(IssueDirectivePayload::from)
        };
        Some(work().await)
    }

    /// Accepts a directive for an agency that leads it: the work begins
    #[graphql(directive = Auth::apply(Action::AcceptDirective))]
    async fn accept_directive(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which")] input: AcceptDirectiveInput,
        #[graphql(desc = "A UUID that the client makes for this change and sends again with each retry")]
        idempotency_key: Uuid,
    ) -> Answer<DirectivePayload> {
        let work = async || {
            let (permit, once) = (permit(context)?, once(context, idempotency_key)?);
            let id = decoded::<Directive>(&input.directive)?;
            let done = change::accept(acting(context, &once, &permit), id, input.expected_version).await;
            told(context, id, done)
        };
        Some(work().await)
    }

    /// Gives a part of a directive to agencies below one that leads it, due no later than the whole
    #[graphql(directive = Auth::apply(Action::DelegateDirective))]
    async fn delegate_directive(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What, and to whom")] input: DelegateDirectiveInput,
        #[graphql(desc = "A UUID that the client makes for this change and sends again with each retry")]
        idempotency_key: Uuid,
    ) -> Answer<DelegateDirectivePayload> {
        let work = async || {
            let (permit, once) = (permit::<action::DelegateDirective>(context)?, once(context, idempotency_key)?);
            let id = decoded::<Directive>(&input.directive)?;
            let outcome = match input.part.read() {
                Ok(part) => change::delegate(acting(context, &once, &permit), id, part).await,
                Err(error) => Err(error),
            };
            shown(context, outcome).map(DelegateDirectivePayload::from)
        };
        Some(work().await)
    }

    /// Reports progress of a directive. With the first report the work has begun
    #[graphql(directive = Auth::apply(Action::ReportProgress))]
    async fn report_progress(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The report")] input: ReportProgressInput,
        #[graphql(desc = "A UUID that the client makes for this change and sends again with each retry")]
        idempotency_key: Uuid,
    ) -> Answer<DirectivePayload> {
        let work = async || {
            let (permit, once) = (permit(context)?, once(context, idempotency_key)?);
            let ReportProgressInput { directive, percent, narrative, obstacles, evidence } = input;
            let id = decoded::<Directive>(&directive)?;
            let new = NewProgress { percent, narrative, obstacles, evidence };
            told(context, id, change::report_progress(acting(context, &once, &permit), id, new).await)
        };
        Some(work().await)
    }

    /// Asks an agency that coordinates for input. The days until it gives it are counted (`waitedDays`)
    #[graphql(directive = Auth::apply(Action::RequestInput))]
    async fn request_input(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What, and of whom")] input: RequestInputInput,
        #[graphql(desc = "A UUID that the client makes for this change and sends again with each retry")]
        idempotency_key: Uuid,
    ) -> Answer<DirectivePayload> {
        let work = async || {
            let (permit, once) = (permit(context)?, once(context, idempotency_key)?);
            let RequestInputInput { directive, coordinator, question, due_on } = input;
            let id = decoded::<Directive>(&directive)?;
            let acting = acting(context, &once, &permit);
            told(context, id, change::request_input(acting, id, coordinator, question, due_on).await)
        };
        Some(work().await)
    }

    /// Gives what an agency was asked for
    #[graphql(directive = Auth::apply(Action::GiveInput))]
    async fn give_input(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What")] input: GiveInputInput,
        #[graphql(desc = "A UUID that the client makes for this change and sends again with each retry")]
        idempotency_key: Uuid,
    ) -> Answer<DirectivePayload> {
        let work = async || {
            let (permit, once) = (permit(context)?, once(context, idempotency_key)?);
            let request = decoded::<InputRequest>(&input.input_request)?;
            let done = change::give_input(acting(context, &once, &permit), request, input.answer).await;
            let of = first(whole(context, InputById(request), |row| row.directive_id).await);
            told(context, of.transpose()?.unwrap_or_default(), done)
        };
        Some(work().await)
    }

    /// Asks for a later deadline. There is one open request at a time
    #[graphql(directive = Auth::apply(Action::RequestExtension))]
    async fn request_extension(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Until when, and why")] input: RequestExtensionInput,
        #[graphql(desc = "A UUID that the client makes for this change and sends again with each retry")]
        idempotency_key: Uuid,
    ) -> Answer<DirectivePayload> {
        let work = async || {
            let (permit, once) = (permit(context)?, once(context, idempotency_key)?);
            let RequestExtensionInput { directive, proposed_on, reason } = input;
            let id = decoded::<Directive>(&directive)?;
            let acting = acting(context, &once, &permit);
            told(context, id, change::request_extension(acting, id, proposed_on, reason).await)
        };
        Some(work().await)
    }

    /// Approves a later deadline that somebody else asked for, refuses it, or offers another day
    #[graphql(directive = Auth::apply(Action::DecideExtension))]
    async fn decide_extension(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The decision")] input: DecideExtensionInput,
        #[graphql(desc = "A UUID that the client makes for this change and sends again with each retry")]
        idempotency_key: Uuid,
    ) -> Answer<DirectivePayload> {
        let work = async || {
            let (permit, once) = (permit(context)?, once(context, idempotency_key)?);
            let DecideExtensionInput { extension_request, expected_version, decision, counter_on, reason } = input;
            let request = decoded::<ExtensionRequest>(&extension_request)?;
            let verdict = Verdict { decision, counter_on, reason };
            let acting = acting(context, &once, &permit);
            let done = change::decide_extension(acting, request, expected_version, verdict).await;
            told(context, directive_of(context, request).await?, done)
        };
        Some(work().await)
    }

    /// Accepts or declines the day that was offered instead of the one asked for
    #[graphql(directive = Auth::apply(Action::AnswerCounterOffer))]
    async fn answer_counter_offer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The answer")] input: AnswerCounterOfferInput,
        #[graphql(desc = "A UUID that the client makes for this change and sends again with each retry")]
        idempotency_key: Uuid,
    ) -> Answer<DirectivePayload> {
        let work = async || {
            let (permit, once) = (permit(context)?, once(context, idempotency_key)?);
            let request = decoded::<ExtensionRequest>(&input.extension_request)?;
            let acting = acting(context, &once, &permit);
            let done = change::answer_counter_offer(acting, request, input.expected_version, input.accept).await;
            told(context, directive_of(context, request).await?, done)
        };
        Some(work().await)
    }

    /// Reports a directive as done: somebody else confirms it. Refused while it waits for something (`waitsFor`)
    #[graphql(directive = Auth::apply(Action::ReportDone))]
    async fn report_done(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The report")] input: ReportDoneInput,
        #[graphql(desc = "A UUID that the client makes for this change and sends again with each retry")]
        idempotency_key: Uuid,
    ) -> Answer<DirectivePayload> {
        let work = async || {
            let (permit, once) = (permit(context)?, once(context, idempotency_key)?);
            let ReportDoneInput { directive, expected_version, narrative, evidence } = input;
            let id = decoded::<Directive>(&directive)?;
            let acting = acting(context, &once, &permit);
            told(context, id, change::report_done(acting, id, expected_version, narrative, evidence).await)
        };
        Some(work().await)
    }

    /// Confirms that a directive is done which somebody else reported as done. What waited for it goes on
    #[graphql(directive = Auth::apply(Action::ConfirmDone))]
    async fn confirm_done(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which")] input: ConfirmDoneInput,
        #[graphql(desc = "A UUID that the client makes for this change and sends again with each retry")]
        idempotency_key: Uuid,
    ) -> Answer<DirectivePayload> {
        let work = async || {
            let (permit, once) = (permit(context)?, once(context, idempotency_key)?);
            let id = decoded::<Directive>(&input.directive)?;
            let acting = acting(context, &once, &permit);
            told(context, id, change::confirm_done(acting, id, input.expected_version, input.note).await)
        };
        Some(work().await)
    }

    /// Sends a directive back that was reported as done
    #[graphql(directive = Auth::apply(Action::SendBackDirective))]
    async fn send_back_directive(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and why")] input: DirectiveReasonInput,
        #[graphql(desc = "A UUID that the client makes for this change and sends again with each retry")]
        idempotency_key: Uuid,
    ) -> Answer<DirectivePayload> {
        let work = async || {
            let (permit, once) = (permit(context)?, once(context, idempotency_key)?);
            let id = decoded::<Directive>(&input.directive)?;
            let acting = acting(context, &once, &permit);
            told(context, id, change::send_back(acting, id, input.expected_version, input.reason).await)
        };
        Some(work().await)
    }

    /// Cancels a directive. Its parts stay, each is cancelled by itself; what waited for it goes on
    #[graphql(directive = Auth::apply(Action::CancelDirective))]
    async fn cancel_directive(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and why")] input: DirectiveReasonInput,
        #[graphql(desc = "A UUID that the client makes for this change and sends again with each retry")]
        idempotency_key: Uuid,
    ) -> Answer<DirectivePayload> {
        let work = async || {
            let (permit, once) = (permit(context)?, once(context, idempotency_key)?);
            let id = decoded::<Directive>(&input.directive)?;
            let acting = acting(context, &once, &permit);
            told(context, id, change::cancel(acting, id, input.expected_version, input.reason).await)
        };
        Some(work().await)
    }
}

fn acting<'a, A: Acts>(context: &Context<'a>, once: &'a Once, permit: &'a Permit<A>) -> Acting<'a, A> {
    Acting { once, permit, scope: reader(context).scope() }
}

fn told(context: &Context<'_>, id: Uuid, outcome: Result<Row, DbError>) -> Result<DirectivePayload, ApiError> {
    shown(context, outcome).map(|done| DirectivePayload::of(id, done))
}

/// The directive of a request for a later deadline; nobody's id if the viewer may not see it.
async fn directive_of(context: &Context<'_>, request: Uuid) -> Result<Uuid, ApiError> {
    let of = first(whole(context, ExtensionById(request), |row| row.directive_id).await);
    Ok(of.transpose()?.unwrap_or_default())
}

impl IssueDirectiveInput {
    fn read(self) -> Result<NewDirective, DbError> {
        let whole = DirectivePartInput {
            title: self.title,
            content: self.content,
            expected_output: self.expected_output,
            leads: self.leads,
            coordinators: self.coordinators,
            deadline: self.deadline,
            indicators: self.indicators,
        };
        Ok(NewDirective {
            document: self.document,
            clause: self.clause,
            programme: self.programme,
            assigner: self.assigner,
            kind: self.kind,
            priority: self.priority,
            visibility: self.visibility,
            whole: whole.read()?,
            depends_on: self.depends_on.into_iter().map(DependencyInput::read).collect::<Result<_, _>>()?,
            parts: self.parts.into_iter().map(DirectivePartInput::read).collect::<Result<_, _>>()?,
        })
    }
}

impl DirectivePartInput {
    fn read(self) -> Result<NewPart, DbError> {
        let deadline = self.deadline.map(|given| StatedDeadline {
            words: given.words,
            on: given.on,
            precision: given.precision,
            operator: given.operator,
        });
        Ok(NewPart {
            title: self.title,
            content: self.content,
            expected_output: self.expected_output,
            leads: self.leads,
            coordinators: self.coordinators.into_iter().map(CoordinatorInput::read).collect::<Result<_, _>>()?,
            deadline,
            indicators: self.indicators,
        })
    }
}

impl CoordinatorInput {
    fn read(self) -> Result<NewCoordinator, DbError> {
        one_of(self.agency.map(NewCoordinator::Agency), self.words.map(NewCoordinator::Words), "coordinators")
    }
}

impl DependencyInput {
    fn read(self) -> Result<NewDependency, DbError> {
        one_of(self.directive.map(NewDependency::Directive), self.document.map(NewDependency::Document), "dependsOn")
    }
}

fn one_of<T>(one: Option<T>, other: Option<T>, field: &'static str) -> Result<T, DbError> {
    match (one, other) {
        (Some(it), None) | (None, Some(it)) => Ok(it),
        _ => Err(DbError::violated(db::ViolationCode::Malformed, &["input", field])),
    }
}

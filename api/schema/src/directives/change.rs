//! What people do with directives.

use async_graphql::Context;
use auth::Action;
use db::{
    Id,
    access::Auth,
    directive::{
        ExtensionById, ExtensionRequest, InputById, InputRequest,
        change::{
            self, Acceptance, Confirmation, CounterOfferAnswer, Delegation, DoneReport, GivenInput, NewDirective,
            NewExtensionRequest, NewInputRequest, NewProgress, Reasoned, Registration, Verdict,
        },
    },
};
use uuid::Uuid;

use super::{Directive, timeline::first};
use crate::{
    error::ApiError,
    mutation::{mutate, mutations, once},
    object::whole,
    page::Answer,
    payload::payload,
};

payload! {
    /// What became of a directive that was to be issued.
    IssueDirectivePayload by IssueDirective {
        /// The directive, with its parts below it; null if nothing was written
        directive: Directive
    }
}

payload! {
    /// What became of a directive that was to be registered.
    RegisterDirectivePayload by KeepCatalogue {
        /// The directive; null if nothing was written
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

mutations! {
    DirectiveMutation;
    /// Issues a directive from a clause of a document, with its parts: all of it or nothing
    issue_directive(NewDirective, "The directive") -> IssueDirectivePayload by IssueDirective = change::issue;
    /// Registers a directive that a document has given already, as the document says, and how it stands as far as documents say: nobody issues it
    /// here
    register_directive(Registration, "The directive") -> RegisterDirectivePayload by KeepCatalogue = change::register;
    /// Accepts a directive for an agency that leads it: the work begins
    accept_directive(Acceptance, "Which") -> DirectivePayload of directive by AcceptDirective = change::accept;
    /// Gives a part of a directive to agencies below one that leads it, due no later than the whole
    delegate_directive(Delegation, "What, and to whom") -> DelegateDirectivePayload by DelegateDirective = change::delegate;
    /// Reports progress of a directive. With the first report the work has begun
    report_progress(NewProgress, "The report") -> DirectivePayload of directive by ReportProgress = change::report_progress;
    /// Asks an agency that coordinates for input. The days until it gives it are counted (`waitedDays`)
    request_input(NewInputRequest, "What, and of whom") -> DirectivePayload of directive by RequestInput = change::request_input;
    {
        /// Gives what an agency was asked for
        #[graphql(directive = Auth::apply(Action::GiveInput))]
        async fn give_input(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "What")] input: GivenInput,
            #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
        ) -> Answer<DirectivePayload> {
            let of = input.input_request;
            let told = mutate(context, once(context, idempotency_key, &input), input, None, change::give_input).await;
            Some(beside(told, async || asked_of(context, of).await).await)
        }
    }
    /// Asks for a later deadline. There is one open request at a time
    request_extension(NewExtensionRequest, "Until when, and why") -> DirectivePayload of directive by RequestExtension = change::request_extension;
    {
        /// Approves a later deadline that somebody else asked for, refuses it, or offers another day
        #[graphql(directive = Auth::apply(Action::DecideExtension))]
        async fn decide_extension(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "The decision")] input: Verdict,
            #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
        ) -> Answer<DirectivePayload> {
            let of = input.extension_request;
            let told = mutate(context, once(context, idempotency_key, &input), input, None, change::decide_extension).await;
            Some(beside(told, async || asked_for(context, of).await).await)
        }

        /// Accepts or declines the day that was offered instead of the one asked for
        #[graphql(directive = Auth::apply(Action::AnswerCounterOffer))]
        async fn answer_counter_offer(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "The answer")] input: CounterOfferAnswer,
            #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
        ) -> Answer<DirectivePayload> {
            let of = input.extension_request;
            let told = mutate(context, once(context, idempotency_key, &input), input, None, change::answer_counter_offer).await;
            Some(beside(told, async || asked_for(context, of).await).await)
        }
    }
    /// Reports a directive as done: somebody else confirms it. Refused while it waits for something (`waitsFor`), and, unless a
    /// reason is given, while some of its parts are not done (`unfinishedParts`)
    report_done(DoneReport, "The report") -> DirectivePayload of directive by ReportDone = change::report_done;
    /// Confirms that a directive is done which somebody else reported as done. Parts that are unfinished are cancelled with it;
    /// what waited for it goes on
    confirm_done(Confirmation, "Which") -> DirectivePayload of directive by ConfirmDone = change::confirm_done;
    /// Sends a directive back that was reported as done
    send_back_directive(Reasoned, "Which, and why") -> DirectivePayload of directive by SendBackDirective = change::send_back;
    /// Cancels a directive, with those of its parts that are not over; what waited for it goes on
    cancel_directive(Reasoned, "Which, and why") -> DirectivePayload of directive by CancelDirective = change::cancel;
}

/// A refusal with the directive it is about, where the input names it by a request alone. It is looked for after the change: a
/// request holds one connection at a time.
async fn beside(
    told: Result<DirectivePayload, ApiError>,
    directive: impl AsyncFnOnce() -> Answer<Uuid>,
) -> Result<DirectivePayload, ApiError> {
    let told = told?;
    let refused = if told.directive.is_none() { directive().await.transpose()? } else { None };
    Ok(DirectivePayload { refused, ..told })
}

/// The directive of a request for input; null if the viewer may not see it.
async fn asked_of(context: &Context<'_>, request: Id<InputRequest>) -> Answer<Uuid> {
    first(whole(context, InputById(request.uuid().ok()?), |row| row.directive_id).await)
}

/// The directive of a request for a later deadline; null if the viewer may not see it.
async fn asked_for(context: &Context<'_>, request: Id<ExtensionRequest>) -> Answer<Uuid> {
    first(whole(context, ExtensionById(request.uuid().ok()?), |row| row.directive_id).await)
}

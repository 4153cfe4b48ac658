//! Nil answers (không phát sinh).

use async_graphql::{Context, ID, InputObject};
use auth::{Action, action};
use db::{
    access::Auth,
    calendar::Period,
    reporting::nil_answer::{self, NilAnswer as Row, NilAnswerFilter},
};
use object_layer::Object;
use uuid::Uuid;

use super::assignments::ReportingAssignment;
use crate::{
    accounts::Account,
    agencies::Agency,
    object::{decoded, maybe, object, one, root_lists},
    page::Answer,
    payload::{once, payload, shown},
    permissions::viewer_can,
    viewer::{permit, viewer},
};

object! {
    /// The answer that nothing arose in a period (không phát sinh). A figure that is handed in stands before it.
    NilAnswer shows Row, tag b'j', by SeeObligations;
    {
        /// The assignment that is answered
        async fn assignment(&self, context: &Context<'_>) -> Answer<ReportingAssignment> {
            one(context, self.row.assignment_id).await
        }

        /// The agency that reports
        async fn reporter(&self, context: &Context<'_>) -> Answer<Agency> {
            one(context, self.row.reporter_id).await
        }

        /// Who gave it; null for a machine, and for whom the viewer may not see
        async fn answered_by(&self, context: &Context<'_>) -> Answer<Account> {
            maybe(context, self.row.answered_by).await
        }

        /// What the viewer may do with it now: for showing buttons. The rule is asked again when it is done
        fn viewer_can(&self, context: &Context<'_>) -> Option<NilAnswerPermissions> {
            let viewer = &viewer(context).principal;
            Some(NilAnswerPermissions::of(|action| self.row.is_open(viewer, action)))
        }
    }
}

viewer_can! {
    /// What the viewer may do with a nil answer now, by their roles and whether it stands.
    NilAnswerPermissions {
        /// Take it back
        withdraw: AnswerNil,
    }
}

root_lists! {
    NilAnswerQuery;
    {}
    /// The answers that nothing arose, the latest first
    nil_answers: NilAnswer (NilAnswerFilter);
}

/// The answer that nothing arose.
#[derive(InputObject)]
pub struct AnswerNilInput {
    /// The assignment
    assignment: ID,
    /// The period
    period: Period,
    /// What there is to say about it, at most 2,000 characters
    note: String,
}

/// A nil answer that is taken back.
#[derive(InputObject)]
pub struct WithdrawNilInput {
    /// The nil answer
    nil_answer: ID,
    /// Its `version` as it was read
    expected_version: i32,
}

payload! {
    /// What became of a nil answer that was to be given.
    AnswerNilPayload by AnswerNil {
        /// The nil answer; null if nothing was written
        nil_answer: NilAnswer
    }
}

payload! {
    /// What became of a nil answer that was to be taken back.
    WithdrawNilPayload by AnswerNil, with current {
        /// The nil answer; null if nothing was written
        nil_answer: NilAnswer
    }
}

/// Part of the mutation root.
#[derive(Clone, Default)]
pub struct NilAnswerMutation;

/// Part of the mutation root.
#[Object(root)]
impl NilAnswerMutation {
    /// Answers that nothing arose (không phát sinh): of what is due, open, and not being answered by a figure
    #[graphql(directive = Auth::apply(Action::AnswerNil))]
    async fn answer_nil(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Of what")] input: AnswerNilInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
    ) -> Answer<AnswerNilPayload> {
        let work = async || {
            let permit = permit::<action::AnswerNil>(context)?;
            let assignment = decoded::<ReportingAssignment>(&input.assignment)?;
            let once = once(context, idempotency_key)?;
            let outcome = nil_answer::answer(&once, &permit, assignment, input.period, &input.note).await;
            shown(context, outcome).map(AnswerNilPayload::from)
        };
        Some(work().await)
    }

    /// Takes a nil answer back, while the period is open
    #[graphql(directive = Auth::apply(Action::AnswerNil))]
    async fn withdraw_nil(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which")] input: WithdrawNilInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
    ) -> Answer<WithdrawNilPayload> {
        let work = async || {
            let permit = permit::<action::AnswerNil>(context)?;
            let id = decoded::<NilAnswer>(&input.nil_answer)?;
            let once = once(context, idempotency_key)?;
            let outcome = nil_answer::withdraw(&once, &permit, id, input.expected_version).await;
            shown(context, outcome).map(|settled| WithdrawNilPayload::of(id, settled))
        };
        Some(work().await)
    }
}

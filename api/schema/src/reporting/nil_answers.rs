//! Nil answers (không phát sinh).

use async_graphql::Context;
use db::reporting::nil_answer::{self, NewNilAnswer, NilAnswer as Row, NilAnswerFilter, NilWithdrawal};

use super::assignments::ReportingAssignment;
use crate::{
    accounts::Account,
    agencies::Agency,
    mutation::mutations,
    object::{maybe, object, one, root_lists},
    page::Answer,
    payload::payload,
    permissions::viewer_can,
    viewer::viewer,
};

object! {
    /// The answer that nothing arose in a period (không phát sinh). A figure that is handed in stands before it.
    NilAnswer shows Row, by SeeObligations;
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

mutations! {
    NilAnswerMutation;
    /// Answers that nothing arose (không phát sinh): of what is due, open, and not being answered by a figure
    answer_nil(NewNilAnswer, "Of what") -> AnswerNilPayload by AnswerNil = nil_answer::answer;
    /// Takes a nil answer back, while the period is open
    withdraw_nil(NilWithdrawal, "Which") -> WithdrawNilPayload of nil_answer by AnswerNil = nil_answer::withdraw;
}

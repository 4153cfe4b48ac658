//! Unlocks (mở khóa kỳ báo cáo).

use async_graphql::{Context, ID, InputObject};
use auth::{Action, action};
use db::{
    Date,
    access::Auth,
    calendar::Period,
    reporting::unlock::{self, Decision, UnlockRequest as Row, UnlockRequestFilter},
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
    /// A request that a closed period be opened for one assignment (đề nghị mở khóa kỳ báo cáo), and the decision on it.
    UnlockRequest shows Row, tag b'c', by SeeObligations;
    {
        /// The assignment
        async fn assignment(&self, context: &Context<'_>) -> Answer<ReportingAssignment> {
            one(context, self.row.assignment_id).await
        }

        /// The agency that reports
        async fn reporter(&self, context: &Context<'_>) -> Answer<Agency> {
            one(context, self.row.reporter_id).await
        }

        /// Who asked; null for whom the viewer may not see
        async fn requested_by(&self, context: &Context<'_>) -> Answer<Account> {
            maybe(context, self.row.requested_by).await
        }

        /// Who decided; null while nobody has, and for whom the viewer may not see
        async fn decided_by(&self, context: &Context<'_>) -> Answer<Account> {
            maybe(context, self.row.decided_by).await
        }

        /// What the viewer may do with it now: for showing buttons. The rule is asked again when it is done
        fn viewer_can(&self, context: &Context<'_>) -> Option<UnlockRequestPermissions> {
            let viewer = &viewer(context).principal;
            Some(UnlockRequestPermissions::of(|action| self.row.is_open(viewer, action)))
        }
    }
}

viewer_can! {
    /// What the viewer may do with a request for an unlock now, by their roles, its state, and who asked.
    UnlockRequestPermissions {
        /// Approve or refuse it; never what one asked for oneself
        decide: DecideUnlock,
    }
}

root_lists! {
    UnlockRequestQuery;
    {}
    /// Requests that closed periods be opened, the latest first
    unlock_requests: UnlockRequest (UnlockRequestFilter);
}

/// A request for an unlock.
#[derive(InputObject)]
pub struct RequestUnlockInput {
    /// The assignment
    assignment: ID,
    /// The period that is closed
    period: Period,
    /// Why it should be opened, at most 2,000 characters
    reason: String,
}

/// A decision on a request for an unlock.
#[derive(InputObject)]
pub struct DecideUnlockInput {
    /// The request
    unlock_request: ID,
    /// Its `version` as it was read
    expected_version: i32,
    /// True to open the period, false to refuse
    approve: bool,
    /// Last day (Asia/Ho_Chi_Minh) on which the period is open, at most 60 days from today; needed to approve, and only then
    expires_on: Option<Date>,
    /// Why; needed to refuse
    reason: Option<String>,
}

payload! {
    /// What became of a request for an unlock.
    RequestUnlockPayload by RequestUnlock {
        /// The request; null if nothing was written
        unlock_request: UnlockRequest
    }
}

payload! {
    /// What became of a decision on a request for an unlock.
    DecideUnlockPayload by DecideUnlock, with current {
        /// The request; null if nothing was written
        unlock_request: UnlockRequest
    }
}

/// Part of the mutation root.
#[derive(Clone, Default)]
pub struct UnlockRequestMutation;

/// Part of the mutation root.
#[Object(root)]
impl UnlockRequestMutation {
    /// Asks that a closed period be opened for one assignment (đề nghị mở khóa)
    #[graphql(directive = Auth::apply(Action::RequestUnlock))]
    async fn request_unlock(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Of what, and why")] input: RequestUnlockInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
    ) -> Answer<RequestUnlockPayload> {
        let work = async || {
            let permit = permit::<action::RequestUnlock>(context)?;
            let assignment = decoded::<ReportingAssignment>(&input.assignment)?;
            let once = once(context, idempotency_key)?;
            let outcome = unlock::request(&once, &permit, assignment, input.period, &input.reason).await;
            shown(context, outcome).map(RequestUnlockPayload::from)
        };
        Some(work().await)
    }

    /// Opens a closed period until a day, or refuses to: never at one's own request
    #[graphql(directive = Auth::apply(Action::DecideUnlock))]
    async fn decide_unlock(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The decision")] input: DecideUnlockInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
    ) -> Answer<DecideUnlockPayload> {
        let work = async || {
            let permit = permit::<action::DecideUnlock>(context)?;
            let DecideUnlockInput { unlock_request, expected_version, approve, expires_on, reason } = input;
            let request = decoded::<UnlockRequest>(&unlock_request)?;
            let decision = Decision { request, expected_version, approve, expires_on, reason };
            let outcome = unlock::decide(&once(context, idempotency_key)?, &permit, decision).await;
            shown(context, outcome).map(|settled| DecideUnlockPayload::of(request, settled))
        };
        Some(work().await)
    }
}

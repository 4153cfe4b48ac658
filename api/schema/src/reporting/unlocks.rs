//! Unlocks (mở khóa kỳ báo cáo).

use async_graphql::Context;
use db::reporting::unlock::{self, Decision, NewUnlockRequest, UnlockRequest as Row, UnlockRequestFilter};

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
    /// A request that a closed period be opened for one assignment (đề nghị mở khóa kỳ báo cáo), and the decision on it.
    UnlockRequest shows Row, by SeeObligations;
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

mutations! {
    UnlockRequestMutation;
    /// Asks that a closed period be opened for one assignment (đề nghị mở khóa)
    request_unlock(NewUnlockRequest, "Of what, and why") -> RequestUnlockPayload by RequestUnlock = unlock::request;
    /// Opens a closed period until a day, or refuses to: never at one's own request
    decide_unlock(Decision, "The decision") -> DecideUnlockPayload of unlock_request by DecideUnlock = unlock::decide;
}

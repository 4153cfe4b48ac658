//! The timeline of a directive.

use async_graphql::Context;
use db::directive::{DeadlinesOf, DirectiveEvent as Row, ExtensionById, InputById};

use super::{
    Directive, DirectiveDeadline, ProgressUpdate,
    requests::{ExtensionRequest, InputRequest},
};
use crate::{
    accounts::Account,
    agencies::Agency,
    object::{maybe, object, one, whole},
    page::Answer,
};

object! {
    /// Something that happened to a directive: added, never changed. `labels` has what people read for its kind.
    DirectiveEvent shows Row, by SeePublished;
    {
        /// The directive
        async fn directive(&self, context: &Context<'_>) -> Answer<Directive> {
            one(context, self.row.directive_id).await
        }

        /// The agency for which it was done; null if the source does not say, or if it follows from something else
        async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.agency_id).await
        }

        /// Who did it; null if the viewer may not see the account, or if it was no person: show agency and role
        async fn account(&self, context: &Context<'_>) -> Answer<Account> {
            maybe(context, self.row.account_id).await
        }

        /// The deadline that was set; null if none was
        async fn deadline(&self, context: &Context<'_>) -> Answer<DirectiveDeadline> {
            let revision = self.row.deadline_revision?;
            let deadlines = whole(context, DeadlinesOf(self.row.directive_id), |row| row).await?;
            let set = deadlines.map(|rows| rows.into_iter().find(|row| row.revision == revision));
            set.transpose().map(|row| row.map(|row| DirectiveDeadline { row }))
        }

        /// The report; null if it is about none
        async fn progress_update(&self, context: &Context<'_>) -> Answer<ProgressUpdate> {
            maybe(context, self.row.progress_id).await
        }

        /// The request for a later deadline, as it stands now; null if it is about none
        async fn extension_request(&self, context: &Context<'_>) -> Answer<ExtensionRequest> {
            first(whole(context, ExtensionById(self.row.extension_id?), ExtensionRequest::of).await)
        }

        /// The request for input, as it stands now; null if it is about none
        async fn input_request(&self, context: &Context<'_>) -> Answer<InputRequest> {
            first(whole(context, InputById(self.row.input_id?), InputRequest::of).await)
        }

        /// The part that was given away, the directive that is waited for no longer, or the whole with which it was cancelled;
        /// null if it is about no other
        async fn other_directive(&self, context: &Context<'_>) -> Answer<Directive> {
            maybe(context, self.row.other_directive_id).await
        }

        /// The agency from which its part passed to `agency`; null if none passed
        async fn predecessor(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.predecessor_id).await
        }
    }
}

/// The one of a list that has one at most.
pub(super) fn first<T>(list: Answer<Vec<T>>) -> Answer<T> {
    list?.map(|rows| rows.into_iter().next()).transpose()
}

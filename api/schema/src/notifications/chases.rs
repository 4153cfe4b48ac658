//! Chasing (đôn đốc): asking for what is missing, and who was asked.

use async_graphql::Context;
use auth::Action;
use db::{
    access::Auth,
    notification::{self, AgencyFigures, Chase as Row, ChaseFilter, Chased},
};
use object_layer::SimpleObject;

use super::NotificationAgency;
use crate::{
    accounts::Account,
    agencies::Agency,
    mutation::mutations,
    object::{if_visible, object, one, root_lists},
    page::Answer,
    payload::{Payload, UserError},
};

object! {
    /// An agency that was asked for figures of a period that were missing (đôn đốc).
    Chase shows Row, by SeeObligations;
    {
        /// Who was asked
        async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
            one(context, self.row.agency_id).await
        }

        /// The account that asked; null if the viewer may not see it
        async fn account(&self, context: &Context<'_>) -> Answer<Account> {
            if_visible(context, self.row.asked_by).await
        }
    }
}

root_lists! {
    ChaseQuery;
    {}
    /// Who was asked for figures that were missing, the latest first
    chases: Chase (ChaseFilter);
}

/// Which agencies were asked for what is missing.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::Chase))]
pub struct ChasePayload {
    /// The agencies, those of which the most figures are missing first; null if nobody was asked
    pub chased: Option<Vec<NotificationAgency>>,
    /// What has to be mended; empty if it was done
    pub user_errors: Vec<UserError>,
}

impl Payload for ChasePayload {
    type Done = Vec<AgencyFigures>;
    type About = ();

    fn settled(_: &Context<'_>, done: Option<Vec<AgencyFigures>>, user_errors: Vec<UserError>, (): ()) -> Self {
        let chased = done.map(|done| done.into_iter().map(NotificationAgency::show).collect());
        Self { chased, user_errors }
    }
}

mutations! {
    ChaseMutation;
    /// Asks agencies for figures of a period that are due and missing (đôn đốc): their reporters and heads are told, once a day however often
    /// it is asked. Agencies of which nothing is missing are passed over
    chase(Chased, "Whom, and for which period") -> ChasePayload by Chase = notification::chase;
}

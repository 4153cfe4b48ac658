//! What is asked for on the way of a directive: a later deadline (xin gia hạn), input (đề nghị phối hợp).

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    Date, Id,
    access::Auth,
    directive::{ExtensionRequest as ExtensionRow, InputRequest as InputRow},
};
use object_layer::{ComplexObject, SimpleObject};

use super::Directive;
use crate::{
    accounts::Account,
    agencies::Agency,
    object::{maybe, one},
    page::{Answer, reader},
};

/// A request for a later deadline (xin gia hạn), and what became of it.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct ExtensionRequest {
    #[graphql(flatten)]
    row: Arc<ExtensionRow>,
}

impl ExtensionRequest {
    pub(crate) const fn of(row: Arc<ExtensionRow>) -> Self {
        Self { row }
    }
}

#[ComplexObject]
impl ExtensionRequest {
    /// Id, to decide on it by
    fn id(&self) -> Id<ExtensionRow> {
        Id::of(self.row.id)
    }

    /// The directive
    async fn directive(&self, context: &Context<'_>) -> Answer<Directive> {
        one(context, self.row.directive_id).await
    }

    /// The agency that asks
    async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.row.agency_id).await
    }

    /// Who asked; null if the viewer may not see the account
    async fn requested_by(&self, context: &Context<'_>) -> Answer<Account> {
        one(context, self.row.requested_by).await
    }

    /// Who decided; null while nobody has, and if the viewer may not see the account
    async fn decided_by(&self, context: &Context<'_>) -> Answer<Account> {
        maybe(context, self.row.decided_by).await
    }

    /// Who answered the offer; null while nobody has, and if the viewer may not see the account
    async fn answered_by(&self, context: &Context<'_>) -> Answer<Account> {
        maybe(context, self.row.answered_by).await
    }
}

/// Something a coordinating agency was asked for (đề nghị phối hợp): the days until it gives it are counted.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct InputRequest {
    #[graphql(flatten)]
    row: Arc<InputRow>,
}

impl InputRequest {
    pub(crate) const fn of(row: Arc<InputRow>) -> Self {
        Self { row }
    }
}

#[ComplexObject]
impl InputRequest {
    /// Id, to give it by
    fn id(&self) -> Id<InputRow> {
        Id::of(self.row.id)
    }

    /// The directive
    async fn directive(&self, context: &Context<'_>) -> Answer<Directive> {
        one(context, self.row.directive_id).await
    }

    /// The agency that asks
    async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.row.agency_id).await
    }

    /// The agency that is asked
    async fn coordinator(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.row.coordinator_id).await
    }

    /// How many days were waited for it until a day
    fn waited_days(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The day (Asia/Ho_Chi_Minh); today if left out")] on: Option<Date>,
    ) -> i32 {
        self.row.waited_days(on.unwrap_or(reader(context).today()))
    }

    /// Who asked; null if the viewer may not see the account
    async fn asked_by(&self, context: &Context<'_>) -> Answer<Account> {
        one(context, self.row.asked_by).await
    }

    /// Who gave it; null while nobody has, and if the viewer may not see the account
    async fn given_by(&self, context: &Context<'_>) -> Answer<Account> {
        maybe(context, self.row.given_by).await
    }
}

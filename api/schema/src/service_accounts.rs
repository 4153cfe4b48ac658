//! Service accounts (tài khoản dịch vụ): machines that sign in with a secret.

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use chrono::{DateTime, Utc};
use db::{
    Id,
    access::Auth,
    service_account::{
        self, NewService, OneSecret, OneService, SecretsOf, ServiceAccount as Row, ServiceAccountFilter, ServiceScope,
        ServiceSecret as SecretRow,
    },
    webhook::WebhooksOf,
};
use object_layer::{Object, SimpleObject};
use secrecy::ExposeSecret as _;

use crate::{
    accounts::Account,
    agencies::Agency,
    error::ApiError,
    mutation::mutations,
    object::{maybe, object, one, root_lists, whole},
    page::{Answer, Shown as _},
    payload::{UserError, payload, settle},
    viewer::{permit, writer},
    webhooks::Webhook,
};

object! {
    /// A machine that signs in (tài khoản dịch vụ): another system that pushes figures or pulls published data. Seen by
    /// whoever keeps the accounts of its agency, and by inspectors.
    ServiceAccount shows Row, by SeeAccounts;
    {
        /// What it may do, within its agency
        fn scopes(&self) -> Vec<ServiceScope> {
            self.row.scopes().map(ServiceScope::from).collect()
        }

        /// The agency for which it acts
        async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
            one(context, self.row.agency_id).await
        }

        /// Who made it; null for whoever runs the server, and for whom the viewer may not see
        async fn created_by(&self, context: &Context<'_>) -> Answer<Account> {
            maybe(context, self.row.created_by).await
        }

        /// Its secrets, two at most: that there are such, never what they are
        async fn secrets(&self, context: &Context<'_>) -> Answer<Vec<ServiceSecret>> {
            whole(context, SecretsOf(self.row.id), ServiceSecret).await
        }

        /// Where what it sees of the changes is sent, the oldest first
        async fn webhooks(&self, context: &Context<'_>) -> Answer<Vec<Webhook>> {
            whole(context, WebhooksOf(self.row.id), Webhook::from).await
        }
    }
}

/// A secret of a service account: that there is one, never what it is.
#[derive(Clone)]
pub struct ServiceSecret(Arc<SecretRow>);

/// A secret of a service account: that there is one, never what it is.
#[Object(directive = Auth::apply(Action::SeeAccounts))]
impl ServiceSecret {
    /// Id, to end it by
    fn id(&self) -> Id<SecretRow> {
        Id::of(self.0.id)
    }

    /// When it was made, in UTC
    fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When a token was last given for it, in UTC; null if never
    fn last_used_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_used_at
    }
}

root_lists! {
    ServiceAccountQuery;
    {}
    /// The service accounts that the viewer may see, by code
    service_accounts: ServiceAccount (ServiceAccountFilter);
}

payload! {
    /// What became of a service account that was made, changed, disabled or enabled.
    ServiceAccountPayload by ManageServices {
        /// The service account; null if nothing was written
        service_account: ServiceAccount
    }
}

/// What became of a new secret.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::ManageServices))]
pub struct AddServiceSecretPayload {
    /// The service account; null if nothing was written
    service_account: Option<ServiceAccount>,
    /// The new secret; null if nothing was written
    secret: Option<ServiceSecret>,
    /// What the machine sends as `client_secret`. It is shown this once and kept nowhere: write it down where the machine
    /// finds it, and nowhere else
    client_secret: Option<String>,
    /// What has to be mended; empty if it was done
    user_errors: Vec<UserError>,
}

mutations! {
    ServiceAccountMutation;
    /// Makes a service account. It has no secret yet (`addServiceSecret`)
    create_service_account(NewService, "The service account") -> ServiceAccountPayload by ManageServices = service_account::create;
    {
        /// Makes a secret and shows it this once. There may be two, so that one can be replaced without a pause: add one,
        /// give it to the machine, end the other
        #[graphql(directive = Auth::apply(Action::ManageServices))]
        async fn add_service_secret(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "For which service account")] input: OneService,
        ) -> Answer<AddServiceSecretPayload> {
            Some(add_secret(context, input.service_account).await)
        }
    }
    /// Ends a secret, and with it the tokens that were given for it
    end_service_secret(OneSecret, "Which") -> ServiceAccountPayload by ManageServices = service_account::end_secret;
    /// Lets a machine in no more, and ends its tokens
    disable_service_account(OneService, "Which") -> ServiceAccountPayload by ManageServices = service_account::disable;
    /// Lets a disabled machine in again, with the secrets it had
    enable_service_account(OneService, "Which") -> ServiceAccountPayload by ManageServices = service_account::enable;
}

async fn add_secret(context: &Context<'_>, account: Id<Row>) -> Result<AddServiceSecretPayload, ApiError> {
    let permit = permit(context)?;
    let account = account.uuid()?;
    let made = service_account::add_secret(writer(context), &permit, account).await;
    let (made, user_errors) = settle(context, made)?;
    let Some((account, secret, shown)) = made else {
        return Ok(AddServiceSecretPayload { service_account: None, secret: None, client_secret: None, user_errors });
    };
    Ok(AddServiceSecretPayload {
        service_account: Some(ServiceAccount::show(Arc::new(account))),
        secret: Some(ServiceSecret(Arc::new(secret))),
        client_secret: Some(shown.expose_secret().to_owned()),
        user_errors,
    })
}

//! Webhooks: other systems hear of changes by themselves.

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use auth::{Action, webhook::Secret};
use db::{
    Id,
    access::Auth,
    change::ChangeType,
    webhook::{self, DeliveriesOf, NewWebhook, OneWebhook, Webhook as Row, WebhookDelivery},
};
use object_layer::{ComplexObject, SimpleObject};
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use crate::{
    agencies::Agency,
    changes::Cursors,
    error::ApiError,
    mutation::{mutate, mutations, once},
    object::{maybe, one, whole},
    page::Answer,
    payload::{Payload, Shows, UserError, payload},
    programmes::Programme,
    service_accounts::ServiceAccount,
    tokens::issuer,
    viewer::permit,
};

/// An address to which changes are sent by themselves, as far as its service account sees them (webhook): messages of the type `changes`, with
/// what `changes` answers, in the order of the feed, the next one after the one before has arrived. They are signed as Standard Webhooks says.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeeAccounts))]
pub struct Webhook {
    #[graphql(flatten)]
    row: Arc<Row>,
}

impl From<Arc<Row>> for Webhook {
    fn from(row: Arc<Row>) -> Self {
        Self { row }
    }
}

impl Shows for Webhook {
    type Row = Row;

    fn shows(row: Row) -> Self {
        Arc::new(row).into()
    }
}

#[ComplexObject]
impl Webhook {
    /// Its id, to change it by
    fn id(&self) -> Id<Row> {
        Id::of(self.row.id)
    }

    /// The types of objects whose changes are sent
    fn types(&self) -> Vec<ChangeType> {
        self.row.types()
    }

    /// Whose sight decides what is sent
    async fn service_account(&self, context: &Context<'_>) -> Answer<ServiceAccount> {
        one(context, self.row.service_account_id).await
    }

    /// Only what this programme follows is sent; null if there is no such limit
    async fn programme(&self, context: &Context<'_>) -> Answer<Programme> {
        maybe(context, self.row.programme_id).await
    }

    /// Only what names this agency is sent; null if there is no such limit
    async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
        maybe(context, self.row.agency_id).await
    }

    /// What became of the latest attempts to send, the last one first, at most 50
    async fn deliveries(&self, context: &Context<'_>) -> Answer<Vec<WebhookDelivery>> {
        whole(context, DeliveriesOf(self.row.id), |row| WebhookDelivery::clone(&row)).await
    }
}

payload! {
    /// What became of a webhook that was sent back, tested, disabled, enabled or deleted.
    WebhookPayload by ManageServices {
        /// The webhook; null if nothing was written
        webhook: Webhook
    }
}

/// What became of a webhook that was made, or was given another secret.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::ManageServices))]
pub struct WebhookSecretPayload {
    /// The webhook; null if nothing was written
    webhook: Option<Webhook>,
    /// By what the receiver knows that a message comes from here. It is shown this once: write it down where the receiver finds it, and nowhere
    /// else. Null if nothing was written
    secret: Option<String>,
    /// What has to be mended; empty if it was done
    user_errors: Vec<UserError>,
}

impl Payload for WebhookSecretPayload {
    type Done = Row;
    type About = ();

    fn settled(context: &Context<'_>, done: Option<Row>, user_errors: Vec<UserError>, (): ()) -> Self {
        let secret = done.as_ref().and_then(|row| {
            let secret = Secret::of(&issuer(context).ok()?.entrance().sealer, row.id, row.secret_number);
            Some(secret.text().expose_secret().to_owned())
        });
        Self { webhook: done.map(Webhook::shows), secret, user_errors }
    }
}

/// Where a webhook goes on.
#[derive(Debug, Clone, InputObject)]
pub struct ReplayWebhookInput {
    /// Its id
    webhook: Id<Row>,
    /// The place in the change feed after which it goes on: a `cursor` or `endCursor`
    after: String,
}

mutations! {
    WebhookMutation;
    /// Makes a webhook: what changes from now on is sent, and signed with the secret of the answer
    create_webhook(NewWebhook, "The webhook") -> WebhookSecretPayload by ManageServices = webhook::create;
    /// Gives a webhook another secret. The one before signs beside it for a day, so that the receiver can be changed without a pause; those before it end
    rotate_webhook_secret(OneWebhook, "Which") -> WebhookSecretPayload by ManageServices = webhook::rotate;
    /// Sends a message of the type `test` within some seconds: what becomes of it stands first among the deliveries
    test_webhook(OneWebhook, "Which") -> WebhookPayload by ManageServices = webhook::test;
    {
        /// Sends a webhook back to a place of the change feed, or on to a later one. What lies behind it is sent again, under other ids
        #[graphql(directive = Auth::apply(Action::ManageServices))]
        async fn replay_webhook(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Which, and where it goes on")] input: ReplayWebhookInput,
            #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
        ) -> Answer<WebhookPayload> {
            Some(replay(context, input, idempotency_key).await)
        }
    }
    /// Sends nothing more
    disable_webhook(OneWebhook, "Which") -> WebhookPayload by ManageServices = webhook::disable;
    /// Goes on where the webhook was when it was disabled
    enable_webhook(OneWebhook, "Which") -> WebhookPayload by ManageServices = webhook::enable;
    /// Sends nothing more, and forgets the webhook with its place
    delete_webhook(OneWebhook, "Which") -> WebhookPayload by ManageServices = webhook::delete;
}

async fn replay(context: &Context<'_>, input: ReplayWebhookInput, key: Uuid) -> Result<WebhookPayload, ApiError> {
    let once = once(context, key, &input);
    // Whoever may not is told so, whatever the cursor is.
    permit::<auth::action::ManageServices>(context)?;
    let place = Cursors::of(context)?.read(&input.after)?;
    let of = OneWebhook { webhook: input.webhook };
    mutate::<auth::action::ManageServices, _, _>(context, once, (of, place), (), webhook::replay).await
}

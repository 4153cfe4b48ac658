//! Webhooks: other systems hear of changes by themselves.
//!
//! What a service account sees of the change feed is sent to an address, a message for each stretch of it, in the order of the feed: the
//! next one goes only after the one before has arrived. So a place in the feed is all that is kept of what was sent, nothing is left out, and a
//! message that may have arrived is sent again under the same id. What is sent is read at that moment, as the account sees it then.

mod change;
mod deliver;

use auth::Action;
use chrono::{DateTime, Utc};
use diesel::{dsl::Select, prelude::*};
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::{
    change::{NewWebhook, OneWebhook, create, delete, disable, enable, replay, rotate, test},
    deliver::{Delivered, Due, claim, due, ended, passed},
};
use crate::{
    Reader,
    access::Auth,
    change::ChangeType,
    id::Tagged,
    noun::{Boxed, Stored as _, relation},
    schema::{service_account, webhook, webhook_delivery},
    service_account::{ServiceAccount, ServiceAccountFilter},
};

/// An address to which changes are sent, as far as its service account sees them.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject, Serialize, Deserialize)]
#[diesel(table_name = webhook)]
pub struct Webhook {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Where messages are sent
    pub url: String,
    /// Attempts that failed since the last one that did not
    pub failures: i32,
    /// When the first of these was, in UTC; null while messages arrive. After a week the webhook is disabled
    pub failing_since: Option<DateTime<Utc>>,
    /// Since when nothing is sent, in UTC; null while it is used
    pub disabled_at: Option<DateTime<Utc>>,
    /// When it was made, in UTC
    pub created_at: DateTime<Utc>,
    /// Whose sight decides what is sent
    #[graphql(skip)]
    pub service_account_id: Uuid,
    /// Which types of objects, as the outbox names them; empty for all. None of them is null, though diesel cannot know
    #[graphql(skip)]
    pub nouns: Vec<Option<String>>,
    /// Only what this programme follows
    #[graphql(skip)]
    pub programme_id: Option<Uuid>,
    /// Only what names this agency
    #[graphql(skip)]
    pub agency_id: Option<Uuid>,
    /// Up to where everything was sent
    #[graphql(skip)]
    pub place: i64,
    /// Which secret signs
    #[graphql(skip)]
    pub secret_number: i32,
}

impl Tagged for Webhook {
    const TAG: u8 = b'K';
}

impl Webhook {
    /// Which types of objects; all of them if it names none.
    #[must_use]
    pub fn types(&self) -> Vec<ChangeType> {
        types(&self.nouns)
    }
}

fn types(nouns: &[Option<String>]) -> Vec<ChangeType> {
    if nouns.is_empty() {
        return ChangeType::ALL.to_vec();
    }
    nouns.iter().flatten().filter_map(|noun| ChangeType::of(noun)).collect()
}

/// What became of an attempt to send.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = webhook_delivery)]
#[graphql(directive = Auth::apply(Action::SeeAccounts))]
pub struct WebhookDelivery {
    /// The `webhook-id` of the message: the same at each attempt
    pub message_id: String,
    /// True if the message says nothing but that it is a test
    pub test: bool,
    /// How many changes it told of
    pub events: i32,
    /// When it was sent, in UTC
    pub sent_at: DateTime<Utc>,
    /// How many milliseconds it took until there was an answer, or none any more
    pub milliseconds: i32,
    /// The HTTP status of the answer; null if there was none
    pub status: Option<i32>,
    /// Why it failed; null if it did not
    pub error: Option<String>,
}

/// The service accounts that a reader sees.
pub(crate) fn accounts_seen(reader: &Reader) -> Select<Boxed<service_account::table>, service_account::id> {
    ServiceAccount::filtered(reader, &ServiceAccountFilter::default()).select(service_account::id)
}

relation!(
    /// The webhooks of a service account, the oldest first.
    WebhooksOf => Webhook,
    |reader, parents| webhook::table
        .filter(webhook::service_account_id.eq_any(parents))
        .filter(webhook::deleted_at.is_null())
        .order((webhook::service_account_id, webhook::created_at, webhook::id))
        .select((webhook::service_account_id, Webhook::as_select()))
);

relation!(
    /// A webhook by its id, for whoever sees the accounts of its place: one at most.
    WebhookItself => Webhook,
    |reader, parents| webhook::table
        .filter(webhook::id.eq_any(parents))
        .filter(webhook::deleted_at.is_null())
        .filter(webhook::service_account_id.eq_any(accounts_seen(reader)))
        .select((webhook::id, Webhook::as_select()))
);

relation!(
    /// What became of the latest attempts of a webhook, the last one first.
    DeliveriesOf => WebhookDelivery,
    |reader, parents| webhook_delivery::table
        .filter(webhook_delivery::webhook_id.eq_any(parents))
        .order((webhook_delivery::webhook_id, webhook_delivery::id.desc()))
        .select((webhook_delivery::webhook_id, WebhookDelivery::as_select()))
);

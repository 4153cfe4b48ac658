//! Webhooks: changes go to the addresses of other systems by themselves.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use auth::{
    seal::Sealer,
    webhook::{Secret, message_id},
};
use db::{
    Date, DbError, Origin, Pool, Reader,
    change::{self, Behind},
    webhook::{self, Delivered, Due},
};
use reqwest_tls::StatusCode;
use schema::{
    changes::{self, Cursors},
    clock::Clock,
};
use serde_json::json;

use crate::outbound::{Outbound, Sending, failure};

/// The most changes of one message.
const MOST: u32 = 100;

/// The most messages of one webhook before it is the turn of others.
const IN_A_ROW: u32 = 20;

/// What sends. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Webhooks {
    sealer: Arc<Sealer>,
    cursors: Arc<Cursors>,
    outbound: Outbound,
}

impl Webhooks {
    /// What sends by this way.
    #[must_use]
    pub const fn new(outbound: Outbound, sealer: Arc<Sealer>, cursors: Arc<Cursors>) -> Self {
        Self { sealer, cursors, outbound }
    }

    /// Sends one message, and says what became of it.
    async fn post(&self, due: &Due, message: &Message, clock: Clock) -> (Duration, Result<StatusCode, String>) {
        let (begin, timestamp) = (Instant::now(), clock.now().timestamp());
        let signatures = due
            .secrets
            .iter()
            .map(|number| Secret::of(&self.sealer, due.id, *number).sign(&message.id, timestamp, &message.body));
        let signatures = signatures.collect::<Vec<_>>().join(" ");
        let sent = self.outbound.post(&due.url, |request| {
            request
                .header("content-type", "application/json")
                .header("webhook-id", &message.id)
                .header("webhook-timestamp", timestamp)
                .header("webhook-signature", signatures)
                .body(message.body.clone())
        });
        let outcome = sent.await;
        (begin.elapsed(), outcome)
    }

    /// The next message of a webhook; none if nothing up to a place is for it.
    async fn message(&self, due: &Due, pool: &Pool, clock: Clock) -> Result<(i64, Option<Message>), DbError> {
        let timestamp = clock.now().to_rfc3339();
        if due.is_test {
            let id = message_id(&self.sealer, due.id, due.replays, (due.place, clock.now().timestamp_millis()));
            let body = json!({ "type": "test", "timestamp": timestamp, "data": {} }).to_string();
            return Ok((due.place, Some(Message { id, body, events: 0 })));
        }
        let reader = Reader::new(pool.clone(), due.reader.scope(), Date(clock.today()));
        let stretch = change::stretch(&reader, due.place, Behind::Few, &due.filter, MOST).await?;
        if stretch.events.is_empty() {
            return Ok((stretch.last, None));
        }
        let id = message_id(&self.sealer, due.id, due.replays, (due.place, stretch.told));
        let data = changes::as_json(&stretch, &self.cursors);
        let body = json!({ "type": "changes", "timestamp": timestamp, "data": data }).to_string();
        Ok((stretch.last, Some(Message { id, body, events: stretch.events.len() })))
    }
}

/// What is sent.
struct Message {
    id: String,
    body: String,
    events: usize,
}

/// Sends to one more webhook for which there is something, beside those that are being sent to: true if there may be more.
pub async fn send_some(webhooks: &Webhooks, pool: &Pool, clock: Clock, sending: &mut Sending) -> Result<bool, DbError> {
    sending.room().await;
    if !webhook::due(pool, clock.now()).await? {
        return Ok(false);
    }
    let Some(due) = webhook::claim(&clock.writer(pool.clone(), Origin::default()), None).await? else {
        return Ok(false);
    };
    let (webhooks, pool) = (webhooks.clone(), pool.clone());
    let sends = async move { send_all(&webhooks, &pool, clock, due).await };
    sending.begin("a webhook waits; it goes on by itself", sends);
    Ok(true)
}

/// Sends what there is for one webhook, a message after the other, until one fails or it is the turn of others.
pub async fn send_all(webhooks: &Webhooks, pool: &Pool, clock: Clock, first: Due) -> Result<(), DbError> {
    let writer = || clock.writer(pool.clone(), Origin::default());
    let (mut next, mut left) = (Some(first), IN_A_ROW);
    while let Some(due) = next {
        let delivered = match webhooks.message(&due, pool, clock).await {
            Ok((place, None)) => return webhook::passed(&writer(), &due, place).await,
            Ok((place, Some(message))) => {
                let (took, outcome) = webhooks.post(&due, &message, clock).await;
                delivered(message, place, took, &outcome)
            }
            Err(error) => {
                tracing::warn!(webhook = %due.id, %error, "what is to be sent cannot be read");
                unread(due.place)
            }
        };
        if webhook::ended(&writer(), &due, &delivered).await? {
            tracing::error!(webhook = %due.id, error = ?delivered.error, "a webhook was disabled");
        }
        left -= 1;
        next = if left > 0 { webhook::claim(&writer(), Some(due.id)).await? } else { None };
    }
    Ok(())
}

/// What becomes of a message that cannot be read: it is tried again later, like one that has not arrived.
fn unread(place: i64) -> Delivered {
    let error = Some("the changes cannot be read".to_owned());
    Delivered { message_id: String::new(), events: 0, place, took: Duration::ZERO, status: None, error, is_gone: false }
}

fn delivered(message: Message, place: i64, took: Duration, outcome: &Result<StatusCode, String>) -> Delivered {
    let (status, error) = (outcome.as_ref().ok().map(StatusCode::as_u16), failure(outcome));
    let is_gone = status == Some(StatusCode::GONE.as_u16());
    Delivered { message_id: message.id, events: message.events, place, took, status, error, is_gone }
}

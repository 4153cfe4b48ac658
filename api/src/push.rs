//! Web Push: what people were told goes to their phones and browsers, encrypted so that they alone can read it (RFC 8030, 8291 and 8292).

use std::{sync::Arc, time::Duration};

use auth::vapid::Vapid;
use db::{
    Date, DbError, Origin, Pool, Reader,
    notification::push::{self, Outcome, Taken},
};
use reqwest_tls::StatusCode;
use schema::{
    clock::Clock,
    notifications::{self, Said},
};
use serde_json::json;
use url::Url;
use web_push_native::{Auth, encrypt, p256::PublicKey};

use crate::{
    app,
    authentication::Authority,
    mail::shortened,
    outbound::{Outbound, Sending, failure},
};

/// How long a push service keeps what a phone that is off cannot take, in seconds.
const KEPT: u32 = 24 * 60 * 60;

/// The longest sentence, in characters: a push service takes 4,096 bytes at least, and no more is to be relied on.
const SENTENCE: usize = 500;

/// How long a push service may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What pushes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Pusher {
    outbound: Outbound,
    authority: Arc<Authority>,
    vapid: Arc<Vapid>,
    /// How push services reach whoever runs the server.
    contact: Option<String>,
    /// Whether the app is there, so that a push says where it shows what is told.
    app: bool,
}

impl Pusher {
    /// What sends by this way, with the key of this authority, to whom it knows.
    #[must_use]
    pub fn new(outbound: Outbound, authority: Arc<Authority>, contact: Option<String>) -> Self {
        let vapid = Arc::new(Vapid::of(authority.sealer()));
        Self { outbound: outbound.with_patience(PATIENCE), authority, vapid, contact, app: false }
    }

    /// The same, saying where the app shows what is told, if the app is there.
    #[must_use]
    pub fn with_links(self, app: bool) -> Self {
        Self { app, ..self }
    }

    async fn post(&self, taken: &Taken, message: &str, clock: Clock) -> Outcome {
        let (sealed, origin) = match (sealed(taken, message), Url::parse(&taken.endpoint)) {
            (Ok(sealed), Ok(url)) => (sealed, url.origin().ascii_serialization()),
            (Err(reason), _) => return Outcome::Refused(reason),
            (_, Err(error)) => return Outcome::Refused(error.to_string()),
        };
        let authorization = self.vapid.authorization(&origin, self.contact.as_deref(), clock.now().timestamp());
        let sent = self.outbound.post(&taken.endpoint, |request| {
            request
                .header("authorization", authorization)
                .header("content-encoding", "aes128gcm")
                .header("content-type", "application/octet-stream")
                .header("ttl", KEPT)
                .header("urgency", "normal")
                .body(sealed)
        });
        let outcome = sent.await;
        let status = outcome.as_ref().ok().copied();
        match (status, failure(&outcome)) {
            (_, None) => Outcome::Sent,
            (Some(StatusCode::NOT_FOUND | StatusCode::GONE), _) => Outcome::Gone,
            (Some(StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN | StatusCode::PAYLOAD_TOO_LARGE), Some(reason)) => {
                Outcome::Refused(reason)
            }
            (_, Some(reason)) => Outcome::Failed(reason),
        }
    }
}

/// A message that this browser alone can read.
fn sealed(taken: &Taken, message: &str) -> Result<Vec<u8>, String> {
    let key = PublicKey::from_sec1_bytes(&taken.p256dh).map_err(|_| "no key of P-256".to_owned())?;
    encrypt(message.as_bytes().to_vec(), &key, &Auth::clone_from_slice(&taken.auth)).map_err(|error| error.to_string())
}

/// What a browser is given to show; none if there is nothing that the person may see in that session.
async fn message(pusher: &Pusher, taken: &Taken, pool: &Pool, clock: Clock) -> Result<Option<String>, DbError> {
    let Some(principal) = pusher.authority.found(&taken.session).await? else { return Ok(None) };
    let reader = Reader::new(pool.clone(), principal.scope(), Date(clock.today()));
    let said = notifications::said(&reader, &[taken.notification], taken.language).await?;
    Ok(said.into_iter().next().map(|Said { id, sentence }| {
        let (id, body) = (id.to_string(), shortened(&sentence, SENTENCE));
        let path = pusher.app.then(|| app::path_to(&id));
        json!({ "title": "Cột Mốc", "body": body, "tag": id, "notification": id, "path": path }).to_string()
    }))
}

/// Sends one more of what is due, beside what is being sent: true if there may be more.
pub async fn send_some(pusher: &Pusher, pool: &Pool, clock: Clock, sending: &mut Sending) -> Result<bool, DbError> {
    sending.room().await;
    if !push::due(pool, clock.now()).await? {
        return Ok(false);
    }
    let Some(taken) = push::claim(&clock.writer(pool.clone(), Origin::default())).await? else { return Ok(false) };
    let (pusher, pool) = (pusher.clone(), pool.clone());
    let sends = async move { send(&pusher, &pool, clock, &taken).await };
    sending.begin("a push waits; it goes on by itself", sends);
    Ok(true)
}

/// Sends one that was taken up, and notes what became of it.
pub async fn send(pusher: &Pusher, pool: &Pool, clock: Clock, taken: &Taken) -> Result<(), DbError> {
    let outcome = match message(pusher, taken, pool, clock).await {
        Ok(Some(message)) => pusher.post(taken, &message, clock).await,
        Ok(None) => Outcome::Dropped,
        // It has not gone out, whatever the reason.
        Err(error) => Outcome::Failed(error.to_string()),
    };
    push::ended(&clock.writer(pool.clone(), Origin::default()), taken, &outcome).await
}

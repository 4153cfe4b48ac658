//! The WebSocket: the protocol graphql-transport-ws, with its close codes.
//!
//! One task a connection. It takes the next answer of an operation only when the one before is written, and reads the next
//! message only when it is done with the last, so that nothing piles up.
//!
//! | code | when |
//! | --- | --- |
//! | 4400 | a message that the protocol does not know |
//! | 4401 | `subscribe` before `connection_ack` |
//! | 4403 | the token does not hold, at `connection_init` or later: it has expired, or the session has ended; the reason says which. Or a page of another site, which the reason names |
//! | 4406 | the client does not offer the subprotocol |
//! | 4408 | no `connection_init` within 3 s |
//! | 4409 | an id that is in use |
//! | 4429 | a second `connection_init`, or too many tokens that do not hold from one address |
//! | 1002, 1007 | a frame that no client sends; a text that is not UTF-8 |
//! | 1009 | a message of more than 64 KiB |
//! | 1012 | the server stops: connect again |
//! | 1013 | it cannot be found out at the moment whose token it is, or no place is free: connect again |
//!
//! Clients connect again by themselves, and subscribe again under the same ids with the same variables. So `connection_init` may
//! bring `resume`, the last `extensions.cursor` that was seen of each operation by its id: `{"resume": {"1": "…"}}`. What is
//! subscribed under such an id goes on behind that place. Besides `authorization` it may bring `accept-language`, which a page cannot
//! set on a WebSocket: it goes before the header of the browser.
//!
//! A client that does not read for some seconds is cut off without a word, since there is no room for one.

use std::{borrow::Cow, collections::HashMap, sync::Arc, time::Duration};

use async_graphql::Executor;
use axum::{
    body::Body,
    extract::{
        FromRequestParts as _, Request, State,
        ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    http::Response,
    response::IntoResponse as _,
};
use futures_util::{
    StreamExt as _,
    stream::{AbortHandle, BoxStream, SelectAll, abortable, once},
};
use schema::{
    changes::FeedPlace,
    error::{ApiError, Code},
    language::from_accept_language,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, value::RawValue};
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout},
};
use tracing::{Instrument as _, Span};

use super::{CHECK, Client, HEARTBEAT, Live, stopped};
use crate::{
    authentication::Pass,
    door::{Refusal, caller, client_address, refused},
    graphql::{self, GraphqlResponse},
    limits::{
        Sharer,
        places::{Full, Place},
    },
};

const PROTOCOL: &str = "graphql-transport-ws";
/// The largest message of a client, in bytes.
const MESSAGE: usize = 64 << 10;
/// Operations of one connection at once.
const OPERATIONS: usize = 20;
/// Until `connection_init`.
const INIT: Duration = Duration::from_secs(3);
/// Until a message is written.
const WRITE: Duration = Duration::from_secs(10);
/// Without any word of the client, not even an answer to a ping.
const SILENCE: Duration = Duration::from_secs(60);
/// For the client's answer to a close.
const FAREWELL: Duration = Duration::from_secs(1);

pub(super) async fn endpoint<E: Executor>(State(live): State<Arc<Live<E>>>, request: Request) -> Response<Body> {
    let (mut parts, _) = request.into_parts();
    let caller = caller(&parts.headers);
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    // Told after the upgrade, where the page can read it.
    let foreign = live
        .welcome(&parts.headers)
        .err()
        .map(|foreign| End::Close(4403, shortened(&format!("Forbidden: {}", foreign.advice())).into()));
    let Ok(place) = live.greeting.try_take(Sharer::of(None, client_address(&parts.extensions))) else {
        refused(Refusal::Saturated.reason());
        return Refusal::Saturated.answer(&caller);
    };
    // A token that does not hold is refused after the upgrade, where the client can read why.
    let pass = Pass::of_request(&live.authority, &parts);
    let (pass, refusal) = match pass {
        Ok(pass) => (pass, None),
        Err(error) => (Pass::of_nobody(&live.authority, &parts), Some(error)),
    };
    let client = Client { pass, caller, address: client_address(&parts.extensions) };
    // Its lines carry the id of the request that it began with.
    let span = Span::current();
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(MESSAGE)
        .max_frame_size(MESSAGE)
        // Most of what clients say is shorter; what is longer is read in several goes.
        .read_buffer_size(1 << 10)
        .on_upgrade(move |socket| {
            let stop = live.stop.clone();
            let connection = Connection {
                live,
                client,
                foreign,
                refusal,
                acknowledged: false,
                resume: Params::new(),
                operations: HashMap::new(),
                streams: SelectAll::new(),
                socket,
                heard: Instant::now(),
                place,
            };
            connection.run(stop).instrument(span)
        })
}

/// Why a connection ends.
#[derive(Debug, PartialEq)]
enum End {
    /// With a code and a reason.
    Close(u16, Cow<'static, str>),
    /// The client has closed, and is answered.
    Left,
    /// The client is gone, or does not take what is sent.
    Gone,
}

const fn close(code: u16, reason: &'static str) -> End {
    End::Close(code, Cow::Borrowed(reason))
}

fn malformed(reason: &'static str) -> End {
    close(4400, reason)
}

/// What a client says.
#[derive(Deserialize)]
struct Said<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default, borrow)]
    payload: Option<&'a RawValue>,
}

type Params = serde_json::Map<String, Json>;

/// What the server says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Saying<'a> {
    ConnectionAck,
    Pong,
    Next { id: &'a str, payload: &'a GraphqlResponse },
    Error { id: &'a str, payload: &'a [async_graphql::ServerError] },
    Complete { id: &'a str },
}

/// What comes of an operation: an answer, or its end.
type Outcome = (String, Option<GraphqlResponse>);

struct Connection<E> {
    live: Arc<Live<E>>,
    client: Client,
    /// The end of a page that may not connect.
    foreign: Option<End>,
    /// Why the token of the header does not hold.
    refusal: Option<ApiError>,
    acknowledged: bool,
    /// Where operations go on that an earlier connection has begun, by their ids.
    resume: Params,
    operations: HashMap<String, AbortHandle>,
    streams: SelectAll<BoxStream<'static, Outcome>>,
    socket: WebSocket,
    heard: Instant,
    /// While it greets, and then for whom it says to be.
    place: Place,
}

impl<E: Executor> Connection<E> {
    async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let end = if let Some(foreign) = self.foreign.take() {
            foreign
        } else if self.socket.protocol().is_none() {
            close(4406, "Subprotocol not acceptable: offer graphql-transport-ws")
        } else {
            self.converse(&mut stop).await
        };
        // The work ends first, whatever the client does with its close.
        self.streams.clear();
        let frame = match end {
            End::Close(code, reason) => Some(CloseFrame { code, reason: Utf8Bytes::from(&*reason) }),
            End::Left => None,
            End::Gone => return,
        };
        let farewell = async {
            if frame.is_some() {
                let _ = self.socket.send(Message::Close(frame)).await;
            }
            // Its close is answered, or its answer awaited, by reading to the end.
            while let Some(Ok(_)) = self.socket.recv().await {}
        };
        let _ = timeout(FAREWELL, farewell).await;
        // Until here the server has waited for it.
        drop(stop);
    }

    async fn converse(&mut self, stop: &mut watch::Receiver<bool>) -> End {
        let begin = Instant::now();
        let [mut check, mut ping] = [CHECK, HEARTBEAT].map(|period| {
            let mut ticks = interval_at(begin + period, period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        });
        loop {
            let done = tokio::select! {
                biased;
                () = stopped(stop) => Err(close(1012, "Service restart")),
                () = sleep_until(begin + INIT), if !self.acknowledged => {
                    Err(close(4408, "Connection initialisation timeout"))
                }
                _ = check.tick(), if self.acknowledged => holds(&self.client).await,
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => self.hear(message).await,
                    Some(Err(error)) => Err(broken(error)),
                    None => Err(End::Gone),
                },
                Some((id, answer)) = self.streams.next(), if !self.streams.is_empty() => self.tell(&id, answer).await,
                _ = ping.tick() => self.ping().await,
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    async fn ping(&mut self) -> Result<(), End> {
        if self.heard.elapsed() > SILENCE {
            Err(End::Gone)
        } else {
            self.send(Message::Ping(bytes::Bytes::new())).await
        }
    }

    async fn hear(&mut self, message: Message) -> Result<(), End> {
        self.heard = Instant::now();
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(malformed("Messages are text")),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
            Message::Close(_) => return Err(End::Left),
        };
        self.live
            .desk
            .service
            .guard()
            .check_json(&text)
            .map_err(|_| malformed("Nested too deep, or too many values"))?;
        let none = || malformed("Not a message of graphql-transport-ws");
        // A derived `Deserialize` would take an array for the fields in their order.
        let said: Said = Some(&*text)
            .filter(|text| text.trim_start().starts_with('{'))
            .and_then(|text| serde_json::from_str(text).ok())
            .ok_or_else(none)?;
        match (&*said.kind, said.id, said.payload) {
            ("connection_init", _, payload) => {
                let params = payload.map(|payload| serde_json::from_str::<Option<Params>>(payload.get()));
                self.init(params.transpose().map_err(|_| none())?.flatten().unwrap_or_default()).await
            }
            ("subscribe", Some(id), Some(payload)) => self.subscribe(id, payload.get()).await,
            ("complete", Some(id), _) => {
                self.forget(&id);
                Ok(())
            }
            ("ping", ..) => self.say(&Saying::Pong).await,
            ("pong", ..) => Ok(()),
            // Of the older protocol, `graphql-ws`. A client that offers both and does not read our choice speaks that one.
            ("start" | "stop" | "connection_terminate", ..) => {
                Err(malformed("Offer graphql-transport-ws alone: graphql-ws is not spoken here"))
            }
            _ => Err(none()),
        }
    }

    async fn init(&mut self, mut params: Params) -> Result<(), End> {
        if self.acknowledged {
            return Err(close(4429, "Too many initialisation requests"));
        }
        if let Some(Json::Object(resume)) = params.remove("resume") {
            self.resume = resume;
        }
        let said =
            |wanted: &str| params.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value);
        // A browser sends the header of its own settings, not of what its user has chosen here.
        if let Some(wished) = said("accept-language").and_then(Json::as_str) {
            self.client.caller.language = from_accept_language(wished);
        }
        let given = said("authorization");
        let found = match (given.filter(|value| !value.is_null()), self.refusal.take()) {
            (Some(value), _) => self.client.pass.with(value.as_str().unwrap_or_default()),
            (None, Some(error)) => Err(error),
            (None, None) => Ok(self.client.pass.clone()),
        };
        let viewer = match found {
            Ok(pass) => {
                self.client.pass = pass;
                self.client.pass.viewer().await
            }
            Err(error) => Err(error),
        };
        match viewer {
            Ok(viewer) => {
                self.place = self.live.places.try_take(self.client.sharer(&viewer)).map_err(|Full| {
                    refused(Refusal::Saturated.reason());
                    close(1013, "Too many connections: try again later")
                })?;
                self.acknowledged = true;
                self.say(&Saying::ConnectionAck).await
            }
            Err(error) if error.code() == Code::Unauthenticated => {
                let too_often = self.live.desk.limits.count_refused_token(self.client.address).refusal().is_some();
                Err(if too_often { close(4429, "Too many tokens that do not hold") } else { ended(&error) })
            }
            Err(_) => Err(close(1013, "Try again later")),
        }
    }

    async fn subscribe(&mut self, id: String, payload: &str) -> Result<(), End> {
        if !self.acknowledged {
            return Err(close(4401, "Unauthorized"));
        }
        if id.is_empty() {
            return Err(malformed("An operation has an id"));
        }
        if self.operations.contains_key(&id) {
            return Err(End::Close(4409, shortened(&format!("Subscriber for {id} already exists")).into()));
        }
        let question = graphql::question(payload).map_err(|_| malformed("Not a request of GraphQL"))?;
        let begun = if self.operations.len() < OPERATIONS {
            let reached = self.resumed(&id);
            match self.client.pass.viewer().await {
                Ok(viewer) => match reached {
                    Ok(reached) => {
                        let (live, client) = (&self.live, &self.client);
                        let admitted = live.admit(question, payload.len() as u64, client, &viewer).await;
                        admitted.and_then(|(request, admitted)| {
                            live.begin(request, admitted, client, viewer, &Arc::new(reached))
                        })
                    }
                    Err(error) => Err(error),
                },
                Err(error) if error.code() == Code::Unauthenticated => return Err(ended(&error)),
                Err(error) => Err(error),
            }
        } else {
            Err(too_many())
        };
        match begun {
            Ok(answers) => {
                let (name, last) = (id.clone(), id.clone());
                let outcomes = answers.map(move |answer| (name.clone(), Some(answer)));
                let (outcomes, handle) = abortable(outcomes.chain(once(std::future::ready((last, None)))));
                self.streams.push(outcomes.boxed());
                self.operations.insert(id, handle);
                Ok(())
            }
            Err(error) => self.fail(&id, &GraphqlResponse::refuse(error, &self.client.caller)).await,
        }
    }

    /// Where an operation goes on; that is said once.
    fn resumed(&mut self, id: &str) -> Result<FeedPlace, ApiError> {
        let cursors = Arc::clone(&self.live.cursors);
        match self.resume.remove(id) {
            None | Some(Json::Null) => Ok(FeedPlace::new(cursors)),
            Some(cursor) => FeedPlace::after(cursors, cursor.as_str().unwrap_or_default()),
        }
    }

    /// Passes on what has come of an operation.
    async fn tell(&mut self, id: &str, answer: Option<GraphqlResponse>) -> Result<(), End> {
        let Some(answer) = answer else {
            self.forget(id);
            return self.say(&Saying::Complete { id }).await;
        };
        match answer.refusal() {
            None if !answer.is_failure() => self.say(&Saying::Next { id, payload: &answer }).await,
            Some(Code::Unauthenticated) => {
                self.forget(id);
                holds(&self.client).await
            }
            _ => {
                self.forget(id);
                self.fail(id, &answer).await
            }
        }
    }

    async fn fail(&mut self, id: &str, answer: &GraphqlResponse) -> Result<(), End> {
        self.say(&Saying::Error { id, payload: answer.errors() }).await
    }

    fn forget(&mut self, id: &str) {
        if let Some(operation) = self.operations.remove(id) {
            operation.abort();
        }
    }

    async fn say(&mut self, saying: &Saying<'_>) -> Result<(), End> {
        // No value of a GraphQL answer fails to be written.
        self.send(Message::Text(serde_json::to_string(saying).unwrap_or_default().into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(WRITE, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }
}

fn too_many() -> ApiError {
    ApiError::new(
        Code::RateLimited,
        format!("Mỗi kết nối chỉ chạy cùng lúc {OPERATIONS} thao tác"),
        format!("At most {OPERATIONS} operations at once on a connection"),
    )
    .with("limit", OPERATIONS)
}

/// Whether the client's token still holds.
async fn holds(client: &Client) -> Result<(), End> {
    client.viewer().await.map(drop).map_err(|error| ended(&error))
}

/// The end of a connection whose token does not hold, with the same word that requests get.
fn ended(error: &ApiError) -> End {
    End::Close(4403, format!("Forbidden: {}", error.reason().unwrap_or("TOKEN_INVALID")).into())
}

/// What the library could not read. It is known by its words only.
fn broken(error: axum::Error) -> End {
    let words = error.into_inner().to_string();
    match words {
        words if words.contains("too long") => close(1009, "Messages have at most 64 KiB"),
        words if words.contains("without closing handshake") => End::Gone,
        words if words.starts_with("WebSocket protocol error") => close(1002, "Not a frame of a client's"),
        words if words.starts_with("UTF-8") => close(1007, "Messages are UTF-8"),
        _ => End::Gone,
    }
}

/// A reason has at most 123 bytes.
fn shortened(reason: &str) -> String {
    let end = (0..=reason.len().min(123)).rev().find(|end| reason.is_char_boundary(*end)).unwrap_or_default();
    reason.get(..end).unwrap_or_default().to_owned()
}

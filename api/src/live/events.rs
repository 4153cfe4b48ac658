//! Server-sent events: the protocol graphql-sse with a connection for each operation ("distinct connections mode").
//!
//! - `POST` with JSON, or `GET` for what changes nothing, as at `/graphql`, with `Accept: text/event-stream`.
//! - What cannot be read, is not admitted or comes with a token that does not hold has a status and a JSON body, like there.
//! - Then `event: next` for each answer and `event: complete` at the end; comments keep the connection alive. An event of the
//!   feed has its cursor for an id, and so have the comments: a client that comes back with `Last-Event-ID` goes on behind it, whatever its
//!   variables say.
//! - When the token no longer holds, the last `next` says so (`UNAUTHENTICATED`). When the server stops, the stream ends without
//!   `complete`, and clients connect again.

use std::{pin::Pin, sync::Arc};

use async_graphql::{Executor, parser::types::OperationType};
use axum::{
    body::{Body, HttpBody as _},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Response, header},
};
use bytes::Bytes;
use futures_util::{
    StreamExt as _, future,
    stream::{self, BoxStream, Peekable},
};
use schema::{
    changes::{Cursors, FeedPlace},
    error::{ApiError, Code},
};
use tokio::{
    sync::watch,
    time::{Instant, Interval, MissedTickBehavior, interval_at},
};

use super::{CHECK, Client, HEARTBEAT, Live, stopped};
use crate::{
    authentication::Pass,
    door::{Refusal, caller, client_address, refused},
    graphql::{self, Asked, GraphqlResponse, Noted},
    limits::places::Place,
};

pub(super) async fn endpoint<E: Executor>(State(live): State<Arc<Live<E>>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let caller = caller(&parts.headers);
    let guard = live.desk.service.guard();
    if let Err(foreign) = live.welcome(&parts.headers) {
        return graphql::refuse(foreign.error(), &caller);
    }
    if !accepts_events(&parts.headers) {
        return graphql::refuse(not_acceptable(), &caller);
    }
    let sent = body.size_hint().lower();
    let question = match graphql::read(&parts, body, guard).await {
        Ok(Asked::One(question)) => *question,
        Ok(Asked::Batch(_)) => {
            return graphql::refuse(
                ApiError::request("JSON", "mỗi luồng một thao tác", "one operation a stream"),
                &caller,
            );
        }
        Err(error) => return graphql::refuse(error, &caller),
    };
    let pass = Pass::of_request(&live.authority, &parts);
    let pass_and_viewer = match pass {
        Ok(pass) => pass.viewer().await.map(|viewer| (pass, viewer)),
        Err(error) => Err(error),
    };
    let (pass, viewer) = match pass_and_viewer {
        Ok(found) => found,
        Err(error) => return graphql::turn_away(&live.desk.limits, error, &parts, &caller),
    };
    let client = Client { pass, caller, address: client_address(&parts.extensions) };
    let Ok(place) = live.places.try_take(client.sharer(&viewer)) else {
        refused(Refusal::Saturated.reason());
        return Refusal::Saturated.answer(&client.caller);
    };
    let begun = live.admit(question, sent, &client, &viewer).await.and_then(|(request, admitted)| {
        graphql::may_run(&parts.method, admitted.kind)?;
        let (reached, kind) = (Arc::new(last_seen(&live.cursors, &parts.headers)?), admitted.kind);
        Ok((live.begin(request, admitted, &client, viewer, &reached)?, reached, kind))
    });
    match begun {
        Ok((answers, reached, kind)) => {
            let mut events = Stream::new(answers, reached, client, place, live.stop.clone());
            if kind == OperationType::Subscription {
                events.begin().await;
            }
            stream(events)
        }
        // The protocol tells of a document that is not valid in the stream.
        Err(error) if error.reason() == Some("VALIDATION") => {
            let answer = future::ready(GraphqlResponse::refuse(error, &client.caller));
            let nowhere = Arc::new(FeedPlace::new(Arc::clone(&live.cursors)));
            stream(Stream::new(stream::once(answer).boxed(), nowhere, client, place, live.stop.clone()))
        }
        Err(error) => graphql::refuse(error, &client.caller),
    }
}

/// Where a client was when its connection broke.
fn last_seen(cursors: &Arc<Cursors>, headers: &HeaderMap) -> Result<FeedPlace, ApiError> {
    let last = headers.get("last-event-id").map(|value| String::from_utf8_lossy(value.as_bytes()));
    let cursors = Arc::clone(cursors);
    match last.as_deref().filter(|last| !last.is_empty()) {
        None => Ok(FeedPlace::new(cursors)),
        Some(cursor) => FeedPlace::after(cursors, cursor),
    }
}

/// Whether a client that says what it takes takes events.
fn accepts_events(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
    values.peek().is_none()
        || values.flat_map(|value| value.split(',')).any(|range| {
            let essence = range.split(';').next().unwrap_or_default().trim();
            ["text/event-stream", "text/*", "*/*"].iter().any(|ours| essence.eq_ignore_ascii_case(ours))
        })
}

fn not_acceptable() -> ApiError {
    ApiError::new(
        Code::NotAcceptable,
        "Đường dẫn này chỉ trả lời bằng text/event-stream",
        "Answers here are text/event-stream",
    )
}

fn stream(stream: Stream) -> Response<Body> {
    let events = stream::unfold(stream, async |mut stream| {
        Some((Ok::<_, std::convert::Infallible>(stream.next().await?), stream))
    });
    let mut response = Response::new(Body::from_stream(events));
    response.extensions_mut().insert(Noted);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would otherwise hold events back until its buffer is full.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// What goes over one connection.
struct Stream {
    answers: Peekable<BoxStream<'static, GraphqlResponse>>,
    reached: Arc<FeedPlace>,
    client: Client,
    stop: watch::Receiver<bool>,
    check: Interval,
    heartbeat: Interval,
    state: Phase,
    _place: Place,
}

#[derive(PartialEq)]
enum Phase {
    Open,
    /// All but the last event is sent.
    Ending,
    Ended,
}

impl Stream {
    fn new(
        answers: BoxStream<'static, GraphqlResponse>,
        reached: Arc<FeedPlace>,
        client: Client,
        place: Place,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let [check, heartbeat] = [CHECK, HEARTBEAT].map(|period| {
            let mut ticks = interval_at(Instant::now() + period, period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        });
        let answers = answers.peekable();
        Self { answers, reached, client, stop, check, heartbeat, state: Phase::Open, _place: place }
    }

    /// Waits until the subscription has its place in the feed: whoever has the head of the answer misses nothing that comes after.
    async fn begin(&mut self) {
        let first = Pin::new(&mut self.answers).peek();
        tokio::select! {
            () = stopped(&mut self.stop) => {}
            () = self.reached.begun() => {}
            _ = first => {}
        }
    }

    async fn next(&mut self) -> Option<Bytes> {
        match self.state {
            Phase::Open => {}
            Phase::Ending => {
                self.state = Phase::Ended;
                return Some(Bytes::from_static(b"event: complete\ndata: \n\n"));
            }
            Phase::Ended => return None,
        }
        loop {
            tokio::select! {
                biased;
                () = stopped(&mut self.stop) => return None,
                _ = self.check.tick() => {
                    if let Err(error) = self.client.viewer().await {
                        self.state = Phase::Ending;
                        return Some(next_event(&GraphqlResponse::refuse(error, &self.client.caller)));
                    }
                }
                answer = self.answers.next() => {
                    self.heartbeat.reset();
                    let Some(answer) = answer else {
                        self.state = Phase::Ended;
                        return Some(Bytes::from_static(b"event: complete\ndata: \n\n"));
                    };
                    return Some(next_event(&answer));
                }
                _ = self.heartbeat.tick() => {
                    let id = self.reached.cursor().map(|cursor| format!("id: {cursor}\n")).unwrap_or_default();
                    return Some(Bytes::from(format!(":\n{id}\n")));
                }
            }
        }
    }
}

fn next_event(answer: &GraphqlResponse) -> Bytes {
    // JSON of one line: no value of a GraphQL answer fails to be written.
    let json = serde_json::to_string(answer).unwrap_or_default();
    let id = answer.cursor().map(|cursor| format!("id: {cursor}\n")).unwrap_or_default();
    Bytes::from(format!("event: next\n{id}data: {json}\n\n"))
}

//! Live: the change feed as a subscription, over a WebSocket ([`socket`]) and over server-sent events ([`events`]).
//!
//! Nothing is pushed into queues: a subscription is a stream that reads the next stretch of the feed when its client has
//! taken what came before (see `changes`), so that a slow client holds a few events and no connection to the database.

mod events;
mod origin;
mod socket;

use std::{net::IpAddr, sync::Arc, time::Duration};

use async_graphql::{Data, Executor, Request, parser::types::OperationType};
use axum::{
    http::HeaderMap,
    routing::{any, get},
};
use db::Meter;
use futures_util::{StreamExt as _, stream, stream::BoxStream};
use schema::{
    caller::Caller,
    changes::{Cursors, FeedPlace},
    error::{ApiError, Code},
    viewer::{Peer, Viewer},
};
use tokio::sync::watch;
use tracing::{Instrument as _, Span};

use self::origin::Foreign;
use crate::{
    authentication::{Authority, Pass},
    config::ServerConfig,
    door::{Door, Route},
    graphql::{Asking, Desk, GraphqlResponse, Question},
    guard::Admitted,
    limits::{
        Load, Sharer,
        places::{Full, Places},
        points,
    },
};

/// The path of the WebSocket.
pub const SOCKET_PATH: &str = "/graphql/ws";
/// The path of server-sent events.
pub const EVENTS_PATH: &str = "/graphql/stream";

/// How often a connection looks whether its token still holds.
const CHECK: Duration = Duration::from_secs(2);

/// How often a word goes to a client that hears nothing else, so that proxies keep the connection.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Sockets of whom nobody knows yet who they are.
const GREETING: usize = 256;

/// What long connections share.
pub struct Live<E> {
    desk: Desk<E>,
    authority: Arc<Authority>,
    cursors: Arc<Cursors>,
    /// A place for each connection of whom it is known who they are.
    places: Arc<Places>,
    /// A place for each that has not said so yet.
    greeting: Arc<Places>,
    origins: Vec<String>,
    /// True when the server stops; whoever holds a clone is waited for.
    stop: watch::Receiver<bool>,
}

impl<E: Executor> Live<E> {
    /// Nobody is connected yet.
    pub fn new(
        config: &ServerConfig,
        desk: Desk<E>,
        authority: Arc<Authority>,
        cursors: Arc<Cursors>,
        stop: watch::Receiver<bool>,
    ) -> Arc<Self> {
        Arc::new(Self {
            desk,
            authority,
            cursors,
            places: Places::new(config.live_connections),
            greeting: Places::of_addresses(GREETING),
            origins: config.cors_origins.clone(),
            stop,
        })
    }

    /// Both paths.
    pub fn routes(self: Arc<Self>) -> [Route; 2] {
        let events = any(events::endpoint::<E>).with_state(Arc::clone(&self));
        let socket = get(socket::endpoint::<E>).with_state(self);
        [Route::new(SOCKET_PATH, Door::Token, socket), Route::new(EVENTS_PATH, Door::Token, events)]
    }

    /// Refuses a page of another site: a browser lets it connect without asking us first.
    fn welcome(&self, headers: &HeaderMap) -> Result<(), Foreign> {
        origin::welcome(headers, &self.origins)
    }

    /// Finds the document of an operation and admits it like any request, and charges what was sent for it.
    async fn admit(
        &self,
        question: Question,
        sent: u64,
        client: &Client,
        viewer: &Viewer,
    ) -> Result<(Request, Admitted), ApiError> {
        let (desk, sharer) = (&self.desk, client.sharer(viewer));
        desk.limits.charge(sharer, points::sent(sent));
        let mut worded = desk.word(vec![question], viewer.principal.actor().account(), client.address).await;
        // As many come back as were asked.
        let worded = worded.pop().ok_or_else(ApiError::internal)?;
        let admitted = desk.admit(&worded, &mut desk.service.guard().budget());
        let admitted = admitted.inspect_err(|error| {
            desk.limits.charge(sharer, points::unread(error.code()));
            Asking::of(&worded.request, viewer).end(None, error.code().as_str());
        })?;
        Ok((worded.request, admitted))
    }

    /// Begins an operation: one answer, or a stream of them.
    fn begin(
        &self,
        request: Request,
        admitted: Admitted,
        client: &Client,
        viewer: Viewer,
        reached: &Arc<FeedPlace>,
    ) -> Result<BoxStream<'static, GraphqlResponse>, ApiError> {
        let account = viewer.principal.actor().account();
        let counted = self.desk.limits.count(admitted.load, account, client.address);
        let (asking, kind) = (Asking::of(&request, &viewer), Some(admitted.kind));
        if let Some(error) = counted.refusal() {
            asking.end(kind, error.code().as_str());
            return Err(error);
        }
        let sharer = client.sharer(&viewer);
        let Load { points: price, sought, .. } = admitted.load;
        let mut data = Data::default();
        data.insert(viewer);
        let caller = client.caller.clone();
        if admitted.kind == OperationType::Subscription {
            data.insert(Arc::new(client.pass.clone()) as Arc<dyn Peer>);
            asking.end(kind, "OK");
            let events = self.desk.service.subscribe(request, admitted, data, caller, Arc::clone(reached));
            let (limits, span) = (Arc::clone(&self.desk.limits), Span::current());
            let event = move |event: &GraphqlResponse| {
                // Each is read as the document says, and costs as much.
                limits.charge(sharer, price);
                // It began, and was refused or broke off.
                if let Some(code) = event.failure() {
                    span.in_scope(|| asking.end(kind, code));
                }
            };
            return Ok(events.inspect(event).boxed());
        }
        let desk = self.desk.clone();
        let execute = async move {
            let answer = match desk.turns.take(sharer, sought).await {
                Ok(_turn) => {
                    let mut answer = desk.service.execute(request, admitted, data, &caller, Meter::default()).await;
                    let charged = answer.beyond_price();
                    desk.limits.charge(sharer, charged);
                    answer.tell_cost(counted.left(charged));
                    answer
                }
                Err(Full) => GraphqlResponse::refuse(ApiError::unavailable(), &caller),
            };
            asking.note(kind, Some(&answer));
            answer
        };
        Ok(stream::once(execute.in_current_span()).boxed())
    }
}

/// Waits until the server stops.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stopping| *stopping).await;
}

/// Whoever is at the other end.
struct Client {
    pass: Pass,
    caller: Caller,
    address: Option<IpAddr>,
}

impl Client {
    /// With whom it shares.
    fn sharer(&self, viewer: &Viewer) -> Sharer {
        Sharer::of(viewer.principal.actor().account(), self.address)
    }

    /// Who it is, if the token still holds; `Ok(None)` while that cannot be found out.
    async fn viewer(&self) -> Result<Option<Viewer>, ApiError> {
        match self.pass.viewer().await {
            Ok(viewer) => Ok(Some(viewer)),
            Err(error) if error.code() == Code::Unauthenticated => Err(error),
            Err(_) => Ok(None),
        }
    }
}

//! Live: the change feed as a subscription, over a WebSocket ([`socket`]) and over server-sent events ([`events`]).
//!
//! Nothing is pushed into queues: a subscription is a stream that reads the next stretch of the feed when its client has
//! taken what came before (see `changes`), so that a slow client holds a few events and no connection to the database.

mod events;
mod socket;

use std::{net::IpAddr, sync::Arc, time::Duration};

use async_graphql::{Data, Executor, Request, parser::types::OperationType};
use axum::routing::{any, get};
use futures_util::{StreamExt as _, stream, stream::BoxStream};
use schema::{
    caller::Caller,
    changes::FeedPlace,
    error::{ApiError, Code},
    viewer::{Peer, Viewer},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::{
    authentication::{Authority, Pass},
    config::ServerConfig,
    door::{Door, Route},
    graphql::{Asking, GraphqlResponse, GraphqlService},
    guard::Admitted,
    limits::RateLimits,
};

/// The path of the WebSocket.
pub const SOCKET_PATH: &str = "/graphql/ws";
/// The path of server-sent events.
pub const EVENTS_PATH: &str = "/graphql/stream";

/// How often a connection looks whether its token still holds.
const CHECK: Duration = Duration::from_secs(2);

/// How often a word goes to a client that hears nothing else, so that proxies keep the connection.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What long connections share.
pub struct Live<E> {
    service: GraphqlService<E>,
    limits: Arc<RateLimits>,
    authority: Arc<Authority>,
    /// A place for each connection.
    places: Arc<Semaphore>,
    /// A place for each query or mutation that is executed over a WebSocket, as many as the gate has for requests.
    work: Arc<Semaphore>,
    origins: Vec<String>,
    /// True when the server stops; whoever holds a clone is waited for.
    stop: watch::Receiver<bool>,
}

impl<E: Executor> Live<E> {
    /// Nobody is connected yet.
    pub fn new(
        config: &ServerConfig,
        service: GraphqlService<E>,
        limits: Arc<RateLimits>,
        authority: Arc<Authority>,
        stop: watch::Receiver<bool>,
    ) -> Arc<Self> {
        Arc::new(Self {
            service,
            limits,
            authority,
            places: Arc::new(Semaphore::new(config.live_connections)),
            work: Arc::new(Semaphore::new(config.concurrency)),
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

    fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// Admits an operation like any request, and begins it: one answer, or a stream of them.
    fn begin(
        &self,
        request: Request,
        client: &Client,
        viewer: Viewer,
        reached: FeedPlace,
    ) -> Result<BoxStream<'static, GraphqlResponse>, ApiError> {
        let guard = self.service.guard();
        let admitted = guard.admit(&request, &mut guard.budget())?;
        self.admitted(request, admitted, client, viewer, &Arc::new(reached))
    }

    fn admitted(
        &self,
        request: Request,
        admitted: Admitted,
        client: &Client,
        viewer: Viewer,
        reached: &Arc<FeedPlace>,
    ) -> Result<BoxStream<'static, GraphqlResponse>, ApiError> {
        let counted = self.limits.count(admitted.load, viewer.principal.actor().account(), client.address);
        if let Some(error) = counted.refusal() {
            return Err(error);
        }
        let asking = Asking::of(&request, &viewer);
        let mut data = Data::default();
        data.insert(viewer);
        let caller = client.caller.clone();
        let kind = Some(admitted.kind);
        if admitted.kind == OperationType::Subscription {
            data.insert(Arc::new(client.pass.clone()) as Arc<dyn Peer>);
            asking.end(kind, "OK");
            return Ok(self.service.subscribe(request, admitted, data, caller, Arc::clone(reached)));
        }
        let place = Arc::clone(&self.work).try_acquire_owned().map_err(|_| ApiError::unavailable())?;
        let service = self.service.clone();
        let execute = async move {
            let answer = service.execute(request, admitted, data, &caller).await;
            drop(place);
            asking.note(kind, &answer);
            answer
        };
        Ok(stream::once(execute).boxed())
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
    /// Who it is, if the token still holds; `Ok(None)` while that cannot be found out.
    async fn viewer(&self) -> Result<Option<Viewer>, ApiError> {
        match self.pass.viewer().await {
            Ok(viewer) => Ok(Some(viewer)),
            Err(error) if error.code() == Code::Unauthenticated => Err(error),
            Err(_) => Ok(None),
        }
    }
}

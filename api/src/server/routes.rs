//! What is at which path, and behind which layers.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{from_fn, from_fn_with_state},
    response::Response,
    routing::{MethodRouter, get},
};
use tower::util::option_layer;
use tower_http::{CompressionLevel, compression::CompressionLayer, cors::CorsLayer};

use super::{
    address,
    edge::edge,
    gate::{Gate, gate},
    health::{self, Health},
    refusal::Refusal,
    request_id::{self, RequestId},
};
use crate::{
    config::ServerConfig,
    explorer::{self, OfferedAccount},
    limits::{self, Limits, RATE_LIMIT, RATE_LIMIT_POLICY},
};

/// How long a browser may remember the answer to a preflight.
const PREFLIGHT_AGE: Duration = Duration::from_secs(3600);

/// Who may come in at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Anyone: it answers everybody the same.
    Public,
    /// Whoever watches over the server. Cheap, never refused, and of no interest to the world.
    Probe,
    /// Whoever brings credentials in exchange for a token: each request counts as a sign-in.
    Credentials,
    /// Whoever the request's token says, and nobody if it has none: each field has its own rule.
    Token,
}

/// Something the server answers. The router is made of these alone, so that a path without a rule cannot be added.
pub struct Route {
    path: &'static str,
    door: Door,
    methods: MethodRouter,
}

impl Route {
    /// What is at a path, and for whom.
    #[must_use]
    pub const fn new(path: &'static str, door: Door, methods: MethodRouter) -> Self {
        Self { path, door, methods }
    }
}

/// Everything the server answers. `work` are the routes of the API, `offered` the accounts that the explorer offers.
pub fn routes(
    config: &ServerConfig,
    health: Arc<Health>,
    limits: &Arc<Limits>,
    mut work: Vec<Route>,
    offered: &[OfferedAccount],
) -> Router {
    work.extend([
        Route::new("/healthz", Door::Probe, get(health::healthz)),
        Route::new("/readyz", Door::Probe, get(health::readyz).with_state(Arc::clone(&health))),
        Route::new("/metrics", Door::Probe, get(health::metrics).with_state(health)),
    ]);
    if config.explorer {
        work.extend(explorer::routes(offered));
    }
    for route in work.iter_mut().filter(|route| route.door == Door::Credentials) {
        let methods = std::mem::take(&mut route.methods);
        route.methods = methods.layer(from_fn_with_state(Arc::clone(limits), limits::as_sign_in));
    }
    let (probes, work): (Vec<_>, Vec<_>) = work.into_iter().partition(|route| route.door == Door::Probe);
    router(work)
        .fallback(nothing_here)
        .layer(from_fn_with_state(Gate::new(config), gate))
        .merge(router(probes))
        // Cheap and quick: most answers are small, and the processor is the database's too.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(option_layer(cors(&config.cors_origins)))
        .layer(from_fn_with_state(Arc::from(config.trusted_proxies.as_slice()), address::note))
        .layer(from_fn(edge))
}

/// A router of routes whatever their doors, without the layers of the server.
pub fn router(routes: impl IntoIterator<Item = Route>) -> Router {
    routes.into_iter().fold(Router::new(), |router, route| router.route(route.path, route.methods))
}

async fn nothing_here(request: Request) -> Response {
    Refusal::NotFound.answer(&RequestId::of(request.headers()))
}

/// Lets the pages of these origins call and read, without cookies, which the API does not know.
fn cors(origins: &[String]) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    if origins.is_empty() {
        return None;
    }
    let layer = CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::ACCEPT, header::ACCEPT_LANGUAGE, header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([
            request_id::HEADER,
            header::RETRY_AFTER,
            RATE_LIMIT,
            RATE_LIMIT_POLICY,
            HeaderName::from_static("etag"),
        ])
        .max_age(PREFLIGHT_AGE);
    Some(layer)
}

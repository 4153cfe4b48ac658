//! What is at which path, and behind which layers.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header},
    middleware::from_fn_with_state,
    response::Response,
    routing::get,
};
use tokio::runtime::Handle;
use tower::util::option_layer;
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, Predicate as _},
    },
    cors::CorsLayer,
};

use super::{
    edge::edge,
    gate::{Gate, gate},
    health::{self, Health},
};
use crate::{
    config::ServerConfig,
    door::{self, Door, Refusal, Route, Streamed, caller, router},
    limits::{self, RATE_LIMIT, RATE_LIMIT_POLICY, RateLimits},
    telemetry::Traces,
};

/// How long a browser may remember the answer to a preflight.
const PREFLIGHT_AGE: Duration = Duration::from_secs(3600);

/// Everything the server answers to the world; to be called where the work is done. `work` are the routes of the API and of the explorer.
pub fn routes(
    config: &ServerConfig,
    traces: Traces,
    health: Arc<Health>,
    limits: &Arc<RateLimits>,
    mut work: Vec<Route>,
) -> Router {
    work.extend([
        Route::new("/healthz", Door::Probe, get(health::healthz)),
        Route::new("/readyz", Door::Probe, get(health::readyz).with_state(health)),
    ]);
    for route in work.iter_mut().filter(|route| route.door == Door::Credentials) {
        let methods = std::mem::take(&mut route.methods);
        route.methods = methods.layer(from_fn_with_state(Arc::clone(limits), limits::as_sign_in));
    }
    let (probes, work): (Vec<_>, Vec<_>) = work.into_iter().partition(|route| route.door == Door::Probe);
    router(work)
        .fallback(nothing_here)
        // Cheap and quick: most answers are small, and the processor is the database's too.
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Fastest)
                .compress_when(DefaultPredicate::new().and(is_whole)),
        )
        .layer(from_fn_with_state(Gate::new(config, Handle::current()), gate))
        .merge(router(probes))
        .layer(option_layer(cors(&config.cors_origins)))
        .layer(from_fn_with_state(Arc::from(config.hosts.as_slice()), door::know_host))
        .layer(from_fn_with_state(Arc::from(config.trusted_proxies.as_slice()), door::note_address))
        .layer(from_fn_with_state(traces, edge))
}

/// What is told to whoever watches over the server, at an address of its own.
pub fn numbers(health: Arc<Health>) -> Router {
    let routes = [
        Route::new("/healthz", Door::Probe, get(health::healthz)),
        Route::new("/readyz", Door::Probe, get(health::readyz).with_state(Arc::clone(&health))),
        Route::new("/metrics", Door::Probe, get(health::metrics).with_state(health)),
    ];
    router(routes).fallback(nothing_here).layer(from_fn_with_state(Traces::default(), edge))
}

/// Whether a response is made whole before it is sent. What is made meanwhile would be compressed by whoever only sends.
fn is_whole(_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions) -> bool {
    extensions.get::<Streamed>().is_none()
}

async fn nothing_here(request: Request) -> Response {
    Refusal::NotFound.answer(&caller(request.headers()))
}

/// Lets the pages of these origins call and read, without cookies, which the API does not know.
fn cors(origins: &[String]) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    if origins.is_empty() {
        return None;
    }
    let layer = CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST, Method::HEAD, Method::PATCH, Method::DELETE])
        .allow_headers(
            [
                "accept",
                "accept-language",
                "authorization",
                "content-type",
                "idempotency-key",
                "if-none-match",
                "last-event-id",
                "range",
                "tus-resumable",
                "upload-length",
                "upload-metadata",
                "upload-offset",
                "x-client-name",
                "x-client-version",
                "x-request-id",
            ]
            .map(HeaderName::from_static),
        )
        .expose_headers([
            door::REQUEST_ID,
            header::RETRY_AFTER,
            header::LOCATION,
            RATE_LIMIT,
            RATE_LIMIT_POLICY,
            header::ETAG,
            header::CONTENT_DISPOSITION,
            header::CONTENT_RANGE,
            HeaderName::from_static("tus-extension"),
            HeaderName::from_static("tus-max-size"),
            HeaderName::from_static("tus-resumable"),
            HeaderName::from_static("tus-version"),
            HeaderName::from_static("upload-expires"),
            HeaderName::from_static("upload-length"),
            HeaderName::from_static("upload-offset"),
        ])
        .max_age(PREFLIGHT_AGE);
    Some(layer)
}

//! What is at which path, and behind which layers.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{from_fn, from_fn_with_state},
    response::Response,
    routing::get,
};
use tower::util::option_layer;
use tower_http::{CompressionLevel, compression::CompressionLayer, cors::CorsLayer};

use super::{
    edge::edge,
    gate::{Gate, gate},
    health::{self, Health},
    refusal::Refusal,
    request_id::{self, RequestId},
};
use crate::{config::ServerConfig, explorer};

/// How long a browser may remember the answer to a preflight.
const PREFLIGHT_AGE: Duration = Duration::from_secs(3600);

/// Everything the server answers. `graphql` is the router of the API's endpoint.
pub fn routes(config: &ServerConfig, health: Arc<Health>, graphql: Router) -> Router {
    let probes = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .with_state(health);
    let mut work = graphql;
    if config.explorer {
        work = work.merge(explorer::router());
    }
    work.fallback(nothing_here)
        .layer(from_fn_with_state(Gate::new(config), gate))
        .merge(probes)
        // Cheap and quick: most answers are small, and the processor is the database's too.
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(option_layer(cors(&config.cors_origins)))
        .layer(from_fn(edge))
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
        .expose_headers([request_id::HEADER, header::RETRY_AFTER, HeaderName::from_static("etag")])
        .max_age(PREFLIGHT_AGE);
    Some(layer)
}

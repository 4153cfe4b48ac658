//! Is it alive, can it serve: for whoever starts, stops and balances it.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use db::{
    migrate,
    pool::{Pool, PoolSettings},
};
use serde_json::json;
use tokio::sync::watch;

use crate::door::metrics;

/// Longer than PostgreSQL ever needs for the question, shorter than a probe waits.
const PROBE_WAIT: Duration = Duration::from_secs(1);

/// What the health checks look at.
#[derive(Debug)]
pub struct Health {
    pool: Pool,
    /// A connection of its own: a busy server is a ready one.
    probe: Pool,
    stopping: watch::Receiver<bool>,
}

impl Health {
    /// Health of a server on this pool, which is not ready once `stopping` is true.
    #[must_use]
    pub fn new(pool: &Pool, stopping: watch::Receiver<bool>) -> Arc<Self> {
        let probe = Pool::new(pool.settings(), PoolSettings { size: 1, acquire_timeout: PROBE_WAIT });
        Arc::new(Self { pool: pool.clone(), probe, stopping })
    }

    /// Why this server cannot serve; nothing if it can. For operators: no secrets, but names of what is missing.
    async fn obstacles(&self) -> Vec<String> {
        let mut obstacles = Vec::new();
        if *self.stopping.borrow() {
            obstacles.push("stopping".to_owned());
        }
        // Also bounded where a connection stands but nothing comes through it.
        let pending = tokio::time::timeout(PROBE_WAIT * 2, migrate::pending(&self.probe)).await;
        metrics::database_up(matches!(pending, Ok(Ok(_))));
        match pending {
            Ok(Ok(names)) if names.is_empty() => {}
            Ok(Ok(names)) => obstacles.push(format!("migrations not applied: {}", names.join(", "))),
            Ok(Err(error)) => {
                tracing::warn!(%error, "not ready");
                obstacles.push("the database cannot be reached".to_owned());
            }
            Err(_) => obstacles.push("the database does not answer".to_owned()),
        }
        obstacles
    }
}

/// `/healthz`: the process answers. Touches nothing else, so that it holds however busy or cut off the server is.
pub async fn healthz() -> Response {
    Json(json!({ "status": "alive" })).into_response()
}

/// `/readyz`: the database is reachable, migrations are applied, and the server is not stopping; else 503 with reasons.
pub async fn readyz(State(health): State<Arc<Health>>) -> Response {
    let obstacles = health.obstacles().await;
    if obstacles.is_empty() {
        return Json(json!({ "status": "ready" })).into_response();
    }
    let body = Json(json!({ "status": "not ready", "reasons": obstacles }));
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "2")], body).into_response()
}

/// `/metrics`: numbers in the text format of Prometheus.
pub async fn metrics(State(health): State<Arc<Health>>) -> Response {
    metrics::pool(health.pool.usage());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics::render()).into_response()
}

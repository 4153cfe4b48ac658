//! Is it alive, can it serve: for whoever starts, stops and balances it.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use db::{
    DbError, migrate,
    pool::{Pool, PoolSettings},
    queues::queues,
    together::Together,
    vitals,
};
use schema::clock::Clock;
use serde_json::json;
use tokio::sync::watch;

use crate::{database::Database, door::metrics, graphql::cache::AnswerCache};

/// Longer than PostgreSQL ever needs for the question, shorter than a probe waits.
const PROBE_WAIT: Duration = Duration::from_secs(1);

/// What the health checks look at.
#[derive(Debug)]
pub struct Health {
    pool: Pool,
    /// A connection of its own: a busy server is a ready one.
    probe: Pool,
    /// What the supervision of the embedded PostgreSQL says.
    trouble: Option<watch::Receiver<Option<String>>>,
    /// What the database said last.
    known: Together<Vec<String>>,
    /// Whose numbers are told too.
    cache: Option<Arc<AnswerCache>>,
    clock: Clock,
    stopping: watch::Receiver<bool>,
}

impl Health {
    /// Health of a server on this database, which is not ready once `stopping` is true.
    #[must_use]
    pub fn new(
        database: &Database,
        cache: Option<Arc<AnswerCache>>,
        clock: Clock,
        stopping: watch::Receiver<bool>,
    ) -> Arc<Self> {
        let pool = database.pool();
        let probe = Pool::new(pool.settings(), PoolSettings { size: 1, acquire_timeout: PROBE_WAIT });
        let (pool, trouble) = (pool.clone(), database.trouble());
        Arc::new(Self { pool, probe, trouble, known: Together::default(), cache, clock, stopping })
    }

    /// Why this server cannot serve; nothing if it can. For operators: no secrets, but names of what is missing.
    async fn obstacles(&self) -> Vec<String> {
        let mut obstacles = Vec::new();
        if *self.stopping.borrow() {
            obstacles.push("stopping".to_owned());
        }
        let trouble = self.trouble.as_ref().and_then(|trouble| trouble.borrow().clone());
        obstacles.extend(trouble);
        obstacles.extend(self.of_database().await);
        obstacles
    }

    /// What the database says since somebody came. It is asked once for all who wait: anybody may come, as often as they like.
    async fn of_database(&self) -> Vec<String> {
        self.known.ask(async || self.ask().await).await
    }

    async fn ask(&self) -> Vec<String> {
        let mut obstacles = Vec::new();
        // Also bounded where a connection stands but nothing comes through it.
        let asked = async { Ok((migrate::pending(&self.probe).await?, vitals::takes_changes(&self.probe).await?)) };
        let told: Result<Result<_, DbError>, _> = tokio::time::timeout(PROBE_WAIT * 2, asked).await;
        metrics::database_up(matches!(told, Ok(Ok(_))));
        match told {
            Ok(Ok((pending, takes_changes))) => {
                if !pending.is_empty() {
                    obstacles.push(format!("migrations not applied: {}", pending.join(", ")));
                }
                if !takes_changes {
                    obstacles.push("the database takes no changes: it is a standby, or set to read only".to_owned());
                }
            }
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

/// `/readyz`: the database is reachable and takes changes, migrations are applied, and the server is not stopping; else 503 with reasons.
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
    if let Some(reads) = health.pool.reads() {
        metrics::reads(reads);
    }
    if let Some(cache) = &health.cache {
        let (looks, bytes) = cache.usage();
        metrics::answers_kept(looks, bytes);
    }
    // Without the database they stay as they were; `cotmoc_db_up` says so.
    let waiting = tokio::time::timeout(PROBE_WAIT, queues(&health.probe, health.clock.now())).await;
    metrics::database_up(matches!(waiting, Ok(Ok(_))));
    if let Ok(Ok(waiting)) = waiting {
        metrics::waiting(waiting);
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics::render()).into_response()
}

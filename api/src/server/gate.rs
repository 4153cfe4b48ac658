//! How much is let in: bodies of a bounded size, in a bounded time, uncompressed; a bounded number of requests at once,
//! each for a bounded time. Whoever is too many is told at once: a queue would only make everybody late.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, HttpBody as _},
    extract::{Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::{sync::Semaphore, time::timeout};

use crate::{
    config::ServerConfig,
    door::{Refusal, metrics, request_id},
};

/// Bodies on their way in, for each request that may be worked on: slow senders take these places, not the others.
const BODIES_PER_REQUEST: usize = 4;

/// Execution stops by itself at the time limit; it has this long to say so in its own words.
const REPORT: Duration = Duration::from_millis(500);

/// The limits of one server, and who is inside.
#[derive(Debug)]
pub struct Gate {
    config: ServerConfig,
    bodies: Semaphore,
    work: Semaphore,
}

impl Gate {
    /// A gate with nobody inside.
    #[must_use]
    pub fn new(config: &ServerConfig) -> Arc<Self> {
        Arc::new(Self {
            config: config.clone(),
            bodies: Semaphore::new(config.concurrency.saturating_mul(BODIES_PER_REQUEST)),
            work: Semaphore::new(config.concurrency),
        })
    }

    /// The request with its whole body in hand.
    async fn received(&self, request: Request) -> Result<Request, Refusal> {
        let (parts, body) = request.into_parts();
        if is_compressed(&parts.headers) {
            return Err(Refusal::Compressed);
        }
        if body.is_end_stream() {
            return Ok(Request::from_parts(parts, body));
        }
        // The length, if it is told, is known before a byte is read.
        let limit = self.config.body_limit;
        if body.size_hint().lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
            return Err(Refusal::TooLarge);
        }
        let _place = self.bodies.try_acquire().map_err(|_| Refusal::Saturated)?;
        let bytes = match timeout(self.config.body_timeout, Limited::new(body, limit).collect()).await {
            Err(_) => return Err(Refusal::TooSlow),
            Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(Refusal::TooLarge),
            Ok(Err(_)) => return Err(Refusal::Broken),
            Ok(Ok(collected)) => collected.to_bytes(),
        };
        Ok(Request::from_parts(parts, Body::from(bytes)))
    }

    async fn pass(&self, request: Request, next: Next) -> Result<Response, Refusal> {
        let request = self.received(request).await?;
        let _place = self.work.try_acquire().map_err(|_| Refusal::Saturated)?;
        timeout(self.config.request_timeout + REPORT, next.run(request)).await.map_err(|_| Refusal::TimedOut)
    }
}

fn is_compressed(headers: &HeaderMap) -> bool {
    headers.get_all(header::CONTENT_ENCODING).iter().any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// The layer around everything that costs work.
pub async fn gate(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    match gate.pass(request, next).await {
        Ok(response) => response,
        Err(refusal) => {
            metrics::refused(refusal.reason());
            refusal.answer(&id)
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, middleware::from_fn_with_state, routing::get};
    use tokio::sync::Notify;
    use tower::ServiceExt as _;

    use super::*;
    use crate::config::{
        Config, Sources,
        settings::{CONCURRENCY, DATA_DIR, REQUEST_TIMEOUT},
    };

    fn gated(routes: Router, setting: crate::config::settings::Setting, value: &str) -> Router {
        let given = [(setting, value.to_owned()), (DATA_DIR, "/nowhere".to_owned())];
        let config = Config::load(&Sources::of_flags(given)).unwrap();
        routes.layer(from_fn_with_state(Gate::new(&config.server), gate))
    }

    async fn status(routes: Router) -> StatusCode {
        routes.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap().status()
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_never_ends_is_given_up() {
        let never = Router::new().route("/", get(std::future::pending::<()>));
        assert_eq!(status(gated(never, REQUEST_TIMEOUT, "20s")).await, StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn a_place_is_free_again_when_its_request_is_done() {
        let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (inside, leaving) = (entered.clone(), leave.clone());
        let work = get(async move || {
            inside.notify_one();
            leaving.notified().await;
        });
        let routes = gated(Router::new().route("/", work), CONCURRENCY, "1");
        let first = tokio::spawn(status(routes.clone()));
        entered.notified().await;
        assert_eq!(status(routes.clone()).await, StatusCode::SERVICE_UNAVAILABLE);
        leave.notify_one();
        assert_eq!(first.await.unwrap(), StatusCode::OK);
        leave.notify_one();
        assert_eq!(status(routes).await, StatusCode::OK);
    }
}

//! How much is let in: bodies of a bounded size, as fast as they should come, uncompressed; each request for a bounded time.
//!
//! Whoever reads and writes is not who works: behind the gate a request is a task of the working threads, to its last compressed
//! byte. When its client goes away, the task ends.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, HttpBody as _},
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::Response,
};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use tokio::{
    runtime::Handle,
    task::JoinHandle,
    time::{Instant, timeout, timeout_at},
};
use tracing::Instrument as _;

use crate::{
    config::ServerConfig,
    door::{Refusal, Streamed, caller, client_address, metrics},
    files::imports,
    limits::{Sharer, places::Places},
};

/// Bodies on their way in: slow senders take these places, not the others. Each may hold as much as a body may.
const BODIES: usize = 128;

/// Files on their way in, beside them.
const FILES: usize = 4;

/// How much longer than another body a file may take.
const LONGER: u32 = 6;

/// How long a body may take that comes as slowly as it likes.
const GRACE: Duration = Duration::from_secs(3);

/// Beyond that, so many bytes must have come for each second.
const RATE: u32 = 8 << 10;

/// Execution stops by itself at the time limit; it has this long to say so in its own words.
const REPORT: Duration = Duration::from_millis(500);

/// The limits of one server, and who is on the way in.
#[derive(Debug)]
pub struct Gate {
    config: ServerConfig,
    bodies: Arc<Places>,
    files: Arc<Places>,
    /// Where the work is done.
    work: Handle,
}

impl Gate {
    /// A gate with nobody inside.
    #[must_use]
    pub fn new(config: &ServerConfig, work: Handle) -> Arc<Self> {
        Arc::new(Self {
            config: config.clone(),
            bodies: Places::of_addresses(BODIES),
            files: Places::of_addresses(FILES),
            work,
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
        let is_file = parts.uri.path().starts_with(imports::PREFIX);
        // Nobody sends one without a token: it need not be read.
        if is_file && !parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(Request::from_parts(parts, Body::empty()));
        }
        let limit = if is_file { self.config.files_limit } else { self.config.body_limit };
        // The length, if it is told, is known before a byte is read.
        if body.size_hint().lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
            return Err(Refusal::TooLarge);
        }
        let sharer = Sharer::of(None, client_address(&parts.extensions));
        let places = if is_file { &self.files } else { &self.bodies };
        let _place = places.try_take(sharer).map_err(|_| Refusal::Saturated)?;
        let longest = self.config.body_timeout * if is_file { LONGER } else { 1 };
        let bytes = collected(body, limit, longest).await?;
        Ok(Request::from_parts(parts, Body::from(bytes)))
    }

    async fn pass(&self, request: Request, next: Next) -> Result<Response, Refusal> {
        let request = self.received(request).await?;
        let work = async move { whole(next.run(request).await).await };
        let mut working = Working(self.work.spawn(work.in_current_span()));
        let limit = self.config.request_timeout + REPORT;
        timeout(limit, &mut working.0).await.map_err(|_| Refusal::TimedOut)?.map_err(|_| Refusal::Fault)?
    }
}

/// A whole body, within its limits of size and time.
async fn collected(mut body: Body, limit: usize, longest: Duration) -> Result<Bytes, Refusal> {
    let (begin, mut bytes) = (Instant::now(), BytesMut::new());
    loop {
        let earned = Duration::from_secs(1) * u32::try_from(bytes.len()).unwrap_or(u32::MAX) / RATE;
        let deadline = begin + (GRACE + earned).min(longest);
        let frame = match timeout_at(deadline, body.frame()).await {
            Err(_) => return Err(Refusal::TooSlow),
            Ok(None) => return Ok(bytes.freeze()),
            Ok(Some(Err(_))) => return Err(Refusal::Broken),
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(Refusal::TooLarge);
        }
        bytes.extend_from_slice(&data);
    }
}

/// Work that ends with whoever waits for it.
struct Working(JoinHandle<Result<Response, Refusal>>);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An answer whose bytes are made, unless it is a stream: compressing is work too.
async fn whole(response: Response) -> Result<Response, Refusal> {
    let is_stream = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
    if is_stream
        || response.extensions().get::<Streamed>().is_some()
        || response.status() == StatusCode::SWITCHING_PROTOCOLS
        || response.body().size_hint().exact().is_some()
    {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let collected = body.collect().await.map_err(|_| Refusal::Fault)?;
    Ok(Response::from_parts(parts, Body::from(collected.to_bytes())))
}

fn is_compressed(headers: &HeaderMap) -> bool {
    headers.get_all(header::CONTENT_ENCODING).iter().any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// The layer around everything that costs work.
pub async fn gate(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let caller = caller(request.headers());
    match gate.pass(request, next).await {
        Ok(response) => response,
        Err(refusal) => {
            metrics::refused(refusal.reason());
            refusal.answer(&caller)
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, middleware::from_fn_with_state, routing::get};
    use futures_util::{StreamExt as _, stream};
    use tower::ServiceExt as _;

    use super::*;
    use crate::config::{
        Config, Sources,
        settings::{DATA_DIR, REQUEST_TIMEOUT},
    };

    fn gated(routes: Router, setting: crate::config::settings::Setting, value: &str) -> Router {
        let given = [(setting, value.to_owned()), (DATA_DIR, "/nowhere".to_owned())];
        let config = Config::load(&Sources::of_flags(given)).unwrap();
        routes.layer(from_fn_with_state(Gate::new(&config.server, Handle::current()), gate))
    }

    async fn status(routes: Router) -> StatusCode {
        routes.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap().status()
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_never_ends_is_given_up() {
        let never = Router::new().route("/", get(std::future::pending::<()>));
        assert_eq!(status(gated(never, REQUEST_TIMEOUT, "20s")).await, StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_comes_too_slowly_is_cut_off_and_one_that_does_not_is_taken() {
        let taken = Router::new().route("/", get(async || "").post(async |body: Bytes| body.len().to_string()));
        let send = async |bytes: usize, every: Duration| {
            let pieces = stream::iter(0..20).then(move |_| async move {
                tokio::time::sleep(every).await;
                Ok::<_, std::io::Error>(Bytes::from(vec![b' '; bytes]))
            });
            let request = Request::post("/").body(Body::from_stream(pieces)).unwrap();
            gated(taken.clone(), REQUEST_TIMEOUT, "20s").oneshot(request).await.unwrap().status()
        };
        assert_eq!(send(5_000, Duration::from_millis(500)).await, StatusCode::OK);
        assert_eq!(send(5, Duration::from_millis(500)).await, StatusCode::REQUEST_TIMEOUT);
    }
}

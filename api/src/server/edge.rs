//! What every request passes first and every answer last: its id, its log line, its numbers, its security headers, and
//! the net under a panic.

use std::{panic::AssertUnwindSafe, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use futures_util::FutureExt as _;
use schema::caller::RequestId;
use tracing::Instrument as _;

use crate::{
    door::{REQUEST_ID, Refusal, caller, header_value, metrics},
    graphql::Noted,
    telemetry::{Traced, Traces},
};

/// Sent unless the answer says otherwise: the explorer, for one, brings a policy of its own.
const SECURITY_HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::CACHE_CONTROL, "no-store"),
];

/// The outermost layer.
pub async fn edge(State(traces): State<Traces>, mut request: Request, next: Next) -> Response {
    let caller = caller(request.headers());
    let id = caller.request_id.clone();
    // Whoever answers further in finds it where a proxy would have put it.
    request.headers_mut().insert(REQUEST_ID, header_value(&id));
    // Of the highest level, so that no filter takes the id off a line that it lets through.
    let span = tracing::error_span!("request", id = id.as_str(), trace_id = tracing::field::Empty);
    let seen = Seen::of(&request, &traces);
    if let Some(trace) = seen.traced.trace() {
        span.record("trace_id", trace);
        request.extensions_mut().insert(seen.traced.clone());
    }
    async move {
        let begin = Instant::now();
        let in_flight = metrics::InFlight::begin();
        let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        drop(in_flight);
        let mut response = answered.unwrap_or_else(|_| Refusal::Fault.answer(&caller));
        add_headers(response.headers_mut(), &id);
        seen.note(&response, begin);
        response
    }
    .instrument(span)
    .await
}

/// What is known of a request when it is gone. Never its query string, headers or body, which may hold secrets.
struct Seen {
    method: axum::http::Method,
    path: String,
    route: String,
    traced: Traced,
}

impl Seen {
    fn of(request: &Request, traces: &Traces) -> Self {
        // The pattern, not the path: the number of series must not be the caller's choice.
        let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str);
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        Self {
            traced: if is_probe(&path) { Traced::default() } else { traces.begin(request.headers(), &method, route) },
            method,
            path,
            route: route.to_owned(),
        }
    }

    fn note(self, response: &Response, begin: Instant) {
        let took = begin.elapsed();
        let status = response.status().as_u16();
        metrics::request_done(&self.method, self.route, status, took);
        self.traced.number("http.response.status_code", status.into());
        if response.status().is_server_error() {
            self.traced.fail();
        }
        self.traced.end();
        let (method, path) = (self.method.as_str(), self.path.as_str());
        let milliseconds = took.as_secs_f64() * 1000.0;
        // One line for a request: what its operations say is more.
        let is_noted = status == 200 && response.extensions().get::<Noted>().is_some();
        if is_noted || is_probe(path) {
            tracing::debug!(method, path, status, milliseconds, "answered");
        } else {
            tracing::info!(method, path, status, milliseconds, "answered");
        }
    }
}

/// Probes come every few seconds for ever: their lines and traces would bury the others.
fn is_probe(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz" | "/metrics")
}

fn add_headers(headers: &mut HeaderMap, id: &RequestId) {
    headers.insert(REQUEST_ID, header_value(id));
    for (name, value) in SECURITY_HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        Router,
        body::{Body, to_bytes},
        http::StatusCode,
        middleware::from_fn_with_state,
        routing::get,
    };
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_answered_with_the_requests_id_and_nothing_else() {
        let routes = Router::new().route("/", get(async || -> &str { panic!("bí mật") }));
        let routes = routes.layer(from_fn_with_state(Traces::default(), edge));
        let request = Request::get("/").header("x-request-id", "id-7").body(Body::empty()).unwrap();
        let answer = routes.oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = to_bytes(answer.into_body(), 4096).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(text.contains("INTERNAL") && text.contains("id-7") && !text.contains("bí mật"), "{text}");
    }

    #[tokio::test]
    async fn an_answer_keeps_the_headers_it_brings() {
        let page = async || ([(header::CACHE_CONTROL, "public"), (header::CONTENT_SECURITY_POLICY, "own")], "");
        let routes = Router::new().route("/", get(page)).layer(from_fn_with_state(Traces::default(), edge));
        let answer = routes.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "public");
        assert_eq!(answer.headers()[header::CONTENT_SECURITY_POLICY], "own");
        assert_eq!(answer.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
}

//! What the headers tell of whoever asks: the name of the request, and the language of its answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header::ACCEPT_LANGUAGE};
use schema::{
    caller::{Caller, RequestId},
    language::from_accept_language,
};

/// The header that names a request, in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a proxy sent if it is fit for a log, else a new one. Past the outermost layer every request carries one in its header.
#[must_use]
pub fn request_id(headers: &HeaderMap) -> RequestId {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    given.and_then(RequestId::given).unwrap_or_default()
}

/// As the value of a header.
#[must_use]
pub fn header_value(id: &RequestId) -> HeaderValue {
    HeaderValue::from_str(id.as_str()).unwrap_or(HeaderValue::from_static("invalid"))
}

/// Whoever waits for the answer.
#[must_use]
pub fn caller(headers: &HeaderMap) -> Caller {
    let language = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Caller { request_id: request_id(headers), language: from_accept_language(language) }
}

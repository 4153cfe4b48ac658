//! The header that names a request.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use schema::caller::RequestId;

/// The header, in both directions.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// What a proxy sent if it is fit for a log, else a new one. Past the outermost layer every request carries one in its header.
#[must_use]
pub fn request_id(headers: &HeaderMap) -> RequestId {
    let given = headers.get(HEADER).and_then(|value| value.to_str().ok());
    given.and_then(RequestId::given).unwrap_or_default()
}

/// As the value of a header.
#[must_use]
pub fn header_value(id: &RequestId) -> HeaderValue {
    HeaderValue::from_str(id.as_str()).unwrap_or(HeaderValue::from_static("invalid"))
}

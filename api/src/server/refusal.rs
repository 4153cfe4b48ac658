//! Answers of the server itself, where no GraphQL has run: the same shape as a GraphQL error, so that a client needs
//! one way to read them.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::request_id::RequestId;

/// Why the server does not answer what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing is at this path.
    NotFound,
    /// The body is larger than the setting allows.
    TooLarge,
    /// The body did not arrive in time.
    TooSlow,
    /// The body broke off.
    Broken,
    /// The body is compressed, which could hide any size.
    Compressed,
    /// Too many requests are being worked on.
    Saturated,
    /// The answer took longer than the setting allows.
    TimedOut,
    /// A defect; the log knows more, under the request id.
    Fault,
}

impl Refusal {
    /// Status, stable code and message.
    const fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND", "Nothing is here. The API is at /graphql."),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "BAD_REQUEST", "The request body is too large."),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "BAD_REQUEST", "The request body did not arrive in time."),
            Self::Broken => (StatusCode::BAD_REQUEST, "BAD_REQUEST", "The request body could not be read."),
            Self::Compressed => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", "Compressed request bodies are not accepted.")
            }
            Self::Saturated => {
                (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "The server is busy. Try again shortly.")
            }
            Self::TimedOut => (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "The answer took too long."),
            Self::Fault => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "Something went wrong on our side."),
        }
    }

    /// One word for the metrics.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::Broken => "broken",
            Self::Compressed => "compressed",
            Self::Saturated => "saturated",
            Self::TimedOut => "timed_out",
            Self::Fault => "fault",
        }
    }

    /// The answer.
    #[must_use]
    pub fn answer(self, id: &RequestId) -> Response {
        let (status, code, message) = self.parts();
        let body = json!({
            "errors": [{ "message": message, "extensions": { "code": code, "requestId": id.as_str() } }]
        });
        let mut response = (status, axum::Json(body)).into_response();
        match self {
            Self::Saturated | Self::TimedOut => {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            // What remains of the body would be taken for the next request.
            Self::TooLarge | Self::TooSlow | Self::Broken => {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Self::NotFound | Self::Compressed | Self::Fault => {}
        }
        response
    }
}

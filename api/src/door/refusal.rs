//! Answers of the server itself, where no GraphQL has run: the same shape as a GraphQL error, so that a client needs
//! one way to read them.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use schema::{caller::RequestId, error::Code};
use serde_json::json;

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
    /// It is addressed to a name that is not this server's.
    Misdirected,
    /// It names two hosts, or one that cannot be read.
    Ambiguous,
    /// Too many sign-ins from one address.
    RateLimited,
    /// The answer took longer than the setting allows.
    TimedOut,
    /// The database cannot be reached.
    Away,
    /// A defect; the log knows more, under the request id.
    Fault,
}

impl Refusal {
    /// The stable code, which knows its status, and the message.
    const fn parts(self) -> (Code, &'static str) {
        match self {
            Self::NotFound => (Code::NotFound, "Nothing is here. The API is at /graphql."),
            Self::TooLarge => (Code::PayloadTooLarge, "The request body is too large."),
            Self::TooSlow => (Code::RequestTimeout, "The request body did not arrive in time."),
            Self::Broken => (Code::BadRequest, "The request body could not be read."),
            Self::Compressed => (Code::UnsupportedMediaType, "Compressed request bodies are not accepted."),
            Self::Saturated => (Code::Unavailable, "The server is busy. Try again shortly."),
            Self::Misdirected => {
                (Code::Misdirected, "This server has another name. Its operator lists its names in COTMOC_HOSTS.")
            }
            Self::Ambiguous => (Code::BadRequest, "A request names one host."),
            Self::RateLimited => (Code::RateLimited, "Too many sign-ins from this address. Try again later."),
            Self::TimedOut => (Code::Timeout, "The answer took too long."),
            Self::Away => (Code::Unavailable, "The service is unavailable for a moment. Try again shortly."),
            Self::Fault => (Code::Internal, "Something went wrong on our side."),
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
            Self::Misdirected => "misdirected",
            Self::Ambiguous => "ambiguous",
            Self::RateLimited => "rate_limited",
            Self::TimedOut => "timed_out",
            Self::Away => "away",
            Self::Fault => "fault",
        }
    }

    /// The answer.
    #[must_use]
    pub fn answer(self, id: &RequestId) -> Response {
        let (code, message) = self.parts();
        let body = json!({
            "errors": [{ "message": message, "extensions": { "code": code.as_str(), "requestId": id.as_str() } }]
        });
        let mut response = (code.status(), axum::Json(body)).into_response();
        match self {
            Self::Saturated | Self::TimedOut | Self::Away => {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            // What remains of the body would be taken for the next request.
            Self::TooLarge | Self::TooSlow | Self::Broken => {
                response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Self::NotFound
            | Self::Compressed
            | Self::Misdirected
            | Self::Ambiguous
            | Self::RateLimited
            | Self::Fault => {}
        }
        response
    }
}

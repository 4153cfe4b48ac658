//! Answers of the server itself, where no GraphQL has run: the same shape as a GraphQL error, so that a client needs
//! one way to read them.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use schema::{caller::Caller, error::Code, language::Language};
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
    /// The stable code, which knows its status, and the message in Vietnamese and in English.
    const fn parts(self) -> (Code, &'static str, &'static str) {
        match self {
            Self::NotFound => (
                Code::NotFound,
                "Không có gì ở địa chỉ này; API ở /graphql",
                "There is nothing at this address; the API is at /graphql",
            ),
            Self::TooLarge => (Code::PayloadTooLarge, "Nội dung gửi lên quá lớn", "The request body is too large"),
            Self::TooSlow => (
                Code::RequestTimeout,
                "Nội dung gửi lên không đến kịp thời hạn",
                "The request body did not arrive in time",
            ),
            Self::Broken => (Code::BadRequest, "Không đọc được nội dung gửi lên", "The request body could not be read"),
            Self::Compressed => (
                Code::UnsupportedMediaType,
                "Không nhận nội dung đã nén; hãy gửi ở dạng không nén",
                "Compressed request bodies are not accepted; send it uncompressed",
            ),
            Self::Saturated => (
                Code::Unavailable,
                "Hệ thống đang bận, xin thử lại sau giây lát",
                "The server is busy, please try again shortly",
            ),
            Self::Misdirected => (
                Code::Misdirected,
                "Máy chủ này mang tên khác; người vận hành khai báo tên trong COTMOC_HOSTS",
                "This server has another name; its operator lists its names in COTMOC_HOSTS",
            ),
            Self::Ambiguous => {
                (Code::BadRequest, "Một yêu cầu chỉ nêu một tên máy chủ", "A request names exactly one host")
            }
            Self::RateLimited => (
                Code::RateLimited,
                "Địa chỉ này đã đăng nhập quá nhiều lần, xin thử lại sau",
                "Too many sign-ins from this address, please try again later",
            ),
            Self::TimedOut => (Code::Timeout, "Yêu cầu chạy quá lâu nên đã bị dừng", "The answer took too long"),
            Self::Away => (
                Code::Unavailable,
                "Hệ thống tạm thời gián đoạn, xin thử lại sau giây lát",
                "The service is unavailable for a moment, please try again",
            ),
            Self::Fault => (Code::Internal, "Lỗi hệ thống", "Something went wrong on the server"),
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

    /// The answer, in the language of whoever asked.
    #[must_use]
    pub fn answer(self, caller: &Caller) -> Response {
        let (code, vi, en) = self.parts();
        let message = match caller.language {
            Language::Vi => vi,
            Language::En => en,
        };
        let id = caller.request_id.as_str();
        let body =
            json!({ "errors": [{ "message": message, "extensions": { "code": code.as_str(), "requestId": id } }] });
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

//! The name of one request, on each of its log lines and on its answer.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// The header that carries it, in both directions.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Long enough for a UUID with a prefix, too short to fill a log.
const LONGEST: usize = 64;

/// The name of one request: what a proxy sent if it is fit for a log, else a new version 7 UUID. Past the
/// outermost layer every request carries one in its header. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The one that the headers ask for, or a new one.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let fit = |id: &&str| {
            (1..=LONGEST).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        let given = headers.get(HEADER).and_then(|value| value.to_str().ok()).filter(fit);
        given.map_or_else(Self::new, |id| Self(id.into()))
    }

    /// A new one.
    #[must_use]
    pub fn new() -> Self {
        Self(Uuid::now_v7().to_string().into())
    }

    /// Its text: ASCII letters, digits and `-_.`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As the value of a header.
    #[must_use]
    pub fn header_value(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static("invalid"))
    }
}

impl Default for RequestId {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(sent: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, HeaderValue::from_bytes(sent.as_bytes()).unwrap());
        RequestId::of(&headers).as_str().to_owned()
    }

    #[test]
    fn a_sane_one_is_kept() {
        assert_eq!(id("proxy-01.abc_DEF"), "proxy-01.abc_DEF");
    }

    #[test]
    fn anything_else_is_replaced() {
        for sent in ["", "a b", "tỉnh", "\"}{", &"x".repeat(65)] {
            assert!(Uuid::parse_str(&id(sent)).is_ok(), "{sent}");
        }
        assert_ne!(RequestId::new(), RequestId::new());
    }
}

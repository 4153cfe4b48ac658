//! Which pages may open a long connection. A browser lets every page try, without asking the server first.

use axum::http::{HeaderMap, header};
use schema::error::{ApiError, Code};

/// A page of another site, by its origin.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Foreign(String);

/// Whether a page of that origin may connect: one of ours, one of the allow-list, or no page at all.
pub(super) fn welcome(headers: &HeaderMap, origins: &[String]) -> Result<(), Foreign> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let Ok(origin) = origin.to_str() else { return Err(Foreign("this site".to_owned())) };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_ours = origin.split_once("://").is_some_and(|(_, own)| !own.is_empty() && own.eq_ignore_ascii_case(host));
    let is_listed = origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin));
    if is_ours || is_listed { Ok(()) } else { Err(Foreign(origin.to_owned())) }
}

impl Foreign {
    /// What to do about it. A proxy for development that changes the host, say, makes every page a foreign one.
    pub fn advice(&self) -> String {
        format!("list {} in COTMOC_CORS_ORIGINS, or keep the host in your proxy", self.0)
    }

    /// The refusal where no connection has begun.
    pub fn error(&self) -> ApiError {
        ApiError::new(
            Code::Forbidden,
            format!("Trang này không được kết nối: {}", self.advice()),
            format!("This page may not connect: {}", self.advice()),
        )
    }
}

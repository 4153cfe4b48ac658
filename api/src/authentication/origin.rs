//! Where a request came from, and what its client says of itself.

use axum::http::{HeaderMap, request::Parts};
use db::Origin;

use crate::door::{client_address, request_id};

/// The longest of what clients say of themselves, in bytes, that is kept.
const LONGEST: usize = 200;

/// Where a request came from, by its connection and its headers.
#[must_use]
pub fn origin(parts: &Parts) -> Origin {
    Origin {
        address: client_address(&parts.extensions).map(|address| address.to_string()),
        client_name: said(&parts.headers, "x-client-name"),
        client_version: said(&parts.headers, "x-client-version"),
        user_agent: said(&parts.headers, "user-agent"),
        request_id: Some(request_id(&parts.headers).as_str().to_owned()),
    }
}

/// A header in visible ASCII that is not too long; what is not like that was not said.
fn said(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    (!value.is_empty() && value.len() <= LONGEST).then(|| value.to_owned())
}

//! Who comes in at the paths that take files, and what goes out of them.

use std::sync::Arc;

use auth::{Acts, Denied};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, header, request::Parts},
};
use db::{Acting, Once, Pool, Writer};
use form_urlencoded::byte_serialize;
use schema::{
    caller::Caller,
    clock::Clock,
    error::{ApiError, Code},
    viewer::Viewer,
};

use crate::{
    authentication::Authenticate,
    door::client_address,
    graphql::refuse,
    limits::{Load, RateLimits},
};

/// What those paths share.
#[derive(Clone)]
pub struct Entrance {
    /// The database.
    pub pool: Pool,
    /// What time it is.
    pub clock: Clock,
    /// Who may ask how often.
    pub limits: Arc<RateLimits>,
    /// Who asks.
    pub authenticate: Authenticate,
}

impl Entrance {
    /// Who asks, if that is not more than they may ask for.
    pub async fn admit(&self, parts: &Parts, load: Load) -> Result<Viewer, ApiError> {
        let address = client_address(&parts.extensions);
        let viewer = match (self.authenticate)(parts).await {
            Ok(viewer) => viewer,
            Err(error) if error.code() == Code::Unauthenticated => {
                return Err(self.limits.count_refused_token(address).refusal().unwrap_or(error));
            }
            Err(error) => return Err(error),
        };
        let counted = self.limits.count(load, viewer.principal.actor().account(), address);
        counted.refusal().map_or(Ok(viewer), Err)
    }

    /// What they write with.
    #[must_use]
    pub fn writer(&self, viewer: &Viewer) -> Writer {
        self.clock.writer(self.pool.clone(), (*viewer.origin).clone())
    }

    /// They do something that has no key.
    pub fn acting<A: Acts>(&self, viewer: &Viewer) -> Result<Acting<A>, Denied> {
        Acting::new(Once::without_key(self.writer(viewer)), &viewer.principal)
    }
}

/// An error in place of a file; what is ours to mend stands in the log.
pub fn refused(error: ApiError, caller: &Caller) -> Response<Body> {
    if let Some(cause) = error.cause()
        && error.code().status().is_server_error()
    {
        tracing::error!(%cause, request = caller.request_id.as_str(), "a file could not be taken or given");
    }
    refuse(error, caller)
}

/// Says that a file is to be saved, under a name: twice where that is not ASCII, since not all programs read the second.
pub fn save_as(headers: &mut HeaderMap, name: &str) {
    let plain = |c: char| c.is_ascii_alphanumeric() || " .,-_()".contains(c);
    let ascii: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let mut value = format!("attachment; filename=\"{ascii}\"");
    if ascii != name {
        let encoded: String = byte_serialize(name.as_bytes()).collect();
        value = format!("{value}; filename*=UTF-8''{}", encoded.replace('+', "%20"));
    }
    if let Ok(value) = HeaderValue::from_str(&value) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
}

/// Says the same of a file that somebody has sent or filled in: nothing of it runs, should it be shown all the same.
pub fn save_foreign_as(headers: &mut HeaderMap, name: &str) {
    save_as(headers, name);
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_in_letters_that_every_program_reads() {
        for (name, told) in [
            ("so-lieu-2025-12.xlsx", "attachment; filename=\"so-lieu-2025-12.xlsx\""),
            (
                "Biên bản (1).pdf",
                "attachment; filename=\"Bi_n b_n (1).pdf\"; filename*=UTF-8''Bi%C3%AAn%20b%E1%BA%A3n%20%281%29.pdf",
            ),
            ("a\"; x=\\.pdf", "attachment; filename=\"a__ x__.pdf\"; filename*=UTF-8''a%22%3B%20x%3D%5C.pdf"),
        ] {
            let mut headers = HeaderMap::new();
            save_as(&mut headers, name);
            assert_eq!(headers[header::CONTENT_DISPOSITION], told, "{name}");
        }
    }
}

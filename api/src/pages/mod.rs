//! Pages for people, served from inside the binary: how their files are kept, sent and protected.
//!
//! What the pages are is said by their own modules: [`crate::home`], [`crate::app`] and [`crate::explorer`].

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::MethodRouter,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use tracing::error;

mod bundle;

pub use bundle::Bundle;
#[cfg(test)]
pub(crate) use bundle::tests as bundle_tests;

/// For what changes with the binary under the same address.
pub const REVALIDATE: &str = "no-cache";
/// For files whose name holds a hash of their content.
pub const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// Answers with a policy of what the page may load and contact, and with nothing that tells others where its reader was.
///
/// A layer around it should only fill in what is missing.
pub fn protected(methods: MethodRouter, policy: &'static str) -> MethodRouter {
    methods.layer(middleware::from_fn(move |request: Request, next: Next| async move {
        let headers = [
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
        ];
        (headers, next.run(request).await).into_response()
    }))
}

/// A file of a bundle, compressed for whoever reads that; 404 if the bundle has none of this name.
#[must_use]
pub fn file(bundle: &Bundle, path: &str, cache: &'static str, request: &HeaderMap) -> Response {
    let Some(file) = bundle.file(path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    respond(request, &file.etag, cache, || {
        let headers = [(header::CONTENT_TYPE, file.content_type), (header::VARY, "accept-encoding")];
        if reads_brotli(request) {
            return (headers, [(header::CONTENT_ENCODING, "br")], file.compressed.clone()).into_response();
        }
        match file.plain() {
            Ok(plain) => (headers, plain).into_response(),
            Err(error) => {
                error!(path, %error, "a file of a page does not decompress");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    })
}

/// The whole answer, or 304 if the client already holds it.
pub fn respond(request: &HeaderMap, etag: &str, cache: &'static str, whole: impl FnOnce() -> Response) -> Response {
    let held = list(request, &header::IF_NONE_MATCH).any(|held| held == etag || held == "*");
    let response = if held { StatusCode::NOT_MODIFIED.into_response() } else { whole() };
    if response.status().is_server_error() {
        return response;
    }
    ([(header::ETAG, etag), (header::CACHE_CONTROL, cache)], response).into_response()
}

fn reads_brotli(request: &HeaderMap) -> bool {
    list(request, &header::ACCEPT_ENCODING).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight.trim().strip_prefix("q=").and_then(|q| q.parse().ok()) == Some(0.0);
        name.trim().eq_ignore_ascii_case("br") && !refused
    })
}

/// The members of a header that holds a comma-separated list, over all its lines.
fn list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',').map(str::trim))
}

/// Weak, because the bytes also travel compressed under the same tag.
#[must_use]
pub fn etag(content: &[u8]) -> String {
    format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(content)))
}

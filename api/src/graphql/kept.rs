//! How a kept answer is sent.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, Response, StatusCode, header, request::Parts},
};

use super::{cache::Kept, encoding::Encoding, media::Media};

/// Says whether an answer was known: `hit`, `shared`, `miss`, or `pass`. Of a batch, each in its turn.
pub const X_CACHE: HeaderName = HeaderName::from_static("x-cache");

/// What an answer depends on beside the address.
const VARY: HeaderValue = HeaderValue::from_static("accept, accept-encoding, accept-language, authorization");

/// For what everybody may read: kept by whoever likes, and asked for again each time.
const PUBLIC: HeaderValue = HeaderValue::from_static("public, no-cache");
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-store");

/// The answer, or that whoever asks has it already.
pub async fn write(kept: &Kept, media: Media, parts: &Parts, is_public: bool) -> Response<Body> {
    let may_be_kept = is_public && parts.method == Method::GET;
    let mut response = Response::new(Body::empty());
    if may_be_kept && is_known(parts, &kept.etag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        let encoding = Encoding::negotiate(&parts.headers);
        *response.body_mut() = Body::from(kept.encoded(encoding).await);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, media.content_type());
        headers.extend(encoding.word().map(|word| (header::CONTENT_ENCODING, word)));
    }
    let headers = response.headers_mut();
    headers.insert(header::VARY, VARY);
    headers.insert(header::CACHE_CONTROL, if may_be_kept { PUBLIC } else { PRIVATE });
    if may_be_kept {
        headers.insert(header::ETAG, kept.etag.clone());
    }
    response
}

/// Whether the client has an answer with this tag, as RFC 9110 compares them weakly (section 13.1.2).
pub fn is_known(parts: &Parts, etag: &HeaderValue) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let Ok(etag) = etag.to_str().map(opaque) else { return false };
    let values = parts.headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|tag| tag.trim() == "*" || opaque(tag) == etag)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    #[test]
    fn who_has_the_answer_is_known_by_its_tag() {
        let etag = HeaderValue::from_static("W/\"abc\"");
        for (sent, known) in [
            ("W/\"abc\"", true),
            ("\"abc\"", true),
            ("\"x\", W/\"abc\"", true),
            ("*", true),
            ("W/\"abd\"", false),
            ("abc", false),
            ("", false),
        ] {
            let request = Request::get("/graphql").header(header::IF_NONE_MATCH, sent).body(()).unwrap();
            assert_eq!(is_known(&request.into_parts().0, &etag), known, "{sent}");
        }
    }
}

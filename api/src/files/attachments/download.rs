//! A file goes out to whoever has a link: all of it, or a range.

use std::ops::Range;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header, request::Parts},
    response::IntoResponse as _,
};
use db::{
    attachment::{self, Attachment},
    audit::hex,
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use schema::error::{ApiError, Code};

use super::{
    Attachments,
    upload::{POINTS, away, named},
};
use crate::{
    door::{Streamed, caller, client_address},
    files::{
        entrance::{refused, save_foreign_as},
        parameters::Parameters,
    },
    limits::Load,
};

/// `GET /files/attachments/{id}`: its bytes, for whoever has a link.
pub async fn give(State(here): State<Attachments>, parts: Parts) -> Response<Body> {
    let given = async {
        let load = Load { points: POINTS, ..Load::default() };
        let counted = here.entrance.limits.count(load, None, client_address(&parts.extensions));
        counted.refusal().map_or(Ok(()), Err)?;
        let asked = Parameters::only(&parts.uri, &["expires", "signature"])?;
        let (id, signature) = (named(&parts).await?, asked.get("signature").unwrap_or_default());
        if !here.links.holds(id, asked.given("expires")?, signature) {
            return Err(ApiError::new(
                Code::Forbidden,
                "Liên kết không đúng hoặc đã hết hạn: hãy lấy liên kết mới (`link` của tệp)",
                "The link is none of ours, or has expired: ask for another (the file's `link`)",
            ));
        }
        let file = attachment::whole(&here.entrance.pool, id).await?;
        here.give(file, &parts.headers).await
    };
    given.await.unwrap_or_else(|error| refused(error, &caller(&parts.headers)))
}

/// A range of bytes that is asked for, if it is one: `bytes=from-`, `bytes=from-to`, `bytes=-last`. Of several, none.
fn wanted(headers: &HeaderMap, size: u64) -> Option<Range<u64>> {
    let (from, to) = headers.get(header::RANGE)?.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    Some(match (from.parse::<u64>(), to.parse::<u64>()) {
        (Ok(from), Ok(to)) if from <= to => from..size.min(to.saturating_add(1)),
        (Ok(from), Err(_)) if to.is_empty() => from..size,
        (Err(_), Ok(last)) if from.is_empty() => size.saturating_sub(last)..size,
        _ => return None,
    })
}

impl Attachments {
    /// A file that is saved, never shown: nothing of it runs.
    async fn give(&self, file: Attachment, headers: &HeaderMap) -> Result<Response<Body>, ApiError> {
        let size = u64::from(file.size.unsigned_abs());
        let etag = format!("\"{}\"", hex(&file.content_hash));
        let is_had = headers.get(header::IF_NONE_MATCH).is_some_and(|it| it == etag.as_str());
        let range = wanted(headers, size);
        let is_none = range.as_ref().is_some_and(Range::is_empty);
        let status = match &range {
            _ if is_had => StatusCode::NOT_MODIFIED,
            Some(_) if is_none => StatusCode::RANGE_NOT_SATISFIABLE,
            Some(_) => StatusCode::PARTIAL_CONTENT,
            None => StatusCode::OK,
        };
        let (from, to) = range.as_ref().filter(|_| !is_none).map_or((0, size), |range| (range.start, range.end));
        let mut response = if is_had || is_none {
            status.into_response()
        } else {
            let parts = attachment::parts(&self.entrance.pool, file.id).await?;
            let mut rest = Box::pin(self.store.read(file.id, parts, from..to));
            // Until the first byte an error can be told.
            let first = rest.try_next().await.map_err(|error| away(&error.into()))?;
            let bytes = stream::iter(first.map(Ok)).chain(rest);
            let mut response = (status, Body::from_stream(bytes)).into_response();
            response.extensions_mut().insert(Streamed);
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(to - from));
            response
        };
        let head = response.headers_mut();
        let mut insert = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                head.insert(name, value);
            }
        };
        insert(header::ETAG, &etag);
        insert(header::ACCEPT_RANGES, "bytes");
        insert(header::CACHE_CONTROL, "private, max-age=300");
        if status == StatusCode::PARTIAL_CONTENT {
            insert(header::CONTENT_RANGE, &format!("bytes {from}-{}/{size}", to - 1));
        } else if is_none {
            insert(header::CONTENT_RANGE, &format!("bytes */{size}"));
        }
        if status.is_success() {
            insert(header::CONTENT_TYPE, &file.media_type);
            save_foreign_as(head, &file.name);
        }
        Ok(response)
    }
}

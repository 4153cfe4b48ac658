//! Answers, whence they came, and how they are sent.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, request::Parts},
};
use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;

use super::{GraphqlResponse, cache::Kept, kept, media::Media};

/// An answer, and whence it came.
pub(super) enum Answered {
    /// From what is kept.
    Kept(Arc<Kept>, Whence),
    /// Made for this request alone.
    Own(GraphqlResponse, Whence),
}

/// What `x-cache` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whence {
    /// It was given before.
    Hit,
    /// It was worked out for several who asked at once.
    Shared,
    /// It was worked out, and could have been known.
    Miss,
    /// It is never kept.
    Pass,
}

impl Whence {
    /// As it is written.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Shared => "shared",
            Self::Miss => "miss",
            Self::Pass => "pass",
        }
    }
}

impl Answered {
    pub const fn whence(&self) -> Whence {
        match self {
            Self::Kept(_, whence) | Self::Own(_, whence) => *whence,
        }
    }

    pub fn own(&self) -> Option<&GraphqlResponse> {
        match self {
            Self::Own(answer, _) => Some(answer),
            Self::Kept(..) => None,
        }
    }

    fn status(&self, media: Media) -> StatusCode {
        self.own().map_or(StatusCode::OK, |answer| super::status(answer, media))
    }
}

/// The answer of one operation, or those of a batch.
pub(super) async fn write(
    answers: &[Answered],
    is_batch: bool,
    media: Media,
    parts: &Parts,
    is_public: bool,
) -> Response<Body> {
    let mut response = match answers {
        [Answered::Kept(kept, _)] if !is_batch => kept::write(kept, media, parts, is_public).await,
        [Answered::Own(answer, _)] if !is_batch => super::write(super::status(answer, media), media, answer),
        answers => write_batch(answers, media),
    };
    let words: Vec<&str> = answers.iter().map(|answer| answer.whence().word()).collect();
    if let Ok(words) = HeaderValue::from_str(&words.join(", ")) {
        response.headers_mut().insert(kept::X_CACHE, words);
    }
    response
}

fn write_batch(answers: &[Answered], media: Media) -> Response<Body> {
    let mut statuses = answers.iter().map(|answer| answer.status(media));
    let first = statuses.next().unwrap_or_default();
    let shared = if statuses.all(|status| status == first) { first } else { StatusCode::OK };
    super::write(shared, media, &answers)
}

impl Serialize for Answered {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Own(answer, _) => answer.serialize(serializer),
            Self::Kept(kept, _) => {
                let raw: &RawValue = serde_json::from_slice(kept.body()).map_err(S::Error::custom)?;
                raw.serialize(serializer)
            }
        }
    }
}

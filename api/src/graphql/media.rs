//! Which of the two media types a client wants.

use axum::http::{HeaderMap, HeaderValue, header};

/// The media type of an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Media {
    /// `application/graphql-response+json`: the status says how the request went.
    GraphqlResponse,
    /// `application/json`: 200 wherever the request itself was understood.
    Json,
}

impl Media {
    /// What the `Accept` header prefers: by quality, a type it names before a wildcard, then its order. JSON where it is
    /// silent; `None` where it takes neither.
    pub fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(header::ACCEPT).iter().peekable();
        if values.peek().is_none() {
            return Some(Self::Json);
        }
        let ranges: Vec<Range> =
            values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).map(Range::new).collect();
        [Self::GraphqlResponse, Self::Json]
            .into_iter()
            .filter_map(|media| Some((media.rank(&ranges)?, media)))
            .max_by(|(one, _), (other, _)| one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal))
            .map(|(_, media)| media)
    }

    pub const fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }

    const fn essence(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json",
            Self::Json => "application/json",
        }
    }

    /// Quality, then precision of the range that covers this type most precisely, then its place from the end.
    fn rank(self, ranges: &[Range]) -> Option<(f32, u8, usize)> {
        let covering = ranges.iter().rev().enumerate().filter_map(|(place, range)| {
            let precision = match range.essence {
                "*/*" => 0,
                "application/*" => 1,
                essence if essence.eq_ignore_ascii_case(self.essence()) => 2,
                _ => return None,
            };
            Some((range.quality, precision, place))
        });
        covering.max_by_key(|&(_, precision, place)| (precision, place)).filter(|&(quality, ..)| quality > 0.0)
    }
}

struct Range<'a> {
    essence: &'a str,
    quality: f32,
}

impl<'a> Range<'a> {
    fn new(text: &'a str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default();
        let quality =
            parts.find_map(|parameter| parameter.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
        Self { essence, quality }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header::ACCEPT};

    use super::Media::{self, GraphqlResponse, Json};

    #[test]
    fn quality_then_precision_then_order() {
        for (accept, expected) in [
            ("*/*", Some(Json)),
            ("application/*", Some(Json)),
            ("application/json", Some(Json)),
            ("application/graphql-response+json", Some(GraphqlResponse)),
            ("application/graphql-response+json, application/json;q=0.9", Some(GraphqlResponse)),
            ("application/json, application/graphql-response+json", Some(Json)),
            ("application/graphql-response+json, application/json", Some(GraphqlResponse)),
            ("*/*, application/graphql-response+json", Some(GraphqlResponse)),
            ("application/json;q=0, */*;q=0.1", Some(GraphqlResponse)),
            ("application/json; charset=utf-8", Some(Json)),
            ("text/html, */*;q=0.8", Some(Json)),
            ("text/html", None),
            ("application/json;q=0", None),
            ("application/json;q=NaN", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(Media::negotiate(&headers), expected, "{accept}");
        }
        assert_eq!(Media::negotiate(&HeaderMap::new()), Some(Json));
    }
}

//! In which encoding a client wants an answer that is there in several.

use axum::http::{HeaderMap, HeaderValue, header};

/// How the bytes of an answer are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As they are.
    Identity,
    /// By gzip.
    Gzip,
    /// By brotli.
    Brotli,
}

impl Encoding {
    /// What the `Accept-Encoding` header prefers, by quality; the shorter one of two that it likes equally well.
    pub fn negotiate(headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let wanted = values.flat_map(|value| value.split(',')).filter_map(|part| {
            let mut parameters = part.split(';').map(str::trim);
            let encoding = match parameters.next()? {
                "br" => Self::Brotli,
                "gzip" | "x-gzip" => Self::Gzip,
                _ => return None,
            };
            let quality = parameters.find_map(|parameter| parameter.strip_prefix("q="));
            let quality = quality.map_or(Some(1.0), |quality| quality.parse::<f32>().ok())?;
            (quality > 0.0).then_some((quality, encoding))
        });
        let best = wanted.max_by(|(one, a), (other, b)| one.total_cmp(other).then((*a as u8).cmp(&(*b as u8))));
        best.map_or(Self::Identity, |(_, encoding)| encoding)
    }

    /// As the header says it; none for bytes as they are.
    pub fn word(self) -> Option<HeaderValue> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some(HeaderValue::from_static("gzip")),
            Self::Brotli => Some(HeaderValue::from_static("br")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_most_is_taken() {
        for (accept, encoding) in [
            ("", Encoding::Identity),
            ("identity", Encoding::Identity),
            ("zstd, deflate", Encoding::Identity),
            ("gzip", Encoding::Gzip),
            ("gzip, deflate, br", Encoding::Brotli),
            ("br;q=0.5, gzip;q=0.8", Encoding::Gzip),
            ("br;q=0, gzip", Encoding::Gzip),
            ("gzip;q=0", Encoding::Identity),
            ("gzip;q=viel", Encoding::Identity),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, accept.parse().unwrap());
            assert_eq!(Encoding::negotiate(&headers), encoding, "{accept}");
        }
    }
}

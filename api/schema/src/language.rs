//! The language of a request.

pub use db::enums::Language;

/// What an `Accept-Language` header prefers among the languages there are: highest quality first, then order.
/// A malformed part counts as absent.
#[must_use]
pub fn from_accept_language(header: &str) -> Language {
    let mut best = (0.0_f32, Language::default());
    for range in header.split(',') {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let primary = tag.trim().split('-').next().unwrap_or_default();
        let language = match primary.to_ascii_lowercase().as_str() {
            "vi" => Language::Vi,
            "en" => Language::En,
            _ => continue,
        };
        let quality = match parameters.trim().strip_prefix("q=") {
            Some(q) => q.parse().unwrap_or(0.0),
            None => 1.0,
        };
        if quality > best.0 {
            best = (quality, language);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::{
        Language::{En, Vi},
        from_accept_language,
    };

    #[test]
    fn the_best_quality_wins_then_the_order_then_vietnamese() {
        for (header, expected) in [
            ("", Vi),
            ("en", En),
            ("en-GB,en;q=0.9", En),
            ("vi-VN,vi;q=0.9,en;q=0.8", Vi),
            ("vi;q=0.2, EN;q=0.8", En),
            ("en, vi", En),
            ("fr, de;q=0.9", Vi),
            ("fr, en;q=0.1", En),
            ("en;q=0", Vi),
            ("en;q=NaN", Vi),
            (";;;,,,=", Vi),
        ] {
            assert_eq!(from_accept_language(header), expected, "{header}");
        }
    }
}

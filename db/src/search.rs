//! Text search without tone marks.

use crate::text::fold;

/// The patterns that a search text stands for: each of its words must appear somewhere in the folded columns.
///
/// At most eight words count; more make no search finer, only slower.
pub(crate) fn patterns(text: &str) -> Vec<String> {
    fold(text).split(' ').filter(|word| !word.is_empty()).take(8).map(|word| format!("%{}%", escape(word))).collect()
}

/// `LIKE`'s own signs taken literally.
fn escape(word: &str) -> String {
    word.chars().flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c])).collect()
}

/// Narrows a query to rows whose `search_text` holds every word.
macro_rules! matching {
    ($query:expr, $column:expr, $text:expr) => {{
        let mut query = $query;
        for pattern in $text.as_deref().map($crate::search::patterns).unwrap_or_default() {
            query = query.filter($column.like(pattern));
        }
        query
    }};
}

pub(crate) use matching;

#[cfg(test)]
mod tests {
    use super::patterns;

    #[test]
    fn signs_of_like_are_letters_here() {
        assert_eq!(patterns("  Tỷ lệ 100% "), ["%ty%", "%le%", "%100\\%%"]);
        assert_eq!(patterns(r"a_b \c"), [r"%a\_b%", r"%\\c%"]);
        assert!(patterns(" \t").is_empty());
    }
}

//! Text search without tone marks.

use diesel::{
    QueryableByName, sql_query,
    sql_types::{Array, BigInt, Integer, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    DbError, Reader,
    page::{Cursor, Key, Page, Slice, Tie},
    text::fold,
    text_enum::text_enum,
};

text_enum! {
    /// What a search looks for.
    pub enum SearchNoun {
        /// Agencies, by names, aliases and code
        Agency => "AGENCY",
        /// Documents, by symbol, title and code
        Document => "DOCUMENT",
        /// Indicators, by names and code
        Indicator => "INDICATOR",
        /// Directives, by title, summary and code
        Directive => "DIRECTIVE",
        /// Recommendations and obstacles, by topic, text and code
        Recommendation => "RECOMMENDATION",
    }
}

/// An object that fits a search text.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Hit {
    /// What it is
    #[diesel(sql_type = Text)]
    pub noun: SearchNoun,
    /// Its id
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// How well it fits, in millionths: 1,000,000 if it holds the whole text
    #[diesel(sql_type = Integer)]
    pub rank: i32,
}

impl Hit {
    /// Its place in the list of hits.
    #[must_use]
    pub const fn cursor(&self) -> Cursor {
        Cursor { key: Some(Key::Number(self.rank)), tie: Tie::Id(self.id) }
    }
}

/// What fits a text best: it holds all of its words, or something much like it. Tone marks and case do not matter.
/// The public sees public objects only; every scope there is so far is public. Pages forward only.
pub async fn search(reader: &Reader, text: &str, nouns: &[SearchNoun], page: &Page) -> Result<Slice<Hit>, DbError> {
    let folded = fold(text);
    if folded.is_empty() {
        return Ok(Slice::default());
    }
    let (rank, id) = match &page.from {
        Some(Cursor { key: Some(Key::Number(rank)), tie: Tie::Id(id) }) => (Some(*rank), Some(*id)),
        None => (None, None),
        Some(_) => return Err(DbError::Cursor),
    };
    let mut connection = reader.statement().await?;
    let rows = sql_query(include_str!("search.sql"))
        .bind::<Text, _>(&folded)
        .bind::<Array<Text>, _>(patterns(text))
        .bind::<Array<Text>, _>(nouns)
        .bind::<BigInt, _>(page.limit())
        .bind::<Nullable<Integer>, _>(rank)
        .bind::<Nullable<SqlUuid>, _>(id)
        .load(&mut connection)
        .await?;
    Ok(page.slice(rows))
}

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

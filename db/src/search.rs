//! Text search without tone marks.

use derive::boxed;
use diesel::{
    QueryResult, Queryable,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Integer, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    DbError, Reader,
    page::{Cursor, Key, Page, Slice, Tie},
    schema::{directive, document, recommendation},
    text::fold,
    text_enum::text_enum,
    visible::{Visible, visible},
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
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Hit {
    /// What it is
    pub noun: SearchNoun,
    /// Its id
    pub id: Uuid,
    /// How well it fits, in millionths: 1,000,000 if it holds the whole text
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
/// Only what the reader may see is looked at. Pages forward only.
#[boxed]
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
    let question = Question {
        text: folded,
        patterns: patterns(text),
        nouns: nouns.to_vec(),
        limit: page.limit(),
        rank,
        id,
        documents: visible(reader, document::table),
        directives: visible(reader, directive::table),
        recommendations: visible(reader, recommendation::table),
    };
    let mut connection = reader.statement().await?;
    let rows = question.load(&mut connection).await?;
    Ok(page.slice(rows))
}

/// `search.sql` with what stands in its braces filled in.
#[derive(Debug)]
struct Question {
    text: String,
    patterns: Vec<String>,
    nouns: Vec<SearchNoun>,
    limit: i64,
    rank: Option<i32>,
    id: Option<Uuid>,
    documents: Visible<document::table>,
    directives: Visible<directive::table>,
    recommendations: Visible<recommendation::table>,
}

impl Query for Question {
    type SqlType = (Text, SqlUuid, Integer);
}

impl QueryId for Question {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Question {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for piece in include_str!("search.sql").split_inclusive('}') {
            let (sql, name) = piece.split_once('{').unwrap_or((piece, ""));
            out.push_sql(sql);
            match name {
                "text}" => out.push_bind_param::<Text, _>(&self.text)?,
                "patterns}" => out.push_bind_param::<Array<Text>, _>(&self.patterns)?,
                "nouns}" => out.push_bind_param::<Array<Text>, _>(&self.nouns)?,
                "limit}" => out.push_bind_param::<BigInt, _>(&self.limit)?,
                "rank}" => out.push_bind_param::<Nullable<Integer>, _>(&self.rank)?,
                "id}" => out.push_bind_param::<Nullable<SqlUuid>, _>(&self.id)?,
                "document is visible}" => self.documents.walk_ast(out.reborrow())?,
                "directive is visible}" => self.directives.walk_ast(out.reborrow())?,
                "recommendation is visible}" => self.recommendations.walk_ast(out.reborrow())?,
                other => out.push_sql(other),
            }
        }
        Ok(())
    }
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

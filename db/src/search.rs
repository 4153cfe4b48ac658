//! Text search without tone marks.

use std::collections::BTreeSet;

use derive::boxed;
use diesel::{
    QueryResult, Queryable,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Date as SqlDate, Integer, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    Date, DbError, Reader,
    page::{Cursor, Key, Page, Slice, Tie},
    schema::{directive, document, recommendation},
    text::{fold, fold_begun, words},
    text_enum::text_enum,
    visible::{Visible, visible},
};

text_enum! {
    /// What a search looks for.
    pub enum SearchNoun {
        /// Agencies that are there today, by names, aliases and code
        Agency => "AGENCY",
        /// Documents, by symbol, title and code
        Document => "DOCUMENT",
        /// Indicators, by names and code
        Indicator => "INDICATOR",
        /// Directives, by title, summary and code
        Directive => "DIRECTIVE",
        /// Measures of plans, by title, summary, topics and code
        Measure => "MEASURE",
        /// Goals, purposes, requirements and assessments, by title, summary, topics and code
        Goal => "GOAL",
        /// Digital systems, by names and code
        DigitalSystem => "DIGITAL_SYSTEM",
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
    /// How well it fits, in millionths: 1,000,000 if the text is its code or symbol, 950,000 if it is its name, from 500,000 on
    /// if it holds all words of the text, less if it holds something like it
    pub rank: i32,
    /// Its code, and what it is: tells hits of equal rank apart
    pub place: String,
}

impl Hit {
    /// Its place in the list of hits.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        Cursor { key: Some(Key::Number(self.rank)), tie: Tie::Code(self.place.clone()) }
    }
}

/// What fits a text best: it has that code, symbol or name, holds all of its words, or something much like it. Hits of equal
/// rank follow by code. Tone marks, case and the kind of dashes do not matter.
/// Only what the reader may see is looked at.
#[boxed]
pub async fn search(reader: &Reader, text: &str, nouns: &[SearchNoun], page: &Page) -> Result<Slice<Hit>, DbError> {
    let Some(Wanted { words, begun, indexed }) = Wanted::of(text) else {
        return Ok(Slice::default());
    };
    let (rank, place) = match &page.from {
        Some(Cursor { key: Some(Key::Number(rank)), tie: Tie::Code(place) }) => (Some(*rank), Some(place.clone())),
        None => (None, None),
        Some(_) => return Err(DbError::Cursor),
    };
    let question = Question {
        text: fold(text).replace('*', ""),
        words,
        begun,
        longest: indexed.into_iter().next().unwrap_or_else(|| "%".to_owned()),
        nouns: nouns.to_vec(),
        limit: page.limit(),
        backward: page.backward,
        rank,
        place,
        today: reader.today(),
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
    words: Vec<String>,
    begun: Vec<String>,
    longest: String,
    nouns: Vec<SearchNoun>,
    limit: i64,
    backward: bool,
    rank: Option<i32>,
    place: Option<String>,
    today: Date,
    documents: Visible<document::table>,
    directives: Visible<directive::table>,
    recommendations: Visible<recommendation::table>,
}

impl Query for Question {
    type SqlType = (Text, SqlUuid, Integer, Text);
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
                "words}" => out.push_bind_param::<Array<Text>, _>(&self.words)?,
                "begun}" => out.push_bind_param::<Array<Text>, _>(&self.begun)?,
                "longest}" => out.push_bind_param::<Text, _>(&self.longest)?,
                "nouns}" => out.push_bind_param::<Array<Text>, _>(&self.nouns)?,
                "limit}" => out.push_bind_param::<BigInt, _>(&self.limit)?,
                "beyond}" => out.push_sql(if self.backward { ">" } else { "<" }),
                "behind}" => out.push_sql(if self.backward { "<" } else { ">" }),
                "descending}" => out.push_sql(if self.backward { "ASC" } else { "DESC" }),
                "ascending}" => out.push_sql(if self.backward { "DESC" } else { "ASC" }),
                "rank}" => out.push_bind_param::<Nullable<Integer>, _>(&self.rank)?,
                "place}" => out.push_bind_param::<Nullable<Text>, _>(&self.place)?,
                "today}" => out.push_bind_param::<SqlDate, _>(&self.today)?,
                "document is visible}" => self.documents.walk_ast(out.reborrow())?,
                "directive is visible}" => self.directives.walk_ast(out.reborrow())?,
                "recommendation is visible}" => self.recommendations.walk_ast(out.reborrow())?,
                other => out.push_sql(other),
            }
        }
        Ok(())
    }
}

/// What a search text asks for: each of its words, whole, somewhere in the folded columns. If the last word ends in `*`, it is
/// the beginning of one, for those who look while they type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Patterns of `LIKE` for the columns with a space around each word: all of them fit.
    pub words: Vec<String>,
    /// The same for the word that is only begun, in each of its spellings: one of them fits. None if all words are whole.
    pub begun: Vec<String>,
    /// Patterns for the columns as they are, which every row fits that fits the others: they find it by the index of trigrams.
    pub indexed: Vec<String>,
}

/// How many words are looked for in the index, the longest first; all of them are looked for in what it finds.
const INDEXED: usize = 4;

impl Wanted {
    /// None of a blank text, which asks for nothing.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let folded = fold_begun(text);
        let unfinished = folded.strip_suffix('*').map(|rest| rest.rsplit_once(' ').unwrap_or(("", rest)));
        let (whole, begun) = unfinished.filter(|(_, begun)| !begun.is_empty()).unwrap_or((&folded, ""));
        let (whole, complete) = (fold(whole), fold(begun));
        let mut whole: Vec<&str> = words(&whole).into_iter().collect();
        whole.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let begun = BTreeSet::from([begun, complete.as_str()]).into_iter().filter(|word| !word.is_empty());
        // Between words there is a space and nothing else.
        let begun: Vec<String> = begun.map(|word| words(word).into_iter().collect::<Vec<_>>().join(" ")).collect();
        let certain = begun.iter().map(String::as_str).filter(|_| begun.len() == 1);
        let indexed = whole.iter().copied().take(INDEXED).chain(certain).map(containing).collect();
        let wanted = Self {
            words: whole.iter().map(|word| format!("% {} %", escape(word))).collect(),
            begun: begun.iter().map(|word| format!("% {}%", escape(word))).collect(),
            indexed,
        };
        (!wanted.words.is_empty() || !wanted.begun.is_empty()).then_some(wanted)
    }
}

/// The pattern of texts that contain this one.
pub(crate) fn containing(text: &str) -> String {
    format!("%{}%", escape(text))
}

/// `LIKE`'s own signs taken literally.
fn escape(word: &str) -> String {
    word.chars().flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c])).collect()
}

/// Narrows a query to rows whose `search_text` holds every word.
macro_rules! matching {
    ($query:expr, $column:expr, $text:expr) => {{
        let mut query = $query;
        if let Some($crate::search::Wanted { words, begun, indexed }) =
            $text.as_deref().and_then($crate::search::Wanted::of)
        {
            for pattern in indexed {
                query = query.filter($column.like(pattern));
            }
            query = query.filter($crate::sql_functions::search_holds($column, words, begun));
        }
        query
    }};
}

pub(crate) use matching;

#[cfg(test)]
mod tests {
    use super::Wanted;

    /// The patterns of a text, those of words apart from those of a word that is begun and from those for the index.
    fn wanted(text: &str) -> String {
        Wanted::of(text).map_or_else(String::new, |Wanted { words, begun, indexed }| {
            [words, begun, indexed].map(|patterns| patterns.join(",")).join(" | ")
        })
    }

    #[test]
    fn each_word_is_wanted_whole_unless_it_is_only_begun() {
        assert_eq!(wanted("  Tỷ lệ 359–KH "), "% 359 %,% kh %,% le %,% ti % |  | %359%,%kh%,%le%,%ti%");
        assert_eq!(wanted("Chuyển đ*"), "% chuyen % | % d% | %chuyen%,%d%");
        // Not yet to be told: of "quyết", or "quỹ".
        assert_eq!(wanted("quy*"), " | % qui%,% quy% | ");
        let many = wanted("một hai ba bốn năm sáu bảy tám chín mười");
        assert_eq!(many.matches(",% ").count(), 9, "every word counts: {many}");
        assert_eq!(wanted(" \t"), "");
    }

    #[test]
    fn signs_of_like_are_no_wildcards() {
        assert_eq!(wanted("_"), r"% \_ % |  | %\_%");
        assert_eq!(wanted("100% a_b *"), "% 100 %,% a %,% b % |  | %100%,%a%,%b%");
    }
}

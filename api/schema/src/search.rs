//! One search over everything people look for by words.

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    access::Auth,
    page::{Page, Slice},
    search::{Hit, SearchNoun, search},
    text::check_text,
};
use object_layer::{Object, SimpleObject, Union};

use crate::{
    agencies::Agency,
    digital_systems::DigitalSystem,
    directives::Directive,
    documents::Document,
    error::ApiError,
    goals::Goal,
    indicators::Indicator,
    measures::Measure,
    object::one,
    page::{Answer, Fingerprint, PageArgs, PageInfo, reader, write_cursor},
    recommendations::Recommendation,
};

/// The longest search text, in characters.
const MAX_TEXT: usize = 200;

/// What a search finds.
#[derive(Union)]
pub enum SearchResult {
    /// An agency
    Agency(Agency),
    /// A document
    Document(Document),
    /// An indicator
    Indicator(Indicator),
    /// A directive
    Directive(Directive),
    /// A measure
    Measure(Measure),
    /// A goal
    Goal(Goal),
    /// A digital system
    DigitalSystem(DigitalSystem),
    /// A recommendation or obstacle
    Recommendation(Recommendation),
}

/// Objects that fit a search text, the best first.
pub struct SearchConnection {
    slice: Slice<Hit>,
    page: Page,
    fingerprint: Fingerprint,
}

/// Objects that fit a search text, the best first.
#[Object(directive = Auth::apply(Action::SeePublished))]
impl SearchConnection {
    /// The hits, each with its cursor
    fn edges(&self) -> Vec<SearchEdge> {
        let cursor = |hit: &Arc<Hit>| write_cursor(hit.cursor(), self.fingerprint);
        self.slice.rows.iter().map(|hit| SearchEdge { cursor: cursor(hit), hit: Arc::clone(hit) }).collect()
    }

    /// Where the page lies
    fn page_info(&self) -> PageInfo {
        let cursor = |hit: &Arc<Hit>| write_cursor(hit.cursor(), self.fingerprint);
        let (more, outside) = (self.slice.more, self.page.from.is_some());
        PageInfo {
            has_next_page: if self.page.backward { outside } else { more },
            has_previous_page: if self.page.backward { more } else { outside },
            start_cursor: self.slice.rows.first().map(cursor),
            end_cursor: self.slice.rows.last().map(cursor),
        }
    }
}

/// An object that fits a search text.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct SearchEdge {
    /// Its place in the list: give it as `after` or `before`, with the same text
    cursor: String,
    #[graphql(skip)]
    hit: Arc<Hit>,
}

#[object_layer::ComplexObject]
impl SearchEdge {
    /// How well it fits, 0 to 1: 1 if the text is its code or symbol, 0.95 if it is its name, from 0.5 on if it holds all words of
    /// the text, less if it holds something much like it
    fn rank(&self) -> f64 {
        f64::from(self.hit.rank) / 1_000_000.0
    }

    /// The object
    async fn node(&self, context: &Context<'_>) -> Answer<SearchResult> {
        let id = self.hit.id;
        match self.hit.noun {
            SearchNoun::Agency => shown(one(context, id).await, SearchResult::Agency),
            SearchNoun::Document => shown(one(context, id).await, SearchResult::Document),
            SearchNoun::Indicator => shown(one(context, id).await, SearchResult::Indicator),
            SearchNoun::Directive => shown(one(context, id).await, SearchResult::Directive),
            SearchNoun::Measure => shown(one(context, id).await, SearchResult::Measure),
            SearchNoun::Goal => shown(one(context, id).await, SearchResult::Goal),
            SearchNoun::DigitalSystem => shown(one(context, id).await, SearchResult::DigitalSystem),
            SearchNoun::Recommendation => shown(one(context, id).await, SearchResult::Recommendation),
        }
    }
}

fn shown<T>(found: Answer<T>, show: impl Fn(T) -> SearchResult) -> Answer<SearchResult> {
    found.map(|found| found.map(show))
}

/// Part of the query root.
#[derive(Clone, Default)]
pub struct SearchQuery;

/// Part of the query root.
#[Object(root)]
impl SearchQuery {
    /// Objects that hold all words of a text, or something much like it, the best first; those of equal rank by code. Words are
    /// whole syllables: `quỹ` does not find `quyết`. If the last ends in `*`, it is the beginning of one: send `quy*` while
    /// somebody types. Tone marks, case, i or y (tỉ, tỷ) and the kind of dashes do not matter
    #[graphql(directive = Auth::apply(Action::SeePublished))]
    #[allow(clippy::too_many_arguments, reason = "a connection's arguments are those of the specification")]
    async fn search(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to look for, at most 200 characters")] text: String,
        #[graphql(desc = "Only these; everything if left out")] nouns: Option<Vec<SearchNoun>>,
        #[graphql(
            desc = "How many from the beginning, or after `after`: 1 to 100; 20 if neither this nor `last` is given"
        )]
        first: Option<i32>,
        #[graphql(desc = "The cursor to start after: `endCursor` of the page before")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`: 1 to 100")] last: Option<i32>,
        #[graphql(desc = "The cursor to stop before: `startCursor` of the page after")] before: Option<String>,
    ) -> Answer<SearchConnection> {
        let args = PageArgs { first, after, last, before };
        Some(find(context, &text, nouns.as_deref().unwrap_or(SearchNoun::ALL), args).await)
    }
}

async fn find(
    context: &Context<'_>,
    text: &str,
    nouns: &[SearchNoun],
    args: PageArgs,
) -> Result<SearchConnection, ApiError> {
    let text = check_text(text, MAX_TEXT).map_err(|error| ApiError::input(&error.words()))?;
    let fingerprint = Fingerprint::of(&(&text, nouns));
    let page = args.page(|| fingerprint)?;
    let slice = search(reader(context), &text, nouns, &page).await?;
    Ok(SearchConnection { slice, page, fingerprint })
}

//! The one connection type: cursor connections over every noun's lists.

use std::{fmt::Debug, sync::Arc};

use async_graphql::Context;
use auth::{Action, Denied};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use db::{
    Reader,
    access::Auth,
    noun::{CountOf, ListOf, Listed, ListedBelow, Named, Names as _},
    page::{Cursor, MAX_PAGE, Page, Slice},
};
use futures_util::future::{BoxFuture, try_join_all};
use object_layer::{Object, Output, SimpleObject, Typed};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{error::ApiError, loaders::Loaders, viewer::viewer};

/// What a relation answers: null, with an error beside it, if only this field failed.
pub type Answer<T> = Option<Result<T, ApiError>>;

/// A type of the schema that shows a noun.
pub trait Shown: Typed + Output + Clone + 'static {
    /// Its rows.
    type Noun: Send + Sync + 'static;

    /// The rule by which its objects are seen.
    const SEEN: Action;

    /// The name of its connections.
    const CONNECTION: &'static str;

    /// The name of their edges.
    const EDGE: &'static str;

    /// Shows a row.
    fn show(row: Arc<Self::Noun>) -> Self;
}

/// Says that a type shows the rows of a noun, and by which rule: `shown!(Standing shows Row, by SeePublished);`. Where it is made of
/// more than its `row`, how: `shown!(Assessment shows Row, by SeePublished, |row| …);`.
macro_rules! shown {
    ($type:ident shows $noun:ty, by $seen:ident) => {
        $crate::page::shown!($type shows $noun, by $seen, |row| Self { row });
    };
    ($type:ident shows $noun:ty, by $seen:ident, |$row:ident| $made:expr) => {
        impl $crate::page::Shown for $type {
            type Noun = $noun;

            const SEEN: auth::Action = auth::Action::$seen;

            const CONNECTION: &'static str = concat!(stringify!($type), "Connection");

            const EDGE: &'static str = concat!(stringify!($type), "Edge");

            fn show($row: std::sync::Arc<$noun>) -> Self {
                $made
            }
        }
    };
}
pub(crate) use shown;

/// `first`, `after`, `last` and `before`, as the client gave them.
#[derive(Debug, Default)]
pub struct PageArgs {
    /// How many from the beginning, or after `after`
    pub first: Option<i32>,
    /// The cursor to start after
    pub after: Option<String>,
    /// How many from the end, or before `before`
    pub last: Option<i32>,
    /// The cursor to stop before
    pub before: Option<String>,
}

/// A cursor as clients hold it. `of` binds it to the sort and filter it was made under.
#[derive(Serialize, Deserialize)]
struct Bookmark {
    #[serde(flatten)]
    cursor: Cursor,
    #[serde(rename = "o")]
    of: Fingerprint,
}

impl PageArgs {
    /// The page asked for, of a list with this fingerprint.
    pub fn page(&self, fingerprint: impl FnOnce() -> Fingerprint) -> Result<Page, ApiError> {
        let backward = match (self.first, self.last, &self.after, &self.before) {
            (Some(_), Some(_), ..) => {
                return Err(ApiError::page(
                    "hãy dùng first hoặc last, không dùng cả hai",
                    "use first or last, not both",
                ));
            }
            (None, Some(_), None, _) => true,
            (_, None, _, None) => false,
            _ => {
                return Err(ApiError::page(
                    "after đi với first, before đi với last",
                    "after goes with first, before goes with last",
                ));
            }
        };
        let size = match self.first.or(self.last) {
            None => Page::default().size,
            Some(size) => u32::try_from(size).ok().filter(|size| (1..=MAX_PAGE).contains(size)).ok_or_else(|| {
                ApiError::page(
                    format!("first và last từ 1 đến {MAX_PAGE}, không phải {size}"),
                    format!("first and last are 1 to {MAX_PAGE}, not {size}"),
                )
            })?,
        };
        let from = match if backward { &self.before } else { &self.after } {
            None => None,
            Some(text) => Some(read_cursor(text, fingerprint())?),
        };
        Ok(Page { size, from, backward })
    }
}

fn read_cursor(text: &str, fingerprint: Fingerprint) -> Result<Cursor, ApiError> {
    let bookmark = BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Bookmark>(&bytes).ok())
        .filter(|bookmark| bookmark.cursor.is_possible())
        .ok_or_else(ApiError::cursor)?;
    if bookmark.of == fingerprint {
        Ok(bookmark.cursor)
    } else {
        Err(ApiError::page(
            "con trỏ thuộc danh sách có bộ lọc hoặc cách sắp xếp khác; hãy bắt đầu lại từ đầu",
            "this cursor belongs to a list with another sort or filter; start again without it",
        ))
    }
}

pub(crate) fn write_cursor(cursor: Cursor, fingerprint: Fingerprint) -> String {
    // Keys and ties are plain texts and numbers, which always serialize.
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&Bookmark { cursor, of: fingerprint }).unwrap_or_default())
}

/// What a cursor is bound to: a cursor made under another question is an error, not a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// Of a sort, a filter, and the relation the list hangs on: the first eight bytes of the SHA-256 of how they are printed.
    pub fn of(question: &impl Debug) -> Self {
        let hash = auth::hash::of(&format!("{question:?}"));
        Self(hash.first_chunk().copied().map(u64::from_be_bytes).unwrap_or_default())
    }
}

/// A page of a list (Relay cursor connection).
#[derive(Clone)]
pub struct Connection<T: Shown> {
    nodes: Vec<T>,
    /// The place of each object in the list
    places: Arc<dyn Fn(Fingerprint) -> Vec<String> + Send + Sync>,
    more: bool,
    page: Page,
    question: Arc<dyn Question>,
}

/// What a list was asked for by.
trait Question: Send + Sync {
    fn fingerprint(&self) -> Fingerprint;

    /// Counts the objects of all pages.
    fn count(&self) -> BoxFuture<'static, Result<i64, ApiError>>;
}

/// The list of all.
struct OfAll<N: Listed> {
    reader: Arc<Reader>,
    filter: N::Filter,
    sort: N::Sort,
}

/// The list below one object; lists below several are loaded together.
struct Below<N: ListedBelow> {
    loaders: Arc<Loaders>,
    list: ListOf<N>,
}

impl<N: Listed> Question for OfAll<N> {
    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&(&self.filter, self.sort))
    }

    fn count(&self) -> BoxFuture<'static, Result<i64, ApiError>> {
        let (reader, filter) = (Arc::clone(&self.reader), self.filter.clone());
        Box::pin(async move { Ok(N::count(&reader, &filter).await?) })
    }
}

impl<N: ListedBelow> Question for Below<N> {
    // The parent is left out: a cursor of one parent's list is a place in another's as well.
    fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&(self.list.link, &self.list.filter, self.list.sort))
    }

    fn count(&self) -> BoxFuture<'static, Result<i64, ApiError>> {
        let ListOf { parent, link, ref filter, .. } = self.list;
        let (loaders, key) = (Arc::clone(&self.loaders), CountOf::<N> { parent, link, filter: Arc::clone(filter) });
        Box::pin(async move { Ok(loaders.load_one(key).await?.unwrap_or_default()) })
    }
}

/// Refuses a filter that names a code which is not there: an empty list would look as if there were nothing. Asked where a list is
/// empty, for what is found has all the codes.
pub(crate) async fn nothing_unknown(context: &Context<'_>, names: Vec<(&'static str, Named)>) -> Result<(), ApiError> {
    let there = names.into_iter().map(async |(field, named)| there(context, &["filter", field], named).await);
    try_join_all(there).await?;
    Ok(())
}

/// Refuses what only those see who have signed in, to nobody.
pub(crate) fn known(context: &Context<'_>, seen: Action) -> Result<(), ApiError> {
    match viewer(context).principal.may(seen) {
        Err(Denied::SignIn) => Err(Denied::SignIn.into()),
        _ => Ok(()),
    }
}

/// What was looked up, or, if nothing was found, an error if an argument names a code that is not there.
pub(crate) async fn or_unknown<T>(
    context: &Context<'_>,
    found: Answer<T>,
    named: impl IntoIterator<Item = (&'static str, Named)>,
) -> Answer<T> {
    if found.is_none() {
        for (argument, named) in named {
            if let Err(error) = there(context, &[argument], named).await {
                return Some(Err(error));
            }
        }
    }
    found
}

/// Refuses a code that an argument names if nothing has it that the viewer may see. Each argument that is a code, of a filter or of
/// a field, comes here.
pub(crate) async fn there(context: &Context<'_>, argument: &[&str], named: Named) -> Result<(), ApiError> {
    let code = named.code.clone();
    match loaders(context).load_one(named).await? {
        Some(()) => Ok(()),
        None => Err(ApiError::unknown_code(&argument.join("."), &code)),
    }
}

impl<T: Shown<Noun: Listed>> Connection<T> {
    /// A page of the list of all.
    pub(crate) async fn of_all(
        context: &Context<'_>,
        filter: <T::Noun as Listed>::Filter,
        sort: <T::Noun as Listed>::Sort,
        args: PageArgs,
    ) -> Result<Self, ApiError> {
        known(context, T::SEEN)?;
        let reader = Arc::clone(context.data_unchecked::<Arc<Reader>>());
        let question = OfAll::<T::Noun> { reader, filter, sort };
        let page = args.page(|| question.fingerprint())?;
        let slice = T::Noun::list(&question.reader, &question.filter, sort, &page).await?;
        if slice.rows.is_empty() {
            nothing_unknown(context, question.filter.names()).await?;
        }
        Ok(Self::new(slice, page, sort, question))
    }

    fn new(
        slice: Slice<T::Noun>,
        page: Page,
        sort: <T::Noun as Listed>::Sort,
        question: impl Question + 'static,
    ) -> Self {
        let nodes = slice.rows.iter().cloned().map(T::show).collect();
        let (more, rows) = (slice.more, slice.rows);
        let places =
            move |fingerprint| rows.iter().map(|row| write_cursor(row.cursor(sort), fingerprint)).collect::<Vec<_>>();
        Self { nodes, places: Arc::new(places), more, page, question: Arc::new(question) }
    }
}

impl<T: Shown<Noun: ListedBelow>> Connection<T> {
    /// A page of the list below one object.
    pub(crate) async fn below(
        context: &Context<'_>,
        (link, parent): (<T::Noun as ListedBelow>::Link, Uuid),
        filter: <T::Noun as Listed>::Filter,
        sort: <T::Noun as Listed>::Sort,
        args: PageArgs,
    ) -> Result<Self, ApiError> {
        known(context, T::SEEN)?;
        let loaders = Arc::clone(context.data_unchecked::<Arc<Loaders>>());
        let mut question = Below {
            loaders,
            list: ListOf::<T::Noun> { parent, link, filter: Arc::new(filter), sort, page: Page::default() },
        };
        question.list.page = args.page(|| question.fingerprint())?;
        let slice = question.loaders.load_one(question.list.clone()).await?.unwrap_or_default();
        if slice.rows.is_empty() {
            nothing_unknown(context, question.list.filter.names()).await?;
        }
        Ok(Self::new(slice, question.list.page.clone(), sort, question))
    }
}

/// A page of a list.
#[Object(name = T::CONNECTION, directive = Auth::apply(T::SEEN))]
impl<T: Shown> Connection<T> {
    /// The objects of the page, in order
    fn nodes(&self) -> &[T] {
        &self.nodes
    }

    /// The objects of the page, each with its cursor
    fn edges(&self) -> Vec<Edge<T>> {
        let cursors = (self.places)(self.question.fingerprint());
        cursors.into_iter().zip(self.nodes.iter().cloned()).map(|(cursor, node)| Edge { cursor, node }).collect()
    }

    /// Where the page lies
    fn page_info(&self) -> PageInfo {
        let outside = self.page.from.is_some();
        let cursors = (self.places)(self.question.fingerprint());
        PageInfo {
            has_next_page: if self.page.backward { outside } else { self.more },
            has_previous_page: if self.page.backward { self.more } else { outside },
            start_cursor: cursors.first().cloned(),
            end_cursor: cursors.last().cloned(),
        }
    }

    /// How many objects there are on all pages together; costs a count of its own, so ask for it only where it is shown
    async fn total_count(&self) -> Answer<i32> {
        Some(self.question.count().await.map(|count| i32::try_from(count).unwrap_or(i32::MAX)))
    }
}

/// An object of a page and its cursor.
pub struct Edge<T> {
    cursor: String,
    node: T,
}

/// An object of a page and its cursor.
#[Object(name = T::EDGE, directive = Auth::apply(T::SEEN))]
impl<T: Shown> Edge<T> {
    /// Its place in the list: give it as `after` or `before`, with the same sort and filter
    fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The object
    fn node(&self) -> &T {
        &self.node
    }
}

/// Where a page lies in its list.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct PageInfo {
    /// True if there is more behind it
    pub has_next_page: bool,
    /// True if there may be more before it
    pub has_previous_page: bool,
    /// Cursor of its first object; null if it is empty
    pub start_cursor: Option<String>,
    /// Cursor of its last object; null if it is empty
    pub end_cursor: Option<String>,
}

/// The reader of the request.
pub(crate) fn reader<'a>(context: &Context<'a>) -> &'a Reader {
    context.data_unchecked::<Arc<Reader>>()
}

/// The loaders of the request.
pub(crate) fn loaders<'a>(context: &Context<'a>) -> &'a Loaders {
    context.data_unchecked::<Arc<Loaders>>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;
    use db::page::{Key, Tie};

    fn read(key: Option<Key>, code: &str) -> Result<Cursor, ApiError> {
        read_cursor(&write_cursor(Cursor { key, tie: Tie::Code(code.to_owned()) }, Fingerprint(7)), Fingerprint(7))
    }

    #[test]
    fn a_cursor_comes_back_unless_no_row_can_stand_there() {
        let day = |text: &str| Some(Key::Day(Some(db::Date(text.parse().unwrap()))));
        for (key, code) in [(None, "qng.skhcn"), (day("2025-04-15"), "x"), (Some(Key::Text("Sở Y tế".into())), "")]
        {
            let cursor = Cursor { key: key.clone(), tie: Tie::Code(code.to_owned()) };
            assert_eq!(read(key, code).unwrap(), cursor);
        }
        for (key, code) in [(None, "\0"), (day("-262142-01-01"), "x"), (Some(Key::Text("a\0".into())), "x")] {
            assert_eq!(read(key, code).unwrap_err().code(), Code::BadRequest);
        }
    }
}

//! The one connection type: cursor connections over every noun's lists.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    marker::PhantomData,
};

use async_graphql::Context;
use auth::Action;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use db::{
    Reader,
    access::Auth,
    noun::{CountOf, ListOf, Noun},
    page::{Cursor, MAX_PAGE, Page, Slice},
};
use object_layer::{Object, Output, SimpleObject, Typed};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

use crate::{error::ApiError, loaders::Loaders};

/// What a relation answers: null, with an error beside it, if only this field failed.
pub type Answer<T> = Option<Result<T, ApiError>>;

/// A type of the schema that shows a noun.
pub trait Shown: Typed + Output + Clone + 'static {
    /// The noun.
    type Noun: Noun;

    /// The rule by which its objects are seen.
    const SEEN: Action;

    /// The name of its connections.
    const CONNECTION: &'static str;

    /// The name of their edges.
    const EDGE: &'static str;

    /// Shows a row.
    fn show(row: Self::Noun) -> Self;
}

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
    of: u64,
}

impl PageArgs {
    /// The page asked for, of a list with this fingerprint.
    pub fn page(&self, fingerprint: u64) -> Result<Page, ApiError> {
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
            Some(text) => Some(read_cursor(text, fingerprint)?),
        };
        Ok(Page { size, from, backward })
    }
}

fn read_cursor(text: &str, fingerprint: u64) -> Result<Cursor, ApiError> {
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

pub(crate) fn write_cursor(cursor: Cursor, fingerprint: u64) -> String {
    // Keys and ties are plain texts and numbers, which always serialize.
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&Bookmark { cursor, of: fingerprint }).unwrap_or_default())
}

/// What a cursor is bound to. The same in every process of one build; a cursor of an older build is an error, not a guess.
pub(crate) fn fingerprint(question: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    question.hash(&mut hasher);
    hasher.finish()
}

/// A page of a list (Relay cursor connection).
pub struct Connection<T: Shown> {
    slice: Slice<T::Noun>,
    page: Page,
    fingerprint: u64,
    below: Option<(<T::Noun as Noun>::Link, Uuid)>,
    filter: <T::Noun as Noun>::Filter,
    sort: <T::Noun as Noun>::Sort,
    shown: PhantomData<fn() -> T>,
}

impl<T: Shown> Connection<T>
where
    T::Noun: Noun,
{
    /// A page of all, or of those below one parent; lists below several parents are loaded together.
    pub async fn load(
        context: &Context<'_>,
        below: Option<(<T::Noun as Noun>::Link, Uuid)>,
        filter: <T::Noun as Noun>::Filter,
        sort: <T::Noun as Noun>::Sort,
        args: PageArgs,
    ) -> Result<Self, ApiError> {
        // The parent is left out: a cursor of one parent's list is a place in another's as well.
        let fingerprint = fingerprint(&(below.map(|(link, _)| link), &filter, sort));
        let page = args.page(fingerprint)?;
        let slice = match below {
            None => T::Noun::list(reader(context), None, &filter, sort, &page).await?,
            Some((link, parent)) => {
                let key = ListOf { parent, link, filter: filter.clone(), sort, page: page.clone() };
                loaders(context).load_one(key).await?.unwrap_or_default()
            }
        };
        Ok(Self { slice, page, fingerprint, below, filter, sort, shown: PhantomData })
    }

    fn cursor_of(&self, row: &T::Noun) -> String {
        write_cursor(row.cursor(self.sort), self.fingerprint)
    }
}

// Derived, it would ask the same of `T`'s nouns' filters by other names.
impl<T: Shown> Clone for Connection<T> {
    fn clone(&self) -> Self {
        Self {
            slice: self.slice.clone(),
            page: self.page.clone(),
            fingerprint: self.fingerprint,
            below: self.below,
            filter: self.filter.clone(),
            sort: self.sort,
            shown: PhantomData,
        }
    }
}

/// A page of a list.
#[Object(name = T::CONNECTION, directive = Auth::apply(T::SEEN))]
impl<T: Shown> Connection<T> {
    /// The objects of the page, in order
    fn nodes(&self) -> Vec<T> {
        self.slice.rows.iter().cloned().map(T::show).collect()
    }

    /// The objects of the page, each with its cursor
    fn edges(&self) -> Vec<Edge<T>> {
        self.slice.rows.iter().map(|row| Edge { cursor: self.cursor_of(row), node: T::show(row.clone()) }).collect()
    }

    /// Where the page lies
    fn page_info(&self) -> PageInfo {
        let outside = self.page.from.is_some();
        PageInfo {
            has_next_page: if self.page.backward { outside } else { self.slice.more },
            has_previous_page: if self.page.backward { self.slice.more } else { outside },
            start_cursor: self.slice.rows.first().map(|row| self.cursor_of(row)),
            end_cursor: self.slice.rows.last().map(|row| self.cursor_of(row)),
        }
    }

    /// How many objects there are on all pages together; costs a count of its own, so ask for it only where it is shown
    async fn total_count(&self, context: &Context<'_>) -> Answer<i32> {
        let count = match self.below {
            None => T::Noun::count(reader(context), None, &self.filter).await.map_err(ApiError::from),
            Some((link, parent)) => loaders(context)
                .load_one(CountOf::<T::Noun> { parent, link, filter: self.filter.clone() })
                .await
                .map(Option::unwrap_or_default)
                .map_err(ApiError::from),
        };
        Some(count.map(|count| i32::try_from(count).unwrap_or(i32::MAX)))
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
        read_cursor(&write_cursor(Cursor { key, tie: Tie::Code(code.to_owned()) }, 7), 7)
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

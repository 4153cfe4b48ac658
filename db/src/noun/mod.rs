//! What all nouns have in common: found by id or code, listed by filter, sort and page, by themselves or below many parents.
//!
//! The module of a noun says of it what [`Stored`] asks for.

mod keys;
mod macros;
mod named;
mod stored;

use std::{collections::HashMap, fmt::Debug, hash::Hash};

use derive::boxed;
use uuid::Uuid;

pub use self::{
    keys::{ByCode, ById, CountOf, ListOf},
    named::{Named, NamedNoun, Names},
};
pub(crate) use self::{
    macros::{noun, relation},
    named::names,
    stored::{Boxed, Stored, StoredBelow},
};
use crate::{
    DbError, Reader,
    page::{Cursor, Page, Slice},
};

/// A question that is cheaper asked for many keys at once.
pub trait Batch: Clone + Eq + Hash + Send + Sync + 'static {
    /// The answer for one key. Cheap to clone.
    type Value: Clone + Send + Sync + 'static;

    /// Answers all keys, in a number of statements that does not depend on how many there are.
    #[boxed]
    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, Self::Value>, DbError>;
}

/// What is looked up by its id.
pub trait Noun: Sized + Send + Sync + 'static {
    /// Its id.
    fn id(&self) -> Uuid;

    /// Those of the ids that the reader may see, in any order.
    #[boxed]
    async fn by_ids(reader: &Reader, ids: &[Uuid]) -> Result<Vec<Self>, DbError>;
}

/// What is looked up by a business key, too.
pub trait Coded: Noun {
    /// Its business key.
    fn code(&self) -> &str;

    /// Whether it is meant by a code that was asked for.
    fn answers_to(&self, code: &str) -> bool {
        self.code() == code
    }

    /// Those of the codes that the reader may see, in any order.
    #[boxed]
    async fn by_codes(reader: &Reader, codes: &[String]) -> Result<Vec<Self>, DbError>;
}

/// What is listed.
pub trait Listed: Sized + Send + Sync + 'static {
    /// What its lists are narrowed by.
    type Filter: Names + Clone + Eq + Hash + Debug + Send + Sync + 'static;
    /// What its lists are sorted by; `()` where there is one order only.
    type Sort: Copy + Default + Eq + Hash + Debug + Send + Sync + 'static;

    /// Its place in a list of that sort.
    fn cursor(&self, sort: Self::Sort) -> Cursor;

    /// One page of the list of all.
    #[boxed]
    async fn list(
        reader: &Reader,
        filter: &Self::Filter,
        sort: Self::Sort,
        page: &Page,
    ) -> Result<Slice<Self>, DbError>;

    /// How many there are on all pages of [`Listed::list`].
    #[boxed]
    async fn count(reader: &Reader, filter: &Self::Filter) -> Result<i64, DbError>;
}

/// What is listed below other objects, too.
pub trait ListedBelow: Listed {
    /// How it hangs on those objects.
    type Link: Copy + Eq + Hash + Debug + Send + Sync + 'static;

    /// The same page below each of many parents, in one statement. A parent with nothing below it has no entry.
    #[boxed]
    async fn list_each(
        reader: &Reader,
        parents: &[Uuid],
        link: Self::Link,
        filter: &Self::Filter,
        sort: Self::Sort,
        page: &Page,
    ) -> Result<HashMap<Uuid, Slice<Self>>, DbError>;

    /// How many there are below each of many parents, in one statement.
    #[boxed]
    async fn count_each(
        reader: &Reader,
        parents: &[Uuid],
        link: Self::Link,
        filter: &Self::Filter,
    ) -> Result<HashMap<Uuid, i64>, DbError>;
}

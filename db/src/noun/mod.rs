//! What all nouns have in common: found by id or code, listed by filter, sort and page, alone or below many parents.

mod macros;

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    marker::PhantomData,
};

use uuid::Uuid;

use crate::{
    DbError, Reader,
    page::{Cursor, Page, Slice},
};

pub(crate) use self::macros::{noun, relation};

/// A question that is cheaper asked for many keys at once.
pub trait Batch: Clone + Eq + Hash + Send + Sync + 'static {
    /// The answer for one key.
    type Value: Clone + Send + Sync + 'static;

    /// Answers all keys, in a number of statements that does not depend on how many there are.
    fn load(reader: &Reader, keys: &[Self])
    -> impl Future<Output = Result<HashMap<Self, Self::Value>, DbError>> + Send;
}

/// A noun of the domain with a table of its own.
pub trait Noun: Clone + Send + Sync + 'static {
    /// What its lists are narrowed by.
    type Filter: Clone + Default + Eq + Hash + std::fmt::Debug + Send + Sync + 'static;
    /// What its lists are sorted by.
    type Sort: Copy + Default + Eq + Hash + std::fmt::Debug + Send + Sync + 'static;
    /// The objects below which it is listed.
    type Link: Copy + Eq + Hash + std::fmt::Debug + Send + Sync + 'static;

    /// Its id.
    fn id(&self) -> Uuid;

    /// Its business key; its id in words where it has none.
    fn code(&self) -> String;

    /// Its place in a list of that sort.
    fn cursor(&self, sort: Self::Sort) -> Cursor;

    /// Those of the ids that the reader may see, in any order.
    fn by_ids(reader: &Reader, ids: &[Uuid]) -> impl Future<Output = Result<Vec<Self>, DbError>> + Send;

    /// Those of the codes that the reader may see, in any order.
    fn by_codes(reader: &Reader, codes: &[String]) -> impl Future<Output = Result<Vec<Self>, DbError>> + Send;

    /// One page of a list, of all or of those below one parent.
    fn list(
        reader: &Reader,
        below: Option<(Self::Link, Uuid)>,
        filter: &Self::Filter,
        sort: Self::Sort,
        page: &Page,
    ) -> impl Future<Output = Result<Slice<Self>, DbError>> + Send;

    /// The same page below each of many parents, in one statement.
    fn list_each(
        reader: &Reader,
        parents: &[Uuid],
        link: Self::Link,
        filter: &Self::Filter,
        sort: Self::Sort,
        page: &Page,
    ) -> impl Future<Output = Result<HashMap<Uuid, Slice<Self>>, DbError>> + Send;

    /// How many there are on all pages of [`Noun::list`].
    fn count(
        reader: &Reader,
        below: Option<(Self::Link, Uuid)>,
        filter: &Self::Filter,
    ) -> impl Future<Output = Result<i64, DbError>> + Send;

    /// How many there are below each of many parents, in one statement.
    fn count_each(
        reader: &Reader,
        parents: &[Uuid],
        link: Self::Link,
        filter: &Self::Filter,
    ) -> impl Future<Output = Result<HashMap<Uuid, i64>, DbError>> + Send;
}

/// The key of one object.
pub struct ById<N>(pub Uuid, PhantomData<fn() -> N>);

impl<N> ById<N> {
    /// The object of that id.
    #[must_use]
    pub const fn new(id: Uuid) -> Self {
        Self(id, PhantomData)
    }
}

// Derived implementations would ask the same of `N`, of which nothing is stored.
impl<N> Clone for ById<N> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<N> Copy for ById<N> {}
impl<N> PartialEq for ById<N> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<N> Eq for ById<N> {}
impl<N> Hash for ById<N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<N: Noun> Batch for ById<N> {
    type Value = N;

    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, N>, DbError> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        Ok(N::by_ids(reader, &ids).await?.into_iter().map(|row| (Self::new(row.id()), row)).collect())
    }
}

/// The business key of one object.
pub struct ByCode<N>(pub String, PhantomData<fn() -> N>);

impl<N> ByCode<N> {
    /// The object of that code.
    #[must_use]
    pub const fn new(code: String) -> Self {
        Self(code, PhantomData)
    }
}

impl<N> Clone for ByCode<N> {
    fn clone(&self) -> Self {
        Self::new(self.0.clone())
    }
}
impl<N> PartialEq for ByCode<N> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<N> Eq for ByCode<N> {}
impl<N> Hash for ByCode<N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<N: Noun> Batch for ByCode<N> {
    type Value = N;

    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, N>, DbError> {
        let codes: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
        Ok(N::by_codes(reader, &codes).await?.into_iter().map(|row| (Self::new(row.code()), row)).collect())
    }
}

/// One list of a noun below one parent; many of them with the same question are answered together.
pub struct ListOf<N: Noun> {
    /// The object it hangs on.
    pub parent: Uuid,
    /// In which relation.
    pub link: N::Link,
    /// What narrows it.
    pub filter: N::Filter,
    /// What sorts it.
    pub sort: N::Sort,
    /// Which page of it.
    pub page: Page,
}

impl<N: Noun> Clone for ListOf<N> {
    fn clone(&self) -> Self {
        Self {
            parent: self.parent,
            link: self.link,
            filter: self.filter.clone(),
            sort: self.sort,
            page: self.page.clone(),
        }
    }
}
impl<N: Noun> PartialEq for ListOf<N> {
    fn eq(&self, other: &Self) -> bool {
        self.parent == other.parent && self.asks_like(other)
    }
}
impl<N: Noun> Eq for ListOf<N> {}
impl<N: Noun> Hash for ListOf<N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.parent, self.link, &self.filter, self.sort, &self.page).hash(state);
    }
}

impl<N: Noun> ListOf<N> {
    fn asks_like(&self, other: &Self) -> bool {
        (self.link, &self.filter, self.sort, &self.page) == (other.link, &other.filter, other.sort, &other.page)
    }
}

impl<N: Noun> Batch for ListOf<N> {
    type Value = Slice<N>;

    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, Slice<N>>, DbError> {
        let mut answers = HashMap::with_capacity(keys.len());
        for group in groups(keys, Self::asks_like) {
            let Some(first) = group.first() else { continue };
            let parents: Vec<Uuid> = group.iter().map(|key| key.parent).collect();
            let mut slices = N::list_each(reader, &parents, first.link, &first.filter, first.sort, &first.page).await?;
            answers.extend(group.into_iter().map(|key| (key.clone(), slices.remove(&key.parent).unwrap_or_default())));
        }
        Ok(answers)
    }
}

/// The size of one list below one parent.
pub struct CountOf<N: Noun> {
    /// The object it hangs on.
    pub parent: Uuid,
    /// In which relation.
    pub link: N::Link,
    /// What narrows it.
    pub filter: N::Filter,
}

impl<N: Noun> Clone for CountOf<N> {
    fn clone(&self) -> Self {
        Self { parent: self.parent, link: self.link, filter: self.filter.clone() }
    }
}
impl<N: Noun> PartialEq for CountOf<N> {
    fn eq(&self, other: &Self) -> bool {
        self.parent == other.parent && self.asks_like(other)
    }
}
impl<N: Noun> Eq for CountOf<N> {}
impl<N: Noun> Hash for CountOf<N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.parent, self.link, &self.filter).hash(state);
    }
}

impl<N: Noun> CountOf<N> {
    fn asks_like(&self, other: &Self) -> bool {
        (self.link, &self.filter) == (other.link, &other.filter)
    }
}

impl<N: Noun> Batch for CountOf<N> {
    type Value = i64;

    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, i64>, DbError> {
        let mut answers = HashMap::with_capacity(keys.len());
        for group in groups(keys, Self::asks_like) {
            let Some(first) = group.first() else { continue };
            let parents: Vec<Uuid> = group.iter().map(|key| key.parent).collect();
            let counts = N::count_each(reader, &parents, first.link, &first.filter).await?;
            answers.extend(
                group.into_iter().map(|key| (key.clone(), counts.get(&key.parent).copied().unwrap_or_default())),
            );
        }
        Ok(answers)
    }
}

/// Keys that ask the same of different parents, together. There are as many groups as a document has such fields: few.
fn groups<K>(keys: &[K], alike: impl Fn(&K, &K) -> bool) -> Vec<Vec<&K>> {
    let mut groups: Vec<Vec<&K>> = Vec::new();
    for key in keys {
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| alike(first, key))) {
            Some(group) => group.push(key),
            None => groups.push(vec![key]),
        }
    }
    groups
}

//! The keys by which nouns are asked for in batches.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
    marker::PhantomData,
    sync::Arc,
};

use derive::boxed;
use uuid::Uuid;

use super::{Batch, Coded, ListedBelow, Noun};
use crate::{
    DbError, Reader,
    page::{Page, Slice},
    text::symbol,
};

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
    type Value = Arc<N>;

    #[boxed]
    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, Arc<N>>, DbError> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        Ok(N::by_ids(reader, &ids).await?.into_iter().map(|row| (Self::new(row.id()), Arc::new(row))).collect())
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

impl<N: Coded> Batch for ByCode<N> {
    type Value = Arc<N>;

    #[boxed]
    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, Arc<N>>, DbError> {
        // A text processor makes a dash of the hyphen that was typed.
        let codes: Vec<String> = keys.iter().map(|key| symbol(&key.0)).collect();
        let rows: Vec<Arc<N>> = N::by_codes(reader, &codes).await?.into_iter().map(Arc::new).collect();
        let find = |code: &str| {
            let exact = rows.iter().find(|row| row.code() == code);
            exact.or_else(|| rows.iter().find(|row| row.answers_to(code)))
        };
        let found = keys.iter().zip(&codes).filter_map(|(key, code)| Some((key.clone(), Arc::clone(find(code)?))));
        Ok(found.collect())
    }
}

/// One list of a noun below one parent; many of them with the same question are answered together.
pub struct ListOf<N: ListedBelow> {
    /// The object it hangs on.
    pub parent: Uuid,
    /// In which relation.
    pub link: N::Link,
    /// What narrows it; shared, for a key is cloned several times on its way.
    pub filter: Arc<N::Filter>,
    /// What sorts it.
    pub sort: N::Sort,
    /// Which page of it.
    pub page: Page,
}

impl<N: ListedBelow> Clone for ListOf<N> {
    fn clone(&self) -> Self {
        Self {
            parent: self.parent,
            link: self.link,
            filter: Arc::clone(&self.filter),
            sort: self.sort,
            page: self.page.clone(),
        }
    }
}
impl<N: ListedBelow> PartialEq for ListOf<N> {
    fn eq(&self, other: &Self) -> bool {
        self.parent == other.parent && self.asks_like(other)
    }
}
impl<N: ListedBelow> Eq for ListOf<N> {}
// The parent tells nearly all keys apart; a document asks few questions of one parent, and hashing a filter takes long.
impl<N: ListedBelow> Hash for ListOf<N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parent.hash(state);
    }
}

impl<N: ListedBelow> ListOf<N> {
    fn asks_like(&self, other: &Self) -> bool {
        (self.link, &self.filter, self.sort, &self.page) == (other.link, &other.filter, other.sort, &other.page)
    }
}

impl<N: ListedBelow> Batch for ListOf<N> {
    type Value = Slice<N>;

    #[boxed]
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
pub struct CountOf<N: ListedBelow> {
    /// The object it hangs on.
    pub parent: Uuid,
    /// In which relation.
    pub link: N::Link,
    /// What narrows it; shared, for a key is cloned several times on its way.
    pub filter: Arc<N::Filter>,
}

impl<N: ListedBelow> Clone for CountOf<N> {
    fn clone(&self) -> Self {
        Self { parent: self.parent, link: self.link, filter: Arc::clone(&self.filter) }
    }
}
impl<N: ListedBelow> PartialEq for CountOf<N> {
    fn eq(&self, other: &Self) -> bool {
        self.parent == other.parent && self.asks_like(other)
    }
}
impl<N: ListedBelow> Eq for CountOf<N> {}
impl<N: ListedBelow> Hash for CountOf<N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parent.hash(state);
    }
}

impl<N: ListedBelow> CountOf<N> {
    fn asks_like(&self, other: &Self) -> bool {
        (self.link, &self.filter) == (other.link, &other.filter)
    }
}

impl<N: ListedBelow> Batch for CountOf<N> {
    type Value = i64;

    #[boxed]
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

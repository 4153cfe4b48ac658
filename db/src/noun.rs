//! What all nouns have in common: found by id or code, listed by filter, sort and page, alone or below many parents.

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

/// A short list that always comes whole, below each of many parents: the leads of a directive, its deadlines.
///
/// `relation!(/** Who leads. */ LeadsOf => Agency, |connection, parents| query.load(connection))`: rows `(parent, value)`.
macro_rules! relation {
    ($(#[$about:meta])* $name:ident => $value:ty, |$reader:ident, $parents:ident| $load:expr) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(pub uuid::Uuid);

        impl $crate::noun::Batch for $name {
            type Value = Vec<$value>;

            async fn load(
                $reader: &$crate::Reader,
                keys: &[Self],
            ) -> Result<std::collections::HashMap<Self, Vec<$value>>, $crate::DbError> {
                let $parents: Vec<uuid::Uuid> = keys.iter().map(|key| key.0).collect();
                let mut connection = $reader.statement().await?;
                let rows: Vec<(uuid::Uuid, $value)> = diesel_async::RunQueryDsl::load($load, &mut connection).await?;
                let mut answers: std::collections::HashMap<Self, Vec<$value>> =
                    keys.iter().map(|key| (*key, Vec::new())).collect();
                for (parent, value) in rows {
                    answers.entry(Self(parent)).or_default().push(value);
                }
                Ok(answers)
            }
        }
    };
}

// Both diesel and diesel-async have a `RunQueryDsl`; named in full, the two never meet.

/// Implements [`Noun`] from three functions of the noun's module: `filtered`, `sorted` and `cursor`, and a tie.
macro_rules! noun {
    ($row:ty, $table:ident, $filter:ty, $sort:ty, $link:ty, $code:expr) => {
        type Boxed = diesel::helper_types::IntoBoxed<'static, $table::table, diesel::pg::Pg>;
        $crate::noun::noun!(Boxed, $row, $table, $filter, $sort, $link, $code);
    };
    // For a row that joins several tables: `$boxed` is the boxed join that `filtered` returns.
    ($boxed:ty, $row:ty, $table:ident, $filter:ty, $sort:ty, $link:ty, $code:expr) => {
        impl $crate::noun::Noun for $row {
            type Filter = $filter;
            type Sort = $sort;
            type Link = $link;

            fn id(&self) -> uuid::Uuid {
                self.id
            }

            fn code(&self) -> String {
                let code: fn(&Self) -> String = $code;
                code(self)
            }

            fn cursor(&self, sort: $sort) -> $crate::page::Cursor {
                cursor(self, sort)
            }

            async fn by_ids(reader: &$crate::Reader, ids: &[uuid::Uuid]) -> Result<Vec<Self>, $crate::DbError> {
                let query = filtered(reader, None, &<$filter>::default()).filter($table::id.eq_any(ids.to_vec()));
                let mut connection = reader.statement().await?;
                Ok(diesel_async::RunQueryDsl::load(query.select(<$row>::as_select()), &mut connection).await?)
            }

            async fn by_codes(reader: &$crate::Reader, codes: &[String]) -> Result<Vec<Self>, $crate::DbError> {
                let query = with_codes(filtered(reader, None, &<$filter>::default()), codes);
                let mut connection = reader.statement().await?;
                Ok(diesel_async::RunQueryDsl::load(query.select(<$row>::as_select()), &mut connection).await?)
            }

            async fn list(
                reader: &$crate::Reader,
                below: Option<($link, uuid::Uuid)>,
                filter: &$filter,
                sort: $sort,
                page: &$crate::page::Page,
            ) -> Result<$crate::page::Slice<Self>, $crate::DbError> {
                let below = below.map(|(link, parent)| (link, $crate::lateral::Of::One(parent)));
                let query = sorted(filtered(reader, below, filter), sort, page)?;
                let mut connection = reader.statement().await?;
                let rows = diesel_async::RunQueryDsl::load(query.select(<$row>::as_select()), &mut connection).await?;
                Ok(page.slice(rows))
            }

            async fn list_each(
                reader: &$crate::Reader,
                parents: &[uuid::Uuid],
                link: $link,
                filter: &$filter,
                sort: $sort,
                page: &$crate::page::Page,
            ) -> Result<std::collections::HashMap<uuid::Uuid, $crate::page::Slice<Self>>, $crate::DbError> {
                let query = sorted(filtered(reader, Some((link, $crate::lateral::Of::Each)), filter), sort, page)?;
                let query = $crate::lateral::per_parent(parents, query.select(<$row>::as_select()));
                let mut connection = reader.statement().await?;
                let rows: Vec<(uuid::Uuid, Self)> = diesel_async::RunQueryDsl::load(query, &mut connection).await?;
                let mut groups: std::collections::HashMap<uuid::Uuid, Vec<Self>> = std::collections::HashMap::new();
                for (parent, row) in rows {
                    groups.entry(parent).or_default().push(row);
                }
                Ok(groups.into_iter().map(|(parent, rows)| (parent, page.slice(rows))).collect())
            }

            async fn count(
                reader: &$crate::Reader,
                below: Option<($link, uuid::Uuid)>,
                filter: &$filter,
            ) -> Result<i64, $crate::DbError> {
                let below = below.map(|(link, parent)| (link, $crate::lateral::Of::One(parent)));
                let query = filtered(reader, below, filter).count();
                let mut connection = reader.statement().await?;
                Ok(diesel_async::RunQueryDsl::get_result(query, &mut connection).await?)
            }

            async fn count_each(
                reader: &$crate::Reader,
                parents: &[uuid::Uuid],
                link: $link,
                filter: &$filter,
            ) -> Result<std::collections::HashMap<uuid::Uuid, i64>, $crate::DbError> {
                let query = filtered(reader, Some((link, $crate::lateral::Of::Each)), filter).count();
                let query = $crate::lateral::per_parent(parents, query);
                let mut connection = reader.statement().await?;
                let counts: Vec<(uuid::Uuid, i64)> = diesel_async::RunQueryDsl::load(query, &mut connection).await?;
                Ok(counts.into_iter().collect())
            }
        }
    };
}

pub(crate) use {noun, relation};

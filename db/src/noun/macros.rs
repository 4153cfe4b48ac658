//! What the modules of nouns are written with: a list that comes whole, and a noun.
//!
//! Macros, because diesel's types can hardly be named in bounds, and because a function that is generic would be compiled again
//! by whoever calls it.

/// A short list that always comes whole, below each of many parents: the leads of a directive, its deadlines.
///
/// Its name, what one row of it is, and a query of pairs of a parent's id and a row, in the order of the list. The query is
/// made of a `&Reader` and the ids of the parents, a `Vec<Uuid>`.
///
/// ```ignore
/// relation!(
///     /// The documents a recommendation mentions that the reader may see.
///     DocumentsMentionedBy => Document,
///     |reader, parents| recommendation_document::table
///         .inner_join(document::table)
///         .filter(recommendation_document::recommendation_id.eq_any(parents))
///         .filter(visible(reader, document::table))
///         .order((recommendation_document::recommendation_id, document::code))
///         .select((recommendation_document::recommendation_id, Document::as_select()))
/// );
/// ```
///
/// It makes the key `DocumentsMentionedBy(id)`, a [`Batch`](super::Batch) that answers a `Vec<Arc<Document>>` for every key.
/// A list of two sides is made of pairs, `PartiesOf => (SuccessionSide, Agency)`, and answers `Vec<(SuccessionSide, Arc<Agency>)>`.
macro_rules! relation {
    ($(#[$about:meta])* $name:ident => ($side:ty, $row:ty), |$reader:ident, $parents:ident| $query:expr) => {
        $crate::noun::relation!(
            @ $(#[$about])* $name => ($side, $row) as ($side, std::sync::Arc<$row>),
            |(side, row)| (side, std::sync::Arc::new(row)), |$reader, $parents| $query
        );
    };
    ($(#[$about:meta])* $name:ident => $row:ty, |$reader:ident, $parents:ident| $query:expr) => {
        $crate::noun::relation!(
            @ $(#[$about])* $name => $row as std::sync::Arc<$row>, std::sync::Arc::new, |$reader, $parents| $query
        );
    };
    (
        @ $(#[$about:meta])* $name:ident => $row:ty as $shared:ty, $share:expr, |$reader:ident, $parents:ident| $query:expr
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(pub uuid::Uuid);

        impl $crate::noun::Batch for $name {
            type Value = Vec<$shared>;

            #[derive::boxed]
            async fn load(
                $reader: &$crate::Reader,
                keys: &[Self],
            ) -> Result<std::collections::HashMap<Self, Vec<$shared>>, $crate::DbError> {
                let $parents: Vec<uuid::Uuid> = keys.iter().map(|key| key.0).collect();
                let mut connection = $reader.statement().await?;
                let rows: Vec<(uuid::Uuid, $row)> = diesel_async::RunQueryDsl::load($query, &mut connection).await?;
                let share: fn($row) -> $shared = $share;
                let mut answers: std::collections::HashMap<Self, Vec<$shared>> =
                    keys.iter().map(|key| (*key, Vec::new())).collect();
                for (parent, row) in rows {
                    answers.entry(Self(parent)).or_default().push(share(row));
                }
                Ok(answers)
            }
        }
    };
}

// Both diesel and diesel-async have a `RunQueryDsl`; named in full, the two never meet.

/// Makes a noun of what is [`Stored`](super::Stored): [`Noun`](super::Noun), [`Tagged`](crate::id::Tagged),
/// [`Listed`](super::Listed) and [`Followed`](crate::change::Followed).
///
/// `noun!(Programme, programme, tag b'p');` names the row and its table, both of which have an `id`, and what its global ids
/// begin with. What else it is, is said behind:
///
/// - `coded by code`, the column and the field of its business key: [`Coded`](super::Coded), too; `as folded`, if it is found
///   in any spelling, by an index of `fold(code)`;
/// - `listed below`, if it has [`StoredBelow`](super::StoredBelow): [`ListedBelow`](super::ListedBelow), too.
macro_rules! noun {
    ($row:ident, $table:ident, tag $tag:literal $(, coded by $code:ident $(as $folded:ident)?)?, listed below) => {
        $crate::noun::noun!($row, $table, tag $tag $(, coded by $code $(as $folded)?)?);

        impl $crate::noun::ListedBelow for $row {
            type Link = <Self as $crate::noun::StoredBelow>::Link;

            #[derive::boxed]
            async fn list_each(
                reader: &$crate::Reader,
                parents: &[uuid::Uuid],
                link: Self::Link,
                filter: &Self::Filter,
                sort: Self::Sort,
                page: &$crate::page::Page,
            ) -> Result<std::collections::HashMap<uuid::Uuid, $crate::page::Slice<Self>>, $crate::DbError> {
                use $crate::{lateral, noun::{Stored, StoredBelow}};
                let query = Self::below(Self::filtered(reader, filter), link);
                let query = diesel::QueryDsl::select(
                    Self::sorted(query, sort, page)?,
                    <Self as diesel::SelectableHelper<diesel::pg::Pg>>::as_select(),
                );
                let query = lateral::per_parent(parents, query);
                let mut connection = reader.statement().await?;
                let rows: Vec<(uuid::Uuid, Self)> = diesel_async::RunQueryDsl::load(query, &mut connection).await?;
                let mut groups: std::collections::HashMap<uuid::Uuid, Vec<Self>> = std::collections::HashMap::new();
                for (parent, row) in rows {
                    groups.entry(parent).or_default().push(row);
                }
                Ok(groups.into_iter().map(|(parent, rows)| (parent, page.slice(rows))).collect())
            }

            #[derive::boxed]
            async fn count_each(
                reader: &$crate::Reader,
                parents: &[uuid::Uuid],
                link: Self::Link,
                filter: &Self::Filter,
            ) -> Result<std::collections::HashMap<uuid::Uuid, i64>, $crate::DbError> {
                use $crate::{lateral, noun::{Stored, StoredBelow}};
                let query = Self::below(Self::filtered(reader, filter), link);
                let query = lateral::per_parent(parents, diesel::QueryDsl::count(query));
                let mut connection = reader.statement().await?;
                let counts: Vec<(uuid::Uuid, i64)> = diesel_async::RunQueryDsl::load(query, &mut connection).await?;
                Ok(counts.into_iter().collect())
            }
        }
    };
    ($row:ident, $table:ident, tag $tag:literal, coded by $code:ident) => {
        $crate::noun::noun!($row, $table, tag $tag);

        impl $crate::noun::Coded for $row {
            fn code(&self) -> &str {
                &self.$code
            }

            #[derive::boxed]
            async fn by_codes(reader: &$crate::Reader, codes: &[String]) -> Result<Vec<Self>, $crate::DbError> {
                let query = <Self as $crate::noun::Stored>::filtered(reader, &Default::default());
                let query = diesel::QueryDsl::filter(query, $crate::among::among($table::$code, codes.to_vec()));
                let query =
                    diesel::QueryDsl::select(query, <Self as diesel::SelectableHelper<diesel::pg::Pg>>::as_select());
                let mut connection = reader.statement().await?;
                Ok(diesel_async::RunQueryDsl::load(query, &mut connection).await?)
            }
        }
    };
    ($row:ident, $table:ident, tag $tag:literal, coded by $code:ident as folded) => {
        $crate::noun::noun!($row, $table, tag $tag);

        impl $crate::noun::Coded for $row {
            fn code(&self) -> &str {
                &self.$code
            }

            fn answers_to(&self, code: &str) -> bool {
                $crate::text::fold(&self.$code) == $crate::text::fold(code)
            }

            #[derive::boxed]
            async fn by_codes(reader: &$crate::Reader, codes: &[String]) -> Result<Vec<Self>, $crate::DbError> {
                let codes: Vec<String> = codes.iter().map(|code| $crate::text::fold(code)).collect();
                let query = <Self as $crate::noun::Stored>::filtered(reader, &Default::default());
                let code = $crate::sql_functions::fold($table::$code);
                let query = diesel::QueryDsl::filter(query, $crate::among::among(code, codes));
                let query =
                    diesel::QueryDsl::select(query, <Self as diesel::SelectableHelper<diesel::pg::Pg>>::as_select());
                let mut connection = reader.statement().await?;
                Ok(diesel_async::RunQueryDsl::load(query, &mut connection).await?)
            }
        }
    };
    ($row:ident, $table:ident, tag $tag:literal) => {
        impl $crate::id::Tagged for $row {
            const TAG: u8 = $tag;
        }

        impl $crate::change::Followed for $row {
            fn seen(reader: &$crate::Reader) -> $crate::change::Condition {
                let query = <Self as $crate::noun::Stored>::filtered(reader, &Default::default());
                let this = diesel::ExpressionMethods::eq($table::id, $crate::lateral::Parent);
                Box::new(diesel::QueryDsl::filter(query, this))
            }
        }

        impl $crate::noun::Noun for $row {
            fn id(&self) -> uuid::Uuid {
                self.id
            }

            #[derive::boxed]
            async fn by_ids(reader: &$crate::Reader, ids: &[uuid::Uuid]) -> Result<Vec<Self>, $crate::DbError> {
                let query = <Self as $crate::noun::Stored>::filtered(reader, &Default::default());
                let query = diesel::QueryDsl::filter(query, $crate::among::among($table::id, ids.to_vec()));
                let query =
                    diesel::QueryDsl::select(query, <Self as diesel::SelectableHelper<diesel::pg::Pg>>::as_select());
                let mut connection = reader.statement().await?;
                Ok(diesel_async::RunQueryDsl::load(query, &mut connection).await?)
            }
        }

        impl $crate::noun::Listed for $row {
            type Filter = <Self as $crate::noun::Stored>::Filter;
            type Sort = <Self as $crate::noun::Stored>::Sort;

            fn cursor(&self, sort: Self::Sort) -> $crate::page::Cursor {
                $crate::noun::Stored::cursor(self, sort)
            }

            #[derive::boxed]
            async fn list(
                reader: &$crate::Reader,
                filter: &Self::Filter,
                sort: Self::Sort,
                page: &$crate::page::Page,
            ) -> Result<$crate::page::Slice<Self>, $crate::DbError> {
                use $crate::noun::Stored;
                let query = diesel::QueryDsl::select(
                    Self::sorted(Self::filtered(reader, filter), sort, page)?,
                    <Self as diesel::SelectableHelper<diesel::pg::Pg>>::as_select(),
                );
                let mut connection = reader.statement().await?;
                Ok(page.slice(diesel_async::RunQueryDsl::load(query, &mut connection).await?))
            }

            #[derive::boxed]
            async fn count(reader: &$crate::Reader, filter: &Self::Filter) -> Result<i64, $crate::DbError> {
                let query = diesel::QueryDsl::count(<Self as $crate::noun::Stored>::filtered(reader, filter));
                let mut connection = reader.statement().await?;
                Ok(diesel_async::RunQueryDsl::get_result(query, &mut connection).await?)
            }
        }
    };
}

pub(crate) use {noun, relation};

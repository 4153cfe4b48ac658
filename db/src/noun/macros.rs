//! What the modules of nouns are written with: a whole list as one line, a noun as three functions.

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

/// Implements [`Noun`](super::Noun) from three functions of the noun's module: `filtered`, `sorted` and `cursor`, and a tie.
macro_rules! noun {
    ($row:ty, $table:ident, $filter:ty, $sort:ty, $link:ty, $code:expr) => {
        type Boxed = diesel::helper_types::IntoBoxed<'static, $table::table, diesel::pg::Pg>;
        $crate::noun::noun!(Boxed, $row, $table, $filter, $sort, $link, $code);
    };
    // For a row that joins several tables: `$boxed` is the boxed join that `filtered` returns.
    ($boxed:ty, $row:ty, $table:ident, $filter:ty, $sort:ty, $link:ty, $code:expr) => {
        impl $crate::change::Followed for $row {
            fn seen(reader: &$crate::Reader) -> $crate::change::Condition {
                let query = filtered(reader, None, &<$filter>::default());
                Box::new(query.filter($table::id.eq($crate::lateral::Parent)))
            }
        }

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

//! Keyset paging: a page begins after the last row seen, wherever that row now stands.

use diesel::{
    Expression, IntoSql as _,
    dsl::SqlTypeOf,
    expression::{AsExpression, TypedExpressionType},
    helper_types::AsExprOf,
    sql_types::{Record, SqlType},
};
use std::sync::Arc;

use chrono::Datelike as _;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Date;

/// The largest page.
pub const MAX_PAGE: u32 = 100;

/// The value a list is sorted by, at one row. Rows of equal value are told apart by [`Cursor::tie`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Key {
    /// A day that every row has.
    #[serde(rename = "a")]
    Date(Date),
    /// A day; null for a row without one, which comes last.
    #[serde(rename = "d")]
    Day(Option<Date>),
    /// A whole number.
    #[serde(rename = "n")]
    Number(i32),
    /// A text, in the order of its column's collation.
    #[serde(rename = "t")]
    Text(String),
}

/// What tells rows of equal sort value apart, in a fixed order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Tie {
    /// For what has no code.
    #[serde(rename = "i")]
    Id(Uuid),
    /// The object's code.
    #[serde(rename = "c")]
    Code(String),
    /// For what is numbered.
    #[serde(rename = "n")]
    Number(i64),
}

/// A place in a sorted list.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cursor {
    /// The sort value; null where the list is sorted by the tie alone.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Key>,
    /// The row among those of equal sort value.
    #[serde(rename = "t")]
    pub tie: Tie,
}

impl Cursor {
    /// Whether it can be a place in a list: no stored text holds U+0000 and no stored day is out of a calendar's years,
    /// nor can PostgreSQL be asked for one that is.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        let key = match &self.key {
            Some(Key::Text(text)) => !text.contains('\0'),
            Some(Key::Date(day) | Key::Day(Some(day))) => (1..=9999).contains(&day.0.year()),
            Some(Key::Day(None) | Key::Number(_)) | None => true,
        };
        key && !matches!(&self.tie, Tie::Code(code) if code.contains('\0'))
    }
}

/// Which page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Page {
    /// Rows on the page, at most [`MAX_PAGE`].
    pub size: u32,
    /// The row before which (`backward`) or after which the page lies; null for the list's end or beginning.
    pub from: Option<Cursor>,
    /// True for the rows before the cursor, still given in the list's order.
    pub backward: bool,
}

impl Default for Page {
    fn default() -> Self {
        Self { size: 20, from: None, backward: false }
    }
}

impl Page {
    /// One row more than the page holds shows whether there are others behind it.
    pub(crate) fn limit(&self) -> i64 {
        i64::from(self.size.min(MAX_PAGE)) + 1
    }

    /// Puts the rows of a statement in the list's order and takes off the one too many.
    pub(crate) fn slice<T>(&self, rows: Vec<T>) -> Slice<T> {
        let size = self.size.min(MAX_PAGE) as usize;
        let more = rows.len() > size;
        let mut rows: Vec<Arc<T>> = rows.into_iter().take(size).map(Arc::new).collect();
        if self.backward {
            rows.reverse();
        }
        Slice { rows, more }
    }
}

/// The rows of a page. Cheap to clone: they are shared.
#[derive(Debug)]
pub struct Slice<T> {
    /// In the order of the list.
    pub rows: Vec<Arc<T>>,
    /// True if there are more in the direction of paging.
    pub more: bool,
}

// A derived implementation would ask the same of `T`.
impl<T> Clone for Slice<T> {
    fn clone(&self) -> Self {
        Self { rows: self.rows.clone(), more: self.more }
    }
}

impl<T> Default for Slice<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), more: false }
    }
}

// A cursor of another sort is an error: to start from the beginning would show the first page for ever.

/// Sorts by a tie column and starts after the cursor.
macro_rules! by_tie {
    ($query:expr, $page:expr, $descending:expr, $tie:expr, $kind:ident) => {{
        use $crate::page::{Cursor, Tie};
        let falling = $descending != $page.backward;
        let query = match &$page.from {
            None => $query,
            Some(Cursor { key: None, tie: Tie::$kind(tie) }) if falling => $query.filter($tie.lt(tie.clone())),
            Some(Cursor { key: None, tie: Tie::$kind(tie) }) => $query.filter($tie.gt(tie.clone())),
            Some(_) => return Err($crate::DbError::Cursor),
        };
        let query = if falling { query.order($tie.desc()) } else { query.order($tie.asc()) };
        query.limit($page.limit())
    }};
}

type Both<A, B> = Record<(SqlTypeOf<A>, SqlTypeOf<B>)>;

/// Both columns as one row. `(a, b) < (x, y)` is found at once in an index of both; by its parts (`a < x OR a = x AND b < y`) each page would
/// pass all rows of the pages before it.
pub(crate) fn row<A: Expression, B: Expression>(key: A, tie: B) -> AsExprOf<(A, B), Both<A, B>>
where
    (A, B): AsExpression<Both<A, B>>,
    Both<A, B>: SqlType + TypedExpressionType,
{
    (key, tie).into_sql()
}

/// Sorts by a column that is never null, then by the tie, and starts after the cursor.
macro_rules! by_key {
    ($query:expr, $page:expr, $descending:expr, $column:expr, $key:ident, $tie:expr, $kind:ident) => {{
        use $crate::page::{Cursor, Key, Tie};
        let falling = $descending != $page.backward;
        let query = match &$page.from {
            None => $query,
            Some(Cursor { key: Some(Key::$key(key)), tie: Tie::$kind(tie) }) => {
                let (key, tie) = (key.clone(), tie.clone());
                let both = $crate::page::row($column, $tie);
                if falling { $query.filter(both.lt((key, tie))) } else { $query.filter(both.gt((key, tie))) }
            }
            Some(_) => return Err($crate::DbError::Cursor),
        };
        let query =
            if falling { query.order(($column.desc(), $tie.desc())) } else { query.order(($column.asc(), $tie.asc())) };
        query.limit($page.limit())
    }};
}

/// Sorts by a column that may be null, nulls last in either direction, then by the tie, and starts after the cursor.
macro_rules! by_nullable_key {
    ($query:expr, $page:expr, $descending:expr, $column:expr, $key:ident, $tie:expr, $kind:ident) => {{
        use $crate::page::{Cursor, Key, Tie};
        let falling = $descending != $page.backward;
        let query = $query;
        let query = match &$page.from {
            None => query,
            Some(Cursor { key: Some(Key::$key(key)), tie: Tie::$kind(tie) }) => {
                let tie = tie.clone();
                match (key.clone(), falling, $page.backward) {
                    (Some(key), false, false) => query
                        .filter($column.gt(key.clone()).or($column.eq(key).and($tie.gt(tie))).or($column.is_null())),
                    (Some(key), true, false) => query
                        .filter($column.lt(key.clone()).or($column.eq(key).and($tie.lt(tie))).or($column.is_null())),
                    (Some(key), false, true) => query.filter($crate::page::row($column, $tie).gt((key, tie))),
                    (Some(key), true, true) => query.filter($crate::page::row($column, $tie).lt((key, tie))),
                    (None, false, false) => query.filter($column.is_null().and($tie.gt(tie))),
                    (None, true, false) => query.filter($column.is_null().and($tie.lt(tie))),
                    (None, false, true) => query.filter($column.is_not_null().or($tie.gt(tie))),
                    (None, true, true) => query.filter($column.is_not_null().or($tie.lt(tie))),
                }
            }
            Some(_) => return Err($crate::DbError::Cursor),
        };
        let query = match (falling, $page.backward) {
            (false, false) => query.order(($column.asc().nulls_last(), $tie.asc())),
            (true, false) => query.order(($column.desc().nulls_last(), $tie.desc())),
            (false, true) => query.order(($column.asc().nulls_first(), $tie.asc())),
            (true, true) => query.order(($column.desc().nulls_first(), $tie.desc())),
        };
        query.limit($page.limit())
    }};
}

pub(crate) use {by_key, by_nullable_key, by_tie};

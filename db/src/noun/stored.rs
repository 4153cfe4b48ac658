//! What the module of a noun writes by hand.

use diesel::{helper_types::IntoBoxed, pg::Pg};

use crate::{
    DbError, Reader,
    page::{Cursor, Page},
};

/// A query to which conditions can be added one by one.
pub(crate) type Boxed<Table> = IntoBoxed<'static, Table, Pg>;

/// A noun that stands in a table: which rows a list holds, and in which order. Written by hand;
/// [`noun!`](super::noun) makes everything else of it.
///
/// ```ignore
/// impl Stored for Programme {
///     type Query = Boxed<programme::table>;
///     type Filter = ProgrammeFilter;
///     type Sort = ();
///
///     fn filtered(_: &Reader, filter: &ProgrammeFilter) -> Self::Query {
///         let mut query = programme::table.into_boxed();
///         if let Some(code) = filter.jurisdiction.clone() {
///             let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id);
///             query = query.filter(programme::jurisdiction_id.eq_any(of_code));
///         }
///         query
///     }
///
///     fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
///         Ok(by_tie!(query, page, false, programme::code, Code))
///     }
///
///     fn cursor(&self, (): ()) -> Cursor {
///         Cursor { key: None, tie: Tie::Code(self.code.clone()) }
///     }
/// }
///
/// noun!(Programme, programme, tag b'p', coded by code);
/// ```
// Public, in a module that is not, because `Listed` names its types.
pub trait Stored: Sized {
    /// A boxed query of its table, or of a join of it with others.
    type Query;
    /// What narrows a list: [`Listed::Filter`](super::Listed::Filter). By default it narrows nothing.
    type Filter;
    /// What sorts a list: [`Listed::Sort`](super::Listed::Sort).
    type Sort;

    /// All rows that the reader may see and the filter lets through.
    fn filtered(reader: &Reader, filter: &Self::Filter) -> Self::Query;

    /// The rows of one page and one more, in order: by [`by_tie!`](crate::page::by_tie) and its like.
    fn sorted(query: Self::Query, sort: Self::Sort, page: &Page) -> Result<Self::Query, DbError>;

    /// The place of a row in that order.
    fn cursor(&self, sort: Self::Sort) -> Cursor;
}

/// A noun that stands in a table and is listed below other objects: which rows hang on one. Written by hand, too.
///
/// ```ignore
/// impl StoredBelow for Programme {
///     type Link = ProgrammeLink;
///
///     fn below(query: Self::Query, link: ProgrammeLink) -> Self::Query {
///         match link {
///             ProgrammeLink::Jurisdiction => query.filter(programme::jurisdiction_id.eq(Parent)),
///         }
///     }
/// }
///
/// noun!(Programme, programme, tag b'p', coded by code, listed below);
/// ```
pub trait StoredBelow: Stored {
    /// How it hangs on those objects: [`ListedBelow::Link`](super::ListedBelow::Link).
    type Link;

    /// Of the rows of a query, those below [`Parent`](crate::lateral::Parent).
    fn below(query: Self::Query, link: Self::Link) -> Self::Query;
}

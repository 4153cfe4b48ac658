//! Statements planned once a connection of which diesel takes it that their text may be another each time: what `sql_query` was
//! given, and inserts of many rows. It has PostgreSQL read and plan those anew at each execution, which takes another round and
//! often longer than the execution.
//!
//! PostgreSQL itself plans anew at each execution where it thinks that it pays. Lists are therefore bound as
//! `unnest(COALESCE((SELECT $1)))`: it does not see how long they are (as in [`crate::among`]).

use diesel::{
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
};

/// The text of an insert depends on the number of its rows, and on which of their values are null: so many are planned once.
const FEW: usize = 2;

/// A statement that a connection keeps.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub(crate) struct Planned<Q> {
    query: Q,
    is_kept: bool,
}

/// A statement whose text is the same each time: what differs is bound.
pub(crate) const fn planned<Q>(query: Q) -> Planned<Q> {
    Planned { query, is_kept: true }
}

/// An insert of so many rows.
pub(crate) const fn planned_rows<Q>(query: Q, rows: usize) -> Planned<Q> {
    Planned { query, is_kept: rows <= FEW }
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Planned<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.query.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(self.is_kept)
    }
}

impl<Q: Query> Query for Planned<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> QueryId for Planned<Q> {
    type QueryId = ();
    // Known by its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

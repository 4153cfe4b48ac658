//! The same list for many parents in one statement.
//!
//! A list below each of n objects (the first five targets of each indicator) must not cost n statements.
//! A query that names its parent as [`Parent`] is run for all of them at once:
//! `SELECT parent.id, child.* FROM unnest((SELECT $1)) AS parent (id) CROSS JOIN LATERAL (…) AS child`.

use diesel::{
    expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate},
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
    sql_types::{Array, Bool, Uuid as SqlUuid},
};
use uuid::Uuid;

/// The parent's id, inside the query of one list.
#[derive(Debug, Clone, Copy, QueryId)]
pub(crate) struct Parent;

impl Expression for Parent {
    type SqlType = SqlUuid;
}
impl<QS> SelectableExpression<QS> for Parent {}
impl<QS> AppearsOnTable<QS> for Parent {}
impl<GB> ValidGrouping<GB> for Parent {
    type IsAggregate = is_aggregate::Never;
}
impl QueryFragment<Pg> for Parent {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("parent.id");
        Ok(())
    }
}

/// `query` once for each of `parents`: rows are `(parent, row)`, in the order of `query` within a parent.
#[derive(Debug)]
pub(crate) struct PerParent<Q> {
    parents: Vec<Uuid>,
    query: Q,
}

pub(crate) fn per_parent<Q>(parents: &[Uuid], query: Q) -> PerParent<Q> {
    PerParent { parents: parents.to_vec(), query }
}

impl<Q: Query> Query for PerParent<Q> {
    type SqlType = (SqlUuid, Q::SqlType);
}

impl<Q> QueryId for PerParent<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for PerParent<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // The inner SELECT hides from the planner how many parents there are: seeing few, it would think a plan for just them the
        // cheaper one, and plan anew at each execution, which takes several times as long as the execution itself.
        out.push_sql("SELECT parent.id, child.* FROM unnest((SELECT ");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.parents)?;
        out.push_sql(")) AS parent (id) CROSS JOIN LATERAL (");
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(") AS child");
        Ok(())
    }
}

/// `column = ANY (array)` for an array that is an expression; diesel's own `eq_any` takes values and subqueries only.
#[derive(Debug, Clone, Copy, QueryId)]
pub(crate) struct IsAnyOf<C, A> {
    column: C,
    array: A,
}

pub(crate) fn is_any_of<C, A>(column: C, array: A) -> IsAnyOf<C, A>
where
    C: Expression<SqlType = SqlUuid>,
    A: Expression<SqlType = Array<SqlUuid>>,
{
    IsAnyOf { column, array }
}

impl<C, A> Expression for IsAnyOf<C, A> {
    type SqlType = Bool;
}
impl<C: SelectableExpression<QS>, A: SelectableExpression<QS>, QS> SelectableExpression<QS> for IsAnyOf<C, A> where
    Self: AppearsOnTable<QS>
{
}
impl<C: AppearsOnTable<QS>, A: AppearsOnTable<QS>, QS> AppearsOnTable<QS> for IsAnyOf<C, A> {}
impl<C, A, GB> ValidGrouping<GB> for IsAnyOf<C, A> {
    type IsAggregate = is_aggregate::No;
}
impl<C: QueryFragment<Pg>, A: QueryFragment<Pg>> QueryFragment<Pg> for IsAnyOf<C, A> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" = ANY (");
        self.array.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}

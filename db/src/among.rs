//! Look-ups by ids and codes, planned once a connection. The planner is not shown how many are looked up: seeing few, it would think a
//! plan for just them the cheaper one, and plan anew at each execution, which takes two to four times as long as the execution.

use diesel::{
    expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate},
    pg::Pg,
    query_builder::{AstPass, QueryFragment, QueryId},
    result::QueryResult,
    serialize::ToSql,
    sql_types::{Array, Bool, HasSqlType, SingleValue},
};

/// `column = ANY (COALESCE((SELECT values)))`: one of these, however many there are.
#[derive(Debug, Clone)]
pub(crate) struct Among<C, V> {
    column: C,
    values: Vec<V>,
}

pub(crate) fn among<C: Expression, V>(column: C, values: Vec<V>) -> Among<C, V> {
    Among { column, values }
}

impl<C, V> Expression for Among<C, V> {
    type SqlType = Bool;
}
impl<C: SelectableExpression<QS>, V, QS> SelectableExpression<QS> for Among<C, V> where Self: AppearsOnTable<QS> {}
impl<C: AppearsOnTable<QS>, V, QS> AppearsOnTable<QS> for Among<C, V> {}
impl<C, V, GB> ValidGrouping<GB> for Among<C, V> {
    type IsAggregate = is_aggregate::No;
}
impl<C, V> QueryId for Among<C, V> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<C, V> QueryFragment<Pg> for Among<C, V>
where
    C: Expression + QueryFragment<Pg>,
    C::SqlType: SingleValue,
    Pg: HasSqlType<Array<C::SqlType>>,
    Vec<V>: ToSql<Array<C::SqlType>, Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.column.walk_ast(out.reborrow())?;
        // Not `ANY ((SELECT …))`, which means the rows of a query.
        out.push_sql(" = ANY (COALESCE((SELECT ");
        out.push_bind_param::<Array<C::SqlType>, _>(&self.values)?;
        out.push_sql(")))");
        Ok(())
    }
}

//! A statement that is put together from pieces, with the values it is sent with.

use std::marker::PhantomData;

use auth::Reached;
use diesel::{
    QueryableByName,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
    serialize::ToSql,
    sql_types::{Array, BigInt, HasSqlType, Untyped, Uuid as SqlUuid},
};

/// How many rows there are, as `count`.
#[derive(QueryableByName)]
pub(crate) struct Count {
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

pub(crate) struct Statement {
    pieces: Vec<Piece>,
}

enum Piece {
    Sql(String),
    /// A value, or a condition as diesel has it.
    Fragment(Box<dyn QueryFragment<Pg> + Send>),
}

struct Bound<S, V> {
    value: V,
    sql_type: PhantomData<fn() -> S>,
}

impl<S, V> QueryFragment<Pg> for Bound<S, V>
where
    Pg: HasSqlType<S>,
    V: ToSql<S, Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_bind_param::<S, V>(&self.value)
    }
}

impl Statement {
    pub fn new(text: &str) -> Self {
        Self { pieces: Vec::new() }.sql(text)
    }

    /// Text of our own, never anything that somebody typed.
    pub fn sql(mut self, text: &str) -> Self {
        match self.pieces.last_mut() {
            Some(Piece::Sql(before)) => before.push_str(text),
            _ => self.pieces.push(Piece::Sql(text.to_owned())),
        }
        self
    }

    /// A value, in its place.
    pub fn value<S, V>(self, value: V) -> Self
    where
        S: Send + 'static,
        Pg: HasSqlType<S>,
        V: ToSql<S, Pg> + Send + 'static,
    {
        self.fragment(Bound { value, sql_type: PhantomData::<fn() -> S> })
    }

    /// A condition as diesel has it, over tables that the statement reads by their own names: no rule is written twice.
    pub fn fragment(mut self, fragment: impl QueryFragment<Pg> + Send + 'static) -> Self {
        self.pieces.push(Piece::Fragment(Box::new(fragment)));
        self
    }

    /// Whether the agency in a column is within a reach.
    pub fn reaches(self, column: &str, reach: &Reached) -> Self {
        match reach.ids() {
            None => self.sql("TRUE"),
            Some(ids) if ids.is_empty() => self.sql("FALSE"),
            Some(ids) => self.sql(column).sql(" = ANY (").value::<Array<SqlUuid>, _>(ids).sql(")"),
        }
    }
}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        for piece in &self.pieces {
            match piece {
                Piece::Sql(text) => out.push_sql(text),
                Piece::Fragment(fragment) => fragment.walk_ast(out.reborrow())?,
            }
        }
        Ok(())
    }
}

impl Query for Statement {
    // Rows are read by the names of their columns.
    type SqlType = Untyped;
}

impl QueryId for Statement {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

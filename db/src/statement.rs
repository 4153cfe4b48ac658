//! A statement that is put together from pieces, with the values it is sent with.

use auth::Reached;
use diesel::{
    QueryableByName,
    pg::Pg,
    query_builder::{BoxedSqlQuery, SqlQuery},
    serialize::ToSql,
    sql_types::{Array, BigInt, HasSqlType, Uuid as SqlUuid},
};

pub(crate) type Query = BoxedSqlQuery<'static, Pg, SqlQuery>;

/// How many rows there are, as `count`.
#[derive(QueryableByName)]
pub(crate) struct Count {
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

pub(crate) struct Statement {
    query: Query,
    values: usize,
}

impl Statement {
    pub fn new(text: &str) -> Self {
        Self { query: diesel::sql_query(text).into_boxed(), values: 0 }
    }

    /// Text of our own, never anything that somebody typed.
    pub fn sql(self, text: &str) -> Self {
        Self { query: self.query.sql(text), ..self }
    }

    /// A value, in its place.
    pub fn value<S, V>(self, value: V) -> Self
    where
        S: Send + 'static,
        Pg: HasSqlType<S>,
        V: ToSql<S, Pg> + Send + 'static,
    {
        let values = self.values + 1;
        Self { query: self.query.sql(format!("${values}")).bind::<S, V>(value), values }
    }

    /// Whether the agency in a column is within a reach.
    pub fn reaches(self, column: &str, reach: &Reached) -> Self {
        match reach.ids() {
            None => self.sql("TRUE"),
            Some(ids) if ids.is_empty() => self.sql("FALSE"),
            Some(ids) => self.sql(column).sql(" = ANY (").value::<Array<SqlUuid>, _>(ids).sql(")"),
        }
    }

    pub fn query(self) -> Query {
        self.query
    }
}

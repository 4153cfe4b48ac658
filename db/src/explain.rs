//! By which steps PostgreSQL answers a statement.

use diesel::{
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::QueryResult,
    row::Row as _,
    sql_types::Text,
};
use diesel_async::{AsyncConnectionCore, AsyncPgConnection};
use futures_util::{FutureExt as _, TryStreamExt as _, future::BoxFuture};

/// The plan of a statement in PostgreSQL's own words, a step on each line, with what each took: it is carried out for that.
pub(crate) fn plan<'a>(
    mut connection: &'a AsyncPgConnection,
    query: &impl QueryFragment<Pg>,
) -> BoxFuture<'a, QueryResult<String>> {
    let rows = AsyncConnectionCore::load(&mut connection, Explained(query));
    async move {
        let lines = rows.await?.map_ok(|row| {
            let field = row.get(0);
            let value = field.as_ref().and_then(diesel::row::Field::value);
            value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
        });
        let lines: Vec<String> = lines.try_collect().await?;
        Ok(lines.join("\n"))
    }
    .boxed()
}

struct Explained<'a, Q>(&'a Q);

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Explained<'_, Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // Each statement has a plan once.
        out.unsafe_to_cache_prepared();
        out.push_sql("EXPLAIN (ANALYZE, BUFFERS) ");
        self.0.walk_ast(out)
    }
}

impl<Q> Query for Explained<'_, Q> {
    type SqlType = Text;
}

impl<Q> QueryId for Explained<'_, Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

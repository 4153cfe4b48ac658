//! Plain SQL for tests, past everything that is under test.

use diesel::{QueryResult, sql_types::Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    answer: String,
}

/// What a query of one row and one column answers, as text.
pub async fn text(connection: &mut AsyncPgConnection, query: &str) -> QueryResult<String> {
    let query = diesel::sql_query(format!("SELECT answer::text FROM ({query}) AS question (answer)"));
    Ok(query.get_result::<Row>(connection).await?.answer)
}

/// Executes statements, separated by semicolons.
pub async fn execute(connection: &mut AsyncPgConnection, statements: &str) -> QueryResult<()> {
    connection.batch_execute(statements).await
}

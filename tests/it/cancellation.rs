//! What somebody asked for who is gone ends in PostgreSQL, and no connection is lent before it is at rest.

use std::{future::Future, pin::pin, time::Duration};

use api::config::settings::{ANSWER_CACHE, POOL_SIZE, POOL_WAIT, REQUEST_TIMEOUT, STATEMENT_TIMEOUT};
use db::{Conn, Pool, connection::SessionLimits, pool::PoolSettings};
use diesel::{query_builder::SqlQuery, sql_types::Text};
use futures_util::future::{join_all, select};
use reqwest::Response;
use schema::clock::Clock;
use serde_json::json;
use tests::{TestDb, live::Socket, server::Node};

/// Makes everybody who reads agencies sleep for a minute; nothing but a cancel request ends that sooner.
const HOLD: &str = "ALTER TABLE agency RENAME TO agency_kept;
    CREATE VIEW agency AS SELECT agency_kept.* FROM pg_sleep(60) LEFT JOIN agency_kept ON true;
    GRANT SELECT ON agency TO cotmoc_server";
const LET_GO: &str = "DROP VIEW agency; ALTER TABLE agency_kept RENAME TO agency";
const QUERY: &str = "{ agencies(first: 1) { nodes { code } } }";

/// How many statements sleep.
const ASLEEP: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' \
     AND wait_event = 'PgSleep'";

/// Does `work` until PostgreSQL answers `query` with `answer`; then `work` is dropped.
async fn abandoned(db: &TestDb, query: &str, answer: &str, work: impl Future) {
    select(pin!(work), pin!(db.until(query, answer))).await;
}

fn sleeping() -> SqlQuery {
    diesel::sql_query("SELECT pg_sleep(60)::text AS name")
}

#[derive(diesel::QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

/// What a statement answers.
async fn names(connection: &Conn, query: SqlQuery) -> usize {
    use diesel_async::RunQueryDsl as _;
    query.load::<Named>(&mut connection.statement()).await.unwrap().len()
}

#[tokio::test]
async fn an_abandoned_statement_is_cancelled_before_its_connection_is_lent_again() {
    let db = TestDb::new().await;
    let unlimited = SessionLimits { statement: Duration::ZERO, ..SessionLimits::default() };
    let pool = Pool::new(
        &db.pool.settings().with_limits(unlimited),
        PoolSettings { size: 1, acquire_timeout: Duration::from_secs(60) },
    );
    for statements in [1, 3] {
        let connection = pool.get().await.unwrap();
        let work = join_all((0..statements).map(|_| names(&connection, sleeping())));
        abandoned(&db, ASLEEP, "1", work).await;
        drop(connection);
        let next = pool.get().await.unwrap();
        assert_eq!(names(&next, diesel::sql_query("SELECT 'Sở Khoa học và Công nghệ' AS name")).await, 1);
        assert_eq!(db.text(ASLEEP).await, "0");
    }
    assert_eq!(pool.usage().open, 1);
}

#[tokio::test]
async fn whoever_wants_one_row_gives_the_connection_back_at_rest() {
    let db = TestDb::new().await;
    let connection = db.pool.get().await.unwrap();
    let one: Named = {
        use diesel_async::RunQueryDsl as _;
        diesel::sql_query("SELECT 'Xã Sơn Tịnh' AS name").get_result(&mut connection.statement()).await.unwrap()
    };
    assert_eq!(one.name, "Xã Sơn Tịnh");
    let work = connection.work();
    assert_eq!((work.statements, work.rows), (1, 1));
    assert!(work.time > Duration::ZERO);
    drop(connection);
    assert_eq!(db.pool.usage().idle, db.pool.usage().open, "it is back at once");
}

/// A node with two connections, on which nobody can read agencies.
async fn held(db: &TestDb, timeout: &str) -> Node {
    // All ask the same: with a cache one alone would be worked for.
    let given = [
        (ANSWER_CACHE, "off"),
        (POOL_SIZE, "2"),
        (POOL_WAIT, "60s"),
        (STATEMENT_TIMEOUT, "60s"),
        (REQUEST_TIMEOUT, timeout),
    ];
    let node = Node::start(db, Clock::System, &given).await;
    db.execute(HOLD).await;
    node
}

async fn ask(node: &Node) -> Response {
    node.question(QUERY, &json!({})).send().await.unwrap()
}

#[tokio::test]
async fn who_hangs_up_leaves_nothing_behind_and_never_more_than_the_pool_holds() {
    let db = TestDb::new().await;
    let node = held(&db, "60s").await;
    for _ in 0..5 {
        // Twenty ask, two are worked for, the others wait for a connection.
        abandoned(&db, ASLEEP, "2", join_all((0..20).map(|_| ask(&node)))).await;
        db.until(ASLEEP, "0").await;
    }
    db.execute(LET_GO).await;
    assert_eq!(ask(&node).await.status(), 200);
    node.stop().await;
}

#[tokio::test]
async fn what_takes_too_long_ends_with_its_answer() {
    let db = TestDb::new().await;
    let node = held(&db, "300ms").await;
    let answer = ask(&node).await;
    assert_eq!(answer.status(), 503);
    assert!(answer.text().await.unwrap().contains("TIMEOUT"));
    db.until(ASLEEP, "0").await;
    node.stop().await;
}

#[tokio::test]
async fn an_operation_that_is_completed_over_a_socket_ends() {
    let db = TestDb::new().await;
    let node = held(&db, "60s").await;
    let mut socket = Socket::greet(&node.url("/graphql/ws"), None).await;
    socket.subscribe("một", QUERY, &json!({})).await;
    db.until(ASLEEP, "1").await;
    socket.say(json!({ "type": "complete", "id": "một" })).await;
    db.until(ASLEEP, "0").await;
    socket.subscribe("hai", QUERY, &json!({})).await;
    db.until(ASLEEP, "1").await;
    drop(socket);
    db.until(ASLEEP, "0").await;
    node.stop().await;
}

#[tokio::test]
async fn who_hangs_up_a_stream_of_events_leaves_nothing_behind() {
    let db = TestDb::new().await;
    let node = held(&db, "60s").await;
    let ask = async || {
        let stream = reqwest::Client::new().post(node.url("/graphql/stream")).header("accept", "text/event-stream");
        let stream = stream.header("content-type", "application/json").body(json!({ "query": QUERY }).to_string());
        stream.send().await.unwrap().text().await
    };
    abandoned(&db, ASLEEP, "1", ask()).await;
    db.until(ASLEEP, "0").await;
    node.stop().await;
}

//! How much one may ask for, and what is left for the others.

use api::config::settings::{
    ADDRESS_POINTS_PER_MINUTE, ANSWER_CACHE, ANSWER_LIMIT, CONCURRENCY, HOSTS, LIVE_CONNECTIONS, POINTS_PER_MINUTE,
    TRUSTED_PROXIES,
};
use auth::Role;
use reqwest::{Client, Response};
use schema::clock::Clock;
use serde_json::{Value, json};
use tests::{
    TestDb, demo,
    live::Socket,
    server::{Node, person},
};

const CHEAP: &str = "{ provinces: agencies(first: 1) { nodes { code } } }";
const SEARCH: &str = "{ search(text: \"Quảng Ngãi\", first: 5) { edges { cursor } } }";

async fn asked_from(node: &Node, address: &str, query: &str) -> Response {
    node.question(query, &json!({})).header("x-forwarded-for", address).send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_budget_is_spent_by_account_or_else_by_address_and_every_answer_tells_of_it() {
    let db = TestDb::demo().await;
    let me = person(&db, 1, &[(Role::Inspector, None, false)]).await;
    let given = [
        (TRUSTED_PROXIES, "127.0.0.1"),
        (ADDRESS_POINTS_PER_MINUTE, "12000"),
        (POINTS_PER_MINUTE, "60000"),
        (ANSWER_CACHE, "off"),
    ];
    let node = Node::start(&db, Clock::Fixed(demo::now()), &given).await;
    let token = node.token(&me).await;

    let first = asked_from(&node, "203.0.113.1", SEARCH).await;
    assert_eq!((first.status().as_u16(), header(&first, "ratelimit-policy")), (200, "\"points\";q=12000;w=60"));
    let cost = first.json::<Value>().await.unwrap()["extensions"]["cost"].take();
    let number = |name: &str| cost[name].as_u64().unwrap_or_else(|| panic!("{name} in {cost}"));
    assert!(number("requested") > 5_000 && number("actual") > 10 && number("remaining") < 7_000, "{cost}");
    assert_eq!(number("restoreRate"), 200);

    let _ = asked_from(&node, "203.0.113.1", SEARCH).await;
    let over = asked_from(&node, "203.0.113.1", SEARCH).await;
    assert_eq!(over.status(), 429);
    assert!(header(&over, "retry-after").parse::<u32>().unwrap() > 0);
    assert_eq!(over.json::<Value>().await.unwrap()["errors"][0]["extensions"]["code"], "RATE_LIMITED");

    assert_eq!(asked_from(&node, "203.0.113.2", SEARCH).await.status(), 200, "somebody else");
    let signed_in = node.question(SEARCH, &json!({})).header("x-forwarded-for", "203.0.113.1").bearer_auth(&token);
    let answer = signed_in.send().await.unwrap();
    assert_eq!((answer.status().as_u16(), header(&answer, "ratelimit-policy")), (200, "\"points\";q=60000;w=60"));
    node.stop().await;
}

#[tokio::test]
async fn what_is_known_already_costs_little() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[(ADDRESS_POINTS_PER_MINUTE, "12000")]).await;
    let left = async || {
        let response = node.question(SEARCH, &json!({})).send().await.unwrap();
        assert_eq!(response.status(), 200);
        header(&response, "ratelimit").split(['=', ';']).nth(2).unwrap().parse::<u32>().unwrap()
    };
    let first = left().await;
    for _ in 0..5 {
        left().await;
    }
    let last = left().await;
    assert!(first < 7_000 && first - last < 200 * 6, "{first}, {last}");
    node.stop().await;
}

#[tokio::test]
async fn what_is_no_document_costs_too() {
    let db = TestDb::new().await;
    let node = Node::start(&db, Clock::System, &[(ADDRESS_POINTS_PER_MINUTE, "1200")]).await;
    for status in [400, 400, 429] {
        let request = node.question("{ khôngCó }", &json!({})).header("accept", "application/graphql-response+json");
        assert_eq!(request.send().await.unwrap().status(), status);
    }
    node.stop().await;
}

/// Makes everybody who reads agencies wait, until the returned connection ends.
async fn held(db: &TestDb) -> diesel_async::AsyncPgConnection {
    let mut holder = db.connect().await;
    tests::sql::execute(&mut holder, "BEGIN; LOCK TABLE agency IN ACCESS EXCLUSIVE MODE").await.unwrap();
    holder
}

const WAITING: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

#[tokio::test]
async fn one_who_holds_all_places_does_not_keep_out_who_is_signed_in_and_is_served_after_others() {
    let db = TestDb::demo().await;
    let me = person(&db, 1, &[(Role::Inspector, None, false)]).await;
    let given = [(TRUSTED_PROXIES, "127.0.0.1"), (CONCURRENCY, "4")];
    let node = Node::start(&db, Clock::Fixed(demo::now()), &given).await;
    let token = node.token(&me).await;
    let mut holder = held(&db).await;

    let greedy = futures_util::future::join_all((0..6).map(|_| asked_from(&node, "203.0.113.1", CHEAP)));
    let others = async {
        // Three of them are worked for, three wait; a quarter is not theirs.
        db.until(WAITING, "3").await;
        let signed_in = node.ask_as(&token, "{ viewer { roles } }").await;
        assert_eq!(signed_in.status(), 200);
        tests::sql::execute(&mut holder, "ROLLBACK").await.unwrap();
        assert_eq!(asked_from(&node, "203.0.113.2", CHEAP).await.status(), 200);
    };
    let (answers, ()) = tokio::join!(greedy, others);
    assert!(answers.iter().all(|answer| answer.status() == 200));
    node.stop().await;
}

#[tokio::test]
async fn long_connections_are_shared_out() {
    let db = TestDb::demo().await;
    let me = person(&db, 1, &[(Role::Inspector, None, false)]).await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[(LIVE_CONNECTIONS, "8")]).await;
    let token = node.token(&me).await;
    let url = node.url("/graphql/ws");
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(Socket::greet(&url, None).await);
    }
    let mut refused = Socket::connect(&url).await;
    refused.say(json!({ "type": "connection_init" })).await;
    assert_eq!(refused.closed().await.0, 1013, "half of what the public has");
    let stream = Client::new().get(node.url("/graphql/stream")).query(&[("query", CHEAP)]);
    let stream = stream.header("accept", "text/event-stream").send().await.unwrap();
    assert_eq!((stream.status().as_u16(), header(&stream, "retry-after")), (503, "1"));
    held.push(Socket::greet(&url, Some(&token)).await);
    drop(held);
    node.stop().await;
}

#[tokio::test]
async fn a_page_of_another_site_opens_no_stream() {
    let db = TestDb::new().await;
    let node = Node::start(&db, Clock::System, &[]).await;
    let ask = async |origin: &str| {
        let stream = Client::new().get(node.url("/graphql/stream")).query(&[("query", CHEAP)]);
        stream.header("accept", "text/event-stream").header("origin", origin).send().await.unwrap()
    };
    let foreign = ask("https://khac.example").await;
    assert_eq!(foreign.status(), 403);
    let body: Value = foreign.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert!(body["errors"][0]["message"].as_str().unwrap().contains("https://khac.example"));
    assert_eq!(ask(&node.url("")).await.status(), 200);
    node.stop().await;
}

#[tokio::test]
async fn the_schema_tells_about_itself_as_deep_as_tools_need() {
    let db = TestDb::new().await;
    let node = Node::start(&db, Clock::System, &[]).await;
    let ask =
        async |query: &str| -> Value { node.question(query, &json!({})).send().await.unwrap().json().await.unwrap() };
    let bomb = "{__schema{types{fields{type{fields{type{fields{type{fields{type{fields{type{name}}}}}}}}}}}}}";
    let refused = ask(bomb).await;
    assert!(
        refused["errors"][0]["message"].as_str().unwrap().contains("Maximum introspection depth exceeded"),
        "{refused}"
    );
    let through_fragments = "{ __schema { types { ...F } } } fragment F on __Type { fields { type { ...G } } }
        fragment G on __Type { interfaces { possibleTypes { name } } }";
    assert_eq!(ask(through_fragments).await["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    // As most tools ask it: without what only the newest know.
    let standard = include_str!("../../api/src/guard/introspection.graphql").replace("isOneOf", "");
    let (first, again) = (ask(&standard).await, ask(&standard).await);
    assert_eq!(first["errors"], Value::Null);
    assert!(first["data"]["__schema"]["types"].as_array().unwrap().len() > 100);
    assert_eq!(first["data"], again["data"]);
    node.stop().await;
}

#[tokio::test]
async fn an_answer_that_grows_too_large_is_given_up() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[(ANSWER_LIMIT, "16KiB")]).await;
    let ask =
        async |query: &str| -> Value { node.question(query, &json!({})).send().await.unwrap().json().await.unwrap() };
    let list = "indicators(first: 100) { nodes { code name targets(first: 10) { nodes { code } } } }";
    let large = ask(&format!("{{ {list} }}")).await;
    assert_eq!(large["errors"][0]["extensions"]["code"], "ANSWER_LIMIT_EXCEEDED", "{large}");
    assert_eq!((&large["errors"][0]["path"], large["errors"].as_array().unwrap().len()), (&json!(["indicators"]), 1));
    assert_eq!(large["data"]["indicators"], Value::Null);
    let small = ask("{ indicators(first: 10) { nodes { code } } }").await;
    assert_eq!(small["errors"], Value::Null, "{small}");
    node.stop().await;
}

#[tokio::test]
async fn a_crowd_that_asks_for_readiness_keeps_nobody_from_it() {
    let db = TestDb::new().await;
    let node = Node::start(&db, Clock::System, &[]).await;
    // A question takes a third of a second, and waits for one before it for a second at most.
    db.execute(
        "ALTER TABLE __diesel_schema_migrations RENAME TO applied;
         CREATE VIEW __diesel_schema_migrations AS SELECT applied.* FROM pg_sleep(0.3) LEFT JOIN applied ON true;
         GRANT SELECT ON __diesel_schema_migrations TO cotmoc_server",
    )
    .await;
    let ask = async |_| Client::new().get(node.url("/readyz")).send().await.unwrap().status().as_u16();
    let answers = futures_util::future::join_all((0..20).map(ask)).await;
    assert_eq!(answers, [200; 20]);
    node.stop().await;
}

#[tokio::test]
async fn more_values_than_a_body_may_have_are_refused_before_they_are_read() {
    let db = TestDb::new().await;
    let node = Node::start(&db, Clock::System, &[]).await;
    let answer = node.question(CHEAP, &json!({ "codes": vec![0; 60_000] })).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.json::<Value>().await.unwrap()["errors"][0]["extensions"]["code"], "VALUE_LIMIT_EXCEEDED");
    node.stop().await;
}

#[tokio::test]
async fn another_name_than_the_servers_is_not_answered() {
    let db = TestDb::new().await;
    let node = Node::start(&db, Clock::System, &[(HOSTS, "cotmoc.quangngai.example")]).await;
    let ask = async |host: &str| node.question(CHEAP, &json!({})).header("host", host).send().await.unwrap();
    let other = ask("khac.example").await;
    assert_eq!(other.status(), 421);
    assert_eq!(other.json::<Value>().await.unwrap()["errors"][0]["extensions"]["code"], "MISDIRECTED");
    assert_eq!(ask("cotmoc.quangngai.example:443").await.status(), 200);
    node.stop().await;
}

//! Answers from memory: given again for as long as they are true, to whom they are due, and never older than what was asked.

mod never_stale;
mod sources;

use api::config::settings::{ANSWER_CACHE, DATABASE_URL, REQUEST_TIMEOUT};
use auth::Role;
use reqwest::{Client, RequestBuilder, Response, header::HeaderMap};
use schema::clock::Clock;
use serde_json::{Value, json};
use tests::{
    TestDb, demo,
    relay::Relay,
    server::{Node, person},
};

const INDICATOR: &str = "{ indicator(code: \"tthc_dossiers_online_share\") { name lead { code } } }";
const DIRECTIVES: &str = "{ directives(first: 2) { totalCount nodes { title leads { name } } } }";
const FIGURES: &str = "{ measurements(first: 1) { nodes { value } } }";

/// Who waits for a lock.
const WAITING: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

async fn node(db: &TestDb) -> Node {
    Node::start(db, Clock::Fixed(demo::now()), &[]).await
}

/// What `x-cache` says, and the body.
async fn answer(request: RequestBuilder) -> (String, Value) {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    (header(response.headers(), "x-cache").to_owned(), response.json().await.unwrap())
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

async fn whence(node: &Node, query: &str) -> String {
    answer(node.question(query, &json!({}))).await.0
}

#[tokio::test]
async fn an_answer_is_given_again_until_something_changes_that_it_was_read_from() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    let all = async || [whence(&node, INDICATOR).await, whence(&node, DIRECTIVES).await, whence(&node, FIGURES).await];
    assert_eq!(all().await, ["miss", "miss", "miss"]);
    assert_eq!(all().await, ["hit", "hit", "hit"]);
    for (change, whences) in [
        // Whoever changes it, in whatever way.
        (
            "UPDATE directive SET note = 'Đã ghi chú' WHERE code = (SELECT min(code) FROM directive)",
            ["hit", "miss", "hit"],
        ),
        (
            "UPDATE indicator SET name_vi = name_vi || ' (mới)' WHERE code = 'tthc_dossiers_online_share'",
            ["miss", "hit", "hit"],
        ),
        ("UPDATE agency SET name_vi = name_vi || ' (mới)' WHERE code = 'qng.skhcn'", ["hit", "miss", "hit"]),
        ("BEGIN; UPDATE directive SET note = 'Không xong'; ROLLBACK", ["hit", "hit", "hit"]),
        // The part of a transaction that was undone does not take the count of the other with it.
        (
            "BEGIN; SAVEPOINT a; UPDATE directive SET note = 'Bỏ'; ROLLBACK TO a; UPDATE directive SET note = 'Giữ'; COMMIT",
            ["hit", "miss", "hit"],
        ),
        ("TRUNCATE digital_system CASCADE", ["hit", "hit", "hit"]),
        ("DELETE FROM session", ["hit", "hit", "hit"]),
    ] {
        db.execute(change).await;
        let told = all().await;
        // What lists and relations look at is more than the noun they are called by, never less.
        for (told, whence) in told.iter().zip(whences) {
            assert!(told == whence || (*told == "miss" && whence == "hit"), "{change}: {told:?}");
        }
        assert_eq!(all().await, ["hit", "hit", "hit"], "{change}");
    }
    node.stop().await;
}

#[tokio::test]
async fn all_that_an_answer_depends_on_is_asked_for() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    let query = "query One($code: String!) { indicator(code: $code) { name } } query Two { agencies(first: 1) { nodes { name } } }";
    let ask = async |operation: &str, code: &str, language: &str| {
        let body = json!({ "query": query, "operationName": operation, "variables": { "code": code } });
        let request = Client::new().post(node.url("/graphql")).header("content-type", "application/json");
        answer(request.header("accept-language", language).body(body.to_string())).await
    };
    let mut told = Vec::new();
    for asked in [
        ("One", "tthc_dossiers_online_share", "vi"),
        ("One", "tthc_dossiers_online_share", "en"),
        ("One", "mobile_5g_coverage", "vi"),
        ("Two", "", "vi"),
    ] {
        let (first, answer) = ask(asked.0, asked.1, asked.2).await;
        assert_eq!(
            (first.as_str(), ask(asked.0, asked.1, asked.2).await),
            ("miss", ("hit".to_owned(), answer.clone()))
        );
        assert!(!told.contains(&answer["data"]), "{asked:?}: {answer}");
        told.push(answer["data"].clone());
    }
    node.stop().await;
}

#[tokio::test]
async fn who_sees_the_same_is_answered_together_and_what_is_personal_is_nobody_elses() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    let mut tokens = Vec::new();
    for (number, agency) in [(1, "qng.skhcn"), (2, "qng.skhcn"), (3, "ubnd.21028")] {
        let who = person(&db, number, &[(Role::Reporter, Some(agency), false)]).await;
        tokens.push(node.token(&who).await);
    }
    let ask = async |token: &String, query: &str| answer(node.question(query, &json!({})).bearer_auth(token)).await.0;
    let mut told = Vec::new();
    for token in &tokens {
        told.push(ask(token, DIRECTIVES).await);
    }
    assert_eq!(told, ["miss", "hit", "miss"]);
    assert_eq!(whence(&node, DIRECTIVES).await, "miss", "the public");
    for personal in [
        "{ viewer { roles account { login } } }",
        "{ directives(first: 1) { nodes { viewerCan { accept } } } }",
        "{ agencies(first: 3) { nodes { accounts(first: 3) { nodes { login } } } } }",
        "{ changes(first: 1) { nodes { id } } }",
    ] {
        for token in &tokens {
            assert_eq!(ask(token, personal).await, "pass", "{personal}");
        }
    }
    node.stop().await;
}

fn get(node: &Node, query: &str) -> RequestBuilder {
    let client = Client::builder().no_gzip().no_brotli().build().unwrap();
    client.get(node.url("/graphql")).query(&[("query", query)])
}

async fn told(request: RequestBuilder) -> (u16, HeaderMap, Vec<u8>) {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, headers, response.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn public_reads_by_get_may_be_kept_elsewhere_and_are_asked_for_by_their_tag() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    let (status, headers, body) = told(get(&node, DIRECTIVES)).await;
    let tag = header(&headers, "etag").to_owned();
    assert!(status == 200 && tag.starts_with("W/\""), "{headers:?}");
    assert_eq!(header(&headers, "cache-control"), "public, no-cache");
    assert_eq!(header(&headers, "vary"), "accept, accept-encoding, accept-language, authorization");

    let again = async || told(get(&node, DIRECTIVES).header("if-none-match", &tag)).await;
    let (status, headers, nothing) = again().await;
    assert_eq!(
        (status, header(&headers, "etag"), header(&headers, "x-cache"), nothing.len()),
        (304, tag.as_str(), "hit", 0)
    );
    db.execute("UPDATE directive SET title = title || ' (mới)'").await;
    let (status, headers, changed) = again().await;
    assert_eq!((status, header(&headers, "x-cache")), (200, "miss"));
    assert!(header(&headers, "etag") != tag && changed != body);
    // Changed back, it is the same answer again: worked out anew, not sent anew.
    db.execute("UPDATE directive SET note = 'x' WHERE code = (SELECT max(code) FROM directive)").await;
    let tag = header(&headers, "etag").to_owned();
    let (status, headers, _) = told(get(&node, DIRECTIVES).header("if-none-match", &tag)).await;
    assert_eq!((status, header(&headers, "x-cache")), (304, "miss"));

    let who = person(&db, 1, &[(Role::Inspector, None, false)]).await;
    let token = node.token(&who).await;
    let personal = get(&node, "{ viewer { roles } }").bearer_auth(&token);
    for request in [get(&node, DIRECTIVES).bearer_auth(&token), personal] {
        let (_, headers, _) = told(request).await;
        assert!(header(&headers, "cache-control").ends_with("no-store") && header(&headers, "etag").is_empty());
    }
    node.stop().await;
}

#[tokio::test]
async fn it_is_the_same_answer_in_every_encoding() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    let plain = told(get(&node, DIRECTIVES)).await;
    for accepted in ["gzip", "br"] {
        let (status, headers, compressed) = told(get(&node, DIRECTIVES).header("accept-encoding", accepted)).await;
        assert_eq!((status, header(&headers, "content-encoding")), (200, accepted));
        assert_eq!(header(&headers, "etag"), header(&plain.1, "etag"));
        assert!(!compressed.is_empty() && compressed != plain.2);
        let client = Client::builder().gzip(accepted == "gzip").brotli(accepted == "br").build().unwrap();
        assert_eq!(told(client.get(node.url("/graphql")).query(&[("query", DIRECTIVES)])).await.2, plain.2);
    }
    node.stop().await;
}

#[tokio::test]
async fn many_who_ask_at_once_are_answered_by_one_execution() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    assert_eq!(whence(&node, INDICATOR).await, "miss", "what statements read from is known");
    // It begins when all that is read is there, and not before the others have come.
    let mut holder = db.connect().await;
    tests::sql::execute(&mut holder, "BEGIN; LOCK TABLE directive IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let asked = futures_util::future::join_all((0..40).map(|_| whence(&node, DIRECTIVES)));
    let release = async {
        db.until(WAITING, "1").await;
        tests::sql::execute(&mut holder, "ROLLBACK").await.unwrap();
    };
    let (told, ()) = tokio::join!(asked, release);
    assert_eq!(told.iter().filter(|whence| *whence == "miss").count(), 1, "{told:?}");
    node.stop().await;
}

#[tokio::test]
async fn what_changes_meanwhile_is_worked_out_anew_only_if_the_answer_was_read_from_it() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    assert_eq!(whence(&node, INDICATOR).await, "miss", "what statements read from is known");
    for (change, shared) in [
        ("UPDATE agency SET name_vi = name_vi || ' (mới)' WHERE code = 'qng.skhcn'", false),
        ("TRUNCATE digital_system CASCADE", true),
    ] {
        let mut holder = db.connect().await;
        tests::sql::execute(&mut holder, "BEGIN; LOCK TABLE directive IN ACCESS EXCLUSIVE MODE").await.unwrap();
        let first = node.question(DIRECTIVES, &json!({})).send();
        let changed = async {
            db.until(WAITING, "1").await;
            db.execute(change).await;
            tests::sql::text(&mut holder, "SELECT clock_timestamp()::text").await.unwrap()
        };
        let (first, changed) = (tokio::spawn(first), changed.await);
        let second = tokio::spawn(node.question(DIRECTIVES, &json!({})).send());
        let looked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle' \
                      AND query LIKE '%data_version%' AND query_start >";
        db.until(&format!("{looked} '{changed}'"), "1").await;
        tests::sql::execute(&mut holder, "ROLLBACK").await.unwrap();
        let told = [first.await.unwrap().unwrap(), second.await.unwrap().unwrap()];
        let [first, second] = told.each_ref().map(|answer| header(answer.headers(), "x-cache"));
        assert_eq!((first, second != "miss"), ("miss", shared), "{change}: {second}");
        db.execute("UPDATE directive SET note = 'Không còn như cũ'").await;
    }
    node.stop().await;
}

#[tokio::test]
async fn whoever_waits_goes_on_when_the_one_who_worked_goes_away() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    let mut holder = db.connect().await;
    tests::sql::execute(&mut holder, "BEGIN; LOCK TABLE directive IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let first = node.question(DIRECTIVES, &json!({}));
    let gone = tokio::spawn(first.send());
    db.until(WAITING, "1").await;
    let second = whence(&node, DIRECTIVES);
    let release = async {
        gone.abort();
        // What ran for the first is cancelled; the second, who may have waited for it, begins anew.
        db.until(WAITING, "1").await;
        tests::sql::execute(&mut holder, "ROLLBACK").await.unwrap();
    };
    let (told, ()) = tokio::join!(second, release);
    assert_eq!(told, "miss");
    node.stop().await;
}

#[tokio::test]
async fn who_hangs_up_takes_nothing_from_the_others() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    assert_eq!(whence(&node, DIRECTIVES).await, "miss");
    let mut holder = db.connect().await;
    tests::sql::execute(&mut holder, "BEGIN; LOCK TABLE data_version IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let gone = tokio::spawn(node.question(DIRECTIVES, &json!({})).send());
    db.until(WAITING, "1").await;
    gone.abort();
    let _ = gone.await;
    tests::sql::execute(&mut holder, "ROLLBACK").await.unwrap();
    assert_eq!(whence(&node, DIRECTIVES).await, "hit", "the connection on which versions are looked at was kept");
    node.stop().await;
}

#[tokio::test]
async fn what_fails_is_not_kept() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    db.execute("ALTER TABLE progress_update RENAME TO progress_away").await;
    let query = "{ directives(first: 1) { nodes { progressUpdates(first: 1) { totalCount } } } }";
    for _ in 0..2 {
        let (whence, answer) = answer(node.question(query, &json!({}))).await;
        assert!(whence == "miss" && answer["errors"][0]["extensions"]["code"] == "INTERNAL", "{whence}: {answer}");
    }
    db.execute("ALTER TABLE progress_away RENAME TO progress_update").await;
    let (whence, answer) = answer(node.question(query, &json!({}))).await;
    assert!(whence == "miss" && answer["errors"].is_null(), "{whence}: {answer}");
    node.stop().await;
}

#[tokio::test]
async fn batches_and_nodes_without_a_cache_answer_the_same() {
    let db = TestDb::demo().await;
    let (with, without) =
        (node(&db).await, Node::start(&db, Clock::Fixed(demo::now()), &[(ANSWER_CACHE, "off")]).await);
    let ask = async |node: &Node| {
        let body = json!([{ "query": INDICATOR }, { "query": "{ khôngCó }" }, { "query": DIRECTIVES }]);
        let request = Client::new().post(node.url("/graphql")).header("content-type", "application/json");
        let (whence, mut answer) = answer(request.body(body.to_string())).await;
        for answer in answer.as_array_mut().unwrap() {
            answer.as_object_mut().unwrap().remove("extensions");
            if let Some(id) = answer.pointer_mut("/errors/0/extensions/requestId") {
                id.take();
            }
        }
        (whence, answer)
    };
    let (first, made) = ask(&with).await;
    let (again, kept) = ask(&with).await;
    let (never, plain) = ask(&without).await;
    assert_eq!(
        (first.as_str(), again.as_str(), never.as_str()),
        ("miss, pass, miss", "hit, pass, hit", "pass, pass, pass")
    );
    assert_eq!((&made, &kept), (&kept, &plain));
    with.stop().await;
    without.stop().await;
}

/// Without a word from PostgreSQL nothing is known: neither when it does not answer, nor when it refuses.
#[tokio::test]
async fn a_node_that_is_cut_off_answers_nothing_from_memory() {
    let db = TestDb::demo().await;
    let relay = Relay::before(&db).await;
    let node =
        Node::start(&db, Clock::Fixed(demo::now()), &[(DATABASE_URL, &relay.url), (REQUEST_TIMEOUT, "3s")]).await;
    let ask = async || node.question(INDICATOR, &json!({})).send().await.unwrap();
    let whence = |response: &Response| header(response.headers(), "x-cache").to_owned();
    assert_eq!(whence(&ask().await), "miss");
    assert_eq!(whence(&ask().await), "hit");
    for silent in [true, false] {
        relay.cut(silent);
        let cut_off = ask().await;
        assert_eq!(cut_off.status(), 503, "silent: {silent}");
        assert_ne!(whence(&cut_off), "hit");
        db.execute("UPDATE indicator SET name_vi = name_vi || '.' WHERE code = 'tthc_dossiers_online_share'").await;
        relay.join();
        let answer = loop {
            let answer = ask().await;
            if answer.status() == 200 {
                break answer;
            }
        };
        assert_eq!(whence(&answer), "miss", "another connection may lead to another database");
        assert!(answer.json::<Value>().await.unwrap()["data"]["indicator"]["name"].as_str().unwrap().ends_with('.'));
    }
    node.stop().await;
}

/// What was known at an instant stays what it is, and may only be hidden: an answer counts the nouns that it was read from.
#[tokio::test]
async fn an_answer_as_of_an_instant_is_kept_like_any_other() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    let at = db.text("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')").await;
    let of = |question: &str| format!("{{ asOf(instant: \"{at}\") {question} }}");
    let (indicator, directives) = (of(INDICATOR), of(DIRECTIVES));
    let first = answer(node.question(&directives, &json!({}))).await;
    assert_eq!((first.0.as_str(), &*whence(&node, &directives).await), ("miss", "hit"));
    assert_eq!([whence(&node, &indicator).await, whence(&node, &indicator).await], ["miss", "hit"]);
    db.execute("UPDATE directive SET title = title || ' (mới)', visibility = 'INTERNAL' WHERE code = (SELECT min(code) FROM directive)").await;
    let again = answer(node.question(&directives, &json!({}))).await;
    assert_eq!((again.0.as_str(), &*whence(&node, &indicator).await), ("miss", "hit"));
    let count = |answer: &Value| answer["data"]["asOf"]["directives"]["totalCount"].as_u64().unwrap();
    assert_eq!(count(&again.1), count(&first.1) - 1, "it is hidden now");
    let to_come = "{ asOf(instant: \"2199-01-01T00:00:00Z\") { __typename } }";
    for _ in 0..2 {
        let (whence, answer) = answer(node.question(to_come, &json!({}))).await;
        let error = &answer["errors"][0]["extensions"];
        assert_eq!(
            (whence.as_str(), &error["code"], &error["reason"]),
            ("miss", &json!("BAD_REQUEST"), &json!("INSTANT"))
        );
    }
    node.stop().await;
}

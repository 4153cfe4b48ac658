//! The keys that sign access tokens: made once, rotated without signing anybody out, withdrawn at once.

use std::time::{Duration, Instant};

use api::{
    config::settings,
    server::{Server, ServerError},
};
use chrono::TimeDelta;
use reqwest::header;
use schema::clock::Clock;
use serde_json::Value;
use tests::{
    TestDb, demo,
    process::command,
    server::{Node, config, person},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cotmoc_process");

const QUESTION: &str = "{ __typename }";

async fn node(db: &TestDb) -> Node {
    Node::start(db, Clock::Fixed(demo::now()), &[]).await
}

/// Runs `cotmoc keys` some seconds after the demo's instant and answers its exit code and what it says.
async fn keys(db: &TestDb, seconds: i64, arguments: &[&str]) -> (Option<i32>, String) {
    let arguments: Vec<_> = ["keys"].iter().chain(arguments).copied().collect();
    let (url, clock) = (db.url().await, (demo::now() + TimeDelta::seconds(seconds)).to_rfc3339());
    let environment = [("DATABASE_URL", url.as_str()), ("COTMOC_CLOCK", &clock), ("HOME", "/")];
    let output = command(PROGRAM, &arguments, &environment).output().await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code(), said)
}

async fn published(node: &Node) -> Value {
    reqwest::get(node.url("/.well-known/jwks.json")).await.unwrap().json().await.unwrap()
}

fn kids(set: &Value) -> Vec<&str> {
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap()).collect()
}

/// Waits until it is so, for as long as a change may take to be known everywhere.
async fn soon(is_so: impl AsyncFn() -> bool) {
    let begin = Instant::now();
    while !is_so().await {
        assert!(begin.elapsed() < Duration::from_secs(5), "not within five seconds");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn nodes_that_start_together_make_one_key_and_accept_each_others_tokens() {
    let db = TestDb::demo().await;
    let lan = person(&db, 1, &[]).await;
    let (one, two, three) = tokio::join!(node(&db), node(&db), node(&db));
    assert_eq!(db.text("SELECT count(*) FROM signing_key").await, "1");
    assert_eq!(
        db.text("SELECT string_agg(actor_kind || ' ' || action, ',') FROM audit_entry").await,
        "OPERATOR ROTATE_KEYS"
    );
    let token = one.token(&lan).await;
    for node in [&one, &two, &three] {
        assert_eq!(node.ask_as(&token, QUESTION).await.status(), 200);
    }
}

#[tokio::test]
async fn the_key_set_may_be_kept_and_holds_nothing_private() {
    let db = TestDb::new().await;
    let node = node(&db).await;
    let answer = reqwest::get(node.url("/.well-known/jwks.json")).await.unwrap();
    assert_eq!(answer.headers()[header::CACHE_CONTROL], "public, max-age=300");
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json");
    let set: Value = answer.json().await.unwrap();
    let key = set["keys"][0].as_object().unwrap();
    assert_eq!(key.keys().collect::<Vec<_>>(), ["alg", "crv", "kid", "kty", "use", "x"]);
}

#[tokio::test]
async fn another_secret_is_told_and_nothing_is_served() {
    let db = TestDb::new().await;
    node(&db).await.stop().await;
    let other = config(&db.url().await, &[(settings::SECRET_KEY, "//////////////////////////////////////////8=")]);
    let Err(ServerError::Database(error)) = Server::start(other, Clock::Fixed(demo::now())).await else {
        panic!("it started")
    };
    let told = error.to_string();
    assert!(told.contains("COTMOC_SECRET_KEY") && told.contains("keys revoke --all"), "{told}");
}

#[tokio::test]
async fn a_key_is_rotated_without_signing_anybody_out() {
    let db = TestDb::demo().await;
    let lan = person(&db, 1, &[]).await;
    let (one, two) = (node(&db).await, node(&db).await);
    let old = one.token(&lan).await;
    let (code, said) = keys(&db, 0, &["rotate"]).await;
    assert!(code == Some(0) && said.contains("signs from 2026-01-20T02:10:00Z"), "{said}");
    // Known before it signs.
    soon(async || kids(&published(&two).await).len() == 2).await;
    assert_eq!(one.ask_as(&old, QUESTION).await.status(), 200);

    let (_, said) = keys(&db, 1, &["rotate", "--now"]).await;
    let kid = said.split(' ').next().unwrap().to_owned();
    let listed = keys(&db, 1, &["list"]).await.1;
    let states: Vec<_> = listed.lines().filter_map(|line| line.split("Z  ").nth(1)).collect();
    assert_eq!(states, ["has signed", "signs", "will sign"], "{listed}");
    // A node that has not heard of the new key looks for it, once a second at most.
    let ahead = Node::start(&db, Clock::Fixed(demo::now() + TimeDelta::seconds(1)), &[]).await;
    let new = ahead.token(&lan).await;
    soon(async || two.ask_as(&new, QUESTION).await.status() == 200).await;
    assert!(kids(&published(&two).await).contains(&kid.as_str()));
    for node in [&one, &two] {
        assert_eq!(
            node.ask_as(&old, QUESTION).await.status(),
            200,
            "the old one verifies until its tokens have expired"
        );
    }
    let later = Node::start(&db, Clock::Fixed(demo::now() + TimeDelta::minutes(31)), &[]).await;
    assert_eq!(kids(&published(&later).await).len(), 1);
}

#[tokio::test]
async fn what_a_withdrawn_key_signed_holds_nowhere_within_five_seconds() {
    let db = TestDb::demo().await;
    let lan = person(&db, 1, &[]).await;
    let (one, two) = (node(&db).await, node(&db).await);
    let token = one.token(&lan).await;
    for node in [&one, &two] {
        assert_eq!(node.ask_as(&token, QUESTION).await.status(), 200);
    }
    let kid = db.text("SELECT kid FROM signing_key").await;
    let (code, said) = keys(&db, 0, &["revoke", &kid]).await;
    assert!(code == Some(0) && said.contains("is withdrawn") && said.contains("signs from now on"), "{said}");
    for node in [&one, &two] {
        soon(async || node.ask_as(&token, QUESTION).await.status() == 401).await;
        assert_eq!(node.told(&token, QUESTION).await["errors"][0]["extensions"]["reason"], "TOKEN_INVALID");
        assert_eq!(node.ask_as(&node.token(&lan).await, QUESTION).await.status(), 200);
    }
    assert_eq!(keys(&db, 0, &["revoke", &kid]).await.0, Some(1));
    let (code, said) = keys(&db, 0, &["revoke", "x"]).await;
    assert!(code == Some(1) && said.contains("no key of that id"), "{said}");
}

#[tokio::test]
async fn where_the_secret_is_lost_all_keys_are_withdrawn_without_it() {
    let db = TestDb::demo().await;
    let lan = person(&db, 1, &[]).await;
    drop(node(&db).await);
    db.execute("UPDATE signing_key SET sealed_private_key = decode(repeat('00', 100), 'hex')").await;
    let (code, said) = keys(&db, 0, &["rotate"]).await;
    assert!(code == Some(1) && said.contains("COTMOC_SECRET_KEY"), "{said}");
    assert_eq!(keys(&db, 0, &["revoke", "--all"]).await.0, Some(0));
    let node = node(&db).await;
    assert_eq!(node.ask_as(&node.token(&lan).await, QUESTION).await.status(), 200);
}

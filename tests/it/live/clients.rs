//! Clients that others wrote follow the feed as the guide sets them up, and so do the subscriptions of the explorer.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use auth::Role;
use serde_json::{Value, json};
use tests::{TestDb, live::Events, npm::installed, server::person};

use super::{change, head, node, stream};

#[tokio::test]
async fn the_explorers_subscriptions_follow() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    let saved: Vec<_> = api::explorer::examples().iter().filter(|it| it.query.starts_with("subscription")).collect();
    assert!(!saved.is_empty());
    for example in saved {
        let mut events = Events::of(stream(&node, None, &example.query, &json!({})).await);
        db.execute("INSERT INTO change (noun, object_id, kind, recorded_at) SELECT 'directive', id, 'UPDATED', now() FROM directive").await;
        let (kind, answer) = events.next().await.unwrap();
        assert_eq!((kind.as_str(), &answer["errors"]), ("next", &Value::Null), "{}: {answer}", example.title);
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_clients_follow() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    let token = node.token(&person(&db, 1, &[(Role::Administrator, None, false)]).await).await;
    let start = head(&node).await;
    for code in ["qng.stc", "qng.skhcn", "qng.ubnd"] {
        change(&db, code).await;
    }
    let url = node.url("");
    let report = tokio::task::spawn_blocking(move || clients(&url, &start, &token)).await.unwrap();
    let expected = json!(["qng.stc", "qng.skhcn", "qng.ubnd"]);
    assert_eq!(report["ws"]["events"], expected, "{report:#}");
    assert_eq!(report["sse"]["events"], expected, "{report:#}");
    assert_eq!(report["ws"]["query"], report["sse"]["query"]);
    assert_eq!(report["ws"]["viewer"], "n1");
    assert_eq!(report["sse"]["viewer"], "n1");
    assert_eq!(report["ws"]["invalid"], "BAD_REQUEST");
    assert_eq!(report["sse"]["invalid"], "BAD_REQUEST");
    assert_eq!(report["ws"]["refused"], 4403);
    assert_eq!(report["sse"]["refused"], 401);
    node.stop().await;
}

/// The public client of the WebSocket connects again by itself and repeats its first variables. As the guide sets it up, nothing
/// comes twice.
#[tokio::test(flavor = "multi_thread")]
async fn the_public_client_connects_again_and_nothing_comes_twice() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    let start = head(&node).await;
    for code in ["qng.stc", "qng.skhcn"] {
        change(&db, code).await;
    }
    let url = node.url("");
    let mut client = tokio::task::spawn_blocking(move || {
        Command::new("node")
            .args(["resume.mjs", &url, &start])
            .current_dir(installed(env!("CARGO_TARGET_TMPDIR"), "tests/clients"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    })
    .await
    .unwrap();
    let mut lines = BufReader::new(client.stdout.take().unwrap()).lines();
    let next = async |mut lines: Lines| {
        tokio::task::spawn_blocking(move || (lines.next().unwrap().unwrap(), lines)).await.unwrap()
    };
    let mut said = Vec::new();
    for change_now in [None, None, Some("qng.ubnd")] {
        if let Some(code) = change_now {
            let (broken, rest) = next(lines).await;
            assert_eq!(broken, "broken");
            lines = rest;
            change(&db, code).await;
        }
        let (line, rest) = next(lines).await;
        said.push(line);
        lines = rest;
    }
    assert_eq!(said, ["1 qng.stc", "1 qng.skhcn", "2 qng.ubnd"]);
    assert!(client.wait().unwrap().success());
    node.stop().await;
}

type Lines = std::io::Lines<BufReader<std::process::ChildStdout>>;

/// What the public clients (npm `graphql-ws` and `graphql-sse`, as `tests/clients` pins them) have seen. Needs node and npm; the
/// packages are fetched once, into the target folder.
fn clients(url: &str, start: &str, token: &str) -> Value {
    let mut node = Command::new("node");
    let output = node
        .args(["clients.mjs", url, start, token])
        .current_dir(installed(env!("CARGO_TARGET_TMPDIR"), "tests/clients"))
        .output()
        .unwrap();
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{trouble}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {trouble}"))
}

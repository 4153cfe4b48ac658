//! GraphQL over HTTP, on a real socket. The rules one by one are tested beside the handler.

use std::process::Command;

use api::{
    config::settings::{BODY_LIMIT, HOSTS},
    server::{Running, Server},
};
use auth::Role;
use reqwest::RequestBuilder;
use schema::clock::Clock;
use serde_json::{Value, json};
use tests::{
    TestDb, demo,
    npm::installed,
    server::{Node, config, person},
};

async fn server(db: &TestDb) -> Running {
    Server::start(config(&db.url().await, &[]), Clock::System).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_audit_passes_without_a_warning() {
    let db = TestDb::new().await;
    let server = server(&db).await;
    let url = format!("http://{}/graphql", server.addr);
    tokio::task::spawn_blocking(move || audit(&url)).await.unwrap();
    server.stop().await.unwrap();
}

/// Runs the public audit (npm package `graphql-http`, as `tests/audit` pins it) against an endpoint and panics with its report unless every rule is kept, the recommended ones
/// too. Needs node and npm; the packages are fetched once, into the target folder.
fn audit(url: &str) {
    let folder = installed(env!("CARGO_TARGET_TMPDIR"), "tests/audit");
    let output = Command::new("node").arg("audit.mjs").arg(url).current_dir(folder).output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}{trouble}");
}

/// What is said to whoever asks in Vietnamese, and in English.
async fn said(asked: impl Fn() -> RequestBuilder) -> [String; 2] {
    let said = async |language: &str| {
        let answer = asked().header("accept-language", language).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["errors"][0]["message"].as_str().unwrap_or_default().to_owned()
    };
    [said("vi").await, said("en-GB,en;q=0.9,vi;q=0.5").await]
}

#[tokio::test]
async fn a_refusal_speaks_the_language_of_whoever_asked() {
    let db = TestDb::new().await;
    let node = Node::start(&db, Clock::System, &[(BODY_LIMIT, "2000"), (HOSTS, "127.0.0.1")]).await;
    let long = json!({ "query": "#".repeat(3_000) });
    let question = || node.question("{ __typename }", &Value::Null);
    for (said, vi, en) in [
        (
            said(|| reqwest::Client::new().get(node.url("/không-có"))).await,
            "Không có gì ở địa chỉ này",
            "nothing at this address",
        ),
        (said(|| node.post(&long)).await, "Nội dung gửi lên quá lớn", "body is too large"),
        (said(|| question().header("content-encoding", "gzip")).await, "nội dung đã nén", "Compressed request bodies"),
        (said(|| question().header("host", "khac.example")).await, "Máy chủ này mang tên khác", "has another name"),
    ] {
        assert!(said[0].contains(vi) && said[1].contains(en), "{said:?}");
    }
    node.stop().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_said_in_the_language_of_whoever_asked() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    let token = node.token(&person(&db, 1, &[(Role::Inspector, None, false)]).await).await;
    for (question, vi, en) in [
        (r#"search(text: "tỉnh\u202e", first: 1) { edges { rank } }"#, "Ký tự thứ 5 (U+202E)", "Character 5 (U+202E)"),
        (
            r#"obligations(filter: { dueFrom: "2020-01-01", dueTo: "2026-01-01" }) { totalCount }"#,
            "ba năm",
            "three years",
        ),
        (
            r#"obligations(filter: { period: "2025-01-01/2025-02-01" }) { totalCount }"#,
            "không phải là kỳ báo cáo",
            "no reporting period",
        ),
        (r#"obligations(filter: { period: "9999-12" }) { totalCount }"#, "năm 9999 ở ngoài", "the year 9999 is not"),
        (
            r#"obligations(filter: { period: "2025-Q5" }) { totalCount }"#,
            "không có kỳ thứ 5",
            "there is no 5: a year has periods 1 to 4",
        ),
        (
            r#"indicators(first: 1) { nodes { total(subject: "qng.ubnd", period: "1900-01-01/2199-12-31") { value } } }"#,
            "nhiều nhất 60 kỳ",
            "at most 60 periods",
        ),
        (
            r#"indicators(first: 1) { nodes { assessment(subject: "qng.ubnd", milestone: 1700) { __typename } } }"#,
            "không phải năm 1700",
            "not in 1700",
        ),
    ] {
        let said = said(|| node.question(&format!("{{ {question} }}"), &Value::Null).bearer_auth(&token)).await;
        assert!(said[0].contains(vi) && said[1].contains(en), "{question}: {said:?}");
    }
    node.stop().await;
}

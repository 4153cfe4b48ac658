//! Who may have what: as in the API, by the same ways, within the same limits.

use api::config::settings::ADDRESS_POINTS_PER_MINUTE;
use auth::Role;
use schema::clock::Clock;
use serde_json::Value;
use tests::{
    TestDb, demo,
    server::{Node, person},
};

use super::{answered, csv_rows, file, lines, lists, parameters, refused, sent};

#[tokio::test]
async fn everybody_has_what_the_api_answers_them_and_nothing_else() {
    let db = TestDb::demo().await;
    let reporter = person(&db, 1, &[(Role::Reporter, Some("qng.skhcn"), false)]).await;
    let administrator = person(&db, 2, &[(Role::Administrator, None, false)]).await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    let (reporter, administrator) = (node.token(&reporter).await, node.token(&administrator).await);
    let mut seen = Vec::new();
    for token in [None, Some(reporter.as_str()), Some(administrator.as_str())] {
        let mut opened = 0;
        for list in lists().all() {
            let (name, own) = (format!("{}.ndjson", list.name), parameters(list));
            let response = sent(&node, token, &name, &own).await;
            let status = response.status().as_u16();
            let body = response.bytes().await.unwrap();
            if status == 200 {
                opened += 1;
                // Whoever administers sees of the rest what the public sees.
                if token == Some(administrator.as_str()) && !list.name.ends_with("ccounts") {
                    continue;
                }
                let (columns, _) = {
                    let given: Vec<_> = own.iter().copied().chain([("headings", "names")]).collect();
                    csv_rows(&file(&node, token, &format!("{}.csv", list.name), &given).await)
                };
                assert_eq!(lines(&body), answered(&node, token, list, &columns, &own).await, "{}", list.name);
                continue;
            }
            // Then the API refuses it as well, with the same code.
            let told: Value = serde_json::from_slice(&body).unwrap();
            let code = &told["errors"][0]["extensions"]["code"];
            let arguments = match list.name.as_str() {
                "completeness" => "(by: REPORTER)",
                "reportingMatrix" => "(period: \"2025-Q4\")",
                _ => "",
            };
            let mut request = node
                .question(&format!("{{ {}{arguments} {{ pageInfo {{ hasNextPage }} }} }}", list.name), &Value::Null);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let api: Value = request.send().await.unwrap().json().await.unwrap();
            assert_eq!(code, &api["errors"][0]["extensions"]["code"], "{}", list.name);
            assert!((status, code.as_str().unwrap()) == (401, "UNAUTHENTICATED") || status == 403, "{}", list.name);
        }
        seen.push(opened);
    }
    assert!(seen[0] < seen[1] && seen[0] < seen[2], "{seen:?}");
    node.stop().await;
}

#[tokio::test]
async fn what_is_not_understood_is_refused_before_the_first_byte() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    for (name, given, status, code) in [
        ("khôngCó.csv", vec![], 404, "NOT_FOUND"),
        ("search.csv", vec![], 404, "NOT_FOUND"),
        ("agencies.pdf", vec![], 400, "BAD_REQUEST"),
        ("agencies", vec![], 400, "BAD_REQUEST"),
        ("agencies.csv", vec![("khôngCó", "1")], 400, "BAD_REQUEST"),
        ("agencies.csv", vec![("first", "1")], 400, "BAD_REQUEST"),
        ("agencies.csv", vec![("filter", "{")], 400, "BAD_REQUEST"),
        ("agencies.csv", vec![("filter", "[1]")], 400, "BAD_REQUEST"),
        ("agencies.csv", vec![("filter", r#"{"khôngCó":1}"#)], 400, "BAD_REQUEST"),
        ("agencies.csv", vec![("lang", "fr")], 400, "BAD_REQUEST"),
        ("agencies.csv", vec![("bom", "true"), ("bom", "true")], 400, "BAD_REQUEST"),
        ("agencies.csv", vec![("asOf", "hôm qua")], 400, "BAD_REQUEST"),
        ("agencies.csv", vec![("asOf", "2199-01-01T00:00:00Z")], 400, "BAD_REQUEST"),
        ("agencies.csv", vec![("asOf", "0001-01-01T00:00:00+14:00")], 400, "BAD_REQUEST"),
        ("agencies.csv", vec![("asOf", "9999-12-31T00:00:00Z")], 400, "BAD_REQUEST"),
        ("targets.csv", vec![("filter", r#"{"programme":"không-có"}"#)], 404, "NOT_FOUND"),
        ("scorecards.csv", vec![], 400, "BAD_REQUEST"),
        ("scorecards.csv", vec![("period", "quý bốn")], 400, "BAD_REQUEST"),
        ("accounts.csv", vec![], 401, "UNAUTHENTICATED"),
    ] {
        assert_eq!(refused(&node, None, name, &given).await, (status, code.to_owned()), "{name} {given:?}");
    }
    assert_eq!(refused(&node, Some("a.b.c"), "agencies.csv", &[]).await, (401, "UNAUTHENTICATED".to_owned()));
    let client = reqwest::Client::new();
    let posted = client.post(node.url("/files/exports/agencies.csv")).send().await.unwrap();
    assert_eq!((posted.status().as_u16(), posted.headers()["allow"].to_str().unwrap()), (405, "GET"));
    // In the reader's language.
    let request = client.get(node.url("/files/exports/xyz.csv")).header("accept-language", "en");
    let told: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(told["errors"][0]["message"], "There is no list `xyz` to be exported");
    node.stop().await;
}

#[tokio::test]
async fn an_export_counts_like_the_questions_that_it_asks() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[(ADDRESS_POINTS_PER_MINUTE, "6000")]).await;
    let first = sent(&node, None, "programmes.csv", &[]).await;
    assert_eq!(first.status(), 200);
    let policy = first.headers()["ratelimit-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("\"points\";q=6000"), "{policy}");
    // Points come back while a slow machine answers: it may take a few more than ten.
    let mut refused = None;
    for _ in 0..100 {
        let response = sent(&node, None, "programmes.csv", &[]).await;
        if response.status() == 429 {
            refused = Some(response);
            break;
        }
    }
    assert!(refused.unwrap().headers().contains_key("retry-after"));
    node.stop().await;
}

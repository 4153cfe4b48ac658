//! Open data: the public programs that read such things read them, and they hold what the public sees.

use std::process::Command;

use auth::Role;
use reqwest::{Client, Response, header};
use schema::clock::Clock;
use serde_json::{Value, json};
use tests::{
    TestDb, demo,
    python::python,
    server::{Node, person},
};

const INDICATOR: &str = "coverage_5g_share";

async fn got(node: &Node, path: &str) -> Response {
    Client::new().get(node.url(path)).send().await.unwrap()
}

/// A catalogue reader, a statistical program and a checker of tables, as `tests/open_data` pins them. Needs python3 with venv.
#[tokio::test]
async fn its_readers_read_it_without_complaint() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    let url = node.url("");
    let read = move || {
        let python = python(env!("CARGO_TARGET_TMPDIR"), "open_data");
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/open_data/read.py");
        Command::new(python).args([program, url.trim_end_matches('/'), INDICATOR]).output().unwrap()
    };
    let output = tokio::task::spawn_blocking(read).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let count = async |of: &str| db.text(of).await.parse::<u64>().unwrap();
    let figures = format!(
        "SELECT count(*) FROM measurement m JOIN measurement_revision r ON r.measurement_id = m.id AND r.revision = m.published_revision
         JOIN indicator i ON i.id = m.indicator_id WHERE i.code = '{INDICATOR}' AND r.value IS NOT NULL"
    );
    assert_eq!(
        found,
        json!({ "datasets": count("SELECT count(*) FROM indicator").await, "structure": "DF_MEASUREMENT", "figures": count(&figures).await,
            "tables": ["agencies", "programmes", "documents", "indicators", "targets", "measurements"], "errors": [],
            "openapi": "3.1.0" })
    );
}

#[tokio::test]
async fn whoever_has_it_is_told_so_and_what_is_not_there_is_not_found() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    for path in ["catalog.jsonld", "datapackage.json", "structure.json", "indicators/coverage_5g_share.jsonld"] {
        let path = format!("/open-data/{path}");
        let first = got(&node, &path).await;
        assert_eq!(first.status(), 200, "{path}");
        assert_eq!(first.headers()[header::CACHE_CONTROL], "public, max-age=300");
        let etag = first.headers()[header::ETAG].clone();
        let again = Client::new().get(node.url(&path)).header(header::IF_NONE_MATCH, etag).send().await.unwrap();
        assert_eq!((again.status().as_u16(), again.text().await.unwrap().as_str()), (304, ""), "{path}");
    }
    for path in ["catalog.xml", "indicators/khong_co.jsonld", "indicators/coverage_5g_share.csv"] {
        let answer = got(&node, &format!("/open-data/{path}")).await;
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(answer.json::<Value>().await.unwrap()["errors"][0]["extensions"]["code"], "NOT_FOUND", "{path}");
    }
    let posted = Client::new().post(node.url("/open-data/catalog.jsonld")).send().await.unwrap();
    assert_eq!(
        (posted.status().as_u16(), &posted.headers()[header::ALLOW]),
        (405, &header::HeaderValue::from_static("GET"))
    );
}

#[tokio::test]
async fn statistics_are_of_what_is_published_whoever_asks() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    let office = person(&db, 77, &[(Role::StandingOffice, Some("qng.ubnd"), true)]).await;
    let token = node.token(&office).await;
    let path = format!("/files/exports/measurements.sdmx?filter={{\"indicator\":\"{INDICATOR}\"}}");
    let public = got(&node, &path).await.text().await.unwrap();
    let answer = Client::new().get(node.url(&path)).bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/vnd.sdmx.data+csv;version=2.0.0");
    assert_eq!(answer.text().await.unwrap(), public);
    let mut lines = public.lines();
    assert_eq!(
        lines.next().unwrap(),
        "STRUCTURE,STRUCTURE_ID,ACTION,INDICATOR,SUBJECT,REGIME,TIME_PERIOD,OBS_VALUE,OBS_STATUS,NUMERATOR,DENOMINATOR,REPORTER,SOURCE,PUBLISHED_AT"
    );
    let one = lines.next().unwrap();
    assert!(one.starts_with("dataflow,COTMOC:DF_MEASUREMENT(1.0),R,coverage_5g_share,ubnd@"), "{one}");
    let other = got(&node, "/files/exports/indicators.sdmx").await;
    assert_eq!(other.json::<Value>().await.unwrap()["errors"][0]["extensions"]["code"], "BAD_REQUEST");
}

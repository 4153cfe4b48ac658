use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use futures_util::{FutureExt as _, future::join_all};
use serde_json::{Value, json};

use super::*;
use crate::graphql::{
    PATH,
    fixture::{server, server_knowing},
    tests::{GRAPHQL, Reply, post_request, send_to},
};

const TEXT: &str = "query Loi($t: String!) { echo(text: $t) }";

/// Some documents, and how often somebody has looked for any.
#[derive(Default)]
struct Shelf {
    documents: Mutex<BTreeMap<String, String>>,
    asked: AtomicU32,
}

impl Shelf {
    fn holding(id: &str, text: &str) -> Arc<Self> {
        let shelf = Self::default();
        shelf.documents.lock().unwrap().insert(id.to_owned(), text.to_owned());
        Arc::new(shelf)
    }

    fn source(self: &Arc<Self>) -> Source {
        let of = Arc::clone(self);
        Arc::new(move |ids| {
            of.asked.fetch_add(1, Ordering::Relaxed);
            let documents = of.documents.lock().unwrap().clone();
            let found = ids.into_iter().filter_map(move |id| Some((id.clone(), documents.get(id.as_str())?.clone())));
            futures_util::future::ready(Ok(found.collect())).boxed()
        })
    }

    fn asked(&self) -> u32 {
        self.asked.load(Ordering::Relaxed)
    }
}

async fn post(server: &Router, body: Value) -> Reply {
    send_to(server.clone(), post_request(GRAPHQL, body.to_string())).await
}

async fn get(server: &Router, parameters: &str) -> Reply {
    let request = Request::get(format!("{PATH}?{parameters}")).header("accept", GRAPHQL);
    send_to(server.clone(), request.body(Body::empty()).unwrap()).await
}

fn persisted(text: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": DocumentId::of_text(text).as_str() } })
}

fn hash_alone(text: &str) -> Value {
    json!({ "variables": { "t": "Trà Bồng" }, "extensions": persisted(text) })
}

fn with_text(text: &str) -> Value {
    json!({ "query": text, "variables": { "t": "Trà Bồng" }, "extensions": persisted(text) })
}

#[tokio::test]
async fn a_hash_is_unknown_until_its_text_came_with_it() {
    let server = server();
    let unknown = post(&server, hash_alone(TEXT)).await;
    assert_eq!((unknown.status, unknown.code()), (StatusCode::BAD_REQUEST, "PERSISTED_QUERY_NOT_FOUND"));
    let mut in_vietnamese = post_request(GRAPHQL, hash_alone(TEXT).to_string());
    in_vietnamese.headers_mut().insert("accept-language", "vi".parse().unwrap());
    for told in [unknown.body, send_to(server.clone(), in_vietnamese).await.body] {
        assert_eq!(told["errors"][0]["message"], "PersistedQueryNotFound", "what clients look for");
    }
    let expected = json!({ "echo": "Trà Bồng" });
    assert_eq!(post(&server, with_text(TEXT)).await.body["data"], expected);
    assert_eq!(post(&server, hash_alone(TEXT)).await.body["data"], expected);
    let hash = DocumentId::of_text(TEXT);
    let variables = "variables=%7B%22t%22%3A%22Tr%C3%A0%20B%E1%BB%93ng%22%7D";
    let extensions = format!("%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22{hash}%22%7D%7D");
    assert_eq!(get(&server, &format!("{variables}&extensions={extensions}")).await.body["data"], expected);
    assert_eq!(get(&server, &format!("documentId=sha256:{hash}&{variables}")).await.body["data"], expected);
}

#[tokio::test]
async fn nothing_is_kept_under_another_hash_or_that_the_guard_refuses() {
    let server = server();
    let mut stolen = with_text("{ path }");
    stolen["extensions"] = persisted("{ language }");
    let refused = post(&server, stolen).await;
    assert_eq!(
        (refused.code(), &refused.body["errors"][0]["extensions"]["reason"]),
        ("BAD_REQUEST", &json!("DOCUMENT"))
    );
    for text in ["{ language }", "{ path }"] {
        assert_eq!(post(&server, hash_alone(text)).await.code(), "PERSISTED_QUERY_NOT_FOUND", "{text}");
    }
    assert_eq!(post(&server, with_text("{ nothing }")).await.code(), "BAD_REQUEST");
    assert_eq!(post(&server, hash_alone("{ nothing }")).await.code(), "PERSISTED_QUERY_NOT_FOUND");
}

/// The hash is that of the text as it was sent, whatever form it is executed in.
#[tokio::test]
async fn a_text_in_another_form_of_unicode_has_the_hash_of_its_bytes() {
    let server = server();
    let text = "{ echo(text: \"Tra\u{300}\") }";
    assert_eq!(post(&server, with_text(text)).await.code(), "OK");
    assert_eq!(post(&server, hash_alone(text)).await.body["data"]["echo"], "Trà");
}

#[tokio::test]
async fn a_request_names_its_document_in_one_way() {
    let server = server_knowing(Shelf::holding("a", "{ path }").source(), false, 1_000_000);
    let hash = persisted("{ path }");
    let batch = json!([
        { "documentId": "a" },
        { "documentId": "a", "query": "{ path }" },
        { "documentId": "a", "extensions": hash },
        { "query": "{ path }", "extensions": { "persistedQuery": { "version": 2, "sha256Hash": "a" } } },
        { "query": "{ path }", "extensions": { "persistedQuery": null, "other": 1 } },
        { "documentId": "không có" },
        { "documentId": "b" },
    ]);
    let told = post(&server, batch).await;
    let codes: Vec<_> =
        told.body.as_array().unwrap().iter().map(|told| &told["errors"][0]["extensions"]["code"]).collect();
    let (wrong, unknown) = (&json!("BAD_REQUEST"), &json!("PERSISTED_QUERY_NOT_FOUND"));
    assert_eq!(codes, [&Value::Null, wrong, wrong, wrong, &Value::Null, unknown, unknown]);
    assert_eq!(told.status, StatusCode::OK);
    for nothing in [json!({}), json!({ "documentId": null }), json!({ "extensions": {} })] {
        assert_eq!(post(&server, nothing).await.code(), "BAD_REQUEST");
    }
    assert_eq!(get(&server, "documentId=").await.code(), "BAD_REQUEST");
    assert_eq!(post(&server, json!({ "documentId": 7 })).await.code(), "BAD_REQUEST");
}

#[tokio::test(start_paused = true)]
async fn a_published_document_is_there_at_once_and_known_for_two_seconds() {
    let shelf = Arc::new(Shelf::default());
    let server = server_knowing(shelf.source(), false, 1_000_000);
    let ask = json!({ "documentId": "a" });
    assert_eq!(post(&server, ask.clone()).await.code(), "PERSISTED_QUERY_NOT_FOUND");
    shelf.documents.lock().unwrap().insert("a".to_owned(), "{ path }".to_owned());
    assert_eq!(post(&server, ask.clone()).await.code(), "OK", "that it was not there is not remembered");
    let before = shelf.asked();
    for answer in join_all((0..20).map(|_| post(&server, ask.clone()))).await {
        assert_eq!(answer.code(), "OK");
    }
    assert_eq!(shelf.asked(), before);
    shelf.documents.lock().unwrap().clear();
    tokio::time::advance(AGE).await;
    assert_eq!(post(&server, ask).await.code(), "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn a_batch_is_looked_up_at_once() {
    let shelf = Shelf::holding("a", "{ path }");
    let server = server_knowing(shelf.source(), false, 1_000_000);
    let batch: Vec<_> = (0..10).map(|number| json!({ "documentId": format!("{}", number % 2) })).collect();
    post(&server, json!(batch)).await;
    assert_eq!(shelf.asked(), 1);
}

#[tokio::test]
async fn a_closed_endpoint_takes_published_documents_alone() {
    let shelf = Shelf::holding("a", "{ path }");
    shelf.documents.lock().unwrap().insert("m".to_owned(), "mutation { rename(name: \"x\") }".to_owned());
    let server = server_knowing(shelf.source(), true, 1_000_000);
    for refused in [
        json!({ "query": "{ path }" }),
        json!({ "query": "{ __schema { types { name } } }" }),
        with_text("{ path }"),
        hash_alone("{ path }"),
        json!({ "documentId": "b" }),
        json!({ "documentId": "không" }),
        json!({ "documentId": "a", "query": "{ path }" }),
    ] {
        let told = post(&server, refused.clone()).await;
        let expected = if refused["documentId"] == "a" { "BAD_REQUEST" } else { "DOCUMENT_NOT_TRUSTED" };
        assert_eq!((told.status, told.code()), (StatusCode::BAD_REQUEST, expected), "{refused}");
    }
    assert_eq!(get(&server, "query=%7Bpath%7D").await.code(), "DOCUMENT_NOT_TRUSTED");
    let batch = post(&server, json!([{ "documentId": "a" }, { "query": "{ path }" }])).await;
    assert_eq!(batch.body[0]["data"]["path"], "/graphql");
    assert_eq!(batch.body[1]["errors"][0]["extensions"]["code"], "DOCUMENT_NOT_TRUSTED");
    assert_eq!(get(&server, "documentId=a").await.body["data"]["path"], "/graphql");
    let changed = get(&server, "documentId=m").await;
    assert_eq!((changed.status, changed.code()), (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"));
    assert_eq!(post(&server, json!({ "documentId": "m" })).await.body["data"]["rename"], "x");
}

/// An id that nobody has published costs as much as a text that is no document, and nothing is looked up for who has nothing left.
#[tokio::test(start_paused = true)]
async fn whoever_has_spent_their_points_asks_the_database_nothing() {
    let shelf = Arc::new(Shelf::default());
    let server = server_knowing(shelf.source(), false, 1_535);
    let mut codes = Vec::new();
    for number in 0..10 {
        codes.push(post(&server, json!({ "documentId": format!("n{number}") })).await.code().to_owned());
    }
    assert_eq!(codes[..3], ["PERSISTED_QUERY_NOT_FOUND"; 3]);
    assert_eq!(codes[3..], ["RATE_LIMITED"; 7]);
    assert_eq!(shelf.asked(), 3);
}

#[tokio::test]
async fn while_the_database_is_away_nothing_is_said_about_a_document() {
    let away: Source = Arc::new(|_| futures_util::future::ready(Err(DbError::Unavailable("away".to_owned()))).boxed());
    let server = server_knowing(away, false, 1_000);
    for _ in 0..20 {
        let told = post(&server, json!({ "documentId": "a" })).await;
        assert_eq!(
            (told.status, told.code()),
            (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"),
            "and costs next to nothing"
        );
    }
}

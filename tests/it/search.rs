//! Search: without tone marks, in either normal form, as people type.

use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, all, texts},
};

/// What a text finds: code and name of each.
async fn found(viewer: &Viewer, text: &str) -> Vec<String> {
    let query = "query ($text: String!) { search(text: $text, first: 10) { edges { node {
        ... on Agency { code name } ... on Document { code name: title } ... on Indicator { code name } ... on Directive { code name: title }
        ... on Recommendation { code name: topic } } } } }";
    let answer = viewer.ask_with(query, json!({ "text": text })).await.whole();
    let words = |node: &Value| format!("{} {}", node["code"].as_str().unwrap(), node["name"].as_str().unwrap());
    all(&answer, "search/edges/*/node").into_iter().map(words).collect()
}

#[tokio::test]
async fn tone_marks_case_and_normal_form_do_not_matter() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let composed = found(&viewer, "Sở Khoa học và Công nghệ").await;
    assert!(composed[0].contains("Sở Khoa học và Công nghệ"), "{composed:#?}");
    assert_eq!(found(&viewer, "so khoa hoc va cong nghe").await, composed);
    assert_eq!(found(&viewer, "  SO  KHOA HOC va cong NGHE ").await, composed);
    let decomposed = "So\u{031b}\u{0309} Khoa ho\u{0323}c va\u{0300} Co\u{0302}ng nghe\u{0323}\u{0302}";
    assert_eq!(found(&viewer, decomposed).await, composed);
}

#[tokio::test]
async fn pages_of_hits_follow_one_another() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let query = "query ($after: String) { search(text: \"chuyen doi so\", first: 4, after: $after) { edges { node { __typename ... on Node { id } } } pageInfo { hasNextPage endCursor } } }";
    let (mut ids, mut after) = (Vec::new(), json!(null));
    loop {
        let answer = viewer.ask_with(query, json!({ "after": after })).await.whole();
        ids.extend(texts(&answer, "search/edges/*/node/id").into_iter().map(str::to_owned));
        if answer["search"]["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = answer["search"]["pageInfo"]["endCursor"].clone();
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert!(count > 10 && ids.len() == count, "{count}");
}

#[tokio::test]
async fn odd_texts_are_errors_or_find_nothing() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    // Signs of LIKE and of SQL are letters here.
    for text in ["_", "\\", "zzzzqqqq", "'; DROP TABLE agency; --"] {
        assert!(found(&viewer, text).await.iter().all(|hit| hit.contains(text)), "{text}");
    }
    for text in ["", "   ", "a\u{0}b", "a\u{202e}b", &"á".repeat(201)] {
        let asked = viewer
            .ask_with("query ($text: String!) { search(text: $text) { edges { rank } } }", json!({ "text": text }))
            .await;
        assert_eq!(asked.errors.len(), 1, "{text:?}: {asked:?}");
    }
}

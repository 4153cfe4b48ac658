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
        ... on Recommendation { code name: topic } ... on Measure { code name: title } ... on Goal { code name: title }
        ... on DigitalSystem { code name } } } } }";
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
async fn who_names_a_code_or_a_name_gets_it_first() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    for (text, code) in [
        ("359-KH/TU", "359-KH/TU"),
        ("359–kh/tu", "359-KH/TU"),
        ("qng.skhcn", "qng.skhcn"),
        ("UBND tỉnh Quảng Ngãi", "qng.ubnd"),
        ("coverage_5g_share", "coverage_5g_share"),
    ] {
        let hits = found(&viewer, text).await;
        assert!(hits[0].starts_with(&format!("{code} ")), "{text}: {hits:#?}");
        assert_eq!(found(&viewer, text).await, hits, "in the same order each time");
    }
}

#[tokio::test]
async fn words_are_whole_syllables_unless_one_is_only_begun() {
    let db = TestDb::demo().await;
    db.execute(
        "UPDATE directive SET title = 'Lập quỹ phát triển khoa học' WHERE code = 'tb-ubnd-qng-2025-04:1';
         UPDATE directive SET title = 'Giải quyết kiến nghị' WHERE code = 'tb-ubnd-qng-2025-04:6'",
    )
    .await;
    let viewer = Viewer::public(&db);
    let titles = async |text: &str| {
        let query = "query ($t: String!) { directives(filter: { text: $t }, first: 100) { nodes { title } } }";
        let asked = viewer.ask_with(query, json!({ "t": text })).await.whole();
        let titles = texts(&asked, "directives/nodes/*/title").into_iter().map(str::to_owned).collect::<Vec<_>>();
        ["Lập quỹ phát triển khoa học", "Giải quyết kiến nghị"].map(|title| titles.iter().any(|it| it == title))
    };
    assert_eq!(titles("quỹ").await, [true, false]);
    assert_eq!(titles("quyết").await, [false, true]);
    assert_eq!(titles("quy*").await, [true, true]);
    assert_eq!(titles("kien ngh*").await, [false, true]);
    assert!(!found(&viewer, "quỹ").await.iter().any(|hit| hit.contains("Giải quyết kiến nghị")));
}

#[tokio::test]
async fn every_word_counts_in_each_right_spelling() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let count = async |list: &str, text: &str| {
        let query = format!("query ($t: String!) {{ it: {list}(filter: {{ text: $t }}) {{ totalCount }} }}");
        viewer.ask_with(&query, json!({ "t": text })).await.whole()["it"]["totalCount"].as_i64().unwrap()
    };
    for (one, other) in [("tỷ lệ", "tỉ lệ"), ("kỹ thuật", "kĩ thuật"), ("quy định", "qui định"), ("hoá", "hóa")]
    {
        assert_eq!(count("indicators", one).await, count("indicators", other).await, "{one}");
        assert_eq!(count("directives", one).await, count("directives", other).await, "{one}");
    }
    assert!(count("indicators", "tỉ lệ").await > 10);
    let title = db
        .text(
            "SELECT title FROM directive WHERE array_length(string_to_array(title, ' '), 1) > 8 ORDER BY code LIMIT 1",
        )
        .await;
    assert!(count("directives", &title).await >= 1, "{title}");
    assert_eq!(count("directives", &format!("{title} xyzzyqwerty")).await, 0);
    // As many words as fit into a request, and no error.
    assert_eq!(count("directives", &"khoa học ".repeat(20_000)).await, count("directives", "khoa học").await);
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

#[tokio::test]
async fn pages_lead_back_the_way_they_came() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let ask = async |paging: &str| {
        let query = format!(
            "{{ search(text: \"chuyển đổi số\", {paging}) {{ edges {{ node {{ ... on Node {{ id }} }} }}
                pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        viewer.ask(&query).await.whole()["search"].take()
    };
    let ids = |page: &Value| texts(page, "edges/*/node/id").into_iter().map(str::to_owned).collect::<Vec<_>>();
    let first = ask("first: 3").await;
    let second = ask(&format!("first: 3, after: {}", first["pageInfo"]["endCursor"])).await;
    let back = ask(&format!("last: 3, before: {}", second["pageInfo"]["startCursor"])).await;
    assert_eq!(ids(&back), ids(&first));
    assert_eq!((&back["pageInfo"]["hasNextPage"], &back["pageInfo"]["hasPreviousPage"]), (&json!(true), &json!(false)));
    let all = ids(&ask("first: 100").await);
    let end = ask("last: 3").await;
    assert_eq!(ids(&end), all[all.len() - 3..]);
    assert_eq!(end["pageInfo"]["hasPreviousPage"], true);
}

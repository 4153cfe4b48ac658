//! Keyset paging over every root list: each object once, in order, whatever the page and the direction.

use auth::Scope;
use db::{
    Date, DbError, Reader,
    agency::Agency,
    directive::Directive,
    document::Document,
    indicator::Indicator,
    measurement::Measurement,
    noun::Listed,
    page::{Cursor, Key, Page, Tie},
    recommendation::Recommendation,
    reporting_rule::ReportingRule,
    search::{SearchNoun, search},
    target::Target,
};
use serde_json::{Value, json};
use tests::{
    TestDb, demo,
    graphql::{Viewer, texts},
};

/// The lists, with a sort where they have one.
const LISTS: &[(&str, &str)] = &[
    ("agencies", "order: { by: NAME }"),
    ("agencies", "order: { by: CODE, direction: DESCENDING }"),
    ("documents", "order: { by: ISSUED_ON }"),
    ("documents", "order: { by: ISSUED_ON, direction: DESCENDING }"),
    ("documents", "order: { by: CODE }"),
    ("programmes", ""),
    ("indicatorGroups", ""),
    ("indicators", "order: { by: POSITION }"),
    ("indicators", "order: { by: NAME, direction: DESCENDING }"),
    ("targets", "order: { by: DUE_ON }"),
    ("targets", "order: { by: DUE_ON, direction: DESCENDING }"),
    ("targets", "order: { by: CODE }"),
    ("measurements", "filter: { indicator: \"tthc_dossiers_online_share\" }"),
    ("directives", "order: { by: DUE_ON }"),
    ("directives", "order: { by: DUE_ON, direction: DESCENDING }"),
    ("directives", "order: { by: POSITION }"),
    ("recommendations", ""),
    ("reportingRules", ""),
];

async fn page(viewer: &Viewer, list: &str, arguments: &str) -> Value {
    let query = format!(
        "{{ {list}({arguments}) {{ totalCount edges {{ cursor node {{ id }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
    );
    viewer.ask(&query).await.whole()[list].take()
}

#[tokio::test]
async fn every_object_comes_once_forwards_and_backwards() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    for (list, sort) in LISTS {
        let (mut forwards, mut backwards) = (Vec::new(), Vec::new());
        let mut after = String::new();
        loop {
            let answer = page(&viewer, list, &format!("first: 17 {sort} {after}")).await;
            forwards.extend(texts(&answer, "edges/*/node/id").into_iter().map(str::to_owned));
            if answer["pageInfo"]["hasNextPage"] == false {
                assert_eq!(answer["totalCount"], json!(forwards.len()), "{list} {sort}");
                break;
            }
            after = format!("after: {}", answer["pageInfo"]["endCursor"]);
        }
        let mut before = String::new();
        loop {
            let answer = page(&viewer, list, &format!("last: 13 {sort} {before}")).await;
            let ids: Vec<_> = texts(&answer, "edges/*/node/id").into_iter().map(str::to_owned).collect();
            backwards.splice(0..0, ids);
            if answer["pageInfo"]["hasPreviousPage"] == false {
                break;
            }
            before = format!("before: {}", answer["pageInfo"]["startCursor"]);
        }
        assert_eq!(forwards, backwards, "{list} {sort}");
        let mut distinct = forwards.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), forwards.len(), "{list} {sort}");
    }
}

#[tokio::test]
async fn what_is_no_page_is_a_clear_error() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let cursor = page(&viewer, "agencies", "first: 1").await["pageInfo"]["endCursor"].to_string();
    for arguments in [
        "first: 0",
        "first: -1",
        "first: 101",
        "last: 0",
        "first: 1, last: 1",
        "first: 1, before: \"x\"",
        "last: 1, after: \"x\"",
        "after: \"\"",
        "after: \"khong-phai-con-tro\"",
        "after: \"AAAA\"",
        &format!("after: {cursor}, order: {{ by: CODE }}"),
        &format!("after: {cursor}, filter: {{ text: \"so\" }}"),
    ] {
        let asked =
            viewer.ask(&format!("{{ agencies({arguments}) {{ nodes {{ id }} }} programmes {{ totalCount }} }}")).await;
        assert_eq!(asked.errors.len(), 1, "{arguments}: {asked:?}");
        assert_eq!(asked.errors[0]["path"], json!(["agencies"]), "{arguments}");
        // One failure blanks one field.
        assert_eq!(asked.data, json!({ "agencies": null, "programmes": { "totalCount": 3 } }), "{arguments}");
    }
    // A number that is no Int at all is refused before anything is read.
    for number in ["2147483648", "1e400", "\"10\"", "1.5"] {
        let asked = viewer.ask(&format!("{{ agencies(first: {number}) {{ nodes {{ id }} }} }}")).await;
        assert!(!asked.errors.is_empty(), "{number}");
        assert_eq!(asked.statements, 0, "{number}");
    }
}

/// Whether a cursor that somebody wrote by hand is refused; to begin at the first page would look like an endless list.
async fn refuses<N: Listed<Filter: Default>>(reader: &Reader, cursor: &Cursor) -> bool {
    let page = Page { size: 2, from: Some(cursor.clone()), backward: false };
    matches!(N::list(reader, &N::Filter::default(), N::Sort::default(), &page).await, Err(DbError::Cursor))
}

#[tokio::test]
async fn a_cursor_of_another_sort_is_refused_by_every_list() {
    let db = TestDb::demo().await;
    let reader = Reader::new(db.pool.clone(), Scope::public(), Date(demo::options().today));
    let day = Key::Date(Date(demo::options().today));
    let id = serde_json::from_value::<Tie>(json!({ "i": "0190a0c0-0000-7000-8000-000000000000" })).unwrap();
    // No list is sorted by a day and then a code, or by an id alone.
    let cursors = [Cursor { key: Some(day), tie: Tie::Code("qng.skhcn".to_owned()) }, Cursor { key: None, tie: id }];
    for cursor in cursors {
        assert!(refuses::<Agency>(&reader, &cursor).await, "{cursor:?}");
        assert!(refuses::<Document>(&reader, &cursor).await, "{cursor:?}");
        assert!(refuses::<Indicator>(&reader, &cursor).await, "{cursor:?}");
        assert!(refuses::<Target>(&reader, &cursor).await, "{cursor:?}");
        assert!(refuses::<Measurement>(&reader, &cursor).await, "{cursor:?}");
        assert!(refuses::<Directive>(&reader, &cursor).await, "{cursor:?}");
        assert!(refuses::<Recommendation>(&reader, &cursor).await, "{cursor:?}");
        assert!(refuses::<ReportingRule>(&reader, &cursor).await, "{cursor:?}");
        let page = Page { size: 2, from: Some(cursor.clone()), backward: false };
        let hits = search(&reader, "sở", SearchNoun::ALL, &page).await;
        assert!(matches!(hits, Err(DbError::Cursor)), "{cursor:?}");
    }
}

/// Lists below many parents are pages of their own, loaded together.
#[tokio::test]
async fn nested_pages_begin_where_their_cursor_says() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let query = |arguments: &str| {
        format!(
            "{{ programmes {{ nodes {{ code targets(first: 3 {arguments}) {{ totalCount nodes {{ code }} pageInfo {{ hasNextPage endCursor }} }} }} }} }}"
        )
    };
    let first = viewer.ask(&query("")).await.whole();
    let codes = texts(&first, "programmes/nodes/*/targets/nodes/*/code");
    assert_eq!(codes.len(), 6, "{first:#}");
    let cursor = first["programmes"]["nodes"][2]["targets"]["pageInfo"]["endCursor"].to_string();
    let second = viewer.ask(&query(&format!("after: {cursor}"))).await.whole();
    let next = &second["programmes"]["nodes"][2]["targets"]["nodes"];
    assert_eq!(next.as_array().unwrap().len(), 3);
    assert!(texts(next, "*/code").iter().all(|code| !codes.contains(code)));
}

#[tokio::test]
async fn vietnamese_names_stand_in_vietnamese_order() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask("{ agencies(filter: { on: \"2026-01-20\" }, order: { by: NAME }, first: 100) { nodes { name(language: VI) } } }")
        .await
        .whole();
    let names = texts(&answer, "agencies/nodes/*/name");
    let place = |start: &str| names.iter().position(|name| name.starts_with(start)).unwrap();
    // Bytes would put every Đ and Ủ after Z.
    let (ban, cong, dang, hoi, so, uy) =
        (place("Ban "), place("Cổng"), place("Đảng"), place("Hội"), place("Sở"), place("Ủy"));
    assert!(ban < cong && cong < dang && dang < hoi && hoi < so && so < uy, "{names:#?}");
}

//! Directives: who leads, by when, and what is late on a day.

use db::{
    Date, Reader,
    deadline::Timeliness,
    directive::{Directive, DirectiveFilter, DirectiveOrder},
    noun::Listed as _,
    page::Page,
};
use serde_json::json;
use tests::{
    TestDb, demo,
    graphql::{Viewer, all, texts},
};

#[tokio::test]
async fn what_the_notice_wanted_before_15_april_and_who_leads() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(
            r#"{ directives(filter: { document: "tb-ubnd-qng-2025-04", dueUntil: "2025-04-14" }) {
                nodes { clause dueOn deadlines { words operator dueOn } leads { code } }
            } }"#,
        )
        .await
        .whole();
    let found: Vec<_> = all(&answer, "directives/nodes/*")
        .into_iter()
        .map(|node| {
            (
                node["clause"].as_str().unwrap(),
                node["dueOn"].as_str().unwrap(),
                node["deadlines"][0]["words"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("10.k", "2025-04-09", "trước ngày 10/4/2025"),
            ("10.i", "2025-04-14", "trước ngày 15/4/2025"),
            ("6", "2025-04-14", "trước ngày 15/4/2025"),
        ]
    );
    assert!(
        all(&answer, "directives/nodes/*").iter().all(|node| !node["leads"].as_array().unwrap().is_empty()),
        "{answer:#}"
    );
}

#[tokio::test]
async fn sorted_by_deadline_those_without_one_come_last_in_both_directions() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    for direction in ["ASCENDING", "DESCENDING"] {
        let query = format!(
            "{{ directives(order: {{ by: DUE_ON, direction: {direction} }}, first: 100) {{ nodes {{ dueOn }} }} }}"
        );
        let answer = viewer.ask(&query).await.whole();
        let days = all(&answer, "directives/nodes/*/dueOn");
        assert_eq!(days.len(), 100);
        let dated: Vec<_> = days.iter().map_while(|day| day.as_str()).collect();
        assert!(dated.len() > 10 && days[dated.len()..].iter().all(|day| day.is_null()));
        let ordered = if direction == "ASCENDING" { dated.is_sorted() } else { dated.iter().rev().is_sorted() };
        assert!(ordered, "{direction}: {dated:?}");
    }
}

/// The rule stands twice, as a function and as a condition of SQL: on every day of two years they must agree.
#[tokio::test]
async fn the_filter_by_timeliness_finds_what_the_field_says() {
    let db = TestDb::demo().await;
    let reader = Reader::new(db.pool.clone(), auth::Scope::public(), Date(demo::today()));
    let page = Page { size: 100, ..Page::default() };
    let every = [
        Timeliness::NoDeadline,
        Timeliness::OnTime,
        Timeliness::DueSoon,
        Timeliness::Overdue,
        Timeliness::Passed,
        Timeliness::DoneOnTime,
        Timeliness::DoneLate,
    ];
    for week in 0..104 {
        let on = Date(chrono::NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + chrono::Days::new(week * 7));
        let mut found = 0;
        for wanted in every {
            let filter = DirectiveFilter {
                timeliness: Some(vec![wanted]),
                on: Some(on),
                has_deadline: Some(true),
                ..Default::default()
            };
            let rows = Directive::list(&reader, &filter, DirectiveOrder::default(), &page).await.unwrap().rows;
            for row in &rows {
                assert_eq!(row.timeliness(on), wanted, "{} on {}", row.code, on.0);
            }
            found += rows.len();
        }
        let all = DirectiveFilter { has_deadline: Some(true), ..Default::default() };
        let all = Directive::list(&reader, &all, DirectiveOrder::default(), &page).await.unwrap().rows;
        assert_eq!(found, all.len(), "{}", on.0);
    }
}

#[tokio::test]
async fn filters_narrow_together() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let answer = viewer
        .ask(
            r#"{
                all: directives { totalCount }
                led: directives(filter: { lead: "qng.skhcn" }) { totalCount }
                subtree: directives(filter: { agencySubtree: "qng.ubnd" }) { totalCount }
                health: directives(filter: { lead: "qng.skhcn", text: "y te" }) { nodes { title } }
                nobody: directives(filter: { lead: "tw.tong_cuc_thong_ke" }) { totalCount nodes { code } }
                undated: directives(filter: { hasDeadline: false }) { totalCount }
                dated: directives(filter: { hasDeadline: true }) { totalCount }
            }"#,
        )
        .await
        .whole();
    let count = |alias: &str| answer[alias]["totalCount"].as_i64().unwrap();
    assert_eq!(count("all"), 121);
    assert_eq!(count("dated") + count("undated"), 121);
    // Two clauses name a period in which a duty runs; that is no deadline.
    assert_eq!(count("dated"), 18);
    assert!(count("subtree") > count("led") && count("led") > 20, "{answer:#}");
    assert_eq!(answer["nobody"], json!({ "totalCount": 0, "nodes": [] }));
    let health = texts(&answer, "health/nodes/*/title");
    assert!(health.iter().any(|title| title.contains("y tế")) && health.len() < 24, "{health:?}");
}

#[tokio::test]
async fn a_directive_knows_what_it_waits_for() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask("{ directives(first: 100) { nodes { code dependsOn { document { code status } } } } }")
        .await
        .whole();
    let waiting = all(&answer, "directives/nodes/*/dependsOn/*/document/status");
    assert!(waiting.contains(&&json!("PLANNED")), "{waiting:?}");
}

/// The condition is written by recursion, so its size must not be the client's to choose.
#[tokio::test]
async fn a_timeliness_asked_for_ten_thousand_times_is_asked_for_once() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let count = async |timeliness: Vec<&str>| {
        let query = "query($any: [Timeliness!]) { directives(filter: { timeliness: $any }) { totalCount } }";
        viewer.ask_with(query, json!({ "any": timeliness })).await.whole()
    };
    assert_eq!(count(["OVERDUE", "NO_DEADLINE"].repeat(5_000)).await, count(vec!["NO_DEADLINE", "OVERDUE"]).await);
}

//! The story of the demo: a plan that was replaced, a target that was revised, and indicators that stand in every way.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, tally, texts},
};

const PROGRAMME: &str = "nq57-quang-ngai";

#[tokio::test]
async fn every_status_occurs() {
    let db = TestDb::demo().await;
    let who = Viewer::public(&db);
    let list = |milestone: &str| {
        format!("assessments(filter: {{ programme: \"{PROGRAMME}\"{milestone} }}, first: 100) {{ nodes {{ status }} }}")
    };
    let question = format!("{{ next: {} that: {} }}", list(""), list(", milestone: 2025"));
    let asked = who.ask(&question).await.whole();
    let mut statuses: BTreeSet<_> = texts(&asked, "next/nodes/*/status").into_iter().collect();
    statuses.extend(texts(&asked, "that/nodes/*/status"));
    assert_eq!(statuses.len(), 9, "{statuses:?}");
}

#[tokio::test]
async fn the_plan_was_replaced() {
    let db = TestDb::demo().await;
    let who = Viewer::public(&db);
    let then = async |instant: &str| -> Value {
        let question = format!(
            "{{ asOf(instant: \"{instant}\") {{ old: document(code: \"336-KH/TU\") {{ status }} plan: document(code: \"359-KH/TU\") {{ status relations {{ kind }} }}
                programme(code: \"{PROGRAMME}\") {{ targets(first: 100) {{ totalCount nodes {{ document {{ code }} }} }} }}
                indicator(code: \"coverage_5g_share\") {{ targets(first: 1) {{ nodes {{ value note }} }} }} }} }}"
        );
        who.ask(&question).await.whole()["asOf"].take()
    };
    let before = then("2025-04-30T17:00:00Z").await;
    assert_eq!((&before["old"]["status"], &before["plan"]["status"]), (&json!("ISSUED"), &json!("DRAFT")));
    assert!(!texts(&before, "plan/relations/*/kind").contains(&"REPLACES"));
    let documents = tally(&before, "programme/targets/nodes/*/document/code");
    assert_eq!(documents.into_iter().collect::<Vec<_>>(), [("336-KH/TU", 3), ("tb-ubnd-qng-2025-04", 1)]);
    assert_eq!(before["indicator"]["targets"]["nodes"][0]["value"], "45");
    let note = before["indicator"]["targets"]["nodes"][0]["note"].as_str().unwrap();
    assert!(note.contains("mô phỏng"), "{note}");
    let after = then("2025-06-30T17:00:00Z").await;
    assert_eq!((&after["old"]["status"], &after["plan"]["status"]), (&json!("REPLACED"), &json!("ISSUED")));
    assert!(texts(&after, "plan/relations/*/kind").contains(&"REPLACES"));
    assert_eq!(after["programme"]["targets"]["totalCount"], 218 + 1);
    assert_eq!(after["indicator"]["targets"]["nodes"][0]["value"], "50");

    let count = |change: &str| {
        format!(
            "{change}: differences(programme: \"{PROGRAMME}\", from: \"2025-04-30T17:00:00Z\", to: \"2025-06-30T17:00:00Z\",
                filter: {{ kinds: [TARGET, DEADLINE], changes: [{change}] }}, last: 100) {{ totalCount nodes {{ code before {{ value }} }} }}"
        )
    };
    let told = who.ask(&format!("{{ {} {} {} }}", count("ADDED"), count("REMOVED"), count("CHANGED"))).await.whole();
    assert_eq!((&told["ADDED"]["totalCount"], &told["CHANGED"]["totalCount"]), (&json!(218), &json!(0)));
    assert_eq!(texts(&told, "REMOVED/nodes/*/before/value"), ["45", "6", "1"]);
    assert!(texts(&told, "ADDED/nodes/*/code").iter().all(|code| code.starts_with("359-KH/TU:")));
}

#[tokio::test]
async fn a_target_was_revised() {
    let db = TestDb::demo().await;
    let who = Viewer::public(&db);
    let question = "{ now: target(code: \"tin-brvt-2025-04-03:3.1\") { ...It }
        asOf(instant: \"2025-03-31T17:00:00Z\") { target(code: \"tin-brvt-2025-04-03:3.1\") { ...It } }
        differences(programme: \"nq57-ba-ria-vung-tau\", from: \"2025-03-31T17:00:00Z\", to: \"2025-04-30T17:00:00Z\") {
            nodes { kind change code before { value unit } after { value unit } } } }
        fragment It on Target { value revisions { newValue } history { at changes { field before after } } }";
    let asked = who.ask(question).await.whole();
    assert_eq!((&asked["now"]["value"], &asked["asOf"]["target"]["value"]), (&json!("1"), &json!("3")));
    assert_eq!(asked["asOf"]["target"]["revisions"], json!([]));
    let history = &asked["now"]["history"];
    assert_eq!((history.as_array().unwrap().len(), &history[1]["at"]), (2, &json!("2025-04-03T01:00:00+00:00")));
    assert!(
        history[1]["changes"].as_array().unwrap().contains(&json!({ "field": "value", "before": "3", "after": "1" }))
    );
    let unit = &asked["differences"]["nodes"][0]["before"]["unit"];
    let revised = json!([{ "kind": "TARGET", "change": "CHANGED", "code": "tin-brvt-2025-04-03:3.1",
        "before": { "value": "3", "unit": unit }, "after": { "value": "1", "unit": unit } }]);
    assert_eq!(asked["differences"]["nodes"], revised);
}

/// What was known on 30 June 2025 about 5G coverage, and what would have been said of its target.
#[tokio::test]
async fn what_would_have_been_said_on_30_june_is_answered() {
    let db = TestDb::demo().await;
    let who = Viewer::public(&db);
    let question = "{ asOf(instant: \"2025-06-30T17:00:00Z\") { indicator(code: \"coverage_5g_share\") {
        latestMeasurement(subject: \"qng.ubnd\") { period value }
        assessment(subject: \"qng.ubnd\") { status dueOn value demanded target { code } sentence(language: EN) } } } }";
    let asked = who.ask(question).await.whole()["asOf"]["indicator"].take();
    assert_eq!(asked["latestMeasurement"]["period"], "2025-Q1");
    assert_eq!(asked["assessment"]["target"]["code"], "359-KH/TU:2025.a.01");
    println!("{asked}");
}

//! No list costs a statement per row: what an answer costs depends on the question, not on how much there is.

use serde_json::json;
use tests::{TestDb, graphql::Viewer};

/// Questions with `%`, the size of their outer page, and the statements they may cost.
const SCREENS: &[(&str, &str, usize)] = &[
    (
        "dashboard",
        r#"{ indicators(filter: { programme: "nq57-quang-ngai" }, first: %) { nodes { code name
            targets(first: 20) { nodes { dueOn value comparator effectiveComparator { comparator } document { symbol } warnings { kind } } }
            latestMeasurement(subject: "qng.ubnd") { period value subject { name } } directives(first: 3) { totalCount nodes { title } } } } }"#,
        11,
    ),
    (
        "totals",
        r#"{ indicators(filter: { programme: "nq57-quang-ngai" }, first: %) { nodes { code
            latestMeasurement(subject: "qng.ubnd") { value } yearToDate(subject: "qng.ubnd", by: "2025-12-31") { value missing measurements { source } }
            total(subject: "qng.ubnd", period: "2025-S1") { value reason } series(subject: "qng.ubnd", last: 3) { nodes { value } } } } }"#,
        // One of them asks, where nothing is found, whether there is such an agency.
        5,
    ),
    (
        "agencies",
        r"{ agencies(first: %) { totalCount nodes { name parent { name } ancestors { name } children(first: 5) { totalCount nodes { name } }
            descendants(first: 5) { nodes { name } } predecessors { predecessors { name } document { code } } placements { parent { name } }
            ledDirectives(first: 5) { nodes { title } } coordinatedDirectives(first: 5) { nodes { title } }
            reportingRules(first: 5) { nodes { cadences { words } recipients { name } } } } } }",
        19,
    ),
    (
        "directives",
        r"{ directives(first: %) { totalCount nodes { title timeliness leads { name parent { name } } coordinators { words agency { name } }
            deadlines { words } dependsOn { document { code } directive { code } } document { symbol issuer { name } } assigner { name }
            indicators { indicator { name } } progressUpdates(first: 2) { nodes { percent reporter { name } } } parts { totalCount } } } }",
        18,
    ),
    (
        "documents",
        r"{ documents(first: %) { nodes { symbol issuer { name } relations { kind document { code } agency { name } }
            inverseRelations { kind source { code } } targets(first: 5) { totalCount nodes { value indicator { name } } }
            directives(first: 5) { nodes { title leads { name } } } recommendations(first: 5) { nodes { topic from { name } } }
            reportingRules(first: 5) { nodes { kind } } programmes { nodes { code } } } } }",
        18,
    ),
    (
        "measurements",
        r"{ measurements(first: %) { nodes { period value subject { name } indicator { name lead { name } } revisions { value reason } definition { version } } } }",
        6,
    ),
];

#[tokio::test]
async fn statements_do_not_grow_with_the_page() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    for (screen, query, most) in SCREENS {
        for size in [1, 10, 100] {
            let asked = viewer.ask(&query.replace('%', &size.to_string())).await;
            assert!(asked.errors.is_empty(), "{screen}: {:?}", asked.errors);
            assert!(asked.statements <= *most, "{screen} with {size}: {} statements, at most {most}", asked.statements);
        }
    }
}

#[tokio::test]
async fn look_ups_of_one_request_are_made_together() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let query = r#"{ a: agency(code: "qng.skhcn") { id name } b: agency(code: "qng.ubnd") { id name } c: agency(code: "khong.co") { id } }"#;
    let asked = viewer.ask(query).await;
    assert_eq!((asked.statements, &asked.data["c"]), (1, &json!(null)));
    let (a, b) = (&asked.data["a"]["id"], &asked.data["b"]["id"]);
    let query =
        format!("{{ nodes(ids: [{a}, {b}, {a}, \"khong-phai-id\"]) {{ __typename id }} x: node(id: {b}) {{ id }} }}");
    let asked = viewer.ask(&query).await;
    assert_eq!(asked.statements, 1);
    let agency = |id: &serde_json::Value| json!({ "__typename": "Agency", "id": id });
    assert_eq!(asked.whole(), json!({ "nodes": [agency(a), agency(b), agency(a), null], "x": { "id": b } }));
}

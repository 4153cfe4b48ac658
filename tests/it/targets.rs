//! Targets: what a plan demands, how its words count, what contradicts what.

use insta::assert_snapshot;
use serde_json::json;
use tests::{
    TestDb,
    graphql::{Viewer, all, lines, tally, texts},
};

#[tokio::test]
async fn the_plan_has_64_indicators_with_their_milestones() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(
            r#"{
                indicators(filter: { programme: "nq57-quang-ngai" }, first: 100) {
                    totalCount
                    nodes { code targets(filter: { programme: "nq57-quang-ngai" }) { totalCount nodes { dueOn value statement } } }
                }
                targets(filter: { document: "359-KH/TU" }) { totalCount }
                qualitative: targets(filter: { document: "359-KH/TU", qualitative: true }) { totalCount }
            }"#,
        )
        .await
        .whole();
    assert_eq!(answer["indicators"]["totalCount"], 64);
    assert_eq!(answer["indicators"]["nodes"].as_array().unwrap().len(), 64);
    assert_eq!(answer["qualitative"]["totalCount"], 23);
    let days = tally(&answer, "indicators/nodes/*/targets/nodes/*/dueOn");
    let milestones =
        [("2025-12-31", 44), ("2030-12-31", 44), ("2035-12-31", 39), ("2040-12-31", 44), ("2045-12-31", 46)];
    assert_eq!(days, milestones.into_iter().collect());
    let counts =
        all(&answer, "indicators/nodes/*/targets/totalCount").into_iter().filter_map(serde_json::Value::as_u64);
    assert_eq!(counts.sum::<u64>(), 217);
    assert!(all(&answer, "indicators/nodes/*/targets/totalCount").iter().all(|count| count.as_u64() > Some(0)));
}

#[tokio::test]
async fn coverage_of_5g_by_2030_with_what_its_clause_measures_it_over() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(
            r#"{ targets(filter: { document: "359-KH/TU", indicator: "coverage_5g_share", dueFrom: "2030-01-01", dueUntil: "2030-12-31" }) {
                nodes { comparator value sourceWords measuredOver clause effectiveComparator { comparator rule } indicator { unit } }
            } }"#,
        )
        .await
        .whole();
    assert_eq!(
        answer["targets"]["nodes"],
        json!([{
            "comparator": "EXACTLY",
            "value": "100",
            "sourceWords": "đạt",
            "measuredOver": "địa bàn tỉnh (không nói theo dân số hay diện tích)",
            "clause": "II.2.2.a",
            "effectiveComparator": { "comparator": "AT_LEAST", "rule": "REACHED_IS_AT_LEAST" },
            "indicator": { "unit": "PERCENT" },
        }])
    );
}

#[tokio::test]
async fn contradictions_are_kept_and_name_one_another() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask("{ targets(filter: { warnings: [CONFLICT] }) { nodes { dueOn value indicator { code } conflicts { value ordinal } } } }")
        .await
        .whole();
    assert_snapshot!(lines(&answer["targets"]["nodes"]), @r#"
    {"conflicts":[{"ordinal":12,"value":"70"}],"dueOn":"2040-12-31","indicator":{"code":"st_enterprises"},"value":"50"}
    {"conflicts":[{"ordinal":2,"value":"50"}],"dueOn":"2040-12-31","indicator":{"code":"st_enterprises"},"value":"70"}
    "#);
}

#[tokio::test]
async fn a_trajectory_that_falls_is_accepted_and_flagged() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask("{ targets(filter: { warnings: [RETREAT] }) { nodes { dueOn value indicator { code } warnings { kind other { dueOn value } } } } }")
        .await
        .whole();
    let falling = texts(&answer, "targets/nodes/*/indicator/code");
    assert_eq!(falling, ["vneid_level2_population_share", "st_enterprises"], "{answer:#}");
    assert_eq!(answer["targets"]["nodes"][0]["value"], "80");
    assert_eq!(
        answer["targets"]["nodes"][0]["warnings"],
        json!([{ "kind": "RETREAT", "other": { "dueOn": "2025-12-31", "value": "85" } }])
    );
}

#[tokio::test]
async fn a_revision_keeps_the_old_value_or_says_that_it_is_unknown() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(r#"{ targets(filter: { programme: "nq57-ba-ria-vung-tau" }, first: 50) { nodes { revisions { previousKnown previousValue newValue } } } }"#)
        .await
        .whole();
    let revisions = all(&answer, "targets/nodes/*/revisions/*");
    assert_eq!(revisions.len(), 9);
    let known: Vec<_> = revisions.iter().filter(|revision| revision["previousKnown"] == true).collect();
    assert_eq!(known, [&&json!({ "previousKnown": true, "previousValue": "3", "newValue": "1" })]);
}

#[tokio::test]
async fn ranges_have_both_ends_and_yearly_targets_say_so() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(
            r#"{
                yearly: targets(filter: { document: "359-KH/TU", cadence: EACH_YEAR }, first: 100) {
                    totalCount nodes { comparator value upperValue cadenceFrom }
                }
            }"#,
        )
        .await
        .whole();
    assert_eq!(answer["yearly"]["totalCount"], 38);
    let ranges: Vec<_> =
        all(&answer, "yearly/nodes/*").into_iter().filter(|node| node["comparator"] == "BETWEEN").collect();
    assert_eq!(ranges.len(), 2);
    assert!(ranges.iter().all(|range| !range["upperValue"].is_null()));
}

#[tokio::test]
async fn a_bare_figure_has_no_source_words_and_is_to_be_reached() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(
            r#"{
                target(code: "359-KH/TU:2030.a.02") { sourceWords comparator effectiveComparator { comparator rule } indicator { direction } }
                targets(first: 100) { nodes { sourceWords } }
                inferred: target(code: "tb-ubnd-qng-2025-04:1") { dueYearInferred }
            }"#,
        )
        .await
        .whole();
    let bare = json!({
        "sourceWords": null,
        "comparator": "EXACTLY",
        "effectiveComparator": { "comparator": "AT_LEAST", "rule": "REACHED_IS_AT_LEAST" },
        "indicator": { "direction": "HIGHER_IS_BETTER" },
    });
    assert_eq!(answer["target"], bare);
    assert!(!texts(&answer, "targets/nodes/*/sourceWords").contains(&"bare"));
    assert_eq!(answer["inferred"]["dueYearInferred"], true);
    let labels = "SELECT count(*) FROM target WHERE source_words IN ('bare', '100%')";
    assert_eq!(db.text(labels).await, "0");
}

//! Measurements: what is published, and nothing else.

use serde_json::json;
use tests::{
    TestDb,
    graphql::{Viewer, all, texts},
};

#[tokio::test]
async fn simulated_figures_say_so_and_only_published_ones_show() {
    let db = TestDb::demo().await;
    let unpublished: i64 =
        db.text("SELECT count(*) FROM measurement WHERE published_revision IS NULL").await.parse().unwrap();
    let published: i64 =
        db.text("SELECT count(*) FROM measurement WHERE published_revision IS NOT NULL").await.parse().unwrap();
    assert!(unpublished > 0);
    let answer = Viewer::public(&db)
        .ask("{ measurements(first: 100) { totalCount nodes { state source publishedAt } } real: measurements(filter: { sources: [REPORTED, IMPORTED, COMPUTED] }) { totalCount } }")
        .await
        .whole();
    assert_eq!(answer["measurements"]["totalCount"], published);
    assert_eq!(answer["real"]["totalCount"], 0);
    assert!(
        all(&answer, "measurements/nodes/*")
            .iter()
            .all(|node| node["source"] == "SIMULATED" && node["state"] == "PUBLISHED")
    );
    assert!(all(&answer, "measurements/nodes/*/publishedAt").iter().all(|at| at.is_string()));
}

#[tokio::test]
async fn a_series_is_in_order_and_between_its_bounds() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(
            r#"{ indicator(code: "tthc_dossiers_online_share") {
                quarter: series(subject: "qng.ubnd", from: "2025-04", until: "2025Q2") { nodes { period startsOn endsOn value numerator denominator } }
                relative: series(subject: "qng.ubnd", over: LAST_3_MONTHS, on: "2025-12-15") { nodes { period } }
                quoted: series(subject: "qng.ubnd", over: "LAST_3_MONTHS", on: "2025-12-15") { nodes { period } }
                nobody: series(subject: "khong.co") { totalCount }
                latest: latestMeasurement(subject: "qng.ubnd", by: "2025-06-30") { period }
                none: latestMeasurement(subject: "qng.ubnd", by: "1999-12-31") { period }
            } }"#,
        )
        .await;
    // A scalar is written as a string; a bare word is an enum and refused.
    assert!(!answer.errors.is_empty());
    let query = r#"{ indicator(code: "tthc_dossiers_online_share") {
        quarter: series(subject: "qng.ubnd", from: "2025-04", until: "2025Q2") { nodes { period startsOn endsOn value numerator denominator } }
        quoted: series(subject: "qng.ubnd", over: "LAST_3_MONTHS", on: "2025-12-15") { nodes { period } }
        nobody: series(subject: "khong.co") { totalCount }
        latest: latestMeasurement(subject: "qng.ubnd", by: "2025-06-30") { period }
        none: latestMeasurement(subject: "qng.ubnd", by: "1999-12-31") { period }
    } }"#;
    let answer = Viewer::public(&db).ask(query).await.whole();
    assert_eq!(texts(&answer, "indicator/quarter/nodes/*/period"), ["2025-04", "2025-05", "2025-06"]);
    assert_eq!(answer["indicator"]["quarter"]["nodes"][0]["startsOn"], "2025-04-01");
    assert_eq!(answer["indicator"]["quarter"]["nodes"][2]["endsOn"], "2025-06-30");
    assert_eq!(texts(&answer, "indicator/quoted/nodes/*/period"), ["2025-09", "2025-10", "2025-11"]);
    assert_eq!(answer["indicator"]["nobody"]["totalCount"], 0);
    assert_eq!(answer["indicator"]["latest"], json!({ "period": "2025-06" }));
    assert_eq!(answer["indicator"]["none"], json!(null));
    for node in all(&answer, "indicator/quarter/nodes/*") {
        let number = |field: &str| node[field].as_str().unwrap().parse::<f64>().unwrap();
        assert!((number("value") - 100.0 * number("numerator") / number("denominator")).abs() < 1e-5, "{node}");
    }
}

#[tokio::test]
async fn bounds_of_a_series_that_make_no_sense_are_errors() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    for arguments in [
        r#"from: "2025-13""#,
        r#"from: "hôm qua""#,
        r#"over: "LAST_0_MONTHS""#,
        r#"over: "LAST_3_MONTHS", from: "2025-01""#,
        r#"on: "2025-02-30""#,
        r#"on: "1025-02-03""#,
    ] {
        let query = format!(
            r#"{{ indicator(code: "coverage_5g_share") {{ code series(subject: "qng.ubnd", {arguments}) {{ totalCount }} }} }}"#
        );
        let asked = viewer.ask(&query).await;
        assert_eq!(asked.errors.len(), 1, "{arguments}: {asked:?}");
    }
}

#[tokio::test]
async fn a_corrected_figure_keeps_its_earlier_revision() {
    let db = TestDb::demo().await;
    let id = db.text("SELECT id FROM measurement WHERE published_revision = 2 LIMIT 1").await;
    let id = api::id::encode(b'm', id.parse().unwrap());
    let query = format!(
        "{{ node(id: \"{}\") {{ ... on Measurement {{ revision reason revisions {{ revision reason value }} }} }} }}",
        id.as_str()
    );
    let answer = Viewer::public(&db).ask(&query).await.whole();
    assert_eq!(answer["node"]["revision"], 2);
    assert!(answer["node"]["reason"].is_string());
    let revisions = answer["node"]["revisions"].as_array().unwrap();
    assert_eq!(revisions.last().unwrap()["revision"], 2);
}

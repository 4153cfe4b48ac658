//! Measurements: what is published, and to those who work on them what is on its way.

use auth::Role;
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
        nobody: series(subject: "tw.bo_chinh_tri") { totalCount }
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
    let id = schema::id::encode(b'm', id.parse().unwrap());
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

/// The rule stands twice, in the numbers that a trigger keeps and in the list of revisions: the two must agree.
#[tokio::test]
async fn the_revision_shown_is_the_last_of_those_that_the_viewer_may_see() {
    let db = TestDb::demo().await;
    let correct = "INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, source, reason, recorded_at)
        SELECT id, published_revision + 1, 'DRAFT', 'REVISED', 1, 'REPORTED', 'Sửa số liệu', '2026-01-10T00:00:00Z' FROM measurement
        WHERE published_revision IS NOT NULL ORDER BY ends_on DESC, id DESC LIMIT 20";
    db.execute(correct).await;
    let mut shown = Vec::new();
    for state in ["DRAFT", "SUBMITTED", "ENDORSED", "RETURNED"] {
        let moved = format!("UPDATE measurement_revision SET state = '{state}' WHERE reason = 'Sửa số liệu'");
        db.execute(&moved).await;
        for (role, at) in [
            (Role::Head, "qng.ubnd"),
            (Role::Inspector, "qng.ubnd"),
            (Role::Head, "qng.skhcn"),
            (Role::Leader, "qng.ubnd"),
        ] {
            let viewer = Viewer::who_holds(&db, &[(role, at, true)]).await;
            let query = "{ measurements(first: 100) { totalCount nodes { revision state published { revision } revisions { revision state } } } }";
            let asked = viewer.ask(query).await;
            assert!(asked.statements <= 3, "{role}: {}", asked.statements);
            let answer = asked.whole();
            for node in all(&answer, "measurements/nodes/*") {
                let revisions = node["revisions"].as_array().unwrap();
                assert_eq!(revisions.last().unwrap()["revision"], node["revision"], "{role} at {at}: {node}");
                let published = revisions.iter().rfind(|revision| revision["state"] == "PUBLISHED");
                let published = published.map_or(json!(null), |revision| json!({ "revision": revision["revision"] }));
                assert_eq!(node["published"], published, "{role} at {at}: {node}");
            }
            let moved = texts(&answer, "measurements/nodes/*/state").into_iter().filter(|found| *found == state);
            shown.push((state, role, at, moved.count() >= 20));
        }
    }
    let seen = shown.into_iter().filter(|(.., seen)| *seen).map(|(state, role, at, _)| format!("{state} {role} {at}"));
    assert_eq!(
        seen.collect::<Vec<_>>(),
        [
            "DRAFT HEAD qng.ubnd",
            "SUBMITTED HEAD qng.ubnd",
            "SUBMITTED INSPECTOR qng.ubnd",
            "ENDORSED HEAD qng.ubnd",
            "ENDORSED INSPECTOR qng.ubnd",
            "RETURNED HEAD qng.ubnd",
        ]
    );
}

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

/// A published figure of the province, by the code of its indicator: `column = value` says what it is.
async fn publish(
    db: &TestDb,
    indicator: &str,
    regime: &str,
    kind: &str,
    period: &str,
    days: (&str, &str),
    value: &str,
) {
    let (first, end) = days;
    db.execute(&format!(
        "WITH added AS (
            INSERT INTO measurement (id, indicator_id, definition_id, subject_id, reporter_id, regime, period_kind, period, starts_on, ends_on, published_revision)
            SELECT gen_random_uuid(), i.id, d.id, a.id, a.id, '{regime}', '{kind}', '{period}', '{first}', '{end}', 1
            FROM indicator i JOIN indicator_definition d ON d.indicator_id = i.id AND d.version = 1, agency a
            WHERE i.code = '{indicator}' AND a.code = 'qng.ubnd' RETURNING id)
        INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, factor, source, recorded_at, published_at)
        SELECT id, 1, 'PUBLISHED', 'FINAL', {value}, 1, 'SIMULATED', '2026-01-10T00:00:00Z', '2026-01-10T00:00:00Z' FROM added"
    ))
    .await;
}

#[tokio::test]
async fn the_latest_figure_is_of_one_regime_and_one_length_of_period() {
    let db = TestDb::demo().await;
    let flow = "innovation_projects_budget_supported";
    publish(&db, flow, "ADMINISTRATIVE", "QUARTER", "2026-Q1", ("2025-12-15", "2026-03-15"), "77").await;
    publish(&db, flow, "CALENDAR", "YEAR", "2025", ("2025-01-01", "2026-01-01"), "99").await;
    let query = format!(
        r#"{{ indicator(code: "{flow}") {{ regime
            own: latestMeasurement(subject: "qng.ubnd") {{ period regime }}
            administrative: latestMeasurement(subject: "qng.ubnd", regime: ADMINISTRATIVE) {{ period value }}
            year: latestMeasurement(subject: "qng.ubnd", periodKind: YEAR) {{ period value }}
            series(subject: "qng.ubnd") {{ nodes {{ period regime }} }}
            theirs: series(subject: "qng.ubnd", regime: ADMINISTRATIVE) {{ nodes {{ period }} }} }} }}"#
    );
    let viewer = Viewer::public(&db);
    let answer = viewer.ask(&query).await.whole();
    let told = &answer["indicator"];
    assert_eq!((&told["regime"], &told["own"]["regime"]), (&json!("CALENDAR"), &json!("CALENDAR")));
    assert!(told["own"]["period"].as_str().unwrap().starts_with("2025-Q"), "{told}");
    assert_eq!(told["administrative"], json!({ "period": "2026-Q1", "value": "77" }));
    assert_eq!(told["year"], json!({ "period": "2025", "value": "99" }));
    assert!(texts(&answer, "indicator/series/nodes/*/regime").iter().all(|regime| *regime == "CALENDAR"));
    assert!(texts(&answer, "indicator/series/nodes/*/period").iter().all(|period| period.starts_with("2025-Q")));
    assert_eq!(texts(&answer, "indicator/theirs/nodes/*/period"), ["2026-Q1"]);

    // An indicator whose own periods are administrative is read by them.
    db.execute(&format!("UPDATE indicator SET regime = 'ADMINISTRATIVE' WHERE code = '{flow}'")).await;
    let answer = viewer.ask(&query).await.whole();
    assert_eq!(answer["indicator"]["own"], json!({ "period": "2026-Q1", "regime": "ADMINISTRATIVE" }));
    assert_eq!(texts(&answer, "indicator/series/nodes/*/period"), ["2026-Q1"]);
}

#[tokio::test]
async fn the_quarters_of_a_flow_make_the_year_and_what_is_missing_is_named() {
    let db = TestDb::demo().await;
    let query = r#"{ indicator(code: "innovation_projects_budget_supported") { nature aggregation
        latestMeasurement(subject: "qng.ubnd", by: "2025-09-30") { period value }
        yearToDate(subject: "qng.ubnd", by: "2025-09-30") { period endsOn method value isComplete missing measurements { period value } }
        total(subject: "qng.ubnd", period: "2025") { value reason missing isComplete }
        month: total(subject: "qng.ubnd", period: "2025-03") { value reason isComplete }
        nobody: total(subject: "khong.co", period: "2025-S1") { value reason missing } } }"#;
    let answer = Viewer::public(&db).ask(query).await.whole();
    let told = &answer["indicator"];
    let to_date = &told["yearToDate"];
    assert_eq!((&to_date["period"], &to_date["endsOn"]), (&json!("2025"), &json!("2025-09-30")));
    assert_eq!(
        (&to_date["method"], &to_date["isComplete"], &to_date["missing"]),
        (&json!("SUM"), &json!(true), &json!([]))
    );
    assert_eq!(texts(to_date, "measurements/*/period"), ["2025-Q1", "2025-Q2", "2025-Q3"]);
    let number = |text: &str| text.parse::<i64>().unwrap();
    let parts = texts(to_date, "measurements/*/value").into_iter().map(number);
    let sum: i64 = parts.sum();
    assert_eq!(number(to_date["value"].as_str().unwrap()), sum);
    assert_ne!(to_date["value"], told["latestMeasurement"]["value"], "the latest quarter is not the year");
    assert_eq!(told["month"], json!({ "value": null, "reason": "NOT_DIVISIBLE", "isComplete": false }));
    let nobody = json!({ "value": null, "reason": "NO_FIGURES", "missing": ["2025-Q1", "2025-Q2"] });
    assert_eq!(told["nobody"], nobody);
    let year = "SELECT coalesce(sum(r.value), 0)::bigint || ' ' || count(*) FROM measurement m JOIN measurement_revision r ON r.measurement_id = m.id
        AND r.revision = m.published_revision JOIN indicator i ON i.id = m.indicator_id JOIN agency a ON a.id = m.subject_id
        WHERE i.code = 'innovation_projects_budget_supported' AND a.code = 'qng.ubnd' AND m.period_kind = 'QUARTER' AND m.period LIKE '2025-%'";
    let year = db.text(year).await;
    let missing = told["total"]["missing"].as_array().unwrap().len();
    assert_eq!(year, format!("{} {}", told["total"]["value"].as_str().unwrap(), 4 - missing));
    assert_eq!(told["total"]["isComplete"], missing == 0);

    // Without the second quarter it is the rest, and says so.
    db.execute("UPDATE measurement SET published_revision = NULL WHERE period = '2025-Q2' AND indicator_id = (SELECT id FROM indicator WHERE code = 'innovation_projects_budget_supported')").await;
    let answer = Viewer::public(&db).ask(query).await.whole();
    let to_date = &answer["indicator"]["yearToDate"];
    assert_eq!((&to_date["missing"], &to_date["isComplete"]), (&json!(["2025-Q2"]), &json!(false)));
    assert_eq!(texts(to_date, "measurements/*/period"), ["2025-Q1", "2025-Q3"]);
}

#[tokio::test]
async fn a_level_is_that_of_the_end_and_a_share_is_computed_from_its_parts() {
    let db = TestDb::demo().await;
    let query = r#"{ level: indicator(code: "vneid_level2_population_share") {
            nature latestMeasurement(subject: "qng.ubnd", by: "2025-06-30") { value } total(subject: "qng.ubnd", period: "2025-S1") { method value } }
        share: indicator(code: "tthc_dossiers_online_share") { nature
            total(subject: "qng.ubnd", period: "2025-Q1") { method value numerator denominator measurements { numerator denominator } } } }"#;
    let answer = Viewer::public(&db).ask(query).await.whole();
    assert_eq!((&answer["level"]["nature"], &answer["level"]["total"]["method"]), (&json!("STOCK"), &json!("LAST")));
    assert_eq!(answer["level"]["total"]["value"], answer["level"]["latestMeasurement"]["value"]);
    let total = &answer["share"]["total"];
    assert_eq!((&answer["share"]["nature"], &total["method"]), (&json!("FLOW"), &json!("RATIO_OF_SUMS")));
    let sum = |of: &str| {
        texts(total, &format!("measurements/*/{of}")).iter().map(|it| it.parse::<f64>().unwrap()).sum::<f64>()
    };
    let parse = |of: &str| total[of].as_str().unwrap().parse::<f64>().unwrap();
    assert!(
        (parse("numerator") - sum("numerator")).abs() < 1e-6
            && (parse("denominator") - sum("denominator")).abs() < 1e-6
    );
    assert!((parse("value") - 100.0 * sum("numerator") / sum("denominator")).abs() < 1e-5);
}

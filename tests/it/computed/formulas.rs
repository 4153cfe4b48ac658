//! The life of a formula: its figures come with the last of its inputs, follow corrections, and are never a zero for what is missing.

use auth::{Role, action};
use db::{
    Acting, Id, Once, Writer,
    measurement::{self, BulkMode, Rows, Seen},
    row::Row,
};
use serde_json::{Value, json};
use tests::{
    demo,
    graphql::{Viewer, holder, texts},
    mutation::broken,
};

use super::{AGENCY, ASSIGNED, Office};

/// Cases handled, those handled online, and their share; what is left of it follows from the share.
async fn open() -> Office {
    let office = Office::open().await;
    for code in ["file_count", "online_file_count"] {
        office.defined(code, json!({ "lowerBound": "0" }), json!({})).await;
    }
    let share = json!({ "unit": "PERCENT", "decimals": 1, "lowerBound": "0", "upperBound": "100" });
    office.defined("online_share", share.clone(), json!({ "formula": "100 * online_file_count / file_count" })).await;
    office.defined("offline_share", share, json!({ "formula": "100 – online_share" })).await;
    office.db.execute(ASSIGNED).await;
    office
}

const FIGURE: &str =
    "value source state observation computed revision reason reporter { code } definition { method formula version }";
const COMPUTATION: &str = "period state gap missing { code } inputs { indicator { code } revision value } measurement { value revision } definition { version }";

#[tokio::test]
async fn a_figure_is_computed_with_the_last_of_its_inputs() {
    let office = open().await;
    let inputs = office
        .keeper
        .ask("{ indicator(code: \"online_share\") { definitions { method formula inputs { code } } } }")
        .await
        .whole();
    assert_eq!(
        inputs["indicator"]["definitions"],
        json!([{ "method": "FORMULA", "formula": "100 * online_file_count / file_count", "inputs": [{ "code": "file_count" }, { "code": "online_file_count" }] }])
    );
    // Nobody enters it.
    let by_hand = json!({ "indicator": "online_share", "subject": AGENCY, "period": "2025-12", "value": "80", "observation": "FINAL" });
    let told = office.reporter.act("draftMeasurement", by_hand, "measurement { id }").await;
    assert_eq!(broken(&told), ["COMPUTED indicator"]);

    office.publishes("2025-12", &[("file_count", "1250")]).await;
    assert_eq!(office.reads("online_share", "2025-12", "value").await, Value::Null);
    assert_eq!(
        office.computations("online_share", COMPUTATION).await,
        json!([{ "period": "2025-12", "state": "INCOMPLETE", "gap": "MISSING_INPUT", "missing": [{ "code": "online_file_count" }],
            "inputs": [], "measurement": null, "definition": { "version": 1 } }])
    );
    let next = office.computations("offline_share", "state missing { code }").await;
    assert_eq!(next, json!([{ "state": "INCOMPLETE", "missing": [{ "code": "online_share" }] }]));

    office.publishes("2025-12", &[("online_file_count", "1000")]).await;
    assert_eq!(
        office
            .reads(
                "online_share",
                "2025-12",
                &format!("{FIGURE} computation {{ {COMPUTATION} }} decisions {{ state }}")
            )
            .await,
        json!({ "value": "80", "source": "COMPUTED", "state": "PUBLISHED", "observation": "FINAL", "computed": true, "revision": 1, "reason": null,
            "reporter": { "code": AGENCY }, "definition": { "method": "FORMULA", "formula": "100 * online_file_count / file_count", "version": 1 },
            "computation": { "period": "2025-12", "state": "COMPUTED", "gap": null, "missing": [],
                "inputs": [{ "indicator": { "code": "file_count" }, "revision": 1, "value": "1250" },
                    { "indicator": { "code": "online_file_count" }, "revision": 1, "value": "1000" }],
                "measurement": { "value": "80", "revision": 1 }, "definition": { "version": 1 } }, "decisions": [] })
    );
    assert_eq!(office.reads("offline_share", "2025-12", "value").await["value"], "20");
    // Whatever reads figures reads it.
    let read = "{ indicator(code: \"offline_share\") { latestMeasurement(subject: \"qng.skhcn\") { value }
        series(subject: \"qng.skhcn\") { nodes { period value } } computations { totalCount } } }";
    let read = Viewer::public(&office.db).ask(read).await.whole()["indicator"].take();
    assert_eq!(
        read,
        json!({ "latestMeasurement": { "value": "20" }, "series": { "nodes": [{ "period": "2025-12", "value": "20" }] }, "computations": { "totalCount": 1 } })
    );
    // The feed and the trail tell of it.
    let told = "SELECT string_agg(DISTINCT i.code, ' ' ORDER BY i.code) FROM change c JOIN measurement m ON m.id = c.object_id JOIN indicator i ON i.id = m.indicator_id
        WHERE c.noun = 'measurement' AND c.audience IS NULL AND m.computed";
    assert_eq!(office.db.text(told).await, "offline_share online_share");
    let trail = "SELECT string_agg(after ->> 'computed', ' ') FROM audit_entry WHERE action = 'PUBLISH_MEASUREMENT' AND after ? 'computed'";
    assert_eq!(office.db.text(trail).await, "2");
    // Nor is it corrected by hand, nor offered to be.
    let figure = office
        .reporter
        .ask(&format!("{{ {} {{ id version viewerCan {{ correct }} }} }}", super::figure("online_share", "2025-12")))
        .await;
    let figure = figure.whole()["measurement"].take();
    assert_eq!(figure["viewerCan"]["correct"], false);
    let input = json!({ "measurement": figure["id"], "expectedVersion": figure["version"], "value": "99", "observation": "FINAL", "reason": "Đẹp hơn" });
    let told = office.reporter.act("correctMeasurement", input, "measurement { id }").await;
    assert_eq!(broken(&told), ["COMPUTED measurement"]);
}

#[tokio::test]
async fn what_follows_from_a_corrected_figure_is_computed_anew() {
    let office = open().await;
    office.publishes("2025-12", &[("file_count", "1250"), ("online_file_count", "1000")]).await;
    office.corrects("online_file_count", "2025-12", "1100").await;
    let selection = "value revision observation reason computation { inputs { revision value } } revisions { value inputs { value } }";
    assert_eq!(
        office.reads("online_share", "2025-12", selection).await,
        json!({ "value": "88", "revision": 2, "observation": "REVISED", "reason": "Tính lại vì số liệu đầu vào đã thay đổi",
            "computation": { "inputs": [{ "revision": 1, "value": "1250" }, { "revision": 2, "value": "1100" }] },
            "revisions": [{ "value": "80", "inputs": [{ "value": "1250" }, { "value": "1000" }] }, { "value": "88", "inputs": [{ "value": "1250" }, { "value": "1100" }] }] })
    );
    assert_eq!(
        office.reads("offline_share", "2025-12", "value revision").await,
        json!({ "value": "12", "revision": 2 })
    );
    // What cannot be computed any longer says so. The figure from before stands, and nothing more follows from it.
    office.corrects("file_count", "2025-12", "0").await;
    let selection = "value revision computation { state gap missing { code } measurement { revision } }";
    assert_eq!(
        office.reads("online_share", "2025-12", selection).await,
        json!({ "value": "88", "revision": 2, "computation": { "state": "INCOMPLETE", "gap": "DIVISION_BY_ZERO", "missing": [], "measurement": { "revision": 2 } } })
    );
    let missing = json!({ "state": "INCOMPLETE", "gap": "MISSING_INPUT", "missing": [{ "code": "online_share" }], "measurement": { "revision": 2 } });
    assert_eq!(office.reads("offline_share", "2025-12", selection).await["computation"], missing);
    // More online than there are: no share.
    office.corrects("file_count", "2025-12", "1000").await;
    assert_eq!(office.reads("online_share", "2025-12", selection).await["computation"]["gap"], "OUT_OF_BOUNDS");
    office.corrects("file_count", "2025-12", "2200").await;
    assert_eq!(
        office.reads("online_share", "2025-12", selection).await,
        json!({ "value": "50", "revision": 3, "computation": { "state": "COMPUTED", "gap": null, "missing": [], "measurement": { "revision": 3 } } })
    );
    assert_eq!(office.reads("offline_share", "2025-12", "value").await["value"], "50");
}

#[tokio::test]
async fn earlier_periods_keep_the_formula_that_they_meant() {
    let office = open().await;
    office.publishes("2025-11", &[("file_count", "100"), ("online_file_count", "80")]).await;
    office.publishes("2025-12", &[("file_count", "200"), ("online_file_count", "90")]).await;
    let anew = json!({ "formula": "min(100, 100 * online_file_count / file_count + 5)" });
    assert_eq!(office.revises("online_share", "2025-12-01", anew).await, Vec::<String>::new());
    office.corrects("online_file_count", "2025-11", "90").await;
    office.corrects("online_file_count", "2025-12", "100").await;
    for (period, value) in [("2025-11", "90"), ("2025-12", "50")] {
        let read = office.reads("online_share", period, "value definition { version }").await;
        assert_eq!(read, json!({ "value": value, "definition": { "version": 1 } }), "{period}");
    }
    // Where nothing was computed before, the new one holds, also for what is published already.
    office.defined("case_count", json!({}), json!({})).await;
    office.db.execute(ASSIGNED).await;
    office.publishes("2025-12", &[("case_count", "7")]).await;
    office.defined("cases_twice", json!({}), json!({ "formula": "case_count * 2" })).await;
    assert_eq!(office.reads("cases_twice", "2025-12", "value").await["value"], "14");
    // What was reported goes on to be computed, from the day on which that is said.
    assert_eq!(
        office.revises("file_count", "2025-12-01", json!({ "formula": "case_count * 3" })).await,
        Vec::<String>::new()
    );
    assert_eq!(
        office.reads("file_count", "2025-12", "value computed").await,
        json!({ "value": "200", "computed": false })
    );
    let by_hand = |period: &str| json!({ "indicator": "file_count", "subject": AGENCY, "period": period, "value": "80", "observation": "FINAL" });
    let told = async |period: &str| {
        broken(&office.reporter.act("draftMeasurement", by_hand(period), "measurement { id }").await)
    };
    assert_eq!(told("2026-01").await, ["COMPUTED indicator"]);
    assert_eq!(told("2025-10").await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_no_formula_of_an_indicator_is_refused() {
    let office = open().await;
    let share = json!({ "unit": "PERCENT", "decimals": 1 });
    for (formula, more, told) in [
        ("100 * (file_count", share.clone(), "MALFORMED definition.formula"),
        ("  ", share.clone(), "MALFORMED definition.formula"),
        ("42", share.clone(), "MALFORMED definition.formula"),
        ("100 * nobody_knows / file_count", share.clone(), "NOT_FOUND definition.formula"),
        ("file_count + online_share", json!({}), "INCOMPATIBLE definition.formula"),
        ("file_count + online_file_count", share.clone(), "INCOMPATIBLE definition.formula"),
        ("strategic_technologies_use * 2", share.clone(), "INCOMPATIBLE definition.formula"),
        ("online_share", json!({ "unit": "PERCENT", "valueKind": "RATIO" }), "INCOMPATIBLE definition.formula"),
        (
            "online_share",
            json!({ "unit": "PERCENT", "aggregation": "RATIO_OF_SUMS" }),
            "INCOMPATIBLE definition.formula",
        ),
        ("itself * 2", json!({}), "INCOMPATIBLE definition"),
    ] {
        assert_eq!(office.defines("itself", more, json!({ "formula": formula })).await, [told], "{formula}");
    }
    // The words say where.
    let message = office.keeper.act(
        "defineIndicator",
        json!({ "programme": "nq57-quang-ngai", "code": "itself", "nameVi": "A", "nameEn": "A", "unit": "COUNT", "valueKind": "NUMBER",
            "direction": "NEUTRAL", "nature": "STOCK", "aggregation": "NONE", "frequency": "MONTH",
            "definition": { "textVi": "A", "textEn": "A", "formula": "file_count % 2" } }),
        "",
    );
    assert_eq!(texts(&message.await, "userErrors/*/message"), ["This is no formula: not expected: % 2"]);
    // Circles, however long.
    let circle =
        office.revises("file_count", "2026-01-01", json!({ "formula": "offline_share * 0 + file_count" })).await;
    assert_eq!(circle, ["INCOMPATIBLE definition.formula"]);
    let circle =
        office.revises("file_count", "2026-01-01", json!({ "formula": "offline_share * online_file_count" })).await;
    assert_eq!(circle, ["INCOMPATIBLE definition"]);
}

#[tokio::test]
async fn the_database_itself_keeps_what_is_computed() {
    let office = open().await;
    office.publishes("2025-12", &[("file_count", "1250"), ("online_file_count", "1000")]).await;
    let share = "FROM measurement m JOIN indicator i ON i.id = m.indicator_id WHERE i.code = 'online_share'";
    let revision = |state: &str, source: &str| {
        format!(
            "INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, source, recorded_at, reason)
             SELECT m.id, 2, '{state}', 'FINAL', 99, '{source}', now(), 'Đẹp hơn' {share}"
        )
    };
    let recorded = |inputs: &str, value: &str| {
        format!(
            "SELECT record_computations(jsonb_build_array(jsonb_build_object('id', gen_random_uuid(), 'measurement_id', m.id, 'revision', 2, 'indicator_id', m.indicator_id,
                'definition_id', m.definition_id, 'subject_id', m.subject_id, 'regime', m.regime, 'period_kind', m.period_kind, 'period', m.period, 'starts_on', m.starts_on,
                'ends_on', m.ends_on, 'value', '{value}', 'observation', 'FINAL', 'source', 'COMPUTED', 'inputs', {inputs})), now()) {share}"
        )
    };
    let right = "(SELECT jsonb_object_agg(input_id, input_revision) FROM computed_input WHERE measurement_id = m.id)";
    for (statement, refusal) in [
        (revision("DRAFT", "REPORTED"), "nobody enters what is computed"),
        (revision("DRAFT", "COMPUTED"), "nobody enters what is computed"),
        (revision("PUBLISHED", "COMPUTED"), "a revision begins as a draft"),
        (
            "INSERT INTO measurement (id, indicator_id, definition_id, subject_id, reporter_id, regime, period_kind, period, starts_on, ends_on)
             SELECT gen_random_uuid(), d.indicator_id, d.id, a.id, a.id, 'CALENDAR', 'MONTH', '2025-10', '2025-10-01', '2025-11-01'
             FROM indicator_definition d, agency a WHERE d.method = 'FORMULA' AND a.code = 'qng.skhcn' LIMIT 1"
                .to_owned(),
            "nobody enters what is computed",
        ),
        ("UPDATE measurement SET computed = false".to_owned(), "permission denied for table measurement"),
        ("INSERT INTO computed_input SELECT measurement_id, revision, measurement_id, 1 FROM computed_input".to_owned(), "permission denied"),
        ("UPDATE computation SET state = 'COMPUTED'".to_owned(), "permission denied for table computation"),
        ("DELETE FROM definition_input".to_owned(), "permission denied for table definition_input"),
        // Not without its inputs, nor from others.
        (recorded("'{}'::jsonb", "99"), "a computed figure follows from one published figure of each input"),
        (
            recorded("(SELECT jsonb_object_agg(input_id, input_revision) FROM (SELECT * FROM computed_input c WHERE c.measurement_id = m.id LIMIT 1) AS one)", "99"),
            "a computed figure follows from one published figure of each input",
        ),
    ] {
        let told = office.told(&statement).await;
        assert!(told.contains(refusal), "{statement}: {told}");
    }
    assert_eq!(
        office.reads("online_share", "2025-12", "value revision").await,
        json!({ "value": "80", "revision": 1 })
    );
    assert_eq!(office.told(&recorded(right, "80")).await, "done");
}

/// Both counts are assigned for all other agencies there are.
const MANY: &str = "INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
    SELECT gen_random_uuid(), i.id, a.id, (SELECT id FROM agency WHERE code = 'qng.skhcn'), 'CALENDAR', 'MONTH', '[2024-01-01,)'
    FROM indicator i, agency a WHERE i.code IN ('file_count', 'online_file_count') AND a.code <> 'qng.skhcn'";

#[tokio::test]
async fn many_figures_are_computed_in_as_many_statements_as_one() {
    let office = open().await;
    office.db.execute(MANY).await;
    let publisher = holder(&office.db, 13, &[(Role::StandingOffice, AGENCY, false)]).await;
    let subjects = "SELECT string_agg(code, ' ' ORDER BY code) FROM agency WHERE agency_exists_on(id, '2025-12-31') AND code <> 'qng.skhcn'";
    let subjects = office.db.text(subjects).await;
    let subjects: Vec<&str> = subjects.split(' ').take(31).collect();
    let mut statements = Vec::new();
    for subjects in [&subjects[..1], &subjects[1..]] {
        let rows: Vec<Value> = subjects
            .iter()
            .flat_map(|subject| [("file_count", "50", subject), ("online_file_count", "10", subject)])
            .map(|(indicator, value, subject)| {
                json!({ "indicator": indicator, "subject": subject, "period": "2025-12", "value": value, "observation": "FINAL" })
            })
            .collect();
        let input = json!({ "mode": "ALL_OR_NOTHING", "rows": rows, "submit": true });
        let submitted = office.reporter.act("draftMeasurements", input, super::FIGURES).await;
        assert_eq!(broken(&submitted), Vec::<String>::new());
        let rows: Vec<Value> = submitted["measurements"].as_array().unwrap().iter().map(|row| {
            json!({ "measurement": row["id"], "expectedVersion": row["version"], "contentHash": row["contentHash"] })
        }).collect();
        let endorsed = office
            .head
            .act("endorseMeasurements", json!({ "mode": "ALL_OR_NOTHING", "rows": rows }), super::FIGURES)
            .await;
        let seen = endorsed["measurements"].as_array().unwrap().iter().map(|row| Seen {
            measurement: Id::of(db::id::decode(row["id"].as_str().unwrap()).unwrap().1),
            expected_version: i32::try_from(row["version"].as_i64().unwrap()).unwrap(),
            content_hash: row["contentHash"].as_str().map(str::to_owned),
            reason: None,
        });
        let seen = Rows::many(BulkMode::AllOrNothing, seen.map(Row::Read).collect());
        let writer = Writer::new(office.db.pool.clone(), demo::now(), db::Date(demo::today()), db::Origin::default());
        let acting = Acting::<action::PublishMeasurement>::new(Once::without_key(writer.clone()), &publisher).unwrap();
        let done = measurement::decide(&acting, seen).await.unwrap();
        statements.push((done.measurements.iter().flatten().count(), writer.statements()));
    }
    let computed = "SELECT concat_ws(' ', count(*), min(r.value), max(r.value)) FROM measurement m JOIN measurement_revision r ON r.measurement_id = m.id WHERE m.computed";
    assert_eq!(office.db.text(computed).await, "62 20 80");
    assert_eq!((statements[0].0, statements[1].0), (2, 60));
    assert_eq!(statements[0].1, statements[1].1);
    assert!(statements[1].1 <= 15, "{statements:?}");
}

#[tokio::test]
async fn what_follows_from_invented_figures_is_invented() {
    let office = Office::open().await;
    let quarterly = json!({ "frequency": "QUARTER" });
    office
        .defined("st_and_startup_enterprises", quarterly, json!({ "formula": "innovative_startups + st_enterprises" }))
        .await;
    let computed = "SELECT concat_ws(' ', count(*) > 0, string_agg(DISTINCT r.source, ' '), string_agg(DISTINCT c.state, ' '))
        FROM measurement m JOIN measurement_revision r ON r.measurement_id = m.id JOIN computation c ON c.measurement_id = m.id WHERE m.computed";
    assert_eq!(office.db.text(computed).await, "t SIMULATED COMPUTED");
    // Nobody is asked to report it.
    let assigned = json!({ "subjects": [AGENCY], "indicators": ["ip_applications", "st_and_startup_enterprises"], "validFrom": "2026-01-01" });
    let told = office.keeper.act("assignReporting", assigned, "assignments { id }").await;
    assert_eq!(broken(&told), ["COMPUTED indicators 1"]);
}

//! What is asked of a figure when it is entered and when it is handed in.

use auth::Role;
use serde_json::{Value, json};
use tests::graphql::Viewer;

use super::{AGENCY, Office, broken, count, done, person, refused, seen, told, version};

/// A figure of an indicator in a period, with more fields.
pub(super) fn figure(indicator: &str, period: &str, more: &Value) -> Value {
    let mut input = json!({ "indicator": indicator, "subject": AGENCY, "period": period, "observation": "FINAL" });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}

#[tokio::test]
async fn a_variable_that_is_left_out_leaves_the_default_of_its_argument() {
    let office = Office::open().await;
    office.published("41").await;
    let query = "query ($r: Regime) { it: measurement(indicator: \"bts_5g_count\", subject: \"qng.skhcn\", regime: $r,
        period: \"2025-12\") { regime } }";
    let calendar = json!({ "it": { "regime": "CALENDAR" } });
    for (variables, told) in [
        (json!({}), &calendar),
        (json!({ "r": "CALENDAR" }), &calendar),
        (json!({ "r": "ADMINISTRATIVE" }), &json!({ "it": null })),
    ] {
        assert_eq!(office.reporter.ask_with(query, variables.clone()).await.whole(), *told, "{variables}");
    }
}

#[tokio::test]
async fn a_figure_that_cannot_be_is_refused_beside_its_field() {
    let office = Office::open().await;
    let share = "tthc_dossiers_online_share";
    for (input, told) in [
        (figure(share, "2025-12", &json!({ "numerator": "5", "denominator": "4" })), "INCONSISTENT numerator"),
        (figure(share, "2025-12", &json!({ "numerator": "5", "denominator": "0" })), "OUT_OF_BOUNDS denominator"),
        (figure(share, "2025-12", &json!({ "numerator": "5" })), "REQUIRED denominator"),
        (figure("provincial_dx_index", "2025", &json!({ "value": "1.2" })), "OUT_OF_BOUNDS value"),
        (figure("provincial_dx_index", "2025", &json!({ "value": "0.123" })), "TOO_PRECISE value"),
        (figure("provincial_cybersecurity_centre", "2025-S2", &json!({ "value": "2" })), "OUT_OF_BOUNDS value"),
        (figure("vneid_deployment_rank_by_mps", "2025", &json!({ "value": "0" })), "OUT_OF_BOUNDS value"),
        (figure("provincial_ioc", "2025-S2", &json!({ "narrative": "  " })), "REQUIRED narrative"),
        (figure("provincial_ioc", "2025-S2", &json!({ "narrative": "Vận hành\u{202e}" })), "MALFORMED narrative"),
        (figure("provincial_ioc", "2025-S2", &json!({ "narrative": "ô".repeat(10_001) })), "TOO_LONG narrative"),
        (figure("bts_5g_count", "2025-12", &json!({ "value": "9999999999999999" })), "OUT_OF_BOUNDS value"),
        (figure("bts_5g_count", "2025-12", &json!({ "value": "8", "note": "a\u{1}" })), "MALFORMED note"),
        (figure("khong_co", "2025-12", &json!({ "value": "8" })), "NOT_FOUND indicator"),
        (figure("bts_5g_count", "2025-12", &json!({ "value": "8", "subject": "khong.co" })), "NOT_FOUND subject"),
        (figure("bts_5g_count", "2025-12", &json!({ "value": "8", "reporter": "khong.co" })), "NOT_FOUND reporter"),
        (figure("bts_5g_count", "2025-12", &json!({ "value": "8", "reporter": "qng.stc" })), "NOT_ASSIGNED indicator"),
        // In Vietnamese the dot parts thousands: zeros count.
        (figure("bts_5g_count", "2025-12", &json!({ "value": "12.000" })), "TOO_PRECISE value"),
        (figure("bts_5g_count", "2025-12", &json!({ "value": "2.500" })), "TOO_PRECISE value"),
        (figure(share, "2025-12", &json!({ "numerator": "1.250", "denominator": "1234" })), "TOO_PRECISE numerator"),
        (figure(share, "2025-12", &json!({ "numerator": "1", "denominator": "1.234" })), "TOO_PRECISE denominator"),
        // It is reported by the month.
        (figure("bts_5g_count", "2025-Q4", &json!({ "value": "8" })), "NOT_ASSIGNED indicator"),
        (figure("bts_5g_count", "2025-12", &json!({ "value": "8", "expectedVersion": 1 })), "STALE expectedVersion"),
    ] {
        assert_eq!(refused(&office.reporter, "draftMeasurement", input.clone()).await, [told], "{input}");
    }
    let ratio = figure(share, "2025-12", &json!({ "numerator": "1", "denominator": "3", "narrative": null }));
    let done = done(&office.reporter, "draftMeasurement", ratio).await;
    assert_eq!(done["value"], "33.333333");
    for number in ["1e400", "NaN", "Infinity", "0x10", "", "4.9999999999999999999999999999999"] {
        office.reporter.denied("draftMeasurement", count(number)).await;
    }
    let told = office.reporter.denied("draftMeasurement", count("8,5")).await;
    assert!(told.contains("$input.value: Write 8.5"), "{told}");
    let told = office.reporter.denied("draftMeasurement", count("12.000.000")).await;
    assert!(told.contains("$input.value: Write 12000000"), "{told}");
}

#[tokio::test]
async fn a_draft_that_is_there_is_not_overwritten_blindly() {
    let office = Office::open().await;
    let first = office.drafted("820").await;
    let blind = told(&office.reporter, "draftMeasurement", count("1")).await;
    assert_eq!(broken(&blind), ["STALE expectedVersion"]);
    assert_eq!((&blind["current"]["version"], &blind["current"]["value"]), (&json!(1), &json!("820")));
    let submitted = done(&office.reporter, "submitMeasurement", version(&first)).await;
    let mut late = count("1");
    late["expectedVersion"] = submitted["version"].clone();
    assert_eq!(refused(&office.reporter, "draftMeasurement", late).await, ["NOT_IN_STATE period"]);
    assert_eq!(refused(&office.reporter, "submitMeasurement", version(&first)).await, ["STALE expectedVersion"]);
    assert_eq!(refused(&office.reporter, "submitMeasurement", version(&submitted)).await, ["NOT_IN_STATE measurement"]);
}

/// The demo's day is 20 January 2026: December is open, November closed, January has begun, February has not.
#[tokio::test]
async fn a_period_has_its_time() {
    let office = Office::open().await;
    let of = |period: &str, submit| figure("bts_5g_count", period, &json!({ "value": "820", "submit": submit }));
    assert_eq!(refused(&office.reporter, "draftMeasurement", of("2026-02", false)).await, ["TOO_EARLY period"]);
    assert_eq!(refused(&office.reporter, "draftMeasurement", of("2026-01", true)).await, ["TOO_EARLY period"]);
    let early = done(&office.reporter, "draftMeasurement", of("2026-01", false)).await;
    assert_eq!(refused(&office.reporter, "submitMeasurement", version(&early)).await, ["TOO_EARLY measurement"]);
    assert_eq!(refused(&office.reporter, "draftMeasurement", of("2025-11", false)).await, ["CLOSED period"]);

    // An unlock opens it again.
    office
        .db
        .execute(
            "INSERT INTO unlock_request (id, assignment_id, reporter_id, period, state, reason, requested_at, decided_at, opened_on, expires_on)
             SELECT gen_random_uuid(), w.id, w.reporter_id, '2025-11', 'APPROVED', 'Mất điện kéo dài', '2026-01-19T02:00:00Z', '2026-01-19T03:00:00Z',
                '2026-01-19', '2026-01-25'
             FROM reporting_assignment w JOIN indicator i ON i.id = w.indicator_id WHERE i.code = 'bts_5g_count' AND w.regime = 'CALENDAR'",
        )
        .await;
    let unlocked = done(&office.reporter, "draftMeasurement", of("2025-11", false)).await;
    done(&office.reporter, "submitMeasurement", version(&unlocked)).await;

    // What was drafted in time cannot be handed in once the period has closed, or the assignment has ended.
    let december = done(&office.reporter, "draftMeasurement", of("2025-12", false)).await;
    office.db.execute("UPDATE reporting_schedule SET grace_working_days = 1").await;
    assert_eq!(refused(&office.reporter, "submitMeasurement", version(&december)).await, ["CLOSED measurement"]);
    office.db.execute("UPDATE reporting_schedule SET grace_working_days = 10").await;
    office.db.execute("UPDATE reporting_assignment SET valid = '[2024-01-01,2025-06-01)'").await;
    assert_eq!(refused(&office.reporter, "submitMeasurement", version(&december)).await, ["NOT_ASSIGNED measurement"]);
}

#[tokio::test]
async fn a_correction_is_not_bound_to_the_period() {
    let office = Office::open().await;
    let published = office.published("820").await;
    office.db.execute("UPDATE reporting_schedule SET grace_working_days = 1").await;
    let input = json!({ "measurement": published["id"], "expectedVersion": published["version"], "reason": "Cộng nhầm", "value": "802",
        "observation": "REVISED", "submit": true });
    let corrected = done(&office.reporter, "correctMeasurement", input).await;
    assert_eq!((&corrected["state"], &corrected["revision"]), (&json!("SUBMITTED"), &json!(2)));
}

#[tokio::test]
async fn a_figure_far_from_those_before_it_needs_a_comment() {
    let office = Office::open().await;
    // The province has published figures of all months; now its reporter is to report January.
    office
        .db
        .execute(
            "INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
             SELECT gen_random_uuid(), i.id, p.id, r.id, 'CALENDAR', 'MONTH', '[2026-01-01,)' FROM indicator i, agency p, agency r
             WHERE i.code = 'tthc_dossiers_online_share' AND p.code = 'qng.ubnd' AND r.code = 'qng.skhcn' ON CONFLICT DO NOTHING",
        )
        .await;
    let reporter = "SELECT r.code FROM reporting_assignment w JOIN agency r ON r.id = w.reporter_id JOIN indicator i ON i.id = w.indicator_id
        JOIN agency p ON p.id = w.subject_id WHERE i.code = 'tthc_dossiers_online_share' AND p.code = 'qng.ubnd' AND w.regime = 'CALENDAR'
            AND w.valid @> date '2026-01-31'";
    let reporter = person(&office.db, 91, &[(Role::Reporter, &office.db.text(reporter).await)]).await;
    let last = "SELECT round(r.value)::int FROM measurement m JOIN measurement_revision r ON r.measurement_id = m.id AND r.revision = m.published_revision
        JOIN indicator i ON i.id = m.indicator_id JOIN agency a ON a.id = m.subject_id
        WHERE i.code = 'tthc_dossiers_online_share' AND a.code = 'qng.ubnd' ORDER BY m.ends_on DESC LIMIT 1";
    let last: i32 = office.db.text(last).await.parse().unwrap();
    let of = |percent: i32, more: &Value| {
        let mut input = figure("tthc_dossiers_online_share", "2026-01", more);
        (input["subject"], input["numerator"], input["denominator"]) =
            (json!("qng.ubnd"), json!(percent.to_string()), json!("100"));
        input
    };
    assert!(last > 20, "{last}");
    let far = told(&reporter, "draftMeasurement", of(2, &json!({}))).await;
    assert_eq!(broken(&far), ["JUMP numerator"]);
    let said = of(2, &json!({ "comment": "Cổng dịch vụ công ngừng ba tuần để nâng cấp" }));
    let drafted = done(&reporter, "draftMeasurement", said).await;
    assert_eq!(drafted["comment"], "Cổng dịch vụ công ngừng ba tuần để nâng cấp");
    let near = of(last, &json!({ "expectedVersion": drafted["version"] }));
    assert_eq!(done(&reporter, "draftMeasurement", near).await["comment"], json!(null));
}

const RULE: &str = "INSERT INTO indicator_rule (id, code, left_indicator_id, comparator, right_indicator_id, words_vi, words_en)
    SELECT gen_random_uuid(), 'thu_nghiem', one.id, 'AT_MOST', other.id, 'Số được nghiệm thu không vượt số triển khai', 'No more is accepted than was launched'
    FROM indicator one, indicator other WHERE one.code = 'innovative_startups' AND other.code = 'innovative_enterprises'";

#[tokio::test]
async fn figures_that_contradict_one_another_are_not_handed_in() {
    let office = Office::open().await;
    office.db.execute(RULE).await;
    let (left, right) = ("innovative_startups", "innovative_enterprises");
    let of =
        |indicator, value: &str, submit| figure(indicator, "2025-Q4", &json!({ "value": value, "submit": submit }));
    // Alone it contradicts nothing, and a draft may.
    let startups = done(&office.reporter, "draftMeasurement", of(left, "40", true)).await;
    let enterprises = done(&office.reporter, "draftMeasurement", of(right, "30", false)).await;
    let refusal = told(&office.reporter, "submitMeasurement", version(&enterprises)).await;
    assert_eq!(broken(&refusal), ["INCONSISTENT measurement"]);
    assert_eq!(refusal["userErrors"][0]["message"], "Số được nghiệm thu không vượt số triển khai");
    let mut more = of(right, "30", true);
    more["expectedVersion"] = enterprises["version"].clone();
    assert_eq!(refused(&office.reporter, "draftMeasurement", more).await, ["INCONSISTENT value"]);
    let mut enough = of(right, "40", true);
    enough["expectedVersion"] = enterprises["version"].clone();
    done(&office.reporter, "draftMeasurement", enough).await;

    // Those of one request are held against one another. The administrative quarter has closed earlier.
    office.db.execute("UPDATE reporting_schedule SET grace_working_days = 60").await;
    let endorsed = done(&office.head, "endorseMeasurement", seen(&startups)).await;
    assert_eq!(endorsed["state"], "ENDORSED");
    let both = json!({ "mode": "ROW_BY_ROW", "submit": true, "rows": [
        figure(left, "2025-Q4", &json!({ "value": "9", "regime": "ADMINISTRATIVE" })),
        figure(right, "2025-Q4", &json!({ "value": "8", "regime": "ADMINISTRATIVE" })),
    ] });
    assert_eq!(
        refused(&office.reporter, "draftMeasurements", both).await,
        ["INCONSISTENT rows.0.value", "INCONSISTENT rows.1.value"]
    );
}

#[tokio::test]
async fn what_another_agency_has_not_published_is_not_told_by_a_contradiction() {
    let office = Office::open().await;
    office.db.execute(RULE).await;
    let others = "UPDATE reporting_assignment SET reporter_id = (SELECT id FROM agency WHERE code = 'qng.stc')
        WHERE indicator_id = (SELECT id FROM indicator WHERE code = 'innovative_enterprises')";
    office.db.execute(others).await;
    let other = person(&office.db, 51, &[(Role::Reporter, "qng.stc")]).await;
    done(
        &other,
        "draftMeasurement",
        figure("innovative_enterprises", "2025-Q4", &json!({ "value": "30", "submit": true })),
    )
    .await;
    let ours = figure("innovative_startups", "2025-Q4", &json!({ "value": "40", "submit": true }));
    done(&office.reporter, "draftMeasurement", ours).await;
    let nobody = Viewer::public(&office.db);
    assert_eq!(nobody.denied("draftMeasurement", count("1")).await, "Sign in first");
}

#[tokio::test]
async fn the_rules_of_the_catalogue_are_told() {
    let db = tests::TestDb::demo().await;
    let question = r#"{ indicators(filter: { codes: ["provincial_st_tasks_accepted", "provincial_st_tasks_deployed"] }) { nodes {
        rules { code comparator words(language: EN) left { code } right { code } } } } }"#;
    let asked = Viewer::public(&db).ask(question).await;
    assert!(asked.statements <= 3, "{}", asked.statements);
    let rule = json!([{ "code": "tasks_accepted_were_deployed", "comparator": "AT_MOST", "words": "No more tasks are accepted than were launched",
        "left": { "code": "provincial_st_tasks_accepted" }, "right": { "code": "provincial_st_tasks_deployed" } }]);
    assert_eq!(asked.whole()["indicators"]["nodes"], json!([{ "rules": rule }, { "rules": rule }]));
}

//! What documents say beside targets, read out of them by whoever keeps the catalogue: measures, goals, digital systems, reporting rules,
//! directives, recommendations, period reports; and what is mended of programmes.

use auth::Role;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::Viewer,
    mutation::{broken, seen, with},
};

async fn office(db: &TestDb) -> Viewer {
    Viewer::person(db, 12, &[(Role::StandingOffice, "qng.ubnd", true)]).await.who_reads(Language::En)
}

/// The standing office of another province.
async fn neighbour(db: &TestDb) -> Viewer {
    Viewer::person(db, 13, &[(Role::StandingOffice, "qna.ubnd", true)]).await.who_reads(Language::En)
}

fn measure(more: Value) -> Value {
    let input = json!({ "programme": "nq57-quang-ngai", "document": "359-KH/TU", "clause": "III.99.1", "titleVi": "Phủ sóng 5G vùng núi",
        "titleEn": "5G in the mountains", "summaryVi": "Phủ sóng các xã miền núi.", "summaryEn": "Cover the mountain communes.",
        "topics": ["hạ tầng số"], "namedBodies": [{ "agency": "qng.skhcn" }, { "words": "doanh nghiệp viễn thông" }],
        "systems": ["sys.qng.ioc"], "indicators": [{ "indicator": "coverage_5g_share", "stated": true }], "mentionedDocuments": ["57-NQ/TW"] });
    with(input, more)
}

const MEASURE: &str = "measure { id code position version recurrence topics summary(language: VI) namedBodies { words agency { code } } systems { nodes { code } }
    indicators { stated indicator { code } } mentionedDocuments { code } }";

#[tokio::test]
async fn a_measure_is_defined_and_mended() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let last = db
        .text("SELECT max(position) + 1 FROM measure JOIN document d ON d.id = document_id WHERE d.code = '359-KH/TU'")
        .await;
    let done = office.act("defineMeasure", measure(json!({})), MEASURE).await["measure"].clone();
    assert_eq!((&done["code"], done["position"].to_string()), (&json!("359-KH/TU:III.99.1"), last));
    assert_eq!(
        done["namedBodies"],
        json!([{ "words": null, "agency": { "code": "qng.skhcn" } }, { "words": "doanh nghiệp viễn thông", "agency": null }])
    );
    assert_eq!(done["systems"]["nodes"], json!([{ "code": "sys.qng.ioc" }]));
    assert_eq!(done["indicators"], json!([{ "stated": true, "indicator": { "code": "coverage_5g_share" } }]));
    // What is left out stays, null empties, and a list takes the place of the one before.
    let change = with(
        seen("measure", &done),
        json!({ "recurrence": "hằng năm", "topics": [], "namedBodies": [{ "words": "các xã" }] }),
    );
    let amended = office.act("amendMeasure", change.clone(), MEASURE).await["measure"].clone();
    assert_eq!(
        (&amended["version"], &amended["recurrence"], &amended["topics"]),
        (&json!(2), &json!("hằng năm"), &json!([]))
    );
    assert_eq!(amended["namedBodies"], json!([{ "words": "các xã", "agency": null }]));
    assert_eq!(amended["mentionedDocuments"], json!([{ "code": "57-NQ/TW" }]));
    let emptied = with(seen("measure", &amended), json!({ "recurrence": null }));
    assert_eq!(office.act("amendMeasure", emptied, MEASURE).await["measure"]["recurrence"], Value::Null);
    assert_eq!(broken(&office.act("amendMeasure", change, "").await), ["STALE expectedVersion"]);
    for (more, refused) in [
        (json!({}), "TAKEN clause"),
        (json!({ "item": "x", "titleVi": " " }), "REQUIRED titleVi"),
        (json!({ "item": "x", "namedBodies": [{}] }), "REQUIRED namedBodies.agency 0"),
        (json!({ "item": "x", "indicators": [{ "indicator": "khong_co" }] }), "NOT_FOUND indicators"),
        (json!({ "item": "x", "systems": ["khong.co"] }), "NOT_FOUND systems"),
        (json!({ "item": "x", "document": "khong-co" }), "NOT_FOUND document"),
        (json!({ "item": "x", "programme": "nq57-quang-nam" }), "OUT_OF_REACH programme"),
    ] {
        assert_eq!(broken(&office.act("defineMeasure", measure(more), "").await), [refused]);
    }
    // Another province's is not there, and nobody mends what stands in a document that they do not see.
    let again = with(seen("measure", &json!({ "id": amended["id"], "version": 3 })), json!({ "note": "Ghi chú" }));
    assert_eq!(neighbour(&db).await.denied("amendMeasure", again.clone()).await, "Not found");
    db.execute("UPDATE document SET visibility = 'RESTRICTED' WHERE code = '57-NQ/TW'").await;
    let mentions = with(again, json!({ "mentionedDocuments": ["336-KH/TU"] }));
    assert_eq!(office.act("amendMeasure", mentions, MEASURE).await["measure"]["version"], 4);
    let kept = "SELECT string_agg(d.code, ' ' ORDER BY d.code) FROM measure_document m JOIN document d ON d.id = m.document_id JOIN measure ON measure.id = measure_id
        WHERE measure.code = '359-KH/TU:III.99.1'";
    assert_eq!(db.text(kept).await, "336-KH/TU 57-NQ/TW", "what the office may not see goes on to be mentioned");
    let trail = "SELECT string_agg(concat_ws(' ', action, after->>'version'), ', ' ORDER BY id) FROM audit_entry WHERE noun = 'measure'";
    assert_eq!(db.text(trail).await, "KEEP_CATALOGUE 1, KEEP_CATALOGUE 2, KEEP_CATALOGUE 3, KEEP_CATALOGUE 4");
}

#[tokio::test]
async fn a_goal_judges_only_as_an_assessment() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let goal = |more: Value| {
        with(
            json!({ "programme": "nq57-quang-ngai", "document": "359-KH/TU", "clause": "VI", "kind": "ASSESSMENT", "titleVi": "Đánh giá năm 2025",
            "titleEn": "Judgement of 2025", "summaryVi": "Tiến độ chậm.", "summaryEn": "Progress is slow." }),
            more,
        )
    };
    let shown = "goal { id code kind version period rating assessedBy { code } }";
    let judged = goal(json!({ "period": "2025", "rating": "NEGATIVE", "assessedBy": "qng.ubnd" }));
    let done = office.act("defineGoal", judged, shown).await["goal"].clone();
    assert_eq!(
        (&done["period"], &done["rating"], &done["assessedBy"]),
        (&json!("2025"), &json!("NEGATIVE"), &json!({ "code": "qng.ubnd" }))
    );
    let refused =
        office.act("defineGoal", goal(json!({ "item": "x", "kind": "PURPOSE", "rating": "MIXED" })), "").await;
    assert_eq!(broken(&refused), ["INCOMPATIBLE kind"]);
    let as_goal = |more: Value| with(with(seen("goal", &done), json!({ "kind": "PURPOSE" })), more);
    assert_eq!(broken(&office.act("amendGoal", as_goal(json!({})), "").await), ["INCOMPATIBLE kind"]);
    let nothing = json!({ "period": null, "rating": null, "assessedBy": null });
    let amended = office.act("amendGoal", as_goal(nothing), shown).await["goal"].clone();
    assert_eq!(
        (&amended["kind"], &amended["period"], &amended["version"]),
        (&json!("PURPOSE"), &Value::Null, &json!(2))
    );
    let unchanged = with(seen("goal", &amended), json!({ "kind": "PURPOSE" }));
    assert_eq!(broken(&office.act("amendGoal", unchanged, "").await), ["UNCHANGED goal"]);
}

#[tokio::test]
async fn a_digital_system_is_kept_by_who_keeps_a_document_that_names_it() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let system = |more: Value| {
        with(
            json!({ "code": "sys.qng.moi", "nameVi": "Kho dữ liệu mới", "nameEn": "New warehouse", "kind": "DATA_WAREHOUSE",
            "clauses": [{ "document": "359-KH/TU", "clause": "III.5" }] }),
            more,
        )
    };
    let shown = "digitalSystem { id code version owner { code } clauses { clause document { code } } relatedDocuments { code } }";
    let done = office.act("defineDigitalSystem", system(json!({ "owner": "qng.skhcn" })), shown).await["digitalSystem"]
        .clone();
    assert_eq!((&done["code"], &done["owner"]), (&json!("sys.qng.moi"), &json!({ "code": "qng.skhcn" })));
    for (more, refused) in [
        (json!({}), "TAKEN code"),
        (json!({ "code": "sys.x", "clauses": [] }), "REQUIRED clauses"),
        (
            json!({ "code": "sys.x", "clauses": [{ "document": "bc-skhcn-qna-2025-q1", "clause": "I" }] }),
            "OUT_OF_REACH clauses",
        ),
        (json!({ "code": "sys.x", "wantedEn": "Nothing in Vietnamese" }), "REQUIRED wantedVi"),
    ] {
        assert_eq!(broken(&office.act("defineDigitalSystem", system(more), "").await), [refused]);
    }
    let more = json!({ "clauses": [{ "document": "359-KH/TU", "clause": "III.6" }, { "document": "57-NQ/TW", "clause": "III" }], "relatedDocuments": ["336-KH/TU"] });
    let amended =
        office.act("amendDigitalSystem", with(seen("digitalSystem", &done), more), shown).await["digitalSystem"]
            .clone();
    assert_eq!(amended["clauses"][1], json!({ "clause": "III", "document": { "code": "57-NQ/TW" } }));
    let theirs = with(seen("digitalSystem", &amended), json!({ "note": "x" }));
    assert_eq!(neighbour(&db).await.denied("amendDigitalSystem", theirs).await, "Not found");
    // One that only hidden documents name takes no code that others could find taken.
    db.execute("UPDATE document SET visibility = 'INTERNAL' WHERE code = '51/KH-UBND'").await;
    let hidden = system(json!({ "code": "sys.qng.kin", "clauses": [{ "document": "51/KH-UBND", "clause": "1" }] }));
    let hidden = office.act("defineDigitalSystem", hidden, shown).await;
    assert!(hidden["digitalSystem"]["code"].as_str().unwrap().starts_with("sys.qng.kin~"), "{hidden}");
}

#[tokio::test]
async fn a_reporting_rule_and_a_period_report_are_entered_and_mended() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let rule = json!({ "document": "359-KH/TU", "item": "r99", "clause": "IV.9", "kind": "REPORT", "reporters": ["qng.skhcn", "qng.stc"],
        "recipients": ["qng.ubnd"], "cadences": [{ "cadence": "MONTHLY", "words": "hằng tháng" }] });
    let shown = "reportingRule { id code version inForce reporters { code } cadences { cadence words } }";
    let done = office.act("defineReportingRule", rule.clone(), shown).await["reportingRule"].clone();
    assert_eq!((&done["code"], &done["inForce"]), (&json!("359-KH/TU:r99"), &json!(true)));
    assert_eq!(broken(&office.act("defineReportingRule", rule.clone(), "").await), ["TAKEN item"]);
    let theirs = with(rule, json!({ "document": "bc-skhcn-qna-2025-q1" }));
    assert_eq!(broken(&office.act("defineReportingRule", theirs, "").await), ["OUT_OF_REACH document"]);
    let twice = json!({ "cadences": [{ "cadence": "MONTHLY", "words": "tháng" }, { "cadence": "MONTHLY", "words": "hằng tháng" }] });
    assert_eq!(
        broken(&office.act("amendReportingRule", with(seen("reportingRule", &done), twice), "").await),
        ["DUPLICATE cadences"]
    );
    let change = json!({ "reporters": ["qng.stc"], "inForce": false });
    let amended =
        office.act("amendReportingRule", with(seen("reportingRule", &done), change), shown).await["reportingRule"]
            .clone();
    assert_eq!((&amended["reporters"], &amended["version"]), (&json!([{ "code": "qng.stc" }]), &json!(2)));

    let document = json!({ "programme": "nq57-quang-ngai", "symbol": "9/BC-SKHCN", "kind": "REPORT", "title": "Báo cáo quý", "issuer": "qng.skhcn",
        "issuedOn": "2026-01-10", "visibility": "PUBLIC" });
    office.act("registerDocument", document, "").await;
    let result = |more: Value| {
        with(
            json!({ "section": "RESULTS", "clause": "1", "titleVi": "Việc một", "titleEn": "One", "state": "DONE" }),
            more,
        )
    };
    let report = |results: Value| {
        json!({ "programme": "nq57-quang-ngai", "document": "9/BC-SKHCN", "reporter": "qng.skhcn", "titleVi": "Báo cáo quý IV", "titleEn": "Report on Q4",
            "period": "2025-Q4", "periodWords": "Quý IV", "results": results })
    };
    for (more, refused) in [
        (json!({ "state": "PLANNED" }), "INCOMPATIBLE results.state 0"),
        (json!({ "directive": "khong-co" }), "NOT_FOUND results.directive 0"),
        (json!({ "titleVi": "" }), "REQUIRED results.titleVi 0"),
        (json!({ "outputs": [{ "document": "khong-co", "role": "ISSUED" }] }), "NOT_FOUND results"),
    ] {
        assert_eq!(broken(&office.act("registerPeriodReport", report(json!([result(more)])), "").await), [refused]);
    }
    let shown = "periodReport { id code version endsOn results { position state directive { code } outputs { role document { code } } } }";
    let results = json!([
        result(
            json!({ "directive": "tb-ubnd-qng-2025-04:6", "outputs": [{ "document": "359-KH/TU", "role": "REFERENCE" }] })
        ),
        result(json!({}))
    ]);
    let done = office.act("registerPeriodReport", report(results), shown).await["periodReport"].clone();
    assert_eq!((&done["code"], &done["endsOn"]), (&json!("9/BC-SKHCN"), &json!("2025-12-31")));
    assert_eq!(done["results"][0]["directive"], json!({ "code": "tb-ubnd-qng-2025-04:6" }));
    assert_eq!(broken(&office.act("registerPeriodReport", report(json!([])), "").await), ["TAKEN document"]);
    let anew = with(seen("periodReport", &done), json!({ "results": [result(json!({ "state": "NOT_DONE" }))] }));
    let amended = office.act("amendPeriodReport", anew, shown).await["periodReport"].clone();
    assert_eq!(amended["results"], json!([{ "position": 1, "state": "NOT_DONE", "directive": null, "outputs": [] }]));
}

#[tokio::test]
async fn directives_and_recommendations_of_documents_are_registered_as_these_say() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let directive = |more: Value| {
        with(
            json!({ "programme": "nq57-quang-ngai", "document": "359-KH/TU", "clause": "V.1", "visibility": "PUBLIC", "title": "Rà soát hạ tầng",
            "leadBasis": "EXPLICIT", "leads": ["qng.skhcn"], "deadline": { "words": "trước ngày 15/4/2025", "on": "2025-04-15", "operator": "BEFORE" },
            "reportedState": "REPORTED_DONE", "completedOn": "2025-04-10" }),
            more,
        )
    };
    let shown = "directive { id code version state stateSource completedOn dueOn timeliness leads { code } timeline(first: 5) { nodes { kind occurredOn } } }";
    let done = office.act("registerDirective", directive(json!({})), shown).await["directive"].clone();
    assert_eq!(
        (&done["code"], &done["state"], &done["stateSource"], &done["dueOn"], &done["timeliness"]),
        (
            &json!("359-KH/TU:V.1"),
            &json!("REPORTED_DONE"),
            &json!("REPORTED"),
            &json!("2025-04-14"),
            &json!("DONE_ON_TIME")
        )
    );
    assert_eq!(
        done["timeline"]["nodes"],
        json!([{ "kind": "ISSUED", "occurredOn": null }, { "kind": "REPORTED_DONE", "occurredOn": "2025-04-10" }])
    );
    for (more, refused) in [
        (json!({}), "TAKEN clause"),
        (json!({ "item": "x", "reportedState": "CANCELLED", "completedOn": null }), "INCOMPATIBLE reportedState"),
        (json!({ "item": "x", "reportedState": null }), "INCOMPATIBLE completedOn"),
        (json!({ "item": "x", "document": "bc-skhcn-qna-2025-q1" }), "OUT_OF_REACH document"),
        (json!({ "item": "x", "leads": ["khong.co"] }), "NOT_FOUND leads"),
        (json!({ "item": "x", "dependsOn": [{}] }), "MALFORMED dependsOn"),
    ] {
        assert_eq!(broken(&office.act("registerDirective", directive(more), "").await), [refused]);
    }
    // People go on with it from there.
    let untold = directive(json!({ "clause": "V.2", "reportedState": null, "completedOn": null, "deadline": null }));
    let untold = office.act("registerDirective", untold, shown).await["directive"].clone();
    assert_eq!((&untold["state"], &untold["stateSource"]), (&json!("ASSIGNED"), &json!("UNKNOWN")));
    let head = Viewer::person(&db, 14, &[(Role::Head, "qng.skhcn", true)]).await;
    let accepted = head.act("acceptDirective", seen("directive", &untold), "directive { state stateSource }").await;
    assert_eq!(accepted["directive"], json!({ "state": "IN_PROGRESS", "stateSource": "RECORDED" }));

    let said = |more: Value| {
        with(
            json!({ "document": "359-KH/TU", "clause": "VII", "kind": "RECOMMENDATION", "from": "qng.skhcn", "to": ["qng.ubnd"], "topic": "kinh phí",
            "text": "Bố trí kinh phí.", "visibility": "PUBLIC", "state": "ANSWERED", "answeredBy": ["359-KH/TU:V.1"] }),
            more,
        )
    };
    let shown = "recommendation { code state madeOn to { code } answers { nodes { code } } }";
    let done = office.act("registerRecommendation", said(json!({})), shown).await["recommendation"].clone();
    assert_eq!((&done["code"], &done["madeOn"]), (&json!("359-KH/TU:VII"), &Value::Null));
    assert_eq!(done["answers"]["nodes"], json!([{ "code": "359-KH/TU:V.1" }]));
    for (more, refused) in [
        (json!({}), "TAKEN clause"),
        (json!({ "item": "x", "state": "OPEN" }), "INCOMPATIBLE answeredBy"),
        (json!({ "item": "x", "state": "WITHDRAWN", "answeredBy": [] }), "INCOMPATIBLE state"),
        (json!({ "item": "x", "document": "bc-skhcn-qna-2025-q1" }), "OUT_OF_REACH document"),
    ] {
        assert_eq!(broken(&office.act("registerRecommendation", said(more), "").await), [refused]);
    }
}

#[tokio::test]
async fn a_programme_is_mended_and_its_pillars_keep_what_stands_in_them() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let asked = r#"{ programme(code: "nq57-quang-ngai") { id version groups(first: 50) { nodes { code nameVi: name(language: VI) nameEn: name(language: EN) } } } }"#;
    let programme = office.ask(asked).await.whole()["programme"].clone();
    let groups = programme["groups"]["nodes"].as_array().unwrap().clone();
    let turned: Vec<_> = groups.iter().rev().cloned().collect();
    let change = with(seen("programme", &programme), json!({ "groups": turned, "endsOn": "2030-12-31" }));
    let shown = "programme { version endsOn groups(first: 50) { nodes { code } } }";
    let before = db.text("SELECT count(*) FROM programme_indicator WHERE group_id IS NOT NULL").await;
    let done = office.act("amendProgramme", change, shown).await["programme"].clone();
    assert_eq!((&done["version"], &done["endsOn"]), (&json!(2), &json!("2030-12-31")));
    assert_eq!(done["groups"]["nodes"][0]["code"], groups.last().unwrap()["code"]);
    assert_eq!(db.text("SELECT count(*) FROM programme_indicator WHERE group_id IS NOT NULL").await, before);
    let now = json!({ "id": programme["id"], "version": 2 });
    for (more, refused) in [
        (json!({ "groups": [] }), "NOT_IN_STATE groups"),
        (json!({ "groups": [groups[0], groups[0]] }), "DUPLICATE groups"),
        (json!({ "startsOn": "2031-01-01" }), "OUT_OF_BOUNDS endsOn"),
        (json!({ "endsOn": "2030-12-31" }), "UNCHANGED programme"),
        (json!({ "nameVi": "" }), "REQUIRED nameVi"),
    ] {
        assert_eq!(broken(&office.act("amendProgramme", with(seen("programme", &now), more), "").await), [refused]);
    }
    assert_eq!(
        neighbour(&db).await.denied("amendProgramme", with(seen("programme", &now), json!({ "endsOn": null }))).await,
        "Not found"
    );
}

//! Plans that are adopted and replaced, and programmes, indicators and baselines that come with them.

use auth::Role;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::Viewer,
    mutation::{broken, key, with},
};

async fn office(db: &TestDb) -> Viewer {
    Viewer::person(db, 12, &[(Role::StandingOffice, "qng.ubnd", true)]).await.who_reads(Language::En)
}

async fn register(office: &Viewer, symbol: &str, issued_on: &str, programme: &str) {
    let input = json!({ "programme": programme, "symbol": symbol, "kind": "PLAN", "title": format!("Kế hoạch {symbol}"), "issuer": "qng.ubnd",
        "issuedOn": issued_on, "visibility": "PUBLIC" });
    let done = office.act("registerDocument", input, "document { code }").await;
    assert_eq!(done["document"]["code"], symbol, "{done}");
}

fn target(item: &str, indicator: &str, due_on: &str, value: &str, more: Value) -> Value {
    let input = json!({ "item": item, "indicator": indicator, "wording": format!("Mục tiêu {item}"), "dueOn": due_on, "comparator": "AT_LEAST",
        "value": value, "clause": "II.1" });
    with(input, more)
}

const ADOPTED: &str = "adoption { dryRun document { code } targets { code value dueOn comparator indicator { code } subject { code } definition { version } } }";
const COMPARED: &str = "comparison { dryRun carriedOver changed dropped added previousUnknown openDirectives before { code status } after { code }
    targets { change before { code clause value } after { code clause value } } }";

/// All that a plan could have changed.
async fn state(db: &TestDb) -> String {
    db.text(
        "SELECT concat_ws(' ', (SELECT count(*) FROM target), (SELECT count(*) FROM document_relation), (SELECT count(*) FROM programme_document),
            (SELECT count(*) FROM change), (SELECT count(*) FROM audit_entry), (SELECT count(*) FROM idempotency_record),
            (SELECT md5(string_agg(d.status || d.version, ',' ORDER BY d.id)) FROM document d))",
    )
    .await
}

#[tokio::test]
async fn a_programme_begins_with_its_plan_and_is_assessed() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let programme = json!({ "code": "nq71-quang-ngai", "nameVi": "Nghị quyết 71 về giáo dục", "nameEn": "Resolution 71 on education",
        "jurisdiction": "qng.ubnd", "startsOn": "2025-09-01", "groups": [{ "code": "a", "nameVi": "Trường học số", "nameEn": "Digital schools" }] });
    let done = office
        .act("defineProgramme", programme.clone(), "programme { code groups { nodes { code name(language: VI) } } }")
        .await;
    assert_eq!(done["programme"]["groups"]["nodes"], json!([{ "code": "a", "name": "Trường học số" }]));
    assert_eq!(broken(&office.act("defineProgramme", programme, "programme { code }").await), ["TAKEN code"]);
    register(&office, "71-KH/TU", "2025-10-01", "nq71-quang-ngai").await;
    let indicator = json!({ "programme": "nq71-quang-ngai", "group": "a", "code": "digital_schools_share", "nameVi": "Tỷ lệ trường học số",
        "nameEn": "Share of digital schools", "unit": "PERCENT", "valueKind": "RATIO", "direction": "HIGHER_IS_BETTER", "nature": "STOCK",
        "aggregation": "RATIO_OF_SUMS", "frequency": "QUARTER", "decimals": 1, "lead": "qng.skhcn",
        "definition": { "textVi": "Trường đạt mức 3 trên tổng số trường", "textEn": "Schools at level 3 of all schools", "denominator": "tổng số trường",
            "parameters": [{ "name": "level", "value": "3" }], "document": "71-KH/TU", "clause": "II.1" } });
    let shown = "indicator { code position definitions { version parameters denominator document { code } clause } memberships { programme { code } group { code } } }";
    let done = office.act("defineIndicator", indicator.clone(), shown).await;
    assert_eq!(
        done["indicator"]["definitions"],
        json!([{ "version": 1, "parameters": { "level": "3" }, "denominator": "tổng số trường", "document": { "code": "71-KH/TU" }, "clause": "II.1" }])
    );
    assert_eq!(
        done["indicator"]["memberships"],
        json!([{ "programme": { "code": "nq71-quang-ngai" }, "group": { "code": "a" } }])
    );
    assert_eq!(broken(&office.act("defineIndicator", indicator, shown).await), ["TAKEN code"]);
    let targets = json!([
        target("2025.a.01", "digital_schools_share", "2025-12-31", "40", json!({ "ordinal": 1 })),
        target("2030.a.01", "digital_schools_share", "2030-12-31", "90", json!({ "ordinal": 1 })),
        // One that the programme did not follow so far, of another agency.
        target(
            "2030.a.02",
            "coverage_5g_share",
            "2030-12-31",
            "99",
            json!({ "subject": "qng.skhcn", "group": "a", "ordinal": 2 })
        )
    ]);
    let plan = json!({ "programme": "nq71-quang-ngai", "document": "71-KH/TU", "targets": targets });
    let before = state(&db).await;
    let rehearsed = office.act("adoptPlan", with(plan.clone(), json!({ "dryRun": true })), ADOPTED).await;
    assert_eq!(state(&db).await, before, "a dry run has changed something");
    let once = key();
    let done = office.send("adoptPlan", &plan, once, ADOPTED).await.whole()["it"].clone();
    assert_eq!(with(rehearsed["adoption"].clone(), json!({ "dryRun": false })), done["adoption"]);
    assert_eq!(office.send("adoptPlan", &plan, once, ADOPTED).await.whole()["it"], done);
    assert_eq!(done["adoption"]["targets"][0]["code"], "71-KH/TU:2025.a.01");
    let of_programme = "{ programme(code: \"nq71-quang-ngai\") { documents { role document { code } } indicators { nodes { code } } targets { totalCount } } }";
    assert_eq!(
        Viewer::public(&db).ask(of_programme).await.whole()["programme"],
        json!({ "documents": [{ "role": "PLAN", "document": { "code": "71-KH/TU" } }],
            "indicators": { "nodes": [{ "code": "coverage_5g_share" }, { "code": "digital_schools_share" }] }, "targets": { "totalCount": 3 } })
    );
    // It is assessed at once, from a baseline that somebody states.
    let baseline = json!({ "programme": "nq71-quang-ngai", "indicator": "digital_schools_share", "measuredOn": "2025-09-30", "value": "25",
        "document": "71-KH/TU", "clause": "I" });
    let set =
        office.act("setBaseline", baseline.clone(), "baseline { value version simulated subject { code } }").await;
    assert_eq!(
        set["baseline"],
        json!({ "value": "25", "version": 1, "simulated": false, "subject": { "code": "qng.ubnd" } })
    );
    assert_eq!(broken(&office.act("setBaseline", baseline.clone(), "baseline { value }").await), ["TAKEN measuredOn"]);
    let again = with(baseline.clone(), json!({ "value": "26.5", "expectedVersion": 1 }));
    assert_eq!(office.act("setBaseline", again.clone(), "baseline { version }").await["baseline"]["version"], 2);
    assert_eq!(broken(&office.act("setBaseline", again, "baseline { value }").await), ["STALE expectedVersion"]);
    let assessed = "{ indicator(code: \"digital_schools_share\") { assessment(subject: \"qng.ubnd\") { status demanded baseline { value } } } }";
    assert_eq!(
        Viewer::public(&db).ask(assessed).await.whole()["indicator"]["assessment"],
        json!({ "status": "NO_DATA", "demanded": "90", "baseline": { "value": "26.5" } })
    );
}

#[tokio::test]
async fn a_plan_is_replaced_in_the_middle_of_a_quarter() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    register(&office, "05-KH/TU", "2026-01-10", "nq57-quang-ngai").await;
    let old =
        office.ask("{ document(code: \"359-KH/TU\") { id version targets { totalCount } } }").await.whole()["document"]
            .clone();
    let targets = json!([
        target("2025.a.01", "coverage_5g_share", "2025-12-31", "50", json!({})),
        target("2030.a.01", "coverage_5g_share", "2030-12-31", "97", json!({ "clause": "II.2" })),
        target("2027.a.01", "coverage_5g_share", "2027-12-31", "75", json!({}))
    ]);
    let replacement = json!({ "programme": "nq57-quang-ngai", "plan": old["id"], "expectedVersion": old["version"], "by": "05-KH/TU", "clause": "Điều 1",
        "effectiveOn": "2026-01-15", "targets": targets });
    let before = state(&db).await;
    let rehearsed = office.act("replacePlan", with(replacement.clone(), json!({ "dryRun": true })), COMPARED).await;
    assert_eq!(state(&db).await, before, "a dry run has changed something");
    let once = key();
    let done = office.send("replacePlan", &replacement, once, COMPARED).await.whole()["it"]["comparison"].clone();
    assert_eq!(with(rehearsed["comparison"].clone(), json!({ "dryRun": false })), done);
    assert_eq!(office.send("replacePlan", &replacement, once, COMPARED).await.whole()["it"]["comparison"], done);
    let standing = old["targets"]["totalCount"].as_i64().unwrap();
    assert_eq!(
        (&done["carriedOver"], &done["changed"], &done["added"], &done["dropped"], &done["before"]["status"]),
        (&json!(1), &json!(1), &json!(1), &json!(standing - 2), &json!("REPLACED"))
    );
    let row = done["targets"].as_array().unwrap().iter().find(|row| row["change"] == "CHANGED").unwrap();
    assert_eq!(
        (&row["before"]["clause"], &row["after"]["clause"], &row["after"]["value"]),
        (&json!("II.2.2.a"), &json!("II.2"), &json!("97"))
    );
    // Earlier days are judged by the old plan, later ones by the new; neither contradicts the other.
    let public = Viewer::public(&db);
    let demanded = async |on: &str, year: i32| {
        let asked = format!(
            "{{ indicator(code: \"coverage_5g_share\") {{ assessment(subject: \"qng.ubnd\", milestone: {year}, on: \"{on}\") {{ demanded isAmbiguous }} }} }}"
        );
        public.ask(&asked).await.whole()["indicator"]["assessment"].clone()
    };
    let old_value = db.text("SELECT trim_scale(value) FROM target WHERE code = '359-KH/TU:2030.a.01'").await;
    assert_eq!(demanded("2026-01-14", 2030).await, json!({ "demanded": old_value, "isAmbiguous": false }));
    assert_eq!(demanded("2026-01-15", 2030).await, json!({ "demanded": "97", "isAmbiguous": false }));
    assert_eq!(demanded("2026-01-20", 2027).await["demanded"], "75");
    let warned = "{ targets(filter: { document: \"05-KH/TU\" }) { nodes { warnings { kind } } } }";
    assert_eq!(public.ask(warned).await.whole()["targets"]["nodes"][0]["warnings"], json!([]));
    // What stands in the old plan is there, and its open directives say that their document was replaced.
    let kept = "{ document(code: \"359-KH/TU\") { status inverseRelations { kind clause effectiveOn source { code } } targets(first: 1) { totalCount } } }";
    let kept = public.ask(kept).await.whole()["document"].clone();
    assert_eq!(kept["targets"]["totalCount"], standing);
    assert!(kept["inverseRelations"].as_array().unwrap().contains(
        &json!({ "kind": "REPLACES", "clause": "Điều 1", "effectiveOn": "2026-01-15", "source": { "code": "05-KH/TU" } })
    ));
    // Nothing new rests on it.
    let late = json!({ "programme": "nq57-quang-ngai", "document": "359-KH/TU", "targets": [target("2026.x", "coverage_5g_share", "2026-12-31", "60", json!({}))] });
    assert_eq!(broken(&office.act("adoptPlan", late, ADOPTED).await), ["NOT_IN_STATE document"]);
}

#[tokio::test]
async fn what_nobody_knows_of_the_old_plan_is_not_called_new() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    register(&office, "01-KH/TU", "2025-01-10", "nq57-quang-ngai").await;
    register(&office, "05-KH/TU", "2026-01-10", "nq57-quang-ngai").await;
    let old = office.ask("{ document(code: \"01-KH/TU\") { id version } }").await.whole()["document"].clone();
    let replacement = json!({ "programme": "nq57-quang-ngai", "plan": old["id"], "expectedVersion": old["version"], "by": "05-KH/TU",
        "effectiveOn": "2026-01-10", "previousKnown": false, "targets": [target("2027.a.01", "coverage_5g_share", "2027-12-31", "75", json!({}))] });
    let known = office.ask("{ document(code: \"359-KH/TU\") { id version } }").await.whole()["document"].clone();
    let other = with(replacement.clone(), json!({ "plan": known["id"], "expectedVersion": known["version"] }));
    assert_eq!(broken(&office.act("replacePlan", other, COMPARED).await), ["INCOMPATIBLE previousKnown"]);
    for (more, refused) in [
        (json!({ "by": "01-KH/TU" }), "INCOMPATIBLE by"),
        (json!({ "by": "336-KH/TU" }), "NOT_IN_STATE by"),
        (json!({ "expectedVersion": 7 }), "STALE expectedVersion"),
        (json!({ "effectiveOn": "2025-01-09" }), "OUT_OF_BOUNDS effectiveOn"),
        // Nothing would be demanded between then and the day on which the new plan was issued.
        (json!({ "effectiveOn": "2026-01-09" }), "OUT_OF_BOUNDS effectiveOn"),
        (json!({ "effectiveOn": "2026-01-21" }), "TOO_EARLY effectiveOn"),
        (json!({ "programme": "khong-co" }), "NOT_FOUND programme"),
    ] {
        assert_eq!(broken(&office.act("replacePlan", with(replacement.clone(), more), COMPARED).await), [refused]);
    }
    let done = office.act("replacePlan", replacement, COMPARED).await["comparison"].clone();
    assert_eq!(
        (&done["previousUnknown"], &done["added"], &done["targets"][0]["change"], &done["targets"][0]["before"]),
        (&json!(1), &json!(0), &json!("PREVIOUS_UNKNOWN"), &Value::Null)
    );
}

#[tokio::test]
async fn every_row_that_is_wrong_is_told_and_none_is_written() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    register(&office, "05-KH/TU", "2026-01-10", "nq57-quang-ngai").await;
    let row = |more: Value| target("2027.a.01", "coverage_5g_share", "2027-12-31", "75", more);
    let plan =
        |targets: Vec<Value>| json!({ "programme": "nq57-quang-ngai", "document": "05-KH/TU", "targets": targets });
    let before = state(&db).await;
    let rows = vec![
        row(json!({})),
        row(json!({})),
        row(json!({ "item": "b", "indicator": "khong_co" })),
        row(json!({ "item": "c", "subject": "khong.co" })),
        row(json!({ "item": "d", "definition": 9 })),
        row(json!({ "item": "e", "value": null })),
        row(json!({ "item": "f", "statement": "Hoàn thành" })),
        row(json!({ "item": "g", "comparator": "BETWEEN" })),
        row(json!({ "item": "h", "comparator": "BETWEEN", "upperValue": "70" })),
        row(json!({ "item": "i", "dueOn": null, "duePrecision": "YEAR" })),
        row(json!({ "item": "j", "cadenceFrom": 2026 })),
        row(json!({ "item": "k", "sub": 1 })),
        row(json!({ "item": "n", "cadence": "EACH_YEAR", "cadenceFrom": 300_000 })),
        row(json!({ "item": "l", "group": "z" })),
        row(json!({ "item": "m", "wording": " " })),
    ];
    let answer = office.act("adoptPlan", plan(rows), ADOPTED).await;
    let told: Vec<String> = answer["userErrors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            format!("{} {} {}", error["row"], error["code"].as_str().unwrap(), error["field"][2].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            "1 DUPLICATE item",
            "2 NOT_FOUND indicator",
            "3 NOT_FOUND subject",
            "4 NOT_FOUND definition",
            "5 REQUIRED value",
            "6 INCOMPATIBLE statement",
            "7 REQUIRED upperValue",
            "8 OUT_OF_BOUNDS upperValue",
            "9 REQUIRED dueOn",
            "10 INCOMPATIBLE cadence",
            "11 REQUIRED ordinal",
            "12 OUT_OF_BOUNDS cadenceFrom",
            "13 NOT_FOUND group",
            "14 REQUIRED wording",
        ]
    );
    let many: Vec<Value> = (0..501).map(|number| row(json!({ "item": format!("x{number}") }))).collect();
    assert_eq!(broken(&office.act("adoptPlan", plan(many), ADOPTED).await), ["TOO_MANY targets"]);
    assert_eq!(state(&db).await, before);
    assert!(office.act("adoptPlan", plan(vec![row(json!({}))]), ADOPTED).await["adoption"].is_object());
    assert_eq!(broken(&office.act("adoptPlan", plan(vec![row(json!({}))]), ADOPTED).await), ["TAKEN targets.item"]);
    let elsewhere = Viewer::person(&db, 14, &[(Role::StandingOffice, "qna.ubnd", true)]).await.who_reads(Language::En);
    assert_eq!(
        broken(&elsewhere.act("adoptPlan", plan(vec![row(json!({ "item": "y" }))]), ADOPTED).await),
        ["OUT_OF_REACH programme"]
    );
}

const INDICATOR: &str = "indicator(code: \"coverage_5g_share\")";

async fn indicator(office: &Viewer) -> Value {
    let asked = office.ask(&format!("{{ {INDICATOR} {{ id version }} }}")).await.whole();
    json!({ "indicator": asked["indicator"]["id"], "expectedVersion": asked["indicator"]["version"] })
}

#[tokio::test]
async fn a_definition_is_worded_anew_and_what_is_there_keeps_its_own() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let wording = json!({ "textVi": "Dân số được phủ sóng 5G trên tổng dân số", "textEn": "People with 5G coverage of all people", "denominator": "tổng dân số" });
    let input = with(indicator(&office).await, json!({ "definition": wording, "validFrom": "2026-01-01" }));
    let done = office
        .act("reviseDefinition", input.clone(), "indicator { version definitions { version validFrom denominator } }")
        .await;
    let definitions = done["indicator"]["definitions"].as_array().unwrap();
    let last = definitions.last().unwrap();
    assert_eq!((&last["validFrom"], &last["denominator"]), (&json!("2026-01-01"), &json!("tổng dân số")));
    assert_eq!(last["version"], definitions.len());
    let means = "{ target(code: \"359-KH/TU:2025.a.01\") { definition { version } } }";
    assert_eq!(office.ask(means).await.whole()["target"]["definition"]["version"], 1);
    assert_eq!(broken(&office.act("reviseDefinition", input, "indicator { code }").await), ["STALE expectedVersion"]);
    let earlier = with(indicator(&office).await, json!({ "definition": wording, "validFrom": "2026-01-01" }));
    assert_eq!(
        broken(&office.act("reviseDefinition", earlier, "indicator { code }").await),
        ["OUT_OF_BOUNDS validFrom"]
    );
    // A plan that comes now means the latest.
    register(&office, "05-KH/TU", "2026-01-10", "nq57-quang-ngai").await;
    let plan = json!({ "programme": "nq57-quang-ngai", "document": "05-KH/TU", "targets": [target("a", "coverage_5g_share", "2028-12-31", "80", json!({}))] });
    let adopted = office.act("adoptPlan", plan, ADOPTED).await;
    assert_eq!(adopted["adoption"]["targets"][0]["definition"]["version"], definitions.len());
}

#[tokio::test]
async fn an_indicator_is_retired_with_its_targets_and_assignments() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let retirement = with(
        indicator(&office).await,
        json!({ "document": "tb-ubnd-qng-2025-04", "clause": "4", "retiredOn": "2026-01-10" }),
    );
    let shown = "retirement { dryRun assignments targets { code withdrawnOn withdrawalClause } indicator { retiredOn version viewerCan { retire } } }";
    let before = state(&db).await;
    let rehearsed = office.act("retireIndicator", with(retirement.clone(), json!({ "dryRun": true })), shown).await;
    assert_eq!(state(&db).await, before);
    let done = office.act("retireIndicator", retirement.clone(), shown).await["retirement"].clone();
    assert_eq!(
        (&rehearsed["retirement"]["targets"], &rehearsed["retirement"]["assignments"]),
        (&done["targets"], &done["assignments"])
    );
    assert!(done["assignments"].as_i64().unwrap() > 0 && !done["targets"].as_array().unwrap().is_empty(), "{done}");
    assert_eq!(done["indicator"]["retiredOn"], "2026-01-10");
    // Nothing of later periods is owed; what was due before is.
    let owed = async |from: &str| {
        let asked = format!(
            "{{ obligations(filter: {{ indicator: \"coverage_5g_share\", dueFrom: \"{from}\", dueTo: \"2026-12-31\" }}, first: 1) {{ totalCount }} }}"
        );
        office.ask(&asked).await.whole()["obligations"]["totalCount"].as_i64().unwrap()
    };
    assert_eq!(owed("2026-03-01").await, 0);
    assert_eq!(
        broken(
            &office
                .act(
                    "retireIndicator",
                    with(
                        indicator(&office).await,
                        json!({ "document": "tb-ubnd-qng-2025-04", "clause": "4",
        "retiredOn": "2026-01-10" })
                    ),
                    shown
                )
                .await
        ),
        ["NOT_IN_STATE indicator"]
    );
    register(&office, "05-KH/TU", "2026-01-10", "nq57-quang-ngai").await;
    let plan = json!({ "programme": "nq57-quang-ngai", "document": "05-KH/TU", "targets": [target("a", "coverage_5g_share", "2028-12-31", "80", json!({}))] });
    assert_eq!(broken(&office.act("adoptPlan", plan, ADOPTED).await), ["NOT_IN_STATE targets.indicator 0"]);
}

#[tokio::test]
async fn a_target_is_withdrawn_and_earlier_days_are_judged_by_it() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let found = office
        .ask("{ target(code: \"359-KH/TU:2025.a.01\") { id version viewerCan { withdraw } } }")
        .await
        .whole()["target"]
        .clone();
    assert_eq!(found["viewerCan"]["withdraw"], true);
    let withdrawal = json!({ "target": found["id"], "expectedVersion": found["version"], "document": "tb-ubnd-qng-2025-04", "clause": "3.2", "withdrawnOn": "2026-01-15" });
    for (more, refused) in [
        (json!({ "withdrawnOn": "2026-01-21" }), "TOO_EARLY withdrawnOn"),
        (json!({ "document": "336-KH/TU" }), "NOT_IN_STATE document"),
        (json!({ "expectedVersion": 9 }), "STALE expectedVersion"),
    ] {
        assert_eq!(
            broken(&office.act("withdrawTarget", with(withdrawal.clone(), more), "target { code }").await),
            [refused]
        );
    }
    let shown =
        "target { version withdrawnOn withdrawalClause withdrawalDocument { code } viewerCan { revise withdraw } }";
    let done = office.act("withdrawTarget", withdrawal.clone(), shown).await["target"].clone();
    assert_eq!(
        done,
        json!({ "version": 2, "withdrawnOn": "2026-01-15", "withdrawalClause": "3.2", "withdrawalDocument": { "code": "tb-ubnd-qng-2025-04" },
            "viewerCan": { "revise": false, "withdraw": false } })
    );
    for (on, demanded) in [("2026-01-14", json!("50")), ("2026-01-15", Value::Null)] {
        let asked = format!(
            "{{ {INDICATOR} {{ assessment(subject: \"qng.ubnd\", milestone: 2025, on: \"{on}\") {{ demanded }} }} }}"
        );
        assert_eq!(
            Viewer::public(&db).ask(&asked).await.whole()["indicator"]["assessment"]["demanded"],
            demanded,
            "{on}"
        );
    }
    assert_eq!(
        broken(&office.act("withdrawTarget", with(withdrawal, json!({ "expectedVersion": 2 })), shown).await),
        ["UNCHANGED target"]
    );
}

//! The bounds between on track, at risk and off track, as the catalogue's keeper sets them.

use auth::Role;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::Viewer,
    mutation::{broken, key, with},
    sql,
};

const SHOWN: &str = "rule { onTrackFrom atRiskFrom version validFrom validUntil source document { code } }";

fn bounds(more: Value) -> Value {
    let input = json!({ "programme": "nq57-quang-ngai", "onTrackFrom": "0.9", "atRiskFrom": "0.6", "validFrom": "2026-01-20",
        "document": "tb-ubnd-qng-2025-04", "source": "Thông báo kết luận, mục 5" });
    with(input, more)
}

/// By which bounds a day is judged.
async fn on(db: &TestDb, day: &str) -> Value {
    let ask = format!(
        "{{ indicator(code: \"coverage_5g_share\") {{ assessment(subject: \"qng.ubnd\", on: \"{day}\") {{ onTrackFrom atRiskFrom }} }} }}"
    );
    let told = Viewer::public(db).ask(&ask).await.whole();
    let of = &told["indicator"]["assessment"];
    json!([of["onTrackFrom"], of["atRiskFrom"]])
}

#[tokio::test]
async fn bounds_hold_from_their_day_on_and_earlier_days_are_judged_as_they_were() {
    let db = TestDb::demo().await;
    let office = Viewer::person(&db, 12, &[(Role::StandingOffice, "qng.ubnd", true)]).await.who_reads(Language::En);
    assert_eq!(on(&db, "2026-01-20").await, json!(["0.95", "0.75"]));
    let once = key();
    for _ in 0..2 {
        let set = office.send("setAssessmentRule", &bounds(json!({})), once, SHOWN).await.whole()["it"].take();
        assert_eq!(
            set["rule"],
            json!({ "onTrackFrom": "0.9", "atRiskFrom": "0.6", "version": 1, "validFrom": "2026-01-20", "validUntil": null,
                "source": "Thông báo kết luận, mục 5", "document": { "code": "tb-ubnd-qng-2025-04" } })
        );
    }
    assert_eq!(on(&db, "2026-01-19").await, json!(["0.95", "0.75"]));
    assert_eq!(on(&db, "2026-01-20").await, json!(["0.9", "0.6"]));
    let feed = "SELECT count(*) FROM change WHERE noun = 'programme' AND kind = 'UPDATED'";
    let trail = "SELECT after -> 'assessmentRule' ->> 'on_track_from' FROM audit_entry WHERE noun = 'programme'";
    assert_eq!((db.text(feed).await, db.text(trail).await), ("1".to_owned(), "0.9".to_owned()));

    // Others later, and between; those of today are put right.
    let later = bounds(json!({ "expectedVersion": 1, "onTrackFrom": "0.8", "validFrom": "2027-01-01" }));
    assert_eq!(office.act("setAssessmentRule", later, SHOWN).await["rule"]["version"], 2);
    let again = bounds(json!({ "expectedVersion": 2, "onTrackFrom": "0.85" }));
    let again = office.act("setAssessmentRule", again, SHOWN).await;
    assert_eq!((&again["rule"]["version"], &again["rule"]["validUntil"]), (&json!(3), &json!("2026-12-31")), "{again}");
    let listed = "{ programme(code: \"nq57-quang-ngai\") { assessmentRules { onTrackFrom validFrom validUntil } } }";
    assert_eq!(
        Viewer::public(&db).ask(listed).await.whole()["programme"]["assessmentRules"],
        json!([
            { "onTrackFrom": "0.85", "validFrom": "2026-01-20", "validUntil": "2026-12-31" },
            { "onTrackFrom": "0.8", "validFrom": "2027-01-01", "validUntil": null },
        ])
    );
}

#[tokio::test]
async fn bounds_that_cannot_be_set_are_refused_and_change_nothing() {
    let db = TestDb::demo().await;
    let office = Viewer::person(&db, 12, &[(Role::StandingOffice, "qng.ubnd", true)]).await.who_reads(Language::En);
    for (more, refused) in [
        (json!({ "expectedVersion": 1 }), "STALE expectedVersion"),
        (json!({ "programme": "khong-co" }), "NOT_FOUND programme"),
        (json!({ "onTrackFrom": "1.01" }), "OUT_OF_BOUNDS onTrackFrom"),
        (json!({ "atRiskFrom": "0" }), "OUT_OF_BOUNDS atRiskFrom"),
        (json!({ "atRiskFrom": "0.9" }), "OUT_OF_BOUNDS atRiskFrom"),
        (json!({ "validFrom": "2026-01-19" }), "OUT_OF_BOUNDS validFrom"),
        (json!({ "document": "khong-co" }), "NOT_FOUND document"),
        (json!({ "document": "336-KH/TU" }), "NOT_IN_STATE document"),
        (json!({ "source": "" }), "REQUIRED source"),
    ] {
        let answer = office.act("setAssessmentRule", bounds(more.clone()), SHOWN).await;
        assert_eq!((broken(&answer), &answer["rule"]), (vec![refused.to_owned()], &Value::Null), "{more}");
    }
    let elsewhere = Viewer::person(&db, 14, &[(Role::StandingOffice, "qna.ubnd", true)]).await.who_reads(Language::En);
    assert_eq!(broken(&elsewhere.act("setAssessmentRule", bounds(json!({})), SHOWN).await), ["OUT_OF_REACH programme"]);
    let reporter = Viewer::person(&db, 13, &[(Role::Reporter, "qng.ubnd", true)]).await.who_reads(Language::En);
    assert_eq!(reporter.denied("setAssessmentRule", bounds(json!({}))).await, "None of your roles may do this");
    assert_eq!(db.text("SELECT count(*) FROM assessment_rule").await, "0");
    let mut server = db.settings().as_server().connect().await.unwrap();
    let told = sql::execute(&mut server, "DELETE FROM assessment_rule").await.unwrap_err().to_string();
    assert!(told.contains("permission denied"), "{told}");
    // Two that are set at the same moment do not both hold.
    office.act("setAssessmentRule", bounds(json!({})), SHOWN).await;
    let second = "INSERT INTO assessment_rule (id, programme_id, valid, on_track_from, at_risk_from, source)
        SELECT gen_random_uuid(), programme_id, valid, 0.8, 0.5, source FROM assessment_rule";
    let told = sql::execute(&mut server, second).await.unwrap_err().to_string();
    assert!(told.contains("assessment_rule_no_overlap"), "{told}");
    let longer = "UPDATE assessment_rule SET valid = '[2026-01-01,)'";
    let told = sql::execute(&mut server, longer).await.unwrap_err().to_string();
    assert!(told.contains("ends earlier"), "{told}");
    let same = bounds(json!({ "expectedVersion": 1 }));
    assert_eq!(broken(&office.act("setAssessmentRule", same, SHOWN).await), ["UNCHANGED onTrackFrom"]);
}

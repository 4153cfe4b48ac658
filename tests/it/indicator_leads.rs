//! Who answers for indicators: given and taken away by whoever keeps the catalogue of a programme that follows them.

use auth::Role;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, texts},
    mutation::{broken, key},
};

const SHOWN: &str = "indicators { code version lead { code } }";

/// An indicator as the input names it.
async fn seen(viewer: &Viewer, code: &str) -> Value {
    let answer = viewer.ask(&format!("{{ indicator(code: \"{code}\") {{ id version }} }}")).await.whole();
    json!({ "indicator": answer["indicator"]["id"], "expectedVersion": answer["indicator"]["version"] })
}

async fn office(db: &TestDb) -> Viewer {
    Viewer::person(db, 12, &[(Role::StandingOffice, "qng.ubnd", true)]).await.who_reads(Language::En)
}

#[tokio::test]
async fn the_office_gives_and_takes_leads_of_several_at_once() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let before = office
        .ask(r#"{ indicators(first: 100) { nodes { code note lead { code } } } agency(code: "qng.sxd") { indicators { totalCount } } }"#)
        .await
        .whole();
    assert_eq!(texts(&before, "indicators/nodes/*/lead/code").len(), 73, "each has one");
    assert!(
        texts(&before, "indicators/nodes/*/note").iter().all(|note| note.contains("Cơ quan chủ trì: ")),
        "and says on what it rests"
    );

    let (a, b) = (seen(&office, "coverage_5g_share").await, seen(&office, "coverage_6g_share").await);
    let given = office.act("assignIndicatorLead", json!({ "indicators": [a, b], "lead": "qng.sxd" }), SHOWN).await;
    assert_eq!(
        given["indicators"],
        json!([
            { "code": "coverage_5g_share", "version": 2, "lead": { "code": "qng.sxd" } },
            { "code": "coverage_6g_share", "version": 2, "lead": { "code": "qng.sxd" } },
        ])
    );
    let count = before["agency"]["indicators"]["totalCount"].as_u64().unwrap() + 2;
    let query = r#"{ agency(code: "qng.sxd") { indicators { totalCount } } indicators(filter: { lead: "qng.sxd" }) { totalCount } }"#;
    let after = office.ask(query).await.whole();
    assert_eq!(
        (&after["agency"]["indicators"]["totalCount"], &after["indicators"]["totalCount"]),
        (&json!(count), &json!(count))
    );
    assert_eq!(db.text("SELECT count(*) FROM change WHERE noun = 'indicator' AND kind = 'UPDATED'").await, "2");
    let trail = "SELECT string_agg(concat(before->>'version', ' ', after->>'version'), ', ') FROM audit_entry WHERE action = 'KEEP_CATALOGUE' AND noun = 'indicator'";
    assert_eq!(db.text(trail).await, "1 2, 1 2");

    let taken = json!({ "indicators": [seen(&office, "coverage_6g_share").await], "lead": null });
    let taken = office.act("assignIndicatorLead", taken, SHOWN).await;
    assert_eq!(taken["indicators"], json!([{ "code": "coverage_6g_share", "version": 3, "lead": null }]));
}

#[tokio::test]
async fn all_is_done_or_nothing() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let (a, b) = (seen(&office, "coverage_5g_share").await, seen(&office, "coverage_6g_share").await);
    let stale = json!({ "indicator": b["indicator"], "expectedVersion": 7 });
    let nowhere = json!({ "indicator": schema::id::encode(b'i', uuid::Uuid::from_u128(1)), "expectedVersion": 1 });
    for (input, refused) in [
        (json!({ "indicators": [a, stale], "lead": "qng.sxd" }), "STALE indicators.expectedVersion 1"),
        (json!({ "indicators": [a, nowhere], "lead": "qng.sxd" }), "NOT_FOUND indicators.indicator 1"),
        (json!({ "indicators": [a, b, a], "lead": "qng.sxd" }), "DUPLICATE indicators.indicator 2"),
        (json!({ "indicators": [], "lead": "qng.sxd" }), "REQUIRED indicators"),
        (json!({ "indicators": [a] }), "REQUIRED lead"),
        (json!({ "indicators": [a], "lead": "khong.co" }), "NOT_FOUND lead"),
        (json!({ "indicators": [a], "lead": "qna.skhcn" }), "OUT_OF_REACH lead"),
        // Merged away in April 2025.
        (json!({ "indicators": [a], "lead": "qng.bcd_cds" }), "NOT_IN_STATE lead"),
        (json!({ "indicators": [a], "lead": "qng.skhcn" }), "UNCHANGED indicators.indicator 0"),
    ] {
        let answer = office.act("assignIndicatorLead", input.clone(), SHOWN).await;
        assert_eq!(answer["indicators"], Value::Null, "{input}");
        assert_eq!(broken(&answer), [refused], "{input}");
    }
    assert_eq!(db.text("SELECT count(*) FROM indicator WHERE version > 1").await, "0");
}

#[tokio::test]
async fn a_retry_is_done_once_and_others_may_not() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let input = json!({ "indicators": [seen(&office, "coverage_5g_share").await], "lead": "qng.stc" });
    let once = key();
    for _ in 0..2 {
        let answer = office.send("assignIndicatorLead", &input, once, SHOWN).await.whole();
        assert_eq!(answer["it"]["indicators"][0]["version"], 2);
    }
    let reporter = Viewer::person(&db, 13, &[(Role::Reporter, "qng.ubnd", true)]).await.who_reads(Language::En);
    assert!(reporter.denied("assignIndicatorLead", input.clone()).await.contains("None of your roles"));
    // Who keeps the catalogue of another province keeps none that follows it.
    let elsewhere = Viewer::person(&db, 14, &[(Role::StandingOffice, "qna.ubnd", true)]).await.who_reads(Language::En);
    let given = json!({ "indicators": [seen(&office, "coverage_5g_share").await], "lead": "qna.skhcn" });
    let answer = elsewhere.act("assignIndicatorLead", given, SHOWN).await;
    assert_eq!(broken(&answer), ["OUT_OF_REACH indicators.indicator 0"]);
    let can = r#"{ indicator(code: "coverage_5g_share") { viewerCan { assignLead } } }"#;
    for (viewer, may) in [(&office, true), (&reporter, false), (&elsewhere, false)] {
        assert_eq!(viewer.ask(can).await.whole()["indicator"]["viewerCan"]["assignLead"], may);
    }
}

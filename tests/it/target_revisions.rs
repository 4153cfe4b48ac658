//! Targets that are revised, by whoever keeps the catalogue of their programme.

use auth::Role;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::Viewer,
    mutation::{broken, key, with},
    sql,
};

const SHOWN: &str = "target { code value version revisions { revision previousKnown previousValue newValue revisedOn clause document { code } note } }";

async fn office(db: &TestDb) -> Viewer {
    Viewer::person(db, 12, &[(Role::StandingOffice, "qng.ubnd", true)]).await.who_reads(Language::En)
}

/// A target as the input names it, with what else a revision says.
async fn input(viewer: &Viewer, code: &str) -> Value {
    let answer = viewer.ask(&format!("{{ target(code: \"{code}\") {{ id version }} }}")).await.whole();
    json!({ "target": answer["target"]["id"], "expectedVersion": answer["target"]["version"], "value": "45", "document": "tb-ubnd-qng-2025-04",
        "clause": "3.2", "revisedOn": "2026-01-15" })
}

const CODE: &str = "359-KH/TU:2025.a.01";

#[tokio::test]
async fn a_revision_counts_from_its_day_on_and_earlier_days_keep_what_was_demanded() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let revision = with(input(&office, CODE).await, json!({ "note": "Theo kết luận của Thường trực Tỉnh ủy" }));
    let done = office.act("reviseTarget", revision, SHOWN).await;
    assert_eq!(
        done["target"],
        json!({ "code": CODE, "value": "45", "version": 2, "revisions": [{ "revision": 1, "previousKnown": true, "previousValue": "50", "newValue": "45",
            "revisedOn": "2026-01-15", "clause": "3.2", "document": { "code": "tb-ubnd-qng-2025-04" }, "note": "Theo kết luận của Thường trực Tỉnh ủy" }] })
    );
    let assessed = |on: &str| {
        format!(
            "{{ indicator(code: \"coverage_5g_share\") {{ assessment(subject: \"qng.ubnd\", milestone: 2025, on: \"{on}\") {{ demanded }} }} }}"
        )
    };
    for (on, demanded) in [("2026-01-14", "50"), ("2026-01-15", "45")] {
        let answer = Viewer::public(&db).ask(&assessed(on)).await.whole();
        assert_eq!(answer["indicator"]["assessment"]["demanded"], demanded, "{on}");
    }
    assert_eq!(db.text("SELECT count(*) FROM change WHERE noun = 'target' AND kind = 'UPDATED'").await, "1");
    let trail = "SELECT concat(before->>'value', ' ', after->>'value') FROM audit_entry WHERE action = 'KEEP_CATALOGUE' AND noun = 'target'";
    assert_eq!(db.text(trail).await, "50 45");
    // Once more, by what is there now.
    let again = with(input(&office, CODE).await, json!({ "value": "47,5", "revisedOn": "2026-01-20" }));
    assert!(office.ask_with("mutation ($input: ReviseTargetInput!) { reviseTarget(input: $input, idempotencyKey: \"0193cb7e-5a00-7000-8000-00000000a001\") { target { value } } }", json!({ "input": again })).await.errors.len() == 1, "a comma in a number");
    let again = with(again, json!({ "value": "47.5" }));
    let done = office.act("reviseTarget", again, SHOWN).await;
    assert_eq!(
        (&done["target"]["version"], &done["target"]["revisions"][1]["previousValue"]),
        (&json!(3), &json!("45"))
    );
}

#[tokio::test]
async fn what_cannot_be_revised_is_refused_and_changes_nothing() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let good = input(&office, CODE).await;
    let words = db.text("SELECT code FROM target WHERE statement IS NOT NULL ORDER BY code LIMIT 1").await;
    let range = db.text("SELECT code FROM target WHERE upper_value IS NOT NULL ORDER BY code LIMIT 1").await;
    for (input, refused) in [
        (with(good.clone(), json!({ "expectedVersion": 7 })), "STALE expectedVersion"),
        (with(good.clone(), json!({ "value": "50" })), "UNCHANGED value"),
        (with(good.clone(), json!({ "document": "khong-co" })), "NOT_FOUND document"),
        (with(good.clone(), json!({ "document": "336-KH/TU" })), "NOT_IN_STATE document"),
        (with(good.clone(), json!({ "clause": " " })), "REQUIRED clause"),
        (with(good.clone(), json!({ "revisedOn": "2026-01-21" })), "TOO_EARLY revisedOn"),
        (input(&office, &words).await, "INCOMPATIBLE target"),
        (with(input(&office, &range).await, json!({ "value": "1000000" })), "OUT_OF_BOUNDS value"),
    ] {
        let answer = office.act("reviseTarget", input.clone(), SHOWN).await;
        assert_eq!(answer["target"], Value::Null, "{input}");
        assert_eq!(broken(&answer), [refused], "{input}");
    }
    let nowhere = with(good.clone(), json!({ "target": schema::id::encode(b't', uuid::Uuid::from_u128(1)) }));
    assert_eq!(office.denied("reviseTarget", nowhere).await, "Not found");
    assert_eq!(db.text("SELECT count(*) FROM target WHERE version > 1").await, "0");
    // A revision is not older than the one before it.
    let done = office.act("reviseTarget", good.clone(), SHOWN).await;
    assert_eq!(done["target"]["version"], 2);
    let older = with(input(&office, CODE).await, json!({ "value": "44", "revisedOn": "2026-01-14" }));
    assert_eq!(broken(&office.act("reviseTarget", older, SHOWN).await), ["OUT_OF_BOUNDS revisedOn"]);
}

#[tokio::test]
async fn a_retry_is_done_once_and_others_may_not() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let (good, once) = (input(&office, CODE).await, key());
    for _ in 0..2 {
        let answer = office.send("reviseTarget", &good, once, SHOWN).await.whole();
        assert_eq!(answer["it"]["target"]["version"], 2);
    }
    let reporter = Viewer::person(&db, 13, &[(Role::Reporter, "qng.ubnd", true)]).await.who_reads(Language::En);
    assert!(reporter.denied("reviseTarget", good.clone()).await.contains("None of your roles"));
    let elsewhere = Viewer::person(&db, 14, &[(Role::StandingOffice, "qna.ubnd", true)]).await.who_reads(Language::En);
    assert_eq!(elsewhere.denied("reviseTarget", good).await, "Not found");
    let can = format!("{{ target(code: \"{CODE}\") {{ viewerCan {{ revise }} }} }}");
    for (viewer, may) in [(&office, true), (&reporter, false), (&elsewhere, false)] {
        assert_eq!(viewer.ask(&can).await.whole()["target"]["viewerCan"]["revise"], may);
    }
}

#[tokio::test]
async fn the_server_changes_no_target_without_a_revision() {
    let db = TestDb::demo().await;
    let mut server = db.settings().as_server().connect().await.unwrap();
    let told =
        sql::execute(&mut server, "UPDATE target SET value = value + 1 WHERE value IS NOT NULL").await.unwrap_err();
    assert!(told.to_string().contains("changed by a revision"), "{told}");
}

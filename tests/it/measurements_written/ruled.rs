//! Rules between indicators, as the catalogue's keeper sets and ends them, and what they do to figures.

use auth::Role;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    graphql::Viewer,
    mutation::{broken, key, with},
    sql,
};

use super::{Office, done, entry::figure, person, told, version};

const LEFT: &str = "innovation_projects_budget_supported";
const RIGHT: &str = "innovative_startup_projects";

const SHOWN: &str =
    "rule { code comparator version words left { code } right { code } validFrom validUntil clause document { code } }";

fn rule(more: Value) -> Value {
    let input = json!({ "code": "du_an_duoc_ho_tro", "left": LEFT, "comparator": "AT_MOST", "right": RIGHT,
        "wordsVi": "Dự án được hỗ trợ không nhiều hơn dự án", "wordsEn": "No more projects are supported than there are",
        "validFrom": "2025-12-01", "document": "tb-ubnd-qng-2025-04", "clause": "3.2" });
    with(input, more)
}

async fn keeper(office: &Office) -> Viewer {
    person(&office.db, 14, &[(Role::StandingOffice, "qng.ubnd")]).await.who_reads(Language::En)
}

#[tokio::test]
async fn a_rule_is_held_against_figures_of_its_time() {
    let office = Office::open().await;
    let keeper = keeper(&office).await;
    let once = key();
    for _ in 0..2 {
        let set = keeper.send("defineIndicatorRule", &rule(json!({})), once, SHOWN).await.whole()["it"].take();
        assert_eq!(
            set["rule"],
            json!({ "code": "du_an_duoc_ho_tro", "comparator": "AT_MOST", "version": 1, "words": "No more projects are supported than there are",
                "left": { "code": LEFT }, "right": { "code": RIGHT }, "validFrom": "2025-12-01", "validUntil": null, "clause": "3.2",
                "document": { "code": "tb-ubnd-qng-2025-04" } })
        );
    }
    assert_eq!(office.db.text("SELECT count(*) FROM change WHERE noun = 'indicator' AND kind = 'UPDATED'").await, "2");
    let trail = "SELECT concat_ws(' ', noun, after ->> 'code') FROM audit_entry WHERE action = 'KEEP_CATALOGUE'";
    assert_eq!(office.db.text(trail).await, "indicator_rule du_an_duoc_ho_tro");

    let of =
        |indicator, value: &str, submit| figure(indicator, "2025-Q4", &json!({ "value": value, "submit": submit }));
    done(&office.reporter, "draftMeasurement", of(LEFT, "40", true)).await;
    let fewer = done(&office.reporter, "draftMeasurement", of(RIGHT, "30", false)).await;
    let refusal = told(&office.reporter, "submitMeasurement", version(&fewer)).await;
    assert_eq!(broken(&refusal), ["INCONSISTENT measurement"]);
    assert_eq!(refusal["userErrors"][0]["message"], "Dự án được hỗ trợ không nhiều hơn dự án");

    // It ended before the quarter did.
    let end = |version: i32, until: &str| json!({ "rule": "du_an_duoc_ho_tro", "expectedVersion": version, "validUntil": until });
    assert_eq!(broken(&keeper.act("endIndicatorRule", end(2, "2025-12-30"), SHOWN).await), ["STALE expectedVersion"]);
    assert_eq!(
        broken(&keeper.act("endIndicatorRule", end(1, "2025-11-30"), SHOWN).await),
        ["OUT_OF_BOUNDS validUntil"]
    );
    let ended = keeper.act("endIndicatorRule", end(1, "2025-12-30"), SHOWN).await;
    assert_eq!((&ended["rule"]["version"], &ended["rule"]["validUntil"]), (&json!(2), &json!("2025-12-30")));
    assert_eq!(
        broken(&keeper.act("endIndicatorRule", end(2, "2026-12-30"), SHOWN).await),
        ["OUT_OF_BOUNDS validUntil"]
    );
    done(&office.reporter, "submitMeasurement", version(&fewer)).await;
}

#[tokio::test]
async fn a_rule_begins_on_its_day() {
    let office = Office::open().await;
    let keeper = keeper(&office).await;
    let later = keeper.act("defineIndicatorRule", rule(json!({ "validFrom": "2026-01-01" })), SHOWN).await;
    assert_eq!(broken(&later), Vec::<String>::new());
    let of = |indicator, value: &str| figure(indicator, "2025-Q4", &json!({ "value": value, "submit": true }));
    done(&office.reporter, "draftMeasurement", of(LEFT, "40")).await;
    done(&office.reporter, "draftMeasurement", of(RIGHT, "30")).await;
}

#[tokio::test]
async fn a_rule_may_follow_from_what_is_measured() {
    let office = Office::open().await;
    let keeper = keeper(&office).await;
    let of_itself = rule(json!({ "document": null, "clause": null, "validFrom": null }));
    let shown = "rule { validFrom clause document { code } }";
    let set = keeper.act("defineIndicatorRule", of_itself, shown).await;
    assert_eq!(set["rule"], json!({ "validFrom": null, "clause": null, "document": null }), "{set}");
    let of =
        |indicator, value: &str, submit| figure(indicator, "2025-Q4", &json!({ "value": value, "submit": submit }));
    done(&office.reporter, "draftMeasurement", of(LEFT, "40", true)).await;
    let fewer = done(&office.reporter, "draftMeasurement", of(RIGHT, "30", false)).await;
    assert_eq!(
        broken(&told(&office.reporter, "submitMeasurement", version(&fewer)).await),
        ["INCONSISTENT measurement"]
    );
}

#[tokio::test]
async fn a_rule_that_cannot_be_set_is_refused() {
    let office = Office::open().await;
    let keeper = keeper(&office).await;
    for (more, refused) in [
        (json!({ "code": "Khởi nghiệp" }), "MALFORMED code"),
        (json!({ "code": "tasks_accepted_were_deployed" }), "TAKEN code"),
        (json!({ "left": "khong_co" }), "NOT_FOUND left"),
        (json!({ "right": "khong_co" }), "NOT_FOUND right"),
        (json!({ "right": LEFT }), "INCOMPATIBLE right"),
        (json!({ "comparator": "BETWEEN" }), "MALFORMED comparator"),
        (json!({ "document": "khong-co" }), "NOT_FOUND document"),
        (json!({ "document": "336-KH/TU" }), "NOT_IN_STATE document"),
        (json!({ "clause": " " }), "REQUIRED clause"),
        (json!({ "clause": null }), "REQUIRED clause"),
        (json!({ "document": null }), "REQUIRED document"),
        (json!({ "wordsVi": "" }), "REQUIRED wordsVi"),
        (json!({ "wordsEn": "x".repeat(501) }), "TOO_LONG wordsEn"),
    ] {
        let answer = keeper.act("defineIndicatorRule", rule(more.clone()), SHOWN).await;
        assert_eq!((broken(&answer), &answer["rule"]), (vec![refused.to_owned()], &Value::Null), "{more}");
    }
    let end = json!({ "rule": "khong_co", "expectedVersion": 1, "validUntil": "2026-12-31" });
    assert_eq!(broken(&keeper.act("endIndicatorRule", end, SHOWN).await), ["NOT_FOUND rule"]);
    let end = json!({ "rule": "tasks_accepted_were_deployed", "expectedVersion": 1, "validUntil": "2026-12-31" });
    let elsewhere = person(&office.db, 15, &[(Role::StandingOffice, "qng.skhcn")]).await.who_reads(Language::En);
    assert_eq!(broken(&elsewhere.act("defineIndicatorRule", rule(json!({})), SHOWN).await), ["OUT_OF_REACH left"]);
    assert_eq!(broken(&elsewhere.act("endIndicatorRule", end.clone(), SHOWN).await), ["OUT_OF_REACH rule"]);
    let reporter = person(&office.db, 16, &[(Role::Reporter, "qng.ubnd")]).await.who_reads(Language::En);
    for (name, input) in [("defineIndicatorRule", rule(json!({}))), ("endIndicatorRule", end)] {
        assert_eq!(reporter.denied(name, input).await, "None of your roles may do this", "{name}");
    }
    assert_eq!(
        office.db.text("SELECT count(*) FROM indicator_rule WHERE document_id IS NOT NULL OR version > 1").await,
        "0"
    );
    // What a rule says stays.
    let mut server = office.db.settings().as_server().connect().await.unwrap();
    for (statement, why) in [
        ("DELETE FROM indicator_rule", "permission denied"),
        ("UPDATE indicator_rule SET comparator = 'EXACTLY'", "permission denied"),
        ("UPDATE indicator_rule SET valid = '[2026-01-01,)'", "ends earlier"),
    ] {
        let told = sql::execute(&mut server, statement).await.unwrap_err().to_string();
        assert!(told.contains(why), "{statement}: {told}");
    }
}

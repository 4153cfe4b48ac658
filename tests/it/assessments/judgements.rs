//! Judgements on targets in words: by the standing office, endorsed by somebody else.

use auth::Role;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, tally},
    mutation::{broken, seen},
    sql,
};

use super::{Indicator, STOCK, by_date, target, world};

async fn with_words() -> TestDb {
    let words = Indicator { code: "trung_tam", kind: "NARRATIVE", aggregation: "NONE", ..STOCK };
    world(
        &[
            words.sql(0),
            STOCK.sql(1),
            target("trung_tam", "tinh", 1, "due_on, statement) SELECT '2025-12-31', 'Có trung tâm an ninh mạng'"),
            by_date(STOCK.code, "tinh", 1, "2026-12-31", "AT_LEAST", "50"),
        ]
        .concat(),
    )
    .await
}

async fn target_id(viewer: &Viewer, code: &str) -> Value {
    let found = viewer.ask(&format!("{{ target(code: \"{code}\") {{ id }} }}")).await.whole();
    found["target"]["id"].clone()
}

async fn status(db: &TestDb) -> Value {
    let answer = Viewer::public(db)
        .ask("{ indicator(code: \"trung_tam\") { assessment(subject: \"tinh\") { status judgement { verdict reason } target { judgements { totalCount } } } } }")
        .await
        .whole();
    answer["indicator"]["assessment"].clone()
}

#[tokio::test]
async fn a_judgement_counts_once_somebody_else_has_endorsed_it() {
    let db = with_words().await;
    let office = Viewer::person(&db, 11, &[(Role::StandingOffice, "tinh", true)]).await;
    let colleague = Viewer::person(&db, 12, &[(Role::StandingOffice, "tinh", true)]).await;
    let leader = Viewer::person(&db, 13, &[(Role::Leader, "tinh", true)]).await;
    let elsewhere = Viewer::person(&db, 14, &[(Role::StandingOffice, "so", false)]).await;
    let reporter = Viewer::person(&db, 15, &[(Role::Reporter, "tinh", true)]).await;
    assert_eq!(status(&db).await["status"], "NEEDS_JUDGEMENT");

    let words = target_id(&office, "trung_tam:tinh:01").await;
    let number = target_id(&office, &format!("{}:tinh:01", STOCK.code)).await;
    let judge = |target: &Value, verdict: &str, on: &str| json!({ "target": target, "verdict": verdict, "judgedOn": on, "reason": "Đã nghiệm thu hệ thống", "evidence": "Biên bản ngày 05/01/2026" });
    let selection = "judgement { id version state verdict viewerCan { decide } }";
    assert_eq!(
        reporter.denied("judgeTarget", judge(&words, "ACHIEVED", "2026-01-05")).await,
        "None of your roles may do this"
    );
    assert_eq!(elsewhere.denied("judgeTarget", judge(&words, "ACHIEVED", "2026-01-05")).await, "Not found");
    for (input, refused) in [
        (judge(&number, "ACHIEVED", "2026-01-05"), "INCOMPATIBLE target"),
        (judge(&words, "ACHIEVED", "2027-01-01"), "TOO_EARLY judgedOn"),
        (judge(&words, "MISSED", "2025-12-31"), "TOO_EARLY verdict"),
    ] {
        assert_eq!(broken(&office.act("judgeTarget", input, selection).await), [refused]);
    }

    let made = office.act("judgeTarget", judge(&words, "ACHIEVED", "2026-01-05"), selection).await;
    assert_eq!((broken(&made).len(), &made["judgement"]["state"]), (0, &json!("PROPOSED")));
    assert_eq!(
        status(&db).await,
        json!({ "status": "NEEDS_JUDGEMENT", "judgement": null, "target": { "judgements": { "totalCount": 0 } } })
    );
    assert_eq!(made["judgement"]["viewerCan"], json!({ "decide": false }), "one's own");
    let waiting = "{ judgements(filter: { states: [PROPOSED] }) { nodes { viewerCan { decide } } } }";
    for (viewer, may) in [(&colleague, true), (&leader, true), (&elsewhere, false), (&office, false)] {
        let told = viewer.ask(waiting).await.whole();
        assert_eq!(told["judgements"]["nodes"], json!([{ "viewerCan": { "decide": may } }]));
    }
    assert_eq!(Viewer::public(&db).ask(waiting).await.whole()["judgements"]["nodes"], json!([]));
    let own = office.act("endorseJudgement", seen("judgement", &made["judgement"]), selection).await;
    assert_eq!(broken(&own), ["OWN_WORK judgement"]);
    assert_eq!(
        reporter.denied("endorseJudgement", seen("judgement", &made["judgement"])).await,
        "None of your roles may do this"
    );

    let returned =
        json!({ "judgement": made["judgement"]["id"], "expectedVersion": 1, "reason": "Thiếu biên bản nghiệm thu" });
    let returned = leader.act("returnJudgement", returned, selection).await;
    assert_eq!(returned["judgement"]["state"], "RETURNED");
    let late = colleague
        .act("endorseJudgement", json!({ "judgement": made["judgement"]["id"], "expectedVersion": 2 }), selection)
        .await;
    assert_eq!(broken(&late), ["NOT_IN_STATE judgement"]);

    let again = office.act("judgeTarget", judge(&words, "ACHIEVED", "2026-01-06"), selection).await;
    let stale = json!({ "judgement": again["judgement"]["id"], "expectedVersion": 9 });
    assert_eq!(broken(&colleague.act("endorseJudgement", stale, selection).await), ["STALE expectedVersion"]);
    let endorsed = colleague.act("endorseJudgement", seen("judgement", &again["judgement"]), selection).await;
    assert_eq!((broken(&endorsed).len(), &endorsed["judgement"]["state"]), (0, &json!("ENDORSED")));
    let now = status(&db).await;
    assert_eq!((&now["status"], &now["judgement"]["reason"]), (&json!("ACHIEVED"), &json!("Đã nghiệm thu hệ thống")));
    // The public sees the one that counts, the office what became of the other, too.
    assert_eq!(now["target"]["judgements"]["totalCount"], 1);
    let all_of_them =
        office.ask("{ target(code: \"trung_tam:tinh:01\") { judgements { nodes { state } } } }").await.whole();
    let states = tally(&all_of_them, "target/judgements/nodes/*/state");
    assert_eq!(states, [("ENDORSED", 1), ("RETURNED", 1)].into());
}

#[tokio::test]
async fn sql_itself_changes_no_judgement_and_lets_nobody_endorse_their_own() {
    let db = with_words().await;
    db.execute(
        "INSERT INTO judgement (id, target_id, verdict, judged_on, reason, evidence, recorded_at, recorded_by)
            SELECT md5('j')::uuid, id, 'ACHIEVED', '2026-01-05', 'Đạt', 'Biên bản', now(), md5('one')::uuid FROM target WHERE statement IS NOT NULL",
    )
    .await;
    for (statement, rule) in [
        ("UPDATE judgement SET verdict = 'MISSED'", "a judgement is changed by a later one"),
        ("DELETE FROM judgement", "judgement"),
        (
            "UPDATE judgement SET state = 'ENDORSED', decided_at = now(), decided_by = recorded_by",
            "judgement_decided_by_others",
        ),
        ("UPDATE judgement SET state = 'ENDORSED'", "judgement_decided_check"),
        ("UPDATE judgement SET state = 'RETURNED', decided_at = now()", "judgement_decision_reason_check"),
    ] {
        let refused = sql::execute(&mut db.connect().await, statement).await.unwrap_err().to_string();
        assert!(refused.contains(rule), "{statement}: {refused}");
    }
}

//! What agencies do about what they owe: nil answers, unlocks, and who says what is owed.

use auth::Role;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, all, texts},
    mutation::{broken, with},
};

use crate::obligations::{assignment_of, reporting};

async fn state(viewer: &Viewer, period: &str, regime: &str) -> Value {
    let question = format!(
        "{{ obligations(filter: {{ period: \"{period}\", regime: {regime}, subject: \"tinh.xa1\" }}) {{ nodes {{ state onTime unlocked nilAnswer {{ note version id }} }} }} }}"
    );
    viewer.ask(&question).await.whole()["obligations"]["nodes"][0].clone()
}

#[tokio::test]
async fn nothing_arose_is_an_answer_until_it_is_taken_back() {
    let db = reporting().await;
    let reporter = Viewer::person(&db, 11, &[(Role::Reporter, "tinh.xa1", false)]).await;
    let (ky_so, ho_so, other) = (
        assignment_of(&db, "ky_sotinh.xa1").await,
        assignment_of(&db, "ho_sotinh.xa1").await,
        assignment_of(&db, "ho_sotinh.xa2").await,
    );
    let nil = async |assignment: &str, period: &str, note: &str| {
        reporter
            .act(
                "answerNil",
                json!({ "assignment": assignment, "period": period, "note": note }),
                "nilAnswer { id version note }",
            )
            .await
    };
    for (assignment, period, note, refused) in [
        (&ky_so, "2025-Q4", "  ", "REQUIRED note"),
        (&ky_so, "2025-12", "Không có", "NOT_ASSIGNED period"),
        (&ky_so, "2025-Q3", "Không có", "NOT_ASSIGNED period"),
        (&ho_so, "2025-11", "Không có", "NOT_IN_STATE period"),
        (&ho_so, "2025-12", "Đang soạn số liệu", "NOT_IN_STATE period"),
        (&ho_so, "2026-01", "Chưa đến kỳ", "NOT_IN_STATE period"),
    ] {
        let answer = nil(assignment, period, note).await;
        assert_eq!((broken(&answer), &answer["nilAnswer"]), (vec![refused.to_owned()], &Value::Null), "{period}");
    }
    let elsewhere = json!({ "assignment": other, "period": "2025-12", "note": "Không" });
    assert_eq!(reporter.denied("answerNil", elsewhere).await, "Not found");

    let given = nil(&ky_so, "2025-Q4", "Không phát sinh chữ ký số mới").await;
    assert_eq!((broken(&given).len(), &given["nilAnswer"]["version"]), (0, &json!(1)));
    let now = state(&reporter, "2025-Q4", "CALENDAR").await;
    assert_eq!((&now["state"], &now["onTime"]), (&json!("NIL"), &json!(false)), "it was due on 8 January");
    assert_eq!(now["nilAnswer"]["note"], "Không phát sinh chữ ký số mới");
    assert_eq!(broken(&nil(&ky_so, "2025-Q4", "Lần nữa").await), ["UNCHANGED period"]);

    let withdraw = async |version: i32| {
        let input = json!({ "nilAnswer": given["nilAnswer"]["id"], "expectedVersion": version });
        reporter.act("withdrawNil", input, "nilAnswer { withdrawnAt } current { version note }").await
    };
    let stale = withdraw(7).await;
    assert_eq!(broken(&stale), ["STALE expectedVersion"]);
    assert_eq!(stale["current"], json!({ "version": 1, "note": "Không phát sinh chữ ký số mới" }));
    // It was taken by a node whose clock is ahead.
    db.execute("UPDATE nil_answer SET answered_at = '2026-01-20T02:00:10Z' WHERE withdrawn_at IS NULL AND answered_on = '2026-01-20'").await;
    assert_eq!(withdraw(1).await["nilAnswer"]["withdrawnAt"], "2026-01-20T02:00:10+00:00");
    assert_eq!(broken(&withdraw(2).await), ["UNCHANGED nilAnswer"]);
    assert_eq!(state(&reporter, "2025-Q4", "CALENDAR").await["state"], "DUE");
    // It can be given once more, and a figure that is handed in stands before it.
    assert_eq!(broken(&nil(&ky_so, "2025-Q4", "Vẫn không phát sinh").await).len(), 0);
    db.execute(
        "INSERT INTO measurement (id, indicator_id, definition_id, subject_id, reporter_id, regime, period_kind, period, starts_on, ends_on)
            SELECT md5('moi')::uuid, md5('ky_so')::uuid, md5('ky_so1')::uuid, md5('tinh.xa1')::uuid, md5('tinh.xa1')::uuid, 'CALENDAR', 'QUARTER',
                '2025-Q4', '2025-10-01', '2026-01-01';
         INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, source, recorded_at)
            VALUES (md5('moi')::uuid, 1, 'DRAFT', 'FINAL', 5, 'REPORTED', '2026-01-20T02:00:00Z')",
    )
    .await;
    assert_eq!(state(&reporter, "2025-Q4", "CALENDAR").await["state"], "NIL");
    db.execute("UPDATE measurement_revision SET state = 'SUBMITTED' WHERE measurement_id = md5('moi')::uuid").await;
    assert_eq!(state(&reporter, "2025-Q4", "CALENDAR").await["state"], "SUBMITTED");
    assert_eq!(db.text("SELECT count(*)::text FROM audit_entry WHERE action = 'ANSWER_NIL'").await, "3");
}

#[tokio::test]
async fn a_closed_period_is_opened_by_somebody_else_and_closes_by_itself() {
    let db = reporting().await;
    let reporter =
        Viewer::person(&db, 11, &[(Role::Reporter, "tinh.xa1", false), (Role::StandingOffice, "tinh", true)]).await;
    let office = Viewer::person(&db, 12, &[(Role::StandingOffice, "tinh", true)]).await;
    let elsewhere = Viewer::person(&db, 13, &[(Role::StandingOffice, "khac", true)]).await;
    // Closed since 5 January.
    let assignment = assignment_of(&db, "hanh_chinh").await;
    let nil = json!({ "assignment": assignment, "period": "2025-12", "note": "Không phát sinh" });
    assert_eq!(broken(&reporter.act("answerNil", nil.clone(), "").await), ["CLOSED period"]);

    let request = async |period: &str, reason: &str| {
        let input = json!({ "assignment": assignment, "period": period, "reason": reason });
        reporter.act("requestUnlock", input, "unlockRequest { id version state viewerCan { decide } }").await
    };
    assert_eq!(broken(&request("2026-01", "Chưa đóng").await), ["NOT_IN_STATE period"]);
    assert_eq!(broken(&request("2025-12", " ").await), ["REQUIRED reason"]);
    let asked = request("2025-12", "Hệ thống mất điện").await["unlockRequest"].clone();
    assert_eq!((&asked["state"], &asked["viewerCan"]["decide"]), (&json!("REQUESTED"), &json!(false)));
    assert_eq!(broken(&request("2025-12", "Xin lần nữa").await), ["UNCHANGED period"]);

    let decide = async |by: &Viewer, change: Value| {
        let mut input =
            json!({ "unlockRequest": asked["id"], "expectedVersion": 1, "approve": true, "expiresOn": "2026-02-01" });
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        by.act("decideUnlock", input, "unlockRequest { state openedOn expiresOn } current { version }").await
    };
    assert_eq!(broken(&decide(&reporter, json!({})).await), ["OWN_WORK unlockRequest"]);
    for (change, refused) in [
        (json!({ "expectedVersion": 2 }), "STALE expectedVersion"),
        (json!({ "expiresOn": null }), "REQUIRED expiresOn"),
        (json!({ "expiresOn": "2026-01-19" }), "OUT_OF_BOUNDS expiresOn"),
        (json!({ "expiresOn": "2026-03-22" }), "OUT_OF_BOUNDS expiresOn"),
        (json!({ "approve": false }), "REQUIRED reason"),
        (json!({ "approve": false, "reason": "Đã quá hạn lâu" }), "INCOMPATIBLE expiresOn"),
    ] {
        assert_eq!(broken(&decide(&office, change.clone()).await), [refused], "{change}");
    }
    let opens =
        json!({ "unlockRequest": asked["id"], "expectedVersion": 1, "approve": true, "expiresOn": "2026-02-01" });
    assert_eq!(elsewhere.denied("decideUnlock", opens).await, "Not found");

    let opened = decide(&office, json!({})).await;
    assert_eq!(
        opened["unlockRequest"],
        json!({ "state": "APPROVED", "openedOn": "2026-01-20", "expiresOn": "2026-02-01" })
    );
    assert_eq!(broken(&decide(&office, json!({ "expectedVersion": 2 })).await), ["NOT_IN_STATE unlockRequest"]);
    assert_eq!(broken(&request("2025-12", "Đã mở").await), ["UNCHANGED period"]);
    assert_eq!(broken(&reporter.act("answerNil", nil, "").await), Vec::<String>::new());
    let answered = state(&reporter, "2025-12", "ADMINISTRATIVE").await;
    assert_eq!(
        (&answered["state"], &answered["onTime"], &answered["unlocked"]),
        (&json!("NIL"), &json!(false), &json!(true))
    );

    // As the function that figures ask: open on the last day, closed on the next.
    let window = |day: &str| {
        format!("SELECT concat_ws(' ', due_on, closes_on, unlocked) FROM reporting_window(md5('ho_so')::uuid, md5('tinh.xa1')::uuid, 'ADMINISTRATIVE', 'MONTH',
            '2025-12', '2025-11-15', '2025-12-15', '{day}')")
    };
    assert_eq!(db.text(&window("2026-02-01")).await, "2025-12-19 2026-01-06 t");
    assert_eq!(db.text(&window("2026-02-02")).await, "2025-12-19 2026-01-06 f");
    let requests = office.ask("{ unlockRequests(filter: { states: [APPROVED] }) { nodes { reason reporter { code } assignment { regime } } } }").await.whole();
    assert_eq!(
        requests["unlockRequests"]["nodes"],
        json!([{ "reason": "Hệ thống mất điện", "reporter": { "code": "tinh.xa1" }, "assignment": { "regime": "ADMINISTRATIVE" } }])
    );
}

#[tokio::test]
async fn a_refused_unlock_may_be_asked_for_again() {
    let db = reporting().await;
    let head = Viewer::person(&db, 11, &[(Role::Head, "tinh.xa1", false)]).await;
    let office = Viewer::person(&db, 12, &[(Role::StandingOffice, "tinh", true)]).await;
    let input =
        json!({ "assignment": assignment_of(&db, "hanh_chinh").await, "period": "2025-12", "reason": "Quên nộp" });
    let asked = head.act("requestUnlock", input.clone(), "unlockRequest { id }").await;
    let refusal = json!({ "unlockRequest": asked["unlockRequest"]["id"], "expectedVersion": 1, "approve": false, "reason": "Không có lý do chính đáng" });
    let refused = office.act("decideUnlock", refusal, "unlockRequest { state decisionReason expiresOn }").await;
    assert_eq!(
        refused["unlockRequest"],
        json!({ "state": "REFUSED", "decisionReason": "Không có lý do chính đáng", "expiresOn": null })
    );
    assert_eq!(state(&head, "2025-12", "ADMINISTRATIVE").await["unlocked"], false);
    assert_eq!(broken(&head.act("requestUnlock", input, "").await), Vec::<String>::new());
}

#[tokio::test]
async fn reporting_is_assigned_in_bulk_and_ended() {
    let db = reporting().await;
    let office = Viewer::person(&db, 12, &[(Role::StandingOffice, "tinh", true)]).await;
    let assign = async |change: Value| {
        let input = json!({ "subjects": ["tinh", "tinh.xa2"], "indicators": ["ho_so", "ky_so"], "regime": "ADMINISTRATIVE", "validFrom": "2026-01-01" });
        let input = with(input, change);
        office.act("assignReporting", input, "assignments { id version periodKind validFrom validUntil subject { code } reporter { code } indicator { code } viewerCan { end } }").await
    };
    for (change, refused) in [
        (json!({ "subjects": [] }), vec!["REQUIRED subjects"]),
        (json!({ "subjects": ["tinh", "tinh"] }), vec!["DUPLICATE subjects 1"]),
        (json!({ "subjects": ["tinh", "khong_co", "khac"] }), vec!["NOT_FOUND subjects 1", "OUT_OF_REACH subjects 2"]),
        (json!({ "reporter": "khac" }), vec!["OUT_OF_REACH reporter"]),
        (json!({ "indicators": ["ho_so", "khong_co"] }), vec!["NOT_FOUND indicators 1"]),
        (json!({ "validUntil": "2025-12-31" }), vec!["MALFORMED validUntil"]),
        // No administrative month ends by the 13th.
        (json!({ "subjects": ["tinh"], "validUntil": "2026-01-13" }), vec!["OUT_OF_BOUNDS validUntil"]),
        (json!({ "periodKind": "YEAR", "validUntil": "2026-12-13" }), vec!["OUT_OF_BOUNDS validUntil"]),
        (json!({ "periodKind": "RANGE" }), vec!["MALFORMED periodKind"]),
        (
            json!({ "subjects": (0..1001).map(|n| format!("xa{n}")).collect::<Vec<_>>(), "indicators": ["ho_so"] }),
            vec!["TOO_MANY subjects"],
        ),
        (json!({ "regime": "CALENDAR" }), vec!["OVERLAPS subjects 1"]),
    ] {
        let answer = assign(change.clone()).await;
        assert_eq!(
            (broken(&answer), &answer["assignments"]),
            (refused.into_iter().map(str::to_owned).collect(), &Value::Null),
            "{change}"
        );
    }
    let before = db.text("SELECT count(*)::text FROM reporting_assignment").await;
    assert_eq!(before, "5", "something of what was refused was written");

    let made = assign(json!({ "reporter": "tinh" })).await;
    assert_eq!(texts(&made, "assignments/*/subject/code"), ["tinh", "tinh", "tinh.xa2", "tinh.xa2"]);
    assert_eq!(texts(&made, "assignments/*/periodKind"), ["MONTH", "QUARTER", "MONTH", "QUARTER"]);
    assert!(all(&made, "assignments/*/reporter/code").iter().all(|code| **code == "tinh"));
    assert!(all(&made, "assignments/*/viewerCan/end").iter().all(|can| **can == true));
    let trail = "SELECT string_agg(concat_ws(' ', action, after ->> 'count'), ',') FROM audit_entry";
    assert_eq!(db.text(trail).await, "ASSIGN_REPORTING 4");
    assert_eq!(
        db.text("SELECT count(*)::text FROM change WHERE noun = 'reporting_assignment' AND kind = 'CREATED'").await,
        "4"
    );

    let first = &made["assignments"][0];
    let end = async |version: i32, until: &str| {
        let input = json!({ "assignment": first["id"], "expectedVersion": version, "validUntil": until });
        office.act("endReportingAssignment", input, "assignment { version validUntil } current { version }").await
    };
    assert_eq!(broken(&end(1, "2025-12-31").await), ["OUT_OF_BOUNDS validUntil"]);
    assert_eq!(end(1, "2026-03-01").await["assignment"], json!({ "version": 2, "validUntil": "2026-03-01" }));
    let stale = end(1, "2026-02-01").await;
    assert_eq!((broken(&stale), &stale["current"]["version"]), (vec!["STALE expectedVersion".to_owned()], &json!(2)));
    assert_eq!(broken(&end(2, "2026-04-01").await), ["OUT_OF_BOUNDS validUntil"]);
    // January and February end before; their obligations stay, March has none.
    let periods = office.ask(r#"{ obligations(filter: { subject: "tinh", indicator: "ho_so", dueFrom: "2026-01-01", dueTo: "2026-12-31" }) { nodes { period } } }"#).await.whole();
    assert_eq!(texts(&periods, "obligations/nodes/*/period"), ["2026-01", "2026-02"]);

    // The last day counts: the year ends on it.
    let whole_year = json!({ "subjects": ["tinh.xa2"], "indicators": ["ky_so"], "regime": "CALENDAR", "periodKind": "YEAR", "validUntil": "2026-12-31" });
    assert_eq!(broken(&assign(whole_year).await), Vec::<String>::new());
    let year =
        office.ask(r#"{ obligations(filter: { subject: "tinh.xa2", period: "2026" }) { nodes { period } } }"#).await;
    assert_eq!(texts(&year.whole(), "obligations/nodes/*/period"), ["2026"]);

    let reporter = Viewer::person(&db, 14, &[(Role::Reporter, "tinh", true)]).await;
    let input = json!({ "subjects": ["tinh"], "indicators": ["ho_so"], "validFrom": "2026-01-01" });
    assert!(reporter.denied("assignReporting", input).await.contains("None of your roles"));
}

#[tokio::test]
async fn what_is_sent_again_is_done_once_and_told_in_both_languages() {
    let db = reporting().await;
    let reporter = Viewer::person(&db, 11, &[(Role::Reporter, "tinh.xa1", false)]).await;
    let assignment = assignment_of(&db, "ky_sotinh.xa1").await;
    let nil = |note: &str| {
        format!(
            "mutation {{ answerNil(input: {{ assignment: \"{assignment}\", period: \"2025-Q4\", note: \"{note}\" }}, \
            idempotencyKey: \"0190c8f0-0000-7000-8000-000000000004\") {{ nilAnswer {{ id answeredAt }} userErrors {{ message }} }} }}"
        )
    };
    let (first, again) =
        (reporter.ask(&nil("Không phát sinh")).await.whole(), reporter.ask(&nil("Không phát sinh")).await.whole());
    assert_eq!(first, again);
    assert!(first["answerNil"]["nilAnswer"]["id"].is_string());
    assert_eq!(db.text("SELECT count(*)::text FROM nil_answer").await, "2");
    assert_eq!(reporter.ask(&nil("Khác")).await.errors.len(), 1, "the key was used for something else");

    let message = async |language| {
        let reader = Viewer::person(&db, 11, &[(Role::Reporter, "tinh.xa1", false)]).await.who_reads(language);
        let input = json!({ "assignment": assignment_of(&db, "hanh_chinh").await, "period": "2025-12", "note": "Không phát sinh" });
        reader.act("answerNil", input, "").await["userErrors"][0]["message"].as_str().unwrap().to_owned()
    };
    assert_eq!(message(schema::language::Language::Vi).await, "Kỳ báo cáo đã đóng, hãy đề nghị mở lại");
    assert_eq!(message(schema::language::Language::En).await, "The period is closed: ask for it to be opened");
}

/// Only for the owner's eye: the server may not rewrite what was decided.
#[tokio::test]
async fn the_tables_hold_the_rules_too() {
    let db: TestDb = reporting().await;
    for (statement, rule) in [
        ("INSERT INTO unlock_request (id, assignment_id, reporter_id, period, state, reason, requested_at, requested_by, decided_at, decided_by, opened_on, expires_on)
            VALUES (gen_random_uuid(), md5('hanh_chinh')::uuid, md5('tinh.xa1')::uuid, '2025-12', 'APPROVED', 'x', now(), md5('a')::uuid, now(), md5('a')::uuid,
            '2026-01-20', '2026-02-01')", "unlock_request_own_check"),
        ("INSERT INTO unlock_request (id, assignment_id, reporter_id, period, state, reason, requested_at, decided_at, opened_on, expires_on)
            VALUES (gen_random_uuid(), md5('hanh_chinh')::uuid, md5('tinh.xa1')::uuid, '2025-12', 'APPROVED', 'x', now(), now(), '2026-01-20', '2026-03-22')",
            "unlock_request_expiry_check"),
        ("INSERT INTO reporting_assignment SELECT gen_random_uuid(), indicator_id, subject_id, reporter_id, regime, period_kind, '[2026-01-01,2026-02-01)', 1
            FROM reporting_assignment LIMIT 1", "reporting_assignment_no_overlap"),
        ("INSERT INTO nil_answer SELECT gen_random_uuid(), assignment_id, reporter_id, period, note, answered_on, answered_at FROM nil_answer", "nil_answer_standing_key"),
        ("INSERT INTO holiday VALUES ('2031-01-01', 'WORKING', 'Làm bù', 'Worked', 'x')", "holiday_working_check"),
    ] {
        let error = tests::sql::execute(&mut db.connect().await, statement).await.unwrap_err();
        assert!(error.to_string().contains(rule), "{rule}: {error}");
    }
}

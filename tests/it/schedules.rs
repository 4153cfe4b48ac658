//! Who reports what and until when, as it is kept: schedules, days that move due dates, and periods that are closed.

use auth::Role;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, all, texts},
    mutation::{broken, key, with},
    sql,
};

use crate::obligations::reporting;

const SHOWN: &str =
    "schedule { regime periodKind cutOffDays dueWorkingDays graceWorkingDays validFrom validUntil version source document { code } }
    moved { regime period dueBefore dueOn closedBefore closesOn obligations }";

/// Monthly reports are due on the third working day instead of the fifth.
fn schedule(more: Value) -> Value {
    let input = json!({ "periodKind": "MONTH", "expectedVersion": 1, "dueWorkingDays": 3, "graceWorkingDays": 10, "validFrom": "2026-01-20",
        "document": "tb-ubnd-qng-2025-04", "source": "Thông báo kết luận, mục 3" });
    with(input, more)
}

/// The schedule that holds for months that end on a day.
async fn of_month(db: &TestDb, day: &str) -> Value {
    let ask = format!(
        "{{ reportingSchedules(on: \"{day}\") {{ regime periodKind dueWorkingDays version validFrom validUntil }} }}"
    );
    let told = Viewer::public(db).ask(&ask).await.whole();
    let is_it = |it: &&Value| it["periodKind"] == "MONTH" && it["regime"] == "CALENDAR";
    let found = all(&told, "reportingSchedules/*").into_iter().find(is_it).unwrap();
    json!([found["dueWorkingDays"], found["version"], found["validFrom"], found["validUntil"]])
}

#[tokio::test]
async fn a_schedule_holds_from_its_day_on_and_a_dry_run_says_what_moves() {
    let db = TestDb::demo().await;
    let admin = Viewer::administrator(&db, 21);
    let shown = admin.act("setReportingSchedule", schedule(json!({ "dryRun": true })), SHOWN).await;
    assert_eq!((broken(&shown), &shown["schedule"]), (vec![], &Value::Null));
    let owed = "SELECT count(*)::text FROM reporting_assignment WHERE regime = 'CALENDAR' AND period_kind = 'MONTH' AND valid @> date '2026-01-31'";
    let owed: i64 = db.text(owed).await.parse().unwrap();
    assert!(owed > 0);
    // Three days earlier, before Tết; and so each month that ends today or later.
    assert_eq!(
        shown["moved"][0],
        json!({ "regime": "CALENDAR", "period": "2026-01", "dueBefore": "2026-02-06", "dueOn": "2026-02-04",
            "closedBefore": "2026-02-27", "closesOn": "2026-02-25", "obligations": owed })
    );
    assert_eq!(texts(&shown, "moved/*/period").len(), 12);
    assert_eq!(of_month(&db, "2026-01-31").await, json!([5, 1, null, null]));

    let once = key();
    for _ in 0..2 {
        let done = admin.send("setReportingSchedule", &schedule(json!({})), once, SHOWN).await.whole()["it"].take();
        assert_eq!(
            done["schedule"],
            json!({ "regime": "CALENDAR", "periodKind": "MONTH", "cutOffDays": 0, "dueWorkingDays": 3, "graceWorkingDays": 10,
                "validFrom": "2026-01-20", "validUntil": null, "version": 2, "source": "Thông báo kết luận, mục 3",
                "document": { "code": "tb-ubnd-qng-2025-04" } })
        );
        assert_eq!(done["moved"], shown["moved"]);
    }
    assert_eq!(of_month(&db, "2026-01-19").await, json!([5, 2, null, "2026-01-19"]));
    assert_eq!(of_month(&db, "2026-01-31").await, json!([3, 2, "2026-01-20", null]));
    assert_eq!(db.text("SELECT count(*) FROM reporting_schedule").await, "11");
    assert_eq!(db.text("SELECT count(*) FROM audit_entry WHERE action = 'MANAGE_CALENDAR'").await, "1");

    // What is owed follows at once; what was due stays as it was.
    let due = "SELECT string_agg(DISTINCT concat_ws(' ', period, due_on), ', ' ORDER BY concat_ws(' ', period, due_on))
        FROM obligation('2025-12-01', '2026-01-31', '2026-01-20') WHERE regime = 'CALENDAR' AND period_kind = 'MONTH'";
    assert_eq!(db.text(due).await, "2025-12 2026-01-09, 2026-01 2026-02-04");

    // One that begins on the same day is put right; another begins later, and the first one ends before it.
    let again = schedule(json!({ "expectedVersion": 2, "dueWorkingDays": 4 }));
    assert_eq!(admin.act("setReportingSchedule", again, SHOWN).await["schedule"]["version"], 3);
    let later = schedule(json!({ "expectedVersion": 3, "dueWorkingDays": 2, "validFrom": "2026-07-01" }));
    assert_eq!(broken(&admin.act("setReportingSchedule", later, SHOWN).await), Vec::<String>::new());
    let between = schedule(json!({ "expectedVersion": 4, "validFrom": "2026-04-01" }));
    let between = admin.act("setReportingSchedule", between, SHOWN).await;
    assert_eq!(between["schedule"]["validUntil"], "2026-06-30", "{between}");
    assert_eq!(texts(&between, "moved/*/period"), ["2026-04", "2026-05", "2026-06"]);
}

#[tokio::test]
async fn a_schedule_that_cannot_be_set_is_refused_and_changes_nothing() {
    let db = TestDb::demo().await;
    let admin = Viewer::administrator(&db, 21).who_reads(Language::En);
    for (more, refused) in [
        (json!({ "expectedVersion": 7 }), "STALE expectedVersion"),
        (json!({ "dueWorkingDays": 5 }), "UNCHANGED dueWorkingDays"),
        (json!({ "validFrom": "2026-01-19" }), "OUT_OF_BOUNDS validFrom"),
        (json!({ "cutOffDays": 28 }), "OUT_OF_BOUNDS cutOffDays"),
        (json!({ "dueWorkingDays": 0 }), "OUT_OF_BOUNDS dueWorkingDays"),
        (json!({ "graceWorkingDays": 251 }), "OUT_OF_BOUNDS graceWorkingDays"),
        (json!({ "periodKind": "RANGE" }), "MALFORMED periodKind"),
        (json!({ "document": "khong-co" }), "NOT_FOUND document"),
        (json!({ "document": "336-KH/TU" }), "NOT_IN_STATE document"),
        (json!({ "source": " " }), "REQUIRED source"),
    ] {
        let answer = admin.act("setReportingSchedule", schedule(more.clone()), SHOWN).await;
        assert_eq!(
            (broken(&answer), &answer["schedule"], &answer["moved"]),
            (vec![refused.to_owned()], &Value::Null, &Value::Null),
            "{more}"
        );
    }
    let of_province = Viewer::who_holds(&db, &[(Role::Administrator, "qng.ubnd", true)]).await;
    assert_eq!(broken(&of_province.act("setReportingSchedule", schedule(json!({})), SHOWN).await), ["OUT_OF_REACH "]);
    let office = Viewer::person(&db, 22, &[(Role::StandingOffice, "qng.ubnd", true)]).await.who_reads(Language::En);
    assert_eq!(office.denied("setReportingSchedule", schedule(json!({}))).await, "None of your roles may do this");
    assert_eq!(db.text("SELECT count(*) FROM reporting_schedule WHERE version = 1").await, "10");
    // What was judged by a schedule was judged by it.
    let mut server = db.settings().as_server().connect().await.unwrap();
    for (statement, why) in [
        ("DELETE FROM reporting_schedule", "permission denied"),
        ("UPDATE reporting_schedule SET regime = 'CALENDAR'", "permission denied"),
        ("UPDATE reporting_schedule SET valid = '[2026-01-01,)'", "ends earlier"),
    ] {
        let told = sql::execute(&mut server, statement).await.unwrap_err().to_string();
        assert!(told.contains(why), "{statement}: {told}");
    }
}

#[tokio::test]
async fn days_are_swapped_by_a_document_and_removed_after_a_look() {
    let db = TestDb::demo().await;
    let admin = Viewer::administrator(&db, 21);
    let day = |day: &str, kind: &str, document: &str| {
        json!({ "day": day, "kind": kind, "nameVi": "Nghỉ hoán đổi", "nameEn": "Swapped",
        "source": "Thông báo của Văn phòng Chính phủ", "document": document })
    };
    let swapped = |document: &str| json!({ "days": [day("2026-02-02", "SWAPPED", document), day("2026-02-07", "WORKING", document)] });
    let selection = "holidays { day kind document { code } } moved { period dueBefore dueOn }";
    assert_eq!(broken(&admin.act("addHolidays", swapped("khong-co"), selection).await), ["NOT_FOUND days"]);
    let added = admin.act("addHolidays", swapped("tb-ubnd-qng-2025-04"), selection).await;
    assert_eq!(texts(&added, "holidays/*/document/code"), ["tb-ubnd-qng-2025-04", "tb-ubnd-qng-2025-04"]);
    let month = json!({ "period": "2026-01", "dueBefore": "2026-02-06", "dueOn": "2026-02-07" });
    assert!(all(&added, "moved/*").contains(&&month), "{added}");

    let remove = async |dry_run: bool| {
        let input = json!({ "day": "2026-02-02", "dryRun": dry_run });
        admin.act("removeHoliday", input, "holiday { day } moved { period dueBefore dueOn }").await
    };
    let shown = remove(true).await;
    assert_eq!((broken(&shown), &shown["holiday"]), (vec![], &Value::Null));
    let back = json!({ "period": "2026-01", "dueBefore": "2026-02-07", "dueOn": "2026-02-06" });
    assert!(all(&shown, "moved/*").contains(&&back), "{shown}");
    assert_eq!(db.text("SELECT count(*) FROM holiday WHERE day = '2026-02-02'").await, "1");
    let done = remove(false).await;
    assert_eq!((&done["holiday"]["day"], &done["moved"]), (&json!("2026-02-02"), &shown["moved"]));
    assert_eq!(db.text("SELECT count(*) FROM holiday WHERE day = '2026-02-02'").await, "0");
    assert_eq!(db.text("SELECT count(*) FROM audit_entry WHERE action = 'MANAGE_CALENDAR'").await, "2");
}

/// What is closed has been judged: it is owed later only with a reason, and stays owed.
#[tokio::test]
async fn periods_that_are_closed_are_assigned_with_a_reason_and_stay_owed() {
    let db = reporting().await;
    let office = Viewer::person(&db, 12, &[(Role::StandingOffice, "tinh", true)]).await;
    let assign = async |more: Value| {
        let input = json!({ "subjects": ["tinh"], "indicators": ["ho_so", "ky_so"], "regime": "ADMINISTRATIVE", "validFrom": "2025-11-15" });
        office.act("assignReporting", with(input, more), "assignments { id version } obligations").await
    };
    // The administrative month of December is closed since the first days of January, that of January is open.
    assert_eq!(broken(&assign(json!({})).await), ["REQUIRED reason"]);
    assert_eq!(broken(&assign(json!({ "reason": " " })).await), ["REQUIRED reason"]);
    assert_eq!(
        broken(&assign(json!({ "validFrom": "2000-01-01", "validUntil": "2000-12-31" })).await),
        ["REQUIRED reason"]
    );
    // Of the months until next January, and of the quarters.
    let looked = assign(json!({ "reason": "Xem trước", "dryRun": true })).await;
    assert_eq!((&looked["assignments"], &looked["obligations"]), (&Value::Null, &json!(14 + 5)), "{looked}");
    assert_eq!(db.text("SELECT count(*) FROM reporting_assignment").await, "5");
    let made = assign(json!({ "reason": "Giao bổ sung theo kết luận kiểm tra" })).await;
    assert_eq!(made["obligations"], looked["obligations"]);
    assert_eq!(all(&made, "assignments/*").len(), 2, "{made}");
    assert_eq!(
        db.text("SELECT after ->> 'reason' FROM audit_entry WHERE action = 'ASSIGN_REPORTING'").await,
        "Giao bổ sung theo kết luận kiểm tra"
    );
    let open = assign(json!({ "subjects": ["tinh.xa2"], "validFrom": "2025-12-15" })).await;
    assert_eq!(broken(&open), Vec::<String>::new());

    let end = async |until: &str| {
        let input = json!({ "assignment": made["assignments"][0]["id"], "expectedVersion": 1, "validUntil": until });
        broken(&office.act("endReportingAssignment", input, "assignment { version }").await)
    };
    assert_eq!(end("2025-11-30").await, ["OUT_OF_BOUNDS validUntil"]);
    assert_eq!(end("2025-12-31").await, Vec::<String>::new());
    let owed =
        "SELECT string_agg(period, ' ' ORDER BY period) FROM obligation('2025-10-01', '2026-06-30', '2026-01-20')
        WHERE subject_id = md5('tinh')::uuid AND indicator_id = md5('ho_so')::uuid";
    assert_eq!(db.text(owed).await, "2025-12");
}

//! Directives: who leads, by when, and what is late on a day.

use db::{
    Date, Reader,
    deadline::Timeliness,
    directive::{Directive, DirectiveFilter, DirectiveOrder},
    noun::Listed as _,
    page::Page,
};
use serde_json::json;
use tests::{
    TestDb, demo,
    graphql::{Viewer, all, tally, texts},
    sql,
};

#[tokio::test]
async fn what_the_notice_wanted_before_15_april_and_who_leads() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(
            r#"{ directives(filter: { document: "tb-ubnd-qng-2025-04", dueUntil: "2025-04-14" }) {
                nodes { clause dueOn deadlines { words operator dueOn } leads { code } }
            } }"#,
        )
        .await
        .whole();
    let found: Vec<_> = all(&answer, "directives/nodes/*")
        .into_iter()
        .map(|node| {
            (
                node["clause"].as_str().unwrap(),
                node["dueOn"].as_str().unwrap(),
                node["deadlines"][0]["words"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("10.k", "2025-04-09", "trước ngày 10/4/2025"),
            ("10.i", "2025-04-14", "trước ngày 15/4/2025"),
            ("6", "2025-04-14", "trước ngày 15/4/2025"),
        ]
    );
    assert!(
        all(&answer, "directives/nodes/*").iter().all(|node| !node["leads"].as_array().unwrap().is_empty()),
        "{answer:#}"
    );
}

#[tokio::test]
async fn sorted_by_deadline_those_without_one_come_last_in_both_directions() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    for direction in ["ASCENDING", "DESCENDING"] {
        let query = format!(
            "{{ directives(order: {{ by: DUE_ON, direction: {direction} }}, first: 100) {{ nodes {{ dueOn }} }} }}"
        );
        let answer = viewer.ask(&query).await.whole();
        let days = all(&answer, "directives/nodes/*/dueOn");
        assert_eq!(days.len(), 100);
        let dated: Vec<_> = days.iter().map_while(|day| day.as_str()).collect();
        assert!(dated.len() > 10 && days[dated.len()..].iter().all(|day| day.is_null()));
        let ordered = if direction == "ASCENDING" { dated.is_sorted() } else { dated.iter().rev().is_sorted() };
        assert!(ordered, "{direction}: {dated:?}");
    }
}

/// The rule stands twice, as a function and as a condition of SQL: on every day of two years they must agree.
#[tokio::test]
async fn the_filter_by_timeliness_finds_what_the_field_says() {
    let db = TestDb::demo().await;
    let reader = Reader::new(db.pool.clone(), auth::Scope::public(), Date(demo::today()));
    let page = Page { size: 100, ..Page::default() };
    let every = [
        Timeliness::NoDeadline,
        Timeliness::OnTime,
        Timeliness::DueSoon,
        Timeliness::Overdue,
        Timeliness::Passed,
        Timeliness::NotReported,
        Timeliness::DoneOnTime,
        Timeliness::DoneLate,
    ];
    for week in 0..104 {
        let on = Date(chrono::NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + chrono::Days::new(week * 7));
        let mut found = 0;
        for wanted in every {
            let filter = DirectiveFilter {
                timeliness: Some(vec![wanted]),
                on: Some(on),
                has_deadline: Some(true),
                ..Default::default()
            };
            let rows = Directive::list(&reader, &filter, DirectiveOrder::default(), &page).await.unwrap().rows;
            for row in &rows {
                assert_eq!(row.timeliness(on), wanted, "{} on {}", row.code, on.0);
            }
            found += rows.len();
        }
        let all = DirectiveFilter { has_deadline: Some(true), ..Default::default() };
        let all = Directive::list(&reader, &all, DirectiveOrder::default(), &page).await.unwrap().rows;
        assert_eq!(found, all.len(), "{}", on.0);
    }
}

#[tokio::test]
async fn filters_narrow_together() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let answer = viewer
        .ask(
            r#"{
                all: directives { totalCount }
                led: directives(filter: { lead: "qng.skhcn" }) { totalCount }
                subtree: directives(filter: { agencySubtree: "qng.ubnd" }) { totalCount }
                health: directives(filter: { lead: "qng.skhcn", text: "y te" }) { nodes { title } }
                nobody: directives(filter: { lead: "tw.tong_cuc_thong_ke" }) { totalCount nodes { code } }
                undated: directives(filter: { hasDeadline: false }) { totalCount }
                dated: directives(filter: { hasDeadline: true }) { totalCount }
            }"#,
        )
        .await
        .whole();
    let count = |alias: &str| answer[alias]["totalCount"].as_i64().unwrap();
    assert_eq!(count("all"), 121);
    assert_eq!(count("dated") + count("undated"), 121);
    // Two clauses name a period in which a duty runs; that is no deadline.
    assert_eq!(count("dated"), 18);
    assert!(count("subtree") > count("led") && count("led") > 20, "{answer:#}");
    assert_eq!(answer["nobody"], json!({ "totalCount": 0, "nodes": [] }));
    let health = texts(&answer, "health/nodes/*/title");
    assert!(health.iter().any(|title| title.contains("y tế")) && health.len() < 24, "{health:?}");
}

#[tokio::test]
async fn a_directive_knows_what_it_waits_for() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask("{ directives(first: 100) { nodes { code dependsOn { document { code status } } } } }")
        .await
        .whole();
    let waiting = all(&answer, "directives/nodes/*/dependsOn/*/document/status");
    assert!(waiting.contains(&&json!("PLANNED")), "{waiting:?}");
}

/// The condition is written by recursion, so its size must not be the client's to choose.
#[tokio::test]
async fn a_timeliness_asked_for_ten_thousand_times_is_asked_for_once() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let count = async |timeliness: Vec<&str>| {
        let query = "query($any: [Timeliness!]) { directives(filter: { timeliness: $any }) { totalCount } }";
        viewer.ask_with(query, json!({ "any": timeliness })).await.whole()
    };
    assert_eq!(count(["OVERDUE", "NO_DEADLINE"].repeat(5_000)).await, count(vec!["NO_DEADLINE", "OVERDUE"]).await);
}

#[tokio::test]
async fn of_what_nobody_has_said_anything_is_not_reported_and_not_overdue() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(
            "{
                overdue: directives(filter: { timeliness: [OVERDUE] }, first: 100) { nodes { code stateSource state } }
                untold: directives(filter: { timeliness: [NOT_REPORTED] }, first: 100) { totalCount nodes { code stateSource state timeliness originalTimeliness } }
                unknown: directives(filter: { stateSources: [UNKNOWN] }, first: 100) { totalCount nodes { state completedOn reports { state } } }
                reported: directives(filter: { stateSources: [REPORTED] }, first: 100) { totalCount nodes { state reports { state clause report { code period } } } }
                simulated: directives(filter: { stateSources: [SIMULATED] }, first: 100) { nodes { programme { code } reports { state } } }
            }",
        )
        .await
        .whole();
    let sources = |list: &str| tally(&answer, &format!("{list}/nodes/*/stateSource"));
    assert!(
        !sources("overdue").contains_key("UNKNOWN") && !sources("overdue").contains_key("REPORTED"),
        "{:?}",
        sources("overdue")
    );
    assert!(answer["untold"]["totalCount"].as_i64() > Some(0));
    assert!(
        all(&answer, "untold/nodes/*").iter().all(|it| it["timeliness"] == "NOT_REPORTED" && it["state"] == "ASSIGNED")
    );
    for it in all(&answer, "unknown/nodes/*") {
        assert_eq!((&it["state"], &it["completedOn"], &it["reports"]), (&json!("ASSIGNED"), &json!(null), &json!([])));
    }
    // What the report of Quảng Nam says stays as it says, with the report and the clause.
    assert_eq!(answer["reported"]["totalCount"], 26);
    let said = tally(&answer, "reported/nodes/*/reports/*/state");
    assert_eq!(said, [("DONE", 8), ("IN_PROGRESS", 5), ("NOT_REPORTED", 2), ("PLANNED", 11)].into());
    let from = tally(&answer, "reported/nodes/*/reports/*/report/code");
    assert_eq!(from, [("bc-skhcn-qna-2025-q1", 26)].into());
    // The simulation is of one province, and of nothing that a report gives account of.
    assert_eq!(tally(&answer, "simulated/nodes/*/programme/code").into_keys().collect::<Vec<_>>(), ["nq57-quang-ngai"]);
    assert!(all(&answer, "simulated/nodes/*/reports").iter().all(|reports| **reports == json!([])));
}

#[tokio::test]
async fn nothing_is_completed_while_it_waits() {
    let db = TestDb::demo().await;
    let blocked = "SELECT count(*) FROM directive d JOIN directive_dependency w ON w.directive_id = d.id
        WHERE d.state = 'COMPLETED' AND is_awaited(w.on_directive_id, w.on_document_id)";
    assert_eq!(db.text(blocked).await, "0");
    let refused = async |statement: &str| {
        let refusal = sql::execute(&mut db.connect().await, statement).await.unwrap_err();
        refusal.to_string().contains("waits for something")
    };
    // What waits cannot be completed, what is completed cannot begin to wait.
    let waiting = "(SELECT directive_id FROM directive_dependency WHERE on_document_id IN (SELECT id FROM document WHERE status = 'PLANNED') LIMIT 1)";
    db.execute("ALTER TABLE directive DISABLE TRIGGER directive_move").await;
    assert!(refused(&format!("UPDATE directive SET state = 'COMPLETED', state_source = 'RECORDED', completed_on = '2025-06-26', version = version + 1 WHERE id = {waiting}")).await);
    let begins = "INSERT INTO directive_dependency (id, directive_id, on_document_id)
        SELECT gen_random_uuid(), d.id, o.id FROM (SELECT id FROM directive WHERE state = 'COMPLETED' LIMIT 1) d,
            (SELECT id FROM document WHERE status = 'PLANNED' LIMIT 1) o";
    assert!(refused(begins).await);
}

#[tokio::test]
async fn a_groups_duty_reaches_each_of_its_members() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(
            r#"{
                group: agency(code: "qng.so_nganh_dia_phuong") { kind members(first: 50) { nodes { code } } }
                member: agency(code: "qng.sxd") { groups { nodes { code } } ledDirectives(first: 100) { totalCount nodes { code leads { code } } } }
                led: directives(filter: { lead: "qng.sxd" }, first: 100) { totalCount }
                byGroup: directives(filter: { lead: "qng.so_nganh_dia_phuong" }, first: 100) { totalCount nodes { code } }
            }"#,
        )
        .await
        .whole();
    let members = texts(&answer, "group/members/nodes/*/code");
    assert!(members.contains(&"qng.sxd") && members.contains(&"ubnd.21028"), "{members:?}");
    assert!(texts(&answer, "member/groups/nodes/*/code").contains(&"qng.so_nganh_dia_phuong"));
    let led = texts(&answer, "member/ledDirectives/nodes/*/code");
    assert!(answer["byGroup"]["totalCount"].as_i64() > Some(0));
    assert!(texts(&answer, "byGroup/nodes/*/code").iter().all(|code| led.contains(code)), "{led:?}");
    assert_eq!(answer["led"]["totalCount"], answer["member"]["ledDirectives"]["totalCount"]);
    // The document is shown as it is: it names the group.
    let shown = all(&answer, "member/ledDirectives/nodes/*");
    assert!(shown.iter().any(|it| it["leads"] == json!([{ "code": "qng.so_nganh_dia_phuong" }])), "{shown:?}");
    let nobody = "INSERT INTO agency_member SELECT a.id, b.id, true FROM agency a, agency b WHERE a.code = 'qng.skhcn' AND b.code = 'qng.sxd'";
    let refusal = sql::execute(&mut db.connect().await, nobody).await.unwrap_err();
    assert!(refusal.to_string().contains("belong to groups"));
}

//! Obligations: what is owed, how it stands, how complete and timely it is.

use std::sync::Arc;

use auth::{Holding, Principal, Reached, Role};
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, all, texts},
};
use uuid::Uuid;

/// Two communes below a province report two indicators since October 2025, and the first commune one of them by
/// administrative months as well since December. What of it is answered is said line by line. All tests ask on 20 January 2026.
pub(crate) const FIXTURE: &str = "
    INSERT INTO agency (id, code, name_vi, kind) SELECT md5(code)::uuid, code, name, 'PEOPLES_COMMITTEE' FROM (VALUES
        ('tinh', 'UBND tỉnh'), ('tinh.xa1', 'UBND xã Ba Tơ'), ('tinh.xa2', 'UBND xã Sơn Hà'), ('khac', 'UBND tỉnh khác')) AS named (code, name);
    INSERT INTO agency_placement (id, agency_id, parent_id, stated)
        SELECT gen_random_uuid(), md5(code)::uuid, md5('tinh')::uuid, true FROM agency WHERE code LIKE 'tinh.%';
    INSERT INTO indicator (id, code, name_vi, name_en, position, unit, value_kind, direction, nature, aggregation, frequency) VALUES
        (md5('ho_so')::uuid, 'ho_so', 'Hồ sơ trực tuyến', 'Dossiers online', 1, 'PERCENT', 'NUMBER', 'HIGHER_IS_BETTER', 'STOCK', 'MEAN', 'MONTH'),
        (md5('ky_so')::uuid, 'ky_so', 'Chữ ký số', 'Digital signatures', 2, 'PERCENT', 'NUMBER', 'HIGHER_IS_BETTER', 'STOCK', 'MEAN', 'QUARTER');
    INSERT INTO indicator_definition (id, indicator_id, version, text_vi, text_en)
        SELECT md5(code || '1')::uuid, id, 1, name_vi, name_en FROM indicator;
    INSERT INTO programme (id, code, name_vi, name_en, jurisdiction_id) VALUES (md5('ct')::uuid, 'ct', 'Chương trình', 'Programme', md5('tinh')::uuid);
    INSERT INTO indicator_group (id, programme_id, code, name_vi, name_en, position) VALUES
        (md5('a')::uuid, md5('ct')::uuid, 'a', 'Chính quyền số', 'Government', 1), (md5('b')::uuid, md5('ct')::uuid, 'b', 'Xã hội số', 'Society', 2);
    INSERT INTO programme_indicator (programme_id, indicator_id, group_id) VALUES
        (md5('ct')::uuid, md5('ho_so')::uuid, md5('a')::uuid), (md5('ct')::uuid, md5('ky_so')::uuid, md5('b')::uuid);
    INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
        SELECT md5(i.code || a.code)::uuid, i.id, a.id, a.id, 'CALENDAR', i.frequency, '[2025-10-01,)' FROM indicator i, agency a WHERE a.code LIKE 'tinh.%';
    INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
        SELECT md5('hanh_chinh')::uuid, md5('ho_so')::uuid, id, id, 'ADMINISTRATIVE', 'MONTH', '[2025-12-01,)' FROM agency WHERE code = 'tinh.xa1';

    -- Drafts, and what was decided on them.
    INSERT INTO measurement (id, indicator_id, definition_id, subject_id, reporter_id, regime, period_kind, period, starts_on, ends_on)
        SELECT md5(subject || period)::uuid, md5(indicator)::uuid, md5(indicator || '1')::uuid, md5(subject)::uuid, md5(subject)::uuid, 'CALENDAR',
            CASE indicator WHEN 'ho_so' THEN 'MONTH' ELSE 'QUARTER' END, period, starts_on::date, ends_on::date
        FROM (VALUES ('tinh.xa1', 'ho_so', '2025-10', '2025-10-01', '2025-11-01'), ('tinh.xa1', 'ho_so', '2025-11', '2025-11-01', '2025-12-01'),
            ('tinh.xa1', 'ho_so', '2025-12', '2025-12-01', '2026-01-01'), ('tinh.xa2', 'ho_so', '2025-11', '2025-11-01', '2025-12-01'),
            ('tinh.xa2', 'ho_so', '2025-12', '2025-12-01', '2026-01-01'), ('tinh.xa2', 'ky_so', '2025-Q4', '2025-10-01', '2026-01-01'))
            AS measured (subject, indicator, period, starts_on, ends_on);
    INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, source, recorded_at)
        SELECT id, 1, 'DRAFT', 'FINAL', 80, 'REPORTED', ends_on + interval '1 day' FROM measurement;
    INSERT INTO measurement_decision (measurement_id, revision, state, content_hash, reason, decided_at, decided_by)
        SELECT md5(subject || period)::uuid, 1, state, measurement_content_hash(md5(subject || period)::uuid, 1),
            CASE state WHEN 'RETURNED' THEN 'Sai đơn vị' END, (day || 'T02:00:00Z')::timestamptz, md5(state)::uuid
        FROM (VALUES ('tinh.xa1', '2025-10', 'SUBMITTED', '2025-11-05'), ('tinh.xa1', '2025-11', 'SUBMITTED', '2025-12-09'),
            ('tinh.xa2', '2025-11', 'SUBMITTED', '2025-12-03'), ('tinh.xa2', '2025-12', 'SUBMITTED', '2026-01-08'),
            ('tinh.xa2', '2025-Q4', 'SUBMITTED', '2026-01-12'), ('tinh.xa2', '2025-Q4', 'ENDORSED', '2026-01-13'),
            ('tinh.xa1', '2025-10', 'ENDORSED', '2025-11-06'), ('tinh.xa1', '2025-11', 'ENDORSED', '2025-12-10'),
            ('tinh.xa1', '2025-10', 'PUBLISHED', '2025-12-20'), ('tinh.xa1', '2025-11', 'PUBLISHED', '2025-12-20'),
            ('tinh.xa2', '2025-11', 'RETURNED', '2025-12-15')) AS decided (subject, period, state, day);
    INSERT INTO nil_answer (id, assignment_id, reporter_id, period, note, answered_on, answered_at)
        VALUES (md5('nil')::uuid, md5('ho_sotinh.xa2')::uuid, md5('tinh.xa2')::uuid, '2025-10', 'Không phát sinh', '2025-11-06', '2025-11-06T02:00:00Z');";

pub(crate) async fn reporting() -> TestDb {
    TestDb::like("reporting", async |pool| {
        let mut connection = pool.settings().connect().await.unwrap();
        tests::sql::execute(&mut connection, FIXTURE).await.unwrap();
    })
    .await
}

/// The global id of an assignment: of an indicator and a subject, by calendar periods.
pub(crate) fn assignment(db_id: &str) -> String {
    schema::id::encode(b'l', db_id.parse().unwrap()).to_string()
}

pub(crate) async fn assignment_of(db: &TestDb, name: &str) -> String {
    assignment(&db.text(&format!("SELECT md5('{name}')::uuid::text")).await)
}

/// One line for each obligation of an answer.
fn lines(asked: &Value, at: &str) -> Vec<String> {
    let line = |row: &Value| {
        let text = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
        let on_time = row["onTime"].as_bool().map_or("open", |yes| if yes { "on time" } else { "late" });
        let code = |name: &str| row[name]["code"].as_str().unwrap_or("-").to_owned();
        let regime = if row["regime"] == "ADMINISTRATIVE" { " hành chính" } else { "" };
        format!(
            "{} {} {} {}{regime} {} {on_time}",
            text("dueOn"),
            code("subject"),
            code("indicator"),
            text("period"),
            text("state")
        )
    };
    all(asked, at).into_iter().map(line).collect()
}

const ROW: &str = "period regime dueOn state onTime subject { code } indicator { code }";

#[tokio::test]
async fn each_stands_as_its_figure_does_and_is_late_or_not() {
    let db = reporting().await;
    let inspector = Viewer::who_holds(&db, &[(Role::Inspector, "tinh", true)]).await;
    let asked =
        inspector.ask(&format!("{{ obligations(first: 100) {{ totalCount nodes {{ {ROW} }} }} }}")).await.whole();
    let mut told = lines(&asked, "obligations/nodes/*");
    let mut sorted = told.clone();
    sorted.sort_by_key(|line| line[..10].to_owned());
    assert_eq!(told, sorted, "not in the order of due dates");
    told.sort();
    // An inspector does not see drafts, nor that there are any.
    let expected = [
        "2025-11-07 tinh.xa1 ho_so 2025-10 APPROVED on time",
        "2025-11-07 tinh.xa2 ho_so 2025-10 NIL on time",
        "2025-12-05 tinh.xa1 ho_so 2025-11 APPROVED late",
        "2025-12-05 tinh.xa2 ho_so 2025-11 DUE late",
        "2025-12-19 tinh.xa1 ho_so 2025-12 hành chính DUE late",
        "2026-01-09 tinh.xa1 ho_so 2025-12 DUE late",
        "2026-01-09 tinh.xa1 ky_so 2025-Q4 DUE late",
        "2026-01-09 tinh.xa2 ho_so 2025-12 SUBMITTED on time",
        "2026-01-09 tinh.xa2 ky_so 2025-Q4 APPROVED late",
        "2026-01-21 tinh.xa1 ho_so 2026-01 hành chính DUE open",
        "2026-02-06 tinh.xa1 ho_so 2026-01 NOT_DUE open",
        "2026-02-06 tinh.xa2 ho_so 2026-01 NOT_DUE open",
    ];
    assert_eq!(told, expected);
    assert_eq!(asked["obligations"]["totalCount"], 12);
}

#[tokio::test]
async fn drafts_show_to_those_who_draft_and_agencies_only_to_those_who_reach_them() {
    let db = reporting().await;
    let question = format!("{{ obligations(first: 100) {{ nodes {{ {ROW} measurement {{ state }} }} }} }}");
    let reporter = Viewer::who_holds(&db, &[(Role::Reporter, "tinh.xa2", false)]).await;
    let own = reporter.ask(&question).await.whole();
    assert_eq!(
        lines(&own, "obligations/nodes/*"),
        [
            "2025-11-07 tinh.xa2 ho_so 2025-10 NIL on time",
            "2025-12-05 tinh.xa2 ho_so 2025-11 RETURNED late",
            "2026-01-09 tinh.xa2 ho_so 2025-12 SUBMITTED on time",
            "2026-01-09 tinh.xa2 ky_so 2025-Q4 APPROVED late",
            "2026-02-06 tinh.xa2 ho_so 2026-01 NOT_DUE open",
        ]
        .map(str::to_owned)
    );
    let head = Viewer::who_holds(&db, &[(Role::Head, "tinh.xa1", false)]).await.ask(&question).await.whole();
    let drafts: Vec<_> =
        lines(&head, "obligations/nodes/*").into_iter().filter(|line| line.contains("DRAFT")).collect();
    assert_eq!(drafts, ["2026-01-09 tinh.xa1 ho_so 2025-12 DRAFT late"]);
    assert_eq!(texts(&head, "obligations/nodes/*/measurement/state"), ["PUBLISHED", "PUBLISHED", "DRAFT"]);

    let leader = Viewer::who_holds(&db, &[(Role::Leader, "tinh", true)]).await.ask(&question).await.whole();
    assert_eq!(lines(&leader, "obligations/nodes/*").len(), 12);
    // Leaders see that it was submitted, not what: that is for those who verify.
    assert_eq!(texts(&leader, "obligations/nodes/*/measurement/state"), ["PUBLISHED", "PUBLISHED"]);
    for (role, agency) in [(Role::Reporter, "khac"), (Role::StandingOffice, "tinh"), (Role::Leader, "khac")] {
        let none = Viewer::who_holds(&db, &[(role, agency, false)]).await.ask(&question).await.whole();
        assert_eq!(lines(&none, "obligations/nodes/*"), Vec::<String>::new(), "{role} at {agency}");
    }
    let administrator = Viewer::who_holds(&db, &[(Role::Administrator, "tinh", true)]).await;
    let none = administrator.ask(&question).await.whole();
    assert_eq!(lines(&none, "obligations/nodes/*"), Vec::<String>::new());
    assert_eq!(Viewer::public(&db).ask(&question).await.data, json!({ "obligations": null }));
}

#[tokio::test]
async fn a_reporter_is_told_what_is_open_and_what_is_still_owed() {
    let db = reporting().await;
    let reporter = Viewer::who_holds(&db, &[(Role::Reporter, "tinh.xa1", false)]).await;
    let mine = |on: &str| {
        format!("{{ myObligations(first: 100 {on}) {{ nodes {{ {ROW} viewerCan {{ answerNil requestUnlock }} }} }} }}")
    };
    let asked = reporter.ask(&mine("")).await.whole();
    // October and November are answered and closed; January is not open.
    assert_eq!(
        lines(&asked, "myObligations/nodes/*"),
        [
            "2025-12-19 tinh.xa1 ho_so 2025-12 hành chính DUE late",
            "2026-01-09 tinh.xa1 ho_so 2025-12 DRAFT late",
            "2026-01-09 tinh.xa1 ky_so 2025-Q4 DUE late",
            "2026-01-21 tinh.xa1 ho_so 2026-01 hành chính DUE open",
        ]
        .map(str::to_owned)
    );
    let can = |name: &str| {
        all(&asked, &format!("myObligations/nodes/*/viewerCan/{name}")).into_iter().cloned().collect::<Vec<_>>()
    };
    assert_eq!(can("answerNil"), [false, false, true, true]);
    assert_eq!(can("requestUnlock"), [true, false, false, false]);

    let earlier = reporter.ask(&mine(", on: \"2025-11-10\"")).await.whole();
    assert_eq!(lines(&earlier, "myObligations/nodes/*"), ["2025-11-07 tinh.xa1 ho_so 2025-10 APPROVED on time"]);
    let leader = Viewer::who_holds(&db, &[(Role::Leader, "tinh", true)]).await.ask(&mine("")).await.whole();
    assert_eq!(lines(&leader, "myObligations/nodes/*"), Vec::<String>::new());
}

#[tokio::test]
async fn lists_are_narrowed_and_paged() {
    let db = reporting().await;
    let inspector = Viewer::who_holds(&db, &[(Role::Inspector, "tinh", true)]).await;
    for (filter, count) in [
        (r#"reporter: "tinh.xa1""#, 7),
        (r#"subject: "tinh.xa2", indicator: "ho_so""#, 4),
        (r#"group: "b""#, 2),
        (r#"programme: "ct", group: "a""#, 10),
        (r#"programme: "ct", indicator: "ky_so", group: "a""#, 0),
        (r#"period: "2025-12""#, 3),
        (r#"period: "2025-12", regime: ADMINISTRATIVE"#, 1),
        (r#"period: "2025-Q4", states: [DUE]"#, 1),
        ("regime: ADMINISTRATIVE", 2),
        ("states: [NIL, SUBMITTED]", 2),
        ("overdue: true", 4),
        ("overdue: false", 8),
        (r#"dueFrom: "2026-01-09", dueTo: "2026-01-09""#, 4),
        (r#"dueFrom: "2026-02-07", dueTo: "2026-03-31""#, 4),
        (r#"on: "2026-01-22", overdue: true"#, 5),
    ] {
        let asked = inspector
            .ask(&format!("{{ obligations(filter: {{ {filter} }}, first: 100) {{ totalCount nodes {{ {ROW} }} }} }}"))
            .await
            .whole();
        assert_eq!(asked["obligations"]["totalCount"], count, "{filter}: {asked:#}");
        assert_eq!(all(&asked, "obligations/nodes/*").len(), count, "{filter}");
    }
    for refused in [r#"period: "2025-01-01/2025-02-01""#, r#"dueFrom: "2020-01-01", dueTo: "2026-01-01""#] {
        let asked =
            inspector.ask(&format!("{{ obligations(filter: {{ {refused} }}) {{ nodes {{ period }} }} }}")).await;
        assert!(!asked.errors.is_empty(), "{refused}");
    }

    let whole = inspector.ask(&format!("{{ obligations(first: 100) {{ nodes {{ {ROW} }} }} }}")).await.whole();
    for (size, cursor, step) in [("first", "after", "endCursor"), ("last", "before", "startCursor")] {
        let (mut seen, mut at) = (Vec::new(), String::new());
        loop {
            let page = inspector
                .ask(&format!("{{ obligations({size}: 5{at}) {{ nodes {{ {ROW} }} pageInfo {{ {step} hasNextPage hasPreviousPage }} }} }}"))
                .await
                .whole();
            let rows = lines(&page, "obligations/nodes/*");
            seen = if size == "first" { [seen, rows].concat() } else { [rows, seen].concat() };
            let info = &page["obligations"]["pageInfo"];
            if !info[if size == "first" { "hasNextPage" } else { "hasPreviousPage" }].as_bool().unwrap() {
                break;
            }
            at = format!(", {cursor}: {}", info[step]);
        }
        assert_eq!(seen, lines(&whole, "obligations/nodes/*"), "{size}");
    }
}

#[tokio::test]
async fn completeness_and_timeliness_are_counted() {
    let db = reporting().await;
    let inspector = Viewer::who_holds(&db, &[(Role::Inspector, "tinh", true)]).await;
    let counted = async |by: &str, filter: &str, name: &str| -> Vec<Value> {
        let asked = inspector
            .ask(&format!(
                "{{ completeness(by: {by}, filter: {{ {filter} }}) {{ totalCount nodes {{ expected answered answeredOnTime overdue completeness timeliness {name} }} }} }}"
            ))
            .await
            .whole();
        let rows: Vec<Value> = all(&asked, "completeness/nodes/*").into_iter().cloned().collect();
        assert_eq!(asked["completeness"]["totalCount"], rows.len());
        rows
    };
    let row = |counts: [i32; 4], completeness: &str, timeliness: &str, name: &str, what: Value| {
        let [expected, answered, on_time, overdue] = counts;
        let mut row = json!({ "expected": expected, "answered": answered, "answeredOnTime": on_time, "overdue": overdue,
            "completeness": completeness, "timeliness": timeliness });
        row[name] = what;
        row
    };
    assert_eq!(
        counted("REPORTER", "", "reporter { code }").await,
        [
            row([6, 2, 1, 3], "0.3333", "0.1667", "reporter", json!({ "code": "tinh.xa1" })),
            row([4, 3, 2, 1], "0.75", "0.5", "reporter", json!({ "code": "tinh.xa2" })),
        ]
    );
    assert_eq!(
        counted("INDICATOR", "", "indicator { code }").await,
        [
            row([8, 4, 3, 3], "0.5", "0.375", "indicator", json!({ "code": "ho_so" })),
            row([2, 1, 0, 1], "0.5", "0", "indicator", json!({ "code": "ky_so" })),
        ]
    );
    assert_eq!(
        counted("GROUP", r#"subject: "tinh.xa2""#, "group { code }").await,
        [
            row([3, 2, 2, 1], "0.6667", "0.6667", "group", json!({ "code": "a" })),
            row([1, 1, 0, 0], "1", "0", "group", json!({ "code": "b" })),
        ]
    );
    let periods = counted("PERIOD", r#"indicator: "ho_so""#, "period").await;
    let told: Vec<_> =
        periods.iter().map(|row| (row["period"].as_str().unwrap(), row["expected"].as_i64().unwrap())).collect();
    assert_eq!(told, [("2025-10", 2), ("2025-11", 2), ("2025-12", 1), ("2025-12", 2), ("2026-01", 1)]);

    let page = inspector.ask("{ completeness(by: REPORTER, first: 1) { nodes { reporter { code } } pageInfo { hasNextPage endCursor } } }").await.whole();
    let after = &page["completeness"]["pageInfo"]["endCursor"];
    let next = inspector.ask(&format!("{{ completeness(by: REPORTER, first: 1, after: {after}) {{ nodes {{ reporter {{ code }} }} pageInfo {{ hasNextPage }} }} }}")).await.whole();
    assert_eq!(texts(&next, "completeness/nodes/*/reporter/code"), ["tinh.xa2"]);
    assert_eq!(next["completeness"]["pageInfo"]["hasNextPage"], false);
}

#[tokio::test]
async fn the_matrix_costs_the_same_number_of_statements_at_any_size() {
    let db = reporting().await;
    let inspector = Viewer::who_holds(&db, &[(Role::Inspector, "tinh", true)]).await;
    let matrix = |size: usize, rest: &str| {
        format!("{{ reportingMatrix(period: \"2025-12\", first: {size}{rest}) {{ totalCount pageInfo {{ hasNextPage endCursor }}
            nodes {{ agency {{ code }} obligations {{ {ROW} }} }} }} }}")
    };
    let (one, all_of_it) = (inspector.ask(&matrix(1, "")).await, inspector.ask(&matrix(100, "")).await);
    assert_eq!(one.statements, all_of_it.statements);
    // The matrix itself is one, its count another, names the rest.
    assert_eq!(all_of_it.statements, 4);
    let (one, all_of_it) = (one.whole(), all_of_it.whole());
    assert_eq!(texts(&all_of_it, "reportingMatrix/nodes/*/agency/code"), ["tinh.xa1", "tinh.xa2"]);
    assert_eq!(
        lines(&all_of_it, "reportingMatrix/nodes/*/obligations/*"),
        ["2026-01-09 tinh.xa1 ho_so 2025-12 DUE late", "2026-01-09 tinh.xa2 ho_so 2025-12 SUBMITTED on time"]
    );
    assert_eq!(all_of_it["reportingMatrix"]["totalCount"], 2);
    assert_eq!(one["reportingMatrix"]["pageInfo"]["hasNextPage"], true);
    let after = format!(", after: {}", one["reportingMatrix"]["pageInfo"]["endCursor"]);
    let next = inspector.ask(&matrix(1, &after)).await.whole();
    assert_eq!(texts(&next, "reportingMatrix/nodes/*/agency/code"), ["tinh.xa2"]);

    let administrative = inspector.ask(&matrix(10, ", regime: ADMINISTRATIVE")).await.whole();
    assert_eq!(
        lines(&administrative, "reportingMatrix/nodes/*/obligations/*"),
        ["2025-12-19 tinh.xa1 ho_so 2025-12 hành chính DUE late"]
    );
}

#[tokio::test]
async fn no_list_costs_a_statement_a_row() {
    let db = TestDb::demo().await;
    let inspector = Viewer::who_holds(&db, &[(Role::Inspector, "qng.ubnd", true)]).await;
    for (question, most) in [
        ("{ obligations(first: %) { totalCount nodes { period assignment { version } indicator { name } subject { name } reporter { name }
            measurement { value } nilAnswer { note } viewerCan { answerNil } } } }", 6),
        ("{ completeness(by: REPORTER, first: %) { totalCount nodes { expected reporter { name } } } }", 3),
        (r#"{ reportingMatrix(period: "2025-12", first: %) { totalCount nodes { agency { name } obligations { state indicator { name } } } } }"#, 4),
        ("{ reportingAssignments(first: %) { totalCount nodes { indicator { name } subject { name } reporter { name } } } }", 4),
    ] {
        let mut costs = Vec::new();
        for size in [1, 10, 100] {
            let asked = inspector.ask(&question.replace('%', &size.to_string())).await;
            assert!(asked.errors.is_empty(), "{question}: {:?}", asked.errors);
            costs.push(asked.statements);
        }
        assert!(costs.iter().all(|cost| *cost <= most), "{question}: {costs:?}");
    }
    let owed = inspector.ask("{ obligations(filter: { overdue: true }) { totalCount } }").await.whole();
    assert!(owed["obligations"]["totalCount"].as_i64().unwrap() > 0, "the demo shows nothing that is overdue");
}

#[tokio::test]
async fn a_rule_of_a_plan_obliges_each_of_those_it_names_and_of_their_groups() {
    let db = TestDb::demo().await;
    let office = Viewer::who_holds(&db, &[(Role::StandingOffice, "qng.ubnd", true)]).await;
    let query = r#"{
        quarter: reportObligations(filter: { rule: "359-KH/TU:r18", periodKinds: [QUARTER], dueFrom: "2025-10-01", dueTo: "2025-10-31", on: "2025-10-03" }, first: 100) {
            totalCount nodes { period dueOn state reporter { code kind } rule { code } periodReport { code } } }
        late: reportObligations(filter: { rule: "359-KH/TU:r18", reporter: "qng.sxd", dueFrom: "2025-10-01", dueTo: "2025-10-31", on: "2025-12-01" }) { nodes { period state } }
        byRule: agency(code: "qng.sxd") { reportingRules { nodes { code } } }
    }"#;
    let answer = office.ask(query).await.whole();
    let reporters = texts(&answer, "quarter/nodes/*/reporter/code");
    assert!(reporters.contains(&"qng.sxd") && reporters.contains(&"ubnd.21028"), "{reporters:?}");
    assert!(all(&answer, "quarter/nodes/*/reporter/kind").iter().all(|kind| **kind != "AGENCY_GROUP"));
    let mut once = reporters.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), reporters.len(), "each owes a report once");
    assert!(all(&answer, "quarter/nodes/*").iter().all(|it| it["period"] == "2025-Q3" && it["state"] == "DUE"));
    let late = json!([{ "period": "2025-09", "state": "OVERDUE" }, { "period": "2025-Q3", "state": "OVERDUE" }]);
    assert_eq!(answer["late"]["nodes"], late);
    assert!(texts(&answer, "byRule/reportingRules/nodes/*/code").contains(&"359-KH/TU:r18"));

    // A period report answers one; whoever reaches nobody sees none.
    let there = Viewer::who_holds(&db, &[(Role::StandingOffice, "qna.ubnd", true)]).await;
    let query = r#"{ reportObligations(filter: { reporter: "qna.skhcn", dueFrom: "2025-04-01", dueTo: "2025-04-30" }) {
        nodes { period state periodReport { code } } } }"#;
    let answer = there.ask(query).await.whole();
    let answered =
        json!([{ "period": "2025-Q1", "state": "ANSWERED", "periodReport": { "code": "bc-skhcn-qna-2025-q1" } }]);
    assert_eq!(answer["reportObligations"]["nodes"], answered);
    assert_eq!(office.ask(query).await.whole()["reportObligations"]["nodes"], json!([]));
}

#[tokio::test]
async fn an_obligation_is_found_again_by_its_id() {
    let db = reporting().await;
    let inspector = Viewer::who_holds(&db, &[(Role::Inspector, "tinh", true)]).await;
    let shown = "id regime period state dueOn assignment { id }";
    let listed = format!("{{ obligations(first: 100) {{ nodes {{ {shown} }} }} }}");
    let listed = inspector.ask(&listed).await.whole()["obligations"]["nodes"].take();
    let (ids, rows) = (texts(&listed, "*/id"), listed.as_array().unwrap());
    assert!(rows.len() > 5);
    let nodes = format!("query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Obligation {{ {shown} }} }} }}");
    let found = inspector.ask_with(&nodes, json!({ "ids": ids })).await;
    assert!(found.statements < 5, "{}", found.statements);
    assert_eq!(found.whole()["nodes"], listed);
    // Out of reach, of a period that is not owed, of another kind: not there.
    let stranger = Viewer::who_holds(&db, &[(Role::Reporter, "khac", false)]).await;
    let hidden = stranger.ask_with(&nodes, json!({ "ids": ids })).await.whole();
    assert!(hidden["nodes"].as_array().unwrap().iter().all(Value::is_null), "{hidden}");
    let assignment = Uuid::from_slice(&[7; 16]).unwrap();
    for (assignment, word) in [(assignment, "2025-10"), (assignment, "2025"), (assignment, "2025Q4"), (assignment, "x")]
    {
        let id = db::id::encode_with(b'O', assignment, word);
        let node = inspector.ask_with("query ($id: ID!) { node(id: $id) { id } }", json!({ "id": *id })).await;
        assert!(node.whole()["node"].is_null(), "{word}");
    }
}

/// What costs most, told each time it is called: the days of a period, and the life of all agencies.
const TOLD: &str = "
    CREATE SEQUENCE days; CREATE SEQUENCE lives; GRANT USAGE ON SEQUENCE days, lives TO cotmoc_server;
    ALTER FUNCTION nth_working_day(date, integer) RENAME TO nth_working_day_untold;
    ALTER FUNCTION agency_lives() RENAME TO agency_lives_untold;
    CREATE FUNCTION nth_working_day(from_day date, n integer) RETURNS date LANGUAGE plpgsql STABLE STRICT AS
        $$ BEGIN PERFORM nextval('days'); RETURN nth_working_day_untold(from_day, n); END $$;
    CREATE FUNCTION agency_lives() RETURNS TABLE (agency_id uuid, opened_on date, ended_on date) LANGUAGE plpgsql STABLE AS
        $$ BEGIN PERFORM nextval('lives'); RETURN QUERY SELECT * FROM agency_lives_untold(); END $$;";

/// The demo has fourteen hundred assignments: whatever is worked out for each of them, or for each of their periods, is seen here.
#[tokio::test]
async fn due_dates_are_worked_out_once_a_period_and_not_for_each_assignment() {
    let db = TestDb::demo().await;
    let everywhere = Holding { role: Role::Inspector, at: Reached::All };
    let (account, session) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let inspector = Viewer::with(&db, Principal::user(account, session, vec![everywhere], &[], true));
    let nodes = inspector.ask("{ obligations(first: 100) { nodes { id } } }").await.whole();
    let ids = json!(texts(&nodes, "obligations/nodes/*/id"));
    let reporter = db.text("SELECT reporter_id FROM reporting_assignment ORDER BY reporter_id LIMIT 1").await.parse();
    let own = Holding { role: Role::Reporter, at: Reached::Agencies(Arc::new([reporter.unwrap()].into())) };
    let reporter = Viewer::with(&db, Principal::user(account, session, vec![own], &[], true));

    db.execute(TOLD).await;
    // A due date and a last day for each; no question looks further than over four years.
    let periods = "SELECT 2 * count(*) FROM reporting_periods('2022-12-01', '2026-12-31')";
    let most: i64 = db.text(periods).await.parse().unwrap();
    let three_years = r#"{ dueFrom: "2023-06-01", dueTo: "2026-05-31" }"#;
    for (viewer, question, derived) in [
        (
            &inspector,
            format!("{{ completeness(by: REPORTER, filter: {three_years}, first: 100) {{ nodes {{ expected }} }} }}"),
            1,
        ),
        (
            &inspector,
            format!("{{ completeness(by: PERIOD, filter: {three_years}, first: 100) {{ nodes {{ expected }} }} }}"),
            1,
        ),
        (&inspector, "{ obligations(first: 62) { totalCount } }".to_owned(), 2),
        (
            &inspector,
            "{ obligations(first: 62, filter: { states: [DUE, RETURNED] }) { nodes { closesOn unlocked } } }"
                .to_owned(),
            1,
        ),
        (
            &inspector,
            r#"{ reportingMatrix(period: "2025-12", first: 100) { nodes { obligations { closesOn } } } }"#.to_owned(),
            1,
        ),
        (&inspector, format!("{{ nodes(ids: {ids}) {{ ... on Obligation {{ closesOn }} }} }}"), 1),
        (&inspector, "{ reportObligations(first: 62) { totalCount nodes { dueOn } } }".to_owned(), 2),
        (&reporter, "{ obligations(first: 62) { totalCount nodes { closesOn } } }".to_owned(), 2),
    ] {
        db.execute("ALTER SEQUENCE days RESTART; ALTER SEQUENCE lives RESTART").await;
        assert!(viewer.ask(&question).await.whole().is_object(), "{question}");
        let told = async |name: &str| -> i64 {
            let told = format!("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}");
            db.text(&told).await.parse().unwrap()
        };
        let (days, lives) = (told("days").await, told("lives").await);
        assert!((1..=derived * most).contains(&days), "{question}: {days} due dates, at most {most} a statement");
        // Of who reports, and of whose figure it is.
        assert!((1..=derived * 2).contains(&lives), "{question}: the lives of agencies were read {lives} times");
    }
}

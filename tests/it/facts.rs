//! What the five documents say besides targets and directives: measures, goals, a period report, digital systems, offices.

use serde_json::json;
use tests::{
    TestDb,
    graphql::{Viewer, all, tally, texts},
};

#[tokio::test]
async fn the_measures_of_the_plan_are_there_with_what_they_serve() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(
            r#"{
                measures(first: 100) { totalCount nodes { clause position document { code } } }
                digital: measures(filter: { heading: "III.5.1" }, first: 100) { totalCount }
                one: measure(code: "359-KH/TU:III.1.2") { title(language: EN) heading(language: VI) headingClause topics summary(language: VI)
                    mentionedDocuments { code } programme { code } assigner { code } }
                serving: indicator(code: "tthc_dossiers_online_share") { measures { totalCount nodes { code indicators { stated indicator { code } } } } }
                named: measures(filter: { system: "sys.qng.cong_ttdt" }) { nodes { code systems { nodes { code } } namedBodies { words agency { code } } } }
            }"#,
        )
        .await
        .whole();
    assert_eq!(answer["measures"]["totalCount"], 84);
    let positions = all(&answer, "measures/nodes/*/position");
    assert!(positions.iter().map(|it| it.as_i64().unwrap()).is_sorted());
    assert_eq!(
        answer["one"],
        json!({
            "title": "Build Resolution 57 into provincial strategies and plans",
            "heading": "Lãnh đạo, chỉ đạo",
            "headingClause": "III.1",
            "topics": ["quy hoạch", "lồng ghép", "kinh tế - xã hội"],
            "summary": "Các chiến lược, quy hoạch, kế hoạch kinh tế - xã hội của tỉnh phải mang nội dung của Nghị quyết 57.",
            "mentionedDocuments": [{ "code": "57-NQ/TW" }],
            "programme": { "code": "nq57-quang-ngai" },
            "assigner": { "code": "qng.btv_tinh_uy" },
        })
    );
    assert!(answer["serving"]["measures"]["totalCount"].as_i64() > Some(0));
    assert!(texts(&answer, "named/nodes/*/systems/nodes/*/code").contains(&"sys.qng.cong_ttdt"));
    assert!(texts(&answer, "named/nodes/*/namedBodies/*/agency/code").contains(&"qng.cong_ttdt"));
}

#[tokio::test]
async fn goals_have_no_figure_and_assessments_name_who_judges() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(
            r#"{
                goals(first: 100) { totalCount nodes { kind rating } }
                judged: goals(filter: { kinds: [ASSESSMENT] }) { nodes { period rating assessedBy { code } document { code } } }
                general: programme(code: "nq57-quang-ngai") { goals(filter: { kinds: [GENERAL_GOAL] }) { nodes { code indicators { indicator { code } } } } }
            }"#,
        )
        .await
        .whole();
    let kinds = tally(&answer, "goals/nodes/*/kind");
    assert_eq!(kinds, [("ASSESSMENT", 3), ("GENERAL_GOAL", 5), ("PURPOSE", 4), ("REQUIREMENT", 4)].into());
    let judged = json!({
        "period": "2025-Q1", "rating": "POSITIVE", "assessedBy": { "code": "qng.pct_tt_ubnd" }, "document": { "code": "tb-ubnd-qng-2025-04" },
    });
    assert!(all(&answer, "judged/nodes/*").iter().all(|it| **it == judged));
    assert_eq!(texts(&answer, "general/goals/nodes/*/code").first(), Some(&"359-KH/TU:II.1.1"));
}

#[tokio::test]
async fn the_quarterly_report_is_a_report_with_its_results() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(
            r#"{
                periodReport(code: "bc-skhcn-qna-2025-q1") { period startsOn endsOn yearInferred reporter { code } document { code }
                    results { section state clause directive { code stateSource } recommendation { code } outputs { role document { code } } } }
                byReporter: agency(code: "qna.skhcn") { periodReports { nodes { code } } }
                periodReports(filter: { period: "2025-Q1" }) { totalCount }
                none: periodReports(filter: { period: "2025-Q2" }) { totalCount }
            }"#,
        )
        .await
        .whole();
    let report = &answer["periodReport"];
    assert_eq!(
        (&report["period"], &report["startsOn"], &report["endsOn"]),
        (&json!("2025-Q1"), &json!("2025-01-01"), &json!("2025-03-31"))
    );
    assert_eq!(tally(report, "results/*/section"), [("LIMITATIONS", 3), ("PLAN", 11), ("RESULTS", 15)].into());
    let states = tally(report, "results/*/state");
    assert_eq!(states, [("DONE", 8), ("IN_PROGRESS", 5), ("NOT_DONE", 3), ("NOT_REPORTED", 2), ("PLANNED", 11)].into());
    assert_eq!(tally(report, "results/*/directive/stateSource"), [("REPORTED", 26)].into());
    assert_eq!(texts(report, "results/*/recommendation/code").len(), 3);
    let first = json!([
        { "role": "ISSUED", "document": { "code": "1534/KH-UBND" } },
        { "role": "REFERENCE", "document": { "code": "03/NQ-CP" } },
        { "role": "REFERENCE", "document": { "code": "60-CTr/TU" } },
        { "role": "REFERENCE", "document": { "code": "57-NQ/TW" } },
    ]);
    assert_eq!(report["results"][0]["outputs"], first);
    assert_eq!(texts(&answer, "byReporter/periodReports/nodes/*/code"), ["bc-skhcn-qna-2025-q1"]);
    assert_eq!((&answer["periodReports"]["totalCount"], &answer["none"]["totalCount"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn digital_systems_are_found_by_what_they_are_and_where_they_stand() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(
            r#"{
                digitalSystems(first: 100) { totalCount nodes { clauses { clause } } }
                exchanging: digitalSystems(filter: { exchangesFigures: true }, first: 100) { totalCount nodes { givesFigures takesFigures } }
                one: digitalSystem(code: "sys.qng.ioc") { name(language: EN) kind properName responsible { code } agency { code } indicators { code }
                    clauses { clause document { code } } }
                found: search(text: "trung tâm điều hành thông minh", nouns: [DIGITAL_SYSTEM]) { edges { node { ... on DigitalSystem { code } } } }
                measures: search(text: "cẩm nang", nouns: [MEASURE]) { edges { node { ... on Measure { code } } } }
            }"#,
        )
        .await
        .whole();
    assert_eq!(answer["digitalSystems"]["totalCount"], 75);
    assert!(
        all(&answer, "digitalSystems/nodes/*/clauses").iter().all(|clauses| !clauses.as_array().unwrap().is_empty())
    );
    let exchanging = all(&answer, "exchanging/nodes/*");
    assert!(
        !exchanging.is_empty() && exchanging.iter().all(|it| it["givesFigures"] == true || it["takesFigures"] == true)
    );
    let one = &answer["one"];
    assert_eq!((&one["kind"], &one["agency"]["code"]), (&json!("OPERATIONS_CENTRE"), &json!("qng.ioc")));
    assert_eq!(one["clauses"][0], json!({ "clause": "5", "document": { "code": "tb-ubnd-qng-2025-04" } }));
    assert!(texts(&answer, "found/edges/*/node/code").contains(&"sys.qng.ioc"));
    assert!(!texts(&answer, "measures/edges/*/node/code").is_empty());
}

#[tokio::test]
async fn offices_meetings_and_bodies_that_do_not_exist_yet_are_told() {
    let db = TestDb::demo().await;
    let answer = Viewer::public(&db)
        .ask(
            r#"{
                document(code: "tb-ubnd-qng-2025-04") { offices { role office(language: VI) agency { code } } meetings { heldOn about(language: EN) chair { code } } }
                proposed: agency(code: "qna.bcd_da06") { block blockStated existence { state clause document { code } } predecessors { kind } placements { basis stated } }
                named: directive(code: "bc-skhcn-qna-2025-q1:III.6") { coordinators { agency { code } } namedAgencies { role agency { code } } summary(language: VI) }
                lead: directive(code: "359-KH/TU:III.2.2") { leads { code } leadWords leadBasis }
            }"#,
        )
        .await
        .whole();
    let signers: Vec<_> = all(&answer, "document/offices/*").into_iter().filter(|it| it["role"] == "SIGNER").collect();
    assert_eq!(signers[0]["agency"]["code"], "qng.vp_ubnd");
    let meeting = json!([{ "heldOn": "2025-03-31", "about": "Main tasks of the Department in 2025", "chair": { "code": "qng.pct_tt_ubnd" } }]);
    assert_eq!(answer["document"]["meetings"], meeting);
    let proposed = json!({
        "block": "STATE", "blockStated": true, "predecessors": [],
        "existence": { "state": "PROPOSED", "clause": "I.5", "document": { "code": "bc-skhcn-qna-2025-q1" } },
        "placements": [{ "basis": "ASSUMED", "stated": false }],
    });
    assert_eq!(answer["proposed"], proposed);
    assert_eq!(answer["named"]["coordinators"], json!([]));
    assert_eq!(answer["named"]["namedAgencies"], json!([{ "role": "ISSUING", "agency": { "code": "qna.ubnd" } }]));
    let lead =
        json!({ "leads": [], "leadWords": "Người đứng đầu cấp ủy cơ quan, địa phương", "leadBasis": "EXPLICIT" });
    assert_eq!(answer["lead"], lead);
}

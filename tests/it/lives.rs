//! An agency that is gone: it owes nothing more, stands in no tree, and is given nothing new. What it owed before stays owed.

use std::collections::BTreeSet;

use async_graphql_parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use auth::Role;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, texts},
    mutation::{broken, next},
};

/// A commune that was merged with its neighbours on 1 July 2025.
const GONE: &str = "ubnd_cu.21010";

/// Nobody has ended what it reports: that it is gone is enough.
async fn merged() -> TestDb {
    let db = TestDb::demo().await;
    db.execute(&format!(
        "UPDATE reporting_assignment SET valid = daterange(lower(valid), NULL) WHERE reporter_id = (SELECT id FROM agency WHERE code = '{GONE}')"
    ))
    .await;
    db
}

#[tokio::test]
async fn whoever_is_gone_owes_what_was_owed_before_and_nothing_more() {
    let db = merged().await;
    let inspector = Viewer::who_holds(&db, &[(Role::Inspector, "qng.ubnd", true)]).await;
    let owed = format!(
        r#"{{ obligations(first: 100, filter: {{ reporter: "{GONE}", dueFrom: "2025-04-01", dueTo: "2026-03-01" }}) {{ nodes {{ endsOn }} }}
             of: obligations(first: 100, filter: {{ subject: "{GONE}", dueFrom: "2025-07-20", dueTo: "2026-03-01" }}) {{ totalCount }}
             there: obligations(filter: {{ reporter: "ubnd.21028", dueFrom: "2025-07-20", dueTo: "2026-03-01" }}) {{ totalCount }}
             completeness(by: REPORTER, filter: {{ reporter: "{GONE}", dueFrom: "2025-12-01", dueTo: "2026-03-31", on: "2026-03-31" }}) {{ nodes {{ expected overdue }} }}
             matrix: reportingMatrix(period: "2025-07", filter: {{ subject: "{GONE}" }}) {{ totalCount nodes {{ agency {{ code }} }} }}
             earlier: reportingMatrix(period: "2025-05", filter: {{ subject: "{GONE}" }}) {{ nodes {{ agency {{ code }} }} }} }}"#
    );
    let told = inspector.ask(&owed).await.whole();
    let ends = texts(&told, "obligations/nodes/*/endsOn");
    assert!(ends.contains(&"2025-06-30") && ends.iter().all(|day| *day < "2025-07-01"), "{ends:?}");
    assert_eq!(told["of"]["totalCount"], 0);
    assert!(told["there"]["totalCount"].as_i64() > Some(0), "the others go on");
    for row in told["completeness"]["nodes"].as_array().unwrap() {
        assert_eq!(row, &json!({ "expected": 0, "overdue": 0 }));
    }
    assert_eq!(told["matrix"], json!({ "totalCount": 0, "nodes": [] }));
    assert_eq!(texts(&told, "earlier/nodes/*/agency/code"), [GONE]);
    // Nor is there anything to be reported of it: the window of a figure says the same.
    let window = format!(
        "SELECT count(*) FROM reporting_assignment r JOIN agency a ON a.id = r.subject_id AND a.code = '{GONE}',
            LATERAL reporting_window(r.indicator_id, r.subject_id, r.regime, r.period_kind, '2025-07', '2025-07-01', '2025-08-01', '2026-01-20')"
    );
    assert_eq!(db.text(&window).await, "0");
}

#[tokio::test]
async fn whoever_is_gone_stands_in_no_tree_and_is_not_found() {
    let db = merged().await;
    let there = |day: &str| {
        format!(
            r#"{{ agency(code: "{GONE}") {{ closedOn parent(on: "{day}") {{ code }} }}
                district: agency(code: "ubnd_cu.522") {{ children(on: "{day}", first: 100) {{ nodes {{ code }} }} }}
                ubnd: agency(code: "qng.ubnd") {{ descendants(on: "{day}", first: 100) {{ nodes {{ code }} }} }}
                subtree: agencies(first: 100, filter: {{ subtree: "qng.ubnd", on: "{day}" }}) {{ nodes {{ code }} }}
                on: agencies(first: 100, filter: {{ on: "{day}", text: "{GONE}" }}) {{ nodes {{ code }} }} }}"#
        )
    };
    let public = Viewer::public(&db);
    let (before, after) =
        (public.ask(&there("2025-06-30")).await.whole(), public.ask(&there("2025-07-01")).await.whole());
    for list in
        ["district/children/nodes/*/code", "ubnd/descendants/nodes/*/code", "subtree/nodes/*/code", "on/nodes/*/code"]
    {
        assert!(texts(&before, list).contains(&GONE), "{list}");
        assert!(!texts(&after, list).contains(&GONE), "{list}");
    }
    assert_eq!(before["agency"]["parent"], json!({ "code": "ubnd_cu.522" }));
    assert_eq!(after["agency"], json!({ "closedOn": "2025-07-01", "parent": null }));
    let search = format!(
        r#"{{ search(text: "{GONE}") {{ edges {{ node {{ ... on Agency {{ code }} }} }} }}
             agencies(filter: {{ text: "{GONE}" }}) {{ nodes {{ code }} }} }}"#
    );
    let found = public.ask(&search).await.whole();
    assert!(!found["search"].to_string().contains(GONE), "{found}");
    assert_eq!(texts(&found, "agencies/nodes/*/code"), [GONE], "the catalogue keeps it");
}

/// What is issued if a test does not say otherwise.
fn directive(more: Value) -> Value {
    let input = json!({ "document": "tb-ubnd-qng-2025-04", "clause": format!("98.{}", next()), "programme": "nq57-quang-ngai",
        "assigner": "qng.ubnd", "visibility": "PUBLIC", "title": "Sắp xếp đơn vị" });
    tests::mutation::with(input, more)
}

/// What is recommended if a test does not say otherwise.
fn recommendation(more: Value) -> Value {
    let input = json!({ "from": "qng.skhcn", "to": ["qng.ubnd"], "topic": "Kinh phí", "text": "Bố trí kinh phí chuyển đổi số",
        "programme": "nq57-quang-ngai", "visibility": "PUBLIC" });
    tests::mutation::with(input, more)
}

/// What is registered if a test does not say otherwise.
fn document(more: Value) -> Value {
    let input = json!({ "programme": "nq57-quang-ngai", "code": "moi", "kind": "PLAN", "title": "Kế hoạch mới", "issuedOn": "2025-07-01",
        "visibility": "PUBLIC" });
    tests::mutation::with(input, more)
}

/// Of these a period decides, which nobody reports any more, and so of what sheets are read by; and whoever coordinates by name is asked for
/// input.
const DECIDED: [&str; 7] = [
    "ChaseInput.agencies",
    "DraftMeasurementInput.subject",
    "DraftMeasurementInput.reporter",
    "MeasurementDraftInput.subject",
    "MeasurementDraftInput.reporter",
    "RequestInputInput.coordinator",
    "SaveImportMappingInput.agency",
];

/// What is done to an agency that is there, with one that is gone.
async fn reorganisations(viewer: &Viewer) -> Vec<(&Viewer, &'static str, &'static str, Value, &'static str)> {
    let ioc = viewer.ask(r#"{ agency(code: "qng.ioc") { id version } }"#).await.whole()["agency"].clone();
    let decided =
        |more: Value| tests::mutation::with(json!({ "on": "2026-01-10", "document": "tb-ubnd-qng-2025-04" }), more);
    let of_ioc = |more: Value| {
        tests::mutation::with(decided(json!({ "agency": ioc["id"], "expectedVersion": ioc["version"] })), more)
    };
    let new = json!({ "code": "qng.moi", "nameVi": "Cơ quan mới", "kind": "OTHER", "parent": GONE });
    let (opened, steps) = (decided(new.clone()), decided(json!({ "steps": [{ "open": new }] })));
    let registered = json!({ "code": "qng.co_san", "nameVi": "Cơ quan có sẵn", "kind": "OTHER", "parent": GONE });
    let merged = decided(json!({ "agencies": [{ "agency": ioc["id"], "expectedVersion": 1 }], "successor": GONE }));
    let split = of_ioc(json!({ "successors": [{ "agency": GONE }, { "agency": "qng.stc" }] }));
    let group = viewer.ask(r#"{ agency(code: "qng.cac_ban_dang") { id version } }"#).await.whole()["agency"].clone();
    let group = json!({ "agency": group["id"], "expectedVersion": group["version"], "members": [{ "agency": GONE }] });
    let planned = json!({ "agency": ioc["id"], "expectedVersion": ioc["version"], "plannedParent": GONE });
    vec![
        (viewer, "amendAgency", "AmendAgencyInput.plannedParent", planned, "plannedParent"),
        (viewer, "setGroupMembers", "GroupMemberInput.agency", group, "members.agency 0"),
        (viewer, "openAgency", "OpenAgencyInput.parent", opened, "parent"),
        (viewer, "registerAgency", "RegisterAgencyInput.parent", registered, "parent"),
        (viewer, "reorganise", "AgencyToOpenInput.parent", steps, "steps.0.open.parent"),
        (viewer, "moveAgency", "MoveAgencyInput.parent", of_ioc(json!({ "parent": GONE })), "parent"),
        (viewer, "mergeAgencies", "MergeAgenciesInput.successor", merged, "successor"),
        (viewer, "splitAgency", "SuccessorInput.agency", split, "successors.0.agency"),
        (viewer, "closeAgency", "CloseAgencyInput.successor", of_ioc(json!({ "successor": GONE })), "successor"),
    ]
}

/// What is entered into a catalogue, about an agency that is gone.
fn catalogue(viewer: &Viewer) -> Vec<(&Viewer, &'static str, &'static str, Value, &'static str)> {
    vec![
        (viewer, "registerDocument", "RegisterDocumentInput.issuer", document(json!({ "issuer": GONE })), "issuer"),
        (
            viewer,
            "registerDocument",
            "DocumentRelationInput.agency",
            document(json!({ "relations": [{ "kind": "SUBMITTED_TO", "agency": GONE }] })),
            "relations",
        ),
        (
            viewer,
            "defineProgramme",
            "DefineProgrammeInput.jurisdiction",
            json!({ "code": "moi", "nameVi": "Mới", "nameEn": "New", "jurisdiction": GONE }),
            "jurisdiction",
        ),
        (
            viewer,
            "defineIndicator",
            "DefineIndicatorInput.lead",
            json!({ "programme": "nq57-quang-ngai", "code": "moi", "nameVi": "Mới", "nameEn": "New", "unit": "COUNT", "valueKind": "NUMBER",
                "direction": "NEUTRAL", "nature": "STOCK", "aggregation": "SUM", "frequency": "YEAR", "lead": GONE,
                "definition": { "textVi": "Mới", "textEn": "New" } }),
            "lead",
        ),
        (
            viewer,
            "adoptPlan",
            "TargetInput.subject",
            json!({ "programme": "nq57-quang-ngai", "document": "359-KH/TU", "targets": [{ "item": "x", "indicator": "coverage_5g_share",
                "subject": GONE, "wording": "Mục tiêu", "comparator": "AT_LEAST", "value": "1", "clause": "x" }] }),
            "targets.subject 0",
        ),
        (
            viewer,
            "setBaseline",
            "SetBaselineInput.subject",
            json!({ "programme": "nq57-quang-ngai", "indicator": "coverage_5g_share", "subject": GONE, "measuredOn": "2025-07-01", "value": "1",
                "note": "Khảo sát" }),
            "subject",
        ),
    ]
}

/// Every field of an input that names an agency: what becomes of one that is gone.
#[tokio::test]
async fn whoever_is_gone_is_given_nothing_new() {
    let db = merged().await;
    let admin = Viewer::administrator(&db, 21).who_reads(Language::En);
    let office = Viewer::person(&db, 22, &[(Role::StandingOffice, "qng.ubnd", true)]).await.who_reads(Language::En);
    let leader = Viewer::person(&db, 23, &[(Role::Leader, "qng.ubnd", true)]).await.who_reads(Language::En);
    let head = Viewer::person(&db, 24, &[(Role::Head, "qng.skhcn", true)]).await.who_reads(Language::En);
    let account = json!({ "login": format!("moi{}", next()), "fullName": "Nguyễn Thị Mới", "agency": "qng.skhcn" });
    let account = admin.act("createAccount", account, "account { id version }").await["account"].clone();
    let assign = |subjects: &str, reporter: Option<&str>| json!({ "subjects": [subjects], "reporter": reporter, "indicators": ["economic_growth_rate"], "periodKind": "YEAR", "validFrom": "2026-01-01" });
    let indicator =
        office.ask(r#"{ indicator(code: "coverage_5g_share") { id } }"#).await.whole()["indicator"]["id"].clone();
    let mut asked = BTreeSet::new();
    for (viewer, mutation, field, input, refused) in [
        (
            &office,
            "assignIndicatorLead",
            "AssignIndicatorLeadInput.lead",
            json!({ "indicators": [{ "indicator": indicator, "expectedVersion": 1 }], "lead": GONE }),
            "lead",
        ),
        (&office, "assignReporting", "AssignReportingInput.subjects", assign(GONE, None), "subjects 0"),
        (&office, "assignReporting", "AssignReportingInput.reporter", assign("qng.ioc", Some(GONE)), "reporter"),
        (
            &admin,
            "createAccount",
            "CreateAccountInput.agency",
            json!({ "login": "x.y", "fullName": "Lê Y", "agency": GONE }),
            "agency",
        ),
        (
            &admin,
            "updateAccount",
            "UpdateAccountInput.agency",
            json!({ "account": account["id"], "expectedVersion": account["version"], "agency": GONE }),
            "agency",
        ),
        (
            &admin,
            "grantRole",
            "GrantRoleInput.agency",
            json!({ "account": account["id"], "role": "REPORTER", "agency": GONE }),
            "agency",
        ),
        (
            &admin,
            "createServiceAccount",
            "CreateServiceAccountInput.agency",
            json!({ "code": "lgsp", "name": "LGSP", "agency": GONE, "scopes": ["READ_FIGURES"] }),
            "agency",
        ),
        (
            &admin,
            "extendReporting",
            "ExtendReportingInput.reporter",
            json!({ "period": "2025-12", "reporter": GONE, "dueOn": "2026-02-20", "reason": "Sắp xếp" }),
            "reporter",
        ),
        (&leader, "issueDirective", "IssueDirectiveInput.assigner", directive(json!({ "assigner": GONE })), "assigner"),
        (&leader, "issueDirective", "IssueDirectiveInput.leads", directive(json!({ "leads": [GONE] })), "leads"),
        (
            &leader,
            "issueDirective",
            "CoordinatorInput.agency",
            directive(json!({ "coordinators": [{ "agency": GONE }] })),
            "coordinators",
        ),
        (
            &leader,
            "issueDirective",
            "DirectivePartInput.leads",
            directive(json!({ "parts": [{ "title": "Phần một", "leads": [GONE] }] })),
            "parts.0.leads",
        ),
        (&head, "recommend", "RecommendInput.from", recommendation(json!({ "from": GONE })), "from"),
        (&head, "recommend", "RecommendInput.to", recommendation(json!({ "to": [GONE] })), "to"),
        (
            &head,
            "recommend",
            "RecommendInput.decisionMaker",
            recommendation(json!({ "decisionMaker": GONE })),
            "decisionMaker",
        ),
    ]
    .into_iter()
    .chain(reorganisations(&admin).await)
    .chain(catalogue(&office))
    {
        let told = viewer.act(mutation, input, "").await;
        assert_eq!(broken(&told), [format!("NOT_IN_STATE {refused}")], "{field}");
        assert_eq!(told["userErrors"][0]["message"], format!("{GONE} is no longer there; its successor is ubnd.21028"));
        asked.insert(field.to_owned());
    }
    asked.extend(DECIDED.map(str::to_owned));
    assert_eq!(asked, naming_agencies(), "a field that names an agency is asked about here");
}

/// `Type.field` of all inputs whose fields say that they are codes of agencies.
fn naming_agencies() -> BTreeSet<String> {
    let document = parse_schema(schema::sdl()).unwrap();
    let mut named = BTreeSet::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let name = definition.node.name.node.to_string();
        let TypeKind::InputObject(input) = definition.node.kind else { continue };
        for field in input.fields.iter().filter(|_| name.ends_with("Input")) {
            let about = field.node.description.as_ref().map(|about| about.node.trim()).unwrap_or_default();
            let starts = ["Code of the agenc", "Code of an agenc", "Codes of the agenc"];
            // A document names whom it names, and goes on to name them.
            if starts.iter().any(|start| about.starts_with(start)) && !about.contains("also of one that is gone") {
                named.insert(format!("{name}.{}", field.node.name.node));
            }
        }
    }
    named
}

/// Whatever function or view reads the tree, or who reports what, asks who is there; the others say why not.
#[tokio::test]
async fn each_statement_in_the_database_asks_who_is_there() {
    let db = TestDb::new().await;
    let without = "SELECT coalesce(string_agg(name, ' ' ORDER BY name), '') FROM (
            SELECT proname::text AS name, pg_get_functiondef(oid) AS text FROM pg_proc
                WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' AND prolang IN (SELECT oid FROM pg_language WHERE lanname IN ('sql', 'plpgsql'))
            UNION ALL SELECT viewname, definition FROM pg_views WHERE schemaname = 'public') AS statement
        WHERE text ~ '\\m(agency_placement|reporting_assignment)\\M' AND text !~ '\\m(agency_life|agency_lives|agency_exists_on)\\M'";
    // The first looks at edges of the tree over all time, the second says whom something is about, there or not; what is
    // counted is asked for by `reporting_duty`, and so are the obligations of a duty: it is what asks. Whoever asked to unlock is answered; who may reach an agency is asked of those above it.
    assert_eq!(
        db.text(without).await,
        "agency_placement_refuse_cycle answer_tally_follow_figures change_about notify_of_unlocks obligation_of_duty obligation_sum role_holder"
    );
}

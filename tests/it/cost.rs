//! What requests cost: by the lengths that short lists really have.

use std::collections::{BTreeMap, BTreeSet};

use api::{
    graphql::GraphqlResponse,
    guard::{Guard, RequestLimits, lengths::LENGTHS},
};
use async_graphql::{Request, Variables};
use async_graphql_parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, TypeKind, TypeSystemDefinition},
};
use auth::Role;
use insta::assert_snapshot;
use schema::{
    caller::{Caller, RequestId},
    error::ApiError,
    language::Language,
};
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, lines},
    survey::name,
};

/// The fields of each object type.
fn objects() -> BTreeMap<String, Vec<FieldDefinition>> {
    let definitions = parse_schema(schema::sdl()).unwrap().definitions;
    let objects = definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => match definition.node.kind {
            TypeKind::Object(object) => {
                let fields = object.fields.into_iter().map(|field| field.node).collect();
                Some((definition.node.name.node.to_string(), fields))
            }
            _ => None,
        },
        _ => None,
    });
    objects.collect()
}

/// The lists of objects that each type has and that come whole: the field, and the type in it.
fn whole(objects: &BTreeMap<String, Vec<FieldDefinition>>) -> BTreeMap<String, Vec<(String, String)>> {
    let is_whole = |of: &str, field: &FieldDefinition| {
        let item = name(&field.ty.node);
        let is_list = matches!(field.ty.node.base, BaseType::List(_)) && (objects.contains_key(item) || item == "Node");
        // Pages are priced by what is asked for, payloads of bulk mutations by their rows.
        is_list
            && !of.ends_with("Connection")
            && !matches!(of, "ChangePage" | "MeasurementsPayload")
            && item != "UserError"
            && field.name.node != "nodes"
    };
    let lists = |(of, fields): (&String, &Vec<FieldDefinition>)| {
        let lists = fields.iter().filter(|field| is_whole(of, field));
        let lists = lists.map(|field| (field.name.node.to_string(), name(&field.ty.node).to_owned()));
        (of.clone(), lists.collect())
    };
    objects.iter().map(lists).collect()
}

#[test]
fn every_list_that_comes_whole_has_a_length() {
    let lists = whole(&objects());
    let there: BTreeSet<String> =
        lists.iter().flat_map(|(of, lists)| lists.iter().map(move |(field, _)| format!("{of}.{field}"))).collect();
    let known: BTreeSet<String> = LENGTHS.iter().map(|(list, _)| (*list).to_owned()).collect();
    assert_eq!(known, there, "api/src/guard/lengths.rs");
}

/// How many lists there are of a kind, and how much they hold together.
type Lengths = BTreeMap<String, (u64, u64)>;

fn count(value: &Value, of: &str, lists: &BTreeMap<String, Vec<(String, String)>>, found: &mut Lengths) {
    for (field, item) in lists.get(of).into_iter().flatten() {
        let Some(items) = value[field].as_array() else { continue };
        let (number, held) = found.entry(format!("{of}.{field}")).or_default();
        (*number, *held) = (*number + 1, *held + items.len() as u64);
        for one in items {
            count(one, item, lists, found);
        }
    }
}

/// What is asked of an object: its lists, and theirs.
fn selection(of: &str, lists: &BTreeMap<String, Vec<(String, String)>>, depth: usize) -> String {
    let below = |(field, item): &(String, String)| match depth {
        0 => String::new(),
        _ => format!("{field} {{ {} }}", selection(item, lists, depth - 1)),
    };
    // One for each period that is asked for is as long as the question says.
    let lists = lists.get(of).into_iter().flatten().filter(|(field, _)| field != "areaFigures");
    let fields: Vec<_> = lists.map(below).collect();
    format!("__typename {}", fields.join(" "))
}

/// The lists as they are in the demo province hold no more than they are priced at, on the average of their kind.
#[tokio::test]
async fn lists_are_no_longer_than_their_price() {
    let db = TestDb::demo().await;
    let viewer = Viewer::who_holds(&db, &[(Role::StandingOffice, "qng.ubnd", true)]).await;
    let (lists, mut found) = (whole(&objects()), Lengths::new());
    for (root, of) in [
        ("agencies(", "Agency"),
        ("documents(", "Document"),
        ("programmes(", "Programme"),
        ("indicators(", "Indicator"),
        ("targets(", "Target"),
        ("measurements(filter: { regime: CALENDAR, periodKinds: [YEAR] } ", "Measurement"),
        ("directives(", "Directive"),
        ("recommendations(", "Recommendation"),
        ("reportingRules(", "ReportingRule"),
        ("reportingMatrix(period: \"2025-12\" ", "ReportingMatrixRow"),
    ] {
        let mut after = Value::Null;
        loop {
            let page = format!("nodes {{ {} }} pageInfo {{ hasNextPage endCursor }}", selection(of, &lists, 2));
            let query = format!("query ($after: String) {{ it: {root}first: 100, after: $after) {{ {page} }} }}");
            let data = viewer.ask_with(&query, json!({ "after": after })).await.whole();
            data["it"]["nodes"].as_array().unwrap().iter().for_each(|node| count(node, of, &lists, &mut found));
            if data["it"]["pageInfo"]["hasNextPage"] != true {
                break;
            }
            after = data["it"]["pageInfo"]["endCursor"].clone();
        }
    }
    let rest =
        "{ labels { values { value } } permissionTable { grants { __typename } } reportingSchedules { __typename }
        holidays(year: 2026) { __typename } }";
    count(&viewer.ask(rest).await.whole(), "Query", &lists, &mut found);
    let priced: BTreeMap<_, _> = LENGTHS.iter().map(|(list, length)| ((*list).to_owned(), *length)).collect();
    let longer: Vec<_> = found.iter().filter(|(list, (number, held))| *held > number * priced[*list]).collect();
    assert!(longer.is_empty(), "held more than they cost: {longer:?}");
    assert!(found.len() > 30, "{found:?}");
}

fn admitted(query: &str, variables: Value) -> Result<u64, ApiError> {
    let guard = Guard::new(&schema::sdl(), RequestLimits::default(), true).unwrap();
    let request = Request::new(query).variables(Variables::from_json(variables));
    guard.admit(&request, &mut guard.budget()).map(|admitted| admitted.cost)
}

#[test]
fn a_dashboard_shows_the_warnings_of_its_targets() {
    let dashboard = "query ($programme: String!, $subject: String!) {
        indicators(filter: { programme: $programme }, first: 100) {
          totalCount
          nodes {
            id code name unit direction decimals
            targets(filter: { programme: $programme }, first: 20) {
              nodes {
                id dueOn cadence comparator value upperValue statement
                warnings { kind }
                conflicts { id code value document { symbol } }
                revisions { previousValue newValue revisedOn }
              }
            }
            latestMeasurement(subject: $subject) { period value observation source }
          }
        }
      }";
    let cost = admitted(dashboard, json!({ "programme": "nq57-quang-ngai", "subject": "qng.ubnd" })).unwrap();
    assert!(cost < 60_000, "{cost}");
}

#[test]
fn ten_counts_are_affordable_of_whichever_list() {
    for list in ["directives", "targets", "measurements", "obligations", "auditTrail"] {
        let counts: Vec<_> = (0..10).map(|number| format!("c{number}: {list} {{ totalCount }}")).collect();
        let cost = admitted(&format!("{{ {} }}", counts.join(" ")), json!({})).unwrap();
        assert!(cost <= 60_000, "{list}: {cost}");
    }
}

#[test]
fn what_is_worked_out_costs_by_the_months_it_looks_at() {
    let query = "query ($from: Date, $to: Date) {
        completeness(by: REPORTER, filter: { dueFrom: $from, dueTo: $to }, first: 1) { nodes { expected } } }";
    let cost = |from: &str, to: &str| admitted(query, json!({ "from": from, "to": to })).unwrap();
    let month = cost("2026-01-01", "2026-01-31") - cost("2026-01-01", "2026-01-01");
    assert_eq!(month, 500);
    assert_eq!(cost("2024-01-01", "2026-12-31"), cost("2026-01-01", "2026-01-01") + 36 * month);
    let filter = json!({ "filter": { "dueFrom": "2024-01-01", "dueTo": "2026-12-31" } });
    let whole = "query ($filter: ObligationFilter) { completeness(by: REPORTER, filter: $filter, first: 1) { nodes { expected } } }";
    assert_eq!(admitted(whole, filter).unwrap(), cost("2024-01-01", "2026-12-31"));
    let usual = "{ completeness(by: REPORTER, first: 1) { nodes { expected } } }";
    assert_eq!(admitted(usual, json!({})).unwrap(), cost("2026-01-01", "2026-01-01") + 4 * month);
}

#[test]
fn a_bulk_mutation_costs_what_it_has_rows() {
    let mutation = "mutation ($input: SubmitMeasurementsInput!, $key: UUID!) {
        submitMeasurements(input: $input, idempotencyKey: $key) { measurements { id version } userErrors { code } } }";
    let cost = |rows: usize| {
        let rows = vec![json!({ "measurement": "bQ", "expectedVersion": 1 }); rows];
        admitted(
            mutation,
            json!({ "input": { "mode": "ROW_BY_ROW", "rows": rows }, "key": "0193cb7e-5a00-7000-8000-000000000001" }),
        )
        .unwrap()
    };
    assert_eq!((cost(1), cost(1_000)), (1 + 5, 1 + 1_000 * 5));
}

#[test]
fn a_refusal_names_the_three_dearest_fields() {
    let error = admitted(
        "query ($n: Int!) {
          search(text: \"5G\", first: 1) { edges { rank } }
          all: indicators(first: 100) { totalCount nodes { ...F } }
        }
        fragment F on Indicator { code measurements(first: $n) { nodes { value revisions { value note decisions { reason } } } } }",
        json!({ "n": 100 }),
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "The request costs too much: at most 100000, this one costs 156303. Dearest: \
         all.nodes.measurements.nodes.revisions.decisions (80000), all.nodes.measurements.nodes.revisions (50000), \
         all.nodes.measurements (20100)"
    );
    let caller = Caller { request_id: RequestId::given("7").unwrap(), language: Language::Vi };
    let answer = GraphqlResponse::refuse(error, &caller);
    let answer = serde_json::to_value(answer).unwrap();
    assert_snapshot!(lines(&answer["errors"][0]), @r#"
    extensions: {"actual":156303,"code":"COST_LIMIT_EXCEEDED","dearest":[{"cost":80000,"path":"all.nodes.measurements.nodes.revisions.decisions"},{"cost":50000,"path":"all.nodes.measurements.nodes.revisions"},{"cost":20100,"path":"all.nodes.measurements"}],"limit":100000,"requestId":"7","requested":156303}
    message: "Chi phí truy vấn quá cao: cho phép 100000, yêu cầu có 156303. Tốn nhất: all.nodes.measurements.nodes.revisions.decisions (80000), all.nodes.measurements.nodes.revisions (50000), all.nodes.measurements (20100)"
    "#);
}

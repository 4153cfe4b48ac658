//! Values at the ends of what can be written, and beyond: whatever a client sends of days, instants, numbers and periods is
//! answered or refused in words, and never a fault.

use std::collections::{BTreeMap, HashMap};

use async_graphql_parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, InputValueDefinition, Type, TypeKind, TypeSystemDefinition},
};
use auth::Role;
use chrono::TimeDelta;
use db::demo::accounts::PASSWORD;
use futures_util::{StreamExt as _, stream};
use serde_json::{Map, Value, json};
use tests::{
    TestDb,
    door::Door,
    graphql::{Asked, Viewer},
};

use crate::examples::{Answers, TOLD, filled, first_code, operation};

const DAYS: &[&str] =
    &["-4713-01-01", "0000-01-01", "0001-01-01", "1900-01-01", "2200-12-31", "9999-12-31", "+262142-12-31"];
const INSTANTS: &[&str] = &[
    "-4714-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "1900-01-01T00:00:00Z",
    "2200-12-31T23:59:59Z",
    "9999-12-31T23:59:59Z",
    "294277-01-01T00:00:00Z",
    "+262142-12-31T23:59:59.999999999Z",
];
const DECIMALS: &[&str] = &[
    "1e400",
    "-1e400",
    "1e-400",
    "99999999999999999999999999999999999999",
    "-0.00000000000000000000000000000000000001",
    "99999999999999.999999",
    "NaN",
];
const PERIODS: &[&str] = &[
    "2025-13M",
    "9999-Q4",
    "0000",
    "-4713",
    "1900",
    "1900-01",
    "2200-Q4",
    "1900-01-01/2200-12-31",
    "2200-12-31/1900-01-01",
    "+262142-12-31/+262142-12-31",
];
const RELATIVE: &[&str] =
    &["LAST_0_MONTHS", "LAST_2147483648_MONTHS", "LAST_99999999999999999999_YEARS", "LAST_999_YEARS"];
const NUMBERS: &[i64] = &[i32::MIN as i64, -4713, -1, 0, 10_000, 294_277, i32::MAX as i64];

fn texts(of: &[&str]) -> Vec<Value> {
    of.iter().map(|text| json!(text)).collect()
}

/// The extreme values of a scalar; none of one that has no ends.
fn ends(scalar: &str) -> Vec<Value> {
    match scalar {
        "Date" => texts(DAYS),
        "DateTime" => texts(INSTANTS),
        "Decimal" => texts(DECIMALS),
        "Period" => texts(PERIODS),
        "RelativePeriod" => texts(RELATIVE),
        "Int" => NUMBERS.iter().map(|number| json!(number)).collect(),
        _ => Vec::new(),
    }
}

/// What is wrong with an answer: what is told of a fault, whatever language it is told in.
fn faults(asked: &Asked) -> Vec<String> {
    let of_a_fault = |error: &&Value| {
        let message = error["message"].as_str().unwrap_or_default();
        message.is_empty() || ["Something went wrong on the server", "Lỗi hệ thống"].contains(&message)
    };
    asked.errors.iter().filter(of_a_fault).map(ToString::to_string).collect()
}

struct Types(HashMap<String, TypeKind>);

impl Types {
    fn of_the_schema() -> Self {
        let document = parse_schema(schema::sdl()).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) => Some((ty.node.name.node.to_string(), ty.node.kind)),
            _ => None,
        });
        Self(types.collect())
    }

    fn fields(&self, object: &str) -> Vec<&FieldDefinition> {
        match self.0.get(object) {
            Some(TypeKind::Object(object)) => object.fields.iter().map(|field| &field.node).collect(),
            _ => Vec::new(),
        }
    }

    fn inputs(&self, input: &str) -> Vec<&InputValueDefinition> {
        match self.0.get(input) {
            Some(TypeKind::InputObject(input)) => input.fields.iter().map(|field| &field.node).collect(),
            _ => Vec::new(),
        }
    }

    /// A value that can be read.
    fn sample(&self, ty: &Type) -> Value {
        let name = match &ty.base {
            BaseType::List(of) => return json!([self.sample(of)]),
            BaseType::Named(name) => name.as_str(),
        };
        match (name, self.0.get(name)) {
            ("Int", _) => json!(1),
            ("Boolean", _) => json!(true),
            ("Date", _) => json!("2025-06-30"),
            ("DateTime", _) => json!("2025-06-30T00:00:00Z"),
            ("Period", _) => json!("2025"),
            ("RelativePeriod", _) => json!("THIS_YEAR"),
            ("Decimal", _) => json!("1"),
            (_, Some(TypeKind::Enum(of))) => json!(of.values[0].node.value.node),
            (_, Some(TypeKind::InputObject(_))) => Value::Object(self.required(&self.inputs(name))),
            _ => json!("qng.skhcn"),
        }
    }

    fn required(&self, inputs: &[&InputValueDefinition]) -> Map<String, Value> {
        let required = inputs.iter().filter(|input| !input.ty.node.nullable && input.default_value.is_none());
        required.map(|input| (input.name.node.to_string(), self.sample(&input.ty.node))).collect()
    }

    /// The extreme values of a type: of an input object, of one field after the other.
    fn extremes(&self, ty: &Type, depth: usize) -> Vec<Value> {
        let name = match &ty.base {
            BaseType::List(of) => {
                return self.extremes(of, depth).into_iter().map(|extreme| json!([extreme])).collect();
            }
            BaseType::Named(name) => name.as_str(),
        };
        if depth == 0 || !matches!(self.0.get(name), Some(TypeKind::InputObject(_))) {
            return ends(name);
        }
        self.variants(&self.inputs(name), depth - 1).into_iter().map(Value::Object).collect()
    }

    /// What is required of some inputs, with an extreme value at one of them.
    fn variants(&self, inputs: &[&InputValueDefinition], depth: usize) -> Vec<Map<String, Value>> {
        let required = self.required(inputs);
        let of = |input: &&InputValueDefinition| {
            let name = input.name.node.to_string();
            let extremes = self.extremes(&input.ty.node, depth).into_iter();
            extremes.map(|extreme| (name.clone(), extreme)).collect::<Vec<_>>()
        };
        let extremes = inputs.iter().flat_map(of);
        extremes.map(|(name, extreme)| required.clone().into_iter().chain([(name, extreme)]).collect()).collect()
    }

    /// What is selected of a type, so that all of it is read.
    fn selection(&self, ty: &Type) -> &'static str {
        let name = named(ty);
        match self.0.get(name) {
            Some(TypeKind::Scalar | TypeKind::Enum(_)) | None => "",
            _ if !name.ends_with("Connection") => "{ __typename }",
            _ if self.fields(name).iter().any(|field| field.name.node == "totalCount") => {
                "{ totalCount nodes { __typename } }"
            }
            _ => "{ __typename pageInfo { endCursor } }",
        }
    }

    /// Documents with an extreme value at one of a field's arguments, below what stands around it.
    fn documents(&self, field: &FieldDefinition, around: (&str, &str)) -> Vec<(String, Value)> {
        let arguments: Vec<_> = field.arguments.iter().map(|argument| &argument.node).collect();
        let (selection, name) = (self.selection(&field.ty.node), &field.name.node);
        let document = |given: Map<String, Value>| {
            let of = |argument: &&&InputValueDefinition| given.contains_key(argument.name.node.as_str());
            let declared = arguments.iter().filter(of).map(|one| format!("${}: {}", one.name.node, one.ty.node));
            let passed = arguments.iter().filter(of).map(|one| format!("{0}: ${0}", one.name.node));
            let (declared, passed) = (declared.collect::<Vec<_>>().join(", "), passed.collect::<Vec<_>>().join(", "));
            let (before, after) = around;
            (format!("query ({declared}) {{ {before} {name}({passed}) {selection} {after} }}"), Value::Object(given))
        };
        self.variants(&arguments, 3).into_iter().map(document).collect()
    }
}

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::List(of) => named(of),
        BaseType::Named(name) => name.as_str(),
    }
}

/// Each argument of the root, and of what the lists of the root hold.
#[tokio::test(flavor = "multi_thread")]
async fn no_question_is_a_fault() {
    let db = TestDb::demo().await;
    let top = db.text("SELECT code FROM agency ORDER BY code LIMIT 1").await;
    let holders = [
        Viewer::who_holds(&db, &[(Role::Inspector, &top, true)]).await,
        Viewer::administrator(&db, 5),
        Viewer::public(&db),
    ];
    let types = Types::of_the_schema();
    let mut documents = Vec::new();
    for root in types.fields("Query") {
        documents.extend(types.documents(root, ("", "")));
        let name = &root.name.node;
        let of = named(&root.ty.node);
        let Some(of) = of.strip_suffix("Connection") else { continue };
        if root.arguments.iter().any(|argument| !argument.node.ty.node.nullable) {
            continue;
        }
        let before = format!("{name}(first: 2) {{ nodes {{");
        for field in types.fields(of) {
            documents.extend(types.documents(field, (&before, "} }")));
        }
    }
    assert!(documents.len() > 1_000, "{}", documents.len());
    let ask = async |(document, variables): (String, Value)| {
        let mut found = Vec::new();
        for viewer in &holders {
            let asked = viewer.ask_with(&document, variables.clone()).await;
            found.extend(faults(&asked).into_iter().map(|fault| format!("{document} {variables}: {fault}")));
            if asked.errors.is_empty() {
                break;
            }
        }
        found
    };
    let found: Vec<_> = stream::iter(documents).map(ask).buffer_unordered(8).concat().await;
    assert_eq!(found, Vec::<String>::new());
}

/// The kind of what stands in an example, by its form.
fn kind(value: &Value) -> &'static str {
    let Some(text) = value.as_str() else { return if value.is_i64() { "Int" } else { "" } };
    let form: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    match form.as_str() {
        "0000-00-00" => "Date",
        "0000" | "0000-00" | "0000-Q0" | "0000-S0" | "0000-0M" => "Period",
        _ if text.parse::<f64>().is_ok() => "Decimal",
        _ => "",
    }
}

/// The variables with each extreme value in place of each that has ends.
fn replaced(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => (0..items.len())
            .flat_map(|at| replaced(&items[at]).into_iter().map(move |new| (at, new)))
            .map(|(at, new)| {
                let mut items = items.clone();
                items[at] = new;
                Value::Array(items)
            })
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| replaced(value).into_iter().map(move |new| (name.clone(), new)))
            .map(|(name, new)| Value::Object(fields.clone().into_iter().chain([(name, new)]).collect()))
            .collect(),
        leaf => ends(kind(leaf)),
    }
}

/// Each value of each mutation's example: after the example, so that what the later ones build on is there.
#[tokio::test(flavor = "multi_thread")]
async fn no_mutation_is_a_fault() {
    let db = TestDb::demo_with_accounts().await;
    db.execute(TOLD).await;
    let door = Door::of_demo(&db).await;
    let entrance = door.later(TimeDelta::seconds(1));
    let (mut answers, mut tokens) = (Answers::new(), BTreeMap::new());
    let (mut tried, mut found) = (0_u128, Vec::new());
    for example in api::explorer::examples() {
        let (kind, name) = operation(&example.query);
        if kind == "subscription" {
            continue;
        }
        let mut variables = filled(&example.variables.clone().map_or(Value::Null, Value::Object), &answers);
        if let Some(begun) = name.strip_prefix("Confirm").and_then(|what| answers.get(&format!("Begin{what}"))) {
            variables["input"]["code"] = json!(first_code(begun, &door));
        }
        if let Some(login) = &example.login
            && !tokens.contains_key(login)
        {
            tokens.insert(login.clone(), entrance.sign_in(login, PASSWORD).await.unwrap());
        }
        let ask = async |variables: Value| match &example.login {
            Some(login) => door.ask_as(&tokens[login].access, &example.query, variables).await,
            None => door.ask(&example.query, variables).await,
        };
        answers.insert(name.to_owned(), ask(variables.clone()).await.data);
        if name.contains("Password") || name.contains("SignOut") || name.contains("Session") {
            continue;
        }
        for mut extreme in replaced(&variables) {
            tried += 1;
            if extreme.get("key").is_some() {
                extreme["key"] = json!(uuid::Uuid::from_u128((0x4 << 76) | (0x8 << 60) | tried).to_string());
            }
            let asked = ask(extreme.clone()).await;
            found.extend(faults(&asked).into_iter().map(|fault| format!("{name} {extreme}: {fault}")));
        }
    }
    assert!(tried > 500, "{tried}");
    assert_eq!(found, Vec::<String>::new());
}

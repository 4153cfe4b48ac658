//! Whether two databases say the same: every list at the root of the schema is read from both, page by page, with all that its objects say.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql_parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
};
use auth::Role;
use serde_json::{Map, Value, json};
use tests::{TestDb, graphql::Viewer};

/// The lists at the root that hold no facts of documents, and why they are not compared.
const OTHER: &[(&str, &str)] = &[
    ("accounts", "accounts are no facts"),
    ("serviceAccounts", "accounts are no facts"),
    ("auditTrail", "tells who has entered what"),
    ("assessments", "of simulated figures"),
    ("judgements", "simulated"),
    ("measurements", "simulated"),
    ("statusCounts", "of simulated figures"),
    ("completeness", "of simulated assignments"),
    ("reportingMatrix", "of simulated assignments"),
    ("obligations", "of simulated assignments"),
    ("myObligations", "of simulated assignments"),
    ("reportingAssignments", "simulated"),
    ("reportingExtensions", "the demo has none"),
    ("chases", "the demo has none"),
    ("notificationRules", "the installation's own"),
    ("nilAnswers", "the demo has none"),
    ("unlockRequests", "the demo has none"),
    ("scorecards", "of simulated figures"),
    ("differences", "between instants"),
    ("imports", "files that people have sent are no facts"),
    ("importMappings", "how such files are read is no fact"),
    ("notifications", "what people were told is no fact"),
    ("search", "a choice of what the other lists hold"),
    ("asOf", "the same lists, at an instant"),
];

/// What is not compared wherever it stands, and why.
const NOT_COMPARED: &[(&str, &str)] = &[
    ("Directive.progress", "simulated"),
    ("Indicator.latestMeasurement", "simulated"),
    ("Target.assessment", "of simulated figures"),
];

/// Fields of directives of which the demo invents how they stand: what is not compared of these.
const INVENTED: &[&str] = &["state", "stateSource", "completedOn", "timeliness", "originalTimeliness"];

/// `Type.field` in which the two still differ, and why.
const DIFFERENT: &[(&str, &str)] = &[
    ("Baseline.simulated", "nobody enters what is simulated"),
    ("Document.registeredFor", "what was loaded was registered for nobody"),
    ("DocumentRelation.effectiveOn", "what replaces another by a mutation says since when"),
];

struct Sdl(BTreeMap<String, TypeDefinition>);

impl Sdl {
    fn read() -> Self {
        let types = parse_schema(schema::sdl()).unwrap().definitions.into_iter().filter_map(|it| match it {
            TypeSystemDefinition::Type(it) => Some((it.node.name.node.to_string(), it.node)),
            _ => None,
        });
        Self(types.collect())
    }

    fn fields(&self, of: &str) -> Vec<&FieldDefinition> {
        match self.0.get(of).map(|it| &it.kind) {
            Some(TypeKind::Object(object)) => object.fields.iter().map(|field| &field.node).collect(),
            _ => Vec::new(),
        }
    }

    fn is_leaf(&self, of: &str) -> bool {
        matches!(self.0.get(of).map(|it| &it.kind), None | Some(TypeKind::Scalar | TypeKind::Enum(_)))
    }

    fn node(&self, connection: &str) -> Option<&str> {
        let nodes = self.fields(connection).into_iter().find(|field| field.name.node == "nodes")?;
        Some(named(&nodes.ty.node))
    }

    fn has(&self, of: &str, field: &str) -> bool {
        self.fields(of).iter().any(|it| it.name.node == field)
    }

    /// What is compared of an object: its own fields, those of what has no code, and the codes of all else.
    fn selection(&self, of: &str, steps: usize) -> String {
        let fields = self.fields(of).into_iter().filter_map(|field| self.field(of, field, steps));
        fields.collect::<Vec<_>>().join(" ")
    }

    fn field(&self, of: &str, field: &FieldDefinition, steps: usize) -> Option<String> {
        let (name, to) = (field.name.node.as_str(), named(&field.ty.node));
        let place = format!("{of}.{name}");
        let is_own = matches!(to, "ID" | "DateTime") || matches!(name, "id" | "version" | "viewerCan" | "history");
        let is_required = |argument: &async_graphql_parser::types::InputValueDefinition| {
            !argument.ty.node.nullable && argument.default_value.is_none()
        };
        if is_own
            || field.arguments.iter().any(|argument| is_required(&argument.node))
            || NOT_COMPARED.iter().any(|(it, _)| *it == place)
            || DIFFERENT.iter().any(|(it, _)| *it == place)
        {
            return None;
        }
        if self.is_leaf(to) {
            let speaks = field.arguments.iter().any(|argument| argument.node.name.node == "language");
            return Some(if speaks {
                format!("{name}Vi: {name}(language: VI) {name}En: {name}(language: EN)")
            } else {
                name.to_owned()
            });
        }
        if let Some(node) = self.node(to) {
            // Accounts and figures have none.
            return (steps > 0 && self.has(node, "code") && !matches!(node, "Account" | "ServiceAccount"))
                .then(|| format!("{name}(first: 100) {{ nodes {{ code }} }}"));
        }
        if self.has(to, "code") {
            return Some(format!("{name} {{ code }}"));
        }
        let below = if steps > 0 { self.selection(to, steps - 1) } else { String::new() };
        (!below.is_empty()).then(|| format!("{name} {{ {below} }}"))
    }
}

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}

async fn inspector(db: &TestDb) -> Viewer {
    Viewer::who_holds(db, &[(Role::Inspector, "qng.ubnd", true)]).await
}

/// All objects of a list at the root.
async fn all(viewer: &Viewer, list: &str, selection: &str) -> Vec<Value> {
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let question = format!(
            "query All($after: String) {{ {list}(first: 50, after: $after) {{ nodes {{ {selection} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let page = viewer.ask_with(&question, json!({ "after": after })).await.whole()[list].clone();
        found.extend(page["nodes"].as_array().unwrap().iter().cloned());
        if page["pageInfo"]["hasNextPage"] != json!(true) {
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// Without what is null, what the demo has invented and who is gone, and with lists in one order.
fn plain(value: &Value, invented: &BTreeSet<String>) -> Value {
    let is_named =
        |value: &Value| value.get("code").and_then(Value::as_str).is_some_and(|code| invented.contains(code));
    // What went into others before the register began goes with its reorganisation.
    let is_of_others =
        |value: &Value| value["predecessors"].as_array().is_some_and(|parties| parties.iter().any(is_named));
    let is_invented = |value: &Value| {
        is_named(value) || is_of_others(value) || value.as_object().is_some_and(|fields| fields.values().any(is_named))
    };
    match value {
        Value::Array(items) => {
            let mut items: Vec<_> =
                items.iter().filter(|item| !is_invented(item)).map(|item| plain(item, invented)).collect();
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            fields.map(|(name, value)| (name.clone(), plain(value, invented))).collect()
        }
        other => other.clone(),
    }
}

/// Where two objects of one list differ: a line for each field.
fn differing(list: &str, demo: &Value, copy: &Value, told: &mut Vec<String>) {
    let (none, code) = (Map::new(), demo["code"].as_str().or(copy["code"].as_str()).unwrap_or("?"));
    let (demo, copy) = (demo.as_object().unwrap_or(&none), copy.as_object().unwrap_or(&none));
    let is_simulated = list == "directives" && demo.get("stateSource") == Some(&json!("SIMULATED"));
    let names: BTreeSet<_> = demo.keys().chain(copy.keys()).collect();
    for name in names.into_iter().filter(|name| !is_simulated || !INVENTED.contains(&name.as_str())) {
        if demo.get(name) != copy.get(name) {
            told.push(format!("{list} {code} {name}: {:?} {:?}", demo.get(name), copy.get(name)));
        }
    }
}

/// What the two say differently, a line for each field of each object.
pub async fn differences(demo: &TestDb, copy: &TestDb) -> Vec<String> {
    let (sdl, one, other) = (Sdl::read(), inspector(demo).await, inspector(copy).await);
    // A register begins with who is there: nobody enters an agency that has ended already.
    let agencies = all(&one, "agencies", "code simulated closedOn").await;
    let left_out = agencies.iter().filter(|agency| agency["simulated"] == json!(true) || !agency["closedOn"].is_null());
    let invented: BTreeSet<String> = left_out.filter_map(|agency| agency["code"].as_str()).map(str::to_owned).collect();
    let mut told = Vec::new();
    for field in sdl.fields("Query") {
        let (list, to) = (field.name.node.as_str(), named(&field.ty.node));
        let Some(node) = sdl.node(to) else { continue };
        if OTHER.iter().any(|(it, _)| *it == list) {
            continue;
        }
        let selection = sdl.selection(node, 2);
        let compared = async |viewer: &Viewer| match plain(&json!(all(viewer, list, &selection).await), &invented) {
            Value::Array(items) => items,
            _ => Vec::new(),
        };
        let (demo, copy) = (compared(&one).await, compared(&other).await);
        let keyed = |items: Vec<Value>| -> BTreeMap<String, Value> {
            let key = |item: &Value| {
                let code = item["code"].as_str().map(str::to_owned);
                let within = item["programme"]["code"].as_str().unwrap_or_default();
                format!("{within} {}", code.unwrap_or_else(|| item.to_string()))
            };
            items.into_iter().map(|item| (key(&item), item)).collect()
        };
        let (demo, copy) = (keyed(demo), keyed(copy));
        assert!(!demo.is_empty() || list == "reportObligations", "{list}: nothing to compare");
        let keys: BTreeSet<_> = demo.keys().chain(copy.keys()).collect();
        for key in keys {
            match (demo.get(key), copy.get(key)) {
                (Some(demo), Some(copy)) => differing(list, demo, copy, &mut told),
                (Some(_), None) => told.push(format!("{list} {key} is missing")),
                _ => told.push(format!("{list} {key} is new")),
            }
        }
    }
    told
}

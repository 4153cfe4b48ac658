//! Mutations as clients send them: an input, a key for each change, and what has to be mended.

use std::{
    collections::BTreeMap,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use async_graphql_parser::{
    parse_schema,
    types::{FieldDefinition, TypeKind, TypeSystemDefinition},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    graphql::{Asked, Viewer, texts},
    survey,
};

/// What each mutation of the schema takes: the type of its input, and whether a key.
static TAKEN: LazyLock<BTreeMap<String, (String, bool)>> = LazyLock::new(|| {
    let definitions = parse_schema(schema::sdl()).unwrap().definitions;
    let root = definitions.into_iter().find_map(|definition| match definition {
        TypeSystemDefinition::Type(root) if root.node.name.node == "Mutation" => Some(root.node.kind),
        _ => None,
    });
    let Some(TypeKind::Object(root)) = root else { panic!("no mutations") };
    root.fields.iter().filter_map(|field| Some((field.node.name.node.to_string(), taken(&field.node)?))).collect()
});

fn taken(field: &FieldDefinition) -> Option<(String, bool)> {
    let named = |name: &str| field.arguments.iter().find(|argument| argument.node.name.node == name);
    Some((survey::name(&named("input")?.node.ty.node).to_owned(), named("idempotencyKey").is_some()))
}

/// A number that is given once in the process: for keys, clauses, codes.
#[must_use]
pub fn next() -> u64 {
    static NUMBERS: AtomicU64 = AtomicU64::new(1);
    NUMBERS.fetch_add(1, Ordering::Relaxed)
}

/// A key that no other change of the process has.
#[must_use]
pub fn key() -> Uuid {
    Uuid::from_u128(next().into())
}

/// The argument with a key of its own, as GraphQL writes it after others; nothing for a mutation that takes none.
#[must_use]
pub fn key_argument(mutation: &str) -> String {
    let keyed = TAKEN.get(mutation).is_some_and(|(_, keyed)| *keyed);
    if keyed { format!(", idempotencyKey: \"{}\"", key()) } else { String::new() }
}

impl Viewer {
    /// Sends a mutation under a key, if it takes one. The answer stands under `it`: this selection, and all of `userErrors`.
    pub async fn send(&self, mutation: &str, input: &Value, key: Uuid, selection: &str) -> Asked {
        let (kind, keyed) = TAKEN.get(mutation).unwrap_or_else(|| panic!("no mutation {mutation} with an input"));
        let (variable, argument) = if *keyed { (", $key: UUID!", ", idempotencyKey: $key") } else { ("", "") };
        let document = format!(
            "mutation ($input: {kind}!{variable}) {{ it: {mutation}(input: $input{argument}) {{
                {selection} userErrors {{ code field row limit message }} }} }}"
        );
        let variables = if *keyed { json!({ "input": input, "key": key }) } else { json!({ "input": input }) };
        self.ask_with(&document, variables).await
    }

    /// What a mutation answers under a key of its own.
    pub async fn act(&self, mutation: &str, input: Value, selection: &str) -> Value {
        self.send(mutation, &input, key(), selection).await.whole()["it"].take()
    }

    /// The one error at the top with which a mutation is refused.
    pub async fn denied(&self, mutation: &str, input: Value) -> String {
        let asked = self.send(mutation, &input, key(), "").await;
        assert!(asked.data["it"].is_null() && asked.errors.len() == 1, "{mutation}: {asked:?}");
        asked.errors[0]["message"].as_str().unwrap().to_owned()
    }
}

/// The input that names an object, as `measurement` or `directive`, in the version in which it was seen.
#[must_use]
pub fn seen(noun: &str, object: &Value) -> Value {
    json!({ noun: object["id"], "expectedVersion": object["version"] })
}

/// An input with more in it; what it has already is replaced.
#[must_use]
pub fn with(mut input: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("{more} is no object") };
    input.as_object_mut().unwrap().extend(more);
    input
}

/// What has to be mended: `CODE field.of.the.input`, and the row where the field does not say it.
#[must_use]
pub fn broken(payload: &Value) -> Vec<String> {
    let errors = payload["userErrors"].as_array().unwrap_or_else(|| panic!("{payload}"));
    let line = |error: &Value| {
        let field: Vec<_> = texts(error, "field/*").into_iter().filter(|part| *part != "input").collect();
        let row = error["row"].as_i64().map(|row| row.to_string()).filter(|row| !field.contains(&row.as_str()));
        let row = row.map(|row| format!(" {row}")).unwrap_or_default();
        format!("{} {}{row}", error["code"].as_str().unwrap(), field.join("."))
    };
    errors.iter().map(line).collect()
}

//! Where the library's execution ends and ours begins: the fields of a root, and the events of a subscription.

use std::sync::Arc;

use async_graphql::{Context, Data, ServerError, ServerResult, Value, indexmap::IndexMap};
use async_graphql_value::RAW_VALUE_TOKEN;
use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use crate::{
    Described, Part,
    select::{Document, Group, select},
    walk::{Failed, Object, Output, RootValue, Walk},
};

/// Answers a field of a root; null if the root has no such field.
///
/// The library asks for each field of the document by itself. Of those with one response key the first answers for all, so
/// that a mutation that stands twice is done once; what the others answer the library drops.
pub async fn answer<T: Object + Described>(root: &T, context: &Context<'_>) -> ServerResult<Option<Value>> {
    let field = context.item;
    if !T::PARTS.iter().any(|part| holds(part, &field.node.name.node)) {
        return Ok(None);
    }
    let group = group_of(context, root.type_name());
    if !group.begins_with(field) {
        return Ok(Some(Value::Null));
    }
    let walk = Walk::new(context.schema_env, context.query_env, context.execute_data);
    let (text, errors) = walk.finish(&FieldOf(root), group).await;
    for error in errors {
        context.add_error(error);
    }
    text.map(|text| Some(raw(text)))
}

/// The fields of the root that have one response key with the context's own.
fn group_of<'a>(context: &Context<'a>, root: &str) -> Arc<Group<'a>> {
    let field = context.item;
    let document = Document { registry: &context.schema_env.registry, fragments: &context.query_env.fragments };
    let operation = &context.query_env.operation.node.selection_set.node;
    let groups = select(std::iter::once(operation), root, document);
    groups.iter().find(|group| group.holds(field)).cloned().unwrap_or_else(|| Arc::new(Group::of(field)))
}

/// Answers a whole root as the value of one of its own fields: read with other `data`, which come before what the request brought.
/// The text, and the errors of what became null in it.
pub async fn answer_root<T: Object + Output>(
    root: &T,
    context: &Context<'_>,
    data: &Data,
) -> (ServerResult<String>, Vec<ServerError>) {
    let walk = Walk::new(context.schema_env, context.query_env, Some(data));
    walk.finish(&There(root), group_of(context, root.type_name())).await
}

fn holds(part: &Part, name: &str) -> bool {
    match part {
        Part::Field(spec) => spec.name == name,
        Part::All(parts) => parts.iter().any(|part| holds(part, name)),
    }
}

/// Answers a value that is there, with what its field selects; beside it the errors of what became null in it. `data` comes
/// before what the request brought: an event of a subscription is read with a reader of its own.
pub async fn answer_value(
    value: &dyn Output,
    context: &Context<'_>,
    data: Option<&Data>,
) -> (ServerResult<Value>, Vec<ServerError>) {
    let walk = Walk::new(context.schema_env, context.query_env, data);
    let (text, errors) = walk.finish(&There(value), Arc::new(Group::of(context.item))).await;
    (text.map(raw), errors)
}

struct FieldOf<'r>(&'r dyn Object);

impl RootValue for FieldOf<'_> {
    fn write<'a>(&self, walk: &mut Walk<'a>, group: &Arc<Group<'a>>) -> Result<(), Failed> {
        self.0.field(walk, group).map(|_| ())
    }
}

struct There<'r>(&'r dyn Output);

impl RootValue for There<'_> {
    fn write<'a>(&self, walk: &mut Walk<'a>, group: &Arc<Group<'a>>) -> Result<(), Failed> {
        self.0.write(walk, group)
    }
}

/// A value of a response whose JSON text is there already.
#[must_use]
pub fn raw(text: String) -> Value {
    if text == "null" {
        return Value::Null;
    }
    Value::Object(IndexMap::from([(async_graphql::Name::new(RAW_VALUE_TOKEN), Value::String(text))]))
}

/// The JSON text of a value that was answered here; null for any other.
#[must_use]
pub fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::Object(fields) if fields.len() == 1 => match fields.get(RAW_VALUE_TOKEN) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// A value as it is written into a response. What was answered here is JSON already, and is not read once more to make sure,
/// as the library would.
#[derive(Debug)]
pub struct RawJson<'v>(pub &'v Value);

impl Serialize for RawJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(text) = text_of(self.0) else { return self.0.serialize(serializer) };
        // What serde_json's own `RawValue` says to its serializer.
        let mut raw = serializer.serialize_struct(RAW_VALUE_TOKEN, 1)?;
        raw.serialize_field(RAW_VALUE_TOKEN, text)?;
        raw.end()
    }
}

//! The question to the API that a page of an export is: a document of the schema like any other.

use std::fmt::Write as _;

use async_graphql::{Request, Variables};
use db::{page::MAX_PAGE, text::nfc};
use serde_json::{Map, Value, json};

use super::{asked::Asked, lists::Column};

/// How large pages may be: the first of these that may cost so much.
pub const SIZES: [u32; 6] = [MAX_PAGE, 50, 20, 10, 5, 1];

/// What is asked for each page.
#[derive(Debug)]
pub struct Question {
    list: String,
    declared: String,
    given: String,
    selection: String,
    arguments: Map<String, Value>,
}

impl Question {
    /// For these columns of what was asked for.
    #[must_use]
    pub fn new(asked: &Asked, columns: &[Column]) -> Self {
        let (mut declared, mut given) = (String::new(), String::new());
        for argument in asked.list.arguments.iter().filter(|it| asked.arguments.contains_key(&it.name)) {
            let _ = write!(declared, ", ${}: {}", argument.name, argument.ty);
            let _ = write!(given, ", {0}: ${0}", argument.name);
        }
        let arguments = asked.arguments.iter().map(|(name, value)| (name.clone(), composed(value))).collect();
        let paths: Vec<_> = columns.iter().map(|column| column.path.as_slice()).collect();
        Self { list: asked.list.name.clone(), declared, given, selection: selection(&paths), arguments }
    }

    /// The request for a page after a cursor; with the number of all rows, if it is to be counted.
    #[must_use]
    pub fn page(&self, size: u32, after: Option<&str>, is_counted: bool) -> Request {
        let Self { list, declared, given, selection, .. } = self;
        let count = if is_counted { " totalCount" } else { "" };
        let document = format!(
            "query Export($after: String{declared}) {{ it: {list}(first: {size}, after: $after{given}) \
             {{ nodes {{ {selection} }} pageInfo {{ hasNextPage endCursor }}{count} }} }}"
        );
        let mut variables = self.arguments.clone();
        variables.insert("after".to_owned(), json!(after));
        Request::new(document).variables(Variables::from_json(Value::Object(variables)))
    }
}

/// The fields that lead to the ends of these paths, each once.
fn selection(paths: &[&[String]]) -> String {
    let mut fields: Vec<(&str, Vec<&[String]>)> = Vec::new();
    for path in paths {
        let Some((step, rest)) = path.split_first() else { continue };
        match fields.iter_mut().find(|(name, _)| name == step) {
            Some((_, below)) => below.push(rest),
            None => fields.push((step, vec![rest])),
        }
    }
    if fields.is_empty() {
        return "__typename".to_owned();
    }
    let written = fields.iter().map(|(name, below)| {
        if below.iter().all(|rest| rest.is_empty()) {
            (*name).to_owned()
        } else {
            format!("{name} {{ {} }}", selection(below))
        }
    });
    written.collect::<Vec<_>>().join(" ")
}

/// All texts in the stored form (NFC): codes and provinces are compared as they stand.
fn composed(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(nfc(text)),
        Value::Array(items) => items.iter().map(composed).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), composed(value))).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_one_object_are_asked_for_together() {
        let paths: Vec<Vec<String>> = ["code", "lead.code", "name", "lead.name", "a.b.code"]
            .iter()
            .map(|path| path.split('.').map(str::to_owned).collect())
            .collect();
        let paths: Vec<_> = paths.iter().map(Vec::as_slice).collect();
        assert_eq!(selection(&paths), "code lead { code name } name a { b { code } }");
    }
}

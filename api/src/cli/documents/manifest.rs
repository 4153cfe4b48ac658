//! The manifests that tools write of the documents of a client, told apart by their shape:
//!
//! - graphql-codegen and Relay: an object of texts by their ids;
//! - Apollo: an object with `"format": "apollo-persisted-query-manifest"` and a list of operations.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// What Apollo's manifests call themselves.
const APOLLO: &str = "apollo-persisted-query-manifest";

/// A document as a manifest has it.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: String,
    pub text: String,
}

/// Reads a manifest; an error says what is wrong with it.
pub fn read(text: &str) -> Result<Vec<Entry>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Fields(fields) = serde_json::from_str(text).map_err(unreadable)?;
    if fields.iter().any(|(name, _)| name == "format") {
        return apollo(text);
    }
    let texts = fields.into_iter().map(|(id, value)| match serde_json::from_str(value.get()) {
        Ok(text) => Ok(Entry { id: id.into_owned(), text }),
        Err(_) => Err(format!("{id:?} is no text: {SHAPES}")),
    });
    texts.collect()
}

const SHAPES: &str =
    "expected an object of texts by their ids, as graphql-codegen and Relay write it, or a manifest of Apollo's";

fn apollo(text: &str) -> Result<Vec<Entry>, String> {
    #[derive(Deserialize)]
    struct Manifest {
        format: String,
        version: u32,
        operations: Vec<Operation>,
    }
    #[derive(Deserialize)]
    struct Operation {
        id: String,
        body: String,
    }
    let Manifest { format, version, operations } = serde_json::from_str(text).map_err(unreadable)?;
    if format != APOLLO || version != 1 {
        return Err(format!("its format is {format:?}, version {version}; expected {APOLLO:?}, version 1"));
    }
    Ok(operations.into_iter().map(|Operation { id, body }| Entry { id, text: body }).collect())
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unreadable(error: serde_json::Error) -> String {
    format!("{error}; {SHAPES}")
}

/// The fields of an object in their order, also those that come twice.
struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((Name(name), value)) = map.next_entry()? {
                    fields.push((name, value));
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, text: &str) -> Entry {
        Entry { id: id.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn each_shape_is_known() {
        let texts = "\u{feff}{ \"a\": \"{ x }\", \"b\": \"query \\\"B\\\"\", \"a\": \"{ y }\" }";
        assert_eq!(read(texts).unwrap(), [entry("a", "{ x }"), entry("b", "query \"B\""), entry("a", "{ y }")]);
        let apollo = r#"{ "format": "apollo-persisted-query-manifest", "version": 1,
            "operations": [{ "id": "a", "name": "A", "type": "query", "body": "query A { x }" }] }"#;
        assert_eq!(read(apollo).unwrap(), [entry("a", "query A { x }")]);
        assert_eq!(read("{}").unwrap(), []);
    }

    #[test]
    fn what_is_no_manifest_is_refused_in_words() {
        for (text, words) in [
            ("[]", "expected an object"),
            ("{", "EOF"),
            (r#"{ "a": { "text": "x" } }"#, "\"a\" is no text"),
            (r#"{ "format": "apollo-persisted-query-manifest", "version": 2, "operations": [] }"#, "version 2"),
            (r#"{ "format": "other", "version": 1, "operations": [] }"#, "\"other\""),
            (r#"{ "format": "apollo-persisted-query-manifest", "version": 1, "operations": [{}] }"#, "missing field"),
        ] {
            let refused = read(text).unwrap_err();
            assert!(refused.contains(words), "{text}: {refused}");
        }
    }
}

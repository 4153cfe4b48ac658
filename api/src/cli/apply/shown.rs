//! What the schema answers, in the words in which a file says it.

use serde_json::{Value, json};

use super::{
    catalogue::of,
    stated::{in_order, plain},
};

/// What is said of a document or an agency beside its own row, in the words of its input.
pub fn said(answer: &Value) -> Value {
    let mut said = answer.clone();
    let Value::Object(fields) = &mut said else { return said };
    for name in ["offices", "meetings", "existence", "plannedParent"] {
        if let Some(value) = fields.get_mut(name) {
            *value = plain(value);
        }
    }
    if let Some(Value::Array(placements)) = fields.remove("placements") {
        // Where it stands, and why; whoever is gone stood there last.
        let now = placements.iter().rfind(|place| of(place, "validUntil").is_null()).map(plain);
        if let Some(Value::Object(mut now)) = now {
            now.remove("validUntil");
            fields.extend(now.remove("parent").map(|parent| ("parent".to_owned(), parent)));
            if now.contains_key("basis") {
                fields.insert("placement".to_owned(), Value::Object(now));
            }
        }
    }
    said
}

/// The members of a group, by code.
pub fn members(group: &Value) -> Value {
    let codes = |list: &str| match plain(of(group, list)) {
        Value::Array(codes) => codes,
        _ => Vec::new(),
    };
    let listed = codes("listedMembers");
    let member = |code: Value| json!({ "stated": listed.contains(&code), "agency": code });
    in_order("members", &codes("members").into_iter().map(member).collect())
}

/// A wording of an indicator in the words of the input.
pub fn wording(definition: &Value) -> Value {
    let parameters = of(definition, "parameters").as_object().cloned().unwrap_or_default();
    let parameters = parameters.into_iter().map(|(name, value)| json!({ "name": name, "value": value }));
    let mut worded = json!({
        "textVi": of(definition, "textVi"),
        "textEn": of(definition, "textEn"),
        "parameters": parameters.collect::<Vec<_>>(),
    });
    if let Value::Object(fields) = &mut worded {
        let more = [
            ("denominator", of(definition, "denominator")),
            ("document", of(of(definition, "document"), "code")),
            ("clause", of(definition, "clause")),
            ("formula", of(definition, "formula")),
        ];
        fields.extend(more.into_iter().filter(|(_, it)| !it.is_null()).map(|(name, it)| (name.to_owned(), it.clone())));
        for (name, of_list) in [("components", component as fn(&Value) -> Value), ("dimensions", dimension)] {
            let list = of(definition, name).as_array().filter(|list| !list.is_empty());
            fields.extend(list.map(|list| (name.to_owned(), list.iter().map(of_list).collect())));
        }
    }
    worded
}

/// A component of an index in the words of the input.
fn component(shown: &Value) -> Value {
    let fields = ["code", "nameVi", "nameEn", "weight", "minimum", "maximum"].map(|name| (name, of(shown, name)));
    let indicator = ("indicator", of(of(shown, "indicator"), "code"));
    let said = fields.into_iter().chain([indicator]).filter(|(_, it)| !it.is_null());
    said.map(|(name, it)| (name.to_owned(), it.clone())).collect()
}

/// A dimension that a definition takes in the words of the input.
fn dimension(shown: &Value) -> Value {
    json!({ "dimension": of(of(shown, "dimension"), "code"), "addsUp": of(shown, "addsUp") })
}

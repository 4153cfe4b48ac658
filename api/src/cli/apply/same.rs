//! Whether what a file says is there already: values mean the same however they are written.

use db::text::{nfc, symbol};
use serde_json::Value;

use super::{catalogue::of, stated::in_order};

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// By its name in the file.
    pub field: String,
    /// What is there.
    pub before: Value,
    /// What the file says.
    pub after: Value,
}

/// Whether two values mean the same: texts however they were typed, numbers with or without quotes or zeros behind.
pub(super) fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, one)| other.get(name).is_some_and(|other| is_same(one, other)))
        }
        (Value::String(_) | Value::Number(_), Value::String(_) | Value::Number(_)) => {
            let (one, other) = (as_text(one), as_text(other));
            one == other || number(&one).is_some_and(|one| number(&other) == Some(one))
        }
        _ => one == other,
    }
}

/// Whether what is there says all that an entry says: what the entry leaves out of an object is not compared.
pub(super) fn is_said(said: &Value, there: &Value) -> bool {
    match (said, there) {
        (Value::Array(said), Value::Array(there)) => {
            said.len() == there.len() && said.iter().zip(there).all(|(said, there)| is_said(said, there))
        }
        (Value::Object(said), Value::Object(_)) => {
            said.iter().all(|(name, said)| is_said(&in_order(name, said), &in_order(name, of(there, name))))
        }
        _ => is_same(said, there),
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => symbol(&nfc(text)),
        other => other.to_string(),
    }
}

/// Without zeros behind the point.
fn number(text: &str) -> Option<String> {
    let digits = text.trim_start_matches('-');
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !is_number {
        return None;
    }
    let plain = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    Some(plain.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_means_the_same_is_the_same() {
        for (one, other) in [
            (json!("50"), json!(50)),
            (json!("50.0"), json!("50")),
            (json!("Qua\u{309}ng Nga\u{303}i"), json!("Quảng Ngãi")),
            (json!("359–KH/TU"), json!("359-KH/TU")),
            (json!([{ "code": "a" }]), json!([{ "code": "a" }])),
            (json!(null), json!(null)),
        ] {
            assert!(is_same(&one, &other), "{one} {other}");
        }
        for (one, other) in
            [(json!("500"), json!("5")), (json!("1.5"), json!("15")), (json!(null), json!("")), (json!([]), json!([1]))]
        {
            assert!(!is_same(&one, &other), "{one} {other}");
        }
    }
}

//! Identifiers of the demo: the same object has the same one in every database, so loading twice finds it again.

use uuid::{Uuid, uuid};

/// Of the demo province only; a fact's identifier is the version 5 of "noun:code" in it.
const NAMESPACE: Uuid = uuid!("5d0b5b3e-7c57-4c1e-9b5f-0f57c0a7d025");

/// The identifier of an object of the demo.
pub(super) fn id(noun: &str, code: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{noun}:{code}").as_bytes())
}

/// The identifier of what a fact refers to, if it refers to anything.
pub(super) fn optional_id(noun: &str, code: Option<&String>) -> Option<Uuid> {
    code.map(|code| id(noun, code))
}

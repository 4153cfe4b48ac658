//! What the schema tells about itself, from memory: it is the same for everybody for as long as the server runs.

use async_graphql::{Request, Response, Value};
use moka::sync::Cache;

use super::service::written_bytes;
use crate::guard::Admitted;

/// Bytes of such answers that are kept. The usual tools ask in one of a few ways.
const KEPT: u64 = 16 << 20;

/// A document, by its text and the name of its operation.
type Key = (String, Option<String>);

/// Answers that were given before.
#[derive(Debug)]
pub struct Introspection(Cache<Key, Value>);

impl Introspection {
    /// Nothing was asked yet.
    pub fn new() -> Self {
        let weigh = |_: &Key, answer: &Value| u32::try_from(written_bytes(answer)).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(KEPT).weigher(weigh).build())
    }

    /// The key of a request that asks about the schema and nothing else.
    pub fn key(request: &Request, admitted: &Admitted) -> Option<Key> {
        let name = request.operation_name.as_deref();
        admitted.document.is_about_schema(name).then(|| (request.query.clone(), request.operation_name.clone()))
    }

    /// The answer, if it was given before.
    pub fn get(&self, key: &Key) -> Option<Response> {
        self.0.get(key).map(Response::new)
    }

    /// Keeps an answer as it is written, so that it is written once.
    pub fn keep(&self, key: Key, response: &mut Response) {
        let Value::Object(fields) = &mut response.data else { return };
        if !response.errors.is_empty() {
            return;
        }
        for value in fields.values_mut() {
            let Ok(text) = serde_json::to_string(value) else { return };
            *value = object_layer::raw(text);
        }
        self.0.insert(key, response.data.clone());
    }
}

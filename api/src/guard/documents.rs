//! Documents that were read before.

use std::{
    hash::{BuildHasher, Hash, Hasher, RandomState},
    sync::Arc,
};

use async_graphql::{
    Name, Request,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType},
};
use moka::sync::Cache;
use schema::error::ApiError;

use super::measure::Tally;
use crate::limits::Load;

/// A parsed document within the limits.
#[derive(Debug)]
pub struct Document {
    parsed: ExecutableDocument,
    operations: Vec<(Option<Name>, Operation)>,
}

/// What is known of an operation without its variables.
#[derive(Debug)]
pub(super) struct Operation {
    pub kind: OperationType,
    /// `None` where variables decide the sizes of pages.
    pub cost: Option<u64>,
    /// What is counted against quotas.
    pub load: Load,
}

impl Operation {
    pub fn new(kind: OperationType, tally: &Tally) -> Self {
        let mut load = Load::default();
        if kind == OperationType::Mutation {
            load = Load { mutations: tally.fields.saturating_sub(tally.sign_ins), sign_ins: tally.sign_ins };
        }
        Self { kind, cost: (!tally.by_variables).then_some(tally.cost), load }
    }
}

impl Document {
    pub(super) fn new(parsed: ExecutableDocument, operations: Vec<(Option<Name>, Operation)>) -> Self {
        Self { parsed, operations }
    }

    /// The document as the executor takes it.
    #[must_use]
    pub const fn parsed(&self) -> &ExecutableDocument {
        &self.parsed
    }

    /// The operation to execute, as the specification's `GetOperation` finds it.
    pub(super) fn operation(&self, name: Option<&str>) -> Result<&Operation, ApiError> {
        match (name, self.operations.as_slice()) {
            (None, [(_, only)]) => Ok(only),
            (None, _) => Err(ApiError::bad_request("OPERATION", "operationName is required: the document has several")),
            (Some(name), operations) => {
                let named = operations.iter().find(|(own, _)| own.as_deref() == Some(name));
                named.map(|(_, operation)| operation).ok_or_else(|| {
                    ApiError::bad_request("OPERATION", format_args!("the document has no operation \"{name}\""))
                })
            }
        }
    }

    pub(super) fn definition(&self, name: Option<&str>) -> Option<&OperationDefinition> {
        let definition = match (&self.parsed.operations, name) {
            (DocumentOperations::Single(only), None) => Some(only),
            (DocumentOperations::Multiple(several), Some(name)) => several.get(name),
            (DocumentOperations::Multiple(several), None) => several.values().next(),
            (DocumentOperations::Single(_), Some(_)) => None,
        };
        definition.map(|definition| &definition.node)
    }
}

/// A parsed document takes about this many bytes for each of its text.
const PARSED_SIZE: usize = 24;

/// Requests whose validity is remembered, at 8 bytes each and some bookkeeping.
const VALID_REQUESTS: u64 = 50_000;

/// Parsed documents by their text, and the requests that passed validation.
///
/// Validity is remembered by request and not by document, because the library's rules look at the values of variables
/// too. The fingerprint is keyed anew in each process, so that no one can prepare two requests that share one; should
/// two share it by chance, the second is still checked by the executor, only with other words.
#[derive(Debug)]
pub(super) struct Documents {
    parsed: Cache<Arc<str>, Arc<Document>>,
    valid: Cache<u64, ()>,
    keys: RandomState,
}

impl Documents {
    pub fn new(bytes: u64) -> Self {
        let parsed = Cache::builder()
            .max_capacity(bytes)
            .weigher(|text: &Arc<str>, _| u32::try_from(text.len() * PARSED_SIZE).unwrap_or(u32::MAX))
            .build();
        Self { parsed, valid: Cache::new(VALID_REQUESTS), keys: RandomState::new() }
    }

    pub fn get(&self, text: &str) -> Option<Arc<Document>> {
        self.parsed.get(text)
    }

    pub fn insert(&self, text: &str, document: Document) -> Arc<Document> {
        let document = Arc::new(document);
        self.parsed.insert(text.into(), Arc::clone(&document));
        document
    }

    pub fn fingerprint(&self, request: &Request) -> u64 {
        let mut hasher = self.keys.build_hasher();
        request.query.hash(&mut hasher);
        request.operation_name.hash(&mut hasher);
        request.variables.to_string().hash(&mut hasher);
        hasher.finish()
    }

    pub fn is_valid(&self, fingerprint: u64) -> bool {
        self.valid.get(&fingerprint).is_some()
    }

    pub fn remember_valid(&self, fingerprint: u64) {
        self.valid.insert(fingerprint, ());
    }
}

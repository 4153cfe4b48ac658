//! Documents that were read before.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Name, Positioned,
    parser::types::{
        DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, OperationType, Selection,
    },
};
use moka::sync::Cache;
use schema::error::ApiError;
use sha2::{Digest as _, Sha256};

use super::measure::Tally;
use crate::limits::Load;

/// A parsed document within the limits.
#[derive(Debug)]
pub struct Document {
    digest: [u8; 32],
    parsed: ExecutableDocument,
    operations: Vec<(Option<Name>, Operation)>,
}

/// What is known of an operation without its variables.
#[derive(Debug)]
pub(super) struct Operation {
    pub kind: OperationType,
    /// `None` where variables decide the sizes of pages.
    pub cost: Option<Cost>,
    /// What is counted against quotas.
    pub load: Load,
    /// Whether all who see the same are answered the same.
    pub is_shared: bool,
}

/// What an operation costs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    pub whole: u64,
    /// Of it, what is for looking at more than is shown.
    pub sought: u64,
}

impl Cost {
    pub const fn of(tally: &Tally) -> Self {
        Self { whole: tally.cost, sought: tally.sought }
    }
}

impl Operation {
    pub fn new(kind: OperationType, tally: &Tally) -> Self {
        let mut load = Load::default();
        if kind == OperationType::Mutation {
            let mutations = tally.fields.saturating_sub(tally.sign_ins);
            load = Load { mutations, sign_ins: tally.sign_ins, ..load };
        }
        let is_shared = kind == OperationType::Query && !tally.personal;
        Self { kind, cost: (!tally.by_variables).then_some(Cost::of(tally)), load, is_shared }
    }
}

impl Document {
    pub(super) fn new(text: &str, parsed: ExecutableDocument, operations: Vec<(Option<Name>, Operation)>) -> Self {
        Self { digest: Sha256::digest(text).into(), parsed, operations }
    }

    /// SHA-256 of its text.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// With the field of each subscription at its very root: the library does not look for it in fragments. Of a valid
    /// document only, for others may have no end.
    pub(super) fn flattened(mut self) -> Self {
        let fragments = &self.parsed.fragments;
        let operations = match &mut self.parsed.operations {
            DocumentOperations::Single(only) => vec![only],
            DocumentOperations::Multiple(several) => several.values_mut().collect(),
        };
        for operation in operations.into_iter().filter(|operation| operation.node.ty == OperationType::Subscription) {
            let set = &mut operation.node.selection_set.node;
            let mut fields = Vec::new();
            flatten(&set.items, fragments, &mut fields);
            set.items = fields;
        }
        self
    }

    /// The document as the executor takes it.
    #[must_use]
    pub const fn parsed(&self) -> &ExecutableDocument {
        &self.parsed
    }

    /// Its operations, with their names.
    pub(super) fn operations(&self) -> impl Iterator<Item = (Option<&str>, &Operation)> {
        self.operations.iter().map(|(name, operation)| (name.as_deref(), operation))
    }

    /// The operation to execute, as the specification's `GetOperation` finds it.
    pub(super) fn operation(&self, name: Option<&str>) -> Result<&Operation, ApiError> {
        match (name, self.operations.as_slice()) {
            (None, [(_, only)]) => Ok(only),
            (None, _) => Err(ApiError::request(
                "OPERATION",
                "cần operationName vì tài liệu có nhiều thao tác",
                "operationName is required: the document has several",
            )),
            (Some(name), operations) => {
                let named = operations.iter().find(|(own, _)| own.as_deref() == Some(name));
                named.map(|(_, operation)| operation).ok_or_else(|| {
                    ApiError::request(
                        "OPERATION",
                        format_args!("tài liệu không có thao tác \"{name}\""),
                        format_args!("the document has no operation \"{name}\""),
                    )
                })
            }
        }
    }

    /// Whether an operation asks about the schema and nothing else, in one way only.
    #[must_use]
    pub fn is_about_schema(&self, name: Option<&str>) -> bool {
        self.definition(name).is_some_and(|definition| {
            let fields = &definition.selection_set.node.items;
            definition.variable_definitions.is_empty()
                && fields.iter().all(|item| match &item.node {
                    Selection::Field(field) => field.node.name.node.starts_with("__"),
                    _ => false,
                })
        })
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

fn flatten(
    items: &[Positioned<Selection>],
    fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
    fields: &mut Vec<Positioned<Selection>>,
) {
    for item in items {
        let within = match &item.node {
            Selection::Field(_) => {
                fields.push(item.clone());
                continue;
            }
            Selection::InlineFragment(fragment) => Some(&fragment.node.selection_set),
            Selection::FragmentSpread(spread) => {
                fragments.get(&spread.node.fragment_name.node).map(|fragment| &fragment.node.selection_set)
            }
        };
        flatten(within.map(|set| set.node.items.as_slice()).unwrap_or_default(), fragments, fields);
    }
}

/// A parsed document takes about this many bytes for each of its text.
const PARSED_SIZE: usize = 24;

/// Parsed and valid documents by their text.
#[derive(Debug)]
pub(super) struct Documents(Cache<Arc<str>, Arc<Document>>);

impl Documents {
    pub fn new(bytes: u64) -> Self {
        let weigh = |text: &Arc<str>, _: &Arc<Document>| u32::try_from(text.len() * PARSED_SIZE).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(bytes).weigher(weigh).build())
    }

    pub fn get(&self, text: &str) -> Option<Arc<Document>> {
        self.0.get(text)
    }

    pub fn insert(&self, text: &str, document: Document) -> Arc<Document> {
        let document = Arc::new(document);
        self.0.insert(text.into(), Arc::clone(&document));
        document
    }
}

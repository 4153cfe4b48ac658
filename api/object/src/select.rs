//! What a selection set asks of an object: its fields by response key, fragments written out, each key once.

use std::{
    any::Any,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    Name, Positioned,
    parser::types::{Field, FragmentDefinition, Selection, SelectionSet},
    registry::{MetaType, Registry},
};

/// The fields of one response key: most often one; several where a document asks the same in several places, whose selection
/// sets are then one.
#[derive(Debug)]
pub struct Group<'a> {
    /// Its key in the answer
    pub(crate) key: &'a str,
    /// The key as JSON, with its colon
    pub(crate) label: String,
    /// The name of the field
    pub(crate) name: &'a str,
    /// The first of the fields: its arguments are those of all
    pub(crate) first: &'a Positioned<Field>,
    rest: Vec<&'a Positioned<Field>>,
    /// What it asks of each type of object that was found here: worked out once, used for all objects of a list
    selections: Mutex<Vec<(&'static str, Selected<'a>)>>,
    /// Its arguments as they were read, for all objects of a list
    arguments: Mutex<Vec<(&'static str, Box<dyn Any + Send + Sync>)>>,
}

/// The groups that a selection set asks of one type of object, in order.
pub(crate) type Selected<'a> = Arc<[Arc<Group<'a>>]>;

/// What conditions and fragments are looked up in.
#[derive(Clone, Copy)]
pub(crate) struct Document<'a> {
    pub registry: &'a Registry,
    pub fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
}

impl<'a> Group<'a> {
    /// Of one field.
    pub(crate) fn of(field: &'a Positioned<Field>) -> Self {
        let key = field.node.response_key().node.as_str();
        // Names of GraphQL hold nothing that JSON escapes.
        let label = format!("\"{key}\":");
        let name = field.node.name.node.as_str();
        Self {
            key,
            label,
            name,
            first: field,
            rest: Vec::new(),
            selections: Mutex::default(),
            arguments: Mutex::default(),
        }
    }

    /// The name of the field.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// Whether it begins with this very field of the document.
    pub(crate) fn begins_with(&self, field: &Positioned<Field>) -> bool {
        std::ptr::eq(self.first, field)
    }

    /// Whether it holds this very field of the document.
    pub(crate) fn holds(&self, field: &Positioned<Field>) -> bool {
        self.begins_with(field) || self.rest.iter().any(|other| std::ptr::eq(*other, field))
    }

    /// An argument that was read before.
    pub(crate) fn known<T: Clone + 'static>(&self, name: &str) -> Option<T> {
        let known = self.arguments.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(argument, _)| *argument == name).and_then(|(_, value)| value.downcast_ref().cloned())
    }

    /// Remembers an argument.
    pub(crate) fn remember<T: Send + Sync + 'static>(&self, name: &'static str, value: T) {
        self.arguments.lock().unwrap_or_else(PoisonError::into_inner).push((name, Box::new(value)));
    }

    /// What it asks of an object of that type.
    pub(crate) fn selected(&self, type_name: &'static str, document: Document<'a>) -> Selected<'a> {
        let mut known = self.selections.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, selected)) = known.iter().find(|(name, _)| *name == type_name) {
            return Arc::clone(selected);
        }
        let fields = std::iter::once(self.first).chain(self.rest.iter().copied());
        let selected = select(fields.map(|field| &field.node.selection_set.node), type_name, document);
        known.push((type_name, Arc::clone(&selected)));
        selected
    }
}

/// What selection sets ask together of an object of that type.
pub(crate) fn select<'a>(
    sets: impl Iterator<Item = &'a SelectionSet>,
    type_name: &str,
    document: Document<'a>,
) -> Selected<'a> {
    let mut groups = Vec::new();
    for set in sets {
        add(set, type_name, document, &mut groups);
    }
    groups.into_iter().map(Arc::new).collect()
}

fn add<'a>(set: &'a SelectionSet, type_name: &str, document: Document<'a>, groups: &mut Vec<Group<'a>>) {
    for selection in &set.items {
        let (condition, inner) = match &selection.node {
            Selection::Field(field) => {
                let key = field.node.response_key().node.as_str();
                match groups.iter_mut().find(|group| group.key == key) {
                    Some(group) => group.rest.push(field),
                    None => groups.push(Group::of(field)),
                }
                continue;
            }
            // Validation has found that it is there.
            Selection::FragmentSpread(spread) => match document.fragments.get(&spread.node.fragment_name.node) {
                Some(fragment) => (Some(&fragment.node.type_condition), &fragment.node.selection_set),
                None => continue,
            },
            Selection::InlineFragment(fragment) => {
                (fragment.node.type_condition.as_ref(), &fragment.node.selection_set)
            }
        };
        if condition.is_none_or(|condition| applies(&condition.node.on.node, type_name, document.registry)) {
            add(&inner.node, type_name, document, groups);
        }
    }
}

/// Whether an object of a type is one of what a condition names: the type itself, or an interface or union it belongs to.
fn applies(condition: &str, type_name: &str, registry: &Registry) -> bool {
    condition == type_name
        || registry
            .types
            .get(condition)
            .and_then(MetaType::possible_types)
            .is_some_and(|members| members.contains(type_name))
}

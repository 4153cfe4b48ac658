//! Which fields of a document cost most: what a refusal tells, so that its reader knows which page to make smaller.

use async_graphql::parser::types::{Field, OperationDefinition, Selection, SelectionSet};

use super::{
    measure::Measure,
    prices::{Price, TOTAL_COUNT},
};

/// How many fields a refusal names.
const NAMED: usize = 3;

/// A field, by the response keys that lead to it, and what it costs.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Dear {
    pub path: String,
    pub cost: u64,
}

/// The dearest fields of an operation, the dearest first. What multiplies or costs more by itself is one: a page, a list, a count,
/// a search. It costs what stands below it as far as no other such field is nearer, so the costs of all of them are the whole.
///
/// The fragments are written out here. So it is asked of documents alone whose length written out is within its limit.
pub(super) fn dearest(measure: &Measure<'_>, operation: &OperationDefinition) -> Vec<Dear> {
    let mut search = Search { measure, found: vec![Dear { path: String::new(), cost: 0 }] };
    let root = Place { path: "", times: 1, dear: 0, count: 0 };
    search.selection_set(&operation.selection_set.node, measure.prices.root(operation.ty), root);
    let mut found = search.found;
    found.retain(|dear| !dear.path.is_empty() && dear.cost > 1);
    found.sort_by_key(|dear| std::cmp::Reverse(dear.cost));
    found.truncate(NAMED);
    found
}

struct Search<'m, 'a> {
    measure: &'m Measure<'a>,
    found: Vec<Dear>,
}

/// Where a selection stands.
#[derive(Clone, Copy)]
struct Place<'p> {
    path: &'p str,
    /// How often it is executed.
    times: u64,
    /// The field in `found` that it is part of.
    dear: usize,
    /// What it costs to count the list that it is of.
    count: u64,
}

impl Search<'_, '_> {
    fn selection_set(&mut self, set: &SelectionSet, owner: &str, place: Place<'_>) {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => self.field(&field.node, owner, place),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.measure.fragments.get(&spread.node.fragment_name.node) {
                        let owner = &fragment.node.type_condition.node.on.node;
                        self.selection_set(&fragment.node.selection_set.node, owner, place);
                    }
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let owner = condition.map_or(owner, |condition| condition.node.on.node.as_str());
                    self.selection_set(&inline.node.selection_set.node, owner, place);
                }
            }
        }
    }

    fn field(&mut self, field: &Field, owner: &str, place: Place<'_>) {
        let price = self.measure.prices.field(owner, &field.name.node);
        let is_count = field.name.node == TOTAL_COUNT;
        let own = if is_count { place.count } else { price.map_or(1, |price| price.own).saturating_mul(place.times) };
        let more = price.map_or(1, |price| self.measure.sizes.of(field, price.size).0);
        let key = field.response_key().node.as_str();
        let path = if place.path.is_empty() { key.to_owned() } else { format!("{}.{key}", place.path) };
        let dear = if is_count || more > 1 || price.is_some_and(|price| price.own > 1) {
            self.found.push(Dear { path: path.clone(), cost: 0 });
            self.found.len() - 1
        } else {
            place.dear
        };
        if let Some(found) = self.found.get_mut(dear) {
            found.cost = found.cost.saturating_add(own);
        }
        let count = price.map_or(0, |price: &Price| price.count).saturating_mul(place.times);
        let below = Place { path: &path, times: place.times.saturating_mul(more), dear, count };
        self.selection_set(&field.selection_set.node, price.map_or("", |price| &price.returns), below);
    }
}

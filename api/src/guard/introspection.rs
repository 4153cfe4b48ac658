//! How deep lists of the schema's own description may nest: as deep as tools need, for each level more multiplies the answer.
//! The same rule as graphql-js's.

use apollo_compiler::executable::{ExecutableDocument, Field, Selection, SelectionSet};

/// The standard query nests two: the fields of types, and their arguments; or types and what they implement.
const LISTS: usize = 3;

/// Whether what stands below a field `__schema` or `__type` is too deep.
pub(super) fn is_too_deep(field: &Field, document: &ExecutableDocument) -> bool {
    deep(&field.selection_set, document, &mut Vec::new(), 0)
}

fn deep<'d>(set: &'d SelectionSet, document: &'d ExecutableDocument, within: &mut Vec<&'d str>, lists: usize) -> bool {
    set.selections.iter().any(|selection| match selection {
        Selection::Field(field) => {
            let is_list = matches!(field.name.as_str(), "fields" | "interfaces" | "possibleTypes" | "inputFields");
            let lists = lists + usize::from(is_list);
            lists >= LISTS || deep(&field.selection_set, document, within, lists)
        }
        Selection::InlineFragment(fragment) => deep(&fragment.selection_set, document, within, lists),
        Selection::FragmentSpread(spread) => {
            let name = spread.fragment_name.as_str();
            let Some(fragment) = document.fragments.get(name).filter(|_| !within.contains(&name)) else { return false };
            within.push(name);
            let found = deep(&fragment.selection_set, document, within, lists);
            within.pop();
            found
        }
    })
}

//! Whether a document is one of this schema: sections 5.1 to 5.8 of the specification.
//!
//! apollo-compiler knows nearly all of it. What it leaves out is about values, and stands here: a field of an input object
//! that is written twice, a variable within a list or an object, and the schema's own scalars.

use std::collections::HashSet;

use apollo_compiler::{
    ExecutableDocument, Node, Schema,
    ast::{Argument, Document, Type, Value, VariableDefinition},
    executable::{Operation, Selection, SelectionSet},
    parser::SourceSpan,
    validation::Valid,
};
use async_graphql::Pos;
use schema::{error::ApiError, scalars};

use super::{diagnostics, introspection, tree};

/// All that is wrong with a document, told together.
pub(super) fn validate(schema: &Valid<Schema>, introspection: bool, document: &Document) -> Result<(), ApiError> {
    let executable =
        document.to_executable_validate(schema).map_err(|found| all(diagnostics::invalid(&found.errors)))?;
    let mut values = Values { schema, introspection, document: &executable, errors: Vec::new() };
    for operation in executable.operations.iter() {
        values.operation(operation);
    }
    if values.errors.is_empty() { Ok(()) } else { Err(all(values.errors)) }
}

fn all(errors: Vec<ApiError>) -> ApiError {
    let mut errors = errors.into_iter();
    let first = errors.next().unwrap_or_else(|| diagnostics::broken("", "This document is not valid.", Pos::default()));
    first.beside(errors)
}

/// Looks at the values of a document that validation has passed otherwise.
struct Values<'d> {
    schema: &'d Schema,
    introspection: bool,
    document: &'d ExecutableDocument,
    errors: Vec<ApiError>,
}

/// Where a value stands.
struct Place<'t> {
    ty: &'t Type,
    /// Whether something else holds if a variable there has no value.
    has_default: bool,
    /// Whether it is a part of another value.
    is_within: bool,
}

impl<'d> Values<'d> {
    fn operation(&mut self, operation: &'d Operation) {
        let mut seen = HashSet::new();
        for variable in &operation.variables {
            if let Some(default) = &variable.default_value {
                let place = Place { ty: &variable.ty, has_default: false, is_within: false };
                self.value(default, &place, &[]);
            }
        }
        self.selections(&operation.selection_set, &operation.variables, &mut seen);
    }

    fn selections(
        &mut self,
        set: &'d SelectionSet,
        variables: &[Node<VariableDefinition>],
        seen: &mut HashSet<&'d str>,
    ) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    if !self.introspection && matches!(field.name.as_str(), "__schema" | "__type") {
                        self.broken("Introspection", "Introspection is turned off on this server.", field.location());
                    }
                    if matches!(field.name.as_str(), "__schema" | "__type")
                        && introspection::is_too_deep(field, self.document)
                    {
                        self.broken("MaxIntrospectionDepth", "Maximum introspection depth exceeded", field.location());
                    }
                    for argument in &field.arguments {
                        let Some(definition) = field.definition.argument_by_name(&argument.name) else { continue };
                        self.argument(argument, &definition.ty, definition.default_value.is_some(), variables);
                    }
                    self.selections(&field.selection_set, variables, seen);
                }
                Selection::InlineFragment(fragment) => self.selections(&fragment.selection_set, variables, seen),
                Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.fragment_name);
                    if let Some(fragment) = fragment.filter(|fragment| seen.insert(fragment.name.as_str())) {
                        self.selections(&fragment.selection_set, variables, seen);
                    }
                }
            }
        }
    }

    fn argument(&mut self, argument: &Argument, ty: &Type, has_default: bool, variables: &[Node<VariableDefinition>]) {
        self.value(&argument.value, &Place { ty, has_default, is_within: false }, variables);
    }

    fn value(&mut self, value: &Node<Value>, place: &Place<'_>, variables: &[Node<VariableDefinition>]) {
        match &**value {
            Value::Variable(name) => {
                if let Some(variable) = variables.iter().find(|variable| variable.name == *name)
                    && place.is_within
                    && !may_stand(variable, place)
                {
                    let words = format!(
                        "Variable \"${name}\" of type \"{}\" used in position expecting type \"{}\".",
                        variable.ty, place.ty
                    );
                    self.broken("DisallowedVariableUsage", &words, value.location());
                }
            }
            Value::List(items) if place.ty.is_list() => {
                for item in items {
                    let ty = place.ty.item_type();
                    self.value(item, &Place { ty, has_default: false, is_within: true }, variables);
                }
            }
            Value::Null => {}
            // One by itself is a list of one.
            _ if place.ty.is_list() => self.value(value, &Place { ty: place.ty.item_type(), ..*place }, variables),
            Value::Object(fields) if self.schema.get_input_object(place.ty.inner_named_type()).is_some() => {
                self.object(fields, place, variables);
            }
            _ => self.scalar(value, place.ty),
        }
    }

    fn object(
        &mut self,
        fields: &[(apollo_compiler::Name, Node<Value>)],
        place: &Place<'_>,
        variables: &[Node<VariableDefinition>],
    ) {
        let schema = self.schema;
        let Some(object) = schema.get_input_object(place.ty.inner_named_type()) else { return };
        let mut seen = HashSet::new();
        for (name, value) in fields {
            if !seen.insert(name) {
                let words = format!("There can be only one input field named \"{name}\".");
                self.broken("UniqueInputField", &words, value.location());
            }
            let Some(field) = object.fields.get(name) else { continue };
            let has_default = field.default_value.is_some();
            self.value(value, &Place { ty: &field.ty, has_default, is_within: true }, variables);
        }
    }

    /// A value of one of the schema's own scalars, if it holds no variable.
    fn scalar(&mut self, value: &Node<Value>, ty: &Type) {
        let Some(constant) = tree::constant(value) else { return };
        let name = ty.inner_named_type();
        if let Some(words) = scalars::wrong(name, &constant) {
            let place = self.position(value.location());
            let shown = value.serialize().no_indent();
            let (vi, en) = (format!("{shown}: {}", words.vi), format!("{shown}: {}", words.en));
            self.errors.push(ApiError::request("VALIDATION", vi, en).at(vec![place]));
        }
    }

    fn broken(&mut self, rule: &str, words: &str, span: Option<SourceSpan>) {
        let place = self.position(span);
        self.errors.push(diagnostics::broken(rule, words, place));
    }

    fn position(&self, span: Option<SourceSpan>) -> Pos {
        let start = span.and_then(|span| span.line_column(&self.document.sources));
        start.map_or_else(Pos::default, diagnostics::position)
    }
}

/// The specification's `IsVariableUsageAllowed`.
fn may_stand(variable: &VariableDefinition, place: &Place<'_>) -> bool {
    let has_value = variable.default_value.as_ref().is_some_and(|default| !default.is_null());
    if place.ty.is_non_null() && !variable.ty.is_non_null() {
        (has_value || place.has_default) && variable.ty.is_assignable_to(&place.ty.clone().nullable())
    } else {
        variable.ty.is_assignable_to(place.ty)
    }
}

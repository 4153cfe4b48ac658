//! A document's text as trees: one that is validated, and the same as the executor takes it.
//!
//! Both come from one parser, so that what was validated is what is executed.

use std::collections::HashMap;

use apollo_compiler::{
    Node,
    ast::{self, Definition, Document, OperationType as Kind},
    parser::{Parser, SourceSpan},
};
use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{
        BaseType, Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition, FragmentSpread,
        InlineFragment, OperationDefinition, OperationType, Selection, SelectionSet, Type, TypeCondition,
        VariableDefinition,
    },
};
use async_graphql_value::{ConstValue, Value};
use schema::error::ApiError;

use super::{RequestLimits, diagnostics};

/// Reads a text whose brackets and tokens were counted. Fails if it is no document, or if two of its parts have one name.
pub(super) fn read(text: &str, limits: &RequestLimits) -> Result<(Document, ExecutableDocument), ApiError> {
    let most = |limit: u64| usize::try_from(limit).unwrap_or(usize::MAX);
    let document = Parser::new()
        .recursion_limit(most(limits.nesting).saturating_mul(4))
        .token_limit(most(limits.document))
        .parse_ast(text, "")
        .map_err(|wrong| diagnostics::syntax(&wrong.errors))?;
    let executable = Tree { lines: Lines::of(text) }.document(&document)?;
    Ok((document, executable))
}

/// Where the lines of a text begin, so that places in it can be told as people count them.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    fn position(&self, span: Option<SourceSpan>) -> Pos {
        let Some(span) = span else { return Pos::default() };
        let line = self.starts.partition_point(|start| *start <= span.offset());
        let start = line.checked_sub(1).and_then(|before| self.starts.get(before)).copied().unwrap_or_default();
        let column = self.text.get(start..span.offset()).map_or(0, |before| before.chars().count());
        Pos { line, column: column + 1 }
    }
}

struct Tree<'t> {
    lines: Lines<'t>,
}

impl Tree<'_> {
    fn document(&self, document: &Document) -> Result<ExecutableDocument, ApiError> {
        let (mut operations, mut fragments) = (Vec::new(), HashMap::new());
        for definition in &document.definitions {
            let place = self.lines.position(definition.location());
            match definition {
                Definition::OperationDefinition(operation) => {
                    let name = operation.name.as_ref().map(|name| Name::new(name.as_str()));
                    operations.push((name, Positioned::new(self.operation(operation)?, place)));
                }
                Definition::FragmentDefinition(fragment) => {
                    let known = fragments.insert(Name::new(fragment.name.as_str()), self.fragment(fragment, place)?);
                    if known.is_some() {
                        return Err(diagnostics::twice("FragmentNameCollision", &fragment.name, place));
                    }
                }
                _ => return Err(diagnostics::not_executable(place)),
            }
        }
        Ok(ExecutableDocument { operations: by_name(operations)?, fragments })
    }

    fn operation(&self, operation: &ast::OperationDefinition) -> Result<OperationDefinition, ApiError> {
        let variables = operation.variables.iter().map(|variable| {
            let place = self.lines.position(variable.location());
            let definition = VariableDefinition {
                name: self.name(&variable.name),
                var_type: Positioned::new(type_of(&variable.ty), self.lines.position(variable.ty.location())),
                directives: self.directives(&variable.directives)?,
                default_value: match &variable.default_value {
                    None => None,
                    Some(value) => Some(self.constant(value)?),
                },
            };
            Ok(Positioned::new(definition, place))
        });
        Ok(OperationDefinition {
            ty: match operation.operation_type {
                Kind::Query => OperationType::Query,
                Kind::Mutation => OperationType::Mutation,
                Kind::Subscription => OperationType::Subscription,
            },
            variable_definitions: variables.collect::<Result<_, ApiError>>()?,
            directives: self.directives(&operation.directives)?,
            selection_set: self.selections(&operation.selection_set)?,
        })
    }

    fn fragment(
        &self,
        fragment: &ast::FragmentDefinition,
        place: Pos,
    ) -> Result<Positioned<FragmentDefinition>, ApiError> {
        let definition = FragmentDefinition {
            type_condition: self.condition(&fragment.type_condition),
            directives: self.directives(&fragment.directives)?,
            selection_set: self.selections(&fragment.selection_set)?,
        };
        Ok(Positioned::new(definition, place))
    }

    fn selections(&self, selections: &[ast::Selection]) -> Result<Positioned<SelectionSet>, ApiError> {
        let items = selections.iter().map(|selection| self.selection(selection)).collect::<Result<Vec<_>, _>>()?;
        let place = items.first().map_or_else(Pos::default, |first| first.pos);
        Ok(Positioned::new(SelectionSet { items }, place))
    }

    fn selection(&self, selection: &ast::Selection) -> Result<Positioned<Selection>, ApiError> {
        let place = self.lines.position(selection.location());
        let selection = match selection {
            ast::Selection::Field(field) => {
                let arguments = field.arguments.iter().map(|argument| self.argument(argument));
                let field = Field {
                    alias: field.alias.as_ref().map(|alias| self.name(alias)),
                    name: self.name(&field.name),
                    arguments: arguments.collect::<Result<_, _>>()?,
                    directives: self.directives(&field.directives)?,
                    selection_set: self.selections(&field.selection_set)?,
                };
                Selection::Field(Positioned::new(field, place))
            }
            ast::Selection::FragmentSpread(spread) => {
                let (fragment_name, directives) =
                    (self.name(&spread.fragment_name), self.directives(&spread.directives)?);
                Selection::FragmentSpread(Positioned::new(FragmentSpread { fragment_name, directives }, place))
            }
            ast::Selection::InlineFragment(fragment) => {
                let fragment = InlineFragment {
                    type_condition: fragment.type_condition.as_ref().map(|on| self.condition(on)),
                    directives: self.directives(&fragment.directives)?,
                    selection_set: self.selections(&fragment.selection_set)?,
                };
                Selection::InlineFragment(Positioned::new(fragment, place))
            }
        };
        Ok(Positioned::new(selection, place))
    }

    fn directives(&self, directives: &ast::DirectiveList) -> Result<Vec<Positioned<Directive>>, ApiError> {
        let directives = directives.iter().map(|directive| {
            let arguments = directive.arguments.iter().map(|argument| self.argument(argument));
            let read = Directive { name: self.name(&directive.name), arguments: arguments.collect::<Result<_, _>>()? };
            Ok(Positioned::new(read, self.lines.position(directive.location())))
        });
        directives.collect()
    }

    fn argument(&self, argument: &ast::Argument) -> Result<(Positioned<Name>, Positioned<Value>), ApiError> {
        let place = self.lines.position(argument.value.location());
        Ok((self.name(&argument.name), Positioned::new(self.value(&argument.value)?, place)))
    }

    fn constant(&self, value: &Node<ast::Value>) -> Result<Positioned<ConstValue>, ApiError> {
        let place = self.lines.position(value.location());
        let constant = self.value(value)?.into_const();
        let constant = constant.ok_or_else(|| diagnostics::variable_in_default(place))?;
        Ok(Positioned::new(constant, place))
    }

    fn value(&self, value: &Node<ast::Value>) -> Result<Value, ApiError> {
        read_value(value).map_err(|(unreadable, span)| {
            let error = match unreadable {
                Unreadable::Nul => diagnostics::nul(),
                Unreadable::TooLarge => diagnostics::too_large(),
            };
            error.at(vec![self.lines.position(span)])
        })
    }

    fn condition(&self, on: &apollo_compiler::Name) -> Positioned<TypeCondition> {
        let on = self.name(on);
        let place = on.pos;
        Positioned::new(TypeCondition { on }, place)
    }

    fn name(&self, name: &apollo_compiler::Name) -> Positioned<Name> {
        Positioned::new(Name::new(name.as_str()), self.lines.position(name.location()))
    }
}

/// A value as a constant; `None` if it holds a variable.
pub(super) fn constant(value: &Node<ast::Value>) -> Option<ConstValue> {
    read_value(value).ok()?.into_const()
}

/// Why a literal is no value.
enum Unreadable {
    /// It holds U+0000.
    Nul,
    /// No number is so large.
    TooLarge,
}

fn read_value(value: &Node<ast::Value>) -> Result<Value, (Unreadable, Option<SourceSpan>)> {
    let read = match &**value {
        ast::Value::Null => Value::Null,
        ast::Value::Boolean(value) => Value::Boolean(*value),
        ast::Value::Enum(name) => Value::Enum(Name::new(name.as_str())),
        ast::Value::Variable(name) => Value::Variable(Name::new(name.as_str())),
        ast::Value::String(text) if text.contains('\0') => return Err((Unreadable::Nul, value.location())),
        ast::Value::String(text) => Value::String(text.clone()),
        ast::Value::Int(digits) => number(digits.as_str(), value)?,
        ast::Value::Float(digits) => number(digits.as_str(), value)?,
        ast::Value::List(items) => Value::List(items.iter().map(read_value).collect::<Result<_, _>>()?),
        ast::Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| Ok((Name::new(name.as_str()), read_value(value)?)));
            Value::Object(fields.collect::<Result<_, _>>()?)
        }
    };
    Ok(read)
}

/// A number as JSON holds it.
fn number(digits: &str, value: &Node<ast::Value>) -> Result<Value, (Unreadable, Option<SourceSpan>)> {
    digits.parse().map(Value::Number).map_err(|_| (Unreadable::TooLarge, value.location()))
}

fn by_name(mut all: Vec<(Option<Name>, Positioned<OperationDefinition>)>) -> Result<DocumentOperations, ApiError> {
    if let [(None, _)] = all.as_slice()
        && let Some((_, only)) = all.pop()
    {
        return Ok(DocumentOperations::Single(only));
    }
    let mut named = HashMap::new();
    for (name, operation) in all {
        let place = operation.pos;
        let name = name.ok_or_else(|| diagnostics::nameless(place))?;
        if named.insert(name.clone(), operation).is_some() {
            return Err(diagnostics::twice("OperationNameCollision", &name, place));
        }
    }
    Ok(DocumentOperations::Multiple(named))
}

fn type_of(ty: &ast::Type) -> Type {
    let (base, nullable) = match ty {
        ast::Type::Named(name) => (BaseType::Named(Name::new(name.as_str())), true),
        ast::Type::NonNullNamed(name) => (BaseType::Named(Name::new(name.as_str())), false),
        ast::Type::List(item) => (BaseType::List(Box::new(type_of(item))), true),
        ast::Type::NonNullList(item) => (BaseType::List(Box::new(type_of(item))), false),
    };
    Type { base, nullable }
}

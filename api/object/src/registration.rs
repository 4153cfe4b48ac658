//! What a type tells the library's registry: its name, its fields, their arguments.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerError, ServerResult, Value,
    indexmap::IndexMap,
    parser::types::Field,
    registry::{MetaDirectiveInvocation, MetaField, MetaInputValue, MetaTypeId, ObjectBuilder, Registry},
};

/// A type of the schema, before there is any value of it.
pub trait Typed {
    /// Whether null is among its values.
    const NULLABLE: bool = false;

    /// Its name, without the mark of what is never null.
    fn type_name() -> Cow<'static, str>;

    /// Its name where it is used: with `!` unless it is nullable.
    #[must_use]
    fn qualified_type_name() -> String {
        let name = Self::type_name();
        if Self::NULLABLE { name.into_owned() } else { format!("{name}!") }
    }

    /// Registers it, and the types it is made of; answers [`Typed::qualified_type_name`].
    fn register(registry: &mut Registry) -> String;
}

/// Something an object type or a field says of itself by a directive, and the registration of that directive.
pub type Directive = fn(&mut Registry) -> MetaDirectiveInvocation;

/// A field of an object type.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// Its name
    pub name: &'static str,
    /// What it holds, for a stranger
    pub description: &'static str,
    /// Registers its type
    pub ty: fn(&mut Registry) -> String,
    /// Its arguments, in order
    pub arguments: &'static [ArgumentSpec],
    /// Its directives
    pub directives: &'static [Directive],
}

/// An argument of a field.
#[derive(Debug, Clone, Copy)]
pub struct ArgumentSpec {
    /// Its name
    pub name: &'static str,
    /// What it does, for a stranger; empty if nothing is said
    pub description: &'static str,
    /// Registers its type
    pub ty: fn(&mut Registry) -> String,
    /// What is taken if it is left out
    pub default: Option<fn() -> Value>,
    /// Whether it is kept out of logs
    pub secret: bool,
}

/// A piece of a table of fields.
#[derive(Debug, Clone, Copy)]
pub enum Part {
    /// One field
    Field(FieldSpec),
    /// The fields of another table, such as those of a row that an object shows
    All(&'static [Part]),
}

/// An object type as the registry learns of it.
pub trait Described: Send + Sync {
    /// Its fields, in the order in which the schema prints them.
    const PARTS: &'static [Part];
}

impl<T: Described> Described for std::sync::Arc<T> {
    const PARTS: &'static [Part] = T::PARTS;
}

/// Registers an object type under its name.
pub fn register_object<T: Typed + Described>(
    registry: &mut Registry,
    description: &str,
    directives: &[Directive],
) -> String {
    registry.create_output_type::<Named<T>, _>(MetaTypeId::Object, |registry| {
        let mut fields = IndexMap::new();
        add_parts(registry, T::PARTS, &mut fields);
        let directives = directives.iter().map(|directive| directive(registry)).collect();
        ObjectBuilder::new(T::type_name(), fields)
            .description(words(description))
            .directive_invocations(directives)
            .rust_typename(std::any::type_name::<Named<T>>())
            .build()
    })
}

fn add_parts(registry: &mut Registry, parts: &[Part], fields: &mut IndexMap<String, MetaField>) {
    for part in parts {
        match part {
            Part::All(parts) => add_parts(registry, parts, fields),
            Part::Field(spec) => {
                let mut field = MetaField::new(spec.name, (spec.ty)(registry));
                field.description = words(spec.description);
                for spec in spec.arguments {
                    let mut argument = MetaInputValue::new(spec.name, (spec.ty)(registry));
                    argument.description = words(spec.description);
                    argument.default_value = spec.default.map(|default| default().to_string());
                    argument.is_secret = spec.secret;
                    field.args.insert(spec.name.to_owned(), argument);
                }
                field.directive_invocations = spec.directives.iter().map(|directive| directive(registry)).collect();
                fields.insert(spec.name.to_owned(), field);
            }
        }
    }
}

pub(crate) fn words(description: &str) -> Option<String> {
    let description = description.trim();
    (!description.is_empty()).then(|| description.to_owned())
}

/// A type of ours as the library's registry wants to be told of it: by name. It is never resolved by the library.
pub(crate) struct Named<T>(PhantomData<fn() -> T>);

impl<T: Typed> OutputType for Named<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::register(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        Err(ServerError::new("answered by the object layer", Some(field.pos)))
    }
}

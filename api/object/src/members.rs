//! Types of several types: unions and interfaces.

use async_graphql::{
    indexmap::{IndexMap, IndexSet},
    registry::{MetaField, MetaType, MetaTypeId, Registry},
};

use crate::{
    Typed,
    registration::{FieldSpec, Named, words},
};

/// What registers a type and answers its name.
pub type Member = fn(&mut Registry) -> String;

/// Registers a union and its members.
pub fn register_union<T: Typed>(registry: &mut Registry, description: &str, members: &[Member]) -> String {
    registry.create_output_type::<Named<T>, _>(MetaTypeId::Union, |registry| MetaType::Union {
        name: T::type_name().into_owned(),
        description: words(description),
        possible_types: names(registry, members),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(std::any::type_name::<Named<T>>()),
        directive_invocations: Vec::new(),
    })
}

/// Registers an interface with its fields, and the types that implement it.
pub fn register_interface<T: Typed>(
    registry: &mut Registry,
    description: &str,
    fields: &[FieldSpec],
    members: &[Member],
) -> String {
    registry.create_output_type::<Named<T>, _>(MetaTypeId::Interface, |registry| {
        let possible_types = names(registry, members);
        for member in &possible_types {
            registry.add_implements(member, &T::type_name());
        }
        let field = |registry: &mut Registry, spec: &FieldSpec| {
            let mut field = MetaField::new(spec.name, (spec.ty)(registry));
            field.description = words(spec.description);
            (spec.name.to_owned(), field)
        };
        let fields: IndexMap<_, _> = fields.iter().map(|spec| field(registry, spec)).collect();
        MetaType::Interface {
            name: T::type_name().into_owned(),
            description: words(description),
            fields,
            possible_types,
            extends: false,
            keys: None,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: Some(std::any::type_name::<Named<T>>()),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        }
    })
}

fn names(registry: &mut Registry, members: &[Member]) -> IndexSet<String> {
    members.iter().map(|member| member(registry).trim_end_matches('!').to_owned()).collect()
}

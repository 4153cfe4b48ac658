//! Deny by default: a schema in which something has no rule is no schema to serve.

use async_graphql::Positioned;
use async_graphql::parser::{
    self, parse_schema,
    types::{ConstDirective, TypeKind, TypeSystemDefinition},
};
use db::access::Auth;

/// Why a schema is not served.
#[derive(Debug, thiserror::Error)]
pub enum Unruled {
    /// Types and fields that do not say who may use them.
    #[error(
        "no rule says who may use {}: give it `#[graphql(directive = Auth::apply(Action::…))]`, see CONTRIBUTING.md",
        .0.join(", ")
    )]
    Missing(Vec<String>),
    /// The SDL cannot be read.
    #[error(transparent)]
    Unreadable(#[from] parser::Error),
}

/// Sees that every object type and every field of a root carries `@auth`, in the SDL that a schema prints of itself.
pub fn check(sdl: &str) -> Result<(), Unruled> {
    let document = parse_schema(sdl)?;
    let mut roots = Vec::new();
    for definition in &document.definitions {
        if let TypeSystemDefinition::Schema(schema) = definition {
            let schema = &schema.node;
            let named = [&schema.query, &schema.mutation, &schema.subscription];
            roots.extend(named.into_iter().flatten().map(|name| name.node.clone()));
        }
    }
    let mut missing = Vec::new();
    for definition in &document.definitions {
        let TypeSystemDefinition::Type(ty) = definition else { continue };
        let (name, TypeKind::Object(object)) = (&ty.node.name.node, &ty.node.kind) else { continue };
        if roots.contains(name) {
            let unruled = object.fields.iter().filter(|field| !has_rule(&field.node.directives));
            missing.extend(unruled.map(|field| format!("{name}.{}", field.node.name.node)));
        } else if !has_rule(&ty.node.directives) {
            missing.push(name.to_string());
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(Unruled::Missing(missing)) }
}

fn has_rule(directives: &[Positioned<ConstDirective>]) -> bool {
    directives.iter().any(|directive| directive.node.name.node == Auth::NAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_rule_is_named() {
        let rule = "@auth(action: SEE_PUBLISHED, for: [PUBLIC])";
        let ruled = format!(
            "type Agency {rule} {{ name: String }}
             type Query {{ agency: Agency {rule} }}
             type Mutation {{ rename: Agency {rule} }}
             schema {{ query: Query mutation: Mutation }}"
        );
        assert!(check(&ruled).is_ok());
        for (from, to, coordinate) in [
            (format!("Agency {rule} {{ name"), "Agency { name", "Agency"),
            (format!("agency: Agency {rule}"), "agency: Agency", "Query.agency"),
            (format!("rename: Agency {rule}"), "rename: Agency @deprecated", "Mutation.rename"),
        ] {
            let message = check(&ruled.replace(&from, to)).unwrap_err().to_string();
            assert!(message.starts_with(&format!("no rule says who may use {coordinate}: give it")), "{message}");
        }
    }

    #[test]
    fn the_schema_has_no_gap() {
        check(&crate::sdl()).unwrap();
    }
}

//! Rules that the whole schema keeps.

use std::{fs, path::Path};

use async_graphql_parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
};

/// Lists that come whole, because what they hold is few by its nature. Everything else is a connection.
const WHOLE_LISTS: &[&str] = &[
    "Agency.aliases",
    "Agency.ancestors",
    "Agency.placements",
    "Agency.predecessors",
    "Agency.successors",
    "AgencySuccession.predecessors",
    "AgencySuccession.successors",
    "Directive.coordinators",
    "Directive.deadlines",
    "Directive.dependsOn",
    "Directive.indicators",
    "Directive.leads",
    "Document.inverseRelations",
    "Document.relations",
    "EnumLabels.values",
    "Indicator.definitions",
    "Indicator.memberships",
    "Measurement.revisions",
    "Programme.documents",
    // The enums of the schema, each at most once.
    "Query.labels",
    "Query.nodes",
    "Recommendation.mentionedDocuments",
    "Recommendation.to",
    "ReportingRule.cadences",
    "ReportingRule.recipients",
    "ReportingRule.reporters",
    "Target.conflicts",
    "Target.revisions",
    "Target.warnings",
];

fn types() -> Vec<TypeDefinition> {
    let document = parse_schema(api::schema::sdl()).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    types.collect()
}

fn fields(definition: &TypeDefinition) -> Vec<&FieldDefinition> {
    match &definition.kind {
        TypeKind::Object(object) => object.fields.iter().map(|field| &field.node).collect(),
        TypeKind::Interface(interface) => interface.fields.iter().map(|field| &field.node).collect(),
        _ => Vec::new(),
    }
}

fn name(of: &Type) -> &str {
    match &of.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => name(inner),
    }
}

fn is_object(types: &[TypeDefinition], wanted: &str) -> bool {
    let found = types.iter().find(|definition| definition.name.node == wanted);
    found.is_some_and(|found| matches!(found.kind, TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)))
}

#[test]
fn the_committed_schema_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/schema.graphql");
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == api::schema::sdl(),
        "api/schema.graphql is old: cargo run --bin cotmoc -- schema > api/schema.graphql"
    );
}

#[test]
fn everything_is_described() {
    let mut missing = Vec::new();
    for definition in types() {
        let of = &definition.name.node;
        let mut check = |described: bool, what: String| (!described).then(|| missing.push(what));
        check(definition.description.is_some(), of.to_string());
        for field in fields(&definition) {
            check(field.description.is_some(), format!("{of}.{}", field.name.node));
            for argument in &field.arguments {
                let what = format!("{of}.{}({})", field.name.node, argument.node.name.node);
                check(argument.node.description.is_some(), what);
            }
        }
        match &definition.kind {
            TypeKind::Enum(kind) => {
                for value in &kind.values {
                    check(value.node.description.is_some(), format!("{of}.{}", value.node.value.node));
                }
            }
            TypeKind::InputObject(input) => {
                for field in &input.fields {
                    check(field.node.description.is_some(), format!("{of}.{}", field.node.name.node));
                }
            }
            _ => {}
        }
    }
    assert!(missing.is_empty(), "without a description: {missing:#?}");
}

#[test]
fn lists_are_connections_or_few_by_nature() {
    let mut lists = Vec::new();
    for definition in types() {
        let of = definition.name.node.as_str();
        if of.ends_with("Connection") {
            continue;
        }
        for field in fields(&definition) {
            if matches!(field.ty.node.base, BaseType::List(_)) {
                lists.push(format!("{of}.{}", field.name.node));
            }
        }
    }
    lists.sort();
    assert_eq!(lists, WHOLE_LISTS);
}

#[test]
fn connections_take_the_four_arguments_of_the_specification() {
    for definition in types() {
        for field in fields(&definition) {
            if name(&field.ty.node).ends_with("Connection") {
                let arguments: Vec<_> =
                    field.arguments.iter().map(|argument| argument.node.name.node.as_str()).collect();
                let wanted: &[&str] = if name(&field.ty.node) == "SearchConnection" {
                    &["first", "after"]
                } else {
                    &["first", "after", "last", "before"]
                };
                for argument in wanted {
                    assert!(arguments.contains(argument), "{}.{}: {argument}", definition.name.node, field.name.node);
                }
            }
        }
    }
}

/// Whatever a loader brings may fail alone; were it non-null, its failure would take its parent along.
#[test]
fn what_is_loaded_is_nullable() {
    let types = types();
    for definition in &types {
        let of = definition.name.node.as_str();
        // Labels are part of the program.
        if of.ends_with("Connection") || of.ends_with("Edge") || of == "EnumLabels" {
            continue;
        }
        for field in fields(definition) {
            if is_object(&types, name(&field.ty.node)) {
                assert!(field.ty.node.nullable, "{of}.{} is loaded, so it must be nullable", field.name.node);
            }
        }
    }
}

#[test]
fn whole_numbers_that_may_outgrow_an_int_are_no_int() {
    // Everything that is an Int comes from a 16- or 32-bit column, or is a count that stops at the largest Int.
    let ints: Vec<String> = types()
        .iter()
        .flat_map(|definition| {
            let of = definition.name.node.clone();
            fields(definition)
                .into_iter()
                .filter(|field| name(&field.ty.node) == "Int")
                .map(move |field| format!("{of}.{}", field.name.node))
                .collect::<Vec<_>>()
        })
        .filter(|field| !field.ends_with("Connection.totalCount"))
        .collect();
    insta::assert_debug_snapshot!(ints);
}

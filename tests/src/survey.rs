//! Questions that ask for every field of the schema, made from its SDL: what is added to the schema is asked for as well.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use async_graphql_parser::{
    parse_schema,
    types::{BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
};

/// The schema, to be asked about.
pub struct Survey {
    types: BTreeMap<String, TypeDefinition>,
    /// What a required argument is given, by its name.
    values: BTreeMap<&'static str, &'static str>,
    /// `Type.field` of what it has asked for so far.
    asked: RefCell<BTreeSet<String>>,
}

impl Survey {
    /// Of the schema as it is, with values for required arguments of fields below the root.
    #[must_use]
    pub fn new(values: &[(&'static str, &'static str)]) -> Self {
        let document = parse_schema(schema::sdl()).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some((definition.node.name.node.to_string(), definition.node)),
            _ => None,
        });
        Self { types: types.collect(), values: values.iter().copied().collect(), asked: RefCell::default() }
    }

    /// The fields of the query root.
    #[must_use]
    pub fn roots(&self) -> Vec<&FieldDefinition> {
        self.fields("Query")
    }

    /// What a field of the root selects, relations followed so deep; empty for a scalar.
    #[must_use]
    pub fn below(&self, field: &FieldDefinition, depth: usize) -> String {
        self.asked.borrow_mut().insert(format!("Query.{}", field.name.node));
        self.selection(name(&field.ty.node), depth)
    }

    /// Each field of an object, with what it needs and everything below it, relations followed so deep.
    #[must_use]
    pub fn each(&self, of: &str, depth: usize) -> Vec<String> {
        self.fields(of).into_iter().filter_map(|field| self.field(of, field, depth)).collect()
    }

    /// Ways of so many relations from an object, each with the plain fields at its end: of one field a level, so that the
    /// number of statements depends on nothing else.
    #[must_use]
    pub fn ways(&self, of: &str, steps: usize) -> Vec<String> {
        let (objects, plain): (Vec<_>, Vec<_>) =
            self.fields(of).into_iter().partition(|field| self.is_object(name(&field.ty.node)));
        let plain: Vec<_> = plain.into_iter().filter_map(|field| self.field(of, field, 0)).collect();
        let mut ways = vec![plain.join(" ")];
        for field in objects.into_iter().filter(|_| steps > 0) {
            let (called, target) = (format!("{}{}", field.name.node, self.arguments(of, field)), name(&field.ty.node));
            let within = |below: String| match target.strip_suffix("Connection") {
                Some(_) => format!("{called} {{ totalCount nodes {{ {below} }} }}"),
                None => format!("{called} {{ {below} }}"),
            };
            // What stands in a list is the beginning of other ways.
            let ends = match target.strip_suffix("Connection") {
                Some(item) => self.ways(item, 0),
                None => self.ways(target, steps - 1),
            };
            ways.extend(ends.into_iter().map(within));
        }
        ways
    }

    fn is_object(&self, of: &str) -> bool {
        let kind = self.types.get(of).map(|found| &found.kind);
        matches!(kind, Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)))
    }

    /// The fields of an input type that take a text.
    #[must_use]
    pub fn texts_of(&self, input: &Type) -> Vec<&str> {
        let Some(TypeKind::InputObject(input)) = self.types.get(name(input)).map(|found| &found.kind) else {
            return Vec::new();
        };
        let texts = input.fields.iter().filter(|field| name(&field.node.ty.node) == "String");
        texts.map(|field| field.node.name.node.as_str()).collect()
    }

    /// Whether a field of an input type takes a list.
    #[must_use]
    pub fn takes_list(&self, input: &Type, field: &str) -> bool {
        let Some(TypeKind::InputObject(input)) = self.types.get(name(input)).map(|found| &found.kind) else {
            return false;
        };
        input.fields.iter().any(|own| own.node.name.node == field && matches!(own.node.ty.node.base, BaseType::List(_)))
    }

    /// `Type.field` of everything that a query can show and that was not asked for yet. Edges are left out that only repeat
    /// the nodes of their page.
    #[must_use]
    pub fn unasked(&self) -> Vec<String> {
        let (mut found, mut types, mut seen) = (Vec::new(), vec!["Query".to_owned()], BTreeSet::new());
        while let Some(of) = types.pop() {
            if !seen.insert(of.clone()) {
                continue;
            }
            match self.types.get(&of).map(|found| &found.kind) {
                Some(TypeKind::Union(union)) => {
                    types.extend(union.members.iter().map(|member| member.node.to_string()));
                }
                Some(TypeKind::Interface(_)) => types.extend(self.implementations(&of)),
                _ => {}
            }
            for field in self.fields(&of) {
                let repeats = field.name.node == "edges" && self.has(&of, "nodes");
                if !repeats {
                    types.push(name(&field.ty.node).to_owned());
                }
                let member = format!("{of}.{}", field.name.node);
                if !self.asked.borrow().contains(&member) {
                    found.push(member);
                }
            }
        }
        found
    }

    fn fields(&self, of: &str) -> Vec<&FieldDefinition> {
        match self.types.get(of).map(|found| &found.kind) {
            // `asOf` is the root once more, and asked about by tests of its own.
            Some(TypeKind::Object(object)) => {
                object.fields.iter().map(|field| &field.node).filter(|field| field.name.node != "asOf").collect()
            }
            _ => Vec::new(),
        }
    }

    fn selection(&self, of: &str, depth: usize) -> String {
        let whole = match self.types.get(of).map(|found| &found.kind) {
            Some(TypeKind::Union(union)) => union.members.iter().map(|member| member.node.to_string()).collect(),
            Some(TypeKind::Interface(_)) => self.implementations(of),
            Some(TypeKind::Object(_)) => {
                let fields = self.fields(of);
                let fields: Vec<_> = fields.into_iter().filter_map(|field| self.field(of, field, depth)).collect();
                return format!("{{ __typename {} }}", fields.join(" "));
            }
            _ => return String::new(),
        };
        // Fields of one name may have different types in different objects, so each is called by both.
        let part = |one: &String| {
            let fields = self.fields(one).into_iter().filter_map(|field| {
                self.field(one, field, depth).map(|text| format!("{one}_{}: {text}", field.name.node))
            });
            format!("... on {one} {{ {} }}", fields.collect::<Vec<_>>().join(" "))
        };
        format!("{{ __typename {} }}", whole.iter().map(part).collect::<Vec<_>>().join(" "))
    }

    fn implementations(&self, interface: &str) -> Vec<String> {
        let implements = |found: &TypeDefinition| match &found.kind {
            TypeKind::Object(object) => object.implements.iter().any(|own| own.node == interface),
            _ => false,
        };
        self.types.iter().filter(|(_, found)| implements(found)).map(|(of, _)| of.clone()).collect()
    }

    /// A field with what it needs; nothing if it is a relation too deep.
    fn field(&self, of: &str, field: &FieldDefinition, depth: usize) -> Option<String> {
        let target = name(&field.ty.node);
        let is_object = self.is_object(target);
        let called = field.name.node.as_str();
        let selection = if !is_object {
            String::new()
        } else if target == "PageInfo" || target.ends_with("Edge") {
            // Of a page, the nodes are enough: an edge adds its cursor.
            if called == "edges" && self.has(of, "nodes") {
                "{ cursor }".to_owned()
            } else {
                self.selection(target, depth)
            }
        } else if target.ends_with("Connection") {
            // Even where its objects are too deep, a list is asked how long it is.
            if depth == 0 { self.size(target) } else { self.selection(target, depth) }
        } else {
            self.selection(target, depth.checked_sub(1)?)
        };
        self.asked.borrow_mut().insert(format!("{of}.{called}"));
        Some(format!("{called}{} {selection}", self.arguments(of, field)))
    }

    fn size(&self, connection: &str) -> String {
        let total = if self.has(connection, "totalCount") { "totalCount" } else { "" };
        format!("{{ {total} pageInfo {{ hasNextPage endCursor }} }}")
    }

    fn has(&self, of: &str, field: &str) -> bool {
        self.fields(of).iter().any(|own| own.name.node == field)
    }

    fn arguments(&self, of: &str, field: &FieldDefinition) -> String {
        let given = |argument: &InputValueDefinition| {
            let called = argument.name.node.as_str();
            if called == "first" {
                return Some("first: 3".to_owned());
            }
            let required = !argument.ty.node.nullable && argument.default_value.is_none();
            required.then(|| match self.values.get(called) {
                Some(value) => format!("{called}: {value}"),
                None => panic!("{of}.{} needs `{called}`: give the survey a value for it", field.name.node),
            })
        };
        let given: Vec<_> = field.arguments.iter().filter_map(|argument| given(&argument.node)).collect();
        if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) }
    }
}

/// The type that a list or a non-null type is about.
#[must_use]
pub fn name(of: &Type) -> &str {
    match &of.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => name(inner),
    }
}

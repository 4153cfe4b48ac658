//! What can be exported: every list at the root of the schema, read from the schema's own SDL, so that a new one cannot be forgotten.
//!
//! The columns of a list are what a person who opens the sheet wants to see: the fields of its objects that are values, and of what
//! these refer to the codes and the names. What an object is a place for (lists below it, its history, what the viewer may do) has no
//! column.

use std::collections::BTreeMap;

use async_graphql::{
    Value,
    parser::{
        Error, parse_schema,
        types::{
            BaseType, ConstDirective, FieldDefinition, ObjectType, Type, TypeDefinition, TypeKind, TypeSystemDefinition,
        },
    },
};
use auth::{Action, Principal};
use db::access::Auth;

/// Of what is referred to, these fields: whoever has a code, and accounts.
const NAMES: &[&str] = &["code", "symbol", "name", "title", "login", "fullName"];

/// Of what is referred to and has no code, these.
const BRIEF: &[&str] = &["period", "value", "state", "verdict"];

/// Fields that are no columns in any list.
const NO_COLUMN: &[&str] = &["id", "version", "history", "viewerCan", "contentHash"];

/// Fields that are no columns of this type, though their own types are such that they could be.
const LEFT_OUT: &[(&str, &str)] = &[
    // The texts of a definition are long, and the same in every row of an indicator.
    ("Measurement", "definition"),
    ("Target", "definition"),
    // What the row says itself.
    ("Measurement", "published"),
    ("Measurement", "computation"),
    ("Assessment", "lines"),
    ("Assessment", "inputs"),
    ("Target", "revisions"),
    ("Directive", "deadlines"),
];

/// Columns of lists within a row that the rules do not find.
const ADDED: &[(&str, &[&str])] =
    &[("ReportingMatrixRow", &["obligations", "indicator", "code"]), ("ReportingMatrixRow", &["obligations", "state"])];

/// The arguments of a list by which it is paged.
const PAGING: &[&str] = &["first", "after", "last", "before"];

/// What the values of a column are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Form {
    /// Any text.
    #[default]
    Text,
    /// A whole number.
    Integer,
    /// A number that need not be exact.
    Float,
    /// An exact decimal, written as a string.
    Decimal,
    /// True or false.
    Boolean,
    /// A day.
    Day,
    /// An instant.
    Instant,
    /// A value of this enum.
    Enum(String),
    /// Whatever JSON there is.
    Json,
}

/// A column of a list.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// The fields that lead to its value.
    pub path: Vec<String>,
    /// The types that have these fields.
    pub owners: Vec<String>,
    /// What its values are.
    pub form: Form,
    /// Whether a row may have several.
    pub many: bool,
    /// What whoever reads it must be allowed.
    actions: Vec<Action>,
}

impl Column {
    /// Its name for programs.
    #[must_use]
    pub fn name(&self) -> String {
        self.path.join(".")
    }
}

/// An argument of a list.
#[derive(Debug, Clone)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its type, as the schema writes it.
    pub ty: String,
    /// Whether it is written as JSON, or as a plain word.
    pub is_json: bool,
}

/// A list at the root that can be exported.
#[derive(Debug, Clone)]
pub struct List {
    /// Its field at the root.
    pub name: String,
    /// Its arguments, those left out by which it is paged.
    pub arguments: Vec<Argument>,
    /// Its columns, those too that not everybody may read.
    columns: Vec<Column>,
    /// Whether it can be counted.
    pub is_counted: bool,
}

impl List {
    /// The columns that somebody may read.
    #[must_use]
    pub fn columns_for(&self, principal: &Principal) -> Vec<Column> {
        let may = |column: &&Column| column.actions.iter().all(|action| principal.may(*action).is_ok());
        self.columns.iter().filter(may).cloned().collect()
    }

    /// All its columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }
}

/// The lists that can be exported, by name.
#[derive(Debug)]
pub struct Lists(BTreeMap<String, List>);

impl Lists {
    /// Reads the SDL that the schema prints of itself.
    pub fn read(sdl: &str) -> Result<Self, Error> {
        let types = parse_schema(sdl)?.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) => Some((ty.node.name.node.to_string(), ty.node)),
            _ => None,
        });
        let types = Types(types.collect());
        let lists = types.fields("Query").filter_map(|field| types.list(field));
        Ok(Self(lists.map(|list| (list.name.clone(), list)).collect()))
    }

    /// The list of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&List> {
        self.0.get(name)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &List> {
        self.0.values()
    }
}

/// The types of the schema.
struct Types(BTreeMap<String, TypeDefinition>);

impl Types {
    fn object(&self, name: &str) -> Option<&ObjectType> {
        match &self.0.get(name)?.kind {
            TypeKind::Object(object) => Some(object),
            _ => None,
        }
    }

    fn fields(&self, of: &str) -> impl Iterator<Item = &FieldDefinition> {
        self.object(of).into_iter().flat_map(|object| object.fields.iter().map(|field| &field.node))
    }

    fn field(&self, of: &str, name: &str) -> Option<&FieldDefinition> {
        self.fields(of).find(|field| field.name.node == name)
    }

    fn is_enum(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|ty| matches!(ty.kind, TypeKind::Enum(_)))
    }

    /// What the values of a type are, if it has no fields.
    fn form(&self, name: &str) -> Option<Form> {
        let is_leaf = self.0.get(name).is_none_or(|ty| matches!(ty.kind, TypeKind::Scalar | TypeKind::Enum(_)));
        is_leaf.then(|| match name {
            "Int" => Form::Integer,
            "Float" => Form::Float,
            "Decimal" => Form::Decimal,
            "Boolean" => Form::Boolean,
            "Date" => Form::Day,
            "DateTime" => Form::Instant,
            "JSON" => Form::Json,
            name if self.is_enum(name) => Form::Enum(name.to_owned()),
            _ => Form::Text,
        })
    }

    fn list(&self, field: &FieldDefinition) -> Option<List> {
        let connection = named(&field.ty.node);
        let node = named(&self.field(connection, "nodes")?.ty.node);
        self.field(connection, "pageInfo")?;
        let arguments = field.arguments.iter().map(|argument| &argument.node);
        let arguments = arguments.filter(|argument| !PAGING.contains(&argument.name.node.as_str())).map(|argument| {
            let (ty, is_list) = (&argument.ty.node, matches!(argument.ty.node.base, BaseType::List(_)));
            let is_input = self.0.get(named(ty)).is_some_and(|ty| matches!(ty.kind, TypeKind::InputObject(_)));
            Argument {
                name: argument.name.node.to_string(),
                ty: ty.to_string(),
                is_json: is_list || is_input || named(ty) == "Int",
            }
        });
        Some(List {
            name: field.name.node.to_string(),
            arguments: arguments.collect(),
            columns: self.columns(node),
            is_counted: self.field(connection, "totalCount").is_some(),
        })
    }

    fn columns(&self, node: &str) -> Vec<Column> {
        let mut columns: Vec<Column> = Vec::new();
        for field in self.fields(node).filter(|field| is_column(node, field)) {
            self.add(node, field, &mut columns);
        }
        for (_, path) in ADDED.iter().filter(|(of, _)| *of == node) {
            columns.extend(self.column(node, path));
        }
        // Whoever reads a sheet looks for codes and names first.
        let rank = |column: &Column| match column.path.first().map(String::as_str) {
            Some("code" | "symbol" | "login" | "number") if column.path.len() == 1 => 0,
            Some("name" | "title" | "fullName") if column.path.len() == 1 => 1,
            Some("period" | "agency" | "indicator" | "subject" | "reporter" | "target") => 2,
            Some("note") => 4,
            _ => 3,
        };
        columns.sort_by_key(rank);
        columns
    }

    /// Adds the columns for a field.
    fn add(&self, of: &str, field: &FieldDefinition, columns: &mut Vec<Column>) {
        let (name, to) = (field.name.node.as_str(), named(&field.ty.node));
        let is_list = matches!(field.ty.node.base, BaseType::List(_));
        if self.form(to).is_some() {
            columns.extend(self.column(of, &[name]));
            return;
        }
        if self.object(to).is_none() || self.field(to, "pageInfo").is_some() {
            return;
        }
        if self.field(to, "code").is_some() || matches!(to, "Account" | "ServiceAccount") {
            let first =
                NAMES.iter().filter(|it| self.field(to, it).is_some()).take(if is_list { 1 } else { usize::MAX });
            columns.extend(first.filter_map(|it| self.column(of, &[name, it])));
        } else if self.is_node(to) {
            let brief = BRIEF.iter().filter(|it| !is_list && self.field(to, it).is_some());
            columns.extend(brief.filter_map(|it| self.column(of, &[name, it])));
        } else if is_list {
            // Where a relation has one end, its code; of more the order would be lost.
            let mut ends = self.fields(to).filter(|end| is_column(to, end) && self.is_coded(end));
            if let (Some(end), None) = (ends.next(), ends.next())
                && (end.name.node != "document" || name == "documents")
            {
                columns.extend(self.column(of, &[name, end.name.node.as_str(), "code"]));
            }
        } else {
            for below in self.fields(to).filter(|below| is_column(to, below)) {
                let within = below.name.node.as_str();
                if self.form(named(&below.ty.node)).is_some() {
                    columns.extend(self.column(of, &[name, within]));
                } else if self.is_coded(below) {
                    columns.extend(self.column(of, &[name, within, "code"]));
                }
            }
        }
    }

    fn is_coded(&self, field: &FieldDefinition) -> bool {
        self.field(named(&field.ty.node), "code").is_some() && !matches!(field.ty.node.base, BaseType::List(_))
    }

    fn is_node(&self, name: &str) -> bool {
        self.object(name).is_some_and(|object| object.implements.iter().any(|it| it.node == "Node"))
    }

    /// The column at the end of a path, with what its fields and their types ask of whoever reads it.
    fn column(&self, of: &str, path: &[&str]) -> Option<Column> {
        let mut column = Column { path: path.iter().map(|step| (*step).to_owned()).collect(), ..Column::default() };
        let mut owner = of;
        for step in path {
            let field = self.field(owner, step)?;
            column.actions.extend(action(field.directives.iter().map(|directive| &directive.node)));
            column.owners.push(owner.to_owned());
            column.many |= matches!(field.ty.node.base, BaseType::List(_));
            owner = named(&field.ty.node);
            let rules =
                self.0.get(owner).into_iter().flat_map(|ty| ty.directives.iter().map(|directive| &directive.node));
            column.actions.extend(action(rules));
        }
        column.form = self.form(owner)?;
        Some(column)
    }
}

fn is_column(of: &str, field: &FieldDefinition) -> bool {
    let name = field.name.node.as_str();
    let needs = field.arguments.iter().map(|argument| &argument.node);
    let needs = needs.filter(|argument| !argument.ty.node.nullable && argument.default_value.is_none()).count();
    needs == 0 && !NO_COLUMN.contains(&name) && !LEFT_OUT.contains(&(of, name))
}

/// The action by which something is open.
fn action<'a>(directives: impl Iterator<Item = &'a ConstDirective>) -> Option<Action> {
    let auth = directives.filter(|directive| directive.name.node == Auth::NAME);
    let mut words = auth.filter_map(|auth| match auth.get_argument("action").map(|action| &action.node) {
        Some(Value::Enum(word)) => Some(word.to_string()),
        _ => None,
    });
    words.find_map(|word| Action::ALL.iter().copied().find(|action| action.as_str() == word))
}

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}

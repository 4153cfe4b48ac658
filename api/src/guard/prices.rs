//! What each field of the schema multiplies, read once from the schema's own SDL, and from [`lengths`].

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Positioned, Value,
    parser::{
        Error, parse_schema,
        types::{
            BaseType, ConstDirective, FieldDefinition, OperationType, ServiceDocument, Type, TypeKind,
            TypeSystemDefinition,
        },
    },
};
use auth::Action;
use db::access::Auth;

use super::lengths;

/// The page where a connection is asked for neither `first` nor `last`; also what a list is taken for that has no length
/// of its own.
const DEFAULT_PAGE: u64 = 20;

/// How many times the selection under a field is executed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Size {
    /// Always this often.
    Fixed(u64),
    /// As often as `first` or `last` says, this often where neither is given.
    Page(u64),
    /// Once for each of the `ids` asked for.
    Ids,
    /// Once for each row of the `input`.
    Rows,
    /// The root once more, as it was known at an `instant`: versions are looked through too.
    Past,
}

/// The argument of a mutation, and its rows where it is a bulk one.
pub(super) const INPUT: &str = "input";
pub(super) const ROWS: &str = "rows";

/// The field of a connection that counts its whole list.
pub(super) const TOTAL_COUNT: &str = "totalCount";

/// A list at the root may be a whole table. To count it takes a third of a second for every million rows or so.
const ROOT_COUNT: u64 = 1_000;

/// A table that grows with every report and every change, for ever. Ten counts of such are still half of what one request
/// may cost.
const LARGE_COUNT: u64 = 5_000;

/// The lists at the root that are such tables.
const LARGE: &[&str] = &["auditTrail", "measurements"];

/// The lists at the root whose rows are worked out, for each month between the due dates that they ask about.
const DERIVED: &[&str] =
    &["completeness", "myObligations", "obligations", "rankings", "reportObligations", "reportingMatrix", "scorecards"];

/// Those that ask about all that is due in the period of an argument.
pub(super) const DUE_WITHIN: &[&str] = &["rankings", "scorecards"];

/// That argument.
pub(super) const PERIOD: &str = "period";

/// A month of all reporters, and the count of what it comes to.
const MONTH: u64 = 500;
const DERIVED_COUNT: u64 = 2_000;

/// A list below an object is a range of an index.
const COUNT: u64 = 10;

/// A search compares its text with every name there is.
const SEARCH: u64 = 5_000;

/// One field: what it leads to, how often, and what it costs by itself.
#[derive(Debug)]
pub(super) struct Price {
    pub returns: String,
    pub size: Size,
    pub own: u64,
    /// For each count of the list that it is.
    pub count: u64,
    /// For each month that it looks at.
    pub month: u64,
    /// Whether somebody signs in by it.
    pub signs_in: bool,
    /// Whether what it answers depends on who asks, beyond what their roles let them see.
    pub personal: bool,
}

/// The prices of all fields, and the names of the three roots.
#[derive(Debug)]
pub(super) struct Prices {
    fields: HashMap<String, HashMap<String, Price>>,
    pub query: String,
    pub mutation: String,
    pub subscription: String,
}

impl Prices {
    /// Reads the SDL that the schema prints of itself.
    pub fn new(sdl: &str) -> Result<Self, Error> {
        let document = parse_schema(sdl)?;
        let mut prices = Self {
            fields: introspection(&document),
            query: "Query".to_owned(),
            mutation: "Mutation".to_owned(),
            subscription: "Subscription".to_owned(),
        };
        for definition in &document.definitions {
            if let TypeSystemDefinition::Schema(schema) = definition {
                for (root, name) in [
                    (&mut prices.query, &schema.node.query),
                    (&mut prices.mutation, &schema.node.mutation),
                    (&mut prices.subscription, &schema.node.subscription),
                ] {
                    if let Some(name) = name {
                        root.clone_from(&name.node.to_string());
                    }
                }
            }
        }
        let bulk = inputs_with_rows(&document);
        let size = |owner: &str, field: &FieldDefinition| size(owner, field, &bulk);
        let is_paged = |owner: &str, field: &FieldDefinition| matches!(size(owner, field), Size::Page(_));
        // A page's size is counted once, at the field that takes it, not again at the connection's own lists; so is the
        // number of rows of a bulk mutation.
        let sized: HashSet<&str> = fields(&document)
            .filter(|(owner, field)| matches!(size(owner, field), Size::Page(_) | Size::Rows))
            .map(|(_, field)| named(&field.ty.node))
            .collect();
        let personal: HashSet<&str> =
            objects(&document).filter(|(_, rules)| is_personal(rules)).map(|(name, _)| name).collect();
        for (owner, field) in fields(&document) {
            let size = match size(owner, field) {
                Size::Fixed(_) if sized.contains(owner) => Size::Fixed(1),
                size => size,
            };
            let is_root = owner == prices.query;
            let is_search = is_root
                && is_paged(owner, field)
                && field.arguments.iter().any(|argument| argument.node.name.node == "text");
            let own = if is_search { SEARCH } else { 1 };
            let count = match field.name.node.as_str() {
                name if is_root && LARGE.contains(&name) => LARGE_COUNT,
                name if is_root && DERIVED.contains(&name) => DERIVED_COUNT,
                _ if is_root => ROOT_COUNT,
                _ => COUNT,
            };
            let month = if is_root && DERIVED.contains(&field.name.node.as_str()) { MONTH } else { 0 };
            let returns = named(&field.ty.node).to_owned();
            let personal =
                personal.contains(owner) || personal.contains(returns.as_str()) || is_personal(&field.directives);
            let price = Price { returns, size, own, count, month, signs_in: signs_in(field), personal };
            prices.fields.entry(owner.to_owned()).or_default().insert(field.name.node.to_string(), price);
        }
        let root = prices.fields.entry(prices.query.clone()).or_default();
        for (name, returns) in [("__schema", "__Schema"), ("__type", "__Type")] {
            root.insert(
                name.to_owned(),
                Price {
                    returns: returns.to_owned(),
                    size: Size::Fixed(1),
                    own: 1,
                    count: 0,
                    month: 0,
                    signs_in: false,
                    personal: false,
                },
            );
        }
        Ok(prices)
    }

    /// The type of the root of such operations.
    pub fn root(&self, kind: OperationType) -> &str {
        match kind {
            OperationType::Query => &self.query,
            OperationType::Mutation => &self.mutation,
            OperationType::Subscription => &self.subscription,
        }
    }

    /// `None` where the schema has no such field: validation will say so.
    pub fn field(&self, owner: &str, name: &str) -> Option<&Price> {
        self.fields.get(owner)?.get(name)
    }
}

fn fields(document: &ServiceDocument) -> impl Iterator<Item = (&str, &FieldDefinition)> {
    let types = document.definitions.iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(ty) => Some(&ty.node),
        _ => None,
    });
    types.flat_map(|ty| {
        let fields = match &ty.kind {
            TypeKind::Object(object) => object.fields.as_slice(),
            TypeKind::Interface(interface) => interface.fields.as_slice(),
            _ => &[],
        };
        fields.iter().map(|field| (ty.name.node.as_str(), &field.node))
    })
}

/// The types of objects, with their rules.
fn objects(document: &ServiceDocument) -> impl Iterator<Item = (&str, &[Positioned<ConstDirective>])> {
    document.definitions.iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(ty) if matches!(ty.node.kind, TypeKind::Object(_)) => {
            Some((ty.node.name.node.as_str(), ty.node.directives.as_slice()))
        }
        _ => None,
    })
}

/// By its rule.
fn signs_in(field: &FieldDefinition) -> bool {
    actions(&field.directives).any(|action| action == Action::SignIn)
}

fn is_personal(rules: &[Positioned<ConstDirective>]) -> bool {
    actions(rules).any(Action::is_personal)
}

/// The rows of the table of permissions that `@auth` names.
fn actions(directives: &[Positioned<ConstDirective>]) -> impl Iterator<Item = Action> {
    let rules = directives.iter().filter(|directive| directive.node.name.node == Auth::NAME);
    rules.filter_map(|rule| match &rule.node.get_argument("action")?.node {
        Value::Enum(word) => Action::ALL.iter().find(|action| word == action.as_str()).copied(),
        _ => None,
    })
}

/// The inputs of bulk mutations.
fn inputs_with_rows(document: &ServiceDocument) -> HashSet<&str> {
    let inputs = document.definitions.iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(ty) => match &ty.node.kind {
            TypeKind::InputObject(input) => Some((ty.node.name.node.as_str(), input)),
            _ => None,
        },
        _ => None,
    });
    inputs
        .filter(|(_, input)| input.fields.iter().any(|field| field.node.name.node == ROWS))
        .map(|(name, _)| name)
        .collect()
}

fn size(owner: &str, field: &FieldDefinition, bulk: &HashSet<&str>) -> Size {
    for argument in &field.arguments {
        match argument.node.name.node.as_str() {
            "first" | "last" => {
                let default = argument.node.default_value.as_ref().and_then(|value| match &value.node {
                    Value::Number(number) => number.as_u64(),
                    _ => None,
                });
                return Size::Page(default.unwrap_or(DEFAULT_PAGE));
            }
            "ids" => return Size::Ids,
            "instant" => return Size::Past,
            INPUT if bulk.contains(named(&argument.node.ty.node)) => return Size::Rows,
            _ => {}
        }
    }
    match field.ty.node.base {
        BaseType::List(_) => Size::Fixed(lengths::of(owner, &field.name.node).unwrap_or(DEFAULT_PAGE)),
        BaseType::Named(_) => Size::Fixed(1),
    }
}

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}

/// The types that describe the schema are not in its SDL. Their lists are priced at the mean length they have in this
/// schema: a tool may read it all once, while `fields { type { fields { type …` grows as it would in truth. They cost an
/// eighth, because the database is not asked.
fn introspection(document: &ServiceDocument) -> HashMap<String, HashMap<String, Price>> {
    let (mut types, mut directives, mut inputs, mut values, mut members) = (0_usize, 0, 0, 0, 0);
    for definition in &document.definitions {
        match definition {
            TypeSystemDefinition::Type(ty) => {
                types += 1;
                match &ty.node.kind {
                    TypeKind::InputObject(input) => inputs += input.fields.len(),
                    TypeKind::Enum(labels) => values += labels.values.len(),
                    TypeKind::Union(union) => members += union.members.len(),
                    TypeKind::Object(object) => members += object.implements.len(),
                    TypeKind::Scalar | TypeKind::Interface(_) => {}
                }
            }
            TypeSystemDefinition::Directive(_) => directives += 1,
            TypeSystemDefinition::Schema(_) => {}
        }
    }
    let arguments: usize = fields(document).map(|(_, field)| field.arguments.len()).sum();
    let fields = fields(document).count();
    let mean = |total: usize, of: usize| ((total + of / 2) / of.max(1)).max(1);

    let lists = [
        ("__Schema", "types", "__Type", types.div_ceil(8)),
        ("__Schema", "directives", "__Directive", directives),
        ("__Type", "fields", "__Field", mean(fields, types)),
        ("__Type", "inputFields", "__InputValue", mean(inputs, types)),
        ("__Type", "enumValues", "__EnumValue", mean(values, types)),
        ("__Type", "interfaces", "__Type", mean(members, types)),
        ("__Type", "possibleTypes", "__Type", mean(members, types)),
        ("__Field", "args", "__InputValue", mean(arguments, fields)),
        ("__Directive", "args", "__InputValue", 1),
    ];
    let single = [
        ("__Schema", "queryType"),
        ("__Schema", "mutationType"),
        ("__Schema", "subscriptionType"),
        ("__Type", "ofType"),
        ("__Field", "type"),
        ("__InputValue", "type"),
    ];
    let mut prices: HashMap<String, HashMap<String, Price>> = HashMap::new();
    for (owner, field, returns, length) in
        lists.into_iter().chain(single.map(|(owner, field)| (owner, field, "__Type", 1)))
    {
        let size = Size::Fixed(length as u64);
        let price =
            Price { returns: returns.to_owned(), size, own: 1, count: 0, month: 0, signs_in: false, personal: false };
        prices.entry(owner.to_owned()).or_default().insert(field.to_owned(), price);
    }
    prices
}

#[cfg(test)]
mod tests {
    use super::{Prices, Size};

    const SDL: &str = r#"
        """A province"""
        type Province { communes(first: Int, after: String): CommuneConnection top(last: Int = 5): CommuneConnection }
        type CommuneConnection { edges: [CommuneEdge!]! nodes: [Commune]! totalCount: Int }
        type CommuneEdge { node: Commune cursor: String! }
        type Commune implements Node { id: ID! neighbours: [Commune] }
        interface Node { id: ID! }
        type Root { province: Province nodes(ids: [ID!]!): [Node]! }
        schema { query: Root }
    "#;

    #[test]
    fn a_page_counts_once_and_other_lists_as_a_default_page() {
        let prices = Prices::new(SDL).unwrap();
        let price = |owner, field| {
            let price = prices.field(owner, field).unwrap();
            (price.returns.as_str(), price.size)
        };
        assert_eq!(prices.query, "Root");
        assert_eq!(price("Root", "province"), ("Province", Size::Fixed(1)));
        assert_eq!(price("Root", "nodes"), ("Node", Size::Ids));
        assert_eq!(price("Province", "communes"), ("CommuneConnection", Size::Page(20)));
        assert_eq!(price("Province", "top"), ("CommuneConnection", Size::Page(5)));
        assert_eq!(price("CommuneConnection", "edges"), ("CommuneEdge", Size::Fixed(1)));
        assert_eq!(price("CommuneConnection", "nodes"), ("Commune", Size::Fixed(1)));
        assert_eq!(price("Commune", "neighbours"), ("Commune", Size::Fixed(20)));
        assert_eq!(price("Root", "__schema"), ("__Schema", Size::Fixed(1)));
        assert_eq!(price("__Schema", "types"), ("__Type", Size::Fixed(1)));
        assert!(prices.field("Commune", "nothing").is_none());
    }
}

//! What stands between a text and its execution.
//!
//! In this order, each with a code of its own: bytes, then brackets and tokens over the raw text ([`scan`]), the parser, then depth,
//! aliases, root fields, directives, the expansion of fragments ([`measure`]), validation ([`validation`]), on a document that is
//! now known to be small, and the cost ([`prices`]). A document that passed is remembered with its parsed form ([`documents`]),
//! so that a known one costs a look-up. Last, the values of its variables are read ([`coercion`]): what is executed can be.

mod coercion;
mod dearest;
mod diagnostics;
mod documents;
mod introspection;
pub mod lengths;
mod measure;
mod prices;
mod scan;
#[cfg(test)]
mod tests;
mod tree;
mod validation;

use std::sync::Arc;

use apollo_compiler::{Schema, ast, validation::Valid};
use async_graphql::{
    Request, Value, Variables,
    parser::{self, types::OperationType},
    value,
};
use schema::error::{ApiError, Code};

pub use self::documents::Document;
use self::{
    coercion::RowTypes,
    dearest::dearest,
    documents::{Cost, Documents, Operation},
    measure::{Cycle, Measure, Tally},
    prices::Prices,
};
use crate::limits::{Load, points};

/// How large one request may be, in each way in which it can be large. The defaults are the documented limits of the API.
#[derive(Clone, Debug)]
pub struct RequestLimits {
    /// Bytes of a body.
    pub bytes: usize,
    /// Bytes of a document: what the parser reads. Long texts belong in variables.
    pub document: u64,
    /// Operations in one batch.
    pub batch: usize,
    /// Brackets, braces and parentheses within one another, in documents, in their fragments written out, and in JSON.
    pub nesting: u64,
    /// Tokens of a document.
    pub tokens: u64,
    /// Values in JSON: a thousand rows of a bulk mutation have some twenty thousand.
    pub values: u64,
    /// Fields below one another. The introspection query of the usual tools has 15.
    pub depth: u64,
    /// Aliases of an operation, its fragments written out.
    pub aliases: u64,
    /// Fields at the root of an operation.
    pub root_fields: u64,
    /// Directives of an operation, its fragments written out.
    pub directives: u64,
    /// Selections of a whole document, its fragments written out: what validation will have to visit.
    pub expansion: u64,
    /// Fields times page sizes of one request: what execution may have to produce.
    pub cost: u64,
    /// Bytes of memory for documents already parsed.
    pub cache: u64,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            bytes: 1 << 20,
            document: 128 << 10,
            batch: 10,
            nesting: 64,
            tokens: 2_000,
            values: 50_000,
            depth: 15,
            aliases: 30,
            root_fields: 30,
            directives: 30,
            expansion: 5_000,
            cost: 100_000,
            cache: 32 << 20,
        }
    }
}

/// What is left of the cost one request may have.
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    spent: u64,
}

/// An operation that may be executed.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// The document, parsed.
    pub document: Arc<Document>,
    /// Query, mutation or subscription.
    pub kind: OperationType,
    /// The values of its variables, read.
    pub variables: Variables,
    /// Its cost: fields times page sizes.
    pub cost: u64,
    /// What is counted against quotas.
    pub load: Load,
    /// Whether all who see the same are answered the same, until something changes.
    pub is_shared: bool,
}

impl Admitted {
    /// Gives the request what was found out of it: its document, parsed and valid, and its variables, read.
    pub fn give(self, request: &mut Request) {
        request.set_parsed_query(self.document.parsed().clone());
        request.variables = self.variables;
    }
}

/// Checks documents against the limits and the schema.
#[derive(Debug)]
pub struct Guard {
    limits: RequestLimits,
    prices: Prices,
    schema: Valid<Schema>,
    rows: RowTypes,
    introspection: bool,
    documents: Documents,
}

/// Why there is no guard for a schema: it cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableSchema {
    /// By the parser that prices it.
    #[error(transparent)]
    Parser(#[from] parser::Error),
    /// By what validates with it.
    #[error("{0}")]
    Validation(String),
}

impl Guard {
    /// A guard for the schema that prints this SDL; `introspection` says whether it may be asked about itself. Fails if the SDL
    /// cannot be read.
    pub fn new(sdl: &str, limits: RequestLimits, introspection: bool) -> Result<Self, UnreadableSchema> {
        let schema = Schema::parse_and_validate(sdl, "schema.graphql");
        let schema = schema.map_err(|found| UnreadableSchema::Validation(found.errors.to_string()))?;
        let (prices, documents) = (Prices::new(sdl)?, Documents::new(limits.cache));
        let rows = RowTypes::of(&schema);
        Ok(Self { limits, prices, schema, rows, introspection, documents })
    }

    /// The limits in force.
    #[must_use]
    pub const fn limits(&self) -> &RequestLimits {
        &self.limits
    }

    /// The budget of one request, to be shared by all its operations.
    #[must_use]
    pub const fn budget(&self) -> Budget {
        Budget { limit: self.limits.cost, spent: 0 }
    }

    /// Checks one request and takes its cost off the budget.
    pub fn admit(&self, request: &Request, budget: &mut Budget) -> Result<Admitted, ApiError> {
        if request.variables.values().any(holds_nul) {
            return Err(diagnostics::nul());
        }
        let document = match self.documents.get(&request.query) {
            Some(document) => document,
            None => self.documents.insert(&request.query, self.read(&request.query)?),
        };
        self.price(document, request, budget)
    }

    /// Checks a document before anybody asks for it, as far as that can be done without its variables. Answers the name of its first
    /// operation that has one.
    pub fn inspect(&self, text: &str) -> Result<Option<String>, ApiError> {
        let document = self.read(text)?;
        for (name, operation) in document.operations() {
            let budget = Budget { limit: self.limits.cost, spent: operation.cost.map_or(0, |cost| cost.whole) };
            if budget.spent > budget.limit {
                return Err(self.too_dear(&document, name, &Variables::default(), &budget));
            }
        }
        Ok(document.operations().find_map(|(name, _)| name.map(str::to_owned)))
    }

    /// Reads the values of the variables, and takes the cost that they make off the budget.
    fn price(&self, document: Arc<Document>, request: &Request, budget: &mut Budget) -> Result<Admitted, ApiError> {
        let operation = document.operation(request.operation_name.as_deref())?;
        let variables = match document.definition(request.operation_name.as_deref()) {
            Some(definition) => coercion::variables(&self.schema, &self.rows, definition, &request.variables)?,
            None => Variables::default(),
        };
        let name = request.operation_name.as_deref();
        let (kind, cost) = (operation.kind, self.cost(&document, operation, name, &variables)?);
        let Cost { whole: cost, sought } = cost;
        let load = Load { points: cost.max(points::LEAST), sought, ..operation.load };
        budget.spent = budget.spent.saturating_add(cost);
        if budget.spent > budget.limit {
            return Err(self.too_dear(&document, name, &variables, budget).with("requested", cost));
        }
        let is_shared = operation.is_shared && !document.is_about_schema(name);
        Ok(Admitted { document, kind, variables, cost, load, is_shared })
    }

    /// JSON is read by recursion too, so its nesting is measured before; and a value in memory is many times as large as the two
    /// bytes that it may be in a text.
    pub fn check_json(&self, text: &str) -> Result<(), ApiError> {
        let extent = scan::json(text);
        within(Code::NestingLimitExceeded, NESTING, self.limits.nesting, extent.nesting)?;
        within(Code::ValueLimitExceeded, ("số giá trị", "values"), self.limits.values, extent.tokens)
    }

    fn read(&self, text: &str) -> Result<Document, ApiError> {
        let (valid, document) = self.measure(text)?;
        validation::validate(&self.schema, self.introspection, &valid)?;
        Ok(document.flattened())
    }

    /// A document within the limits, whatever it asks for: as it is validated, and as it is executed.
    fn measure(&self, text: &str) -> Result<(ast::Document, Document), ApiError> {
        let limits = &self.limits;
        let bytes = ("số byte của truy vấn", "bytes in the document");
        within(Code::DocumentLimitExceeded, bytes, limits.document, text.len() as u64)?;
        let extent = scan::document(text)
            .map_err(|unreadable| ApiError::request("SYNTAX", unreadable.in_vietnamese(), unreadable))?;
        within(Code::NestingLimitExceeded, NESTING, limits.nesting, extent.nesting)?;
        within(Code::TokenLimitExceeded, ("số từ tố", "tokens"), limits.tokens, extent.tokens)?;
        let (document, parsed) = tree::read(text, limits)?;

        let mut measure = Measure::new(&self.prices, &parsed);
        let mut expansion = 0_u64;
        let mut operations = Vec::new();
        for (name, definition) in parsed.operations.iter() {
            let tally = measure.operation(&definition.node).map_err(cycle)?;
            self.check_operation(&tally)?;
            expansion = expansion.saturating_add(tally.selections);
            operations.push((name.cloned(), Operation::new(definition.node.ty, &tally)));
        }
        // Validation visits every fragment once more for itself, also one that no operation spreads.
        for name in parsed.fragments.keys() {
            let tally = measure.fragment(name).map_err(cycle)?;
            self.check_nesting(&tally)?;
            expansion = expansion.saturating_add(tally.selections);
        }
        within(Code::ExpansionLimitExceeded, ("độ dài sau khi khai triển", "selections"), limits.expansion, expansion)?;
        Ok((document, Document::new(text, parsed, operations)))
    }

    fn check_operation(&self, tally: &Tally) -> Result<(), ApiError> {
        let limits = &self.limits;
        self.check_nesting(tally)?;
        within(Code::RootFieldLimitExceeded, ("số trường gốc", "root fields"), limits.root_fields, tally.fields)?;
        within(Code::AliasLimitExceeded, ("số bí danh", "aliases"), limits.aliases, tally.aliases)?;
        within(
            Code::DirectiveLimitExceeded,
            ("số chỉ thị (directive)", "directives"),
            limits.directives,
            tally.directives,
        )
    }

    fn check_nesting(&self, tally: &Tally) -> Result<(), ApiError> {
        within(Code::NestingLimitExceeded, NESTING, self.limits.nesting, tally.nesting)?;
        within(Code::DepthLimitExceeded, ("độ sâu của trường", "levels of fields"), self.limits.depth, tally.depth)
    }

    /// The refusal of what costs too much, with the fields that cost most.
    fn too_dear(&self, document: &Document, name: Option<&str>, variables: &Variables, budget: &Budget) -> ApiError {
        let definition = document.definition(name);
        let dearest = definition.map_or_else(Vec::new, |definition| {
            let measure = Measure::new(&self.prices, document.parsed()).with(definition, variables);
            dearest(&measure, definition)
        });
        let named: Vec<String> = dearest.iter().map(|dear| format!("{} ({})", dear.path, dear.cost)).collect();
        let (named, Budget { limit, spent }) = (named.join(", "), budget);
        let list = dearest.into_iter().map(|dear| value!({ "path": dear.path, "cost": dear.cost }));
        ApiError::new(
            Code::CostLimitExceeded,
            format!("Chi phí truy vấn quá cao: cho phép {limit}, yêu cầu có {spent}. Tốn nhất: {named}"),
            format!("The request costs too much: at most {limit}, this one costs {spent}. Dearest: {named}"),
        )
        .with("limit", *limit)
        .with("actual", *spent)
        .with("dearest", Value::List(list.collect()))
    }

    fn cost(
        &self,
        document: &Document,
        operation: &Operation,
        name: Option<&str>,
        variables: &Variables,
    ) -> Result<Cost, ApiError> {
        if let Some(cost) = operation.cost {
            return Ok(cost);
        }
        let Some(definition) = document.definition(name) else { return Ok(Cost::default()) };
        let mut measure = Measure::new(&self.prices, document.parsed()).with(definition, variables);
        measure.operation(definition).map(|tally| Cost::of(&tally)).map_err(cycle)
    }
}

const NESTING: (&str, &str) = ("độ lồng nhau", "levels of nesting");

fn within(code: Code, what: (&str, &str), limit: u64, actual: u64) -> Result<(), ApiError> {
    if actual <= limit { Ok(()) } else { Err(ApiError::limit(code, what, limit, actual)) }
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::List(items) => items.iter().any(holds_nul),
        Value::Object(fields) => fields.values().any(holds_nul),
        _ => false,
    }
}

fn cycle(Cycle(name): Cycle) -> ApiError {
    ApiError::request(
        "VALIDATION",
        format_args!("fragment \"{name}\" tự gọi chính nó"),
        format_args!("fragment \"{name}\" spreads itself"),
    )
}

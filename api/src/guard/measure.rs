//! How large a document is once its fragments are written out: counted without writing them out.
//!
//! A fragment's size does not depend on where it is spread, so each is counted once and remembered. The time is linear
//! in the document's length, whatever the fragments do to one another.

use std::collections::{HashMap, hash_map::Entry};

use async_graphql::{
    Name, Positioned, Variables,
    parser::types::{
        ExecutableDocument, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet, VariableDefinition,
    },
};
use async_graphql_value::{ConstValue, Value};
use chrono::NaiveDate;
use db::{
    calendar::{Period, Regime},
    reporting::due,
};

use super::prices::{DUE_WITHIN, INPUT, PERIOD, Prices, ROWS, Size, TOTAL_COUNT};

/// The argument that narrows a list.
const FILTER: &str = "filter";

/// What was known at an instant costs as many times what is known now.
const PAST: u64 = 2;

/// Days of a month, for a price.
const MONTH: u64 = 30;

/// What a selection comes to. Sums saturate; a saturated sum is over every limit.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Tally {
    /// Fields, spreads and inline fragments, all levels.
    pub selections: u64,
    /// Fields at the top of this selection.
    pub fields: u64,
    /// Those of them by which somebody signs in.
    pub sign_ins: u64,
    pub aliases: u64,
    pub directives: u64,
    /// Levels of fields.
    pub depth: u64,
    /// Levels of fields, spreads and inline fragments.
    pub nesting: u64,
    /// Fields times sizes.
    pub cost: u64,
    /// Of the cost, what is for looking at more than is shown: searches, counts, what is worked out.
    pub sought: u64,
    /// Counts of whole lists that the list above has yet to pay for.
    pub counts: u64,
    /// Whether `cost` would be another with other variables.
    pub by_variables: bool,
    /// Whether something depends on who asks, beyond what their roles let them see.
    pub personal: bool,
}

impl Tally {
    fn beside(self, other: Self) -> Self {
        Self {
            selections: self.selections.saturating_add(other.selections),
            fields: self.fields.saturating_add(other.fields),
            sign_ins: self.sign_ins.saturating_add(other.sign_ins),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            depth: self.depth.max(other.depth),
            nesting: self.nesting.max(other.nesting),
            cost: self.cost.saturating_add(other.cost),
            sought: self.sought.saturating_add(other.sought),
            counts: self.counts.saturating_add(other.counts),
            by_variables: self.by_variables || other.by_variables,
            personal: self.personal || other.personal,
        }
    }

    /// One more spread or inline fragment around this.
    fn wrapped(self, directives: usize) -> Self {
        Self {
            selections: self.selections.saturating_add(1),
            directives: self.directives.saturating_add(directives as u64),
            nesting: self.nesting + 1,
            ..self
        }
    }
}

/// A fragment that spreads itself, on whatever way.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Cycle(pub Name);

/// Counts the parts of one document.
pub(super) struct Measure<'a> {
    pub(super) prices: &'a Prices,
    pub(super) fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    pub(super) sizes: Sizes<'a>,
    /// `None` while a fragment is being counted: to meet it again then is a cycle.
    known: HashMap<&'a str, Option<Tally>>,
}

impl<'a> Measure<'a> {
    /// Counts pages whose size a variable decides at the variable's default.
    pub fn new(prices: &'a Prices, document: &'a ExecutableDocument) -> Self {
        Self { prices, fragments: &document.fragments, sizes: Sizes::default(), known: HashMap::new() }
    }

    /// Counts with the variables of one request.
    pub fn with(mut self, operation: &'a OperationDefinition, variables: &'a Variables) -> Self {
        self.sizes = Sizes { definitions: &operation.variable_definitions, given: Some(variables) };
        self
    }

    pub fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Tally, Cycle> {
        let root = self.prices.root(operation.ty);
        let own = operation.directives.len()
            + operation.variable_definitions.iter().map(|variable| variable.node.directives.len()).sum::<usize>();
        let mut tally = self.selection_set(&operation.selection_set.node, root)?;
        tally.directives = tally.directives.saturating_add(own as u64);
        Ok(tally)
    }

    /// A fragment that is not there counts nothing; validation will miss it.
    pub fn fragment(&mut self, name: &'a Name) -> Result<Tally, Cycle> {
        let Some(definition) = self.fragments.get(name) else { return Ok(Tally::default()) };
        match self.known.entry(name) {
            Entry::Occupied(entry) => return (*entry.get()).ok_or_else(|| Cycle(name.clone())),
            Entry::Vacant(entry) => entry.insert(None),
        };
        let definition = &definition.node;
        let mut tally = self.selection_set(&definition.selection_set.node, &definition.type_condition.node.on.node)?;
        tally.directives = tally.directives.saturating_add(definition.directives.len() as u64);
        self.known.insert(name, Some(tally));
        Ok(tally)
    }

    fn selection_set(&mut self, set: &'a SelectionSet, owner: &'a str) -> Result<Tally, Cycle> {
        set.items.iter().try_fold(Tally::default(), |sum, item| {
            let tally = match &item.node {
                Selection::Field(field) => self.field(&field.node, owner)?,
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node)?.wrapped(spread.node.directives.len())
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let owner = condition.map_or(owner, |condition| condition.node.on.node.as_str());
                    self.selection_set(&inline.node.selection_set.node, owner)?.wrapped(inline.node.directives.len())
                }
            };
            Ok(sum.beside(tally))
        })
    }

    fn field(&mut self, field: &'a Field, owner: &'a str) -> Result<Tally, Cycle> {
        let price = self.prices.field(owner, &field.name.node);
        let below = self.selection_set(&field.selection_set.node, price.map_or("", |price| &price.returns))?;
        let (times, by_variables) = price.map_or((1, false), |price| self.sizes.of(field, price.size));
        let (months, by_window) = match price {
            Some(price) if price.month > 0 => self.sizes.months(field),
            _ => (0, false),
        };
        let is_past = price.is_some_and(|price| price.size == Size::Past);
        let looked_at = price.map_or(0, |price| price.month).saturating_mul(months);
        let own = price.map_or(1, |price| price.own).saturating_add(looked_at);
        // A count is made once, whatever the size of the page it stands beside.
        let is_count = field.name.node == TOTAL_COUNT;
        let counted = below.counts.saturating_mul(price.map_or(0, |price| price.count));
        Ok(Tally {
            selections: below.selections.saturating_add(1),
            // What stands at the root stands there as of an instant too.
            fields: if is_past { below.fields.saturating_add(1) } else { 1 },
            sign_ins: price.is_some_and(|price| price.signs_in).into(),
            aliases: below.aliases.saturating_add(field.alias.is_some().into()),
            directives: below.directives.saturating_add(field.directives.len() as u64),
            depth: below.depth + 1,
            nesting: below.nesting + 1,
            cost: if is_count {
                0
            } else {
                below.cost.saturating_mul(times).saturating_add(own).saturating_add(counted)
            },
            sought: if is_count {
                0
            } else {
                below.sought.saturating_mul(times).saturating_add(own - 1).saturating_add(counted)
            },
            counts: is_count.into(),
            by_variables: below.by_variables || by_variables || by_window,
            personal: below.personal || price.is_some_and(|price| price.personal),
        })
    }
}

/// Where page sizes come from.
#[derive(Default)]
pub(super) struct Sizes<'a> {
    definitions: &'a [Positioned<VariableDefinition>],
    given: Option<&'a Variables>,
}

impl Sizes<'_> {
    /// How often what is under the field is executed, and whether a variable decides it.
    pub(super) fn of(&self, field: &Field, size: Size) -> (u64, bool) {
        let (names, default): (&[&str], u64) = match size {
            Size::Fixed(times) => return (times, false),
            Size::Page(default) => (&["first", "last"], default),
            Size::Past => return (PAST, false),
            Size::Ids => (&["ids"], 0),
            Size::Rows => return self.rows(field),
        };
        let arguments = names.iter().filter_map(|name| field.get_argument(name));
        let (mut times, mut by_variables) = (None, false);
        for argument in arguments {
            let this = match &argument.node {
                Value::Variable(name) => {
                    by_variables = true;
                    self.variable(name).and_then(amount)
                }
                Value::List(items) => Some(items.len() as u64),
                Value::Number(number) => number.as_u64(),
                _ => None,
            };
            times = times.max(this);
        }
        (times.unwrap_or(default).max(1), by_variables)
    }

    /// How many months lie between the due dates that a field asks about, and whether a variable decides it.
    fn months(&self, field: &Field) -> (u64, bool) {
        if DUE_WITHIN.contains(&field.name.node.as_str()) {
            return self.months_of_period(field);
        }
        let (filter, mut by_variables) = match field.get_argument(FILTER).map(|filter| &filter.node) {
            Some(Value::Variable(name)) => (self.variable(name).cloned().map(ConstValue::into_value), true),
            filter => (filter.cloned(), false),
        };
        let mut day = |name: &str| {
            let Some(Value::Object(fields)) = &filter else { return None };
            let text = match fields.get(name)? {
                Value::Variable(name) => {
                    by_variables = true;
                    self.variable(name)?.clone().into_value()
                }
                value => value.clone(),
            };
            let Value::String(text) = text else { return None };
            text.parse::<NaiveDate>().ok()
        };
        let days = match (day("dueFrom"), day("dueTo")) {
            (None, None) => due::USUAL,
            (Some(from), Some(to)) => u64::try_from((to - from).num_days()).unwrap_or_default(),
            // The other end depends on the day of the question.
            _ => due::LONGEST,
        };
        (days.min(due::LONGEST) / MONTH + 1, by_variables)
    }

    /// How many months the period lasts that a field asks about, and whether a variable decides it.
    fn months_of_period(&self, field: &Field) -> (u64, bool) {
        let (text, by_variables) = match field.get_argument(PERIOD).map(|period| &period.node) {
            Some(Value::Variable(name)) => (self.variable(name).cloned().map(ConstValue::into_value), true),
            period => (period.cloned(), false),
        };
        let days = match text {
            Some(Value::String(text)) => {
                text.parse::<Period>().ok().map(|period| period.window(Regime::Calendar).days())
            }
            _ => None,
        };
        let days = days.and_then(|days| u64::try_from(days).ok()).unwrap_or(due::LONGEST);
        (days.min(due::LONGEST) / MONTH + 1, by_variables)
    }

    /// How many rows a bulk mutation has.
    fn rows(&self, field: &Field) -> (u64, bool) {
        let (rows, by_variables) = match field.get_argument(INPUT).map(|input| &input.node) {
            Some(Value::Variable(input)) => match self.variable(input) {
                Some(ConstValue::Object(input)) => (input.get(ROWS).and_then(amount), true),
                _ => (None, true),
            },
            Some(Value::Object(input)) => match input.get(ROWS) {
                Some(Value::Variable(rows)) => (self.variable(rows).and_then(amount), true),
                Some(Value::List(rows)) => (Some(rows.len() as u64), false),
                _ => (None, false),
            },
            _ => (None, false),
        };
        (rows.unwrap_or(1).max(1), by_variables)
    }

    fn variable(&self, name: &Name) -> Option<&ConstValue> {
        self.given.and_then(|given| given.get(name)).or_else(|| {
            let definition = self.definitions.iter().find(|definition| definition.node.name.node == *name)?;
            Some(&definition.node.default_value.as_ref()?.node)
        })
    }
}

fn amount(value: &ConstValue) -> Option<u64> {
    match value {
        ConstValue::Number(number) => number.as_u64(),
        ConstValue::List(items) => Some(items.len() as u64),
        _ => None,
    }
}

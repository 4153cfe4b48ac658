//! How the figures of an indicator come about: reported by somebody, or computed from those of others.

use std::collections::{BTreeSet, HashMap, HashSet};

use async_graphql::InputObject;
use diesel::{
    ExpressionMethods as _, QueryDsl as _, SelectableHelper as _,
    dsl::sql,
    sql_types::{Bool, Date as SqlDate},
};
use diesel_async::RunQueryDsl as _;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Aggregation, Indicator, Unit, ValueKind};
use crate::{
    Date, DbError, Violation, ViolationCode,
    composite::MOST_COMPONENTS,
    decimal::Number,
    formula::{Formula, FormulaError, UnitError},
    input::Checks,
    measurement::limit,
    schema::{definition_input, index_component, indicator, indicator_definition},
    text::symbol,
    text_enum::text_enum,
    violation::Words,
    writer::Writing,
};

text_enum! {
    /// How the figures of a definition come about.
    pub enum DefinitionMethod {
        /// Reported by an agency
        Reported => "REPORTED",
        /// Computed by a formula
        Formula => "FORMULA",
        /// Computed as the weighted mean of a tree of others: a composite index
        Composite => "COMPOSITE",
    }
}

/// A component of a composite index.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "IndexComponentInput")]
pub struct NewComponent {
    /// Its number in the tree: `3.2` is a part of `3`, which stands before it; at most six levels
    pub code: String,
    /// Name in Vietnamese, at most 300 characters
    pub name_vi: String,
    /// Name in English, at most 300 characters
    pub name_en: String,
    /// How much it counts beside those of the same parent, more than zero and less than a million
    pub weight: Number,
    /// Code of the indicator whose figure it is; left out for what has parts
    pub indicator: Option<String>,
    /// The figure that scores 0: with an indicator, and only then
    pub minimum: Option<Number>,
    /// The figure that scores 1, less than the minimum where less is better: with an indicator, and only then
    pub maximum: Option<Number>,
}

/// How figures are computed, as it is stored.
pub(super) enum Computed {
    Formula(String, Formula),
    Composite(Vec<NewComponent>),
}

impl Computed {
    /// What was typed, if it can be read; none where figures are reported.
    pub(super) fn of(formula: Option<&str>, components: &[NewComponent]) -> Result<Option<Self>, DbError> {
        match (formula, components) {
            (None, []) => Ok(None),
            (Some(_), [_, ..]) => Err(refused(at(ViolationCode::Incompatible, "components"))),
            (None, components) => checked(components).map(|checked| Some(Self::Composite(checked))),
            (Some(typed), []) => {
                let text = symbol(typed);
                let formula = text.parse();
                let formula =
                    formula.map_err(|error| refused(at(ViolationCode::Malformed, "formula").saying(unread(&error))))?;
                Ok(Some(Self::Formula(text, formula)))
            }
        }
    }

    pub(super) const fn method(&self) -> DefinitionMethod {
        match self {
            Self::Formula(..) => DefinitionMethod::Formula,
            Self::Composite(_) => DefinitionMethod::Composite,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Formula(text, _) => Some(text),
            Self::Composite(_) => None,
        }
    }

    /// The field in which it was typed.
    const fn field(&self) -> &'static str {
        match self {
            Self::Formula(..) => "formula",
            Self::Composite(_) => "components",
        }
    }

    /// The codes of the indicators from which it is computed.
    fn codes(&self) -> BTreeSet<&str> {
        match self {
            Self::Formula(_, formula) => formula.inputs(),
            Self::Composite(components) => components.iter().filter_map(|it| it.indicator.as_deref()).collect(),
        }
    }

    /// Keeps the inputs of a definition, and its components: if it gives figures of its indicator, from indicators that have figures.
    pub(super) async fn keep(&self, writing: &mut Writing, of: &Indicator, definition: Uuid) -> Result<(), DbError> {
        if let Some(field) = self.unfit(of) {
            return Err(refused(at(ViolationCode::Incompatible, self.field()).about(field)));
        }
        let inputs = inputs(writing, self.codes(), self.field()).await?;
        if let Self::Formula(_, formula) = self {
            let units: HashMap<_, _> = inputs.iter().map(|input| (input.code.clone(), input.unit)).collect();
            let fits = formula.has_unit(of.unit, &units);
            fits.map_err(|error| refused(at(ViolationCode::Incompatible, "formula").saying(no_unit(error))))?;
        }
        let row = |input: &Indicator| {
            (definition_input::definition_id.eq(definition), definition_input::indicator_id.eq(input.id))
        };
        let rows: Vec<_> = inputs.iter().map(row).collect();
        diesel::insert_into(definition_input::table).values(rows).execute(writing.connection()).await?;
        if let Self::Composite(components) = self {
            let ids: HashMap<&str, Uuid> = inputs.iter().map(|input| (input.code.as_str(), input.id)).collect();
            let rows: Vec<_> = (1..).zip(components).map(|(position, it)| it.row(definition, position, &ids)).collect();
            diesel::insert_into(index_component::table).values(rows).execute(writing.connection()).await?;
        }
        Ok(())
    }

    /// What of an indicator does not go together with being computed so. The parts of what is computed are not known; an index lies
    /// between 0 and 1.
    fn unfit(&self, of: &Indicator) -> Option<&'static str> {
        let kinds: &[ValueKind] = match self {
            Self::Formula(..) => &[ValueKind::Number, ValueKind::Index],
            Self::Composite(_) => &[ValueKind::Index],
        };
        if !kinds.contains(&of.value_kind) {
            Some("valueKind")
        } else if of.aggregation == Aggregation::RatioOfSums {
            Some("aggregation")
        } else {
            (matches!(self, Self::Composite(_)) && of.unit != Unit::Index).then_some("unit")
        }
    }
}

impl NewComponent {
    fn parent(&self) -> Option<&str> {
        self.code.rsplit_once('.').map(|(parent, _)| parent)
    }

    /// What is wrong with it, in a tree of these codes and of these parents.
    fn broken(&self, codes: &HashSet<&str>, parents: &HashSet<&str>) -> Option<ViolationCode> {
        let is_leaf = self.indicator.is_some();
        let bounds = [&self.minimum, &self.maximum].map(|bound| bound.map(|Number(bound)| bound));
        let Number(weight) = self.weight;
        match bounds {
            _ if self.parent().is_some_and(|parent| !codes.contains(parent)) => Some(ViolationCode::NotFound),
            _ if is_leaf == parents.contains(self.code.as_str()) => Some(ViolationCode::Incompatible),
            _ if weight <= Decimal::ZERO || weight >= Decimal::from(1_000_000) => Some(ViolationCode::OutOfBounds),
            [Some(minimum), Some(maximum)] if is_leaf => {
                let is_bounded = minimum != maximum && minimum.abs() < limit() && maximum.abs() < limit();
                (!is_bounded).then_some(ViolationCode::OutOfBounds)
            }
            [None, None] if !is_leaf => None,
            _ => Some(ViolationCode::Incompatible),
        }
    }

    fn row(&self, definition: Uuid, position: i32, ids: &HashMap<&str, Uuid>) -> ComponentRow {
        ComponentRow {
            definition_id: definition,
            code: self.code.clone(),
            position,
            name_vi: self.name_vi.clone(),
            name_en: self.name_en.clone(),
            weight: self.weight.0,
            indicator_id: self.indicator.as_deref().and_then(|code| ids.get(code).copied()),
            minimum: self.minimum.map(|Number(bound)| bound),
            maximum: self.maximum.map(|Number(bound)| bound),
        }
    }
}

#[derive(diesel::Insertable)]
#[diesel(table_name = index_component)]
struct ComponentRow {
    definition_id: Uuid,
    code: String,
    position: i32,
    name_vi: String,
    name_en: String,
    weight: Decimal,
    indicator_id: Option<Uuid>,
    minimum: Option<Decimal>,
    maximum: Option<Decimal>,
}

/// The components as they are stored: a tree, of which each leaf has an indicator and its bounds. What is wrong is told by row.
fn checked(typed: &[NewComponent]) -> Result<Vec<NewComponent>, DbError> {
    if typed.len() > MOST_COMPONENTS {
        return Err(refused(at(ViolationCode::TooMany, "components").limit(200)));
    }
    let mut broken = Vec::new();
    let mut tree = Vec::with_capacity(typed.len());
    for (component, row) in typed.iter().zip(0..) {
        let mut checks = Checks::default();
        tree.push(NewComponent {
            code: checks.text("components", &symbol(&component.code), 53),
            name_vi: checks.text("components", &component.name_vi, 300),
            name_en: checks.text("components", &component.name_en, 300),
            ..component.clone()
        });
        broken
            .extend(checks.broken().into_iter().map(|it| in_row(Violation { field: place("components"), ..it }, row)));
    }
    let is_number = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let codes: HashSet<&str> = tree.iter().map(|component| component.code.as_str()).collect();
    let parents: HashSet<&str> = tree.iter().filter_map(NewComponent::parent).collect();
    let mut seen = HashSet::new();
    for (component, row) in tree.iter().zip(0..) {
        let code = if component.code.split('.').count() > 6 || !component.code.split('.').all(is_number) {
            Some(ViolationCode::Malformed)
        } else if !seen.insert(&component.code) {
            Some(ViolationCode::Duplicate)
        } else {
            component.broken(&codes, &parents)
        };
        broken.extend(code.map(|code| in_row(at(code, "components").about(component.code.clone()), row)));
    }
    if broken.is_empty() { Ok(tree) } else { Err(DbError::Violated(broken)) }
}

/// Those of these indicators whose figures of periods that begin on a day are computed.
pub(crate) async fn computed(writing: &mut Writing, of: Vec<Uuid>, on: Date) -> Result<HashSet<Uuid>, DbError> {
    let used = sql::<Bool>("id = definition_used(indicator_id, ").bind::<SqlDate, _>(on).sql(")");
    let query = indicator_definition::table
        .filter(indicator_definition::indicator_id.eq_any(of))
        .filter(indicator_definition::method.ne(DefinitionMethod::Reported))
        .filter(used)
        .select(indicator_definition::indicator_id);
    Ok(query.load::<Uuid>(writing.connection()).await?.into_iter().collect())
}

/// The indicators of these codes, each of which has figures that one can compute with.
async fn inputs(writing: &mut Writing, codes: BTreeSet<&str>, field: &'static str) -> Result<Vec<Indicator>, DbError> {
    let query = indicator::table.filter(indicator::code.eq_any(&codes)).order(indicator::position);
    let found: Vec<Indicator> = query.select(Indicator::as_select()).load(writing.connection()).await?;
    let unfit = |code: &str| match found.iter().find(|input| input.code == code) {
        None => Some(ViolationCode::NotFound),
        Some(input) if input.retired_on.is_some() => Some(ViolationCode::NotInState),
        Some(input) => (input.value_kind == ValueKind::Narrative).then_some(ViolationCode::Incompatible),
    };
    let broken = codes.iter().filter_map(|code| Some(at(unfit(code)?, field).about(*code)));
    let broken: Vec<Violation> = broken.collect();
    if broken.is_empty() { Ok(found) } else { Err(DbError::Violated(broken)) }
}

fn place(field: &'static str) -> Vec<std::borrow::Cow<'static, str>> {
    ["input", "definition", field].map(std::borrow::Cow::Borrowed).into()
}

fn at(code: ViolationCode, field: &'static str) -> Violation {
    Violation::of(code, &["input", "definition", field])
}

fn in_row(violation: Violation, row: i32) -> Violation {
    Violation { row: Some(row), ..violation }
}

fn refused(violation: Violation) -> DbError {
    DbError::Violated(vec![violation])
}

fn unread(error: &FormulaError) -> Words {
    let vi = match error {
        FormulaError::TooLong => "Công thức quá dài".to_owned(),
        FormulaError::TooDeep => "Công thức lồng quá sâu".to_owned(),
        FormulaError::TooManyInputs => "Công thức dùng quá nhiều chỉ tiêu".to_owned(),
        FormulaError::NoInput => "Công thức không dùng chỉ tiêu nào".to_owned(),
        FormulaError::Unexpected(text) => format!("Công thức không đọc được tại: {text}"),
        FormulaError::Ends => "Công thức chưa viết hết".to_owned(),
    };
    Words { vi, en: format!("This is no formula: {error}") }
}

fn no_unit(error: UnitError) -> Words {
    let vi = match error {
        UnitError::Different => "Công thức cộng hoặc so sánh các đơn vị khác nhau",
        UnitError::Other => "Công thức cho đơn vị khác với đơn vị của chỉ tiêu",
    };
    Words { vi: vi.to_owned(), en: format!("The units do not go together: {error}") }
}

//! How figures are computed: in the transaction in which the last of their inputs is published, and all that follows from them, in the
//! same number of statements whatever their number.

use std::collections::{BTreeSet, HashMap};

use auth::{Acts, Permit, random};
use diesel::{
    ExpressionMethods as _, QueryDsl as _, QueryableByName, SelectableHelper as _,
    sql_types::{
        Array, BigInt, Bool, Date as SqlDate, Integer, Jsonb, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid,
    },
};
use diesel_async::RunQueryDsl as _;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Date, DbError,
    calendar::{PeriodKind, Regime},
    composite::{IndexComponent, scores},
    enums::Source,
    formula::{ComputationGap, Formula},
    indicator::DefinitionMethod,
    measurement::{Observation, limit},
    planned::planned,
    schema::{index_component, indicator, indicator_definition},
    writer::{AuditEvent, ChangeKind, Writing},
};

/// A place of which the figure is computed, with what stands there.
#[derive(Debug, QueryableByName)]
struct Affected {
    #[diesel(sql_type = SqlUuid)]
    indicator_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    subject_id: Uuid,
    #[diesel(sql_type = Text)]
    regime: Regime,
    #[diesel(sql_type = Text)]
    period_kind: PeriodKind,
    #[diesel(sql_type = Text)]
    period: String,
    #[diesel(sql_type = SqlDate)]
    starts_on: Date,
    #[diesel(sql_type = SqlDate)]
    ends_on: Date,
    #[diesel(sql_type = SqlUuid)]
    definition_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    measurement_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Integer>)]
    revision: Option<i32>,
}

/// What is published of an input at a place, by its number from 1.
#[derive(Debug, QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = SqlUuid)]
    indicator_id: Uuid,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    measurement_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Integer>)]
    revision: Option<i32>,
    #[diesel(sql_type = Nullable<Numeric>)]
    value: Option<Decimal>,
    #[diesel(sql_type = Nullable<Text>)]
    observation: Option<Observation>,
    #[diesel(sql_type = Nullable<Text>)]
    source: Option<Source>,
}

/// A figure that is used, or was just computed.
#[derive(Debug, Clone, Copy)]
struct Figure {
    measurement_id: Uuid,
    revision: i32,
    value: Decimal,
    observation: Observation,
    source: Source,
}

impl Found {
    fn figure(&self) -> Option<Figure> {
        Some(Figure {
            measurement_id: self.measurement_id?,
            revision: self.revision?,
            value: self.value?,
            observation: self.observation?,
            source: self.source?,
        })
    }
}

/// An input of a place: which indicator, and its figure if there is one.
struct Input {
    indicator_id: Uuid,
    code: String,
    figure: Option<Figure>,
}

/// How the figures of an indicator are computed.
struct Rule {
    method: DefinitionMethod,
    formula: Option<Formula>,
    components: Vec<IndexComponent>,
    bounds: (Option<Decimal>, Option<Decimal>),
}

/// What became of a place: its figure with its inputs, or why there is none and of which indicators it is missing.
enum Outcome {
    Figure(Figure, Value),
    Gap(ComputationGap, BTreeSet<Uuid>),
}

/// Computes all that follows from figures that were just published, and publishes it.
pub(crate) async fn follow<A: Acts>(
    writing: &mut Writing,
    permit: &Permit<A>,
    published: &[Uuid],
) -> Result<(), DbError> {
    compute(writing, permit, published, None).await
}

/// The most figures from which a new definition computes at once; those of the latest periods.
const MOST: i64 = 10_000;

/// Computes by a definition that was just written what follows from figures that are published already: those of its last periods, at
/// most [`MOST`]. Earlier ones are computed when an input of theirs is corrected.
pub(crate) async fn begin_with<A: Acts>(
    writing: &mut Writing,
    permit: &Permit<A>,
    definition: Uuid,
) -> Result<(), DbError> {
    const QUERY: &str = "SELECT m.id FROM indicator_definition d JOIN indicator i ON i.id = d.indicator_id \
        JOIN definition_input input ON input.definition_id = d.id JOIN measurement m ON m.indicator_id = input.indicator_id \
        WHERE d.id = $1 AND m.published_revision IS NOT NULL AND m.period_kind = i.frequency \
            AND m.starts_on >= coalesce(d.valid_from, '-infinity') \
        ORDER BY m.ends_on DESC, m.id DESC LIMIT $2";
    let query = diesel::sql_query(QUERY).bind::<SqlUuid, _>(definition).bind::<BigInt, _>(MOST);
    let published: Vec<Published> = query.load(writing.connection()).await?;
    let published: Vec<Uuid> = published.into_iter().map(|found| found.id).collect();
    compute(writing, permit, &published, Some(definition)).await
}

#[derive(QueryableByName)]
struct Published {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Computes what follows from figures by this definition or, if there is none, by any; and all that follows from that.
async fn compute<A: Acts>(
    writing: &mut Writing,
    _: &Permit<A>,
    published: &[Uuid],
    definition: Option<Uuid>,
) -> Result<(), DbError> {
    if !begin(writing, published).await? {
        return Ok(());
    }
    let query = diesel::sql_query(include_str!("affected.sql"))
        .bind::<Array<SqlUuid>, _>(published)
        .bind::<Nullable<SqlUuid>, _>(definition);
    let affected: Vec<Affected> = planned(query).load(writing.connection()).await?;
    if affected.is_empty() {
        return Ok(());
    }
    let rules = rules(writing, &affected).await?;
    let inputs = inputs(writing, &affected).await?;
    let mut fresh = HashMap::new();
    let mut told = Vec::with_capacity(affected.len());
    let mut figures = Vec::new();
    for (place, mut inputs) in affected.iter().zip(inputs) {
        for input in &mut inputs {
            // What was just computed is not what was found; nor is what could not be computed any longer.
            if let Some(computed) = fresh.get(&(input.indicator_id, place.subject_id, place.regime, &place.period)) {
                input.figure = *computed;
            }
        }
        let rule = rules.get(&place.definition_id).ok_or_else(|| DbError::internal("a definition without a rule"))?;
        let outcome = rule.compute(place, &inputs, || random::id(writing.now()));
        let figure = if let Outcome::Figure(figure, _) = &outcome { Some(*figure) } else { None };
        figures.extend(figure.map(|figure| figure.measurement_id));
        fresh.insert((place.indicator_id, place.subject_id, place.regime, &place.period), figure);
        told.push(place.told(random::id(writing.now()), outcome));
    }
    let now = writing.now();
    let record = diesel::sql_query("SELECT record_computations($1, $2)")
        .bind::<Jsonb, _>(Value::Array(told))
        .bind::<Timestamptz, _>(now);
    planned(record).execute(writing.connection()).await?;
    if figures.is_empty() {
        return Ok(());
    }
    for id in &figures {
        writing.changed(ChangeKind::Updated, ("measurement", *id));
    }
    let after = Some(json!({ "computed": figures.len(), "ids": figures }));
    writing.audit(AuditEvent { action: A::ACTION.as_str(), after, ..AuditEvent::default() });
    Ok(())
}

#[derive(QueryableByName)]
struct Begun {
    #[diesel(sql_type = Bool)]
    begun: bool,
}

/// Whether anything is computed from these figures: then nobody else computes until the end of the transaction.
async fn begin(writing: &mut Writing, published: &[Uuid]) -> Result<bool, DbError> {
    let query = diesel::sql_query("SELECT begin_computations($1) AS begun").bind::<Array<SqlUuid>, _>(published);
    let begun: Vec<Begun> = planned(query).load(writing.connection()).await?;
    Ok(begun.into_iter().any(|begun| begun.begun))
}

/// How the figures of places are computed, by the definition.
async fn rules(writing: &mut Writing, affected: &[Affected]) -> Result<HashMap<Uuid, Rule>, DbError> {
    type Row = (Uuid, DefinitionMethod, Option<String>, Option<Decimal>, Option<Decimal>);
    let ids: BTreeSet<Uuid> = affected.iter().map(|place| place.definition_id).collect();
    let query =
        indicator_definition::table.inner_join(indicator::table).filter(indicator_definition::id.eq_any(ids)).select((
            indicator_definition::id,
            indicator_definition::method,
            indicator_definition::formula,
            indicator::lower_bound,
            indicator::upper_bound,
        ));
    let rows: Vec<Row> = query.load(writing.connection()).await?;
    let composite: Vec<Uuid> =
        rows.iter().filter(|row| row.1 == DefinitionMethod::Composite).map(|row| row.0).collect();
    let mut components = components(writing, composite).await?;
    let rule = |(id, method, formula, lower, upper): Row| {
        let formula = formula.map(|formula| formula.parse()).transpose();
        let formula = formula.map_err(|_| DbError::internal("a formula that is none was kept"))?;
        let components = components.remove(&id).unwrap_or_default();
        Ok((id, Rule { method, formula, components, bounds: (lower, upper) }))
    };
    rows.into_iter().map(rule).collect()
}

/// The components of composite indices, by their definitions.
async fn components(writing: &mut Writing, of: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<IndexComponent>>, DbError> {
    if of.is_empty() {
        return Ok(HashMap::new());
    }
    let query = index_component::table
        .filter(index_component::definition_id.eq_any(of))
        .select((index_component::definition_id, IndexComponent::as_select()));
    let rows: Vec<(Uuid, IndexComponent)> = query.load(writing.connection()).await?;
    let mut components: HashMap<Uuid, Vec<IndexComponent>> = HashMap::new();
    for (definition, component) in rows {
        components.entry(definition).or_default().push(component);
    }
    Ok(components)
}

/// What is published of the inputs of each place, in the order of the places.
async fn inputs(writing: &mut Writing, affected: &[Affected]) -> Result<Vec<Vec<Input>>, DbError> {
    let query = diesel::sql_query(include_str!("inputs.sql"))
        .bind::<Array<SqlUuid>, _>(affected.iter().map(|place| place.definition_id).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(affected.iter().map(|place| place.subject_id).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(affected.iter().map(|place| place.regime).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(affected.iter().map(|place| &place.period).collect::<Vec<_>>());
    let found: Vec<Found> = planned(query).load(writing.connection()).await?;
    let mut inputs: Vec<Vec<Input>> = affected.iter().map(|_| Vec::new()).collect();
    for found in found {
        let place = usize::try_from(found.n).unwrap_or_default().saturating_sub(1);
        if let Some(inputs) = inputs.get_mut(place) {
            inputs.push(Input { figure: found.figure(), indicator_id: found.indicator_id, code: found.code });
        }
    }
    Ok(inputs)
}

impl Rule {
    /// The figure of a place.
    fn compute(&self, place: &Affected, inputs: &[Input], id: impl FnOnce() -> Uuid) -> Outcome {
        let missing: BTreeSet<Uuid> =
            inputs.iter().filter(|input| input.figure.is_none()).map(|input| input.indicator_id).collect();
        if !missing.is_empty() {
            return Outcome::Gap(ComputationGap::MissingInput, missing);
        }
        let value = match self.value(inputs) {
            Ok(value) => value,
            Err(gap) => return Outcome::Gap(gap, BTreeSet::new()),
        };
        let used: Vec<Figure> = inputs.iter().filter_map(|input| input.figure).collect();
        let figure = Figure {
            measurement_id: place.measurement_id.unwrap_or_else(id),
            revision: place.revision.unwrap_or_default() + 1,
            value,
            observation: firmness(&used),
            source: if used.iter().any(|figure| figure.source == Source::Simulated) {
                Source::Simulated
            } else {
                Source::Computed
            },
        };
        let inputs = used.iter().map(|figure| (figure.measurement_id.to_string(), json!(figure.revision)));
        Outcome::Figure(figure, Value::Object(inputs.collect()))
    }

    fn value(&self, inputs: &[Input]) -> Result<Decimal, ComputationGap> {
        let of_code = |code: &str| inputs.iter().find(|input| input.code == code)?.figure.map(|figure| figure.value);
        let of_indicator =
            |id: Uuid| inputs.iter().find(|input| input.indicator_id == id)?.figure.map(|figure| figure.value);
        let value = match (self.method, &self.formula) {
            (DefinitionMethod::Formula, Some(formula)) => formula.value(&of_code)?,
            (DefinitionMethod::Composite, None) => scores(&self.components, &of_indicator)?.index,
            _ => return Err(ComputationGap::MissingInput),
        };
        let (lower, upper) = self.bounds;
        let is_possible =
            value.abs() < limit() && lower.is_none_or(|least| value >= least) && upper.is_none_or(|most| value <= most);
        if is_possible { Ok(value) } else { Err(ComputationGap::OutOfBounds) }
    }
}

/// How firm a figure is: as the least firm of those that it follows from.
fn firmness(used: &[Figure]) -> Observation {
    let from_weak = [Observation::Estimated, Observation::Provisional, Observation::Revised];
    let is_used = |observation: &Observation| used.iter().any(|figure| figure.observation == *observation);
    from_weak.into_iter().find(is_used).unwrap_or(Observation::Final)
}

impl Affected {
    /// What became of it, as `record_computations` reads it.
    fn told(&self, id: Uuid, outcome: Outcome) -> Value {
        let mut told = json!({
            "id": id, "indicator_id": self.indicator_id, "definition_id": self.definition_id, "subject_id": self.subject_id,
            "regime": self.regime, "period_kind": self.period_kind, "period": self.period,
            "starts_on": self.starts_on, "ends_on": self.ends_on,
        });
        let rest = match outcome {
            Outcome::Figure(figure, inputs) => json!({
                "measurement_id": figure.measurement_id, "revision": figure.revision, "value": figure.value.to_string(),
                "observation": figure.observation, "source": figure.source, "inputs": inputs,
            }),
            Outcome::Gap(gap, missing) => json!({ "gap": gap, "missing": missing }),
        };
        if let (Value::Object(told), Value::Object(rest)) = (&mut told, rest) {
            told.extend(rest);
        }
        told
    }
}

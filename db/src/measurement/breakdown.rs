//! What of a figure falls to the items of dimensions: as its definition takes it, each item as good a figure as the whole, and together
//! the whole where they add up.

use std::collections::{HashMap, HashSet};

use diesel::{
    ExpressionMethods as _, JoinOnDsl as _, QueryDsl as _,
    sql_types::{Array, Integer, Nullable, Numeric, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    figures::{self, CheckedFigures},
    input::{Figures, ItemFigureInput},
};
use crate::{
    DbError, Violation, ViolationCode,
    indicator::Indicator,
    planned::planned,
    schema::{definition_dimension, dimension, dimension_item},
    writer::Writing,
};

/// The most items that one figure is broken down into.
const MOST_ITEMS: usize = 100;

/// By what the figures of definitions may be broken down.
#[derive(Default)]
pub(super) struct Taken(HashMap<(Uuid, String), TakenDimension>);

struct TakenDimension {
    adds_up: bool,
    items: HashMap<String, Uuid>,
}

impl Taken {
    /// Asks the database only if there is a figure that is broken down.
    pub(super) async fn load<'a>(
        writing: &mut Writing,
        figures: impl Iterator<Item = &'a Figures>,
        definitions: impl Iterator<Item = Uuid>,
    ) -> Result<Self, DbError> {
        if figures.into_iter().all(|figures| figures.breakdown.is_empty()) {
            return Ok(Self::default());
        }
        let definitions: HashSet<Uuid> = definitions.collect();
        let query = definition_dimension::table
            .inner_join(dimension::table)
            .inner_join(dimension_item::table.on(dimension_item::dimension_id.eq(dimension::id)))
            .filter(definition_dimension::definition_id.eq_any(definitions))
            .select((
                definition_dimension::definition_id,
                dimension::code,
                definition_dimension::adds_up,
                dimension_item::code,
                dimension_item::id,
            ));
        let rows: Vec<(Uuid, String, bool, String, Uuid)> = query.load(writing.connection()).await?;
        let mut taken: HashMap<_, TakenDimension> = HashMap::new();
        for (definition, dimension, adds_up, item, id) in rows {
            let empty = || TakenDimension { adds_up, items: HashMap::new() };
            taken.entry((definition, dimension)).or_insert_with(empty).items.insert(item, id);
        }
        Ok(Self(taken))
    }

    /// The items of a figure as they are written, or all that has to be mended in them; named by dimension and item.
    pub(super) fn checked(
        &self,
        indicator: &Indicator,
        definition: Uuid,
        typed: &Figures,
        whole: &CheckedFigures,
    ) -> Result<Vec<CheckedItem>, Vec<Violation>> {
        if typed.breakdown.len() > MOST_ITEMS {
            return Err(vec![at(ViolationCode::TooMany).limit(100)]);
        }
        let (mut items, mut broken, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        for part in &typed.breakdown {
            let refuse = |code| at(code).about(format!("{}/{}", part.dimension, part.item));
            let taken = self.0.get(&(definition, part.dimension.clone()));
            let item = taken.and_then(|taken| taken.items.get(&part.item).copied());
            match (item, figures::checked(indicator, &part.figures(typed))) {
                (None, _) if taken.is_none() => broken.push(refuse(ViolationCode::Incompatible)),
                (None, _) => broken.push(refuse(ViolationCode::NotFound)),
                (Some(item), _) if !seen.insert(item) => broken.push(refuse(ViolationCode::Duplicate)),
                (Some(item), Ok(figures)) => items.push(CheckedItem { item, figures }),
                (Some(_), Err(wrong)) => {
                    broken.extend(wrong.into_iter().map(|it| Violation { limit: it.limit, ..refuse(it.code) }));
                }
            }
        }
        if broken.is_empty() {
            broken.extend(self.torn(definition, typed, whole, &items));
        }
        if broken.is_empty() { Ok(items) } else { Err(broken) }
    }

    /// The dimensions of which the items are not the whole together, though they should be.
    fn torn(&self, definition: Uuid, typed: &Figures, whole: &CheckedFigures, items: &[CheckedItem]) -> Vec<Violation> {
        let named: HashSet<&String> = typed.breakdown.iter().map(|part| &part.dimension).collect();
        let mut torn: Vec<&String> = named
            .into_iter()
            .filter(|dimension| {
                let Some(taken) = self.0.get(&(definition, (*dimension).clone())) else { return false };
                let own = || {
                    items.iter().filter(|it| taken.items.values().any(|item| *item == it.item)).map(|it| &it.figures)
                };
                taken.adds_up && sums(own()) != [whole.value, whole.numerator, whole.denominator]
            })
            .collect();
        torn.sort_unstable();
        torn.into_iter().map(|dimension| at(ViolationCode::Inconsistent).about(dimension.clone())).collect()
    }
}

/// The sums of values, numerators and denominators; none of what is not given.
fn sums<'a>(figures: impl Iterator<Item = &'a CheckedFigures>) -> [Option<Decimal>; 3] {
    figures.fold([None; 3], |sums, it| {
        let parts = [it.value, it.numerator, it.denominator];
        let mut parts = parts.into_iter();
        sums.map(|sum| match (sum, parts.next().flatten()) {
            (Some(sum), Some(part)) => Some(sum + part),
            (sum, part) => sum.or(part),
        })
    })
}

fn at(code: ViolationCode) -> Violation {
    Violation::of(code, &["input", "breakdown"])
}

impl ItemFigureInput {
    /// The figure of the item, in the form of the whole.
    fn figures(&self, whole: &Figures) -> Figures {
        Figures {
            value: self.value,
            numerator: self.numerator,
            denominator: self.denominator,
            narrative: None,
            observation: whole.observation,
            note: None,
            comment: None,
            breakdown: Vec::new(),
            attachments: None,
        }
    }
}

/// What of a figure falls to an item, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CheckedItem {
    item: Uuid,
    figures: CheckedFigures,
}

/// Writes the items of revisions.
pub(super) async fn insert_items(
    writing: &mut Writing,
    revisions: &[(Uuid, i32, Vec<CheckedItem>)],
) -> Result<(), DbError> {
    const QUERY: &str = "INSERT INTO measurement_breakdown (measurement_id, revision, item_id, stated_value, numerator, denominator, factor) \
        SELECT * FROM unnest(COALESCE((SELECT $1)), COALESCE((SELECT $2)), COALESCE((SELECT $3)), COALESCE((SELECT $4)), COALESCE((SELECT $5)), \
            COALESCE((SELECT $6)), COALESCE((SELECT $7)))";
    let rows = revisions.iter().flat_map(|(id, revision, items)| items.iter().map(move |it| (*id, *revision, it)));
    let rows: Vec<(Uuid, i32, &CheckedItem)> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    let number = |of: fn(&CheckedFigures) -> Option<Decimal>| -> Vec<Option<Decimal>> {
        rows.iter().map(|(.., it)| of(&it.figures)).collect()
    };
    let insert = diesel::sql_query(QUERY)
        .bind::<Array<SqlUuid>, _>(rows.iter().map(|(id, ..)| *id).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(rows.iter().map(|(_, revision, _)| *revision).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(rows.iter().map(|(.., it)| it.item).collect::<Vec<_>>())
        .bind::<Array<Nullable<Numeric>>, _>(number(|it| it.value))
        .bind::<Array<Nullable<Numeric>>, _>(number(|it| it.numerator))
        .bind::<Array<Nullable<Numeric>>, _>(number(|it| it.denominator))
        .bind::<Array<Nullable<Numeric>>, _>(number(|it| Some(it.factor)));
    planned(insert).execute(writing.connection()).await?;
    Ok(())
}

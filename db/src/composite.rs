//! Composite indices: the weighted mean of a tree of components, which may be as deep as its codes: pillars, their parts, and at the
//! leaves the figures of other indicators.
//!
//! A leaf scores how far its figure has come from its minimum to its maximum, between 0 and 1: `(x − min) / (max − min)`. Whatever has
//! parts scores their mean, weighted. So weights count beside their siblings alone, and need not be 1 or 100 together.

use std::{cmp::Reverse, collections::HashMap};

use diesel::prelude::*;
use object_layer::SimpleObject;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{
    formula::{ComputationGap, rounded},
    noun::relation,
    schema::index_component,
};

/// The most components of one index.
pub const MOST_COMPONENTS: usize = 200;

/// A component of a composite index: a pillar, a part of one, or at the leaves the figure of another indicator.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = index_component)]
pub struct IndexComponent {
    /// Its number in the tree: `3`, `3.2`, `3.2.1`
    pub code: String,
    /// The component that it is part of; null for the parts of the index itself
    pub parent: Option<String>,
    /// Name in Vietnamese
    #[graphql(skip)]
    pub name_vi: String,
    /// Name in English
    #[graphql(skip)]
    pub name_en: String,
    /// How much it counts beside those of the same parent; they need not be 1 or 100 together
    pub weight: Decimal,
    /// The figure that scores 0; null for what has parts
    pub minimum: Option<Decimal>,
    /// The figure that scores 1; null for what has parts
    pub maximum: Option<Decimal>,
    /// The indicator whose figure it is
    #[graphql(skip)]
    pub indicator_id: Option<Uuid>,
}

relation!(
    /// The components of a definition, in the order of the index.
    ComponentsOf => IndexComponent,
    |reader, parents| index_component::table
        .filter(index_component::definition_id.eq_any(parents))
        .order((index_component::definition_id, index_component::position))
        .select((index_component::definition_id, IndexComponent::as_select()))
);

/// What an index and its components score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scores {
    /// The index, to six decimal places.
    pub index: Decimal,
    /// Each component, by its code, to six decimal places.
    pub components: HashMap<String, Decimal>,
}

/// What an index and its components score; `of` tells the figure of an indicator.
pub fn scores(components: &[IndexComponent], of: &dyn Fn(Uuid) -> Option<Decimal>) -> Result<Scores, ComputationGap> {
    let mut deepest_first: Vec<&IndexComponent> = components.iter().collect();
    deepest_first.sort_by_key(|component| Reverse(component.code.matches('.').count()));
    let mut means: HashMap<Option<&str>, Mean> = HashMap::new();
    let mut told = HashMap::with_capacity(components.len());
    for component in deepest_first {
        let score = match component.indicator_id {
            Some(indicator) => component.scaled(of(indicator).ok_or(ComputationGap::MissingInput)?)?,
            None => mean(&means, Some(&component.code))?,
        };
        let parts = means.entry(component.parent.as_deref()).or_default();
        parts.add(score, component.weight).ok_or(ComputationGap::OutOfBounds)?;
        told.insert(component.code.clone(), rounded(score));
    }
    Ok(Scores { index: rounded(mean(&means, None)?), components: told })
}

/// A weighted mean in the making.
#[derive(Default)]
struct Mean {
    sum: Decimal,
    weights: Decimal,
}

impl Mean {
    fn add(&mut self, score: Decimal, weight: Decimal) -> Option<()> {
        self.sum = self.sum.checked_add(score.checked_mul(weight)?)?;
        self.weights = self.weights.checked_add(weight)?;
        Some(())
    }
}

/// The mean of the parts of a component, or of the index itself.
fn mean(means: &HashMap<Option<&str>, Mean>, of: Option<&str>) -> Result<Decimal, ComputationGap> {
    let parts = means.get(&of).ok_or(ComputationGap::MissingInput)?;
    parts.sum.checked_div(parts.weights).ok_or(ComputationGap::DivisionByZero)
}

impl IndexComponent {
    /// How far a figure has come from the minimum to the maximum: between 0 and 1.
    fn scaled(&self, figure: Decimal) -> Result<Decimal, ComputationGap> {
        let (minimum, maximum) = self.minimum.zip(self.maximum).ok_or(ComputationGap::MissingInput)?;
        let way = maximum.checked_sub(minimum).ok_or(ComputationGap::OutOfBounds)?;
        let come = figure.checked_sub(minimum).ok_or(ComputationGap::OutOfBounds)?;
        let score = come.checked_div(way).ok_or(ComputationGap::DivisionByZero)?;
        Ok(score.clamp(Decimal::ZERO, Decimal::ONE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(code: &str, weight: &str, leaf: Option<(u128, &str, &str)>) -> IndexComponent {
        IndexComponent {
            code: code.to_owned(),
            parent: code.rsplit_once('.').map(|(parent, _)| parent.to_owned()),
            name_vi: code.to_owned(),
            name_en: code.to_owned(),
            weight: weight.parse().unwrap(),
            minimum: leaf.map(|(_, minimum, _)| minimum.parse().unwrap()),
            maximum: leaf.map(|(.., maximum)| maximum.parse().unwrap()),
            indicator_id: leaf.map(|(indicator, ..)| Uuid::from_u128(indicator)),
        }
    }

    fn scored(components: &[IndexComponent], figures: &[(u128, &str)]) -> Result<Scores, ComputationGap> {
        let of = |id: Uuid| {
            figures.iter().find(|(indicator, _)| Uuid::from_u128(*indicator) == id).map(|(_, it)| it.parse().unwrap())
        };
        scores(components, &of)
    }

    #[test]
    fn an_index_is_the_weighted_mean_of_its_tree() {
        let tree = [
            component("1", "60", None),
            component("1.1", "3", Some((11, "0", "100"))),
            component("1.2", "1", None),
            component("1.2.1", "0.5", Some((121, "10", "20"))),
            component("1.2.2", "0.5", Some((122, "50", "0"))),
            component("2", "40", Some((2, "0", "3"))),
        ];
        let figures = [(11, "80"), (121, "15"), (122, "10"), (2, "1")];
        let found = scored(&tree, &figures).unwrap();
        let told: Vec<String> = tree.iter().map(|it| found.components[&it.code].to_string()).collect();
        // 1.2 is the mean of 0.5 and 0.8; 1 is 0.75 × 0.8 + 0.25 × 0.65; the index 0.6 × 0.7625 + 0.4 / 3.
        assert_eq!(told, ["0.7625", "0.8", "0.65", "0.5", "0.8", "0.333333"]);
        assert_eq!(found.index.to_string(), "0.590833");
    }

    #[test]
    fn scores_lie_between_0_and_1() {
        let tree = |minimum, maximum| [component("1", "2", Some((1, minimum, maximum)))];
        for (minimum, maximum, figure, score) in [
            ("0", "100", "120", "1"),
            ("0", "100", "-5", "0"),
            ("0", "100", "0", "0"),
            ("60", "40", "55", "0.25"),
            ("60", "40", "30", "1"),
            ("60", "40", "70", "0"),
        ] {
            assert_eq!(scored(&tree(minimum, maximum), &[(1, figure)]).unwrap().index.to_string(), score, "{figure}");
        }
    }

    #[test]
    fn what_is_missing_is_no_zero() {
        let tree = [component("1", "1", Some((1, "0", "1"))), component("2", "1", Some((2, "0", "1")))];
        assert_eq!(scored(&tree, &[(1, "1")]), Err(ComputationGap::MissingInput));
        assert_eq!(scored(&[], &[]), Err(ComputationGap::MissingInput));
    }
}

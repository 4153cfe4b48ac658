//! Formulas: how the figure of an indicator follows from those of others of the same subject and period.
//!
//! A formula is a text such as `100 * online_count / max(file_count, 1)`: codes of indicators, numbers with a decimal point,
//! `+ - * /`, parentheses, and `sum`, `mean`, `min`, `max` of one thing or several. It is computed with exact decimals. `unit` says
//! which unit its figures have.

mod read;
mod unit;

use std::collections::BTreeSet;

use rust_decimal::{Decimal, RoundingStrategy::MidpointAwayFromZero};

pub use self::{
    read::{FormulaError, MOST_CHARACTERS},
    unit::UnitError,
};
use crate::text_enum::text_enum;

/// The most indicators that one formula names.
pub const MOST_INPUTS: usize = 50;

/// The decimal places with which a figure is kept.
const PLACES: u32 = 6;

text_enum! {
    /// Why a figure could not be computed.
    pub enum ComputationGap {
        /// Figures that it is computed from are missing
        MissingInput => "MISSING_INPUT",
        /// It would be divided by zero
        DivisionByZero => "DIVISION_BY_ZERO",
        /// It would lie outside of the indicator's bounds, or beyond all that is kept
        OutOfBounds => "OUT_OF_BOUNDS",
    }
}

/// A formula that has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formula(Term);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    Number(Decimal),
    Indicator(String),
    Negative(Box<Term>),
    Pair(Operator, Box<Term>, Box<Term>),
    Call(Function, Vec<Term>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Plus,
    Minus,
    Times,
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    Sum,
    Mean,
    Min,
    Max,
}

impl Formula {
    /// The codes of the indicators that it names, each once, in the order of their letters.
    #[must_use]
    pub fn inputs(&self) -> BTreeSet<&str> {
        let mut inputs = BTreeSet::new();
        self.0.gather(&mut inputs);
        inputs
    }

    /// The figure, to six decimal places; `of` tells the figure of an indicator by its code.
    pub fn value(&self, of: &dyn Fn(&str) -> Option<Decimal>) -> Result<Decimal, ComputationGap> {
        Ok(rounded(self.0.value(of)?))
    }
}

/// A figure as it is kept.
pub(crate) fn rounded(value: Decimal) -> Decimal {
    value.round_dp_with_strategy(PLACES, MidpointAwayFromZero).normalize()
}

impl Term {
    fn gather<'a>(&'a self, inputs: &mut BTreeSet<&'a str>) {
        match self {
            Self::Number(_) => {}
            Self::Indicator(code) => drop(inputs.insert(code)),
            Self::Negative(term) => term.gather(inputs),
            Self::Pair(_, left, right) => {
                left.gather(inputs);
                right.gather(inputs);
            }
            Self::Call(_, terms) => terms.iter().for_each(|term| term.gather(inputs)),
        }
    }

    fn value(&self, of: &dyn Fn(&str) -> Option<Decimal>) -> Result<Decimal, ComputationGap> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Indicator(code) => of(code).ok_or(ComputationGap::MissingInput),
            Self::Negative(term) => term.value(of).map(|value| -value),
            Self::Pair(operator, left, right) => operator.apply(left.value(of)?, right.value(of)?),
            Self::Call(function, terms) => {
                let values: Result<Vec<_>, _> = terms.iter().map(|term| term.value(of)).collect();
                function.apply(&values?)
            }
        }
    }
}

impl Operator {
    fn apply(self, left: Decimal, right: Decimal) -> Result<Decimal, ComputationGap> {
        if self == Self::Over && right.is_zero() {
            return Err(ComputationGap::DivisionByZero);
        }
        let value = match self {
            Self::Plus => left.checked_add(right),
            Self::Minus => left.checked_sub(right),
            Self::Times => left.checked_mul(right),
            Self::Over => left.checked_div(right),
        };
        value.ok_or(ComputationGap::OutOfBounds)
    }
}

impl Function {
    const ALL: [(&'static str, Self); 4] =
        [("sum", Self::Sum), ("mean", Self::Mean), ("min", Self::Min), ("max", Self::Max)];

    fn apply(self, values: &[Decimal]) -> Result<Decimal, ComputationGap> {
        let sum = || {
            let mut values = values.iter();
            values.try_fold(Decimal::ZERO, |sum, value| sum.checked_add(*value)).ok_or(ComputationGap::OutOfBounds)
        };
        match self {
            Self::Sum => sum(),
            Self::Mean => Operator::Over.apply(sum()?, Decimal::from(values.len())),
            Self::Min => values.iter().min().copied().ok_or(ComputationGap::MissingInput),
            Self::Max => values.iter().max().copied().ok_or(ComputationGap::MissingInput),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn computed(text: &str, figures: &[(&str, &str)]) -> Result<String, ComputationGap> {
        let of = |code: &str| {
            figures.iter().find(|(known, _)| *known == code).map(|(_, figure)| figure.parse::<Decimal>().unwrap())
        };
        let formula: Formula = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        formula.value(&of).map(|value| value.to_string())
    }

    #[test]
    fn figures_are_computed_exactly() {
        let figures =
            &[("ho_so", "1250"), ("truc_tuyen", "1000"), ("khong", "0"), ("tl", "0.1"), ("rat_lon", "999999999999999")];
        for (text, figure) in [
            ("100 * truc_tuyen / ho_so", "80"),
            ("ho_so - truc_tuyen - 50", "200"),
            ("ho_so - (truc_tuyen - 50)", "300"),
            ("8 / 4 / 2", "1"),
            ("2 + 3 * 4", "14"),
            ("-tl + 0.3", "0.2"),
            ("--tl * -1", "-0.1"),
            ("tl + tl + tl", "0.3"),
            ("1 / 3", "0.333333"),
            ("2 / 3", "0.666667"),
            ("-2 / 3", "-0.666667"),
            ("1 / 3 * 3", "1"),
            ("sum(ho_so, truc_tuyen, 1)", "2251"),
            ("mean(ho_so, truc_tuyen)", "1125"),
            ("min(ho_so, truc_tuyen)", "1000"),
            ("max(ho_so, truc_tuyen) / min(1, 2)", "1250"),
            ("mean(tl)", "0.1"),
            ("rat_lon * 1000000 / 1000000", "999999999999999"),
        ] {
            // What is rounded on the way is a thousandth of what is kept: 1 / 3 * 3 is 1.
            // A formula names an indicator at least.
            assert_eq!(computed(&format!("{text} + 0 * khong"), figures).as_deref(), Ok(figure), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_computed_says_why() {
        let figures = &[("ho_so", "1250"), ("khong", "0"), ("rat_lon", "999999999999999")];
        for (text, gap) in [
            ("ho_so / khong", ComputationGap::DivisionByZero),
            ("ho_so / (khong * ho_so)", ComputationGap::DivisionByZero),
            ("ho_so + thieu", ComputationGap::MissingInput),
            ("min(ho_so, thieu)", ComputationGap::MissingInput),
            ("rat_lon * rat_lon / rat_lon", ComputationGap::OutOfBounds),
        ] {
            assert_eq!(computed(text, figures), Err(gap), "{text}");
        }
    }

    #[test]
    fn inputs_are_named_once() {
        let formula: Formula = "(a + b_1) / max(b_1, sum, 5g)".parse().unwrap();
        assert_eq!(formula.inputs().into_iter().collect::<Vec<_>>(), ["5g", "a", "b_1", "sum"]);
    }
}

//! What the figures of several periods come to: how far a year has come, and what a longer period amounts to.
//!
//! A level (stock) is that of the last period. What came about within periods (flow) is summed, and a ratio is computed from the
//! sums of its parts. Whatever else a flow may be (a rank, an index, a mean) cannot be summed, and then there is no value.

use std::sync::Arc;

use rust_decimal::{Decimal, RoundingStrategy::MidpointAwayFromZero};
use uuid::Uuid;

use super::{Measurement, figures};
use crate::{
    Date,
    calendar::{Period, PeriodKind, Regime},
    indicator::{Aggregation, Indicator, Nature, ValueKind},
    text_enum::text_enum,
    violation::Words,
};

/// The most periods that make a total: five years of months.
pub const MOST_PARTS: usize = 60;

text_enum! {
    /// How figures of several periods make one.
    pub enum TotalMethod {
        /// The last one: a level at the end of the period
        Last => "LAST",
        /// Their sum: what came about within the period
        Sum => "SUM",
        /// The sum of the numerators over the sum of the denominators
        RatioOfSums => "RATIO_OF_SUMS",
        /// They make none
        None => "NONE",
    }
}

text_enum! {
    /// Why several periods have no figure together.
    pub enum NoTotal {
        /// None of the periods has a figure that the viewer may see, or none has ended yet
        NoFigures => "NO_FIGURES",
        /// Figures of this kind cannot be summed over periods: a rank, an index, a mean, an answer in words
        NotSummable => "NOT_SUMMABLE",
        /// The period is not made of whole periods in which the indicator is reported
        NotDivisible => "NOT_DIVISIBLE",
        /// The figures were measured by different versions of the definition: their sum would mean nothing
        DefinitionsDiffer => "DEFINITIONS_DIFFER",
        /// A figure has no parts that could be summed, or the sum is too large to be computed exactly
        NotComputable => "NOT_COMPUTABLE",
    }
}

/// What is added up: the periods of an indicator that make a longer one, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// The longer period.
    pub period: Period,
    /// How its days are counted.
    pub regime: Regime,
    /// The periods that make it; none where it is not made of whole ones.
    pub periods: Option<Vec<Period>>,
}

/// A period with more parts than are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a total is made of at most {MOST_PARTS} periods")]
pub struct TooManyParts;

impl TooManyParts {
    /// The same for people.
    #[must_use]
    pub fn words(self) -> Words {
        Words::new(format!("một tổng gồm nhiều nhất {MOST_PARTS} kỳ"), self.to_string())
    }
}

impl Parts {
    /// The periods of a kind that a longer period is made of.
    pub fn of(period: Period, kind: PeriodKind, regime: Regime) -> Result<Self, TooManyParts> {
        let periods = divided(period, kind, regime);
        if periods.as_ref().is_some_and(|periods| periods.len() > MOST_PARTS) {
            return Err(TooManyParts);
        }
        Ok(Self { period, regime, periods })
    }

    /// Those of the year of a day that have ended by it, the day included; `None` outside the years of periods.
    #[must_use]
    pub fn year_to(day: Date, kind: PeriodKind, regime: Regime) -> Option<Self> {
        let year = Period::containing(day.0, PeriodKind::Year, regime)?;
        let mut periods = divided(year, kind, regime)?;
        periods.retain(|part| part.window(regime).last_day() <= day.0);
        Some(Self { period: year, regime, periods: Some(periods) })
    }

    /// The last day that they reach; `None` if there are none.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        Some(Date(self.periods.as_ref()?.last()?.window(self.regime).last_day()))
    }
}

/// The periods of a kind from the first day of a period to its last; `None` if they do not fit.
fn divided(period: Period, kind: PeriodKind, regime: Regime) -> Option<Vec<Period>> {
    if period.kind() == kind {
        return Some(vec![period]);
    }
    let window = period.window(regime);
    let first = Period::containing(window.start, kind, regime)?;
    let parts = std::iter::successors(Some(first), |part| part.next());
    let parts: Vec<_> = parts.take_while(|part| part.window(regime).end <= window.end).take(MOST_PARTS + 1).collect();
    let fits = first.window(regime).start == window.start
        && (parts.len() > MOST_PARTS || parts.last().is_some_and(|last| last.window(regime).end == window.end));
    fits.then_some(parts)
}

/// A figure that can be added up.
pub trait Addend {
    /// Its number; none if it is in words, or if it could not be put together.
    fn value(&self) -> Option<Decimal>;

    /// The parts of a ratio.
    fn parts(&self) -> (Option<Decimal>, Option<Decimal>);

    /// The version of the definition by which it was measured; none if there were several.
    fn definition(&self) -> Option<Uuid>;
}

impl Addend for Measurement {
    fn value(&self) -> Option<Decimal> {
        self.current.value
    }

    fn parts(&self) -> (Option<Decimal>, Option<Decimal>) {
        (self.current.numerator, self.current.denominator)
    }

    fn definition(&self) -> Option<Uuid> {
        Some(self.definition_id)
    }
}

/// What the figures of several periods come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Total<F = Measurement> {
    /// How they were put together.
    pub method: TotalMethod,
    /// In the indicator's unit, a ratio to six decimal places.
    pub value: Option<Decimal>,
    /// The sum of the numerators, or the last one.
    pub numerator: Option<Decimal>,
    /// The sum of the denominators, or the last one.
    pub denominator: Option<Decimal>,
    /// Why there is no value.
    pub reason: Option<NoTotal>,
    /// The periods without a figure that the value would need; of a level those after the last figure.
    pub missing: Vec<Period>,
    /// The figures that were used, in order.
    pub used: Vec<Arc<F>>,
}

impl<F: Addend> Total<F> {
    /// Puts figures together: `found` has one place for each of the periods.
    #[must_use]
    pub fn of(indicator: &Indicator, parts: &Parts, found: Vec<Option<Arc<F>>>) -> Self {
        let method = method(indicator);
        let mut total = Self {
            method,
            value: None,
            numerator: None,
            denominator: None,
            reason: None,
            missing: Vec::new(),
            used: Vec::new(),
        };
        let Some(periods) = &parts.periods else {
            return Self { reason: Some(NoTotal::NotDivisible), ..total };
        };
        let mut places: Vec<_> = periods.iter().copied().zip(found).collect();
        if method == TotalMethod::Last {
            // Whatever came before the last level says nothing of the end.
            let last = places.iter().rposition(|(_, figure)| figure.is_some()).unwrap_or_default();
            places.drain(..last);
        }
        for (period, figure) in places {
            match figure {
                Some(figure) => total.used.push(figure),
                None => total.missing.push(period),
            }
        }
        match total.computed(indicator) {
            Ok((value, numerator, denominator)) => Self { value: Some(value), numerator, denominator, ..total },
            Err(reason) => Self { reason: Some(reason), ..total },
        }
    }

    fn computed(&self, indicator: &Indicator) -> Result<Figure, NoTotal> {
        let (Some(first), Some(last)) = (self.used.first(), self.used.last()) else {
            return Err(NoTotal::NoFigures);
        };
        if self.method == TotalMethod::Last || self.used.len() == 1 && self.missing.is_empty() {
            // One figure is what it is, whatever its kind. An answer in words has no number.
            let (numerator, denominator) = last.parts();
            return Ok((last.value().ok_or(NoTotal::NotSummable)?, numerator, denominator));
        }
        if self.method == TotalMethod::None {
            return Err(NoTotal::NotSummable);
        }
        let definition = first.definition();
        if definition.is_none() || self.used.iter().any(|figure| figure.definition() != definition) {
            return Err(NoTotal::DefinitionsDiffer);
        }
        self.summed(indicator).ok_or(NoTotal::NotComputable)
    }

    fn summed(&self, indicator: &Indicator) -> Option<Figure> {
        if self.method == TotalMethod::Sum {
            return Some((sum(self.used.iter().map(|figure| figure.value()))?, None, None));
        }
        let parts = || self.used.iter().map(|figure| figure.parts());
        let (numerator, denominator) = (sum(parts().map(|of| of.0))?, sum(parts().map(|of| of.1))?);
        let ratio = numerator.checked_mul(figures::factor(indicator.unit))?.checked_div(denominator)?;
        let ratio = ratio.round_dp_with_strategy(figures::PLACES, MidpointAwayFromZero);
        Some((ratio, Some(numerator), Some(denominator)))
    }
}

/// A value, and the parts of a ratio.
type Figure = (Decimal, Option<Decimal>, Option<Decimal>);

/// The sum of all; none if one of them is missing, or if it is too large.
fn sum(mut numbers: impl Iterator<Item = Option<Decimal>>) -> Option<Decimal> {
    numbers.try_fold(Decimal::ZERO, |sum, number| sum.checked_add(number?))
}

/// How figures of several periods of an indicator make one.
pub(crate) const fn method(indicator: &Indicator) -> TotalMethod {
    match (indicator.nature, indicator.value_kind, indicator.aggregation) {
        (Nature::Stock, ..) => TotalMethod::Last,
        (Nature::Flow, ValueKind::Number, Aggregation::Sum) => TotalMethod::Sum,
        (Nature::Flow, ValueKind::Ratio, Aggregation::RatioOfSums) => TotalMethod::RatioOfSums,
        (Nature::Flow, ..) => TotalMethod::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        comparator::Direction,
        enums::Source,
        indicator::Unit,
        measurement::{MeasurementRevision, MeasurementState, Observation},
    };

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn indicator(nature: Nature, value_kind: ValueKind, aggregation: Aggregation) -> Indicator {
        Indicator {
            id: Uuid::nil(),
            code: "tthc_dossiers_online_share".to_owned(),
            name_vi: "Tỷ lệ hồ sơ trực tuyến".to_owned(),
            name_en: "Dossiers handled online".to_owned(),
            position: 1,
            unit: if value_kind == ValueKind::Ratio { Unit::Percent } else { Unit::Count },
            value_kind,
            direction: Direction::HigherIsBetter,
            nature,
            aggregation,
            frequency: PeriodKind::Quarter,
            regime: Regime::Calendar,
            part_decimals: None,
            interpolation: None,
            decimals: 1,
            lower_bound: None,
            upper_bound: None,
            note: None,
            retired_on: None,
            version: 1,
            lead_agency_id: None,
        }
    }

    /// A figure from words: a value, or numerator and denominator.
    fn figure(words: &str, definition: u128) -> Arc<Measurement> {
        let period: Period = "2025-Q1".parse().unwrap();
        let window = period.window(Regime::Calendar);
        let (numerator, denominator) = words.split_once('/').map(|(one, all)| (number(one), number(all))).unzip();
        let value = numerator.map_or_else(|| words.parse().ok(), |one: Decimal| Some(one / denominator.unwrap()));
        let current = MeasurementRevision {
            measurement_id: Uuid::nil(),
            revision: 1,
            state: MeasurementState::Published,
            observation: Observation::Final,
            value,
            numerator,
            denominator,
            narrative: value.is_none().then(|| words.to_owned()),
            source: Source::Reported,
            note: None,
            comment: None,
            reason: None,
            recorded_at: chrono::DateTime::UNIX_EPOCH,
            recorded_by: None,
            submitted_by: None,
            not_published_by: None,
            published_at: None,
        };
        Arc::new(Measurement {
            id: Uuid::nil(),
            period,
            period_kind: period.kind(),
            regime: Regime::Calendar,
            starts_on: Date(window.start),
            ends_on: Date(window.end),
            current,
            computed: false,
            published_revision: Some(1),
            submitted_revision: None,
            drafted_revision: None,
            indicator_id: Uuid::nil(),
            definition_id: Uuid::from_u128(definition),
            subject_id: Uuid::nil(),
            reporter_id: Uuid::nil(),
        })
    }

    /// The quarters of 2025 with a figure or `-` for each, and what they come to.
    fn told(indicator: &Indicator, quarters: &str) -> String {
        let parts = Parts::of(Period::of_year(2025).unwrap(), PeriodKind::Quarter, Regime::Calendar).unwrap();
        let words = quarters.split_whitespace();
        let found = words.map(|words| (words != "-").then(|| figure(words, 1))).collect();
        let total = Total::of(indicator, &parts, found);
        let value = total.value.map(|value| value.normalize().to_string());
        let missing: Vec<_> = total.missing.iter().map(ToString::to_string).collect();
        let reason = total.reason.map(NoTotal::as_str).unwrap_or_default();
        [total.method.as_str(), &value.unwrap_or_default(), reason, &missing.join(" ")]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn figures_of_quarters_make_the_year_by_what_they_are() {
        let flow = indicator(Nature::Flow, ValueKind::Number, Aggregation::Sum);
        let share = indicator(Nature::Flow, ValueKind::Ratio, Aggregation::RatioOfSums);
        let level = indicator(Nature::Stock, ValueKind::Number, Aggregation::Sum);
        let rank = indicator(Nature::Flow, ValueKind::Rank, Aggregation::None);
        for (indicator, quarters, said) in [
            (&flow, "0.1 0.2 0.3 0.4", "SUM 1"),
            (&flow, "1 - 3 -", "SUM 4 2025-Q2 2025-Q4"),
            (&flow, "- - - -", "SUM NO_FIGURES 2025-Q1 2025-Q2 2025-Q3 2025-Q4"),
            // Not the mean of 50, 25 and two others.
            (&share, "1/2 1/4 3/3 0/1", "RATIO_OF_SUMS 50"),
            (&share, "1/3 1/3 - 0/1", "RATIO_OF_SUMS 28.571429 2025-Q3"),
            (&level, "1 2 3 4", "LAST 4"),
            (&level, "1 - 3 -", "LAST 3 2025-Q4"),
            (&level, "Chưa có", "LAST NOT_SUMMABLE"),
            (&rank, "1 2 3 4", "NONE NOT_SUMMABLE"),
        ] {
            assert_eq!(told(indicator, quarters), said, "{quarters}");
        }
    }

    #[test]
    fn figures_by_different_definitions_are_not_added() {
        let flow = indicator(Nature::Flow, ValueKind::Number, Aggregation::Sum);
        let half: Period = "2025-S1".parse().unwrap();
        let parts = Parts::of(half, PeriodKind::Quarter, Regime::Calendar).unwrap();
        let total = Total::of(&flow, &parts, vec![Some(figure("1", 1)), Some(figure("2", 2))]);
        assert_eq!((total.value, total.reason), (None, Some(NoTotal::DefinitionsDiffer)));
    }

    #[test]
    fn a_period_is_divided_or_is_not() {
        use {PeriodKind as Kind, Regime::*};

        let divided = |period: &str, kind, regime| {
            let parts = Parts::of(period.parse().unwrap(), kind, regime).unwrap().periods?;
            Some(parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
        };
        for (period, kind, regime, parts) in [
            ("2025", Kind::Quarter, Calendar, Some("2025-Q1 2025-Q2 2025-Q3 2025-Q4")),
            ("2025", Kind::HalfYear, Administrative, Some("2025-S1 2025-S2")),
            ("2025-Q2", Kind::Month, Administrative, Some("2025-04 2025-05 2025-06")),
            ("2025-Q2", Kind::Quarter, Calendar, Some("2025-Q2")),
            ("2025-01-01/2025-02-28", Kind::Month, Calendar, Some("2025-01 2025-02")),
            ("2025-01-01/2025-02-28", Kind::Month, Administrative, None),
            ("2025-01", Kind::Quarter, Calendar, None),
            ("2025-S1", Kind::Year, Calendar, None),
            ("2025-01-15/2025-03-01", Kind::Month, Calendar, None),
        ] {
            assert_eq!(divided(period, kind, regime).as_deref(), parts, "{period} {kind:?} {regime:?}");
        }
        let long = "2000-01-01/2025-12-31".parse().unwrap();
        assert_eq!(Parts::of(long, PeriodKind::Month, Calendar), Err(TooManyParts));
    }

    #[test]
    fn a_year_comes_as_far_as_its_periods_have_ended() {
        let year_to = |day: &str, regime| {
            let parts = Parts::year_to(Date(day.parse().unwrap()), PeriodKind::Month, regime).unwrap();
            let periods = parts.periods.unwrap_or_default();
            (parts.period.to_string(), periods.len(), periods.last().map(ToString::to_string))
        };
        for (day, regime, year, months, last) in [
            ("2025-03-31", Regime::Calendar, "2025", 3, Some("2025-03")),
            ("2025-03-30", Regime::Calendar, "2025", 2, Some("2025-02")),
            ("2025-01-10", Regime::Calendar, "2025", 0, None),
            ("2025-12-14", Regime::Administrative, "2025", 12, Some("2025-12")),
            ("2025-12-15", Regime::Administrative, "2026", 0, None),
        ] {
            assert_eq!(year_to(day, regime), (year.to_owned(), months, last.map(str::to_owned)), "{day}");
        }
    }
}

//! What a figure must be: of its indicator's kind, within its bounds, as precise as it is read, not far from those before.

use std::cmp::max;

use diesel::Insertable;
use rust_decimal::{Decimal, RoundingStrategy::MidpointAwayFromZero};

use super::{Observation, input::Figures};
use crate::{
    Violation,
    ViolationCode::{self, Incompatible, Inconsistent, OutOfBounds, Required, TooPrecise},
    indicator::{Indicator, Unit, ValueKind},
    input::Checks,
    schema::measurement_revision,
};

/// The most characters of a narrative; of a note and a comment; of the reason of a correction or a decision.
const NARRATIVE: u16 = 10_000;
const NOTE: u16 = 2_000;
pub(super) const REASON: u16 = 2_000;

/// The decimal places with which a ratio is kept.
pub(super) const PLACES: u32 = 6;

/// Figures that have been checked, as they are written.
#[derive(Debug, Clone, PartialEq, Eq, Insertable)]
#[diesel(table_name = measurement_revision)]
pub(super) struct CheckedFigures {
    #[diesel(column_name = stated_value)]
    pub value: Option<Decimal>,
    pub numerator: Option<Decimal>,
    pub denominator: Option<Decimal>,
    /// What the ratio is multiplied by.
    pub factor: Decimal,
    pub narrative: Option<String>,
    pub observation: Observation,
    pub note: Option<String>,
    pub comment: Option<String>,
    /// The figure in the indicator's unit, which PostgreSQL computes again; none for an answer in words.
    #[diesel(skip_insertion)]
    pub result: Option<Decimal>,
    /// How many decimal places of the indicator are read.
    #[diesel(skip_insertion)]
    pub decimals: i16,
}

impl CheckedFigures {
    /// The field beside which is said what is wrong with the figure as a whole.
    pub(super) const fn field(&self) -> &'static str {
        if self.numerator.is_some() { "numerator" } else { "value" }
    }

    /// Whether somebody should look twice at the figure, beside those before it, and nothing was said to it yet.
    pub(super) fn is_unexplained_jump(&self, before: &[Decimal]) -> bool {
        self.comment.is_none() && self.result.is_some_and(|result| is_jump(result, before, self.decimals))
    }
}

/// 10^15: what a figure may not reach, so that each can be computed with.
pub(crate) fn limit() -> Decimal {
    Decimal::from(1_000_000_000_000_000_i64)
}

/// What a ratio of this unit is multiplied by.
pub(super) fn factor(unit: Unit) -> Decimal {
    match unit {
        Unit::Percent | Unit::PercentGrdp | Unit::PercentLocalBudget => Decimal::ONE_HUNDRED,
        Unit::Per10000People => Decimal::from(10_000),
        Unit::Count | Unit::Index | Unit::Rank | Unit::None => Decimal::ONE,
    }
}

/// The figures as they are written for an indicator, or all that has to be mended in them.
pub(super) fn checked(indicator: &Indicator, typed: &Figures) -> Result<CheckedFigures, Vec<Violation>> {
    let mut checks = Checks::default();
    let mut checked = CheckedFigures {
        value: typed.value.map(|number| number.0),
        numerator: typed.numerator.map(|number| number.0),
        denominator: typed.denominator.map(|number| number.0),
        factor: factor(indicator.unit),
        narrative: checks.optional("narrative", typed.narrative.as_deref(), NARRATIVE),
        observation: typed.observation,
        note: checks.optional("note", typed.note.as_deref(), NOTE),
        comment: checks.optional("comment", typed.comment.as_deref(), NOTE),
        result: None,
        decimals: indicator.decimals,
    };
    let mut broken = checks.broken();
    broken.extend(of_kind(indicator.value_kind, &checked));
    broken.extend(precision(indicator, &checked));
    if broken.is_empty() {
        match result(indicator, &checked) {
            Ok(result) => checked.result = result,
            Err(violation) => broken.push(violation),
        }
    }
    if broken.is_empty() { Ok(checked) } else { Err(broken) }
}

fn at(code: ViolationCode, field: &'static str) -> Violation {
    Violation::of(code, &["input", field])
}

/// What is missing, and what does not belong.
fn of_kind(kind: ValueKind, typed: &CheckedFigures) -> Vec<Violation> {
    let needed: &[&str] = match kind {
        ValueKind::Ratio => &["numerator", "denominator"],
        ValueKind::Narrative => &["narrative"],
        ValueKind::Number | ValueKind::Index | ValueKind::Rank | ValueKind::YesNo => &["value"],
    };
    let given = [
        ("value", typed.value.is_some()),
        ("numerator", typed.numerator.is_some()),
        ("denominator", typed.denominator.is_some()),
        ("narrative", typed.narrative.is_some()),
    ];
    let broken = given.into_iter().filter_map(|(field, given)| match (needed.contains(&field), given) {
        (true, false) => Some(at(Required, field)),
        (false, true) => Some(at(Incompatible, field)),
        _ => None,
    });
    broken.collect()
}

/// A figure is written with no more decimal places than its indicator has, and is below [`limit`]. Zeros count: in Vietnamese the
/// dot parts thousands, and 12.000 for a count is more likely twelve thousand than twelve.
fn precision(indicator: &Indicator, typed: &CheckedFigures) -> Vec<Violation> {
    let decimals = u32::from(indicator.decimals.unsigned_abs());
    let parts = [
        ("value", typed.value, decimals),
        ("numerator", typed.numerator, indicator.part_places()),
        ("denominator", typed.denominator, indicator.part_places()),
    ];
    let broken = parts.into_iter().filter_map(|(field, number, places)| match number? {
        number if number.abs() >= limit() => Some(at(OutOfBounds, field)),
        number if number.scale() > places => Some(at(TooPrecise, field).limit(places.cast_signed())),
        _ => None,
    });
    broken.collect()
}

/// The figure in the indicator's unit, within its bounds.
fn result(indicator: &Indicator, typed: &CheckedFigures) -> Result<Option<Decimal>, Violation> {
    let result = match (typed.value, typed.numerator, typed.denominator) {
        (Some(value), ..) => value,
        (None, Some(_), Some(denominator)) if denominator <= Decimal::ZERO => {
            return Err(at(OutOfBounds, "denominator"));
        }
        (None, Some(numerator), Some(denominator)) => {
            // Of a whole, no more than the whole: a clearer word than that 104 is more than 100.
            let is_share = typed.factor == Decimal::ONE_HUNDRED && indicator.upper_bound == Some(Decimal::ONE_HUNDRED);
            if is_share && numerator > denominator {
                return Err(at(Inconsistent, "numerator"));
            }
            let ratio = numerator.checked_mul(typed.factor).and_then(|product| product.checked_div(denominator));
            let ratio = ratio.filter(|ratio| ratio.abs() < limit()).ok_or_else(|| at(OutOfBounds, "numerator"))?;
            ratio.round_dp_with_strategy(PLACES, MidpointAwayFromZero)
        }
        _ => return Ok(None),
    };
    let (least, most) = match indicator.value_kind {
        ValueKind::YesNo => (Some(Decimal::ZERO), Some(Decimal::ONE)),
        ValueKind::Rank => (indicator.lower_bound.max(Some(Decimal::ONE)), indicator.upper_bound),
        _ => (indicator.lower_bound, indicator.upper_bound),
    };
    let passed = least.filter(|least| result < *least).or(most.filter(|most| result > *most));
    match passed {
        None => Ok(Some(result)),
        Some(bound) => Err(Violation { limit: whole(bound), ..at(OutOfBounds, typed.field()) }),
    }
}

/// A bound for the message, where it is a whole number.
fn whole(bound: Decimal) -> Option<i32> {
    let bound = bound.normalize();
    (bound.scale() == 0).then(|| i32::try_from(bound).ok()).flatten()
}

/// Fewer earlier figures than these say too little to call a figure a jump.
const FEWEST: usize = 4;

/// Whether a figure is so far from the last one that somebody should look twice: further than five times the usual step (the
/// median of the changes from period to period), than a fifth of the last figure, and than the smallest difference that is
/// read. `before` are the published figures of earlier periods of the same length, the latest first; with fewer than four
/// there is no telling. The median, because one earlier outlier must not hide the next.
fn is_jump(value: Decimal, before: &[Decimal], decimals: i16) -> bool {
    let Some(last) = before.first().filter(|_| before.len() >= FEWEST) else { return false };
    let mut steps: Vec<Decimal> = before
        .windows(2)
        .filter_map(|pair| if let [later, earlier] = pair { Some((*later - *earlier).abs()) } else { None })
        .collect();
    steps.sort_unstable();
    let usual = steps.get(steps.len() / 2).copied().unwrap_or_default();
    let smallest = Decimal::new(1, u32::from(decimals.unsigned_abs()));
    let allowed = max(max(usual * Decimal::from(5), last.abs() / Decimal::from(5)), smallest);
    (value - *last).abs() > allowed
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        calendar::{PeriodKind, Regime},
        comparator::Direction,
        decimal::Number,
        indicator::{Aggregation, Nature},
    };

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn indicator(value_kind: ValueKind, unit: Unit, decimals: i16, bounds: (Option<&str>, Option<&str>)) -> Indicator {
        Indicator {
            id: Uuid::nil(),
            code: "coverage_5g_share".to_owned(),
            name_vi: "Tỷ lệ phủ sóng 5G".to_owned(),
            name_en: "5G coverage".to_owned(),
            position: 1,
            unit,
            value_kind,
            direction: Direction::HigherIsBetter,
            nature: Nature::Stock,
            aggregation: Aggregation::None,
            frequency: PeriodKind::Month,
            regime: Regime::Calendar,
            interpolation: None,
            decimals,
            part_decimals: None,
            lower_bound: bounds.0.map(number),
            upper_bound: bounds.1.map(number),
            note: None,
            retired_on: None,
            version: 1,
            lead_agency_id: None,
        }
    }

    fn share() -> Indicator {
        indicator(ValueKind::Ratio, Unit::Percent, 1, (Some("0"), Some("100")))
    }

    fn count() -> Indicator {
        indicator(ValueKind::Number, Unit::Count, 0, (Some("0"), None))
    }

    /// Figures from words: `value=3`, `numerator=1 denominator=2`, `narrative=Đã xong`.
    fn typed(words: &[(&str, &str)]) -> Figures {
        let of = |field: &str| words.iter().find(|(name, _)| *name == field).map(|(_, text)| *text);
        Figures {
            value: of("value").map(number).map(Number),
            numerator: of("numerator").map(number).map(Number),
            denominator: of("denominator").map(number).map(Number),
            narrative: of("narrative").map(str::to_owned),
            observation: Observation::Final,
            note: of("note").map(str::to_owned),
            comment: of("comment").map(str::to_owned),
            breakdown: Vec::new(),
            attachments: None,
        }
    }

    fn broken(indicator: &Indicator, words: &[(&str, &str)]) -> String {
        let Err(broken) = checked(indicator, &typed(words)) else { return "passed".to_owned() };
        let told = broken.iter().map(|it| format!("{} {}", it.code.as_str(), it.field[1]));
        told.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_figure_is_of_its_indicators_kind() {
        let words = indicator(ValueKind::Narrative, Unit::None, 0, (None, None));
        for (indicator, words, told) in [
            (&share(), &[("numerator", "1"), ("denominator", "3")][..], "passed"),
            (&share(), &[("value", "33.3")], "INCOMPATIBLE value, REQUIRED numerator, REQUIRED denominator"),
            (&share(), &[("numerator", "1")], "REQUIRED denominator"),
            (&count(), &[("value", "3")], "passed"),
            (&count(), &[], "REQUIRED value"),
            (&count(), &[("value", "3"), ("narrative", "Ba")], "INCOMPATIBLE narrative"),
            (&words, &[("narrative", "Đã đưa vào sử dụng")], "passed"),
            (&words, &[("narrative", "  ")], "REQUIRED narrative"),
            (&words, &[("value", "1")], "INCOMPATIBLE value, REQUIRED narrative"),
            (&count(), &[("value", "3"), ("note", "a\0")], "MALFORMED note"),
        ] {
            // What is wrong with a text is told, and that it then is missing.
            assert!(broken(indicator, words).starts_with(told), "{words:?}: {}", broken(indicator, words));
        }
    }

    #[test]
    fn figures_are_possible_and_as_precise_as_they_are_read() {
        let rank = indicator(ValueKind::Rank, Unit::Rank, 0, (None, Some("63")));
        let yes_no = indicator(ValueKind::YesNo, Unit::None, 0, (None, None));
        let money = indicator(ValueKind::Ratio, Unit::PercentGrdp, 1, (Some("0"), Some("100")));
        let area = Indicator { part_decimals: Some(2), ..share() };
        let index = indicator(ValueKind::Index, Unit::Index, 2, (Some("0"), Some("1")));
        let value = |text: &'static str| vec![("value", text)];
        let parts = |one: &'static str, whole: &'static str| vec![("numerator", one), ("denominator", whole)];
        for (indicator, words, told) in [
            (&share(), parts("5", "4"), "INCONSISTENT numerator"),
            (&share(), parts("-1", "4"), "OUT_OF_BOUNDS numerator"),
            (&share(), parts("1", "0"), "OUT_OF_BOUNDS denominator"),
            (&share(), parts("1", "-4"), "OUT_OF_BOUNDS denominator"),
            (&share(), parts("4", "4"), "passed"),
            (&share(), parts("1.250", "1234"), "TOO_PRECISE numerator"),
            (&share(), parts("1", "1.000"), "TOO_PRECISE denominator"),
            (&money, parts("1250.75", "98000.123456"), "passed"),
            (&money, parts("0.0000001", "4"), "TOO_PRECISE numerator"),
            (&area, parts("0.75", "4"), "passed"),
            (&area, parts("0.755", "4"), "TOO_PRECISE numerator"),
            (&count(), value("12.000"), "TOO_PRECISE value"),
            (&count(), value("2.500"), "TOO_PRECISE value"),
            (&share(), parts("1", "1000000000000000"), "OUT_OF_BOUNDS denominator"),
            (&count(), value("3.5"), "TOO_PRECISE value"),
            (&count(), value("3.00"), "TOO_PRECISE value"),
            (&count(), value("-1"), "OUT_OF_BOUNDS value"),
            (&count(), value("1000000000000000"), "OUT_OF_BOUNDS value"),
            (&rank, value("0"), "OUT_OF_BOUNDS value"),
            (&rank, value("64"), "OUT_OF_BOUNDS value"),
            (&rank, value("1"), "passed"),
            (&yes_no, value("1"), "passed"),
            (&yes_no, value("2"), "OUT_OF_BOUNDS value"),
            (&index, value("0.785"), "TOO_PRECISE value"),
            (&index, value("1.01"), "OUT_OF_BOUNDS value"),
            (&index, value("0.78"), "passed"),
        ] {
            assert_eq!(broken(indicator, &words), told, "{words:?}");
        }
    }

    #[test]
    fn a_ratio_follows_from_its_parts() {
        let figures = checked(&share(), &typed(&[("numerator", "1"), ("denominator", "3")])).unwrap();
        assert_eq!((figures.result, figures.factor), (Some(number("33.333333")), number("100")));
        let people = indicator(ValueKind::Ratio, Unit::Per10000People, 1, (Some("0"), None));
        let figures = checked(&people, &typed(&[("numerator", "25"), ("denominator", "12000")])).unwrap();
        assert_eq!(figures.result, Some(number("20.833333")));
        let people = Indicator { part_decimals: Some(6), ..people };
        let huge = [("numerator", "999999999999999"), ("denominator", "0.000001")];
        assert_eq!(broken(&people, &huge), "OUT_OF_BOUNDS numerator");
    }

    #[test]
    fn a_figure_far_from_those_before_it_is_a_jump() {
        let jump = |value: &str, before: &[&str], decimals| {
            is_jump(number(value), &before.iter().map(|text| number(text)).collect::<Vec<_>>(), decimals)
        };
        let steady = ["82.1", "81.6", "81.0", "80.7", "80.1"];
        assert!(!jump("83.0", &steady, 1) && !jump("98", &steady, 1), "within a fifth of the last");
        assert!(jump("8.2", &steady, 1), "a misplaced point");
        assert!(!jump("8.2", &["82.1", "81.6", "81.0"], 1), "too little is known");
        // One earlier outlier does not hide the next.
        assert!(jump("9000", &["110", "900", "105", "108", "104"], 0));
        // What is lively stays so.
        assert!(!jump("900", &["400", "100", "500", "90", "480"], 0));
        assert!(!jump("1", &["0", "0", "0", "0"], 0) && jump("2", &["0", "0", "0", "0"], 0));
        assert!(!jump("-0.1", &["0.4", "0.5", "0.3", "0.4"], 1));
    }
}

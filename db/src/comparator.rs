//! How a figure is held against a target.

use rust_decimal::Decimal;

use crate::{text::nfc, text_enum::text_enum};

text_enum! {
    /// How a measured figure must compare with the figure of a target.
    pub enum Comparator {
        /// The target's figure or more (≥, "từ", "tối thiểu", "trở lên")
        AtLeast => "AT_LEAST",
        /// More than the target's figure, which itself does not suffice (>, "hơn", "trên")
        MoreThan => "MORE_THAN",
        /// The target's figure or less (≤, "không quá"; also a rank: "nhóm 10")
        AtMost => "AT_MOST",
        /// Less than the target's figure, which itself does not suffice (<, "dưới")
        LessThan => "LESS_THAN",
        /// The target's figure, neither more nor less
        Exactly => "EXACTLY",
        /// From the lower to the upper figure of the target, both included ("30 đến 40")
        Between => "BETWEEN",
    }
}

text_enum! {
    /// Which way an indicator improves.
    pub enum Direction {
        /// A higher figure is better, as for coverage
        HigherIsBetter => "HIGHER_IS_BETTER",
        /// A lower figure is better, as for a rank
        LowerIsBetter => "LOWER_IS_BETTER",
        /// Neither is better as such
        Neutral => "NEUTRAL",
    }
}

/// The rule by which the comparator that counts was found; shown beside every judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum ComparatorRule {
    /// The comparator counts as the document states it
    AsStated,
    /// The document gives the bare figure, "đạt" or "có", and a higher figure is better: it counts as "at least"
    ReachedIsAtLeast,
    /// The document gives the bare figure, "đạt" or "có", and a lower figure is better: it counts as "at most"
    ReachedIsAtMost,
}

object_layer::named!(ComparatorRule);

/// Words that ask for a figure to be reached without saying whether it may be passed, in lower case.
const REACHED: [&str; 3] = ["", "đạt", "có"];

/// The comparator that counts, and the rule it was found by.
///
/// Only "exactly" is ever read otherwise, and only where the source words are none (the bare figure), "đạt" or "có".
#[must_use]
pub fn effective(
    comparator: Comparator,
    direction: Direction,
    source_words: Option<&str>,
) -> (Comparator, ComparatorRule) {
    let words = nfc(source_words.unwrap_or_default()).trim().to_lowercase();
    let reached = comparator == Comparator::Exactly && REACHED.contains(&words.as_str());
    match (reached, direction) {
        (true, Direction::HigherIsBetter) => (Comparator::AtLeast, ComparatorRule::ReachedIsAtLeast),
        (true, Direction::LowerIsBetter) => (Comparator::AtMost, ComparatorRule::ReachedIsAtMost),
        _ => (comparator, ComparatorRule::AsStated),
    }
}

/// What a target demands of a figure, in the indicator's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Requirement {
    comparator: Comparator,
    value: Decimal,
    upper: Option<Decimal>,
}

/// Why a comparator and its figures do not make a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequirementError {
    /// A range without its upper end.
    #[error("a range needs an upper value")]
    UpperMissing,
    /// An upper end of something that is no range.
    #[error("only a range has an upper value")]
    UpperUnexpected,
    /// A range that ends below its start.
    #[error("the upper value {upper} is less than the value {value}")]
    UpperBelowValue {
        /// The lower end.
        value: Decimal,
        /// The upper end.
        upper: Decimal,
    },
}

impl Requirement {
    /// A range (`Between`) needs an upper value not below its value; everything else must have none.
    pub fn new(comparator: Comparator, value: Decimal, upper: Option<Decimal>) -> Result<Self, RequirementError> {
        match (comparator, upper) {
            (Comparator::Between, None) => Err(RequirementError::UpperMissing),
            (Comparator::Between, Some(upper)) if upper < value => {
                Err(RequirementError::UpperBelowValue { value, upper })
            }
            (Comparator::Between, Some(_)) | (_, None) => Ok(Self { comparator, value, upper }),
            (_, Some(_)) => Err(RequirementError::UpperUnexpected),
        }
    }

    /// How a figure must compare.
    #[must_use]
    pub const fn comparator(self) -> Comparator {
        self.comparator
    }

    /// The figure; the lower end of a range.
    #[must_use]
    pub const fn value(self) -> Decimal {
        self.value
    }

    /// The upper end of a range, `None` for everything else.
    #[must_use]
    pub const fn upper(self) -> Option<Decimal> {
        self.upper
    }

    /// The requirement that counts, by [`effective`], and the rule it was found by.
    #[must_use]
    pub fn effective(self, direction: Direction, source_words: Option<&str>) -> (Self, ComparatorRule) {
        let (comparator, rule) = effective(self.comparator, direction, source_words);
        (Self { comparator, ..self }, rule)
    }

    /// True if the figure meets the requirement as it stands: see [`Self::effective`] for the one that counts.
    #[must_use]
    pub fn is_met(self, figure: Decimal) -> bool {
        match self.comparator {
            Comparator::AtLeast => figure >= self.value,
            Comparator::MoreThan => figure > self.value,
            Comparator::AtMost => figure <= self.value,
            Comparator::LessThan => figure < self.value,
            Comparator::Exactly => figure == self.value,
            Comparator::Between => figure >= self.value && self.upper.is_none_or(|upper| figure <= upper),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Comparator; 6] = [
        Comparator::AtLeast,
        Comparator::MoreThan,
        Comparator::AtMost,
        Comparator::LessThan,
        Comparator::Exactly,
        Comparator::Between,
    ];
    const DIRECTIONS: [Direction; 3] = [Direction::HigherIsBetter, Direction::LowerIsBetter, Direction::Neutral];

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn figures_against_requirements() {
        for (comparator, value, upper, met, missed) in [
            (Comparator::AtLeast, "50", None, vec!["50", "50.0", "50.01"], vec!["49.99"]),
            (Comparator::MoreThan, "30", None, vec!["30.0001"], vec!["30", "30.00"]),
            (Comparator::AtMost, "10", None, vec!["10", "1"], vec!["11"]),
            (Comparator::LessThan, "10", None, vec!["9.9"], vec!["10.0"]),
            (Comparator::Exactly, "0.75", None, vec!["0.750"], vec!["0.74", "0.76"]),
            (Comparator::Between, "80", Some("90"), vec!["80", "85.5", "90"], vec!["79.9", "90.1"]),
            (Comparator::Between, "2", Some("2"), vec!["2"], vec!["1", "3"]),
        ] {
            let requirement = Requirement::new(comparator, decimal(value), upper.map(decimal)).unwrap();
            assert!(met.iter().all(|figure| requirement.is_met(decimal(figure))), "{requirement:?}");
            assert!(!missed.iter().any(|figure| requirement.is_met(decimal(figure))), "{requirement:?}");
        }
    }

    #[test]
    fn a_range_has_both_ends_and_nothing_else_has() {
        let (one, two) = (Decimal::ONE, Decimal::TWO);
        assert_eq!(Requirement::new(Comparator::Between, one, None), Err(RequirementError::UpperMissing));
        assert_eq!(
            Requirement::new(Comparator::Between, two, Some(one)),
            Err(RequirementError::UpperBelowValue { value: two, upper: one })
        );
        for comparator in ALL.into_iter().filter(|comparator| *comparator != Comparator::Between) {
            assert_eq!(Requirement::new(comparator, one, Some(two)), Err(RequirementError::UpperUnexpected));
        }
    }

    #[test]
    fn a_figure_to_be_reached_may_be_passed() {
        for words in [None, Some(""), Some(" đạt "), Some("Đạt"), Some("d\u{323}at"), Some("đa\u{323}t"), Some("có")]
        {
            let read = |direction| effective(Comparator::Exactly, direction, words);
            let reached = words != Some("d\u{323}at");
            let (higher, lower) = if reached {
                (
                    (Comparator::AtLeast, ComparatorRule::ReachedIsAtLeast),
                    (Comparator::AtMost, ComparatorRule::ReachedIsAtMost),
                )
            } else {
                ((Comparator::Exactly, ComparatorRule::AsStated), (Comparator::Exactly, ComparatorRule::AsStated))
            };
            assert_eq!(read(Direction::HigherIsBetter), higher, "{words:?}");
            assert_eq!(read(Direction::LowerIsBetter), lower, "{words:?}");
            assert_eq!(read(Direction::Neutral), (Comparator::Exactly, ComparatorRule::AsStated), "{words:?}");
        }
    }

    #[test]
    fn other_words_count_as_stated() {
        for words in ["≥", "từ", "hơn", "trên", "nhóm 10", "là", "100%", "tất cả"] {
            let read = effective(Comparator::Exactly, Direction::HigherIsBetter, Some(words));
            assert_eq!(read, (Comparator::Exactly, ComparatorRule::AsStated), "{words}");
        }
        for comparator in ALL.into_iter().filter(|comparator| *comparator != Comparator::Exactly) {
            for direction in DIRECTIONS {
                assert_eq!(effective(comparator, direction, None), (comparator, ComparatorRule::AsStated));
            }
        }
    }

    prop_compose! {
        fn any_decimal()(number in -1_000_000_i64..1_000_000, scale in 0..6_u32) -> Decimal {
            Decimal::new(number, scale)
        }
    }

    proptest! {
        #[test]
        fn comparators_are_one_anothers_complements(value in any_decimal(), figure in any_decimal()) {
            let met = |comparator| Requirement::new(comparator, value, None).unwrap().is_met(figure);
            prop_assert_ne!(met(Comparator::AtLeast), met(Comparator::LessThan));
            prop_assert_ne!(met(Comparator::AtMost), met(Comparator::MoreThan));
            prop_assert_eq!(met(Comparator::Exactly), met(Comparator::AtLeast) && met(Comparator::AtMost));
        }

        #[test]
        fn a_range_is_its_two_ends(value in any_decimal(), upper in any_decimal(), figure in any_decimal()) {
            if let Ok(range) = Requirement::new(Comparator::Between, value, Some(upper)) {
                prop_assert_eq!(range.is_met(figure), value <= figure && figure <= upper);
            } else {
                prop_assert!(upper < value);
            }
        }

        #[test]
        fn a_better_figure_never_loses_what_counts(value in any_decimal(), figure in any_decimal(), more in any_decimal()) {
            let exactly = Requirement::new(Comparator::Exactly, value, None).unwrap();
            let (higher, _) = exactly.effective(Direction::HigherIsBetter, Some("đạt"));
            prop_assert!(!higher.is_met(figure) || higher.is_met(figure + more.abs()));
            let (lower, _) = exactly.effective(Direction::LowerIsBetter, None);
            prop_assert!(!lower.is_met(figure) || lower.is_met(figure - more.abs()));
        }
    }
}

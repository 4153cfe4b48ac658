//! Periods named from a reference day: `THIS_YEAR`, `LAST_4_QUARTERS`.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;

use super::{FIRST_YEAR, LAST_YEAR, Period, PeriodKind, Regime};
use crate::violation::Words;

/// The highest `n` of `LAST_n_MONTHS`, `LAST_n_QUARTERS` and `LAST_n_YEARS`.
pub const MAX_COUNT: u32 = 120;

/// One or several periods, named from a reference day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RelativePeriod {
    unit: Unit,
    /// How many finished ones; `None` is the running one.
    finished: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Unit {
    Month,
    Quarter,
    Year,
}

/// Why a relative period cannot be read or resolved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RelativePeriodError {
    /// The text has none of the accepted forms. It is cut to 40 characters.
    #[error(
        "{text:?} is not a relative period; write THIS_MONTH, THIS_QUARTER, THIS_YEAR, LAST_MONTH, LAST_QUARTER, LAST_YEAR, \
         or LAST_n_MONTHS, LAST_n_QUARTERS, LAST_n_YEARS with n from 1 to {MAX_COUNT}"
    )]
    Form {
        /// What was given.
        text: String,
    },
    /// Seen from the reference day it would leave the years that periods may have.
    #[error("{relative} leaves the years {FIRST_YEAR} to {LAST_YEAR} when seen from {reference}")]
    OutOfBounds {
        /// What was asked for.
        relative: RelativePeriod,
        /// The day it was seen from.
        reference: NaiveDate,
    },
}

impl RelativePeriodError {
    /// The same for people.
    #[must_use]
    pub fn words(&self) -> Words {
        let vi = match self {
            Self::Form { text } => format!(
                "{text:?} không phải là kỳ tương đối; hãy viết THIS_MONTH, THIS_QUARTER, THIS_YEAR, LAST_MONTH, LAST_QUARTER, \
                 LAST_YEAR, hoặc LAST_n_MONTHS, LAST_n_QUARTERS, LAST_n_YEARS với n từ 1 đến {MAX_COUNT}"
            ),
            Self::OutOfBounds { relative, reference } => {
                format!("{relative} tính từ ngày {reference} ra ngoài các năm {FIRST_YEAR} đến {LAST_YEAR}")
            }
        };
        Words::new(vi, self.to_string())
    }
}

impl RelativePeriod {
    /// The periods it means on a reference day, the earliest first, never empty.
    ///
    /// `THIS_…` is the one running on that day, `LAST_…` the last finished ones: the running one is not among them.
    pub fn resolve(self, reference: NaiveDate, regime: Regime) -> Result<Vec<Period>, RelativePeriodError> {
        let kind = self.unit.kind();
        let (latest, count) = match self.finished {
            None => (Period::containing(reference, kind, regime), 1),
            Some(count) => (Period::last_finished(reference, kind, regime), count as usize),
        };
        let mut periods: Vec<_> = std::iter::successors(latest, |period| period.previous()).take(count).collect();
        if periods.len() < count {
            return Err(RelativePeriodError::OutOfBounds { relative: self, reference });
        }
        periods.reverse();
        Ok(periods)
    }
}

impl Unit {
    const ALL: [Self; 3] = [Self::Month, Self::Quarter, Self::Year];

    const fn kind(self) -> PeriodKind {
        match self {
            Self::Month => PeriodKind::Month,
            Self::Quarter => PeriodKind::Quarter,
            Self::Year => PeriodKind::Year,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Month => "MONTH",
            Self::Quarter => "QUARTER",
            Self::Year => "YEAR",
        }
    }

    fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.word() == word)
    }
}

impl FromStr for RelativePeriod {
    type Err = RelativePeriodError;

    /// Reads the names in upper or lower case; `LAST_1_MONTHS` is `LAST_MONTH`.
    fn from_str(text: &str) -> Result<Self, RelativePeriodError> {
        read(&text.to_ascii_uppercase())
            .ok_or_else(|| RelativePeriodError::Form { text: text.chars().take(40).collect() })
    }
}

fn read(text: &str) -> Option<RelativePeriod> {
    if let Some(word) = text.strip_prefix("THIS_") {
        return Some(RelativePeriod { unit: Unit::read(word)?, finished: None });
    }
    let rest = text.strip_prefix("LAST_")?;
    let Some((digits, words)) = rest.split_once('_') else {
        return Some(RelativePeriod { unit: Unit::read(rest)?, finished: Some(1) });
    };
    let unit = Unit::read(words.strip_suffix('S')?)?;
    let digits = digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(digits)?;
    let count = digits.parse().ok().filter(|count| (1..=MAX_COUNT).contains(count))?;
    Some(RelativePeriod { unit, finished: Some(count) })
}

impl fmt::Display for RelativePeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.unit.word();
        match self.finished {
            None => write!(f, "THIS_{word}"),
            Some(1) => write!(f, "LAST_{word}"),
            Some(count) => write!(f, "LAST_{count}_{word}S"),
        }
    }
}

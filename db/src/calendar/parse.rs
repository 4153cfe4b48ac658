//! Reading the code of a period.

use std::str::FromStr;

use chrono::NaiveDate;

use super::{Period, PeriodError, PeriodKind};

/// How much of an unreadable text an error repeats, in characters.
const ECHO: usize = 40;

impl FromStr for Period {
    type Err = PeriodError;

    /// Reads `2025-07`, `2025-Q3`, `2025-S1`, `2025-9M`, `2025`, `2025-01-15/2025-03-01` (both days included), also
    /// without the first hyphen (`202507`, `2025Q3`) and in lower case. White space is not skipped.
    ///
    /// What SDMX has beside them is read as it is meant there: `2025-A1` is the year, `2025-M07` a month. A month of one
    /// digit (`2025-M9`) is refused: it was nine months here once, and is September elsewhere.
    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let echo = || text.chars().take(ECHO).collect();
        if let Some((first, last)) = text.split_once('/') {
            let days = day(first).zip(day(last));
            return days
                .map_or_else(|| Err(PeriodError::Form { text: echo() }), |(first, last)| Self::range(first, last));
        }
        match label(text) {
            Some(Label::Period(kind, year, index)) => Self::new(kind, year, index),
            Some(Label::Ambiguous) => Err(PeriodError::Ambiguous { text: echo() }),
            None => Err(PeriodError::Form { text: echo() }),
        }
    }
}

/// What a code says by its form alone.
enum Label {
    /// Kind, year and number: there may be no such period.
    Period(PeriodKind, i32, u32),
    /// A month or nine months.
    Ambiguous,
}

fn label(text: &str) -> Option<Label> {
    let (year, rest) = text.split_at_checked(4)?;
    let year = number(year)?.cast_signed();
    let rest = rest.strip_prefix('-').unwrap_or(rest).to_ascii_uppercase();
    if text.len() == 4 {
        return Some(Label::Period(PeriodKind::Year, year, 1));
    }
    let (letter, digits) = rest.split_at_checked(1)?;
    let (kind, index) = match (letter, digits.len()) {
        _ if rest == "9M" => (PeriodKind::NineMonths, 1),
        _ if rest == "A1" => (PeriodKind::Year, 1),
        ("Q", 1) => (PeriodKind::Quarter, number(digits)?),
        ("S", 1) => (PeriodKind::HalfYear, number(digits)?),
        ("M", 2) => (PeriodKind::Month, number(digits)?),
        ("M", 1) => return number(digits).map(|_| Label::Ambiguous),
        (_, 1) => (PeriodKind::Month, number(&rest)?),
        _ => return None,
    };
    Some(Label::Period(kind, year, index))
}

/// A number written in digits alone: `str::parse` would let a sign pass.
fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// A day written exactly as `2025-01-15`; chrono alone would let `2025-1-15` and `+2025-01-15` pass.
fn day(text: &str) -> Option<NaiveDate> {
    text.parse::<NaiveDate>().ok().filter(|day| day.to_string() == text)
}

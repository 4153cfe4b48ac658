//! Reading the code of a period.

use std::str::FromStr;

use chrono::NaiveDate;

use super::{Period, PeriodError, PeriodKind};

/// How much of an unreadable text an error repeats, in characters.
const ECHO: usize = 40;

impl FromStr for Period {
    type Err = PeriodError;

    /// Reads `2025-07`, `2025-Q3`, `2025-S1`, `2025-M9`, `2025`, `2025-01-15/2025-03-01` (both days included), also
    /// without the first hyphen (`202507`, `2025Q3`) and in lower case. White space is not skipped.
    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let read = match text.split_once('/') {
            Some((first, last)) => day(first).zip(day(last)).map(|(first, last)| Self::range(first, last)),
            None => label(text).map(|(kind, year, index)| Self::new(kind, year, index)),
        };
        read.unwrap_or_else(|| Err(PeriodError::Form { text: text.chars().take(ECHO).collect() }))
    }
}

/// Kind, year and number, of which only the form has been checked.
fn label(text: &str) -> Option<(PeriodKind, i32, u32)> {
    let (year, rest) = text.split_at_checked(4)?;
    let year = number(year)?.cast_signed();
    if rest.is_empty() {
        return Some((PeriodKind::Year, year, 1));
    }
    let rest = rest.strip_prefix('-').unwrap_or(rest);
    let (letter, digits) = rest.split_at_checked(1)?;
    let (kind, index) = match (letter, digits.len()) {
        ("Q" | "q", 1) => (PeriodKind::Quarter, number(digits)?),
        ("S" | "s", 1) => (PeriodKind::HalfYear, number(digits)?),
        ("M" | "m", _) if digits == "9" => (PeriodKind::NineMonths, 1),
        (_, 1) => (PeriodKind::Month, number(rest)?),
        _ => return None,
    };
    Some((kind, year, index))
}

/// A number written in digits alone: `str::parse` would let a sign pass.
fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

/// A day written exactly as `2025-01-15`; chrono alone would let `2025-1-15` and `+2025-01-15` pass.
fn day(text: &str) -> Option<NaiveDate> {
    text.parse::<NaiveDate>().ok().filter(|day| day.to_string() == text)
}

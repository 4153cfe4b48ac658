//! Deadlines that come again: "hằng tháng, trước ngày 25", "hằng quý", "trước ngày 15/12 hằng năm".

use chrono::{Datelike as _, Months, NaiveDate};

use super::{
    DatePrecision, Deadline, DeadlineError, DeadlineOperator, Given,
    read::{Stated, days_of, number, operator, unit},
};
use crate::{
    calendar::{PeriodKind, Window},
    text_enum::text_enum,
};

text_enum! {
    /// How often a deadline comes again.
    pub enum DeadlineCadence {
        /// Each month (hằng tháng)
        Monthly => "MONTHLY",
        /// Each quarter (hằng quý)
        Quarterly => "QUARTERLY",
        /// Each year (hằng năm)
        Yearly => "YEARLY",
    }
}

/// The words that say so, folded.
const CADENCES: [(&str, DeadlineCadence); 6] = [
    ("hang thang", DeadlineCadence::Monthly),
    ("moi thang", DeadlineCadence::Monthly),
    ("hang qui", DeadlineCadence::Quarterly),
    ("moi qui", DeadlineCadence::Quarterly),
    ("hang nam", DeadlineCadence::Yearly),
    ("moi nam", DeadlineCadence::Yearly),
];

/// What says which day of a quarter is meant, folded.
const OF_LAST_MONTH: [&str; 4] =
    ["thang cuoi qui", "thang cuoi cua qui", "cua thang cuoi qui", "cua thang cuoi cua qui"];

impl DeadlineCadence {
    const fn months(self) -> u32 {
        match self {
            Self::Monthly => 1,
            Self::Quarterly => 3,
            Self::Yearly => 12,
        }
    }
}

impl Deadline {
    /// Of a deadline that comes again, the next last day: that day or after. `None` for one that comes once.
    #[must_use]
    pub fn next_due_on(&self, on: NaiveDate) -> Option<NaiveDate> {
        let (cadence, first) = (self.cadence?, self.stated_on?);
        let elapsed = (on.year() - first.year()) * 12 + on.month().cast_signed() - first.month().cast_signed();
        let turns = u32::try_from(elapsed).unwrap_or_default() / cadence.months();
        (turns.saturating_sub(1)..=turns + 2).find_map(|turn| {
            let stated_on = first.checked_add_months(Months::new(turn * cadence.months()))?;
            Self { stated_on: Some(stated_on), cadence: None, ..self.clone() }.due_on().filter(|due| *due >= on)
        })
    }
}

/// How often, and what else the phrase says; `None` if it comes once.
pub(super) fn cadence(phrase: &str) -> Option<(DeadlineCadence, &str)> {
    let phrase = phrase.strip_prefix("dinh ki ").unwrap_or(phrase);
    CADENCES.iter().find_map(|(words, cadence)| {
        let rest = phrase.strip_prefix(words).filter(|rest| rest.is_empty() || rest.starts_with([' ', ',']));
        let rest = rest.or_else(|| phrase.strip_suffix(words).filter(|rest| rest.ends_with([' ', ','])))?;
        Some((*cadence, rest.trim_matches([' ', ','])))
    })
}

/// The first time that such a phrase means.
pub(super) fn first(
    words: String,
    cadence: DeadlineCadence,
    phrase: &str,
    given: Option<Given>,
) -> Result<Deadline, DeadlineError> {
    let given = given.ok_or(DeadlineError::NoYear)?;
    let (operator, rest) = operator(phrase);
    let stated = match cadence {
        DeadlineCadence::Yearly if !rest.is_empty() => {
            let stated = unit(rest, operator, Some(given))?;
            if stated.year_inferred { stated } else { return Err(DeadlineError::Unreadable) }
        }
        _ => turn(cadence, rest, given.on)?,
    };
    let stated_on = if operator == DeadlineOperator::Before { stated.days.start } else { stated.days.last_day() };
    Ok(Deadline {
        words: Some(words),
        stated_on: Some(stated_on),
        precision: stated.precision,
        operator: Some(stated.operator.unwrap_or(operator)),
        year_inferred: false,
        cadence: Some(cadence),
    })
}

/// The first month, quarter or year whose end, or a day in it, is not before a day.
fn turn(cadence: DeadlineCadence, rest: &str, from: NaiveDate) -> Result<Stated, DeadlineError> {
    let (kind, precision) = match cadence {
        DeadlineCadence::Monthly => (PeriodKind::Month, DatePrecision::Month),
        DeadlineCadence::Quarterly => (PeriodKind::Quarter, DatePrecision::Quarter),
        DeadlineCadence::Yearly => (PeriodKind::Year, DatePrecision::Year),
    };
    let index = from.month0() / cadence.months() + 1;
    let whole = |days| Stated { days, precision, operator: None, year_inferred: false };
    if rest.is_empty() {
        return Ok(whole(days_of(kind, from.year(), index)?));
    }
    let day = match cadence {
        DeadlineCadence::Quarterly => {
            let day = OF_LAST_MONTH.iter().find_map(|words| rest.strip_suffix(words));
            day.ok_or(DeadlineError::Unreadable)?.trim_end()
        }
        _ => rest,
    };
    let day = number(day.strip_prefix("ngay ").unwrap_or(day))?;
    // In the first month that has such a day: later ones that have none take their last.
    let at = |turn: u32| {
        let month = days_of(kind, from.year(), index).ok()?.last_day().with_day(1)?;
        month.checked_add_months(Months::new(turn * cadence.months()))?.with_day(day)
    };
    let day = (0..4).filter_map(at).find(|day| *day >= from).ok_or(DeadlineError::NoSuchDate)?;
    Ok(Stated { precision: DatePrecision::Day, ..whole(Window::of_days(day, day)) })
}

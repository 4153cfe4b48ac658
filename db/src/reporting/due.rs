//! Between which due dates a question looks, where it names both, one or none of them.

use chrono::{Days, NaiveDate};

use crate::{
    Date, DbError,
    calendar::{FIRST_YEAR, LAST_YEAR},
    violation::Words,
};

/// How many days before and after the day asked about something may be due, where the question names no days.
pub(super) const BEFORE: u64 = 92;
const AFTER: u64 = 31;
/// So many together.
pub const USUAL: u64 = BEFORE + AFTER;
/// The most days between the first and the last due date of a question.
pub const LONGEST: u64 = 3 * 366;
/// The most days between the end of a period and its due date, extensions included.
pub(super) const LATEST: u64 = 366;

/// The due dates of a question, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DueDates {
    pub from: Date,
    pub to: Date,
}

impl DueDates {
    /// Those about a day; `before` is how many days back it looks unless it says so itself.
    pub fn about(on: Date, from: Option<Date>, to: Option<Date>, before: u64) -> Self {
        Self {
            from: from.unwrap_or_else(|| earlier(to.unwrap_or(on), before)),
            to: to.unwrap_or_else(|| later(from.map_or(on, |from| from.max(on)), AFTER)),
        }
    }

    /// An error if they lie further apart than may be asked about.
    pub fn bounded(self) -> Result<Self, DbError> {
        if u64::try_from((self.to.0 - self.from.0).num_days()).is_ok_and(|days| days > LONGEST) {
            return Err(DbError::Invalid(Words::new(
                "từ dueFrom đến dueTo nhiều nhất là ba năm",
                "between dueFrom and dueTo there may be three years at most",
            )));
        }
        Ok(self)
    }

    /// The last days of the periods that may be due then.
    pub fn last_days(self) -> (Date, Date) {
        (earlier(self.from, LATEST), self.to)
    }
}

/// So many days earlier, in the years in which there are periods.
pub(super) fn earlier(day: Date, days: u64) -> Date {
    let first = NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).unwrap_or(NaiveDate::MIN);
    Date(day.0.checked_sub_days(Days::new(days)).map_or(first, |earlier| earlier.max(first)))
}

/// So many days later, in the years in which there are periods.
pub(super) fn later(day: Date, days: u64) -> Date {
    let last = NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31).unwrap_or(NaiveDate::MAX);
    Date(day.0.checked_add_days(Days::new(days)).map_or(last, |later| later.min(last)))
}

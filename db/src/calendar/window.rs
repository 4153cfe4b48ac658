//! A run of days.

use chrono::{Days, NaiveDate};

/// A run of calendar days (Asia/Ho_Chi_Minh), half-open: `start` belongs to it, `end` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Window {
    /// The first day.
    pub start: NaiveDate,
    /// The day after the last day.
    pub end: NaiveDate,
}

impl Window {
    /// From the first day to the last, both included.
    #[must_use]
    pub fn of_days(first_day: NaiveDate, last_day: NaiveDate) -> Self {
        Self { start: first_day, end: last_day.checked_add_days(Days::new(1)).unwrap_or(last_day) }
    }

    /// The last day that belongs to it.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        self.end.pred_opt().unwrap_or(self.end)
    }

    /// How many days it has.
    #[must_use]
    pub fn days(self) -> i64 {
        (self.end - self.start).num_days()
    }

    /// True if the day belongs to it.
    #[must_use]
    pub fn contains(self, day: NaiveDate) -> bool {
        self.start <= day && day < self.end
    }

    /// True if the two share a day.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

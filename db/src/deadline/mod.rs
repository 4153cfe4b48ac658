//! Deadlines as documents state them, the last day that follows, and whether a duty is in time.
//!
//! Deadlines are read by the calendar, never by the administrative months of reports.

mod read;

use chrono::NaiveDate;

pub use read::DeadlineError;

use crate::{
    calendar::{Period, PeriodKind, Regime, Window},
    enums::DatePrecision,
    text_enum::text_enum,
};

text_enum! {
    /// How a duty relates to the stated date.
    pub enum DeadlineOperator {
        /// Done by the end of what is stated ("đến ngày 30/6")
        By => "BY",
        /// Done before what is stated begins ("trước ngày 15/4": on 14 April at the latest)
        Before => "BEFORE",
        /// Done within what is stated, up to its last day ("trong Quý IV")
        Within => "WITHIN",
        /// Expected within what is stated ("dự kiến quý II"); its last day counts
        Expected => "EXPECTED",
        /// A period in which the duty runs ("giai đoạn 2026 – 2030"), which is no deadline
        During => "DURING",
    }
}

/// A deadline as stated. All days are calendar days in Asia/Ho_Chi_Minh.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Deadline {
    /// The document's own words; `None` if it says nothing.
    pub words: Option<String>,
    /// The stated day; of a month, quarter, year or period any of its days: [`Deadline::read`] gives its first after
    /// "before", else its last. `None` if no day is stated.
    pub stated_on: Option<NaiveDate>,
    /// How exactly it is stated.
    pub precision: DatePrecision,
    /// How the duty relates to it; `None` counts as [`DeadlineOperator::By`].
    pub operator: Option<DeadlineOperator>,
    /// True if the document leaves the year out and it was taken from the context.
    pub year_inferred: bool,
}

impl Deadline {
    /// No deadline: with words that set no day ("khẩn trương", "90 ngày"), or without any.
    #[must_use]
    pub const fn none(words: Option<String>) -> Self {
        Self { words, stated_on: None, precision: DatePrecision::None, operator: None, year_inferred: false }
    }

    /// Until a day, that day included.
    #[must_use]
    pub const fn on(day: NaiveDate) -> Self {
        Self {
            words: None,
            stated_on: Some(day),
            precision: DatePrecision::Day,
            operator: Some(DeadlineOperator::By),
            year_inferred: false,
        }
    }

    /// What somebody states by a day, or by any day of the month, quarter or year that is meant; `None` if the calendar
    /// has none.
    #[must_use]
    pub fn stated(
        words: Option<String>,
        day: NaiveDate,
        precision: DatePrecision,
        operator: DeadlineOperator,
    ) -> Option<Self> {
        let window = precision.window(day)?;
        let stated_on = if operator == DeadlineOperator::Before { window.start } else { window.last_day() };
        Some(Self { words, stated_on: Some(stated_on), precision, operator: Some(operator), year_inferred: false })
    }

    /// Reads the words of a document, such as "trước ngày 15/4/2025", "trong Quý IV/2025", "Đến ngày 30/6", "năm 2025",
    /// "giai đoạn 2026 – 2030", "khẩn trương".
    ///
    /// `default_year` stands in for a year that is left out, and the result then says that it was inferred. The phrase is
    /// read as a whole or refused: nothing is guessed from a part of it. A date without an operator counts as
    /// [`DeadlineOperator::Within`].
    pub fn read(words: &str, default_year: Option<i32>) -> Result<Self, DeadlineError> {
        read::deadline(words, default_year)
    }

    /// The last day on which the duty is still in time; `None` if there is no deadline.
    #[must_use]
    pub fn due_on(&self) -> Option<NaiveDate> {
        let stated = self.stated_on?;
        let window = self.precision.window(stated)?;
        match self.operator {
            Some(DeadlineOperator::During) => None,
            Some(DeadlineOperator::Before) => window.start.pred_opt(),
            Some(DeadlineOperator::By | DeadlineOperator::Within | DeadlineOperator::Expected) | None => {
                Some(window.last_day())
            }
        }
    }
}

impl DatePrecision {
    /// The days of what is stated so exactly by one of them.
    fn window(self, day: NaiveDate) -> Option<Window> {
        match self {
            Self::Day => Some(Window::of_days(day, day)),
            Self::Month => calendar_window(day, PeriodKind::Month),
            Self::Quarter => calendar_window(day, PeriodKind::Quarter),
            Self::Year => calendar_window(day, PeriodKind::Year),
            Self::None => None,
        }
    }
}

fn calendar_window(day: NaiveDate, kind: PeriodKind) -> Option<Window> {
    Period::containing(day, kind, Regime::Calendar).map(|period| period.window(Regime::Calendar))
}

/// Whether a duty is in time on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, async_graphql::Enum)]
pub enum Timeliness {
    /// No last day is set, so nothing can be late
    NoDeadline,
    /// Not done yet, and the last day is more than seven days away
    OnTime,
    /// Not done yet, and the last day is today or at most seven days away
    DueSoon,
    /// Not done yet, and the last day is over
    Overdue,
    /// Done on the last day or before
    DoneOnTime,
    /// Done after the last day
    DoneLate,
}

object_layer::named!(Timeliness);

/// How many days before its last day an open duty counts as due soon, the last day included.
pub const DUE_SOON_DAYS: i64 = 7;

/// Whether a duty is in time, as seen on a day.
///
/// A completion after `on` is not yet known on that day, so the duty counts as open. For a duty that was cancelled give no
/// `due_on`.
#[must_use]
pub fn timeliness(due_on: Option<NaiveDate>, completed_on: Option<NaiveDate>, on: NaiveDate) -> Timeliness {
    let Some(due) = due_on else {
        return Timeliness::NoDeadline;
    };
    match completed_on.filter(|completed| *completed <= on) {
        Some(completed) if completed <= due => Timeliness::DoneOnTime,
        Some(_) => Timeliness::DoneLate,
        None if on > due => Timeliness::Overdue,
        None if (due - on).num_days() <= DUE_SOON_DAYS => Timeliness::DueSoon,
        None => Timeliness::OnTime,
    }
}

#[cfg(test)]
mod tests;

//! Deadlines as documents state them, the last day that follows, and whether a duty is in time.
//!
//! Deadlines are read by the calendar, never by the administrative months of reports.

mod again;
mod read;
mod term;

use chrono::NaiveDate;

pub use again::DeadlineCadence;
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
        /// Expected within what is stated ("dự kiến quý II"): no promise, so once it is over nobody is late
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
    /// How often it comes again ("hằng tháng, trước ngày 25"): then what is stated is the first time, and nothing falls due once
    /// and for all. `None` if it comes once.
    pub cadence: Option<DeadlineCadence>,
}

/// The day on which words were written: what they leave out is counted from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// The day; the first it may have been, if only the month or the year is known.
    pub on: NaiveDate,
    /// True if it was exactly that day, so that days can be counted from it.
    pub is_exact: bool,
}

impl Given {
    /// Written on exactly that day.
    #[must_use]
    pub const fn on(day: NaiveDate) -> Self {
        Self { on: day, is_exact: true }
    }
}

/// What words say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// A deadline.
    Stated(Deadline),
    /// So many working days after a day, which does not count itself: only the legal calendar says which day that is. See
    /// [`Deadline::on_working_day`].
    WorkingDays {
        /// The words.
        words: String,
        /// How many.
        days: u16,
        /// The day of the event.
        after: NaiveDate,
    },
}

impl Deadline {
    /// No deadline: with words that set no day ("khẩn trương", "90 ngày"), or without any.
    #[must_use]
    pub const fn none(words: Option<String>) -> Self {
        Self {
            words,
            stated_on: None,
            precision: DatePrecision::None,
            operator: None,
            year_inferred: false,
            cadence: None,
        }
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
            cadence: None,
        }
    }

    /// The day on which a number of working days has passed.
    #[must_use]
    pub fn on_working_day(words: String, day: NaiveDate) -> Self {
        Self { words: Some(words), operator: Some(DeadlineOperator::Within), ..Self::on(day) }
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
        Some(Self { words, precision, operator: Some(operator), ..Self::on(stated_on) })
    }

    /// Reads the words of a document: "trước ngày 15/4/2025", "trước 17 giờ ngày 15/4", "trong Quý IV/2025", "6 tháng đầu năm
    /// 2026", "giai đoạn 2026 – 2030", "trong 05 ngày làm việc kể từ ngày ký", "hằng tháng, trước ngày 25", "khẩn trương".
    ///
    /// A year that is left out is the one in which such a day comes first, `given` or after, and the result then says that it
    /// was inferred. The phrase is read as a whole or refused: nothing is guessed from a part of it. A date without an operator
    /// counts as [`DeadlineOperator::Within`]. What begins with an event of which nobody knows the day sets none.
    pub fn read(words: &str, given: Option<Given>) -> Result<Reading, DeadlineError> {
        read::deadline(words, given)
    }

    /// The last day on which the duty is still in time; `None` if there is no deadline, or if it comes again and again.
    #[must_use]
    pub fn due_on(&self) -> Option<NaiveDate> {
        if self.cadence.is_some() {
            return None;
        }
        self.last_day()
    }

    /// The last day of what is stated, whether it comes again or not.
    fn last_day(&self) -> Option<NaiveDate> {
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
            Self::HalfYear => calendar_window(day, PeriodKind::HalfYear),
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
    /// Not done yet, and the last day is over on which it was expected (dự kiến): no promise, so nobody is late
    Passed,
    /// The last day is over, and nobody has said whether it was done: not known to be late
    NotReported,
    /// Done on the last day or before; or at any time, if it was only expected
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
/// `due_on`. What was only expected cannot be late.
#[must_use]
pub fn timeliness(
    due_on: Option<NaiveDate>,
    is_expected: bool,
    completed_on: Option<NaiveDate>,
    on: NaiveDate,
) -> Timeliness {
    let Some(due) = due_on else {
        return Timeliness::NoDeadline;
    };
    match completed_on.filter(|completed| *completed <= on) {
        Some(completed) if is_expected || completed <= due => Timeliness::DoneOnTime,
        Some(_) => Timeliness::DoneLate,
        None if on > due && is_expected => Timeliness::Passed,
        None if on > due => Timeliness::Overdue,
        None if (due - on).num_days() <= DUE_SOON_DAYS => Timeliness::DueSoon,
        None => Timeliness::OnTime,
    }
}

#[cfg(test)]
mod tests;

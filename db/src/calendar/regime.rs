//! Which days a month of a report covers.

use crate::text_enum::text_enum;
use chrono::{Datelike, NaiveDate};

text_enum! {
    /// How the days of a year are cut into reporting periods.
    pub enum Regime {
        /// By the calendar: a month runs from its 1st to its last day, a year from 1 January to 31 December
        Calendar => "CALENDAR",
        /// By the rule for periodic reports of administrative agencies (Decree 09/2019/NĐ-CP, Article 12): a month runs from
        /// the 15th of the month before to its own 14th, a year from 15 December of the year before to 14 December
        Administrative => "ADMINISTRATIVE",
    }
}

/// A month counted from January of year 0: `year * 12 + month - 1`.
///
/// Every period but a range of days is a run of whole months, and what a regime changes is only where a month starts;
/// so quarters, half-years, nine months and years follow from it, the turn of the year included.
pub(super) type MonthNumber = i32;

/// The day on which an administrative month starts, in the month before it.
const ADMINISTRATIVE_START: u32 = 15;

impl Regime {
    /// The first day of a month.
    pub(super) fn month_start(self, month: MonthNumber) -> NaiveDate {
        match self {
            Self::Calendar => day_of(month, 1),
            Self::Administrative => day_of(month - 1, ADMINISTRATIVE_START),
        }
    }

    /// The month a day belongs to: 15 December is in January of the next year if the regime is administrative.
    pub(super) fn month_of(self, day: NaiveDate) -> MonthNumber {
        let month = month_number(day.year(), day.month());
        match self {
            Self::Calendar => month,
            Self::Administrative => month + i32::from(day.day() >= ADMINISTRATIVE_START),
        }
    }
}

/// The number of a month (1 to 12) of a year.
pub(super) const fn month_number(year: i32, month: u32) -> MonthNumber {
    year * 12 + month.cast_signed() - 1
}

/// A day of a month that has it. Years of periods are bounded far inside the calendar's, so the fallback is never met.
fn day_of(month: MonthNumber, day: u32) -> NaiveDate {
    let of_year = month.rem_euclid(12).cast_unsigned() + 1;
    NaiveDate::from_ymd_opt(month.div_euclid(12), of_year, day).unwrap_or(NaiveDate::MAX)
}

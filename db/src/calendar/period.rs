//! A reporting period and its neighbours.

use std::fmt;

use crate::text_enum::text_enum;
use chrono::{Datelike, Days, NaiveDate};

use super::{
    Regime, Window,
    regime::{MonthNumber, month_number},
};

/// The first year a period may have.
pub const FIRST_YEAR: i32 = 1900;
/// The last year a period may have.
pub const LAST_YEAR: i32 = 2200;

text_enum! {
    /// How long a reporting period (kỳ báo cáo) is.
    pub enum PeriodKind {
        /// One month (tháng), written `2025-07`
        Month => "MONTH",
        /// Three months (quý), written `2025-Q3`
        Quarter => "QUARTER",
        /// Six months (6 tháng): `2025-S1` is the first half of the year, `2025-S2` the second
        HalfYear => "HALF_YEAR",
        /// The first nine months of a year (9 tháng), written `2025-9M`; there is one in a year
        NineMonths => "NINE_MONTHS",
        /// Twelve months (năm), written `2025`
        Year => "YEAR",
        /// Any run of days, written with its first and last day, both included: `2025-01-15/2025-03-01`
        Range => "RANGE",
    }
}

impl PeriodKind {
    /// How many months it lasts; 0 for a range, which is not made of months.
    const fn months(self) -> i32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::HalfYear => 6,
            Self::NineMonths => 9,
            Self::Year => 12,
            Self::Range => 0,
        }
    }

    /// How many months lie between the start of one and the start of the next.
    const fn step(self) -> i32 {
        match self {
            Self::NineMonths => 12,
            _ => self.months(),
        }
    }
}

/// A reporting period: a label such as `2025-Q3`, without its days, which a [`Regime`] gives it ([`Period::window`]).
///
/// It is read with `str::parse` and printed with `Display`, which gives the one canonical code of each period.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, diesel::deserialize::FromSqlRow, diesel::expression::AsExpression,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct Period(Span);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Span {
    /// Whole months from `first` on; the kind is never a range.
    Months { kind: PeriodKind, first: MonthNumber },
    /// The same days under every regime.
    Days(Window),
}

/// Why something is not a period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// The text has none of the accepted forms. It is cut to 40 characters.
    #[error(
        "{text:?} is not a period; write 2025-07 (month), 2025-Q3 (quarter), 2025-S1 (half-year), 2025-9M (nine months), \
         2025 (year) or 2025-01-15/2025-03-01 (first and last day)"
    )]
    Form {
        /// What was given.
        text: String,
    },
    /// The text may mean a month or nine months. It is cut to 40 characters.
    #[error(
        "{text:?} may mean a month or nine months; write a month with two digits (2025-09), nine months as 2025-9M"
    )]
    Ambiguous {
        /// What was given.
        text: String,
    },
    /// The year is out of bounds.
    #[error("the year {year} is out of bounds: {FIRST_YEAR} to {LAST_YEAR}")]
    Year {
        /// The year that was asked for.
        year: i32,
    },
    /// A year has fewer periods of the kind.
    #[error("{index} is out of bounds: a year has periods 1 to {last} of this kind")]
    Index {
        /// The number that was asked for.
        index: u32,
        /// The highest number.
        last: u32,
    },
    /// The range would end before it starts.
    #[error("the last day {last_day} is before the first day {first_day}")]
    Reversed {
        /// The first day that was given.
        first_day: NaiveDate,
        /// The last day that was given.
        last_day: NaiveDate,
    },
    /// A range of days is not one of a sequence, as the other kinds are.
    #[error("a range of days has no number within a year and no sequence; name its first and last day")]
    NoSequence,
    /// Two periods that must be of one kind are not.
    #[error("the periods {first} and {last} are not of one kind")]
    KindsDiffer {
        /// The code of the first period.
        first: Period,
        /// The code of the last period.
        last: Period,
    },
}

impl Period {
    /// The period of a kind by its number in the year: month 1 to 12, quarter 1 to 4, half-year 1 to 2, else 1.
    pub fn new(kind: PeriodKind, year: i32, index: u32) -> Result<Self, PeriodError> {
        if kind == PeriodKind::Range {
            return Err(PeriodError::NoSequence);
        }
        check_year(year)?;
        let last = (12 / kind.step()).cast_unsigned();
        if !(1..=last).contains(&index) {
            return Err(PeriodError::Index { index, last });
        }
        let first = month_number(year, 1) + (index.cast_signed() - 1) * kind.step();
        Ok(Self(Span::Months { kind, first }))
    }

    /// The year as one period.
    pub fn of_year(year: i32) -> Result<Self, PeriodError> {
        Self::new(PeriodKind::Year, year, 1)
    }

    /// A range from the first day to the last, both included.
    pub fn range(first_day: NaiveDate, last_day: NaiveDate) -> Result<Self, PeriodError> {
        check_year(first_day.year())?;
        check_year(last_day.year())?;
        if last_day < first_day {
            return Err(PeriodError::Reversed { first_day, last_day });
        }
        Ok(Self(Span::Days(Window::of_days(first_day, last_day))))
    }

    /// The kind.
    #[must_use]
    pub const fn kind(self) -> PeriodKind {
        match self.0 {
            Span::Months { kind, .. } => kind,
            Span::Days(_) => PeriodKind::Range,
        }
    }

    /// The year in its code; for a range, the year of its first day.
    #[must_use]
    pub fn year(self) -> i32 {
        match self.0 {
            Span::Months { first, .. } => first.div_euclid(12),
            Span::Days(window) => window.start.year(),
        }
    }

    /// Its number within the year, from 1; `None` where a year has only one (year, nine months) and for a range.
    #[must_use]
    pub const fn index(self) -> Option<u32> {
        match self.0 {
            Span::Months { kind: PeriodKind::Year | PeriodKind::NineMonths, .. } | Span::Days(_) => None,
            Span::Months { kind, first } => Some((first.rem_euclid(12) / kind.step()).cast_unsigned() + 1),
        }
    }

    /// The days it covers under a regime. A range covers the same days under each.
    #[must_use]
    pub fn window(self, regime: Regime) -> Window {
        match self.0 {
            Span::Months { kind, first } => {
                Window { start: regime.month_start(first), end: regime.month_start(first + kind.months()) }
            }
            Span::Days(window) => window,
        }
    }

    /// The period of a kind that a day belongs to.
    ///
    /// `None` if there is none: for a range, for nine months once they are over, and outside the years 1900 to 2200.
    #[must_use]
    pub fn containing(day: NaiveDate, kind: PeriodKind, regime: Regime) -> Option<Self> {
        Self::slot(day, kind, regime).filter(|period| period.window(regime).contains(day))
    }

    /// The period of a kind that was the last to end before a day (it may have ended on the day before).
    ///
    /// `None` for a range and outside the years 1900 to 2200.
    #[must_use]
    pub fn last_finished(day: NaiveDate, kind: PeriodKind, regime: Regime) -> Option<Self> {
        let running = Self::slot(day, kind, regime)?;
        if running.is_finished(day, regime) { Some(running) } else { running.previous() }
    }

    /// True if its last day is before `on`.
    #[must_use]
    pub fn is_finished(self, on: NaiveDate, regime: Regime) -> bool {
        self.window(regime).end <= on
    }

    /// The one after it, of the same kind; for a range, as many days from the day after it. `None` after the year 2200.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        match self.0 {
            Span::Months { kind, first } => Self::of_months(kind, first + kind.step()),
            Span::Days(window) => {
                let last = window.end.checked_add_days(Days::new(window.days().cast_unsigned() - 1))?;
                Self::range(window.end, last).ok()
            }
        }
    }

    /// The one before it, of the same kind; for a range, as many days up to the day before it. `None` before 1900.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        match self.0 {
            Span::Months { kind, first } => Self::of_months(kind, first - kind.step()),
            Span::Days(window) => {
                let first = window.start.checked_sub_days(Days::new(window.days().cast_unsigned()))?;
                Self::range(first, window.start.pred_opt()?).ok()
            }
        }
    }

    /// All periods from this one to `last`, both included, in order; none if `last` is earlier.
    ///
    /// Refused if the two are of different kinds, or ranges of days.
    pub fn through(self, last: Self) -> Result<impl Iterator<Item = Self>, PeriodError> {
        if self.kind() != last.kind() {
            return Err(PeriodError::KindsDiffer { first: self, last });
        }
        let Span::Months { first: last_month, .. } = last.0 else {
            return Err(PeriodError::NoSequence);
        };
        Ok(std::iter::successors(Some(self), |period| period.next())
            .take_while(move |period| matches!(period.0, Span::Months { first, .. } if first <= last_month)))
    }

    /// The period of a kind whose turn it is on a day; nine months keep their turn for the rest of the year.
    fn slot(day: NaiveDate, kind: PeriodKind, regime: Regime) -> Option<Self> {
        let month = regime.month_of(day);
        Self::of_months(kind, month - month.checked_rem_euclid(kind.step())?)
    }

    fn of_months(kind: PeriodKind, first: MonthNumber) -> Option<Self> {
        check_year(first.div_euclid(12)).ok().map(|()| Self(Span::Months { kind, first }))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = self.year();
        match (self.0, self.index().unwrap_or(1)) {
            (Span::Days(window), _) => write!(f, "{}/{}", window.start, window.last_day()),
            (Span::Months { kind, .. }, index) => match kind {
                PeriodKind::Month => write!(f, "{year}-{index:02}"),
                PeriodKind::Quarter => write!(f, "{year}-Q{index}"),
                PeriodKind::HalfYear => write!(f, "{year}-S{index}"),
                PeriodKind::NineMonths => write!(f, "{year}-9M"),
                PeriodKind::Year | PeriodKind::Range => write!(f, "{year}"),
            },
        }
    }
}

fn check_year(year: i32) -> Result<(), PeriodError> {
    if (FIRST_YEAR..=LAST_YEAR).contains(&year) { Ok(()) } else { Err(PeriodError::Year { year }) }
}

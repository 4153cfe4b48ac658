//! What time it is. The only module that reads the machine's clock, so that a test or a demonstration chooses it.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Timelike as _, Utc};
use db::{Date, Origin, Pool, Writer};

/// Seconds east of Greenwich in Việt Nam. The zone Asia/Ho_Chi_Minh has been +07:00 without summer time since 1975,
/// before any document the product knows, so that no time zone database is needed.
const VIETNAM_OFFSET_SECONDS: i32 = 7 * 3600;

/// The source of "now" and "today". Copied freely; two copies of a fixed clock agree for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// Always this instant: tests, and demonstrations that must not age (`COTMOC_CLOCK`).
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// The present instant, in UTC.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now(),
            Self::Fixed(instant) => *instant,
        }
    }

    /// What a request from there writes with, now.
    #[must_use]
    pub fn writer(&self, pool: Pool, origin: Origin) -> Writer {
        let writer = Writer::new(pool, self.now(), Date(self.today()), origin);
        match self {
            Self::System => writer.by_machine_clock(),
            Self::Fixed(_) => writer,
        }
    }

    /// The present hour of the day in Việt Nam, 0 to 23.
    #[must_use]
    pub fn hour(&self) -> u32 {
        in_vietnam(self.now()).hour()
    }

    /// The present day in Việt Nam: what "overdue" and "last finished period" are measured against.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        day_of(self.now())
    }
}

/// The day in Việt Nam on which an instant lies.
#[must_use]
pub fn day_of(instant: DateTime<Utc>) -> NaiveDate {
    in_vietnam(instant).date()
}

/// An instant as clocks in Việt Nam show it.
#[must_use]
pub fn in_vietnam(instant: DateTime<Utc>) -> NaiveDateTime {
    FixedOffset::east_opt(VIETNAM_OFFSET_SECONDS)
        .map_or_else(|| instant.naive_utc(), |vietnam| instant.with_timezone(&vietnam).naive_local())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(instant: &str) -> Clock {
        Clock::Fixed(instant.parse().unwrap())
    }

    #[test]
    fn the_day_begins_at_midnight_in_vietnam() {
        assert_eq!(fixed("2025-04-14T16:59:59Z").today().to_string(), "2025-04-14");
        assert_eq!(fixed("2025-04-14T17:00:00Z").today().to_string(), "2025-04-15");
        assert_eq!([fixed("2025-04-14T16:59:59Z").hour(), fixed("2025-04-14T17:00:00Z").hour()], [23, 0]);
    }

    #[test]
    fn a_fixed_clock_stands_still() {
        let clock = fixed("2025-12-31T17:00:00Z");
        assert_eq!(clock.now(), clock.now());
        assert_eq!(clock.today().to_string(), "2026-01-01");
    }
}

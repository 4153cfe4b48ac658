//! The simulation: figures and progress that nobody reported, made so that screens have something to show.
//!
//! Nothing here is random: everything follows from codes and days, so every database gets the same. All of it is marked
//! (`SIMULATED`; agencies beyond the communes of the province are `simulated`), and no floating point is used: the same figures on every machine.

mod commune;
mod copy;
mod dice;
mod path;
mod progress;
mod series;
mod shape;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

pub(super) use commune::{COMMUNES_OF_PROVINCE, Commune, Former, REARRANGED_ON};
pub(super) use copy::{assign_reporting, copy_measurements};
pub(super) use progress::{DirectiveProgress, directive_progress};
pub(super) use series::Plan;

/// Eight in the morning of a day in Asia/Ho_Chi_Minh: when simulated offices record and publish.
pub(super) fn morning_of(day: NaiveDate) -> DateTime<Utc> {
    let utc = day.and_time(NaiveTime::MIN).and_utc();
    // 8:00 at UTC+7 is 1:00 UTC; the zone has had no other offset since 1975.
    utc + chrono::TimeDelta::hours(1)
}

/// The day in Asia/Ho_Chi_Minh of an instant.
fn day_of(instant: DateTime<Utc>) -> NaiveDate {
    (instant + chrono::TimeDelta::hours(7)).date_naive()
}

//! The simulation: figures and progress that nobody reported, made so that screens have something to show.
//!
//! Nothing here is random: everything follows from codes and days, so every database gets the same. All of it is marked
//! (`SIMULATED`, simulated agencies), and no floating point is used: the same figures on every machine.

mod copy;
mod dice;
mod path;
mod progress;
mod series;
mod shape;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use uuid::Uuid;

use super::id::id;

pub(super) use copy::{assign_reporting, copy_measurements};
pub(super) use progress::{DirectiveProgress, directive_progress};
pub(super) use series::Plan;

/// The communes whose figures the province's own add up. More can be loaded; they burden the database, not the totals.
pub(super) const COMMUNES_OF_PROVINCE: u32 = 96;

/// A commune that no document names.
#[derive(Debug, Clone)]
pub(super) struct Commune {
    pub id: Uuid,
    pub code: String,
    /// From 1.
    pub number: u32,
}

impl Commune {
    pub fn new(number: u32) -> Self {
        let code = format!("qng.mo_phong.{number:03}");
        Self { id: id("agency", &code), code, number }
    }

    pub fn name_vi(&self) -> String {
        format!("UBND xã mô phỏng {:03}", self.number)
    }

    pub fn name_en(&self) -> String {
        format!("People's Committee of simulated commune {:03}", self.number)
    }
}

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

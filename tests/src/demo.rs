//! The demo province in a test's database, as of a fixed day.

use chrono::{DateTime, NaiveDate, Utc};
use db::demo::{self, DemoOptions};

use crate::TestDb;

/// The day as of which the demo is loaded in tests: all of 2025 is over, its last deadlines too.
#[must_use]
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 20).unwrap()
}

/// Nine in the morning of that day in Asia/Ho_Chi_Minh.
#[must_use]
pub fn now() -> DateTime<Utc> {
    today().and_hms_opt(2, 0, 0).unwrap().and_utc()
}

/// The demo with few communes: enough for a tree, quick to load.
#[must_use]
pub fn options() -> DemoOptions {
    DemoOptions { communes: 4, ..DemoOptions::new(today(), now()) }
}

impl TestDb {
    /// A database with the demo province, loaded with [`options`]; prepared once per process.
    pub async fn demo() -> Self {
        Self::like("demo", async |pool| {
            demo::load(pool.settings(), options(), |_| {}).await.unwrap();
        })
        .await
    }
}

//! The demo province in a test's database, as of a fixed day.

use auth::password::{PasswordCost, Passwords};
use chrono::{DateTime, NaiveDate, Utc};
use db::demo::{self, DemoOptions, accounts};

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

    /// The same with the accounts that `serve --demo` makes.
    pub async fn demo_with_accounts() -> Self {
        Self::like("demo_accounts", async |pool| {
            let (today, now) = (today(), now());
            demo::load(pool.settings(), options(), |_| {}).await.unwrap();
            let passwords = Passwords::new(PasswordCost::new(19_456, 2, 1).unwrap(), 1);
            let hash = passwords.hash(accounts::PASSWORD.into()).await.unwrap();
            accounts::load(pool.settings(), &hash, today, now).await.unwrap();
        })
        .await
    }
}

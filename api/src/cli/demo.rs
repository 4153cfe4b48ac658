//! `cotmoc demo` and `cotmoc serve --demo`.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use auth::password::Passwords;
use clap::{Args, ValueEnum};
use db::{
    DbError,
    connection::ConnectionSettings,
    demo::{
        self, DemoOptions, DemoReport, Progress,
        accounts::{self, ACCOUNTS},
        nation::{self, NationProgress, NationReport},
    },
};
use schema::clock::Clock;

use super::output;
use crate::{
    config::Config,
    database::{Database, DatabaseError, Sharing},
};

/// How often a long load says how far it is.
const TELL: Duration = Duration::from_secs(2);

/// What to do with the demo province, and how much of it.
#[derive(Debug, Args)]
pub struct Demo {
    /// What to do
    #[arg(value_enum, default_value = "load")]
    action: Action,
    /// About how many simulated measurements to have in the end; adds earlier years, then communes. A million takes
    /// less than two minutes
    #[arg(long, value_name = "NUMBER")]
    measurements: Option<u64>,
    /// How many communes have simulated figures: those of the province first, then invented ones [default: 96, at most 3500]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=3500))]
    communes: Option<u32>,
    /// Also the units of the whole country as they were until 30 June 2025, and what became of them on 1 July: 63 provinces
    /// become 34, 696 districts end, 10,035 communes become 3,321
    #[arg(long)]
    nation: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Action {
    /// Load what is missing; what is there is left as it is
    Load,
    /// Empty the database again; refused if it holds anything that the demo did not bring
    Reset,
}

impl Demo {
    /// Does it, on a database that it migrates first.
    pub async fn run(&self, config: &Config) -> Result<(), DatabaseError> {
        let database = Database::open(config, Sharing::Join).await?;
        let done = self.on(&database, config.clock()).await;
        database.close().await?;
        output::result(&done?);
        Ok(())
    }

    async fn on(&self, database: &Database, clock: Clock) -> Result<String, DatabaseError> {
        database.migrate().await?;
        if self.action == Action::Reset {
            demo::reset(database.owner()).await?;
            return Ok("the demo is gone; `cotmoc demo load` brings it back\n".to_owned());
        }
        let usual = options(clock);
        let options =
            DemoOptions { communes: self.communes.unwrap_or(usual.communes), measurements: self.measurements, ..usual };
        let mut told = words(&load(database.owner(), options).await?);
        if self.nation {
            told += &of_nation(&load_nation(database.owner(), clock).await?);
        }
        Ok(told)
    }
}

/// The usual demo, up to now.
pub fn options(clock: Clock) -> DemoOptions {
    DemoOptions::new(clock.today(), clock.now())
}

/// Loads what is missing and tells the log how far it is.
pub async fn load(owner: &ConnectionSettings, options: DemoOptions) -> Result<DemoReport, DatabaseError> {
    let logged_at = Mutex::new(Instant::now());
    let report = demo::load(owner, options, |progress| match progress {
        Progress::Facts { added } => tracing::info!(added, "the demo's facts are in"),
        Progress::Measurements { present, planned } => {
            if let Ok(mut logged_at) = logged_at.lock()
                && logged_at.elapsed() > TELL
            {
                *logged_at = Instant::now();
                tracing::info!(present, planned, "loading simulated measurements");
            }
        }
    });
    Ok(report.await?)
}

/// Loads what is missing of the country, and tells the log how far it is.
async fn load_nation(owner: &ConnectionSettings, clock: Clock) -> Result<NationReport, DatabaseError> {
    let told = |progress| match progress {
        NationProgress::Registered { added } => tracing::info!(added, "the units until 30 June 2025 are in"),
        NationProgress::Reorganised { done, all } => tracing::info!(done, all, "reorganising them"),
    };
    Ok(nation::load(owner, (clock.today(), clock.now()), &told).await?)
}

/// Makes those accounts of the demo that are missing.
pub async fn load_accounts(database: &Database, config: &Config) -> Result<(), DatabaseError> {
    if !accounts::are_missing(database.owner()).await? {
        return Ok(());
    }
    let clock = config.clock();
    let passwords = Passwords::new(config.access.password_cost.clone(), 1);
    let hash = passwords.hash(accounts::PASSWORD.into()).await.map_err(DbError::from)?;
    Ok(accounts::load(database.owner(), &hash, clock.today(), clock.now()).await?)
}

/// The accounts of the demo as a table for a terminal.
pub fn accounts_table() -> String {
    let lines = ACCOUNTS.iter().map(|demo| {
        let place = demo.agency.unwrap_or("everywhere");
        let below = if demo.with_below { " and below" } else { "" };
        format!("      {:<13} {:<16} {place}{below}\n", demo.login, demo.role)
    });
    format!("    Accounts  password of all: {}\n{}", accounts::PASSWORD, lines.collect::<String>())
}

fn words(report: &DemoReport) -> String {
    if report.is_unchanged() {
        return format!("nothing to load: all is there, with {} simulated measurements\n", report.measurements);
    }
    let nouns = report.added.iter().filter(|(_, added)| **added > 0);
    let lines: Vec<String> = nouns.map(|(noun, added)| format!("  {added:>9}  {noun}\n")).collect();
    format!("loaded\n{}  {:>9}  measurement (simulated)\n", lines.concat(), report.measurements_added)
}

fn of_nation(report: &NationReport) -> String {
    if report.is_unchanged() {
        return "nothing of the country to load: all is there\n".to_owned();
    }
    let steps = report.steps.iter().map(|(name, count)| format!("  {count:>9}  steps: {name}\n"));
    format!(
        "loaded of the country\n  {:>9}  units until 30 June 2025\n{}",
        report.registered,
        steps.collect::<String>()
    )
}

//! What is measured: an embedded PostgreSQL with the demo in it.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use chrono::NaiveDate;
use db::{
    connection::{ConnectionSettings, SessionLimits},
    demo::{self, DemoOptions, Progress},
    embedded::{Embedded, EmbeddedConfig},
    migrate,
};
use tests::{machine, sql};

use crate::{report::say, workloads::TODAY};
use tests::program::Result;

/// A load takes minutes.
const NO_LIMITS: SessionLimits =
    SessionLimits { statement: Duration::ZERO, lock: Duration::ZERO, idle_in_transaction: Duration::ZERO };

/// PostgreSQL with the data; kept for the next run.
pub struct Database {
    embedded: Embedded,
    settings: ConnectionSettings,
    /// Its address, for `pgbench` and the server.
    pub url: String,
}

impl Database {
    /// Starts PostgreSQL in `dir` and loads about so many measurements, unless an earlier run has; `fresh` loads anew.
    pub async fn open(dir: &Path, measurements: u64, fresh: bool) -> Result<Self> {
        let name = format!("bench_{measurements}");
        // Every client of `pgbench` and the whole pool of the server.
        let config = EmbeddedConfig { settings: vec!["max_connections=200".to_owned()], ..EmbeddedConfig::new(dir) };
        let embedded = Embedded::start(config).await?;
        if fresh {
            let postgres = embedded.connection("postgres", NO_LIMITS)?;
            sql::execute(&mut postgres.connect().await?, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                .await?;
        }
        embedded.create_database(&name).await?;
        let settings = embedded.connection(&name, NO_LIMITS)?;
        let database = Self { url: embedded.url(&name), embedded, settings };
        database.load(&name, measurements).await?;
        Ok(database)
    }

    async fn load(&self, name: &str, measurements: u64) -> Result<()> {
        migrate::run(&self.settings).await?;
        let today: NaiveDate = TODAY.parse()?;
        let now = today.and_hms_opt(2, 0, 0).ok_or("no such time")?.and_utc();
        let options = DemoOptions { measurements: Some(measurements), ..DemoOptions::new(today, now) };
        let begin = Instant::now();
        let report = demo::load(&self.settings, options, |progress| {
            if let Progress::Measurements { present, planned } = progress {
                say(&format!("\r{present} of {planned} measurements are in "));
            }
        })
        .await?;
        let seconds = begin.elapsed().as_secs_f64();
        say("\n");
        if report.measurements_added == report.measurements {
            // It stays with the data: the next run finds them there.
            let words = format!("{} measurements, loaded in {seconds:.0} s", report.measurements);
            self.execute(&format!("COMMENT ON DATABASE {name} IS '{words}'")).await?;
        }
        self.execute(include_str!("sql/more_directives.sql")).await?;
        if report.measurements_added > 0 {
            // What the server's own upkeep would do in the minutes after.
            self.execute("VACUUM").await?;
        }
        Ok(())
    }

    /// How much is in it and how long it took to load.
    pub async fn words(&self) -> Result<String> {
        let loaded = "SELECT coalesce(shobj_description(oid, 'pg_database'), 'loaded in several goes') \
                      FROM pg_database WHERE datname = current_database()";
        let directives = "SELECT count(*) FROM directive";
        let agencies = "SELECT count(*) FROM agency";
        let (directives, agencies) = (self.text(directives).await?, self.text(agencies).await?);
        Ok(format!("{}; {directives} directives, {agencies} agencies", self.text(loaded).await?))
    }

    /// The version of PostgreSQL.
    pub async fn version(&self) -> Result<String> {
        self.text("SELECT current_setting('server_version')").await
    }

    /// The day on which this runs.
    pub async fn day(&self) -> Result<String> {
        self.text("SELECT current_date").await
    }

    /// What a query of one row and one column answers.
    pub async fn text(&self, query: &str) -> Result<String> {
        Ok(sql::text(&mut self.settings.connect().await?, query).await?)
    }

    async fn execute(&self, statements: &str) -> Result<()> {
        Ok(sql::execute(&mut self.settings.connect().await?, statements).await?)
    }

    /// Time of processors that PostgreSQL has used.
    pub fn processor_time(&self) -> Duration {
        let pid = self.embedded.pid().and_then(|pid| pid.try_into().ok());
        pid.map_or(Duration::ZERO, machine::family_time)
    }

    /// Stops PostgreSQL; the data stay.
    pub async fn close(self) -> Result<()> {
        Ok(self.embedded.stop().await?)
    }
}

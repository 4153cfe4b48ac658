//! What is measured: an embedded PostgreSQL with the demo in it, and the servers beside it.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use chrono::NaiveDate;
use db::{
    connection::{ConnectionSettings, SessionLimits},
    demo::{self, DemoOptions, Progress},
    embedded::{Embedded, EmbeddedConfig},
    migrate, wall,
};
use tests::{
    load::{Client, request},
    machine,
    program::{Result, Server},
    sql,
};

use crate::{
    report::say,
    workloads::{NOW, TODAY, WORKLOADS},
};

/// A load takes minutes.
const NO_LIMITS: SessionLimits =
    SessionLimits { statement: Duration::ZERO, lock: Duration::ZERO, idle_in_transaction: Duration::ZERO };

/// The copy of the data that a run works with, so that each finds the same however much is written.
const COPY: &str = "bench_run";

/// PostgreSQL with the data, which are kept for the next run, and a copy of them.
pub struct Database {
    embedded: Embedded,
    name: String,
    /// How to connect to the copy.
    pub settings: ConnectionSettings,
    /// Its address for `pgbench` and the servers: as the role that owns nothing, which is held to all rules.
    pub url: String,
}

impl Database {
    /// Starts PostgreSQL in `dir` and loads about so many measurements, unless an earlier run has; `fresh` loads anew. The copy
    /// has about so many places for new figures besides.
    pub async fn open(dir: &Path, measurements: u64, fresh: bool, places: u64) -> Result<Self> {
        let name = format!("bench_{measurements}");
        // Every client of `pgbench` and the pools of the servers.
        let config = EmbeddedConfig { settings: vec!["max_connections=200".to_owned()], ..EmbeddedConfig::new(dir) };
        let embedded = Embedded::start(config).await?;
        let postgres = embedded.connection("postgres", NO_LIMITS)?;
        let drop = |name: &str| format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        if fresh {
            sql::execute(&mut postgres.connect().await?, &drop(&name)).await?;
        }
        embedded.create_database(&name).await?;
        load(&embedded.connection(&name, NO_LIMITS)?, &name, measurements).await?;
        sql::execute(&mut postgres.connect().await?, &drop(COPY)).await?;
        let copy = format!("CREATE DATABASE {COPY} TEMPLATE {name}");
        sql::execute(&mut postgres.connect().await?, &copy).await?;
        let settings = embedded.connection(COPY, NO_LIMITS)?;
        let url = embedded.url(COPY).replacen("//postgres@", &format!("//{}@", wall::ROLE), 1);
        let more = include_str!("sql/places.sql");
        let more = more.replace("{places}", &places.to_string()).replace("{today}", TODAY);
        execute(&settings, &more).await?;
        Ok(Self { embedded, name, settings, url })
    }

    /// How much is in it and how long it took to load.
    pub async fn words(&self) -> Result<String> {
        let loaded = format!(
            "SELECT coalesce(shobj_description(oid, 'pg_database'), 'loaded in several goes') FROM pg_database \
             WHERE datname = '{}'",
            self.name
        );
        let directives = "SELECT count(*) FROM directive";
        let agencies = "SELECT count(*) FROM agency";
        let (directives, agencies) = (self.text(directives).await?, self.text(agencies).await?);
        Ok(format!("{}; {directives} directives, {agencies} agencies", self.text(&loaded).await?))
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

    /// Does something to the copy, as whoever owns it.
    pub async fn execute(&self, statements: &str) -> Result<()> {
        execute(&self.settings, statements).await
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

async fn load(settings: &ConnectionSettings, name: &str, measurements: u64) -> Result<()> {
    migrate::run(settings).await?;
    let today: NaiveDate = TODAY.parse()?;
    let now = today.and_hms_opt(2, 0, 0).ok_or("no such time")?.and_utc();
    let options = DemoOptions { measurements: Some(measurements), ..DemoOptions::new(today, now) };
    let begin = Instant::now();
    let report = demo::load(settings, options, |progress| {
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
        execute(settings, &format!("COMMENT ON DATABASE {name} IS '{words}'")).await?;
    }
    execute(settings, include_str!("sql/more_directives.sql")).await?;
    if report.measurements_added > 0 {
        // What the server's own upkeep would do in the minutes after.
        execute(settings, "VACUUM").await?;
    }
    Ok(())
}

async fn execute(settings: &ConnectionSettings, statements: &str) -> Result<()> {
    Ok(sql::execute(&mut settings.connect().await?, statements).await?)
}

/// So high that they are never reached: all clients come from one address.
const LIMITS: [&str; 8] = [
    "--points-per-minute",
    "1000000000",
    "--address-points-per-minute",
    "1000000000",
    "--mutations-per-minute",
    "1000000",
    "--address-mutations-per-minute",
    "1000000",
];

/// The servers that take turns, on one database.
pub struct Servers {
    /// Without the cache of answers.
    pub uncached: Server,
    /// As it comes.
    pub cached: Server,
}

impl Servers {
    /// Starts them.
    pub async fn start(program: &Path, database: &Database, dir: &Path) -> Result<Self> {
        let uncached = start(program, database, &dir.join("uncached"), &["--answer-cache", "off"]).await?;
        Ok(Self { uncached, cached: start(program, database, &dir.join("cached"), &[]).await? })
    }

    /// Memory of both, in MiB.
    pub fn memory(&self) -> (f64, f64) {
        (self.uncached.memory(), self.cached.memory())
    }
}

/// A server on the bench's day, with limits that are never reached and these arguments besides, that has answered each screen
/// once.
pub async fn start(program: &Path, database: &Database, dir: &Path, more: &[&str]) -> Result<Server> {
    fs::create_dir_all(dir)?;
    let more: Vec<&str> = LIMITS.iter().chain(more).copied().collect();
    let owner = database.embedded.url(COPY);
    let environment = [("COTMOC_CLOCK", NOW), ("MIGRATE_DATABASE_URL", &owner)];
    let server = Server::start(program, &database.url, dir, &more, &environment).await?;
    let mut client = Client::connect(server.address).await?;
    for workload in &WORKLOADS {
        client.ask(&request(server.address, &workload.body())).await?;
    }
    Ok(server)
}

//! What is measured: an embedded PostgreSQL with the demo in it, and the servers beside it.

use std::{
    fs,
    path::Path,
    sync::Arc,
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

/// A database of PostgreSQL with the data, which are kept for the next run.
pub struct Database {
    embedded: Arc<Embedded>,
    /// Whose data it has, and which keeps the words about them.
    original: String,
    name: String,
    /// How to connect to it.
    pub settings: ConnectionSettings,
    /// Its address for `pgbench` and the servers: as the role that owns nothing, which is held to all rules.
    pub url: String,
}

impl Database {
    /// Starts PostgreSQL in `dir`, with these settings besides, and loads about so many measurements, unless an earlier run has;
    /// `fresh` loads anew. What is answered is a copy, which has about so many places for new figures besides.
    pub async fn open(dir: &Path, measurements: u64, fresh: bool, places: u64, settings: &[&str]) -> Result<Self> {
        // Every client of `pgbench` and the pools of the servers.
        let settings = settings.iter().chain(&["max_connections=200"]).map(|setting| (*setting).to_owned()).collect();
        let embedded = Arc::new(Embedded::start(EmbeddedConfig { settings, ..EmbeddedConfig::new(dir) }).await?);
        let original = Self::named(&embedded, &format!("bench_{measurements}"))?;
        if fresh {
            original.drop_if_there().await?;
        }
        embedded.create_database(&original.name).await?;
        load(&original.settings, &original.name, measurements).await?;
        let copy = Self { original: original.name.clone(), ..Self::named(&embedded, COPY)? };
        copy.copy_of(&original).await?;
        let more = include_str!("sql/places.sql");
        copy.execute(&more.replace("{places}", &places.to_string()).replace("{today}", TODAY)).await?;
        Ok(copy)
    }

    fn named(embedded: &Arc<Embedded>, name: &str) -> Result<Self> {
        let url = embedded.url(name).replacen("//postgres@", &format!("//{}@", wall::ROLE), 1);
        let settings = embedded.connection(name, NO_LIMITS)?;
        Ok(Self { embedded: Arc::clone(embedded), original: name.to_owned(), name: name.to_owned(), settings, url })
    }

    /// Another database beside it, which may not be there yet.
    pub fn beside(&self, name: &str) -> Result<Self> {
        Self::named(&self.embedded, name)
    }

    /// Makes it anew, with the data that another one was loaded with.
    pub async fn copy_of(&self, other: &Self) -> Result<()> {
        self.drop_if_there().await?;
        self.outside(&format!("CREATE DATABASE {} TEMPLATE {}", self.name, other.original)).await
    }

    async fn drop_if_there(&self) -> Result<()> {
        self.outside(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).await
    }

    async fn outside(&self, statement: &str) -> Result<()> {
        execute(&self.embedded.connection("postgres", NO_LIMITS)?, statement).await
    }

    /// Writes down how it was loaded: that stays with the data, and the next run finds it there.
    pub async fn note(&self, words: &str) -> Result<()> {
        self.outside(&format!("COMMENT ON DATABASE {} IS '{words}'", self.name)).await
    }

    /// How it was loaded, if it was wholly.
    pub async fn noted(&self) -> Result<Option<String>> {
        let noted = format!(
            "SELECT coalesce((SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{}'), '')",
            self.original
        );
        let postgres = self.embedded.connection("postgres", NO_LIMITS)?;
        Ok(Some(sql::text(&mut postgres.connect().await?, &noted).await?).filter(|words| !words.is_empty()))
    }

    /// How much is in it and how long it took to load.
    pub async fn words(&self) -> Result<String> {
        let noted = self.noted().await?.unwrap_or_else(|| "loaded in several goes".to_owned());
        let directives = self.text("SELECT count(*) FROM directive").await?;
        let agencies = self.text("SELECT count(*) FROM agency").await?;
        Ok(format!("{noted}; {directives} directives, {agencies} agencies"))
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

    /// Does something to it, as whoever owns it.
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
        let embedded = Arc::into_inner(self.embedded).ok_or("another database is still in use")?;
        Ok(embedded.stop().await?)
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
    let owner = database.embedded.url(&database.name);
    let environment = [("COTMOC_CLOCK", NOW), ("MIGRATE_DATABASE_URL", &owner)];
    let server = Server::start(program, &database.url, dir, &more, &environment).await?;
    let mut client = Client::connect(server.address).await?;
    for workload in &WORKLOADS {
        client.ask(&request(server.address, &workload.body())).await?;
    }
    Ok(server)
}

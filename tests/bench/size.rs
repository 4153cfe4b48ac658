//! Tens of millions of measurements: what reading costs then, beside the usual database, in one run.
//!
//! The figures of an invented commune are copied for as many more communes as it takes. Each kind of screen is asked of both
//! databases in turns, without the cache of answers; and because the same screen again and again stays in memory however large
//! the tables are, series of any commune by chance as well.

use std::{
    borrow::Cow,
    fmt::Write as _,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tests::{
    load::request,
    machine,
    program::{Result, Server, commit},
};

use crate::{
    Options,
    contest::{
        Contender::{Limit, Uncached},
        Contest, Ring, Way,
    },
    limit::{self, Script, Until},
    load::Asks,
    reading,
    report::{say, spread, words},
    sample::{Sample, Spent},
    stage::{self, Database},
    workloads::WORKLOADS,
};

type Error = Box<dyn std::error::Error + Send + Sync>;

/// What PostgreSQL needs to load so much in time: no log of what is new, room to sort.
pub const SETTINGS: [&str; 5] = [
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=3GB",
    "checkpoint_timeout=30min",
    "maintenance_work_mem=1GB",
];

/// So many communes come in one transaction.
const AT_ONCE: u64 = 100;
/// So many requests for series of communes by chance are prepared; with 60 rows each, far from each other.
const BY_CHANCE: u64 = 20_000;

/// The indicator whose series are asked for.
const INDICATOR: &str = "tthc_dossiers_online_share";
/// For so many seconds SQL alone asks for them before anything is measured, as on a machine that has run for a while.
const WARM_UP: u64 = 30;
/// So many ask for series by chance at once: once the tables are larger than memory the disk answers, and nothing else would be
/// measured than how long its queue is.
const CLIENTS_BY_CHANCE: usize = 4;

/// Measures both databases and answers what was found.
pub async fn run(options: &Options, wanted: u64, program: &Path, dir: &Path) -> Result<String> {
    let usual = Database::open(dir, options.measurements, options.fresh, 0, &SETTINGS).await?;
    let large = usual.beside(&format!("bench_size_{wanted}"))?;
    let result = async {
        load(&usual, &large, wanted, options.fresh).await?;
        measure(options, &usual, &large, program, dir).await
    };
    let result = result.await;
    drop(large);
    usual.close().await?;
    result
}

// ------------------------------------------------------------------------------------------------------------------- loading

/// Copies figures until there are about so many, unless an earlier run has.
async fn load(usual: &Database, large: &Database, wanted: u64, fresh: bool) -> Result<()> {
    if !fresh && large.noted().await?.is_some() {
        return Ok(());
    }
    let begin = Instant::now();
    large.copy_of(usual).await?;
    large.execute(include_str!("sql/take_off.sql")).await?;
    let of_one: u64 = large.text("SELECT count(*) FROM bench.model_measurement").await?.parse()?;
    let present: u64 = large.text("SELECT count(*) FROM measurement").await?.parse()?;
    let communes = wanted.saturating_sub(present).div_ceil(of_one.max(1));
    let (next, done) = (AtomicU64::new(1), AtomicU64::new(present));
    let copy = async || {
        loop {
            let first = next.fetch_add(AT_ONCE, Ordering::Relaxed);
            if first > communes {
                return Ok::<_, Error>(());
            }
            let last = communes.min(first + AT_ONCE - 1);
            let more = include_str!("sql/more_measurements.sql");
            large.execute(&more.replace("{first}", &first.to_string()).replace("{last}", &last.to_string())).await?;
            let copied = (last + 1 - first) * of_one;
            let done = done.fetch_add(copied, Ordering::Relaxed) + copied;
            say(&format!("\r{done} of {wanted} measurements are in "));
        }
    };
    tokio::try_join!(copy(), copy())?;
    let copied = begin.elapsed();
    say("\n");
    let steps = "SELECT coalesce(json_agg(json_build_array(what, put_back) ORDER BY step), '[]') FROM bench.taken_off";
    let steps: Vec<(String, String)> = serde_json::from_str(&large.text(steps).await?)?;
    for (number, (what, statement)) in (1..).zip(&steps) {
        say(&format!("\r{number} of {}: {what:60}", steps.len()));
        large.execute(statement).await?;
    }
    say("\n");
    for table in ["measurement", "measurement_revision", "agency"] {
        large.execute(&format!("VACUUM (ANALYZE) {table}")).await?;
    }
    let rows = large.text("SELECT count(*) FROM measurement").await?;
    let minutes = |time: Duration| time.as_secs_f64() / 60.0;
    large
        .note(&format!(
            "{rows} measurements, loaded in {:.1} minutes, {:.1} of them for copying, the others for indexes",
            minutes(begin.elapsed()),
            minutes(copied)
        ))
        .await
}

// ----------------------------------------------------------------------------------------------------------------- measuring

/// One kind of screen, asked of both.
struct Pair<'a> {
    usual: Contest<'a>,
    large: Contest<'a>,
}

impl Pair<'_> {
    async fn round(&mut self, [usual, large]: &[Ring<'_>; 2], time: Duration) -> Result<()> {
        self.usual.round(usual, time).await?;
        self.large.round(large, time).await
    }

    fn forget(&mut self) {
        self.usual.forget();
        self.large.forget();
    }
}

async fn measure(options: &Options, usual: &Database, large: &Database, program: &Path, dir: &Path) -> Result<String> {
    for database in [usual, large] {
        database.execute(include_str!("sql/subjects.sql")).await?;
    }
    let off = &["--answer-cache", "off"];
    let servers = (
        stage::start(program, usual, &dir.join("usual"), off).await?,
        stage::start(program, large, &dir.join("large"), off).await?,
    );
    let mut pairs = Vec::new();
    for workload in &WORKLOADS {
        let usual = reading::uncached(workload, usual, &servers.0).await?;
        pairs.push(Pair { usual, large: reading::uncached(workload, large, &servers.1).await? });
    }
    let mut by_chance = Pair { usual: by_chance(usual, &servers.0).await?, large: by_chance(large, &servers.1).await? };

    let scratch = dir.join("pgbench");
    let rings = |clients| [usual, large].map(|database| Ring { database, clients, scratch: &scratch });
    let (many, few) = (rings(options.clients), rings(CLIENTS_BY_CHANCE));
    for database in [usual, large] {
        say("reading series, until memory holds what is asked for most\n");
        let script = any_series(database).await?;
        limit::run(&database.url, &script, CLIENTS_BY_CHANCE, Until::Seconds(WARM_UP), &scratch).await?;
    }
    for number in 0..=options.rounds {
        let time = if number == 0 { Duration::from_secs(2) } else { Duration::from_secs(options.seconds) };
        say(&format!("round {number} of {}\n", options.rounds));
        for pair in &mut pairs {
            pair.round(&many, time).await?;
        }
        by_chance.round(&few, time).await?;
        if number == 0 {
            pairs.iter_mut().chain([&mut by_chance]).for_each(Pair::forget);
        }
    }
    pairs.push(by_chance);
    report(options, usual, large, &pairs).await
}

/// Series of any commune.
async fn by_chance<'a>(database: &Database, server: &'a Server) -> Result<Contest<'a>> {
    let codes = format!(
        "SELECT json_agg(code ORDER BY number) FROM (SELECT number, code FROM bench.subject ORDER BY md5(code) LIMIT {BY_CHANCE}) AS drawn"
    );
    let codes: Vec<String> = serde_json::from_str(&database.text(&codes).await?)?;
    let document = include_str!("graphql/any_series.graphql");
    let body = |code: &String| -> Value {
        json!({ "query": document, "variables": { "indicator": INDICATOR, "subject": code } })
    };
    let requests = codes.iter().map(|code| request(server.address, &body(code).to_string())).collect();
    let asks = Arc::new(ByChance { requests, next: AtomicU64::new(0) });
    let script = any_series(database).await?;
    let contenders = [(Limit, Way::Sql(script)), (Uncached, Way::Http(server, asks))];
    Ok(Contest::new("series of any commune", "as W2, for communes by chance", 0, contenders))
}

/// The same as SQL.
async fn any_series(database: &Database) -> Result<Script> {
    let subjects = database.text("SELECT max(number) FROM bench.subject").await?;
    let definitions = vec![format!("indicator={INDICATOR}"), format!("subjects={subjects}")];
    Ok(Script { sql: include_str!("sql/any_series.sql"), definitions })
}

struct ByChance {
    requests: Vec<Vec<u8>>,
    next: AtomicU64,
}

impl Asks for ByChance {
    fn next(&self) -> Result<Cow<'_, [u8]>> {
        let number = usize::try_from(self.next.fetch_add(1, Ordering::Relaxed))?;
        let request = self.requests.get(number % self.requests.len()).ok_or("nothing to ask")?;
        Ok(Cow::Borrowed(request))
    }

    fn expected(&self) -> &[u8] {
        br#"{"data":{"indicator":{"series":{"nodes":[{"period":""#
    }
}

// ----------------------------------------------------------------------------------------------------------------- reporting

/// A figure of a sample.
type Measure<'a> = &'a dyn Fn(&Sample) -> f64;

async fn report(options: &Options, usual: &Database, large: &Database, pairs: &[Pair<'_>]) -> Result<String> {
    let mut text = String::from(
        "# What size costs\n\nWritten by `make bench ARGS=\"--size …\"`; the README here says how to read it.\n\n",
    );
    writeln!(text, "- {}, commit {}", usual.day().await?, commit())?;
    writeln!(text, "- {}", machine::words())?;
    let Options { rounds, seconds, clients, .. } = options;
    writeln!(
        text,
        "- PostgreSQL {}, with its usual 128 MB of buffers; {rounds} rounds of {seconds} s, {clients} clients on the same machine ({CLIENTS_BY_CHANCE} for series of any commune): medians (lowest to highest)",
        usual.version().await?
    )?;
    writeln!(text, "- usual: {}; {}", usual.words().await?, space(usual).await?)?;
    writeln!(text, "- large: {}; {}\n", large.words().await?, space(large).await?)?;
    writeln!(text, "| | {} |", pairs.iter().map(|pair| pair.usual.name).collect::<Vec<_>>().join(" | "))?;
    writeln!(text, "| --- |{}", " ---: |".repeat(pairs.len()))?;
    let of = |pair: &Pair<'_>, is_large: bool, who| {
        let contest = if is_large { &pair.large } else { &pair.usual };
        contest.samples(who).to_vec()
    };
    let cost = |sample: &Sample| sample.cost(Spent::total);
    let figures: [(&str, Measure<'_>, usize); 3] = [
        ("requests/s", &Sample::rate, 0),
        ("p50, ms", &|sample| sample.percentile(50), 1),
        ("processor time of a request, ms", &cost, 3),
    ];
    for (figure, measure, places) in figures {
        for (who, name) in [(Limit, "SQL"), (Uncached, "Cotmoc")] {
            for (is_large, size) in [(false, "usual"), (true, "large")] {
                let cells: Vec<String> =
                    pairs.iter().map(|pair| spread(&of(pair, is_large, who), measure, places)).collect();
                writeln!(text, "| {name}, {size}, {figure} | {} |", cells.join(" | "))?;
            }
        }
    }
    let ratios: [(&str, Measure<'_>); 2] = [("time", &|sample| 1.0 / sample.rate()), ("processor time", &cost)];
    for (title, measure) in ratios {
        let cells: Vec<String> = pairs
            .iter()
            .map(|pair| {
                let (large, usual) = (of(pair, true, Uncached), of(pair, false, Uncached));
                words(large.iter().zip(&usual).map(|(large, usual)| measure(large) / measure(usual)).collect(), 2)
            })
            .collect();
        writeln!(text, "| **Cotmoc, large by usual, {title}** | **{}** |", cells.join("** | **"))?;
    }
    Ok(text)
}

/// What a database takes on the disk.
async fn space(database: &Database) -> Result<String> {
    database.text("SELECT format('%s on the disk (%s measurements with their indexes, %s revisions)', pg_size_pretty(pg_database_size(current_database())), \
        pg_size_pretty(pg_total_relation_size('measurement')), pg_size_pretty(pg_total_relation_size('measurement_revision')))").await
}

//! The benchmarks: Cotmoc beside hand-written SQL that builds the same answers. `make bench`; see the README here.

mod limit;
mod load;
mod report;
mod sample;
mod stage;
mod workloads;

use std::{path::Path, process::ExitCode, time::Duration};

use clap::Parser;
use serde_json::Value;
use tests::{
    load::{Client, request},
    machine,
    program::{self, Result, Server},
};

use crate::{
    report::{Memory, Report, say},
    sample::{Sample, Spent},
    stage::Database,
    workloads::{WORKLOADS, Workload},
};

/// Measures Cotmoc beside hand-written SQL that builds the same answers, and writes tests/bench/results.md.
#[derive(Debug, Parser)]
struct Options {
    /// About how many measurements to load; kept for the next run
    #[arg(long, default_value_t = 1_000_000)]
    measurements: u64,
    /// Loads them anew
    #[arg(long)]
    fresh: bool,
    /// Rounds, in each of which every contender has its turn
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Length of a turn in seconds
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Clients at once
    #[arg(long, default_value_t = 32)]
    clients: usize,
    /// Prints only: leaves results.md as it is
    #[arg(long)]
    dry: bool,
    /// What cargo passes to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("\n{error}\n"));
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<()> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    let program = program::program()?;
    let database = Database::open(&dir, options.measurements, options.fresh).await?;
    let result = measure(options, &database, &program, &dir).await;
    database.close().await?;
    let report = result?;
    say(&report);
    if !options.dry {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/bench/results.md"), report)?;
    }
    Ok(())
}

async fn measure(options: &Options, database: &Database, program: &Path, dir: &Path) -> Result<String> {
    let many = ["--points-per-minute", "1000000000", "--address-points-per-minute", "1000000000"];
    let server = Server::start(program, &database.url, dir, &many).await?;
    let mut contests = Vec::new();
    for workload in &WORKLOADS {
        contests.push(Contest::agree(workload, database, &server).await?);
    }
    let at_rest = server.memory();
    let stage = Stage { options, database, server: &server, dir };
    for contest in &mut contests {
        contest.round(&stage, Duration::from_secs(1)).await?;
        contest.forget();
    }
    let machine = machine::words();
    for number in 1..=options.rounds {
        say(&format!("round {number} of {}\n", options.rounds));
        for contest in &mut contests {
            contest.round(&stage, Duration::from_secs(options.seconds)).await?;
        }
    }
    let memory = Memory { at_rest, after_load: server.memory() };
    let report = Report { options, machine, memory, contests: &contests, database };
    report.markdown().await
}

/// What a round needs.
struct Stage<'a> {
    options: &'a Options,
    database: &'a Database,
    server: &'a Server,
    dir: &'a Path,
}

/// One workload, and what its two contenders did in each round.
struct Contest {
    workload: &'static Workload,
    request: Vec<u8>,
    answer: Vec<u8>,
    limit: Vec<Sample>,
    api: Vec<Sample>,
}

impl Contest {
    /// Makes sure that both answer the same.
    async fn agree(workload: &'static Workload, database: &Database, server: &Server) -> Result<Self> {
        let request = request(server.address, &workload.body());
        let answer = Client::connect(server.address).await?.ask(&request).await?.body.to_vec();
        let by_api: Value = serde_json::from_slice(&answer)?;
        let by_sql: Value = serde_json::from_str(&database.text(&workload.filled_sql()).await?)?;
        if by_api.get("data") != Some(&by_sql) {
            return Err(format!("{}: the answers differ\n\nAPI: {by_api}\n\nSQL: {by_sql}", workload.name).into());
        }
        Ok(Self { workload, request, answer, limit: Vec::new(), api: Vec::new() })
    }

    /// Both have their turn; who begins changes from round to round.
    async fn round(&mut self, stage: &Stage<'_>, time: Duration) -> Result<()> {
        if self.api.len().is_multiple_of(2) {
            self.turn_of_limit(stage, time).await?;
            self.turn_of_api(stage, time).await
        } else {
            self.turn_of_api(stage, time).await?;
            self.turn_of_limit(stage, time).await
        }
    }

    async fn turn_of_limit(&mut self, stage: &Stage<'_>, time: Duration) -> Result<()> {
        let before = stage.spent();
        let scratch = stage.dir.join("pgbench");
        let (url, clients) = (&stage.database.url, stage.options.clients);
        let sample = limit::run(url, self.workload, clients, time.as_secs(), &scratch).await?;
        self.limit.push(sample.costing(stage.spent() - before));
        Ok(())
    }

    async fn turn_of_api(&mut self, stage: &Stage<'_>, time: Duration) -> Result<()> {
        let before = stage.spent();
        let (to, clients) = (stage.server.address, stage.options.clients);
        let sample = load::run(to, &self.request, &self.answer, clients, time).await?;
        self.api.push(sample.costing(stage.spent() - before));
        Ok(())
    }

    /// The warm-up does not count.
    fn forget(&mut self) {
        self.limit.clear();
        self.api.clear();
    }
}

impl Stage<'_> {
    fn spent(&self) -> Spent {
        Spent {
            server: self.server.processor_time(),
            postgres: self.database.processor_time(),
            client: machine::time_with_ended_children(std::process::id()),
        }
    }
}

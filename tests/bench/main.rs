//! The benchmarks: Cotmoc beside hand-written SQL that builds the same answers. `make bench`; see the README here.

mod bulk;
mod contest;
mod files;
mod limit;
mod load;
mod reading;
mod report;
mod sample;
mod size;
mod stage;
mod submitting;
mod subscribers;
mod workloads;

use std::{path::Path, process::ExitCode, sync::Arc, time::Duration};

use clap::Parser;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tests::{
    machine,
    program::{self, Result},
};

use crate::{
    contest::{Contest, Ring},
    report::{Memory, Report, say},
    stage::{Database, Servers},
    submitting::Places,
    workloads::WORKLOADS,
};

/// How long the servers rest before their memory is looked at.
const REST: Duration = Duration::from_secs(10);

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
    rounds: u64,
    /// Length of a turn in seconds
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Clients at once
    #[arg(long, default_value_t = 32)]
    clients: usize,
    /// Measures instead what the workloads that read cost in a database of about so many measurements, beside the usual one, and
    /// writes size.md. 700 bytes of disk for each and as much again as the largest index while it is built; 15 seconds for each million;
    /// kept for the next run
    #[arg(long, value_name = "MEASUREMENTS")]
    size: Option<u64>,
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
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    // The servers inherit it.
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    let program = program::program()?;
    let (report, file) = match options.size {
        Some(size) => (size::run(options, size, &program, &dir).await?, "size.md"),
        None => (everything(options, &program, &dir).await?, "results.md"),
    };
    say(&report);
    if !options.dry {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("bench").join(file), report)?;
    }
    Ok(())
}

async fn everything(options: &Options, program: &Path, dir: &Path) -> Result<String> {
    let places = submitting::places(options.rounds, options.seconds);
    let database = Database::open(dir, options.measurements, options.fresh, places, &[]).await?;
    let result = measure(options, &database, program, dir).await;
    database.close().await?;
    result
}

async fn measure(options: &Options, database: &Database, program: &Path, dir: &Path) -> Result<String> {
    let ring = Ring { database, clients: options.clients, scratch: &dir.join("pgbench") };
    let servers = Servers::start(program, database, dir).await?;
    // What starting took is given back to the machine after a while.
    tokio::time::sleep(REST).await;
    let started = servers.memory();
    let mut reading = Vec::new();
    for workload in &WORKLOADS {
        reading.push(reading::contest(workload, database, &servers).await?);
    }
    tokio::time::sleep(REST).await;
    let at_rest = servers.memory();
    let machine = machine::words();
    rounds(options, &ring, &mut reading).await?;

    // What is written comes after what is read: PostgreSQL tidies up behind it for a while.
    let places = Arc::new(Places::load(database).await?);
    let rest = async {
        let mut contests = reading;
        let mut writing = [submitting::contest(&ring, &servers.uncached, &places).await?];
        rounds(options, &ring, &mut writing).await?;
        contests.extend(writing);
        let memory = Memory { started, at_rest, after_load: servers.memory() };
        let bulk = bulk::run(&servers.uncached, &places).await?;
        let server = stage::start(program, database, &dir.join("subscribers"), &subscribers::SETTINGS).await?;
        let subscribed = subscribers::run(&server, &places, &ring, Duration::from_secs(options.seconds)).await?;
        let files = files::run(program, database, &places, dir).await?;
        Report { options, machine, memory, bulk, subscribed, files, contests: &contests, database }.markdown().await
    };
    match rest.await {
        Ok(report) => Ok(report),
        Err(error) => Err(places.explained(error, database).await),
    }
}

/// A second to warm up, then all rounds.
async fn rounds(options: &Options, ring: &Ring<'_>, contests: &mut [Contest<'_>]) -> Result<()> {
    for contest in &mut *contests {
        contest.round(ring, Duration::from_secs(1)).await?;
        contest.forget();
    }
    for number in 1..=options.rounds {
        say(&format!("round {number} of {}\n", options.rounds));
        for contest in &mut *contests {
            contest.round(ring, Duration::from_secs(options.seconds)).await?;
        }
    }
    Ok(())
}

//! `cotmoc serve`, and what is done to its database beside it: `cotmoc migrate`, `cotmoc recount`.

use std::{io, process::ExitCode};

use db::{assessment::kept, reporting::tally};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use schema::clock::Clock;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{demo, output};
use crate::{
    config::{Config, LogConfig},
    database::{Database, DatabaseError, Sharing},
    server::{Running, Server, ServerError},
    telemetry,
};

/// SIGTERM from whoever supervises us, SIGINT from a terminal.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Serves until a signal, then stops in order; a second signal stops at once. `with_demo` loads the demo first.
pub async fn serve(config: &Config, with_demo: bool) -> ExitCode {
    raise_handle_limit();
    // Before anything is started that a signal would otherwise leave behind.
    let mut signals = match Signals::listen() {
        Ok(signals) => signals,
        Err(error) => {
            tracing::error!(%error, "cannot listen for signals");
            return ExitCode::FAILURE;
        }
    };
    let started = tokio::select! {
        started = start(config, with_demo) => started,
        () = signals.next() => {
            tracing::info!("told to stop while starting");
            return ExitCode::SUCCESS;
        }
    };
    match started {
        Ok(running) => {
            announce(config, &running, with_demo);
            signals.next().await;
            stop(running, &mut signals).await
        }
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Every connection is a file handle. The usual soft limit of 1,024 is there for programs of another age, which break
/// above it; a modern one may raise it as far as the hard limit.
fn raise_handle_limit() {
    let raised =
        getrlimit(Resource::RLIMIT_NOFILE).and_then(|(_, hard)| setrlimit(Resource::RLIMIT_NOFILE, hard, hard));
    if let Err(error) = raised {
        tracing::warn!(%error, "cannot raise the limit of open files");
    }
}

async fn start(config: &Config, with_demo: bool) -> Result<Running, ServerError> {
    let config = Config { demo: with_demo, ..config.clone() };
    let clock = config.clock();
    if let Clock::Fixed(instant) = clock {
        tracing::warn!(%instant, "the clock stands still (COTMOC_CLOCK)");
    }
    let server = Server::bind(config.clone(), clock)?;
    let database = Database::open(&config, Sharing::Own).await?;
    database.prepare_at_last().await?;
    server.prepare(&database).await?;
    if with_demo {
        let report = demo::load(database.owner(), demo::options(clock)).await?;
        demo::load_accounts(&database, &config).await?;
        tracing::info!(simulated_measurements = report.measurements, "the demo province is there");
    }
    server.serve(database)
}

async fn stop(running: Running, signals: &mut Signals) -> ExitCode {
    tracing::info!("stopping: requests in flight finish, new ones are refused; once more to stop at once");
    tokio::select! {
        stopped = running.stop() => match stopped {
            Ok(_) => {
                tracing::info!("stopped");
                ExitCode::SUCCESS
            }
            Err(error) => {
                tracing::error!("{error}");
                ExitCode::FAILURE
            }
        },
        () = signals.next() => {
            tracing::warn!("stopped at once");
            ExitCode::FAILURE
        }
    }
}

fn announce(config: &Config, running: &Running, with_demo: bool) {
    let address = running.addr;
    if let Some(address) = running.metrics_addr {
        tracing::info!(%address, "telling numbers at /metrics");
    }
    tracing::info!(%address, "serving");
    let LogConfig { format, .. } = config.log;
    // A demo is looked at by somebody, wherever its output goes.
    if !telemetry::is_human(format) && !with_demo {
        return;
    }
    let page = |served, path: &str, setting: &str| match (served, config.graphql.trusted_only) {
        (true, false) => format!("http://{address}{path}"),
        (true, true) => "off (COTMOC_TRUSTED_ONLY)".to_owned(),
        (false, _) => format!("off ({setting})"),
    };
    let app = page(config.server.app, "/app", "COTMOC_APP");
    let explorer = page(config.server.explorer, "/explorer", "COTMOC_EXPLORER");
    let database = config.database.place();
    let accounts = if with_demo { demo::accounts_table() } else { String::new() };
    output::result(&format!(
        "\n  Cotmoc is ready.\n\n    App       {app}\n    API       http://{address}/graphql\n    Explorer  {explorer}\n    Database  {database}\n{accounts}\n  \
         Ctrl-C stops it.\n\n"
    ));
}

/// Applies pending migrations and names them.
pub async fn migrate(config: &Config) -> Result<(), DatabaseError> {
    let database = Database::open(config, Sharing::Join).await?;
    let applied = database.migrate().await;
    database.close().await?;
    let applied = applied?;
    for name in &applied {
        output::result(&format!("applied {name}\n"));
    }
    if applied.is_empty() {
        output::result("nothing to apply\n");
    }
    Ok(())
}

/// Counts and works out anew what is kept.
pub async fn recount(config: &Config) -> Result<(), DatabaseError> {
    let database = Database::open(config, Sharing::Join).await?;
    let done = async {
        database.migrate().await?;
        tally::recount(database.owner()).await?;
        output::result("assignments and answers are counted\n");
        let told = |done| tracing::info!(done, "working assessments out");
        Ok::<_, DatabaseError>(kept::keep_anew(database.owner(), config.clock().today(), told).await?)
    };
    let done = done.await;
    database.close().await?;
    done?;
    output::result("assessments are worked out\n");
    Ok(())
}

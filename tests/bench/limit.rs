//! The limit: the hand-written SQL alone, called through `pgbench -M prepared`.

use std::{fs, path::Path, time::Duration};

use db::embedded;
use tests::program::Result;
use tokio::process::Command;

use crate::sample::Sample;

/// What `pgbench` runs.
pub struct Script {
    /// Statements, with variables.
    pub sql: &'static str,
    /// `name=value` of the variables.
    pub definitions: Vec<String>,
}

/// How long each client of `pgbench` goes on.
#[derive(Clone, Copy)]
pub enum Until {
    /// So many seconds have passed.
    Seconds(u64),
    /// It has run the script so often.
    Times(u64),
}

/// Runs a script with so many clients. `scratch` is emptied.
pub async fn run(url: &str, script: &Script, clients: usize, until: Until, scratch: &Path) -> Result<Sample> {
    fs::remove_dir_all(scratch).or_else(|error| if scratch.exists() { Err(error) } else { Ok(()) })?;
    fs::create_dir_all(scratch)?;
    let file = scratch.join("statement.sql");
    fs::write(&file, script.sql)?;

    let mut command = Command::from(embedded::program("pgbench", None)?);
    command.args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--log"]);
    command.arg(format!("--client={clients}"));
    command.arg(match until {
        Until::Seconds(seconds) => format!("--time={seconds}"),
        Until::Times(times) => format!("--transactions={times}"),
    });
    command.arg(format!("--log-prefix={}", scratch.join("latencies").display()));
    for definition in &script.definitions {
        command.arg("-D").arg(definition);
    }
    command.arg("--file").arg(&file).arg(url);
    let output = command.output().await?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return Err(format!("pgbench: {text}{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let latencies = latencies(scratch)?;
    let rate = rate(&text).ok_or_else(|| format!("pgbench gives no rate: {text}"))?;
    let count = u32::try_from(latencies.len())?;
    Ok(Sample::new(latencies, Duration::from_secs_f64(f64::from(count) / rate)))
}

/// `tps = 1979.123 (without initial connection time)`.
fn rate(text: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok())
}

/// Of the logs, one for each thread: `client transaction microseconds …` a line.
fn latencies(scratch: &Path) -> Result<Vec<Duration>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(scratch)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("latencies") {
            let text = fs::read_to_string(entry.path())?;
            let microseconds = text.lines().filter_map(|line| line.split(' ').nth(2)?.parse().ok());
            all.extend(microseconds.map(Duration::from_micros));
        }
    }
    Ok(all)
}

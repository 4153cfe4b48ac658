//! The server that is measured: the program as its own process, beside whatever measures it.

use std::{
    error::Error,
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use tokio::process::Child;

use crate::{machine, process};

/// Anything may go wrong; the words say what.
pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The server as a process of its own, with its usual settings; it ends with this.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Starts the program on a free port, with these arguments and variables besides. Its log goes to a file in `dir`, as it would
    /// in operation.
    pub async fn start(
        program: &Path,
        url: &str,
        dir: &Path,
        more: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        let log = dir.join("server.log");
        let program = program.to_str().ok_or("the program's path is no text")?;
        let ours = [("DATABASE_URL", url), ("COTMOC_LOG_FORMAT", "json")];
        let mut command =
            process::command(program, &["serve", "--listen", "127.0.0.1:0", "--data-dir", "/nowhere"], &ours);
        command.args(more).envs(environment.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log)?).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| format!("cannot run {program}: {error}"))?;
        loop {
            if let Some(address) = address(&fs::read_to_string(&log)?) {
                return Ok(Self { child, address });
            }
            if let Some(status) = child.try_wait()? {
                return Err(format!("the server ended ({status}): {}", fs::read_to_string(&log)?).into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Its number, while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Time of processors that it has used.
    #[must_use]
    pub fn processor_time(&self) -> Duration {
        self.child.id().map_or(Duration::ZERO, machine::processor_time)
    }

    /// Its memory in use, in MiB.
    #[must_use]
    pub fn memory(&self) -> f64 {
        self.child.id().map_or(f64::NAN, machine::memory)
    }

    /// The most memory that it has had in use up to now, in MiB.
    #[must_use]
    pub fn highest_memory(&self) -> f64 {
        self.child.id().map_or(f64::NAN, machine::highest_memory)
    }
}

fn address(log: &str) -> Option<SocketAddr> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut serving = lines.filter(|line| line.get("message").is_some_and(|message| message == "serving"));
    serving.next()?.get("address")?.as_str()?.parse().ok()
}

/// The program that stands beside this one's folder: both are built by the same profile.
pub fn program() -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let program = here.parent().and_then(Path::parent).map(|profile| profile.join("cotmoc"));
    program
        .filter(|program| program.exists())
        .ok_or_else(|| "there is no cotmoc beside this program; run this by `make`".into())
}

/// Of the working copy; a star says that files had been changed since.
#[must_use]
pub fn commit() -> String {
    let output = Command::new("git").args(["describe", "--always", "--dirty=*", "--exclude=*"]).output();
    let text = output.ok().filter(|output| output.status.success()).map(|output| output.stdout);
    text.map_or_else(|| "unknown".to_owned(), |text| String::from_utf8_lossy(&text).trim().to_owned())
}

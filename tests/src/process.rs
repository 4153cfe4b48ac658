//! The program as a process of its own: for signals, exit codes and logs.

use std::{
    net::SocketAddr,
    process::{ExitStatus, Stdio},
};

use crate::server::SECRET;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStderr, Command},
};

/// A running program. Dropped, it is told to stop.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: Lines<BufReader<ChildStderr>>,
}

impl Process {
    /// Starts it with these arguments and, of the environment, nothing but these variables, `PATH` and the secret. It logs as JSON.
    #[must_use]
    pub fn start(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = command(program, arguments, environment)
            .env("COTMOC_LOG_FORMAT", "json")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, log }
    }

    /// The next log line with this message; panics with the lines before it if the log ends without.
    pub async fn logged(&mut self, message: &str) -> Value {
        let mut before = Vec::new();
        while let Some(line) = self.log.next_line().await.unwrap() {
            let line: Value = serde_json::from_str(&line).unwrap_or(Value::String(line));
            if line["message"] == message {
                return line;
            }
            before.push(line);
        }
        panic!("the log ended without {message:?}: {before:#?}")
    }

    /// Where it serves, once it does.
    pub async fn address(&mut self) -> SocketAddr {
        self.logged("serving").await["address"].as_str().unwrap().parse().unwrap()
    }

    /// Where it serves, once it does, and all that it had logged by then.
    pub async fn address_and_log(&mut self) -> (SocketAddr, String) {
        let mut log = String::new();
        while let Some(line) = self.log.next_line().await.unwrap() {
            log = log + &line + "\n";
            let line: Value = serde_json::from_str(&line).unwrap_or_default();
            if line["message"] == "serving" {
                return (line["address"].as_str().unwrap().parse().unwrap(), log);
            }
        }
        panic!("the log ended: {log}")
    }

    /// All that it logs until it ends.
    pub async fn log_to_end(&mut self) -> String {
        let mut log = String::new();
        while let Some(line) = self.log.next_line().await.unwrap() {
            log = log + &line + "\n";
        }
        log
    }

    /// Its number, while it runs.
    #[must_use]
    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().unwrap().try_into().unwrap())
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = self.child.id() {
            kill(Pid::from_raw(pid.try_into().unwrap()), signal).unwrap();
        }
    }

    /// How it ended, once it has.
    pub async fn ended(&mut self) -> ExitStatus {
        self.child.wait().await.unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::SIGTERM);
    }
}

/// The program to be run to its end: with these arguments and, of the environment, nothing but these variables,
/// `PATH` and the secret.
#[must_use]
pub fn command(program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    #[expect(clippy::disallowed_methods, reason = "where installed programs are found is the machine's affair")]
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .args(arguments)
        .env_clear()
        .env("PATH", path)
        .env("COTMOC_SECRET_KEY", SECRET)
        .envs(environment.iter().copied());
    // Without a home there is no usual place for data, so that a test must name one; and no stray settings file.
    command.current_dir("/");
    command
}

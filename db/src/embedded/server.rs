//! The process: started or adopted, watched, stopped.

use std::{
    fs::{self, File, OpenOptions},
    io::{Read as _, Seek as _, SeekFrom},
    os::unix::{fs::OpenOptionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::Child,
    time::{Duration, Instant},
};

use nix::{
    errno::Errno,
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::{EmbeddedConfig, cluster::Cluster, error::EmbeddedError};

/// A fast stop waits for a checkpoint; a hard one leaves the rest to recovery.
const STOP_WAIT: Duration = Duration::from_secs(30);
const KILL_WAIT: Duration = Duration::from_secs(5);
/// How it is told to end, and how long each may take: in order, then at once, then without a chance to say anything.
const STEPS: [(Signal, Duration); 3] =
    [(Signal::SIGINT, STOP_WAIT), (Signal::SIGQUIT, KILL_WAIT), (Signal::SIGKILL, KILL_WAIT)];
const POLL: Duration = Duration::from_millis(10);
const LOG_MAX: u64 = 10 * 1024 * 1024;
const TAIL_LINES: usize = 20;

/// Short statements on one machine: no just-in-time compilation; English errors, which `db::error` reads.
const SETTINGS: [&str; 8] = [
    "logging_collector=off",
    "log_destination=stderr",
    "log_line_prefix=%m [%p] ",
    "lc_messages=C",
    "unix_socket_permissions=0700",
    "timezone=Asia/Ho_Chi_Minh",
    "log_timezone=Asia/Ho_Chi_Minh",
    "jit=off",
];
const NOT_DURABLE: [&str; 3] = ["fsync=off", "full_page_writes=off", "synchronous_commit=off"];

/// The server process. Dropping it stops it.
#[derive(Debug)]
pub(super) struct Server {
    pid: Pid,
    /// `None` if adopted.
    child: Option<Child>,
    /// Where it works.
    directory: PathBuf,
    /// The number of its socket's file, since it answered.
    socket: Option<u64>,
    /// Where in the log its own words begin.
    log_start: u64,
    stopped: bool,
}

impl Server {
    /// The lock must be held: then a server of this directory is an orphan, or our own.
    pub fn adopt_or_spawn(cluster: &Cluster, config: &EmbeddedConfig) -> Result<Self, EmbeddedError> {
        let log = cluster.log_file();
        let log_start = fs::metadata(&log).map_or(0, |about| about.len());
        if let Some(pid) = orphan(cluster)? {
            tracing::info!(pid = pid.as_raw(), "adopting the PostgreSQL that an earlier process left running");
            return Ok(Self { pid, child: None, directory: cluster.path(), socket: None, log_start, stopped: false });
        }
        if log_start > LOG_MAX {
            fs::rename(&log, log.with_extension("log.1")).map_err(EmbeddedError::io("rename", &log))?;
        }
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&log)
            .map_err(EmbeddedError::io("open", &log))?;
        let log_start = file.metadata().map_or(0, |about| about.len());
        let copy = file.try_clone().map_err(EmbeddedError::io("open", &log))?;

        let mut command = cluster.postgres();
        let durability: &[&str] = if config.durable { &[] } else { &NOT_DURABLE };
        let ours = SETTINGS.iter().chain(durability).copied();
        for setting in ours.chain(config.settings.iter().map(String::as_str)) {
            command.arg("-c").arg(setting);
        }
        command.process_group(0).stdout(file).stderr(copy);
        let child = command.spawn().map_err(EmbeddedError::io("run postgres for", cluster.path()))?;
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap_or_default());
        Ok(Self { pid, child: Some(child), directory: cluster.path(), socket: None, log_start, stopped: false })
    }

    pub fn pid(&self) -> i32 {
        self.pid.as_raw()
    }

    pub fn alive(&mut self) -> bool {
        match &mut self.child {
            Some(child) => matches!(child.try_wait(), Ok(None)),
            None => works_in(self.pid, &self.directory),
        }
    }

    /// What to say when it is not alive.
    pub fn failure(&self, cluster: &Cluster) -> EmbeddedError {
        let tail = self.log_tail(cluster);
        let says = |one: &str, two: &str| tail.contains(one) && tail.contains(two);
        // A killed server's last backends need a moment to notice; one found while it was stopping has stopped now.
        // The lock is of a server that the process killed a moment ago had just started: it is found, or gone, the next time.
        let passes =
            self.child.is_none() || says("shared memory block", "still in use") || says("lock file", "already exists");
        let disk = cluster.disk_words();
        EmbeddedError::Start { log: cluster.log_file(), tail, disk, passes }
    }

    /// Notes where it is reached, now that it answers.
    pub fn note_socket(&mut self, cluster: &Cluster) {
        self.socket = cluster.socket();
    }

    /// Why nobody can reach it, though it runs; `None` if all is in its place.
    pub fn cut_off(&self, cluster: &Cluster) -> Option<&'static str> {
        if cluster.socket().is_none_or(|socket| self.socket.is_some_and(|noted| noted != socket)) {
            return Some("PostgreSQL runs, but its socket is gone");
        }
        (pid_in(&cluster.pid_file()) != Some(self.pid))
            .then_some("PostgreSQL runs, but its file postmaster.pid is gone")
    }

    fn log_tail(&self, cluster: &Cluster) -> String {
        let mut text = Vec::new();
        let read = File::open(cluster.log_file()).and_then(|mut log| {
            log.seek(SeekFrom::Start(self.log_start))?;
            log.read_to_end(&mut text)
        });
        if let Err(error) = read {
            return format!("(the log cannot be read: {error})");
        }
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        lines.get(lines.len().saturating_sub(TAIL_LINES)..).unwrap_or_default().join("\n")
    }

    /// Fast stop: connections end, the data is written. Blocks.
    pub fn stop(mut self) -> Result<(), EmbeddedError> {
        self.stop_now()
    }

    /// The same without blocking; may be cancelled at any time, and then be stopped again.
    pub async fn end(&mut self) {
        for (signal, wait) in STEPS {
            let start = Instant::now();
            signalled(self.pid, Some(signal));
            while start.elapsed() < wait {
                if !self.alive() {
                    return;
                }
                tokio::time::sleep(POLL).await;
            }
        }
    }

    fn stop_now(&mut self) -> Result<(), EmbeddedError> {
        if std::mem::replace(&mut self.stopped, true) || !self.alive() {
            return Ok(());
        }
        for (signal, wait) in STEPS {
            signalled(self.pid, Some(signal));
            if self.gone_within(wait) {
                let in_order = signal == Signal::SIGINT;
                return if in_order { Ok(()) } else { Err(EmbeddedError::Stop(format!("process {}", self.pid))) };
            }
        }
        Err(EmbeddedError::Stop(format!("process {}", self.pid)))
    }

    fn gone_within(&mut self, wait: Duration) -> bool {
        let start = Instant::now();
        while self.alive() {
            if start.elapsed() > wait {
                return false;
            }
            std::thread::sleep(POLL);
        }
        true
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.stop_now() {
            tracing::warn!(%error, "stopping PostgreSQL");
        }
    }
}

/// The living server of this directory, if any; else it clears the way for one. A lock file that names a dead process is left
/// to PostgreSQL, which also looks for its last backends. One that says nothing, since the disk was full when it was written,
/// or whose number the system has given to some other program, would stop PostgreSQL from starting for ever: it is removed.
fn orphan(cluster: &Cluster) -> Result<Option<Pid>, EmbeddedError> {
    let ours = |pid: Pid| works_in(pid, &cluster.path());
    let files = cluster.lock_files();
    if let Some(pid) = files.iter().filter_map(|file| pid_in(file)).find(|pid| ours(*pid)) {
        return Ok(Some(pid));
    }
    for file in files {
        // Without a sign: a server for one person, who repairs something, writes its number with one.
        let pid = named_in(&file).map(|number| Pid::from_raw(number.saturating_abs()));
        if file.exists() && pid.is_none_or(|pid| signalled(pid, None) && !ours(pid)) {
            tracing::warn!(file = %file.display(), "removing a stale lock file: it names no server of this directory");
            fs::remove_file(&file).map_err(EmbeddedError::io("remove", &file))?;
        }
    }
    Ok(None)
}

/// A server works in its data directory, always. A zombie works nowhere, though it can be signalled for ever where nobody
/// reaps orphans.
fn works_in(pid: Pid, directory: &Path) -> bool {
    fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|at| at == directory)
}

fn pid_in(file: &Path) -> Option<Pid> {
    named_in(file).filter(|number| *number > 1).map(Pid::from_raw)
}

fn named_in(file: &Path) -> Option<i32> {
    fs::read_to_string(file).ok()?.lines().next()?.trim().parse().ok()
}

/// True if there is such a process.
fn signalled(pid: Pid, signal: Option<Signal>) -> bool {
    !matches!(kill(pid, signal), Err(Errno::ESRCH))
}

//! Public packages of npm, as folders of this crate pin them by their lock files.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Mutex,
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{self, Child, ChildStdin, ChildStdout},
    task::spawn_blocking,
};

/// Tests of one process come one after the other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A copy of that folder of the repository below `temporary`, at the same place, with its packages, which are fetched once. Needs node and npm.
#[must_use]
pub fn installed(temporary: &str, folder: &str) -> PathBuf {
    let _turn = ONE_AT_A_TIME.lock().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(folder);
    let target = Path::new(temporary).join(folder);
    copy(&source, &target);
    let lock = source.join("package-lock.json");
    let mark = target.join("node_modules/.installed");
    if fs::read(&mark).ok() != fs::read(&lock).ok() {
        let npm = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        let output = Command::new("npm").args(npm).current_dir(&target).output().unwrap();
        assert!(output.status.success(), "npm ci: {}", String::from_utf8_lossy(&output.stderr));
        fs::copy(lock, mark).unwrap();
    }
    target
}

/// Runs a program in a copy of that folder of the repository ([`installed`]), to its end; what it printed. Panics with what it says if it fails.
pub async fn run(
    temporary: &'static str,
    folder: &'static str,
    program: &'static str,
    arguments: Vec<String>,
    environment: Vec<(&'static str, String)>,
) -> String {
    let run = move || {
        let mut command = Command::new(program);
        command.args(arguments).envs(environment).current_dir(installed(temporary, folder)).output().unwrap()
    };
    let output = spawn_blocking(run).await.unwrap();
    let [printed, said] = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(output.status.success(), "{program}: {printed}{said}");
    printed
}

/// Copies a folder, but for what npm and builds put into it. What is the same already is left alone: a program that another test has started may be
/// reading it.
fn copy(source: &Path, target: &Path) {
    fs::create_dir_all(target).unwrap();
    for entry in fs::read_dir(source).unwrap().map(Result::unwrap) {
        let (name, target) = (entry.file_name(), target.join(entry.file_name()));
        match entry.file_type().unwrap().is_dir() {
            true if name == "node_modules" || name == "dist" => {}
            true => copy(&entry.path(), &target),
            false if fs::read(&target).ok() == fs::read(entry.path()).ok() => {}
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// The browser, as Debian and others name it, with its path. CI has one; elsewhere `None` leaves a test out, and says so.
#[must_use]
#[expect(clippy::print_stderr, reason = "whoever runs the tests is told what was left out")]
pub fn browser() -> Option<String> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let found = names.into_iter().find(|name| Command::new(name).arg("--version").output().is_ok());
    assert!(found.is_some() || env::var_os("CI").is_none(), "CI needs a Chromium: see scripts/install.sh");
    if found.is_none() {
        // A test's own words are shown with `--nocapture`, or if it fails.
        eprintln!("SKIPPED: there is no Chromium here");
    }
    found.map(|name| {
        let path = Command::new("sh").args(["-c", &format!("command -v {name}")]).output().unwrap().stdout;
        String::from_utf8(path).unwrap().trim().to_owned()
    })
}

/// The other side of something: `server.mjs` of a folder of the repository, which says on its first line at which port it listens on 127.0.0.1, and then
/// what it was given, a line of JSON each.
#[derive(Debug)]
pub struct Counterpart {
    child: Child,
    said: ChildStdin,
    told: Lines<BufReader<ChildStdout>>,
    /// Its host and port.
    pub address: String,
}

impl Counterpart {
    /// Starts it, with its packages. It ends with this.
    pub async fn open(temporary: &'static str, folder: &'static str) -> Self {
        Self::with(temporary, folder, &[]).await
    }

    /// The same with arguments.
    pub async fn with(temporary: &'static str, folder: &'static str, arguments: &[&str]) -> Self {
        let folder = spawn_blocking(move || installed(temporary, folder)).await.unwrap();
        let mut command = process::Command::new("node");
        command.arg("server.mjs").args(arguments).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.kill_on_drop(true).spawn().unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = format!("127.0.0.1:{}", told.next_line().await.unwrap().unwrap());
        Self { said: child.stdin.take().unwrap(), child, told, address }
    }

    /// Says a line to it.
    pub async fn say(&mut self, line: &str) {
        self.said.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    /// What it tells next.
    pub async fn next(&mut self) -> Value {
        serde_json::from_str(&self.told.next_line().await.unwrap().unwrap()).unwrap()
    }

    /// All that it has told besides; it ends.
    pub async fn rest(mut self) -> Vec<Value> {
        self.child.kill().await.unwrap();
        let mut rest = Vec::new();
        while let Some(line) = self.told.next_line().await.unwrap() {
            rest.push(serde_json::from_str(&line).unwrap());
        }
        rest
    }
}

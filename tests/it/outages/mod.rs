//! Whatever happens to PostgreSQL: readiness tells, requests hear when to come again, and service returns by itself.

mod disk;
mod named;

use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::process::Process;

const PROGRAM: &str = env!("CARGO_BIN_EXE_cotmoc_process");

/// Whatever is waited for comes; how soon it comes is what the rehearsal below measures.
pub(crate) const DEADLINE: Duration = Duration::from_secs(180);

/// A server on a PostgreSQL of its own, in a directory of its own.
pub(crate) struct Installation {
    pub data: PathBuf,
    pub address: SocketAddr,
    pub server: Process,
    client: Client,
    _dir: Option<TempDir>,
}

/// A place for data that user `postgres` may enter, should we be root.
pub(crate) fn place() -> (TempDir, PathBuf) {
    let dir = tempfile::Builder::new().prefix("cotmoc-test-").tempdir_in("/tmp").unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let data = dir.path().join("data");
    (dir, data)
}

impl Installation {
    pub async fn start() -> Self {
        let (dir, data) = place();
        Self { _dir: Some(dir), ..Self::at(&data, &["serve"]).await }
    }

    pub async fn at(data: &Path, arguments: &[&str]) -> Self {
        let environment = [
            ("COTMOC_DATA_DIR", data.to_str().unwrap()),
            ("COTMOC_LISTEN", "127.0.0.1:0"),
            ("COTMOC_CLOCK", "2025-03-05T08:00:00+07:00"),
            ("COTMOC_MUTATIONS_PER_MINUTE", "100000"),
            ("COTMOC_ADDRESS_MUTATIONS_PER_MINUTE", "100000"),
            // What nobody reads must fit into the pipe.
            ("COTMOC_LOG", "off,db::embedded=error,api::cli=info"),
        ];
        let mut server = Process::start(PROGRAM, arguments, &environment);
        let address = server.address().await;
        Self { data: data.to_owned(), address, server, client: Client::new(), _dir: None }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.data.join("postgres").join(name)
    }

    /// The number of the server that the pid file names.
    pub fn postgres(&self) -> Option<Pid> {
        fs::read_to_string(self.file("postmaster.pid")).ok()?.lines().next()?.parse().ok().map(Pid::from_raw)
    }

    pub fn kill(&self) -> Pid {
        let pid = self.postgres().unwrap();
        kill(pid, Signal::SIGKILL).unwrap();
        pid
    }

    /// Kills it, and the next one as soon as there is one: while it recovers. Answers the number of that one.
    pub async fn kill_twice(&self) -> Pid {
        let first = self.kill();
        self.other_than(first).await;
        self.kill()
    }

    /// Waits until there is another server.
    pub async fn other_than(&self, dead: Pid) {
        within(DEADLINE, "another server", async || self.postgres().is_some_and(|pid| pid != dead)).await;
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let answer = self.client.get(format!("http://{}{path}", self.address)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn serves(&self) -> bool {
        serves(&self.client, self.address).await
    }

    /// Waits until it serves and says so, and answers how long that took.
    pub async fn returns(&self) -> Duration {
        let start = Instant::now();
        within(DEADLINE, "service", async || self.serves().await && self.get("/readyz").await.0 == 200).await;
        start.elapsed()
    }

    /// Waits until readiness gives this reason, while the process is healthy.
    pub async fn tells(&self, reason: &str) {
        let start = Instant::now();
        loop {
            assert_eq!(self.get("/healthz").await.0, 200);
            let (status, said) = self.get("/readyz").await;
            if status == 503 && said.contains(reason) {
                return;
            }
            assert!(start.elapsed() < DEADLINE, "{status} {said} for {reason}");
        }
    }
}

/// Whether it serves; if not, in the only form in which that is told.
async fn serves(client: &Client, address: SocketAddr) -> bool {
    does(
        client.post(format!("http://{address}/graphql")),
        &json!({ "query": "{ agencies(first: 1) { nodes { id } } }" }),
    )
    .await
}

/// Whether that is done; if not, the answer says in every way to come again.
async fn does(request: RequestBuilder, body: &Value) -> bool {
    let answer = request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap();
    let (status, later) = (answer.status(), answer.headers().contains_key("retry-after"));
    let answer: Value = answer.json().await.unwrap();
    let refused = answer["errors"].is_array();
    if refused {
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer}");
        assert!(status == 503 && later, "{status} {answer}");
    }
    !refused
}

/// Waits until something holds.
pub(crate) async fn within(limit: Duration, what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < limit, "not within {limit:?}: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn service_returns_by_itself_whatever_befalls_postgresql() {
    let mut installation = Installation::start().await;
    installation.returns().await;
    killed_again_while_it_recovers(&installation).await;
    cut_off(&installation).await;
    lock_files_without_a_word(&installation).await;
    a_long_recovery(&installation).await;
    a_start_that_fails(&mut installation).await;
}

async fn killed_again_while_it_recovers(installation: &Installation) {
    let last = installation.kill_twice().await;
    installation.other_than(last).await;
    installation.returns().await;
}

/// The files by which a server is found and known are gone while it runs: it is started anew.
async fn cut_off(installation: &Installation) {
    for name in [".s.PGSQL.5432", "postmaster.pid"] {
        let pid = installation.postgres().unwrap();
        fs::remove_file(installation.file(name)).unwrap();
        installation.other_than(pid).await;
        installation.returns().await;
        assert!(installation.file(name).exists());
    }
}

/// As a full disk leaves them: PostgreSQL itself takes them for those of a server that starts at this moment, for ever.
async fn lock_files_without_a_word(installation: &Installation) {
    let dead = installation.kill();
    for name in ["postmaster.pid", ".s.PGSQL.5432.lock"] {
        fs::write(installation.file(name), "").unwrap();
    }
    installation.other_than(dead).await;
    installation.returns().await;
}

/// It is waited for, as long as it takes, and not started anew, which would begin the recovery anew.
async fn a_long_recovery(installation: &Installation) {
    let go = installation.data.join("postgres/go");
    let wait = format!("while ! test -e {}; do sleep 0.05; done; false", go.display());
    let settings = installation.file("postgresql.auto.conf");
    fs::write(&settings, format!("restore_command = '{wait}'\nhot_standby = off\n")).unwrap();
    fs::write(installation.file("recovery.signal"), "").unwrap();
    give(&installation.file("recovery.signal"), &settings);
    installation.kill();
    installation.tells("the database system is ").await;
    let recovering = installation.postgres();
    assert!(!installation.serves().await);
    fs::write(go, "").unwrap();
    installation.returns().await;
    assert_eq!(installation.postgres(), recovering);
}

/// What is wrong is told, once in the log; put right, it is seen; and who is told to stop does not wait for it.
async fn a_start_that_fails(installation: &mut Installation) {
    let settings = installation.file("postgresql.auto.conf");
    let told = "configuration file \"";
    fs::write(&settings, "work_mem = 'nhiều'\n").unwrap();
    installation.kill();
    installation.tells("the embedded PostgreSQL is down: it ended while it started").await;
    let (_, said) = installation.get("/readyz").await;
    assert!(said.replace('\\', "").contains(told) && said.contains("trying again"), "{said}");
    assert!(!installation.serves().await);
    fs::write(&settings, "").unwrap();
    installation.returns().await;

    fs::write(&settings, "work_mem = 'nhiều'\n").unwrap();
    installation.kill();
    installation.tells("the embedded PostgreSQL is down: it ended while it started").await;
    installation.server.signal(Signal::SIGTERM);
    let log = tokio::time::timeout(DEADLINE, installation.server.log_to_end()).await.expect("it stops");
    assert!(installation.server.ended().await.success(), "{log}");
    let times = log.matches("configuration file").count();
    assert_eq!(times, 2, "once in each outage: {log}");
}

/// The new file belongs to whom the old one belongs to.
fn give(new: &Path, old: &Path) {
    use std::os::unix::fs::MetadataExt as _;
    let owner = fs::metadata(old).unwrap();
    std::os::unix::fs::chown(new, Some(owner.uid()), Some(owner.gid())).unwrap();
}

/// A rehearsal: `cargo test -p tests --test it -- --ignored --nocapture outages::fifty_kills`.
#[tokio::test]
#[ignore = "takes a minute and prints figures"]
async fn fifty_kills() {
    const KILLS: usize = 50;
    /// Within this, service returns after a death.
    const RETURN: Duration = Duration::from_secs(10);
    let installation = Installation::start().await;
    installation.returns().await;
    let (mut once, mut twice) = (Vec::new(), Vec::new());
    for number in 0..KILLS {
        // Twenty of the fifty.
        let is_double = number % 5 < 2;
        let start = Instant::now();
        let last = if is_double { installation.kill_twice().await } else { installation.kill() };
        assert!(start.elapsed() < Duration::from_secs(1), "{:?} between the two", start.elapsed());
        // Its last backends may answer for a moment.
        installation.other_than(last).await;
        installation.returns().await;
        if is_double { &mut twice } else { &mut once }.push(start.elapsed());
    }
    for (what, mut took) in [("killed once", once), ("killed again while it recovered", twice)] {
        took.sort();
        let (median, worst) = (took[took.len() / 2], took[took.len() - 1]);
        println!("{what}: {} times, service returned after {median:.1?} (median), {worst:.1?} (worst)", took.len());
        assert!(worst < RETURN, "{what}: {took:?}");
    }
}

//! Whatever happens to PostgreSQL: readiness tells, requests hear when to come again, and service returns by itself.

use std::{
    collections::BTreeSet,
    fs,
    net::SocketAddr,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use api::{config::settings, server::Server};
use db::{
    connection::SessionLimits,
    demo::accounts::PASSWORD,
    embedded::{DATABASE, Embedded, EmbeddedConfig},
};
use futures_util::future::join_all;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::{Client, RequestBuilder};
use schema::clock::Clock;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{TestDb, process::Process, sql};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
    time::timeout,
};
use uuid::Uuid;

use crate::faults::Tireless;

const PROGRAM: &str = env!("CARGO_BIN_EXE_cotmoc_process");

/// Within this, whatever is waited for.
const DEADLINE: Duration = Duration::from_secs(30);
/// Within this, service returns after a death.
const RETURN: Duration = Duration::from_secs(10);

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
    assert!(installation.returns().await < RETURN);
}

/// The files by which a server is found and known are gone while it runs: it is started anew.
async fn cut_off(installation: &Installation) {
    for name in [".s.PGSQL.5432", "postmaster.pid"] {
        let pid = installation.postgres().unwrap();
        fs::remove_file(installation.file(name)).unwrap();
        installation.other_than(pid).await;
        assert!(installation.returns().await < RETURN);
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
    assert!(installation.returns().await < RETURN);
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
    assert!(installation.returns().await < RETURN);

    fs::write(&settings, "work_mem = 'nhiều'\n").unwrap();
    installation.kill();
    installation.tells("the embedded PostgreSQL is down: it ended while it started").await;
    let start = Instant::now();
    installation.server.signal(Signal::SIGTERM);
    let log = installation.server.log_to_end().await;
    assert!(installation.server.ended().await.success(), "{log}");
    assert!(start.elapsed() < RETURN);
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

/// A file system of its own in memory, of any size.
struct Disk(PathBuf);

impl Disk {
    /// None where nobody may mount.
    fn mount(at: &Path) -> Option<Self> {
        let disk = Self(at.to_owned());
        run("mount", &["-t", "tmpfs", "-o", "size=2g,mode=700", "tmpfs", at.to_str()?]).then_some(disk)
    }

    fn remount(&self, option: &str) -> bool {
        run("mount", &["-o", &format!("remount,{option}"), self.0.to_str().unwrap()])
    }

    /// Leaves no room. Others may be writing: what is used grows between the look and the deed.
    async fn fill(&self) {
        within(DEADLINE, "a full disk", async || {
            let about = nix::sys::statvfs::statvfs(&self.0).unwrap();
            let used = (about.blocks() - about.blocks_available()) * about.fragment_size();
            self.remount(&format!("size={used}"))
        })
        .await;
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        run("umount", &["--lazy", self.0.to_str().unwrap()]);
    }
}

fn run(program: &str, arguments: &[&str]) -> bool {
    std::process::Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

const WRITERS: usize = 4;
const CREATE: &str = "mutation ($word: String!, $key: UUID!) {
    it: createAccount(input: { login: $word, fullName: \"Người ghi\", agency: \"qng.skhcn\" }, idempotencyKey: $key) {
        done: account { id } userErrors { code field } } }";

/// Whatever was acknowledged while the disk was full, and while it was read-only, is there once; what was not, says to come again.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_and_a_read_only_one_lose_nothing_and_are_survived() {
    let (_dir, data) = place();
    Embedded::start(EmbeddedConfig { durable: false, ..EmbeddedConfig::new(&data) })
        .await
        .unwrap()
        .stop()
        .await
        .unwrap();
    let (cluster, moved) = (data.join("postgres"), data.join("moved"));
    fs::rename(&cluster, &moved).unwrap();
    fs::create_dir(&cluster).unwrap();
    let Some(disk) = Disk::mount(&cluster) else {
        println!("SKIPPED: this user may not mount a file system, so no disk is full");
        return;
    };
    give(&cluster, &moved);
    assert!(run("cp", &["-a", &format!("{}/.", moved.display()), cluster.to_str().unwrap()]));

    let installation = Installation::at(&data, &["serve", "--demo"]).await;
    let address = watch::Sender::new(installation.address);
    let nobody = Tireless { client: Client::new(), address: address.subscribe(), token: None };
    let sign_in = "mutation ($password: String!) {
        it: signIn(input: { login: \"quan.tri\", password: $password }) { tokens { accessToken } } }";
    let (signed_in, _) = nobody.ask(sign_in, &json!({ "password": PASSWORD })).await;
    let client = Tireless { token: signed_in["tokens"]["accessToken"].as_str().map(str::to_owned), ..nobody };

    let written = watch::Sender::new(0);
    let (stop, stopped) = watch::channel(false);
    let writers = (0..WRITERS).map(|writer| {
        let (client, written, stopped) = (client.clone(), written.clone(), stopped.clone());
        tokio::spawn(async move {
            let mut words = Vec::new();
            while !*stopped.borrow() {
                let word = format!("ghi.{writer}.{}", words.len());
                let key = Uuid::new_v5(&Uuid::NAMESPACE_OID, word.as_bytes());
                // It panics at any code but those that say to come again.
                let (answer, _) = client.ask(CREATE, &json!({ "word": word, "key": key })).await;
                assert!(answer["userErrors"] == json!([]) && answer["done"]["id"].is_string(), "{word}: {answer}");
                words.push(word);
                written.send_modify(|count| *count += 1);
            }
            words
        })
    });
    let writers: Vec<_> = writers.collect();
    let goes_on = async || {
        let goal = *written.borrow() + 2 * WRITERS;
        within(DEADLINE, "changes", async || *written.borrow() >= goal).await;
    };

    goes_on().await;
    disk.fill().await;
    installation.tells("its disk is full: make room").await;
    let token = client.token.as_deref().unwrap();
    within(DEADLINE, "a change that finds no room", async || {
        let url = format!("http://{}/graphql", installation.address);
        let variables = json!({ "word": "ghi.0.0", "key": Uuid::new_v4() });
        !does(client.client.post(url).bearer_auth(token), &json!({ "query": CREATE, "variables": variables })).await
    })
    .await;
    // Whether a new one can start without room depends on what it has to write.
    let dead = installation.kill();
    within(DEADLINE, "its end", async || installation.postgres() != Some(dead)).await;
    installation.tells("its disk is full: make room").await;
    assert!(disk.remount("size=2g"));
    assert!(installation.returns().await < RETURN);
    goes_on().await;

    // A disk that is being written to does not become read-only in order.
    within(DEADLINE, "a read-only disk", async || {
        if let Some(pid) = installation.postgres() {
            let _ = kill(pid, Signal::SIGKILL);
        }
        disk.remount("ro")
    })
    .await;
    installation.tells("its disk is read-only").await;
    assert!(!installation.serves().await);
    assert!(disk.remount("rw"));
    assert!(installation.returns().await < RETURN);
    goes_on().await;

    stop.send_replace(true);
    let acknowledged: BTreeSet<String> = join_all(writers).await.into_iter().flat_map(Result::unwrap).collect();
    let guest = Embedded::start_or_join(EmbeddedConfig::new(&data)).await.unwrap();
    let mut connection = guest.connection(DATABASE, SessionLimits::default()).unwrap().connect().await.unwrap();
    let there = "SELECT string_agg(login || ' ' || told, ',') FROM (SELECT login, count(change.id) AS told
        FROM account LEFT JOIN change ON object_id = account.id WHERE login LIKE 'ghi.%' GROUP BY login) AS found";
    let there = sql::text(&mut connection, there).await.unwrap();
    let there: Vec<&str> = there.split(',').collect();
    assert_eq!(there.len(), acknowledged.len(), "nothing is doubled, nothing half written");
    for login in acknowledged {
        assert!(there.contains(&format!("{login} 1").as_str()), "{login} was acknowledged");
    }
    drop(installation);
}

/// A PostgreSQL that starts or recovers: it takes no connection, and says so.
struct Recovering {
    url: String,
    recovers: watch::Sender<bool>,
    refused: watch::Receiver<usize>,
}

impl Recovering {
    /// Before a real one: connections are passed on to that socket, unless it recovers; then those there are end as well.
    async fn before(socket: PathBuf, database: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("postgres://postgres@{}/{database}?sslmode=disable", listener.local_addr().unwrap());
        let (recovers, told) = watch::channel(true);
        let (count, refused) = watch::channel(0);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (told, count, socket) = (told.clone(), count.clone(), socket.clone());
                tokio::spawn(pass(client, socket, told, count));
            }
        });
        Self { url, recovers, refused }
    }
}

async fn pass(
    mut client: TcpStream,
    socket: PathBuf,
    mut recovers: watch::Receiver<bool>,
    refused: watch::Sender<usize>,
) {
    if *recovers.borrow_and_update() {
        let mut first = [0; 1024];
        let _ = client.read(&mut first).await;
        let said = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0";
        let length = u32::try_from(said.len() + 4).unwrap().to_be_bytes();
        let _ = client.write_all(&[b"E", length.as_slice(), said].concat()).await;
        refused.send_modify(|count| *count += 1);
        return;
    }
    let mut server = UnixStream::connect(socket).await.unwrap();
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
        _ = recovers.changed() => {}
    }
}

#[tokio::test]
async fn a_named_postgresql_that_recovers_is_waited_for_at_the_start_and_later() {
    let database = TestDb::new().await;
    let directory = database.text("SELECT current_setting('unix_socket_directories')").await;
    let name = database.text("SELECT current_database()").await;
    let mut postgres = Recovering::before(Path::new(&directory).join(".s.PGSQL.5432"), &name).await;
    let config = tests::server::config(&postgres.url, &[(settings::POOL_WAIT, "200ms")]);
    let starting = tokio::spawn(Server::start(config, Clock::Fixed(tests::demo::now())));
    postgres.refused.wait_for(|count| *count > 2).await.unwrap();
    assert!(!starting.is_finished());
    postgres.recovers.send_replace(false);
    let running = timeout(DEADLINE, starting).await.unwrap().unwrap().unwrap();

    let client = Client::new();
    let ready = async || client.get(format!("http://{}/readyz", running.addr)).send().await.unwrap().status();
    let serves = async || serves(&client, running.addr).await;
    assert!(serves().await);
    assert_eq!(ready().await, 200);
    postgres.recovers.send_replace(true);
    within(DEADLINE, "an answer to come again", async || !serves().await).await;
    assert_eq!(ready().await, 503);
    postgres.recovers.send_replace(false);
    within(DEADLINE, "service", serves).await;
    assert_eq!(ready().await, 200);

    // As a standby, or one that somebody protects: it is read, but takes no changes.
    database.execute(&format!("ALTER DATABASE \"{name}\" SET default_transaction_read_only = on")).await;
    postgres.recovers.send_replace(true);
    within(DEADLINE, "an answer to come again", async || !serves().await).await;
    postgres.recovers.send_replace(false);
    within(DEADLINE, "reading", serves).await;
    assert_eq!(ready().await, 503);
    let sign_in =
        "mutation { signIn(input: { login: \"ai.do\", password: \"mật khẩu nào đó\" }) { userErrors { code } } }";
    let request = client.post(format!("http://{}/graphql", running.addr));
    assert!(!does(request, &json!({ "query": sign_in })).await);
    running.stop().await.unwrap();
}

//! What was acknowledged is there, exactly once, whatever is killed: 32 writers who try again, while PostgreSQL and the
//! server die at any moment.

use std::{
    collections::BTreeMap, fs, net::SocketAddr, os::unix::fs::PermissionsExt as _, path::PathBuf, time::Duration,
};

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
use reqwest::Client;
use serde_json::{Value, json};
use tests::{process::Process, sql};
use tokio::sync::watch;
use uuid::Uuid;

const PROGRAM: &str = env!("CARGO_BIN_EXE_cotmoc_process");

const WRITERS: usize = 32;
/// How many changes each of them makes.
const CHANGES: usize = 6;
/// After how many acknowledged changes who is killed. Numbers without a pattern, the same in each run.
const DEATHS: [(usize, Victim); 8] = [
    (9, Victim::Server),
    (31, Victim::Database),
    (52, Victim::Server),
    (80, Victim::Both),
    (97, Victim::Database),
    (121, Victim::Server),
    (144, Victim::Database),
    (170, Victim::Both),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Server,
    Database,
    Both,
}

/// The server as a process on a PostgreSQL of its own, which is started again when it was killed.
struct Installation {
    data: String,
    server: Process,
    address: watch::Sender<SocketAddr>,
}

impl Installation {
    async fn start(data: &str) -> Self {
        let (server, address) = serve(data).await;
        Self { data: data.to_owned(), server, address: watch::Sender::new(address) }
    }

    async fn suffer(&mut self, victim: Victim) {
        if victim != Victim::Server {
            kill(postgres(&self.data), Signal::SIGKILL).unwrap();
        }
        if victim != Victim::Database {
            self.server.signal(Signal::SIGKILL);
            self.server.ended().await;
            let (server, address) = serve(&self.data).await;
            self.server = server;
            self.address.send_replace(address);
        }
    }
}

async fn serve(data: &str) -> (Process, SocketAddr) {
    let environment = [
        ("COTMOC_DATA_DIR", data),
        ("COTMOC_LISTEN", "127.0.0.1:0"),
        // Early in the simulated time, so that little of it is to be loaded; and no token expires.
        ("COTMOC_CLOCK", "2025-03-05T08:00:00+07:00"),
        ("COTMOC_MUTATIONS_PER_MINUTE", "100000"),
        ("COTMOC_ADDRESS_MUTATIONS_PER_MINUTE", "100000"),
        // Nobody reads the log while the server runs, and a pipe that is full would stop it.
        ("COTMOC_LOG", "off,api::cli=info"),
    ];
    let mut server = Process::start(PROGRAM, &["serve", "--demo"], &environment);
    let address = server.address().await;
    (server, address)
}

fn postgres(data: &str) -> Pid {
    let file = PathBuf::from(data).join("postgres/postmaster.pid");
    Pid::from_raw(fs::read_to_string(file).unwrap().lines().next().unwrap().parse().unwrap())
}

/// A client that gives up on nothing: it sends the same body with the same key until it is answered.
#[derive(Clone)]
struct Tireless {
    client: Client,
    address: watch::Receiver<SocketAddr>,
    token: Option<String>,
}

impl Tireless {
    /// The field `it` of the answer, and how often it was asked.
    async fn ask(&self, query: &str, variables: &Value) -> (Value, usize) {
        let body = json!({ "query": query, "variables": variables }).to_string();
        for tries in 1.. {
            let url = format!("http://{}/graphql", *self.address.borrow());
            let request = self.client.post(url).header("content-type", "application/json").body(body.clone());
            let request = match &self.token {
                Some(token) => request.bearer_auth(token),
                None => request,
            };
            if let Ok(answer) = request.send().await
                && let Ok(answer) = answer.json::<Value>().await
            {
                match answer["errors"][0]["extensions"]["code"].as_str() {
                    None => return (answer["data"]["it"].clone(), tries),
                    Some("UNAVAILABLE" | "TIMEOUT" | "CONFLICT") => {}
                    Some(_) => panic!("{answer}"),
                }
            }
            // As a client does: the server needs the processor to come back.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        unreachable!("it tries for ever")
    }
}

const CREATE: &str = "mutation ($login: String!, $name: String!, $key: UUID) {
    it: createAccount(input: { login: $login, fullName: $name, agency: \"qng.skhcn\" }, idempotencyKey: $key) {
        account { id login } userErrors { code } } }";

fn login(writer: usize, change: usize) -> String {
    format!("ghi.{writer}.{change}")
}

/// Makes its changes one after the other; the id of each as it was acknowledged, and how many tries they took.
async fn work(client: Tireless, writer: usize, acknowledged: &watch::Sender<usize>) -> (Vec<(String, String)>, usize) {
    let (mut done, mut tries) = (Vec::new(), 0);
    for change in 0..CHANGES {
        let login = login(writer, change);
        let key = Uuid::new_v5(&Uuid::NAMESPACE_OID, login.as_bytes());
        let variables = json!({ "login": login, "name": format!("Người ghi thứ {writer}"), "key": key });
        let (answer, asked) = client.ask(CREATE, &variables).await;
        assert_eq!(answer["userErrors"], json!([]), "{login}: {answer}");
        done.push((login, answer["account"]["id"].as_str().unwrap().to_owned()));
        tries += asked;
        acknowledged.send_modify(|count| *count += 1);
    }
    (done, tries)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_once_whatever_is_killed() {
    let dir = tempfile::Builder::new().prefix("cotmoc-test-").tempdir_in("/tmp").unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let data = dir.path().join("data").to_str().unwrap().to_owned();
    let mut installation = Installation::start(&data).await;

    let address = installation.address.subscribe();
    let nobody = Tireless { client: Client::new(), address, token: None };
    let sign_in = "mutation ($password: String!) { it: signIn(input: { login: \"quan.tri\", password: $password }) {
        tokens { accessToken } } }";
    let (signed_in, _) = nobody.ask(sign_in, &json!({ "password": PASSWORD })).await;
    let client = Tireless { token: signed_in["tokens"]["accessToken"].as_str().map(str::to_owned), ..nobody };

    let (acknowledged, mut count) = watch::channel(0);
    let writers = join_all((0..WRITERS).map(|writer| work(client.clone(), writer, &acknowledged)));
    let deaths = async {
        for (after, victim) in DEATHS {
            count.wait_for(|count| *count >= after).await.unwrap();
            installation.suffer(victim).await;
        }
    };
    let (done, ()) = tokio::join!(writers, deaths);
    let tries: usize = done.iter().map(|(_, tries)| tries).sum();
    println!("{} changes, {} deaths, {tries} requests", WRITERS * CHANGES, DEATHS.len());
    assert!(tries > WRITERS * CHANGES, "nothing was in the way: this test shows nothing");

    let done: BTreeMap<String, String> = done.into_iter().flat_map(|(done, _)| done).collect();
    let listed = "{ it: accounts(filter: { agency: \"qng.skhcn\" }, first: 100, after: $after) {
        nodes { id login } pageInfo { hasNextPage endCursor } } }";
    let mut found = Vec::new();
    let mut after = Value::Null;
    loop {
        let (page, _) = client.ask(&format!("query ($after: String) {listed}"), &json!({ "after": after })).await;
        for node in page["nodes"].as_array().unwrap() {
            let text = |field: &str| node[field].as_str().unwrap().to_owned();
            found.push((text("login"), text("id")));
        }
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    found.retain(|(login, _)| login.starts_with("ghi."));
    assert_eq!(found.len(), WRITERS * CHANGES);
    assert_eq!(found.into_iter().collect::<BTreeMap<_, _>>(), done);

    let guest = Embedded::start_or_join(EmbeddedConfig::new(PathBuf::from(&data))).await.unwrap();
    let mut connection = guest.connection(DATABASE, SessionLimits::default()).unwrap().connect().await.unwrap();
    let whole = "SELECT concat_ws(' ', count(*), count(c.object_id), count(DISTINCT c.object_id), count(e.object_id),
            count(DISTINCT e.object_id), (SELECT count(*) FROM idempotency_record WHERE answer IS NOT NULL),
            (SELECT count(*) FROM idempotency_record))
        FROM account a LEFT JOIN change c ON c.object_id = a.id
        LEFT JOIN audit_entry e ON e.object_id = a.id AND e.action = 'CREATE_ACCOUNT'
        WHERE a.login LIKE 'ghi.%'";
    let n = WRITERS * CHANGES;
    assert_eq!(sql::text(&mut connection, whole).await.unwrap(), format!("{n} {n} {n} {n} {n} {n} {n}"));
}

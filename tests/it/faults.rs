//! What was acknowledged is there, exactly once, whatever is killed: 32 writers who try again, while PostgreSQL and the
//! server die at any moment.

use std::{
    collections::BTreeSet, fs, net::SocketAddr, os::unix::fs::PermissionsExt as _, path::PathBuf, time::Duration,
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
use tests::{
    process::{Process, command},
    sql,
};
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
pub(crate) struct Tireless {
    pub client: Client,
    pub address: watch::Receiver<SocketAddr>,
    pub token: Option<String>,
}

impl Tireless {
    /// The field `it` of the answer, and how often it was asked.
    pub async fn ask(&self, query: &str, variables: &Value) -> (Value, usize) {
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

/// What a writer does: each a change of several tables at once, and each told by a word of its own.
#[derive(Debug, Clone, Copy)]
struct Work {
    /// Who does it.
    login: &'static str,
    mutation: &'static str,
    /// How many rows there are of what was done, how many of them are told apart, and how many of all its parts.
    written: &'static str,
}

const WORKS: [Work; 3] = [
    Work {
        login: "quan.tri",
        mutation: "mutation ($word: String!, $key: UUID!) {
            it: createAccount(input: { login: $word, fullName: \"Người ghi\", agency: \"qng.skhcn\" }, idempotencyKey: $key) {
                done: account { id } userErrors { code field } } }",
        written: "SELECT concat_ws(' ', count(*), count(DISTINCT login), (SELECT count(*) FROM change WHERE object_id IN
            (SELECT id FROM account WHERE login LIKE 'ghi.%'))) FROM account WHERE login LIKE 'ghi.%'",
    },
    Work {
        login: "bao.cao",
        mutation: "mutation ($word: String!, $key: UUID!, $directive: ID!) {
            it: reportProgress(input: { directive: $directive, narrative: $word, percent: 10 }, idempotencyKey: $key) {
                done: directive { id } userErrors { code field } } }",
        written: "SELECT concat_ws(' ', count(*), count(DISTINCT narrative), (SELECT count(*) FROM change WHERE object_id IN
            (SELECT id FROM progress_update WHERE narrative LIKE 'ghi.%'))) FROM progress_update WHERE narrative LIKE 'ghi.%'",
    },
    Work {
        login: "lanh.dao",
        mutation: "mutation ($word: String!, $key: UUID!) {
            it: issueDirective(idempotencyKey: $key, input: {
                document: \"tb-ubnd-qng-2025-04\", clause: $word, programme: \"nq57-quang-ngai\", assigner: \"qng.ubnd\",
                visibility: PUBLIC, title: $word, deadline: { words: \"trước ngày 15/12/2025\" },
                parts: [{ title: \"Phần của Sở\", leads: [\"qng.skhcn\"] }]
            }) { done: directive { id } userErrors { code field } } }",
        written: "SELECT concat_ws(' ', count(*), count(DISTINCT d.title), count(l.agency_id)) FROM directive d
            JOIN directive_deadline t ON t.directive_id = d.id JOIN change c ON c.object_id = d.id
            LEFT JOIN directive p ON p.parent_id = d.id LEFT JOIN directive_deadline q ON q.directive_id = p.id
            LEFT JOIN directive_lead l ON l.directive_id = p.id LEFT JOIN change e ON e.object_id = p.id
            WHERE d.title LIKE 'ghi.%'",
    },
];

/// Makes its changes one after the other, and answers how many tries they took.
async fn work(client: Tireless, writer: usize, directive: &str, acknowledged: &watch::Sender<usize>) -> usize {
    let mut tries = 0;
    for change in 0..CHANGES {
        let word = format!("ghi.{writer}.{change}");
        let key = Uuid::new_v5(&Uuid::NAMESPACE_OID, word.as_bytes());
        let variables = json!({ "word": word, "key": key, "directive": directive });
        let (answer, asked) = client.ask(WORKS[writer % WORKS.len()].mutation, &variables).await;
        assert_eq!(answer["userErrors"], json!([]), "{word}: {answer}");
        assert!(answer["done"]["id"].is_string(), "{word}: {answer}");
        tries += asked;
        acknowledged.send_modify(|count| *count += 1);
    }
    tries
}

/// How many changes those make who do the work of that number.
fn written_by(number: usize) -> usize {
    (0..WRITERS).filter(|writer| writer % WORKS.len() == number).count() * CHANGES
}

/// What the feed says behind a place, to its present end: the cursor, the type and the id of each event.
async fn follow(client: &Tireless, mut after: Value) -> Vec<[String; 3]> {
    let query = "query ($after: String) { it: changes(after: $after, first: 100) {
        events { cursor type id } endCursor hasMore } }";
    let mut seen = Vec::new();
    loop {
        let (page, _) = client.ask(query, &json!({ "after": after })).await;
        for event in page["events"].as_array().unwrap() {
            seen.push(["cursor", "type", "id"].map(|field| event[field].as_str().unwrap().to_owned()));
        }
        after = page["endCursor"].clone();
        if page["hasMore"] == false {
            return seen;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_once_whatever_is_killed() {
    let dir = tempfile::Builder::new().prefix("cotmoc-test-").tempdir_in("/tmp").unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let data = dir.path().join("data").to_str().unwrap().to_owned();
    let mut installation = Installation::start(&data).await;

    let address = installation.address.subscribe();
    let nobody = Tireless { client: Client::new(), address, token: None };
    let mut clients = Vec::new();
    for Work { login, .. } in WORKS {
        let sign_in = "mutation ($login: String!, $password: String!) {
            it: signIn(input: { login: $login, password: $password }) { tokens { accessToken } } }";
        let (signed_in, _) = nobody.ask(sign_in, &json!({ "login": login, "password": PASSWORD })).await;
        let token = signed_in["tokens"]["accessToken"].as_str().map(str::to_owned);
        clients.push(Tireless { token, ..nobody.clone() });
    }
    let of_notice = "{ it: directive(code: \"tb-ubnd-qng-2025-04:6\") { id } }";
    let directive = nobody.ask(of_notice, &json!({})).await.0["id"].as_str().unwrap().to_owned();

    // Of who reads on from there: a place is that of the last change that its reader may know of.
    let start = clients[0].ask("{ it: changeCursor }", &json!({})).await.0;
    let (acknowledged, mut count) = watch::channel(0);
    let (mut followed, mut ended) = (Vec::<[String; 3]>::new(), acknowledged.subscribe());
    let writers =
        (0..WRITERS).map(|writer| work(clients[writer % WORKS.len()].clone(), writer, &directive, &acknowledged));
    let deaths = async {
        for (after, victim) in DEATHS {
            count.wait_for(|count| *count >= after).await.unwrap();
            installation.suffer(victim).await;
        }
    };
    // Somebody who is always up to date, and never reads anything twice.
    let reader = async {
        while *ended.borrow_and_update() < WRITERS * CHANGES {
            let place = followed.last().map_or_else(|| start.clone(), |[cursor, ..]| json!(cursor));
            followed.extend(follow(&clients[0], place).await);
            ended.changed().await.unwrap();
        }
    };
    let (tries, (), ()) = tokio::join!(join_all(writers), deaths, reader);
    let tries: usize = tries.iter().sum();
    println!("{} changes, {} deaths, {tries} requests", WRITERS * CHANGES, DEATHS.len());
    assert!(tries > WRITERS * CHANGES, "nothing was in the way: this test shows nothing");

    followed
        .extend(follow(&clients[0], followed.last().map_or_else(|| start.clone(), |[cursor, ..]| json!(cursor))).await);
    // In a stretch an object comes once, at its last place; stretches begin elsewhere for who reads all at once.
    let last_places = |events: &[[String; 3]]| -> Vec<[String; 3]> {
        let is_last = |place: usize, of: &[String; 3]| events[place + 1..].iter().all(|[_, _, id]| *id != of[2]);
        events
            .iter()
            .enumerate()
            .filter(|(place, event)| is_last(*place, event))
            .map(|(_, event)| event.clone())
            .collect()
    };
    assert_eq!(
        last_places(&followed),
        last_places(&follow(&clients[0], start).await),
        "one who followed has seen what is there in the end, in its order"
    );
    for (ty, number) in [("ACCOUNT", 0), ("PROGRESS_UPDATE", 1)] {
        let ids: Vec<&String> = followed.iter().filter(|[_, of, _]| of == ty).map(|[_, _, id]| id).collect();
        let told: BTreeSet<_> = ids.iter().collect();
        assert_eq!((ids.len(), told.len()), (written_by(number), written_by(number)), "{ty}: each once");
    }

    let guest = Embedded::start_or_join(EmbeddedConfig::new(PathBuf::from(&data))).await.unwrap();
    let mut connection = guest.connection(DATABASE, SessionLimits::default()).unwrap().connect().await.unwrap();
    for (number, Work { login, written, .. }) in WORKS.iter().enumerate() {
        let n = written_by(number);
        assert_eq!(sql::text(&mut connection, written).await.unwrap(), format!("{n} {n} {n}"), "what {login} wrote");
    }
    let records = "SELECT concat_ws(' ', count(*), count(answer)) FROM idempotency_record";
    let n = WRITERS * CHANGES;
    assert_eq!(sql::text(&mut connection, records).await.unwrap(), format!("{n} {n}"));
    assert!(audit_holds(&data).await, "the chain of the trail is broken");
}

/// Whether every entry of the trail follows the one before.
async fn audit_holds(data: &str) -> bool {
    let environment = [("COTMOC_DATA_DIR", data)];
    command(PROGRAM, &["audit", "verify"], &environment).output().await.unwrap().status.success()
}

//! The server in the test's own process, on a real socket.

use std::net::SocketAddr;

use api::{
    authentication::Authority,
    config::{
        Config, Sources,
        settings::{self, Setting},
    },
    server::{Running, Server},
};
use auth::{Role, token::Bearer};
use db::pool::Usage;
use reqwest::{Client, RequestBuilder, Response};
use schema::clock::Clock;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{TestDb, demo, mutation::key_argument};

/// The secret of all installations in tests: so that none makes a file.
pub const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// Settings for a server on a free port, and these.
#[must_use]
pub fn config(url: &str, given: &[(Setting, &str)]) -> Config {
    let ours = [
        (settings::LISTEN, "127.0.0.1:0"),
        (settings::DATABASE_URL, url),
        (settings::DATA_DIR, "/nowhere"),
        (settings::SECRET_KEY, SECRET),
    ];
    let all = ours.into_iter().chain(given.iter().copied());
    Config::load(&Sources::of_flags(all.map(|(setting, value)| (setting, value.to_owned())))).unwrap()
}

/// A person of that number with a session in which a second factor was given, and with these roles from the demo's day on:
/// each at the agency of a code, or everywhere, with those below it if true.
pub async fn person(db: &TestDb, number: u128, roles: &[(Role, Option<&str>, bool)]) -> Bearer {
    let (account, session) = (Uuid::from_u128(number), Uuid::from_u128(number + 1000));
    let now = demo::now();
    db.execute(&format!(
        "INSERT INTO account (id, login, full_name, created_at) VALUES ('{account}', 'n{number}', 'Người thứ {number}', '{now}');
         INSERT INTO session (id, account_id, second_factor, created_at, last_used_at, expires_at)
            VALUES ('{session}', '{account}', true, '{now}', '{now}', timestamptz '{now}' + interval '30 days')"
    ))
    .await;
    for (role, agency, below) in roles {
        let agency =
            agency.map_or_else(|| "NULL".to_owned(), |code| format!("(SELECT id FROM agency WHERE code = '{code}')"));
        db.execute(&format!(
            "INSERT INTO role_grant (id, account_id, role, agency_id, with_below, valid_from, granted_at)
             VALUES (gen_random_uuid(), '{account}', '{role}', {agency}, {below}, '{}', '{now}')",
            demo::today()
        ))
        .await;
    }
    Bearer::User { account, session }
}

/// One server of an installation, and somebody who talks to it.
#[derive(Debug)]
pub struct Node {
    running: Running,
    /// One for all questions: somebody who opens a connection for each of a thousand is sent away.
    client: Client,
    config: Config,
    clock: Clock,
}

impl Node {
    /// A server on that database.
    pub async fn start(db: &TestDb, clock: Clock, given: &[(Setting, &str)]) -> Self {
        Self::of(config(&db.url().await, given), clock).await
    }

    /// A server on the demo's day as `serve --demo` is: it offers its accounts, and asks them for no second factor. More often than anybody
    /// does from one address they may sign in.
    pub async fn of_demo(db: &TestDb) -> Self {
        let config = config(&db.url().await, &[(settings::SIGN_INS_PER_MINUTE, "10000")]);
        Self::of(Config { demo: true, ..config }, Clock::Fixed(demo::now())).await
    }

    async fn of(config: Config, clock: Clock) -> Self {
        let running = Server::start(config.clone(), clock).await.unwrap();
        Self { running, client: Client::new(), config, clock }
    }

    /// An access token as this server gives it, whether or not there is such a session.
    pub async fn token(&self, bearer: &Bearer) -> String {
        let pool = self.running.database().pool().clone();
        let authority = Authority::new(&self.config, pool, self.clock).unwrap();
        authority.issue(bearer).await.unwrap().token.expose_secret().to_owned()
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.running.addr
    }

    /// The whole address of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.addr)
    }

    /// A question, to be given headers and sent.
    pub fn question(&self, query: &str, variables: &Value) -> RequestBuilder {
        self.post(&json!({ "query": query, "variables": variables }))
    }

    /// A request with that body, to be given headers and sent.
    pub fn post(&self, body: &Value) -> RequestBuilder {
        self.client.post(self.url("/graphql")).header("content-type", "application/json").body(body.to_string())
    }

    /// The answer to a question with a token.
    pub async fn ask_as(&self, token: &str, query: &str) -> Response {
        self.question(query, &json!({})).bearer_auth(token).send().await.unwrap()
    }

    /// The body of the answer to a question with a token.
    pub async fn told(&self, token: &str, query: &str) -> Value {
        self.ask_as(token, query).await.json().await.unwrap()
    }

    /// What a mutation answers: its name, and its `input` as GraphQL writes it.
    pub async fn change(&self, token: &str, name: &str, input: &str, selection: &str) -> Value {
        let key = key_argument(name);
        let query = format!(
            "mutation {{ {name}(input: {{ {input} }}{key}) {{ {selection} userErrors {{ code field limit }} }} }}"
        );
        let told = self.told(token, &query).await;
        if told["errors"].is_array() { told } else { told["data"][name].clone() }
    }

    /// How its connections to the database fare.
    #[must_use]
    pub fn connections(&self) -> Usage {
        self.running.database().pool().usage()
    }

    /// Stops it.
    pub async fn stop(self) {
        self.running.stop().await.unwrap();
    }
}

//! The server in the test's own process, on a real socket.

use api::{
    authentication::Authority,
    clock::Clock,
    config::{
        Config, Sources,
        settings::{self, Setting},
    },
    server::{Running, Server},
};
use auth::token::Bearer;
use reqwest::{Client, RequestBuilder, Response};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::TestDb;

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

/// One server of an installation, and somebody who talks to it.
#[derive(Debug)]
pub struct Node {
    running: Running,
    config: Config,
    clock: Clock,
}

impl Node {
    /// A server on that database.
    pub async fn start(db: &TestDb, clock: Clock, given: &[(Setting, &str)]) -> Self {
        let config = config(&db.url().await, given);
        let running = Server::start(config.clone(), clock).await.unwrap();
        Self { running, config, clock }
    }

    /// An access token as this server gives it, whether or not there is such a session.
    pub async fn token(&self, bearer: &Bearer) -> String {
        let pool = self.running.database().pool().clone();
        let authority = Authority::new(&self.config, pool, self.clock).unwrap();
        authority.issue(bearer).await.unwrap().token.expose_secret().to_owned()
    }

    /// The whole address of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.addr)
    }

    /// A question, to be given headers and sent.
    pub fn question(&self, query: &str, variables: &Value) -> RequestBuilder {
        let body = json!({ "query": query, "variables": variables });
        Client::new().post(self.url("/graphql")).header("content-type", "application/json").body(body.to_string())
    }

    /// The answer to a question with a token.
    pub async fn ask_as(&self, token: &str, query: &str) -> Response {
        self.question(query, &json!({})).bearer_auth(token).send().await.unwrap()
    }

    /// The body of the answer to a question with a token.
    pub async fn told(&self, token: &str, query: &str) -> Value {
        self.ask_as(token, query).await.json().await.unwrap()
    }

    /// Stops it.
    pub async fn stop(self) {
        self.running.stop().await.unwrap();
    }
}

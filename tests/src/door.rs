//! The door of the product as clients meet it in the test's own process: people sign in, and the test moves the clock.

use std::sync::Arc;

use api::{
    authentication::Authority,
    config::{
        Config,
        settings::{self, Setting},
    },
};
use async_graphql::{Request, Variables};
use auth::Principal;
use chrono::{DateTime, TimeDelta, Utc};
use db::{Date, Origin, Pool, Writer};
use schema::{Api, changes::Cursors, clock::Clock, language::Language, tokens::TokenIssuer as _, viewer::Viewer};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    TestDb, demo,
    graphql::{Asked, execute},
    server::config,
};

/// A password that is accepted.
pub const PASSWORD: &str = "chín con trâu qua cầu";

/// The first two tokens of a session.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// For the header.
    pub access: String,
    /// For the next refresh.
    pub refresh: String,
}

/// An installation, at an instant, seen from an address.
#[derive(Clone)]
pub struct Door {
    pool: Pool,
    config: Config,
    now: DateTime<Utc>,
    address: String,
    language: Language,
    authority: Arc<Authority>,
    api: Api,
}

impl Door {
    /// Nine in the morning of the demo's day.
    pub async fn open(db: &TestDb) -> Self {
        Self::with(db, &[]).await
    }

    /// The same with these settings.
    pub async fn with(db: &TestDb, given: &[(Setting, &str)]) -> Self {
        let config = config(&db.url().await, given);
        let door = Self::at(db.pool.clone(), config, demo::now());
        door.authority.prepare().await.unwrap();
        door
    }

    /// The same where a demo is served, and where mail is sent.
    pub async fn of_demo(db: &TestDb) -> Self {
        let mail = [(settings::SMTP_URL, "smtp://127.0.0.1"), (settings::MAIL_FROM, "cotmoc@quangngai.example")];
        let config = Config { demo: true, ..config(&db.url().await, &mail) };
        let door = Self::at(db.pool.clone(), config, demo::now());
        door.authority.prepare().await.unwrap();
        door
    }

    fn at(pool: Pool, config: Config, now: DateTime<Utc>) -> Self {
        let clock = Clock::Fixed(now);
        let authority = Authority::new(&config, pool.clone(), clock).unwrap();
        let api = Api::new(pool.clone(), clock, Cursors::new(authority.sealer()))
            .with_issuer(authority.clone())
            .with_mail(config.mail.is_some());
        let address = "203.0.113.10".to_owned();
        Self { pool, config, now, address, language: Language::En, authority, api }
    }

    /// So much later, on a node that remembers nothing.
    #[must_use]
    pub fn later(&self, by: TimeDelta) -> Self {
        let later = Self::at(self.pool.clone(), self.config.clone(), self.now + by);
        Self { address: self.address.clone(), language: self.language, ..later }
    }

    /// From another address.
    #[must_use]
    pub fn from(&self, address: &str) -> Self {
        Self { address: address.to_owned(), ..self.clone() }
    }

    /// For somebody who reads another language than English.
    #[must_use]
    pub fn who_reads(&self, language: Language) -> Self {
        Self { language, ..self.clone() }
    }

    /// The instant.
    #[must_use]
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// What gives and reads tokens here.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// What a request from here writes with.
    #[must_use]
    pub fn writer(&self) -> Writer {
        let today = Date(Clock::Fixed(self.now).today());
        Writer::new(self.pool.clone(), self.now, today, self.origin())
    }

    fn origin(&self) -> Origin {
        Origin { address: Some(self.address.clone()), client_name: Some("test".to_owned()), ..Origin::default() }
    }

    /// Makes an account with [`PASSWORD`].
    pub async fn admit(&self, db: &TestDb, login: &str, name: &str) -> Uuid {
        let hash = self.authority.entrance().passwords.hash(PASSWORD.into()).await.unwrap();
        let (id, now) = (Uuid::new_v5(&Uuid::nil(), login.as_bytes()), self.now);
        db.execute(&format!(
            "INSERT INTO account (id, login, full_name, email, created_at)
                VALUES ('{id}', '{login}', '{name}', '{login}@quangngai.example', '{now}');
             INSERT INTO password VALUES ('{id}', '{hash}', '{now}');"
        ))
        .await;
        id
    }

    /// The answer to what nobody asks.
    pub async fn ask(&self, query: &str, variables: Value) -> Asked {
        self.ask_in_name_of(Arc::new(Principal::nobody()), query, variables).await
    }

    /// The answer to whoever has this access token; it must hold.
    pub async fn ask_as(&self, access: &str, query: &str, variables: Value) -> Asked {
        let principal = self.authority.principal(access).await.unwrap();
        self.ask_in_name_of(principal, query, variables).await
    }

    async fn ask_in_name_of(&self, principal: Arc<Principal>, query: &str, variables: Value) -> Asked {
        let request = Request::new(query).variables(Variables::from_json(variables)).data(self.language);
        let viewer = Viewer { principal, origin: Arc::new(self.origin()) };
        execute(&self.api, request, viewer).await
    }

    /// Whether an access token holds.
    pub async fn knows(&self, access: &str) -> bool {
        self.authority.principal(access).await.is_ok()
    }

    /// What came of a sign-in: tokens, or the code of what is wrong.
    pub async fn sign_in(&self, login: &str, password: &str) -> Result<Tokens, String> {
        self.sign_in_with(json!({ "login": login, "password": password })).await
    }

    /// The same with whatever is given.
    pub async fn sign_in_with(&self, input: Value) -> Result<Tokens, String> {
        let query = "mutation ($input: SignInInput!) { it: signIn(input: $input) {
            tokens { accessToken refreshToken } userErrors { code } } }";
        tokens(&self.ask(query, json!({ "input": input })).await.whole())
    }

    /// What came of a refresh.
    pub async fn refresh(&self, token: &str) -> Result<Tokens, String> {
        let query = "mutation ($token: String!) { it: refreshSession(input: { refreshToken: $token }) {
            tokens { accessToken refreshToken } userErrors { code } } }";
        tokens(&self.ask(query, json!({ "token": token })).await.whole())
    }
}

fn tokens(data: &Value) -> Result<Tokens, String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    match &data["it"]["tokens"] {
        Value::Null => Err(text(&data["it"]["userErrors"][0]["code"])),
        tokens => Ok(Tokens { access: text(&tokens["accessToken"]), refresh: text(&tokens["refreshToken"]) }),
    }
}

/// Bytes as PostgreSQL shows them.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

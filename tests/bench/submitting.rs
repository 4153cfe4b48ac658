//! W5: a figure is submitted, each in its place. What is answered must be durable.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use api::authentication::Authority;
use auth::token::Bearer;
use db::{Pool, pool::PoolSettings};
use schema::clock::Clock;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tests::{
    load::{Client, post},
    program::{Result, Server},
    server,
};
use uuid::Uuid;

use crate::{
    bulk,
    contest::{Contender, Contest, Ring, Way},
    limit::{self, Script, Until},
    load::{Asks, data},
    stage::Database,
    workloads::NOW,
};

const NAME: &str = "W5 submit";
const ABOUT: &str = "one figure is submitted, durably";
const NO_PLACES: &str = "there are no places left for new figures: take fewer rounds or seconds";

type Error = Box<dyn std::error::Error + Send + Sync>;

const SCRIPT: Script = Script { sql: include_str!("sql/submit.sql"), definitions: Vec::new() };

/// How many places a run may need.
pub fn places(rounds: u64, seconds: u64) -> u64 {
    /// So many figures a second are submitted at most.
    const RATE: u64 = 3000;
    // Two take turns; a second warms up, and subscribers listen for another round.
    let seconds = 2 * (1 + seconds * (1 + rounds));
    seconds * RATE + bulk::FIGURES
}

/// Indicator and subject.
type Place = (String, String);

/// Where new figures are entered, and the access tokens of those who report them.
pub struct Places {
    all: Vec<Place>,
    /// So many are free, from the front: those from the back are taken by the API. Those that `pgbench` takes from the front
    /// are not known here; where the two meet, one of them is refused.
    free: AtomicUsize,
    /// By subject; under nothing that of whoever reports for all.
    tokens: HashMap<String, String>,
}

impl Places {
    /// All that the database has. The server must have started: it makes the key with which tokens are signed.
    pub async fn load(database: &Database) -> Result<Self> {
        let places = "SELECT json_agg(json_build_array(indicator, subject) ORDER BY number) FROM bench.place";
        let all: Vec<Place> = serde_json::from_str(&database.text(places).await?)?;
        let reporters = "SELECT json_agg(json_build_array(subject, account_id, session_id)) FROM bench.reporter";
        let reporters: Vec<(String, Uuid, Uuid)> = serde_json::from_str(&database.text(reporters).await?)?;
        let pool = Pool::new(&database.settings, PoolSettings::default());
        // The clock of the servers stands still: the tokens hold for all of the run.
        let clock = Clock::Fixed(NOW.parse()?);
        let authority = Authority::new(&server::config(&database.url, &[]), pool, clock)?;
        let mut tokens = HashMap::new();
        for (subject, account, session) in reporters {
            let issued = authority.issue(&Bearer::User { account, session }).await;
            let issued = issued.map_err(|error| format!("no token for {subject}: {error:?}"))?;
            tokens.insert(subject, issued.token.expose_secret().to_owned());
        }
        Ok(Self { free: all.len().into(), all, tokens })
    }

    /// The places of the next `count` figures, and a number that only they have.
    pub fn take(&self, count: usize) -> Result<(&[Place], usize)> {
        let end = self.free.fetch_sub(count, Ordering::Relaxed);
        let taken = end.checked_sub(count).and_then(|begin| self.all.get(begin..end));
        Ok((taken.ok_or(NO_PLACES)?, end))
    }

    /// The error, or that there are no places left, where that is the reason.
    pub async fn explained(&self, error: Error, database: &Database) -> Error {
        let drawn = database.text("SELECT last_value FROM bench.drawn").await;
        let drawn = drawn.ok().and_then(|drawn| drawn.parse::<usize>().ok()).unwrap_or_default();
        let free = self.free.load(Ordering::Relaxed);
        // Taken below zero it has become very large.
        let is_free = drawn <= free && free <= self.all.len();
        if is_free { error } else { format!("{NO_PLACES}\n\n{error}").into() }
    }

    /// The access token of whoever reports of a subject.
    pub fn token(&self, subject: &str) -> Result<&str> {
        Ok(self.tokens.get(subject).ok_or_else(|| format!("nobody reports of {subject}"))?)
    }

    /// A request to change something, in the name of whoever reports of a subject.
    pub fn request(&self, to: SocketAddr, subject: &str, document: &str, input: &Value, key: usize) -> Result<Vec<u8>> {
        let token = self.token(subject)?;
        let key = Uuid::from_u128(u128::try_from(key)?);
        let body = json!({ "query": document, "variables": { "input": input, "key": key } }).to_string();
        let authorization = format!("Bearer {token}");
        let headers = [("accept", "application/json"), ("authorization", &*authorization)];
        Ok(post(to, "/graphql", &headers, &body))
    }
}

/// The input of a figure.
pub fn figure((indicator, subject): &Place, value: usize) -> Value {
    let value = (value + 1).to_string();
    json!({ "indicator": indicator, "subject": subject, "period": "2026-06", "value": value, "observation": "FINAL" })
}

/// Figures that are submitted one by one.
pub struct Figures {
    to: SocketAddr,
    places: Arc<Places>,
    answer: Vec<u8>,
}

impl Figures {
    /// Submits the first.
    pub async fn begin(server: &Server, places: &Arc<Places>) -> Result<Self> {
        let mut figures = Self { to: server.address, places: Arc::clone(places), answer: Vec::new() };
        let request = figures.next()?.into_owned();
        let answer = Client::connect(server.address).await?.ask(&request).await?.body.to_vec();
        let told: Value = serde_json::from_slice(&answer)?;
        if told.pointer("/data/draftMeasurement/measurement/state") != Some(&json!("SUBMITTED")) {
            return Err(format!("a figure cannot be submitted: {told}").into());
        }
        figures.answer = data(&answer).to_vec();
        Ok(figures)
    }
}

impl Asks for Figures {
    fn next(&self) -> Result<Cow<'_, [u8]>> {
        let (places, number) = self.places.take(1)?;
        let place = places.first().ok_or("no place")?;
        let mut input = figure(place, number);
        input.as_object_mut().ok_or("no input")?.insert("submit".to_owned(), true.into());
        let document = include_str!("graphql/submit.graphql");
        Ok(Cow::Owned(self.places.request(self.to, &place.1, document, &input, number)?))
    }

    fn expected(&self) -> &[u8] {
        &self.answer
    }
}

/// The contest, once it is sure that both write as many rows into the same tables.
pub async fn contest<'a>(ring: &Ring<'_>, server: &'a Server, places: &Arc<Places>) -> Result<Contest<'a>> {
    let database = ring.database;
    let begin = rows(database).await?;
    let figures = Figures::begin(server, places).await?;
    let between = rows(database).await?;
    limit::run(&database.url, &SCRIPT, 1, Until::Times(1), ring.scratch).await?;
    let end = rows(database).await?;
    let (by_api, by_sql) = (added(&begin, &between), added(&between, &end));
    if by_api != by_sql {
        return Err(format!("{NAME}: other rows are written\n\nAPI: {by_api:?}\n\nSQL: {by_sql:?}").into());
    }
    let bytes = figures.answer.len();
    let contenders =
        [(Contender::Limit, Way::Sql(SCRIPT)), (Contender::Uncached, Way::Http(server, Arc::new(figures)))];
    Ok(Contest::new(NAME, ABOUT, bytes, contenders))
}

/// A server alone submits them.
pub async fn load<'a>(server: &'a Server, places: &Arc<Places>) -> Result<Contest<'a>> {
    let figures = Figures::begin(server, places).await?;
    let bytes = figures.answer.len();
    Ok(Contest::new(NAME, ABOUT, bytes, [(Contender::Cached, Way::Http(server, Arc::new(figures)))]))
}

type Rows = BTreeMap<String, u64>;

/// How many rows each table of the product has.
async fn rows(database: &Database) -> Result<Rows> {
    let counts =
        "SELECT string_agg(format('SELECT %L AS name, count(*) AS rows FROM %I', relname, relname), ' UNION ALL ')
        FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
    let counts = database.text(counts).await?;
    let counts = format!("SELECT json_object_agg(name, rows) FROM ({counts}) AS counted");
    Ok(serde_json::from_str(&database.text(&counts).await?)?)
}

fn added(before: &Rows, after: &Rows) -> Rows {
    let added = |(name, rows): (&String, &u64)| Some((name.clone(), rows.checked_sub(*before.get(name)?)?));
    after.iter().filter_map(added).filter(|(_, rows)| *rows > 0).collect()
}

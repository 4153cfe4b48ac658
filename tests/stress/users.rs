//! A hundred ordinary users, and what they feel.

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tests::{
    load::{Answer, Client, post},
    program::Result,
};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until, timeout_at},
};

use crate::{
    asks::{self, Ask},
    stage::{self, Draft, PUBLIC, People, SIGNED_IN},
};

/// How long everybody thinks between two requests.
const THINKS: Duration = Duration::from_secs(1);

/// Whoever waits for longer gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// What came of requests.
#[derive(Debug, Default)]
pub struct Felt {
    /// From the moment at which each request was due; whoever was refused is not among them.
    pub latencies: Vec<Duration>,
    /// How many were refused or failed, by how.
    pub refusals: BTreeMap<String, usize>,
    /// How many there were.
    pub requests: usize,
}

impl Felt {
    fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.requests += other.requests;
        for (how, count) in other.refusals {
            *self.refusals.entry(how).or_default() += count;
        }
    }

    /// The latency that so many percent kept to, in milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        percentile(&self.latencies, percent)
    }

    /// Refused or failed, of a hundred.
    pub fn refused(&self) -> f64 {
        percent(self.refusals.values().sum(), self.requests)
    }
}

/// The latency that so many percent kept to, in milliseconds.
pub fn percentile(latencies: &[Duration], percent: usize) -> f64 {
    let mut sorted = latencies.to_vec();
    sorted.sort_unstable();
    let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(index).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1000.0)
}

/// So many of so many, of a hundred.
pub fn percent(part: usize, all: usize) -> f64 {
    let number = |count| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    number(part) * 100.0 / number(all.max(1))
}

/// All users ask until then; what was due by then is waited for.
pub async fn ask(people: &People, until: Instant) -> Result<Felt> {
    let mut users = JoinSet::new();
    for number in 0..PUBLIC + SIGNED_IN {
        let signed_in = number.checked_sub(PUBLIC);
        let own = signed_in.unwrap_or(number);
        let token = signed_in.and_then(|number| people.token(number)).map(str::to_owned);
        let user = User {
            to: people.to,
            address: stage::address(if signed_in.is_some() { PUBLIC + own + 1 } else { own + 1 }),
            asks: asks::of(own, token.is_some(), &people.today),
            number: own,
            quarter: quarter(&people.today),
            token,
            draft: signed_in.and_then(|number| people.drafts.get(number)).cloned().unwrap_or_default(),
            client: None,
            felt: Felt::default(),
        };
        // Spread over the second, so that they do not ask in step.
        let first = Instant::now() + THINKS * u32::try_from(number)? / u32::try_from(PUBLIC + SIGNED_IN)?;
        users.spawn(user.run(first, until));
    }
    let mut all = Felt::default();
    while let Some(felt) = users.join_next().await {
        all.add(felt?);
    }
    Ok(all)
}

/// `2026-Q4` of `2026-11-29`.
fn quarter(day: &str) -> String {
    let mut parts = day.split('-');
    let (year, month) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{year}-Q{}", month.parse::<u32>().unwrap_or(1).div_ceil(3))
}

struct User {
    to: SocketAddr,
    address: String,
    token: Option<String>,
    number: usize,
    quarter: String,
    asks: Vec<Ask>,
    draft: Arc<Mutex<Draft>>,
    client: Option<Client>,
    felt: Felt,
}

impl User {
    async fn run(mut self, first: Instant, until: Instant) -> Felt {
        let mut due = first;
        let mut turn = 0;
        // A server that stalls must not make the users ask less: each request has its moment, and counts from there.
        while due < until {
            sleep_until(due).await;
            self.turn(turn, due, until + PATIENCE).await;
            (due, turn) = (due + THINKS, turn + 1);
        }
        self.felt
    }

    async fn turn(&mut self, turn: usize, due: Instant, end: Instant) {
        let body = match self.asks.get(turn % self.asks.len().max(1)) {
            Some(Ask::Read(body)) => body.clone(),
            _ => self.draft(),
        };
        let bearer = self.token.as_ref().map(|token| format!("Bearer {token}"));
        let mut headers = vec![("accept", "application/json"), ("x-forwarded-for", &*self.address)];
        headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
        let request = post(self.to, "/graphql", &headers, &body);
        let gives_up = end.min(Instant::now() + PATIENCE);
        self.felt.requests += 1;
        let how = match timeout_at(gives_up, exchange(&mut self.client, self.to, &request)).await {
            Ok(Ok(Outcome::Answered { version })) => {
                self.drafted(version);
                None
            }
            // Being refused soon is no good latency.
            Ok(Ok(Outcome::Refused(how))) => return self.refused(how),
            Ok(Err(_)) => Some("failed"),
            Err(_) => Some("no answer"),
        };
        self.felt.latencies.push(due.elapsed());
        if let Some(how) = how {
            self.refused(how.to_owned());
        }
    }

    fn refused(&mut self, how: String) {
        *self.felt.refusals.entry(how).or_default() += 1;
    }

    /// The draft that has no answer yet, as a careful client sends it again; else a new one.
    fn draft(&self) -> String {
        let Ok(mut draft) = self.draft.lock() else { return String::new() };
        let version = draft.version;
        draft.pending.get_or_insert_with(|| asks::draft(self.number, &self.quarter, version)).clone()
    }

    /// Only a draft's answer begins with a version.
    fn drafted(&self, version: Option<u32>) {
        if let (Some(version), Ok(mut draft)) = (version, self.draft.lock()) {
            *draft = Draft { version: Some(version), pending: None };
        }
    }
}

enum Outcome {
    Answered { version: Option<u32> },
    Refused(String),
}

async fn exchange(client: &mut Option<Client>, to: SocketAddr, request: &[u8]) -> io::Result<Outcome> {
    let mut connected = match client.take() {
        Some(connected) => connected,
        None => Client::connect(to).await?,
    };
    let outcome = outcome(&connected.ask(request).await?);
    // Only a connection whose answer was read to its end is used again.
    *client = Some(connected);
    Ok(outcome)
}

/// By its bytes: the load test must not take the processors with JSON.
fn outcome(answer: &Answer<'_>) -> Outcome {
    match code(answer) {
        None if answer.status == 200 => Outcome::Answered { version: version(answer.body) },
        None => Outcome::Refused(answer.status.to_string()),
        Some(code) => Outcome::Refused(format!("{} {code}", answer.status)),
    }
}

/// The code of the first error or of what has to be mended, if there is one.
pub fn code(answer: &Answer<'_>) -> Option<String> {
    let erring = answer.status != 200 || find(answer.body, b"\"errors\":[").is_some();
    let mending = find(answer.body, b"\"userErrors\":[{").is_some();
    if !erring && !mending {
        return None;
    }
    let rest = find(answer.body, b"\"code\":\"").and_then(|from| answer.body.get(from..)).unwrap_or_default();
    let code = rest.split(|byte| *byte == b'"').next().unwrap_or_default();
    Some(String::from_utf8_lossy(code).into_owned())
}

fn version(body: &[u8]) -> Option<u32> {
    let rest = body.get(find(body, b"\"version\":")?..)?;
    let digits: Vec<u8> = rest.iter().copied().take_while(u8::is_ascii_digit).collect();
    std::str::from_utf8(&digits).ok()?.parse().ok()
}

/// Where what follows these bytes begins. Errors stand at either end of an answer, which may be long.
fn find(body: &[u8], bytes: &[u8]) -> Option<usize> {
    const EDGE: usize = 2000;
    let within = |from: usize| {
        let part = body.get(from..(from + EDGE).min(body.len()))?;
        Some(from + part.windows(bytes.len()).position(|window| window == bytes)? + bytes.len())
    };
    within(0).or_else(|| within(body.len().saturating_sub(EDGE)))
}

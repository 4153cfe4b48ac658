//! Numbers for Prometheus.

use std::{
    collections::BTreeSet,
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use axum::http::Method;
use db::{pool::Usage, queues::Queues, replica::Reads};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

const REQUESTS: &str = "cotmoc_http_requests_total";
const DURATION: &str = "cotmoc_http_request_duration_seconds";
const IN_FLIGHT: &str = "cotmoc_http_requests_in_flight";
const REFUSED: &str = "cotmoc_http_refused_total";
const OPERATIONS: &str = "cotmoc_graphql_operations_total";
const ANSWERS: &str = "cotmoc_graphql_answers_total";
const KEPT: &str = "cotmoc_graphql_answer_cache_bytes";
const LOOKS: &str = "cotmoc_db_version_looks_total";
const READS: &str = "cotmoc_db_reads_total";
const POOL: &str = "cotmoc_db_pool_connections";
const POOL_SIZE: &str = "cotmoc_db_pool_size";
const POOL_WAITS: &str = "cotmoc_db_pool_waits_total";
const WAITING: &str = "cotmoc_waiting";
const GIVEN_UP: &str = "cotmoc_mails_given_up";
const FAILING: &str = "cotmoc_webhooks_failing";
const DB_UP: &str = "cotmoc_db_up";
const SPANS: &str = "cotmoc_trace_spans_total";

/// Upper ends of the histogram's buckets, in seconds.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// How often measured durations are put into their buckets, so that they do not pile up while nobody reads them.
const UPKEEP: Duration = Duration::from_secs(5);

/// One for the process, however many servers a test runs in it; none if another recorder was there first.
static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

fn recorder() -> Option<&'static PrometheusHandle> {
    RECORDER.get_or_init(install).as_ref()
}

fn install() -> Option<PrometheusHandle> {
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Full(DURATION.into()), &BUCKETS).ok()?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).ok()?;
    describe_counter!(REQUESTS, "Requests answered, by method, route and status.");
    describe_histogram!(DURATION, "From the head of a request to the head of its answer, in seconds, by route.");
    describe_gauge!(IN_FLIGHT, "Requests that have no answer yet.");
    describe_counter!(REFUSED, "Requests refused to keep the server alive, by reason.");
    describe_counter!(
        OPERATIONS,
        "Operations of GraphQL, by kind, name, client with its version, and code of the first error."
    );
    describe_counter!(
        ANSWERS,
        "Answers of GraphQL over HTTP, by what the header x-cache says: hit, shared, miss, pass."
    );
    describe_counter!(
        READS,
        "Queries answered from the database, by which server: primary or replica. With replicas only."
    );
    describe_gauge!(KEPT, "Answers that are kept, in bytes.");
    describe_counter!(LOOKS, "Looks at the versions of the data: one for all requests that wait for it.");
    describe_gauge!(POOL, "Open connections to PostgreSQL, by state.");
    describe_gauge!(POOL_SIZE, "Connections to PostgreSQL at most.");
    describe_counter!(
        POOL_WAITS,
        "Requests that had to wait for a connection, and those that waited in vain, by outcome."
    );
    describe_gauge!(WAITING, "What is due to be told or sent, by queue: events, mails, pushes.");
    describe_gauge!(GIVEN_UP, "Mails that were given up.");
    describe_gauge!(FAILING, "Webhooks whose last attempt failed.");
    describe_gauge!(DB_UP, "1 if PostgreSQL answered the last readiness check, else 0.");
    describe_counter!(
        SPANS,
        "Spans of traces, by what became of them: sent, failed (the collector took none), dropped (no room)."
    );
    Some(handle)
}

/// Starts counting, and keeps the histograms small for as long as the runtime lives.
pub fn start() {
    let Some(handle) = recorder() else { return };
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(UPKEEP);
        loop {
            ticks.tick().await;
            handle.run_upkeep();
        }
    });
}

/// All numbers, in the text format of Prometheus.
#[must_use]
pub fn render() -> String {
    recorder().map(PrometheusHandle::render).unwrap_or_default()
}

/// Counts a request from here until it is dropped, also when the client goes away.
#[derive(Debug)]
pub struct InFlight(());

impl InFlight {
    /// One more.
    #[must_use]
    pub fn begin() -> Self {
        gauge!(IN_FLIGHT).increment(1);
        Self(())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        gauge!(IN_FLIGHT).decrement(1);
    }
}

/// A request has its answer.
pub fn request_done(method: &Method, route: String, status: u16, took: Duration) {
    // A method may be any word that a caller invents.
    let method = match *method {
        Method::GET | Method::POST | Method::OPTIONS | Method::HEAD => method.to_string(),
        _ => "other".to_owned(),
    };
    histogram!(DURATION, "route" => route.clone()).record(took);
    counter!(REQUESTS, "method" => method, "route" => route, "status" => status.to_string()).increment(1);
}

/// Words that callers choose, as far as they become labels: so many of a kind, then `other`. The number of series must not be theirs.
struct Words(Mutex<BTreeSet<String>>);

/// The most words of a kind.
const WORDS: usize = 100;

static NAMES: Words = Words(Mutex::new(BTreeSet::new()));
static CLIENTS: Words = Words(Mutex::new(BTreeSet::new()));

impl Words {
    fn label(&self, word: String) -> String {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(&word) {
            return word;
        }
        if known.len() >= WORDS {
            return "other".to_owned();
        }
        known.insert(word.clone());
        word
    }
}

/// An operation of GraphQL has ended, or a subscription has begun.
pub fn operation_done(kind: &'static str, operation: &str, client: &str, version: &str, code: &str) {
    let client = if version.is_empty() { client.to_owned() } else { format!("{client}/{version}") };
    let (operation, client) = (NAMES.label(operation.to_owned()), CLIENTS.label(client));
    let labels = [("kind", kind.to_owned()), ("operation", operation), ("client", client), ("code", code.to_owned())];
    counter!(OPERATIONS, &labels).increment(1);
}

/// A request was refused; `reason` is one of a few words of ours.
pub fn refused(reason: &'static str) {
    counter!(REFUSED, "reason" => reason).increment(1);
}

/// How the pool fares.
pub fn pool(usage: Usage) {
    gauge!(POOL, "state" => "in_use").set(usage.open.saturating_sub(usage.idle));
    gauge!(POOL, "state" => "idle").set(usage.idle);
    gauge!(POOL_SIZE).set(usage.size);
    counter!(POOL_WAITS, "outcome" => "served").absolute(usage.waited.saturating_sub(usage.timed_out));
    counter!(POOL_WAITS, "outcome" => "timed_out").absolute(usage.timed_out);
}

/// An operation has its answer; `whence` is a word of `x-cache`.
pub fn answered(whence: &'static str) {
    counter!(ANSWERS, "x_cache" => whence).increment(1);
}

/// How much waits.
pub fn waiting(queues: Queues) {
    let count = |number: i64| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    for (queue, number) in [("events", queues.events), ("mails", queues.mails), ("pushes", queues.pushes)] {
        gauge!(WAITING, "queue" => queue).set(count(number));
    }
    gauge!(GIVEN_UP).set(count(queues.mails_given_up));
    gauge!(FAILING).set(count(queues.webhooks_failing));
}

/// How often the versions were looked at, and what is kept.
pub fn answers_kept(looks: u64, bytes: u64) {
    counter!(LOOKS).absolute(looks);
    gauge!(KEPT).set(u32::try_from(bytes >> 10).map_or(f64::MAX, |kib| f64::from(kib) * 1024.0));
}

/// Whence queries were answered that a standby may answer.
pub fn reads(reads: Reads) {
    counter!(READS, "from" => "replica").absolute(reads.by_replicas);
    counter!(READS, "from" => "primary").absolute(reads.by_primary);
}

/// What became of spans.
pub fn spans(outcome: &'static str, number: u64) {
    counter!(SPANS, "outcome" => outcome).increment(number);
}

/// Whether PostgreSQL answered.
pub fn database_up(up: bool) {
    gauge!(DB_UP).set(if up { 1.0 } else { 0.0 });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_do_not_choose_how_many_series_there_are() {
        let words = Words(Mutex::new(BTreeSet::new()));
        for number in 0..WORDS {
            assert_eq!(words.label(format!("app/{number}")), format!("app/{number}"));
        }
        assert_eq!(words.label("app/7".to_owned()), "app/7");
        assert_eq!(words.label("bịa".to_owned()), "other");
    }
}

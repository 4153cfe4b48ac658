//! Finished spans on their way to the collector: OTLP over HTTP, as protobuf, in batches.
//!
//! Nobody waits for it. What does not fit in the queue is dropped and counted, and so is what the collector does not take: it is told
//! once that it does not, and once that it does again.

use std::time::Duration;

use auth::random;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::InstrumentationScope,
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};
use prost::Message as _;
use reqwest_tls::{Client, redirect::Policy};
use schema::clock::Clock;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::span::attribute;
use crate::{door::metrics, outbound::innermost};

/// Spans that wait: some hundred requests. The text of a statement is most of a span, and bounded.
const QUEUE: usize = 4_096;

/// Spans of one batch at most.
const BATCH: usize = 512;

/// How long a span waits for others.
const PAUSE: Duration = Duration::from_secs(1);

/// How long the collector may take for a batch.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a stop waits for what is left.
const LAST: Duration = Duration::from_secs(3);

const NAME: &str = "cotmoc";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where spans are put. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Outbox(mpsc::Sender<Span>);

impl Outbox {
    /// Takes a span, if there is room.
    pub fn put(&self, span: Span) {
        if self.0.try_send(span).is_err() {
            metrics::spans("dropped", 1);
        }
    }
}

/// What sends them, for as long as the server lives.
#[derive(Debug)]
pub struct Exporter {
    task: JoinHandle<()>,
    closing: watch::Sender<bool>,
}

impl Exporter {
    /// Begins to send to a collector. Must be called within a tokio runtime.
    #[must_use]
    pub fn start(endpoint: &str) -> (Outbox, Self) {
        let (outbox, spans) = mpsc::channel(QUEUE);
        let (closing, closed) = watch::channel(false);
        let collector = Collector::new(endpoint);
        (Outbox(outbox), Self { task: tokio::spawn(send_all(collector, spans, closed)), closing })
    }

    /// Sends what is left, if the collector takes it soon.
    pub async fn finish(mut self) {
        self.closing.send_replace(true);
        if timeout(LAST, &mut self.task).await.is_err() {
            self.task.abort();
            tracing::warn!("the collector has not taken the last traces in time");
        }
    }
}

async fn send_all(mut collector: Collector, mut spans: mpsc::Receiver<Span>, mut closing: watch::Receiver<bool>) {
    let mut is_closing = false;
    loop {
        let mut batch = Vec::new();
        tokio::select! {
            count = spans.recv_many(&mut batch, BATCH) => if count == 0 { return },
            _ = closing.wait_for(|closing| *closing), if !is_closing => {
                spans.close();
                is_closing = true;
                continue;
            }
        }
        let others = async {
            while batch.len() < BATCH {
                let room = BATCH - batch.len();
                if spans.recv_many(&mut batch, room).await == 0 {
                    return;
                }
            }
        };
        tokio::select! {
            () = others => {}
            () = sleep(PAUSE) => {}
            _ = closing.wait_for(|closing| *closing), if !is_closing => {}
        }
        collector.take(batch).await;
    }
}

/// The collector, as far as it is known.
struct Collector {
    address: String,
    /// Made when it is first needed, as it reads the certificates of the machine.
    client: Option<Client>,
    resource: Resource,
    is_away: bool,
}

impl Collector {
    fn new(endpoint: &str) -> Self {
        let instance = random::id(Clock::System.now()).to_string();
        let told = [("service.name", NAME), ("service.version", VERSION), ("service.instance.id", instance.as_str())];
        let attributes = told.map(|(key, value)| attribute(key, value)).to_vec();
        let resource = Resource { attributes, ..Resource::default() };
        Self { address: format!("{endpoint}/v1/traces"), client: None, resource, is_away: false }
    }

    async fn take(&mut self, spans: Vec<Span>) {
        let number = spans.len() as u64;
        let scope = InstrumentationScope { name: NAME.to_owned(), version: VERSION.to_owned(), ..Default::default() };
        let scope_spans = vec![ScopeSpans { scope: Some(scope), spans, ..ScopeSpans::default() }];
        let resource = Some(self.resource.clone());
        let resource_spans = vec![ResourceSpans { resource, scope_spans, ..ResourceSpans::default() }];
        match self.post(ExportTraceServiceRequest { resource_spans }.encode_to_vec()).await {
            Ok(()) => {
                metrics::spans("sent", number);
                if std::mem::take(&mut self.is_away) {
                    tracing::info!("the collector takes traces again");
                }
            }
            Err(reason) => {
                metrics::spans("failed", number);
                if !std::mem::replace(&mut self.is_away, true) {
                    tracing::warn!(reason, "the collector takes no traces for now; they are dropped until it does");
                }
            }
        }
    }

    async fn post(&mut self, bytes: Vec<u8>) -> Result<(), String> {
        let client = match &self.client {
            Some(client) => client,
            None => self.client.insert(client().map_err(|error| innermost(&error))?),
        };
        let request = client.post(&self.address).header("content-type", "application/x-protobuf").body(bytes);
        match request.timeout(PATIENCE).send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(answer.status().to_string()),
            Err(error) if error.is_timeout() => Err("no answer in time".to_owned()),
            Err(error) => Err(innermost(&error)),
        }
    }
}

/// To an address that whoever runs the server has named: it is not looked at.
fn client() -> Result<Client, reqwest_tls::Error> {
    // The same provider as everywhere; whoever installed it before has installed the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().user_agent("Cotmoc").redirect(Policy::none()).no_proxy().build()
}

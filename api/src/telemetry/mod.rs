//! What the server tells of its work: log lines on standard error (for eyes in a terminal, one JSON object a line otherwise), and
//! traces, where a collector is named that takes them.

mod context;
mod export;
mod span;

use std::{
    io::{IsTerminal as _, stderr},
    sync::Arc,
};

use axum::http::{HeaderMap, Method};
use tracing_subscriber::EnvFilter;

use self::{
    context::{Choice, Parent},
    export::Outbox,
};
pub use self::{
    export::Exporter,
    span::{Traced, Watch, short},
};
use crate::config::{LogConfig, LogFormat, TelemetryConfig};

/// Bytes of a statement that are told; the rest is left out.
const STATEMENT: usize = 4_000;

/// What traces the requests of one server, or nothing. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Traces(Option<Arc<Tracer>>);

#[derive(Debug)]
struct Tracer {
    choice: Choice,
    outbox: Outbox,
}

impl Traces {
    /// Begins to send, where the settings name a collector. Must be called within a tokio runtime.
    #[must_use]
    pub fn start(config: &TelemetryConfig) -> (Self, Option<Exporter>) {
        let Some(endpoint) = &config.otlp_endpoint else { return (Self::default(), None) };
        let (outbox, exporter) = Exporter::start(endpoint);
        let choice = Choice::new(config.trace_share, config.asked_traces);
        (Self(Some(Arc::new(Tracer { choice, outbox }))), Some(exporter))
    }

    /// A request begins: its span, if it is one that is traced.
    #[must_use]
    pub fn begin(&self, headers: &HeaderMap, method: &Method, route: &str) -> Traced {
        let Some(tracer) = &self.0 else { return Traced::default() };
        let parent = Parent::of(headers);
        if !tracer.choice.is_traced(parent.as_ref()) {
            return Traced::default();
        }
        Traced::request(&tracer.outbox, parent, known(method), route)
    }
}

/// A method that is known; callers may invent any.
fn known(method: &Method) -> &str {
    match *method {
        Method::GET | Method::POST | Method::PUT | Method::PATCH | Method::DELETE | Method::HEAD | Method::OPTIONS => {
            method.as_str()
        }
        _ => "_OTHER",
    }
}

/// As much of a statement as is told.
fn cut(statement: &str) -> &str {
    let end = statement.char_indices().map(|(at, _)| at).find(|at| *at >= STATEMENT);
    end.and_then(|end| statement.get(..end)).unwrap_or(statement)
}

/// Starts logging for the whole process, panics included. To be called once; a second call changes nothing.
pub fn start(config: &LogConfig) {
    // The filter was understood when the configuration was loaded.
    let filter = EnvFilter::try_new(&config.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    // A line that cannot be written (the disk is full, the reader has gone) is dropped: to say so would be to write another.
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).log_internal_errors(false);
    let started = if is_human(config.format) {
        lines.with_target(false).with_ansi(stderr().is_terminal()).compact().try_init()
    } else {
        lines.json().flatten_event(true).with_current_span(false).try_init()
    };
    if started.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string);
            let payload = panic.payload();
            let text = payload.downcast_ref::<&str>().copied().or_else(|| Some(payload.downcast_ref::<String>()?));
            tracing::error!(place, "panic: {}", text.unwrap_or("without a message"));
        }));
    }
}

/// True if the output is for eyes.
#[must_use]
pub fn is_human(format: LogFormat) -> bool {
    match format {
        LogFormat::Auto => stderr().is_terminal(),
        LogFormat::Human => true,
        LogFormat::Json => false,
    }
}

//! What is told of a traced request: spans, each with its time and the span around it. Never a document, a variable, a login, a token
//! or an address.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use auth::random;
use db::{
    audit::hex,
    witness::{Seen, Witness},
};
use opentelemetry_proto::tonic::{
    common::v1::{AnyValue, KeyValue, any_value::Value},
    trace::v1::{Span, Status, span::SpanKind, status::StatusCode},
};
use schema::clock::Clock;

use super::{context::Parent, cut, export::Outbox};

/// A span under way, or nothing where a request is not traced. Cheap to clone; it ends when it is told to, or when the last copy goes.
#[derive(Debug, Clone, Default)]
pub struct Traced(Option<Arc<Open>>);

struct Open {
    trace: [u8; 16],
    id: [u8; 8],
    outbox: Outbox,
    begin: Instant,
    /// Until it has ended.
    span: Mutex<Option<Span>>,
}

impl fmt::Debug for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Open").field("trace", &self.trace).field("id", &self.id).finish_non_exhaustive()
    }
}

impl Traced {
    /// The span of a request, in the trace of its client if that named one.
    pub(super) fn request(outbox: &Outbox, parent: Option<Parent>, method: &str, route: &str) -> Self {
        let trace = parent.map_or_else(random::bytes, |parent| parent.trace);
        let around = parent.map(|parent| parent.span.to_vec()).unwrap_or_default();
        let traced = Self::begin(outbox, trace, around, &format!("{method} {route}"), SpanKind::Server);
        traced.text("http.request.method", method);
        traced.text("http.route", route);
        traced
    }

    fn begin(outbox: &Outbox, trace: [u8; 16], around: Vec<u8>, name: &str, kind: SpanKind) -> Self {
        let id: [u8; 8] = random::bytes();
        let span = Span {
            trace_id: trace.to_vec(),
            span_id: id.to_vec(),
            parent_span_id: around,
            // Sampled, as the standard has it.
            flags: 1,
            name: name.to_owned(),
            kind: kind.into(),
            start_time_unix_nano: now(),
            ..Span::default()
        };
        let (outbox, span) = (outbox.clone(), Mutex::new(Some(span)));
        Self(Some(Arc::new(Open { trace, id, outbox, begin: Instant::now(), span })))
    }

    /// The id of the trace, as it is written.
    #[must_use]
    pub fn trace(&self) -> Option<String> {
        self.0.as_ref().map(|open| hex(&open.trace))
    }

    /// Whether there is a trace at all.
    #[must_use]
    pub const fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// A span inside this one.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        self.inside(name, SpanKind::Internal)
    }

    fn inside(&self, name: &str, kind: SpanKind) -> Self {
        let inside = |open: &Arc<Open>| Self::begin(&open.outbox, open.trace, open.id.to_vec(), name, kind);
        self.0.as_ref().map(inside).unwrap_or_default()
    }

    /// Work with a span of its own, inside this one.
    pub async fn around<T>(&self, name: &str, work: impl Future<Output = T>) -> T {
        let _inside = self.child(name);
        work.await
    }

    /// Adds something to it in words.
    pub fn text(&self, key: &str, value: &str) {
        self.change(|span| span.attributes.push(attribute(key, value)));
    }

    /// Adds a number to it.
    pub fn number(&self, key: &str, value: u64) {
        let value = Value::IntValue(i64::try_from(value).unwrap_or(i64::MAX));
        self.change(|span| span.attributes.push(valued(key, value)));
    }

    /// It has failed.
    pub fn fail(&self) {
        let status = Status { code: StatusCode::Error.into(), ..Status::default() };
        self.change(|span| span.status = Some(status));
    }

    fn change(&self, change: impl FnOnce(&mut Span)) {
        if let Some(open) = &self.0 {
            let mut span = open.span.lock().unwrap_or_else(PoisonError::into_inner);
            span.as_mut().map(change);
        }
    }

    /// It ends now, whoever still has a copy.
    pub fn end(&self) {
        if let Some(open) = &self.0 {
            open.end(open.begin.elapsed());
        }
    }

    fn statement(&self, seen: &Seen) {
        let word = seen.text.split_ascii_whitespace().next().unwrap_or_default();
        let span = self.inside(&word.to_ascii_uppercase(), SpanKind::Client);
        let took = nanoseconds(seen.took);
        span.text("db.system.name", "postgresql");
        span.text("db.query.text", cut(&seen.text));
        if let Some(rows) = seen.rows {
            span.number("db.response.returned_rows", rows);
        }
        if seen.failed {
            span.fail();
        }
        // It is told when it is over.
        span.change(|span| span.start_time_unix_nano = span.start_time_unix_nano.saturating_sub(took));
        if let Some(open) = &span.0 {
            open.end(seen.took);
        }
    }
}

impl Open {
    fn end(&self, took: Duration) {
        let span = self.span.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut span) = span {
            span.end_time_unix_nano = span.start_time_unix_nano.saturating_add(nanoseconds(took));
            self.outbox.put(span);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.end(self.begin.elapsed());
    }
}

/// What is told of the statements of an operation: a span of each where it is traced, a line in the log where one is slow.
#[derive(Debug, Clone)]
pub struct Watch {
    traced: Traced,
    slow: Option<Duration>,
    operation: Arc<str>,
}

impl Watch {
    /// None where nobody wants to know. `operation` is its name.
    #[must_use]
    pub fn over(traced: &Traced, slow: Option<Duration>, operation: Option<&str>) -> Option<Arc<dyn Witness>> {
        let is_wanted = traced.is_some() || slow.is_some();
        let watch = || Self { traced: traced.clone(), slow, operation: operation.unwrap_or_default().into() };
        is_wanted.then(|| Arc::new(watch()) as Arc<dyn Witness>)
    }

    fn is_slow(&self, took: Duration) -> bool {
        self.slow.is_some_and(|slow| took >= slow)
    }
}

impl Witness for Watch {
    fn wants(&self, took: Duration) -> bool {
        self.traced.is_some() || self.is_slow(took)
    }

    fn saw(&self, statement: Seen) {
        self.traced.statement(&statement);
        if self.is_slow(statement.took) {
            let Seen { text, took, rows, failed, .. } = &statement;
            let (operation, milliseconds) = (&*self.operation, took.as_secs_f64() * 1000.0);
            tracing::warn!(operation, statement = cut(text), milliseconds, rows, failed, "slow statement");
        }
    }

    fn part(&self, name: &str, size: usize) -> Arc<dyn Witness> {
        let traced = if self.traced.is_some() { self.traced.child(&short(name)) } else { Traced::default() };
        traced.number("cotmoc.keys", size as u64);
        Arc::new(Self { traced, ..self.clone() })
    }
}

/// The name of a type without the modules that its parts are in.
#[must_use]
pub fn short(name: &str) -> String {
    let is_of_name = |c: char| c == ':' || c == '_' || c.is_ascii_alphanumeric();
    let mut words = String::new();
    for piece in name.split_inclusive(|c| !is_of_name(c)) {
        words.push_str(piece.rsplit("::").next().unwrap_or(piece));
    }
    words
}

/// Something that is told, in words.
pub(super) fn attribute(key: &str, value: &str) -> KeyValue {
    valued(key, Value::StringValue(value.to_owned()))
}

fn valued(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

/// The machine's time, also where the product's own stands still: a trace is held against those of other programs.
fn now() -> u64 {
    Clock::System.now().timestamp_nanos_opt().and_then(|now| u64::try_from(now).ok()).unwrap_or_default()
}

fn nanoseconds(took: Duration) -> u64 {
    u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn types_are_named_without_their_modules() {
        assert_eq!(short("db::noun::keys::ById<db::agency::Agency>"), "ById<Agency>");
        assert_eq!(short("db::x::ListOf<db::target::Target, db::y::Link>"), "ListOf<Target, Link>");
        assert_eq!(short("Plain"), "Plain");
    }
}

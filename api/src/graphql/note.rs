//! What the log and the numbers say of an operation: its name, its client, how it ended.

use std::time::Instant;

use async_graphql::{Request, parser::types::OperationType};
use db::audit::hex;
use schema::viewer::Viewer;

use super::{GraphqlResponse, answered::Answered};
use crate::{door::metrics, guard::Admitted, telemetry::Traced};

/// Among the extensions of an answer: each of its operations has a line in the log.
#[derive(Debug, Clone, Copy)]
pub struct Noted;

/// An operation that somebody has asked for. Never its document or its variables, which may hold secrets.
pub(crate) struct Asking {
    operation: Option<String>,
    client: Option<String>,
    version: Option<String>,
    begin: Instant,
}

impl Asking {
    /// What is known of it before it is admitted.
    pub fn of(request: &Request, viewer: &Viewer) -> Self {
        Self {
            operation: request.operation_name.clone().filter(|name| is_name(name)).or_else(|| named(&request.query)),
            client: viewer.origin.client_name.clone(),
            version: viewer.origin.client_version.clone(),
            begin: Instant::now(),
        }
    }

    /// It has its answer; `kind` where it was admitted. What is kept has no error.
    pub fn note(&self, kind: Option<OperationType>, answer: Option<&GraphqlResponse>) {
        self.end(kind, answer.and_then(GraphqlResponse::code).unwrap_or("OK"));
    }

    /// Its span, inside that of its request. What was not admitted has no name that could be relied on.
    pub fn span(&self, traced: &Traced, admitted: Option<&Admitted>) -> Traced {
        if !traced.is_some() {
            return Traced::default();
        }
        let kind = word_of(admitted.map(|admitted| admitted.kind));
        let name = self.operation.as_deref().filter(|_| admitted.is_some());
        let traced = traced.child(&name.map_or_else(|| kind.to_owned(), |name| format!("{kind} {name}")));
        traced.text("graphql.operation.type", kind);
        if let Some(name) = name {
            traced.text("graphql.operation.name", name);
        }
        if let Some(admitted) = admitted {
            traced.text("cotmoc.document.sha256", &hex(admitted.document.digest()));
            traced.number("cotmoc.cost", admitted.cost);
        }
        traced
    }

    /// It has ended so.
    pub fn end(&self, kind: Option<OperationType>, code: &str) {
        let kind = word_of(kind);
        let word = |text: &Option<String>| text.clone().unwrap_or_default();
        let (operation, client, version) = (word(&self.operation), word(&self.client), word(&self.version));
        let milliseconds = self.begin.elapsed().as_secs_f64() * 1000.0;
        tracing::info!(kind, operation, client, version, code, milliseconds, "operation");
        metrics::operation_done(kind, &operation, &client, &version, code);
    }
}

/// Tells in its span how an operation has ended.
pub(super) fn answered(traced: &Traced, answered: &Answered) {
    traced.text("cotmoc.cache", answered.whence().word());
    if let Some(code) = answered.own().and_then(GraphqlResponse::code) {
        traced.text("cotmoc.code", code);
        traced.fail();
    }
}

fn word_of(kind: Option<OperationType>) -> &'static str {
    match kind {
        Some(OperationType::Query) => "query",
        Some(OperationType::Mutation) => "mutation",
        Some(OperationType::Subscription) => "subscription",
        None => "refused",
    }
}

/// The name of the first operation of a document that names it at its beginning, as tools write it. A log needs no more.
pub(crate) fn named(document: &str) -> Option<String> {
    let rest =
        ["query", "mutation", "subscription"].iter().find_map(|kind| document.trim_start().strip_prefix(kind))?;
    let rest = rest.strip_prefix(char::is_whitespace)?.trim_start();
    let end = rest.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    rest.get(..end).filter(|name| is_name(name)).map(str::to_owned)
}

/// Whether it is a name as GraphQL has them, of a length for a line of a log.
fn is_name(word: &str) -> bool {
    (1..=100).contains(&word.len()) && word.bytes().all(|it| it == b'_' || it.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_read_where_it_stands() {
        assert_eq!(named("query Dashboard($on: Date) { a }").as_deref(), Some("Dashboard"));
        assert_eq!(named("  mutation\n  SignIn {a}").as_deref(), Some("SignIn"));
        let long = format!("query {} {{ a }}", "x".repeat(101));
        for none in ["{ a }", "query { a }", "queryX { a }", "query ($a: Int) { a }", "", &long] {
            assert_eq!(named(none), None, "{none}");
        }
    }

    #[test]
    fn what_callers_say_is_no_longer_than_a_name() {
        let named = |name: &str| {
            let request = Request::new("query Dashboard { a }").operation_name(name);
            Asking::of(&request, &Viewer::nobody(db::Origin::default())).operation
        };
        assert_eq!(named("Overview").as_deref(), Some("Overview"));
        for other in ["x".repeat(500_000), "xa\nxa".to_owned(), String::new()] {
            assert_eq!(named(&other).as_deref(), Some("Dashboard"));
        }
    }
}

//! What all paths share, whatever is behind them: who may come in, the request's id and its client's address, refusals, numbers.

mod address;
mod caller;
mod host;
pub mod metrics;
mod refusal;

use axum::{Router, routing::MethodRouter};

pub(crate) use address::note as note_address;
pub use address::{ClientAddress, client_address};
pub use caller::{REQUEST_ID, caller, header_value, request_id};
pub(crate) use host::know as know_host;
pub(crate) use metrics::refused;
pub use refusal::Refusal;

/// Who may come in at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Anyone: it answers everybody the same.
    Public,
    /// Whoever watches over the server. Cheap, never refused, and of no interest to the world.
    Probe,
    /// Whoever brings credentials in exchange for a token: each request counts as a sign-in.
    Credentials,
    /// Whoever the request's token says, and nobody if it has none: each field has its own rule.
    Token,
}

/// Marks a response whose body is made while it is sent: it goes through as it comes, uncompressed.
#[derive(Debug, Clone, Copy)]
pub struct Streamed;

/// Something the server answers. The router is made of these alone, so that a path without a rule cannot be added.
pub struct Route {
    pub(crate) path: &'static str,
    pub(crate) door: Door,
    pub(crate) methods: MethodRouter,
}

impl Route {
    /// What is at a path, and for whom.
    #[must_use]
    pub const fn new(path: &'static str, door: Door, methods: MethodRouter) -> Self {
        Self { path, door, methods }
    }
}

/// A router of routes whatever their doors, without the layers of the server.
pub fn router(routes: impl IntoIterator<Item = Route>) -> Router {
    routes.into_iter().fold(Router::new(), |router, route| router.route(route.path, route.methods))
}

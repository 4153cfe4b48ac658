//! The schema: nouns as GraphQL shows them, what they are made of, and what mutations answer. It knows no server.

pub mod access;
pub mod accounts;
pub mod agencies;
pub mod audit;
pub mod caller;
pub mod changes;
pub mod clock;
pub mod directives;
pub mod documents;
pub mod error;
pub mod indicators;
pub mod labels;
pub mod language;
pub mod loaders;
pub mod measurements;
mod mutation;
pub mod node;
mod object;
pub mod page;
pub mod payload;
pub mod permissions;
pub mod programmes;
pub mod recommendations;
pub mod reporting;
pub mod reporting_rules;
mod root;
pub mod scalars;
pub mod search;
pub mod second_factor;
pub mod service_accounts;
pub mod sessions;
pub mod targets;
pub mod tokens;
pub mod viewer;

pub use db::id;
pub use root::{Api, sdl};

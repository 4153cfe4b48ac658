//! How it is spoken: schema, HTTP, configuration, the command line.

pub mod agencies;
pub mod cli;
pub mod clock;
pub mod config;
pub mod database;
pub mod directives;
pub mod documents;
pub mod error;
pub mod explorer;
pub mod graphql;
pub mod guard;
pub mod id;
pub mod indicators;
pub mod labels;
pub mod language;
pub mod loaders;
pub mod measurements;
mod object;
pub mod page;
pub mod programmes;
pub mod recommendations;
pub mod reporting_rules;
pub mod schema;
pub mod search;
pub mod server;
pub mod targets;
pub mod telemetry;

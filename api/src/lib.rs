//! How it is spoken: schema, HTTP, configuration, the command line.

pub mod cli;
pub mod clock;
pub mod config;
pub mod database;
pub mod error;
pub mod explorer;
pub mod graphql;
pub mod guard;
pub mod language;
pub mod server;
pub mod telemetry;

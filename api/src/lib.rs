//! How it is spoken: schema, HTTP, configuration, the command line.

pub mod cli;
pub mod clock;
pub mod config;
pub mod explorer;
pub mod telemetry;

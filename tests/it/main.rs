//! All integration tests, one module a noun.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "tests fail by panicking"
)]

mod database;
mod demo;
mod embedded;
mod http;
mod migrations;
mod process;
mod server;

//! The test harness.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "tests fail by panicking"
)]

pub mod busy;
mod database;
pub mod demo;
pub mod door;
pub mod graphql;
pub mod http;
pub mod live;
pub mod load;
pub mod machine;
pub mod mutation;
pub mod national;
pub mod npm;
pub mod office;
pub mod process;
pub mod program;
pub mod python;
pub mod relay;
pub mod server;
pub mod sql;
pub mod survey;

pub use database::TestDb;

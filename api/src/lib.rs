//! How it is served: HTTP, live connections, what documents must pass, signing in, configuration, the command line.

pub mod app;
pub mod authentication;
pub mod cli;
pub mod config;
pub mod database;
pub mod door;
pub mod explorer;
pub mod files;
pub mod graphql;
pub mod guard;
pub mod home;
pub mod limits;
pub mod live;
pub mod mail;
pub mod oauth;
pub mod outbound;
pub mod pages;
pub mod push;
pub mod server;
pub mod telemetry;
pub mod webhooks;

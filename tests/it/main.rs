//! All integration tests, one module a noun.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "tests fail by panicking"
)]

mod access;
mod accounts;
mod agencies;
mod agencies_written;
mod answer_cache;
mod app;
mod apply;
mod areas;
mod as_of;
mod assessments;
mod attachments;
mod audit;
mod calendar;
mod canary;
mod cancellation;
mod changes;
mod computed;
mod cost;
mod database;
mod deaths;
mod demo;
mod demo_accounts;
mod differences;
mod directives;
mod directives_written;
mod documents;
mod documents_written;
mod duties;
mod embedded;
mod examples;
mod explorer;
mod exports;
mod extremes;
mod facts;
mod facts_written;
mod faults;
mod generators;
mod http;
mod imports;
mod indicator_leads;
mod keys;
mod kit;
mod limits;
mod live;
mod lives;
mod measurements;
mod measurements_written;
mod migrations;
mod nation;
mod notifications;
mod nullability;
mod obligations;
mod once;
mod open_data;
mod outages;
mod paging;
mod passwords;
mod passwords_mailed;
mod plans;
mod plans_written;
mod post;
mod process;
mod query_counts;
mod recommendations_answered;
mod recommendations_written;
mod reorganise;
mod reports;
mod schedules;
mod schema;
mod scorecards;
mod search;
mod second_factor;
mod server;
mod service_accounts;
mod sessions;
mod standings;
mod story;
mod target_revisions;
mod targets;
mod text;
mod tokens;
mod trusted_documents;
mod unknown;
mod unlocks;
mod user_cli;
mod validation;
mod visibility;
mod wall;
mod webhooks;

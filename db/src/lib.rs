//! What is stored and what is true.

pub mod access;
pub mod account;
mod acting;
pub mod agency;
mod among;
pub mod assessment;
pub mod audit;
pub mod calendar;
pub mod change;
pub mod clause;
pub mod comparator;
pub mod connection;
pub mod data_version;
mod date;
pub mod deadline;
pub mod decimal;
pub mod demo;
pub mod difference;
pub mod digital_system;
pub mod directive;
pub mod document;
pub mod document_office;
pub mod embedded;
pub mod enums;
pub mod error;
pub mod goal;
pub mod history;
pub mod id;
pub mod indicator;
mod input;
mod lateral;
pub mod loan;
pub mod measure;
pub mod measurement;
pub mod migrate;
pub mod named_body;
pub mod noun;
pub mod once;
pub mod page;
pub mod password;
mod past;
mod peers;
pub mod period_report;
pub mod plan;
mod planned;
pub mod pool;
pub mod principal;
pub mod programme;
pub mod reader;
pub mod recommendation;
pub mod reporting;
pub mod reporting_rule;
pub mod role_grant;
pub mod row;
#[allow(
    missing_docs,
    clippy::doc_markdown,
    clippy::wildcard_imports,
    reason = "printed by diesel; its words are SQL comments"
)]
pub mod schema;
pub mod scorecard;
pub mod search;
pub mod second_factor;
pub mod service_account;
pub mod session;
pub mod sign_in;
pub mod signing_key;
mod sql_functions;
pub mod standing;
mod statement;
pub mod target;
pub mod text;
mod text_enum;
mod throttle;
pub mod together;
pub mod trusted_document;
pub mod validity;
pub mod violation;
mod visible;
pub mod vitals;
pub mod wall;
pub mod writer;

pub use acting::Acting;
pub use date::Date;
pub use error::DbError;
pub use id::Id;
pub use loan::{Conn, Meter};
pub use once::Once;
pub use pool::Pool;
pub use reader::Reader;
pub use violation::{Violation, ViolationCode};
pub use writer::{Origin, Writer};

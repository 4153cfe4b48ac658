//! Lists as files: every list at the root of the schema as CSV, as a workbook, or as lines of JSON, figures as SDMX, over HTTP ([`http`]) and on the
//! command line.
//!
//! A file holds what the API would answer its reader at one instant: [`pages`] asks the schema page by page, from one snapshot.
//! [`lists`] says what can be exported and in which columns, [`asked`] reads what is wanted, [`sheet`] writes it.

pub mod asked;
pub mod cell;
mod comma;
pub mod headings;
mod http;
pub mod lists;
pub mod pages;
mod question;
pub mod sdmx;
pub mod sheet;
pub mod workbook;

pub use self::http::{PATH, Unreadable, route};

//! What is stored and what is true.

pub mod calendar;
pub mod comparator;
pub mod connection;
mod date;
pub mod deadline;
pub mod embedded;
pub mod error;
mod lateral;
pub mod migrate;
pub mod page;
pub mod pool;
pub mod reader;
#[allow(missing_docs, reason = "diesel prints it; the columns that need words carry those of their SQL comments")]
pub mod schema;
pub mod text;
mod text_enum;
pub mod vitals;

pub use date::Date;
pub use error::DbError;
pub use pool::{Conn, Pool};
pub use reader::Reader;

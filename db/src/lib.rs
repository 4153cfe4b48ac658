//! What is stored and what is true.

pub mod connection;
pub mod error;
pub mod pool;

pub use error::DbError;
pub use pool::{Conn, Pool};

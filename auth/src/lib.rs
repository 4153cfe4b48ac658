//! Who may do what. No SQL, no GraphQL, no HTTP: this crate decides, the others ask.

mod scope;

pub use scope::Scope;

//! Who may do what. No SQL, no GraphQL, no HTTP: this crate decides, the others ask.

mod permit;
mod policy;
mod role;
mod scope;

pub use permit::{Actor, Denied, Holding, Permit, Principal, Reached};
pub use policy::{Action, Acts, Reach, Rule, action};
pub use role::{Role, ServiceScope};
pub use scope::Scope;

//! Who may do what, and who is who. No SQL, no GraphQL, no HTTP: this crate decides, the others ask.

pub mod hash;
pub mod keys;
pub mod password;
mod permit;
mod policy;
#[cfg(test)]
mod properties;
pub mod random;
pub mod refresh;
mod role;
mod scope;
pub mod seal;
mod signing;
pub mod token;
pub mod totp;
pub mod vapid;
pub mod webhook;

pub use permit::{Actor, Denied, Holding, Object, OwnAccount, Permit, Principal, Reached};
pub use policy::{Action, Acts, Reach, Rule, action};
pub use role::{Role, ServiceScope};
pub use scope::Scope;

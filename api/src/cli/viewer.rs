//! With whose eyes a command reads.

use std::sync::Arc;

use auth::{Principal, Role};
use db::Origin;
use schema::viewer::Viewer;

/// Whoever a word names: `public`, or a role everywhere. The error says that there is no such role.
pub fn of_role(word: &str) -> Result<Viewer, String> {
    if word.eq_ignore_ascii_case("public") {
        return Ok(of(Principal::nobody()));
    }
    let role: Role = word.to_ascii_uppercase().replace('-', "_").parse().map_err(|_| {
        let roles = Role::ALL.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
        format!("there is no role {word}: say public or one of {roles}")
    })?;
    Ok(of(Principal::operator_as(role)))
}

/// Somebody whose rights are known.
pub fn of(principal: Principal) -> Viewer {
    Viewer { principal: Arc::new(principal), origin: Arc::new(Origin::default()) }
}

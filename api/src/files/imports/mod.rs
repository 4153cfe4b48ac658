//! Files with figures: the template that an agency fills in, the file that comes back, its copy with the errors.
//!
//! What a file is, is known to `sheets`; what its rows mean, to `db`. Here a file comes in over HTTP and is kept with its job, and
//! a job is worked on (`work`), by any server of the installation.

mod door;
mod form;
mod work;

use axum::routing::{get, post};
use schema::imports::PATH;

pub use self::work::{one, sweep};
use super::entrance::Entrance;
use crate::door::{Door, Route};

/// What all paths of files begin with: their bodies may be larger than others.
pub const PREFIX: &str = "/files/";

/// The path of the templates.
const TEMPLATES: &str = "/files/templates/{name}";

/// The path of an import, and of its copy.
const ONE: &str = "/files/imports/{name}";

/// All of them.
#[cfg(test)]
pub(super) const PATHS: [&str; 3] = [PATH, ONE, TEMPLATES];

/// What the paths of files share.
#[derive(Clone)]
struct Files {
    entrance: Entrance,
}

/// The paths of files.
pub fn routes(entrance: Entrance) -> [Route; 3] {
    let files = Files { entrance };
    [
        Route::new(PATH, Door::Token, post(door::send).with_state(files.clone())),
        Route::new(ONE, Door::Token, get(door::one).with_state(files.clone())),
        Route::new(TEMPLATES, Door::Token, get(door::template).with_state(files)),
    ]
}

//! Files with figures: the template that an agency fills in, the file that comes back, its copy with the errors.
//!
//! What a file is, is known to `sheets`; what its rows mean, to `db`. Here a file comes in over HTTP and is kept with its job, and
//! a job is worked on (`work`), by any server of the installation.

mod door;
mod form;
mod work;

use std::sync::Arc;

use axum::routing::{get, post};
use db::Pool;
use schema::{clock::Clock, imports::PATH};

pub use self::work::{one, sweep};
use crate::{
    authentication::Authenticate,
    door::{Door, Route},
    limits::RateLimits,
};

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
    pool: Pool,
    clock: Clock,
    limits: Arc<RateLimits>,
    authenticate: Authenticate,
}

/// The paths of files.
pub fn routes(pool: &Pool, clock: Clock, limits: &Arc<RateLimits>, authenticate: Authenticate) -> [Route; 3] {
    let files = Files { pool: pool.clone(), clock, limits: Arc::clone(limits), authenticate };
    [
        Route::new(PATH, Door::Token, post(door::send).with_state(files.clone())),
        Route::new(ONE, Door::Token, get(door::one).with_state(files.clone())),
        Route::new(TEMPLATES, Door::Token, get(door::template).with_state(files)),
    ]
}

//! Files that show what a figure, a report or a document says: they come in parts, by the open protocol tus 1.0, which libraries of
//! browsers and phones speak, and go out by links.
//!
//! What a file is, and what has it, is known to `db`; its bytes lie in a [`Store`].

mod download;
mod kinds;
mod store;
mod upload;

use std::sync::Arc;

use axum::routing::{get, post};
use db::{DbError, Pool, attachment};
use schema::{
    attachments::{Links, PATH},
    clock::Clock,
};

pub use self::store::{Store, StoreError};
use super::entrance::Entrance;
use crate::door::{Door, Route};

/// The path of a file.
const ONE: &str = "/files/attachments/{id}";

/// All of them.
#[cfg(test)]
pub(super) const PATHS: [&str; 2] = [PATH, ONE];

/// What the paths of attachments share.
#[derive(Clone)]
pub struct Attachments {
    /// Who comes in, and what they do it with.
    pub entrance: Entrance,
    /// Where the bytes are.
    pub store: Store,
    /// What knows links again.
    pub links: Arc<Links>,
    /// Bytes of a file at most.
    pub limit: usize,
}

/// The paths of attachments.
pub fn routes(attachments: Attachments) -> [Route; 2] {
    let all = post(upload::begin).options(upload::about);
    let one = get(download::give).head(upload::progress).patch(upload::take).delete(upload::give_up);
    let one = one.options(upload::about);
    [
        Route::new(PATH, Door::Token, all.with_state(attachments.clone())),
        Route::new(ONE, Door::Token, one.with_state(attachments)),
    ]
}

/// Lets files go that nothing has, the bytes first: should that be broken off, they are found again.
pub async fn sweep(pool: &Pool, clock: Clock, store: &Store) -> Result<(), SweepError> {
    loop {
        let found = attachment::abandoned(pool, clock.now()).await?;
        if found.is_empty() {
            return Ok(());
        }
        for id in found {
            store.keep_only(id, &[]).await?;
            attachment::forget(pool, id).await?;
        }
    }
}

/// Why files could not be let go.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

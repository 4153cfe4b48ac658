//! What every change is made with: somebody who does one thing, once.

use auth::{Acts, Denied, Permit, Principal, Scope};
use serde::{Serialize, de::DeserializeOwned};

use crate::{DbError, Once, writer::Writing};

/// Somebody who does one thing, once.
#[derive(Debug)]
pub struct Acting<A> {
    once: Once,
    /// That they may, and where.
    pub(crate) permit: Permit<A>,
    /// What they see: nobody changes anything else.
    pub(crate) scope: Scope,
    /// Whoever they are, for what else they do in the same change.
    principal: Principal,
}

impl<A: Acts> Acting<A> {
    /// Somebody who may do this somewhere.
    pub fn new(once: Once, principal: &Principal) -> Result<Self, Denied> {
        Ok(Self { once, permit: principal.permit()?, scope: principal.scope(), principal: principal.clone() })
    }

    /// The same somebody, for something else that they do in the same change.
    pub(crate) fn also<B: Acts>(&self) -> Result<Acting<B>, Denied> {
        Acting::new(self.once.clone(), &self.principal)
    }

    /// Does `work` in their name, unless it was done before: see [`Once::write`].
    pub(crate) async fn write<T: Serialize + DeserializeOwned>(
        &self,
        work: impl AsyncFnOnce(&mut Writing) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        self.once.write(self.permit.actor(), work).await
    }

    /// The same, but a rehearsal is taken back when all of it was done and no rule was broken: its answer says what would have changed,
    /// and its key can be used again.
    pub(crate) async fn write_or_rehearse<T: Serialize + DeserializeOwned>(
        &self,
        is_rehearsal: bool,
        work: impl AsyncFnOnce(&mut Writing) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        let work = async |writing: &mut Writing| {
            if is_rehearsal {
                writing.rehearse();
            }
            work(writing).await
        };
        self.write(work).await
    }
}

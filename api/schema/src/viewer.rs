//! Who asks: what every resolver knows of the one behind a request.

use std::sync::Arc;

use async_graphql::Context;
use auth::{Acts, Denied, OwnAccount, Permit, Principal};
use db::{Origin, Writer};
use futures_util::future::BoxFuture;

use crate::error::{ApiError, Code};

/// Whoever a request comes from. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Who it is, and what that allows.
    pub principal: Arc<Principal>,
    /// Where the request came from.
    pub origin: Arc<Origin>,
}

/// Whoever is at the other end of a long connection.
pub trait Peer: Send + Sync {
    /// Who it is, found out anew each time; an error once the token does not hold.
    fn viewer(&self) -> BoxFuture<'_, Result<Viewer, ApiError>>;
}

impl Viewer {
    /// Somebody who has not signed in.
    #[must_use]
    pub fn nobody(origin: Origin) -> Self {
        Self { principal: Arc::new(Principal::nobody()), origin: Arc::new(origin) }
    }
}

/// The viewer of a request.
pub(crate) fn viewer<'a>(context: &Context<'a>) -> &'a Viewer {
    context.data_unchecked()
}

/// The permit to do this; an error for the top level if the viewer may not do it anywhere.
pub(crate) fn permit<A: Acts>(context: &Context<'_>) -> Result<Permit<A>, ApiError> {
    viewer(context).principal.permit().map_err(ApiError::from)
}

/// The permit to keep one's own account; an error for the top level for whoever is no person.
pub(crate) fn own_account(context: &Context<'_>) -> Result<OwnAccount, ApiError> {
    viewer(context).principal.own_account().map_err(ApiError::from)
}

/// What a mutation writes with.
pub(crate) fn writer<'a>(context: &Context<'a>) -> &'a Writer {
    context.data_unchecked()
}

impl From<Denied> for ApiError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::SignIn => Self::new(Code::Unauthenticated, "Cần đăng nhập", "Sign in first"),
            Denied::Role => {
                Self::new(Code::Forbidden, "Vai trò của bạn không được làm việc này", "None of your roles may do this")
            }
            Denied::SecondFactor => Self::new(
                Code::Forbidden,
                "Vai trò này yêu cầu xác thực hai lớp: hãy đăng nhập kèm mã xác thực",
                "This role asks for a second factor: set it up, and sign in with its code",
            )
            .with("reason", "SECOND_FACTOR_REQUIRED"),
        }
    }
}

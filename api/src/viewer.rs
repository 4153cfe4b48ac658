//! Who asks: what every resolver knows of the one behind a request.

use std::sync::Arc;

use async_graphql::Context;
use auth::{Acts, Denied, Permit, Principal};
use axum::http::{HeaderMap, request::Parts};
use db::{Origin, Writer};
use futures_util::future::BoxFuture;

use crate::{
    error::{ApiError, Code},
    limits,
    server::RequestId,
};

/// The longest of what clients say of themselves, in bytes, that is kept.
const LONGEST: usize = 200;

/// Whoever a request comes from. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Who it is, and what that allows.
    pub principal: Arc<Principal>,
    /// Where the request came from.
    pub origin: Arc<Origin>,
}

/// Finds out who a request comes from; a token that does not hold is an error.
pub type Authenticate = Arc<dyn for<'a> Fn(&'a Parts) -> BoxFuture<'a, Result<Viewer, ApiError>> + Send + Sync>;

impl Viewer {
    /// Somebody who has not signed in.
    #[must_use]
    pub fn nobody(origin: Origin) -> Self {
        Self { principal: Arc::new(Principal::nobody()), origin: Arc::new(origin) }
    }
}

/// Where a request came from, by its connection and its headers.
#[must_use]
pub fn origin(parts: &Parts) -> Origin {
    Origin {
        address: limits::address(&parts.extensions).map(|address| address.to_string()),
        client_name: said(&parts.headers, "x-client-name"),
        client_version: said(&parts.headers, "x-client-version"),
        user_agent: said(&parts.headers, "user-agent"),
        request_id: Some(RequestId::of(&parts.headers).as_str().to_owned()),
    }
}

/// A header in visible ASCII that is not too long; what is not like that was not said.
fn said(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    (!value.is_empty() && value.len() <= LONGEST).then(|| value.to_owned())
}

/// The viewer of a request.
pub(crate) fn viewer<'a>(context: &Context<'a>) -> &'a Viewer {
    context.data_unchecked()
}

/// The permit to do this; an error for the top level if the viewer may not do it anywhere.
pub(crate) fn permit<A: Acts>(context: &Context<'_>) -> Result<Permit<A>, ApiError> {
    viewer(context).principal.permit().map_err(ApiError::from)
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

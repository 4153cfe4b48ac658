//! What signing in needs of whoever gives tokens.

use std::sync::Arc;

use async_graphql::Context;
use auth::token::{AccessToken, Bearer};
use chrono::{DateTime, Utc};
use db::session::Entrance;
use futures_util::future::BoxFuture;

use crate::error::ApiError;

/// Gives access tokens.
pub trait TokenIssuer: Send + Sync {
    /// What signing in needs.
    fn entrance(&self) -> &Entrance;

    /// The instant, by this node's clock.
    fn now(&self) -> DateTime<Utc>;

    /// A new access token.
    fn issue<'a>(&'a self, bearer: &'a Bearer) -> BoxFuture<'a, Result<AccessToken, ApiError>>;
}

/// What gives tokens, in a resolver; there is none where the schema runs without a server.
pub(crate) fn issuer<'a>(context: &Context<'a>) -> Result<&'a dyn TokenIssuer, ApiError> {
    context.data_opt::<Arc<dyn TokenIssuer>>().map(|issuer| &**issuer).ok_or_else(ApiError::internal)
}

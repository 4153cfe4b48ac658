//! From the token of a request to the one who sends it, and the reverse: what gives tokens and what reads them.

mod keyring;
mod origin;

use std::{fmt, sync::Arc, time::Duration};

use auth::{
    Principal, Role,
    password::Passwords,
    seal::Sealer,
    token::{AccessToken, Bearer, Terms, TokenError},
};
use axum::{
    Json,
    http::{HeaderMap, header, request::Parts},
    response::{IntoResponse as _, Response},
    routing::{MethodRouter, get},
};
use chrono::{DateTime, Utc};
use db::{
    Date, DbError, Origin, Pool, Writer,
    principal::{self, Moment},
    session::Entrance,
    signing_key,
};
use futures_util::{FutureExt as _, future::BoxFuture};
use moka::sync::Cache;
use schema::{
    clock::Clock,
    error::{ApiError, Code},
    tokens::TokenIssuer,
    viewer::{Peer, Viewer},
};
use secrecy::{ExposeSecret as _, SecretString};

use self::keyring::{Keyring, MISSED_AGE, USUAL_AGE};
pub use self::origin::origin;
use crate::{
    config::{
        Config,
        secret::{self, SecretError},
    },
    door::{Refusal, caller},
};

/// Finds out who a request comes from; a token that does not hold is an error.
pub type Authenticate = Arc<dyn for<'a> Fn(&'a Parts) -> BoxFuture<'a, Result<Viewer, ApiError>> + Send + Sync>;

/// The path of the key set.
pub const JWKS_PATH: &str = "/.well-known/jwks.json";

/// For how long a node may go on with what it knows of somebody. Together with the way of a request well below the five
/// seconds after which a change of rights must hold everywhere.
const PRINCIPAL_AGE: Duration = Duration::from_secs(2);

/// Those who are known at once: persons and machines that are at work.
const PRINCIPALS: u64 = 10_000;

/// Gives tokens and reads them, for one node.
pub struct Authority {
    pool: Pool,
    clock: Clock,
    entrance: Entrance,
    terms: Terms,
    second_factor: Vec<Role>,
    keyring: Keyring,
    principals: Cache<Bearer, Arc<Principal>>,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("terms", &self.terms).finish_non_exhaustive()
    }
}

impl Authority {
    /// The authority of these settings. Reads the secret, nothing else yet.
    pub fn new(config: &Config, pool: Pool, clock: Clock) -> Result<Arc<Self>, SecretError> {
        let access = &config.access;
        Ok(Arc::new(Self {
            keyring: Keyring::new(pool.clone()),
            pool,
            clock,
            entrance: Entrance {
                passwords: Passwords::new(access.password_cost.clone(), access.passwords_at_once),
                sealer: Arc::new(secret::sealer(config)?),
                queues: Arc::default(),
                lives: access.lives,
                demo: config.demo,
            },
            terms: Terms::new(&access.issuer, &access.audience, access.token_life),
            second_factor: if config.demo { Vec::new() } else { access.second_factor_roles.clone() },
            principals: Cache::builder().max_capacity(PRINCIPALS).time_to_live(PRINCIPAL_AGE).build(),
        }))
    }

    /// Makes the first key if there is none; an error that says what to do if the secret is not that of the keys.
    pub async fn prepare(&self) -> Result<(), DbError> {
        signing_key::ensure(&self.writer(Origin::default()), self.sealer()).await
    }

    /// What writes in the name of a request that comes from there, before it is known whose it is.
    #[must_use]
    pub fn writer(&self, origin: Origin) -> Writer {
        self.clock.writer(self.pool.clone(), origin)
    }

    /// What seals secrets and derives tokens.
    #[must_use]
    pub fn sealer(&self) -> &Sealer {
        &self.entrance.sealer
    }

    /// A new access token.
    pub async fn issue(&self, bearer: &Bearer) -> Result<AccessToken, ApiError> {
        let now = self.clock.now();
        let keys = self.keyring.keys(self.sealer(), USUAL_AGE).await?;
        let issued = match self.terms.issue(&keys, bearer, now) {
            // Perhaps another node has made one by now.
            Err(TokenError::NoKey) => {
                self.terms.issue(&*self.keyring.keys(self.sealer(), MISSED_AGE).await?, bearer, now)
            }
            issued => issued,
        };
        issued.map_err(|error| DbError::internal(error).into())
    }

    /// The hook that finds out whom a request comes from.
    #[must_use]
    pub fn authenticate(self: &Arc<Self>) -> Authenticate {
        let authority = Arc::clone(self);
        Arc::new(move |parts| {
            let authority = Arc::clone(&authority);
            Box::pin(async move { authority.viewer(parts).await })
        })
    }

    async fn viewer(&self, parts: &Parts) -> Result<Viewer, ApiError> {
        let origin = origin(parts);
        match token(&parts.headers) {
            Ok(None) => Ok(Viewer::nobody(origin)),
            Ok(Some(token)) => Ok(Viewer { principal: self.principal(token).await?, origin: Arc::new(origin) }),
            Err(error) => Err(refused(error)),
        }
    }

    /// Whoever a token names, as the database knew them a moment ago.
    pub async fn principal(&self, token: &str) -> Result<Arc<Principal>, ApiError> {
        let bearer = self.bearer(token).await?;
        if let Some(known) = self.principals.get(&bearer) {
            return Ok(known);
        }
        let principal = Arc::new(self.found(&bearer).await?.ok_or_else(session_ended)?);
        self.principals.insert(bearer, Arc::clone(&principal));
        Ok(principal)
    }

    async fn bearer(&self, token: &str) -> Result<Bearer, ApiError> {
        let now = self.clock.now();
        let keys = self.keyring.keys(self.sealer(), USUAL_AGE).await?;
        let verified = match self.terms.verify(&keys, token, now) {
            // A node that has rotated already may have signed it.
            Err(TokenError::UnknownKey) => {
                self.terms.verify(&*self.keyring.keys(self.sealer(), MISSED_AGE).await?, token, now)
            }
            verified => verified,
        };
        verified.map_err(refused)
    }

    /// Whoever a bearer is, as the database says at this moment; nobody if that is over.
    pub(crate) async fn found(&self, bearer: &Bearer) -> Result<Option<Principal>, DbError> {
        let (now, today) = (self.clock.now(), Date(self.clock.today()));
        match bearer {
            Bearer::User { account, session } => {
                let moment = Moment {
                    now,
                    today,
                    idle: self.entrance.lives.idle,
                    second_factor: &self.second_factor,
                    demo: self.entrance.demo,
                };
                principal::of_session(&self.pool, *account, *session, moment).await
            }
            Bearer::Service { account, secret, scopes, .. } => {
                principal::of_service(&self.pool, *account, *secret, scopes, today).await
            }
        }
    }

    /// The key set, for whoever verifies our tokens.
    pub fn jwks(self: &Arc<Self>) -> MethodRouter {
        let authority = Arc::clone(self);
        get(async move |headers: HeaderMap| authority.publish(&headers).await)
    }

    async fn publish(&self, headers: &HeaderMap) -> Response {
        match self.keyring.keys(self.sealer(), USUAL_AGE).await {
            Ok(keys) => {
                let policy = [(header::CACHE_CONTROL, "public, max-age=300")];
                (policy, Json(keys.jwks(self.clock.now()))).into_response()
            }
            Err(error) => {
                tracing::error!(%error, "cannot publish the signing keys");
                Refusal::Away.answer(&caller(headers))
            }
        }
    }
}

impl TokenIssuer for Authority {
    fn entrance(&self) -> &Entrance {
        &self.entrance
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    fn issue<'a>(&'a self, bearer: &'a Bearer) -> BoxFuture<'a, Result<AccessToken, ApiError>> {
        Self::issue(self, bearer).boxed()
    }
}

/// What a long connection proves with, again and again, who is at its other end.
#[derive(Clone)]
pub struct Pass {
    authority: Arc<Authority>,
    token: Option<SecretString>,
    origin: Arc<Origin>,
}

impl Pass {
    /// That of a request: the token in its header, if it has one.
    pub fn of_request(authority: &Arc<Authority>, parts: &Parts) -> Result<Self, ApiError> {
        let token = token(&parts.headers).map_err(refused)?.map(SecretString::from);
        Ok(Self { token, ..Self::of_nobody(authority, parts) })
    }

    /// That of a request whatever its token.
    pub fn of_nobody(authority: &Arc<Authority>, parts: &Parts) -> Self {
        Self { authority: Arc::clone(authority), token: None, origin: Arc::new(origin(parts)) }
    }

    /// The same with the token of an `Authorization` that came by another way than the header.
    pub fn with(&self, authorization: &str) -> Result<Self, ApiError> {
        let token = bearer(authorization).map_err(refused)?;
        Ok(Self { token: Some(SecretString::from(token)), ..self.clone() })
    }

    /// Whose it is, as the database knows them now; an error if it no longer holds.
    pub async fn viewer(&self) -> Result<Viewer, ApiError> {
        let principal = match &self.token {
            Some(token) => self.authority.principal(token.expose_secret()).await?,
            None => Arc::new(Principal::nobody()),
        };
        Ok(Viewer { principal, origin: Arc::clone(&self.origin) })
    }
}

impl Peer for Pass {
    fn viewer(&self) -> BoxFuture<'_, Result<Viewer, ApiError>> {
        Self::viewer(self).boxed()
    }
}

/// The token of a request. It comes in one header of one form; whatever else claims to say who somebody is does not.
fn token(headers: &HeaderMap) -> Result<Option<&str>, TokenError> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = given.next() else { return Ok(None) };
    let token = value.to_str().map_err(|_| TokenError::Invalid).and_then(bearer)?;
    if given.next().is_none() { Ok(Some(token)) } else { Err(TokenError::Invalid) }
}

fn bearer(value: &str) -> Result<&str, TokenError> {
    let (scheme, token) = value.split_once(' ').ok_or(TokenError::Invalid)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token) } else { Err(TokenError::Invalid) }
}

fn refused(error: TokenError) -> ApiError {
    match error {
        TokenError::Expired => unauthenticated(
            "TOKEN_EXPIRED",
            "Mã truy cập đã hết hạn, hãy làm mới phiên đăng nhập",
            "The access token has expired: refresh the session",
        ),
        TokenError::Invalid | TokenError::UnknownKey | TokenError::NoKey => {
            unauthenticated("TOKEN_INVALID", "Mã truy cập không hợp lệ", "The access token is not valid")
        }
    }
}

fn session_ended() -> ApiError {
    unauthenticated(
        "SESSION_ENDED",
        "Phiên đăng nhập đã kết thúc, hãy đăng nhập lại",
        "The session has ended: sign in again",
    )
}

fn unauthenticated(reason: &'static str, vi: &'static str, en: &'static str) -> ApiError {
    ApiError::new(Code::Unauthenticated, vi, en).with("reason", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Result<Option<String>, TokenError> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        token(&headers).map(|token| token.map(str::to_owned))
    }

    #[test]
    fn a_token_comes_in_one_header_of_one_form() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["Bearer a.b.c"]), Ok(Some("a.b.c".to_owned())));
        assert_eq!(read(&["bearer a.b.c"]), Ok(Some("a.b.c".to_owned())));
        for wrong in
            [&["a.b.c"][..], &["Basic YTpi"], &["Bearer"], &[""], &["Bearer a.b.c", "Bearer a.b.c"], &["DPoP a.b.c"]]
        {
            assert_eq!(read(wrong), Err(TokenError::Invalid), "{wrong:?}");
        }
    }
}

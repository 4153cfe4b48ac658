//! Access tokens: who somebody is, for ten minutes at most, signed (JWT after RFC 9068 and RFC 8725). What they may do is
//! not in it: that is the database's to say.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, Validation};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{ServiceScope, keys::KeySet, random, signing};

/// The longest that an access token may hold.
pub const MAX_LIFE: TimeDelta = TimeDelta::minutes(10);

/// By how much the clocks of two nodes may differ.
pub const LEEWAY: TimeDelta = TimeDelta::seconds(10);

/// Longer than any token of ours; a longer one is not looked at.
const MAX_BYTES: usize = 2048;

/// What the header says a token is. A refresh token is no JWT at all; any other JWT is of another type.
const TYPE: &str = "at+jwt";

/// Whose an access token is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Bearer {
    /// A person, in one of their sessions.
    User {
        /// The account.
        account: Uuid,
        /// The session.
        session: Uuid,
    },
    /// A machine.
    Service {
        /// The service account.
        account: Uuid,
        /// The secret by which it was given.
        secret: Uuid,
        /// The code of the service account.
        client_id: String,
        /// The most it may be used for; what the account has lost meanwhile is gone all the same.
        scopes: Vec<ServiceScope>,
    },
}

/// A token and until when it holds.
#[derive(Debug, Clone)]
pub struct AccessToken {
    /// What goes into the `Authorization` header.
    pub token: SecretString,
    /// The instant from which it does not hold any more.
    pub expires_at: DateTime<Utc>,
}

/// Why a token does not hold, or none can be made. Says nothing of the token itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It was good, and is too old.
    #[error("the access token has expired")]
    Expired,
    /// It is not one of ours.
    #[error("the access token is not valid")]
    Invalid,
    /// It names a key that is not in the set: perhaps the set is old.
    #[error("the access token is signed with an unknown key")]
    UnknownKey,
    /// No key signs yet.
    #[error("there is no key that signs")]
    NoKey,
}

/// What this installation's tokens say of themselves.
#[derive(Debug, Clone)]
pub struct Terms {
    issuer: String,
    audience: String,
    life: TimeDelta,
    validation: Validation,
}

/// The whole header. Any other entry makes a token invalid: we write none, and some (`jwk`, `jku`, `x5u`, `x5c`, `crit`)
/// would have us trust what the token brings along.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    typ: String,
    alg: String,
    kid: String,
}

/// All are required, except the two of machines: those are there together, or not at all.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: Uuid,
    sid: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

impl Terms {
    /// Tokens that `issuer` gives for `audience`, each for `life`; longer than [`MAX_LIFE`] is cut.
    #[must_use]
    pub fn new(issuer: &str, audience: &str, life: TimeDelta) -> Self {
        signing::install();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        // By the caller's clock instead of the machine's: see `Claims::hold`.
        validation.validate_exp = false;
        Self { issuer: issuer.to_owned(), audience: audience.to_owned(), life: life.min(MAX_LIFE), validation }
    }

    /// A new token.
    pub fn issue(&self, keys: &KeySet, bearer: &Bearer, now: DateTime<Utc>) -> Result<AccessToken, TokenError> {
        let key = keys.signer(now).ok_or(TokenError::NoKey)?;
        let expires_at = now + self.life;
        let (sub, sid, client_id, scope) = match bearer {
            Bearer::User { account, session } => (*account, *session, None, None),
            Bearer::Service { account, secret, client_id, scopes } => {
                (*account, *secret, Some(client_id.clone()), Some(write_scopes(scopes)))
            }
        };
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub,
            sid,
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: expires_at.timestamp(),
            jti: random::id(now),
            client_id,
            scope,
        };
        let mut header = jsonwebtoken::Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(key.kid.clone());
        let token = jsonwebtoken::encode(&header, &claims, &key.encoding).map_err(|_| TokenError::NoKey)?;
        Ok(AccessToken { token: SecretString::from(token), expires_at })
    }

    /// Whose a token is, if it holds.
    pub fn verify(&self, keys: &KeySet, token: &str, now: DateTime<Utc>) -> Result<Bearer, TokenError> {
        let header = Header::of(token).ok_or(TokenError::Invalid)?;
        let key = keys.verifier(&header.kid, now).ok_or(TokenError::UnknownKey)?;
        let data = jsonwebtoken::decode::<Claims>(token, &key.decoding, &self.validation);
        let claims = data.map_err(|_| TokenError::Invalid)?.claims;
        claims.hold(now)?;
        claims.bearer().ok_or(TokenError::Invalid)
    }
}

impl Header {
    fn of(token: &str) -> Option<Self> {
        let (header, _) = token.split_once('.').filter(|_| token.len() <= MAX_BYTES)?;
        let header: Self = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        (header.typ == TYPE && header.alg == "EdDSA").then_some(header)
    }
}

impl Claims {
    fn hold(&self, now: DateTime<Utc>) -> Result<(), TokenError> {
        let instant = |seconds| DateTime::from_timestamp(seconds, 0).ok_or(TokenError::Invalid);
        let (issued, from, until) = (instant(self.iat)?, instant(self.nbf)?, instant(self.exp)?);
        let early = issued > now + LEEWAY || from > now + LEEWAY;
        if early || until <= issued || until - issued > MAX_LIFE {
            return Err(TokenError::Invalid);
        }
        if until + LEEWAY <= now { Err(TokenError::Expired) } else { Ok(()) }
    }

    fn bearer(self) -> Option<Bearer> {
        match (self.client_id, self.scope) {
            (None, None) => Some(Bearer::User { account: self.sub, session: self.sid }),
            (Some(client_id), Some(scope)) => {
                Some(Bearer::Service { account: self.sub, secret: self.sid, client_id, scopes: read_scopes(&scope)? })
            }
            _ => None,
        }
    }
}

/// Scopes as OAuth writes them: words with a space in between.
#[must_use]
pub fn write_scopes(scopes: &[ServiceScope]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}

/// The reverse; `None` if a word is not a scope.
#[must_use]
pub fn read_scopes(words: &str) -> Option<Vec<ServiceScope>> {
    words.split(' ').filter(|word| !word.is_empty()).map(|word| word.parse().ok()).collect()
}

#[cfg(test)]
mod tests;

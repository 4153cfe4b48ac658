//! The keys that sign access tokens: which one signs, which ones still verify.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{DecodingKey, EncodingKey};
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use serde_json::{Value, json};

use crate::{
    hash,
    seal::{Sealer, Unopened},
    token::{LEEWAY, MAX_LIFE},
};

/// A key pair (Ed25519) of this installation.
#[derive(Clone)]
pub struct SigningKey {
    /// Its id: the thumbprint of its public half (RFC 7638).
    pub kid: String,
    /// Its public half.
    pub public: [u8; 32],
    /// When it begins to sign; it is published before.
    pub signs_from: DateTime<Utc>,
    /// When it was withdrawn, if it was.
    pub revoked_at: Option<DateTime<Utc>>,
    pub(crate) encoding: EncodingKey,
    pub(crate) decoding: DecodingKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kid, signs_from, revoked_at, .. } = self;
        f.debug_struct("SigningKey")
            .field("kid", kid)
            .field("signs_from", signs_from)
            .field("revoked_at", revoked_at)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A new key.
    ///
    /// # Panics
    ///
    /// If the operating system gives no random bytes.
    #[must_use]
    pub fn generate(signs_from: DateTime<Utc>) -> Self {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).ok();
        let made = made.and_then(|document| Self::read(document.as_ref(), signs_from, None));
        let Some(key) = made else { panic!("the operating system gives no random bytes") };
        key
    }

    /// Its private half, to be stored.
    #[must_use]
    pub fn sealed(&self, sealer: &Sealer) -> Vec<u8> {
        sealer.seal(&label(&self.kid), self.encoding.as_bytes())
    }

    /// A key that was stored.
    pub fn open(
        sealer: &Sealer,
        kid: &str,
        stored: &[u8],
        signs_from: DateTime<Utc>,
        revoked_at: Option<DateTime<Utc>>,
    ) -> Result<Self, Unopened> {
        let private = sealer.open(&label(kid), stored)?;
        Self::read(&private, signs_from, revoked_at).filter(|key| key.kid == kid).ok_or(Unopened)
    }

    fn read(pkcs8: &[u8], signs_from: DateTime<Utc>, revoked_at: Option<DateTime<Utc>>) -> Option<Self> {
        let public: [u8; 32] = Ed25519KeyPair::from_pkcs8(pkcs8).ok()?.public_key().as_ref().try_into().ok()?;
        Some(Self {
            kid: thumbprint(&public),
            public,
            signs_from,
            revoked_at,
            encoding: EncodingKey::from_ed_der(pkcs8),
            decoding: DecodingKey::from_ed_der(&public),
        })
    }

    fn jwk(&self) -> Value {
        let x = BASE64_URL_SAFE_NO_PAD.encode(self.public);
        json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid, "x": x })
    }
}

fn label(kid: &str) -> String {
    format!("signing_key:{kid}")
}

fn thumbprint(public: &[u8; 32]) -> String {
    let x = BASE64_URL_SAFE_NO_PAD.encode(public);
    BASE64_URL_SAFE_NO_PAD.encode(hash::of(&format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#)))
}

/// All keys of the installation, as one node knows them.
#[derive(Debug, Clone, Default)]
pub struct KeySet {
    /// In the order in which they begin to sign, without those that were withdrawn.
    keys: Vec<SigningKey>,
}

impl KeySet {
    /// Those keys, in any order.
    #[must_use]
    pub fn new(mut keys: Vec<SigningKey>) -> Self {
        keys.retain(|key| key.revoked_at.is_none());
        keys.sort_by(|one, two| (one.signs_from, &one.kid).cmp(&(two.signs_from, &two.kid)));
        Self { keys }
    }

    /// The key that signs at an instant: the newest that signs already. Where none does, one that signs in a moment: another
    /// node, whose clock is ahead, has just made it.
    #[must_use]
    pub fn signer(&self, now: DateTime<Utc>) -> Option<&SigningKey> {
        let signs_by = |instant| self.keys.iter().rev().find(move |key| key.signs_from <= instant);
        signs_by(now).or_else(|| signs_by(now + LEEWAY))
    }

    /// The key of an id, if tokens that it signed may still hold. A key that does not sign yet is given too: on another node,
    /// whose clock is ahead, it may sign already.
    #[must_use]
    pub fn verifier(&self, kid: &str, now: DateTime<Utc>) -> Option<&SigningKey> {
        self.verifying(now).find(|key| key.kid == kid)
    }

    /// Keys whose tokens may hold now or later: each until the last token from before its successor has expired.
    fn verifying(&self, now: DateTime<Utc>) -> impl Iterator<Item = &SigningKey> {
        let successors = self.keys.iter().skip(1).map(|key| Some(key.signs_from)).chain([None]);
        let may_hold = move |until: Option<DateTime<Utc>>| until.is_none_or(|until| now < until + MAX_LIFE + LEEWAY);
        self.keys.iter().zip(successors).filter(move |(_, until)| may_hold(*until)).map(|(key, _)| key)
    }

    /// What is published of them (RFC 7517).
    #[must_use]
    pub fn jwks(&self, now: DateTime<Utc>) -> Value {
        json!({ "keys": self.verifying(now).map(SigningKey::jwk).collect::<Vec<_>>() })
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-01-20T02:00:00Z".parse().unwrap()
    }

    fn kids(jwks: &Value) -> Vec<&str> {
        jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap()).collect()
    }

    #[test]
    fn the_newest_that_signs_already_signs_and_the_one_before_verifies_until_its_tokens_have_expired() {
        let (old, new) = (SigningKey::generate(now()), SigningKey::generate(now() + TimeDelta::hours(1)));
        let (old_kid, new_kid) = (old.kid.clone(), new.kid.clone());
        let keys = KeySet::new(vec![new, old]);
        let signer = |minutes| keys.signer(now() + TimeDelta::minutes(minutes)).map(|key| &key.kid);
        assert_eq!(
            (signer(-1), signer(0), signer(59), signer(60)),
            (None, Some(&old_kid), Some(&old_kid), Some(&new_kid))
        );

        let ahead = now() - LEEWAY;
        assert_eq!(keys.signer(ahead).map(|key| &key.kid), Some(&old_kid), "made on a node whose clock is ahead");

        let handed_over = now() + TimeDelta::hours(1);
        let last = handed_over + MAX_LIFE + LEEWAY;
        let published = |at| kids(&keys.jwks(at)).into_iter().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(published(now()), [old_kid.clone(), new_kid.clone()], "the next is known before it signs");
        assert!(keys.verifier(&old_kid, last - TimeDelta::seconds(1)).is_some());
        assert!(keys.verifier(&old_kid, last).is_none());
        assert_eq!(published(last), [new_kid]);
    }

    #[test]
    fn a_withdrawn_key_neither_signs_nor_verifies() {
        let mut key = SigningKey::generate(now());
        key.revoked_at = Some(now());
        let kid = key.kid.clone();
        let keys = KeySet::new(vec![key]);
        assert!(keys.signer(now()).is_none() && keys.verifier(&kid, now()).is_none());
        assert!(kids(&keys.jwks(now())).is_empty());
    }

    #[test]
    fn a_stored_key_is_opened_in_its_own_row_with_the_right_secret_only() {
        let sealer = Sealer::new(&[7; 32]);
        let (key, other) = (SigningKey::generate(now()), SigningKey::generate(now()));
        let stored = key.sealed(&sealer);
        let open = |sealer: &Sealer, kid: &str| SigningKey::open(sealer, kid, &stored, now(), None);
        assert_eq!(open(&sealer, &key.kid).unwrap().public, key.public);
        assert_eq!(open(&sealer, &other.kid).unwrap_err(), Unopened);
        assert_eq!(open(&Sealer::new(&[8; 32]), &key.kid).unwrap_err(), Unopened);
    }

    #[test]
    fn nothing_of_the_private_half_is_shown() {
        let key = SigningKey::generate(now());
        let jwk = key.jwk();
        let names: Vec<_> = jwk.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x"]);
        let shown = format!("{key:?}");
        assert!(shown.contains(&key.kid) && !shown.contains("encoding"), "{shown}");
    }

    #[test]
    fn thumbprints_are_those_of_the_standard() {
        // RFC 8037, appendix A.3.
        let x = BASE64_URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        assert_eq!(thumbprint(&x.try_into().unwrap()), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }
}

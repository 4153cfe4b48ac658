//! By what push services know who sends (VAPID, RFC 8292).

use std::fmt;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use p256::{
    PublicKey,
    ecdsa::{Signature, SigningKey, signature::Signer as _},
};

use crate::seal::Sealer;

/// How long what is signed for a push service holds, in seconds: it may be 24 hours at most.
const LIFE: i64 = 12 * 60 * 60;

/// The installation's key for push services. It is computed from the installation's secret, so that it lies nowhere and stays the same: browsers
/// subscribe to messages of that key alone.
pub struct Vapid(SigningKey);

impl fmt::Debug for Vapid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vapid(…)")
    }
}

impl Vapid {
    /// The key of the installation with this secret.
    ///
    /// # Panics
    ///
    /// Never: of 2³² values all but one are below the order of the curve, and a hundred are tried.
    #[must_use]
    pub fn of(sealer: &Sealer) -> Self {
        let tried = (0..100_u8)
            .find_map(|number| SigningKey::from_slice(&*sealer.derive("key for push services", &[number])).ok());
        let Some(key) = tried else { unreachable!("no key among a hundred") };
        Self(key)
    }

    /// The public key, as browsers take it (`applicationServerKey`): a point of P-256, in base64url.
    #[must_use]
    pub fn public_key(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0.verifying_key().to_encoded_point(false))
    }

    /// The header `Authorization` of a message to the push service of this origin (`https://push.example`), at a time in seconds since 1970.
    /// `subject` is how whoever runs the push service reaches whoever runs this server, if that is known.
    #[must_use]
    pub fn authorization(&self, origin: &str, subject: Option<&str>, now: i64) -> String {
        let mut claims = serde_json::json!({ "aud": origin, "exp": now + LIFE });
        if let (Some(subject), Some(claims)) = (subject, claims.as_object_mut()) {
            claims.insert("sub".to_owned(), subject.into());
        }
        let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", part(r#"{"typ":"JWT","alg":"ES256"}"#), part(&claims.to_string()));
        let signature: Signature = self.0.sign(signed.as_bytes());
        let signature = BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("vapid t={signed}.{signature}, k={}", self.public_key())
    }
}

/// Whether it is the public key of a browser: a point of P-256, not compressed.
#[must_use]
pub fn is_public_key(bytes: &[u8]) -> bool {
    bytes.len() == 65 && PublicKey::from_sec1_bytes(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::{VerifyingKey, signature::Verifier as _};

    use super::*;
    use crate::seal::SECRET_LEN;

    #[test]
    fn the_key_stays_the_same_and_what_it_signs_can_be_verified() {
        let vapid = Vapid::of(&Sealer::new(&[7; SECRET_LEN]));
        assert_eq!(vapid.public_key(), Vapid::of(&Sealer::new(&[7; SECRET_LEN])).public_key());
        assert_ne!(vapid.public_key(), Vapid::of(&Sealer::new(&[8; SECRET_LEN])).public_key());
        let header = vapid.authorization("https://push.example", Some("mailto:ai@qng.vn"), 1_000);
        let (token, key) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let decoded = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap();
        let key = VerifyingKey::from_sec1_bytes(&decoded(key)).unwrap();
        key.verify(signed.as_bytes(), &Signature::from_slice(&decoded(signature)).unwrap()).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&decoded(signed.split_once('.').unwrap().1)).unwrap();
        assert_eq!(
            claims,
            serde_json::json!({ "aud": "https://push.example", "exp": 44_200, "sub": "mailto:ai@qng.vn" })
        );
    }
}

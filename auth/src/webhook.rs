//! Secrets of webhooks, and what they sign, as Standard Webhooks says (<https://www.standardwebhooks.com>).

use std::fmt;

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use ring::hmac;
use secrecy::SecretString;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::seal::Sealer;

/// By what a receiver knows that a message comes from here. It is computed from the installation's secret, so that it lies nowhere.
pub struct Secret(Zeroizing<[u8; 32]>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// The secret of a webhook; it has had `number` of them.
    #[must_use]
    pub fn of(sealer: &Sealer, webhook: Uuid, number: i32) -> Self {
        Self(sealer.derive("secret of a webhook", &[&webhook.as_bytes()[..], &number.to_be_bytes()].concat()))
    }

    /// As receivers write it into their settings.
    #[must_use]
    pub fn text(&self) -> SecretString {
        SecretString::from(format!("whsec_{}", BASE64_STANDARD.encode(*self.0)))
    }

    /// The signature of a message that is sent at a time, in seconds since 1970.
    #[must_use]
    pub fn sign(&self, message_id: &str, timestamp: i64, body: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &*self.0);
        format!(
            "v1,{}",
            BASE64_STANDARD.encode(hmac::sign(&key, format!("{message_id}.{timestamp}.{body}").as_bytes()))
        )
    }
}

/// The id of a message of a webhook: the same for the same stretch of the feed, and another one after the webhook was sent back. It tells nobody
/// where in the feed that is.
#[must_use]
pub fn message_id(sealer: &Sealer, webhook: Uuid, replays: i32, (after, last): (i64, i64)) -> String {
    let what = [&webhook.as_bytes()[..], &replays.to_be_bytes(), &after.to_be_bytes(), &last.to_be_bytes()].concat();
    let derived = *sealer.derive("message of a webhook", &what);
    format!("msg_{}", BASE64_URL_SAFE_NO_PAD.encode(derived))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::seal::SECRET_LEN;

    const WEBHOOK: Uuid = Uuid::from_u128(7);

    #[test]
    fn each_webhook_has_secrets_of_its_own() {
        let sealer = Sealer::new(&[7; SECRET_LEN]);
        let first = Secret::of(&sealer, WEBHOOK, 1);
        assert_eq!(first.text().expose_secret(), Secret::of(&sealer, WEBHOOK, 1).text().expose_secret());
        for other in [
            Secret::of(&sealer, WEBHOOK, 2),
            Secret::of(&sealer, Uuid::from_u128(8), 1),
            Secret::of(&Sealer::new(&[8; SECRET_LEN]), WEBHOOK, 1),
        ] {
            assert_ne!(first.text().expose_secret(), other.text().expose_secret());
            assert_ne!(first.sign("msg_1", 1, "{}"), other.sign("msg_1", 1, "{}"));
        }
        assert_eq!(format!("{first:?}"), "Secret(…)");
    }

    #[test]
    fn a_message_is_the_same_at_each_attempt() {
        let sealer = Sealer::new(&[7; SECRET_LEN]);
        let id = message_id(&sealer, WEBHOOK, 0, (3, 9));
        assert_eq!(id, message_id(&sealer, WEBHOOK, 0, (3, 9)));
        for (replays, stretch) in [(1, (3, 9)), (0, (3, 10)), (0, (4, 9))] {
            assert_ne!(id, message_id(&sealer, WEBHOOK, replays, stretch));
        }
    }
}

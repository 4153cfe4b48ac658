//! The one place that makes random bytes.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::rand::{SecureRandom as _, SystemRandom};
use secrecy::SecretString;
use uuid::{Builder, Uuid};
use zeroize::Zeroizing;

/// Random bytes of the operating system.
///
/// # Panics
///
/// If the operating system gives none: better no answer than a token that can be guessed.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    assert!(SystemRandom::new().fill(&mut bytes).is_ok(), "the operating system gives no random bytes");
    bytes
}

/// An opaque token of 256 random bits, 43 characters that need no escaping in a header, a form or a URL.
#[must_use]
pub fn token() -> SecretString {
    let bytes = Zeroizing::new(bytes::<32>());
    SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(*bytes))
}

/// A new id that sorts by its time (UUID version 7).
#[must_use]
pub fn id(now: DateTime<Utc>) -> Uuid {
    let milliseconds = u64::try_from(now.timestamp_millis()).unwrap_or_default();
    Builder::from_unix_timestamp_millis(milliseconds, &bytes()).into_uuid()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn tokens_are_long_plain_and_never_the_same() {
        let (one, two) = (token(), token());
        assert_ne!(one.expose_secret(), two.expose_secret());
        assert_eq!(one.expose_secret().len(), 43);
        assert!(one.expose_secret().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }

    #[test]
    fn ids_sort_by_time() {
        let now: DateTime<Utc> = "2026-01-20T02:00:00Z".parse().unwrap();
        let later = now + chrono::TimeDelta::milliseconds(1);
        assert!(id(now) < id(later));
        assert_ne!(id(now), id(now));
        assert_eq!(id(now).get_version_num(), 7);
    }
}

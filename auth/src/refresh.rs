//! Refresh tokens: 256 random bits, each followed by one successor.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};

use crate::seal::Sealer;

/// The token that follows one. Always the same, so that an answer that was lost on its way can be given again although no
/// token is kept; without the installation's secret it cannot be foretold.
#[must_use]
pub fn successor(sealer: &Sealer, token: &SecretString) -> SecretString {
    let derived = sealer.derive("refresh token", token.expose_secret().as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(*derived).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random;

    #[test]
    fn a_token_has_one_successor_that_only_we_know() {
        let (sealer, token) = (Sealer::new(&[7; 32]), random::token());
        let next = successor(&sealer, &token);
        assert_eq!(next.expose_secret(), successor(&sealer, &token).expose_secret());
        assert_eq!(next.expose_secret().len(), token.expose_secret().len());
        assert_ne!(next.expose_secret(), successor(&Sealer::new(&[8; 32]), &token).expose_secret());
        assert_ne!(next.expose_secret(), successor(&sealer, &next).expose_secret());
    }
}

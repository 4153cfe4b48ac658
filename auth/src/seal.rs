//! What must be read back and must not lie open in the database: encrypted with the installation's secret.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::random;

/// Bytes of the installation's secret.
pub const SECRET_LEN: usize = 32;

/// Keeps the installation's secret, and does with it what has to be done: nobody else sees it.
pub struct Sealer(Zeroizing<[u8; SECRET_LEN]>);

/// Why something cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealed with another secret, for another purpose, or damaged")]
pub struct Unopened;

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl Sealer {
    /// A sealer with this secret of 256 random bits.
    #[must_use]
    pub fn new(secret: &[u8; SECRET_LEN]) -> Self {
        Self(Zeroizing::new(*secret))
    }

    /// Encrypts. `label` says what it is and whose (`totp:<account>`), so that it cannot be put in another's place; the
    /// same is needed to open it.
    #[must_use]
    pub fn seal(&self, label: &str, plain: &[u8]) -> Vec<u8> {
        // Random nonces of 96 bits: one key may seal 2³² times before a repetition is to be feared, and this is done
        // once for each second factor and signing key.
        let nonce = random::bytes::<NONCE_LEN>();
        let mut sealed = plain.to_vec();
        let unique = Nonce::assume_unique_for_key(nonce);
        // Fails for more than 256 GiB only; what is then empty cannot be opened.
        if self.cipher().is_none_or(|key| key.seal_in_place_append_tag(unique, Aad::from(label), &mut sealed).is_err())
        {
            return Vec::new();
        }
        [&nonce[..], &sealed].concat()
    }

    /// What was sealed under the same label.
    pub fn open(&self, label: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(Unopened)?;
        let mut bytes = Zeroizing::new(rest.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let key = self.cipher().ok_or(Unopened)?;
        let length = key.open_in_place(nonce, Aad::from(label), &mut bytes).map_err(|_| Unopened)?.len();
        bytes.truncate(length);
        Ok(bytes)
    }

    /// A value that only this installation can compute of a message, another one for each purpose: such as the token
    /// that follows another.
    #[must_use]
    pub fn derive(&self, purpose: &str, message: &[u8]) -> Zeroizing<[u8; 32]> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &*self.key(purpose));
        Zeroizing::new(tag(&key, message))
    }

    /// What signs messages for one purpose, for this installation alone.
    #[must_use]
    pub fn signer(&self, purpose: &str) -> Signer {
        Signer(hmac::Key::new(hmac::HMAC_SHA256, &*self.key(purpose)))
    }

    /// What seals numbers for one purpose.
    #[must_use]
    pub fn numbers(&self, purpose: &str) -> NumberSealer {
        let key = |part| hmac::Key::new(hmac::HMAC_SHA256, &*self.derive(purpose, part));
        NumberSealer { mark: key(b"mark"), mask: key(b"mask") }
    }

    /// A key for one purpose.
    fn key(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        // The secret is uniformly random, so one HMAC is a derivation as good as HKDF's second half.
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &*self.0);
        Zeroizing::new(tag(&secret, purpose.as_bytes()))
    }

    fn cipher(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&CHACHA20_POLY1305, &*self.key("seal")).ok().map(LessSafeKey::new)
    }
}

/// Signs what strangers hand back, and knows it again (HMAC-SHA256).
pub struct Signer(hmac::Key);

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(…)")
    }
}

impl Signer {
    /// The signature of a message, in letters that an address may have.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, message))
    }

    /// Whether that is the signature of a message. How long it takes does not tell how much of it is right.
    #[must_use]
    pub fn signed(&self, message: &[u8], signature: &str) -> bool {
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature);
        signature.is_ok_and(|signature| hmac::verify(&self.0, message, &signature).is_ok())
    }
}

/// Bytes of a sealed number.
pub const SEALED_NUMBER_LEN: usize = MARK_LEN + size_of::<i64>();

const MARK_LEN: usize = 16;

/// Encrypts numbers that strangers hand back, such as places in an order that they must not read. The same number is sealed
/// in the same way each time, and two sealed ones do not tell how far apart they are, nor which is the greater.
///
/// It is SIV (RFC 5297) with HMAC in both places: the number's mark is at once its proof and what its mask is made of.
#[derive(Clone)]
pub struct NumberSealer {
    mark: hmac::Key,
    mask: hmac::Key,
}

impl fmt::Debug for NumberSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NumberSealer(…)")
    }
}

impl NumberSealer {
    /// Encrypts.
    #[must_use]
    pub fn seal(&self, number: i64) -> [u8; SEALED_NUMBER_LEN] {
        let mark = self.mark(number);
        let masked = number ^ self.mask(&mark);
        let mut sealed = [0; SEALED_NUMBER_LEN];
        sealed[..MARK_LEN].copy_from_slice(&mark);
        sealed[MARK_LEN..].copy_from_slice(&masked.to_be_bytes());
        sealed
    }

    /// The number that was sealed.
    pub fn open(&self, sealed: &[u8]) -> Result<i64, Unopened> {
        let (mark, masked) = sealed.split_first_chunk::<MARK_LEN>().ok_or(Unopened)?;
        let masked = i64::from_be_bytes(masked.try_into().map_err(|_| Unopened)?);
        let number = masked ^ self.mask(mark);
        if bool::from(self.mark(number).ct_eq(mark)) { Ok(number) } else { Err(Unopened) }
    }

    fn mark(&self, number: i64) -> [u8; MARK_LEN] {
        head(&tag(&self.mark, &number.to_be_bytes()))
    }

    fn mask(&self, mark: &[u8; MARK_LEN]) -> i64 {
        i64::from_be_bytes(head(&tag(&self.mask, mark)))
    }
}

/// The first bytes of a tag.
fn head<const N: usize>(tag: &[u8; 32]) -> [u8; N] {
    let mut head = [0; N];
    head.iter_mut().zip(tag).for_each(|(byte, of_tag)| *byte = *of_tag);
    head
}

fn tag(key: &hmac::Key, message: &[u8]) -> [u8; 32] {
    let mut tag = [0; 32];
    tag.copy_from_slice(hmac::sign(key, message).as_ref());
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_opened_under_its_label_with_its_secret_only() {
        let sealer = Sealer::new(&[7; 32]);
        let stored = sealer.seal("totp:1", "mật".as_bytes());
        assert_eq!(sealer.open("totp:1", &stored).unwrap().as_slice(), "mật".as_bytes());
        assert_eq!(sealer.open("totp:2", &stored), Err(Unopened));
        assert_eq!(Sealer::new(&[8; 32]).open("totp:1", &stored), Err(Unopened));
        assert!(!stored.windows(4).any(|window| window == &"mật".as_bytes()[..4]));
    }

    #[test]
    fn no_byte_can_be_changed_or_left_out() {
        let sealer = Sealer::new(&[7; 32]);
        let whole = sealer.seal("x", b"0123456789");
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert_eq!(sealer.open("x", &changed), Err(Unopened), "{at}");
            assert_eq!(sealer.open("x", &whole[..at]), Err(Unopened), "{at}");
        }
    }

    #[test]
    fn the_same_is_sealed_differently_each_time() {
        let sealer = Sealer::new(&[7; 32]);
        assert_ne!(sealer.seal("x", b"a"), sealer.seal("x", b"a"));
    }

    #[test]
    fn what_is_derived_depends_on_secret_purpose_and_message_alone() {
        let sealer = Sealer::new(&[7; 32]);
        let derived = sealer.derive("successor", b"token");
        assert_eq!(derived, Sealer::new(&[7; 32]).derive("successor", b"token"));
        assert_ne!(derived, Sealer::new(&[8; 32]).derive("successor", b"token"));
        assert_ne!(derived, sealer.derive("other", b"token"));
        assert_ne!(derived, sealer.derive("successor", b"token2"));
    }

    #[test]
    fn a_number_is_sealed_in_one_way_and_opened_by_its_own_sealer_alone() {
        let sealer = Sealer::new(&[7; 32]);
        let numbers = sealer.numbers("places");
        for number in [0, 1, -1, 70_000, i64::MAX, i64::MIN] {
            let written = numbers.seal(number);
            assert_eq!(written, Sealer::new(&[7; 32]).numbers("places").seal(number));
            assert_eq!(numbers.open(&written), Ok(number));
            assert_eq!(sealer.numbers("others").open(&written), Err(Unopened));
            assert_eq!(Sealer::new(&[8; 32]).numbers("places").open(&written), Err(Unopened));
            for at in 0..written.len() {
                let mut changed = written;
                changed[at] ^= 1;
                assert_eq!(numbers.open(&changed), Err(Unopened), "{at}");
                assert_eq!(numbers.open(&written[..at]), Err(Unopened), "{at}");
            }
        }
    }

    #[test]
    fn sealed_numbers_do_not_tell_how_far_apart_they_are() {
        let numbers = Sealer::new(&[7; 32]).numbers("places");
        let sealed: Vec<_> = (70_000..70_100).map(|number| numbers.seal(number)).collect();
        // Of neighbours half of the bits differ, like those of random bytes; and they are in no order.
        for pair in sealed.windows(2) {
            let differing: u32 = pair[0].iter().zip(pair[1]).map(|(a, b)| (a ^ b).count_ones()).sum();
            assert!((50..=142).contains(&differing), "{differing}");
        }
        let rises = sealed.windows(2).filter(|pair| pair[0] < pair[1]).count();
        assert!((25..=75).contains(&rises), "{rises}");
    }

    #[test]
    fn the_secret_is_not_printed() {
        assert_eq!(format!("{:?}", Sealer::new(&[65; 32]).numbers("places")), "NumberSealer(…)");
        assert_eq!(format!("{:?}", Sealer::new(&[65; 32])), "Sealer(…)");
    }
}

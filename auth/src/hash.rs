//! How opaque tokens are stored: they are 256 random bits, so that a plain hash of one tells nothing.

use ring::digest;
use subtle::ConstantTimeEq as _;

/// SHA-256 of a token: what is stored in its place.
#[must_use]
pub fn of(token: &str) -> [u8; 32] {
    of_bytes(token.as_bytes())
}

/// SHA-256 of a file: whether it has come before.
#[must_use]
pub fn of_bytes(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}

/// Whether two secrets or hashes are the same, in a time that does not tell where they differ.
#[must_use]
pub fn equal(one: &[u8], two: &[u8]) -> bool {
    one.ct_eq(two).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_sha_256() {
        let of_nothing = 0xe3b0_c442_98fc_1c14_9afb_f4c8_996f_b924_u128;
        assert_eq!(of("")[..16], of_nothing.to_be_bytes());
        assert!(equal(&of("a"), &of("a")) && !equal(&of("a"), &of("b")) && !equal(b"a", b"ab"));
    }
}

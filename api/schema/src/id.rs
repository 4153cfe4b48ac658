//! Global object identification: opaque ids that know their type.

use async_graphql::ID;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

/// The id of an object of the type with that tag.
#[must_use]
pub fn encode(tag: u8, id: Uuid) -> ID {
    let mut bytes = [0; 17];
    bytes[0] = tag;
    bytes[1..].copy_from_slice(id.as_bytes());
    ID(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// The tag and the id in a global id; null for anything that is not a global id.
#[must_use]
pub fn decode(id: &str) -> Option<(u8, Uuid)> {
    let bytes: [u8; 17] = BASE64_URL_SAFE_NO_PAD.decode(id).ok()?.try_into().ok()?;
    let (tag, id) = bytes.split_first()?;
    Some((*tag, Uuid::from_slice(id).ok()?))
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use uuid::Uuid;

    #[test]
    fn an_id_comes_back_and_nothing_else_does() {
        let id = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001);
        assert_eq!(decode(&encode(b'a', id)), Some((b'a', id)));
        for other in ["", "a", "Quảng Ngãi", "AAAA", &"A".repeat(10_000), "YQGTAAAAAHAAgAAAAAAAAAE="] {
            assert_eq!(decode(other), None, "{other}");
        }
    }
}

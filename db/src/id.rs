//! Global object identification: opaque ids that know their type.

use std::{
    borrow::Cow,
    fmt::{self, Debug, Display},
    marker::PhantomData,
    sync::Arc,
};

use async_graphql::{ID, InputType, InputValueResult, Value, registry::Registry};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use object_layer::{Failed, Group, Output, Typed, Walk};
use uuid::Uuid;

use crate::DbError;

/// A type whose ids can be told from those of others.
pub trait Tagged {
    /// What they begin with.
    const TAG: u8;
}

/// The global id of an object of a type (`ID` in the schema). One that a client sent may be none, or that of an object of another
/// type: then it holds nothing, so that it finds no row, and [`Id::uuid`] says that it is not there, as of any other.
pub struct Id<T> {
    uuid: Option<Uuid>,
    of: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// The id of that row.
    #[must_use]
    pub const fn of(uuid: Uuid) -> Self {
        Self { uuid: Some(uuid), of: PhantomData }
    }

    /// The id of the row.
    ///
    /// `DbError::NotFound` for what is no id of an object of this type.
    pub fn uuid(&self) -> Result<Uuid, DbError> {
        self.uuid.ok_or(DbError::NotFound)
    }
}

// Derived implementations would ask the same of `T`, of which nothing is stored.
impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Id").field(&self.uuid).finish()
    }
}

/// As clients know it; empty for what is none.
impl<T: Tagged> Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.map_or(Ok(()), |uuid| f.write_str(&encode(T::TAG, uuid)))
    }
}

impl<T: Tagged + Send + Sync> InputType for Id<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <ID as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let id = <ID as InputType>::parse(value).map_err(async_graphql::InputValueError::propagate)?;
        let found = decode(&id).filter(|(tag, _)| *tag == T::TAG);
        Ok(Self { uuid: found.map(|(_, uuid)| uuid), of: PhantomData })
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<T: Tagged> Typed for Id<T> {
    fn type_name() -> Cow<'static, str> {
        <ID as Typed>::type_name()
    }

    fn register(registry: &mut Registry) -> String {
        <ID as Typed>::register(registry)
    }
}

impl<T: Tagged> Output for Id<T> {
    fn write<'a>(&self, walk: &mut Walk<'a>, _: &Arc<Group<'a>>) -> Result<(), Failed> {
        walk.quoted(self);
        Ok(())
    }
}

/// The id of an object of the type with that tag.
#[must_use]
pub fn encode(tag: u8, id: Uuid) -> ID {
    let mut bytes = [0; 17];
    bytes[0] = tag;
    bytes[1..].copy_from_slice(id.as_bytes());
    ID(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// The tag and the id in a global id; null for anything that is none.
#[must_use]
pub fn decode(id: &str) -> Option<(u8, Uuid)> {
    let bytes: [u8; 17] = BASE64_URL_SAFE_NO_PAD.decode(id).ok()?.try_into().ok()?;
    let (tag, id) = bytes.split_first()?;
    Some((*tag, Uuid::from_slice(id).ok()?))
}

/// The id of an object that is told by a row and a word beside it, of the type with that tag.
#[must_use]
pub fn encode_with(tag: u8, id: Uuid, word: &str) -> ID {
    let bytes = [&[tag], id.as_bytes().as_slice(), word.as_bytes()].concat();
    ID(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// The row and the word in a global id of the type with that tag; null for anything that is none.
#[must_use]
pub fn decode_with(tag: u8, id: &str) -> Option<(Uuid, String)> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(id).ok()?;
    let rest = bytes.strip_prefix(&[tag])?;
    let (id, word) = rest.split_at_checked(16)?;
    Some((Uuid::from_slice(id).ok()?, str::from_utf8(word).ok()?.to_owned()))
}

/// The last of the random digits of an id, for a code that nobody guesses.
pub(crate) fn tail(id: Uuid) -> String {
    let id = id.simple().to_string();
    id.chars().skip(26).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: Uuid = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001);
    const OTHERS: [&str; 6] =
        ["", "a", "Quảng Ngãi", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "YQGTAAAAAHAAgAAAAAAAAAE="];

    struct Commune;

    impl Tagged for Commune {
        const TAG: u8 = b'a';
    }

    fn parsed(value: impl Into<String>) -> Id<Commune> {
        Id::parse(Some(Value::String(value.into()))).unwrap()
    }

    #[test]
    fn an_id_comes_back_and_nothing_else_does() {
        assert_eq!(decode(&encode(b'a', UUID)), Some((b'a', UUID)));
        for other in OTHERS {
            assert_eq!(decode(other), None, "{other}");
        }
    }

    #[test]
    fn an_id_with_a_word_comes_back_under_its_own_tag() {
        let id = encode_with(b'b', UUID, "2025-Q3");
        assert_eq!(decode_with(b'b', &id), Some((UUID, "2025-Q3".to_owned())));
        assert_eq!((decode_with(b'a', &id), decode(&id)), (None, None));
        for other in OTHERS {
            assert_eq!(decode_with(b'b', other), None, "{other}");
        }
    }

    #[test]
    fn what_is_no_id_of_the_type_is_not_there() {
        let id = Id::<Commune>::of(UUID);
        assert_eq!(id.to_string(), *encode(b'a', UUID));
        assert_eq!(parsed(id.to_string()).uuid().unwrap(), UUID);
        for other in OTHERS.map(str::to_owned).into_iter().chain([encode(b'b', UUID).to_string()]) {
            assert!(matches!(parsed(other).uuid(), Err(DbError::NotFound)));
        }
        assert!(Id::<Commune>::parse(Some(Value::Boolean(true))).is_err());
    }
}

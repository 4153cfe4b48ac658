//! One change, and its place in the feed.

use async_graphql::{Context, ID};
use auth::Action;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use db::{
    access::Auth,
    change::{ChangeEventKind, ChangeType, Event},
    id,
};
use object_layer::Object;

use crate::{error::ApiError, node::Node, page::Answer};

/// What cursors of the feed begin with, so that one of a list is not taken for one.
const MARK: u8 = b'~';

pub(super) fn write_cursor(place: i64) -> String {
    let mut bytes = [MARK; 9];
    bytes[1..].copy_from_slice(&place.to_be_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn read_cursor(text: &str) -> Result<i64, ApiError> {
    let bytes: Option<[u8; 9]> = BASE64_URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    let place = bytes.as_ref().and_then(|bytes| bytes.split_first()).filter(|(mark, _)| **mark == MARK);
    let place = place.and_then(|(_, place)| Some(i64::from_be_bytes(place.try_into().ok()?)));
    place.filter(|place| *place >= 0).ok_or_else(ApiError::cursor)
}

/// A change: what a client that keeps copies has to do with its copy of an object. An object that changed several times in a
/// stretch of the feed comes once, at the place of the last, always as it is now.
#[derive(Debug, Clone)]
pub struct ChangeEvent(pub(super) Event);

/// A change: what a client that keeps copies has to do with its copy of an object. An object that changed several times in a
/// stretch of the feed comes once, at the place of the last, always as it is now.
#[Object(directive = Auth::apply(Action::SeePublished))]
impl ChangeEvent {
    /// Its place in the feed: keep it once the event is dealt with, and go on from it with `after`
    fn cursor(&self) -> String {
        write_cursor(self.0.number)
    }

    /// What to do with a copy of the object
    fn kind(&self) -> ChangeEventKind {
        self.0.kind
    }

    /// The type of the object
    #[graphql(name = "type")]
    fn object_type(&self) -> ChangeType {
        self.0.noun
    }

    /// The object's global id; null for RELOAD
    fn id(&self) -> Option<ID> {
        self.0.object.map(|object| id::encode(self.0.noun.tag(), object))
    }

    /// When it was recorded, in UTC
    fn recorded_at(&self) -> DateTime<Utc> {
        self.0.recorded_at
    }

    /// The object as it is now, with whatever of it is selected, so that a screen is brought up to date without another request; null unless the kind is UPSERT, and if it has gone from the viewer's sight since, of which an
    /// event follows
    async fn object(&self, context: &Context<'_>) -> Answer<Node> {
        let object = self.0.object.filter(|_| self.0.kind == ChangeEventKind::Upsert)?;
        Node::find(context, &id::encode(self.0.noun.tag(), object)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_nothing_else_is_one() {
        for place in [0, 1, 70_000, i64::MAX] {
            assert_eq!(read_cursor(&write_cursor(place)).unwrap(), place);
        }
        for other in ["", "0", "fgAAAAAAAAAA!", "eyJ0IjoiYSJ9", "fv__________", &write_cursor(-1)] {
            assert!(read_cursor(other).is_err(), "{other}");
        }
    }
}

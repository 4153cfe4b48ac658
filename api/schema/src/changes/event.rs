//! One change, and its place in the feed.

use async_graphql::{Context, ID};
use auth::Action;
use chrono::{DateTime, Utc};
use db::{
    access::Auth,
    change::{ChangeEventKind, ChangeType, Event},
    id,
};
use object_layer::{Object, name_of};

use super::Cursors;
use crate::{node::Node, page::Answer};

/// A change: what a client that keeps copies has to do with its copy of an object. An object that changed several times in a
/// stretch of the feed comes once, at the place of the last, always as it is now.
#[derive(Debug, Clone)]
pub struct ChangeEvent {
    event: Event,
    cursor: String,
}

impl ChangeEvent {
    pub(super) fn new(event: Event, cursors: &Cursors) -> Self {
        Self { cursor: cursors.write(event.number), event }
    }

    /// What its fields answer, but for the object.
    pub(super) fn as_json(&self) -> serde_json::Value {
        serde_json::json!({
            "cursor": self.cursor,
            "kind": name_of(&self.event.kind),
            "type": name_of(&self.event.noun),
            "id": self.id(),
            "recordedAt": self.event.recorded_at.to_rfc3339(),
        })
    }
}

/// A change: what a client that keeps copies has to do with its copy of an object. An object that changed several times in a
/// stretch of the feed comes once, at the place of the last, always as it is now.
#[Object(directive = Auth::apply(Action::SeePublished))]
impl ChangeEvent {
    /// Its place in the feed: keep it once the event is dealt with, and go on from it with `after`
    fn cursor(&self) -> String {
        self.cursor.clone()
    }

    /// What to do with a copy of the object
    fn kind(&self) -> ChangeEventKind {
        self.event.kind
    }

    /// The type of the object
    #[graphql(name = "type")]
    fn object_type(&self) -> ChangeType {
        self.event.noun
    }

    /// The object's global id; null for RELOAD
    fn id(&self) -> Option<ID> {
        self.event.object.map(|object| id::encode(self.event.noun.tag(), object))
    }

    /// When it was recorded, in UTC
    fn recorded_at(&self) -> DateTime<Utc> {
        self.event.recorded_at
    }

    /// The object as it is now, with whatever of it is selected, so that a screen is brought up to date without another request; null unless the kind is UPSERT, and if it has gone from the viewer's sight since, of which an
    /// event follows
    async fn object(&self, context: &Context<'_>) -> Answer<Node> {
        let object = self.event.object.filter(|_| self.event.kind == ChangeEventKind::Upsert)?;
        Node::find(context, &id::encode(self.event.noun.tag(), object)).await
    }
}

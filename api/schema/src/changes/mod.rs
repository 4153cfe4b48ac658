//! The change feed (luồng thay đổi): what a client that keeps a copy reads instead of everything again.

mod executed;
mod feed;

use async_graphql::{Context, ID, Subscription};
use auth::Action;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use db::{
    access::Auth,
    change::{self, ChangeEventKind, ChangeType, Event},
    page::Page,
};
use futures_util::Stream;
use object_layer::{Object, SimpleObject};

pub use self::feed::Feed;
use self::{executed::Executed, feed::Subscribed};
use crate::{
    accounts::{Account, RoleGrant},
    agencies::Agency,
    directives::{Directive, ProgressUpdate},
    documents::Document,
    error::ApiError,
    id,
    indicators::Indicator,
    measurements::Measurement,
    node::Node,
    object::Tagged as _,
    page::{Answer, reader},
    programmes::Programme,
    recommendations::Recommendation,
    reporting::{
        assignments::ReportingAssignment, calendar::ReportingExtension, nil_answers::NilAnswer, unlocks::UnlockRequest,
    },
    reporting_rules::ReportingRule,
    service_accounts::ServiceAccount,
    targets::Target,
};

/// What cursors of the feed begin with, so that one of a list is not taken for one.
const MARK: u8 = b'~';

/// The most events of one page.
const MAX_EVENTS: u32 = 100;

/// The tag of the ids of a type's objects.
const fn tag(ty: ChangeType) -> u8 {
    macro_rules! tags {
        ($($type:ident)+) => { match ty { $(ChangeType::$type => $type::TAG,)+ } };
    }
    tags!(
        Account Agency Directive Document Indicator Measurement NilAnswer Programme ProgressUpdate Recommendation
        ReportingAssignment ReportingExtension ReportingRule RoleGrant ServiceAccount Target UnlockRequest
    )
}

pub(crate) fn write_cursor(place: i64) -> String {
    let mut bytes = [MARK; 9];
    bytes[1..].copy_from_slice(&place.to_be_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn read_cursor(text: &str) -> Result<i64, ApiError> {
    let bytes: Option<[u8; 9]> = BASE64_URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    let place = bytes.as_ref().and_then(|bytes| bytes.split_first()).filter(|(mark, _)| **mark == MARK);
    let place = place.and_then(|(_, place)| Some(i64::from_be_bytes(place.try_into().ok()?)));
    place.filter(|place| *place >= 0).ok_or_else(ApiError::cursor)
}

fn followed(types: Option<Vec<ChangeType>>) -> Result<Vec<ChangeType>, ApiError> {
    let mut types = types.unwrap_or_else(|| ChangeType::ALL.to_vec());
    types.sort_unstable();
    types.dedup();
    if types.is_empty() { Err(ApiError::bad_request("INPUT", "types must not be empty")) } else { Ok(types) }
}

/// A change: what a client that keeps copies has to do with its copy of an object. An object that changed several times
/// may come several times, always as it is now.
#[derive(Debug, Clone)]
pub struct ChangeEvent(pub(crate) Event);

/// A change: what a client that keeps copies has to do with its copy of an object. An object that changed several times
/// may come several times, always as it is now.
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
        self.0.object.map(|object| id::encode(tag(self.0.noun), object))
    }

    /// When it was recorded, in UTC
    fn recorded_at(&self) -> DateTime<Utc> {
        self.0.recorded_at
    }

    /// The object as it is now; null unless the kind is UPSERT, and if it has gone from the viewer's sight since, of which an
    /// event follows
    async fn object(&self, context: &Context<'_>) -> Answer<Node> {
        let object = self.0.object.filter(|_| self.0.kind == ChangeEventKind::Upsert)?;
        Node::find(context, &id::encode(tag(self.0.noun), object)).await
    }
}

/// A stretch of the change feed.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct ChangePage {
    /// The changes, in the order in which they were committed: at most as many as asked for, and perhaps fewer or none where
    /// more follow
    pub events: Vec<ChangeEvent>,
    /// Where to go on: it also passes over what the viewer may not know of
    pub end_cursor: String,
    /// True if there is more: ask at once for what follows `endCursor`
    pub has_more: bool,
}

/// Part of the query root.
#[derive(Clone, Default)]
pub struct ChangeQuery;

/// Part of the query root.
#[Object(root)]
impl ChangeQuery {
    /// What has changed since a place in the feed, in the order of commits: nothing that is committed later comes before
    /// `endCursor`. Only what the viewer may see, and for what they can no longer see a DELETED. A client that has copies asks
    /// for this instead of all; a new one takes `changeCursor`, reads what it needs, and goes on from there. A change of the
    /// viewer's own roles is not in it: read anew after one
    #[graphql(directive = Auth::apply(Action::SeePublished))]
    async fn changes(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "The place to start after: `endCursor` or an event's `cursor`; from the beginning if left out"
        )]
        after: Option<String>,
        #[graphql(desc = "Only changes of objects of these types; all if left out")] types: Option<Vec<ChangeType>>,
        #[graphql(desc = "How many at most: 1 to 100; 20 if left out")] first: Option<i32>,
    ) -> Answer<ChangePage> {
        Some(page(context, after.as_deref(), types, first).await)
    }

    /// The place of the newest change in the feed
    #[graphql(directive = Auth::apply(Action::SeePublished))]
    async fn change_cursor(&self, context: &Context<'_>) -> Answer<String> {
        Some(change::head(reader(context)).await.map(write_cursor).map_err(ApiError::from))
    }
}

async fn page(
    context: &Context<'_>,
    after: Option<&str>,
    types: Option<Vec<ChangeType>>,
    first: Option<i32>,
) -> Result<ChangePage, ApiError> {
    let first = first.map_or(Some(Page::default().size), |first| u32::try_from(first).ok());
    let first = first.filter(|first| (1..=MAX_EVENTS).contains(first));
    let first = first.ok_or_else(|| ApiError::bad_request("PAGE", format_args!("first is 1 to {MAX_EVENTS}")))?;
    let after = after.map(read_cursor).transpose()?.unwrap_or_default();
    let stretch = change::stretch(reader(context), after, &followed(types)?, first).await?;
    Ok(ChangePage {
        events: stretch.events.into_iter().map(ChangeEvent).collect(),
        end_cursor: write_cursor(stretch.last),
        has_more: stretch.more,
    })
}

/// Everything that can be followed, over graphql-transport-ws at `/graphql/ws` and graphql-sse at `/graphql/stream`.
#[derive(Default)]
pub struct Subscription;

/// Everything that can be followed, over graphql-transport-ws at `/graphql/ws` and graphql-sse at `/graphql/stream`. One field
/// an operation.
#[Subscription]
impl Subscription {
    #[allow(clippy::unused_async, reason = "the library's form")]
    /// The same feed as `changes`, live: first what was missed since `after`, then each change as it is committed. It goes on
    /// until the client completes it, or the token or the session ends; then go on elsewhere from the last cursor
    #[graphql(directive = Auth::apply(Action::SeePublished))]
    async fn changed(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The place to start after; from now on if left out")] after: Option<String>,
        #[graphql(desc = "Only changes of objects of these types; all if left out")] types: Option<Vec<ChangeType>>,
    ) -> Result<impl Stream<Item = Executed<ChangeEvent>>, ApiError> {
        let after = after.as_deref().map(read_cursor).transpose()?;
        Ok(Subscribed::new(context, after, followed(types)?)?.events())
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

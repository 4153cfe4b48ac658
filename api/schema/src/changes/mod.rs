//! The change feed (luồng thay đổi): what has changed since a place in it. A client that keeps copies reads this, instead of
//! reading everything again.

mod event;
mod executed;
mod feed;

use async_graphql::{Context, Subscription};
use auth::Action;
use db::{
    access::Auth,
    change::{self, ChangeType},
    page::Page,
};
use futures_util::Stream;
use object_layer::{Object, SimpleObject};

pub use self::feed::Feed;
use self::{
    event::{ChangeEvent, read_cursor, write_cursor},
    executed::Executed,
    feed::Subscribed,
};
use crate::{
    error::ApiError,
    page::{Answer, reader},
};

/// The most events of one page.
const MAX_EVENTS: u32 = 100;

/// The types a client asks for, each once; all of them if it names none.
fn followed(types: Option<Vec<ChangeType>>) -> Result<Vec<ChangeType>, ApiError> {
    let mut types = types.unwrap_or_else(|| ChangeType::ALL.to_vec());
    types.sort_unstable();
    types.dedup();
    if types.is_empty() { Err(ApiError::bad_request("INPUT", "types must not be empty")) } else { Ok(types) }
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

/// The root of subscriptions.
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

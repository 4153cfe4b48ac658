//! The change feed (luồng thay đổi): what has changed since a place in it. A client that keeps copies reads this, instead of
//! reading everything again.

mod cursor;
mod event;
mod executed;
mod feed;
mod place;
mod shared;

use async_graphql::{Context, Subscription};
use auth::Action;
use chrono::{DateTime, Utc};
use db::{
    Reader,
    access::Auth,
    change::{self, Behind, ChangeFilter, ChangeType, Stretch, Unknown},
    page::Page,
};
use futures_util::Stream;
use object_layer::{Object, SimpleObject};

pub use self::{cursor::Cursors, feed::Feed, place::FeedPlace};
use self::{event::ChangeEvent, executed::Executed, feed::Subscribed};
use crate::{
    error::{ApiError, Code},
    page::{Answer, reader},
};

/// The most events of one page.
const MAX_EVENTS: u32 = 100;

/// The types a client asks for, each once; all of them if it names none.
fn followed(types: Option<Vec<ChangeType>>) -> Result<Vec<ChangeType>, ApiError> {
    let mut types = types.unwrap_or_else(|| ChangeType::ALL.to_vec());
    types.sort_unstable();
    types.dedup();
    if types.is_empty() {
        Err(ApiError::request("INPUT", "types không được rỗng", "types must not be empty"))
    } else {
        Ok(types)
    }
}

/// A code that is not there would find nothing for ever, without a word.
async fn check(reader: &Reader, filter: &ChangeFilter) -> Result<(), ApiError> {
    let (vi, en, code) = match change::unknown(reader, filter).await? {
        None => return Ok(()),
        Some(Unknown::Programme) => ("chương trình", "programme", &filter.programme),
        Some(Unknown::Agency) => ("cơ quan", "agency", &filter.agency),
    };
    let code = code.as_deref().unwrap_or_default();
    let error = ApiError::new(
        Code::BadRequest,
        format!("Không có {vi} mã \"{code}\""),
        format!("No {en} has the code \"{code}\""),
    );
    Err(error.with("reason", "INPUT"))
}

/// What `changes` answers of a stretch, as JSON: for channels other than the API.
#[must_use]
pub fn as_json(stretch: &Stretch, cursors: &Cursors) -> serde_json::Value {
    let events = stretch.events.iter().map(|event| ChangeEvent::new(event.clone(), cursors).as_json());
    serde_json::json!({
        "events": events.collect::<Vec<_>>(),
        "endCursor": cursors.write(stretch.told),
        "hasMore": stretch.more,
    })
}

/// A stretch of the change feed.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct ChangePage {
    /// The changes, in the order in which they were committed: at most as many as asked for, and perhaps fewer or none where
    /// more follow
    pub events: Vec<ChangeEvent>,
    /// Where to go on. It does not move for what the viewer may not know of, unless there is very much of it
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
    #[allow(clippy::too_many_arguments, reason = "one for each way to narrow the feed")]
    async fn changes(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "The place to start after: `endCursor` or an event's `cursor`; from the beginning if left out"
        )]
        after: Option<String>,
        #[graphql(
            desc = "Instead of `after`: what was recorded at this instant or later; go on from `endCursor`. What was recorded a little earlier, and committed later, may come as well"
        )]
        since: Option<DateTime<Utc>>,
        #[graphql(desc = "Only changes of objects of these types; all if left out")] types: Option<Vec<ChangeType>>,
        #[graphql(desc = "Only of what the programme of this code follows")] programme: Option<String>,
        #[graphql(
            desc = "Only of what names the agency of this code: as subject, reporter, lead, coordinator or recipient, or itself"
        )]
        agency: Option<String>,
        #[graphql(
            desc = "Only of what has this code, or hangs on the indicator or directive that has it: its figures, targets, progress"
        )]
        code: Option<String>,
        #[graphql(desc = "How many at most: 1 to 100; 20 if left out")] first: Option<i32>,
    ) -> Answer<ChangePage> {
        let filter = |types| ChangeFilter { types, programme, agency, code };
        Some(page(context, (after.as_deref(), since), followed(types).map(filter), first).await)
    }

    /// The place of the newest change in the feed that the viewer may know of
    #[graphql(directive = Auth::apply(Action::SeePublished))]
    async fn change_cursor(&self, context: &Context<'_>) -> Answer<String> {
        Some(newest(context).await)
    }
}

async fn newest(context: &Context<'_>) -> Result<String, ApiError> {
    Ok(Cursors::of(context)?.write(change::head(reader(context)).await?))
}

async fn page(
    context: &Context<'_>,
    (after, since): (Option<&str>, Option<DateTime<Utc>>),
    filter: Result<ChangeFilter, ApiError>,
    first: Option<i32>,
) -> Result<ChangePage, ApiError> {
    let first = first.map_or(Some(Page::default().size), |first| u32::try_from(first).ok());
    let first = first.filter(|first| (1..=MAX_EVENTS).contains(first));
    let first = first
        .ok_or_else(|| ApiError::page(format!("first từ 1 đến {MAX_EVENTS}"), format!("first is 1 to {MAX_EVENTS}")))?;
    let cursors = Cursors::of(context)?;
    let (reader, filter) = (reader(context), filter?);
    check(reader, &filter).await?;
    let after = match (after, since) {
        (Some(_), Some(_)) => {
            return Err(ApiError::request("INPUT", "chọn after hoặc since", "take either after or since"));
        }
        (None, Some(since)) => change::since(reader, since).await?,
        (after, None) => after.map(|after| cursors.read(after)).transpose()?.unwrap_or_default(),
    };
    let mut stretch = change::stretch(reader, after, Behind::Many, &filter, first).await?;
    if since.is_some() && stretch.events.is_empty() && !stretch.more {
        // Where the search began moves for what is hidden; the end of the feed does not.
        stretch.told = change::head(reader).await?;
    }
    Ok(ChangePage {
        events: stretch.events.into_iter().map(|event| ChangeEvent::new(event, cursors)).collect(),
        end_cursor: cursors.write(stretch.told),
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
    /// The same feed as `changes`, live: first what was missed since `after`, then each change as it is committed. It goes on
    /// until the client completes it, or the token or the session ends; then go on elsewhere from the last cursor, which each
    /// answer also has in `extensions.cursor`
    #[graphql(directive = Auth::apply(Action::SeePublished))]
    #[allow(clippy::too_many_arguments, reason = "one for each way to narrow the feed")]
    async fn changed(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The place to start after; from now on if left out")] after: Option<String>,
        #[graphql(desc = "Only changes of objects of these types; all if left out")] types: Option<Vec<ChangeType>>,
        #[graphql(desc = "Only of what the programme of this code follows")] programme: Option<String>,
        #[graphql(
            desc = "Only of what names the agency of this code: as subject, reporter, lead, coordinator or recipient, or itself"
        )]
        agency: Option<String>,
        #[graphql(
            desc = "Only of what has this code, or hangs on the indicator or directive that has it: its figures, targets, progress"
        )]
        code: Option<String>,
    ) -> Result<impl Stream<Item = Executed<ChangeEvent>>, ApiError> {
        let cursors = Cursors::of(context)?;
        let after = after.as_deref().map(|after| cursors.read(after)).transpose()?;
        let filter = ChangeFilter { types: followed(types)?, programme, agency, code };
        Ok(Subscribed::begin(context, after, filter).await?.events())
    }
}

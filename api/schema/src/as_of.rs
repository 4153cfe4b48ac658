//! What was known at an instant: the whole root once more, read as it was then.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{Context, Data, registry::Registry};
use auth::Action;
use chrono::{DateTime, Utc};
use db::{Date, access::Auth};
use object_layer::{Failed, Group, Object, Output, Typed, Walk, answer_root};

use crate::{
    clock,
    error::ApiError,
    loaders::Loaders,
    page::{Answer, reader},
    root::Query,
};

/// Part of the query root.
#[derive(Clone, Default)]
pub struct AsOfQuery;

/// Part of the query root.
#[Object(root)]
impl AsOfQuery {
    /// Everything as it was known at an instant: what anyone with the viewer's present rights would have been answered then
    /// (theo thông tin đã biết tại một thời điểm). The viewer sees nothing that they do not see now. "Today" is the day of the
    /// instant in Asia/Ho_Chi_Minh; `on:` asks for another day, by what was known at the instant. Accounts, roles, sessions and
    /// what the viewer may do are as they are now. What was there before history was kept counts as known since its own time, or
    /// since ever where it has none. An instant that is still to come is an error; so is an `asOf` below another
    #[graphql(directive = Auth::apply(Action::SeePublished))]
    async fn as_of(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The instant; not later than now")] instant: DateTime<Utc>,
    ) -> Answer<AsKnown> {
        as_known(context, instant).await.transpose()
    }
}

async fn as_known(context: &Context<'_>, instant: DateTime<Utc>) -> Result<Option<AsKnown>, ApiError> {
    let now = reader(context);
    if now.is_of_the_past() {
        let words = ("asOf không được nằm trong một asOf khác", "asOf does not stand below another asOf");
        return Err(ApiError::request("INSTANT", words.0, words.1));
    }
    let is_about_schema = |name: &str| name.starts_with("__") && name != "__typename";
    if context.field().selection_set().any(|field| is_about_schema(field.name())) {
        let words = ("asOf không nói về lược đồ", "the schema has no past: ask for it outside asOf");
        return Err(ApiError::request("INSTANT", words.0, words.1));
    }
    let then = now.as_of(instant, Date(clock::day_of(instant))).await?;
    let loaders = Loaders::new(Arc::clone(&then));
    let mut data = Data::default();
    data.insert(then);
    data.insert(Arc::clone(&loaders));
    let (text, errors) = loaders.drive(answer_root(&Query::default(), context, &data)).await;
    for error in errors {
        context.add_error(error);
    }
    // An error of the root as a whole has its path already, which is longer than that of this field.
    Ok(text.map_err(|error| context.add_error(error)).ok().map(AsKnown))
}

/// The root as it was answered.
pub(crate) struct AsKnown(String);

impl Typed for AsKnown {
    fn type_name() -> Cow<'static, str> {
        <Query as Typed>::type_name()
    }

    fn register(registry: &mut Registry) -> String {
        <Query as Typed>::register(registry)
    }
}

impl Output for AsKnown {
    fn write<'a>(&self, walk: &mut Walk<'a>, _: &Arc<Group<'a>>) -> Result<(), Failed> {
        walk.json().extend_from_slice(self.0.as_bytes());
        Ok(())
    }
}

//! What differs in a programme between two instants.

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use chrono::{DateTime, Utc};
use db::{
    access::Auth,
    difference::{About, Difference as Row, DifferenceFilter, DifferenceKind, DifferenceState, DifferencesOf},
    noun::{ByCode, Named, NamedNoun},
};
use object_layer::{ComplexObject, SimpleObject};

use crate::{
    agencies::Agency,
    directives::Directive,
    error::ApiError,
    indicators::Indicator,
    measurements::Measurement,
    object::{maybe, root_lists},
    page::{Answer, Connection, PageArgs, loaders, reader, shown, there},
    targets::Target,
};

/// Something that differs in a programme between two instants: a target, a published figure or a deadline, with what was known of
/// it at each.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct Difference {
    #[graphql(flatten)]
    about: About,
    #[graphql(skip)]
    row: Arc<Row>,
}

shown!(Difference shows Row, by SeePublished, |row| Self { about: row.about.clone(), row });

#[ComplexObject]
impl Difference {
    /// What was known of it at the first instant; null if it was added
    fn before(&self) -> Option<DifferenceState> {
        self.row.before.clone()
    }

    /// What was known of it at the second instant; null if it was removed
    fn after(&self) -> Option<DifferenceState> {
        self.row.after.clone()
    }

    /// The target, as it stands now; null if it is gone, and of anything else
    async fn target(&self, context: &Context<'_>) -> Answer<Target> {
        maybe(context, self.about.object(DifferenceKind::Target)).await
    }

    /// The measurement, as it stands now; null if it is gone, and of anything else
    async fn measurement(&self, context: &Context<'_>) -> Answer<Measurement> {
        maybe(context, self.about.object(DifferenceKind::Figure)).await
    }

    /// The directive of the deadline, as it stands now; null if it is gone, and of anything else
    async fn directive(&self, context: &Context<'_>) -> Answer<Directive> {
        maybe(context, self.about.object(DifferenceKind::Deadline)).await
    }

    /// The indicator of a target or figure; null of a deadline
    async fn indicator(&self, context: &Context<'_>) -> Answer<Indicator> {
        maybe(context, self.about.indicator_id).await
    }

    /// The agency whose target or figure it is; null of a deadline
    async fn subject(&self, context: &Context<'_>) -> Answer<Agency> {
        maybe(context, self.about.subject_id).await
    }
}

async fn between(
    context: &Context<'_>,
    programme: String,
    (from, to): (DateTime<Utc>, Option<DateTime<Utc>>),
    filter: DifferenceFilter,
    args: PageArgs,
) -> Result<Connection<Difference>, ApiError> {
    // Below `asOf` its instant is the present.
    let present = reader(context).instant();
    if to.zip(present).is_some_and(|(to, present)| to > present) {
        return Err(db::DbError::ToCome.into());
    }
    if to.or(present).is_some_and(|to| from > to) {
        return Err(ApiError::request("INSTANT", "from phải trước to hoặc trùng với to", "from is later than to"));
    }
    let Some(found) = loaders(context).load_one(ByCode::<db::programme::Programme>::new(programme.clone())).await?
    else {
        there(context, &["programme"], Named::of(NamedNoun::Programme, &programme)).await?;
        return Err(db::DbError::NotFound.into());
    };
    let of = DifferencesOf { programme: found.id, from, to, filter };
    Connection::of_all(context, of, (), args).await
}

root_lists! {
    DifferenceQuery;
    {
        /// What differs in a programme between what was known at two instants (so sánh hai thời điểm): targets that stand, published
        /// figures of what is assessed in it, deadlines in force of its directives; in this order, each by code. It says what two
        /// answers below `asOf` say: the viewer sees nothing that they do not see now. An instant that is still to come, or a `from`
        /// that is later than `to`, is an error
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        #[allow(clippy::too_many_arguments, reason = "a connection's arguments are those of the specification")]
        async fn differences(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Code of the programme")] programme: String,
            #[graphql(desc = "The first instant")] from: DateTime<Utc>,
            #[graphql(desc = "The second instant, not earlier than `from`; now if left out, below `asOf` its instant")] to: Option<DateTime<Utc>>,
            #[graphql(desc = "Narrows the list")] filter: Option<DifferenceFilter>,
            #[graphql(desc = "How many from the beginning, or after `after`: 1 to 100; 20 if neither this nor `last` is given")] first: Option<i32>,
            #[graphql(desc = "The cursor to start after: `endCursor` of the page before")] after: Option<String>,
            #[graphql(desc = "How many from the end, or before `before`: 1 to 100")] last: Option<i32>,
            #[graphql(desc = "The cursor to stop before: `startCursor` of the page after")] before: Option<String>,
        ) -> Answer<Connection<Difference>> {
            let args = PageArgs { first, after, last, before };
            Some(between(context, programme, (from, to), filter.unwrap_or_default(), args).await)
        }
    }
}

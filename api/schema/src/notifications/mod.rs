//! Notifications (thông báo): the viewer's inbox.

mod about;
pub mod chases;
mod rules;
mod words;

use std::sync::Arc;

use async_graphql::{Context, InputObject};
use auth::Action;
use db::{
    DbError, Id, Reader,
    access::Auth,
    notification::{
        self, AgenciesOf, AgencyFigures, NewChoice, Notification as Row, NotificationChoice, NotificationFilter,
        push::{self, NewPushSubscription, PushSubscription as PushRow},
    },
    noun::{Batch as _, Noun as _},
    webhook::WebhookItself,
};
use object_layer::{ComplexObject, Object, SimpleObject};
use uuid::Uuid;

use self::about::AboutOf;
pub use self::rules::{NotificationRuleMutation, NotificationRuleQuery};
use crate::{
    agencies::Agency,
    directives::Directive,
    error::ApiError,
    language::Language,
    object::{if_visible, language, maybe, object, one, root_lists},
    page::{Answer, loaders, reader},
    payload::{UserError, settle},
    recommendations::Recommendation,
    reporting_rules::ReportingRule,
    sessions::DonePayload,
    viewer::{own_account, writer},
    webhooks::Webhook,
};

/// How many agencies of one notification are listed.
const LISTED: usize = 20;

object! {
    /// Something that the viewer is told (thông báo), once: in the list for as long as they may see what it is about.
    Notification shows Row, by KeepOwnAccount;
    {
        /// The directive it is about; null if it is about something else
        async fn directive(&self, context: &Context<'_>) -> Answer<Directive> {
            maybe(context, self.row.directive_id).await
        }

        /// The recommendation it is about; null if it is about something else
        async fn recommendation(&self, context: &Context<'_>) -> Answer<Recommendation> {
            maybe(context, self.row.recommendation_id).await
        }

        /// The webhook it is about; null if it is about something else
        async fn webhook(&self, context: &Context<'_>) -> Answer<Webhook> {
            let found = loaders(context).load_one(WebhookItself(self.row.webhook_id?)).await.map_err(ApiError::from);
            found.map(|found| found.into_iter().flatten().next().map(Webhook::from)).transpose()
        }

        /// Of a report: the rule that asks for it; null if it is about something else
        async fn reporting_rule(&self, context: &Context<'_>) -> Answer<ReportingRule> {
            if_visible(context, self.row.reporting_rule_id).await
        }

        /// Of figures: how many there were when it was told, of all agencies that the viewer sees; null if it is about something else
        async fn figures(&self, context: &Context<'_>) -> Answer<i32> {
            self.row.period.filter(|_| self.row.reporting_rule_id.is_none())?;
            Some(self.agencies_seen(context).await.map(|all| sum(&all)))
        }

        /// Of figures and reports: whose they are, those with the most first, at most 20; empty if it is about something else
        async fn agencies(&self, context: &Context<'_>) -> Answer<Vec<NotificationAgency>> {
            let seen = self.agencies_seen(context).await;
            Some(seen.map(|all| all.into_iter().take(LISTED).map(|row| NotificationAgency::show(*row)).collect()))
        }

        /// What to say to the person, in a sentence; null if what it is about has gone from their sight meanwhile
        async fn message(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "The language; that of the request if left out")] language: Option<Language>,
        ) -> Answer<String> {
            let language = self::language(context, language);
            let about = loaders(context).load_one(AboutOf::row(&self.row)).await.map_err(ApiError::from);
            about.transpose().map(|about| about.map(|about| words::sentence(&self.row, &about, language)))
        }
    }
}

impl Notification {
    async fn agencies_seen(&self, context: &Context<'_>) -> Result<Vec<Arc<AgencyFigures>>, ApiError> {
        if self.row.period.is_none() {
            return Ok(Vec::new());
        }
        Ok(loaders(context).load_one(AgenciesOf(self.row.id)).await?.unwrap_or_default())
    }
}

fn sum(all: &[Arc<AgencyFigures>]) -> i32 {
    all.iter().map(|it| it.figures).fold(0, i32::saturating_add)
}

/// Whose figures, or whose report, a notification is about.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::KeepOwnAccount))]
pub struct NotificationAgency {
    /// How many figures, as it was when it was told; 1 of a report
    figures: i32,
    #[graphql(skip)]
    agency_id: Uuid,
}

impl NotificationAgency {
    const fn show(row: AgencyFigures) -> Self {
        Self { figures: row.figures, agency_id: row.agency_id }
    }
}

#[ComplexObject]
impl NotificationAgency {
    /// The agency
    async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.agency_id).await
    }
}

root_lists! {
    NotificationQuery;
    {}
    /// What the viewer was told, the latest first. Live: subscribe to `changed(types: [NOTIFICATION])`
    notifications: Notification (NotificationFilter);
}

/// What a notification says, for channels other than the API.
#[derive(Debug, Clone)]
pub struct Said {
    /// Which one
    pub id: Id<Row>,
    /// In a sentence
    pub sentence: String,
}

/// What notifications say that somebody may see, what happened first before the rest.
pub async fn said(reader: &Reader, ids: &[Uuid], language: Language) -> Result<Vec<Said>, DbError> {
    let mut rows = Row::by_ids(reader, ids).await?;
    rows.sort_by_key(|row| row.id);
    let about = AboutOf::load(reader, &rows.iter().map(AboutOf::row).collect::<Vec<_>>()).await?;
    let said = rows.iter().filter_map(|row| {
        let sentence = words::sentence(row, about.get(&AboutOf::row(row))?, language);
        Some(Said { id: Id::of(row.id), sentence })
    });
    Ok(said.collect())
}

/// What is wanted by e-mail.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::KeepOwnAccount))]
pub struct ChooseNotificationsPayload {
    /// What holds for each kind now; null if nothing was written
    pub choices: Option<Vec<NotificationChoice>>,
    /// What has to be mended; empty if it was done
    pub user_errors: Vec<UserError>,
}

/// What became of a browser or app in which a person wants to be told.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::KeepOwnAccount))]
pub struct SubscribeToPushPayload {
    /// The browser or app; null if nothing was written
    pub subscription: Option<PushSubscription>,
    /// What has to be mended; empty if it was done
    pub user_errors: Vec<UserError>,
}

/// A browser or app in which a person wants to be told (Web Push), for as long as the session lasts in which they said so.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::KeepOwnAccount))]
pub struct PushSubscription {
    #[graphql(flatten)]
    row: Arc<PushRow>,
}

impl From<PushRow> for PushSubscription {
    fn from(row: PushRow) -> Self {
        Self { row: Arc::new(row) }
    }
}

#[ComplexObject]
impl PushSubscription {
    /// Its id, to end it by
    fn id(&self) -> Id<PushRow> {
        Id::of(self.row.id)
    }
}

/// A browser or app.
#[derive(InputObject)]
pub struct UnsubscribeFromPushInput {
    /// Its id
    subscription: Id<PushRow>,
}

/// What was read.
#[derive(InputObject)]
pub struct MarkNotificationsReadInput {
    /// The notifications, at most 1,000. Those that are marked already, and those of others, are passed over
    notifications: Vec<Id<Row>>,
}

/// Part of the mutation root.
#[derive(Clone, Default)]
pub struct NotificationMutation;

/// Part of the mutation root.
#[Object(root)]
impl NotificationMutation {
    /// Marks notifications as read
    #[graphql(directive = Auth::apply(Action::KeepOwnAccount))]
    async fn mark_notifications_read(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which")] input: MarkNotificationsReadInput,
    ) -> Answer<DonePayload> {
        Some(mark_read(context, input).await)
    }

    /// Chooses how one is told of some kinds, by e-mail and by push, from what is told next
    #[graphql(directive = Auth::apply(Action::KeepOwnAccount))]
    async fn choose_notifications(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and when")] input: NewChoice,
    ) -> Answer<ChooseNotificationsPayload> {
        Some(choose(context, input).await)
    }

    /// Tells in this browser or app as well, from what is told next, until the session ends. It subscribes with `viewer { pushKey }` first
    #[graphql(directive = Auth::apply(Action::KeepOwnAccount))]
    async fn subscribe_to_push(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, as its `PushSubscription.toJSON()` says it")] input: NewPushSubscription,
    ) -> Answer<SubscribeToPushPayload> {
        Some(subscribe(context, input).await)
    }

    /// Tells no more in a browser or app of one's own
    #[graphql(directive = Auth::apply(Action::KeepOwnAccount))]
    async fn unsubscribe_from_push(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which")] input: UnsubscribeFromPushInput,
    ) -> Answer<DonePayload> {
        Some(unsubscribe(context, input).await)
    }
}

async fn choose(context: &Context<'_>, input: NewChoice) -> Result<ChooseNotificationsPayload, ApiError> {
    let permit = own_account(context)?;
    let (done, user_errors) = settle(context, notification::choose(writer(context), permit, input).await)?;
    let choices = match done {
        Some(()) => Some(notification::choices(reader(context)).await?),
        None => None,
    };
    Ok(ChooseNotificationsPayload { choices, user_errors })
}

async fn subscribe(context: &Context<'_>, input: NewPushSubscription) -> Result<SubscribeToPushPayload, ApiError> {
    let permit = own_account(context)?;
    let (made, user_errors) = settle(context, push::subscribe(writer(context), permit, input).await)?;
    Ok(SubscribeToPushPayload { subscription: made.map(PushSubscription::from), user_errors })
}

async fn unsubscribe(context: &Context<'_>, input: UnsubscribeFromPushInput) -> Result<DonePayload, ApiError> {
    let permit = own_account(context)?;
    DonePayload::of(context, push::unsubscribe(writer(context), permit, input.subscription).await)
}

async fn mark_read(context: &Context<'_>, input: MarkNotificationsReadInput) -> Result<DonePayload, ApiError> {
    let permit = own_account(context)?;
    DonePayload::of(context, notification::mark_read(writer(context), permit, &input.notifications).await)
}

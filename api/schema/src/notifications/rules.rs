//! The rules of who is told of what.

use std::collections::HashSet;

use async_graphql::Context;
use auth::Action;
use db::{
    access::Auth,
    notification::{self, NewRules, NotificationKind, NotificationRule, Rehearsed as Row, RulesChange},
};
use object_layer::{ComplexObject, Object, SimpleObject};

use crate::{
    accounts::Account,
    agencies::Agency,
    directives::Directive,
    error::ApiError,
    mutation::mutations,
    object::{if_visible, maybe},
    page::{Answer, reader},
    payload::{Payload, UserError},
    reporting_rules::ReportingRule,
};

/// How many are listed of those who would have been told.
const LISTED: usize = 1_000;

/// The rules, for the root.
#[derive(Clone, Default)]
pub struct NotificationRuleQuery;

#[Object]
impl NotificationRuleQuery {
    /// Who is told of what (quy tắc thông báo), kind by kind: whoever holds the role at the party, or reaches it from an agency above
    #[graphql(directive = Auth::apply(Action::SeePublished))]
    async fn notification_rules(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Of any of these kinds; of all if left out")] kinds: Option<Vec<NotificationKind>>,
    ) -> Answer<Vec<NotificationRule>> {
        Some(notification::rules(reader(context), kinds).await.map_err(ApiError::from))
    }
}

/// What became of the rules of a kind: all were set, or none.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::ManageCalendar))]
pub struct SetNotificationRulesPayload {
    /// The rules; null if nothing was written, as after a dry run
    pub rules: Option<Vec<NotificationRule>>,
    /// What has to be mended; empty if it was done
    pub user_errors: Vec<UserError>,
    #[graphql(skip)]
    change: Option<RulesChange>,
}

impl Payload for SetNotificationRulesPayload {
    type Done = RulesChange;
    type About = ();

    fn settled(_: &Context<'_>, done: Option<RulesChange>, user_errors: Vec<UserError>, (): ()) -> Self {
        let rules = done.as_ref().filter(|done| done.written).map(|done| done.rules.clone());
        Self { rules, user_errors, change: done }
    }
}

#[ComplexObject]
impl SetNotificationRulesPayload {
    /// Who would have been told on the days that were asked about, had these rules held; null if none were, or if something has to be mended
    async fn rehearsal(&self, context: &Context<'_>) -> Answer<NotificationRehearsal> {
        let change = self.change.as_ref().filter(|change| change.is_rehearsed())?;
        let told = notification::rehearse(reader(context), change).await.map_err(ApiError::from);
        Some(told.map(NotificationRehearsal::from))
    }
}

/// Who would have been told of what was due and late on some days: by what was known at seven in the morning of each, and by the roles that
/// people hold now. Of what it was the viewer sees what they see elsewhere.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::ManageCalendar))]
pub struct NotificationRehearsal {
    /// How often somebody would have been told of something
    pub total_count: i32,
    /// How many people would have been told
    pub people: i32,
    /// Who, of what and when, day by day, at most 1,000
    pub told: Vec<RehearsedNotification>,
}

impl From<Vec<Row>> for NotificationRehearsal {
    fn from(told: Vec<Row>) -> Self {
        let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        let people = told.iter().map(|it| it.account_id).collect::<HashSet<_>>().len();
        let (total_count, people) = (count(told.len()), count(people));
        Self { total_count, people, told: told.into_iter().take(LISTED).map(RehearsedNotification::from).collect() }
    }
}

/// Somebody who would have been told of something on a day.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::ManageCalendar))]
pub struct RehearsedNotification {
    #[graphql(flatten)]
    row: Row,
}

impl From<Row> for RehearsedNotification {
    fn from(row: Row) -> Self {
        Self { row }
    }
}

#[ComplexObject]
impl RehearsedNotification {
    /// Who; null if the viewer may not see the account
    async fn account(&self, context: &Context<'_>) -> Answer<Account> {
        if_visible(context, Some(self.row.account_id)).await
    }

    /// Of figures and reports: who owes them; null if it is about something else, or if the viewer does not see what the agency owes
    async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
        maybe(context, self.row.agency_id).await
    }

    /// Of a report: the rule that asks for it; null if it is about something else, or if the viewer does not see what the agency owes
    async fn reporting_rule(&self, context: &Context<'_>) -> Answer<ReportingRule> {
        if_visible(context, self.row.reporting_rule_id).await
    }

    /// The directive it is about; null if it is about something else
    async fn directive(&self, context: &Context<'_>) -> Answer<Directive> {
        if_visible(context, self.row.directive_id).await
    }
}

mutations! {
    NotificationRuleMutation;
    /// Sets who is told of a kind of notification, in place of the rules that hold. A dry run says who would have been told on days that
    /// are over
    set_notification_rules(NewRules, "Of what, and who") -> SetNotificationRulesPayload by ManageCalendar = notification::set_rules;
}

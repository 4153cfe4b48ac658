//! Who is told of what: the rules, which administrators set.

use async_graphql::InputObject;
use auth::{Acts as _, action::ManageCalendar};
use derive::boxed;
use diesel::{ExpressionMethods as _, Insertable, QueryDsl as _, Queryable, Selectable, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{NotificationKind, rehearsal::stretch};
use crate::{
    Acting, Date, DbError, Reader, Violation, ViolationCode,
    access::Auth,
    reporting::calendar::everywhere,
    role_grant::Role,
    schema::notification_rule,
    text_enum::text_enum,
    writer::{AuditEvent, Writing},
};

/// The most rules of one kind.
const MOST: u8 = 20;

/// How many working days a reminder may come before or after its day.
const DAYS: i32 = 60;

text_enum! {
    /// Which agency of what happens it is.
    pub enum NotificationParty {
        /// The one that leads a directive
        Lead => "LEAD",
        /// One that coordinates a directive
        Coordinator => "COORDINATOR",
        /// The one that issued a directive
        Issuer => "ISSUER",
        /// The one that is asked or answered, or that owes figures
        Addressee => "ADDRESSEE",
    }
}

/// A rule of who is told of what: whoever holds the role at the party, or reaches it from an agency above.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize, Deserialize, SimpleObject,
)]
#[diesel(table_name = notification_rule)]
#[graphql(directive = Auth::apply(auth::Action::SeePublished))]
pub struct NotificationRule {
    /// Of what
    pub kind: NotificationKind,
    /// Which agency
    pub party: NotificationParty,
    /// The role that is told
    pub role: Role,
    /// How many working days after the due day; before it where negative; 0 where it is told as it happens
    #[diesel(column_name = days)]
    pub working_days: i32,
}

/// A rule of one kind.
#[derive(Debug, Clone, Copy, InputObject)]
#[graphql(name = "NotificationRuleInput")]
pub struct NewRule {
    /// Which agency
    pub party: NotificationParty,
    /// The role that is told; inspectors are told of nothing
    pub role: Role,
    /// How many working days after the due day: 1 to 60 of what is late, -60 to -1 of what falls due soon, 0 of everything else
    #[graphql(default)]
    pub working_days: i32,
}

/// All rules of one kind.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "SetNotificationRulesInput")]
pub struct NewRules {
    /// Of what
    pub kind: NotificationKind,
    /// Its rules from now on, at most 20; without any nobody is told
    pub rules: Vec<NewRule>,
    /// Whether nothing is to be written: what is wrong is said, and who would have been told
    #[graphql(default)]
    pub dry_run: bool,
    /// The first of some days that are over (Asia/Ho_Chi_Minh), to see who would have been told of what was due and late then
    pub from: Option<Date>,
    /// The last of them: at most 31 days
    pub until: Option<Date>,
}

/// What became of the rules of a kind.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RulesChange {
    /// Of what
    pub kind: NotificationKind,
    /// Its rules
    pub rules: Vec<NotificationRule>,
    /// False after a dry run
    pub written: bool,
    /// The days for which it is asked who would have been told.
    pub(super) stretch: Option<(Date, Date)>,
}

impl RulesChange {
    /// Whether it is asked who would have been told.
    #[must_use]
    pub const fn is_rehearsed(&self) -> bool {
        self.stretch.is_some()
    }
}

/// The rules that hold, kind by kind.
#[boxed]
pub async fn rules(reader: &Reader, kinds: Option<Vec<NotificationKind>>) -> Result<Vec<NotificationRule>, DbError> {
    use notification_rule::{days, kind, party, role};
    let mut query = notification_rule::table.order((kind, days, party, role)).into_boxed();
    if let Some(kinds) = kinds {
        query = query.filter(kind.eq_any(kinds));
    }
    Ok(query.select(NotificationRule::as_select()).load(&mut reader.statement().await?).await?)
}

/// Sets the rules of a kind in place of those that hold: by who reaches everything. What is told next is told by them. A dry run does the
/// same and takes it back.
#[boxed]
pub async fn set_rules(acting: &Acting<ManageCalendar>, new: NewRules) -> Result<RulesChange, DbError> {
    everywhere(&acting.permit)?;
    let NewRules { kind, rules: given, dry_run, from, until } = new;
    let rules = checked(kind, given)?;
    let work = async |writing: &mut Writing| {
        let stretch = stretch(writing.today(), from, until)?;
        // One after the other: whoever comes second replaces what the first has set, and adds nothing to it.
        let lock = diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('notification rules'))");
        lock.execute(writing.connection()).await?;
        let old = diesel::delete(notification_rule::table.filter(notification_rule::kind.eq(kind)));
        let old: Vec<NotificationRule> =
            old.returning(NotificationRule::as_returning()).load(writing.connection()).await?;
        diesel::insert_into(notification_rule::table).values(&rules).execute(writing.connection()).await?;
        writing.audit(AuditEvent {
            action: ManageCalendar::ACTION.as_str(),
            before: Some(json!({ "kind": kind, "rules": old })),
            after: Some(json!({ "kind": kind, "rules": rules })),
            ..AuditEvent::default()
        });
        Ok(RulesChange { kind, rules, written: !dry_run, stretch })
    };
    acting.write_or_rehearse(dry_run, work).await
}

/// The rules of a kind in the order in which they are read, or all that is wrong with them.
fn checked(kind: NotificationKind, given: Vec<NewRule>) -> Result<Vec<NotificationRule>, DbError> {
    if given.len() > usize::from(MOST) {
        let too_many = Violation::of(ViolationCode::TooMany, &["input", "rules"]);
        return Err(DbError::Violated(vec![too_many.limit(i32::from(MOST))]));
    }
    let (first, last) = kind.working_days();
    let mut rules: Vec<NotificationRule> = Vec::with_capacity(given.len());
    let mut broken = Vec::new();
    for (NewRule { party, role, working_days }, row) in given.into_iter().zip(0..) {
        let rule = NotificationRule { kind, party, role, working_days };
        let at = |code, field| Violation { row: Some(row), ..Violation::of(code, &["input", "rules", field]) };
        if !kind.parties().contains(&party) {
            broken.push(at(ViolationCode::Incompatible, "party"));
        } else if role == Role::Inspector {
            broken.push(at(ViolationCode::Incompatible, "role"));
        } else if !(first..=last).contains(&working_days) {
            broken.push(at(ViolationCode::OutOfBounds, "workingDays"));
        } else if rules.contains(&rule) {
            broken.push(Violation { row: Some(row), ..Violation::of(ViolationCode::Duplicate, &["input", "rules"]) });
        } else {
            rules.push(rule);
        }
    }
    if !broken.is_empty() {
        return Err(DbError::Violated(broken));
    }
    rules.sort_by_key(|rule| (rule.working_days, rule.party.as_str(), rule.role.as_str()));
    Ok(rules)
}

impl NotificationKind {
    /// The agencies that it has, as `is_notification_party` has them.
    const fn parties(self) -> &'static [NotificationParty] {
        use NotificationParty::{Addressee, Coordinator, Issuer, Lead};
        match self {
            Self::DueSoon | Self::DueToday | Self::Overdue | Self::InputOverdue => &[Addressee, Lead],
            Self::DirectiveIssued
            | Self::DirectiveAccepted
            | Self::PartDelegated
            | Self::InputRequested
            | Self::InputGiven
            | Self::ExtensionRequested
            | Self::ExtensionDecided
            | Self::CounterAnswered
            | Self::DoneReported
            | Self::DoneConfirmed
            | Self::SentBack
            | Self::DirectiveCancelled
            | Self::Unblocked => &[Addressee, Lead, Coordinator, Issuer],
            Self::FiguresReturned
            | Self::FiguresEndorsed
            | Self::FiguresPublished
            | Self::UnlockDecided
            | Self::RecommendationAnswered
            | Self::Chased
            | Self::WebhookDisabled => &[Addressee],
        }
    }

    /// From how many working days after the due day to how many it may be told.
    const fn working_days(self) -> (i32, i32) {
        match self {
            Self::DueSoon => (-DAYS, -1),
            Self::Overdue | Self::InputOverdue => (1, DAYS),
            _ => (0, 0),
        }
    }
}

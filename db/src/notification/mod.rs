//! Notifications (thông báo): what a person is told, so that nobody has to remember.
//!
//! 1. What happens is noted by triggers, in the transaction in which it happens (the table `notification_event`).
//!    `chase`: whoever watches over the reports notes there that figures are missing, and it stays in the table `chase`.
//! 2. `tell`: a server takes what was noted, and once a working day what falls due or is late, and tells whoever the rules name (the table
//!    `notification_rule`, kept by `rule`): a row in the inbox of each. Both in one transaction, so that each is told once, whoever is killed meanwhile.
//!    `rehearsal` says who would have been told of what was due, had other rules held.
//! 3. `mail`, `push`: what was told goes out by e-mail, and to phones and browsers, as its reader has chosen (`choice`).
//!
//! A notification says only what it is about. What that is, and whether its reader may see it, is asked when it is read.

mod chase;
mod choice;
mod mail;
pub mod push;
mod rehearsal;
mod rule;
mod tell;

use async_graphql::InputObject;
use auth::{OwnAccount, Reached};
use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, IntoSql as _, NullableExpressionMethods as _, QueryDsl as _,
    Queryable, QueryableByName, Selectable,
    dsl::exists,
    sql_types::{Bool, Integer, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::{
    chase::{Chase, ChaseFilter, Chased, chase},
    choice::{MailChoice, NewChoice, NotificationChoice, choices, choose, unsubscribe_from_mail},
    rehearsal::{Rehearsed, rehearse},
    rule::{NewRule, NewRules, NotificationParty, NotificationRule, RulesChange, rules, set_rules},
    tell::{is_anything_new, tell_due, tell_events},
};
use crate::{
    Date, DbError, Id, Reader, Violation, ViolationCode, Writer,
    calendar::{Period, Regime},
    noun::{Boxed, Stored, names, noun, relation},
    page::{Cursor, Page, Tie, by_tie},
    schema::{directive, notification, notification_agency, recommendation, webhook},
    text_enum::text_enum,
    visible::refers_to_visible,
    webhook::accounts_seen,
    writer::ChangeKind,
};

const NOUN: &str = "notification";

text_enum! {
    /// What a person is told of.
    pub enum NotificationKind {
        /// Figures, or a directive, fall due in some working days
        DueSoon => "DUE_SOON",
        /// Figures, or a directive, fall due today, or before the next working day
        DueToday => "DUE_TODAY",
        /// Figures, or a directive, are late
        Overdue => "OVERDUE",
        /// Input that was asked for is late
        InputOverdue => "INPUT_OVERDUE",
        /// Figures were returned with a reason
        FiguresReturned => "FIGURES_RETURNED",
        /// Figures were endorsed
        FiguresEndorsed => "FIGURES_ENDORSED",
        /// Figures were published
        FiguresPublished => "FIGURES_PUBLISHED",
        /// A request to open a closed period was decided on
        UnlockDecided => "UNLOCK_DECIDED",
        /// A directive was issued
        DirectiveIssued => "DIRECTIVE_ISSUED",
        /// An agency that leads has accepted a directive
        DirectiveAccepted => "DIRECTIVE_ACCEPTED",
        /// A part of a directive was given to an agency below
        PartDelegated => "PART_DELEGATED",
        /// Input was asked for
        InputRequested => "INPUT_REQUESTED",
        /// The input that was asked for is there
        InputGiven => "INPUT_GIVEN",
        /// A later deadline was asked for
        ExtensionRequested => "EXTENSION_REQUESTED",
        /// A request for a later deadline was decided on
        ExtensionDecided => "EXTENSION_DECIDED",
        /// The later deadline that was offered was accepted or declined
        CounterAnswered => "COUNTER_ANSWERED",
        /// A directive was reported as done
        DoneReported => "DONE_REPORTED",
        /// A directive was confirmed as done
        DoneConfirmed => "DONE_CONFIRMED",
        /// A directive was sent back with a reason
        SentBack => "SENT_BACK",
        /// A directive was cancelled
        DirectiveCancelled => "DIRECTIVE_CANCELLED",
        /// What a directive waited for is done
        Unblocked => "UNBLOCKED",
        /// A recommendation was answered or refused
        RecommendationAnswered => "RECOMMENDATION_ANSWERED",
        /// Somebody who watches over the reports asks for figures that are missing
        Chased => "CHASED",
        /// A webhook was disabled: messages failed for a week, or its other side wants no more
        WebhookDisabled => "WEBHOOK_DISABLED",
    }
}

/// Something that a person is told (thông báo), once.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = notification)]
pub struct Notification {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Of what
    pub kind: NotificationKind,
    /// Of figures and reports: whether their period follows the calendar or the administrative months; null if it is about something else
    pub regime: Option<Regime>,
    /// Of figures and reports: their period; null if it is about something else
    pub period: Option<Period>,
    /// The last day on which it is in time; null where it is about none
    pub due_on: Option<Date>,
    /// When it happened, in UTC
    pub happened_at: DateTime<Utc>,
    /// When the person was told, in UTC
    pub created_at: DateTime<Utc>,
    /// When the person marked it as read, in UTC; null while they have not
    pub read_at: Option<DateTime<Utc>>,
    /// The directive it is about
    #[graphql(skip)]
    pub directive_id: Option<Uuid>,
    /// The recommendation it is about
    #[graphql(skip)]
    pub recommendation_id: Option<Uuid>,
    /// The webhook it is about
    #[graphql(skip)]
    pub webhook_id: Option<Uuid>,
    /// The rule that asks for the report it is about
    #[graphql(skip)]
    pub reporting_rule_id: Option<Uuid>,
}

/// Narrows a list of notifications. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct NotificationFilter {
    /// Those that are not marked as read; false: those that are
    pub unread: Option<bool>,
    /// Any of these kinds
    pub kinds: Option<Vec<NotificationKind>>,
}

names!(NotificationFilter {});

/// The agencies of which a reader is told by a notification about figures: what was returned to whoever sees drafts, what was endorsed to
/// whoever sees what is submitted, the rest to whoever sees what is owed.
macro_rules! seen {
    ($reader:expr) => {{
        use NotificationKind::{FiguresEndorsed, FiguresReturned};
        let scope = $reader.scope();
        let among = |reach: &Reached| {
            let (all, ids) = (*reach == Reached::All, reach.ids().unwrap_or_default());
            all.into_sql::<Bool>().or(notification_agency::agency_id.eq_any(ids))
        };
        let (returned, endorsed) = (notification::kind.eq(FiguresReturned), notification::kind.eq(FiguresEndorsed));
        let other = notification::kind.ne_all([FiguresReturned, FiguresEndorsed]);
        returned
            .and(among(scope.drafts()))
            .or(endorsed.and(among(scope.submitted())))
            .or(other.and(among(scope.obligations())))
    }};
}

/// Whose figures a notification is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, QueryableByName, Serialize, Deserialize)]
pub struct AgencyFigures {
    /// The agency.
    #[diesel(sql_type = SqlUuid)]
    pub agency_id: Uuid,
    /// How many of them.
    #[diesel(sql_type = Integer)]
    pub figures: i32,
}

relation!(
    /// The agencies whose figures a notification is about, those with the most first, as far as the reader sees them.
    AgenciesOf => AgencyFigures,
    |reader, parents| notification_agency::table
        .inner_join(notification::table)
        .filter(notification_agency::notification_id.eq_any(parents))
        .filter(seen!(reader))
        .order((notification_agency::figures.desc(), notification_agency::agency_id))
        .select((notification_agency::notification_id, (notification_agency::agency_id, notification_agency::figures)))
);

impl Stored for Notification {
    type Query = Boxed<notification::table>;
    type Filter = NotificationFilter;
    type Sort = ();

    /// One's own, as far as one sees what they are about now: who has lost a role is told no more of what it was for.
    fn filtered(reader: &Reader, filter: &NotificationFilter) -> Self::Query {
        let account = reader.scope().actor().account().unwrap_or_default();
        let about_directive = notification::directive_id.is_null().or(refers_to_visible(
            reader,
            notification::directive_id,
            directive::table,
        ));
        let about_recommendation = notification::recommendation_id.is_null().or(refers_to_visible(
            reader,
            notification::recommendation_id,
            recommendation::table,
        ));
        let webhooks = webhook::table
            .filter(webhook::deleted_at.is_null())
            .filter(webhook::service_account_id.eq_any(accounts_seen(reader)))
            .select(webhook::id);
        let about_webhook =
            notification::webhook_id.is_null().or(notification::webhook_id.assume_not_null().eq_any(webhooks));
        let figures = notification_agency::table
            .filter(notification_agency::notification_id.eq(notification::id))
            .filter(seen!(reader));
        let mut query = notification::table
            .into_boxed()
            .filter(notification::account_id.eq(account))
            .filter(about_directive)
            .filter(about_recommendation)
            .filter(about_webhook)
            .filter(notification::period.is_null().or(exists(figures)));
        if let Some(unread) = filter.unread {
            query = if unread {
                query.filter(notification::read_at.is_null())
            } else {
                query.filter(notification::read_at.is_not_null())
            };
        }
        if let Some(kinds) = filter.kinds.clone() {
            query = query.filter(notification::kind.eq_any(kinds));
        }
        query
    }

    /// What happened last comes first: ids follow that time.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_tie!(query, page, true, notification::id, Id))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: None, tie: Tie::Id(self.id) }
    }
}

noun!(Notification, notification, tag b'N');

/// As far as what is not marked as read is counted: beyond that nobody looks at the number.
const COUNTED: i64 = 1_000;

/// How many of whoever reads are not marked as read; 1,000 for more.
#[boxed]
pub async fn unread(reader: &Reader) -> Result<i32, DbError> {
    let unread = NotificationFilter { unread: Some(true), kinds: None };
    let some = Notification::filtered(reader, &unread).select(notification::id).limit(COUNTED);
    let some: Vec<Uuid> = some.load(&mut reader.statement().await?).await?;
    Ok(i32::try_from(some.len()).unwrap_or(i32::MAX))
}

/// The most that are marked at once.
const MOST: u16 = 1_000;

/// Marks some of one's own as read; those that are already stay as they are, and what is not one's own is passed over.
#[boxed]
pub async fn mark_read(writer: &Writer, permit: OwnAccount, which: &[Id<Notification>]) -> Result<(), DbError> {
    if which.len() > usize::from(MOST) {
        let too_many = Violation::of(ViolationCode::TooMany, &["input", "notifications"]);
        return Err(DbError::Violated(vec![too_many.limit(i32::from(MOST))]));
    }
    let ids = which.iter().map(Id::uuid).collect::<Result<Vec<_>, _>>()?;
    let work = writer.write(permit.actor(), async |writing| {
        let now = writing.now();
        let own = notification::table
            .filter(notification::account_id.eq(permit.account()))
            .filter(notification::id.eq_any(&ids))
            .filter(notification::read_at.is_null());
        let marked: Vec<Uuid> = diesel::update(own)
            .set(notification::read_at.eq(now))
            .returning(notification::id)
            .get_results(writing.connection())
            .await?;
        for id in marked {
            writing.changed(ChangeKind::Updated, (NOUN, id));
        }
        Ok(())
    });
    work.await
}

//! Obligations (nghĩa vụ báo cáo): one assignment in one period, as it stands.

mod filter;
mod list;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use async_graphql::ID;
use auth::{Action, Object, Principal};
use derive::boxed;
use diesel::{
    QueryableByName,
    sql_types::{Array, Bool, Date as SqlDate, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use uuid::Uuid;

pub use self::filter::ObligationFilter;
pub(crate) use self::list::sums;
pub(super) use self::list::{Within, derived};
use crate::{
    Date, DbError, Reader,
    calendar::{Period, PeriodKind, Regime},
    id,
    noun::Batch,
    statement::Statement,
    text_enum::text_enum,
    violation::Words,
};

text_enum! {
    /// How an obligation to report stands: derived, never entered.
    pub enum ObligationState {
        /// Reporting has not opened
        NotDue => "NOT_DUE",
        /// Open and not answered; also where the viewer may not see that something is being drafted
        Due => "DUE",
        /// A figure is being drafted
        Draft => "DRAFT",
        /// A figure was handed in
        Submitted => "SUBMITTED",
        /// A figure was returned with a reason, and is owed again
        Returned => "RETURNED",
        /// A figure was endorsed or published
        Approved => "APPROVED",
        /// Answered: nothing arose (không phát sinh)
        Nil => "NIL",
    }
}

/// An obligation to report (nghĩa vụ báo cáo): one assignment in one period. It is derived anew for each question.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, SimpleObject)]
pub struct Obligation {
    /// Whether the period follows the calendar or the administrative months
    #[diesel(sql_type = Text)]
    pub regime: Regime,
    /// Length of the period
    #[diesel(sql_type = Text)]
    pub period_kind: PeriodKind,
    /// The period
    #[diesel(sql_type = Text)]
    pub period: Period,
    /// First day of the period (Asia/Ho_Chi_Minh)
    #[diesel(sql_type = SqlDate)]
    pub starts_on: Date,
    /// First day after the period
    #[diesel(sql_type = SqlDate)]
    #[graphql(skip)]
    pub ends_on: Date,
    /// First day on which it can be answered: the day after the figures are taken (ngày chốt số liệu)
    #[diesel(sql_type = SqlDate)]
    pub opens_on: Date,
    /// Last day on which an answer is on time, extensions counted
    #[diesel(sql_type = SqlDate)]
    pub due_on: Date,
    /// Last day by the schedule alone; `dueOn` is later where it was extended
    #[diesel(sql_type = SqlDate)]
    pub scheduled_on: Date,
    /// Last day on which answers are taken without an unlock
    #[diesel(sql_type = SqlDate)]
    pub closes_on: Date,
    /// True if an unlock holds on the day asked about: answers are then taken although it is closed
    #[diesel(sql_type = Bool)]
    pub unlocked: bool,
    /// How it stands now
    #[diesel(sql_type = Text)]
    pub state: ObligationState,
    /// True if it was answered by the due date, false if later or not at all by then, null while it can still be on time
    #[diesel(sql_type = Nullable<Bool>)]
    pub on_time: Option<bool>,
    /// The day of the answer that stands; null if there is none
    #[diesel(sql_type = Nullable<SqlDate>)]
    pub answered_on: Option<Date>,
    /// The assignment
    #[diesel(sql_type = SqlUuid)]
    #[graphql(skip)]
    pub assignment_id: Uuid,
    /// The indicator
    #[diesel(sql_type = SqlUuid)]
    #[graphql(skip)]
    pub indicator_id: Uuid,
    /// Whose figure it is
    #[diesel(sql_type = SqlUuid)]
    #[graphql(skip)]
    pub subject_id: Uuid,
    /// Who reports
    #[diesel(sql_type = SqlUuid)]
    #[graphql(skip)]
    pub reporter_id: Uuid,
    /// The figure, if the reader may know that there is one
    #[diesel(sql_type = Nullable<SqlUuid>)]
    #[graphql(skip)]
    pub measurement_id: Option<Uuid>,
    /// The nil answer that stands
    #[diesel(sql_type = Nullable<SqlUuid>)]
    #[graphql(skip)]
    pub nil_answer_id: Option<Uuid>,
}

/// What tells an obligation from others, as it stands in no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ObligationKey {
    /// The assignment that it follows from.
    pub assignment: Uuid,
    /// The period.
    pub period: Period,
}

/// What the global ids of obligations begin with.
const TAG: u8 = b'O';

impl ObligationKey {
    /// Its global id: the same whenever it is derived.
    #[must_use]
    pub fn id(self) -> ID {
        id::encode_with(TAG, self.assignment, &self.period.to_string())
    }

    /// The key in a global id; none for what is none. A period has one spelling there, so that an obligation has one id.
    #[must_use]
    pub fn of(id: &str) -> Option<Self> {
        let (assignment, word) = id::decode_with(TAG, id)?;
        let period: Period = word.parse().ok()?;
        (period.to_string() == word && period.kind() != PeriodKind::Range).then_some(Self { assignment, period })
    }
}

impl Batch for ObligationKey {
    type Value = Arc<Obligation>;

    #[boxed]
    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, Arc<Obligation>>, DbError> {
        let (scope, today) = (reader.scope(), reader.today());
        let ids: Vec<Uuid> = keys.iter().map(|key| key.assignment).collect();
        let periods: Vec<String> = keys.iter().map(|key| key.period.to_string()).collect();
        let (first, last) = windows(keys.iter().map(|key| key.period))?;
        // Each window for itself, so that one that lies far off makes nobody derive the years in between.
        let rows: Vec<Obligation> = Statement::new("SELECT o.* FROM unnest(")
            .value::<Array<SqlDate>, _>(first)
            .sql(", ")
            .value::<Array<SqlDate>, _>(last)
            .sql(") AS days (first, last), LATERAL obligation_shown(days.first, days.last, ")
            .value::<SqlDate, _>(today)
            .sql(", ")
            .value::<Nullable<Array<SqlUuid>>, _>(scope.drafts().ids())
            .sql(") AS o WHERE o.assignment_id = ANY (")
            .value::<Array<SqlUuid>, _>(ids.clone())
            .sql(") AND (o.assignment_id, o.period) IN (SELECT * FROM unnest(")
            .value::<Array<SqlUuid>, _>(ids)
            .sql(", ")
            .value::<Array<Text>, _>(periods)
            .sql(")) AND ")
            .reaches("o.reporter_id", scope.obligations())
            .load(&mut reader.statement().await?)
            .await?;
        Ok(rows.into_iter().map(|row| (row.key(), Arc::new(row))).collect())
    }
}

impl Obligation {
    /// What tells it from others.
    #[must_use]
    pub const fn key(&self) -> ObligationKey {
        ObligationKey { assignment: self.assignment_id, period: self.period }
    }

    /// Whether somebody may do this to it on a day, as it stands.
    #[must_use]
    pub fn is_open(&self, viewer: &Principal, action: Action, today: Date) -> bool {
        let is_closed = today > self.closes_on && !self.unlocked;
        let is_apt = match action {
            Action::AnswerNil => self.state == ObligationState::Due && !is_closed,
            Action::RequestUnlock => is_closed,
            _ => false,
        };
        is_apt && viewer.may_to(action, Object { agencies: &[self.reporter_id], by: None })
    }
}

/// The last day of a period: the earliest and the latest, where no regime is named.
pub(crate) fn last_days(period: Period, regime: Option<Regime>) -> Result<(Date, Date), DbError> {
    if period.kind() == PeriodKind::Range {
        return Err(DbError::Invalid(Words::new(
            "khoảng ngày không phải là kỳ báo cáo: hãy nêu tháng, quý, nửa năm hoặc năm",
            "a range of days is no reporting period: name a month, quarter, half-year or year",
        )));
    }
    let last = |regime| Date(period.window(regime).last_day());
    Ok(match regime {
        Some(regime) => (last(regime), last(regime)),
        None => (last(Regime::Administrative), last(Regime::Calendar)),
    })
}

/// The windows in which periods end, each once: many periods end at the same time. No two overlap, so no period ends in two.
pub(in crate::reporting) fn windows(periods: impl Iterator<Item = Period>) -> Result<(Vec<Date>, Vec<Date>), DbError> {
    let windows: BTreeSet<_> = periods.map(|period| last_days(period, None)).collect::<Result<_, _>>()?;
    Ok(windows.into_iter().unzip())
}

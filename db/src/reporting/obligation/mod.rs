//! Obligations (nghĩa vụ báo cáo): one assignment in one period, as it stands.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use async_graphql::{ID, InputObject};
use auth::{Action, Object, Principal, Reached};
use derive::boxed;
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Bool, Date as SqlDate, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use uuid::Uuid;

use super::{
    due::{BEFORE, DueDates, LATEST, later},
    statement::Statement,
};
use crate::{
    Date, DbError, Reader,
    calendar::{Period, PeriodKind, Regime},
    id,
    noun::{Batch, Listed, names},
    page::{Cursor, Key, Page, Slice, Tie},
    text_enum::text_enum,
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
            .query()
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

/// Narrows a list of obligations. What is left out or null narrows nothing, but for the days: without a period and without
/// due dates, those that were due in the last three months or will be within one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ObligationFilter {
    /// Code of the agency that reports
    pub reporter: Option<String>,
    /// Code of the agency whose figure it is
    pub subject: Option<String>,
    /// Code of the indicator
    pub indicator: Option<String>,
    /// Code of a programme that follows the indicator
    pub programme: Option<String>,
    /// Code of the pillar in which a programme follows it
    pub group: Option<String>,
    /// The period; not a range of days
    pub period: Option<Period>,
    /// Calendar or administrative periods
    pub regime: Option<Regime>,
    /// Any of these states
    pub states: Option<Vec<ObligationState>>,
    /// True: those past their due date without an answer; false: the others
    pub overdue: Option<bool>,
    /// Due on this day or later
    pub due_from: Option<Date>,
    /// Due on this day or earlier; at most three years after `dueFrom`
    pub due_to: Option<Date>,
    /// The day (Asia/Ho_Chi_Minh) by which it is judged what is open, late or overdue; today if left out. Answers are as
    /// they stand now
    pub on: Option<Date>,
    /// Those of the agencies whose drafts the reader sees, as far as they are open or still owed.
    #[graphql(skip)]
    pub mine: bool,
}

names!(ObligationFilter {
    reporter: Agency,
    subject: Agency,
    indicator: Indicator,
    programme: Programme,
    group: Group in programme,
});

/// How many days before the day asked about, of the viewer's own agencies (`mine`): what is still owed is not forgotten.
const OWN: u64 = 400;

/// What a filter asks for: between which days periods end, and between which they are due.
pub(super) struct Asked {
    pub(super) last_days: (Date, Date),
    due: Option<(Date, Date)>,
}

/// The last day of a period: the earliest and the latest, where no regime is named.
pub(super) fn last_days(period: Period, regime: Option<Regime>) -> Result<(Date, Date), DbError> {
    if period.kind() == PeriodKind::Range {
        return Err(DbError::Invalid(
            "a range of days is no reporting period: name a month, quarter, half-year or year".into(),
        ));
    }
    let last = |regime| Date(period.window(regime).last_day());
    Ok(match regime {
        Some(regime) => (last(regime), last(regime)),
        None => (last(Regime::Administrative), last(Regime::Calendar)),
    })
}

/// The windows in which periods end, each once: many periods end at the same time. No two overlap, so no period ends in two.
pub(super) fn windows(periods: impl Iterator<Item = Period>) -> Result<(Vec<Date>, Vec<Date>), DbError> {
    let windows: BTreeSet<_> = periods.map(|period| last_days(period, None)).collect::<Result<_, _>>()?;
    Ok(windows.into_iter().unzip())
}

impl ObligationFilter {
    pub(super) fn asked(&self, on: Date) -> Result<Asked, DbError> {
        let before = if self.mine { OWN } else { BEFORE };
        let due = DueDates::about(on, self.due_from, self.due_to, before);
        let is_bounded = self.due_from.is_some() || self.due_to.is_some();
        if let Some(period) = self.period {
            let (first, last) = last_days(period, self.regime)?;
            let due = (self.due_from.unwrap_or(first), self.due_to.unwrap_or(later(last, LATEST)));
            return Ok(Asked { last_days: (first, last), due: is_bounded.then_some(due) });
        }
        let due = due.bounded()?;
        Ok(Asked { last_days: due.last_days(), due: Some((due.from, due.to)) })
    }

    /// Adds the conditions on reporter, subject and regime. `row` is the name of a table that has these columns.
    pub(super) fn narrow(&self, mut statement: Statement, row: &str) -> Statement {
        for (column, code) in [("reporter_id", &self.reporter), ("subject_id", &self.subject)] {
            if let Some(code) = code.clone() {
                statement = statement
                    .sql(&format!(" AND {row}.{column} = (SELECT id FROM agency WHERE code = "))
                    .value::<Text, _>(code)
                    .sql(")");
            }
        }
        if let Some(regime) = self.regime {
            statement = statement.sql(&format!(" AND {row}.regime = ")).value::<Text, _>(regime);
        }
        statement
    }

    /// Adds the conditions on the indicator.
    pub(super) fn narrow_indicators(&self, mut statement: Statement, row: &str) -> Statement {
        if let Some(code) = self.indicator.clone() {
            statement = statement
                .sql(&format!(" AND {row}.indicator_id = (SELECT id FROM indicator WHERE code = "))
                .value::<Text, _>(code)
                .sql(")");
        }
        if self.programme.is_some() || self.group.is_some() {
            statement = statement.sql(&format!(
                " AND {row}.indicator_id IN (SELECT followed.indicator_id FROM programme_indicator followed \
                 JOIN programme ON programme.id = followed.programme_id \
                 LEFT JOIN indicator_group ON indicator_group.id = followed.group_id WHERE TRUE"
            ));
            if let Some(code) = self.programme.clone() {
                statement = statement.sql(" AND programme.code = ").value::<Text, _>(code);
            }
            if let Some(code) = self.group.clone() {
                statement = statement.sql(" AND indicator_group.code = ").value::<Text, _>(code);
            }
            statement = statement.sql(")");
        }
        statement
    }

    /// Whether all indicators are asked about alike.
    pub(super) const fn is_of_all_indicators(&self) -> bool {
        self.indicator.is_none() && self.programme.is_none() && self.group.is_none()
    }

    /// Whether it can be answered without looking at each obligation: by sums over what one agency reports of another.
    pub(super) const fn is_summed(&self) -> bool {
        self.is_of_all_indicators() && self.states.is_none() && !self.mine
    }

    /// Whether nothing that is answered can pass.
    fn is_of_unanswered(&self) -> bool {
        use ObligationState as State;
        let is_open = |state: &State| matches!(state, State::NotDue | State::Due | State::Draft | State::Returned);
        self.overdue == Some(true) || self.states.as_ref().is_some_and(|states| states.iter().all(is_open))
    }
}

/// Adds the rows of SQL function `reporting_duty` that the reader may see and the filter lets through, as far as it can be said
/// of them: who reports of whom in which period. `reporters` is an array of SQL that names them; none for those of the filter.
pub(super) fn duties(
    statement: Statement,
    reader: &Reader,
    filter: &ObligationFilter,
    reporters: Option<&str>,
) -> Result<Statement, DbError> {
    let on = filter.on.unwrap_or(reader.today());
    let Asked { last_days: (from, until), due } = filter.asked(on)?;
    let statement = statement
        .sql("SELECT d.* FROM reporting_duty(")
        .value::<SqlDate, _>(from)
        .sql(", ")
        .value::<SqlDate, _>(until)
        .sql(", ")
        .value::<Nullable<SqlDate>, _>(due.map(|(from, _)| from))
        .sql(", ")
        .value::<Nullable<SqlDate>, _>(due.map(|(_, to)| to))
        .sql(", ");
    let statement = named_reporters(statement, reader, filter, reporters).sql(") AS d WHERE ");
    Ok(of_seen(statement, reader, filter, "d"))
}

/// Adds the rows of SQL function `obligation_sum`, narrowed likewise.
pub(super) fn sums(
    statement: Statement,
    reader: &Reader,
    filter: &ObligationFilter,
    reporters: Option<&str>,
) -> Result<Statement, DbError> {
    let on = filter.on.unwrap_or(reader.today());
    let Asked { last_days: (from, until), due } = filter.asked(on)?;
    let statement = statement
        .sql("SELECT s.* FROM obligation_sum(")
        .value::<SqlDate, _>(from)
        .sql(", ")
        .value::<SqlDate, _>(until)
        .sql(", ")
        .value::<Nullable<SqlDate>, _>(due.map(|(from, _)| from))
        .sql(", ")
        .value::<Nullable<SqlDate>, _>(due.map(|(_, to)| to))
        .sql(", ")
        .value::<SqlDate, _>(on)
        .sql(", ");
    let statement = named_reporters(statement, reader, filter, reporters)
        .sql(", ")
        .value::<Nullable<Array<SqlUuid>>, _>(reader.scope().drafts().ids())
        .sql(") AS s WHERE ");
    Ok(of_seen(statement, reader, filter, "s"))
}

/// Whose obligations the reader sees, of those a filter asks for.
fn seen<'a>(reader: &'a Reader, filter: &ObligationFilter) -> &'a Reached {
    if filter.mine { reader.scope().drafts() } else { reader.scope().obligations() }
}

/// Adds the ids of the reporters, as an array or null for all: what is not of them is then not put together at all.
fn named_reporters(
    statement: Statement,
    reader: &Reader,
    filter: &ObligationFilter,
    reporters: Option<&str>,
) -> Statement {
    match (reporters, filter.reporter.clone()) {
        (Some(named), _) => statement.sql(named),
        (None, Some(code)) => {
            statement.sql("ARRAY(SELECT id FROM agency WHERE code = ").value::<Text, _>(code).sql(")")
        }
        (None, None) => statement.value::<Nullable<Array<SqlUuid>>, _>(seen(reader, filter).ids()),
    }
}

fn of_seen(statement: Statement, reader: &Reader, filter: &ObligationFilter, row: &str) -> Statement {
    let statement = statement.reaches(&format!("{row}.reporter_id"), seen(reader, filter));
    let statement = filter.narrow(statement, row);
    match filter.period {
        Some(period) => statement.sql(&format!(" AND {row}.period = ")).value::<Text, _>(period.to_string()),
        None => statement,
    }
}

/// Of whom obligations are derived, and which of them: more conditions in SQL, on the duties `d` and on the obligations `o`.
#[derive(Default)]
pub(super) struct Within {
    pub reporters: Option<&'static str>,
    pub duties: &'static str,
    pub obligations: &'static str,
}

/// Adds the query of the obligations that the reader may see and the filter lets through. The SQL functions `reporting_duty`
/// and `obligation_of_duty` say what an obligation is, and what of it the reader may know.
pub(super) fn derived(
    statement: Statement,
    reader: &Reader,
    filter: &ObligationFilter,
    within: &Within,
) -> Result<Statement, DbError> {
    listed(statement, reader, filter, within, None)
}

/// The order of obligations: first that of their duties.
const ORDER: [&str; 6] = ["due_on", "reporter_id", "subject_id", "regime", "period", "assignment_id"];

fn order(row: &str, columns: &[&str], direction: &str) -> String {
    columns.iter().map(|column| format!("{row}.{column} {direction}")).collect::<Vec<_>>().join(", ")
}

/// The same in the order of the list, of a page from its place on (`place`). The duties are sorted, and of each the obligations:
/// whoever takes the first rows has none derived but these.
fn listed(
    statement: Statement,
    reader: &Reader,
    filter: &ObligationFilter,
    within: &Within,
    page: Option<&Page>,
) -> Result<Statement, DbError> {
    let on = filter.on.unwrap_or(reader.today());
    let (beyond, direction) = if page.is_some_and(|page| page.backward) { ("<", "DESC") } else { (">", "ASC") };
    let is_later = page.is_some_and(|page| page.from.is_some());
    let mut statement =
        duties(statement.sql("SELECT o.* FROM ("), reader, filter, within.reporters)?.sql(within.duties);
    if filter.is_of_unanswered() {
        statement = statement.sql(" AND d.answers < d.assignments");
    }
    if filter.overdue == Some(true) {
        statement = statement.sql(" AND d.due_on < ").value::<SqlDate, _>(on);
    }
    if filter.mine {
        statement = statement
            .sql(" AND d.opens_on <= ")
            .value::<SqlDate, _>(on)
            .sql(" AND (d.answers < d.assignments OR d.closes_on >= ")
            .value::<SqlDate, _>(on)
            .sql(")");
    }
    if is_later {
        statement = statement.sql(&format!(
            " AND (d.due_on, d.reporter_id, d.subject_id, d.regime, d.period) {beyond}= \
             (SELECT due_on, reporter_id, subject_id, regime, period FROM place)"
        ));
    }
    statement = statement
        .sql(&format!(" ORDER BY {} OFFSET 0) AS d CROSS JOIN LATERAL (SELECT o.* FROM ", order("d", &ORDER[..5], direction)))
        .sql("obligation_of_duty(d.reporter_id, d.subject_id, d.regime, d.period_kind, d.period, d.starts_on, d.ends_on, d.opens_on, \
              d.scheduled_on, d.extended, d.due_on, d.closes_on, ")
        .value::<SqlDate, _>(on)
        .sql(", ")
        .value::<Nullable<Array<SqlUuid>>, _>(reader.scope().drafts().ids())
        .sql(") AS o WHERE TRUE")
        .sql(within.obligations);
    statement = of_states(filter.narrow_indicators(statement, "o"), filter, on);
    if is_later {
        statement = statement.sql(&format!(
            " AND (o.due_on, o.reporter_id, o.subject_id, o.regime, o.period, o.assignment_id) {beyond} \
             (SELECT due_on, reporter_id, subject_id, regime, period, assignment_id FROM place)"
        ));
    }
    Ok(statement.sql(&format!(" ORDER BY o.assignment_id {direction} OFFSET 0) AS o")))
}

/// Adds the conditions on how an obligation `o` stands.
fn of_states(mut statement: Statement, filter: &ObligationFilter, on: Date) -> Statement {
    if let Some(states) = &filter.states {
        let states: Vec<&'static str> = states.iter().map(|state| state.as_str()).collect();
        statement = statement.sql(" AND o.state = ANY (").value::<Array<Text>, _>(states).sql(")");
    }
    if let Some(overdue) = filter.overdue {
        let not = if overdue { "" } else { "NOT " };
        statement =
            statement.sql(&format!(" AND {not}(NOT o.answered AND o.due_on < ")).value::<SqlDate, _>(on).sql(")");
    }
    if filter.mine {
        statement = statement.sql(" AND (NOT o.answered OR o.closes_on >= ").value::<SqlDate, _>(on).sql(")");
    }
    statement
}

#[derive(QueryableByName)]
pub(super) struct Count {
    #[diesel(sql_type = BigInt)]
    pub count: i64,
}

// Not by `noun!`: obligations stand in no table, and are told apart by assignment and period.
impl Listed for Obligation {
    type Filter = ObligationFilter;
    type Sort = ();

    fn cursor(&self, (): ()) -> Cursor {
        let tie = Tie::Code(format!("{}/{}", self.assignment_id, self.period));
        Cursor { key: Some(Key::Date(self.due_on)), tie }
    }

    #[boxed]
    async fn list(reader: &Reader, filter: &ObligationFilter, (): (), page: &Page) -> Result<Slice<Self>, DbError> {
        let mut statement = Statement::new("");
        if let Some(cursor) = &page.from {
            let (day, assignment, period) = place(cursor)?;
            statement = statement
                .sql("WITH place AS MATERIALIZED (SELECT ")
                .value::<SqlDate, _>(day)
                .sql(" AS due_on, reporter_id, subject_id, regime, ")
                .value::<Text, _>(period)
                .sql(" AS period, id AS assignment_id FROM reporting_assignment WHERE id = ")
                .value::<SqlUuid, _>(assignment)
                .sql(") ");
        }
        // The inner limit ends it as soon as the page is full: PostgreSQL has no way but to take duty after duty.
        let direction = if page.backward { "DESC" } else { "ASC" };
        let statement = listed(statement.sql("SELECT * FROM ("), reader, filter, &Within::default(), Some(page))?
            .sql(" LIMIT ")
            .value::<BigInt, _>(page.limit())
            .sql(&format!(") AS o ORDER BY {}", order("o", &ORDER, direction)));
        let rows = statement.query().load(&mut reader.statement().await?).await?;
        Ok(page.slice(rows))
    }

    #[boxed]
    async fn count(reader: &Reader, filter: &ObligationFilter) -> Result<i64, DbError> {
        let head = |what: &str| Statement::new(&format!("SELECT coalesce(sum({what}), 0)::bigint AS count FROM ("));
        let statement = match (filter.is_summed(), filter.overdue) {
            (true, None) => duties(head("o.assignments"), reader, filter, None)?,
            (true, Some(true)) => sums(head("o.overdue"), reader, filter, None)?,
            (true, Some(false)) => sums(head("o.owed - o.overdue"), reader, filter, None)?,
            (false, _) => derived(head("1"), reader, filter, &Within::default())?,
        };
        let counted: Count = statement.sql(") AS o").query().get_result(&mut reader.statement().await?).await?;
        Ok(counted.count)
    }
}

/// The due date, the assignment and the period at which a page begins.
fn place(cursor: &Cursor) -> Result<(Date, Uuid, String), DbError> {
    let (Some(Key::Date(day)), Tie::Code(code)) = (&cursor.key, &cursor.tie) else { return Err(DbError::Cursor) };
    let (assignment, period) = code.split_once('/').ok_or(DbError::Cursor)?;
    Ok((*day, assignment.parse().map_err(|_| DbError::Cursor)?, period.to_owned()))
}

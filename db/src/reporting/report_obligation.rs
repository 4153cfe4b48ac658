//! Obligations to give a report for a period, by the rules of a plan: for each agency that a rule names, or that belongs to a
//! group it names.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{ID, InputObject};
use derive::boxed;
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Date as SqlDate, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use uuid::Uuid;

use super::{
    due::{BEFORE, DueDates},
    obligation::windows,
};
use crate::{
    Date, DbError, Reader,
    calendar::{Period, PeriodKind},
    id,
    noun::{Batch, Listed, names},
    page::{Cursor, Key, Page, Slice, Tie},
    statement::{Count, Statement},
    text_enum::text_enum,
};

text_enum! {
    /// How an obligation to give a report stands: derived, never entered.
    pub enum ReportObligationState {
        /// The period is not over
        NotDue => "NOT_DUE",
        /// It can be given and is still in time
        Due => "DUE",
        /// Its due date is over
        Overdue => "OVERDUE",
        /// A period report of the agency is there
        Answered => "ANSWERED",
    }
}

/// An obligation to give a report for a period (nghĩa vụ báo cáo theo kỳ): one rule, one agency, one period. It is derived anew
/// for each question.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, SimpleObject)]
pub struct ReportObligation {
    /// Length of the period
    #[diesel(sql_type = Text)]
    pub period_kind: PeriodKind,
    /// The period, by the calendar
    #[diesel(sql_type = Text)]
    pub period: Period,
    /// First day of the period (Asia/Ho_Chi_Minh)
    #[diesel(sql_type = SqlDate)]
    pub starts_on: Date,
    /// First day on which the report can be given
    #[diesel(sql_type = SqlDate)]
    pub opens_on: Date,
    /// Last day on which it is on time, extensions counted
    #[diesel(sql_type = SqlDate)]
    pub due_on: Date,
    /// How it stands on the day asked about
    #[diesel(sql_type = Text)]
    pub state: ReportObligationState,
    /// The rule
    #[diesel(sql_type = SqlUuid)]
    #[graphql(skip)]
    pub rule_id: Uuid,
    /// Who reports
    #[diesel(sql_type = SqlUuid)]
    #[graphql(skip)]
    pub reporter_id: Uuid,
    /// The report that answers it
    #[diesel(sql_type = Nullable<SqlUuid>)]
    #[graphql(skip)]
    pub period_report_id: Option<Uuid>,
}

/// What tells a report obligation from others: it stands in no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReportObligationKey {
    /// The rule that it follows from.
    pub rule: Uuid,
    /// Who reports.
    pub reporter: Uuid,
    /// The period.
    pub period: Period,
}

/// What the global ids of report obligations begin with.
const TAG: u8 = b'R';

impl ReportObligationKey {
    /// Its global id: the same whenever it is derived.
    #[must_use]
    pub fn id(self) -> ID {
        id::encode_with(TAG, self.rule, &format!("{}/{}", self.reporter.simple(), self.period))
    }

    /// The key in a global id; none for what is none.
    #[must_use]
    pub fn of(id: &str) -> Option<Self> {
        let (rule, words) = id::decode_with(TAG, id)?;
        let (reporter, period) = words.split_once('/')?;
        let key = Self { rule, reporter: reporter.parse().ok()?, period: period.parse().ok()? };
        // One spelling, so that an obligation has one id.
        (*key.id() == *id && key.period.kind() != PeriodKind::Range).then_some(key)
    }
}

impl Batch for ReportObligationKey {
    type Value = Arc<ReportObligation>;

    #[boxed]
    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, Arc<ReportObligation>>, DbError> {
        let (first, last) = windows(keys.iter().map(|key| key.period))?;
        // Each window for itself, so that one that lies far off makes nobody derive the years in between.
        let rows: Vec<ReportObligation> = Statement::new("SELECT o.* FROM unnest(")
            .value::<Array<SqlDate>, _>(first)
            .sql(", ")
            .value::<Array<SqlDate>, _>(last)
            .sql(") AS days (first, last), LATERAL report_obligation(days.first, days.last, ")
            .value::<SqlDate, _>(reader.today())
            .sql(") AS o WHERE (o.rule_id, o.reporter_id, o.period) IN (SELECT * FROM unnest(")
            .value::<Array<SqlUuid>, _>(keys.iter().map(|key| key.rule).collect::<Vec<_>>())
            .sql(", ")
            .value::<Array<SqlUuid>, _>(keys.iter().map(|key| key.reporter).collect::<Vec<_>>())
            .sql(", ")
            .value::<Array<Text>, _>(keys.iter().map(|key| key.period.to_string()).collect::<Vec<_>>())
            .sql(")) AND ")
            .reaches("o.reporter_id", reader.scope().obligations())
            .load(&mut reader.statement().await?)
            .await?;
        Ok(rows.into_iter().map(|row| (row.key(), Arc::new(row))).collect())
    }
}

impl ReportObligation {
    /// What tells it from others.
    #[must_use]
    pub const fn key(&self) -> ReportObligationKey {
        ReportObligationKey { rule: self.rule_id, reporter: self.reporter_id, period: self.period }
    }
}

/// Narrows a list of obligations to report. What is left out or null narrows nothing, but for the days: without a period and
/// without due dates, those that were due in the last three months or will be within one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ReportObligationFilter {
    /// Code of the rule
    pub rule: Option<String>,
    /// Code of the agency that reports
    pub reporter: Option<String>,
    /// Any of these lengths of period
    pub period_kinds: Option<Vec<PeriodKind>>,
    /// Any of these states
    pub states: Option<Vec<ReportObligationState>>,
    /// Due on this day or later
    pub due_from: Option<Date>,
    /// Due on this day or earlier; at most three years after `dueFrom`
    pub due_to: Option<Date>,
    /// The day (Asia/Ho_Chi_Minh) by which it is judged what is open or overdue; today if left out
    pub on: Option<Date>,
}

names!(ReportObligationFilter { rule: ReportingRule, reporter: Agency });

/// Adds the query of the obligations that the reader may see and the filter lets through.
fn derived(statement: Statement, reader: &Reader, filter: &ReportObligationFilter) -> Result<Statement, DbError> {
    let on = filter.on.unwrap_or(reader.today());
    let due = DueDates::about(on, filter.due_from, filter.due_to, BEFORE).bounded()?;
    let (first, last) = due.last_days();
    let mut statement = statement
        .sql("SELECT o.* FROM report_obligation(")
        .value::<SqlDate, _>(first)
        .sql(", ")
        .value::<SqlDate, _>(last)
        .sql(", ")
        .value::<SqlDate, _>(on)
        .sql(") AS o WHERE ")
        .reaches("o.reporter_id", reader.scope().obligations())
        .sql(" AND o.due_on BETWEEN ")
        .value::<SqlDate, _>(due.from)
        .sql(" AND ")
        .value::<SqlDate, _>(due.to);
    for (column, table, code) in
        [("rule_id", "reporting_rule", &filter.rule), ("reporter_id", "agency", &filter.reporter)]
    {
        if let Some(code) = code.clone() {
            statement = statement
                .sql(&format!(" AND o.{column} = (SELECT id FROM {table} WHERE code = "))
                .value::<Text, _>(code)
                .sql(")");
        }
    }
    if let Some(kinds) = &filter.period_kinds {
        let kinds: Vec<&'static str> = kinds.iter().map(|kind| kind.as_str()).collect();
        statement = statement.sql(" AND o.period_kind = ANY (").value::<Array<Text>, _>(kinds).sql(")");
    }
    if let Some(states) = &filter.states {
        let states: Vec<&'static str> = states.iter().map(|state| state.as_str()).collect();
        statement = statement.sql(" AND o.state = ANY (").value::<Array<Text>, _>(states).sql(")");
    }
    Ok(statement)
}

// Not by `noun!`: they stand in no table, and are told apart by rule, agency and period.
impl Listed for ReportObligation {
    type Filter = ReportObligationFilter;
    type Sort = ();

    fn cursor(&self, (): ()) -> Cursor {
        let tie = Tie::Code(format!("{}/{}/{}", self.rule_id, self.reporter_id, self.period));
        Cursor { key: Some(Key::Date(self.due_on)), tie }
    }

    #[boxed]
    async fn list(
        reader: &Reader,
        filter: &ReportObligationFilter,
        (): (),
        page: &Page,
    ) -> Result<Slice<Self>, DbError> {
        let mut statement = derived(Statement::new(""), reader, filter)?;
        let (beyond, direction) = if page.backward { ("<", "DESC") } else { (">", "ASC") };
        if let Some(cursor) = &page.from {
            let (day, rule, reporter, period) = place(cursor)?;
            statement = statement
                .sql(&format!(" AND (o.due_on, o.rule_id, o.reporter_id, o.period) {beyond} ("))
                .value::<SqlDate, _>(day)
                .sql(", ")
                .value::<SqlUuid, _>(rule)
                .sql(", ")
                .value::<SqlUuid, _>(reporter)
                .sql(", ")
                .value::<Text, _>(period)
                .sql(")");
        }
        let order =
            ["o.due_on", "o.rule_id", "o.reporter_id", "o.period"].map(|column| format!("{column} {direction}"));
        let statement =
            statement.sql(&format!(" ORDER BY {} LIMIT ", order.join(", "))).value::<BigInt, _>(page.limit());
        let rows = statement.load(&mut reader.statement().await?).await?;
        Ok(page.slice(rows))
    }

    #[boxed]
    async fn count(reader: &Reader, filter: &ReportObligationFilter) -> Result<i64, DbError> {
        let statement = derived(Statement::new("SELECT count(*) AS count FROM ("), reader, filter)?.sql(") AS o");
        let counted: Count = statement.get_result(&mut reader.statement().await?).await?;
        Ok(counted.count)
    }
}

/// The due date, the rule, the agency and the period at which a page begins.
fn place(cursor: &Cursor) -> Result<(Date, Uuid, Uuid, String), DbError> {
    let (Some(Key::Date(day)), Tie::Code(code)) = (&cursor.key, &cursor.tie) else { return Err(DbError::Cursor) };
    let mut parts = code.splitn(3, '/');
    let (Some(rule), Some(reporter), Some(period)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(DbError::Cursor);
    };
    let id = |text: &str| text.parse().map_err(|_| DbError::Cursor);
    Ok((*day, id(rule)?, id(reporter)?, period.to_owned()))
}

//! How complete and how timely reporting is: obligations counted by agency, indicator, pillar or period.

use derive::boxed;
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Date as SqlDate, Integer, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use rust_decimal::Decimal;
use uuid::Uuid;

use object_layer::SimpleObject;

use super::obligation::{ObligationFilter, Within, derived, last_days, sums};
use crate::{
    DbError, Reader,
    calendar::{Period, Regime},
    noun::{Listed, Named, Names},
    page::{Cursor, Page, Slice, Tie},
    statement::{Count, Statement},
    text_enum::text_enum,
};

text_enum! {
    /// What obligations are counted by.
    #[derive(Default)]
    pub enum CompletenessBy {
        /// One row for each agency that reports
        #[default]
        Reporter => "REPORTER",
        /// One row for each indicator
        Indicator => "INDICATOR",
        /// One row for each pillar of a programme
        Group => "GROUP",
        /// One row for each period
        Period => "PERIOD",
    }
}

/// How many obligations there are, and what became of them. Counted are those that are open: reporting on the period has begun.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, SimpleObject)]
pub struct Completeness {
    /// The row's place among the others.
    #[diesel(sql_type = Text)]
    #[graphql(skip)]
    pub key: String,
    /// What the row is of
    #[diesel(sql_type = Text)]
    pub by: CompletenessBy,
    /// The agency, the indicator or the pillar.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    #[graphql(skip)]
    pub object_id: Option<Uuid>,
    /// The period; null where it is not counted by period
    #[diesel(sql_type = Nullable<Text>)]
    pub period: Option<Period>,
    /// The regime of that period; null where it is not counted by period
    #[diesel(sql_type = Nullable<Text>)]
    pub regime: Option<Regime>,
    /// Answers that are expected
    #[diesel(sql_type = Integer)]
    pub expected: i32,
    /// Answers that were given: submitted, endorsed or published figures, and nil answers
    #[diesel(sql_type = Integer)]
    pub answered: i32,
    /// Of those, given by the due date
    #[diesel(sql_type = Integer)]
    pub answered_on_time: i32,
    /// Not answered, and past the due date
    #[diesel(sql_type = Integer)]
    pub overdue: i32,
}

impl Completeness {
    /// Answered of expected; none if nothing is.
    #[must_use]
    pub fn completeness(&self) -> Option<Decimal> {
        share(self.answered, self.expected)
    }

    /// Answered by the due date of expected; none if nothing is.
    #[must_use]
    pub fn timeliness(&self) -> Option<Decimal> {
        share(self.answered_on_time, self.expected)
    }
}

/// To four places, as shown: 0.9667 is 96.67 percent.
fn share(part: i32, whole: i32) -> Option<Decimal> {
    Decimal::from(part).checked_div(Decimal::from(whole)).map(|share| share.round_dp(4).normalize())
}

/// What is counted, and by what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct CompletenessFilter {
    /// What the rows are.
    pub by: CompletenessBy,
    /// What is counted.
    pub obligations: ObligationFilter,
}

impl Names for CompletenessFilter {
    fn names(&self) -> Vec<(&'static str, Named)> {
        self.obligations.names()
    }
}

const COUNTS: &str = "count(o.state)::integer AS expected, \
    (count(*) FILTER (WHERE o.answered))::integer AS answered, \
    (count(*) FILTER (WHERE o.answered AND o.on_time))::integer AS answered_on_time, \
    (count(*) FILTER (WHERE NOT o.answered AND NOT o.on_time))::integer AS overdue";

/// The same of what is summed up already.
const SUMS: &str = "coalesce(sum(o.expected), 0)::integer AS expected, coalesce(sum(o.answered), 0)::integer AS answered, \
    coalesce(sum(o.answered_on_time), 0)::integer AS answered_on_time, coalesce(sum(o.overdue), 0)::integer AS overdue";

/// Adds the query of the rows, each with its key, by which they are sorted.
fn counted(
    statement: Statement,
    reader: &Reader,
    filter: &CompletenessFilter,
    page: Option<&Page>,
) -> Result<Statement, DbError> {
    let obligations = &filter.obligations;
    let is_summed = obligations.is_summed() && obligations.overdue.is_none();
    let by = filter.by.as_str();
    let of = |statement: Statement, key: &str, rest: &str, is_summed: bool, reporters: Option<&'static str>| {
        let counts = if is_summed { SUMS } else { COUNTS };
        let from = if filter.by == CompletenessBy::Reporter { "page LEFT JOIN (" } else { "(" };
        let statement =
            statement.sql(&format!("SELECT ({key}) COLLATE \"C\" AS key, '{by}' AS by, {rest}, {counts} FROM {from}"));
        let statement = if is_summed {
            sums(statement, reader, obligations, reporters)?.sql(" AND s.expected > 0")
        } else {
            let within = Within { reporters, obligations: " AND o.state <> 'NOT_DUE'", ..Within::default() };
            derived(statement, reader, obligations, &within)?
        };
        Ok::<_, DbError>(statement.sql(") AS o"))
    };
    let no_period = "NULL AS period, NULL AS regime";
    Ok(match filter.by {
        CompletenessBy::Reporter => {
            // Only the agencies of the page are counted.
            let statement = agencies(statement, reader, obligations, "reporter_id", page)?;
            let page = Some("ARRAY(SELECT id FROM page)");
            of(statement, "page.code", &format!("page.id AS object_id, {no_period}"), is_summed, page)?
                .sql(" ON o.reporter_id = page.id GROUP BY page.code, page.id")
        }
        CompletenessBy::Indicator => {
            of(statement, "indicator.code", &format!("indicator.id AS object_id, {no_period}"), false, None)?
                .sql(" JOIN indicator ON indicator.id = o.indicator_id GROUP BY indicator.code, indicator.id")
        }
        CompletenessBy::Group => {
            let key = "programme.code || ':' || lpad(indicator_group.position::text, 6, '0')";
            let rest = format!("indicator_group.id AS object_id, {no_period}");
            let mut statement = of(statement, key, &rest, false, None)?.sql(
                " JOIN programme_indicator followed ON followed.indicator_id = o.indicator_id \
                 JOIN indicator_group ON indicator_group.id = followed.group_id \
                 JOIN programme ON programme.id = followed.programme_id WHERE TRUE",
            );
            if let Some(code) = obligations.programme.clone() {
                statement = statement.sql(" AND programme.code = ").value::<Text, _>(code);
            }
            if let Some(code) = obligations.group.clone() {
                statement = statement.sql(" AND indicator_group.code = ").value::<Text, _>(code);
            }
            statement.sql(" GROUP BY programme.code, indicator_group.position, indicator_group.id")
        }
        CompletenessBy::Period => {
            let key = "o.ends_on::text || ' ' || o.regime || ' ' || o.period";
            of(statement, key, "NULL::uuid AS object_id, o.period, o.regime", is_summed, None)?
                .sql(" GROUP BY o.ends_on, o.regime, o.period")
        }
    })
}

/// `WITH page …`: the agencies, as reporters or as subjects, that have an assignment the reader may see; those of a page in
/// its order, or all.
pub(super) fn agencies(
    statement: Statement,
    reader: &Reader,
    filter: &ObligationFilter,
    column: &str,
    page: Option<&Page>,
) -> Result<Statement, DbError> {
    // Where the indicator makes no difference, what is counted already tells it sooner.
    let assigned = if filter.is_of_all_indicators() { "assignment_tally" } else { "reporting_assignment" };
    let mut statement = statement
        .sql(&format!(
            "WITH page AS MATERIALIZED (SELECT agency.id, agency.code FROM agency WHERE EXISTS (SELECT FROM {assigned} a \
             WHERE a.{column} = agency.id AND "
        ))
        .reaches("a.reporter_id", reader.scope().obligations());
    if let Some(period) = filter.period {
        let (first, last) = last_days(period, filter.regime)?;
        statement = statement
            .sql(" AND a.period_kind = ")
            .value::<Text, _>(period.kind())
            .sql(" AND (a.valid @> ")
            .value::<SqlDate, _>(first)
            .sql(" OR a.valid @> ")
            .value::<SqlDate, _>(last)
            .sql(")");
    }
    statement = filter.narrow_indicators(filter.narrow(statement, "a"), "a").sql(")");
    // Whoever was gone before, or came after, owed nothing: a row of them would be empty.
    let (first, last) = filter.asked(filter.on.unwrap_or(reader.today()))?.last_days;
    statement = statement
        .sql(" AND NOT EXISTS (SELECT FROM agency_life life WHERE life.agency_id = agency.id AND NOT lives_on(life.opened_on, life.ended_on, ")
        .value::<SqlDate, _>(first)
        .sql(") AND NOT lives_on(life.opened_on, life.ended_on, ")
        .value::<SqlDate, _>(last)
        .sql("))");
    if let Some(page) = page {
        let (beyond, direction) = if page.backward { ("<", "DESC") } else { (">", "ASC") };
        if let Some(cursor) = &page.from {
            statement = statement.sql(&format!(" AND agency.code {beyond} ")).value::<Text, _>(code(cursor)?);
        }
        statement =
            statement.sql(&format!(" ORDER BY agency.code {direction} LIMIT ")).value::<BigInt, _>(page.limit());
    }
    Ok(statement.sql(") "))
}

pub(super) fn code(cursor: &Cursor) -> Result<String, DbError> {
    match cursor {
        Cursor { key: None, tie: Tie::Code(code) } => Ok(code.clone()),
        _ => Err(DbError::Cursor),
    }
}

// Not by `noun!`: the rows are counted, not stored.
impl Listed for Completeness {
    type Filter = CompletenessFilter;
    type Sort = ();

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: None, tie: Tie::Code(self.key.clone()) }
    }

    #[boxed]
    async fn list(reader: &Reader, filter: &CompletenessFilter, (): (), page: &Page) -> Result<Slice<Self>, DbError> {
        let (beyond, direction) = if page.backward { ("<", "DESC") } else { (">", "ASC") };
        let mut statement = counted(Statement::new("SELECT * FROM ("), reader, filter, Some(page))?.sql(") AS counted");
        if let Some(cursor) = &page.from {
            statement = statement.sql(&format!(" WHERE counted.key {beyond} ")).value::<Text, _>(code(cursor)?);
        }
        let statement =
            statement.sql(&format!(" ORDER BY counted.key {direction} LIMIT ")).value::<BigInt, _>(page.limit());
        let rows = statement.load(&mut reader.statement().await?).await?;
        Ok(page.slice(rows))
    }

    #[boxed]
    async fn count(reader: &Reader, filter: &CompletenessFilter) -> Result<i64, DbError> {
        let head = Statement::new("SELECT count(*) AS count FROM (");
        let statement = match filter.by {
            CompletenessBy::Reporter => {
                agencies(head, reader, &filter.obligations, "reporter_id", None)?.sql("SELECT FROM page")
            }
            _ => counted(head, reader, filter, None)?,
        };
        let statement = statement.sql(") AS counted");
        let counted: Count = statement.get_result(&mut reader.statement().await?).await?;
        Ok(counted.count)
    }
}

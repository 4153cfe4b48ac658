//! Lists of assessments, narrowed and sorted.

use async_graphql::{Enum, InputObject};
use derive::boxed;
use diesel::sql_types::{Array, BigInt, Bool, Date as SqlDate, Integer, Nullable, Text};
use diesel_async::RunQueryDsl as _;

use super::{Assessment, AssessmentStatus, COLUMNS, Row, check_milestone, together};
use crate::{
    Date, DbError, Reader,
    agency::AgencyLevel,
    enums::SortDirection,
    noun::{Listed, names},
    page::{Cursor, Page, Slice, Tie},
    peers::below_on,
    statement::{Count, Statement},
};

/// Narrows a list of assessments. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct AssessmentFilter {
    /// Code of the programme; of all programmes if left out
    pub programme: Option<String>,
    /// Label of the pillar (a, b, c …) in which the programme follows the indicator
    pub group: Option<String>,
    /// Code of the indicator
    pub indicator: Option<String>,
    /// Code of the agency that answers for the indicator
    pub lead: Option<String>,
    /// Code of the agency whose figure it is
    pub subject: Option<String>,
    /// Code of an agency: only figures of agencies below it
    pub subjects_below: Option<String>,
    /// Only figures of agencies of this level
    pub level: Option<AgencyLevel>,
    /// Any of these statuses
    pub statuses: Option<Vec<AssessmentStatus>>,
    /// True: only what is judged by an old figure; false: all else
    pub stale: Option<bool>,
    /// The year whose milestone it is judged against, such as 2030; the next milestone if left out
    pub milestone: Option<i32>,
    /// The day (Asia/Ho_Chi_Minh) on which it stands so; today if left out
    pub on: Option<Date>,
}

names!(AssessmentFilter {
    programme: Programme,
    group: Group in programme,
    indicator: Indicator,
    lead: Agency,
    subject: Agency,
    subjects_below as "subjectsBelow": Agency,
});

/// What assessments are sorted by. What has no such value comes last, in either direction; equals follow by programme, indicator and
/// subject.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Enum)]
pub enum AssessmentSort {
    /// What needs attention first: missed, off track, at risk, to be judged, without data, incomplete, on track, achieved; then by pace
    #[default]
    Status,
    /// Way made by way expected
    Pace,
    /// Share of the way
    Attainment,
    /// Day of the milestone
    DueOn,
    /// Order of the catalogue, which is that of the plan
    Code,
}

/// How assessments are sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, InputObject)]
pub struct AssessmentOrder {
    /// What to sort by
    #[graphql(default)]
    pub by: AssessmentSort,
    /// In which direction
    #[graphql(default)]
    pub direction: SortDirection,
}

impl AssessmentFilter {
    /// The day on which it is assessed.
    fn day(&self, reader: &Reader) -> Date {
        self.on.unwrap_or(reader.today())
    }
}

/// Adds `WITH line AS (…)`: the rows of SQL function `assessment` that a filter asks for, but for what is said of their status.
pub(super) fn lines(statement: Statement, reader: &Reader, filter: &AssessmentFilter) -> Result<Statement, DbError> {
    let day = filter.day(reader);
    check_milestone(filter.milestone)?;
    let mut statement = statement
        .sql("WITH line AS MATERIALIZED (SELECT ")
        .sql(COLUMNS)
        .sql(", i.position, i.lead_agency_id FROM programme p CROSS JOIN LATERAL assessment(p.id, ")
        .value::<SqlDate, _>(day)
        .sql(", ")
        .value::<Nullable<Integer>, _>(filter.milestone)
        .sql(", ");
    statement = indicators(statement, filter).sql(", ");
    statement = subjects(statement, filter, day)
        .sql(", false) AS a JOIN indicator i ON i.id = a.indicator_id JOIN agency s ON s.id = a.subject_id WHERE TRUE");
    if let Some(code) = filter.programme.clone() {
        statement = statement.sql(" AND p.code = ").value::<Text, _>(code);
    }
    Ok(statement.sql(")"))
}

/// Adds the ids of the indicators as an array; null for all.
fn indicators(statement: Statement, filter: &AssessmentFilter) -> Statement {
    if filter.indicator.is_none() && filter.group.is_none() && filter.lead.is_none() {
        return statement.sql("NULL");
    }
    let mut statement = statement.sql("ARRAY(SELECT wanted.id FROM indicator wanted WHERE TRUE");
    if let Some(code) = filter.indicator.clone() {
        statement = statement.sql(" AND wanted.code = ").value::<Text, _>(code);
    }
    if let Some(code) = filter.lead.clone() {
        statement = statement
            .sql(" AND wanted.lead_agency_id = (SELECT id FROM agency WHERE code = ")
            .value::<Text, _>(code)
            .sql(")");
    }
    if let Some(code) = filter.group.clone() {
        statement = statement
            .sql(
                " AND EXISTS (SELECT FROM programme_indicator followed JOIN indicator_group ON indicator_group.id = followed.group_id \
                 WHERE followed.programme_id = p.id AND followed.indicator_id = wanted.id AND indicator_group.code = ",
            )
            .value::<Text, _>(code)
            .sql(")");
    }
    statement.sql(")")
}

/// The same of the subjects.
fn subjects(statement: Statement, filter: &AssessmentFilter, day: Date) -> Statement {
    if filter.subject.is_none() && filter.subjects_below.is_none() && filter.level.is_none() {
        return statement.sql("NULL");
    }
    let mut statement = statement.sql("ARRAY(SELECT agency.id FROM agency WHERE TRUE");
    if let Some(code) = filter.subject.clone() {
        statement = statement.sql(" AND agency.code = ").value::<Text, _>(code);
    }
    if let Some(level) = filter.level {
        statement = statement.sql(" AND agency.level = ").value::<Text, _>(level);
    }
    if let Some(code) = filter.subjects_below.clone() {
        statement = below_on(statement, code, day);
    }
    statement.sql(")")
}

/// Adds the conditions on an assessment `line`.
pub(super) fn wanted(mut statement: Statement, filter: &AssessmentFilter) -> Statement {
    statement = statement.sql(" line.place = 1");
    if let Some(statuses) = &filter.statuses {
        let statuses: Vec<&'static str> = statuses.iter().map(|status| status.as_str()).collect();
        statement = statement.sql(" AND line.status = ANY (").value::<Array<Text>, _>(statuses).sql(")");
    }
    if let Some(stale) = filter.stale {
        statement = statement.sql(" AND line.is_stale = ").value::<Bool, _>(stale);
    }
    statement
}

fn order(AssessmentOrder { by, direction }: AssessmentOrder) -> String {
    let direction = if direction == SortDirection::Descending { "DESC" } else { "ASC" };
    let key = match by {
        AssessmentSort::Status => {
            format!("assessment_severity(line.status) {direction}, line.pace {direction} NULLS LAST, ")
        }
        AssessmentSort::Pace => format!("line.pace {direction} NULLS LAST, "),
        AssessmentSort::Attainment => format!("line.attainment {direction} NULLS LAST, "),
        AssessmentSort::DueOn => format!("line.due_on {direction} NULLS LAST, "),
        AssessmentSort::Code => String::new(),
    };
    let rest = if by == AssessmentSort::Code { direction } else { "ASC" };
    format!("{key}split_part(line.codes, '/', 1) {rest}, line.position {rest}, line.codes COLLATE \"C\" {rest}")
}

// Not by `noun!`: assessments stand in no table, and are told apart by programme, indicator and subject.
impl Listed for Assessment {
    type Filter = AssessmentFilter;
    type Sort = AssessmentOrder;

    fn cursor(&self, _: AssessmentOrder) -> Cursor {
        Cursor { key: None, tie: Tie::Code(self.assessed.codes.clone()) }
    }

    /// A page begins where its cursor's assessment stands now, whatever has become of its status.
    #[boxed]
    async fn list(
        reader: &Reader,
        filter: &AssessmentFilter,
        sort: AssessmentOrder,
        page: &Page,
    ) -> Result<Slice<Self>, DbError> {
        let (beyond, direction) = if page.backward { ("<", "DESC") } else { (">", "ASC") };
        let mut statement = lines(Statement::new(""), reader, filter)?.sql(&format!(
            ", numbered AS MATERIALIZED (SELECT line.*, row_number() OVER (ORDER BY {}) AS number FROM line WHERE line.place = 1), \
             page AS (SELECT line.codes, line.number FROM numbered line WHERE",
            order(sort)
        ));
        statement = wanted(statement, filter);
        if let Some(cursor) = &page.from {
            let Cursor { key: None, tie: Tie::Code(codes) } = cursor else { return Err(DbError::Cursor) };
            statement = statement
                .sql(&format!(" AND line.number {beyond} (SELECT number FROM numbered WHERE codes = "))
                .value::<Text, _>(codes.clone())
                .sql(")");
        }
        let statement = statement
            .sql(&format!(" ORDER BY line.number {direction} LIMIT "))
            .value::<BigInt, _>(page.limit())
            .sql(&format!(
                ") SELECT line.* FROM page JOIN line ON line.codes = page.codes ORDER BY page.number {direction}, line.place"
            ));
        let rows: Vec<Row> = statement.load(&mut reader.statement().await?).await?;
        Ok(page.slice(together(rows, filter.day(reader), filter.milestone)))
    }

    #[boxed]
    async fn count(reader: &Reader, filter: &AssessmentFilter) -> Result<i64, DbError> {
        let statement = lines(Statement::new(""), reader, filter)?.sql(" SELECT count(*) AS count FROM line WHERE");
        let counted: Count = wanted(statement, filter).get_result(&mut reader.statement().await?).await?;
        Ok(counted.count)
    }
}

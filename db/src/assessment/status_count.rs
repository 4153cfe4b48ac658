//! How many assessments stand how.

use derive::boxed;
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Integer, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use uuid::Uuid;

use super::list::{AssessmentFilter, lines, wanted};

use crate::{
    DbError, Reader,
    noun::{Listed, Named, Names},
    page::{Cursor, Page, Slice, Tie},
    statement::{Count, Statement},
    text_enum::text_enum,
};

text_enum! {
    /// What assessments are counted by.
    pub enum StatusCountBy {
        /// One row for each programme
        Programme => "PROGRAMME",
        /// One row for each pillar of a programme; what stands in none has a row of its own
        Group => "GROUP",
        /// One row for each agency that answers for indicators; those for which nobody answers have a row of their own
        Lead => "LEAD",
        /// One row for each year in which a milestone is due; what has none has a row of its own
        Milestone => "MILESTONE",
        /// One row for each agency whose figures they are
        Subject => "SUBJECT",
    }
}

/// How many assessments stand how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName, SimpleObject)]
pub struct StatusTally {
    /// All assessments
    #[diesel(sql_type = Integer)]
    pub total: i32,
    /// Not reached by their day
    #[diesel(sql_type = Integer)]
    pub missed: i32,
    /// Off track
    #[diesel(sql_type = Integer)]
    pub off_track: i32,
    /// At risk
    #[diesel(sql_type = Integer)]
    pub at_risk: i32,
    /// In words, and not judged yet
    #[diesel(sql_type = Integer)]
    pub needs_judgement: i32,
    /// Without a published figure
    #[diesel(sql_type = Integer)]
    pub no_data: i32,
    /// Sums that lack a figure
    #[diesel(sql_type = Integer)]
    pub incomplete: i32,
    /// On track
    #[diesel(sql_type = Integer)]
    pub on_track: i32,
    /// Achieved
    #[diesel(sql_type = Integer)]
    pub achieved: i32,
    /// Without a target in force
    #[diesel(sql_type = Integer)]
    pub no_target: i32,
}

/// How many assessments of something stand how.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, SimpleObject)]
pub struct StatusCount {
    /// The row's place among the others.
    #[diesel(sql_type = Text)]
    #[graphql(skip)]
    pub key: String,
    /// What the row is of
    #[diesel(sql_type = Text)]
    pub by: StatusCountBy,
    /// The programme, the pillar or the agency.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    #[graphql(skip)]
    pub object_id: Option<Uuid>,
    /// The year in which the milestone is due; null unless counted by it
    #[diesel(sql_type = Nullable<Integer>)]
    pub milestone: Option<i32>,
    /// The counts.
    #[diesel(embed)]
    #[graphql(flatten)]
    pub tally: StatusTally,
}

/// What is counted, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StatusCountFilter {
    /// What the rows are.
    pub by: StatusCountBy,
    /// What is counted.
    pub assessments: AssessmentFilter,
}

impl Default for StatusCountFilter {
    fn default() -> Self {
        Self { by: StatusCountBy::Programme, assessments: AssessmentFilter::default() }
    }
}

impl Names for StatusCountFilter {
    fn names(&self) -> Vec<(&'static str, Named)> {
        self.assessments.names()
    }
}

/// The counts of `line`, as [`StatusTally`] names them.
pub(crate) const COUNTS: &str = "count(*)::integer AS total, \
    (count(*) FILTER (WHERE line.status = 'MISSED'))::integer AS missed, \
    (count(*) FILTER (WHERE line.status = 'OFF_TRACK'))::integer AS off_track, \
    (count(*) FILTER (WHERE line.status = 'AT_RISK'))::integer AS at_risk, \
    (count(*) FILTER (WHERE line.status = 'NEEDS_JUDGEMENT'))::integer AS needs_judgement, \
    (count(*) FILTER (WHERE line.status = 'NO_DATA'))::integer AS no_data, \
    (count(*) FILTER (WHERE line.status = 'INCOMPLETE'))::integer AS incomplete, \
    (count(*) FILTER (WHERE line.status = 'ON_TRACK'))::integer AS on_track, \
    (count(*) FILTER (WHERE line.status = 'ACHIEVED'))::integer AS achieved, \
    (count(*) FILTER (WHERE line.status = 'NO_TARGET'))::integer AS no_target";

/// Adds the query of the rows, each with its key, by which they are sorted: what is of nothing comes last.
fn counted(statement: Statement, reader: &Reader, filter: &StatusCountFilter) -> Result<Statement, DbError> {
    let (key, object, join) = match filter.by {
        StatusCountBy::Programme => ("split_part(line.codes, '/', 1)", "line.programme_id", ""),
        StatusCountBy::Group => (
            "coalesce(split_part(line.codes, '/', 1) || ' ' || lpad(indicator_group.position::text, 6, '0'), '~')",
            "indicator_group.id",
            " LEFT JOIN programme_indicator followed ON followed.programme_id = line.programme_id AND followed.indicator_id = line.indicator_id \
             LEFT JOIN indicator_group ON indicator_group.id = followed.group_id",
        ),
        StatusCountBy::Lead => (
            "coalesce(lead.code, '~')",
            "lead.id",
            " JOIN indicator ON indicator.id = line.indicator_id LEFT JOIN agency lead ON lead.id = indicator.lead_agency_id",
        ),
        StatusCountBy::Milestone => ("coalesce(extract(year FROM line.due_on)::text, '~')", "NULL::uuid", ""),
        StatusCountBy::Subject => ("split_part(line.codes, '/', 3)", "line.subject_id", ""),
    };
    let year = match filter.by {
        StatusCountBy::Milestone => "extract(year FROM line.due_on)::integer",
        _ => "NULL::integer",
    };
    let by = filter.by.as_str();
    let statement = lines(statement, reader, &filter.assessments, "")?.sql(&format!(
        " SELECT * FROM (SELECT ({key}) COLLATE \"C\" AS key, '{by}' AS by, {object} AS object_id, {year} AS milestone, {COUNTS} \
         FROM line{join} WHERE"
    ));
    Ok(wanted(statement, &filter.assessments).sql(" GROUP BY 1, 3, 4) AS counted"))
}

// Not by `noun!`: the rows are counted, not stored.
impl Listed for StatusCount {
    type Filter = StatusCountFilter;
    type Sort = ();

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: None, tie: Tie::Code(self.key.clone()) }
    }

    #[boxed]
    async fn list(reader: &Reader, filter: &StatusCountFilter, (): (), page: &Page) -> Result<Slice<Self>, DbError> {
        let (beyond, direction) = if page.backward { ("<", "DESC") } else { (">", "ASC") };
        let mut statement = counted(Statement::new(""), reader, filter)?;
        if let Some(cursor) = &page.from {
            let Cursor { key: None, tie: Tie::Code(key) } = cursor else { return Err(DbError::Cursor) };
            statement = statement.sql(&format!(" WHERE counted.key {beyond} ")).value::<Text, _>(key.clone());
        }
        let statement =
            statement.sql(&format!(" ORDER BY counted.key {direction} LIMIT ")).value::<BigInt, _>(page.limit());
        let rows = statement.load(&mut reader.statement().await?).await?;
        Ok(page.slice(rows))
    }

    #[boxed]
    async fn count(reader: &Reader, filter: &StatusCountFilter) -> Result<i64, DbError> {
        let rows = counted(Statement::new("SELECT count(*) AS count FROM ("), reader, filter)?.sql(") AS rows");
        let counted: Count = rows.get_result(&mut reader.statement().await?).await?;
        Ok(counted.count)
    }
}

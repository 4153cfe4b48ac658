//! Lists of assessments, narrowed and sorted.

use async_graphql::{Enum, InputObject};
use derive::boxed;
use diesel::sql_types::{Array, BigInt, Bool, Date as SqlDate, Text};
use diesel_async::RunQueryDsl as _;

use super::{
    Assessment, AssessmentStatus, COLUMNS, Row, check_milestone,
    kept::{are_kept, kept, worked_out},
    together,
};
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

    /// Adds the conditions on `pair`: a programme, an indicator and a subject.
    fn is_asked(&self, mut statement: Statement, day: Date) -> Statement {
        if let Some(code) = self.programme.clone() {
            statement = statement
                .sql(" AND pair.programme_id = (SELECT id FROM programme WHERE code = ")
                .value::<Text, _>(code)
                .sql(")");
        }
        if let Some(code) = self.indicator.clone() {
            statement = statement
                .sql(" AND pair.indicator_id = (SELECT id FROM indicator WHERE code = ")
                .value::<Text, _>(code)
                .sql(")");
        }
        if let Some(code) = self.lead.clone() {
            statement = statement
                .sql(
                    " AND pair.indicator_id IN (SELECT indicator.id FROM indicator JOIN agency ON agency.id = indicator.lead_agency_id \
                     WHERE agency.code = ",
                )
                .value::<Text, _>(code)
                .sql(")");
        }
        if let Some(code) = self.group.clone() {
            statement = statement
                .sql(
                    " AND (pair.programme_id, pair.indicator_id) IN (SELECT followed.programme_id, followed.indicator_id \
                     FROM programme_indicator followed JOIN indicator_group ON indicator_group.id = followed.group_id WHERE indicator_group.code = ",
                )
                .value::<Text, _>(code)
                .sql(")");
        }
        if let Some(code) = self.subject.clone() {
            statement = statement
                .sql(" AND pair.subject_id = (SELECT id FROM agency WHERE code = ")
                .value::<Text, _>(code)
                .sql(")");
        }
        if let Some(level) = self.level {
            statement = statement
                .sql(" AND pair.subject_id IN (SELECT id FROM agency WHERE level = ")
                .value::<Text, _>(level)
                .sql(")");
        }
        if let Some(code) = self.subjects_below.clone() {
            statement = statement.sql(" AND pair.subject_id IN (SELECT agency.id FROM agency WHERE TRUE");
            statement = below_on(statement, code, day).sql(")");
        }
        statement
    }
}

const PAIRS: &str = "SELECT pair.programme_id, pair.indicator_id, pair.subject_id FROM ";

/// The indicators that a programme follows, for its jurisdiction.
const FOLLOWED: &str = "(SELECT followed.programme_id, followed.indicator_id, programme.jurisdiction_id AS subject_id \
    FROM programme_indicator followed JOIN programme ON programme.id = followed.programme_id) AS pair WHERE TRUE";

/// Adds `WITH worked_out AS (…), kept AS (…), line AS (…)`: the assessments that a filter asks for, but for what is said of their
/// status, and `also`, a condition on `pair`. Those that are kept and hold are looked up, and all others worked out; `line` has both.
pub(crate) fn lines(
    statement: Statement,
    reader: &Reader,
    filter: &AssessmentFilter,
    also: &str,
) -> Result<Statement, DbError> {
    let day = filter.day(reader);
    check_milestone(filter.milestone)?;
    let are_kept = are_kept(reader, day, filter.milestone);
    let statement = statement.sql("WITH asked AS (").sql(PAIRS);
    let statement = if are_kept {
        let outdated = statement.sql("outdated_assessments(").value::<SqlDate, _>(day);
        filter.is_asked(outdated.sql(") AS pair WHERE pair.is_assessed"), day).sql(also)
    } else {
        // Those of view `assessed`, each of its tables narrowed by an index of its own.
        let with_target = filter.is_asked(statement.sql("target AS pair WHERE TRUE"), day).sql(also);
        filter.is_asked(with_target.sql(" UNION ").sql(PAIRS).sql(FOLLOWED), day).sql(also)
    };
    let statement = statement.sql("), ");
    let statement = worked_out(statement, day, filter.milestone).sql(", ");
    Ok(filter.is_asked(kept(statement, are_kept, day), day).sql(&format!(
        "{also}), line AS NOT MATERIALIZED (SELECT {COLUMNS} FROM worked_out UNION ALL SELECT {COLUMNS} FROM kept)"
    )))
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

/// What is sorted by, all in the same direction, and whether that is the other one. What has no value comes last either way.
fn keys(AssessmentOrder { by, direction }: AssessmentOrder) -> ([String; 5], bool) {
    let is_descending = direction == SortDirection::Descending;
    let sign = if is_descending { "-" } else { "" };
    let number = |of: &str| format!("coalesce({sign}{of}, 'Infinity')");
    // Of each the same.
    let none = || "line.place".to_owned();
    let [first, second] = match by {
        AssessmentSort::Status => [format!("{sign}assessment_severity(line.status)"), number("line.pace")],
        AssessmentSort::Pace => [number("line.pace"), none()],
        AssessmentSort::Attainment => [number("line.attainment"), none()],
        AssessmentSort::DueOn => [number("(line.due_on - date '2000-01-01')::numeric"), none()],
        AssessmentSort::Code => [none(), none()],
    };
    let [programme, position, code] =
        ["split_part(line.codes, '/', 1)", "line.position", "line.codes"].map(str::to_owned);
    ([first, second, programme, position, code], is_descending && by == AssessmentSort::Code)
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
        let (keys, is_reversed) = keys(sort);
        let (beyond, direction) = if page.backward == is_reversed { (">", "ASC") } else { ("<", "DESC") };
        let [place, order, key_order] = [
            keys.join(", "),
            keys.iter().map(|key| format!("{key} {direction}")).collect::<Vec<_>>().join(", "),
            [1, 2, 3, 4, 5].map(|number| format!("key_{number} {direction}")).join(", "),
        ];
        let named: Vec<String> = (1..).zip(&keys).map(|(number, key)| format!("{key} AS key_{number}")).collect();
        let mut statement = lines(Statement::new(""), reader, filter, "")?.sql(", page AS (SELECT * FROM (");
        // Each sorted by itself: what is kept is read in the order of its index.
        for (source, before) in [("worked_out", ""), ("kept", " UNION ALL ")] {
            statement = statement.sql(&format!(
                "{before}(SELECT line.programme_id, line.indicator_id, line.subject_id, '{source}' AS source, {} FROM {source} AS line WHERE",
                named.join(", ")
            ));
            statement = wanted(statement, filter);
            if let Some(cursor) = &page.from {
                let Cursor { key: None, tie: Tie::Code(codes) } = cursor else { return Err(DbError::Cursor) };
                statement = statement
                    .sql(&format!(
                        " AND ({place}) {beyond} (SELECT {place} FROM line WHERE line.place = 1 AND line.codes = "
                    ))
                    .value::<Text, _>(codes.clone())
                    .sql(")");
            }
            statement = statement.sql(&format!(" ORDER BY {order} LIMIT ")).value::<BigInt, _>(page.limit()).sql(")");
        }
        let statement = statement
            .sql(&format!(") AS line ORDER BY {key_order} LIMIT "))
            .value::<BigInt, _>(page.limit())
            .sql(&format!(
                "), shown AS (SELECT * FROM page JOIN worked_out USING (programme_id, indicator_id, subject_id) WHERE source = 'worked_out' \
                 UNION ALL SELECT * FROM page JOIN (SELECT {COLUMNS} FROM kept_assessment) AS stored USING (programme_id, indicator_id, subject_id) \
                 WHERE source = 'kept') SELECT {COLUMNS} FROM shown ORDER BY {key_order}, place"
            ));
        let rows: Vec<Row> = statement.load(&mut reader.statement().await?).await?;
        Ok(page.slice(together(rows, filter.day(reader), filter.milestone)))
    }

    #[boxed]
    async fn count(reader: &Reader, filter: &AssessmentFilter) -> Result<i64, DbError> {
        let statement = lines(Statement::new(""), reader, filter, "")?.sql(" SELECT count(*) AS count FROM line WHERE");
        let counted: Count = wanted(statement, filter).get_result(&mut reader.statement().await?).await?;
        Ok(counted.count)
    }
}

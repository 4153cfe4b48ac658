//! What is counted of an agency in a period: each count is that of a list that a client could count by hand.

use diesel::{
    QueryableByName,
    sql_types::{Bool, Date as SqlDate, Integer, Nullable, Text, Uuid as SqlUuid},
};
use object_layer::SimpleObject;
use uuid::Uuid;

use auth::{Action, Reached};

use crate::{
    Date, DbError, Reader,
    access::Auth,
    assessment::{AssessmentFilter, COUNTS, StatusTally, lines},
    calendar::{Period, Regime},
    deadline::Timeliness,
    directive::timely,
    reporting::obligation::{ObligationFilter, sums},
    schema::directive,
    statement::Statement,
    visible::{visible, visible_decision},
};

/// In which period, and on which day it is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// The period.
    pub period: Period,
    /// Its regime.
    pub regime: Regime,
    /// The day; today if none is named.
    pub on: Option<Date>,
}

impl Span {
    /// Its first and its last day.
    #[must_use]
    pub fn days(&self) -> (Date, Date) {
        let window = self.period.window(self.regime);
        (Date(window.start), Date(window.last_day()))
    }
}

/// Obligations to report (nghĩa vụ báo cáo) that were due in the period, each as `obligations` lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeeObligations))]
pub struct ReportTally {
    /// Answers that are expected: reporting has begun
    #[diesel(sql_type = Integer, column_name = reports_expected)]
    pub expected: i32,
    /// Answers that were given: submitted, endorsed or published figures, and nil answers
    #[diesel(sql_type = Integer, column_name = reports_answered)]
    pub answered: i32,
    /// Of those, given by the due date
    #[diesel(sql_type = Integer, column_name = reports_on_time)]
    pub on_time: i32,
    /// Of those answered, answered by "nothing arose" (không phát sinh)
    #[diesel(sql_type = Integer, column_name = reports_nil)]
    pub nil: i32,
    /// Not answered, and past the due date
    #[diesel(sql_type = Integer, column_name = reports_overdue)]
    pub overdue: i32,
}

/// Directives that an agency leads, alone, with others or as the member of a group, and whose last day lies in the period: each as
/// `directives` lists it, without those that were cancelled. Duties without a last day are in none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct DirectiveTally {
    /// All of them
    #[diesel(sql_type = Integer, column_name = directives_due)]
    pub due: i32,
    /// Done on the last day or before
    #[diesel(sql_type = Integer, column_name = directives_done_on_time)]
    pub done_on_time: i32,
    /// Done after the last day
    #[diesel(sql_type = Integer, column_name = directives_done_late)]
    pub done_late: i32,
    /// Not done, and the last day is not over
    #[diesel(sql_type = Integer, column_name = directives_open)]
    pub open: i32,
    /// Not done, and the last day is over
    #[diesel(sql_type = Integer, column_name = directives_overdue)]
    pub overdue: i32,
    /// The last day is over, and nobody has said whether it was done: not known to be late
    #[diesel(sql_type = Integer, column_name = directives_not_reported)]
    pub not_reported: i32,
    /// Not done, and the last day is over on which it was only expected (dự kiến): nobody is late
    #[diesel(sql_type = Integer, column_name = directives_passed)]
    pub passed: i32,
    /// Days of delay together: of what was done late until it was done, of what is overdue until the day it is judged on
    #[diesel(sql_type = Integer, column_name = directives_delay_days)]
    pub delay_days: i32,
}

/// Requests for later deadlines of directives that an agency made in the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct ExtensionTally {
    /// All of them
    #[diesel(sql_type = Integer, column_name = extensions_asked)]
    pub asked: i32,
    /// Of those, granted as they were asked for, or with another day that was accepted
    #[diesel(sql_type = Integer, column_name = extensions_granted)]
    pub granted: i32,
}

/// What an agency was asked for as a coordinator and has not given on the day it is judged on, whenever it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct InputTally {
    /// All of it: others wait for it
    #[diesel(sql_type = Integer, column_name = input_owed)]
    pub owed: i32,
    /// Of that, what was wanted by a day that is over
    #[diesel(sql_type = Integer, column_name = input_overdue)]
    pub overdue: i32,
}

/// The indicators that an agency answers for today, and how their assessments stand on the day it is judged on: each as `assessments`
/// with this lead lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct LedTally {
    /// All the indicators
    #[diesel(sql_type = Integer, column_name = indicators_led)]
    pub led: i32,
    /// How their assessments stand on the day it is judged on, each as `assessments` with this lead lists it.
    #[diesel(embed)]
    #[graphql(flatten)]
    pub assessments: StatusTally,
}

/// The scorecard of an agency in a period (phiếu điểm): what it owed, and what became of it, as far as the viewer may see it.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Scorecard {
    /// The agency.
    #[diesel(sql_type = SqlUuid)]
    pub agency_id: Uuid,
    /// Its code.
    #[diesel(sql_type = Text)]
    pub code: String,
    /// Its name in Vietnamese.
    #[diesel(sql_type = Text)]
    pub name_vi: String,
    /// Whether the reader sees what it has to report.
    #[diesel(sql_type = Bool)]
    pub sees_reports: bool,
    /// What it had to report.
    #[diesel(embed)]
    pub reports: ReportTally,
    /// Its figures that were returned in the period; none if the reader does not see them.
    #[diesel(sql_type = Nullable<Integer>)]
    pub figures_returned: Option<i32>,
    /// The directives it leads.
    #[diesel(embed)]
    pub directives: DirectiveTally,
    /// What it asked for.
    #[diesel(embed)]
    pub extensions: ExtensionTally,
    /// What it owes others.
    #[diesel(embed)]
    pub input: InputTally,
    /// What it answers for.
    #[diesel(embed)]
    pub indicators: LedTally,
    /// Reports and directives that came late or are overdue.
    #[diesel(sql_type = Integer)]
    pub late: i32,
}

/// The directives of one tally by how they stand.
const STANDINGS: [(&str, &[Timeliness]); 6] = [
    ("directives_done_on_time", &[Timeliness::DoneOnTime]),
    ("directives_done_late", &[Timeliness::DoneLate]),
    ("directives_open", &[Timeliness::OnTime, Timeliness::DueSoon]),
    ("directives_overdue", &[Timeliness::Overdue]),
    ("directives_not_reported", &[Timeliness::NotReported]),
    ("directives_passed", &[Timeliness::Passed]),
];

/// The ids of the agencies that are counted.
const PEERS: &str = "ARRAY(SELECT id FROM peer)";

/// What an agency has nothing of is none.
const COUNTED: [&str; 28] = [
    "reports_expected",
    "reports_answered",
    "reports_on_time",
    "reports_nil",
    "reports_overdue",
    "directives_due",
    "directives_done_on_time",
    "directives_done_late",
    "directives_open",
    "directives_overdue",
    "directives_not_reported",
    "directives_passed",
    "directives_delay_days",
    "extensions_asked",
    "extensions_granted",
    "input_owed",
    "input_overdue",
    "indicators_led",
    "total",
    "missed",
    "off_track",
    "at_risk",
    "needs_judgement",
    "no_data",
    "incomplete",
    "on_track",
    "achieved",
    "no_target",
];

/// Adds `, …, tally AS (…)`: the scorecards of the agencies of a query `peer` before it, which has their ids, codes and names.
pub(super) fn tallies(statement: Statement, reader: &Reader, span: Span) -> Result<Statement, DbError> {
    let scope = reader.scope();
    let statement = reports(statement, reader, span)?;
    let statement = directives(statement, reader, span);
    let statement = requests(statement, reader, span);
    let statement = assessments(statement, reader, span)?;
    let counted = COUNTED.map(|column| format!("coalesce({column}, 0) AS {column}")).join(", ");
    Ok(statement
        .sql(", tally AS MATERIALIZED (SELECT peer.id AS agency_id, peer.code, peer.name_vi, ")
        .reaches("peer.id", scope.obligations())
        .sql(" AS sees_reports, CASE WHEN ")
        .reaches("peer.id", scope.submitted())
        .sql(" OR ")
        .reaches("peer.id", scope.drafts())
        .sql(&format!(
            " THEN coalesce(figures, 0) END AS figures_returned, {counted}, \
             coalesce(reports_answered - reports_on_time + reports_overdue, 0) \
                 + coalesce(directives_done_late + directives_overdue, 0) AS late \
             FROM peer LEFT JOIN report ON report.agency_id = peer.id LEFT JOIN led ON led.agency_id = peer.id \
             LEFT JOIN returned ON returned.agency_id = peer.id LEFT JOIN extension ON extension.agency_id = peer.id \
             LEFT JOIN input ON input.agency_id = peer.id LEFT JOIN answerable ON answerable.agency_id = peer.id \
             LEFT JOIN standing ON standing.agency_id = peer.id)"
        )))
}

/// What had to be reported, from what is kept counted.
fn reports(statement: Statement, reader: &Reader, span: Span) -> Result<Statement, DbError> {
    let (from, to) = span.days();
    let statement = statement.sql(
        ", report AS MATERIALIZED (SELECT s.reporter_id AS agency_id, sum(s.expected)::integer AS reports_expected, \
         sum(s.answered)::integer AS reports_answered, sum(s.answered_on_time)::integer AS reports_on_time, \
         sum(s.nil)::integer AS reports_nil, sum(s.overdue)::integer AS reports_overdue FROM (",
    );
    let obligations =
        ObligationFilter { due_from: Some(from), due_to: Some(to), on: span.on, ..ObligationFilter::default() };
    // Whoever sees nothing of it has nothing worked out.
    let peers = if *reader.scope().obligations() == Reached::Nothing { "'{}'::uuid[]" } else { PEERS };
    Ok(sums(statement, reader, &obligations, Some(peers))?.sql(") AS s GROUP BY s.reporter_id)"))
}

/// The directives that are led, by the rule by which lists of them are narrowed.
fn directives(statement: Statement, reader: &Reader, span: Span) -> Statement {
    let ((from, to), on) = (span.days(), span.on.unwrap_or(reader.today()));
    let mut statement =
        statement.sql(", led AS MATERIALIZED (SELECT reach.agency_id, count(*)::integer AS directives_due");
    for (name, standing) in STANDINGS {
        statement = statement
            .sql(", (count(*) FILTER (WHERE ")
            .fragment(timely(standing, on))
            .sql(&format!("))::integer AS {name}"));
    }
    statement
        .sql(", coalesce(sum(CASE WHEN ")
        .fragment(timely(&[Timeliness::DoneLate], on))
        .sql(" THEN directive.completed_on - directive.due_on WHEN ")
        .fragment(timely(&[Timeliness::Overdue], on))
        .sql(" THEN ")
        .value::<SqlDate, _>(on)
        .sql(&format!(
            " - directive.due_on END), 0)::integer AS directives_delay_days FROM (SELECT DISTINCT l.agency_id, l.directive_id \
             FROM directive_lead_reach l WHERE l.agency_id = ANY ({PEERS})) AS reach \
             JOIN directive ON directive.id = reach.directive_id WHERE directive.state <> 'CANCELLED' AND directive.due_on BETWEEN "
        ))
        .value::<SqlDate, _>(from)
        .sql(" AND ")
        .value::<SqlDate, _>(to)
        .sql(" AND ")
        .fragment(visible(reader, directive::table))
        .sql(" GROUP BY reach.agency_id)")
}

/// Figures returned, extensions asked, input owed, and indicators answered for.
fn requests(statement: Statement, reader: &Reader, span: Span) -> Statement {
    let ((from, to), on) = (span.days(), span.on.unwrap_or(reader.today()));
    // Days are those of Asia/Ho_Chi_Minh.
    let within = |statement: Statement, column: &str| {
        let midnight = "::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'";
        statement
            .sql(&format!("{column} >= "))
            .value::<SqlDate, _>(from)
            .sql(&format!("{midnight} AND {column} < "))
            .value::<SqlDate, _>(to.day_after())
            .sql(midnight)
    };
    let statement = statement.sql(
        ", returned AS MATERIALIZED (SELECT measurement.reporter_id AS agency_id, count(*)::integer AS figures \
         FROM measurement_decision JOIN measurement ON measurement.id = measurement_decision.measurement_id \
         WHERE measurement_decision.state = 'RETURNED' AND ",
    );
    let statement = within(statement, "measurement_decision.decided_at")
        .sql(&format!(" AND measurement.reporter_id = ANY ({PEERS}) AND "))
        .fragment(visible_decision(reader))
        .sql(
            " GROUP BY measurement.reporter_id), extension AS MATERIALIZED (SELECT asked.agency_id, count(*)::integer AS extensions_asked, \
             (count(*) FILTER (WHERE asked.state IN ('APPROVED', 'COUNTER_ACCEPTED')))::integer AS extensions_granted \
             FROM directive_extension asked JOIN directive ON directive.id = asked.directive_id WHERE ",
        );
    within(statement, "asked.requested_at")
        .sql(&format!(" AND asked.agency_id = ANY ({PEERS}) AND "))
        .fragment(visible(reader, directive::table))
        .sql(
            " GROUP BY asked.agency_id), input AS MATERIALIZED (SELECT asked.coordinator_id AS agency_id, \
             count(*)::integer AS input_owed, (count(*) FILTER (WHERE asked.due_on < ",
        )
        .value::<SqlDate, _>(on)
        .sql("))::integer AS input_overdue FROM directive_input asked JOIN directive ON directive.id = asked.directive_id WHERE asked.asked_on <= ")
        .value::<SqlDate, _>(on)
        .sql(" AND (asked.ended_on IS NULL OR asked.ended_on > ")
        .value::<SqlDate, _>(on)
        .sql(&format!(") AND asked.coordinator_id = ANY ({PEERS}) AND "))
        .fragment(visible(reader, directive::table))
        .sql(&format!(
            " GROUP BY asked.coordinator_id), answerable AS MATERIALIZED (SELECT lead_agency_id AS agency_id, \
             count(*)::integer AS indicators_led FROM indicator WHERE lead_agency_id = ANY ({PEERS}) GROUP BY lead_agency_id)"
        ))
}

/// How the indicators stand that are answered for.
fn assessments(statement: Statement, reader: &Reader, span: Span) -> Result<Statement, DbError> {
    let filter = AssessmentFilter { on: span.on, ..AssessmentFilter::default() };
    let led =
        format!(" AND pair.indicator_id = ANY (ARRAY(SELECT id FROM indicator WHERE lead_agency_id = ANY ({PEERS})))");
    Ok(lines(statement.sql(", standing AS MATERIALIZED ("), reader, &filter, &led)?.sql(&format!(
        " SELECT indicator.lead_agency_id AS agency_id, {COUNTS} FROM line JOIN indicator ON indicator.id = line.indicator_id \
         WHERE line.place = 1 GROUP BY indicator.lead_agency_id)"
    )))
}

//! Assessments (đánh giá): how far an indicator of a subject is from its next milestone, and whether that is far enough.
//!
//! The rule stands in SQL function `assessment` alone: what is shown, filtered, sorted and counted is the same. Assessed are
//! published figures, so everybody is told the same. `projection` says where the figures lead if they go on as they went.

mod baseline;
mod judgement;
pub mod kept;
mod list;
mod one;
mod projection;
mod rule;
mod status_count;

use std::sync::Arc;

use diesel::{
    QueryableByName,
    sql_types::{Array, Bool, Date as SqlDate, Integer, Nullable, Numeric, Text, Uuid as SqlUuid},
};
use object_layer::SimpleObject;
use rust_decimal::Decimal;
use uuid::Uuid;

pub use self::{
    baseline::{Baseline, BaselineById, BaselinesOf, NewBaseline, set as set_baseline},
    judgement::{
        Judgement, JudgementDecision, JudgementFilter, JudgementLink, NewJudgement, OneJudgement, ReturnedJudgement,
        Verdict, endorse, give_back, judge,
    },
    list::{AssessmentFilter, AssessmentOrder, AssessmentSort},
    one::AssessmentKey,
    projection::{Ahead, NoProjection, Point, Projection, ProjectionKey},
    rule::{AssessmentRule, NewBounds, RulesOf, set_rule},
    status_count::{StatusCount, StatusCountBy, StatusCountFilter, StatusTally},
};
pub(crate) use self::{list::lines, status_count::COUNTS};
use crate::{Date, DbError, comparator::Comparator, text_enum::text_enum, violation::Words};

text_enum! {
    /// How an indicator of a subject stands against its milestone.
    pub enum AssessmentStatus {
        /// The day of the milestone has passed, and it was not reached
        Missed => "MISSED",
        /// So little of the way was made that the milestone will be missed unless something changes
        OffTrack => "OFF_TRACK",
        /// Less of the way was made than was expected by now
        AtRisk => "AT_RISK",
        /// The target is in words, and nobody has judged it yet
        NeedsJudgement => "NEEDS_JUDGEMENT",
        /// There is a target, but no published figure
        NoData => "NO_DATA",
        /// A sum lacks the figure of a period before its last one
        Incomplete => "INCOMPLETE",
        /// As much of the way was made as was expected by now
        OnTrack => "ON_TRACK",
        /// What the milestone demands is reached
        Achieved => "ACHIEVED",
        /// No target is in force
        NoTarget => "NO_TARGET",
    }
}

text_enum! {
    /// By which rule it is worked out how much is expected by the day of a figure.
    pub enum ExpectationRule {
        /// The same each day, from one milestone to the next
        Linear => "LINEAR",
        /// Nothing before the day of the milestone
        Step => "STEP",
        /// The same rate each day, from one milestone to the next
        Compound => "COMPOUND",
        /// As much of the year's target as of the year's periods is over; what came about in the periods of the year is added up
        ProRata => "PRO_RATA",
        /// The whole target, in each year
        EachYear => "EACH_YEAR",
    }
}

text_enum! {
    /// What attainment is the share of.
    pub enum AttainmentMethod {
        /// The way made from the baseline, of the way from there to the milestone
        FromBaseline => "FROM_BASELINE",
        /// The figure, of what is demanded (where lower is better, the reverse)
        OfTarget => "OF_TARGET",
    }
}

text_enum! {
    /// Where a figure lies against a range that is demanded.
    pub enum RangePosition {
        /// Below its lower end
        Below => "BELOW",
        /// Within it, its ends included
        Within => "WITHIN",
        /// Above its upper end
        Above => "ABOVE",
    }
}

/// A target of the milestone, and how the figure stands against it.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, SimpleObject)]
pub struct AssessmentLine {
    /// How it stands
    #[diesel(sql_type = Text)]
    pub status: AssessmentStatus,
    /// The day of the milestone (Asia/Ho_Chi_Minh), of a target in each year the end of the year; null without a target
    #[diesel(sql_type = Nullable<SqlDate>)]
    pub due_on: Option<Date>,
    /// How the figure must compare with `demanded`; null without a number
    #[diesel(sql_type = Nullable<Text>)]
    pub comparator: Option<Comparator>,
    /// What is to be reached, in the indicator's unit: of a range the end that lies nearer to the beginning; null without a number
    #[diesel(sql_type = Nullable<Numeric>)]
    pub demanded: Option<Decimal>,
    /// True if the target lies on the worse side of the baseline: it is accepted, and a reader should know
    #[diesel(sql_type = Bool)]
    pub is_falling: bool,
    /// Where the figure lies against a range; null if no range is demanded
    #[diesel(sql_type = Nullable<Text>)]
    pub range_position: Option<RangePosition>,
    /// How it was worked out how much is expected; null without a number
    #[diesel(sql_type = Nullable<Text>)]
    #[diesel(column_name = rule)]
    pub expected_by: Option<ExpectationRule>,
    /// What is expected by the last day of the period that was measured, to six places; null where nothing is expected yet
    #[diesel(sql_type = Nullable<Numeric>)]
    pub expected: Option<Decimal>,
    /// How much of it is attained, to six places: 0.5 is half of the way. It may be below 0 and above 1
    #[diesel(sql_type = Nullable<Numeric>)]
    pub attainment: Option<Decimal>,
    /// What `attainment` is the share of
    #[diesel(sql_type = Nullable<Text>)]
    pub attainment_method: Option<AttainmentMethod>,
    /// The way made by the way expected, to six places: from 1 on as fast as expected; null where nothing is expected yet
    #[diesel(sql_type = Nullable<Numeric>)]
    pub pace: Option<Decimal>,
    /// The target
    #[diesel(sql_type = Nullable<SqlUuid>)]
    #[graphql(skip)]
    pub target_id: Option<Uuid>,
    /// The point of the trajectory before the figure: its value, in the indicator's unit.
    #[diesel(sql_type = Nullable<Numeric>)]
    #[graphql(skip)]
    pub previous_value: Option<Decimal>,
    /// Its day.
    #[diesel(sql_type = Nullable<SqlDate>)]
    #[graphql(skip)]
    pub previous_on: Option<Date>,
    /// The target it is; none if it is the baseline.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    #[graphql(skip)]
    pub previous_target_id: Option<Uuid>,
    /// The point after the figure: its value.
    #[diesel(sql_type = Nullable<Numeric>)]
    #[graphql(skip)]
    pub next_value: Option<Decimal>,
    /// Its day.
    #[diesel(sql_type = Nullable<SqlDate>)]
    #[graphql(skip)]
    pub next_on: Option<Date>,
    /// The target it is.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    #[graphql(skip)]
    pub next_target_id: Option<Uuid>,
    /// The judgement that the status is.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    #[graphql(skip)]
    pub judgement_id: Option<Uuid>,
}

/// What all lines of an assessment have in common.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, SimpleObject)]
pub struct Assessed {
    /// True if targets of the milestone contradict one another: the one that stands worse gives the status
    #[diesel(sql_type = Bool)]
    pub is_ambiguous: bool,
    /// True if the figure is older than twice the time between two figures. It is judged by its own day all the same
    #[diesel(sql_type = Bool)]
    pub is_stale: bool,
    /// The figure that is judged, in the indicator's unit: the latest published one, or what the year comes to; null if there is none
    #[diesel(sql_type = Nullable<Numeric>)]
    pub value: Option<Decimal>,
    /// Last day of the period that was measured (Asia/Ho_Chi_Minh)
    #[diesel(sql_type = Nullable<SqlDate>)]
    pub measured_until: Option<Date>,
    /// Of a sum over a year: the periods that have figures; null for all else
    #[diesel(sql_type = Nullable<Integer>)]
    #[diesel(column_name = parts)]
    pub periods_measured: Option<i32>,
    /// Of a sum over a year: the periods that should have figures by `measuredUntil`
    #[diesel(sql_type = Nullable<Integer>)]
    #[diesel(column_name = parts_expected)]
    pub periods_expected: Option<i32>,
    /// The pace from which it is on track
    #[diesel(sql_type = Nullable<Numeric>)]
    pub on_track_from: Option<Decimal>,
    /// The pace from which it is at risk; below it is off track
    #[diesel(sql_type = Nullable<Numeric>)]
    pub at_risk_from: Option<Decimal>,
    /// The figures that `value` was made of, the earliest first.
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    #[graphql(skip)]
    pub measurement_ids: Option<Vec<Uuid>>,
    /// Where the way began: the value.
    #[diesel(sql_type = Nullable<Numeric>)]
    #[graphql(skip)]
    pub baseline_value: Option<Decimal>,
    /// The day.
    #[diesel(sql_type = Nullable<SqlDate>)]
    #[graphql(skip)]
    pub baseline_on: Option<Date>,
    /// The baseline that somebody has stated.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    #[graphql(skip)]
    pub baseline_id: Option<Uuid>,
    /// Else the figure that serves as one.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    #[graphql(skip)]
    pub baseline_measurement_id: Option<Uuid>,
    /// The programme.
    #[diesel(sql_type = SqlUuid)]
    #[graphql(skip)]
    pub programme_id: Uuid,
    /// The indicator.
    #[diesel(sql_type = SqlUuid)]
    #[graphql(skip)]
    pub indicator_id: Uuid,
    /// Whose figure it is.
    #[diesel(sql_type = SqlUuid)]
    #[graphql(skip)]
    pub subject_id: Uuid,
    /// The codes of programme, indicator and subject: its place in lists.
    #[diesel(sql_type = Text)]
    #[graphql(skip)]
    pub codes: String,
}

/// A row of SQL function `assessment`.
#[derive(Debug, Clone, QueryableByName)]
struct Row {
    #[diesel(embed)]
    assessed: Assessed,
    #[diesel(embed)]
    line: AssessmentLine,
}

/// An assessment (đánh giá): how an indicator of a subject stands on a day against its next milestone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// The day on which it stands so.
    pub on: Date,
    /// The year whose milestone was asked for; none for the next one.
    pub milestone: Option<i32>,
    /// What all lines have in common.
    pub assessed: Arc<Assessed>,
    /// The target of the milestone that stands worst: its status is that of the assessment.
    pub line: Arc<AssessmentLine>,
    /// The others, the one that stands worst first.
    pub others: Vec<Arc<AssessmentLine>>,
}

/// Puts the rows of a statement together, which come line by line.
fn together(rows: Vec<Row>, on: Date, milestone: Option<i32>) -> Vec<Assessment> {
    let mut assessments: Vec<Assessment> = Vec::new();
    for Row { assessed, line } in rows {
        match assessments.last_mut() {
            Some(last) if last.assessed.codes == assessed.codes => last.others.push(Arc::new(line)),
            _ => {
                let (assessed, line) = (Arc::new(assessed), Arc::new(line));
                assessments.push(Assessment { on, milestone, assessed, line, others: Vec::new() });
            }
        }
    }
    assessments
}

/// The years of milestones that can be asked for.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

fn check_milestone(year: Option<i32>) -> Result<(), DbError> {
    match year.filter(|year| !YEARS.contains(year)) {
        Some(year) => Err(DbError::Invalid(Words::new(
            format!("cột mốc đến hạn trong các năm 1900 đến 2200, không phải năm {year}"),
            format!("a milestone is due in a year from 1900 to 2200, not in {year}"),
        ))),
        None => Ok(()),
    }
}

/// The columns of a row, as they are kept.
const COLUMNS: &str = "programme_id, codes, position, place, is_ambiguous, indicator_id, subject_id, target_id, target_code, due_on, comparator, \
    demanded, is_falling, range_position, value, measured_until, is_stale, measurement_ids, parts, parts_expected, baseline_value, baseline_on, \
    baseline_id, baseline_measurement_id, previous_value, previous_on, previous_target_id, next_value, next_on, next_target_id, rule, expected, \
    attainment, attainment_method, pace, judgement_id, on_track_from, at_risk_from, status";

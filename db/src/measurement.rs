//! Measurements (số liệu): one indicator of one subject in one period, with append-only revisions.

use async_graphql::{Enum, InputObject, SimpleObject};
use auth::{Action, Object, Principal};
use chrono::{DateTime, Utc};
use diesel::{helper_types as ty, pg::Pg, prelude::*};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{
    Date, DbError, Reader,
    access::Auth,
    calendar::{Period, PeriodKind, Regime},
    enums::{SortDirection, Source},
    lateral::Of,
    noun::{noun, relation},
    page::{Cursor, Key, Page, Tie, by_key},
    schema::{agency, indicator, measurement, measurement_revision},
    text_enum::text_enum,
    visible::{CurrentRevision, current_revision, sees_published_figures_only, visible_revision},
};

text_enum! {
    /// Where a revision of a measurement stands in its life-cycle.
    pub enum MeasurementState {
        /// Being written by the reporter
        Draft => "DRAFT",
        /// Handed in by the reporter
        Submitted => "SUBMITTED",
        /// Endorsed by the head of the reporting agency
        Endorsed => "ENDORSED",
        /// Published: everybody reads it
        Published => "PUBLISHED",
        /// Sent back with a reason
        Returned => "RETURNED",
        /// Taken back by the reporter
        Withdrawn => "WITHDRAWN",
    }
}

text_enum! {
    /// How firm a figure is.
    pub enum Observation {
        /// Will be replaced by a firmer one
        Provisional => "PROVISIONAL",
        /// As firm as it gets
        Final => "FINAL",
        /// Estimated, not counted
        Estimated => "ESTIMATED",
        /// A correction of an earlier figure
        Revised => "REVISED",
    }
}

/// The figures of a measurement as said at one time: added, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = measurement_revision)]
#[graphql(name = "MeasurementRevision")]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct MeasurementRevision {
    /// 1 for the first, then counted up
    pub revision: i32,
    /// Where it stands in its life-cycle
    pub state: MeasurementState,
    /// How firm the figure is
    pub observation: Observation,
    /// The figure in the indicator's unit: as stated, or the ratio to six decimal places; null for an answer in words
    pub value: Option<Decimal>,
    /// Numerator, where the figure was reported as a ratio
    pub numerator: Option<Decimal>,
    /// Denominator, where the figure was reported as a ratio; never zero
    pub denominator: Option<Decimal>,
    /// The answer in words; null where `value` is the answer
    pub narrative: Option<String>,
    /// Where the figure comes from; SIMULATED means invented for the demo, no real figure
    pub source: Source,
    /// What the reporter adds
    pub note: Option<String>,
    /// Why an earlier figure was changed; null for the first revision
    pub reason: Option<String>,
    /// When it was recorded here, in UTC
    pub recorded_at: DateTime<Utc>,
    /// The account that recorded it; null for imports and the demo
    #[graphql(skip)]
    pub recorded_by: Option<Uuid>,
    /// When it was published, in UTC; null if it is not
    pub published_at: Option<DateTime<Utc>>,
}

/// A measurement (số liệu): one indicator of one subject in one period, with the latest revision the reader may see.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = measurement)]
#[graphql(name = "MeasurementRow")]
pub struct Measurement {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// The period
    pub period: Period,
    /// Length of the period
    pub period_kind: PeriodKind,
    /// Whether the period follows the calendar or the administrative months
    pub regime: Regime,
    /// First day of the period (Asia/Ho_Chi_Minh)
    pub starts_on: Date,
    /// First day after the period
    #[graphql(skip)]
    pub ends_on: Date,
    /// The figures
    #[graphql(flatten)]
    #[diesel(embed)]
    pub current: MeasurementRevision,
    /// The revision that everybody sees
    #[graphql(skip)]
    pub published_revision: Option<i32>,
    /// The indicator
    #[graphql(skip)]
    pub indicator_id: Uuid,
    /// The version of the definition it was measured by
    #[graphql(skip)]
    pub definition_id: Uuid,
    /// Whose figure it is
    #[graphql(skip)]
    pub subject_id: Uuid,
    /// Who reports it
    #[graphql(skip)]
    pub reporter_id: Uuid,
}

impl Measurement {
    /// Whether somebody may do this to it, as it stands now. Its reporter's roles decide, for the reporter answers for it.
    #[must_use]
    pub fn is_open(&self, viewer: &Principal, action: Action) -> bool {
        use MeasurementState::{Draft, Endorsed, Published, Returned, Submitted};
        let states: &[MeasurementState] = match action {
            Action::SubmitMeasurement => &[Draft, Returned],
            Action::WithdrawMeasurement => &[Draft, Submitted],
            Action::EndorseMeasurement => &[Submitted],
            Action::ReturnMeasurement => &[Submitted, Endorsed],
            Action::PublishMeasurement => &[Endorsed],
            Action::CorrectMeasurement => &[Published],
            _ => return false,
        };
        let object = Object { agencies: &[self.reporter_id], by: self.current.recorded_by };
        states.contains(&self.current.state) && viewer.may_to(action, object)
    }
}

/// Narrows a list of measurements. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct MeasurementFilter {
    /// Code of the indicator
    pub indicator: Option<String>,
    /// Code of the agency whose figure it is
    pub subject: Option<String>,
    /// Code of the agency that reports it
    pub reporter: Option<String>,
    /// Any of these lengths of period
    pub period_kinds: Option<Vec<PeriodKind>>,
    /// Calendar or administrative periods
    pub regime: Option<Regime>,
    /// Periods that begin on this day or later
    pub starts_from: Option<Date>,
    /// Periods that have ended by this day: their last day is this one or earlier
    pub ended_by: Option<Date>,
    /// Any of these sources; leave SIMULATED out to see real figures only
    pub sources: Option<Vec<Source>>,
}

/// What measurements are sorted by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Enum)]
pub enum MeasurementSort {
    /// End of the period
    #[default]
    Period,
}

/// How measurements are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, InputObject)]
pub struct MeasurementOrder {
    /// What to sort by
    #[graphql(default)]
    pub by: MeasurementSort,
    /// In which direction
    #[graphql(default_with = "SortDirection::Descending")]
    pub direction: SortDirection,
}

impl Default for MeasurementOrder {
    fn default() -> Self {
        Self { by: MeasurementSort::Period, direction: SortDirection::Descending }
    }
}

/// The objects that have lists of measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MeasurementLink {
    /// Of an indicator
    Indicator,
    /// An agency's figures
    Subject,
}

type Seen = ty::InnerJoinOn<measurement::table, measurement_revision::table, CurrentRevision>;
type Boxed = ty::IntoBoxed<'static, Seen, Pg>;

/// Each measurement with the revision the reader sees; one without such a revision is not there.
fn filtered(reader: &Reader, below: Option<(MeasurementLink, Of)>, filter: &MeasurementFilter) -> Boxed {
    let seen = measurement::table.inner_join(measurement_revision::table.on(current_revision(reader)));
    let mut query = seen.into_boxed();
    if sees_published_figures_only(reader) {
        // The partial indexes serve only a query that says so.
        query = query.filter(measurement::published_revision.is_not_null());
    }
    query = match below {
        Some((MeasurementLink::Indicator, parent)) => query.filter(measurement::indicator_id.eq(parent)),
        Some((MeasurementLink::Subject, parent)) => query.filter(measurement::subject_id.eq(parent)),
        None => query,
    };
    if let Some(code) = filter.indicator.clone() {
        let of_code = indicator::table.filter(indicator::code.eq(code)).select(indicator::id).single_value();
        query = query.filter(measurement::indicator_id.nullable().eq(of_code));
    }
    if let Some(code) = filter.subject.clone() {
        let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id).single_value();
        query = query.filter(measurement::subject_id.nullable().eq(of_code));
    }
    if let Some(code) = filter.reporter.clone() {
        let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id).single_value();
        query = query.filter(measurement::reporter_id.nullable().eq(of_code));
    }
    if let Some(kinds) = filter.period_kinds.clone() {
        query = query.filter(measurement::period_kind.eq_any(kinds));
    }
    if let Some(regime) = filter.regime {
        query = query.filter(measurement::regime.eq(regime));
    }
    if let Some(day) = filter.starts_from {
        query = query.filter(measurement::starts_on.ge(day));
    }
    if let Some(Date(day)) = filter.ended_by {
        query = query.filter(measurement::ends_on.le(Date(day.succ_opt().unwrap_or(day))));
    }
    if let Some(sources) = filter.sources.clone() {
        query = query.filter(measurement_revision::source.eq_any(sources));
    }
    query
}

/// Measurements have no code; their id stands for it.
fn with_codes(query: Boxed, codes: &[String]) -> Boxed {
    let ids: Vec<Uuid> = codes.iter().filter_map(|code| code.parse().ok()).collect();
    query.filter(measurement::id.eq_any(ids))
}

fn sorted(query: Boxed, order: MeasurementOrder, page: &Page) -> Result<Boxed, DbError> {
    let falling = order.direction == SortDirection::Descending;
    Ok(by_key!(query, page, falling, measurement::ends_on, Date, measurement::id, Id))
}

fn cursor(row: &Measurement, _: MeasurementOrder) -> Cursor {
    Cursor { key: Some(Key::Date(row.ends_on)), tie: Tie::Id(row.id) }
}

noun!(Boxed, Measurement, measurement, MeasurementFilter, MeasurementOrder, MeasurementLink, |row| row.id.to_string());

relation!(
    /// The revisions of a measurement that the reader may see, the first first.
    RevisionsOf => MeasurementRevision,
    |reader, parents| measurement_revision::table
        .inner_join(measurement::table.on(measurement::id.eq(measurement_revision::measurement_id)))
        .filter(measurement_revision::measurement_id.eq_any(parents))
        .filter(visible_revision(reader))
        .order((measurement_revision::measurement_id, measurement_revision::revision))
        .select((measurement_revision::measurement_id, MeasurementRevision::as_select()))
);

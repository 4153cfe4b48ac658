//! Measurements (số liệu): one indicator of one subject in one period, with append-only revisions.
//!
//! A figure has two forms on its way from a request to SQL: what was typed, and what is written. Each file uses only those
//! above it in this list:
//!
//! 1. `rules`: which step of the life-cycle may follow which. `rows`: what has to be mended in which row.
//! 2. `input`: what was typed, as the API takes it.
//! 3. `figures`: checks the numbers of one row by themselves.
//! 4. `places`: loads what the database knows of the places where the figures belong. `breakdown`: checks and writes their parts.
//! 5. `comparison`: holds figures against others of their place.
//! 6. `write`: takes what has been checked, and writes it, the outbox and the audit trail.
//! 7. `draft` and `decision`: what a mutation calls. Each locks, checks all rows by the files above, and writes those that passed.
//!
//! `total` stands apart: what figures of several periods come to.

mod breakdown;
mod comparison;
mod decision;
mod draft;
mod figures;
mod input;
mod places;
mod rows;
mod rules;
mod total;
mod write;

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Enum, InputObject};
use auth::{Action, Object, Principal};
use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{
    dsl::sql,
    expression::SqlLiteral,
    helper_types as ty,
    prelude::*,
    sql_types::{Bool, Integer, Nullable},
};
use object_layer::SimpleObject;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::{
    decision::{Decides, decide},
    draft::{correct, draft},
    input::{Correction, Draft, Figures, ItemFigureInput, Seen},
    rows::{BulkMode, MOST_ROWS, Rows, Written},
    total::{Addend, MOST_PARTS, NoTotal, Parts, TooManyParts, Total, TotalMethod},
};

pub(crate) use self::{draft::draft_rows, figures::limit, rules::version, total::method};
use crate::{
    Date, DbError, Reader,
    access::Auth,
    calendar::{Period, PeriodKind, Regime},
    enums::{SortDirection, Source},
    lateral::Parent,
    noun::{Batch, Boxed, Stored, StoredBelow, names, noun, relation},
    page::{Cursor, Key, Page, Tie, by_key},
    schema::{agency, indicator, measurement, measurement_decision, measurement_revision},
    sql_functions::measurement_content_hash,
    text_enum::text_enum,
    visible::{CurrentRevision, current_revision, sees_published_figures_only, visible_decision, visible_revision},
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = measurement_revision)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct MeasurementRevision {
    /// Of which measurement
    #[graphql(skip)]
    pub measurement_id: Uuid,
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
    /// What the reporter says to a figure that is far from those of the periods before; null if it is not, or nothing was said
    pub comment: Option<String>,
    /// Why a published figure was corrected; null where none was
    pub reason: Option<String>,
    /// When it was recorded here, in UTC
    pub recorded_at: DateTime<Utc>,
    /// The account that recorded it; null for imports and the demo
    #[graphql(skip)]
    pub recorded_by: Option<Uuid>,
    /// The account that submitted it; null for imports and the demo, and while nobody has
    #[graphql(skip)]
    pub submitted_by: Option<Uuid>,
    /// The account that endorsed it, if a programme of the indicator asked for four eyes when it did
    #[graphql(skip)]
    // Answers that were kept for their keys before there was such a rule do not have it.
    #[serde(default)]
    pub not_published_by: Option<Uuid>,
    /// When it was published, in UTC; null if it is not
    pub published_at: Option<DateTime<Utc>>,
}

/// A measurement (số liệu): one indicator of one subject in one period, with the latest revision the reader may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = measurement)]
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
    /// Whether its figures are computed from those of other indicators, as `computation` tells; then nobody enters one
    // Answers that were kept for their keys before there were such do not have it.
    #[serde(default)]
    pub computed: bool,
    /// The figures
    #[graphql(flatten)]
    #[diesel(embed)]
    pub current: MeasurementRevision,
    /// The revision that everybody sees
    #[graphql(skip)]
    pub published_revision: Option<i32>,
    /// The latest revision that is submitted or endorsed
    #[graphql(skip)]
    pub submitted_revision: Option<i32>,
    /// The latest revision that is a draft, was returned or withdrawn
    #[graphql(skip)]
    pub drafted_revision: Option<i32>,
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
        let object = Object { agencies: &[self.reporter_id], by: None };
        rules::refusal(self, action, viewer.actor()).is_none() && viewer.may_to(action, object)
    }

    /// What it is at, as whoever sees this revision may know. A count of all changes would tell that something is on its way
    /// which they do not see.
    #[must_use]
    pub const fn version(&self) -> i32 {
        version(self.current.revision, self.current.state)
    }

    /// The number of its latest revision, whoever may see that.
    fn latest_revision(&self) -> i32 {
        let latest = [self.published_revision, self.submitted_revision, self.drafted_revision];
        latest.into_iter().flatten().max().unwrap_or_default()
    }
}

/// The condition that joins a measurement to its latest revision, whoever may see that: for what writes.
fn latest_revision() -> SqlLiteral<Bool> {
    sql("measurement_revision.measurement_id = measurement.id AND measurement_revision.revision \
         = greatest(measurement.published_revision, measurement.submitted_revision, measurement.drafted_revision)")
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
    /// Any of these states of the revision that the viewer sees: SUBMITTED waits for the head, ENDORSED for the standing
    /// office, RETURNED for the reporter
    pub states: Option<Vec<MeasurementState>>,
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
    /// Of an indicator, a series: figures that can be held against one another. Unless the filter names another, they are of the
    /// regime and of the length of period that the indicator has as its own
    Series {
        /// Of its own regime only
        own_regime: bool,
        /// Of periods of its own length only
        own_kind: bool,
    },
    /// An agency's figures
    Subject,
}

type Joined = ty::InnerJoinOn<measurement::table, measurement_revision::table, CurrentRevision>;

names!(MeasurementFilter { indicator: Indicator, subject: Agency, reporter: Agency });

impl Stored for Measurement {
    type Query = Boxed<Joined>;
    type Filter = MeasurementFilter;
    type Sort = MeasurementOrder;

    /// Each measurement with the revision the reader sees; one without such a revision is not there.
    fn filtered(reader: &Reader, filter: &MeasurementFilter) -> Self::Query {
        let seen = measurement::table.inner_join(measurement_revision::table.on(current_revision(reader)));
        let mut query = seen.into_boxed();
        if sees_published_figures_only(reader) {
            // The partial indexes serve only a query that says so.
            query = query.filter(measurement::published_revision.is_not_null());
        }
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
        if let Some(states) = filter.states.clone() {
            if states.iter().all(|state| matches!(state, MeasurementState::Submitted | MeasurementState::Endorsed)) {
                // There are few of them, and an index of those.
                query = query.filter(measurement::submitted_revision.is_not_null());
            }
            query = query.filter(measurement_revision::state.eq_any(states));
        }
        query
    }

    fn sorted(query: Self::Query, order: MeasurementOrder, page: &Page) -> Result<Self::Query, DbError> {
        let falling = order.direction == SortDirection::Descending;
        Ok(by_key!(query, page, falling, measurement::ends_on, Date, measurement::id, Id))
    }

    fn cursor(&self, _: MeasurementOrder) -> Cursor {
        Cursor { key: Some(Key::Date(self.ends_on)), tie: Tie::Id(self.id) }
    }
}

impl StoredBelow for Measurement {
    type Link = MeasurementLink;

    fn below(query: Self::Query, link: MeasurementLink) -> Self::Query {
        match link {
            MeasurementLink::Indicator => query.filter(measurement::indicator_id.eq(Parent)),
            MeasurementLink::Series { own_regime, own_kind } => {
                let mut query = query.filter(measurement::indicator_id.eq(Parent));
                if own_regime {
                    let own = indicator::table.filter(indicator::id.eq(Parent)).select(indicator::regime);
                    query = query.filter(measurement::regime.nullable().eq(own.single_value()));
                }
                if own_kind {
                    let own = indicator::table.filter(indicator::id.eq(Parent)).select(indicator::frequency);
                    query = query.filter(measurement::period_kind.nullable().eq(own.single_value()));
                }
                query
            }
            MeasurementLink::Subject => query.filter(measurement::subject_id.eq(Parent)),
        }
    }
}

noun!(Measurement, measurement, tag b'm', listed below);

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

/// What was decided on a revision of a measurement.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = measurement_decision)]
pub struct MeasurementDecision {
    /// The state it led to
    pub state: MeasurementState,
    /// Why; never null where a figure was returned
    pub reason: Option<String>,
    /// When it was decided, in UTC
    pub decided_at: DateTime<Utc>,
    /// What it was decided on
    #[graphql(skip)]
    pub content_hash: Vec<u8>,
    /// The account of the person or the machine
    #[graphql(skip)]
    pub decided_by: Option<Uuid>,
}

/// Of decisions at one instant: a revision is submitted, then perhaps endorsed, then whatever came last.
fn in_order() -> SqlLiteral<Nullable<Integer>> {
    sql("array_position('{SUBMITTED,ENDORSED}', measurement_decision.state)")
}

relation!(
    /// The decisions on a measurement that the reader may see, each with its revision, in the order in which they were made.
    DecisionsOf => (i32, MeasurementDecision),
    |reader, parents| measurement_decision::table
        .inner_join(measurement::table.on(measurement::id.eq(measurement_decision::measurement_id)))
        .filter(measurement_decision::measurement_id.eq_any(parents))
        .filter(visible_decision(reader))
        .order((measurement_decision::measurement_id, measurement_decision::revision, measurement_decision::decided_at, in_order()))
        .select((measurement_decision::measurement_id, (measurement_decision::revision, MeasurementDecision::as_select())))
);

relation!(
    /// The hashes of the content of a measurement's revisions that the reader may see.
    HashesOf => (i32, Vec<u8>),
    |reader, parents| measurement_revision::table
        .inner_join(measurement::table.on(measurement::id.eq(measurement_revision::measurement_id)))
        .filter(measurement_revision::measurement_id.eq_any(parents))
        .filter(visible_revision(reader))
        .select((measurement_revision::measurement_id, (measurement_revision::revision,
            measurement_content_hash(measurement_revision::measurement_id, measurement_revision::revision))))
);

/// A measurement by what it is of: its business key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MeasurementAt {
    /// Code of the indicator.
    pub indicator: String,
    /// Code of the agency whose figure it is.
    pub subject: String,
    /// By which months the period goes.
    pub regime: Regime,
    /// The period.
    pub period: Period,
}

impl Batch for MeasurementAt {
    type Value = Arc<Measurement>;

    #[boxed]
    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, Arc<Measurement>>, DbError> {
        // PostgreSQL takes no NUL; nothing has such a code.
        let codes = |of: fn(&Self) -> &String| -> Vec<String> {
            keys.iter().map(of).filter(|code| !code.contains('\0')).cloned().collect()
        };
        let query = measurement::table
            .inner_join(measurement_revision::table.on(current_revision(reader)))
            .inner_join(indicator::table.on(indicator::id.eq(measurement::indicator_id)))
            .inner_join(agency::table.on(agency::id.eq(measurement::subject_id)))
            .filter(indicator::code.eq_any(codes(|key| &key.indicator)))
            .filter(agency::code.eq_any(codes(|key| &key.subject)))
            .filter(measurement::period.eq_any(keys.iter().map(|key| key.period.to_string()).collect::<Vec<_>>()))
            .select((indicator::code, agency::code, Measurement::as_select()));
        let mut connection = reader.statement().await?;
        let rows: Vec<(String, String, Measurement)> = diesel_async::RunQueryDsl::load(query, &mut connection).await?;
        let keyed = rows.into_iter().map(|(indicator, subject, row)| {
            (Self { indicator, subject, regime: row.regime, period: row.period }, Arc::new(row))
        });
        Ok(keyed.collect())
    }
}

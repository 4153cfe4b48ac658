//! Computations: how it stands with the figures that are computed from others, and what each was computed from.
//!
//! A computed figure is a measurement like any other, so whatever reads figures need not know of it. Beside it stands its
//! computation, which also tells where there is no figure yet, and of what.

mod compute;

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use diesel::{dsl::sql, prelude::*, sql_types::Bool};
use object_layer::SimpleObject;
use rust_decimal::Decimal;
use uuid::Uuid;

pub(crate) use self::compute::{begin_with, follow};
use crate::{
    DbError, Reader,
    calendar::{Period, PeriodKind, Regime},
    enums::Source,
    formula::ComputationGap,
    indicator::Indicator,
    lateral::Parent,
    noun::{Boxed, Stored, StoredBelow, names, noun, relation},
    page::{Cursor, Key, Page, Tie, by_key},
    schema::{agency, computation, computed_input, indicator, measurement, measurement_revision},
    text_enum::text_enum,
    visible::visible_revision,
};

text_enum! {
    /// How it stands with a computed figure.
    pub enum ComputationState {
        /// It follows from what is published of its inputs
        Computed => "COMPUTED",
        /// It could not be computed from what is published now; a figure from before stands as it was
        Incomplete => "INCOMPLETE",
    }
}

/// How it stands with the computed figure of an indicator of a subject in a period: computed, or what is missing. There is one where
/// a figure of any input is published.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = computation)]
pub struct Computation {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// The period
    pub period: Period,
    /// Length of the period
    pub period_kind: PeriodKind,
    /// Whether the period follows the calendar or the administrative months
    pub regime: Regime,
    /// How it stands
    pub state: ComputationState,
    /// Why it could not be computed; null if it was
    pub gap: Option<ComputationGap>,
    /// When it was last tried, in UTC
    pub computed_at: DateTime<Utc>,
    /// First day after the period
    #[graphql(skip)]
    pub ends_on: crate::Date,
    /// The indicator
    #[graphql(skip)]
    pub indicator_id: Uuid,
    /// The version of the definition by which it is computed
    #[graphql(skip)]
    pub definition_id: Uuid,
    /// Whose figure it is
    #[graphql(skip)]
    pub subject_id: Uuid,
    /// The measurement; null while none could be computed
    #[graphql(skip)]
    pub measurement_id: Option<Uuid>,
    /// Its revision that was computed last
    #[graphql(skip)]
    pub revision: Option<i32>,
}

/// Narrows a list of computations. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ComputationFilter {
    /// Code of the agency whose figure it is
    pub subject: Option<String>,
    /// Any of these states
    pub states: Option<Vec<ComputationState>>,
    /// Calendar or administrative periods
    pub regime: Option<Regime>,
}

names!(ComputationFilter { subject: Agency });

/// The objects that have lists of computations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ComputationLink {
    /// Of an indicator
    Indicator,
}

impl Stored for Computation {
    type Query = Boxed<computation::table>;
    type Filter = ComputationFilter;
    type Sort = ();

    fn filtered(_: &Reader, filter: &ComputationFilter) -> Self::Query {
        let mut query = computation::table.into_boxed();
        if let Some(code) = filter.subject.clone() {
            let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id).single_value();
            query = query.filter(computation::subject_id.nullable().eq(of_code));
        }
        if let Some(states) = filter.states.clone() {
            query = query.filter(computation::state.eq_any(states));
        }
        if let Some(regime) = filter.regime {
            query = query.filter(computation::regime.eq(regime));
        }
        query
    }

    /// The latest period first.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_key!(query, page, true, computation::ends_on, Date, computation::id, Id))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: Some(Key::Date(self.ends_on)), tie: Tie::Id(self.id) }
    }
}

impl StoredBelow for Computation {
    type Link = ComputationLink;

    fn below(query: Self::Query, link: ComputationLink) -> Self::Query {
        match link {
            ComputationLink::Indicator => query.filter(computation::indicator_id.eq(Parent)),
        }
    }
}

noun!(Computation, computation, tag b'C', listed below);

relation!(
    /// The computation of a measurement: one, if it is computed.
    ComputationOf => Computation,
    |reader, parents| computation::table
        .filter(computation::measurement_id.eq_any(parents))
        .select((computation::measurement_id.assume_not_null(), Computation::as_select()))
);

relation!(
    /// The indicators of which a computation misses a figure, in the order of the catalogue.
    MissingOf => Indicator,
    |reader, parents| computation::table
        .inner_join(indicator::table.on(sql::<Bool>("indicator.id = ANY (computation.missing)")))
        .filter(computation::id.eq_any(parents))
        .order((computation::id, indicator::position))
        .select((computation::id, Indicator::as_select()))
);

/// A figure from which another was computed, as it stood then.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = measurement_revision)]
pub struct ComputedInput {
    /// The revision of the measurement that was used
    pub revision: i32,
    /// Its figure
    pub value: Option<Decimal>,
    /// Where it comes from
    pub source: Source,
    /// Of which measurement
    #[graphql(skip)]
    pub measurement_id: Uuid,
    /// Of which indicator
    #[graphql(skip)]
    #[diesel(select_expression = measurement::indicator_id)]
    pub indicator_id: Uuid,
}

relation!(
    /// What each revision of a computed measurement was computed from, in the order of the catalogue.
    InputsOf => (i32, ComputedInput),
    |reader, parents| computed_input::table
        .inner_join(measurement_revision::table.on(
            measurement_revision::measurement_id.eq(computed_input::input_id)
                .and(measurement_revision::revision.eq(computed_input::input_revision))))
        .inner_join(measurement::table.on(measurement::id.eq(computed_input::input_id)))
        .inner_join(indicator::table.on(indicator::id.eq(measurement::indicator_id)))
        .filter(computed_input::measurement_id.eq_any(parents))
        .filter(visible_revision(reader))
        .order((computed_input::measurement_id, computed_input::revision, indicator::position))
        .select((computed_input::measurement_id, (computed_input::revision, ComputedInput::as_select())))
);

//! Indicators (chỉ tiêu) and the versions of their definitions.

pub mod catalogue;
pub mod change;
mod dimensions;
mod method;
pub mod retire;
pub mod rule;

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Enum, InputObject};
use derive::boxed;
use diesel::prelude::*;
use object_layer::SimpleObject;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Date, DbError, Reader,
    calendar::{PeriodKind, Regime},
    comparator::Direction,
    enums::SortDirection,
    lateral::Parent,
    measurement::{TotalMethod, method},
    noun::{Batch, Boxed, Stored, StoredBelow, names, noun, relation},
    page::{Cursor, Key, Page, Tie, by_key, by_tie},
    schema::{
        agency, definition_input, directive_indicator, indicator, indicator_definition, indicator_group, programme,
        programme_indicator,
    },
    search::matching,
    text_enum::text_enum,
};

pub use self::method::DefinitionMethod;
pub(crate) use self::method::computed;

text_enum! {
    /// The unit of a value.
    pub enum Unit {
        /// Percent of the denominator: 85 means 85 %
        Percent => "PERCENT",
        /// Percent of the gross regional domestic product
        PercentGrdp => "PERCENT_GRDP",
        /// Percent of the local budget's expenditure
        PercentLocalBudget => "PERCENT_LOCAL_BUDGET",
        /// A count
        Count => "COUNT",
        /// An index between 0 and 1
        Index => "INDEX",
        /// Per 10,000 people
        Per10000People => "PER_10000_PEOPLE",
        /// A rank: 1 is best
        Rank => "RANK",
        /// None: the indicator is answered in words or by yes and no
        None => "NONE",
    }
}

impl Unit {
    /// Whether values are percentages, so that a cell of 85 % is one of them.
    #[must_use]
    pub const fn is_percentage(self) -> bool {
        matches!(self, Self::Percent | Self::PercentGrdp | Self::PercentLocalBudget)
    }
}

text_enum! {
    /// What a value is.
    pub enum ValueKind {
        /// A number
        Number => "NUMBER",
        /// A ratio of two numbers
        Ratio => "RATIO",
        /// An index between bounds
        Index => "INDEX",
        /// A rank
        Rank => "RANK",
        /// Yes or no
        YesNo => "YES_NO",
        /// Words
        Narrative => "NARRATIVE",
    }
}

text_enum! {
    /// Whether a value is a level or what came about within a period.
    pub enum Nature {
        /// A level at the end of the period: never summed over periods
        Stock => "STOCK",
        /// What came about within the period: may be summed over periods
        Flow => "FLOW",
    }
}

text_enum! {
    /// How the values of several subjects make one.
    pub enum Aggregation {
        /// Their sum
        Sum => "SUM",
        /// Their mean
        Mean => "MEAN",
        /// Sum of the numerators over sum of the denominators
        RatioOfSums => "RATIO_OF_SUMS",
        /// The largest
        Max => "MAX",
        /// The smallest
        Min => "MIN",
        /// They are not combined
        None => "NONE",
    }
}

text_enum! {
    /// How an indicator is expected to go from one milestone to the next.
    pub enum Interpolation {
        /// The same each day
        Linear => "LINEAR",
        /// Nothing is expected before the day of the milestone
        Step => "STEP",
        /// The same rate each day
        Compound => "COMPOUND",
    }
}

/// An indicator (chỉ tiêu): what is measured. Its code stays when a plan moves or rewords it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Insertable, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = indicator)]
pub struct Indicator {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Stable key, the same in every programme and province
    pub code: String,
    /// Name in Vietnamese
    #[graphql(skip)]
    pub name_vi: String,
    /// Name in English
    #[graphql(skip)]
    pub name_en: String,
    /// Order in the catalogue, from 1; programmes list their indicators in this order
    pub position: i32,
    /// Unit of its values and targets
    pub unit: Unit,
    /// What a value is
    pub value_kind: ValueKind,
    /// Which way is better
    pub direction: Direction,
    /// Whether a value is a level or what came about within a period
    pub nature: Nature,
    /// How the values of several subjects make one
    pub aggregation: Aggregation,
    /// Length of the periods in which it is reported
    pub frequency: PeriodKind,
    /// Whether its figures are read by calendar or administrative periods, unless a question names the other
    pub regime: Regime,
    /// How it is expected to go from one milestone to the next; null: LINEAR for numbers, ratios and indices, STEP for all else
    pub interpolation: Option<Interpolation>,
    /// Decimal places people read it with, 0 to 6
    pub decimals: i16,
    /// Of a ratio: the decimal places that its numerator and denominator may have; null: none, for they are counted, or six where
    /// the unit is a share of money
    pub part_decimals: Option<i16>,
    /// Smallest plausible value; null if there is none
    pub lower_bound: Option<Decimal>,
    /// Largest plausible value; null if there is none
    pub upper_bound: Option<Decimal>,
    /// What a careful reader should know about it
    pub note: Option<String>,
    /// The day from which it is measured no longer (Asia/Ho_Chi_Minh); null while it is
    pub retired_on: Option<Date>,
    /// Raised by each change: give it as `expectedVersion`
    pub version: i32,
    /// The agency that answers for it
    #[graphql(skip)]
    pub lead_agency_id: Option<Uuid>,
}

impl Indicator {
    /// Whether what came about in the periods of a year makes one figure: it begins anew each year.
    pub(crate) const fn adds_up(&self) -> bool {
        matches!(method(self), TotalMethod::Sum | TotalMethod::RatioOfSums)
    }

    /// The decimal places that the parts of a ratio may have.
    pub(crate) fn part_places(&self) -> u32 {
        match (self.part_decimals, self.unit) {
            (Some(places), _) => places.unsigned_abs().into(),
            (None, Unit::PercentGrdp | Unit::PercentLocalBudget) => 6,
            (None, _) => 0,
        }
    }
}

/// Narrows a list of indicators. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct IndicatorFilter {
    /// Code of a programme that follows them
    pub programme: Option<String>,
    /// Label of a pillar (a, b, c …): that of `programme` if it is given, else of any programme
    pub group: Option<String>,
    /// Code of the agency that answers for them
    pub lead: Option<String>,
    /// Any of these codes
    pub codes: Option<Vec<String>>,
    /// Any of these kinds of value
    pub value_kinds: Option<Vec<ValueKind>>,
    /// Reported in periods of any of these lengths
    pub frequencies: Option<Vec<PeriodKind>>,
    /// Every word of it occurs in a name or the code, whole; the last may end in `*` and is then the
    /// beginning of a word. Tone marks, case, i or y (tỉ, tỷ) and the kind of dashes do not matter
    pub text: Option<String>,
}

/// What indicators are sorted by. Those of equal value follow by code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Enum)]
pub enum IndicatorSort {
    /// Order of the catalogue, which is the order of the plan
    #[default]
    Position,
    /// Vietnamese name, in the order of Vietnamese dictionaries
    Name,
    /// Code
    Code,
}

/// How indicators are sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, InputObject)]
pub struct IndicatorOrder {
    /// What to sort by
    #[graphql(default)]
    pub by: IndicatorSort,
    /// In which direction
    #[graphql(default)]
    pub direction: SortDirection,
}

/// The objects that have lists of indicators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IndicatorLink {
    /// Followed by a programme
    Programme,
    /// In a pillar
    Group,
    /// Answered for by an agency
    Lead,
    /// Served by a directive
    Directive,
}

/// A pillar's label means little without its programme, so both narrow the same membership.
fn by_membership(query: Boxed<indicator::table>, filter: &IndicatorFilter) -> Boxed<indicator::table> {
    if filter.programme.is_none() && filter.group.is_none() {
        return query;
    }
    let mut members = programme_indicator::table
        .inner_join(programme::table)
        .left_join(indicator_group::table.on(programme_indicator::group_id.eq(indicator_group::id.nullable())))
        .select(programme_indicator::indicator_id)
        .into_boxed();
    if let Some(code) = filter.programme.clone() {
        members = members.filter(programme::code.eq(code));
    }
    if let Some(code) = filter.group.clone() {
        members = members.filter(indicator_group::code.eq(code));
    }
    query.filter(indicator::id.eq_any(members))
}

names!(IndicatorFilter { programme: Programme, group: Group in programme, lead: Agency });

impl Stored for Indicator {
    type Query = Boxed<indicator::table>;
    type Filter = IndicatorFilter;
    type Sort = IndicatorOrder;

    fn filtered(_: &Reader, filter: &IndicatorFilter) -> Self::Query {
        let mut query = by_membership(indicator::table.into_boxed(), filter);
        if let Some(code) = filter.lead.clone() {
            let lead = agency::table.filter(agency::code.eq(code)).select(agency::id).single_value();
            query = query.filter(indicator::lead_agency_id.eq(lead));
        }
        if let Some(codes) = filter.codes.clone() {
            query = query.filter(indicator::code.eq_any(codes));
        }
        if let Some(kinds) = filter.value_kinds.clone() {
            query = query.filter(indicator::value_kind.eq_any(kinds));
        }
        if let Some(frequencies) = filter.frequencies.clone() {
            query = query.filter(indicator::frequency.eq_any(frequencies));
        }
        matching!(query, indicator::search_text, filter.text)
    }

    fn sorted(query: Self::Query, order: IndicatorOrder, page: &Page) -> Result<Self::Query, DbError> {
        let falling = order.direction == SortDirection::Descending;
        Ok(match order.by {
            IndicatorSort::Position => {
                by_key!(query, page, falling, indicator::position, Number, indicator::code, Code)
            }
            IndicatorSort::Name => by_key!(query, page, falling, indicator::name_vi, Text, indicator::code, Code),
            IndicatorSort::Code => by_tie!(query, page, falling, indicator::code, Code),
        })
    }

    fn cursor(&self, order: IndicatorOrder) -> Cursor {
        let key = match order.by {
            IndicatorSort::Position => Some(Key::Number(self.position)),
            IndicatorSort::Name => Some(Key::Text(self.name_vi.clone())),
            IndicatorSort::Code => None,
        };
        Cursor { key, tie: Tie::Code(self.code.clone()) }
    }
}

impl StoredBelow for Indicator {
    type Link = IndicatorLink;

    fn below(query: Self::Query, link: IndicatorLink) -> Self::Query {
        match link {
            IndicatorLink::Programme => {
                let members = programme_indicator::table
                    .filter(programme_indicator::programme_id.eq(Parent))
                    .select(programme_indicator::indicator_id);
                query.filter(indicator::id.eq_any(members))
            }
            IndicatorLink::Group => {
                let members = programme_indicator::table
                    .filter(programme_indicator::group_id.eq(Parent.nullable()))
                    .select(programme_indicator::indicator_id);
                query.filter(indicator::id.eq_any(members))
            }
            IndicatorLink::Lead => query.filter(indicator::lead_agency_id.eq(Parent.nullable())),
            IndicatorLink::Directive => {
                let served = directive_indicator::table
                    .filter(directive_indicator::directive_id.eq(Parent))
                    .select(directive_indicator::indicator_id);
                query.filter(indicator::id.eq_any(served))
            }
        }
    }
}

noun!(Indicator, indicator, tag b'i', coded by code, listed below);

/// A dated wording of what an indicator measures: another denominator or window is another version.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = indicator_definition)]
pub struct IndicatorDefinition {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// 1 for the first, then counted up
    pub version: i32,
    /// First day it is used (Asia/Ho_Chi_Minh); null if it was used from the beginning, or if the sources do not say
    pub valid_from: Option<Date>,
    /// Wording in Vietnamese
    #[graphql(skip)]
    pub text_vi: String,
    /// Wording in English
    #[graphql(skip)]
    pub text_en: String,
    /// What the figure is measured over, as the document says; null if it names nothing
    pub denominator: Option<String>,
    /// How its figures come about
    pub method: DefinitionMethod,
    /// The formula by which they are computed, over codes of indicators; null unless they are
    pub formula: Option<String>,
    /// Figures inside the definition that are no targets, by name: a speed, a window in months, a number of people
    #[graphql(skip)]
    pub parameters: serde_json::Value,
    /// Clause that says so
    #[graphql(skip)]
    pub clause: Option<String>,
    /// The document that says so
    #[graphql(skip)]
    pub document_id: Option<Uuid>,
    /// The indicator
    #[graphql(skip)]
    pub indicator_id: Uuid,
}

relation!(
    /// All versions of an indicator's definition, the first first.
    DefinitionsOf => IndicatorDefinition,
    |reader, parents| indicator_definition::table
        .filter(indicator_definition::indicator_id.eq_any(parents))
        .order((indicator_definition::indicator_id, indicator_definition::version))
        .select((indicator_definition::indicator_id, IndicatorDefinition::as_select()))
);

relation!(
    /// The indicators from whose figures those of a definition are computed, in the order of the catalogue.
    DefinitionInputsOf => Indicator,
    |reader, parents| definition_input::table
        .inner_join(indicator::table)
        .filter(definition_input::definition_id.eq_any(parents))
        .order((definition_input::definition_id, indicator::position))
        .select((definition_input::definition_id, Indicator::as_select()))
);

/// One version of a definition, by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DefinitionById(pub Uuid);

impl Batch for DefinitionById {
    type Value = Arc<IndicatorDefinition>;

    #[boxed]
    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, Arc<IndicatorDefinition>>, DbError> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let query = indicator_definition::table
            .filter(indicator_definition::id.eq_any(ids))
            .select(IndicatorDefinition::as_select());
        let mut connection = reader.statement().await?;
        let rows: Vec<IndicatorDefinition> = diesel_async::RunQueryDsl::load(query, &mut connection).await?;
        Ok(rows.into_iter().map(|row| (Self(row.id), Arc::new(row))).collect())
    }
}

/// Where a programme places an indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = programme_indicator)]
pub struct Membership {
    /// The programme
    pub programme_id: Uuid,
    /// The pillar; null if the programme names the indicator outside its pillars
    pub group_id: Option<Uuid>,
}

relation!(
    /// The programmes that follow an indicator.
    MembershipsOf => Membership,
    |reader, parents| programme_indicator::table
        .filter(programme_indicator::indicator_id.eq_any(parents))
        .order((programme_indicator::indicator_id, programme_indicator::programme_id))
        .select((programme_indicator::indicator_id, Membership::as_select()))
);

relation!(
    /// Where the programmes that follow an indicator hold: whose catalogue it belongs to.
    JurisdictionsOf => Uuid,
    |reader, parents| programme_indicator::table
        .inner_join(programme::table)
        .filter(programme_indicator::indicator_id.eq_any(parents))
        .select((programme_indicator::indicator_id, programme::jurisdiction_id))
);

//! Areas (địa giới): figures for the areas that agencies have on another day than that of the figure.
//!
//! Where agencies were merged or divided, figures from before and after are of different areas. Asked for the areas of a day, those of the
//! agencies that had them are put together by the indicator's aggregation: SQL function `area_figure`, over `area_sources`, in the
//! migration that attributes figures to areas. What was divided and has no weight is named, and never guessed.

pub mod weight;

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Enum, InputObject};
use derive::boxed;
use diesel::{
    QueryableByName,
    sql_types::{Array, Date as SqlDate, Integer, Nullable, Numeric, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use rust_decimal::Decimal;
use uuid::Uuid;

pub use self::weight::WeightKind;
use crate::{
    Date, DbError, Reader,
    calendar::{Period, Regime},
    measurement::Addend,
    noun::Batch,
    text_enum::text_enum,
};

/// Of which day the areas are for which figures are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum AreasOf {
    /// As they were reported: each agency with its own figure
    AsReported,
    /// Those of today: figures of agencies that went into others are put together
    Current,
    /// Those of the day `on`
    At,
}

/// For which areas (theo địa giới) figures are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, InputObject)]
#[graphql(name = "BoundariesInput")]
pub struct BoundariesInput {
    /// Of which day
    pub of: AreasOf,
    /// With AT: the day (Asia/Ho_Chi_Minh)
    pub on: Option<Date>,
    /// By which shares figures of what was divided are divided. Left out, they are not: they are named as not attributable
    pub weights: Option<WeightKind>,
}

/// A [`BoundariesInput`], read: the areas of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Boundaries {
    /// The day.
    pub at: Date,
    /// By which shares what was divided is divided.
    pub weights: Option<WeightKind>,
}

/// A day without AT, or AT without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`on` belongs to AT, and AT needs it")]
pub struct DayOfBoundaries;

impl BoundariesInput {
    /// The areas of a day; `None` for figures as they were reported.
    pub fn read(self, today: Date) -> Result<Option<Boundaries>, DayOfBoundaries> {
        let Self { weights, .. } = self;
        match (self.of, self.on) {
            (AreasOf::AsReported, None) => Ok(None),
            (AreasOf::Current, None) => Ok(Some(Boundaries { at: today, weights })),
            (AreasOf::At, Some(at)) => Ok(Some(Boundaries { at, weights })),
            _ => Err(DayOfBoundaries),
        }
    }
}

text_enum! {
    /// Why the figures of an area come to no number.
    pub enum NoAreaFigure {
        /// None is published
        NoFigures => "NO_FIGURES",
        /// The areas that were divided cannot be told apart, and nothing else is there
        NotAttributable => "NOT_ATTRIBUTABLE",
        /// The indicator is not combined, or an answer is in words
        NotSummable => "NOT_SUMMABLE",
        /// They were measured by different versions of the definition
        DefinitionsDiffer => "DEFINITIONS_DIFFER",
        /// A figure has no parts that could be put together
        NotComputable => "NOT_COMPUTABLE",
    }
}

/// What the published figures of one period come to for the area of an agency.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, SimpleObject)]
pub struct AreaFigure {
    /// The period
    #[diesel(sql_type = Text)]
    pub period: Period,
    /// In the indicator's unit, a ratio to six decimal places; null if there is none, and then `reason` says why. While something is
    /// missing or not attributable it is that of the rest
    #[diesel(sql_type = Nullable<Numeric>)]
    pub value: Option<Decimal>,
    /// The sum of the numerators; null where figures are no ratios
    #[diesel(sql_type = Nullable<Numeric>)]
    pub numerator: Option<Decimal>,
    /// The sum of the denominators; null where figures are no ratios
    #[diesel(sql_type = Nullable<Numeric>)]
    pub denominator: Option<Decimal>,
    /// Why there is no value; null if there is one
    #[diesel(sql_type = Nullable<Text>)]
    pub reason: Option<NoAreaFigure>,
    /// The version of the definition by which all were measured.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    #[graphql(skip)]
    pub definition_id: Option<Uuid>,
    /// The figures that were used.
    #[diesel(sql_type = Array<SqlUuid>)]
    #[graphql(skip)]
    pub measurement_ids: Vec<Uuid>,
    /// The agencies that had the area and have no published figure.
    #[diesel(sql_type = Array<SqlUuid>)]
    #[graphql(skip)]
    pub missing_ids: Vec<Uuid>,
    /// Those that had a part of it, and nobody says which.
    #[diesel(sql_type = Array<SqlUuid>)]
    #[graphql(skip)]
    pub undivided_ids: Vec<Uuid>,
    #[diesel(sql_type = Integer)]
    #[graphql(skip)]
    key: i32,
}

impl AreaFigure {
    /// Whether it is the whole area: nothing is missing, and nothing is not attributable.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.value.is_some() && self.missing_ids.is_empty() && self.undivided_ids.is_empty()
    }

    /// Whether there is anything that could be put together.
    #[must_use]
    pub fn has_figures(&self) -> bool {
        !matches!(self.reason, Some(NoAreaFigure::NoFigures | NoAreaFigure::NotAttributable))
    }
}

impl Addend for AreaFigure {
    fn value(&self) -> Option<Decimal> {
        self.value
    }

    fn parts(&self) -> (Option<Decimal>, Option<Decimal>) {
        (self.numerator, self.denominator)
    }

    fn definition(&self) -> Option<Uuid> {
        self.definition_id
    }
}

/// An indicator of a subject in a period, for the area that the subject has on a day.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AreaFigureAt {
    /// The indicator.
    pub indicator: Uuid,
    /// Code of the agency.
    pub subject: String,
    /// By which months the period goes.
    pub regime: Regime,
    /// The period.
    pub period: Period,
    /// The areas.
    pub boundaries: Boundaries,
}

const FIGURES: &str = "SELECT (asked.key - 1)::integer AS key, asked.period, figure.value, figure.numerator, figure.denominator, \
        CASE WHEN figure.value IS NULL THEN coalesce(figure.reason, 'NO_FIGURES') END AS reason, figure.definition_id, coalesce(figure.measurement_ids, '{}') AS measurement_ids, \
        coalesce(figure.missing_ids, '{}') AS missing_ids, coalesce(figure.undivided_ids, '{}') AS undivided_ids \
    FROM unnest($1, $2, $3, $4, $5, $6, $7) WITH ORDINALITY AS asked (indicator_id, subject, regime, period, last_day, at, weights, key) \
    JOIN agency ON agency.code = asked.subject \
    LEFT JOIN LATERAL area_figure(ARRAY[agency.id], asked.indicator_id, asked.regime, asked.period, asked.last_day, asked.at, asked.weights) AS figure ON true";

impl Batch for AreaFigureAt {
    type Value = Arc<AreaFigure>;

    #[boxed]
    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, Arc<AreaFigure>>, DbError> {
        // PostgreSQL takes no NUL; nothing has such a code.
        let keys: Vec<&Self> = keys.iter().filter(|key| !key.subject.contains('\0')).collect();
        let last_day = |key: &&Self| Date(key.period.window(key.regime).last_day());
        let query = diesel::sql_query(FIGURES)
            .bind::<Array<SqlUuid>, _>(keys.iter().map(|key| key.indicator).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(keys.iter().map(|key| &key.subject).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(keys.iter().map(|key| key.regime.as_str()).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(keys.iter().map(|key| key.period.to_string()).collect::<Vec<_>>())
            .bind::<Array<SqlDate>, _>(keys.iter().map(last_day).collect::<Vec<_>>())
            .bind::<Array<SqlDate>, _>(keys.iter().map(|key| key.boundaries.at).collect::<Vec<_>>())
            .bind::<Array<Nullable<Text>>, _>(
                keys.iter().map(|key| key.boundaries.weights.map(WeightKind::as_str)).collect::<Vec<_>>(),
            );
        let rows: Vec<AreaFigure> = query.load(&mut reader.statement().await?).await?;
        let keyed = rows.into_iter().filter_map(|row| {
            let key = keys.get(usize::try_from(row.key).ok()?)?;
            Some((Self::clone(key), Arc::new(row)))
        });
        Ok(keyed.collect())
    }
}

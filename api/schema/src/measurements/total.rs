//! What the figures of several periods come to.

use async_graphql::Context;
use auth::Action;
use db::{
    Date,
    access::Auth,
    area::{AreaFigure as AreaRow, Boundaries},
    calendar::{Period, Regime},
    indicator::Indicator,
    measurement::{MeasurementAt, NoTotal, Parts, Total, TotalMethod},
};
use futures_util::future::try_join_all;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::Measurement;
use crate::{
    areas::{self, AreaFigure},
    error::ApiError,
    object::many,
    page::{Answer, Shown as _, loaders},
};

/// What the figures of several periods of one subject come to, as far as the viewer may see them (luỹ kế, cộng kỳ). Computed anew
/// for each question, in exact decimals.
#[derive(Clone)]
pub struct PeriodTotal {
    parts: Parts,
    total: Of,
    areas: Option<Vec<AreaFigure>>,
}

/// Of what it is the total: of what an agency has reported, or of figures for an area.
#[derive(Clone)]
enum Of {
    Agency(Total),
    Area(Total<AreaRow>),
}

/// A field that all totals have.
macro_rules! told {
    ($total:expr, $field:ident) => {
        match &$total {
            Of::Agency(total) => &total.$field,
            Of::Area(total) => &total.$field,
        }
    };
}

impl PeriodTotal {
    /// What the periods of a longer one come to: for the area that the subject has on a day, or as it was reported.
    pub(crate) async fn of(
        context: &Context<'_>,
        indicator: &Indicator,
        subject: String,
        parts: Parts,
        boundaries: Option<Boundaries>,
    ) -> Result<Self, ApiError> {
        if boundaries.is_some() {
            let areas = areas::figures(context, indicator, subject, &parts, boundaries).await?;
            let place = |period: &Period| areas.iter().map(|area| &area.row).find(|row| row.period == *period);
            let found =
                parts.periods.iter().flatten().map(|period| place(period).filter(|row| row.has_figures()).cloned());
            let total = Of::Area(Total::of(indicator, &parts, found.collect()));
            return Ok(Self { parts, total, areas: Some(areas) });
        }
        let at = |period: &Period| MeasurementAt {
            indicator: indicator.code.clone(),
            subject: subject.clone(),
            regime: parts.regime,
            period: *period,
        };
        let keys = parts.periods.iter().flatten().map(at);
        let found = try_join_all(keys.map(|key| loaders(context).load_one(key))).await?;
        let total = Of::Agency(Total::of(indicator, &parts, found));
        Ok(Self { parts, total, areas: None })
    }
}

/// What the figures of several periods of one subject come to, as far as the viewer may see them (luỹ kế, cộng kỳ). Computed anew
/// for each question, in exact decimals.
#[object_layer::Object(directive = Auth::apply(Action::SeePublished))]
impl PeriodTotal {
    /// The longer period; of a year to date that year
    fn period(&self) -> Period {
        self.parts.period
    }

    /// Whether periods follow the calendar or the administrative months
    fn regime(&self) -> Regime {
        self.parts.regime
    }

    /// First day that counts (Asia/Ho_Chi_Minh)
    fn starts_on(&self) -> Date {
        Date(self.parts.period.window(self.parts.regime).start)
    }

    /// Last day (Asia/Ho_Chi_Minh) of the last period that is added up; null if there is none
    fn ends_on(&self) -> Option<Date> {
        self.parts.last_day()
    }

    /// How the figures were put together, by the indicator's `nature`, `valueKind` and `aggregation`
    fn method(&self) -> TotalMethod {
        *told!(self.total, method)
    }

    /// In the indicator's unit, a ratio to six decimal places; null if there is none, and then `reason` says why. While something is
    /// `missing` it is that of the periods that are there
    fn value(&self) -> Option<Decimal> {
        *told!(self.total, value)
    }

    /// The sum of the numerators, of a level the last one; null where figures are no ratios
    fn numerator(&self) -> Option<Decimal> {
        *told!(self.total, numerator)
    }

    /// The sum of the denominators, of a level the last one; null where figures are no ratios
    fn denominator(&self) -> Option<Decimal> {
        *told!(self.total, denominator)
    }

    /// Why there is no value; null if there is one
    fn reason(&self) -> Option<NoTotal> {
        *told!(self.total, reason)
    }

    /// Whether there is a figure of every period that counts, and each is of the whole area
    fn is_complete(&self) -> bool {
        let are_whole = match &self.total {
            Of::Agency(total) => !total.used.is_empty(),
            Of::Area(total) => !total.used.is_empty() && total.used.iter().all(|figure| figure.is_complete()),
        };
        are_whole && told!(self.total, missing).is_empty()
    }

    /// The periods that have no figure that the viewer may see, in order; of a level only those after the last figure
    fn missing(&self) -> Vec<Period> {
        told!(self.total, missing).clone()
    }

    /// The figures that were added up, in order; of a level the last one. Their `source` says whether they are real
    async fn measurements(&self, context: &Context<'_>) -> Answer<Vec<Measurement>> {
        match &self.total {
            Of::Agency(total) => Some(Ok(total.used.iter().cloned().map(Measurement::show).collect())),
            Of::Area(total) => {
                let ids: Vec<Uuid> = total.used.iter().flat_map(|figure| figure.measurement_ids.clone()).collect();
                many(context, &ids).await
            }
        }
    }

    /// What each period comes to for the area, in order, and who is missing in it; null for figures as they were reported
    fn areas(&self) -> Option<Vec<AreaFigure>> {
        self.areas.clone()
    }
}

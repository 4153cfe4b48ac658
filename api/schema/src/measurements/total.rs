//! What the figures of several periods come to.

use async_graphql::Context;
use auth::Action;
use db::{
    Date,
    access::Auth,
    calendar::{Period, Regime},
    indicator::Indicator,
    measurement::{MeasurementAt, NoTotal, Parts, Total, TotalMethod},
};
use futures_util::future::try_join_all;
use rust_decimal::Decimal;

use super::Measurement;
use crate::{
    error::ApiError,
    page::{Shown as _, loaders},
};

/// What the figures of several periods of one subject come to, as far as the viewer may see them (luỹ kế, cộng kỳ). Computed anew
/// for each question, in exact decimals.
#[derive(Clone)]
pub struct PeriodTotal {
    parts: Parts,
    total: Total,
}

impl PeriodTotal {
    pub(crate) async fn of(
        context: &Context<'_>,
        indicator: &Indicator,
        subject: String,
        parts: Parts,
    ) -> Result<Self, ApiError> {
        let at = |period: &Period| MeasurementAt {
            indicator: indicator.code.clone(),
            subject: subject.clone(),
            regime: parts.regime,
            period: *period,
        };
        let keys = parts.periods.iter().flatten().map(at);
        let found = try_join_all(keys.map(|key| loaders(context).load_one(key))).await?;
        let total = Total::of(indicator, &parts, found);
        Ok(Self { parts, total })
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
        self.total.method
    }

    /// In the indicator's unit, a ratio to six decimal places; null if there is none, and then `reason` says why. While something is
    /// `missing` it is that of the periods that are there
    fn value(&self) -> Option<Decimal> {
        self.total.value
    }

    /// The sum of the numerators, of a level the last one; null where figures are no ratios
    fn numerator(&self) -> Option<Decimal> {
        self.total.numerator
    }

    /// The sum of the denominators, of a level the last one; null where figures are no ratios
    fn denominator(&self) -> Option<Decimal> {
        self.total.denominator
    }

    /// Why there is no value; null if there is one
    fn reason(&self) -> Option<NoTotal> {
        self.total.reason
    }

    /// Whether there is a figure of every period that counts
    fn is_complete(&self) -> bool {
        self.total.missing.is_empty() && !self.total.used.is_empty()
    }

    /// The periods that have no figure that the viewer may see, in order; of a level only those after the last figure
    fn missing(&self) -> Vec<Period> {
        self.total.missing.clone()
    }

    /// The figures that were added up, in order; of a level the last one. Their `source` says whether they are real
    fn measurements(&self) -> Option<Vec<Measurement>> {
        Some(self.total.used.iter().cloned().map(Measurement::show).collect())
    }
}

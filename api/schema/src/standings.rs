//! Standings (xếp hạng): one indicator over agencies of one kind.

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    Date,
    access::Auth,
    area::BoundariesInput,
    calendar::{Period, Regime},
    comparator::Direction,
    noun::{ByCode, Named, NamedNoun, Names as _},
    standing::{self, PeerFilter, PeerOrder, Standing as Row, StandingSummary, StandingsOf},
};
use object_layer::{ComplexObject, SimpleObject};

use crate::{
    agencies::Agency,
    areas::read,
    error::ApiError,
    indicators::Indicator,
    measurements::Measurement,
    object::{many, one, root_lists},
    page::{Answer, Connection, PageArgs, loaders, nothing_unknown, reader, shown, there},
};

/// An agency among others of its kind: its figure of one indicator in one period, and where that puts it.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct Standing {
    #[graphql(flatten)]
    row: Arc<Row>,
}

shown!(Standing shows Row, by SeePublished);

#[ComplexObject]
impl Standing {
    /// The agency
    async fn subject(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.row.subject_id).await
    }

    /// The figure, in the latest revision that the viewer may see; null if none is published, or if several were put together
    async fn measurement(&self, context: &Context<'_>) -> Answer<Measurement> {
        match *self.row.measurement_ids {
            [id] => one(context, id).await,
            _ => None,
        }
    }

    /// The figures: one, or those of the agencies that had the area, put together
    async fn measurements(&self, context: &Context<'_>) -> Answer<Vec<Measurement>> {
        many(context, &self.row.measurement_ids).await
    }
}

/// The standings of one indicator in one period (xếp hạng): what is published, and nothing else.
#[derive(Clone)]
pub struct Standings {
    of: Arc<StandingsOf>,
}

impl Standings {
    async fn of(
        context: &Context<'_>,
        code: &str,
        (period, regime, on): (Option<Period>, Option<Regime>, Option<Date>),
        peers: PeerFilter,
        boundaries: Option<BoundariesInput>,
    ) -> Answer<Self> {
        let indicator = loaders(context).load_one(ByCode::<db::indicator::Indicator>::new(code.to_owned())).await;
        let indicator = match indicator {
            Ok(Some(indicator)) => indicator,
            Ok(None) => {
                let named = Named::of(NamedNoun::Indicator, code);
                return Some(Err(there(context, &["indicator"], named).await.err()?));
            }
            Err(error) => return Some(Err(error.into())),
        };
        if let Err(error) = nothing_unknown(context, peers.names()).await {
            return Some(Err(error));
        }
        let boundaries = match read(context, boundaries) {
            Ok(boundaries) => boundaries,
            Err(error) => return Some(Err(error)),
        };
        let regime = regime.unwrap_or(indicator.regime);
        let on = on.unwrap_or(reader(context).today());
        let period = match period {
            Some(period) => Some(period),
            None => match standing::latest_period(reader(context), &indicator, regime, &peers, on).await {
                Ok(latest) => latest,
                Err(error) => return Some(Err(error.into())),
            },
        };
        let Some(period) = period else {
            let words = (
                "chưa có kỳ nào của chỉ tiêu này kết thúc vào ngày đó",
                "no period of this indicator had ended by that day",
            );
            return Some(Err(ApiError::request("INPUT", words.0, words.1)));
        };
        let of =
            StandingsOf { indicator: indicator.id, direction: indicator.direction, period, regime, peers, boundaries };
        Some(Ok(Self { of: Arc::new(of) }))
    }
}

/// The standings of one indicator in one period (xếp hạng): what is published, and nothing else.
#[object_layer::Object(directive = Auth::apply(Action::SeePublished))]
impl Standings {
    /// The indicator
    async fn indicator(&self, context: &Context<'_>) -> Answer<Indicator> {
        one(context, self.of.indicator).await
    }

    /// The period
    fn period(&self) -> Period {
        self.of.period
    }

    /// Whether it follows the calendar or the administrative months
    fn regime(&self) -> Regime {
        self.of.regime
    }

    /// First day of the period (Asia/Ho_Chi_Minh)
    fn starts_on(&self) -> Date {
        Date(self.of.period.window(self.of.regime).start)
    }

    /// Last day of the period (Asia/Ho_Chi_Minh); compared are the agencies that were there on it, or on the day `areasOf`
    fn ends_on(&self) -> Date {
        self.of.last_day()
    }

    /// The day (Asia/Ho_Chi_Minh) for whose areas figures are read; null if they are read as they were reported
    fn areas_of(&self) -> Option<Date> {
        self.of.boundaries.map(|boundaries| boundaries.at)
    }

    /// Which way is better; the largest value has the first rank where neither is
    fn direction(&self) -> Direction {
        self.of.direction
    }

    /// What they come to, over all pages
    async fn summary(&self, context: &Context<'_>) -> Answer<StandingSummary> {
        Some(standing::summary(reader(context), &self.of).await.map_err(ApiError::from))
    }

    /// The agencies with their ranks, the best first; those without a figure last. Ask for page after page of 100 to draw a map
    #[allow(clippy::too_many_arguments, reason = "a connection's arguments are those of the specification")]
    async fn rows(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Sorts the list")] order: Option<PeerOrder>,
        #[graphql(
            desc = "How many from the beginning, or after `after`: 1 to 100; 20 if neither this nor `last` is given"
        )]
        first: Option<i32>,
        #[graphql(desc = "The cursor to start after: `endCursor` of the page before")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`: 1 to 100")] last: Option<i32>,
        #[graphql(desc = "The cursor to stop before: `startCursor` of the page after")] before: Option<String>,
    ) -> Answer<Connection<Standing>> {
        let args = PageArgs { first, after, last, before };
        let of = StandingsOf::clone(&self.of);
        Some(Connection::of_all(context, of, order.unwrap_or_default(), args).await)
    }
}

root_lists! {
    StandingQuery;
    {
        /// The standings of one indicator over agencies of one kind, such as the communes of a province: ranks, quarters, median
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        #[allow(clippy::too_many_arguments, reason = "they are what the question is made of")]
        async fn standings(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Code of the indicator")] indicator: String,
            #[graphql(desc = "Who is compared; all people's committees if left out")] filter: Option<PeerFilter>,
            #[graphql(desc = "The period; the latest one by the day `on` of which one of them has a published figure, if left out")] period: Option<Period>,
            #[graphql(desc = "Calendar or administrative periods; the indicator's own if left out")] regime: Option<Regime>,
            #[graphql(desc = "The day by which the period has ended (Asia/Ho_Chi_Minh), where none is named; today if left out")] on: Option<Date>,
            #[graphql(desc = "For which areas: as they were reported if left out")] boundaries: Option<BoundariesInput>,
        ) -> Answer<Standings> {
            Standings::of(context, &indicator, (period, regime, on), filter.unwrap_or_default(), boundaries).await
        }
    }
}

//! Scorecards (phiếu điểm) of agencies, and the ranking of those of one kind.

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    Date,
    access::Auth,
    calendar::{Period, Regime},
    noun::Names as _,
    scorecard::{
        self, DirectiveTally, ExtensionTally, InputTally, LedTally, RankedPart, Ranking as RankingRow, RankingOrder,
        RankingPart, RankingScheme as SchemeRow, RankingsOf, ReportTally, Scorecard as Row, ScorecardFilter,
        ScorecardOrder, ScorecardsOf, Span,
    },
    standing::PeerFilter,
};
use object_layer::{ComplexObject, SimpleObject};
use rust_decimal::Decimal;

use crate::{
    agencies::Agency,
    error::ApiError,
    object::{one, root_lists},
    page::{Answer, Connection, PageArgs, known, nothing_unknown, reader, shown},
    viewer::viewer,
};

/// The scorecard of an agency in a period (phiếu điểm): what it owed, and what became of it. Counted is what the viewer could list:
/// reports if they see what it has to report, directives as far as they see them.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct Scorecard {
    #[graphql(skip)]
    row: Arc<Row>,
}

shown!(Scorecard shows Row, by SeePublished);

#[ComplexObject]
impl Scorecard {
    /// The agency
    async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.row.agency_id).await
    }

    /// What it had to report; null if the viewer does not see that
    async fn reports(&self, context: &Context<'_>) -> Answer<ReportTally> {
        if let Err(error) = known(context, Action::SeeObligations) {
            return Some(Err(error));
        }
        self.row.sees_reports.then(|| Ok(self.row.reports))
    }

    /// Its figures that were returned with a reason in the period, each time; null if the viewer does not see those
    fn figures_returned(&self) -> Option<i32> {
        self.row.figures_returned
    }

    /// The directives that it leads and that were due in the period
    fn directives(&self) -> Option<DirectiveTally> {
        Some(self.row.directives)
    }

    /// The later deadlines that it asked for in the period
    fn extensions(&self) -> Option<ExtensionTally> {
        Some(self.row.extensions)
    }

    /// What others wait for
    fn input(&self) -> Option<InputTally> {
        Some(self.row.input)
    }

    /// The indicators that it answers for
    fn indicators(&self) -> Option<LedTally> {
        Some(self.row.indicators)
    }

    /// Reports and directives of the period that came late or are overdue, together; without reports where the viewer does not see
    /// those
    fn late(&self) -> i32 {
        self.row.late
    }
}

/// An agency among others of its kind in a period: its rank, and what that is made of.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeeObligations))]
pub struct Ranking {
    #[graphql(flatten)]
    row: Arc<RankingRow>,
}

shown!(Ranking shows RankingRow, by SeeObligations);

#[ComplexObject]
impl Ranking {
    /// The agency
    async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.row.card.agency_id).await
    }

    /// What the score is made of: a handful
    fn parts(&self) -> Option<Vec<RankedPart>> {
        Some(self.row.ranked_parts().collect())
    }

    /// The counts that it rests on
    fn scorecard(&self) -> Option<Scorecard> {
        Some(Scorecard { row: Arc::new(self.row.card.clone()) })
    }
}

/// What one part of a rank counts.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct RankingWeight {
    /// The part
    part: RankingPart,
    /// How much it counts; those of all parts are 1 together
    weight: Decimal,
}

/// The rules by which agencies are ranked in a period: those that hold on its last day. What cannot be judged of an agency is left
/// out, and its weight goes to the other parts in proportion.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct RankingScheme {
    #[graphql(flatten)]
    row: Arc<SchemeRow>,
}

#[ComplexObject]
impl RankingScheme {
    /// Last day on which it holds (Asia/Ho_Chi_Minh); null while there is no end
    fn valid_until(&self) -> Option<Date> {
        self.row.ends_before.map(Date::day_before)
    }

    /// What each part counts: a handful
    fn weights(&self) -> Option<Vec<RankingWeight>> {
        let weights = self.row.parts.iter().zip(&self.row.weights);
        Some(weights.map(|(part, weight)| RankingWeight { part: *part, weight: *weight }).collect())
    }
}

/// The ranking of agencies of one kind in a period, among those of which the viewer sees what they have to report, and by what the
/// viewer sees of them.
#[derive(Clone)]
pub struct Rankings {
    of: Arc<RankingsOf>,
}

/// The ranking of agencies of one kind in a period, among those of which the viewer sees what they have to report, and by what the
/// viewer sees of them.
#[object_layer::Object(directive = Auth::apply(Action::SeeObligations))]
impl Rankings {
    /// First day of the period (Asia/Ho_Chi_Minh); what was due on it or later is judged
    fn starts_on(&self) -> Date {
        self.of.span.days().0
    }

    /// Last day of the period (Asia/Ho_Chi_Minh)
    fn ends_on(&self) -> Date {
        self.of.span.days().1
    }

    /// The rules by which they are ranked; null if none hold
    async fn scheme(&self, context: &Context<'_>) -> Answer<RankingScheme> {
        let scheme = scorecard::scheme_of(reader(context), self.of.span).await.map_err(ApiError::from).transpose();
        scheme.map(|row| row.map(|row| RankingScheme { row: Arc::new(row) }))
    }

    /// The agencies with their ranks, the best first; those without a rank last
    #[allow(clippy::too_many_arguments, reason = "a connection's arguments are those of the specification")]
    async fn rows(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Sorts the list")] order: Option<RankingOrder>,
        #[graphql(
            desc = "How many from the beginning, or after `after`: 1 to 100; 20 if neither this nor `last` is given"
        )]
        first: Option<i32>,
        #[graphql(desc = "The cursor to start after: `endCursor` of the page before")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`: 1 to 100")] last: Option<i32>,
        #[graphql(desc = "The cursor to stop before: `startCursor` of the page after")] before: Option<String>,
    ) -> Answer<Connection<Ranking>> {
        let args = PageArgs { first, after, last, before };
        Some(Connection::of_all(context, RankingsOf::clone(&self.of), order.unwrap_or_default(), args).await)
    }
}

root_lists! {
    ScorecardQuery;
    {
        /// The scorecards of agencies in a period, by code: what each owed, and what became of it
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        #[allow(clippy::too_many_arguments, reason = "a connection's arguments are those of the specification")]
        async fn scorecards(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "The period in which something was due; at most three years")] period: Period,
            #[graphql(desc = "Calendar or administrative", default_with = "Regime::Calendar")] regime: Regime,
            #[graphql(desc = "The day (Asia/Ho_Chi_Minh) by which it is judged what is late or overdue; today if left out")] on: Option<Date>,
            #[graphql(desc = "Whose; everybody's if left out")] filter: Option<ScorecardFilter>,
            #[graphql(desc = "Sorts the list")] order: Option<ScorecardOrder>,
            #[graphql(desc = "How many from the beginning, or after `after`: 1 to 100; 20 if neither this nor `last` is given")] first: Option<i32>,
            #[graphql(desc = "The cursor to start after: `endCursor` of the page before")] after: Option<String>,
            #[graphql(desc = "How many from the end, or before `before`: 1 to 100")] last: Option<i32>,
            #[graphql(desc = "The cursor to stop before: `startCursor` of the page after")] before: Option<String>,
        ) -> Answer<Connection<Scorecard>> {
            let of = ScorecardsOf { span: Span { period, regime, on }, filter: filter.unwrap_or_default() };
            let args = PageArgs { first, after, last, before };
            Some(Connection::of_all(context, of, order.unwrap_or_default(), args).await)
        }

        /// How agencies of one kind rank in a period, by reports and directives together, and why; null for whoever sees of nobody what
        /// they have to report
        #[graphql(directive = Auth::apply(Action::SeeObligations))]
        async fn rankings(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "The period in which something was due; at most three years")] period: Period,
            #[graphql(desc = "Calendar or administrative", default_with = "Regime::Calendar")] regime: Regime,
            #[graphql(desc = "The day (Asia/Ho_Chi_Minh) by which it is judged what is late or overdue; today if left out")] on: Option<Date>,
            #[graphql(desc = "Among whom; all people's committees if left out")] filter: Option<PeerFilter>,
        ) -> Answer<Rankings> {
            if let Err(error) = known(context, Action::SeeObligations) {
                return Some(Err(error));
            }
            viewer(context).principal.may(Action::SeeObligations).ok()?;
            let of = RankingsOf { span: Span { period, regime, on }, peers: filter.unwrap_or_default() };
            if let Err(error) = nothing_unknown(context, of.peers.names()).await {
                return Some(Err(error));
            }
            Some(Ok(Rankings { of: Arc::new(of) }))
        }
    }
}

//! Obligations (nghĩa vụ báo cáo): what is owed and how it stands, how complete and timely it is, and the matrix.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject};
use auth::Action;
use db::{
    Date,
    access::Auth,
    calendar::{Period, Regime},
    reporting::{
        completeness::{Completeness as CompletenessRow, CompletenessBy, CompletenessFilter},
        matrix::MatrixRow as Cells,
        obligation::{Obligation as Row, ObligationFilter},
    },
};
use object_layer::{ComplexObject, SimpleObject};
use rust_decimal::Decimal;

use super::{assignments::ReportingAssignment, nil_answers::NilAnswer};
use crate::{
    agencies::Agency,
    indicators::Indicator,
    measurements::Measurement,
    object::{maybe, one, root_lists},
    page::{Answer, Connection, PageArgs, reader, shown},
    permissions::viewer_can,
    programmes::IndicatorGroup,
    viewer::viewer,
};

/// An obligation to report (nghĩa vụ báo cáo): one assignment in one period. It is derived anew for each question.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeeObligations))]
pub struct Obligation {
    #[graphql(flatten)]
    row: Arc<Row>,
}

shown!(Obligation shows Row, by SeeObligations);

#[ComplexObject]
impl Obligation {
    /// Global id: opaque, finds the object again through `node`. The same whenever it is derived
    #[must_use]
    pub fn id(&self) -> ID {
        self.row.key().id()
    }

    /// Last day of the period (Asia/Ho_Chi_Minh)
    fn ends_on(&self) -> Date {
        Date(self.row.period.window(self.row.regime).last_day())
    }

    /// The assignment it follows from
    async fn assignment(&self, context: &Context<'_>) -> Answer<ReportingAssignment> {
        one(context, self.row.assignment_id).await
    }

    /// The indicator
    async fn indicator(&self, context: &Context<'_>) -> Answer<Indicator> {
        one(context, self.row.indicator_id).await
    }

    /// The agency whose figure it is
    async fn subject(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.row.subject_id).await
    }

    /// The agency that reports
    async fn reporter(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.row.reporter_id).await
    }

    /// The figure that answers it, or is to; null if there is none that the viewer may see
    async fn measurement(&self, context: &Context<'_>) -> Answer<Measurement> {
        maybe(context, self.row.measurement_id).await
    }

    /// The answer that nothing arose; null if there is none that stands
    async fn nil_answer(&self, context: &Context<'_>) -> Answer<NilAnswer> {
        maybe(context, self.row.nil_answer_id).await
    }

    /// What the viewer may do with it today: for showing buttons. The rule is asked again when it is done
    fn viewer_can(&self, context: &Context<'_>) -> Option<ObligationPermissions> {
        let (viewer, today) = (&viewer(context).principal, reader(context).today());
        Some(ObligationPermissions::of(|action| self.row.is_open(viewer, action, today)))
    }
}

viewer_can! {
    /// What the viewer may do with an obligation today, by their roles and how it stands.
    ObligationPermissions {
        /// Answer that nothing arose
        answer_nil: AnswerNil,
        /// Ask that the closed period be opened
        request_unlock: RequestUnlock,
    }
}

/// How complete and how timely reporting is. Counted are the obligations on whose periods reporting has begun.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeeObligations))]
pub struct Completeness {
    #[graphql(flatten)]
    row: Arc<CompletenessRow>,
}

shown!(Completeness shows CompletenessRow, by SeeObligations);

impl Completeness {
    fn object(&self, by: CompletenessBy) -> Option<uuid::Uuid> {
        self.row.object_id.filter(|_| self.row.by == by)
    }
}

#[ComplexObject]
impl Completeness {
    /// The agency that reports; null unless counted by it
    async fn reporter(&self, context: &Context<'_>) -> Answer<Agency> {
        maybe(context, self.object(CompletenessBy::Reporter)).await
    }

    /// The indicator; null unless counted by it
    async fn indicator(&self, context: &Context<'_>) -> Answer<Indicator> {
        maybe(context, self.object(CompletenessBy::Indicator)).await
    }

    /// The pillar; null unless counted by it
    async fn group(&self, context: &Context<'_>) -> Answer<IndicatorGroup> {
        maybe(context, self.object(CompletenessBy::Group)).await
    }

    /// Answered of expected (tỷ lệ báo cáo), from 0 to 1, to four places; null if nothing is expected
    fn completeness(&self) -> Option<Decimal> {
        self.row.completeness()
    }

    /// Answered by the due date of expected (tỷ lệ đúng hạn), from 0 to 1, to four places; null if nothing is expected
    fn timeliness(&self) -> Option<Decimal> {
        self.row.timeliness()
    }
}

/// A row of the matrix: an agency, and what is owed of its figures in the period.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeeObligations))]
pub struct ReportingMatrixRow {
    /// One for each indicator that is assigned, in the order of the catalogue
    obligations: Option<Vec<Obligation>>,
    #[graphql(skip)]
    agency_id: uuid::Uuid,
}

shown!(ReportingMatrixRow shows Cells, by SeeObligations, |row| Self {
    agency_id: row.agency_id,
    obligations: Some(row.obligations.iter().cloned().map(|row| Obligation::show(Arc::new(row))).collect()),
});

#[ComplexObject]
impl ReportingMatrixRow {
    /// The agency whose figures they are
    async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.agency_id).await
    }
}

/// Narrows the matrix. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, InputObject)]
pub struct ReportingMatrixFilter {
    /// Code of the agency that reports
    reporter: Option<String>,
    /// Code of the agency whose figures they are
    subject: Option<String>,
    /// Code of an indicator
    indicator: Option<String>,
    /// Code of a programme that follows the indicators
    programme: Option<String>,
    /// Code of the pillar in which a programme follows them
    group: Option<String>,
    /// The day (Asia/Ho_Chi_Minh) by which it is judged what is open or late; today if left out
    on: Option<Date>,
}

root_lists! {
    ObligationQuery;
    {
        /// What the viewer's own agencies have to answer, where the viewer reports or heads: all that is open, and what is still
        /// owed from the last 400 days, the first due first
        #[graphql(directive = Auth::apply(Action::SeeObligations))]
        #[allow(clippy::too_many_arguments, reason = "a connection's arguments are those of the specification")]
        async fn my_obligations(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "The day (Asia/Ho_Chi_Minh) by which it is judged what is open or late; today if left out")] on: Option<Date>,
            #[graphql(desc = "How many from the beginning, or after `after`: 1 to 100; 20 if neither this nor `last` is given")] first: Option<i32>,
            #[graphql(desc = "The cursor to start after: `endCursor` of the page before")] after: Option<String>,
            #[graphql(desc = "How many from the end, or before `before`: 1 to 100")] last: Option<i32>,
            #[graphql(desc = "The cursor to stop before: `startCursor` of the page after")] before: Option<String>,
        ) -> Answer<Connection<Obligation>> {
            let filter = ObligationFilter { on, mine: true, ..ObligationFilter::default() };
            let args = PageArgs { first, after, last, before };
            Some(Connection::of_all(context, filter, (), args).await)
        }

        /// How complete and how timely reporting is, by agency, indicator, pillar or period
        #[graphql(directive = Auth::apply(Action::SeeObligations))]
        #[allow(clippy::too_many_arguments, reason = "a connection's arguments are those of the specification")]
        async fn completeness(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "What obligations are counted by")] by: CompletenessBy,
            #[graphql(desc = "Narrows what is counted")] filter: Option<ObligationFilter>,
            #[graphql(desc = "How many from the beginning, or after `after`: 1 to 100; 20 if neither this nor `last` is given")] first: Option<i32>,
            #[graphql(desc = "The cursor to start after: `endCursor` of the page before")] after: Option<String>,
            #[graphql(desc = "How many from the end, or before `before`: 1 to 100")] last: Option<i32>,
            #[graphql(desc = "The cursor to stop before: `startCursor` of the page after")] before: Option<String>,
        ) -> Answer<Connection<Completeness>> {
            let filter = CompletenessFilter { by, obligations: filter.unwrap_or_default() };
            let args = PageArgs { first, after, last, before };
            Some(Connection::of_all(context, filter, (), args).await)
        }

        /// The matrix of a period: agencies by indicators, and how each figure stands. Agencies come by code
        #[graphql(directive = Auth::apply(Action::SeeObligations))]
        #[allow(clippy::too_many_arguments, reason = "a connection's arguments are those of the specification")]
        async fn reporting_matrix(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "The period; not a range of days")] period: Period,
            #[graphql(desc = "Calendar or administrative", default_with = "Regime::Calendar")] regime: Regime,
            #[graphql(desc = "Narrows the matrix")] filter: Option<ReportingMatrixFilter>,
            #[graphql(desc = "How many from the beginning, or after `after`: 1 to 100; 20 if neither this nor `last` is given")] first: Option<i32>,
            #[graphql(desc = "The cursor to start after: `endCursor` of the page before")] after: Option<String>,
            #[graphql(desc = "How many from the end, or before `before`: 1 to 100")] last: Option<i32>,
            #[graphql(desc = "The cursor to stop before: `startCursor` of the page after")] before: Option<String>,
        ) -> Answer<Connection<ReportingMatrixRow>> {
            let ReportingMatrixFilter { reporter, subject, indicator, programme, group, on } = filter.unwrap_or_default();
            let (period, regime) = (Some(period), Some(regime));
            let filter =
                ObligationFilter { reporter, subject, indicator, programme, group, on, period, regime, ..ObligationFilter::default() };
            let args = PageArgs { first, after, last, before };
            Some(Connection::of_all(context, filter, (), args).await)
        }
    }
    /// What is to be reported, and how it stands, the first due first. Without a period and without due dates: what was due
    /// in the last three months or will be within one
    obligations: Obligation (ObligationFilter);
}

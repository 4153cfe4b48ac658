//! Reporting assignments (giao báo cáo).

use async_graphql::{Context, ID, InputObject};
use auth::{Action, action};
use db::{
    Date,
    access::Auth,
    calendar::{PeriodKind, Regime},
    reporting::assignment::{self, NewAssignments, ReportingAssignment as Row, ReportingAssignmentFilter},
};
use object_layer::{Object, SimpleObject};
use uuid::Uuid;

use crate::{
    agencies::Agency,
    indicators::Indicator,
    object::{decoded, object, one, root_lists},
    page::{Answer, Shown as _},
    payload::{UserError, once, payload, settle, shown},
    permissions::viewer_can,
    viewer::{permit, viewer},
};

object! {
    /// A reporting assignment (giao báo cáo): somebody reports an indicator of a subject, in each period of a kind. Both regimes
    /// may hold for one indicator, by two assignments.
    ReportingAssignment shows Row, tag b'l', by SeeObligations;
    {
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

        /// Periods whose last day is this one or later are to be reported
        fn valid_from(&self) -> Date {
            self.row.valid.from
        }

        /// Periods whose last day is this one or later are not to be reported any more; null while there is no end
        fn valid_until(&self) -> Option<Date> {
            self.row.valid.until
        }

        /// What the viewer may do with it: for showing buttons. The rule is asked again when it is done
        fn viewer_can(&self, context: &Context<'_>) -> Option<ReportingAssignmentPermissions> {
            let viewer = &viewer(context).principal;
            Some(ReportingAssignmentPermissions::of(|action| self.row.is_open(viewer, action)))
        }
    }
}

viewer_can! {
    /// What the viewer may do with an assignment, by their roles.
    ReportingAssignmentPermissions {
        /// End it
        end: AssignReporting,
    }
}

root_lists! {
    ReportingAssignmentQuery;
    {}
    /// Who is to report what, in the order in which it was assigned
    reporting_assignments: ReportingAssignment (ReportingAssignmentFilter);
}

/// Assignments to be made: each of the subjects by each of the indicators, at most 1,000 in all.
#[derive(InputObject)]
pub struct AssignReportingInput {
    /// Codes of the agencies whose figures they are
    subjects: Vec<String>,
    /// Codes of the indicators
    indicators: Vec<String>,
    /// Code of the agency that reports; each subject reports its own if this is left out
    reporter: Option<String>,
    /// Calendar or administrative periods
    #[graphql(default_with = "Regime::Calendar")]
    regime: Regime,
    /// Length of the periods; the frequency of each indicator if this is left out
    period_kind: Option<PeriodKind>,
    /// Periods whose last day (Asia/Ho_Chi_Minh) is this one or later are to be reported
    valid_from: Date,
    /// Periods whose last day is this one or later are not; no end if left out
    valid_until: Option<Date>,
}

/// The end of an assignment.
#[derive(InputObject)]
pub struct EndReportingAssignmentInput {
    /// The assignment
    assignment: ID,
    /// Its `version` as it was read
    expected_version: i32,
    /// Periods whose last day (Asia/Ho_Chi_Minh) is this one or later are not to be reported any more
    valid_until: Date,
}

/// What became of assignments that were to be made: all, or none.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::AssignReporting))]
pub struct AssignReportingPayload {
    /// The assignments, subject by subject; null if nothing was written
    assignments: Option<Vec<ReportingAssignment>>,
    /// What has to be mended; empty if it was done. `row` is the place of a subject or an indicator in its list
    user_errors: Vec<UserError>,
}

payload! {
    /// What became of an assignment that was to end.
    EndReportingAssignmentPayload by AssignReporting, with current {
        /// The assignment; null if nothing was written
        assignment: ReportingAssignment
    }
}

/// Part of the mutation root.
#[derive(Clone, Default)]
pub struct ReportingAssignmentMutation;

/// Part of the mutation root.
#[Object(root)]
impl ReportingAssignmentMutation {
    /// Says who reports what, how often and in which regime; all of it or nothing
    #[graphql(directive = Auth::apply(Action::AssignReporting))]
    async fn assign_reporting(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who and what")] input: AssignReportingInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
    ) -> Answer<AssignReportingPayload> {
        let work = async || {
            let permit = permit::<action::AssignReporting>(context)?;
            let AssignReportingInput { subjects, indicators, reporter, regime, period_kind, valid_from, valid_until } =
                input;
            let new = NewAssignments { subjects, indicators, reporter, regime, period_kind, valid_from, valid_until };
            let outcome = assignment::assign(&once(context, idempotency_key)?, &permit, new).await;
            let (rows, user_errors) = settle(context, outcome)?;
            let assignments =
                rows.map(|rows| rows.into_iter().map(|row| ReportingAssignment::show(row.into())).collect());
            Ok(AssignReportingPayload { assignments, user_errors })
        };
        Some(work().await)
    }

    /// Ends an assignment; what was owed before stays owed
    #[graphql(directive = Auth::apply(Action::AssignReporting))]
    async fn end_reporting_assignment(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which, and when")] input: EndReportingAssignmentInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
    ) -> Answer<EndReportingAssignmentPayload> {
        let work = async || {
            let permit = permit(context)?;
            let id = decoded::<ReportingAssignment>(&input.assignment)?;
            let once = once(context, idempotency_key)?;
            let outcome = assignment::end(&once, &permit, id, input.expected_version, input.valid_until).await;
            shown(context, outcome).map(|settled| EndReportingAssignmentPayload::of(id, settled))
        };
        Some(work().await)
    }
}

//! Reporting assignments (giao báo cáo).

use async_graphql::Context;
use auth::Action;
use db::{
    Date,
    access::Auth,
    reporting::assignment::{
        self, AssignmentEnd, MadeAssignments, NewAssignments, ReportingAssignment as Row, ReportingAssignmentFilter,
    },
};
use object_layer::SimpleObject;

use crate::{
    agencies::Agency,
    indicators::Indicator,
    mutation::mutations,
    object::{object, one, root_lists},
    page::Answer,
    payload::{Payload, Shows, UserError, payload},
    permissions::viewer_can,
    viewer::viewer,
};

object! {
    /// A reporting assignment (giao báo cáo): somebody reports an indicator of a subject, in each period of a kind. Both regimes
    /// may hold for one indicator, by two assignments.
    ReportingAssignment shows Row, by SeeObligations;
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

        /// Periods whose last day is this one or earlier are to be reported; null while there is no end
        fn valid_until(&self) -> Option<Date> {
            self.row.valid.ends_before.map(Date::day_before)
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

/// What became of assignments that were to be made: all, or none.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::AssignReporting))]
pub struct AssignReportingPayload {
    /// The assignments, subject by subject; null if nothing was written, as after a dry run
    assignments: Option<Vec<ReportingAssignment>>,
    /// How many obligations they bring, of periods that have ended (in the last four years) or end within a year from today; null
    /// if something has to be mended
    obligations: Option<i32>,
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

impl Payload for AssignReportingPayload {
    type Done = MadeAssignments;
    type About = ();

    fn settled(_: &Context<'_>, done: Option<MadeAssignments>, user_errors: Vec<UserError>, (): ()) -> Self {
        let obligations = done.as_ref().map(|done| done.obligations);
        let written = done.filter(|done| done.written).map(|done| Shows::shows(done.rows));
        Self { assignments: written, obligations, user_errors }
    }
}

mutations! {
    ReportingAssignmentMutation;
    /// Says who reports what, how often and in which regime; all of it or nothing. A dry run says how many obligations there would be
    assign_reporting(NewAssignments, "Who and what") -> AssignReportingPayload by AssignReporting = assignment::assign;
    /// Ends an assignment; what was owed before stays owed
    end_reporting_assignment(AssignmentEnd, "Which, and when") -> EndReportingAssignmentPayload of assignment by AssignReporting = assignment::end;
}

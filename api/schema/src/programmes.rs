//! Programmes (chương trình) and their pillars.

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    access::Auth,
    assessment::RulesOf,
    directive::{DirectiveFilter, DirectiveLink, DirectiveOrder},
    goal::{GoalFilter, GoalLink},
    indicator::{IndicatorFilter, IndicatorLink, IndicatorOrder},
    measure::{MeasureFilter, MeasureLink},
    noun::ById,
    period_report::{PeriodReportFilter, PeriodReportLink},
    programme::{
        DocumentsOf, IndicatorGroup as GroupRow, IndicatorGroupFilter, IndicatorGroupLink, Programme as Row,
        ProgrammeDocument as ProgrammeDocumentRow, ProgrammeFilter,
        change::{self, Amendment, Following, NewProgramme},
    },
    target::{TargetFilter, TargetLink, TargetOrder},
};
use object_layer::{ComplexObject, SimpleObject};
use uuid::Uuid;

use crate::{
    agencies::Agency,
    assessments::AssessmentRule,
    directives::Directive,
    documents::Document,
    error::ApiError,
    goals::Goal,
    indicators::Indicator,
    language::Language,
    measures::Measure,
    mutation::mutations,
    object::{by_code, named, object, one, root_lists, whole},
    page::{Answer, loaders},
    payload::payload,
    period_reports::PeriodReport,
    targets::Target,
};

object! {
    /// A programme (chương trình): a resolution and the plans that carry it out in one jurisdiction.
    Programme shows Row, by SeePublished;
    {
        /// Name
        fn name(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
        ) -> &str {
            named(context, language, &self.row.name_vi, Some(&self.row.name_en))
        }

        /// The agency whose area it covers; its totals are that agency's figures
        async fn jurisdiction(&self, context: &Context<'_>) -> Answer<Agency> {
            one(context, self.row.jurisdiction_id).await
        }

        /// The documents it rests on that the viewer may see: the resolution, the plans, the directions
        async fn documents(&self, context: &Context<'_>) -> Answer<Vec<ProgrammeDocument>> {
            whole(context, DocumentsOf(self.row.id), |row| ProgrammeDocument { row }).await
        }

        /// Its own bounds between on track, at risk and off track, the earliest first: a few. On days without any, those that the
        /// assessments show
        async fn assessment_rules(&self, context: &Context<'_>) -> Answer<Vec<AssessmentRule>> {
            whole(context, RulesOf(self.row.id), |row| AssessmentRule { row }).await
        }
    }
    /// Its pillars, in order
    groups: IndicatorGroup = IndicatorGroupLink::Programme;
    /// The indicators it follows, in the order of the plan
    indicators: Indicator (IndicatorFilter; IndicatorOrder) = IndicatorLink::Programme;
    /// Its targets
    targets: Target (TargetFilter; TargetOrder) = TargetLink::Programme;
    /// Its directives and duties
    directives: Directive (DirectiveFilter; DirectiveOrder) = DirectiveLink::Programme;
    /// The measures of its plans
    measures: Measure (MeasureFilter) = MeasureLink::Programme;
    /// Its general goals, purposes and requirements, and how it was judged
    goals: Goal (GoalFilter) = GoalLink::Programme;
    /// What was reported of it for each period, the latest first
    period_reports: PeriodReport (PeriodReportFilter) = PeriodReportLink::Programme;
}

/// A document a programme rests on, and as what.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct ProgrammeDocument {
    #[graphql(flatten)]
    row: Arc<ProgrammeDocumentRow>,
}

#[ComplexObject]
impl ProgrammeDocument {
    /// The document
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        one(context, self.row.document_id).await
    }
}

object! {
    /// A pillar of a programme (trụ cột, nhóm chỉ tiêu).
    IndicatorGroup shows GroupRow, by SeePublished;
    {
        /// Name
        fn name(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
        ) -> &str {
            named(context, language, &self.row.name_vi, Some(&self.row.name_en))
        }

        /// The programme it belongs to
        async fn programme(&self, context: &Context<'_>) -> Answer<Programme> {
            one(context, self.row.programme_id).await
        }
    }
    /// Its indicators, in the order of the plan
    indicators: Indicator (IndicatorFilter; IndicatorOrder) = IndicatorLink::Group;
}

root_lists! {
    ProgrammeQuery;
    {
        /// The programme of that code; null if there is none
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        async fn programme(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Its code, such as `nq57-quang-ngai`")] code: String,
        ) -> Answer<Programme> {
            by_code(context, code).await
        }
    }
    /// Programmes, by code
    programmes: Programme (ProgrammeFilter);
    /// Pillars of programmes, in their order
    indicator_groups: IndicatorGroup (IndicatorGroupFilter);
}

payload! {
    /// What became of a programme.
    ProgrammePayload by KeepCatalogue {
        /// The programme; null if nothing was written
        programme: Programme
    }
}

payload! {
    /// What became of a change of a programme.
    AmendProgrammePayload by KeepCatalogue, with current {
        /// The programme as changed; null if nothing was written
        programme: Programme
    }
}

mutations! {
    ProgrammeMutation;
    /// Defines a programme (chương trình) with its pillars
    define_programme(NewProgramme, "The programme") -> ProgrammePayload by KeepCatalogue = change::define;
    /// Amends a programme and its pillars: what is given takes the place of what is there
    amend_programme(Amendment, "Which, and what changes") -> AmendProgrammePayload of programme by KeepCatalogue = change::amend;
    /// Lets a programme follow indicators, each in its pillar; those that it follows already move
    follow_indicators(Following, "Which programme, and which indicators") -> ProgrammePayload by KeepCatalogue = change::follow;
}

/// Where a programme holds, by whose reach it is decided what somebody may do about what belongs to it.
pub(crate) async fn jurisdiction(context: &Context<'_>, programme: Uuid) -> Answer<Uuid> {
    let row = loaders(context).load_one(ById::<Row>::new(programme)).await.map_err(ApiError::from);
    row.map(|row| row.map(|row| row.jurisdiction_id)).transpose()
}

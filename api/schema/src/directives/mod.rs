//! Directives and duties (chỉ đạo, nhiệm vụ).

pub mod change;
pub mod requests;
pub mod timeline;

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    Date,
    access::Auth,
    attachment::AttachmentsOfProgress,
    deadline::Timeliness,
    directive::{
        CoordinatorReachOf, CoordinatorsOf, DeadlinesOf, DependenciesOf, Directive as Row,
        DirectiveCoordinator as CoordinatorRow, DirectiveDeadline as DeadlineRow, DirectiveDependency as DependencyRow,
        DirectiveEventFilter, DirectiveEventLink, DirectiveEventOrder, DirectiveFilter, DirectiveLink, DirectiveOrder,
        ExtensionsOf, IndicatorsServedBy, InputsOf, LeadReachOf, LeadsOf, MentionedBy, NamedAgency as NamedRow,
        NamedBy, ProgressLink, ProgressUpdate as ProgressRow, ServedIndicator as ServedRow, Standing,
        UnfinishedPartsOf, WaitsFor,
    },
    history::Told,
    period_report::ReportsOf,
    recommendation::RecommendationLink,
};
use object_layer::{ComplexObject, SimpleObject};

use self::{
    requests::{ExtensionRequest, InputRequest},
    timeline::DirectiveEvent,
};
use crate::{
    agencies::Agency,
    attachments::Attachment,
    documents::Document,
    error::ApiError,
    history::{ObjectVersion, versions},
    indicators::Indicator,
    language::Language,
    object::{by_code, if_visible, maybe, named, object, one, root_lists, whole},
    page::{Answer, Shown as _, reader},
    period_reports::PeriodReportResult,
    permissions::viewer_can,
    programmes::Programme,
    recommendations::Recommendation,
    viewer::viewer,
};

object! {
    /// A directive or duty (chỉ đạo, nhiệm vụ): what a clause of a document gives somebody to do.
    Directive shows Row, by SeePublished;
    {
        /// Its versions, the first first: when each became known, by whom, and what it changed (lịch sử). Of one that was restricted to parties and no longer is, those who see all alone are told
        async fn history(&self, context: &Context<'_>) -> Answer<Vec<ObjectVersion>> {
            versions(context, Told::Directive, self.row.id).await
        }

        /// Whether it is in time on a day, held against the deadline in force
        fn timeliness(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "The day (Asia/Ho_Chi_Minh); today if left out")] on: Option<Date>,
        ) -> Timeliness {
            self.row.timeliness(on.unwrap_or(reader(context).today()))
        }

        /// Whether it is in time on a day, held against the first deadline
        fn original_timeliness(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "The day (Asia/Ho_Chi_Minh); today if left out")] on: Option<Date>,
        ) -> Timeliness {
            self.row.original_timeliness(on.unwrap_or(reader(context).today()))
        }

        /// What is to be done, in a sentence of ours; null if nobody has written one
        fn summary(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
        ) -> Option<&str> {
            let (vi, en) = (self.row.summary_vi.as_deref(), self.row.summary_en.as_deref());
            vi.or(en).map(|vi| named(context, language, vi, en))
        }

        /// What period reports say of it (kết quả báo cáo), the earliest period first: a few
        async fn reports(&self, context: &Context<'_>) -> Answer<Vec<PeriodReportResult>> {
            whole(context, ReportsOf(self.row.id), PeriodReportResult::of).await
        }

        /// Whom it names besides those who lead and coordinate, in the order of the document: they owe nothing for it
        async fn named_agencies(&self, context: &Context<'_>) -> Answer<Vec<NamedAgency>> {
            whole(context, NamedBy(self.row.id), |row| NamedAgency { row }).await
        }

        /// Who leads (chủ trì), in the order of the document: nobody, one, or several jointly
        async fn leads(&self, context: &Context<'_>) -> Answer<Vec<Agency>> {
            whole(context, LeadsOf(self.row.id), Agency::show).await
        }

        /// Who coordinates (phối hợp), in the order of the document: agencies by name, open groups in words
        async fn coordinators(&self, context: &Context<'_>) -> Answer<Vec<DirectiveCoordinator>> {
            whole(context, CoordinatorsOf(self.row.id), |row| DirectiveCoordinator { row }).await
        }

        /// Its deadlines (thời hạn), the original first; the last is in force
        async fn deadlines(&self, context: &Context<'_>) -> Answer<Vec<DirectiveDeadline>> {
            whole(context, DeadlinesOf(self.row.id), |row| DirectiveDeadline { row }).await
        }

        /// What it waits for, as far as the viewer may see it: a few
        async fn depends_on(&self, context: &Context<'_>) -> Answer<Vec<DirectiveDependency>> {
            whole(context, DependenciesOf(self.row.id), |row| DirectiveDependency { row }).await
        }

        /// The indicators it serves: a few
        async fn indicators(&self, context: &Context<'_>) -> Answer<Vec<ServedIndicator>> {
            whole(context, IndicatorsServedBy(self.row.id), ServedIndicator::of).await
        }

        /// Other documents it mentions that the viewer may see: a few
        async fn mentioned_documents(&self, context: &Context<'_>) -> Answer<Vec<Document>> {
            whole(context, MentionedBy(self.row.id), Document::show).await
        }

        /// Who gives it; null if the source does not say
        async fn assigner(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.assigner_id).await
        }

        /// The programme
        async fn programme(&self, context: &Context<'_>) -> Answer<Programme> {
            one(context, self.row.programme_id).await
        }

        /// The document it stands in, null if the viewer may not see it; `clause` says where
        async fn document(&self, context: &Context<'_>) -> Answer<Document> {
            one(context, self.row.document_id).await
        }

        /// What of `dependsOn` it still waits for, as far as the viewer may see it: directives that are neither completed
        /// nor cancelled, documents that are not issued yet
        async fn waits_for(&self, context: &Context<'_>) -> Answer<Vec<DirectiveDependency>> {
            whole(context, WaitsFor(self.row.id), |row| DirectiveDependency { row }).await
        }

        /// Whether it waits for something that the viewer may see. Until that is done it cannot be reported as done
        async fn is_blocked(&self, context: &Context<'_>) -> Answer<bool> {
            let waits = whole(context, WaitsFor(self.row.id), |_| ()).await?;
            Some(waits.map(|waits| !waits.is_empty()))
        }

        /// Its parts that are neither completed nor cancelled and that the viewer may see: they hold `reportDone` up, unless a
        /// reason is given, and are cancelled with it. A few
        async fn unfinished_parts(&self, context: &Context<'_>) -> Answer<Vec<Directive>> {
            whole(context, UnfinishedPartsOf(self.row.id), Directive::show).await
        }

        /// Requests for a later deadline (xin gia hạn), the first one first: a few
        async fn extension_requests(&self, context: &Context<'_>) -> Answer<Vec<ExtensionRequest>> {
            whole(context, ExtensionsOf(self.row.id), ExtensionRequest::of).await
        }

        /// What coordinating agencies were asked for, the first request first: a few
        async fn input_requests(&self, context: &Context<'_>) -> Answer<Vec<InputRequest>> {
            whole(context, InputsOf(self.row.id), InputRequest::of).await
        }

        /// How many days were waited for coordinating agencies until a day: those of all requests added up
        async fn waited_days(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "The day (Asia/Ho_Chi_Minh); today if left out")] on: Option<Date>,
        ) -> Answer<i32> {
            let on = on.unwrap_or(reader(context).today());
            let days = whole(context, InputsOf(self.row.id), |input| input.waited_days(on)).await?;
            Some(days.map(|days| days.into_iter().fold(0, i32::saturating_add)))
        }

        /// What the viewer may do with it now: for showing buttons. The rule is asked again when it is done
        async fn viewer_can(&self, context: &Context<'_>) -> Answer<DirectivePermissions> {
            let standing = match self.standing(context).await {
                Ok(standing) => standing,
                Err(error) => return Some(Err(error)),
            };
            let viewer = &viewer(context).principal;
            let can = |action| standing.allows(action, |object| viewer.may_to(action, object)).is_ok();
            Some(Ok(DirectivePermissions::of(can)))
        }

        /// The directive it is a part of; null if it stands alone, or if the viewer may not see that
        async fn parent(&self, context: &Context<'_>) -> Answer<Directive> {
            if_visible(context, self.row.parent_id).await
        }
    }
    /// Its parts
    parts: Directive (DirectiveFilter; DirectiveOrder) = DirectiveLink::Parent;
    /// The directives that wait for it
    awaited_by: Directive (DirectiveFilter; DirectiveOrder) = DirectiveLink::AwaitedDirective;
    /// Everything that happened to it, the oldest first unless the order says otherwise
    timeline: DirectiveEvent (DirectiveEventFilter; DirectiveEventOrder) = DirectiveEventLink::Directive;
    /// What was reported of its progress, the latest first
    progress_updates: ProgressUpdate = ProgressLink::Directive;
    /// The recommendations it answers
    answered_recommendations: Recommendation = RecommendationLink::Directive;
}

impl Directive {
    /// How it stands, as far as the viewer may see it.
    async fn standing(&self, context: &Context<'_>) -> Result<Standing, ApiError> {
        let id = self.row.id;
        let (leads, coordinators, inputs, extensions, waits) = futures_util::join!(
            whole(context, LeadReachOf(id), |agency| *agency),
            whole(context, CoordinatorReachOf(id), |agency| *agency),
            whole(context, InputsOf(id), |input| input),
            whole(context, ExtensionsOf(id), |extension| extension),
            whole(context, WaitsFor(id), |_| ()),
        );
        let (inputs, extensions) = (all(inputs)?, all(extensions)?);
        Ok(self.row.standing(all(leads)?, all(coordinators)?, &inputs, &extensions, !all(waits)?.is_empty()))
    }
}

/// A list that always comes, or the error.
fn all<T>(list: Answer<Vec<T>>) -> Result<Vec<T>, ApiError> {
    list.unwrap_or_else(|| Ok(Vec::new()))
}

/// Who coordinates (phối hợp): an agency by name, or an open group in the document's words.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct DirectiveCoordinator {
    #[graphql(flatten)]
    row: Arc<CoordinatorRow>,
}

#[ComplexObject]
impl DirectiveCoordinator {
    /// The agency; null for an open group
    async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
        maybe(context, self.row.agency_id).await
    }
}

/// An agency that a directive names without making it lead or coordinate.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct NamedAgency {
    #[graphql(flatten)]
    row: Arc<NamedRow>,
}

#[ComplexObject]
impl NamedAgency {
    /// The agency
    async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.row.agency_id).await
    }
}

/// A deadline (thời hạn) a directive has or has had.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct DirectiveDeadline {
    #[graphql(flatten)]
    row: Arc<DeadlineRow>,
}

#[ComplexObject]
impl DirectiveDeadline {
    /// Of a deadline that comes again, its next last day (Asia/Ho_Chi_Minh); null if it comes once
    fn next_due_on(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The earliest day that may be answered; today in Asia/Ho_Chi_Minh if left out")] on: Option<
            Date,
        >,
    ) -> Option<Date> {
        self.row.next_due_on(on.unwrap_or(reader(context).today()))
    }

    /// The document that set it, if another than the directive's; null also if the viewer may not see it
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        if_visible(context, self.row.document_id).await
    }
}

/// What a directive waits for: another directive, or a document not yet issued.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct DirectiveDependency {
    #[graphql(flatten)]
    row: Arc<DependencyRow>,
}

#[ComplexObject]
impl DirectiveDependency {
    /// The directive waited for; null if it is a document
    async fn directive(&self, context: &Context<'_>) -> Answer<Directive> {
        maybe(context, self.row.on_directive_id).await
    }

    /// The document waited for; null if it is a directive
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        maybe(context, self.row.on_document_id).await
    }
}

/// An indicator that a directive, a measure or a goal serves.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct ServedIndicator {
    #[graphql(flatten)]
    row: Arc<ServedRow>,
}

impl ServedIndicator {
    pub(crate) const fn of(row: Arc<ServedRow>) -> Self {
        Self { row }
    }
}

#[ComplexObject]
impl ServedIndicator {
    /// The indicator
    async fn indicator(&self, context: &Context<'_>) -> Answer<Indicator> {
        one(context, self.row.indicator_id).await
    }
}

object! {
    /// What was reported of a directive's progress on a day: added, never changed.
    ProgressUpdate shows ProgressRow, by SeePublished;
    {
        /// The directive
        async fn directive(&self, context: &Context<'_>) -> Answer<Directive> {
            one(context, self.row.directive_id).await
        }

        /// The agency that reports; null if the source does not say
        async fn reporter(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.reporter_id).await
        }

        /// The files that show it, by name: 20 at most
        async fn attachments(&self, context: &Context<'_>) -> Answer<Vec<Attachment>> {
            whole(context, AttachmentsOfProgress(self.row.id), Attachment::show).await
        }

        /// The document it was reported in; null if it was reported here, or if the viewer may not see it
        async fn document(&self, context: &Context<'_>) -> Answer<Document> {
            if_visible(context, self.row.document_id).await
        }
    }
}

viewer_can! {
    /// What the viewer may do with a directive now, by their roles at its agencies, and its state.
    DirectivePermissions {
        /// Accept it, for an agency that leads
        accept: AcceptDirective,
        /// Delegate a part of it to an agency below
        delegate: DelegateDirective,
        /// Report progress
        report_progress: ReportProgress,
        /// Ask a coordinating agency for input
        request_input: RequestInput,
        /// Give input, for an agency that coordinates and was asked
        give_input: GiveInput,
        /// Ask for a later deadline
        request_extension: RequestExtension,
        /// Decide on a later deadline
        decide_extension: DecideExtension,
        /// Accept or decline a later deadline that was offered
        answer_counter_offer: AnswerCounterOffer,
        /// Report it as done
        report_done: ReportDone,
        /// Confirm that it is done
        confirm_done: ConfirmDone,
        /// Send it back with a reason
        send_back: SendBackDirective,
        /// Cancel it with a reason
        cancel: CancelDirective,
    }
}

root_lists! {
    DirectiveQuery;
    {
        /// The directive of that code; null if there is none
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        async fn directive(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Its code, such as `tb-ubnd-qng-2025-04:6`")] code: String,
        ) -> Answer<Directive> {
            by_code(context, code).await
        }
    }
    /// Directives and duties, the earliest deadline first, those without one last
    directives: Directive (DirectiveFilter; DirectiveOrder);
}

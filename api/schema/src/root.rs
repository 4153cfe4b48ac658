//! The schema as a whole: the merged root, and what a request brings with it.

use std::{any::TypeId, sync::Arc, time::Duration};

use async_graphql::{Data, Executor, Request, Response, SDLExportOptions, Schema, ValidationMode};
use chrono::{DateTime, Utc};
use db::{Date, Meter, Origin, Pool, Reader};
use futures_util::{StreamExt as _, stream::BoxStream};
use object_layer::MergedObject;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{
    accounts::{AccountQuery, change::AccountMutation},
    agencies::{AgencyMutation, AgencyQuery},
    as_of::AsOfQuery,
    assessments::{AssessmentQuery, AssessmentRuleMutation, BaselineMutation, JudgementMutation, JudgementQuery},
    attachments::Links,
    audit::AuditQuery,
    changes::{ChangeQuery, Cursors, Feed, Subscription},
    clock::{Clock, day_of},
    differences::DifferenceQuery,
    digital_systems::{DigitalSystemMutation, DigitalSystemQuery},
    dimensions::{DimensionMutation, DimensionQuery},
    directives::{DirectiveQuery, change::DirectiveMutation},
    documents::{DocumentMutation, DocumentQuery},
    error::ApiError,
    goals::{GoalMutation, GoalQuery},
    imports::{ImportMutation, ImportQuery},
    indicator_rules::IndicatorRuleMutation,
    indicators::{IndicatorMutation, IndicatorQuery},
    labels::LabelQuery,
    loaders::Loaders,
    measurements::{
        MeasurementQuery,
        change::{MeasurementDecisionMutation, MeasurementMutation},
    },
    measures::{MeasureMutation, MeasureQuery},
    node::NodeQuery,
    notifications::{
        NotificationMutation, NotificationQuery, NotificationRuleMutation, NotificationRuleQuery,
        chases::{ChaseMutation, ChaseQuery},
    },
    period_reports::{PeriodReportMutation, PeriodReportQuery},
    permissions::PermissionQuery,
    plans::PlanMutation,
    programmes::{ProgrammeMutation, ProgrammeQuery},
    recommendations::{RecommendationMutation, RecommendationQuery},
    reporting::{
        assignments::{ReportingAssignmentMutation, ReportingAssignmentQuery},
        calendar::{ReportingCalendarMutation, ReportingCalendarQuery},
        nil_answers::{NilAnswerMutation, NilAnswerQuery},
        obligations::ObligationQuery,
        report_obligations::ReportObligationQuery,
        unlocks::{UnlockRequestMutation, UnlockRequestQuery},
    },
    reporting_rules::{ReportingRuleMutation, ReportingRuleQuery},
    scorecards::ScorecardQuery,
    search::SearchQuery,
    second_factor::SecondFactorMutation,
    service_accounts::{ServiceAccountMutation, ServiceAccountQuery},
    sessions::{SessionMutation, SessionQuery},
    standings::StandingQuery,
    targets::{TargetMutation, TargetQuery},
    tokens::TokenIssuer,
    viewer::Viewer,
    webhooks::WebhookMutation,
};

/// Everything that can be asked. Dates are days in Asia/Ho_Chi_Minh, instants are RFC 3339 in UTC, decimals are exact and
/// written as strings. Whatever has to be loaded is nullable: null with an error of its path could not be read.
#[derive(MergedObject, Default)]
pub struct Query(
    NodeQuery,
    AccountQuery,
    AgencyQuery,
    AuditQuery,
    ChangeQuery,
    DocumentQuery,
    ProgrammeQuery,
    IndicatorQuery,
    TargetQuery,
    DifferenceQuery,
    AssessmentQuery,
    JudgementQuery,
    MeasurementQuery,
    DirectiveQuery,
    MeasureQuery,
    GoalQuery,
    PeriodReportQuery,
    DigitalSystemQuery,
    DimensionQuery,
    RecommendationQuery,
    ReportingRuleQuery,
    ObligationQuery,
    ReportObligationQuery,
    ReportingAssignmentQuery,
    ReportingCalendarQuery,
    NilAnswerQuery,
    UnlockRequestQuery,
    ImportQuery,
    ChaseQuery,
    NotificationQuery,
    NotificationRuleQuery,
    StandingQuery,
    ScorecardQuery,
    SearchQuery,
    LabelQuery,
    ServiceAccountQuery,
    PermissionQuery,
    SessionQuery,
    AsOfQuery,
);

/// Everything that can be done. Each answers what was made or changed, or what the person has to mend: the object is null
/// exactly if nothing was written. What the viewer may not do at all, and what is not there, are errors.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AccountMutation,
    SessionMutation,
    SecondFactorMutation,
    ServiceAccountMutation,
    WebhookMutation,
    AgencyMutation,
    DocumentMutation,
    ProgrammeMutation,
    IndicatorMutation,
    DimensionMutation,
    PlanMutation,
    IndicatorRuleMutation,
    DirectiveMutation,
    MeasurementMutation,
    MeasurementDecisionMutation,
    JudgementMutation,
    AssessmentRuleMutation,
    TargetMutation,
    BaselineMutation,
    RecommendationMutation,
    ReportingAssignmentMutation,
    ReportingCalendarMutation,
    NilAnswerMutation,
    UnlockRequestMutation,
    ImportMutation,
    NotificationMutation,
    ChaseMutation,
    NotificationRuleMutation,
    MeasureMutation,
    GoalMutation,
    DigitalSystemMutation,
    ReportingRuleMutation,
    PeriodReportMutation,
);

type Cotmoc = Schema<Query, Mutation, Subscription>;

/// Without the library's validation: whoever executes has validated.
fn build() -> Cotmoc {
    Schema::build(Query::default(), Mutation::default(), Subscription)
        .validation_mode(ValidationMode::Fast)
        .override_output_type_description::<Decimal>(
            "An exact decimal number, as a string: `\"8.5\"`. Never rounded on its way.",
        )
        .override_input_type_description::<Uuid>(
            "A UUID, written `0193cb7e-5a00-7000-8000-000000000001` (RFC 9562), that the client makes at random.",
        )
        .override_output_type_description::<DateTime<Utc>>(
            "An instant in UTC, written `2025-04-15T01:30:00+00:00` (RFC 3339). Years 1900 to 2200.",
        )
        .finish()
}

/// The schema in its own language, as `api/schema.graphql` holds it.
#[must_use]
pub fn sdl() -> String {
    build().sdl_with_options(SDLExportOptions::new().include_specified_by())
}

/// Among the data of a request that writes nothing: what it reads may come from a standby of the database.
#[derive(Debug, Clone, Copy)]
pub struct Anywhere;

/// The schema with what it reads from: gives each request a reader and loaders of its own.
#[derive(Clone)]
pub struct Api {
    schema: Cotmoc,
    pool: Pool,
    clock: Clock,
    cursors: Arc<Cursors>,
    issuer: Option<Arc<dyn TokenIssuer>>,
    feed: Option<Arc<Feed>>,
    links: Option<Arc<Links>>,
    mails: bool,
}

impl Api {
    /// The schema over a database, on a clock, with what seals places in its feed.
    #[must_use]
    pub fn new(pool: Pool, clock: Clock, cursors: Arc<Cursors>) -> Self {
        Self { schema: build(), pool, clock, cursors, issuer: None, feed: None, links: None, mails: false }
    }

    /// With what gives tokens: signing in needs it.
    #[must_use]
    pub fn with_issuer(self, issuer: Arc<dyn TokenIssuer>) -> Self {
        Self { issuer: Some(issuer), ..self }
    }

    /// With the feed that this node follows: subscriptions need it.
    #[must_use]
    pub fn with_feed(self, feed: Arc<Feed>) -> Self {
        Self { feed: Some(feed), ..self }
    }

    /// With what makes links to files: there are none without it.
    #[must_use]
    pub fn with_links(self, links: Arc<Links>) -> Self {
        Self { links: Some(links), ..self }
    }

    /// Where servers send mail, or not: what goes by e-mail needs it.
    #[must_use]
    pub fn with_mail(self, mails: bool) -> Self {
        Self { mails, ..self }
    }

    /// Executes a request in the name of that viewer, and tells what it was read with. Its document has been validated, and its
    /// variables have been read. What PostgreSQL does for it is counted by the [`Meter`] among its data, if there is one.
    pub async fn execute_as(&self, request: Request, viewer: Viewer) -> (Response, Arc<Reader>) {
        let today = Date(self.clock.today());
        let meter = request.data.get(&TypeId::of::<Meter>()).and_then(|meter| meter.downcast_ref::<Meter>());
        let pool = meter.map_or_else(|| self.pool.clone(), |meter| self.pool.metered(meter));
        let pool = if request.data.contains_key(&TypeId::of::<Anywhere>()) { pool.anywhere() } else { pool };
        let reader = Reader::new(pool.clone(), viewer.principal.scope(), today);
        (self.execute_with(request, viewer, pool, &reader).await, reader)
    }

    /// A reader of one snapshot, for many requests of that viewer one after the other: of the present, or of what was known at an
    /// instant, with its day for "today". It rests for so long at most between them.
    pub async fn snapshot(
        &self,
        viewer: &Viewer,
        instant: Option<DateTime<Utc>>,
        rest: Duration,
    ) -> Result<Arc<Reader>, ApiError> {
        let today = Date(instant.map_or_else(|| self.clock.today(), day_of));
        Ok(Reader::of_snapshot(self.pool.clone(), viewer.principal.scope(), today, instant, rest).await?)
    }

    /// Executes a query in the name of a viewer, read with the reader of a snapshot that is theirs. Nothing else differs from
    /// [`execute_as`](Self::execute_as).
    pub async fn execute_within(&self, request: Request, viewer: Viewer, snapshot: &Arc<Reader>) -> Response {
        self.execute_with(request, viewer, self.pool.clone(), snapshot).await
    }

    /// The clock that it goes by.
    #[must_use]
    pub const fn clock(&self) -> Clock {
        self.clock
    }

    async fn execute_with(&self, mut request: Request, viewer: Viewer, pool: Pool, reader: &Arc<Reader>) -> Response {
        let origin = Origin::clone(&viewer.origin);
        request.data.insert(self.clock.writer(pool, origin).with_mail(self.mails));
        request.data.insert(viewer);
        request.data.insert(Arc::clone(&self.cursors));
        if let Some(issuer) = &self.issuer {
            request.data.insert(Arc::clone(issuer));
        }
        if let Some(links) = &self.links {
            request.data.insert(Arc::clone(links));
        }
        let loaders = Loaders::new(Arc::clone(reader));
        request.data.insert(Arc::clone(&loaders));
        request.data.insert(Arc::clone(reader));
        loaders.drive(self.schema.execute(request)).await
    }
}

impl Executor for Api {
    async fn execute(&self, request: Request) -> Response {
        let viewer = request.data.get(&TypeId::of::<Viewer>()).and_then(|viewer| viewer.downcast_ref::<Viewer>());
        let viewer = viewer.cloned().unwrap_or_else(|| Viewer::nobody(Origin::default()));
        self.execute_as(request, viewer).await.0
    }

    /// A subscription needs an `Arc<dyn Peer>` in its request's data; what its events are read with comes with each of them.
    fn execute_stream(&self, mut request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        request.data.insert(Arc::clone(&self.cursors));
        if let Some(feed) = &self.feed {
            request.data.insert(Arc::clone(feed));
        }
        self.schema.execute_stream_with_session_data(request, session.unwrap_or_default()).boxed()
    }
}

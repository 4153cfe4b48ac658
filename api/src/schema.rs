//! The schema as a whole: the merged root, the node interface, and what a request brings with it.

use std::{any::TypeId, collections::VecDeque, sync::Arc};

use async_graphql::{
    Context, Data, Executor, ID, Interface, MergedObject, Object, Request, Response, Schema, ValidationMode,
};
use auth::Action;
use chrono::{DateTime, Utc};
use db::{Date, Origin, Pool, Reader, Writer, access::Auth, change};
use futures_util::{Stream, StreamExt as _, stream, stream::BoxStream};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{
    accounts::{Account, AccountQuery, RoleGrant, change::AccountMutation},
    agencies::{Agency, AgencyQuery},
    audit::{AuditEntry, AuditQuery},
    authentication::{Authority, Pass},
    changes::{ChangeQuery, Subscription},
    clock::Clock,
    directives::{Directive, DirectiveQuery, ProgressUpdate, change::DirectiveMutation, timeline::DirectiveEvent},
    documents::{Document, DocumentQuery},
    error::ApiError,
    id,
    indicators::{Indicator, IndicatorQuery},
    labels::LabelQuery,
    live::{Feed, Operation, Subscribed, Wanted},
    loaders::Loaders,
    measurements::{
        Measurement, MeasurementQuery,
        change::{MeasurementDecisionMutation, MeasurementMutation},
    },
    object::{Tagged as _, one},
    page::Answer,
    permissions::PermissionQuery,
    programmes::{IndicatorGroup, Programme, ProgrammeQuery},
    recommendations::{Recommendation, RecommendationQuery},
    reporting::{
        assignments::{ReportingAssignment, ReportingAssignmentMutation, ReportingAssignmentQuery},
        calendar::{ReportingCalendarMutation, ReportingCalendarQuery, ReportingExtension},
        nil_answers::{NilAnswer, NilAnswerMutation, NilAnswerQuery},
        obligations::ObligationQuery,
        unlocks::{UnlockRequest, UnlockRequestMutation, UnlockRequestQuery},
    },
    reporting_rules::{ReportingRule, ReportingRuleQuery},
    search::SearchQuery,
    second_factor::SecondFactorMutation,
    service_accounts::{ServiceAccount, ServiceAccountMutation, ServiceAccountQuery},
    sessions::{SessionMutation, SessionQuery},
    targets::{Target, TargetQuery},
    viewer::Viewer,
};

/// Everything that has a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Global id: opaque, finds the object again through `node`"))]
pub enum Node {
    /// An account
    Account(Account),
    /// An agency
    Agency(Agency),
    /// An entry of the audit trail
    AuditEntry(AuditEntry),
    /// A directive
    Directive(Directive),
    /// Something that happened to a directive
    DirectiveEvent(DirectiveEvent),
    /// A document
    Document(Document),
    /// An indicator
    Indicator(Indicator),
    /// A pillar
    IndicatorGroup(IndicatorGroup),
    /// A measurement
    Measurement(Measurement),
    /// A nil answer
    NilAnswer(NilAnswer),
    /// A programme
    Programme(Programme),
    /// A progress update
    ProgressUpdate(ProgressUpdate),
    /// A recommendation or obstacle
    Recommendation(Recommendation),
    /// A reporting assignment
    ReportingAssignment(ReportingAssignment),
    /// A later due date
    ReportingExtension(ReportingExtension),
    /// A reporting rule
    ReportingRule(ReportingRule),
    /// A role somebody holds
    RoleGrant(RoleGrant),
    /// A service account
    ServiceAccount(ServiceAccount),
    /// A target
    Target(Target),
    /// A request for an unlock
    UnlockRequest(UnlockRequest),
}

impl Node {
    /// Null for an id that is none, finds nothing, or finds what the viewer may not see: the three look alike.
    pub(crate) async fn find(context: &Context<'_>, id: &str) -> Answer<Self> {
        let (tag, id) = id::decode(id)?;
        macro_rules! by_tag {
            ($($type:ident),+) => {
                match tag {
                    $($type::TAG => found::<$type>(context, id, Self::$type).await,)+
                    _ => None,
                }
            };
        }
        by_tag!(
            Account,
            Agency,
            AuditEntry,
            Directive,
            DirectiveEvent,
            Document,
            Indicator,
            IndicatorGroup,
            Measurement,
            NilAnswer,
            Programme,
            ProgressUpdate,
            Recommendation,
            ReportingAssignment,
            ReportingExtension,
            ReportingRule,
            ServiceAccount,
            RoleGrant,
            Target,
            UnlockRequest
        )
    }
}

async fn found<T: crate::page::Shown>(context: &Context<'_>, id: Uuid, show: impl Fn(T) -> Node) -> Answer<Node> {
    one::<T>(context, id).await.map(|found| found.map(show))
}

/// The most ids that one `nodes` takes.
const MAX_NODES: usize = 100;

/// Part of the query root.
#[derive(Default)]
pub struct NodeQuery;

/// Part of the query root.
#[Object]
impl NodeQuery {
    /// The object of a global id; null if there is none, or if the viewer may not see it
    #[graphql(directive = Auth::apply(Action::SeePublished))]
    async fn node(&self, context: &Context<'_>, #[graphql(desc = "Its `id`")] id: ID) -> Answer<Node> {
        Node::find(context, &id).await
    }

    /// The objects of several global ids, in their order, null where there is none; at most 100
    #[graphql(directive = Auth::apply(Action::SeePublished))]
    async fn nodes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Their `id`s, at most 100")] ids: Vec<ID>,
    ) -> Answer<Vec<Answer<Node>>> {
        if ids.len() > MAX_NODES {
            let error = format!("nodes takes at most {MAX_NODES} ids, not {}", ids.len());
            return Some(Err(ApiError::bad_request("INPUT", error)));
        }
        let nodes = ids.iter().map(|id| Node::find(context, id));
        Some(Ok(futures_util::future::join_all(nodes).await))
    }
}

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
    MeasurementQuery,
    DirectiveQuery,
    RecommendationQuery,
    ReportingRuleQuery,
    ObligationQuery,
    ReportingAssignmentQuery,
    ReportingCalendarQuery,
    NilAnswerQuery,
    UnlockRequestQuery,
    SearchQuery,
    LabelQuery,
    ServiceAccountQuery,
    PermissionQuery,
    SessionQuery,
);

/// Everything that can be done. Each answers what was made or changed, or what the person has to mend: the object is null
/// exactly if nothing was written. What the viewer may not do at all, and what is not there, are errors.
#[derive(MergedObject, Default)]
pub struct Mutation(
    AccountMutation,
    SessionMutation,
    SecondFactorMutation,
    ServiceAccountMutation,
    DirectiveMutation,
    MeasurementMutation,
    MeasurementDecisionMutation,
    ReportingAssignmentMutation,
    ReportingCalendarMutation,
    NilAnswerMutation,
    UnlockRequestMutation,
);

type Cotmoc = Schema<Query, Mutation, Subscription>;

fn build(mode: ValidationMode, introspection: bool) -> Cotmoc {
    let builder = Schema::build(Query::default(), Mutation::default(), Subscription)
        .validation_mode(mode)
        .override_output_type_description::<Decimal>(
            "An exact decimal number, as a string: `\"8.5\"`. Never rounded on its way.",
        )
        .override_input_type_description::<Uuid>(
            "A UUID, written `0193cb7e-5a00-7000-8000-000000000001` (RFC 9562), that the client makes at random.",
        )
        .override_output_type_description::<DateTime<Utc>>(
            "An instant in UTC, written `2025-04-15T01:30:00+00:00` (RFC 3339).",
        );
    if introspection { builder.finish() } else { builder.disable_introspection().disable_suggestions().finish() }
}

/// The schema in its own language, as `api/schema.graphql` holds it.
#[must_use]
pub fn sdl() -> String {
    build(ValidationMode::Strict, true).sdl()
}

/// The schema with what it reads from: gives each request a reader and loaders of its own.
#[derive(Clone)]
pub struct Api {
    schema: Cotmoc,
    pool: Pool,
    clock: Clock,
    authority: Option<Arc<Authority>>,
    feed: Option<Arc<Feed>>,
}

impl Api {
    /// The schema over a database, on a clock.
    #[must_use]
    pub fn new(mode: ValidationMode, introspection: bool, pool: Pool, clock: Clock) -> Self {
        Self { schema: build(mode, introspection), pool, clock, authority: None, feed: None }
    }

    /// With what gives tokens: signing in needs it.
    #[must_use]
    pub fn with_authority(self, authority: Arc<Authority>) -> Self {
        Self { authority: Some(authority), ..self }
    }

    /// With the feed that this node follows: subscriptions need it.
    #[must_use]
    pub fn with_feed(self, feed: Arc<Feed>) -> Self {
        Self { feed: Some(feed), ..self }
    }

    /// Begins a subscription: its document is validated, its arguments are read, and it knows where in the feed it is. An
    /// answer instead of that is what its client gets.
    async fn subscribed(&self, mut request: Request) -> Result<Subscribed, Response> {
        let refused = |error: ApiError| Response::from_errors(vec![error.into_server_error()]);
        let pass = request.data.get(&TypeId::of::<Pass>()).and_then(|pass| pass.downcast_ref::<Pass>()).cloned();
        let (Some(feed), Some(pass)) = (self.feed.clone(), pass) else { return Err(refused(ApiError::internal())) };
        let document = Operation::of(&mut request).map_err(refused)?;
        let wanted = Wanted::default();
        request.data.insert(wanted.clone());
        // Answers nothing but errors: the events come from elsewhere.
        if let Some(response) = self.schema.execute_stream(request).next().await {
            return Err(response);
        }
        let (after, types) = wanted.get().ok_or_else(|| {
            refused(ApiError::bad_request("VALIDATION", "a subscription selects its field at its root, in no fragment"))
        })?;
        let place = if let Some(place) = after {
            place
        } else {
            let viewer = pass.viewer().await.map_err(refused)?;
            let reader = Reader::new(self.pool.clone(), viewer.principal.scope(), Date(self.clock.today()));
            change::head(&reader).await.map_err(|error| refused(error.into()))?
        };
        let (pool, clock, authority) = (self.pool.clone(), self.clock, self.authority.clone());
        Ok(Subscribed { pool, clock, authority, feed, pass, document, types, place, behind: after.is_some() })
    }

    /// Executes a request in the name of that viewer, and tells what it was read with.
    pub async fn execute_as(&self, mut request: Request, viewer: Viewer) -> (Response, Arc<Reader>) {
        let today = Date(self.clock.today());
        let reader = Reader::new(self.pool.clone(), viewer.principal.scope(), today);
        let origin = Origin::clone(&viewer.origin);
        request.data.insert(Writer::new(self.pool.clone(), self.clock.now(), today, origin));
        request.data.insert(viewer);
        if let Some(authority) = &self.authority {
            request.data.insert(Arc::clone(authority));
        }
        let loaders = Loaders::new(Arc::clone(&reader));
        request.data.insert(Arc::clone(&loaders));
        request.data.insert(Arc::clone(&reader));
        (loaders.drive(self.schema.execute(request)).await, reader)
    }
}

/// The events of a subscription, for as long as they are asked for; an error is the last.
fn events(subscribed: Subscribed) -> impl Stream<Item = Response> {
    stream::unfold((Some(subscribed), VecDeque::new()), async |(mut subscribed, mut ready)| {
        if ready.is_empty() {
            match subscribed.as_mut()?.next().await {
                Ok(events) => ready = events,
                Err(error) => {
                    ready.push_back(Response::from_errors(vec![error.into_server_error()]));
                    subscribed = None;
                }
            }
        }
        Some((ready.pop_front()?, (subscribed, ready)))
    })
}

impl Executor for Api {
    async fn execute(&self, request: Request) -> Response {
        let viewer = request.data.get(&TypeId::of::<Viewer>()).and_then(|viewer| viewer.downcast_ref::<Viewer>());
        let viewer = viewer.cloned().unwrap_or_else(|| Viewer::nobody(Origin::default()));
        self.execute_as(request, viewer).await.0
    }

    fn execute_stream(&self, request: Request, _: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let api = self.clone();
        let begin = async move { api.subscribed(request).await };
        let answers = stream::once(begin).flat_map(|begun| match begun {
            Ok(subscribed) => events(subscribed).boxed(),
            Err(refusal) => stream::once(std::future::ready(refusal)).boxed(),
        });
        answers.boxed()
    }
}

//! The node interface: every object with a global id is found again by it.

use async_graphql::{Context, ID, Interface, Object};
use auth::Action;
use db::access::Auth;
use uuid::Uuid;

use crate::{
    accounts::{Account, RoleGrant},
    agencies::Agency,
    audit::AuditEntry,
    directives::{Directive, ProgressUpdate, timeline::DirectiveEvent},
    documents::Document,
    error::ApiError,
    id,
    indicators::Indicator,
    measurements::Measurement,
    object::{Tagged as _, one},
    page::{Answer, Shown},
    programmes::{IndicatorGroup, Programme},
    recommendations::Recommendation,
    reporting::{
        assignments::ReportingAssignment, calendar::ReportingExtension, nil_answers::NilAnswer, unlocks::UnlockRequest,
    },
    reporting_rules::ReportingRule,
    service_accounts::ServiceAccount,
    targets::Target,
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

async fn found<T: Shown>(context: &Context<'_>, id: Uuid, show: impl Fn(T) -> Node) -> Answer<Node> {
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

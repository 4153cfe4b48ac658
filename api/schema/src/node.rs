//! The node interface: every object with a global id is found again by it.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{Context, ID, registry::Registry};
use auth::Action;
use db::{
    access::Auth,
    id::{self, Tagged},
    reporting::{obligation::ObligationKey, report_obligation::ReportObligationKey},
};
use object_layer::{Failed, FieldSpec, Group, Object, Output, Typed, Walk, register_interface};

use crate::{
    accounts::{Account, RoleGrant},
    agencies::Agency,
    assessments::Judgement,
    audit::AuditEntry,
    computations::Computation,
    digital_systems::DigitalSystem,
    directives::{Directive, ProgressUpdate, timeline::DirectiveEvent},
    documents::Document,
    error::ApiError,
    goals::Goal,
    imports::{Import, ImportError, ImportMapping},
    indicators::Indicator,
    measurements::Measurement,
    measures::Measure,
    notifications::{Notification, chases::Chase},
    object::one,
    page::{Answer, Shown, loaders},
    period_reports::PeriodReport,
    programmes::{IndicatorGroup, Programme},
    recommendations::Recommendation,
    reporting::{
        assignments::ReportingAssignment, calendar::ReportingExtension, nil_answers::NilAnswer,
        obligations::Obligation, report_obligations::ReportObligation, unlocks::UnlockRequest,
    },
    reporting_rules::ReportingRule,
    service_accounts::ServiceAccount,
    targets::Target,
};

/// Names the nouns that have a global id, once: what finds them by it, and what the interface is made of, follow from it.
macro_rules! nodes {
    ($($(#[$about:meta])* $type:ident,)+) => {
        /// Everything that has a global id.
        #[derive(Clone)]
        pub enum Node {
            $($(#[$about])* $type($type),)+
            /// An obligation to report
            Obligation(Obligation),
            /// An obligation to give a report
            ReportObligation(ReportObligation),
        }

        impl Node {
            /// Null for an id that is none, finds nothing, or finds what the viewer may not see: the three look alike.
            pub(crate) async fn find(context: &Context<'_>, id: &str) -> Answer<Self> {
                // Derived, so they stand under no id of a row.
                if let Some(key) = ObligationKey::of(id) {
                    let found = loaders(context).load_one(key).await.map_err(ApiError::from);
                    return found.transpose().map(|found| found.map(|row| Self::Obligation(Obligation::show(row))));
                }
                if let Some(key) = ReportObligationKey::of(id) {
                    let found = loaders(context).load_one(key).await.map_err(ApiError::from);
                    return found.transpose().map(|found| found.map(|row| Self::ReportObligation(ReportObligation::show(row))));
                }
                let (tag, id) = id::decode(id)?;
                match tag {
                    $(<<$type as Shown>::Noun as Tagged>::TAG => one::<$type>(context, id).await.map(|found| found.map(Self::$type)),)+
                    _ => None,
                }
            }
        }

        impl Typed for Node {
            fn type_name() -> Cow<'static, str> {
                "Node".into()
            }

            fn register(registry: &mut Registry) -> String {
                let id = FieldSpec {
                    name: "id",
                    description: "Global id: opaque, finds the object again through `node`",
                    ty: <ID as Typed>::register,
                    arguments: &[],
                    directives: &[],
                };
                register_interface::<Self>(registry, "Everything that has a global id.", &[id], &[$(<$type as Typed>::register,)+ <Obligation as Typed>::register, <ReportObligation as Typed>::register])
            }
        }

        impl Output for Node {
            fn write<'a>(&self, walk: &mut Walk<'a>, group: &Arc<Group<'a>>) -> Result<(), Failed> {
                match self {
                    $(Self::$type(object) => object.write(walk, group),)+
                    Self::Obligation(object) => object.write(walk, group),
                    Self::ReportObligation(object) => object.write(walk, group),
                }
            }
        }
    };
}

nodes! {
    /// An account
    Account,
    /// An agency
    Agency,
    /// An entry of the audit trail
    AuditEntry,
    /// An agency that was asked for missing figures
    Chase,
    /// How it stands with a computed figure
    Computation,
    /// A digital system
    DigitalSystem,
    /// A directive
    Directive,
    /// Something that happened to a directive
    DirectiveEvent,
    /// A document
    Document,
    /// A goal
    Goal,
    /// An indicator
    Indicator,
    /// A pillar
    IndicatorGroup,
    /// A judgement on a target
    Judgement,
    /// A measure
    Measure,
    /// A measurement
    Measurement,
    /// A file that was sent
    Import,
    /// Something that has to be mended in a file
    ImportError,
    /// How the headings of an agency's own sheet are read
    ImportMapping,
    /// A nil answer
    NilAnswer,
    /// Something that the viewer is told
    Notification,
    /// A period report
    PeriodReport,
    /// A programme
    Programme,
    /// A progress update
    ProgressUpdate,
    /// A recommendation or obstacle
    Recommendation,
    /// A reporting assignment
    ReportingAssignment,
    /// A later due date
    ReportingExtension,
    /// A reporting rule
    ReportingRule,
    /// A role somebody holds
    RoleGrant,
    /// A service account
    ServiceAccount,
    /// A target
    Target,
    /// A request for an unlock
    UnlockRequest,
}

/// The most ids that one `nodes` takes.
const MAX_NODES: usize = 100;

/// Part of the query root.
#[derive(Clone, Default)]
pub struct NodeQuery;

/// Part of the query root.
#[Object(root)]
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
            let many = ids.len();
            return Some(Err(ApiError::request(
                "INPUT",
                format_args!("nodes nhận tối đa {MAX_NODES} id, không phải {many}"),
                format_args!("nodes takes at most {MAX_NODES} ids, not {many}"),
            )));
        }
        let nodes = ids.iter().map(|id| Node::find(context, id));
        Some(Ok(futures_util::future::join_all(nodes).await))
    }
}

//! Agencies (cơ quan, đơn vị).

mod change;

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    Date,
    access::Auth,
    account::{AccountFilter, AccountLink},
    agency::{
        Agency as Row, AgencyExistence as ExistenceRow, AgencyFilter, AgencyLink, AgencyOrder,
        AgencyPlacement as PlacementRow, AgencySuccession as SuccessionRow, AncestorsOf, ExistenceOf,
        FormerName as FormerNameRow, FormerNamesOf, PartiesOf, PlacementsOf, SuccessionSide, SuccessionsOf,
    },
    area::weight::WeightsOf,
    digital_system::{DigitalSystemFilter, DigitalSystemLink},
    directive::{DirectiveFilter, DirectiveLink, DirectiveOrder},
    document::{DocumentFilter, DocumentLink, DocumentOrder},
    history::Told,
    indicator::{IndicatorFilter, IndicatorLink, IndicatorOrder},
    measurement::{MeasurementFilter, MeasurementLink, MeasurementOrder},
    period_report::{PeriodReportFilter, PeriodReportLink},
    programme::ProgrammeLink,
    recommendation::{RecommendationFilter, RecommendationLink},
    reporting_rule::{ReportingRole, ReportingRuleFilter, ReportingRuleLink},
    role_grant::{RoleGrantFilter, RoleGrantLink},
    target::{TargetFilter, TargetLink, TargetOrder},
};
use object_layer::{ComplexObject, SimpleObject};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};

pub use self::change::AgencyMutation;
use crate::{
    accounts::{Account, RoleGrant},
    areas::SuccessionWeight,
    digital_systems::DigitalSystem,
    directives::Directive,
    documents::{Document, clause},
    history::{ObjectVersion, versions},
    indicators::Indicator,
    language::Language,
    measurements::Measurement,
    object::{by_code, if_visible, maybe, named, object, on_side, one, root_lists, whole},
    page::{Answer, Shown as _, reader},
    period_reports::PeriodReport,
    programmes::Programme,
    recommendations::Recommendation,
    reporting_rules::ReportingRule,
    targets::Target,
};

object! {
    /// An agency or unit (cơ quan, đơn vị), a post, or a group of agencies that documents address as one.
    Agency shows Row, by SeePublished;
    {
        /// Its versions, the first first: when each became known, by whom, and what it changed (lịch sử)
        async fn history(&self, context: &Context<'_>) -> Answer<Vec<ObjectVersion>> {
            versions(context, Told::Agency, self.row.id).await
        }

        /// Name, in Vietnamese where nobody has translated it
        fn name(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
        ) -> &str {
            named(context, language, &self.row.name_vi, self.row.name_en.as_deref())
        }

        /// Other names in use, as documents write them: a handful
        fn aliases(&self) -> Vec<&str> {
            self.row.aliases.iter().flatten().map(String::as_str).collect()
        }

        /// The names that it had before (tên cũ), the earliest first: one entry for each time it was renamed
        async fn former_names(&self, context: &Context<'_>) -> Answer<Vec<FormerName>> {
            whole(context, FormerNamesOf(self.row.id), |row| FormerName { row }).await
        }

        /// Where it is; null if unknown
        fn location(&self) -> Option<Location> {
            let degrees = |value: Option<Decimal>| value.and_then(|value| value.to_f64());
            let (latitude, longitude) = (degrees(self.row.latitude)?, degrees(self.row.longitude)?);
            Some(Location { latitude, longitude })
        }

        /// The agency above it on a day; null for the top of a tree
        async fn parent(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "The day (Asia/Ho_Chi_Minh); today if left out")] on: Option<Date>,
        ) -> Answer<Agency> {
            match self.above(context, on).await? {
                Ok(above) => above.into_iter().next().map(Ok),
                Err(error) => Some(Err(error)),
            }
        }

        /// The agencies above it on a day, nearest first: as many as the tree has levels
        async fn ancestors(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "The day (Asia/Ho_Chi_Minh); today if left out")] on: Option<Date>,
        ) -> Answer<Vec<Agency>> {
            self.above(context, on).await
        }

        /// Where it has stood in the tree, the earliest first: one entry for each time its parent changed
        async fn placements(&self, context: &Context<'_>) -> Answer<Vec<AgencyPlacement>> {
            whole(context, PlacementsOf(self.row.id), |row| AgencyPlacement { row }).await
        }

        /// What a document says of it where it does not simply exist: that it was proposed, is to be founded, or is gone; null if
        /// nothing is said
        async fn existence(&self, context: &Context<'_>) -> Answer<AgencyExistence> {
            let told = whole(context, ExistenceOf(self.row.id), |row| AgencyExistence { row }).await?;
            told.map(|told| told.into_iter().next()).transpose()
        }

        /// The parent that a document announces without a date
        async fn planned_parent(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.planned_parent_id).await
        }

        /// The reorganisations it came out of: one or two in an agency's life
        async fn predecessors(&self, context: &Context<'_>) -> Answer<Vec<AgencySuccession>> {
            on_side(context, SuccessionsOf(self.row.id), SuccessionSide::Successor, succession).await
        }

        /// The reorganisations it went into: one or two in an agency's life
        async fn successors(&self, context: &Context<'_>) -> Answer<Vec<AgencySuccession>> {
            on_side(context, SuccessionsOf(self.row.id), SuccessionSide::Predecessor, succession).await
        }
    }
    /// The agencies directly below it on a day
    children(on): Agency (AgencyFilter; AgencyOrder) = AgencyLink::Parent(on);
    /// The agencies anywhere below it on a day
    descendants(on): Agency (AgencyFilter; AgencyOrder) = AgencyLink::Ancestor(on);
    /// The agencies that it addresses, where it is a group: what is asked of it is asked of each of them
    members: Agency (AgencyFilter; AgencyOrder) = AgencyLink::Group;
    /// Those of its members that a document lists; the others follow from its name
    listed_members: Agency (AgencyFilter; AgencyOrder) = AgencyLink::Listed;
    /// The groups that it is a member of
    groups: Agency (AgencyFilter; AgencyOrder) = AgencyLink::Member;
    /// The indicators it answers for
    indicators: Indicator (IndicatorFilter; IndicatorOrder) = IndicatorLink::Lead;
    /// The targets set for its figures
    targets: Target (TargetFilter; TargetOrder) = TargetLink::Subject;
    /// Its figures that the viewer may see, the latest first
    measurements: Measurement (MeasurementFilter; MeasurementOrder) = MeasurementLink::Subject;
    /// The directives it leads, alone, with others, or as the member of a group
    led_directives: Directive (DirectiveFilter; DirectiveOrder) = DirectiveLink::Lead;
    /// The directives it coordinates by name, or as the member of a group that is named
    coordinated_directives: Directive (DirectiveFilter; DirectiveOrder) = DirectiveLink::Coordinator;
    /// The directives it has given
    assigned_directives: Directive (DirectiveFilter; DirectiveOrder) = DirectiveLink::Assigner;
    /// The documents it has issued
    issued_documents: Document (DocumentFilter; DocumentOrder) = DocumentLink::Issuer;
    /// What it recommends, and the obstacles it reports
    recommendations: Recommendation (RecommendationFilter) = RecommendationLink::From;
    /// What others recommend to it
    received_recommendations: Recommendation (RecommendationFilter) = RecommendationLink::To;
    /// The rules by which it reports
    reporting_rules: ReportingRule (ReportingRuleFilter) = ReportingRuleLink::Party(ReportingRole::Reporter);
    /// The rules by which others report to it
    receiving_rules: ReportingRule (ReportingRuleFilter) = ReportingRuleLink::Party(ReportingRole::Recipient);
    /// The period reports it has given, the latest first
    period_reports: PeriodReport (PeriodReportFilter) = PeriodReportLink::Reporter;
    /// The digital systems it owns, is to build or run, or is itself
    digital_systems: DigitalSystem (DigitalSystemFilter) = DigitalSystemLink::Agency;
    /// The programmes that cover its area
    programmes: Programme = ProgrammeLink::Jurisdiction;
    /// The accounts of its people that the viewer may see, by login
    accounts: Account (AccountFilter) = AccountLink::Agency;
    /// The roles held at it, by people whom the viewer may see, the latest first
    role_grants: RoleGrant (RoleGrantFilter) = RoleGrantLink::Agency;
}

impl Agency {
    async fn above(&self, context: &Context<'_>, on: Option<Date>) -> Answer<Vec<Self>> {
        let on = on.unwrap_or(reader(context).today());
        whole(context, AncestorsOf { agency: self.row.id, on }, Self::show).await
    }
}

fn succession(row: Arc<SuccessionRow>) -> AgencySuccession {
    AgencySuccession { row }
}

/// A place on the map, in degrees (WGS 84). Numbers, as maps take them: a place is looked at, not calculated with.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct Location {
    /// Degrees north of the equator (vĩ độ)
    latitude: f64,
    /// Degrees east of Greenwich (kinh độ)
    longitude: f64,
}

/// A name that an agency had before.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct FormerName {
    #[graphql(flatten)]
    row: Arc<FormerNameRow>,
}

#[ComplexObject]
impl FormerName {
    /// The name, in Vietnamese where nobody has translated it
    fn name(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
    ) -> &str {
        named(context, language, &self.row.name_vi, self.row.name_en.as_deref())
    }

    /// Last day (Asia/Ho_Chi_Minh)
    fn valid_until(&self) -> Date {
        self.row.ends_before.day_before()
    }

    /// The document that gave it the next name; null if it is not known, or if the viewer may not see it
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        if_visible(context, self.row.document_id).await
    }

    /// Clause of the document; null like the document
    async fn clause(&self, context: &Context<'_>) -> Answer<String> {
        clause(context, self.row.clause.as_deref(), self.row.document_id).await
    }
}

/// Under which agency another stands, and when.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct AgencyPlacement {
    #[graphql(flatten)]
    row: Arc<PlacementRow>,
}

#[ComplexObject]
impl AgencyPlacement {
    /// Last day (Asia/Ho_Chi_Minh); null while it is so
    fn valid_until(&self) -> Option<Date> {
        self.row.ends_before.map(Date::day_before)
    }

    /// The agency above
    async fn parent(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.row.parent_id).await
    }

    /// The document that says so; null if it follows from the law or the context, or if the viewer may not see it
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        if_visible(context, self.row.document_id).await
    }

    /// Clause of the document that says so; null like the document
    async fn clause(&self, context: &Context<'_>) -> Answer<String> {
        clause(context, self.row.clause.as_deref(), self.row.document_id).await
    }
}

/// What a document says of an agency that does not simply exist.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct AgencyExistence {
    #[graphql(flatten)]
    row: Arc<ExistenceRow>,
}

#[ComplexObject]
impl AgencyExistence {
    /// The document that says so; null if the viewer may not see it
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        one(context, self.row.document_id).await
    }

    /// Clause of the document; null like the document
    async fn clause(&self, context: &Context<'_>) -> Answer<String> {
        clause(context, Some(&self.row.clause), Some(self.row.document_id)).await
    }
}

/// A reorganisation: which agencies became which.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct AgencySuccession {
    #[graphql(flatten)]
    row: Arc<SuccessionRow>,
}

#[ComplexObject]
impl AgencySuccession {
    /// The agencies that went in, by name: a few
    async fn predecessors(&self, context: &Context<'_>) -> Answer<Vec<Agency>> {
        on_side(context, PartiesOf(self.row.id), SuccessionSide::Predecessor, Agency::show).await
    }

    /// The agencies that came out, by name: a few
    async fn successors(&self, context: &Context<'_>) -> Answer<Vec<Agency>> {
        on_side(context, PartiesOf(self.row.id), SuccessionSide::Successor, Agency::show).await
    }

    /// Which shares of what was divided its successors have; empty if nobody has said
    async fn weights(&self, context: &Context<'_>) -> Answer<Vec<SuccessionWeight>> {
        whole(context, WeightsOf(self.row.id), SuccessionWeight::show).await
    }

    /// The document that decides it; null if it is not known, or if the viewer may not see it
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        if_visible(context, self.row.document_id).await
    }

    /// Clause of the document that decides it; null like the document
    async fn clause(&self, context: &Context<'_>) -> Answer<String> {
        clause(context, self.row.clause.as_deref(), self.row.document_id).await
    }
}

root_lists! {
    AgencyQuery;
    {
        /// The agency of that code; null if there is none
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        async fn agency(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Its code, such as `qng.skhcn`")] code: String,
        ) -> Answer<Agency> {
            by_code(context, code).await
        }
    }
    /// Agencies, by name
    agencies: Agency (AgencyFilter; AgencyOrder);
}

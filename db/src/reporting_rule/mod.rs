//! Reporting rules: which clause says who reports what to whom, and how often.

pub mod change;

use async_graphql::InputObject;
use auth::Action;
use diesel::prelude::*;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    DbError, Reader,
    access::Auth,
    agency::Agency,
    document,
    lateral::Parent,
    noun::{Boxed, Stored, StoredBelow, names, noun, relation},
    page::{Cursor, Page, Tie, by_tie},
    schema::{agency, reporting_rule, reporting_rule_cadence, reporting_rule_party},
    text_enum::text_enum,
};

text_enum! {
    /// What a rule asks for.
    pub enum ReportingKind {
        /// A report (báo cáo)
        Report => "REPORT",
        /// A review of what was done (sơ kết, tổng kết)
        Review => "REVIEW",
        /// An inspection (kiểm tra)
        Inspection => "INSPECTION",
        /// An evaluation of people or units (đánh giá, xếp loại)
        Evaluation => "EVALUATION",
        /// An authority hears a report (nghe báo cáo)
        Hearing => "HEARING",
        /// Figures are supplied (cung cấp số liệu)
        DataSupply => "DATA_SUPPLY",
        /// Work is planned by phases (phân kỳ)
        Planning => "PLANNING",
        /// Training (tập huấn, bồi dưỡng)
        Training => "TRAINING",
        /// A drill (diễn tập)
        Drill => "DRILL",
        /// A conference or forum (hội nghị, diễn đàn)
        Forum => "FORUM",
        /// The people's views are passed on (phản ánh)
        Reflection => "REFLECTION",
    }
}

text_enum! {
    /// How often a rule asks for a report.
    pub enum ReportingCadenceKind {
        /// Every month
        Monthly => "MONTHLY",
        /// Every three months
        Quarterly => "QUARTERLY",
        /// Every six months
        HalfYearly => "HALF_YEARLY",
        /// Every year
        Yearly => "YEARLY",
        /// Every two and a half years
        Every30Months => "EVERY_30_MONTHS",
        /// Every five years
        Every5Years => "EVERY_5_YEARS",
        /// In the middle of the term of office
        MidTerm => "MID_TERM",
        /// At the end of the term of office
        EndOfTerm => "END_OF_TERM",
        /// At the end of each stage of the work
        ByStage => "BY_STAGE",
        /// Periodically; the document does not say how often (định kỳ)
        Periodic => "PERIODIC",
        /// Regularly; the document does not say how often (thường xuyên)
        Regular => "REGULAR",
        /// As another regulation says
        ByRegulation => "BY_REGULATION",
    }
}

text_enum! {
    /// The two sides of a rule.
    pub enum ReportingRole {
        /// Reports
        Reporter => "REPORTER",
        /// Receives
        Recipient => "RECIPIENT",
    }
}

/// A clause that says who reports what to whom, and how often. Rules that contradict one another coexist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Insertable, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = reporting_rule)]
pub struct ReportingRule {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Stable key: document and number
    pub code: String,
    /// What it asks for
    pub kind: ReportingKind,
    /// Clause of the document, as printed
    pub clause: String,
    /// True if it is also owed when something happens (đột xuất)
    pub ad_hoc: bool,
    /// True if it is also owed whenever somebody asks (khi có yêu cầu)
    pub on_request: bool,
    /// True if it is in force; false if it was only asked for
    pub in_force: bool,
    /// What else has to be done with the report
    pub also: Option<String>,
    /// What a careful reader should know about the source
    pub note: Option<String>,
    /// Raised by each change; mutations name the one they expect
    pub version: i32,
    /// The document it stands in
    #[graphql(skip)]
    pub document_id: Uuid,
}

/// Narrows a list of reporting rules. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ReportingRuleFilter {
    /// Any of these kinds
    pub kinds: Option<Vec<ReportingKind>>,
    /// Asked for by any of these cadences
    pub cadences: Option<Vec<ReportingCadenceKind>>,
    /// Code of an agency that reports, by name or as the member of a group
    pub reporter: Option<String>,
    /// Code of an agency that receives, by name or as the member of a group
    pub recipient: Option<String>,
    /// Code of the document it stands in
    pub document: Option<String>,
    /// True: only those in force; false: only those asked for
    pub in_force: Option<bool>,
}

/// The objects that have lists of reporting rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportingRuleLink {
    /// Standing in a document
    Document,
    /// An agency is on that side of them
    Party(ReportingRole),
}

names!(ReportingRuleFilter { reporter: Agency, recipient: Agency, document: Document });
diesel::table! {
    /// The view of who reports and who receives, members of groups among them; diesel prints no views.
    reporting_rule_reach (rule_id, role, agency_id) {
        /// The rule
        rule_id -> Uuid,
        /// On which side
        role -> Text,
        /// One that is named, or a member of a group that is
        agency_id -> Uuid,
    }
}
diesel::allow_tables_to_appear_in_same_query!(agency, reporting_rule_reach);
diesel::allow_tables_to_appear_in_same_query!(reporting_rule, reporting_rule_reach);

impl Stored for ReportingRule {
    type Query = Boxed<reporting_rule::table>;
    type Filter = ReportingRuleFilter;
    type Sort = ();

    fn filtered(reader: &Reader, filter: &ReportingRuleFilter) -> Self::Query {
        let mut query = reporting_rule::table.into_boxed();
        if let Some(kinds) = filter.kinds.clone() {
            query = query.filter(reporting_rule::kind.eq_any(kinds));
        }
        if let Some(cadences) = filter.cadences.clone() {
            let having = reporting_rule_cadence::table
                .filter(reporting_rule_cadence::cadence.eq_any(cadences))
                .select(reporting_rule_cadence::rule_id);
            query = query.filter(reporting_rule::id.eq_any(having));
        }
        let parties = [(ReportingRole::Reporter, &filter.reporter), (ReportingRole::Recipient, &filter.recipient)];
        for (role, code) in parties {
            if let Some(code) = code.clone() {
                let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id).single_value();
                let having = reporting_rule_reach::table
                    .filter(reporting_rule_reach::role.eq(role))
                    .filter(reporting_rule_reach::agency_id.nullable().eq(of_code))
                    .select(reporting_rule_reach::rule_id);
                query = query.filter(reporting_rule::id.eq_any(having));
            }
        }
        if let Some(code) = filter.document.clone() {
            query = query.filter(reporting_rule::document_id.eq_any(document::id_of_code(reader, &code)));
        }
        if let Some(in_force) = filter.in_force {
            query = query.filter(reporting_rule::in_force.eq(in_force));
        }
        query
    }

    /// Reporting rules are listed by code.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_tie!(query, page, false, reporting_rule::code, Code))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: None, tie: Tie::Code(self.code.clone()) }
    }
}

impl StoredBelow for ReportingRule {
    type Link = ReportingRuleLink;

    fn below(query: Self::Query, link: ReportingRuleLink) -> Self::Query {
        match link {
            ReportingRuleLink::Document => query.filter(reporting_rule::document_id.eq(Parent)),
            ReportingRuleLink::Party(role) => query.filter(
                reporting_rule::id.eq_any(
                    reporting_rule_reach::table
                        .filter(reporting_rule_reach::role.eq(role).and(reporting_rule_reach::agency_id.eq(Parent)))
                        .select(reporting_rule_reach::rule_id),
                ),
            ),
        }
    }
}

noun!(ReportingRule, reporting_rule, tag b'n', coded by code, listed below);

relation!(
    /// The agencies of a rule with their sides, in the order the document names them.
    RulePartiesOf => (ReportingRole, Agency),
    |reader, parents| reporting_rule_party::table
        .inner_join(agency::table)
        .filter(reporting_rule_party::rule_id.eq_any(parents))
        .order((reporting_rule_party::rule_id, reporting_rule_party::position))
        .select((reporting_rule_party::rule_id, (reporting_rule_party::role, Agency::as_select())))
);

/// How often a rule asks for a report, with the document's words.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = reporting_rule_cadence)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct ReportingCadence {
    /// How often
    pub cadence: ReportingCadenceKind,
    /// The cadence as written
    pub words: String,
}

relation!(
    /// How often a rule asks, in the order of the document.
    CadencesOf => ReportingCadence,
    |reader, parents| reporting_rule_cadence::table
        .filter(reporting_rule_cadence::rule_id.eq_any(parents))
        .order((reporting_rule_cadence::rule_id, reporting_rule_cadence::position))
        .select((reporting_rule_cadence::rule_id, ReportingCadence::as_select()))
);

//! Documents (văn bản).

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    access::Auth,
    attachment::AttachmentsOfDocument,
    digital_system::{DigitalSystemFilter, DigitalSystemLink},
    directive::{DirectiveFilter, DirectiveLink, DirectiveOrder},
    document::{
        Document as Row, DocumentFilter, DocumentOrder, DocumentRelation as RelationRow, KeepersOf, RelationsFrom,
        RelationsTo,
        change::{self, Amendment, NewDocument, NewRelations, Revocation},
    },
    document_office::{DocumentMeeting as MeetingRow, DocumentOffice as OfficeRow, MeetingsOf, OfficesOf},
    goal::{GoalFilter, GoalLink},
    measure::{MeasureFilter, MeasureLink},
    noun::{Listed as _, Named, NamedNoun},
    page::Page,
    period_report::{PeriodReportFilter, PeriodReportLink},
    programme::ProgrammeLink,
    recommendation::{RecommendationFilter, RecommendationLink},
    reporting_rule::{ReportingRuleFilter, ReportingRuleLink},
    target::{TargetFilter, TargetLink, TargetOrder},
};
use object_layer::{ComplexObject, SimpleObject};
use uuid::Uuid;

use crate::{
    agencies::Agency,
    attachments::Attachment,
    digital_systems::DigitalSystem,
    directives::Directive,
    error::ApiError,
    goals::Goal,
    language::Language,
    measures::Measure,
    mutation::{mutate, mutations, once},
    object::{by_code, if_visible, maybe, named, object, one, root_lists, whole},
    page::{Answer, Shown as _, or_unknown, reader},
    payload::{Payload, Shows, UserError, payload},
    period_reports::PeriodReport,
    programmes::Programme,
    recommendations::Recommendation,
    reporting_rules::ReportingRule,
    targets::Target,
    viewer::viewer,
};

object! {
    /// A document (văn bản): resolution, plan, notice. Its identity is issuer, symbol and date; a number alone is repeated by
    /// other provinces.
    Document shows Row, by SeePublished;
    {
        /// Who issued it; null if it is no agency of the tree (see `issuerName`) or unknown
        async fn issuer(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.issuer_id).await
        }

        /// What it does to agencies, and to other documents that the viewer may see: a handful
        async fn relations(&self, context: &Context<'_>) -> Answer<Vec<DocumentRelation>> {
            whole(context, RelationsFrom(self.row.id), |row| DocumentRelation { row }).await
        }

        /// What other documents that the viewer may see do to it. REPLACES here means that it has been replaced
        async fn inverse_relations(&self, context: &Context<'_>) -> Answer<Vec<DocumentRelation>> {
            whole(context, RelationsTo(self.row.id), |row| DocumentRelation { row }).await
        }

        /// Who receives it, signs it, or took part in what it reports, by office, in its order
        async fn offices(&self, context: &Context<'_>) -> Answer<Vec<DocumentOffice>> {
            whole(context, OfficesOf(self.row.id), |row| DocumentOffice { row }).await
        }

        /// The programme for whose catalogue it was registered; null for what was loaded
        async fn registered_for(&self, context: &Context<'_>) -> Answer<Programme> {
            maybe(context, self.row.programme_id).await
        }

        /// What the viewer may do with it now: for showing buttons. The rule is asked again when it is done
        async fn viewer_can(&self, context: &Context<'_>) -> Answer<DocumentPermissions> {
            let keepers = whole(context, KeepersOf(self.row.id), |agency| *agency).await?;
            let viewer = &viewer(context).principal;
            Some(keepers.map(|keepers| {
                let (keeps, ends) = self.row.allows(viewer, &keepers);
                DocumentPermissions { amend: keeps, relate: keeps, end: ends }
            }))
        }

        /// Its files, such as its scan, by name: 20 at most
        async fn attachments(&self, context: &Context<'_>) -> Answer<Vec<Attachment>> {
            whole(context, AttachmentsOfDocument(self.row.id), Attachment::show).await
        }

        /// The meetings (cuộc họp) that it reports: a few
        async fn meetings(&self, context: &Context<'_>) -> Answer<Vec<DocumentMeeting>> {
            whole(context, MeetingsOf(self.row.id), |row| DocumentMeeting { row }).await
        }
    }
    /// The targets that stand in it
    targets: Target (TargetFilter; TargetOrder) = TargetLink::Document;
    /// The directives that stand in it
    directives: Directive (DirectiveFilter; DirectiveOrder) = DirectiveLink::Document;
    /// The directives elsewhere that mention it
    mentioning_directives: Directive (DirectiveFilter; DirectiveOrder) = DirectiveLink::MentionedDocument;
    /// The directives that wait for it
    waiting_directives: Directive (DirectiveFilter; DirectiveOrder) = DirectiveLink::AwaitedDocument;
    /// The measures that stand in it
    measures: Measure (MeasureFilter) = MeasureLink::Document;
    /// The goals, purposes, requirements and assessments that stand in it
    goals: Goal (GoalFilter) = GoalLink::Document;
    /// The period report that it gives: none or one
    period_reports: PeriodReport (PeriodReportFilter) = PeriodReportLink::Document;
    /// The digital systems that it names
    digital_systems: DigitalSystem (DigitalSystemFilter) = DigitalSystemLink::Document;
    /// The recommendations and obstacles that stand in it
    recommendations: Recommendation (RecommendationFilter) = RecommendationLink::Document;
    /// The reporting rules that stand in it
    reporting_rules: ReportingRule (ReportingRuleFilter) = ReportingRuleLink::Document;
    /// The programmes that rest on it
    programmes: Programme = ProgrammeLink::Document;
}

/// What a document does to another document, or to an agency.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct DocumentRelation {
    #[graphql(flatten)]
    row: Arc<RelationRow>,
}

#[ComplexObject]
impl DocumentRelation {
    /// The document that does it
    async fn source(&self, context: &Context<'_>) -> Answer<Document> {
        one(context, self.row.from_document_id).await
    }

    /// The document it is done to; null if it is done to an agency
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        maybe(context, self.row.to_document_id).await
    }

    /// The agency it is done to; null if it is done to a document
    async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
        maybe(context, self.row.to_agency_id).await
    }
}

/// Who receives or signs a document, or took part in what it reports, by office: never by a person's name.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct DocumentOffice {
    #[graphql(flatten)]
    row: Arc<OfficeRow>,
}

#[ComplexObject]
impl DocumentOffice {
    /// The office
    fn office(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
    ) -> &str {
        named(context, language, &self.row.office_vi, Some(&self.row.office_en))
    }

    /// The agency of the office; null if it is none of the tree
    async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
        maybe(context, self.row.agency_id).await
    }
}

/// A meeting (cuộc họp) that a document reports.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct DocumentMeeting {
    #[graphql(flatten)]
    row: Arc<MeetingRow>,
}

#[ComplexObject]
impl DocumentMeeting {
    /// What it was about, in our words
    fn about(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
    ) -> &str {
        named(context, language, &self.row.about_vi, Some(&self.row.about_en))
    }

    /// Who chaired it; null if the document does not say
    async fn chair(&self, context: &Context<'_>) -> Answer<Agency> {
        maybe(context, self.row.chair_id).await
    }
}

/// The clause of a document that says something; null if the viewer may not see the document, which it would give away.
pub(crate) async fn clause(context: &Context<'_>, clause: Option<&str>, document: Option<Uuid>) -> Answer<String> {
    match if_visible::<Document>(context, document).await {
        Some(Err(error)) => Some(Err(error)),
        None if document.is_some() => None,
        _ => clause.map(|clause| Ok(clause.to_owned())),
    }
}

root_lists! {
    DocumentQuery;
    {
        /// The document of that code, or of that symbol and issuer; null if there is none. Of several with one symbol and
        /// issuer, the latest
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        async fn document(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Its code, such as `359-KH/TU`")] code: Option<String>,
            #[graphql(desc = "Number and symbol, exactly as printed")] symbol: Option<String>,
            #[graphql(desc = "Code of the agency that issued it; needed where provinces share a symbol")] issuer: Option<String>,
        ) -> Answer<Document> {
            match (code, symbol) {
                (Some(code), None) if issuer.is_none() => by_code(context, code).await,
                (None, Some(symbol)) => {
                    let named = issuer.as_ref().map(|code| ("issuer", Named::of(NamedNoun::Agency, code)));
                    let found = latest(context, DocumentFilter { symbol: Some(symbol), issuer, ..Default::default() }).await;
                    or_unknown(context, found, named).await
                }
                _ => Some(Err(ApiError::request("INPUT", "hãy cho code, hoặc symbol kèm hay không kèm issuer", "give either code, or symbol with or without issuer"))),
            }
        }
    }
    /// Documents, by day of issue
    documents: Document (DocumentFilter; DocumentOrder);
}

/// What the viewer may do with a document now, by their roles, the programmes that rest on it, and its status.
#[derive(Clone, Copy, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeeOwnRights))]
pub struct DocumentPermissions {
    /// Amend what is known of it, or say that it was issued
    amend: bool,
    /// Say what it does to others
    relate: bool,
    /// Say that another has revoked or replaced it
    end: bool,
}

/// What became of a document that was to be registered.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::KeepCatalogue))]
pub struct RegisterDocumentPayload {
    /// The document; null if nothing was written
    document: Option<Document>,
    /// What has to be mended; empty if it was done
    user_errors: Vec<UserError>,
    #[graphql(skip)]
    refused: Option<DocumentFilter>,
}

#[ComplexObject]
impl RegisterDocumentPayload {
    /// The document that has this symbol and issuer already, if nothing was written; null if there is none, or if the viewer may
    /// not see it
    async fn current(&self, context: &Context<'_>) -> Answer<Document> {
        latest(context, self.refused.clone()?).await
    }
}

impl Payload for RegisterDocumentPayload {
    type Done = Row;
    type About = Option<DocumentFilter>;

    fn settled(_: &Context<'_>, done: Option<Row>, user_errors: Vec<UserError>, about: Option<DocumentFilter>) -> Self {
        let refused = about.filter(|_| done.is_none());
        Self { document: done.map(Shows::shows), user_errors, refused }
    }
}

payload! {
    /// What became of a change of a document.
    DocumentPayload by KeepCatalogue, with current {
        /// The document as changed; null if nothing was written
        document: Document
    }
}

mutations! {
    DocumentMutation;
    {
        /// Registers a document (văn bản) for the catalogue of a programme, with what it does to others. Its identity is issuer, symbol and
        /// date: a second one is TAKEN, and the first is in `current`
        #[graphql(directive = Auth::apply(Action::KeepCatalogue))]
        async fn register_document(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "The document")] input: NewDocument,
            #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
        ) -> Answer<RegisterDocumentPayload> {
            let symbol = input.symbol.clone();
            let of_symbol = |symbol| DocumentFilter { symbol: Some(symbol), issuer: input.issuer.clone(), ..Default::default() };
            let (about, once) = (symbol.map(of_symbol), once(context, idempotency_key, &input));
            Some(mutate::<auth::action::KeepCatalogue, _, _>(context, once, input, about, change::register).await)
        }
    }
    /// Amends what is known of a document, or says that it was issued
    amend_document(Amendment, "Which, and what changes") -> DocumentPayload of document by KeepCatalogue = change::amend;
    /// Says what else a document does to other documents and to agencies
    relate_documents(NewRelations, "Which, and what it does to others") -> DocumentPayload of document by KeepCatalogue = change::relate;
    /// Revokes a document (bãi bỏ) by another, from a day on. What stands in it stays readable; its targets are demanded no longer
    revoke_document(Revocation, "Which, and by which") -> DocumentPayload of document by KeepCatalogue = change::revoke;
}

async fn latest(context: &Context<'_>, filter: DocumentFilter) -> Answer<Document> {
    let page = Page { size: 1, from: None, backward: false };
    let order = DocumentOrder { direction: db::enums::SortDirection::Descending, ..Default::default() };
    let found = Row::list(reader(context), &filter, order, &page).await;
    found.map_err(ApiError::from).map(|slice| slice.rows.into_iter().next().map(Document::show)).transpose()
}

//! Digital systems (hệ thống, nền tảng số) that documents name.

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    access::Auth,
    digital_system::{
        ClausesOf, DigitalSystem as Row, DigitalSystemClause as ClauseRow, DigitalSystemFilter, DocumentsOf,
        IndicatorsOf,
        change::{self, Amendment, NewDigitalSystem},
    },
    measure::{MeasureFilter, MeasureLink},
};
use object_layer::{ComplexObject, SimpleObject};

use crate::{
    agencies::Agency,
    documents::Document,
    indicators::Indicator,
    language::Language,
    measures::Measure,
    mutation::mutations,
    object::{by_code, maybe, named, object, one, root_lists, whole},
    page::{Answer, Shown as _},
    payload::payload,
};

object! {
    /// A digital system (hệ thống, nền tảng số) that documents name.
    DigitalSystem shows Row, by SeePublished;
    {
        /// Name
        fn name(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
        ) -> &str {
            named(context, language, &self.row.name_vi, Some(&self.row.name_en))
        }

        /// What documents want of it, in our words; null if they only name it
        fn wanted(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
        ) -> Option<&str> {
            let vi = self.row.wanted_vi.as_deref()?;
            Some(named(context, language, vi, self.row.wanted_en.as_deref()))
        }

        /// The agency that owns it (chủ quản); null if no document says
        async fn owner(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.owner_id).await
        }

        /// The agency that is to build, run or review it; null if no document says
        async fn responsible(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.responsible_id).await
        }

        /// The body that is the system, such as an operations centre; null if it is no body
        async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.agency_id).await
        }

        /// Where documents that the viewer may see name it: a few
        async fn clauses(&self, context: &Context<'_>) -> Answer<Vec<DigitalSystemClause>> {
            whole(context, ClausesOf(self.row.id), |row| DigitalSystemClause { row }).await
        }

        /// The indicators it has to do with, as we read the documents: a few
        async fn indicators(&self, context: &Context<'_>) -> Answer<Vec<Indicator>> {
            whole(context, IndicatorsOf(self.row.id), Indicator::show).await
        }

        /// Other documents that have to do with it and that the viewer may see: a few
        async fn related_documents(&self, context: &Context<'_>) -> Answer<Vec<Document>> {
            whole(context, DocumentsOf(self.row.id), Document::show).await
        }
    }
    /// The measures that name it
    measures: Measure (MeasureFilter) = MeasureLink::System;
}

/// Where a document names a digital system.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct DigitalSystemClause {
    #[graphql(flatten)]
    row: Arc<ClauseRow>,
}

#[ComplexObject]
impl DigitalSystemClause {
    /// The document
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        one(context, self.row.document_id).await
    }
}

root_lists! {
    DigitalSystemQuery;
    {
        /// The digital system of that code; null if there is none
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        async fn digital_system(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Its code, such as `sys.qng.ioc`")] code: String,
        ) -> Answer<DigitalSystem> {
            by_code(context, code).await
        }
    }
    /// Digital systems, by name
    digital_systems: DigitalSystem (DigitalSystemFilter);
}

payload! {
    /// What became of a digital system that was to be defined.
    DefineDigitalSystemPayload by KeepCatalogue {
        /// The digital system; null if nothing was written
        digital_system: DigitalSystem
    }
}

payload! {
    /// What became of a change of a digital system.
    DigitalSystemPayload by KeepCatalogue, with current {
        /// The digital system as changed; null if nothing was written
        digital_system: DigitalSystem
    }
}

mutations! {
    DigitalSystemMutation;
    /// Enters a digital system (hệ thống, nền tảng số) that documents name
    define_digital_system(NewDigitalSystem, "The digital system") -> DefineDigitalSystemPayload by KeepCatalogue = change::define;
    /// Amends a digital system: what is given takes the place of what is there
    amend_digital_system(Amendment, "Which, and what changes") -> DigitalSystemPayload of digital_system by KeepCatalogue = change::amend;
}

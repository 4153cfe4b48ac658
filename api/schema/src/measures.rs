//! Measures of a plan (nhiệm vụ, giải pháp).

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    access::Auth,
    digital_system::{DigitalSystemFilter, DigitalSystemLink},
    measure::{
        BodiesOf, DocumentsOf, IndicatorsOf, Measure as Row, MeasureFilter,
        change::{self, Amendment, NewMeasure},
    },
    named_body::NamedBody as BodyRow,
};
use object_layer::{ComplexObject, SimpleObject};

use crate::{
    agencies::Agency,
    digital_systems::DigitalSystem,
    directives::ServedIndicator,
    documents::Document,
    language::Language,
    mutation::mutations,
    object::{by_code, maybe, named, object, one, root_lists, whole},
    page::{Answer, Shown as _},
    payload::payload,
    programmes::Programme,
};

object! {
    /// A measure of a plan (nhiệm vụ, giải pháp): what is to be done in its field, without a duty that falls to anybody by name.
    Measure shows Row, by SeePublished;
    {
        /// Title, in our words
        fn title(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
        ) -> &str {
            named(context, language, &self.row.title_vi, Some(&self.row.title_en))
        }

        /// What is said, in a sentence of ours
        fn summary(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
        ) -> &str {
            named(context, language, &self.row.summary_vi, Some(&self.row.summary_en))
        }

        /// What it is about, in a few Vietnamese words each
        fn topics(&self) -> Vec<String> {
            self.row.topics.iter().flatten().cloned().collect()
        }

        /// The programme
        async fn programme(&self, context: &Context<'_>) -> Answer<Programme> {
            one(context, self.row.programme_id).await
        }

        /// The document it stands in; `clause` says where
        async fn document(&self, context: &Context<'_>) -> Answer<Document> {
            one(context, self.row.document_id).await
        }

        /// Whom it names, in the order of the document: a few
        async fn named_bodies(&self, context: &Context<'_>) -> Answer<Vec<NamedBody>> {
            whole(context, BodiesOf(self.row.id), NamedBody::of).await
        }

        /// The indicators it serves: a few
        async fn indicators(&self, context: &Context<'_>) -> Answer<Vec<ServedIndicator>> {
            whole(context, IndicatorsOf(self.row.id), ServedIndicator::of).await
        }

        /// Other documents it mentions that the viewer may see: a few
        async fn mentioned_documents(&self, context: &Context<'_>) -> Answer<Vec<Document>> {
            whole(context, DocumentsOf(self.row.id), Document::show).await
        }

        /// The heading it stands under, in our words; null for a heading itself
        fn heading(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
        ) -> Option<&str> {
            let vi = self.row.heading_vi.as_deref()?;
            Some(named(context, language, vi, self.row.heading_en.as_deref()))
        }

        /// Who gives it; null if the source does not say
        async fn assigner(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.assigner_id).await
        }
    }
    /// The digital systems it names
    systems: DigitalSystem (DigitalSystemFilter) = DigitalSystemLink::Measure;
}

/// Whom a clause names: an agency, or a body in the document's words where it is none of the tree.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct NamedBody {
    #[graphql(flatten)]
    row: Arc<BodyRow>,
}

impl NamedBody {
    pub(crate) const fn of(row: Arc<BodyRow>) -> Self {
        Self { row }
    }
}

#[ComplexObject]
impl NamedBody {
    /// The agency; null for a body in words
    async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
        maybe(context, self.row.agency_id).await
    }
}

root_lists! {
    MeasureQuery;
    {
        /// The measure of that code; null if there is none
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        async fn measure(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Its code, such as `359-KH/TU:III.1.2`")] code: String,
        ) -> Answer<Measure> {
            by_code(context, code).await
        }
    }
    /// Measures, in the order of their document
    measures: Measure (MeasureFilter);
}

payload! {
    /// What became of a measure that was to be defined.
    DefineMeasurePayload by KeepCatalogue {
        /// The measure; null if nothing was written
        measure: Measure
    }
}

payload! {
    /// What became of a change of a measure.
    MeasurePayload by KeepCatalogue, with current {
        /// The measure as changed; null if nothing was written
        measure: Measure
    }
}

mutations! {
    MeasureMutation;
    /// Defines a measure (nhiệm vụ, giải pháp) of a plan: what its clause wants done. It stands behind the measures of its document that are there
    define_measure(NewMeasure, "The measure") -> DefineMeasurePayload by KeepCatalogue = change::define;
    /// Amends a measure: what is given takes the place of what is there
    amend_measure(Amendment, "Which, and what changes") -> MeasurePayload of measure by KeepCatalogue = change::amend;
}

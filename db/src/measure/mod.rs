//! Measures of a plan (nhiệm vụ, giải pháp).

pub mod change;

use async_graphql::InputObject;
use diesel::prelude::*;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    DbError, Reader,
    directive::ServedIndicator,
    document::{self as documents, Document},
    lateral::Parent,
    named_body::NamedBody,
    noun::{Boxed, Stored, StoredBelow, names, noun, relation},
    page::{Cursor, Key, Page, Tie, by_key},
    schema::{
        digital_system, digital_system_clause, document, indicator, measure, measure_agency, measure_document,
        measure_indicator, measure_system, programme,
    },
    search::matching,
    visible::{refers_to_visible, visible},
};

/// A measure of a plan (nhiệm vụ, giải pháp): what is to be done in its field, without a duty that falls to anybody by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Insertable, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = measure)]
pub struct Measure {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Stable key: document and clause
    pub code: String,
    /// Clause of the document, with the number of the bullet where it has one
    pub clause: String,
    /// Order within the document, from 1
    pub position: i32,
    /// Clause of the heading it stands under; null for a heading itself
    pub heading_clause: Option<String>,
    /// That heading in Vietnamese
    #[graphql(skip)]
    pub heading_vi: Option<String>,
    /// That heading in English
    #[graphql(skip)]
    pub heading_en: Option<String>,
    /// Title in Vietnamese
    #[graphql(skip)]
    pub title_vi: String,
    /// Title in English
    #[graphql(skip)]
    pub title_en: String,
    /// What is to be done, in Vietnamese
    #[graphql(skip)]
    pub summary_vi: String,
    /// What is to be done, in English
    #[graphql(skip)]
    pub summary_en: String,
    /// What it is about; none of them is null, though diesel cannot know
    #[graphql(skip)]
    pub topics: Vec<Option<String>>,
    /// How often, as written; null if the document does not say
    pub recurrence: Option<String>,
    /// Until when it looks, as written: no deadline; null if the document does not say
    pub horizon: Option<String>,
    /// What should come out of it; null if the document does not say
    pub expected_output: Option<String>,
    /// What a careful reader should know about the source
    pub note: Option<String>,
    /// Raised by each change; mutations name the one they expect
    pub version: i32,
    /// The programme
    #[graphql(skip)]
    pub programme_id: Uuid,
    /// The document it stands in
    #[graphql(skip)]
    pub document_id: Uuid,
    /// Who gives it
    #[graphql(skip)]
    pub assigner_id: Option<Uuid>,
}

/// Narrows a list of measures. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct MeasureFilter {
    /// Code of the programme
    pub programme: Option<String>,
    /// Code of the document they stand in
    pub document: Option<String>,
    /// Clause of the heading they stand under, such as `III.5`
    pub heading: Option<String>,
    /// Code of an indicator they serve
    pub indicator: Option<String>,
    /// Code of a digital system they name
    pub system: Option<String>,
    /// Every word of it occurs in title, summary, topics or code, whole; the last may end in `*` and is then the
    /// beginning of a word. Tone marks, case, i or y (tỉ, tỷ) and the kind of dashes do not matter
    pub text: Option<String>,
}

names!(MeasureFilter { programme: Programme, document: Document, indicator: Indicator, system: DigitalSystem });

/// The objects that have lists of measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MeasureLink {
    /// Of a programme
    Programme,
    /// Standing in a document
    Document,
    /// Serving an indicator
    Indicator,
    /// Naming a digital system
    System,
}

impl Stored for Measure {
    type Query = Boxed<measure::table>;
    type Filter = MeasureFilter;
    type Sort = ();

    fn filtered(reader: &Reader, filter: &MeasureFilter) -> Self::Query {
        let seen = refers_to_visible(reader, measure::document_id, document::table);
        let mut query = measure::table.filter(seen).into_boxed();
        if let Some(code) = filter.programme.clone() {
            let of_code = programme::table.filter(programme::code.eq(code)).select(programme::id);
            query = query.filter(measure::programme_id.eq_any(of_code));
        }
        if let Some(code) = filter.document.clone() {
            query = query.filter(measure::document_id.eq_any(documents::id_of_code(reader, &code)));
        }
        if let Some(clause) = filter.heading.clone() {
            query = query.filter(measure::heading_clause.eq(clause));
        }
        if let Some(code) = filter.indicator.clone() {
            let serving = measure_indicator::table
                .inner_join(indicator::table)
                .filter(indicator::code.eq(code))
                .select(measure_indicator::measure_id);
            query = query.filter(measure::id.eq_any(serving));
        }
        if let Some(code) = filter.system.clone() {
            // A system that the reader may not see is not there, also for those who guess its code.
            let seen = digital_system_clause::table
                .filter(refers_to_visible(reader, digital_system_clause::document_id, document::table))
                .select(digital_system_clause::system_id);
            let naming = measure_system::table
                .inner_join(digital_system::table)
                .filter(digital_system::code.eq(code))
                .filter(measure_system::system_id.eq_any(seen))
                .select(measure_system::measure_id);
            query = query.filter(measure::id.eq_any(naming));
        }
        matching!(query, measure::search_text, filter.text)
    }

    /// Measures are listed in the order of their document.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_key!(query, page, false, measure::position, Number, measure::code, Code))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: Some(Key::Number(self.position)), tie: Tie::Code(self.code.clone()) }
    }
}

impl StoredBelow for Measure {
    type Link = MeasureLink;

    fn below(query: Self::Query, link: MeasureLink) -> Self::Query {
        match link {
            MeasureLink::Programme => query.filter(measure::programme_id.eq(Parent)),
            MeasureLink::Document => query.filter(measure::document_id.eq(Parent)),
            MeasureLink::Indicator => query.filter(
                measure::id.eq_any(
                    measure_indicator::table
                        .filter(measure_indicator::indicator_id.eq(Parent))
                        .select(measure_indicator::measure_id),
                ),
            ),
            MeasureLink::System => query.filter(measure::id.eq_any(
                measure_system::table.filter(measure_system::system_id.eq(Parent)).select(measure_system::measure_id),
            )),
        }
    }
}

noun!(Measure, measure, tag b'f', coded by code, listed below);

relation!(
    /// The indicators a measure serves, in the order of the catalogue.
    IndicatorsOf => ServedIndicator,
    |reader, parents| measure_indicator::table
        .inner_join(indicator::table)
        .filter(measure_indicator::measure_id.eq_any(parents))
        .order((measure_indicator::measure_id, indicator::position))
        .select((measure_indicator::measure_id, (measure_indicator::stated, measure_indicator::indicator_id)))
);

relation!(
    /// Whom a measure names, in the order of the document.
    BodiesOf => NamedBody,
    |reader, parents| measure_agency::table
        .filter(measure_agency::measure_id.eq_any(parents))
        .order((measure_agency::measure_id, measure_agency::position))
        .select((measure_agency::measure_id, (measure_agency::words, measure_agency::agency_id)))
);

relation!(
    /// The documents a measure mentions that the reader may see.
    DocumentsOf => Document,
    |reader, parents| measure_document::table
        .inner_join(document::table)
        .filter(measure_document::measure_id.eq_any(parents))
        .filter(visible(reader, document::table))
        .order((measure_document::measure_id, document::code))
        .select((measure_document::measure_id, Document::as_select()))
);

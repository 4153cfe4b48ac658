//! What documents want or judge without a figure: general goals, purposes, requirements, assessments.

pub mod change;

use async_graphql::InputObject;
use diesel::prelude::*;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    DbError, Reader,
    calendar::Period,
    directive::ServedIndicator,
    document::{self as documents, Document},
    lateral::Parent,
    named_body::NamedBody,
    noun::{Boxed, Stored, StoredBelow, names, noun, relation},
    page::{Cursor, Key, Page, Tie, by_key},
    schema::{document, goal, goal_agency, goal_document, goal_indicator, indicator, programme},
    search::matching,
    text_enum::text_enum,
    visible::{refers_to_visible, visible},
};

text_enum! {
    /// What a document wants or judges.
    pub enum GoalKind {
        /// A general goal (mục tiêu chung)
        GeneralGoal => "GENERAL_GOAL",
        /// What the plan is for (mục đích)
        Purpose => "PURPOSE",
        /// How it is to be carried out (yêu cầu)
        Requirement => "REQUIREMENT",
        /// How a period is judged (đánh giá)
        Assessment => "ASSESSMENT",
    }
}

text_enum! {
    /// How a period is judged.
    pub enum Rating {
        /// Well
        Positive => "POSITIVE",
        /// In part
        Mixed => "MIXED",
        /// Badly
        Negative => "NEGATIVE",
    }
}

/// What a document wants or judges without a figure (mục tiêu chung, mục đích, yêu cầu, đánh giá).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Insertable, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = goal)]
pub struct Goal {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Stable key: document and clause
    pub code: String,
    /// What it is
    pub kind: GoalKind,
    /// Clause of the document, as printed
    pub clause: String,
    /// Order within the document, from 1
    pub position: i32,
    /// Title in Vietnamese
    #[graphql(skip)]
    pub title_vi: String,
    /// Title in English
    #[graphql(skip)]
    pub title_en: String,
    /// What is said, in Vietnamese
    #[graphql(skip)]
    pub summary_vi: String,
    /// What is said, in English
    #[graphql(skip)]
    pub summary_en: String,
    /// What it is about; none of them is null, though diesel cannot know
    #[graphql(skip)]
    pub topics: Vec<Option<String>>,
    /// The period that is judged; null unless it is an assessment
    pub period: Option<Period>,
    /// How it is judged; null unless it is an assessment
    pub rating: Option<Rating>,
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
    /// Who judges
    #[graphql(skip)]
    pub assessed_by_id: Option<Uuid>,
}

/// Narrows a list of goals. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct GoalFilter {
    /// Any of these kinds
    pub kinds: Option<Vec<GoalKind>>,
    /// Code of the programme
    pub programme: Option<String>,
    /// Code of the document they stand in
    pub document: Option<String>,
    /// Code of an indicator they are about
    pub indicator: Option<String>,
    /// Every word of it occurs in title, summary, topics or code, whole; the last may end in `*` and is then the
    /// beginning of a word. Tone marks, case, i or y (tỉ, tỷ) and the kind of dashes do not matter
    pub text: Option<String>,
}

names!(GoalFilter { programme: Programme, document: Document, indicator: Indicator });

/// The objects that have lists of goals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GoalLink {
    /// Of a programme
    Programme,
    /// Standing in a document
    Document,
    /// About an indicator
    Indicator,
}

impl Stored for Goal {
    type Query = Boxed<goal::table>;
    type Filter = GoalFilter;
    type Sort = ();

    fn filtered(reader: &Reader, filter: &GoalFilter) -> Self::Query {
        let seen = refers_to_visible(reader, goal::document_id, document::table);
        let mut query = goal::table.filter(seen).into_boxed();
        if let Some(kinds) = filter.kinds.clone() {
            query = query.filter(goal::kind.eq_any(kinds));
        }
        if let Some(code) = filter.programme.clone() {
            let of_code = programme::table.filter(programme::code.eq(code)).select(programme::id);
            query = query.filter(goal::programme_id.eq_any(of_code));
        }
        if let Some(code) = filter.document.clone() {
            query = query.filter(goal::document_id.eq_any(documents::id_of_code(reader, &code)));
        }
        if let Some(code) = filter.indicator.clone() {
            let about = goal_indicator::table
                .inner_join(indicator::table)
                .filter(indicator::code.eq(code))
                .select(goal_indicator::goal_id);
            query = query.filter(goal::id.eq_any(about));
        }
        matching!(query, goal::search_text, filter.text)
    }

    /// Goals are listed in the order of their document.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_key!(query, page, false, goal::position, Number, goal::code, Code))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: Some(Key::Number(self.position)), tie: Tie::Code(self.code.clone()) }
    }
}

impl StoredBelow for Goal {
    type Link = GoalLink;

    fn below(query: Self::Query, link: GoalLink) -> Self::Query {
        match link {
            GoalLink::Programme => query.filter(goal::programme_id.eq(Parent)),
            GoalLink::Document => query.filter(goal::document_id.eq(Parent)),
            GoalLink::Indicator => query.filter(goal::id.eq_any(
                goal_indicator::table.filter(goal_indicator::indicator_id.eq(Parent)).select(goal_indicator::goal_id),
            )),
        }
    }
}

noun!(Goal, goal, tag b'b', coded by code, listed below);

relation!(
    /// The indicators a goal is about, in the order of the catalogue.
    IndicatorsOf => ServedIndicator,
    |reader, parents| goal_indicator::table
        .inner_join(indicator::table)
        .filter(goal_indicator::goal_id.eq_any(parents))
        .order((goal_indicator::goal_id, indicator::position))
        .select((goal_indicator::goal_id, (goal_indicator::stated, goal_indicator::indicator_id)))
);

relation!(
    /// Whom a goal names, in the order of the document.
    BodiesOf => NamedBody,
    |reader, parents| goal_agency::table
        .filter(goal_agency::goal_id.eq_any(parents))
        .order((goal_agency::goal_id, goal_agency::position))
        .select((goal_agency::goal_id, (goal_agency::words, goal_agency::agency_id)))
);

relation!(
    /// The documents a goal mentions that the reader may see.
    DocumentsOf => Document,
    |reader, parents| goal_document::table
        .inner_join(document::table)
        .filter(goal_document::goal_id.eq_any(parents))
        .filter(visible(reader, document::table))
        .order((goal_document::goal_id, document::code))
        .select((goal_document::goal_id, Document::as_select()))
);

//! Recommendations (kiến nghị) and obstacles (khó khăn, tồn tại).

pub mod change;
pub mod rules;
mod step;

use async_graphql::InputObject;
use diesel::prelude::*;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::rules::Standing;
pub use self::step::{ReachOf, RecommendationStep, StepsOf};
use crate::{
    Date, DbError, Reader,
    agency::Agency,
    document::{self as documents, Document},
    enums::Visibility,
    lateral::Parent,
    noun::{Boxed, Stored, StoredBelow, names, noun, relation},
    page::{Cursor, Page, Tie, by_tie},
    schema::{
        agency, document, programme, programme_document, recommendation, recommendation_answer,
        recommendation_document, recommendation_recipient,
    },
    search::matching,
    text_enum::text_enum,
    visible::{refers_to_visible, visible},
};

text_enum! {
    /// What an agency says.
    pub enum RecommendationKind {
        /// It asks for something (kiến nghị)
        Recommendation => "RECOMMENDATION",
        /// Something makes its work hard (khó khăn)
        Difficulty => "DIFFICULTY",
        /// Something was not achieved (tồn tại, hạn chế)
        Limitation => "LIMITATION",
    }
}

text_enum! {
    /// What became of a recommendation.
    pub enum RecommendationState {
        /// Nothing yet
        Open => "OPEN",
        /// The addressee has it
        Acknowledged => "ACKNOWLEDGED",
        /// Answered
        Answered => "ANSWERED",
        /// Refused with a reason
        Refused => "REFUSED",
        /// Withdrawn by the agency that made it
        Withdrawn => "WITHDRAWN",
    }
}

impl RecommendationState {
    /// Whether nothing more is done about it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Answered | Self::Refused | Self::Withdrawn)
    }
}

/// What an agency asks of an authority (kiến nghị), or an obstacle it reports (khó khăn, tồn tại).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject, Serialize, Deserialize)]
#[diesel(table_name = recommendation)]
pub struct Recommendation {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Stable key: document and clause, or agency and year where it stands in no document
    pub code: String,
    /// What the agency says
    pub kind: RecommendationKind,
    /// The addressee as written, where it is vague; null if none is named so
    pub to_words: Option<String>,
    /// What it is about, in a few Vietnamese words
    pub topic: String,
    /// What is said, in our words, in Vietnamese
    pub text: String,
    /// Clause of the document, as printed; null if it stands in no document
    pub clause: Option<String>,
    /// What became of it
    pub state: RecommendationState,
    /// Who may read it
    pub visibility: Visibility,
    /// What a careful reader should know about the source
    pub note: Option<String>,
    /// The day on which it was made here (Asia/Ho_Chi_Minh); null for what a document says, which has a day of its own
    pub made_on: Option<Date>,
    /// Raised by each step; mutations name the one they expect
    pub version: i32,
    /// Who says it
    #[graphql(skip)]
    pub from_agency_id: Uuid,
    /// Who would have to decide
    #[graphql(skip)]
    pub decision_maker_id: Option<Uuid>,
    /// The document it stands in
    #[graphql(skip)]
    pub document_id: Option<Uuid>,
    /// The programme it is about
    #[graphql(skip)]
    pub programme_id: Option<Uuid>,
    /// The account that made it
    #[graphql(skip)]
    pub made_by: Option<Uuid>,
}

impl Recommendation {
    /// How it stands, by who is to answer it.
    #[must_use]
    pub const fn standing(&self, reach: Vec<Uuid>) -> Standing {
        Standing { state: self.state, from: self.from_agency_id, reach, made_by: self.made_by }
    }
}

/// Narrows a list of recommendations. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct RecommendationFilter {
    /// Any of these kinds
    pub kinds: Option<Vec<RecommendationKind>>,
    /// Any of these states
    pub states: Option<Vec<RecommendationState>>,
    /// Code of the agency that says it
    pub from: Option<String>,
    /// Code of an agency it goes to
    pub to: Option<String>,
    /// Code of the document it stands in
    pub document: Option<String>,
    /// Code of a programme that it is about, by itself or by its document
    pub programme: Option<String>,
    /// Every word of it occurs in topic, text or code, whole; the last may end in `*` and is then the
    /// beginning of a word. Tone marks, case, i or y (tỉ, tỷ) and the kind of dashes do not matter
    pub text: Option<String>,
}

/// The objects that have lists of recommendations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecommendationLink {
    /// Said by an agency
    From,
    /// Said to an agency
    To,
    /// Standing in a document
    Document,
    /// Answered by a directive
    Directive,
}

names!(RecommendationFilter { from: Agency, to: Agency, document: Document, programme: Programme });

impl Stored for Recommendation {
    type Query = Boxed<recommendation::table>;
    type Filter = RecommendationFilter;
    type Sort = ();

    fn filtered(reader: &Reader, filter: &RecommendationFilter) -> Self::Query {
        let mut query = recommendation::table.filter(visible(reader, recommendation::table)).into_boxed();
        if let Some(kinds) = filter.kinds.clone() {
            query = query.filter(recommendation::kind.eq_any(kinds));
        }
        if let Some(states) = filter.states.clone() {
            query = query.filter(recommendation::state.eq_any(states));
        }
        if let Some(code) = filter.from.clone() {
            let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id);
            query = query.filter(recommendation::from_agency_id.eq_any(of_code));
        }
        if let Some(code) = filter.to.clone() {
            let sent = recommendation_recipient::table
                .inner_join(agency::table)
                .filter(agency::code.eq(code))
                .select(recommendation_recipient::recommendation_id);
            query = query.filter(recommendation::id.eq_any(sent));
        }
        if let Some(code) = filter.document.clone() {
            query = query
                .filter(recommendation::document_id.assume_not_null().eq_any(documents::id_of_code(reader, &code)));
        }
        if let Some(code) = filter.programme.clone() {
            let named = programme::table.filter(programme::code.eq(code.clone())).select(programme::id);
            let carrying = programme_document::table
                .inner_join(programme::table)
                .filter(programme::code.eq(code))
                .filter(refers_to_visible(reader, programme_document::document_id, document::table))
                .select(programme_document::document_id);
            let by_document = recommendation::document_id.assume_not_null().eq_any(carrying);
            query = query.filter(recommendation::programme_id.assume_not_null().eq_any(named).or(by_document));
        }
        matching!(query, recommendation::search_text, filter.text)
    }

    /// Recommendations are listed by code.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_tie!(query, page, false, recommendation::code, Code))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: None, tie: Tie::Code(self.code.clone()) }
    }
}

impl StoredBelow for Recommendation {
    type Link = RecommendationLink;

    fn below(query: Self::Query, link: RecommendationLink) -> Self::Query {
        match link {
            RecommendationLink::From => query.filter(recommendation::from_agency_id.eq(Parent)),
            RecommendationLink::To => query.filter(
                recommendation::id.eq_any(
                    recommendation_recipient::table
                        .filter(recommendation_recipient::agency_id.eq(Parent))
                        .select(recommendation_recipient::recommendation_id),
                ),
            ),
            RecommendationLink::Document => query.filter(recommendation::document_id.assume_not_null().eq(Parent)),
            RecommendationLink::Directive => query.filter(
                recommendation::id.eq_any(
                    recommendation_answer::table
                        .filter(recommendation_answer::directive_id.eq(Parent))
                        .select(recommendation_answer::recommendation_id),
                ),
            ),
        }
    }
}

noun!(Recommendation, recommendation, tag b'r', coded by code, listed below);

relation!(
    /// To whom a recommendation goes, in the order the document names them.
    RecipientsOf => Agency,
    |reader, parents| recommendation_recipient::table
        .inner_join(agency::table)
        .filter(recommendation_recipient::recommendation_id.eq_any(parents))
        .order((recommendation_recipient::recommendation_id, recommendation_recipient::position))
        .select((recommendation_recipient::recommendation_id, Agency::as_select()))
);

relation!(
    /// The documents a recommendation mentions that the reader may see.
    DocumentsMentionedBy => Document,
    |reader, parents| recommendation_document::table
        .inner_join(document::table)
        .filter(recommendation_document::recommendation_id.eq_any(parents))
        .filter(visible(reader, document::table))
        .order((recommendation_document::recommendation_id, document::code))
        .select((recommendation_document::recommendation_id, Document::as_select()))
);

//! Programmes (chương trình) and their pillars.

pub mod change;

use async_graphql::InputObject;
use auth::{Object, Permit, action::KeepCatalogue};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Date, DbError, Reader, ViolationCode,
    input::refused,
    lateral::Parent,
    noun::{Boxed, Stored, StoredBelow, names, noun, relation},
    page::{Cursor, Key, Page, Tie, by_key, by_tie},
    schema::{agency, document, indicator_group, programme, programme_document, programme_indicator},
    text_enum::text_enum,
    visible::refers_to_visible,
    writer::Writing,
};

/// A programme (chương trình): a resolution and the plans that carry it out in one jurisdiction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Insertable, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = programme)]
pub struct Programme {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Stable key
    pub code: String,
    /// Name in Vietnamese
    #[graphql(skip)]
    pub name_vi: String,
    /// Name in English
    #[graphql(skip)]
    pub name_en: String,
    /// First day (Asia/Ho_Chi_Minh); null if unknown
    pub starts_on: Option<Date>,
    /// Last day (Asia/Ho_Chi_Minh); null if it has none
    pub ends_on: Option<Date>,
    /// Whether whoever endorsed a figure of its indicators may not publish it (bốn mắt). If several programmes follow an
    /// indicator, one that asks for it is enough
    pub four_eyes: bool,
    /// Raised when what it is was amended; mutations name the one they expect
    pub version: i32,
    /// The agency whose area it covers
    #[graphql(skip)]
    pub jurisdiction_id: Uuid,
}

/// Narrows a list of programmes. What is left out or null narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ProgrammeFilter {
    /// Code of the agency whose area it covers
    pub jurisdiction: Option<String>,
}

/// The objects that have lists of programmes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProgrammeLink {
    /// Following an indicator
    Indicator,
    /// Resting on a document
    Document,
    /// Covering the area of an agency
    Jurisdiction,
}

names!(ProgrammeFilter { jurisdiction: Agency });

names!(IndicatorGroupFilter { programme: Programme });

impl Stored for Programme {
    type Query = Boxed<programme::table>;
    type Filter = ProgrammeFilter;
    type Sort = ();

    fn filtered(_: &Reader, filter: &ProgrammeFilter) -> Self::Query {
        let mut query = programme::table.into_boxed();
        if let Some(code) = filter.jurisdiction.clone() {
            let jurisdiction = agency::table.filter(agency::code.eq(code)).select(agency::id);
            query = query.filter(programme::jurisdiction_id.eq_any(jurisdiction));
        }
        query
    }

    /// Programmes are listed by code.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_tie!(query, page, false, programme::code, Code))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: None, tie: Tie::Code(self.code.clone()) }
    }
}

impl StoredBelow for Programme {
    type Link = ProgrammeLink;

    fn below(query: Self::Query, link: ProgrammeLink) -> Self::Query {
        match link {
            ProgrammeLink::Indicator => {
                let following = programme_indicator::table
                    .filter(programme_indicator::indicator_id.eq(Parent))
                    .select(programme_indicator::programme_id);
                query.filter(programme::id.eq_any(following))
            }
            ProgrammeLink::Document => {
                let resting = programme_document::table
                    .filter(programme_document::document_id.eq(Parent))
                    .select(programme_document::programme_id);
                query.filter(programme::id.eq_any(resting))
            }
            ProgrammeLink::Jurisdiction => query.filter(programme::jurisdiction_id.eq(Parent)),
        }
    }
}

noun!(Programme, programme, tag b'p', coded by code, listed below);

text_enum! {
    /// As what a programme rests on a document.
    pub enum ProgrammeDocumentRole {
        /// The resolution it carries out
        Resolution => "RESOLUTION",
        /// A plan that carries it out
        Plan => "PLAN",
        /// A direction given under it
        Direction => "DIRECTION",
        /// A report on it
        Report => "REPORT",
    }
}

/// A document a programme rests on.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = programme_document)]
pub struct ProgrammeDocument {
    /// As what
    pub role: ProgrammeDocumentRole,
    /// The document
    #[graphql(skip)]
    pub document_id: Uuid,
}

relation!(
    /// The documents a programme rests on that the reader may see.
    DocumentsOf => ProgrammeDocument,
    |reader, parents| programme_document::table
        .filter(programme_document::programme_id.eq_any(parents))
        .filter(refers_to_visible(reader, programme_document::document_id, document::table))
        .order((programme_document::programme_id, programme_document::role, programme_document::document_id))
        .select((programme_document::programme_id, ProgrammeDocument::as_select()))
);

pub use group::{IndicatorGroup, IndicatorGroupFilter, IndicatorGroupLink};

mod group {
    use super::{
        Boxed, Cursor, DbError, InputObject, Key, Page, Parent, Reader, SimpleObject, Stored, StoredBelow, Tie, Uuid,
        by_key, indicator_group, noun, programme,
    };
    use diesel::prelude::*;

    /// A pillar of a programme (trụ cột, nhóm chỉ tiêu).
    #[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
    #[diesel(table_name = indicator_group)]
    pub struct IndicatorGroup {
        /// Internal id
        #[graphql(skip)]
        pub id: Uuid,
        /// Label as the plan prints it: a, b, c, d, e. Unique within the programme
        pub code: String,
        /// Name in Vietnamese
        #[graphql(skip)]
        pub name_vi: String,
        /// Name in English
        #[graphql(skip)]
        pub name_en: String,
        /// Order within the programme, from 1
        pub position: i32,
        /// The programme
        #[graphql(skip)]
        pub programme_id: Uuid,
    }

    /// Narrows a list of pillars. What is left out or null narrows nothing.
    #[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
    pub struct IndicatorGroupFilter {
        /// Code of the programme
        pub programme: Option<String>,
    }

    /// The objects that have lists of pillars.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    pub enum IndicatorGroupLink {
        /// Of a programme
        Programme,
    }

    impl Stored for IndicatorGroup {
        type Query = Boxed<indicator_group::table>;
        type Filter = IndicatorGroupFilter;
        type Sort = ();

        fn filtered(_: &Reader, filter: &IndicatorGroupFilter) -> Self::Query {
            let mut query = indicator_group::table.into_boxed();
            if let Some(code) = filter.programme.clone() {
                let of_code = programme::table.filter(programme::code.eq(code)).select(programme::id);
                query = query.filter(indicator_group::programme_id.eq_any(of_code));
            }
            query
        }

        /// Pillars are listed in the order of their programme.
        fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
            Ok(by_key!(query, page, false, indicator_group::position, Number, indicator_group::id, Id))
        }

        fn cursor(&self, (): ()) -> Cursor {
            Cursor { key: Some(Key::Number(self.position)), tie: Tie::Id(self.id) }
        }
    }

    impl StoredBelow for IndicatorGroup {
        type Link = IndicatorGroupLink;

        fn below(query: Self::Query, link: IndicatorGroupLink) -> Self::Query {
            match link {
                IndicatorGroupLink::Programme => query.filter(indicator_group::programme_id.eq(Parent)),
            }
        }
    }

    noun!(IndicatorGroup, indicator_group, tag b'g', listed below);
}

/// The programme of a code, which has not ended.
pub(crate) async fn running(writing: &mut Writing, code: &str) -> Result<Programme, DbError> {
    let found = programme::table.filter(programme::code.eq(code)).select(Programme::as_select());
    let found: Option<Programme> = RunQueryDsl::first(found, writing.connection()).await.optional()?;
    match found {
        None => Err(refused(ViolationCode::NotFound, "programme")),
        Some(Programme { ends_on: Some(last), .. }) if last < writing.today() => {
            Err(refused(ViolationCode::NotInState, "programme"))
        }
        Some(found) => Ok(found),
    }
}

/// The programme of a code, which has not ended and whose catalogue the actor keeps.
pub(crate) async fn kept(
    writing: &mut Writing,
    permit: &Permit<KeepCatalogue>,
    code: &str,
) -> Result<Programme, DbError> {
    let found = running(writing, code).await?;
    if permit.reach().holds(Some(found.jurisdiction_id)) {
        Ok(found)
    } else {
        Err(refused(ViolationCode::OutOfReach, "programme"))
    }
}

/// Whether something belongs to a catalogue that somebody keeps: that of one of the programmes that follow it or rest on it, of which
/// these are the jurisdictions.
#[must_use]
pub fn is_kept_by(jurisdictions: &[Uuid], keeps: impl Fn(Object<'_>) -> bool) -> bool {
    jurisdictions.iter().any(|agency| keeps(Object { agencies: &[*agency], by: None }))
}

//! Agencies and units (cơ quan, đơn vị), their dated tree and their successions.

pub mod change;
mod kind;
mod receiving;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use async_graphql::{Enum, InputObject};
use derive::boxed;
use diesel::{
    dsl::{array, array_position},
    prelude::*,
    sql_types,
};
use object_layer::SimpleObject;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::kind::{AgencyBlock, AgencyKind, AgencyLevel, ExistenceState, PlacementBasis, SuccessionKind};
pub(crate) use self::receiving::{Receiver, receiver, receivers, there_today};
use crate::{
    Date, DbError, Reader,
    enums::SortDirection,
    lateral::{Parent, is_any_of, per_parent},
    noun::{Batch, Boxed, Stored, StoredBelow, names, noun, relation},
    page::{Cursor, Key, Page, Tie, by_key, by_tie},
    schema::{
        agency, agency_existence, agency_member, agency_name, agency_placement, agency_succession,
        agency_succession_party,
    },
    search::matching,
    sql_functions::{agency_ancestor_ids, agency_exists_on, agency_subtree_ids},
    text_enum::text_enum,
};

/// An agency or unit (cơ quan, đơn vị), a post, or a group of agencies that documents address as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = agency)]
pub struct Agency {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Stable key, unique in the whole system: province prefix, dot, abbreviation
    pub code: String,
    /// Name in Vietnamese
    #[graphql(skip)]
    pub name_vi: String,
    /// Name in English
    #[graphql(skip)]
    pub name_en: Option<String>,
    /// Other names in use; none of them is null, though diesel cannot know
    #[graphql(skip)]
    pub aliases: Vec<Option<String>>,
    /// What kind of body it is
    pub kind: AgencyKind,
    /// Administrative level; null if the documents do not say
    pub level: Option<AgencyLevel>,
    /// Province it belongs to; null for central bodies and enterprises
    pub province: Option<String>,
    /// Of which side it is; null if not even its name tells. Twin committees are told apart by it
    pub block: Option<AgencyBlock>,
    /// True if a document says of which side it is; false if it is read from the name
    pub block_stated: bool,
    /// Code of the area that it governs, by the General Statistics Office (mã đơn vị hành chính): two digits for a province, three
    /// for a district, five for a commune. Null for whoever governs none, and if it is not known
    pub official_code: Option<String>,
    /// Degrees north of the equator
    #[graphql(skip)]
    pub latitude: Option<Decimal>,
    /// Degrees east of Greenwich
    #[graphql(skip)]
    pub longitude: Option<Decimal>,
    /// First day of existence (Asia/Ho_Chi_Minh); null if unknown
    pub opened_on: Option<Date>,
    /// First day on which it no longer exists (Asia/Ho_Chi_Minh); null while it does, or if unknown
    pub closed_on: Option<Date>,
    /// True if no document names it: invented for the demo province
    pub simulated: bool,
    /// What a careful reader should know about the source
    pub note: Option<String>,
    /// Raised by each change of its name, its place or its life; mutations name the one they expect
    pub version: i32,
    /// The parent that a document announces without a date
    #[graphql(skip)]
    pub planned_parent_id: Option<Uuid>,
}

/// Narrows a list of agencies. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct AgencyFilter {
    /// Any of these kinds
    pub kinds: Option<Vec<AgencyKind>>,
    /// Any of these levels
    pub levels: Option<Vec<AgencyLevel>>,
    /// Province, exactly as `province` shows it
    pub province: Option<String>,
    /// Any of these codes of the General Statistics Office, exactly as `officialCode` shows them
    pub official_codes: Option<Vec<String>>,
    /// Code of an agency: only itself and those below it
    pub subtree: Option<String>,
    /// True: only those without a parent; false: only those with one
    pub is_root: Option<bool>,
    /// True: only those invented for the demo; false: only those that documents name
    pub simulated: Option<bool>,
    /// Only agencies that are there on this day (Asia/Ho_Chi_Minh), on which the tree is read as well. Left out, the tree is
    /// that of today, and those that are gone are listed too where no tree is asked for
    pub on: Option<Date>,
    /// Every word of it occurs in a name, an alias or the code, whole; the last may end in `*` and is then the
    /// beginning of a word. Tone marks, case, i or y (tỉ, tỷ) and the kind of dashes do not matter
    pub text: Option<String>,
}

/// What agencies are sorted by. Those of equal value follow by code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Enum)]
pub enum AgencySort {
    /// Vietnamese name, in the order of Vietnamese dictionaries
    #[default]
    Name,
    /// Code
    Code,
}

/// How agencies are sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, InputObject)]
pub struct AgencyOrder {
    /// What to sort by
    #[graphql(default)]
    pub by: AgencySort,
    /// In which direction
    #[graphql(default)]
    pub direction: SortDirection,
}

/// The objects that have lists of agencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AgencyLink {
    /// Directly below an agency on a day
    Parent(Date),
    /// Anywhere below an agency on a day
    Ancestor(Date),
    /// Members of a group
    Group,
    /// Members of a group that a document lists
    Listed,
    /// Groups that an agency is a member of
    Member,
}

diesel::alias!(const root_agency: Alias<RootAgency> = agency as root_agency);

type Placements = diesel::helper_types::IntoBoxed<'static, agency_placement::table, diesel::pg::Pg>;

/// The edges of the tree that hold on a day.
fn placements_on(day: Date) -> Placements {
    agency_placement::table
        .filter(agency_placement::valid_from.is_null().or(agency_placement::valid_from.le(day)))
        .filter(agency_placement::valid_until.is_null().or(agency_placement::valid_until.gt(day)))
        .into_boxed()
}

names!(AgencyFilter { subtree: Agency });

impl Stored for Agency {
    type Query = Boxed<agency::table>;
    type Filter = AgencyFilter;
    type Sort = AgencyOrder;

    fn filtered(reader: &Reader, filter: &AgencyFilter) -> Self::Query {
        let on = filter.on.unwrap_or(reader.today());
        let mut query = agency::table.into_boxed();
        if let Some(kinds) = filter.kinds.clone() {
            query = query.filter(agency::kind.eq_any(kinds));
        }
        if let Some(levels) = filter.levels.clone() {
            query = query.filter(agency::level.eq_any(levels));
        }
        if let Some(province) = filter.province.clone() {
            query = query.filter(agency::province.eq(province));
        }
        if let Some(codes) = filter.official_codes.clone() {
            query = query.filter(agency::official_code.eq_any(codes));
        }
        if let Some(code) = filter.subtree.clone() {
            let root = root_agency
                .filter(root_agency.field(agency::code).eq(code))
                .select(root_agency.field(agency::id))
                .single_value();
            query = query.filter(is_any_of(agency::id, agency_subtree_ids(root, on)));
        }
        if let Some(is_root) = filter.is_root {
            let placed = placements_on(on).select(agency_placement::agency_id);
            query =
                if is_root { query.filter(agency::id.ne_all(placed)) } else { query.filter(agency::id.eq_any(placed)) };
        }
        if filter.on.is_some() || filter.is_root.is_some() {
            query = query.filter(agency_exists_on(agency::id, on));
        }
        if let Some(simulated) = filter.simulated {
            query = query.filter(agency::simulated.eq(simulated));
        }
        matching!(query, agency::search_text, filter.text)
    }

    fn sorted(query: Self::Query, order: AgencyOrder, page: &Page) -> Result<Self::Query, DbError> {
        let falling = order.direction == SortDirection::Descending;
        Ok(match order.by {
            AgencySort::Name => by_key!(query, page, falling, agency::name_vi, Text, agency::code, Code),
            AgencySort::Code => by_tie!(query, page, falling, agency::code, Code),
        })
    }

    fn cursor(&self, order: AgencyOrder) -> Cursor {
        let key = match order.by {
            AgencySort::Name => Some(Key::Text(self.name_vi.clone())),
            AgencySort::Code => None,
        };
        Cursor { key, tie: Tie::Code(self.code.clone()) }
    }
}

impl StoredBelow for Agency {
    type Link = AgencyLink;

    fn below(query: Self::Query, link: AgencyLink) -> Self::Query {
        match link {
            AgencyLink::Parent(day) => {
                let children = placements_on(day)
                    .filter(agency_placement::parent_id.eq(Parent))
                    .select(agency_placement::agency_id);
                // As an array: a subquery lures the planner, in hope of the first few, into reading all agencies by name.
                let query = query.filter(is_any_of(agency::id, array::<sql_types::Uuid, _>(children)));
                query.filter(agency_exists_on(agency::id, day))
            }
            AgencyLink::Ancestor(day) => query
                .filter(is_any_of(agency::id, agency_subtree_ids(Parent.nullable(), day)))
                .filter(agency::id.ne(Parent)),
            AgencyLink::Group => query.filter(agency::id.eq_any(
                agency_member::table.filter(agency_member::group_id.eq(Parent)).select(agency_member::agency_id),
            )),
            AgencyLink::Listed => query.filter(
                agency::id.eq_any(
                    agency_member::table
                        .filter(agency_member::group_id.eq(Parent).and(agency_member::stated))
                        .select(agency_member::agency_id),
                ),
            ),
            AgencyLink::Member => query.filter(agency::id.eq_any(
                agency_member::table.filter(agency_member::agency_id.eq(Parent)).select(agency_member::group_id),
            )),
        }
    }
}

noun!(Agency, agency, tag b'a', coded by code, listed below);

/// The agencies above one on a day, nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AncestorsOf {
    /// The agency
    pub agency: Uuid,
    /// The day
    pub on: Date,
}

impl Batch for AncestorsOf {
    type Value = Vec<Arc<Agency>>;

    #[boxed]
    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, Vec<Arc<Agency>>>, DbError> {
        let mut answers: HashMap<Self, Vec<Arc<Agency>>> = keys.iter().map(|key| (*key, Vec::new())).collect();
        let days: BTreeSet<Date> = keys.iter().map(|key| key.on).collect();
        for on in days {
            let leaves: Vec<Uuid> = keys.iter().filter(|key| key.on == on).map(|key| key.agency).collect();
            let above = || agency_ancestor_ids(Parent, on);
            let query = agency::table
                .filter(is_any_of(agency::id, above()))
                .order(array_position(above(), agency::id))
                .select(Agency::as_select());
            let mut connection = reader.statement().await?;
            let rows: Vec<(Uuid, Agency)> =
                diesel_async::RunQueryDsl::load(per_parent(&leaves, query), &mut connection).await?;
            for (leaf, row) in rows {
                answers.entry(Self { agency: leaf, on }).or_default().push(Arc::new(row));
            }
        }
        Ok(answers)
    }
}

/// Under which agency another stands, and when.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = agency_placement)]
pub struct AgencyPlacement {
    /// First day (Asia/Ho_Chi_Minh); null if it was so before our records begin
    pub valid_from: Option<Date>,
    /// First day on which it is no longer so; the schema shows the day before
    #[graphql(skip)]
    #[diesel(column_name = valid_until)]
    pub ends_before: Option<Date>,
    /// True if a document says so; false if it follows from the law or the context
    pub stated: bool,
    /// On what it rests; null if nobody has said
    pub basis: Option<PlacementBasis>,
    /// Clause of the document that says so
    #[graphql(skip)]
    pub clause: Option<String>,
    /// What a careful reader should know about the source
    pub note: Option<String>,
    /// The agency above
    #[graphql(skip)]
    pub parent_id: Uuid,
    /// The document that says so
    #[graphql(skip)]
    pub document_id: Option<Uuid>,
}

relation!(
    /// All placements of an agency, the earliest first.
    PlacementsOf => AgencyPlacement,
    |reader, parents| agency_placement::table
        .filter(agency_placement::agency_id.eq_any(parents))
        .order((agency_placement::agency_id, agency_placement::valid_from.asc().nulls_first()))
        .select((agency_placement::agency_id, AgencyPlacement::as_select()))
);

/// A name that an agency had before.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = agency_name)]
pub struct FormerName {
    /// The name in Vietnamese
    #[graphql(skip)]
    pub name_vi: String,
    /// The name in English
    #[graphql(skip)]
    pub name_en: Option<String>,
    /// First day (Asia/Ho_Chi_Minh); null if it was so before our records begin
    pub valid_from: Option<Date>,
    /// First day on which it had another; the schema shows the day before
    #[graphql(skip)]
    #[diesel(column_name = valid_until)]
    pub ends_before: Date,
    /// What a careful reader should know about the source
    pub note: Option<String>,
    /// Clause of the document that gave it the next name
    #[graphql(skip)]
    pub clause: Option<String>,
    /// The document that gave it the next name
    #[graphql(skip)]
    pub document_id: Option<Uuid>,
}

relation!(
    /// The names that an agency had before, the earliest first.
    FormerNamesOf => FormerName,
    |reader, parents| agency_name::table
        .filter(agency_name::agency_id.eq_any(parents))
        .order((agency_name::agency_id, agency_name::valid_until))
        .select((agency_name::agency_id, FormerName::as_select()))
);

/// What a document says of an agency that does not simply exist.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = agency_existence)]
pub struct AgencyExistence {
    /// What it says
    pub state: ExistenceState,
    /// Clause of the document
    #[graphql(skip)]
    pub clause: String,
    /// The document
    #[graphql(skip)]
    pub document_id: Uuid,
}

relation!(
    /// What a document says of an agency's existence: one entry at most.
    ExistenceOf => AgencyExistence,
    |reader, parents| agency_existence::table
        .filter(agency_existence::agency_id.eq_any(parents))
        .select((agency_existence::agency_id, AgencyExistence::as_select()))
);

/// A reorganisation: which agencies became which.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = agency_succession)]
pub struct AgencySuccession {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// What kind of reorganisation it is
    pub kind: SuccessionKind,
    /// First day of the new order (Asia/Ho_Chi_Minh); null if the documents give no date
    pub effective_on: Option<Date>,
    /// Clause of the document that decides it
    #[graphql(skip)]
    pub clause: Option<String>,
    /// What a careful reader should know about the source
    pub note: Option<String>,
    /// The document that decides it
    #[graphql(skip)]
    pub document_id: Option<Uuid>,
}

text_enum! {
    /// The two sides of a reorganisation.
    pub enum SuccessionSide {
        /// Went in
        Predecessor => "PREDECESSOR",
        /// Came out
        Successor => "SUCCESSOR",
    }
}

relation!(
    /// The reorganisations an agency took part in, with its side.
    SuccessionsOf => (SuccessionSide, AgencySuccession),
    |reader, parents| agency_succession_party::table
        .inner_join(agency_succession::table)
        .filter(agency_succession_party::agency_id.eq_any(parents))
        .order((agency_succession_party::agency_id, agency_succession::effective_on.asc().nulls_last(), agency_succession::id))
        .select((agency_succession_party::agency_id, (agency_succession_party::side, AgencySuccession::as_select())))
);

relation!(
    /// Who took part in a reorganisation, with their sides, by name.
    PartiesOf => (SuccessionSide, Agency),
    |reader, parents| agency_succession_party::table
        .inner_join(agency::table)
        .filter(agency_succession_party::succession_id.eq_any(parents))
        .order((agency_succession_party::succession_id, agency::name_vi, agency::code))
        .select((agency_succession_party::succession_id, (agency_succession_party::side, Agency::as_select())))
);

//! What is mended of agencies, without a day: what documents call them and say of them, and where they are.

use std::collections::HashSet;

use async_graphql::InputObject;
use auth::{action::ManageAgencies, random};
use derive::boxed;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, SelectableHelper as _,
};
use diesel_async::RunQueryDsl as _;
use rust_decimal::{Decimal, prelude::FromPrimitive as _};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{NAME, NOUN, audit_snapshot, lock_and_load, out_of_reach, raise};
use crate::{
    Acting, Date, DbError, Id, Violation, ViolationCode,
    agency::{
        Agency, AgencyBlock, AgencyKind, AgencyLevel, ExistenceState, PlacementBasis, Receiver, SuccessionKind,
        SuccessionSide, receiver, receivers,
    },
    document::seen,
    input::{CLAUSE, Checks, Edit, NOTE, at_most, few, in_order, refused},
    schema::{
        agency, agency_existence, agency_member, agency_placement, agency_succession, agency_succession_party as party,
    },
    text::symbol,
    writer::{ChangeKind, Writing},
};

/// The longest province, in characters.
const PROVINCE: u16 = 100;
/// The most agencies of a group.
const MEMBERS: usize = 1_000;

/// What is mended of an agency. What is left out stays; null empties; a list takes the place of the one before.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AmendAgencyInput")]
pub struct Amendment {
    /// The agency
    pub agency: Id<Agency>,
    /// Its `version` as it was read
    pub expected_version: i32,
    /// Other names in use, as documents write them, at most 50 of at most 300 characters. Former names stay among them unless they are left
    /// out
    pub aliases: Option<Vec<String>>,
    /// Administrative level; null if the documents do not say
    #[graphql(default_with = "Edit::Stays")]
    pub level: Edit<AgencyLevel>,
    /// Province it belongs to, at most 100 characters; null for central bodies and enterprises
    #[graphql(default_with = "Edit::Stays")]
    pub province: Edit<String>,
    /// Of which side it is; null if not even its name tells
    #[graphql(default_with = "Edit::Stays")]
    pub block: Edit<AgencyBlock>,
    /// True if a document says of which side it is; false if it is read from the name
    pub block_stated: Option<bool>,
    /// Code of the area that it governs, by the General Statistics Office
    #[graphql(default_with = "Edit::Stays")]
    pub official_code: Edit<String>,
    /// Where it is; null if unknown
    #[graphql(default_with = "Edit::Stays")]
    pub location: Edit<NewLocation>,
    /// What says that it stands below the agency below which it stands today
    pub placement: Option<NewBasis>,
    /// Code of the agency below which a document announces that it will stand, without a date; null if none does
    #[graphql(default_with = "Edit::Stays")]
    pub planned_parent: Edit<String>,
    /// What a document says of it, if it does not simply exist; null if nothing is said
    #[graphql(default_with = "Edit::Stays")]
    pub existence: Edit<NewExistence>,
    /// What a careful reader should know about it, at most 2,000 characters
    #[graphql(default_with = "Edit::Stays")]
    pub note: Edit<String>,
}

/// A place on the map, in degrees (WGS 84).
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "LocationInput")]
pub struct NewLocation {
    /// Degrees north of the equator (vĩ độ), -90 to 90
    pub latitude: f64,
    /// Degrees east of Greenwich (kinh độ), -180 to 180
    pub longitude: f64,
}

/// On what it rests that an agency stands below another.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "PlacementBasisInput")]
pub struct NewBasis {
    /// On what: `STATED` if a document says so
    pub basis: PlacementBasis,
    /// Code of the document that says so
    pub document: Option<String>,
    /// Its clause, as printed, at most 40 characters
    pub clause: Option<String>,
}

/// What a document says of an agency that does not simply exist.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AgencyExistenceInput")]
pub struct NewExistence {
    /// What it says
    pub state: ExistenceState,
    /// Code of the document
    pub document: String,
    /// Its clause, as printed, at most 40 characters
    pub clause: String,
}

/// The members of a group, all of them.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "SetGroupMembersInput")]
pub struct Members {
    /// The group
    pub agency: Id<Agency>,
    /// Its `version` as it was read
    pub expected_version: i32,
    /// Its members, at most 1,000, none of them a group: whoever is not named is none any more
    pub members: Vec<NewMember>,
}

/// A member of a group.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "GroupMemberInput")]
pub struct NewMember {
    /// Code of the agency, which the viewer reaches
    pub agency: String,
    /// True if a document lists it; false if it follows from the group's name
    #[graphql(default)]
    pub stated: bool,
}

/// A reorganisation of which no document gives the day.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RecordSuccessionInput")]
pub struct NewSuccession {
    /// What kind of reorganisation it is
    pub kind: SuccessionKind,
    /// Codes of agencies that went in, also of such as are gone, at most 50; the viewer reaches them
    pub predecessors: Vec<String>,
    /// Codes of agencies that came out, at most 50; the viewer reaches them
    pub successors: Vec<String>,
    /// Code of the document that says so
    pub document: String,
    /// Its clause, as printed, at most 40 characters
    pub clause: Option<String>,
    /// What a careful reader should know about the source, at most 2,000 characters
    pub note: Option<String>,
}

impl Amendment {
    /// The texts as they are stored, and the aliases.
    fn clean(&mut self) -> Result<Option<Vec<Option<String>>>, DbError> {
        let mut checks = Checks::default();
        checks.edit("province", &mut self.province, PROVINCE);
        checks.edit("note", &mut self.note, NOTE);
        if let Some(NewBasis { clause, .. }) = &mut self.placement {
            *clause = checks.clause(clause.as_deref());
        }
        if let Edit::Becomes(NewExistence { clause, .. }) = &mut self.existence {
            *clause = checks.text("clause", &symbol(clause), CLAUSE);
        }
        let aliases = self.aliases.iter().flatten().map(|alias| Some(checks.text("aliases", alias, NAME)));
        let aliases: Vec<_> = aliases.collect();
        checks.passed()?;
        few(aliases.len(), "aliases")?;
        Ok(self.aliases.is_some().then_some(aliases))
    }

    /// Gives a row what it becomes.
    async fn onto(&self, writing: &mut Writing, row: &mut Agency) -> Result<(), DbError> {
        self.level.onto(&mut row.level);
        self.province.onto(&mut row.province);
        self.block.onto(&mut row.block);
        row.block_stated = self.block_stated.unwrap_or(row.block_stated) && row.block.is_some();
        self.official_code.onto(&mut row.official_code);
        self.note.onto(&mut row.note);
        match &self.planned_parent {
            Edit::Stays => {}
            Edit::Empties => row.planned_parent_id = None,
            Edit::Becomes(code) => {
                let today = writing.today();
                row.planned_parent_id = Some(receiver(writing, code, today, &["input", "plannedParent"]).await?);
            }
        }
        match &self.location {
            Edit::Stays => {}
            Edit::Empties => (row.latitude, row.longitude) = (None, None),
            Edit::Becomes(place) => {
                let degrees = |value: f64, most: f64| {
                    let degrees = Decimal::from_f64(value).filter(|_| value.abs() <= most);
                    degrees.ok_or_else(|| refused(ViolationCode::OutOfBounds, "location"))
                };
                row.latitude = Some(degrees(place.latitude, 90.0)?);
                row.longitude = Some(degrees(place.longitude, 180.0)?);
            }
        }
        Ok(())
    }
}

/// Mends what is known of an agency.
#[boxed]
pub async fn amend(acting: &Acting<ManageAgencies>, mut new: Amendment) -> Result<Agency, DbError> {
    let aliases = new.clean()?;
    let work = async |writing: &mut Writing| {
        let before = lock_and_load(acting, writing, &new.agency, new.expected_version).await?;
        let mut after = before.clone();
        after.aliases = aliases.unwrap_or(after.aliases);
        new.onto(writing, &mut after).await?;
        if let Some(basis) = &new.placement {
            say_why(acting, writing, before.id, basis).await?;
        }
        exist(acting, writing, before.id, &new.existence).await?;
        let beside = new.placement.is_some() || !matches!(new.existence, Edit::Stays);
        if !beside && after == before {
            return Err(refused(ViolationCode::Unchanged, "agency"));
        }
        after.version += 1;
        let changes = (
            (agency::aliases.eq(&after.aliases), agency::level.eq(after.level), agency::province.eq(&after.province)),
            (agency::block.eq(after.block), agency::block_stated.eq(after.block_stated)),
            (agency::latitude.eq(after.latitude), agency::longitude.eq(after.longitude)),
            (agency::official_code.eq(&after.official_code), agency::planned_parent_id.eq(after.planned_parent_id)),
            (agency::note.eq(&after.note), agency::version.eq(after.version)),
        );
        diesel::update(agency::table.find(after.id)).set(changes).execute(writing.connection()).await?;
        let (was, is) = (amended(&before), amended(&after));
        writing.record(&acting.permit, ChangeKind::Updated, (NOUN, after.id), Some(was), Some(is));
        Ok(after)
    };
    acting.write(work).await
}

/// An agency as the audit trail keeps it, with what is mended of one.
fn amended(row: &Agency) -> Value {
    let mut shown = audit_snapshot(row);
    if let Value::Object(fields) = &mut shown {
        let more = json!({ "aliases": row.aliases, "province": row.province, "officialCode": row.official_code, "note": row.note });
        fields.extend(more.as_object().cloned().unwrap_or_default());
    }
    shown
}

/// The id of the document that an administrator names and sees.
async fn document(acting: &Acting<ManageAgencies>, writing: &mut Writing, code: &str) -> Result<Uuid, DbError> {
    let found = seen(acting, writing, &[code.to_owned()], "document").await?;
    found.into_iter().next().map(|document| document.id).ok_or_else(|| refused(ViolationCode::NotFound, "document"))
}

/// Says why an agency stands where it stands today.
async fn say_why(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    id: Uuid,
    why: &NewBasis,
) -> Result<(), DbError> {
    let is_stated = why.basis == PlacementBasis::Stated;
    if !is_stated && (why.document.is_some() || why.clause.is_some()) {
        return Err(refused(ViolationCode::Incompatible, "placement"));
    }
    let by = match &why.document {
        Some(code) => Some(document(acting, writing, code).await?),
        None => None,
    };
    let today: Date = writing.today();
    let holds = agency_placement::table
        .filter(agency_placement::agency_id.eq(id))
        .filter(agency_placement::valid_from.is_null().or(agency_placement::valid_from.le(today)))
        .filter(agency_placement::valid_until.is_null().or(agency_placement::valid_until.gt(today)))
        .select(agency_placement::id);
    let place: Option<Uuid> = holds.first(writing.connection()).await.optional()?;
    let place = place.ok_or_else(|| refused(ViolationCode::NotInState, "placement"))?;
    let changes = (
        agency_placement::stated.eq(is_stated),
        agency_placement::basis.eq(why.basis),
        agency_placement::document_id.eq(by),
        agency_placement::clause.eq(&why.clause),
    );
    diesel::update(agency_placement::table.find(place)).set(changes).execute(writing.connection()).await?;
    Ok(())
}

/// Says what a document says of an agency that does not simply exist.
async fn exist(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    id: Uuid,
    existence: &Edit<NewExistence>,
) -> Result<(), DbError> {
    let before = agency_existence::table.find(id);
    match existence {
        Edit::Stays => {}
        Edit::Empties => {
            diesel::delete(before).execute(writing.connection()).await?;
        }
        Edit::Becomes(NewExistence { state, document: code, clause }) => {
            let by = document(acting, writing, code).await?;
            diesel::delete(before).execute(writing.connection()).await?;
            let row = (
                agency_existence::agency_id.eq(id),
                agency_existence::state.eq(state),
                agency_existence::document_id.eq(by),
                agency_existence::clause.eq(clause),
            );
            diesel::insert_into(agency_existence::table).values(row).execute(writing.connection()).await?;
        }
    }
    Ok(())
}

/// Says who belongs to a group: what is asked of the group is asked of each of them from now on.
#[boxed]
pub async fn set_members(acting: &Acting<ManageAgencies>, new: Members) -> Result<Agency, DbError> {
    at_most(MEMBERS, new.members.len(), "members")?;
    let work = async |writing: &mut Writing| {
        let before = lock_and_load(acting, writing, &new.agency, new.expected_version).await?;
        if before.kind != AgencyKind::AgencyGroup {
            return Err(refused(ViolationCode::NotInState, "agency"));
        }
        let members = members(acting, writing, &new.members).await?;
        let standing = agency_member::table.filter(agency_member::group_id.eq(before.id));
        let were: Vec<Uuid> = standing.select(agency_member::agency_id).load(writing.connection()).await?;
        diesel::delete(standing).execute(writing.connection()).await?;
        let rows = members.iter().map(|(member, stated)| {
            (
                agency_member::group_id.eq(before.id),
                agency_member::agency_id.eq(*member),
                agency_member::stated.eq(*stated),
            )
        });
        let rows: Vec<_> = rows.collect();
        diesel::insert_into(agency_member::table).values(rows).execute(writing.connection()).await?;
        raise(writing, &[before.id]).await?;
        let after = Agency { version: before.version + 1, ..before.clone() };
        let shown =
            |row: &Agency, members: usize| json!({ "code": row.code, "members": members, "version": row.version });
        let (was, is) = (shown(&before, were.len()), shown(&after, members.len()));
        writing.record(&acting.permit, ChangeKind::Updated, (NOUN, before.id), Some(was), Some(is));
        Ok(after)
    };
    acting.write(work).await
}

/// The ids of agencies that are there today and that the actor reaches, and whether a document lists them.
async fn members(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    typed: &[NewMember],
) -> Result<Vec<(Uuid, bool)>, DbError> {
    const FIELD: [&str; 3] = ["input", "members", "agency"];
    let codes: Vec<_> = typed.iter().map(|member| member.agency.clone()).collect();
    let today = writing.today();
    let found = receivers(writing, &codes, today).await?;
    let beyond = out_of_reach(acting, writing, found.values().map(|found| found.id)).await?;
    let (mut members, mut broken) = (Vec::new(), Vec::new());
    let mut known = HashSet::new();
    for (row, member) in (0..).zip(typed) {
        let at = |code| Violation { row: Some(row), ..Violation::of(code, &FIELD) };
        match Receiver::of(found.get(&member.agency), || at(ViolationCode::NotFound)) {
            Err(violation) => broken.push(violation),
            Ok(there) if !known.insert(there.id) => broken.push(at(ViolationCode::Duplicate)),
            Ok(there) if beyond.contains(&there.id) => broken.push(at(ViolationCode::OutOfReach)),
            Ok(there) => members.push((there.id, member.stated)),
        }
    }
    if broken.is_empty() { Ok(members) } else { Err(DbError::Violated(broken)) }
}

/// Records a reorganisation of which no document gives the day. Nothing passes to anybody by it.
#[boxed]
pub async fn record(acting: &Acting<ManageAgencies>, new: NewSuccession) -> Result<Vec<Agency>, DbError> {
    let mut checks = Checks::default();
    let clause = checks.clause(new.clause.as_deref());
    let note = checks.optional("note", new.note.as_deref(), NOTE);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let document = document(acting, writing, &new.document).await?;
        let before = reached(acting, writing, &new.predecessors, "predecessors").await?;
        let after = reached(acting, writing, &new.successors, "successors").await?;
        let id = random::id(writing.now());
        let row = (
            agency_succession::id.eq(id),
            agency_succession::kind.eq(new.kind),
            agency_succession::document_id.eq(document),
            agency_succession::clause.eq(clause),
            agency_succession::note.eq(note),
        );
        diesel::insert_into(agency_succession::table).values(row).execute(writing.connection()).await?;
        let sides = before.iter().map(|agency| (agency, SuccessionSide::Predecessor));
        let sides = sides.chain(after.iter().map(|agency| (agency, SuccessionSide::Successor)));
        let rows = sides
            .map(|(agency, side)| (party::succession_id.eq(id), party::agency_id.eq(agency.id), party::side.eq(side)));
        let rows: Vec<_> = rows.collect();
        diesel::insert_into(party::table).values(rows).execute(writing.connection()).await?;
        let mut told = before;
        told.extend(after);
        told.sort_by(|one, other| one.code.cmp(&other.code));
        told.dedup_by_key(|agency| agency.id);
        let ids: Vec<_> = told.iter().map(|agency| agency.id).collect();
        raise(writing, &ids).await?;
        let shown = json!({ "kind": new.kind, "predecessors": new.predecessors, "successors": new.successors, "document": new.document });
        for agency in &mut told {
            agency.version += 1;
            writing.record(&acting.permit, ChangeKind::Updated, (NOUN, agency.id), None, Some(shown.clone()));
        }
        Ok(told)
    };
    acting.write(work).await
}

/// Agencies, gone or not, that the actor reaches: at least one.
async fn reached(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    codes: &[String],
    field: &'static str,
) -> Result<Vec<Agency>, DbError> {
    if codes.is_empty() {
        return Err(refused(ViolationCode::Required, field));
    }
    let found = agency::table.filter(agency::code.eq_any(codes)).order(agency::id).select(Agency::as_select());
    let found: Vec<Agency> = found.for_update().load(writing.connection()).await?;
    in_order(codes, found.iter().map(|agency| (agency.code.clone(), agency.id)).collect(), field)?;
    let beyond = out_of_reach(acting, writing, found.iter().map(|agency| agency.id)).await?;
    if beyond.is_empty() { Ok(found) } else { Err(refused(ViolationCode::OutOfReach, field)) }
}

//! Agencies that are renamed, or moved in the tree.

use std::collections::HashMap;

use async_graphql::InputObject;
use auth::{action::ManageAgencies, random};
use derive::boxed;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, PgSortExpressionMethods as _, QueryDsl as _, QueryableByName,
    SelectableHelper as _,
    sql_types::{Array, Bool, Date as SqlDate, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use serde_json::json;
use uuid::Uuid;

use super::{
    Decided, Decision, NAME, NOUN, Reorganised, audit_snapshot, audited, decide, lock_and_load, only, out_of_reach,
};
use crate::{
    Acting, Date, DbError, Id, Violation, ViolationCode,
    agency::{Agency, PlacementBasis, Receiver, receivers},
    input::{Checks, refused},
    schema::{agency, agency_name, agency_placement},
    writer::{ChangeKind, Writing},
};

/// Another name.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AgencyNameInput")]
pub struct NewName {
    /// Its name from now on, in Vietnamese, at most 300 characters
    pub name_vi: String,
    /// Its name from now on, in English, at most 300 characters
    pub name_en: Option<String>,
}

/// Another name of an agency.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RenameAgencyInput")]
pub struct Renaming {
    /// The agency
    pub agency: Id<Agency>,
    /// Its `version` as it was read
    pub expected_version: i32,
    /// The name
    #[graphql(flatten)]
    pub name: NewName,
    /// What decides it; the day is today or earlier
    #[graphql(flatten)]
    pub decision: Decision,
}

/// Another place of an agency in the tree.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "MoveAgencyInput")]
pub struct Move {
    /// The agency
    pub agency: Id<Agency>,
    /// Its `version` as it was read
    pub expected_version: i32,
    /// Code of the agency above it from that day on
    pub parent: String,
    /// What decides it
    #[graphql(flatten)]
    pub decision: Decision,
}

/// Gives an agency another name. The one it had stands among its former names, and is still found.
#[boxed]
pub async fn rename(acting: &Acting<ManageAgencies>, new: Renaming) -> Result<Reorganised, DbError> {
    let work = async |writing: &mut Writing, decided: &Decided| {
        let before = lock_and_load(acting, writing, &new.agency, new.expected_version).await?;
        only(renamed(acting, writing, vec![(before, &new.name)], decided).await?)
    };
    decide(acting, &new.decision, work).await
}

/// Puts an agency below another, from a day on. Where it stood before stays so for the days before.
#[boxed]
pub async fn relocate(acting: &Acting<ManageAgencies>, new: Move) -> Result<Reorganised, DbError> {
    let work = async |writing: &mut Writing, decided: &Decided| {
        let before = lock_and_load(acting, writing, &new.agency, new.expected_version).await?;
        only(moved(acting, writing, &[(before, &new.parent)], decided).await?)
    };
    decide(acting, &new.decision, work).await
}

/// Documents go on to write an agency as it was.
const RENAME: &str = "UPDATE agency SET version = version + 1, name_vi = named.name_vi, name_en = named.name_en, \
        aliases = CASE WHEN agency.name_vi = named.name_vi THEN array_remove(aliases, named.name_vi) \
            ELSE array_append(array_remove(array_remove(aliases, named.name_vi), agency.name_vi COLLATE \"C\"), agency.name_vi COLLATE \"C\") END \
    FROM unnest($1, $2, $3) AS named (id, name_vi, name_en) WHERE agency.id = named.id";

/// Gives agencies other names.
pub(super) async fn renamed(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    renamed: Vec<(Agency, &NewName)>,
    decided: &Decided,
) -> Result<Vec<Reorganised>, DbError> {
    let mut after = Vec::new();
    for (before, new) in renamed {
        let mut checks = Checks::default();
        let name_vi = checks.text("nameVi", &new.name_vi, NAME);
        let name_en = checks.optional("nameEn", new.name_en.as_deref(), NAME);
        checks.passed()?;
        let version = before.version + 1;
        after.push((Agency { name_vi, name_en, version, ..before.clone() }, before));
    }
    decided.has_come(writing)?;
    let ids: Vec<Uuid> = after.iter().map(|(after, _)| after.id).collect();
    live(writing, &ids, decided.on).await?;
    if after.iter().any(|(after, before)| before.name_vi == after.name_vi && before.name_en == after.name_en) {
        return Err(refused(ViolationCode::Unchanged, "nameVi"));
    }
    keep_former_names(writing, after.iter().map(|(_, before)| before), &ids, decided).await?;
    diesel::sql_query(RENAME)
        .bind::<Array<SqlUuid>, _>(&ids)
        .bind::<Array<Text>, _>(after.iter().map(|(after, _)| after.name_vi.as_str()).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(after.iter().map(|(after, _)| after.name_en.as_deref()).collect::<Vec<_>>())
        .execute(writing.connection())
        .await?;
    for (after, before) in &after {
        let (was, is) = (audit_snapshot(before), audited(after, decided, json!({})));
        writing.record(&acting.permit, ChangeKind::Updated, (NOUN, after.id), Some(was), Some(is));
    }
    Ok(ids.into_iter().map(Reorganised::alone).collect())
}

/// Keeps the names that agencies have had until the day; refused if one was given that day or later.
async fn keep_former_names(
    writing: &mut Writing,
    agencies: impl Iterator<Item = &Agency>,
    ids: &[Uuid],
    decided: &Decided,
) -> Result<(), DbError> {
    let last = agency_name::table.filter(agency_name::agency_id.eq_any(ids)).group_by(agency_name::agency_id);
    let last = last.select((agency_name::agency_id, diesel::dsl::max(agency_name::valid_until)));
    let last: Vec<(Uuid, Option<Date>)> = last.load(writing.connection()).await?;
    let last: HashMap<Uuid, Option<Date>> = last.into_iter().collect();
    let mut former = Vec::new();
    for before in agencies {
        let since = last.get(&before.id).copied().flatten().or(before.opened_on);
        if since.is_some_and(|since| decided.on <= since) {
            return Err(refused(ViolationCode::OutOfBounds, "on"));
        }
        former.push((
            agency_name::id.eq(random::id(writing.now())),
            agency_name::agency_id.eq(before.id),
            agency_name::name_vi.eq(&before.name_vi),
            agency_name::name_en.eq(&before.name_en),
            agency_name::valid_from.eq(since),
            agency_name::valid_until.eq(decided.on),
            agency_name::document_id.eq(decided.document),
            agency_name::clause.eq(&decided.clause),
            agency_name::note.eq(&decided.note),
        ));
    }
    diesel::insert_into(agency_name::table).values(former).execute(writing.connection()).await?;
    Ok(())
}

/// Puts agencies below others.
pub(super) async fn moved(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    moved: &[(Agency, &str)],
    decided: &Decided,
) -> Result<Vec<Reorganised>, DbError> {
    let ids: Vec<Uuid> = moved.iter().map(|(agency, _)| agency.id).collect();
    live(writing, &ids, decided.on).await?;
    let codes: Vec<String> = moved.iter().map(|(_, below)| (*below).to_owned()).collect();
    let above = parents(acting, writing, &codes, decided.on).await?;
    let stood = leave(writing, &ids, decided.on).await?;
    let places: Vec<Place> =
        ids.iter().zip(&above).map(|(id, above)| Place { agency: *id, parent: above.id }).collect();
    if places.iter().any(|place| stood.get(&place.agency) == Some(&place.parent)) {
        return Err(refused(ViolationCode::Unchanged, "parent"));
    }
    if places.iter().any(|place| place.agency == place.parent) {
        return Err(refused(ViolationCode::Incompatible, "parent"));
    }
    place(writing, &places, decided).await?;
    super::raise(writing, &ids).await?;
    for ((before, _), above) in moved.iter().zip(&above) {
        let after = Agency { version: before.version + 1, ..before.clone() };
        let told = json!({ "from": stood.get(&before.id), "parent": above.code });
        let (was, is) = (audit_snapshot(before), audited(&after, decided, told));
        writing.record(&acting.permit, ChangeKind::Updated, (NOUN, before.id), Some(was), Some(is));
    }
    Ok(ids.into_iter().map(Reorganised::alone).collect())
}

/// The agencies above, in the order of the codes, if each is there on the day and the actor reaches it.
pub(super) async fn parents(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    codes: &[String],
    on: Date,
) -> Result<Vec<Agency>, DbError> {
    let found = receivers(writing, codes, on).await?;
    let not_found = || Violation::of(ViolationCode::NotFound, &["input", "parent"]);
    let gone = codes.iter().find_map(|code| Receiver::of(found.get(code), not_found).err());
    if let Some(gone) = gone {
        return Err(DbError::Violated(vec![gone]));
    }
    if !out_of_reach(acting, writing, found.values().map(|above| above.id)).await?.is_empty() {
        return Err(refused(ViolationCode::OutOfReach, "parent"));
    }
    let above = agency::table.filter(agency::code.eq_any(codes)).select(Agency::as_select());
    let above: Vec<Agency> = above.load(writing.connection()).await?;
    let above: HashMap<&str, &Agency> = above.iter().map(|above| (above.code.as_str(), above)).collect();
    codes
        .iter()
        .map(|code| above.get(code.as_str()).map(|above| Agency::clone(above)).ok_or(DbError::NotFound))
        .collect()
}

/// Refused if an agency is not there on the day, or no more.
pub(super) async fn live(writing: &mut Writing, ids: &[Uuid], on: Date) -> Result<(), DbError> {
    // One that is opened later is there on its first day, and not today.
    const GONE: &str = "SELECT EXISTS (SELECT FROM unnest($1) AS agency (id) \
        WHERE NOT agency_exists_on(agency.id, $2) OR NOT agency_exists_on(agency.id, greatest($2, $3))) AS gone";
    let today = writing.today();
    let query = diesel::sql_query(GONE).bind::<Array<SqlUuid>, _>(ids).bind::<SqlDate, _>(on).bind::<SqlDate, _>(today);
    let found: Gone = query.get_result(writing.connection()).await?;
    if found.gone { Err(refused(ViolationCode::NotInState, "agency")) } else { Ok(()) }
}

#[derive(QueryableByName)]
struct Gone {
    #[diesel(sql_type = Bool)]
    gone: bool,
}

/// Ends the places of agencies in the tree on a day, and says below whom each stood until then. What begins on that very day has held for
/// none, and is taken away. Refused if one is to be placed later.
pub(super) async fn leave(writing: &mut Writing, ids: &[Uuid], on: Date) -> Result<HashMap<Uuid, Uuid>, DbError> {
    let places: Vec<(Uuid, Uuid, Uuid, Option<Date>)> = agency_placement::table
        .filter(agency_placement::agency_id.eq_any(ids))
        .filter(agency_placement::valid_until.is_null().or(agency_placement::valid_until.gt(on)))
        .order(agency_placement::valid_from.asc().nulls_first())
        .select((
            agency_placement::id,
            agency_placement::agency_id,
            agency_placement::parent_id,
            agency_placement::valid_from,
        ))
        .load(writing.connection())
        .await?;
    if places.iter().any(|(.., from)| from.is_some_and(|from| from > on)) {
        return Err(refused(ViolationCode::OutOfBounds, "on"));
    }
    let (begun, held): (Vec<_>, Vec<_>) = places.iter().partition(|(.., from)| *from == Some(on));
    let ids = |of: Vec<&(Uuid, Uuid, Uuid, Option<Date>)>| of.iter().map(|(id, ..)| *id).collect::<Vec<Uuid>>();
    if !begun.is_empty() {
        let begun = agency_placement::table.filter(agency_placement::id.eq_any(ids(begun)));
        diesel::delete(begun).execute(writing.connection()).await?;
    }
    if !held.is_empty() {
        let held = agency_placement::table.filter(agency_placement::id.eq_any(ids(held)));
        diesel::update(held).set(agency_placement::valid_until.eq(on)).execute(writing.connection()).await?;
    }
    let mut stood = HashMap::new();
    for (_, agency, parent, _) in places {
        stood.entry(agency).or_insert(parent);
    }
    Ok(stood)
}

/// An agency, and the one below which it is placed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) agency: Uuid,
    pub(super) parent: Uuid,
}

/// Places agencies below others from a day on, as a document says.
pub(super) async fn place(writing: &mut Writing, places: &[Place], decided: &Decided) -> Result<(), DbError> {
    let rows = places.iter().map(|place| {
        (
            agency_placement::id.eq(random::id(writing.now())),
            agency_placement::agency_id.eq(place.agency),
            agency_placement::parent_id.eq(place.parent),
            agency_placement::valid_from.eq(decided.on),
            agency_placement::stated.eq(true),
            agency_placement::basis.eq(PlacementBasis::Stated),
            agency_placement::document_id.eq(decided.document),
            agency_placement::clause.eq(&decided.clause),
            agency_placement::note.eq(&decided.note),
        )
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        diesel::insert_into(agency_placement::table).values(rows).execute(writing.connection()).await?;
    }
    Ok(())
}

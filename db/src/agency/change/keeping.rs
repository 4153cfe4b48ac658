//! Agencies that are opened, renamed, or moved in the tree.

use std::cmp::max;

use async_graphql::InputObject;
use auth::{Reached, action::ManageAgencies, random};
use derive::boxed;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, PgSortExpressionMethods as _, QueryDsl as _,
    SelectableHelper as _,
};
use diesel_async::RunQueryDsl as _;
use serde_json::json;
use uuid::Uuid;

use super::{
    Decided, Decision, NAME, NOUN, Reorganised, audit_snapshot, audited, decide, is_there, lock_and_load, reaches,
};
use crate::{
    Acting, Date, DbError, Id, ViolationCode,
    agency::{Agency, AgencyBlock, AgencyKind, AgencyLevel, PlacementBasis, receiver},
    document::DocumentRelationKind,
    input::{Checks, refused},
    schema::{agency, agency_name, agency_placement, document_relation},
    writer::{ChangeKind, Writing},
};

/// The longest code and province, in characters.
const CODE: u16 = 64;
const PROVINCE: u16 = 100;

/// What an agency is that is to be opened.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AgencyToOpenInput")]
pub struct AgencyToOpen {
    /// Its code, which no other has: province prefix, dot, abbreviation, such as `qng.skhcn`; at most 64 characters
    pub code: String,
    /// Name in Vietnamese, at most 300 characters
    pub name_vi: String,
    /// Name in English, at most 300 characters
    pub name_en: Option<String>,
    /// What kind of body it is
    pub kind: AgencyKind,
    /// Administrative level; left out if the document does not say
    pub level: Option<AgencyLevel>,
    /// Province it belongs to; that of the agency above if left out
    pub province: Option<String>,
    /// Of which side it is, if the document says so
    pub block: Option<AgencyBlock>,
    /// Code of the area that it governs, by the General Statistics Office
    pub official_code: Option<String>,
    /// Code of the agency above it; left out for the top of a tree, which only an administrator of everything opens
    pub parent: Option<String>,
}

/// An agency to be opened.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "OpenAgencyInput")]
pub struct NewAgency {
    /// What it is
    #[graphql(flatten)]
    pub agency: AgencyToOpen,
    /// What decides it
    #[graphql(flatten)]
    pub decision: Decision,
}

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

/// Opens an agency below another that the actor reaches.
#[boxed]
pub async fn open(acting: &Acting<ManageAgencies>, new: NewAgency) -> Result<Reorganised, DbError> {
    let work = async |writing: &mut Writing, decided: &Decided| {
        Ok(Reorganised::alone(opened(acting, writing, &new.agency, decided).await?))
    };
    decide(acting, &new.decision, work).await
}

/// Gives an agency another name. The one it had stands among its former names, and is still found.
#[boxed]
pub async fn rename(acting: &Acting<ManageAgencies>, new: Renaming) -> Result<Reorganised, DbError> {
    let work = async |writing: &mut Writing, decided: &Decided| {
        let before = lock_and_load(acting, writing, &new.agency, new.expected_version).await?;
        renamed(acting, writing, before, &new.name, decided).await
    };
    decide(acting, &new.decision, work).await
}

/// Puts an agency below another, from a day on. Where it stood before stays so for the days before.
#[boxed]
pub async fn relocate(acting: &Acting<ManageAgencies>, new: Move) -> Result<Reorganised, DbError> {
    let work = async |writing: &mut Writing, decided: &Decided| {
        let before = lock_and_load(acting, writing, &new.agency, new.expected_version).await?;
        moved(acting, writing, before, &new.parent, decided).await
    };
    decide(acting, &new.decision, work).await
}

/// Opens an agency, and answers its id.
pub(super) async fn opened(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    new: &AgencyToOpen,
    decided: &Decided,
) -> Result<Uuid, DbError> {
    let parent = match &new.parent {
        Some(code) => Some(parent(acting, writing, code, decided.on).await?),
        None if *acting.permit.reach() == Reached::All => None,
        None => return Err(refused(ViolationCode::Required, "parent")),
    };
    let opened = insert(writing, new, parent.as_ref(), (Some(decided.on), decided.note.as_deref())).await?;
    let id = opened.id;
    if let Some(parent) = &parent {
        place(writing, id, parent.id, &Decided { note: None, ..decided.clone() }).await?;
    }
    let establishes = (
        document_relation::id.eq(random::id(writing.now())),
        document_relation::from_document_id.eq(decided.document),
        document_relation::kind.eq(DocumentRelationKind::Establishes),
        document_relation::to_agency_id.eq(id),
        document_relation::clause.eq(&decided.clause),
    );
    diesel::insert_into(document_relation::table).values(establishes).execute(writing.connection()).await?;
    let shown = audited(&opened, decided, json!({ "parent": new.parent }));
    writing.record(&acting.permit, ChangeKind::Created, (NOUN, id), None, Some(shown));
    writing.changed(ChangeKind::Updated, ("document", decided.document));
    Ok(id)
}

/// Adds an agency, with the day of its opening and a comment.
pub(super) async fn insert(
    writing: &mut Writing,
    new: &AgencyToOpen,
    parent: Option<&Agency>,
    (opened_on, note): (Option<Date>, Option<&str>),
) -> Result<Agency, DbError> {
    let mut checks = Checks::default();
    let code = checks.text("code", &new.code, CODE);
    let name_vi = checks.text("nameVi", &new.name_vi, NAME);
    let name_en = checks.optional("nameEn", new.name_en.as_deref(), NAME);
    let province = checks.optional("province", new.province.as_deref(), PROVINCE);
    checks.passed()?;
    let row = (
        agency::id.eq(random::id(writing.now())),
        agency::code.eq(code),
        agency::name_vi.eq(name_vi),
        agency::name_en.eq(name_en),
        agency::kind.eq(new.kind),
        agency::level.eq(new.level),
        agency::province.eq(province.or_else(|| parent.and_then(|parent| parent.province.clone()))),
        (agency::block.eq(new.block), agency::block_stated.eq(new.block.is_some())),
        agency::official_code.eq(&new.official_code),
        agency::opened_on.eq(opened_on),
        agency::note.eq(note),
    );
    let inserted = diesel::insert_into(agency::table).values(row).returning(Agency::as_returning());
    Ok(inserted.get_result(writing.connection()).await?)
}

pub(super) async fn renamed(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    before: Agency,
    new: &NewName,
    decided: &Decided,
) -> Result<Reorganised, DbError> {
    let mut checks = Checks::default();
    let name_vi = checks.text("nameVi", &new.name_vi, NAME);
    let name_en = checks.optional("nameEn", new.name_en.as_deref(), NAME);
    checks.passed()?;
    decided.has_come(writing)?;
    lives(writing, before.id, decided.on).await?;
    if before.name_vi == name_vi && before.name_en == name_en {
        return Err(refused(ViolationCode::Unchanged, "nameVi"));
    }
    let last = agency_name::table.filter(agency_name::agency_id.eq(before.id));
    let last: Option<Date> =
        last.select(diesel::dsl::max(agency_name::valid_until)).first(writing.connection()).await?;
    let since = last.or(before.opened_on);
    if since.is_some_and(|since| decided.on <= since) {
        return Err(refused(ViolationCode::OutOfBounds, "on"));
    }
    let former = (
        agency_name::id.eq(random::id(writing.now())),
        agency_name::agency_id.eq(before.id),
        agency_name::name_vi.eq(&before.name_vi),
        agency_name::name_en.eq(&before.name_en),
        agency_name::valid_from.eq(since),
        agency_name::valid_until.eq(decided.on),
        agency_name::document_id.eq(decided.document),
        agency_name::clause.eq(&decided.clause),
        agency_name::note.eq(&decided.note),
    );
    diesel::insert_into(agency_name::table).values(former).execute(writing.connection()).await?;
    // Documents go on to write it as it was.
    let former = (before.name_vi != name_vi).then(|| before.name_vi.clone());
    let others = before.aliases.iter().flatten().filter(|alias| **alias != name_vi && Some(*alias) != former.as_ref());
    let aliases = others.cloned().chain(former.clone()).map(Some).collect();
    let after = Agency { name_vi, name_en, aliases, version: before.version + 1, ..before.clone() };
    diesel::update(agency::table.find(before.id))
        .set((
            agency::name_vi.eq(&after.name_vi),
            agency::name_en.eq(&after.name_en),
            agency::aliases.eq(&after.aliases),
            agency::version.eq(after.version),
        ))
        .execute(writing.connection())
        .await?;
    let (was, is) = (audit_snapshot(&before), audited(&after, decided, json!({})));
    writing.record(&acting.permit, ChangeKind::Updated, (NOUN, before.id), Some(was), Some(is));
    Ok(Reorganised::alone(before.id))
}

pub(super) async fn moved(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    before: Agency,
    below: &str,
    decided: &Decided,
) -> Result<Reorganised, DbError> {
    lives(writing, before.id, decided.on).await?;
    let above = parent(acting, writing, below, decided.on).await?;
    let stood = leave(writing, before.id, decided.on).await?;
    if stood == Some(above.id) {
        return Err(refused(ViolationCode::Unchanged, "parent"));
    }
    if above.id == before.id {
        return Err(refused(ViolationCode::Incompatible, "parent"));
    }
    place(writing, before.id, above.id, decided).await?;
    super::raise(writing, &[before.id]).await?;
    let after = Agency { version: before.version + 1, ..before.clone() };
    let (was, is) = (audit_snapshot(&before), audited(&after, decided, json!({ "from": stood, "parent": above.code })));
    writing.record(&acting.permit, ChangeKind::Updated, (NOUN, before.id), Some(was), Some(is));
    Ok(Reorganised::alone(before.id))
}

/// The agency above, if it is there on the day and the actor reaches it.
pub(super) async fn parent(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    code: &str,
    on: Date,
) -> Result<Agency, DbError> {
    let id = receiver(writing, code, on, &["input", "parent"]).await?;
    if !reaches(acting, writing, id).await? {
        return Err(refused(ViolationCode::OutOfReach, "parent"));
    }
    Ok(agency::table.find(id).select(Agency::as_select()).first(writing.connection()).await?)
}

/// Refused if an agency is not there on the day, or no more.
pub(super) async fn lives(writing: &mut Writing, id: Uuid, on: Date) -> Result<(), DbError> {
    let today = writing.today();
    // One that is opened later is there on its first day, and not today.
    if is_there(writing, id, on).await? && is_there(writing, id, max(on, today)).await? {
        Ok(())
    } else {
        Err(refused(ViolationCode::NotInState, "agency"))
    }
}

/// Ends the place of an agency in the tree on a day, and says below whom it stood until then. What begins on that very day has held for
/// none, and is taken away. Refused if it is to be placed later.
pub(super) async fn leave(writing: &mut Writing, id: Uuid, on: Date) -> Result<Option<Uuid>, DbError> {
    let places: Vec<(Uuid, Uuid, Option<Date>)> = agency_placement::table
        .filter(agency_placement::agency_id.eq(id))
        .filter(agency_placement::valid_until.is_null().or(agency_placement::valid_until.gt(on)))
        .order(agency_placement::valid_from.asc().nulls_first())
        .select((agency_placement::id, agency_placement::parent_id, agency_placement::valid_from))
        .load(writing.connection())
        .await?;
    if places.iter().any(|(.., from)| from.is_some_and(|from| from > on)) {
        return Err(refused(ViolationCode::OutOfBounds, "on"));
    }
    for (place, _, from) in &places {
        let place = agency_placement::table.find(place);
        if *from == Some(on) {
            diesel::delete(place).execute(writing.connection()).await?;
        } else {
            diesel::update(place).set(agency_placement::valid_until.eq(on)).execute(writing.connection()).await?;
        }
    }
    Ok(places.into_iter().map(|(_, parent, _)| parent).next())
}

/// Places an agency below another from a day on, as a document says.
pub(super) async fn place(writing: &mut Writing, id: Uuid, parent: Uuid, decided: &Decided) -> Result<(), DbError> {
    let row = (
        agency_placement::id.eq(random::id(writing.now())),
        agency_placement::agency_id.eq(id),
        agency_placement::parent_id.eq(parent),
        agency_placement::valid_from.eq(decided.on),
        agency_placement::stated.eq(true),
        agency_placement::basis.eq(PlacementBasis::Stated),
        agency_placement::document_id.eq(decided.document),
        agency_placement::clause.eq(&decided.clause),
        agency_placement::note.eq(&decided.note),
    );
    diesel::insert_into(agency_placement::table).values(row).execute(writing.connection()).await?;
    Ok(())
}

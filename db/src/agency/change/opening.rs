//! Agencies that are opened, or come into the register.

use async_graphql::InputObject;
use auth::{Reached, action::ManageAgencies, random};
use derive::boxed;
use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryableByName, SelectableHelper as _,
    sql_types::{Array, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use serde_json::json;
use uuid::Uuid;

use super::{
    Decided, Decision, NAME, NOUN, Reorganised, audited, decide,
    keeping::{Place, parents, place},
};
use crate::{
    Acting, Date, DbError, ViolationCode,
    agency::{Agency, AgencyBlock, AgencyKind, AgencyLevel},
    document::DocumentRelationKind,
    input::{Checks, refused},
    schema::{agency, document_relation},
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

/// Opens an agency below another that the actor reaches.
#[boxed]
pub async fn open(acting: &Acting<ManageAgencies>, new: NewAgency) -> Result<Reorganised, DbError> {
    let work = async |writing: &mut Writing, decided: &Decided| {
        let opened = opened(acting, writing, &[&new.agency], decided).await?;
        if governs_with_another(writing, &opened).await?.is_some() {
            return Err(refused(ViolationCode::Taken, "officialCode"));
        }
        opened.into_iter().next().map(Reorganised::alone).ok_or(DbError::NotFound)
    };
    decide(acting, &new.decision, work).await
}

/// Opens agencies, and answers their ids. Whether another governs the area still is looked at in the end.
pub(super) async fn opened(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    new: &[&AgencyToOpen],
    decided: &Decided,
) -> Result<Vec<Uuid>, DbError> {
    let new = below(acting, writing, new, decided.on).await?;
    let opened = insert(writing, &new, (Some(decided.on), decided.note.as_deref())).await?;
    let places = opened.iter().zip(&new);
    let places =
        places.filter_map(|(agency, (_, above))| Some(Place { agency: agency.id, parent: above.as_ref()?.id }));
    place(writing, &places.collect::<Vec<_>>(), &Decided { note: None, ..decided.clone() }).await?;
    let establishes = opened.iter().map(|agency| {
        (
            document_relation::id.eq(random::id(writing.now())),
            document_relation::from_document_id.eq(decided.document),
            document_relation::kind.eq(DocumentRelationKind::Establishes),
            document_relation::to_agency_id.eq(agency.id),
            document_relation::clause.eq(&decided.clause),
        )
    });
    let establishes: Vec<_> = establishes.collect();
    diesel::insert_into(document_relation::table).values(establishes).execute(writing.connection()).await?;
    for (agency, (new, _)) in opened.iter().zip(&new) {
        let shown = audited(agency, decided, json!({ "parent": new.parent }));
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, agency.id), None, Some(shown));
    }
    writing.changed(ChangeKind::Updated, ("document", decided.document));
    Ok(opened.into_iter().map(|agency| agency.id).collect())
}

/// Agencies that are to come, with those above them, which are there on the day and within reach. Only who administers everything begins a
/// tree.
pub(super) async fn below<'a>(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    new: &[&'a AgencyToOpen],
    on: Date,
) -> Result<Vec<(&'a AgencyToOpen, Option<Agency>)>, DbError> {
    if *acting.permit.reach() != Reached::All && new.iter().any(|new| new.parent.is_none()) {
        return Err(refused(ViolationCode::Required, "parent"));
    }
    let codes: Vec<String> = new.iter().filter_map(|new| new.parent.clone()).collect();
    let mut above = parents(acting, writing, &codes, on).await?.into_iter();
    Ok(new.iter().map(|new| (*new, new.parent.as_ref().and_then(|_| above.next()))).collect())
}

/// Adds agencies below others, with the day of their opening and a comment.
pub(super) async fn insert(
    writing: &mut Writing,
    new: &[(&AgencyToOpen, Option<Agency>)],
    (opened_on, note): (Option<Date>, Option<&str>),
) -> Result<Vec<Agency>, DbError> {
    let mut rows = Vec::new();
    for (new, parent) in new {
        let mut checks = Checks::default();
        let code = checks.text("code", &new.code, CODE);
        let name_vi = checks.text("nameVi", &new.name_vi, NAME);
        let name_en = checks.optional("nameEn", new.name_en.as_deref(), NAME);
        let province = checks.optional("province", new.province.as_deref(), PROVINCE);
        checks.passed()?;
        rows.push((
            agency::id.eq(random::id(writing.now())),
            agency::code.eq(code),
            agency::name_vi.eq(name_vi),
            agency::name_en.eq(name_en),
            agency::kind.eq(new.kind),
            agency::level.eq(new.level),
            agency::province.eq(province.or_else(|| parent.as_ref().and_then(|parent| parent.province.clone()))),
            (agency::block.eq(new.block), agency::block_stated.eq(new.block.is_some())),
            agency::official_code.eq(&new.official_code),
            agency::opened_on.eq(opened_on),
            agency::note.eq(note),
        ));
    }
    // PostgreSQL answers them in the order in which they were given.
    let inserted = diesel::insert_into(agency::table).values(rows).returning(Agency::as_returning());
    Ok(inserted.get_results(writing.connection()).await?)
}

#[derive(QueryableByName)]
struct Governing {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The first of some agencies whose area another of its kind governs as well. PostgreSQL looks once more at the end of the transaction, for
/// what others have done meanwhile.
pub(super) async fn governs_with_another(writing: &mut Writing, ids: &[Uuid]) -> Result<Option<Uuid>, DbError> {
    const SHARED: &str = "SELECT own.id FROM unnest($1) WITH ORDINALITY AS named (id, place) JOIN agency own ON own.id = named.id \
        JOIN agency other ON other.official_code = own.official_code AND other.kind = own.kind AND other.closed_on IS NULL AND other.id <> own.id \
        WHERE own.closed_on IS NULL ORDER BY named.place LIMIT 1";
    let query = diesel::sql_query(SHARED).bind::<Array<SqlUuid>, _>(ids);
    let found: Option<Governing> = query.get_result(writing.connection()).await.optional()?;
    Ok(found.map(|found| found.id))
}

//! What changes digital systems: they are entered where documents name them, and mended.

use async_graphql::InputObject;
use auth::{action::KeepCatalogue, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _, dsl::max};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{DigitalSystem, DigitalSystemKind};
use crate::{
    Acting, DbError, Id, ViolationCode,
    clause::{self, SUMMARY, TITLE, rewrite, rewrite_documents},
    document::{
        change::{keeps, kept},
        seen,
    },
    enums::Visibility,
    id::tail,
    input::{CLAUSE, Checks, Edit, NOTE, few, in_order, refused},
    schema::{
        digital_system, digital_system_clause as standing, digital_system_document, digital_system_indicator, document,
    },
    text::symbol,
    visible::visible_to,
    writer::{ChangeKind, Writing},
};

const NOUN: &str = "digital_system";

/// The longest code and province, in characters.
const CODE: u16 = 60;
const PROVINCE: u16 = 200;

/// A digital system to be entered.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DefineDigitalSystemInput")]
pub struct NewDigitalSystem {
    /// Its code, which no other has: `sys`, province prefix and abbreviation, such as `sys.qng.ioc`; at most 60 characters
    pub code: String,
    /// Name in Vietnamese, at most 300 characters
    pub name_vi: String,
    /// Name in English, at most 300 characters
    pub name_en: String,
    /// What kind of system it is
    pub kind: DigitalSystemKind,
    /// True if a document names it; false if it only speaks of such systems
    #[graphql(default)]
    pub proper_name: bool,
    /// Where documents name it, at most 50: in the first at least, of a catalogue that the viewer keeps
    pub clauses: Vec<NewClause>,
    /// What else is known of it
    #[graphql(flatten)]
    pub details: Details,
}

/// What is mended of a digital system. What is left out stays; null empties; a list takes the place of the one before.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AmendDigitalSystemInput")]
pub struct Amendment {
    /// The digital system
    pub digital_system: Id<DigitalSystem>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// Name in Vietnamese, at most 300 characters
    pub name_vi: Option<String>,
    /// Name in English, at most 300 characters
    pub name_en: Option<String>,
    /// What kind of system it is
    pub kind: Option<DigitalSystemKind>,
    /// True if a document names it; false if it only speaks of such systems
    pub proper_name: Option<bool>,
    /// Where documents name it, at most 50: in the first at least, of a catalogue that the viewer keeps. Documents that the viewer may not
    /// see go on to name it
    pub clauses: Option<Vec<NewClause>>,
    /// What else changes
    #[graphql(flatten)]
    pub details: Details,
}

/// Where a document names a digital system.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DigitalSystemClauseInput")]
pub struct NewClause {
    /// Code of the document
    pub document: String,
    /// Its clause, as printed, at most 40 characters
    pub clause: String,
}

/// What is known of a digital system beside its name and its kind.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DigitalSystemDetailsInput")]
pub struct Details {
    /// Province it belongs to, at most 200 characters; null for central systems and those of the market
    #[graphql(default_with = "Edit::Stays")]
    pub province: Edit<String>,
    /// Code of the agency that owns it (chủ quản), also of one that is gone; null if no document says
    #[graphql(default_with = "Edit::Stays")]
    pub owner: Edit<String>,
    /// Code of the agency that is to build, run or review it, also of one that is gone; null if no document says
    #[graphql(default_with = "Edit::Stays")]
    pub responsible: Edit<String>,
    /// Code of the agency that is the system, such as an operations centre, also of one that is gone; null if it is no body
    #[graphql(default_with = "Edit::Stays")]
    pub agency: Edit<String>,
    /// What documents want of it, in Vietnamese, in your words, at most 2,000 characters; null if they only name it
    #[graphql(default_with = "Edit::Stays")]
    pub wanted_vi: Edit<String>,
    /// What documents want of it, in English, at most 2,000 characters
    #[graphql(default_with = "Edit::Stays")]
    pub wanted_en: Edit<String>,
    /// Whether it could give figures that are followed here
    pub gives_figures: Option<bool>,
    /// Whether it could take figures from here
    pub takes_figures: Option<bool>,
    /// Codes of the indicators that it has to do with, at most 50
    pub indicators: Option<Vec<String>>,
    /// Codes of other documents that have to do with it, at most 50. Those that the viewer may not see stay
    pub related_documents: Option<Vec<String>>,
    /// What a careful reader should know about the source, at most 2,000 characters
    #[graphql(default_with = "Edit::Stays")]
    pub note: Edit<String>,
}

impl Details {
    fn clean(&mut self, checks: &mut Checks) {
        checks.edit("province", &mut self.province, PROVINCE);
        checks.edit("wantedVi", &mut self.wanted_vi, SUMMARY);
        checks.edit("wantedEn", &mut self.wanted_en, SUMMARY);
        checks.edit("note", &mut self.note, NOTE);
    }

    /// Gives a row what it becomes.
    async fn onto(&self, writing: &mut Writing, row: &mut DigitalSystem) -> Result<(), DbError> {
        self.province.onto(&mut row.province);
        self.wanted_vi.onto(&mut row.wanted_vi);
        self.wanted_en.onto(&mut row.wanted_en);
        self.note.onto(&mut row.note);
        row.gives_figures = self.gives_figures.unwrap_or(row.gives_figures);
        row.takes_figures = self.takes_figures.unwrap_or(row.takes_figures);
        clause::agency(writing, &self.owner, "owner").await?.onto(&mut row.owner_id);
        clause::agency(writing, &self.responsible, "responsible").await?.onto(&mut row.responsible_id);
        clause::agency(writing, &self.agency, "agency").await?.onto(&mut row.agency_id);
        if row.wanted_en.is_some() && row.wanted_vi.is_none() {
            return Err(refused(ViolationCode::Required, "wantedVi"));
        }
        Ok(())
    }

    /// Writes anew what it has to do with; whether any of it was given.
    async fn relate(
        &self,
        acting: &Acting<KeepCatalogue>,
        writing: &mut Writing,
        system: Uuid,
    ) -> Result<bool, DbError> {
        if let Some(codes) = &self.indicators {
            let concerned = clause::indicators(writing, codes).await?;
            rewrite!(writing, digital_system_indicator, system_id = system; concerned.into_iter().map(|indicator| (
                digital_system_indicator::system_id.eq(system), digital_system_indicator::indicator_id.eq(indicator))));
        }
        if let Some(codes) = &self.related_documents {
            let related = clause::documents(acting, writing, codes, "relatedDocuments").await?;
            rewrite_documents!(acting, writing, digital_system_document, system_id = system; related);
        }
        Ok(self.indicators.is_some() || self.related_documents.is_some())
    }
}

/// Where documents name a system, as it is stored.
struct Clauses {
    /// Each document with its clause.
    rows: Vec<(Uuid, String)>,
    /// Whether everybody may read one of them.
    is_public: bool,
}

impl Clauses {
    /// Those that were typed, if the actor sees all the documents and keeps the first.
    async fn of(acting: &Acting<KeepCatalogue>, writing: &mut Writing, typed: &[NewClause]) -> Result<Self, DbError> {
        few(typed.len(), "clauses")?;
        let mut checks = Checks::default();
        let labels: Vec<_> = typed.iter().map(|named| checks.text("clauses", &symbol(&named.clause), CLAUSE)).collect();
        checks.passed()?;
        let codes: Vec<_> = typed.iter().map(|named| named.document.clone()).collect();
        let documents = seen(acting, writing, &codes, "clauses").await?;
        let first = documents.as_slice().first().ok_or_else(|| refused(ViolationCode::Required, "clauses"))?;
        kept(acting, writing, first, "clauses").await?;
        let is_public = documents.iter().any(|document| document.visibility == Visibility::Public);
        let rows = documents.iter().map(|document| document.id).zip(labels).collect();
        Ok(Self { rows, is_public })
    }

    /// Writes them anew, behind those in documents that the actor does not see.
    async fn write(self, acting: &Acting<KeepCatalogue>, writing: &mut Writing, system: Uuid) -> Result<(), DbError> {
        let seen = document::table.filter(visible_to(&acting.scope, document::table)).select(document::id);
        let all = standing::table.filter(standing::system_id.eq(system));
        diesel::delete(all.filter(standing::document_id.eq_any(seen))).execute(writing.connection()).await?;
        let last: Option<i32> = all.select(max(standing::position)).first(writing.connection()).await?;
        let rows = self.rows.into_iter().zip(last.unwrap_or_default() + 1..).map(|((document, clause), place)| {
            (
                standing::system_id.eq(system),
                standing::position.eq(place),
                standing::document_id.eq(document),
                standing::clause.eq(clause),
            )
        });
        diesel::insert_into(standing::table).values(rows.collect::<Vec<_>>()).execute(writing.connection()).await?;
        Ok(())
    }
}

/// Enters a digital system that documents name.
#[boxed]
pub async fn define(acting: &Acting<KeepCatalogue>, mut new: NewDigitalSystem) -> Result<DigitalSystem, DbError> {
    let mut checks = Checks::default();
    let code = checks.text("code", &symbol(&new.code), CODE);
    let name_vi = checks.text("nameVi", &new.name_vi, TITLE);
    let name_en = checks.text("nameEn", &new.name_en, TITLE);
    new.details.clean(&mut checks);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let clauses = Clauses::of(acting, writing, &new.clauses).await?;
        let id = random::id(writing.now());
        let mut row = DigitalSystem {
            id,
            // What is hidden takes no code that others could find taken.
            code: if clauses.is_public { code } else { format!("{code}~{}", tail(id)) },
            name_vi,
            name_en,
            kind: new.kind,
            proper_name: new.proper_name,
            province: None,
            wanted_vi: None,
            wanted_en: None,
            gives_figures: false,
            takes_figures: false,
            note: None,
            version: 1,
            owner_id: None,
            responsible_id: None,
            agency_id: None,
        };
        new.details.onto(writing, &mut row).await?;
        diesel::insert_into(digital_system::table).values(&row).execute(writing.connection()).await?;
        clauses.write(acting, writing, id).await?;
        new.details.relate(acting, writing, id).await?;
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, id), None, Some(audit_snapshot(&row)));
        Ok(row)
    };
    acting.write(work).await
}

/// Mends a digital system.
#[boxed]
pub async fn amend(acting: &Acting<KeepCatalogue>, mut new: Amendment) -> Result<DigitalSystem, DbError> {
    let id = new.digital_system.uuid()?;
    let mut checks = Checks::default();
    let name_vi = checks.optional("nameVi", new.name_vi.as_deref(), TITLE);
    let name_en = checks.optional("nameEn", new.name_en.as_deref(), TITLE);
    new.details.clean(&mut checks);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let found = digital_system::table.find(id).select(DigitalSystem::as_select()).for_no_key_update();
        let before: DigitalSystem = found.first(writing.connection()).await?;
        is_kept(acting, writing, id).await?;
        if before.version != new.expected_version {
            return Err(refused(ViolationCode::Stale, "expectedVersion"));
        }
        let mut after = before.clone();
        after.name_vi = name_vi.unwrap_or(after.name_vi);
        after.name_en = name_en.unwrap_or(after.name_en);
        after.kind = new.kind.unwrap_or(after.kind);
        after.proper_name = new.proper_name.unwrap_or(after.proper_name);
        new.details.onto(writing, &mut after).await?;
        if let Some(typed) = &new.clauses {
            Clauses::of(acting, writing, typed).await?.write(acting, writing, id).await?;
        }
        let related = new.details.relate(acting, writing, id).await?;
        if !related && new.clauses.is_none() && after == before {
            return Err(refused(ViolationCode::Unchanged, "digitalSystem"));
        }
        after.version += 1;
        write(writing, &after).await?;
        let (was, is) = (audit_snapshot(&before), audit_snapshot(&after));
        writing.record(&acting.permit, ChangeKind::Updated, (NOUN, id), Some(was), Some(is));
        Ok(after)
    };
    acting.write(work).await
}

async fn write(writing: &mut Writing, row: &DigitalSystem) -> Result<(), DbError> {
    use digital_system as columns;
    let changes = (
        (columns::name_vi.eq(&row.name_vi), columns::name_en.eq(&row.name_en)),
        (columns::kind.eq(row.kind), columns::proper_name.eq(row.proper_name), columns::province.eq(&row.province)),
        (columns::owner_id.eq(row.owner_id), columns::responsible_id.eq(row.responsible_id)),
        (columns::agency_id.eq(row.agency_id), columns::note.eq(&row.note), columns::version.eq(row.version)),
        (columns::wanted_vi.eq(&row.wanted_vi), columns::wanted_en.eq(&row.wanted_en)),
        (columns::gives_figures.eq(row.gives_figures), columns::takes_figures.eq(row.takes_figures)),
    );
    diesel::update(columns::table.find(row.id)).set(changes).execute(writing.connection()).await?;
    Ok(())
}

/// Not found unless the actor keeps the catalogue of the first document that names it.
async fn is_kept(acting: &Acting<KeepCatalogue>, writing: &mut Writing, system: Uuid) -> Result<(), DbError> {
    let naming = standing::table.filter(standing::system_id.eq(system)).order(standing::position);
    let first: Uuid = naming.select(standing::document_id).first(writing.connection()).await?;
    if keeps(acting, writing, first).await? { Ok(()) } else { Err(DbError::NotFound) }
}

/// The ids of systems that the actor sees, in the order of their codes: those that a document names which they see.
pub(crate) async fn named(
    acting: &Acting<KeepCatalogue>,
    writing: &mut Writing,
    codes: &[String],
) -> Result<Vec<Uuid>, DbError> {
    let naming = standing::table
        .inner_join(document::table)
        .filter(visible_to(&acting.scope, document::table))
        .select(standing::system_id);
    let found = digital_system::table
        .filter(digital_system::code.eq_any(codes))
        .filter(digital_system::id.eq_any(naming))
        .select((digital_system::code, digital_system::id));
    in_order(codes, found.load(writing.connection()).await?, "systems")
}

/// A digital system as the audit trail keeps it.
fn audit_snapshot(row: &DigitalSystem) -> Value {
    json!({ "code": row.code, "nameVi": row.name_vi, "kind": row.kind, "owner": row.owner_id, "responsible": row.responsible_id,
        "note": row.note, "version": row.version })
}

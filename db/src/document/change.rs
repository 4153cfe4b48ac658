//! What changes documents: they are registered, amended, related to one another, and revoked.

use async_graphql::InputObject;
use auth::{Action, Object, Permit, Principal, action::KeepCatalogue, random};
use chrono::{Datelike as _, NaiveDate};
use derive::boxed;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, NullableExpressionMethods as _, PgExpressionMethods as _,
    QueryDsl as _, SelectableHelper as _,
};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Document, DocumentKind, DocumentRelationKind, DocumentStatus, in_force, seen};
use crate::{
    Acting, Date, DbError, Id, Violation, ViolationCode,
    agency::{receiver, there_today},
    enums::{DatePrecision, Visibility},
    id::tail,
    input::{Checks, Edit, few, refused},
    noun::Boxed,
    programme::{ProgrammeDocumentRole, kept},
    schema::{document, document_relation, programme, programme_document, target},
    sql_functions,
    text::{fold, symbol},
    violation::Words,
    visible::visible_to,
    writer::{ChangeKind, Writing},
};

pub(crate) const NOUN: &str = "document";

/// The longest code, symbol and clause label, in characters.
const CODE: u16 = 100;
pub(crate) const CLAUSE: u16 = 40;
/// The longest title, and the longest issuer or date in words.
const TITLE: u16 = 500;
const WORDS: u16 = 200;
/// The longest comment on the source.
pub(crate) const NOTE: u16 = 2_000;

/// A document to be registered for the catalogue of a programme.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RegisterDocumentInput")]
pub struct NewDocument {
    /// Code of the programme for whose catalogue it is registered, which the viewer keeps: whoever keeps that amends it
    pub programme: String,
    /// As what the programme rests on it; left out if it is only named
    pub role: Option<ProgrammeDocumentRole>,
    /// Its code, at most 100 characters; left out, it is the symbol, which then has to be complete and not taken
    pub code: Option<String>,
    /// Number and symbol as printed, at most 100 characters; null if it has none
    pub symbol: Option<String>,
    /// False if the number is blank, as in `/TB-UBND`
    #[graphql(default = true)]
    pub symbol_complete: bool,
    /// What kind of document it is
    pub kind: DocumentKind,
    /// What it is about, in your words, in Vietnamese, at most 500 characters
    pub title: String,
    /// Code of the agency that issued it; null if it is none of the tree
    pub issuer: Option<String>,
    /// The issuer as the source writes it, if it is no agency of the tree, at most 200 characters
    pub issuer_name: Option<String>,
    /// Day of issue (Asia/Ho_Chi_Minh); any day of the month or year if only that is known; null if nothing is
    pub issued_on: Option<Date>,
    /// How much of `issuedOn` is known: DAY unless MONTH or YEAR is said
    pub issued_precision: Option<DatePrecision>,
    /// The date as written, where it is incomplete, at most 200 characters
    pub issued_words: Option<String>,
    /// ISSUED unless it is announced, a draft, or nobody knows
    #[graphql(default_with = "DocumentStatus::Issued")]
    pub status: DocumentStatus,
    /// Who may read it. This stays
    pub visibility: Visibility,
    /// Province it belongs to; null for central documents, at most 200 characters
    pub province: Option<String>,
    /// What it does to other documents and to agencies, at most 50
    #[graphql(default)]
    pub relations: Vec<NewRelation>,
    /// What a careful reader should know about the source, at most 2,000 characters
    pub note: Option<String>,
}

/// What a document does to another document, or to an agency.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DocumentRelationInput")]
pub struct NewRelation {
    /// What it does. REVOKES is said by `revokeDocument`; a plan that has targets is replaced by `replacePlan`
    pub kind: DocumentRelationKind,
    /// Code of the document it is done to; either this or `agency`
    pub document: Option<String>,
    /// Code of the agency it is done to: `SUBMITTED_TO`, `ESTABLISHES` and `PROPOSES` alone
    pub agency: Option<String>,
    /// Clause that says so, as printed, at most 40 characters
    pub clause: Option<String>,
}

/// What is mended of a document. What is left out stays; null empties.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AmendDocumentInput")]
pub struct Amendment {
    /// The document
    pub document: Id<Document>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// Number and symbol as printed, at most 100 characters. The code stays
    #[graphql(default_with = "Edit::Stays")]
    pub symbol: Edit<String>,
    /// False if the number is blank
    pub symbol_complete: Option<bool>,
    /// What kind of document it is
    pub kind: Option<DocumentKind>,
    /// What it is about, at most 500 characters
    pub title: Option<String>,
    /// Day of issue (Asia/Ho_Chi_Minh), with how much of it is known
    #[graphql(default_with = "Edit::Stays")]
    pub issued_on: Edit<Date>,
    /// How much of `issuedOn` is known: DAY unless MONTH or YEAR is said
    pub issued_precision: Option<DatePrecision>,
    /// The date as written, where it is incomplete, at most 200 characters
    #[graphql(default_with = "Edit::Stays")]
    pub issued_words: Edit<String>,
    /// DRAFT or ISSUED, of what was not issued yet
    pub status: Option<DocumentStatus>,
    /// What a careful reader should know about the source, at most 2,000 characters
    #[graphql(default_with = "Edit::Stays")]
    pub note: Edit<String>,
}

/// What else a document does to others.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RelateDocumentsInput")]
pub struct NewRelations {
    /// The document
    pub document: Id<Document>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// What it does to others, at most 50
    pub relations: Vec<NewRelation>,
}

/// Which document ends another.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RevokeDocumentInput")]
pub struct Revocation {
    /// The document that is revoked
    pub document: Id<Document>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// Code of the document that revokes it, which was issued and is in force
    pub by: String,
    /// Its clause, as printed, at most 40 characters
    pub clause: Option<String>,
    /// The day from which it no longer holds, today or earlier, and not before its own day of issue (Asia/Ho_Chi_Minh)
    pub effective_on: Date,
}

impl DocumentStatus {
    /// Whether amending it may bring a document from here to there.
    const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Planned, Self::Draft | Self::Issued) | (Self::Draft | Self::Unknown, Self::Issued)
        )
    }
}

/// Registers a document for the catalogue of a programme.
#[boxed]
pub async fn register(acting: &Acting<KeepCatalogue>, new: NewDocument) -> Result<Document, DbError> {
    let texts = Texts::of(&new)?;
    let work = async |writing: &mut Writing| {
        let programme = kept(writing, &acting.permit, &new.programme).await?.id;
        let id = random::id(writing.now());
        let (issued_on, issued_precision) = day(new.issued_on, new.issued_precision)?;
        if new.status == DocumentStatus::Issued && issued_on.is_some_and(|day| day > writing.today()) {
            return Err(refused(ViolationCode::TooEarly, "issuedOn"));
        }
        // Whoever is gone since then could issue it.
        let day_of_issue = issued_on.unwrap_or(writing.today());
        let issuer = match &new.issuer {
            Some(code) => Some(receiver(writing, code, day_of_issue, &["input", "issuer"]).await?),
            None => None,
        };
        if !matches!(
            new.status,
            DocumentStatus::Unknown | DocumentStatus::Planned | DocumentStatus::Draft | DocumentStatus::Issued
        ) {
            return Err(refused(ViolationCode::Incompatible, "status"));
        }
        let registered = Document {
            id,
            code: texts.code(&new, id)?,
            symbol: texts.symbol.clone(),
            symbol_complete: new.symbol_complete && texts.symbol.is_some(),
            kind: new.kind,
            title: texts.title.clone(),
            issuer_name: texts.issuer_name.clone(),
            issued_on,
            issued_precision,
            issued_words: texts.issued_words.clone(),
            status: new.status,
            visibility: new.visibility,
            province: texts.province.clone(),
            note: texts.note.clone(),
            version: 1,
            issuer_id: issuer,
            programme_id: Some(programme),
        };
        not_taken(acting, writing, &registered).await?;
        diesel::insert_into(document::table).values(&registered).execute(writing.connection()).await?;
        if let Some(role) = new.role {
            let resting = (
                programme_document::programme_id.eq(programme),
                programme_document::document_id.eq(id),
                programme_document::role.eq(role),
            );
            diesel::insert_into(programme_document::table).values(resting).execute(writing.connection()).await?;
            writing.changed(ChangeKind::Updated, ("programme", programme));
        }
        relate_to(acting, writing, &registered, &new.relations).await?;
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, id), None, Some(audit_snapshot(&registered)));
        Ok(registered)
    };
    acting.write(work).await
}

/// Mends what is known of a document, or says that it was issued.
#[boxed]
pub async fn amend(acting: &Acting<KeepCatalogue>, new: Amendment) -> Result<Document, DbError> {
    let id = new.document.uuid()?;
    let mut checks = Checks::default();
    let title = checks.optional("title", new.title.as_deref(), TITLE);
    let printed = new.symbol.as_opt_deref().map(|typed| typed.map(symbol));
    let printed = printed.map(|typed| checks.optional("symbol", typed.as_deref(), CODE));
    let issued_words = new.issued_words.as_opt_deref().map(|typed| checks.optional("issuedWords", typed, WORDS));
    let note = new.note.as_opt_deref().map(|typed| checks.optional("note", typed, NOTE));
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let before = lock_and_load(acting, writing, id, new.expected_version).await?;
        let mut after = Document { version: before.version + 1, ..before.clone() };
        match &new.issued_on {
            Edit::Stays if new.issued_precision.is_some() => {
                (after.issued_on, after.issued_precision) = day(before.issued_on, new.issued_precision)?;
            }
            Edit::Stays => {}
            Edit::Empties => (after.issued_on, after.issued_precision) = day(None, new.issued_precision)?,
            Edit::Becomes(on) => (after.issued_on, after.issued_precision) = day(Some(*on), new.issued_precision)?,
        }
        if let Some(status) = new.status.filter(|status| *status != before.status) {
            if !before.status.may_become(status) {
                return Err(refused(ViolationCode::NotInState, "status"));
            }
            after.status = status;
        }
        after.title = title.clone().unwrap_or(after.title);
        after.kind = new.kind.unwrap_or(after.kind);
        after.symbol = printed.clone().unwrap_or(after.symbol);
        after.symbol_complete = new.symbol_complete.unwrap_or(after.symbol_complete) && after.symbol.is_some();
        after.issued_words = issued_words.clone().unwrap_or(after.issued_words);
        after.note = note.clone().unwrap_or(after.note);
        if after == (Document { version: after.version, ..before.clone() }) {
            return Err(refused(ViolationCode::Unchanged, "document"));
        }
        if after.status == DocumentStatus::Issued && after.issued_on.is_some_and(|day| day > writing.today()) {
            return Err(refused(ViolationCode::TooEarly, "issuedOn"));
        }
        not_taken(acting, writing, &after).await?;
        let changes = (
            document::symbol.eq(&after.symbol),
            document::symbol_complete.eq(after.symbol_complete),
            document::kind.eq(after.kind),
            document::title.eq(&after.title),
            document::issued_on.eq(after.issued_on),
            document::issued_precision.eq(after.issued_precision),
            document::issued_words.eq(&after.issued_words),
            document::status.eq(after.status),
            document::note.eq(&after.note),
            document::version.eq(after.version),
        );
        diesel::update(document::table.find(id)).set(changes).execute(writing.connection()).await?;
        recorded(acting, writing, &before, &after);
        Ok(after)
    };
    acting.write(work).await
}

/// Says what else a document does to others.
#[boxed]
pub async fn relate(acting: &Acting<KeepCatalogue>, new: NewRelations) -> Result<Document, DbError> {
    let id = new.document.uuid()?;
    let work = async |writing: &mut Writing| {
        let before = lock_and_load(acting, writing, id, new.expected_version).await?;
        if new.relations.is_empty() {
            return Err(refused(ViolationCode::Required, "relations"));
        }
        relate_to(acting, writing, &before, &new.relations).await?;
        raise(acting, writing, before).await
    };
    acting.write(work).await
}

/// Revokes a document by another. What stands in it stays readable; its targets are demanded no longer from that day on.
#[boxed]
pub async fn revoke(acting: &Acting<KeepCatalogue>, new: Revocation) -> Result<Document, DbError> {
    let id = new.document.uuid()?;
    let mut checks = Checks::default();
    let clause = checks.optional("clause", new.clause.as_deref().map(symbol).as_deref(), CLAUSE);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let before = lock_and_load(acting, writing, id, new.expected_version).await?;
        let by = in_force(acting, writing, &new.by, &["input", "by"]).await?;
        if by.id == id {
            return Err(refused(ViolationCode::Incompatible, "by"));
        }
        end(acting, writing, before, DocumentRelationKind::Revokes, &by, new.effective_on, clause.clone()).await
    };
    acting.write(work).await
}

/// Ends a document by another from a day on, as one that is replaced or revoked.
pub(crate) async fn end(
    acting: &Acting<KeepCatalogue>,
    writing: &mut Writing,
    before: Document,
    kind: DocumentRelationKind,
    by: &Document,
    effective_on: Date,
    clause: Option<String>,
) -> Result<Document, DbError> {
    if !matches!(before.status, DocumentStatus::Unknown | DocumentStatus::Issued) {
        return Err(refused(ViolationCode::NotInState, "document"));
    }
    if effective_on > writing.today() {
        return Err(refused(ViolationCode::TooEarly, "effectiveOn"));
    }
    if before.issued_on.is_some_and(|issued| effective_on < issued) {
        return Err(refused(ViolationCode::OutOfBounds, "effectiveOn"));
    }
    // What is hidden would be given away by what it does to what is not.
    let relation = (
        document_relation::id.eq(random::id(writing.now())),
        document_relation::from_document_id.eq(by.id),
        document_relation::to_document_id.eq(before.id),
        document_relation::kind.eq(kind),
        document_relation::clause.eq(clause),
        document_relation::effective_on.eq(effective_on),
    );
    diesel::insert_into(document_relation::table).values(relation).execute(writing.connection()).await?;
    writing.changed(ChangeKind::Updated, (NOUN, by.id));
    let status = if kind == DocumentRelationKind::Revokes { DocumentStatus::Revoked } else { DocumentStatus::Replaced };
    let after = Document { status, version: before.version + 1, ..before.clone() };
    diesel::update(document::table.find(before.id))
        .set((document::status.eq(after.status), document::version.eq(after.version)))
        .execute(writing.connection())
        .await?;
    recorded(acting, writing, &before, &after);
    Ok(after)
}

/// Locks a document until the end of the transaction, and loads it; not found if somebody else keeps it.
pub(crate) async fn lock_and_load(
    acting: &Acting<KeepCatalogue>,
    writing: &mut Writing,
    id: Uuid,
    expected_version: i32,
) -> Result<Document, DbError> {
    let found = document::table
        .filter(document::id.eq(id))
        .filter(visible_to(&acting.scope, document::table))
        .select(Document::as_select())
        .for_no_key_update();
    let found: Document = found.first(writing.connection()).await?;
    let keepers: Vec<Uuid> = keepers(id).load(writing.connection()).await?;
    if !found.is_kept_by(&keepers, |object| acting.permit.holds_for(object)) {
        return Err(DbError::NotFound);
    }
    if found.version != expected_version {
        return Err(refused(ViolationCode::Stale, "expectedVersion"));
    }
    Ok(found)
}

/// Where the programmes hold that rest on a document, or for which it was registered.
fn keepers(id: Uuid) -> diesel::helper_types::Select<Boxed<programme::table>, programme::jurisdiction_id> {
    let resting = programme_document::table
        .filter(programme_document::document_id.eq(id))
        .select(programme_document::programme_id);
    let registered = document::table.filter(document::id.eq(id)).select(document::programme_id);
    programme::table
        .filter(programme::id.eq_any(resting).or(programme::id.nullable().eq_any(registered)))
        .into_boxed()
        .select(programme::jurisdiction_id)
}

impl Document {
    /// Whether a document belongs to a catalogue that somebody keeps: that of a programme that rests on it or for which it was
    /// registered, of which these are the jurisdictions, or that of its issuer.
    pub fn is_kept_by(&self, jurisdictions: &[Uuid], keeps: impl Fn(Object<'_>) -> bool) -> bool {
        jurisdictions
            .iter()
            .copied()
            .chain(self.issuer_id)
            .any(|agency| keeps(Object { agencies: &[agency], by: None }))
    }

    /// What somebody may do with it, as its keeper: amend it and relate it, and revoke it while it is in force.
    #[must_use]
    pub fn allows(&self, viewer: &Principal, jurisdictions: &[Uuid]) -> (bool, bool) {
        let keeps = self.is_kept_by(jurisdictions, |object| viewer.may_to(Action::KeepCatalogue, object));
        (keeps, keeps && matches!(self.status, DocumentStatus::Unknown | DocumentStatus::Issued))
    }
}

/// The texts of a [`NewDocument`] as they are stored.
struct Texts {
    code: Option<String>,
    symbol: Option<String>,
    title: String,
    issuer_name: Option<String>,
    issued_words: Option<String>,
    province: Option<String>,
    note: Option<String>,
}

impl Texts {
    fn of(new: &NewDocument) -> Result<Self, DbError> {
        let mut checks = Checks::default();
        let texts = Self {
            code: checks.optional("code", new.code.as_deref().map(symbol).as_deref(), CODE),
            symbol: checks.optional("symbol", new.symbol.as_deref().map(symbol).as_deref(), CODE),
            title: checks.text("title", &new.title, TITLE),
            issuer_name: checks.optional("issuerName", new.issuer_name.as_deref(), WORDS),
            issued_words: checks.optional("issuedWords", new.issued_words.as_deref(), WORDS),
            province: checks.optional("province", new.province.as_deref(), WORDS),
            note: checks.optional("note", new.note.as_deref(), NOTE),
        };
        checks.passed()?;
        Ok(texts)
    }

    /// What is hidden takes no code that others could find taken.
    fn code(&self, new: &NewDocument, id: Uuid) -> Result<String, DbError> {
        let symbol = self.symbol.clone().filter(|_| new.symbol_complete);
        let code = self.code.clone().or(symbol).ok_or_else(|| refused(ViolationCode::Required, "code"))?;
        Ok(if new.visibility == Visibility::Public { code } else { format!("{code}~{}", tail(id)) })
    }
}

/// A day of issue as it is stored, with how much of it is known.
fn day(on: Option<Date>, precision: Option<DatePrecision>) -> Result<(Option<Date>, DatePrecision), DbError> {
    let Some(Date(on)) = on else {
        return match precision {
            None | Some(DatePrecision::None) => Ok((None, DatePrecision::None)),
            Some(_) => Err(refused(ViolationCode::Required, "issuedOn")),
        };
    };
    let precision = precision.unwrap_or(DatePrecision::Day);
    let first = match precision {
        DatePrecision::Day => Some(on),
        DatePrecision::Month => NaiveDate::from_ymd_opt(on.year(), on.month(), 1),
        DatePrecision::Year => NaiveDate::from_ymd_opt(on.year(), 1, 1),
        DatePrecision::Quarter | DatePrecision::HalfYear | DatePrecision::None => None,
    };
    match first {
        Some(first) => Ok((Some(Date(first)), precision)),
        None => Err(refused(ViolationCode::Incompatible, "issuedPrecision")),
    }
}

/// Refused if another document has the same identity, issuer, symbol and date, or the same code in any spelling: named, if the actor
/// may see it.
async fn not_taken(acting: &Acting<KeepCatalogue>, writing: &mut Writing, new: &Document) -> Result<(), DbError> {
    let is_identical = document::symbol
        .eq(new.symbol.clone())
        .and(document::issuer_id.is_not_distinct_from(new.issuer_id))
        .and(document::issued_on.is_not_distinct_from(new.issued_on))
        .assume_not_null();
    for (field, taken) in [
        ("symbol", document::table.filter(is_identical).into_boxed()),
        ("code", document::table.filter(sql_functions::fold(document::code).eq(fold(&new.code))).into_boxed()),
    ] {
        let taken = taken.filter(document::id.ne(new.id)).order(document::code);
        let taken: Vec<(Uuid, String)> =
            taken.select((document::id, document::code)).load(writing.connection()).await?;
        let Some((id, code)) = taken.into_iter().next() else { continue };
        let shown = document::table.filter(document::id.eq(id)).filter(visible_to(&acting.scope, document::table));
        let shown: i64 = shown.count().get_result(writing.connection()).await?;
        let violation = Violation::of(ViolationCode::Taken, &["input", field]);
        return Err(DbError::Violated(vec![if shown > 0 { violation.about(code) } else { violation }]));
    }
    Ok(())
}

/// Adds what a document does to others. What it replaces is replaced, unless targets stand in it.
async fn relate_to(
    acting: &Acting<KeepCatalogue>,
    writing: &mut Writing,
    from: &Document,
    relations: &[NewRelation],
) -> Result<(), DbError> {
    few(relations.len(), "relations")?;
    let codes: Vec<String> = relations.iter().filter_map(|relation| relation.document.clone()).collect();
    let mut documents = seen(acting, writing, &codes, "relations").await?.into_iter();
    let codes: Vec<String> = relations.iter().filter_map(|relation| relation.agency.clone()).collect();
    let mut agencies = there_today(writing, &codes, "relations").await?.into_iter();
    for (place, relation) in relations.iter().enumerate() {
        let wrong = |code, field| {
            let violation = Violation::of(code, &["input", "relations", field]);
            Err(DbError::Violated(vec![Violation { row: i32::try_from(place).ok(), ..violation }]))
        };
        let (to, agency) = match (&relation.document, &relation.agency) {
            (Some(_), None) => (documents.next(), None),
            (None, Some(_)) => (None, agencies.next()),
            (None, None) => return wrong(ViolationCode::Required, "document"),
            (Some(_), Some(_)) => return wrong(ViolationCode::Incompatible, "agency"),
        };
        let of_agency = matches!(
            relation.kind,
            DocumentRelationKind::SubmittedTo | DocumentRelationKind::Establishes | DocumentRelationKind::Proposes
        );
        if agency.is_some() && !of_agency {
            return wrong(ViolationCode::Incompatible, "agency");
        }
        if relation.kind == DocumentRelationKind::Revokes {
            return wrong(ViolationCode::Incompatible, "kind");
        }
        let mut checks = Checks::default();
        let clause = checks.optional("relations", relation.clause.as_deref().map(symbol).as_deref(), CLAUSE);
        checks.passed()?;
        match to {
            Some(to) if to.id == from.id => return wrong(ViolationCode::Incompatible, "document"),
            Some(to) if relation.kind == DocumentRelationKind::Replaces => {
                let to = lock_and_load(acting, writing, to.id, to.version).await?;
                without_targets(writing, &to, place).await?;
                if !matches!(from.status, DocumentStatus::Issued) {
                    return wrong(ViolationCode::NotInState, "kind");
                }
                let day = from.issued_on.unwrap_or(writing.today());
                let day = to.issued_on.map_or(day, |issued| day.max(issued));
                end(acting, writing, to, relation.kind, from, day, clause).await?;
            }
            to => {
                let row = (
                    document_relation::id.eq(random::id(writing.now())),
                    document_relation::from_document_id.eq(from.id),
                    document_relation::kind.eq(relation.kind),
                    document_relation::to_document_id.eq(to.map(|to| to.id)),
                    document_relation::to_agency_id.eq(agency),
                    document_relation::clause.eq(clause),
                );
                diesel::insert_into(document_relation::table).values(row).execute(writing.connection()).await?;
            }
        }
    }
    Ok(())
}

/// A plan with targets is replaced as a plan, so that nobody loses them unawares.
async fn without_targets(writing: &mut Writing, to: &Document, place: usize) -> Result<(), DbError> {
    let standing = target::table.filter(target::document_id.eq(to.id)).filter(target::withdrawn_on.is_null());
    let standing: i64 = standing.count().get_result(writing.connection()).await?;
    if standing == 0 {
        return Ok(());
    }
    let words = Words {
        vi: format!("{} còn {standing} mục tiêu; hãy dùng replacePlan", to.code),
        en: format!("{standing} targets stand in {}: use replacePlan", to.code),
    };
    let violation = Violation::of(ViolationCode::NotInState, &["input", "relations", "document"]).saying(words);
    Err(DbError::Violated(vec![Violation { row: i32::try_from(place).ok(), ..violation }]))
}

/// Raises the version of a document of which something beside its row has changed.
async fn raise(acting: &Acting<KeepCatalogue>, writing: &mut Writing, before: Document) -> Result<Document, DbError> {
    let after = Document { version: before.version + 1, ..before.clone() };
    diesel::update(document::table.find(before.id))
        .set(document::version.eq(after.version))
        .execute(writing.connection())
        .await?;
    recorded(acting, writing, &before, &after);
    Ok(after)
}

fn recorded(acting: &Acting<KeepCatalogue>, writing: &mut Writing, before: &Document, after: &Document) {
    let permit: &Permit<KeepCatalogue> = &acting.permit;
    let (was, is) = (audit_snapshot(before), audit_snapshot(after));
    writing.record(permit, ChangeKind::Updated, (NOUN, after.id), Some(was), Some(is));
}

/// A document as the audit trail keeps it.
fn audit_snapshot(of: &Document) -> Value {
    json!({ "code": of.code, "symbol": of.symbol, "issuedOn": of.issued_on, "status": of.status, "visibility": of.visibility, "version": of.version })
}

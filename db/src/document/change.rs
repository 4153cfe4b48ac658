//! What changes documents: they are registered, amended, related to one another, and revoked.

use async_graphql::InputObject;
use auth::{Action, Object, Principal, action::KeepCatalogue, random};
use chrono::{Datelike as _, NaiveDate};
use derive::boxed;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, NullableExpressionMethods as _, PgExpressionMethods as _,
    QueryDsl as _, SelectableHelper as _,
};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Document, DocumentKind, DocumentRelationKind, DocumentStatus, in_force};
use crate::{
    Acting, Date, DbError, Id, Violation, ViolationCode,
    attachment::{Attachment, give_to_document},
    enums::DatePrecision,
    input::{Checks, Edit, NOTE, refused},
    noun::Boxed,
    programme::is_kept_by,
    schema::{document, document_relation, programme, programme_document},
    sql_functions,
    text::{fold, symbol},
    visible::visible_to,
    writer::{ChangeKind, Writing},
};

pub use self::{
    offices::{NewMeeting, NewOffice},
    register::{NewDocument, register},
    relate::{NewRelation, NewRelations, relate},
};

mod offices;
mod register;
mod relate;

pub(crate) const NOUN: &str = "document";

/// The longest code and symbol, in characters.
const CODE: u16 = 100;
/// The longest title, and the longest issuer or date in words.
const TITLE: u16 = 500;
const WORDS: u16 = 200;

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
    /// Who receives it, signs it, or took part in what it reports, by office, in its order, at most 50: all of them anew
    pub offices: Option<Vec<NewOffice>>,
    /// The meetings (cuộc họp) that it reports, in its order, at most 50: all of them anew
    pub meetings: Option<Vec<NewMeeting>>,
    /// Its files, such as its scan, which you have sent (`POST /files/attachments`) or which it has already, at most 20: all of them
    /// anew
    pub attachments: Option<Vec<Id<Attachment>>>,
    /// What a careful reader should know about the source, at most 2,000 characters
    #[graphql(default_with = "Edit::Stays")]
    pub note: Edit<String>,
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
    /// The day from which it no longer holds, today or earlier, and not before the day of issue of either (Asia/Ho_Chi_Minh)
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
        let beside = new.offices.is_some() || new.meetings.is_some() || new.attachments.is_some();
        if !beside && after == (Document { version: after.version, ..before.clone() }) {
            return Err(refused(ViolationCode::Unchanged, "document"));
        }
        if after.status == DocumentStatus::Issued && after.issued_on.is_some_and(|day| day > writing.today()) {
            return Err(refused(ViolationCode::TooEarly, "issuedOn"));
        }
        not_taken(acting, writing, &after).await?;
        if let Some(offices) = &new.offices {
            offices::name(writing, id, offices).await?;
        }
        if let Some(meetings) = &new.meetings {
            offices::report(writing, id, meetings).await?;
        }
        if let Some(named) = &new.attachments {
            give_to_document(writing, id, acting.permit.actor().account(), named).await?;
        }
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

/// Revokes a document by another. What stands in it stays readable; its targets are demanded no longer from that day on.
#[boxed]
pub async fn revoke(acting: &Acting<KeepCatalogue>, new: Revocation) -> Result<Document, DbError> {
    let id = new.document.uuid()?;
    let mut checks = Checks::default();
    let clause = checks.clause(new.clause.as_deref());
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
    // Nor before its successor's: what stands in both would be demanded by neither in between.
    if before.issued_on.max(by.issued_on).is_some_and(|issued| effective_on < issued) {
        return Err(refused(ViolationCode::OutOfBounds, "effectiveOn"));
    }
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
    if !is_kept(acting, writing, &found).await? {
        return Err(DbError::NotFound);
    }
    if found.version != expected_version {
        return Err(refused(ViolationCode::Stale, "expectedVersion"));
    }
    Ok(found)
}

async fn is_kept(acting: &Acting<KeepCatalogue>, writing: &mut Writing, document: &Document) -> Result<bool, DbError> {
    let keepers: Vec<Uuid> = keepers(document.id).load(writing.connection()).await?;
    Ok(document.is_kept_by(&keepers, |object| acting.permit.holds_for(object)))
}

/// Refused beside the field if a document that the actor sees belongs to a catalogue of somebody else.
pub(crate) async fn kept(
    acting: &Acting<KeepCatalogue>,
    writing: &mut Writing,
    document: &Document,
    field: &'static str,
) -> Result<(), DbError> {
    if is_kept(acting, writing, document).await? { Ok(()) } else { Err(refused(ViolationCode::OutOfReach, field)) }
}

/// Whether the actor sees a document and keeps its catalogue.
pub(crate) async fn keeps(acting: &Acting<KeepCatalogue>, writing: &mut Writing, id: Uuid) -> Result<bool, DbError> {
    let found = document::table
        .filter(document::id.eq(id))
        .filter(visible_to(&acting.scope, document::table))
        .select(Document::as_select());
    let found: Vec<Document> = found.load(writing.connection()).await?;
    match found.as_slice().first() {
        Some(found) => is_kept(acting, writing, found).await,
        None => Ok(false),
    }
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
        is_kept_by(jurisdictions, &keeps) || is_kept_by(self.issuer_id.as_slice(), &keeps)
    }

    /// What somebody may do with it, as its keeper: amend it and relate it, and revoke it while it is in force.
    #[must_use]
    pub fn allows(&self, viewer: &Principal, jurisdictions: &[Uuid]) -> (bool, bool) {
        let keeps = self.is_kept_by(jurisdictions, |object| viewer.may_to(Action::KeepCatalogue, object));
        (keeps, keeps && matches!(self.status, DocumentStatus::Unknown | DocumentStatus::Issued))
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

fn recorded(acting: &Acting<KeepCatalogue>, writing: &mut Writing, before: &Document, after: &Document) {
    let (was, is) = (audit_snapshot(before), audit_snapshot(after));
    writing.record(&acting.permit, ChangeKind::Updated, (NOUN, after.id), Some(was), Some(is));
}

/// A document as the audit trail keeps it.
fn audit_snapshot(of: &Document) -> Value {
    json!({ "code": of.code, "symbol": of.symbol, "issuedOn": of.issued_on, "status": of.status, "visibility": of.visibility, "version": of.version })
}

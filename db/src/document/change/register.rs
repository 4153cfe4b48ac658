//! How a document is registered.

use async_graphql::InputObject;
use auth::{action::KeepCatalogue, random};
use derive::boxed;
use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{
    CODE, Document, DocumentKind, DocumentStatus, NOUN, NewMeeting, NewOffice, TITLE, WORDS, audit_snapshot, day,
    not_taken, offices,
    relate::{NewRelation, relate_to},
};
use crate::{
    Acting, Date, DbError, ViolationCode,
    agency::receiver,
    enums::{DatePrecision, Visibility},
    id::tail,
    input::{Checks, NOTE, refused},
    programme::{ProgrammeDocumentRole, kept},
    schema::{document, programme_document},
    text::symbol,
    writer::{ChangeKind, Writing},
};

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
    /// Who receives it, signs it, or took part in what it reports, by office, in its order, at most 50
    #[graphql(default)]
    pub offices: Vec<NewOffice>,
    /// The meetings (cuộc họp) that it reports, in its order, at most 50
    #[graphql(default)]
    pub meetings: Vec<NewMeeting>,
    /// What a careful reader should know about the source, at most 2,000 characters
    pub note: Option<String>,
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
        offices::name(writing, id, &new.offices).await?;
        offices::report(writing, id, &new.meetings).await?;
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, id), None, Some(audit_snapshot(&registered)));
        Ok(registered)
    };
    acting.write(work).await
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

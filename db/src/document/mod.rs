//! Documents (văn bản) and what they do to one another.

pub mod change;

use async_graphql::{Enum, InputObject};
use auth::Acts;
use diesel::{dsl::exists, helper_types as ty, pg::Pg, prelude::*};
use diesel_async::RunQueryDsl;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Acting, Date, DbError, Reader, Violation, ViolationCode,
    enums::{DatePrecision, SortDirection, Visibility},
    input::{few, refused},
    lateral::Parent,
    noun::{Boxed, Stored, StoredBelow, names, noun, relation},
    page::{Cursor, Key, Page, Tie, by_nullable_key, by_tie},
    schema::{agency, document, document_relation, programme, programme_document},
    search::{containing, matching},
    sql_functions,
    text::fold,
    text_enum::text_enum,
    visible::{refers_to_visible, visible, visible_to},
    writer::Writing,
};

text_enum! {
    /// What kind of document it is.
    pub enum DocumentKind {
        /// Resolution (nghị quyết)
        Resolution => "RESOLUTION",
        /// Law (luật)
        Law => "LAW",
        /// Decree (nghị định)
        Decree => "DECREE",
        /// Circular (thông tư)
        Circular => "CIRCULAR",
        /// Decision (quyết định)
        Decision => "DECISION",
        /// Plan (kế hoạch)
        Plan => "PLAN",
        /// Action plan (kế hoạch hành động)
        ActionPlan => "ACTION_PLAN",
        /// Programme (chương trình)
        Programme => "PROGRAMME",
        /// Scheme (đề án)
        Scheme => "SCHEME",
        /// Strategy (chiến lược)
        Strategy => "STRATEGY",
        /// Regulation (quy chế)
        Regulation => "REGULATION",
        /// Notice (thông báo)
        Notice => "NOTICE",
        /// Notice of a meeting's conclusions (thông báo kết luận)
        Conclusion => "CONCLUSION",
        /// Official letter (công văn)
        OfficialLetter => "OFFICIAL_LETTER",
        /// Submission to a higher authority (tờ trình)
        Submission => "SUBMISSION",
        /// Report (báo cáo)
        Report => "REPORT",
        /// Set of indicators (bộ chỉ số)
        IndicatorSet => "INDICATOR_SET",
        /// Agreement (thỏa thuận)
        Agreement => "AGREEMENT",
        /// List (danh mục)
        List => "LIST",
        /// A newspaper's report: no administrative document
        News => "NEWS",
    }
}

text_enum! {
    /// Whether a document is in force.
    pub enum DocumentStatus {
        /// The sources do not say
        Unknown => "UNKNOWN",
        /// Announced, not yet issued
        Planned => "PLANNED",
        /// A draft
        Draft => "DRAFT",
        /// Issued and in force
        Issued => "ISSUED",
        /// Another document has taken its place
        Replaced => "REPLACED",
        /// No longer in force
        Revoked => "REVOKED",
    }
}

text_enum! {
    /// What one document does to another document, or to an agency.
    pub enum DocumentRelationKind {
        /// Takes its place (thay thế)
        Replaces => "REPLACES",
        /// Ends it, and takes no place (bãi bỏ)
        Revokes => "REVOKES",
        /// Changes parts of it (sửa đổi, bổ sung)
        Amends => "AMENDS",
        /// Carries it out (thực hiện)
        Implements => "IMPLEMENTS",
        /// Tells others to carry it out
        DirectsImplementationOf => "DIRECTS_IMPLEMENTATION_OF",
        /// Names it as a basis (căn cứ)
        References => "REFERENCES",
        /// Continues it
        Follows => "FOLLOWS",
        /// Is sent up to it (kính gửi, trình)
        SubmittedTo => "SUBMITTED_TO",
        /// Answers it (trả lời)
        RespondsTo => "RESPONDS_TO",
        /// Brings it into being (thành lập)
        Establishes => "ESTABLISHES",
        /// Asks for it
        Proposes => "PROPOSES",
        /// Approves it (phê duyệt)
        Approves => "APPROVES",
        /// Reports on it
        ReportsOn => "REPORTS_ON",
    }
}

/// A document (văn bản): resolution, plan, notice. Its identity is issuer, symbol and date; a number alone is repeated by
/// other provinces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Insertable, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = document)]
pub struct Document {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Stable short key of this system: the symbol where it is unique, otherwise a name in words
    pub code: String,
    /// Number and symbol as printed: `359-KH/TU`; null if the sources name the document without one
    pub symbol: Option<String>,
    /// False if the number is blank (`/TB-UBND`) or absent
    pub symbol_complete: bool,
    /// What kind of document it is
    pub kind: DocumentKind,
    /// What it is about, in our words, in Vietnamese
    pub title: String,
    /// The issuer as the source writes it, where it is no agency of the tree
    pub issuer_name: Option<String>,
    /// Day of issue (Asia/Ho_Chi_Minh); the first day of the month or year if only that is known; null if the sources give none
    pub issued_on: Option<Date>,
    /// How much of `issuedOn` the sources state
    pub issued_precision: DatePrecision,
    /// The date as written, where it is incomplete
    pub issued_words: Option<String>,
    /// Whether it is in force
    pub status: DocumentStatus,
    /// Who may read it
    pub visibility: Visibility,
    /// Province it belongs to; null for central documents
    pub province: Option<String>,
    /// What a careful reader should know about the source
    pub note: Option<String>,
    /// Raised by each change: give it as `expectedVersion`
    pub version: i32,
    /// Who issued it
    #[graphql(skip)]
    pub issuer_id: Option<Uuid>,
    /// The programme for whose catalogue it was registered
    #[graphql(skip)]
    pub programme_id: Option<Uuid>,
}

/// Narrows a list of documents. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct DocumentFilter {
    /// Number and symbol as printed; case, tone marks and the kind of dashes do not matter
    pub symbol: Option<String>,
    /// Code of the agency that issued it
    pub issuer: Option<String>,
    /// Any of these kinds
    pub kinds: Option<Vec<DocumentKind>>,
    /// Any of these statuses
    pub statuses: Option<Vec<DocumentStatus>>,
    /// Province, exactly as `province` shows it
    pub province: Option<String>,
    /// Code of a programme that rests on it
    pub programme: Option<String>,
    /// Issued on this day or later; documents without a date are left out
    pub issued_from: Option<Date>,
    /// Issued on this day or earlier; documents without a date are left out
    pub issued_until: Option<Date>,
    /// Every word of it occurs in symbol, title or code, whole; the last may end in `*` and is then the
    /// beginning of a word. Tone marks, case, i or y (tỉ, tỷ) and the kind of dashes do not matter
    pub text: Option<String>,
}

/// What documents are sorted by. Those of equal value follow by code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Enum)]
pub enum DocumentSort {
    /// Day of issue; those without one come last, in either direction
    #[default]
    IssuedOn,
    /// Code
    Code,
}

/// How documents are sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, InputObject)]
pub struct DocumentOrder {
    /// What to sort by
    #[graphql(default)]
    pub by: DocumentSort,
    /// In which direction
    #[graphql(default)]
    pub direction: SortDirection,
}

/// The objects that have lists of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentLink {
    /// Issued by an agency
    Issuer,
    /// A programme rests on them
    Programme,
}

/// The document of a code, in any spelling, the one that is written so first. Who may see it is asked by whoever looks.
pub(crate) fn of_code(code: &str) -> Boxed<document::table> {
    document::table
        .filter(sql_functions::fold(document::code).eq(fold(code)))
        .order(document::code.eq(code.to_owned()).desc())
        .limit(1)
        .into_boxed()
}

/// The document of a code that something new rests on: one that the actor sees, was issued and is in force. Else `field` has to be
/// mended; of one that was replaced it is said by what.
pub(crate) async fn in_force<A: Acts>(
    acting: &Acting<A>,
    writing: &mut Writing,
    code: &str,
    field: &[&'static str],
) -> Result<Document, DbError> {
    let found = of_code(code).filter(visible_to(&acting.scope, document::table)).select(Document::as_select());
    let found: Option<Document> = RunQueryDsl::first(found, writing.connection()).await.optional()?;
    let document = found.ok_or_else(|| DbError::violated(ViolationCode::NotFound, field))?;
    if matches!(document.status, DocumentStatus::Issued | DocumentStatus::Unknown) {
        return Ok(document);
    }
    let replacing = document::table
        .inner_join(document_relation::table.on(document_relation::from_document_id.eq(document::id)))
        .filter(document_relation::to_document_id.eq(document.id))
        .filter(document_relation::kind.eq(DocumentRelationKind::Replaces))
        .filter(visible_to(&acting.scope, document::table))
        .order(document::code)
        .select(document::code);
    let replacing: Vec<String> = RunQueryDsl::load(replacing, writing.connection()).await?;
    let violation = Violation::of(ViolationCode::NotInState, field);
    let violation = if replacing.is_empty() { violation } else { violation.about(replacing.join(", ")) };
    Err(DbError::Violated(vec![violation]))
}

/// The documents of the codes, in any spelling, in their order: in one statement. Refused beside the field if there are too many, or
/// one that the actor may not see, which is like one that is not there.
pub(crate) async fn seen<A: Acts>(
    acting: &Acting<A>,
    writing: &mut Writing,
    codes: &[String],
    field: &'static str,
) -> Result<Vec<Document>, DbError> {
    few(codes.len(), field)?;
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    let folded: Vec<String> = codes.iter().map(|code| fold(code)).collect();
    let found = document::table
        .filter(sql_functions::fold(document::code).eq_any(&folded))
        .filter(visible_to(&acting.scope, document::table))
        .order(document::code)
        .select(Document::as_select());
    let found: Vec<Document> = RunQueryDsl::load(found, writing.connection()).await?;
    let of_code = |(code, folded): (&String, &String)| {
        let exactly = found.iter().find(|document| document.code == *code);
        exactly.or_else(|| found.iter().find(|document| fold(&document.code) == *folded)).cloned()
    };
    let documents = codes.iter().zip(&folded).map(of_code).collect::<Option<_>>();
    documents.ok_or_else(|| refused(ViolationCode::NotFound, field))
}

/// The id of the document of a code: a hidden document's code is like one that nobody has.
pub(crate) fn id_of_code(
    reader: &Reader,
    code: &str,
) -> ty::IntoBoxed<'static, ty::Select<document::table, document::id>, Pg> {
    of_code(code).filter(visible(reader, document::table)).select(document::id)
}

names!(DocumentFilter { issuer: Agency, programme: Programme });

impl Stored for Document {
    type Query = Boxed<document::table>;
    type Filter = DocumentFilter;
    type Sort = DocumentOrder;

    fn filtered(reader: &Reader, filter: &DocumentFilter) -> Self::Query {
        let mut query = document::table.filter(visible(reader, document::table)).into_boxed();
        if let Some(symbol) = filter.symbol.clone() {
            let symbol = fold(&symbol);
            // The first condition has an index.
            query = query.filter(document::search_text.like(containing(&symbol)));
            query = query.filter(sql_functions::fold_nullable(document::symbol).eq(symbol));
        }
        if let Some(code) = filter.issuer.clone() {
            let issuer = agency::table.filter(agency::code.eq(code)).select(agency::id).single_value();
            query = query.filter(document::issuer_id.eq(issuer));
        }
        if let Some(kinds) = filter.kinds.clone() {
            query = query.filter(document::kind.eq_any(kinds));
        }
        if let Some(statuses) = filter.statuses.clone() {
            query = query.filter(document::status.eq_any(statuses));
        }
        if let Some(province) = filter.province.clone() {
            query = query.filter(document::province.eq(province));
        }
        if let Some(code) = filter.programme.clone() {
            let carrying = programme_document::table
                .inner_join(programme::table)
                .filter(programme::code.eq(code))
                .select(programme_document::document_id);
            query = query.filter(document::id.eq_any(carrying));
        }
        if let Some(day) = filter.issued_from {
            query = query.filter(document::issued_on.ge(day));
        }
        if let Some(day) = filter.issued_until {
            query = query.filter(document::issued_on.le(day));
        }
        matching!(query, document::search_text, filter.text)
    }

    fn sorted(query: Self::Query, order: DocumentOrder, page: &Page) -> Result<Self::Query, DbError> {
        let falling = order.direction == SortDirection::Descending;
        Ok(match order.by {
            DocumentSort::IssuedOn => {
                by_nullable_key!(query, page, falling, document::issued_on, Day, document::code, Code)
            }
            DocumentSort::Code => by_tie!(query, page, falling, document::code, Code),
        })
    }

    fn cursor(&self, order: DocumentOrder) -> Cursor {
        let key = match order.by {
            DocumentSort::IssuedOn => Some(Key::Day(self.issued_on)),
            DocumentSort::Code => None,
        };
        Cursor { key, tie: Tie::Code(self.code.clone()) }
    }
}

impl StoredBelow for Document {
    type Link = DocumentLink;

    fn below(query: Self::Query, link: DocumentLink) -> Self::Query {
        match link {
            DocumentLink::Issuer => query.filter(document::issuer_id.eq(Parent.nullable())),
            DocumentLink::Programme => {
                let carrying = programme_document::table
                    .filter(programme_document::programme_id.eq(Parent))
                    .select(programme_document::document_id);
                query.filter(document::id.eq_any(carrying))
            }
        }
    }
}

noun!(Document, document, tag b'd', coded by code as folded, listed below);

relation!(
    /// Where the programmes hold that rest on a document or for which it was registered: whose catalogue it belongs to.
    KeepersOf => Uuid,
    |reader, parents| document::table
        .inner_join(programme::table.on(programme::id.nullable().eq(document::programme_id).or(exists(
            programme_document::table
                .filter(programme_document::programme_id.eq(programme::id))
                .filter(programme_document::document_id.eq(document::id)),
        ))))
        .filter(document::id.eq_any(parents))
        .order((document::id, programme::id))
        .select((document::id, programme::jurisdiction_id))
);

/// What a document does to another document, or to an agency.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = document_relation)]
pub struct DocumentRelation {
    /// What it does
    pub kind: DocumentRelationKind,
    /// Clause that says so
    pub clause: Option<String>,
    /// The day from which it has replaced or revoked the other (Asia/Ho_Chi_Minh); null: from its day of issue, and for all else
    pub effective_on: Option<Date>,
    /// The document that does it
    #[graphql(skip)]
    pub from_document_id: Uuid,
    /// The document it is done to
    #[graphql(skip)]
    pub to_document_id: Option<Uuid>,
    /// The agency it is done to
    #[graphql(skip)]
    pub to_agency_id: Option<Uuid>,
}

relation!(
    /// What a document does to others that the reader may see.
    RelationsFrom => DocumentRelation,
    |reader, parents| document_relation::table
        .filter(document_relation::from_document_id.eq_any(parents))
        .filter(
            document_relation::to_document_id
                .is_null()
                .or(refers_to_visible(reader, document_relation::to_document_id, document::table)),
        )
        .order((document_relation::from_document_id, document_relation::kind, document_relation::id))
        .select((document_relation::from_document_id, DocumentRelation::as_select()))
);

relation!(
    /// What others that the reader may see do to a document.
    RelationsTo => DocumentRelation,
    |reader, parents| document_relation::table
        .filter(document_relation::to_document_id.eq_any(parents))
        .filter(refers_to_visible(reader, document_relation::from_document_id, document::table))
        .order((document_relation::to_document_id, document_relation::kind, document_relation::id))
        .select((document_relation::to_document_id.assume_not_null(), DocumentRelation::as_select()))
);

//! What clauses of documents name and serve, as it is typed: for measures, goals, digital systems and period reports.
//!
//! A document names bodies as they were on its day, so one that is gone since then may be named all the same.

use async_graphql::InputObject;
use auth::{Acts, action::KeepCatalogue};
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use crate::{
    Acting, DbError, Violation, ViolationCode,
    document::{Document, seen},
    input::{Checks, Edit, few, in_order, refused},
    schema::{agency, document, indicator, programme},
    text::symbol,
    visible::visible_to,
    writer::Writing,
};

/// The longest title, heading and summary of a clause, in characters.
pub(crate) const TITLE: u16 = 300;
pub(crate) const SUMMARY: u16 = 2_000;
/// The longest words that are copied from it, in characters.
pub(crate) const WORDS: u16 = 300;

/// Whom a clause names: one of the two.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "NamedBodyInput")]
pub struct NewBody {
    /// Code of the agency that it names, also of one that is gone
    pub agency: Option<String>,
    /// The body as written, if it is no agency of the tree, at most 300 characters
    pub words: Option<String>,
}

/// An indicator that a clause serves.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ServedIndicatorInput")]
pub struct NewService {
    /// Code of the indicator
    pub indicator: String,
    /// True if the document says so; false if it is our reading of the two texts
    #[graphql(default)]
    pub stated: bool,
}

/// A body that a clause names, as it is stored: an agency, or words.
pub(crate) type Body = (Option<Uuid>, Option<String>);

/// Refused beside a field of one of the rows.
fn row(code: ViolationCode, place: usize, list: &'static str, field: &'static str) -> DbError {
    let violation = Violation::of(code, &["input", list, field]);
    DbError::Violated(vec![Violation { row: i32::try_from(place).ok(), ..violation }])
}

/// Topics as they are stored: each a few words.
pub(crate) fn topics(typed: &[String]) -> Result<Vec<Option<String>>, DbError> {
    few(typed.len(), "topics")?;
    let mut checks = Checks::default();
    let topics = typed.iter().map(|topic| Some(checks.text("topics", topic, WORDS))).collect();
    checks.passed()?;
    Ok(topics)
}

/// The ids of agencies, gone or not, in the order of their codes.
pub(crate) async fn agencies(
    writing: &mut Writing,
    codes: &[String],
    field: &'static str,
) -> Result<Vec<Uuid>, DbError> {
    let found = agency::table.filter(agency::code.eq_any(codes)).select((agency::code, agency::id));
    in_order(codes, found.load(writing.connection()).await?, field)
}

/// The id of the agency that a field becomes, or that it stays or is emptied.
pub(crate) async fn agency(
    writing: &mut Writing,
    code: &Edit<String>,
    field: &'static str,
) -> Result<Edit<Uuid>, DbError> {
    Ok(match code {
        Edit::Stays => Edit::Stays,
        Edit::Empties => Edit::Empties,
        Edit::Becomes(code) => {
            let found = agencies(writing, std::slice::from_ref(code), field).await?;
            found.into_iter().next().map_or(Edit::Empties, Edit::Becomes)
        }
    })
}

/// Whom a clause names, in the order of the document.
pub(crate) async fn bodies(writing: &mut Writing, named: &[NewBody], list: &'static str) -> Result<Vec<Body>, DbError> {
    few(named.len(), list)?;
    let codes: Vec<_> = named.iter().filter_map(|body| body.agency.clone()).collect();
    let mut ids = agencies(writing, &codes, list).await?.into_iter();
    let mut found = Vec::new();
    for (place, body) in named.iter().enumerate() {
        let mut checks = Checks::default();
        let words = checks.optional(list, body.words.as_deref(), WORDS);
        checks.passed()?;
        found.push(match (&body.agency, words) {
            (Some(_), None) => (ids.next(), None),
            (None, Some(words)) => (None, Some(words)),
            (None, None) => return Err(row(ViolationCode::Required, place, list, "agency")),
            (Some(_), Some(_)) => return Err(row(ViolationCode::Incompatible, place, list, "words")),
        });
    }
    Ok(found)
}

/// The ids of indicators, in the order of their codes.
pub(crate) async fn indicators(writing: &mut Writing, codes: &[String]) -> Result<Vec<Uuid>, DbError> {
    let found = indicator::table.filter(indicator::code.eq_any(codes)).select((indicator::code, indicator::id));
    in_order(codes, found.load(writing.connection()).await?, "indicators")
}

/// The indicators that a clause serves, and whether it says so.
pub(crate) async fn served(writing: &mut Writing, served: &[NewService]) -> Result<Vec<(Uuid, bool)>, DbError> {
    let codes: Vec<_> = served.iter().map(|it| it.indicator.clone()).collect();
    let ids = indicators(writing, &codes).await?;
    Ok(ids.into_iter().zip(served.iter().map(|it| it.stated)).collect())
}

/// The ids of documents that the actor sees, each once.
pub(crate) async fn documents<A: Acts>(
    acting: &Acting<A>,
    writing: &mut Writing,
    codes: &[String],
    field: &'static str,
) -> Result<Vec<Uuid>, DbError> {
    let found = seen(acting, writing, codes, field).await?;
    let mut ids: Vec<_> = found.into_iter().map(|document| document.id).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() < all { Err(refused(ViolationCode::Duplicate, field)) } else { Ok(ids) }
}

/// The document in which something new stands, held so that what stands in it is numbered one after the other.
pub(crate) async fn standing<A: Acts>(
    acting: &Acting<A>,
    writing: &mut Writing,
    code: &str,
) -> Result<Document, DbError> {
    let found = seen(acting, writing, &[code.to_owned()], "document").await?.into_iter().next();
    let found = found.ok_or(DbError::NotFound)?;
    let held = document::table.find(found.id).select(document::id).for_no_key_update();
    held.first::<Uuid>(writing.connection()).await?;
    Ok(found)
}

/// The code of what stands in a document: that of the document with that of the item, or of the clause.
pub(crate) fn code(document: &Document, item: Option<&str>, clause: &str) -> String {
    format!("{}:{}", document.code, item.unwrap_or(clause))
}

/// A clause as printed, which has to be there.
pub(crate) fn clause(checks: &mut Checks, typed: &str, most: u16) -> String {
    checks.text("clause", &symbol(typed), most)
}

/// Not found unless the actor sees the document in which something stands, and keeps the catalogue of its programme.
pub(crate) async fn belongs(
    acting: &Acting<KeepCatalogue>,
    writing: &mut Writing,
    programme: Uuid,
    document: Uuid,
) -> Result<(), DbError> {
    let shown = document::table.filter(document::id.eq(document)).filter(visible_to(&acting.scope, document::table));
    shown.select(Document::as_select()).first::<Document>(writing.connection()).await?;
    let within = programme::table.find(programme).select(programme::jurisdiction_id);
    let within: Uuid = within.first(writing.connection()).await?;
    if acting.permit.reach().holds(Some(within)) { Ok(()) } else { Err(DbError::NotFound) }
}

/// Writes anew what stands beside a row, in the order of the list: `rewrite!(writing, table, column = id; rows)`.
macro_rules! rewrite {
    ($writing:ident, $table:ident, $column:ident = $id:expr; $rows:expr) => {{
        diesel::delete($table::table.filter($table::$column.eq($id))).execute($writing.connection()).await?;
        diesel::insert_into($table::table).values($rows.collect::<Vec<_>>()).execute($writing.connection()).await?;
    }};
}

/// The same for documents: those that the actor does not see stay.
macro_rules! rewrite_documents {
    ($acting:ident, $writing:ident, $table:ident, $column:ident = $id:expr; $documents:expr) => {{
        let seen = document::table.filter(visible_to(&$acting.scope, document::table)).select(document::id);
        let standing = $table::table.filter($table::$column.eq($id)).filter($table::document_id.eq_any(seen));
        diesel::delete(standing).execute($writing.connection()).await?;
        let rows = $documents.into_iter().map(|document| ($table::$column.eq($id), $table::document_id.eq(document)));
        diesel::insert_into($table::table).values(rows.collect::<Vec<_>>()).execute($writing.connection()).await?;
    }};
}

pub(crate) use {rewrite, rewrite_documents};

//! Mappings (ánh xạ cột): which headings of an agency's own sheet stand for which columns of the form. Whoever submits figures for the
//! agency keeps them. An import has a copy of what it is read by, so that a change of its mapping changes nothing of it.

use async_graphql::InputObject;
use auth::{Acts as _, action::SubmitMeasurement, random};
use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{
    ExpressionMethods as _, NullableExpressionMethods as _, OptionalExtension as _, QueryDsl as _, Queryable,
    Selectable, SelectableHelper as _,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    serialize::{self, Output, ToSql},
    sql_types::Jsonb,
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ImportKind, send::agency_of};
use crate::{
    Acting, DbError, Id, Reader, Violation, ViolationCode,
    access::Auth,
    input::{Checks, refused},
    noun::{Boxed, Stored, names, noun},
    page::{Cursor, Key, Page, Tie, by_key},
    schema::{agency, import_mapping},
    text::{check_text, fold},
    writer::{AuditEvent, Writing},
};

const NOUN: &str = "import_mapping";

/// The longest name and heading, in characters.
const NAME: u16 = 60;
const HEADING: usize = 200;

/// The most headings of one mapping.
const MOST: u8 = 40;

impl ImportKind {
    /// What can be read from a column of such a file: the keys of its form.
    #[must_use]
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Figures => &[
                "indicator",
                "name",
                "subject",
                "unit",
                "period",
                "last",
                "bounds",
                "value",
                "numerator",
                "denominator",
                "narrative",
                "observation",
                "note",
                "comment",
                "expectedVersion",
            ],
            Self::Progress => &[
                "directive",
                "title",
                "due",
                "last",
                "period",
                "percent",
                "narrative",
                "obstacles",
                "evidence",
                "expectedVersion",
            ],
        }
    }
}

/// A heading of an agency's own sheet, and what stands below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[graphql(directive = Auth::apply(auth::Action::SubmitMeasurement))]
pub struct ImportColumn {
    /// The heading, as the agency writes it; it is found without tone marks and in any case
    pub heading: String,
    /// The field that stands below it, such as `value`
    pub field: String,
}

/// The headings of a mapping, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
pub struct ImportColumns(pub Vec<ImportColumn>);

impl FromSql<Jsonb, Pg> for ImportColumns {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(serde_json::from_value(FromSql::<Jsonb, Pg>::from_sql(bytes)?)?)
    }
}

impl ToSql<Jsonb, Pg> for ImportColumns {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Jsonb, Pg>::to_sql(&serde_json::to_value(self)?, &mut out.reborrow())
    }
}

/// Which headings of an agency's own sheet stand for which columns of the form (ánh xạ cột).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = import_mapping)]
pub struct ImportMapping {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// What the rows of such a sheet are
    pub kind: ImportKind,
    /// What the agency calls it
    pub name: String,
    /// Raised by each change: send it back as `expectedVersion`
    pub version: i32,
    /// When it was saved first, in UTC
    pub created_at: DateTime<Utc>,
    /// When it was changed last, in UTC
    pub changed_at: DateTime<Utc>,
    /// Whose sheet it is
    #[graphql(skip)]
    pub agency_id: Uuid,
    /// The headings
    #[graphql(skip)]
    pub headings: ImportColumns,
}

/// Narrows a list of mappings. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ImportMappingFilter {
    /// Code of the agency that reports
    pub agency: Option<String>,
    /// What the rows of the sheet are
    pub kind: Option<ImportKind>,
}

names!(ImportMappingFilter { agency: Agency });

impl Stored for ImportMapping {
    type Query = Boxed<import_mapping::table>;
    type Filter = ImportMappingFilter;
    type Sort = ();

    fn filtered(reader: &Reader, filter: &ImportMappingFilter) -> Self::Query {
        let mut query = import_mapping::table.into_boxed();
        if let Some(agencies) = reader.scope().imports().ids() {
            query = query.filter(import_mapping::agency_id.eq_any(agencies));
        }
        if let Some(code) = filter.agency.clone() {
            let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id).single_value();
            query = query.filter(import_mapping::agency_id.nullable().eq(of_code));
        }
        if let Some(kind) = filter.kind {
            query = query.filter(import_mapping::kind.eq(kind));
        }
        query
    }

    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_key!(query, page, false, import_mapping::name, Text, import_mapping::id, Id))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: Some(Key::Text(self.name.clone())), tie: Tie::Id(self.id) }
    }
}

noun!(ImportMapping, import_mapping, tag b'M');

/// A mapping to be saved: a new one, or in the place of the one of that name.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "SaveImportMappingInput")]
pub struct NewMapping {
    /// Code of the agency that reports
    pub agency: String,
    /// What the rows of the sheet are
    pub kind: ImportKind,
    /// What the agency calls it, at most 60 characters: by that an import names it
    pub name: String,
    /// The headings, at most 40. Tone marks, case and punctuation tell no two of them apart
    pub columns: Vec<NewColumn>,
    /// The `version` that was seen, to change one that is there: if it has changed since, nothing is written; null for a new one
    pub expected_version: Option<i32>,
}

/// A heading, and what stands below it.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ImportColumnInput")]
pub struct NewColumn {
    /// The whole heading as it stands in the sheet, at most 200 characters
    pub heading: String,
    /// The field that stands below it. Of figures: `indicator`, `subject`, `period`, `value`, `numerator`, `denominator`, `narrative`,
    /// `observation`, `note`, `comment` or `expectedVersion`; or `name`, `unit`, `last` or `bounds`, which are there for people and are not
    /// read. Of progress: `directive`, `period`, `percent`, `narrative`, `obstacles`, `evidence` or `expectedVersion`; or `title`, `due` or
    /// `last`, which are not read
    pub field: String,
}

/// A mapping to be deleted.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DeleteImportMappingInput")]
pub struct OldMapping {
    /// The mapping
    pub mapping: Id<ImportMapping>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
}

/// Saves a mapping. One that is there and says the same stays as it is, whichever version was seen.
#[boxed]
pub async fn save(acting: &Acting<SubmitMeasurement>, new: NewMapping) -> Result<ImportMapping, DbError> {
    let mut checks = Checks::default();
    let name = checks.text("name", &new.name, NAME);
    let mut broken = checks.broken();
    let columns = checked(new.kind, &new.columns, &mut broken);
    if !broken.is_empty() {
        return Err(DbError::Violated(broken));
    }
    let work = async |writing: &mut Writing| {
        let agency_id = agency_of(writing, &acting.permit, &new.agency).await.map_err(|error| match error {
            DbError::NotFound => refused(ViolationCode::NotFound, "agency"),
            error => error,
        })?;
        let before = found(writing, agency_id, new.kind, &name).await?;
        let now = writing.now();
        let after = match (&before, new.expected_version) {
            (Some(there), _) if there.headings == columns => return Ok(there.clone()),
            (Some(there), Some(seen)) if there.version == seen => {
                let changes = (
                    import_mapping::headings.eq(&columns),
                    import_mapping::version.eq(there.version + 1),
                    import_mapping::changed_at.eq(now),
                );
                let update = diesel::update(import_mapping::table.find(there.id)).set(changes);
                update.returning(ImportMapping::as_returning()).get_result(writing.connection()).await?
            }
            (None, None) => {
                let row = (
                    import_mapping::id.eq(random::id(now)),
                    import_mapping::agency_id.eq(agency_id),
                    import_mapping::kind.eq(new.kind),
                    import_mapping::name.eq(&name),
                    import_mapping::headings.eq(&columns),
                    import_mapping::created_at.eq(now),
                    import_mapping::changed_at.eq(now),
                );
                let insert = diesel::insert_into(import_mapping::table).values(row);
                insert.returning(ImportMapping::as_returning()).get_result(writing.connection()).await?
            }
            _ => return Err(refused(ViolationCode::Stale, "expectedVersion")),
        };
        note(writing, after.id, before.as_ref(), Some(&after));
        Ok(after)
    };
    acting.write(work).await
}

/// Deletes a mapping, and answers what it was. Imports that were sent with it go on as they are.
#[boxed]
pub async fn delete(acting: &Acting<SubmitMeasurement>, which: OldMapping) -> Result<ImportMapping, DbError> {
    let id = which.mapping.uuid()?;
    let work = async |writing: &mut Writing| {
        let found = import_mapping::table.find(id).select(ImportMapping::as_select()).for_update();
        let before: ImportMapping = found.first(writing.connection()).await?;
        if !acting.permit.reach().holds(Some(before.agency_id)) {
            return Err(DbError::NotFound);
        }
        if before.version != which.expected_version {
            return Err(refused(ViolationCode::Stale, "expectedVersion"));
        }
        diesel::delete(import_mapping::table.find(id)).execute(writing.connection()).await?;
        note(writing, id, Some(&before), None);
        Ok(before)
    };
    acting.write(work).await
}

/// The headings of a mapping, by its name; `DbError::Violated` if the agency has none of that name.
pub(super) async fn columns_of(
    writing: &mut Writing,
    agency_id: Uuid,
    kind: ImportKind,
    name: &str,
) -> Result<ImportColumns, DbError> {
    let there = match check_text(name, usize::from(NAME)) {
        Ok(name) => found(writing, agency_id, kind, &name).await?,
        Err(_) => None,
    };
    there.map(|it| it.headings).ok_or_else(|| refused(ViolationCode::NotFound, "mapping"))
}

/// The mapping of that name; nobody else changes it meanwhile.
async fn found(
    writing: &mut Writing,
    agency_id: Uuid,
    kind: ImportKind,
    name: &str,
) -> Result<Option<ImportMapping>, DbError> {
    let named = import_mapping::table
        .filter(import_mapping::agency_id.eq(agency_id))
        .filter(import_mapping::kind.eq(kind))
        .filter(import_mapping::name.eq(name))
        .select(ImportMapping::as_select())
        .for_no_key_update();
    Ok(named.first(writing.connection()).await.optional()?)
}

/// The headings as they are stored; what has to be mended in them is told by row.
fn checked(kind: ImportKind, typed: &[NewColumn], broken: &mut Vec<Violation>) -> ImportColumns {
    let whole = |code| Violation::of(code, &["input", "columns"]);
    if typed.is_empty() {
        broken.push(whole(ViolationCode::Required));
    }
    if typed.len() > usize::from(MOST) {
        broken.push(whole(ViolationCode::TooMany).limit(i32::from(MOST)));
        return ImportColumns(Vec::new());
    }
    let mut columns: Vec<ImportColumn> = Vec::with_capacity(typed.len());
    for (row, NewColumn { heading, field }) in (0..).zip(typed) {
        let mut refuse = |part, code| {
            broken.push(Violation { row: Some(row), ..Violation::of(code, &["input", "columns", part]) });
        };
        if !kind.fields().contains(&field.as_str()) {
            refuse("field", ViolationCode::NotFound);
        } else if columns.iter().any(|it| it.field == *field) {
            refuse("field", ViolationCode::Duplicate);
        }
        match check_text(heading, HEADING) {
            Ok(heading) if plain(&heading).is_empty() => refuse("heading", ViolationCode::Malformed),
            Ok(heading) => {
                if columns.iter().any(|it| plain(&it.heading) == plain(&heading)) {
                    refuse("heading", ViolationCode::Duplicate);
                }
                columns.push(ImportColumn { heading, field: field.clone() });
            }
            Err(error) => {
                let violation = error.violation(&["input", "columns", "heading"]);
                broken.push(Violation { row: Some(row), ..violation });
            }
        }
    }
    ImportColumns(columns)
}

/// What tells headings apart: neither tone marks nor case, nor punctuation.
fn plain(heading: &str) -> String {
    fold(heading).split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What was done stands in the audit trail, as with imports.
fn note(writing: &mut Writing, id: Uuid, before: Option<&ImportMapping>, after: Option<&ImportMapping>) {
    writing.audit(AuditEvent {
        action: SubmitMeasurement::ACTION.as_str(),
        object: Some((NOUN, id)),
        before: before.map(audit_snapshot),
        after: after.map(audit_snapshot),
        ..AuditEvent::default()
    });
}

/// A mapping as the audit trail keeps it.
fn audit_snapshot(mapping: &ImportMapping) -> Value {
    json!({
        "agency": mapping.agency_id, "kind": mapping.kind, "name": mapping.name, "columns": mapping.headings, "version": mapping.version,
    })
}

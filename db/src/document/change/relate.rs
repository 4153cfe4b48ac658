//! What documents do to one another.

use async_graphql::InputObject;
use auth::{action::KeepCatalogue, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _};
use diesel_async::RunQueryDsl as _;

use super::{Document, DocumentRelationKind, DocumentStatus, end, lock_and_load, recorded};
use crate::{
    Acting, DbError, Id, Violation, ViolationCode,
    agency::there_today,
    document::seen,
    input::{Checks, few, refused},
    schema::{document, document_relation, target},
    violation::Words,
    writer::Writing,
};

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

/// Adds what a document does to others. What it replaces is replaced, unless targets stand in it.
pub(super) async fn relate_to(
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
    let mut rows = Vec::new();
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
        let clause = checks.clause(relation.clause.as_deref());
        if let Some(mut broken) = checks.broken().pop() {
            broken.field.insert(1, "relations".into());
            return Err(DbError::Violated(vec![Violation { row: i32::try_from(place).ok(), ..broken }]));
        }
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
            to => rows.push((
                document_relation::id.eq(random::id(writing.now())),
                document_relation::from_document_id.eq(from.id),
                document_relation::kind.eq(relation.kind),
                document_relation::to_document_id.eq(to.map(|to| to.id)),
                document_relation::to_agency_id.eq(agency),
                document_relation::clause.eq(clause),
            )),
        }
    }
    diesel::insert_into(document_relation::table).values(rows).execute(writing.connection()).await?;
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

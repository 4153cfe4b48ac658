//! Revisions of which a document tells: the target demands already what it says, and what it demanded before may be unknown.

use async_graphql::InputObject;
use auth::{action::KeepCatalogue, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _};
use diesel_async::RunQueryDsl as _;

use super::{
    Target,
    change::{NOUN, audit_snapshot, lock_and_load},
};
use crate::{
    Acting, Date, DbError, Id, ViolationCode,
    decimal::Number,
    document::seen,
    input::{CLAUSE, Checks, NOTE, refused},
    schema::{target, target_revision},
    text::symbol,
    writer::{ChangeKind, Writing},
};

/// The longest words that say who has revised it, in characters.
const WHO: u16 = 300;

/// A revision of which a document tells.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RecordTargetRevisionInput")]
pub struct ReportedRevision {
    /// The target: one with a number, which is what it has demanded since then
    pub target: Id<Target>,
    /// Its `version` as it was read
    pub expected_version: i32,
    /// What it demanded before, in the indicator's unit; null if the document does not say
    pub previous_value: Option<Number>,
    /// The day of the revision, today or earlier, and not before the last one (Asia/Ho_Chi_Minh); null if the document does not say
    pub revised_on: Option<Date>,
    /// Who has revised it, as written, at most 300 characters
    pub revised_by: Option<String>,
    /// Code of the document that tells of it
    pub document: String,
    /// Its clause, as printed, at most 40 characters
    pub clause: String,
    /// What a careful reader should know, at most 2,000 characters
    pub note: Option<String>,
}

/// Records a revision of which a document tells: what the target demands stays.
#[boxed]
pub async fn record(acting: &Acting<KeepCatalogue>, new: ReportedRevision) -> Result<Target, DbError> {
    let (permit, id) = (&acting.permit, new.target.uuid()?);
    let mut checks = Checks::default();
    let clause = checks.text("clause", &symbol(&new.clause), CLAUSE);
    let who = checks.optional("revisedBy", new.revised_by.as_deref(), WHO);
    let note = checks.optional("note", new.note.as_deref(), NOTE);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let before = lock_and_load(writing, permit, id).await?;
        if before.version != new.expected_version {
            return Err(refused(ViolationCode::Stale, "expectedVersion"));
        }
        if before.value.is_none() || before.withdrawn_on.is_some() {
            return Err(refused(ViolationCode::NotInState, "target"));
        }
        let previous = new.previous_value.map(|Number(value)| value);
        if previous == before.value {
            return Err(refused(ViolationCode::Unchanged, "previousValue"));
        }
        let document = seen(acting, writing, std::slice::from_ref(&new.document), "document").await?;
        let document = document.into_iter().next().map(|document| document.id);
        let last = target_revision::table
            .filter(target_revision::target_id.eq(id))
            .order(target_revision::revision.desc())
            .select((target_revision::revision, target_revision::revised_on));
        let past: Vec<(i32, Option<Date>)> = last.load(writing.connection()).await?;
        if new.revised_on.is_some_and(|on| on > writing.today()) {
            return Err(refused(ViolationCode::TooEarly, "revisedOn"));
        }
        if new.revised_on.is_some_and(|on| past.iter().any(|(_, earlier)| earlier.is_some_and(|earlier| on < earlier)))
        {
            return Err(refused(ViolationCode::OutOfBounds, "revisedOn"));
        }
        let revision = (
            target_revision::id.eq(random::id(writing.now())),
            target_revision::target_id.eq(id),
            target_revision::revision.eq(past.as_slice().first().map_or(1, |(last, _)| last + 1)),
            target_revision::previous_known.eq(previous.is_some()),
            target_revision::previous_value.eq(previous),
            target_revision::new_value.eq(before.value),
            target_revision::revised_on.eq(new.revised_on),
            target_revision::revised_by.eq(who),
            (target_revision::document_id.eq(document), target_revision::clause.eq(clause)),
            target_revision::note.eq(note),
        );
        diesel::insert_into(target_revision::table).values(revision).execute(writing.connection()).await?;
        let after = Target { version: before.version + 1, ..before.clone() };
        diesel::update(target::table.find(id))
            .set(target::version.eq(after.version))
            .execute(writing.connection())
            .await?;
        let (was, is) = (audit_snapshot(&before), audit_snapshot(&after));
        writing.record(permit, ChangeKind::Updated, (NOUN, id), Some(was), Some(is));
        Ok(after)
    };
    acting.write(work).await
}

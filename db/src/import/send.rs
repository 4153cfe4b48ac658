//! A file comes in, or is stopped.

use async_graphql::InputObject;
use auth::{Acts, Permit, action::SubmitMeasurement, hash, random};
use derive::boxed;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, OptionalExtension as _, PgExpressionMethods as _,
    QueryDsl as _, SelectableHelper as _,
};
use diesel_async::RunQueryDsl as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Import, ImportColumns, ImportState, NOUN, Purpose, mapping::columns_of};
use crate::{
    Acting, DbError, Id, ViolationCode,
    calendar::{Period, Regime},
    measurement::BulkMode,
    schema::{agency, file_import, file_import_content},
    writer::{AuditEvent, Writing},
};

/// A file, and what is to become of its rows.
#[derive(Debug)]
pub struct NewImport {
    /// What it is sent for.
    pub purpose: Purpose,
    /// The code of the agency that reports.
    pub agency: String,
    /// Whose months the period has.
    pub regime: Regime,
    /// The period.
    pub period: Period,
    /// What becomes of the other rows if one has to be mended.
    pub mode: BulkMode,
    /// Whether it is only looked at.
    pub dry_run: bool,
    /// The name of the agency's mapping by whose headings it is read; none if it has those of the form.
    pub mapping: Option<String>,
    /// The session in which it is sent; none for a machine.
    pub session: Option<Uuid>,
    /// The file.
    pub content: Vec<u8>,
}

/// What became of a file that was sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sent {
    /// Its import.
    pub import: Import,
    /// False if the same file had come before, and nothing of it is left to be done.
    pub is_new: bool,
}

/// Takes a file in. The same file for the same agency, period and purpose, read by the same headings, again is the import it already has; if
/// rows of that were refused or left, a new one does those alone. `DbError::NotFound` for an agency for which one does not submit figures
/// (and report progress, where it is sent for that), `DbError::Violated` for a mapping that it does not have.
#[boxed]
pub async fn send(acting: &Acting<SubmitMeasurement>, new: NewImport) -> Result<Sent, DbError> {
    let permit = &acting.permit;
    let Some(account) = permit.actor().account() else { return Err(DbError::NotFound) };
    let bytes = i32::try_from(new.content.len()).map_err(DbError::internal)?;
    let hash = hash::of_bytes(&new.content).to_vec();
    let work = async |writing: &mut Writing| {
        let agency_id = agency_of(writing, permit, &new.agency).await?;
        if !new.purpose.holds_for(agency_id) {
            return Err(DbError::NotFound);
        }
        let columns = match &new.mapping {
            Some(name) => Some(columns_of(writing, agency_id, new.purpose.kind(), name).await?),
            None => None,
        };
        let same = Same { agency_id, new: &new, hash: &hash, columns: columns.as_ref() };
        let earlier = if new.dry_run { None } else { same.earlier(writing).await? };
        if let Some(there) = earlier.as_ref().filter(|it| !is_left(it)) {
            return Ok(Sent { import: there.clone(), is_new: false });
        }
        let id = random::id(writing.now());
        let insert = diesel::insert_into(file_import::table)
            .values((
                file_import::id.eq(id),
                file_import::kind.eq(new.purpose.kind()),
                file_import::agency_id.eq(agency_id),
                file_import::regime.eq(new.regime),
                file_import::period.eq(new.period),
                file_import::mode.eq(new.mode),
                file_import::dry_run.eq(new.dry_run),
                file_import::submit.eq(new.purpose.submit()),
                file_import::content_hash.eq(&hash),
                file_import::headings.eq(&columns),
                file_import::bytes.eq(bytes),
                file_import::follows_id.eq(earlier.map(|it| it.id)),
                file_import::created_at.eq(writing.now()),
                file_import::created_by.eq(account),
                file_import::session_id.eq(new.session),
                file_import::is_service.eq(new.session.is_none()),
            ))
            .on_conflict_do_nothing()
            .returning(Import::as_returning());
        let made: Option<Import> = insert.get_result(writing.connection()).await.optional()?;
        let Some(import) = made else {
            // Somebody has sent it at the same time.
            let there = same.earlier(writing).await?;
            let import = there.ok_or_else(|| {
                DbError::Conflict(
                    "the same file is being taken in with other settings: send it again when that import has ended"
                        .into(),
                )
            })?;
            return Ok(Sent { import, is_new: false });
        };
        diesel::insert_into(file_import_content::table)
            .values((file_import_content::import_id.eq(id), file_import_content::content.eq(&new.content)))
            .execute(writing.connection())
            .await?;
        note::<SubmitMeasurement>(writing, None, &import);
        Ok(Sent { import, is_new: true })
    };
    acting.write(work).await
}

pub(super) async fn agency_of<A: Acts>(writing: &mut Writing, permit: &Permit<A>, code: &str) -> Result<Uuid, DbError> {
    let found = agency::table.filter(agency::code.eq(code)).select(agency::id);
    let found: Option<Uuid> = found.first(writing.connection()).await.optional()?;
    found.filter(|id| permit.reach().holds(Some(*id))).ok_or(DbError::NotFound)
}

/// What makes two imports of one file the same.
struct Same<'a> {
    agency_id: Uuid,
    new: &'a NewImport,
    hash: &'a [u8],
    columns: Option<&'a ImportColumns>,
}

impl Same<'_> {
    /// The latest import of the same file.
    async fn earlier(&self, writing: &mut Writing) -> Result<Option<Import>, DbError> {
        let same = file_import::agency_id
            .eq(self.agency_id)
            .and(file_import::kind.eq(self.new.purpose.kind()))
            .and(file_import::regime.eq(self.new.regime))
            .and(file_import::period.eq(self.new.period))
            .and(file_import::submit.eq(self.new.purpose.submit()))
            .and(file_import::headings.is_not_distinct_from(self.columns))
            .and(file_import::content_hash.eq(self.hash.to_vec()));
        // Of one that was all or nothing and did not come to its end, nothing is written.
        let open_or_done = [ImportState::Waiting, ImportState::Running, ImportState::Done];
        let writes_something = file_import::state
            .ne(ImportState::Refused)
            .and(file_import::mode.eq(BulkMode::RowByRow).or(file_import::state.eq_any(open_or_done)));
        let found = file_import::table
            .filter(same)
            .filter(file_import::dry_run.eq(false))
            .filter(writes_something)
            .order(file_import::id.desc())
            .select(Import::as_select());
        Ok(found.first(writing.connection()).await.optional()?)
    }
}

/// Whether something of an import is left to be done by another.
const fn is_left(import: &Import) -> bool {
    match import.state {
        ImportState::Waiting | ImportState::Running => false,
        ImportState::Done => import.rows_refused > 0,
        ImportState::Refused | ImportState::Cancelled | ImportState::Failed => true,
    }
}

/// Which import.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "CancelImportInput")]
pub struct OneImport {
    /// The import
    pub import: Id<Import>,
}

/// Stops an import: of the rows that are not done by then, nothing is written.
#[boxed]
pub async fn cancel(acting: &Acting<SubmitMeasurement>, which: OneImport) -> Result<Import, DbError> {
    let (permit, id) = (&acting.permit, which.import.uuid()?);
    let work = async |writing: &mut Writing| {
        let found = file_import::table.find(id).select(Import::as_select()).for_no_key_update();
        let before: Import = found.first(writing.connection()).await?;
        if !permit.reach().holds(Some(before.agency_id)) {
            return Err(DbError::NotFound);
        }
        if before.has_ended() {
            return Err(DbError::violated(ViolationCode::NotInState, &["input", "import"]));
        }
        let after: Import = diesel::update(file_import::table.find(id))
            .set((
                file_import::state.eq(ImportState::Cancelled),
                file_import::finished_at.eq(writing.now()),
                file_import::lease_owner.eq(None::<Uuid>),
                file_import::lease_until.eq(None::<chrono::DateTime<chrono::Utc>>),
            ))
            .returning(Import::as_returning())
            .get_result(writing.connection())
            .await?;
        note::<SubmitMeasurement>(writing, Some(&before), &after);
        Ok(after)
    };
    acting.write(work).await
}

/// What was done stands in the audit trail. The feed does not tell of it: only those who sent it wait for it, and they ask.
fn note<A: Acts>(writing: &mut Writing, before: Option<&Import>, after: &Import) {
    writing.audit(AuditEvent {
        action: A::ACTION.as_str(),
        object: Some((NOUN, after.id)),
        before: before.map(audit_snapshot),
        after: Some(audit_snapshot(after)),
        ..AuditEvent::default()
    });
}

/// An import as the audit trail keeps it.
fn audit_snapshot(import: &Import) -> Value {
    json!({
        "kind": import.kind, "agency": import.agency_id, "regime": import.regime, "period": import.period, "mode": import.mode,
        "dryRun": import.dry_run, "submit": import.submit, "columns": import.headings, "state": import.state, "bytes": import.bytes,
        "rowsAccepted": import.rows_accepted, "rowsRefused": import.rows_refused,
    })
}

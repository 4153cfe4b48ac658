//! How imports are worked on: a server takes one up for some time, and goes on for as long as it shows that it lives. Whoever has
//! lost an import, or whose import was cancelled, finds that out in the transaction in which it would write, and writes nothing.

use std::{collections::HashSet, sync::Arc};

use auth::Principal;
use derive::boxed;
use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, QueryableByName, SelectableHelper as _,
    sql_types::{Array, Integer, Interval, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{FileError, Import, ImportState, take::write_errors};
use crate::{
    DbError, Pool, Reader, Writer,
    lease::lasting,
    principal,
    schema::{account, agency, file_import, file_import_content, file_import_error},
    writer::Writing,
};

/// For how long an import is nobody else's, after whoever works on it was last heard.
pub const LEASE: std::time::Duration = std::time::Duration::from_secs(60);

/// How often an import is taken up without coming further, before it counts as failed.
const MOST_ATTEMPTS: i32 = 5;

/// An import that one has taken up.
#[derive(Debug, Clone)]
pub struct Job {
    /// The import.
    pub import: Import,
    /// The code of the agency that reports.
    pub agency: String,
    /// The name under which one has taken it up.
    pub owner: Uuid,
    session: Option<Uuid>,
    is_service: bool,
    /// How far each import came that this one follows, and the rows that it refused.
    earlier: Vec<Earlier>,
}

/// How far an import came: its last row, by sheet and number, and the rows that it refused.
#[derive(Debug, Clone)]
struct Earlier {
    reached: (i32, i32),
    refused: Arc<HashSet<(i32, i32)>>,
}

impl Job {
    /// Whether a row is done already: by this import, or by any that it follows. Rows are told by sheet and number.
    #[must_use]
    pub fn is_done(&self, row: (i32, i32)) -> bool {
        let accepted = self.earlier.iter().any(|it| row <= it.reached && !it.refused.contains(&row));
        row <= (self.import.reached_sheet, self.import.reached_row) || accepted
    }

    /// Whether rows are only looked at now: in a dry run, and where it is all or nothing, until all were looked at.
    #[must_use]
    pub const fn only_looks(&self) -> bool {
        self.import.dry_run || matches!(self.import.mode, crate::measurement::BulkMode::AllOrNothing)
    }
}

#[derive(QueryableByName)]
struct Claimed {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

const FAIL: &str = "UPDATE file_import SET state = 'FAILED', finished_at = $1, lease_owner = NULL, lease_until = NULL
    WHERE state = 'RUNNING' AND lease_until < clock_timestamp() AND attempts >= $2 RETURNING id";

const CLAIM: &str = "UPDATE file_import SET state = 'RUNNING', lease_owner = $1, lease_until = clock_timestamp() + $2,
        attempts = attempts + 1, started_at = coalesce(started_at, $3)
    WHERE id = (SELECT id FROM file_import WHERE state = 'WAITING' OR (state = 'RUNNING' AND lease_until < clock_timestamp())
        ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id";

/// Whether there is anything to be taken up: a look that costs nothing, for servers that have nothing to do.
#[boxed]
pub async fn is_any_waiting(pool: &Pool) -> Result<bool, DbError> {
    const LOOK: &str = "SELECT id FROM file_import
        WHERE state IN ('WAITING', 'RUNNING') AND (state = 'WAITING' OR lease_until < clock_timestamp()) LIMIT 1";
    let found: Option<Claimed> =
        diesel::sql_query(LOOK).get_result(&mut pool.get().await?.statement()).await.optional()?;
    Ok(found.is_some())
}

/// Takes up the import that has waited longest, or that its server has left; none if there is none.
#[boxed]
pub async fn claim(writer: &Writer, owner: Uuid) -> Result<Option<Job>, DbError> {
    let work = async |writing: &mut Writing| {
        let now = writing.now();
        let failed = diesel::sql_query(FAIL).bind::<Timestamptz, _>(now).bind::<Integer, _>(MOST_ATTEMPTS);
        let failed: Vec<Claimed> = failed.load(writing.connection()).await?;
        for Claimed { id } in failed {
            write_errors(writing, id, &[FileError::not_finished()]).await?;
        }
        let claim = diesel::sql_query(CLAIM)
            .bind::<SqlUuid, _>(owner)
            .bind::<Interval, _>(lasting(LEASE))
            .bind::<Timestamptz, _>(now);
        let claimed: Option<Claimed> = claim.get_result(writing.connection()).await.optional()?;
        let Some(Claimed { id }) = claimed else { return Ok(None) };
        let (import, agency, session, is_service) = file_import::table
            .inner_join(agency::table)
            .filter(file_import::id.eq(id))
            .select((Import::as_select(), agency::code, file_import::session_id, file_import::is_service))
            .first(writing.connection())
            .await?;
        let mut earlier = Vec::new();
        for id in followed(writing, id).await? {
            earlier.push(earlier_rows(writing, id).await?);
        }
        Ok(Some(Job { import, agency, owner, session, is_service, earlier }))
    };
    writer.write(auth::Actor::Operator, work).await
}

/// The imports that one follows, one behind the other: each has done what those before it had left.
async fn followed(writing: &mut Writing, id: Uuid) -> Result<Vec<Uuid>, DbError> {
    const FOLLOWED: &str = "WITH RECURSIVE followed AS (
            SELECT follows_id AS id FROM file_import WHERE id = $1
            UNION SELECT follows_id FROM followed JOIN file_import USING (id))
        SELECT id FROM followed WHERE id IS NOT NULL";
    let followed = diesel::sql_query(FOLLOWED).bind::<SqlUuid, _>(id);
    let followed: Vec<Claimed> = followed.load(writing.connection()).await?;
    Ok(followed.into_iter().map(|it| it.id).collect())
}

async fn earlier_rows(writing: &mut Writing, id: Uuid) -> Result<Earlier, DbError> {
    let reached = file_import::table.find(id).select((file_import::reached_sheet, file_import::reached_row));
    let reached = reached.first(writing.connection()).await?;
    let refused = file_import_error::table
        .filter(file_import_error::import_id.eq(id))
        .select((file_import_error::sheet_number, file_import_error::row_number));
    let refused: Vec<(i32, i32)> = refused.load(writing.connection()).await?;
    Ok(Earlier { reached, refused: Arc::new(refused.into_iter().collect()) })
}

/// The bytes of a file; `DbError::NotFound` once they are gone, or if the reader does not see the import.
#[boxed]
pub async fn content(reader: &Reader, id: Uuid) -> Result<Vec<u8>, DbError> {
    let mut query = file_import::table
        .inner_join(file_import_content::table)
        .filter(file_import::id.eq(id))
        .select(file_import_content::content)
        .into_boxed();
    if let Some(agencies) = reader.scope().imports().ids() {
        query = query.filter(file_import::agency_id.eq_any(agencies));
    }
    Ok(query.first(&mut reader.statement().await?).await?)
}

/// A file, and whoever has sent it, as they are today.
#[derive(Debug)]
pub struct SentFile {
    /// Who it is.
    pub who: Principal,
    /// The bytes of the file.
    pub content: Vec<u8>,
}

/// What was sent; none if whoever has sent it may do nothing any more.
#[boxed]
pub async fn sent_file(writer: &Writer, job: &Job) -> Result<Option<SentFile>, DbError> {
    let work = async |writing: &mut Writing| {
        let account = job.import.created_by;
        let who = if job.is_service {
            principal::of_service_account(writing, account).await?
        } else {
            principal::of_account_in(writing, account, job.session.unwrap_or_default()).await?
        };
        let Some(who) = who else { return Ok(None) };
        let content = file_import_content::table.find(job.import.id).select(file_import_content::content);
        let content: Option<Vec<u8>> = content.first(writing.connection()).await.optional()?;
        Ok(content.map(|content| SentFile { who, content }))
    };
    writer.write(auth::Actor::Operator, work).await
}

/// Whoever has a login, as they are today; none if nobody active has it. For what is done at the server itself, in their name.
#[boxed]
pub async fn sender(writer: &Writer, login: &str) -> Result<Option<Principal>, DbError> {
    let work = async |writing: &mut Writing| {
        let found = account::table.filter(account::login.eq(login)).select(account::id);
        let found: Option<Uuid> = found.first(writing.connection()).await.optional()?;
        match found {
            Some(account) => principal::of_account(writing, account).await,
            None => Ok(None),
        }
    };
    writer.write(auth::Actor::Operator, work).await
}

/// Says that one is still at work; an error if the import is no longer one's own.
#[boxed]
pub async fn keep_lease(pool: &Pool, id: Uuid, owner: Uuid) -> Result<(), DbError> {
    const KEEP: &str = "UPDATE file_import SET lease_until = clock_timestamp() + $3
        WHERE id = $1 AND lease_owner = $2 AND state = 'RUNNING'";
    let keep =
        diesel::sql_query(KEEP).bind::<SqlUuid, _>(id).bind::<SqlUuid, _>(owner).bind::<Interval, _>(lasting(LEASE));
    let kept = keep.execute(&mut pool.get().await?.statement()).await?;
    if kept == 0 { Err(lost()) } else { Ok(()) }
}

/// What is written of an import that is no longer one's own: nothing.
pub(super) fn lost() -> DbError {
    DbError::Conflict("the import was taken up by another server, or cancelled".into())
}

/// Gives an import back, to be taken up again at once: after a fault of ours or of the database.
#[boxed]
pub async fn give_back(pool: &Pool, job: &Job) -> Result<(), DbError> {
    const BACK: &str = "UPDATE file_import SET lease_until = clock_timestamp() - interval '1 second'
        WHERE id = $1 AND lease_owner = $2 AND state = 'RUNNING'";
    let back = diesel::sql_query(BACK).bind::<SqlUuid, _>(job.import.id).bind::<SqlUuid, _>(job.owner);
    back.execute(&mut pool.get().await?.statement()).await?;
    Ok(())
}

/// Notes how many rows a file has.
#[boxed]
pub async fn looked_through(pool: &Pool, job: &Job, rows: i32) -> Result<(), DbError> {
    const NOTE: &str =
        "UPDATE file_import SET rows_total = $3 WHERE id = $1 AND lease_owner = $2 AND state = 'RUNNING'";
    let note = diesel::sql_query(NOTE)
        .bind::<SqlUuid, _>(job.import.id)
        .bind::<SqlUuid, _>(job.owner)
        .bind::<Integer, _>(rows);
    let noted = note.execute(&mut pool.get().await?.statement()).await?;
    if noted == 0 { Err(lost()) } else { Ok(()) }
}

/// Ends an import that has come to its end.
#[boxed]
pub async fn finish(writer: &Writer, job: &Job, state: ImportState) -> Result<(), DbError> {
    writer.write(auth::Actor::Operator, async |writing: &mut Writing| end(writing, job, state).await).await
}

/// Ends an import of which nothing is written, and says why.
#[boxed]
pub async fn refuse(writer: &Writer, job: &Job, why: Vec<FileError>, state: ImportState) -> Result<(), DbError> {
    let work = async |writing: &mut Writing| {
        write_errors(writing, job.import.id, &why).await?;
        end(writing, job, state).await
    };
    writer.write(auth::Actor::Operator, work).await
}

pub(super) async fn end(writing: &mut Writing, job: &Job, state: ImportState) -> Result<(), DbError> {
    const END: &str = "UPDATE file_import SET state = $3, finished_at = $4, lease_owner = NULL, lease_until = NULL
        WHERE id = $1 AND lease_owner = $2 AND state = 'RUNNING'";
    let now = writing.now();
    let end = diesel::sql_query(END)
        .bind::<SqlUuid, _>(job.import.id)
        .bind::<SqlUuid, _>(job.owner)
        .bind::<Text, _>(state.as_str())
        .bind::<Timestamptz, _>(now);
    if end.execute(writing.connection()).await? == 0 { Err(lost()) } else { Ok(()) }
}

/// Deletes the bytes of files whose imports ended some days ago.
#[boxed]
pub async fn sweep(pool: &Pool, before: chrono::DateTime<chrono::Utc>) -> Result<(), DbError> {
    const OLD: &str = "SELECT import_id AS id FROM file_import_content JOIN file_import ON file_import.id = import_id
        WHERE finished_at < $1 LIMIT 100";
    const SWEEP: &str = "DELETE FROM file_import_content WHERE import_id = ANY ($1)";
    let connection = pool.get().await?;
    let old: Vec<Claimed> =
        diesel::sql_query(OLD).bind::<Timestamptz, _>(before).load(&mut connection.statement()).await?;
    let old: Vec<Uuid> = old.into_iter().map(|it| it.id).collect();
    if !old.is_empty() {
        diesel::sql_query(SWEEP).bind::<Array<SqlUuid>, _>(old).execute(&mut connection.statement()).await?;
    }
    Ok(())
}

//! Old entries of the trail that are moved to files: what was moved is noted, and only that may be deleted.

use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{
    OptionalExtension as _, QueryDsl as _, QueryableByName, Selectable,
    prelude::{Insertable, Queryable},
    sql_types::{BigInt, Bool, Date as SqlDate, Nullable},
};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use serde_json::json;

use super::verify::{Head, hex};
use crate::{
    Date, DbError, Writer,
    schema::audit_archive,
    writer::{AuditEvent, Writing},
};

/// Entries deleted in one transaction: nobody waits long for it.
const BATCH: i64 = 5_000;

/// A stretch of the trail that was moved to a file.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_archive)]
pub struct Archived {
    /// The last entry of it.
    pub last_id: i64,
    /// Its hash.
    pub last_hash: Vec<u8>,
    /// The first entry of it.
    pub first_id: i64,
    /// When.
    pub archived_at: DateTime<Utc>,
    /// The file's name, without its folder.
    pub file_name: String,
    /// SHA-256 of the file.
    pub file_hash: Vec<u8>,
}

impl Archived {
    /// Its end.
    #[must_use]
    pub fn last(&self) -> Head {
        Head { id: self.last_id, hash: self.last_hash.clone() }
    }
}

/// All stretches, the oldest first.
#[boxed]
pub async fn archived(connection: &mut AsyncPgConnection) -> Result<Vec<Archived>, DbError> {
    Ok(audit_archive::table.order(audit_archive::last_id).load(connection).await?)
}

/// Where the archive of the trail in a schema ends, if there is one.
pub(super) async fn end(connection: &mut AsyncPgConnection, schema: &str) -> Result<Option<Head>, DbError> {
    let end =
        format!("SELECT last_id AS id, last_hash AS hash FROM {schema}.audit_archive ORDER BY last_id DESC LIMIT 1");
    Ok(diesel::sql_query(end).get_result(connection).await.optional()?)
}

/// The last entry up to which all were recorded before a day (Asia/Ho_Chi_Minh); none if there is no such entry.
#[boxed]
pub async fn last_before(connection: &mut AsyncPgConnection, day: Date) -> Result<Option<i64>, DbError> {
    let last = "SELECT (SELECT max(id) FROM audit_entry WHERE id < coalesce( \
        (SELECT min(id) FROM audit_entry WHERE recorded_at >= $1::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'), \
        (SELECT id + 1 FROM audit_head))) AS id";
    let Last { id } = diesel::sql_query(last).bind::<SqlDate, _>(day).get_result(connection).await?;
    Ok(id)
}

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = Nullable<BigInt>)]
    id: Option<i64>,
}

/// Makes the connection the one that archives, until it ends; false if another one is.
#[boxed]
pub async fn take(connection: &mut AsyncPgConnection) -> Result<bool, DbError> {
    let lock = diesel::sql_query("SELECT pg_try_advisory_lock(hashtext('cotmoc audit archive')) AS taken");
    let Taken { taken } = lock.get_result(connection).await?;
    Ok(taken)
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = Bool)]
    taken: bool,
}

/// Notes that a stretch is in its file, in the trail as well. From here on it may be deleted. As the owner of the tables.
#[boxed]
pub async fn note(owner: &Writer, archived: Archived) -> Result<(), DbError> {
    let work = async |writing: &mut Writing| {
        let Archived { first_id, last_id, file_name, file_hash, .. } = &archived;
        let after = json!({ "from": first_id, "until": last_id, "file": file_name, "sha256": hex(file_hash) });
        diesel::insert_into(audit_archive::table).values(&archived).execute(writing.connection()).await?;
        writing.audit(AuditEvent { action: "ARCHIVE_TRAIL", after: Some(after), ..AuditEvent::default() });
        Ok(())
    };
    owner.write(auth::Actor::Operator, work).await
}

/// Deletes some of what is archived, the oldest first, and answers how many; 0 when nothing of it is left. As the owner of the tables.
#[boxed]
pub async fn delete_some(connection: &mut AsyncPgConnection) -> Result<u64, DbError> {
    let deleted = connection
        .transaction::<_, DbError, _>(async |connection| {
            // It leaves no version behind: it stands in the archive.
            connection.batch_execute("SET LOCAL cotmoc.known_at = 'recorded'").await?;
            let some = "DELETE FROM audit_entry WHERE id IN (SELECT id FROM audit_entry \
                WHERE id <= (SELECT max(last_id) FROM audit_archive) ORDER BY id LIMIT $1)";
            Ok(diesel::sql_query(some).bind::<BigInt, _>(BATCH).execute(connection).await?)
        })
        .await?;
    Ok(deleted as u64)
}

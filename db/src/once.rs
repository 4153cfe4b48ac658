//! Idempotency: a mutation whose client sends it again is not done again.
//!
//! The client makes a key for each mutation. The key and the answer are recorded in the transaction of the mutation itself:
//! both are there, or neither is. Who sends the same key and the same body again gets the recorded answer. Who sends them while
//! the first request is still at work waits for it.

use auth::Actor;
use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _,
    sql_types::{Binary, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use crate::{DbError, Writer, planned::planned, schema::idempotency_record, writer::Writing};

/// The idempotency key of a mutation, with the hash of what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The UUID that the client has made.
    pub key: Uuid,
    /// SHA-256 of the mutation and its arguments.
    pub body: [u8; 32],
}

/// A [`Writer`] for one mutation, with its idempotency key: what is written with it is written once.
#[derive(Debug, Clone)]
pub struct Once {
    writer: Writer,
    key: Option<Key>,
}

impl Once {
    /// For a mutation with this key.
    #[must_use]
    pub const fn new(writer: Writer, key: Key) -> Self {
        Self { writer, key: Some(key) }
    }

    /// For an operator at the terminal, who sends nothing again.
    #[must_use]
    pub const fn without_key(writer: Writer) -> Self {
        Self { writer, key: None }
    }

    /// Does `work` as [`Writer::write`] does, unless the key was used before: then returns the recorded answer. An error is
    /// not recorded, because nothing was written.
    pub(crate) async fn write<T: Serialize + DeserializeOwned>(
        &self,
        actor: Actor,
        work: impl AsyncFnOnce(&mut Writing) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        let (Some(key), Some(account)) = (self.key, actor.account()) else {
            return self.writer.write(actor, work).await;
        };
        let work = async |writing: &mut Writing| {
            if let Some(answer) = claim(writing, account, key).await? {
                return serde_json::from_value(answer).map_err(DbError::internal);
            }
            let answer = work(writing).await?;
            let recorded = serde_json::to_value(&answer).map_err(DbError::internal)?;
            let record = diesel::update(idempotency_record::table.find((account, key.key)))
                .set(idempotency_record::answer.eq(recorded));
            planned(record).execute(writing.connection()).await?;
            Ok(answer)
        };
        self.writer.write(actor, work).await
    }
}

/// Records a key; does nothing if it is recorded already. Records are kept for 72 hours: each new one deletes some that are
/// older, so that no job has to.
const CLAIM: &str = "
    WITH spent AS (
        DELETE FROM idempotency_record WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM idempotency_record WHERE recorded_at < $4 - interval '72 hours' LIMIT 20 FOR UPDATE SKIP LOCKED))
    )
    INSERT INTO idempotency_record (account_id, key, body_hash, recorded_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

/// Records the key; returns the recorded answer if the key was used before.
async fn claim(writing: &mut Writing, account: Uuid, key: Key) -> Result<Option<Value>, DbError> {
    let now = writing.now();
    let claim = diesel::sql_query(CLAIM)
        .bind::<SqlUuid, _>(account)
        .bind::<SqlUuid, _>(key.key)
        .bind::<Binary, _>(&key.body[..])
        .bind::<Timestamptz, _>(now);
    if planned(claim).execute(writing.connection()).await? > 0 {
        return Ok(None);
    }
    let taken = idempotency_record::table
        .find((account, key.key))
        .select((idempotency_record::body_hash, idempotency_record::answer))
        .first::<(Vec<u8>, Option<Value>)>(writing.connection())
        .await
        .optional()?;
    match taken {
        Some((body, _)) if body != key.body => Err(DbError::KeyReused),
        Some((_, Some(answer))) => Ok(Some(answer)),
        // The record was deleted as too old between the two statements.
        _ => Err(DbError::Conflict("the record of this key is just being taken away".into())),
    }
}

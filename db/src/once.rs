//! Exactly once: a change that its client may send again, whatever became of the first answer.
//!
//! The client makes a key for each change. The key is recorded in the transaction of the change itself, together with the
//! answer: so either both are there, or neither is. Whoever comes again with the same key and the same body gets that answer;
//! whoever comes at the same moment waits for it.

use auth::Actor;
use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _,
    sql_types::{Binary, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use crate::{DbError, Writer, schema::idempotency_record, writer::Writing};

/// The key a client gave a change, and what it asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The UUID that the client made.
    pub key: Uuid,
    /// SHA-256 of the mutation and its arguments.
    pub body: [u8; 32],
}

/// What a change that may come again is written with: a [`Writer`] with the key of its request.
#[derive(Debug, Clone)]
pub struct Once {
    writer: Writer,
    key: Option<Key>,
}

impl Once {
    /// A change with this key.
    #[must_use]
    pub const fn new(writer: Writer, key: Key) -> Self {
        Self { writer, key: Some(key) }
    }

    /// A change without a key: sent again, it is done again.
    #[must_use]
    pub const fn without_key(writer: Writer) -> Self {
        Self { writer, key: None }
    }

    /// [`Writer::write`], unless it was done before: then the answer of that time. A refusal is not remembered, because
    /// nothing was written.
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
            let kept = serde_json::to_value(&answer).map_err(DbError::internal)?;
            diesel::update(idempotency_record::table.find((account, key.key)))
                .set(idempotency_record::answer.eq(kept))
                .execute(writing.connection())
                .await?;
            Ok(answer)
        };
        self.writer.write(actor, work).await
    }
}

/// An answer is kept for 72 hours. Whoever comes later takes some of the spent ones away, so that nobody has to sweep.
const CLAIM: &str = "
    WITH spent AS (
        DELETE FROM idempotency_record WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM idempotency_record WHERE recorded_at < $4 - interval '72 hours' LIMIT 20 FOR UPDATE SKIP LOCKED))
    )
    INSERT INTO idempotency_record (account_id, key, body_hash, recorded_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

/// Takes the key for this transaction; the answer, if it was taken before.
async fn claim(writing: &mut Writing, account: Uuid, key: Key) -> Result<Option<Value>, DbError> {
    let now = writing.now();
    let claimed = diesel::sql_query(CLAIM)
        .bind::<SqlUuid, _>(account)
        .bind::<SqlUuid, _>(key.key)
        .bind::<Binary, _>(&key.body[..])
        .bind::<Timestamptz, _>(now)
        .execute(writing.connection())
        .await?;
    if claimed > 0 {
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
        // Its time ended between the two statements.
        _ => Err(DbError::Conflict("the record of this key is just being taken away".into())),
    }
}

//! The keys that sign access tokens, as they are stored: sealed. Nobody's request reaches them; the server reads them for
//! itself, and whoever runs it rotates and withdraws them.

use auth::{
    Actor,
    keys::{KeySet, SigningKey},
    seal::{Sealer, Unopened},
};
use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, Queryable, Selectable, SelectableHelper as _};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};
use serde_json::{Value, json};

use crate::{
    DbError, Pool, ViolationCode, Writer,
    schema::signing_key,
    writer::{AuditEvent, Writing},
};

/// Two nodes that start at the same time, or two operators, wait for one another under this number.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7267402361804283)";

/// A key as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = signing_key)]
pub struct StoredKey {
    /// Its id.
    pub kid: String,
    sealed_private_key: Vec<u8>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it begins to sign.
    pub signs_from: DateTime<Utc>,
    /// When it was withdrawn, if it was.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl StoredKey {
    fn open(&self, sealer: &Sealer) -> Result<SigningKey, Unopened> {
        SigningKey::open(sealer, &self.kid, &self.sealed_private_key, self.signs_from, self.revoked_at)
    }
}

/// All keys, the one that signs last at the end.
#[boxed]
pub async fn all(pool: &Pool) -> Result<Vec<StoredKey>, DbError> {
    stored(&mut *pool.get().await?).await
}

/// All keys that were not withdrawn, to sign and to verify with.
#[boxed]
pub async fn load(pool: &Pool, sealer: &Sealer) -> Result<KeySet, DbError> {
    open(&all(pool).await?, sealer)
}

/// Makes the first key if there is none, and sees whether the secret fits those that are there. Several nodes may do so
/// at once.
#[boxed]
pub async fn ensure(writer: &Writer, sealer: &Sealer) -> Result<(), DbError> {
    alone(writer, async |writing| {
        let keys = open(&stored(writing.connection()).await?, sealer)?;
        if keys.signer(writing.now()).is_none() {
            let now = writing.now();
            add(writing, sealer, now).await?;
        }
        Ok(())
    })
    .await
}

/// Makes a key that signs from an instant; the one that signs until then verifies until its last token has expired.
#[boxed]
pub async fn rotate(writer: &Writer, sealer: &Sealer, signs_from: DateTime<Utc>) -> Result<String, DbError> {
    alone(writer, async |writing| {
        // A key sealed with another secret than the others would be of no use to any node.
        open(&stored(writing.connection()).await?, sealer)?;
        add(writing, sealer, signs_from).await
    })
    .await
}

/// Withdraws a key: what it has signed does not hold any more. If none is left that signs, another is made, which is
/// answered.
#[boxed]
pub async fn revoke(writer: &Writer, sealer: &Sealer, kid: &str) -> Result<Option<String>, DbError> {
    alone(writer, async |writing| {
        let now = writing.now();
        let keys = stored(writing.connection()).await?;
        let key = keys.iter().find(|key| key.kid == kid).ok_or(DbError::NotFound)?;
        if key.revoked_at.is_some() {
            return Err(DbError::violated(ViolationCode::Unchanged, &["kid"]));
        }
        let signed = open(&keys, sealer)?.signer(now).is_some_and(|signer| signer.kid == kid);
        diesel::update(signing_key::table.find(kid))
            .set(signing_key::revoked_at.eq(now))
            .execute(writing.connection())
            .await?;
        writing.audit(AuditEvent { action: "REVOKE_KEY", after: Some(json!({ "kid": kid })), ..AuditEvent::default() });
        // The one before it was replaced for a reason.
        if signed { add(writing, sealer, now).await.map(Some) } else { Ok(None) }
    })
    .await
}

/// Withdraws all keys without opening any: the way on where their secret is lost. [`ensure`] makes another.
#[boxed]
pub async fn revoke_all(writer: &Writer) -> Result<usize, DbError> {
    alone(writer, async |writing| {
        let now = writing.now();
        let held = signing_key::table.filter(signing_key::revoked_at.is_null());
        let revoked = diesel::update(held).set(signing_key::revoked_at.eq(now)).execute(writing.connection()).await?;
        writing.audit(AuditEvent {
            action: "REVOKE_KEY",
            after: Some(json!({ "keys": revoked })),
            ..AuditEvent::default()
        });
        Ok(revoked)
    })
    .await
}

async fn alone<T>(writer: &Writer, work: impl AsyncFnOnce(&mut Writing) -> Result<T, DbError>) -> Result<T, DbError> {
    writer
        .write(Actor::Operator, async |writing| {
            diesel::sql_query(LOCK).execute(writing.connection()).await?;
            work(writing).await
        })
        .await
}

async fn stored(connection: &mut AsyncPgConnection) -> Result<Vec<StoredKey>, DbError> {
    let order = (signing_key::signs_from, signing_key::kid);
    Ok(signing_key::table.order(order).select(StoredKey::as_select()).load(connection).await?)
}

fn open(stored: &[StoredKey], sealer: &Sealer) -> Result<KeySet, DbError> {
    let held = stored.iter().filter(|key| key.revoked_at.is_none());
    let keys: Result<Vec<_>, _> = held.map(|key| key.open(sealer)).collect();
    keys.map(KeySet::new).map_err(|Unopened| DbError::Settings(WRONG_SECRET.to_owned()))
}

const WRONG_SECRET: &str = "the secret (COTMOC_SECRET_KEY, COTMOC_SECRET_FILE, else secret.key in the data directory) is not the \
    one with which this database's keys were sealed. Give this node the secret of the others, or of the backup. If it is \
    lost for good: `cotmoc keys revoke --all`, which ends all access tokens; second factors must then be set up again";

async fn add(writing: &mut Writing, sealer: &Sealer, signs_from: DateTime<Utc>) -> Result<String, DbError> {
    let key = SigningKey::generate(signs_from);
    diesel::insert_into(signing_key::table)
        .values((
            signing_key::kid.eq(&key.kid),
            signing_key::public_key.eq(&key.public[..]),
            signing_key::sealed_private_key.eq(key.sealed(sealer)),
            signing_key::created_at.eq(writing.now()),
            signing_key::signs_from.eq(signs_from),
        ))
        .execute(writing.connection())
        .await?;
    let after: Value = json!({ "kid": key.kid, "signsFrom": signs_from });
    writing.audit(AuditEvent { action: "ROTATE_KEYS", after: Some(after), ..AuditEvent::default() });
    Ok(key.kid)
}

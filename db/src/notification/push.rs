//! What is pushed to phones and browsers (Web Push), while people are signed in there.
//!
//! A push is taken up under a lease, sent, and its end is noted. If the end is not known it is sent again: it carries the id of what it tells of, by
//! which browsers show it once.

use std::time::Duration;

use async_graphql::InputObject;
use auth::{Actor, OwnAccount, random, token::Bearer, vapid};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use derive::boxed;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, QueryDsl as _, Queryable, QueryableByName, Selectable,
    SelectableHelper as _,
    sql_types::{Array, Binary, Integer, Interval, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use uuid::Uuid;

use crate::{
    DbError, Id, Pool, Reader, ViolationCode, Writer,
    enums::Language,
    id::Tagged,
    input::{at_most, refused},
    lease::{Holds, lasting},
    schema::{push_subscription, session},
    web_address::web_address,
    writer::Writing,
};

/// The most browsers and apps of one person.
const MOST: usize = 10;

/// How long a push is nobody else's while it is sent.
const LEASE: Duration = Duration::from_secs(60);

/// How many minutes it is waited after each attempt that failed; the sixth is the last.
const PAUSES: [i64; 5] = [1, 5, 15, 60, 180];

/// Bytes of what a browser shares with us.
const AUTH: usize = 16;

/// A browser or app in which a person wants to be told.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = push_subscription)]
pub struct PushSubscription {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Where its push service takes messages for it, by which a browser knows its own
    pub endpoint: String,
    /// Since when, in UTC
    pub created_at: DateTime<Utc>,
}

impl Tagged for PushSubscription {
    const TAG: u8 = b'P';
}

/// A browser or app, as its `PushSubscription.toJSON()` says it.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "SubscribeToPushInput")]
pub struct NewPushSubscription {
    /// Its `endpoint`
    pub endpoint: String,
    /// Its `keys.p256dh`
    pub p256dh: String,
    /// Its `keys.auth`
    pub auth: String,
}

/// Those of whoever reads, the oldest first, in sessions that last.
#[boxed]
pub async fn subscriptions(reader: &Reader) -> Result<Vec<PushSubscription>, DbError> {
    let account = reader.scope().actor().account().unwrap_or_default();
    let own = push_subscription::table
        .inner_join(session::table)
        .filter(push_subscription::account_id.eq(account).and(session::ended_at.is_null()))
        .order((push_subscription::created_at, push_subscription::id))
        .select(PushSubscription::as_select());
    Ok(own.load(&mut reader.statement().await?).await?)
}

/// Whoever was there before in the same browser hears no more there; and what is left of sessions that are over is let go.
const MAKE_ROOM: &str = "DELETE FROM push_subscription p USING session s
    WHERE s.id = p.session_id AND CASE WHEN p.endpoint = $3 THEN p.account_id <> $1 AND p.p256dh = $4 AND p.auth = $5
        ELSE p.account_id = $1 AND (s.ended_at IS NOT NULL OR s.expires_at <= $2) END";

/// A browser that is there already goes over to this session; one of the same address with other keys is another.
const SUBSCRIBE: &str =
    "INSERT INTO push_subscription AS known (id, account_id, session_id, endpoint, p256dh, auth, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (endpoint) DO UPDATE SET session_id = excluded.session_id
    WHERE known.account_id = excluded.account_id AND known.p256dh = excluded.p256dh AND known.auth = excluded.auth";

/// Tells in this browser as well, from what is told next, for as long as the session lasts.
#[boxed]
pub async fn subscribe(
    writer: &Writer,
    permit: OwnAccount,
    new: NewPushSubscription,
) -> Result<PushSubscription, DbError> {
    let endpoint = web_address(&new.endpoint).filter(|endpoint| endpoint.starts_with("https://"));
    let endpoint = endpoint.ok_or_else(|| refused(ViolationCode::Malformed, "endpoint"))?;
    let key = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
    let p256dh = key(&new.p256dh).filter(|key| vapid::is_public_key(key));
    let p256dh = p256dh.ok_or_else(|| refused(ViolationCode::Malformed, "p256dh"))?;
    let auth = key(&new.auth).filter(|auth| auth.len() == AUTH);
    let auth = auth.ok_or_else(|| refused(ViolationCode::Malformed, "auth"))?;
    let (account, session) = (permit.account(), permit.session());
    let work = writer.write(permit.actor(), async |writing| {
        let now = writing.now();
        let room = diesel::sql_query(MAKE_ROOM)
            .bind::<SqlUuid, _>(account)
            .bind::<Timestamptz, _>(now)
            .bind::<Text, _>(&endpoint)
            .bind::<Binary, _>(&p256dh)
            .bind::<Binary, _>(&auth);
        room.execute(writing.connection()).await?;
        let others = push_subscription::account_id.eq(account).and(push_subscription::endpoint.ne(&endpoint));
        let others: i64 = push_subscription::table.filter(others).count().get_result(writing.connection()).await?;
        at_most(MOST, usize::try_from(others).unwrap_or(MOST) + 1, "endpoint")?;
        let subscribe = diesel::sql_query(SUBSCRIBE)
            .bind::<SqlUuid, _>(random::id(now))
            .bind::<SqlUuid, _>(account)
            .bind::<SqlUuid, _>(session)
            .bind::<Text, _>(&endpoint)
            .bind::<Binary, _>(&p256dh)
            .bind::<Binary, _>(&auth)
            .bind::<Timestamptz, _>(now);
        if subscribe.execute(writing.connection()).await? == 0 {
            return Err(refused(ViolationCode::Taken, "endpoint"));
        }
        let own = push_subscription::table.filter(push_subscription::endpoint.eq(&endpoint));
        Ok(own.select(PushSubscription::as_select()).first(writing.connection()).await?)
    });
    work.await
}

/// Tells no more in one of one's own browsers; one that is gone already stays so.
#[boxed]
pub async fn unsubscribe(writer: &Writer, permit: OwnAccount, which: Id<PushSubscription>) -> Result<(), DbError> {
    let id = which.uuid()?;
    let work = writer.write(permit.actor(), async |writing| {
        let own = push_subscription::table.find(id).filter(push_subscription::account_id.eq(permit.account()));
        diesel::delete(own).execute(writing.connection()).await?;
        Ok(())
    });
    work.await
}

/// Notes which of what was told is pushed, and when: in sessions that last, as people have chosen, and not at night.
pub(super) async fn plan(writing: &mut Writing, told: &[Uuid]) -> Result<(), DbError> {
    const PLAN: &str = "INSERT INTO notification_push (notification_id, subscription_id, send_after)
        SELECT n.id, p.id, notification_mail_time('AT_ONCE', n.created_at)
        FROM notification n
        JOIN push_subscription p ON p.account_id = n.account_id
        JOIN session s ON s.id = p.session_id AND s.ended_at IS NULL AND s.expires_at > $2
        LEFT JOIN notification_choice c ON c.account_id = n.account_id AND c.kind = n.kind
        WHERE n.id = ANY ($1) AND coalesce(c.push, notification_mail_default(n.kind) = 'AT_ONCE')";
    let plan = diesel::sql_query(PLAN).bind::<Array<SqlUuid>, _>(told).bind::<Timestamptz, _>(writing.now());
    plan.execute(writing.connection()).await?;
    Ok(())
}

/// A push that one has taken up.
#[derive(Debug)]
pub struct Taken {
    /// What is told.
    pub notification: Uuid,
    /// Where the push service takes it.
    pub endpoint: String,
    /// For which key it is encrypted.
    pub p256dh: Vec<u8>,
    /// What is shared with the browser.
    pub auth: Vec<u8>,
    /// The language of what is told to the person.
    pub language: Language,
    /// The session in which they have subscribed: it says what they may see now, if it lasts.
    pub session: Bearer,
    subscription: Uuid,
    attempts: i32,
}

/// What became of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The push service has taken it.
    Sent,
    /// Its reader may not see what it tells of, or has signed out.
    Dropped,
    /// The browser is gone, and is forgotten.
    Gone,
    /// The push service will never take it, and says why.
    Refused(String),
    /// It did not go out this time.
    Failed(String),
}

/// What is due, for SQL.
const DUE: &str = "ended_at IS NULL AND send_after <= $1 AND (lease_until IS NULL OR lease_until < clock_timestamp())";

/// Whether any push is due: a look that costs nothing, for servers that have nothing to do.
#[boxed]
pub async fn due(pool: &Pool, now: DateTime<Utc>) -> Result<bool, DbError> {
    let look = format!("SELECT EXISTS (SELECT FROM notification_push WHERE {DUE}) AS holds");
    let query = diesel::sql_query(look).bind::<Timestamptz, _>(now);
    let found: Holds = query.get_result(&mut pool.get().await?.statement()).await?;
    Ok(found.holds)
}

#[derive(QueryableByName)]
struct TakenRow {
    #[diesel(sql_type = SqlUuid)]
    notification_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    subscription_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    session_id: Uuid,
    #[diesel(sql_type = Text)]
    language: Language,
    #[diesel(sql_type = Text)]
    endpoint: String,
    #[diesel(sql_type = Binary)]
    p256dh: Vec<u8>,
    #[diesel(sql_type = Binary)]
    auth: Vec<u8>,
    #[diesel(sql_type = Integer)]
    attempts: i32,
}

/// Takes up the push that has been due for longest; none if there is none.
#[boxed]
pub async fn claim(writer: &Writer) -> Result<Option<Taken>, DbError> {
    let work = async |writing: &mut Writing| {
        let take = format!(
            "WITH next AS MATERIALIZED (
                SELECT notification_id, subscription_id FROM notification_push WHERE {DUE} ORDER BY send_after LIMIT 1 FOR UPDATE SKIP LOCKED)
            UPDATE notification_push n SET lease_until = clock_timestamp() + $2, attempts = attempts + 1
            FROM next, push_subscription p JOIN account a ON a.id = p.account_id
            WHERE n.notification_id = next.notification_id AND n.subscription_id = next.subscription_id AND p.id = n.subscription_id
            RETURNING n.notification_id, n.subscription_id, p.account_id, p.session_id, a.language, p.endpoint, p.p256dh, p.auth, n.attempts"
        );
        let take = diesel::sql_query(take).bind::<Timestamptz, _>(writing.now()).bind::<Interval, _>(lasting(LEASE));
        let rows: Vec<TakenRow> = take.load(writing.connection()).await?;
        Ok(rows.into_iter().next().map(|row| Taken {
            notification: row.notification_id,
            endpoint: row.endpoint,
            p256dh: row.p256dh,
            auth: row.auth,
            language: row.language,
            session: Bearer::User { account: row.account_id, session: row.session_id },
            subscription: row.subscription_id,
            attempts: row.attempts,
        }))
    };
    writer.write(Actor::Operator, work).await
}

/// Notes what became of a push. Whoever has lost it meanwhile notes nothing.
#[boxed]
pub async fn ended(writer: &Writer, taken: &Taken, outcome: &Outcome) -> Result<(), DbError> {
    const FORGET: &str = "DELETE FROM push_subscription WHERE id = $1";
    const END: &str =
        "UPDATE notification_push SET lease_until = NULL, error = $4, send_after = coalesce($5, send_after),
            ended_at = CASE WHEN $5 IS NULL THEN $6 END
        WHERE notification_id = $1 AND subscription_id = $2 AND attempts = $3 AND ended_at IS NULL";
    let work = async |writing: &mut Writing| {
        let now = writing.now();
        let pause = usize::try_from(taken.attempts - 1).ok().and_then(|n| PAUSES.get(n));
        let (error, later) = match outcome {
            // With it goes what waits for it.
            Outcome::Gone => {
                let forget = diesel::sql_query(FORGET).bind::<SqlUuid, _>(taken.subscription);
                forget.execute(writing.connection()).await?;
                return Ok(());
            }
            Outcome::Sent => (None, None),
            Outcome::Dropped => (Some("its reader may not see it any more"), None),
            Outcome::Refused(error) => (Some(error.as_str()), None),
            Outcome::Failed(error) => (Some(error.as_str()), pause.map(|minutes| now + TimeDelta::minutes(*minutes))),
        };
        let end = diesel::sql_query(END)
            .bind::<SqlUuid, _>(taken.notification)
            .bind::<SqlUuid, _>(taken.subscription)
            .bind::<Integer, _>(taken.attempts)
            .bind::<Nullable<Text>, _>(error)
            .bind::<Nullable<Timestamptz>, _>(later)
            .bind::<Timestamptz, _>(now);
        end.execute(writing.connection()).await?;
        Ok(())
    };
    writer.write(Actor::Operator, work).await
}

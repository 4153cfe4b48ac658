//! What is sent next, and what became of it.
//!
//! Whoever sends holds a lease, whose token nobody else has: who lost it meanwhile notes nothing. A message's id is not kept but computed from
//! where it begins and ends, so that it is the same at each attempt, whichever server makes it.

use std::time::Duration;

use auth::{Action, Actor, Principal, random};
use chrono::{DateTime, TimeDelta, Utc};
use derive::boxed;
use diesel::{
    Insertable, QueryableByName,
    sql_types::{Array, BigInt, Bool, Integer, Interval, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::types;
use crate::{
    DbError, Pool, Writer,
    change::ChangeFilter,
    lease::{Holds, lasting},
    principal,
    schema::webhook_delivery,
    writer::{AuditEvent, ChangeKind, Writing},
};

/// How long a webhook is nobody else's while something is sent.
const LEASE: Duration = Duration::from_secs(60);

/// The pauses after attempts that failed, in seconds; the last one from then on. Each is made longer by up to a quarter, by chance, so that
/// what failed together does not come back together.
const PAUSES: [i64; 8] = [5, 20, 60, 300, 900, 1_800, 3_600, 7_200];

/// For how long messages may fail until the webhook is disabled.
const PATIENCE: TimeDelta = TimeDelta::days(7);

/// How many attempts of each webhook are kept.
const KEPT: i64 = 50;

/// For how long the secret before the latest one signs, too.
const ROTATION: TimeDelta = TimeDelta::days(1);

/// A webhook for which there is something to send, taken up.
#[derive(Debug)]
pub struct Due {
    /// The webhook.
    pub id: Uuid,
    /// Where messages are sent.
    pub url: String,
    /// What of the feed is sent.
    pub filter: ChangeFilter,
    /// Up to where everything was sent.
    pub place: i64,
    /// How often it was sent back to a place.
    pub replays: i32,
    /// Which secrets sign, the latest first.
    pub secrets: Vec<i32>,
    /// True if a test is wanted before anything else.
    pub is_test: bool,
    /// What the service account may see now.
    pub reader: Principal,
    lease: Uuid,
    failures: i32,
}

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The message.
    pub message_id: String,
    /// How many changes it told of.
    pub events: usize,
    /// Up to where everything is sent if it has arrived.
    pub place: i64,
    /// How long it took until there was an answer, or none any more.
    pub took: Duration,
    /// The HTTP status of the answer.
    pub status: Option<u16>,
    /// Why it failed; none if it has arrived.
    pub error: Option<String>,
    /// True if the other side wants nothing more, ever.
    pub is_gone: bool,
}

/// What is due, for SQL. A test goes out at once, also while others fail.
const DUE: &str =
    "w.disabled_at IS NULL AND (w.lease_until IS NULL OR w.lease_until < clock_timestamp()) AND s.status = 'ACTIVE'
    AND (w.test_wanted OR w.send_after <= $1 AND w.place < (SELECT coalesce(max(c.id), 0) FROM change c))";

/// Whether there is anything to send: a look that costs nothing, for servers that have nothing to do.
#[boxed]
pub async fn due(pool: &Pool, now: DateTime<Utc>) -> Result<bool, DbError> {
    let look = format!(
        "SELECT EXISTS (SELECT FROM webhook w JOIN service_account s ON s.id = w.service_account_id WHERE {DUE}) AS holds"
    );
    let query = diesel::sql_query(look).bind::<Timestamptz, _>(now);
    let found: Holds = query.get_result(&mut pool.get().await?.statement()).await?;
    Ok(found.holds)
}

#[derive(QueryableByName)]
struct DueRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    service_account_id: Uuid,
    #[diesel(sql_type = Text)]
    url: String,
    #[diesel(sql_type = Array<Nullable<Text>>)]
    nouns: Vec<Option<String>>,
    #[diesel(sql_type = Nullable<Text>)]
    programme: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    agency: Option<String>,
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = Integer)]
    replays: i32,
    #[diesel(sql_type = Integer)]
    secret_number: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    rotated_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    test_wanted: bool,
    #[diesel(sql_type = Integer)]
    failures: i32,
}

/// Takes up the webhook that has been due for longest, or `only` that one; none if there is none.
#[boxed]
pub async fn claim(writer: &Writer, only: Option<Uuid>) -> Result<Option<Due>, DbError> {
    let work = async |writing: &mut Writing| {
        let (now, lease) = (writing.now(), random::id(writing.now()));
        let take = format!(
            "WITH next AS MATERIALIZED (
                SELECT w.id, p.code AS programme, a.code AS agency
                FROM webhook w JOIN service_account s ON s.id = w.service_account_id
                LEFT JOIN programme p ON p.id = w.programme_id LEFT JOIN agency a ON a.id = w.agency_id
                WHERE {DUE} AND ($4 IS NULL OR w.id = $4) ORDER BY w.send_after, w.id LIMIT 1 FOR UPDATE OF w SKIP LOCKED)
            UPDATE webhook SET lease = $2, lease_until = clock_timestamp() + $3
            FROM next WHERE webhook.id = next.id
            RETURNING webhook.id, service_account_id, url, nouns, next.programme, next.agency, place, replays, secret_number, rotated_at, test_wanted, failures"
        );
        let take = diesel::sql_query(take)
            .bind::<Timestamptz, _>(now)
            .bind::<SqlUuid, _>(lease)
            .bind::<Interval, _>(lasting(LEASE))
            .bind::<Nullable<SqlUuid>, _>(only);
        let rows: Vec<DueRow> = take.load(writing.connection()).await?;
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        let Some(reader) = principal::of_service_account(writing, row.service_account_id).await? else {
            return Ok(None);
        };
        let before = row.rotated_at.filter(|rotated| now - *rotated < ROTATION).map(|_| row.secret_number - 1);
        let filter =
            ChangeFilter { types: types(&row.nouns), programme: row.programme, agency: row.agency, code: None };
        Ok(Some(Due {
            id: row.id,
            url: row.url,
            filter,
            place: row.place,
            replays: row.replays,
            secrets: [row.secret_number].into_iter().chain(before).collect(),
            is_test: row.test_wanted,
            reader,
            lease,
            failures: row.failures,
        }))
    };
    writer.write(Actor::Operator, work).await
}

/// Notes that nothing up to a place was for the webhook.
#[boxed]
pub async fn passed(writer: &Writer, due: &Due, place: i64) -> Result<(), DbError> {
    const PASS: &str =
        "UPDATE webhook SET place = $3, send_after = $4, lease = NULL, lease_until = NULL WHERE id = $1 AND lease = $2";
    let work = async |writing: &mut Writing| {
        let pass = diesel::sql_query(PASS)
            .bind::<SqlUuid, _>(due.id)
            .bind::<SqlUuid, _>(due.lease)
            .bind::<BigInt, _>(place)
            .bind::<Timestamptz, _>(writing.now());
        pass.execute(writing.connection()).await?;
        Ok(())
    };
    writer.write(Actor::Operator, work).await
}

#[derive(Debug, Insertable)]
#[diesel(table_name = webhook_delivery)]
struct NewDelivery<'a> {
    id: Uuid,
    webhook_id: Uuid,
    message_id: &'a str,
    test: bool,
    events: i32,
    sent_at: DateTime<Utc>,
    milliseconds: i32,
    status: Option<i32>,
    error: Option<&'a str>,
}

#[derive(QueryableByName)]
struct Ended {
    #[diesel(sql_type = SqlUuid)]
    service_account_id: Uuid,
    #[diesel(sql_type = Bool)]
    disabled: bool,
}

/// A message has arrived, or has failed. A test changes nothing of how a webhook stands, nor does a failure of one that was disabled meanwhile.
const END: &str = "WITH before AS MATERIALIZED (
        SELECT id, disabled_at, NOT $4 AND $6 AND disabled_at IS NULL AS fails FROM webhook WHERE id = $1 AND lease = $2 FOR UPDATE)
    UPDATE webhook w SET lease = NULL, lease_until = NULL,
        test_wanted = w.test_wanted AND NOT $4,
        place = CASE WHEN $4 OR $6 THEN w.place ELSE $3 END,
        failures = CASE WHEN before.fails THEN w.failures + 1 WHEN $4 OR $6 THEN w.failures ELSE 0 END,
        failing_since = CASE WHEN before.fails THEN coalesce(w.failing_since, $7) WHEN $4 OR $6 THEN w.failing_since END,
        send_after = CASE WHEN before.fails THEN $8 WHEN $4 OR $6 THEN w.send_after ELSE $7 END,
        disabled_at = CASE WHEN before.fails AND ($5 OR w.failing_since < $9) THEN $7 ELSE w.disabled_at END
    FROM before WHERE w.id = before.id
    RETURNING w.service_account_id, before.disabled_at IS NULL AND w.disabled_at IS NOT NULL AS disabled";

/// Who keeps its service account is told that a webhook was disabled.
const TELL: &str = "INSERT INTO notification_event (kind, webhook_id, agency_id, happened_at)
    SELECT 'WEBHOOK_DISABLED', $1, s.agency_id, $3 FROM service_account s WHERE s.id = $2";

/// The latest attempts are kept.
const FORGET: &str = "DELETE FROM webhook_delivery WHERE webhook_id = $1
    AND id <= (SELECT id FROM webhook_delivery WHERE webhook_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1)";

/// Notes what became of an attempt; true if the webhook was disabled for it. Whoever has lost it meanwhile notes the attempt alone.
#[boxed]
pub async fn ended(writer: &Writer, due: &Due, delivered: &Delivered) -> Result<bool, DbError> {
    let has_failed = delivered.error.is_some();
    let work = async |writing: &mut Writing| {
        let now = writing.now();
        let row = NewDelivery {
            id: random::id(now),
            webhook_id: due.id,
            message_id: &delivered.message_id,
            test: due.is_test,
            events: i32::try_from(delivered.events).unwrap_or(i32::MAX),
            sent_at: now,
            milliseconds: i32::try_from(delivered.took.as_millis()).unwrap_or(i32::MAX),
            status: delivered.status.map(i32::from),
            error: delivered.error.as_deref(),
        };
        diesel::insert_into(webhook_delivery::table).values(row).execute(writing.connection()).await?;
        let forget = diesel::sql_query(FORGET).bind::<SqlUuid, _>(due.id).bind::<BigInt, _>(KEPT);
        forget.execute(writing.connection()).await?;
        let end = diesel::sql_query(END)
            .bind::<SqlUuid, _>(due.id)
            .bind::<SqlUuid, _>(due.lease)
            .bind::<BigInt, _>(delivered.place)
            .bind::<Bool, _>(due.is_test)
            .bind::<Bool, _>(delivered.is_gone)
            .bind::<Bool, _>(has_failed)
            .bind::<Timestamptz, _>(now)
            .bind::<Timestamptz, _>(now + pause(due.failures))
            .bind::<Timestamptz, _>(now - PATIENCE);
        let ended: Vec<Ended> = end.load(writing.connection()).await?;
        let Some(account) = ended.into_iter().find(|it| it.disabled).map(|it| it.service_account_id) else {
            return Ok(false);
        };
        let tell =
            diesel::sql_query(TELL).bind::<SqlUuid, _>(due.id).bind::<SqlUuid, _>(account).bind::<Timestamptz, _>(now);
        tell.execute(writing.connection()).await?;
        writing.changed(ChangeKind::Updated, ("service_account", account));
        writing.audit(AuditEvent {
            action: Action::ManageServices.as_str(),
            object: Some(("service_account", account)),
            after: Some(serde_json::json!({ "disabledWebhook": due.id, "error": delivered.error })),
            ..AuditEvent::default()
        });
        Ok(true)
    };
    writer.write(Actor::Operator, work).await
}

/// How long nothing is sent after so many failures and another one.
fn pause(failures: i32) -> TimeDelta {
    let seconds = usize::try_from(failures).ok().and_then(|n| PAUSES.get(n)).or(PAUSES.last()).copied();
    let seconds = seconds.unwrap_or_default();
    let [by] = random::bytes::<1>();
    TimeDelta::milliseconds(seconds * 1_000 + seconds * 250 * i64::from(by) / 255)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_are_never_shorter_than_they_are_said_to_be() {
        for (failures, seconds) in [(0, 5), (1, 20), (7, 7_200), (100, 7_200)] {
            let pause = pause(failures);
            assert!(pause >= TimeDelta::seconds(seconds) && pause * 4 <= TimeDelta::seconds(seconds) * 5, "{pause}");
        }
    }
}

//! What goes by e-mail, and how each mail is sent once, or at most twice.
//!
//! A mail is taken up under a lease, sent, and its end is noted. If the end is not known (the server died, or the other side hung up after
//! it had taken the mail), it is sent once more under the same `Message-ID`, by which mail programs know it again; twice in doubt, it is given
//! up, for somebody to look at.

use std::time::Duration;

use auth::{Actor, Principal, random};
use chrono::{DateTime, TimeDelta, Utc};
use derive::boxed;
use diesel::{
    QueryDsl as _, QueryableByName,
    sql_types::{Array, BigInt, Integer, Interval, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::tell::{Holds, is_mine};
use crate::{DbError, Pool, Writer, enums::Language, lease::lasting, principal, schema::account, writer::Writing};

/// The lock of whoever takes a mail up.
const MAILING: &str = "notification mails";

/// The most notifications of one mail.
const MOST: i32 = 100;

/// How long a mail is nobody else's while it is sent.
const LEASE: Duration = Duration::from_secs(120);

/// How many minutes it is waited after each attempt that failed; the tenth is the last. Together a day and a half.
const PAUSES: [i64; 9] = [1, 5, 15, 60, 180, 360, 480, 480, 480];

/// Notes which of what was told is mailed, and when: to those who have an address, as they have chosen.
pub(super) async fn plan(writing: &mut Writing, told: &[Uuid]) -> Result<(), DbError> {
    const PLAN: &str = "INSERT INTO notification_mail (notification_id, account_id, send_after)
        SELECT n.id, n.account_id, notification_mail_time(chosen.mail, n.created_at)
        FROM notification n
        JOIN account a ON a.id = n.account_id AND a.email IS NOT NULL
        LEFT JOIN notification_choice c ON c.account_id = n.account_id AND c.kind = n.kind
        CROSS JOIN LATERAL (SELECT coalesce(c.mail, notification_mail_default(n.kind)) AS mail) AS chosen
        WHERE n.id = ANY ($1) AND chosen.mail <> 'NEVER'";
    diesel::sql_query(PLAN).bind::<Array<SqlUuid>, _>(told).execute(writing.connection()).await?;
    Ok(())
}

/// A mail that one has taken up.
#[derive(Debug)]
pub struct Taken {
    /// Its id, the same at each attempt.
    pub id: Uuid,
    /// What is told in it, what happened first before the rest.
    pub notifications: Vec<Uuid>,
    account_id: Uuid,
    attempts: i32,
}

/// Whom a mail is for.
#[derive(Debug)]
pub struct Addressee {
    /// The address.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// The language of what is sent to them.
    pub language: Language,
    /// What they are and may see now.
    pub reader: Principal,
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The other side has taken it.
    Sent,
    /// There is nothing in it that its reader may see.
    Dropped,
    /// The other side will never take it, and says why.
    Refused(String),
    /// It did not go out this time.
    Failed(String),
    /// It may have gone out.
    Doubtful(String),
}

#[derive(QueryableByName)]
struct TakenRow {
    #[diesel(sql_type = SqlUuid)]
    notification_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    mail_id: Uuid,
    #[diesel(sql_type = Integer)]
    attempts: i32,
}

/// Whether any mail is due: a look that costs nothing, for servers that have nothing to do.
#[boxed]
pub async fn is_any_due(pool: &Pool, now: DateTime<Utc>) -> Result<bool, DbError> {
    const LOOK: &str = "SELECT EXISTS (SELECT FROM notification_mail
        WHERE state IN ('WAITING', 'SENDING') AND send_after <= $1 AND (state = 'WAITING' OR lease_until < clock_timestamp())) AS holds";
    let query = diesel::sql_query(LOOK).bind::<Timestamptz, _>(now);
    let found: Holds = query.get_result(&mut pool.get().await?.statement()).await?;
    Ok(found.holds)
}

/// What was in doubt before is so for the second time.
const GIVE_UP: &str =
    "UPDATE notification_mail SET state = 'DEAD', lease_until = NULL, ended_at = $1, error = 'in doubt twice'
    WHERE state = 'SENDING' AND lease_until < clock_timestamp() AND doubts = 1";

/// All of one mail: the one that was left, or what has come due for one person and was never tried.
const TAKE: &str = "
    WITH first AS (
        SELECT account_id, mail_id FROM notification_mail
        WHERE state IN ('WAITING', 'SENDING') AND send_after <= $1 AND (state = 'WAITING' OR lease_until < clock_timestamp())
        ORDER BY send_after, notification_id LIMIT 1),
    whole AS (
        SELECT m.notification_id FROM notification_mail m, first
        WHERE m.account_id = first.account_id AND m.mail_id IS NOT DISTINCT FROM first.mail_id AND m.state IN ('WAITING', 'SENDING')
            AND m.send_after <= $1
        ORDER BY m.notification_id LIMIT $4)
    UPDATE notification_mail m SET state = 'SENDING', lease_until = clock_timestamp() + $2, attempts = attempts + 1,
        doubts = doubts + (m.state = 'SENDING')::integer, mail_id = coalesce(m.mail_id, $3)
    FROM whole WHERE m.notification_id = whole.notification_id
    RETURNING m.notification_id, m.account_id, m.mail_id, m.attempts";

/// Takes up the mail that has been due for longest; none if there is none, or if another server is at it.
#[boxed]
pub async fn claim(writer: &Writer) -> Result<Option<Taken>, DbError> {
    let work = async |writing: &mut Writing| {
        if !is_mine(writing, MAILING).await? {
            return Ok(None);
        }
        let now = writing.now();
        diesel::sql_query(GIVE_UP).bind::<Timestamptz, _>(now).execute(writing.connection()).await?;
        let take = diesel::sql_query(TAKE)
            .bind::<Timestamptz, _>(now)
            .bind::<Interval, _>(lasting(LEASE))
            .bind::<SqlUuid, _>(random::id(now))
            .bind::<Integer, _>(MOST);
        let mut rows: Vec<TakenRow> = take.load(writing.connection()).await?;
        rows.sort_by_key(|it| it.notification_id);
        let Some(&TakenRow { account_id, mail_id: id, attempts, .. }) = rows.as_slice().first() else {
            return Ok(None);
        };
        let notifications = rows.into_iter().map(|it| it.notification_id).collect();
        Ok(Some(Taken { id, notifications, account_id, attempts }))
    };
    writer.write(Actor::Operator, work).await
}

/// Whom a mail is for, as they are now; none if their account is disabled, or if they have taken their address away.
#[boxed]
pub async fn addressee(writer: &Writer, taken: &Taken) -> Result<Option<Addressee>, DbError> {
    let work = async |writing: &mut Writing| {
        let person =
            account::table.find(taken.account_id).select((account::email, account::full_name, account::language));
        let (email, name, language): (Option<String>, String, Language) = person.first(writing.connection()).await?;
        let reader = principal::of_account(writing, taken.account_id).await?;
        Ok(email.zip(reader).map(|(email, reader)| Addressee { email, name, language, reader }))
    };
    writer.write(Actor::Operator, work).await
}

/// Notes what became of a mail; true if it was given up. Whoever has lost it meanwhile notes nothing.
#[boxed]
pub async fn ended(writer: &Writer, taken: &Taken, outcome: &Outcome) -> Result<bool, DbError> {
    // In doubt for the second time, it waits no more.
    const END: &str = "UPDATE notification_mail SET lease_until = NULL, error = $4, doubts = least(doubts + $6, 1),
            state = CASE WHEN doubts + $6 > 1 THEN 'DEAD' ELSE $3 END,
            ended_at = CASE WHEN $3 <> 'WAITING' OR doubts + $6 > 1 THEN $7 END,
            send_after = coalesce($5, send_after)
        WHERE mail_id = $1 AND attempts = $2 AND state = 'SENDING' RETURNING state = 'DEAD' AS holds";
    let work = async |writing: &mut Writing| {
        let now = writing.now();
        let pause = usize::try_from(taken.attempts - 1).ok().and_then(|n| PAUSES.get(n));
        let later = pause.map(|minutes| now + TimeDelta::minutes(*minutes));
        let (state, error, after, doubts) = match (outcome, later) {
            (Outcome::Sent, _) => ("SENT", None, None, 0),
            (Outcome::Dropped, _) => ("DROPPED", None, None, 0),
            (Outcome::Failed(error), Some(later)) => ("WAITING", Some(error), Some(later), 0),
            (Outcome::Doubtful(error), Some(later)) => ("WAITING", Some(error), Some(later), 1),
            (Outcome::Refused(error) | Outcome::Failed(error) | Outcome::Doubtful(error), _) => {
                ("DEAD", Some(error), None, 0)
            }
        };
        let end = diesel::sql_query(END)
            .bind::<SqlUuid, _>(taken.id)
            .bind::<Integer, _>(taken.attempts)
            .bind::<Text, _>(state)
            .bind::<Nullable<Text>, _>(error)
            .bind::<Nullable<Timestamptz>, _>(after)
            .bind::<Integer, _>(doubts)
            .bind::<Timestamptz, _>(now);
        let ended: Vec<Holds> = end.load(writing.connection()).await?;
        Ok(ended.iter().any(|it| it.holds))
    };
    writer.write(Actor::Operator, work).await
}

/// How many notifications wait for their mail, and those that were given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// How many wait or are being sent.
    pub waiting: i64,
    /// Mails that were given up, the latest first, at most 100.
    pub dead: Vec<DeadMail>,
}

/// A mail that was given up.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct DeadMail {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Whose it is: the login.
    #[diesel(sql_type = Text)]
    pub login: String,
    /// How many notifications it has.
    #[diesel(sql_type = BigInt)]
    pub notifications: i64,
    /// When it was given up.
    #[diesel(sql_type = Timestamptz)]
    pub ended_at: DateTime<Utc>,
    /// Why.
    #[diesel(sql_type = Text)]
    pub error: String,
}

/// The queue, for operators.
#[boxed]
pub async fn queue(pool: &Pool) -> Result<Queue, DbError> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        waiting: i64,
    }
    const WAITING: &str = "SELECT count(*) AS waiting FROM notification_mail WHERE state IN ('WAITING', 'SENDING')";
    const DEAD: &str = "SELECT m.mail_id AS id, a.login, count(*) AS notifications, max(m.ended_at) AS ended_at, coalesce(min(m.error), '') AS error
        FROM notification_mail m JOIN account a ON a.id = m.account_id WHERE m.state = 'DEAD'
        GROUP BY m.mail_id, a.login ORDER BY max(m.ended_at) DESC LIMIT 100";
    let connection = pool.get().await?;
    let Count { waiting } = diesel::sql_query(WAITING).get_result(&mut connection.statement()).await?;
    let dead = diesel::sql_query(DEAD).load(&mut connection.statement()).await?;
    Ok(Queue { waiting, dead })
}

/// Sends what was given up again, from the beginning; how many notifications.
#[boxed]
pub async fn again(writer: &Writer) -> Result<usize, DbError> {
    const AGAIN: &str = "UPDATE notification_mail SET state = 'WAITING', ended_at = NULL, attempts = 0, doubts = 0, send_after = $1 WHERE state = 'DEAD'";
    let work = async |writing: &mut Writing| {
        let again = diesel::sql_query(AGAIN).bind::<Timestamptz, _>(writing.now());
        Ok(again.execute(writing.connection()).await?)
    };
    writer.write(Actor::Operator, work).await
}

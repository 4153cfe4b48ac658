//! What goes by e-mail, and how each mail is sent once, or at most twice.
//!
//! A mail is taken up under a lease, sent, and its end is noted. If the end is not known (the server died, or the other side hung up after
//! it had taken the mail), it is sent once more; twice in doubt, it is given up, for somebody to look at.
//!
//! Mails of each [`Kind`] wait in a table of their own, with the same columns and states: so whatever is said here holds for all of them.

use std::{cmp::Reverse, time::Duration};

use auth::{Actor, Principal, random};
use chrono::{DateTime, TimeDelta, Utc};
use derive::boxed;
use diesel::{
    QueryDsl as _, QueryableByName,
    sql_types::{BigInt, Bool, Integer, Interval, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use crate::{
    DbError, Pool, Writer,
    enums::Language,
    lease::{Holds, is_mine, lasting},
    principal,
    schema::account,
    writer::Writing,
};

/// The lock of whoever takes a mail up.
const MAILING: &str = "mail";

/// The most rows of one mail.
const MOST: i32 = 100;

/// The most mails that are shown as given up.
const SHOWN: usize = 100;

/// How long a mail is nobody else's while it is sent.
const LEASE: Duration = Duration::from_secs(120);

/// How many minutes it is waited after each attempt that failed; the tenth is the last. Together a day and a half.
const PAUSES: [i64; 9] = [1, 5, 15, 60, 180, 360, 480, 480, 480];

/// What a mail brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A link by which its reader sets a password.
    Link,
    /// What its reader is told, many things together.
    Notifications,
}

impl Kind {
    /// All of them: what somebody waits for at the screen comes first.
    const ALL: [Self; 2] = [Self::Link, Self::Notifications];

    /// A statement about the table of this kind, where it says `{table}`, and the column that names its rows, where it says `{row}`.
    fn in_its_table(self, statement: &str) -> String {
        let (table, row) = match self {
            Self::Link => ("account_mail", "mail_id"),
            Self::Notifications => ("notification_mail", "notification_id"),
        };
        statement.replace("{table}", table).replace("{row}", row)
    }
}

/// A mail that one has taken up.
#[derive(Debug)]
pub struct Taken {
    /// Its id, the same at each attempt.
    pub id: Uuid,
    /// What it brings.
    pub kind: Kind,
    /// The notifications that are told in it, what happened first before the rest; of a link itself.
    pub rows: Vec<Uuid>,
    pub(crate) account_id: Uuid,
    pub(crate) attempts: i32,
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
    /// There is nothing in it any more for its reader.
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
    row_id: Uuid,
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
    const LOOK: &str = "EXISTS (SELECT FROM {table}
        WHERE state IN ('WAITING', 'SENDING') AND send_after <= $1 AND (state = 'WAITING' OR lease_until < clock_timestamp()))";
    let looks = Kind::ALL.map(|kind| kind.in_its_table(LOOK)).join(" OR ");
    let query = diesel::sql_query(format!("SELECT {looks} AS holds")).bind::<Timestamptz, _>(now);
    let found: Holds = query.get_result(&mut pool.get().await?.statement()).await?;
    Ok(found.holds)
}

/// What was in doubt before is so for the second time.
const GIVE_UP: &str = "UPDATE {table} SET state = 'DEAD', lease_until = NULL, ended_at = $1, error = 'in doubt twice'
    WHERE state = 'SENDING' AND lease_until < clock_timestamp() AND doubts = 1";

/// All of one mail: the one that was left, or what has come due for one person and was never tried.
const TAKE: &str = "
    WITH first AS (
        SELECT account_id, mail_id FROM {table}
        WHERE state IN ('WAITING', 'SENDING') AND send_after <= $1 AND (state = 'WAITING' OR lease_until < clock_timestamp())
        ORDER BY send_after LIMIT 1),
    whole AS (
        SELECT m.{row} FROM {table} m, first
        WHERE m.account_id = first.account_id AND m.mail_id IS NOT DISTINCT FROM first.mail_id AND m.state IN ('WAITING', 'SENDING')
            AND m.send_after <= $1
        ORDER BY m.{row} LIMIT $4)
    UPDATE {table} m SET state = 'SENDING', lease_until = clock_timestamp() + $2, attempts = attempts + 1,
        doubts = doubts + (m.state = 'SENDING')::integer, mail_id = coalesce(m.mail_id, $3)
    FROM whole WHERE m.{row} = whole.{row}
    RETURNING m.{row} AS row_id, m.account_id, m.mail_id, m.attempts";

/// Takes up the mail that has been due for longest; none if there is none, or if another server is at it.
#[boxed]
pub async fn claim(writer: &Writer) -> Result<Option<Taken>, DbError> {
    let work = async |writing: &mut Writing| {
        if !is_mine(writing, MAILING).await? {
            return Ok(None);
        }
        for kind in Kind::ALL {
            if let Some(taken) = take(writing, kind).await? {
                return Ok(Some(taken));
            }
        }
        Ok(None)
    };
    writer.write(Actor::Operator, work).await
}

async fn take(writing: &mut Writing, kind: Kind) -> Result<Option<Taken>, DbError> {
    let now = writing.now();
    let give_up = diesel::sql_query(kind.in_its_table(GIVE_UP)).bind::<Timestamptz, _>(now);
    give_up.execute(writing.connection()).await?;
    let take = diesel::sql_query(kind.in_its_table(TAKE))
        .bind::<Timestamptz, _>(now)
        .bind::<Interval, _>(lasting(LEASE))
        .bind::<SqlUuid, _>(random::id(now))
        .bind::<Integer, _>(MOST);
    let mut rows: Vec<TakenRow> = take.load(writing.connection()).await?;
    rows.sort_by_key(|it| it.row_id);
    let Some(&TakenRow { account_id, mail_id: id, attempts, .. }) = rows.as_slice().first() else {
        return Ok(None);
    };
    let rows = rows.into_iter().map(|it| it.row_id).collect();
    Ok(Some(Taken { id, kind, rows, account_id, attempts }))
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
    const END: &str = "UPDATE {table} SET lease_until = NULL, error = $4, doubts = least(doubts + $6, 1),
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
        let end = diesel::sql_query(taken.kind.in_its_table(END))
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

/// What waits to be mailed, and what was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// How many notifications wait or are being sent.
    pub notifications: i64,
    /// How many links.
    pub links: i64,
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
    /// How many notifications it has; none if it brings a link.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub notifications: Option<i64>,
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
    let connection = pool.get().await?;
    let waiting = async |kind: Kind| {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            waiting: i64,
        }
        const WAITING: &str = "SELECT count(*) AS waiting FROM {table} WHERE state IN ('WAITING', 'SENDING')";
        let query = diesel::sql_query(kind.in_its_table(WAITING));
        let Count { waiting } = query.get_result(&mut connection.statement()).await?;
        Ok::<_, DbError>(waiting)
    };
    let mut dead = Vec::new();
    for kind in Kind::ALL {
        const DEAD: &str = "SELECT m.mail_id AS id, a.login, CASE WHEN $1 THEN count(*) END AS notifications, max(m.ended_at) AS ended_at,
                coalesce(min(m.error), '') AS error
            FROM {table} m JOIN account a ON a.id = m.account_id WHERE m.state = 'DEAD'
            GROUP BY m.mail_id, a.login ORDER BY max(m.ended_at) DESC LIMIT 100";
        let query = diesel::sql_query(kind.in_its_table(DEAD)).bind::<Bool, _>(kind == Kind::Notifications);
        let some: Vec<DeadMail> = query.load(&mut connection.statement()).await?;
        dead.extend(some);
    }
    dead.sort_by_key(|it| Reverse(it.ended_at));
    dead.truncate(SHOWN);
    Ok(Queue { notifications: waiting(Kind::Notifications).await?, links: waiting(Kind::Link).await?, dead })
}

/// Sends what was given up again, from the beginning; how many notifications and links.
#[boxed]
pub async fn again(writer: &Writer) -> Result<usize, DbError> {
    const AGAIN: &str = "UPDATE {table} SET state = 'WAITING', ended_at = NULL, attempts = 0, doubts = 0, send_after = $1 WHERE state = 'DEAD'";
    let work = async |writing: &mut Writing| {
        let mut all = 0;
        for kind in Kind::ALL {
            let again = diesel::sql_query(kind.in_its_table(AGAIN)).bind::<Timestamptz, _>(writing.now());
            all += again.execute(writing.connection()).await?;
        }
        Ok(all)
    };
    writer.write(Actor::Operator, work).await
}

//! How much waits to be told and sent, for whoever watches over the server.

use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Timestamptz},
};
use diesel_async::RunQueryDsl as _;

use crate::{DbError, Pool};

/// What waits, by queue. Everything here goes by itself; only what was given up needs somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Queues {
    /// What has happened and nobody was told of.
    #[diesel(sql_type = BigInt)]
    pub events: i64,
    /// Notifications and links whose mail is due.
    #[diesel(sql_type = BigInt)]
    pub mails: i64,
    /// Those that were given up: `cotmoc mail` shows why.
    #[diesel(sql_type = BigInt)]
    pub mails_given_up: i64,
    /// Pushes that are due.
    #[diesel(sql_type = BigInt)]
    pub pushes: i64,
    /// Webhooks whose last attempt failed.
    #[diesel(sql_type = BigInt)]
    pub webhooks_failing: i64,
}

/// How much waits at an instant, in one look.
#[boxed]
pub async fn queues(pool: &Pool, now: DateTime<Utc>) -> Result<Queues, DbError> {
    const LOOK: &str = "SELECT (SELECT count(*) FROM notification_event) AS events,
        (SELECT count(*) FROM notification_mail WHERE state IN ('WAITING', 'SENDING') AND send_after <= $1)
            + (SELECT count(*) FROM account_mail WHERE state IN ('WAITING', 'SENDING') AND send_after <= $1) AS mails,
        (SELECT count(*) FROM notification_mail WHERE state = 'DEAD') + (SELECT count(*) FROM account_mail WHERE state = 'DEAD') AS mails_given_up,
        (SELECT count(*) FROM notification_push WHERE ended_at IS NULL AND send_after <= $1) AS pushes,
        (SELECT count(*) FROM webhook WHERE disabled_at IS NULL AND failures > 0) AS webhooks_failing";
    let look = diesel::sql_query(LOOK).bind::<Timestamptz, _>(now);
    Ok(look.get_result(&mut pool.get().await?.statement()).await?)
}

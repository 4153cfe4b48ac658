//! Which notifications go by e-mail, and when.

use diesel::sql_types::{Array, Uuid as SqlUuid};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use crate::{DbError, writer::Writing};

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

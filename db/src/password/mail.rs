//! Links for a new password that go to the person by e-mail: because an administrator wants it, or because somebody has forgotten theirs.
//!
//! What waits says whose account it is, and nothing else. The link is made as its mail is sent, so its token is nowhere but in the mail, and
//! its time begins when it leaves. Each attempt makes another one, and the one before ends.

use auth::{Actor, Permit, action, random};
use chrono::TimeDelta;
use derive::boxed;
use diesel::{
    prelude::*,
    sql_types::{Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use serde_json::json;
use uuid::Uuid;

use super::{RESET_LIFE, Reset, create_reset, end_links, lock, may_reset};
use crate::{
    DbError, ViolationCode, Writer,
    mail::Taken,
    schema::{account, account_mail, password, password_reset},
    session::Entrance,
    sign_in::folded,
    throttle::{Tried, Try},
    writer::{AuditEvent, Writing},
};

/// How long the first link of an account holds: whoever is invited does not wait for it.
pub const INVITATION_LIFE: TimeDelta = TimeDelta::days(3);

/// How long after a link was asked for nobody else gets another one mailed without signing in: a stranger fills no inbox.
const REST: TimeDelta = TimeDelta::minutes(15);

/// A link, for its mail.
#[derive(Debug)]
pub struct Link {
    /// The link.
    pub reset: Reset,
    /// Of which account: the login.
    pub login: String,
    /// Whether the account has no password yet.
    pub is_first: bool,
}

/// What became of somebody's request, if an account has that login.
#[derive(QueryableByName)]
struct Asked {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    login: String,
    /// Why nothing is mailed; none if it is.
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
}

/// Puts a link in line for whoever has this login, if the account is in use, has an address, and was not sent one lately.
///
/// The answer is the same for every login, and so is the work: the same statements, with or without a row that one of them writes. Within
/// [`REST`] only the first request for an account writes one, so its time cannot be measured again and again.
#[boxed]
pub async fn request(
    writer: &Writer,
    _: &Permit<action::SignIn>,
    entrance: &Entrance,
    login: &str,
) -> Result<(), DbError> {
    // Those who ask at the same moment come one after the other.
    const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtext('password link ' || $1))";
    const ASK: &str = "
        WITH asked AS (
            SELECT a.id, a.login, CASE
                WHEN NOT $2 THEN 'BLOCKED'
                WHEN a.status <> 'ACTIVE' OR (a.demo AND NOT $3) THEN 'DISABLED'
                WHEN a.email IS NULL THEN 'NO_ADDRESS'
                WHEN EXISTS (SELECT FROM account_mail m WHERE m.account_id = a.id AND (m.state IN ('WAITING', 'SENDING') OR m.requested_at > $4))
                    THEN 'ASKED_BEFORE' END AS reason
            FROM account a WHERE a.login = $1),
        put AS (
            INSERT INTO account_mail (mail_id, account_id, requested_at, send_after) SELECT $5, id, $6, $6 FROM asked WHERE reason IS NULL)
        SELECT id, login, reason FROM asked";
    if !writer.mails() {
        return Err(DbError::violated(ViolationCode::NoMail, &["input"]));
    }
    let login = folded(login);
    let mut tried = Try::new(Tried::PasswordReset, entrance, writer, &login, false);
    let is_free = tried.count(writer).await?;
    let work = async |writing: &mut Writing| {
        let now = writing.now();
        diesel::sql_query(LOCK).bind::<Text, _>(&login).execute(writing.connection()).await?;
        let ask = diesel::sql_query(ASK)
            .bind::<Text, _>(&login)
            .bind::<Bool, _>(is_free)
            .bind::<Bool, _>(entrance.demo)
            .bind::<Timestamptz, _>(now - REST)
            .bind::<SqlUuid, _>(random::id(now))
            .bind::<Timestamptz, _>(now);
        let asked: Option<Asked> = ask.get_result(writing.connection()).await.optional()?;
        let reason = match &asked {
            Some(asked) => asked.reason.as_deref(),
            None if is_free => Some("UNKNOWN_LOGIN"),
            None => Some("BLOCKED"),
        };
        // The login is noted if an account has it only: people type passwords into that field.
        let after = json!({ "login": asked.as_ref().map(|asked| &asked.login), "reason": reason });
        writing.audit(AuditEvent {
            action: "REQUEST_PASSWORD_RESET",
            failed: reason.is_some(),
            object: asked.as_ref().map(|asked| ("account", asked.id)),
            after: Some(after),
            ..AuditEvent::default()
        });
        Ok(())
    };
    writer.write(Actor::Nobody, work).await
}

/// Puts a link in line, in place of what was there; `by` is who asks for it. The caller holds the account's lock.
pub(crate) async fn put_in_line(writing: &mut Writing, account: Uuid, by: Option<Uuid>) -> Result<(), DbError> {
    let now = writing.now();
    end_links(writing, account).await?;
    let new = (
        account_mail::mail_id.eq(random::id(now)),
        account_mail::account_id.eq(account),
        account_mail::requested_by.eq(by),
        account_mail::requested_at.eq(now),
        account_mail::send_after.eq(now),
    );
    diesel::insert_into(account_mail::table).values(new).execute(writing.connection()).await?;
    Ok(())
}

/// Lets go of the links of an account that wait to be mailed, are being mailed, or were given up: something later has taken their place.
pub(crate) async fn let_go(writing: &mut Writing, account: Uuid) -> Result<(), DbError> {
    const LET_GO: &str =
        "UPDATE account_mail SET state = 'DROPPED', ended_at = coalesce(ended_at, $2), lease_until = NULL
        WHERE account_id = $1 AND state IN ('WAITING', 'SENDING', 'DEAD')";
    let let_go = diesel::sql_query(LET_GO).bind::<SqlUuid, _>(account).bind::<Timestamptz, _>(writing.now());
    let_go.execute(writing.connection()).await?;
    Ok(())
}

/// Ends the link of an attempt before. Links of other makers stay: what a stranger asks for ends nothing that an administrator gave.
async fn end_before(writing: &mut Writing, account: Uuid, by: Option<Uuid>) -> Result<(), DbError> {
    let now = writing.now();
    let before = password_reset::account_id.eq(account).and(password_reset::created_by.is_not_distinct_from(by));
    diesel::update(password_reset::table.filter(before.and(password_reset::used_at.is_null())))
        .set(password_reset::used_at.eq(now))
        .execute(writing.connection())
        .await?;
    Ok(())
}

/// Makes the link that a mail brings, as it is sent; the one of an attempt before ends. None if whoever asked for it could not make it any
/// more, or if another server has the mail.
#[boxed]
pub async fn issue(writer: &Writer, taken: &Taken) -> Result<Option<Link>, DbError> {
    let account = taken.account_id;
    let work = async |writing: &mut Writing| {
        lock(writing, account).await?;
        let is_ours = account_mail::state.eq("SENDING").and(account_mail::attempts.eq(taken.attempts));
        let own = account_mail::table.find(taken.id).filter(is_ours).select(account_mail::requested_by);
        let by: Option<Option<Uuid>> = own.first(writing.connection()).await.optional()?;
        let Some(by) = by else { return Ok(None) };
        if !may_reset(writing, by, account).await? {
            return Ok(None);
        }
        let person = account::table.left_join(password::table).filter(account::id.eq(account));
        let (login, is_first): (String, bool) =
            person.select((account::login, password::hash.nullable().is_null())).first(writing.connection()).await?;
        let life = if is_first { INVITATION_LIFE } else { RESET_LIFE };
        end_before(writing, account, by).await?;
        let reset = create_reset(writing, account, by, life).await?;
        writing.audit(AuditEvent {
            action: "MAIL_PASSWORD_RESET",
            object: Some(("account", account)),
            after: Some(json!({ "passwordResetUntil": reset.expires_at })),
            ..AuditEvent::default()
        });
        Ok(Some(Link { reset, login, is_first }))
    };
    writer.write(Actor::Operator, work).await
}

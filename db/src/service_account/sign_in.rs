//! How a machine proves who it is.

use auth::{Action, Actor, ServiceScope, hash};
use derive::boxed;
use diesel::{BoolExpressionMethods as _, ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use serde_json::json;
use uuid::Uuid;

use super::ServiceAccount;
use crate::{
    DbError, Writer,
    account::AccountStatus,
    schema::{service_account, service_secret},
    writer::{AuditEvent, Writing},
};

/// A machine that has proved who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The service account.
    pub account: Uuid,
    /// The secret it has shown.
    pub secret: Uuid,
    /// What it may do.
    pub scopes: Vec<ServiceScope>,
}

/// Lets a machine in by its secret. One that is not there, one that is disabled and a wrong secret are answered alike,
/// after the same statements; each leaves an entry in the audit trail.
#[boxed]
pub async fn sign_in(writer: &Writer, code: &str, secret: &str) -> Result<Option<Client>, DbError> {
    let (code, offered) = (plausible(code), hash::of(secret));
    let work =
        async |writing: &mut Writing| {
            let rows: Vec<(ServiceAccount, Uuid, Vec<u8>)> = service_account::table
                .inner_join(service_secret::table)
                .filter(service_account::code.eq(code).and(service_secret::ended_at.is_null()))
                .select((ServiceAccount::as_select(), service_secret::id, service_secret::hash))
                .load(writing.connection())
                .await?;
            let known = rows.iter().find(|(_, _, hash)| hash::equal(hash, &offered));
            let client =
                known.filter(|(account, ..)| account.status == AccountStatus::Active).map(|(account, secret, _)| {
                    Client { account: account.id, secret: *secret, scopes: account.scopes().collect() }
                });
            // The nil id is nobody's: in vain the same statement is sent.
            let used = client.as_ref().map(|client| client.secret).unwrap_or_default();
            diesel::update(service_secret::table.find(used))
                .set(service_secret::last_used_at.eq(writing.now()))
                .execute(writing.connection())
                .await?;
            if let Some(client) = &client {
                writing.acts_as(Actor::Service { account: client.account });
            }
            writing.audit(AuditEvent {
                action: Action::SignIn.as_str(),
                failed: client.is_none(),
                object: rows.as_slice().first().map(|(account, ..)| ("service_account", account.id)),
                after: Some(json!({ "clientId": code, "secret": client.as_ref().map(|client| client.secret) })),
                ..AuditEvent::default()
            });
            Ok(client)
        };
    writer.write(Actor::Nobody, work).await
}

/// What can be the code of a service account; nothing else is looked for, or kept: somebody may have put the secret there.
fn plausible(code: &str) -> &str {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"._-".contains(&c);
    if code.len() <= super::change::CODE.into() && code.bytes().all(plain) { code } else { "" }
}

//! Who keeps webhooks, and what may be done to them.

use async_graphql::InputObject;
use auth::{Permit, action::ManageServices, random};
use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _, dsl::max};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Webhook;
use crate::{
    Acting, DbError, Id, ViolationCode,
    account::AccountStatus,
    agency::receiver,
    change::ChangeType,
    input::{at_most, refused},
    programme,
    schema::{change, webhook},
    service_account::{self, ServiceAccount},
    web_address::web_address,
    writer::{ChangeKind, Writing},
};

/// Webhooks are kept with their service account: followers of the change feed and readers of the audit trail find them there.
const NOUN: &str = "service_account";

/// The most webhooks of one service account.
const MOST: usize = 10;

/// A new webhook.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "CreateWebhookInput")]
pub struct NewWebhook {
    /// Whose sight decides what is sent
    pub service_account: Id<ServiceAccount>,
    /// Where messages are sent: an https address, without a user or password. http is for networks that whoever runs the server has listed
    pub url: String,
    /// Only changes of objects of these types; all if left out
    pub types: Option<Vec<ChangeType>>,
    /// Only of what the programme of this code follows
    pub programme: Option<String>,
    /// Only of what names the agency of this code
    pub agency: Option<String>,
}

/// A webhook.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "WebhookInput")]
pub struct OneWebhook {
    /// Its id
    pub webhook: Id<Webhook>,
}

/// Makes a webhook: what changes from now on is sent.
#[boxed]
pub async fn create(acting: &Acting<ManageServices>, new: NewWebhook) -> Result<Webhook, DbError> {
    let permit = &acting.permit;
    let url = web_address(&new.url).ok_or_else(|| refused(ViolationCode::Malformed, "url"))?;
    if new.types.as_ref().is_some_and(Vec::is_empty) {
        return Err(refused(ViolationCode::Required, "types"));
    }
    let mut nouns: Vec<&str> = new.types.unwrap_or_default().into_iter().map(ChangeType::noun).collect();
    nouns.sort_unstable();
    nouns.dedup();
    let account = new.service_account.uuid()?;
    let work = async |writing: &mut Writing| {
        service_account::load_wholly_in_reach(writing, permit, account, "serviceAccount").await?;
        let there = webhook::table
            .filter(webhook::service_account_id.eq(account))
            .filter(webhook::deleted_at.is_null())
            .count();
        let there: i64 = there.get_result(writing.connection()).await?;
        at_most(MOST, usize::try_from(there).unwrap_or(MOST) + 1, "serviceAccount")?;
        let programme_id = match &new.programme {
            Some(code) => Some(programme::running(writing, code).await?.id),
            None => None,
        };
        let agency_id = match &new.agency {
            Some(code) => Some(receiver(writing, code, writing.today(), &["input", "agency"]).await?),
            None => None,
        };
        let (now, place) = (writing.now(), head(writing).await?);
        let created: Webhook = diesel::insert_into(webhook::table)
            .values((
                webhook::id.eq(random::id(now)),
                webhook::service_account_id.eq(account),
                webhook::url.eq(url),
                webhook::nouns.eq(nouns),
                webhook::programme_id.eq(programme_id),
                webhook::agency_id.eq(agency_id),
                webhook::place.eq(place),
                webhook::send_after.eq(now),
                webhook::created_at.eq(now),
                webhook::created_by.eq(permit.actor().account()),
            ))
            .returning(Webhook::as_returning())
            .get_result(writing.connection())
            .await?;
        record(writing, permit, &created, json!({ "addedWebhook": created.id, "url": created.url }));
        Ok(created)
    };
    acting.write(work).await
}

/// Gives a webhook another secret. The one before signs for a day longer, beside it.
#[boxed]
pub async fn rotate(acting: &Acting<ManageServices>, of: OneWebhook) -> Result<Webhook, DbError> {
    let permit = &acting.permit;
    let work = async |writing: &mut Writing| {
        let (before, _) = load(writing, permit, &of).await?;
        let rotated =
            (webhook::secret_number.eq(before.secret_number + 1), webhook::rotated_at.eq(Some(writing.now())));
        let after = diesel::update(webhook::table.find(before.id)).set(rotated).returning(Webhook::as_returning());
        let after = after.get_result(writing.connection()).await?;
        record(writing, permit, &after, json!({ "rotatedWebhook": after.id }));
        Ok(after)
    };
    acting.write(work).await
}

/// Sends a webhook back to a place of the change feed, or on to a later one: it goes on from there.
#[boxed]
pub async fn replay(acting: &Acting<ManageServices>, (of, place): (OneWebhook, i64)) -> Result<Webhook, DbError> {
    let permit = &acting.permit;
    let work = async |writing: &mut Writing| {
        let (before, _) = load(writing, permit, &of).await?;
        if place > head(writing).await? {
            return Err(DbError::Cursor);
        }
        let sent_back = (
            webhook::place.eq(place),
            webhook::replays.eq(webhook::replays + 1),
            webhook::send_after.eq(writing.now()),
            // Whoever is just sending has sent for nothing: where that ends is no longer its place.
            webhook::lease.eq(None::<Uuid>),
            webhook::lease_until.eq(None::<DateTime<Utc>>),
        );
        let after = diesel::update(webhook::table.find(before.id)).set(sent_back).returning(Webhook::as_returning());
        let after = after.get_result(writing.connection()).await?;
        record(writing, permit, &after, json!({ "replayedWebhook": after.id }));
        Ok(after)
    };
    acting.write(work).await
}

/// Sends a message that says nothing but that it is a test: what becomes of it stands among the webhook's deliveries.
#[boxed]
pub async fn test(acting: &Acting<ManageServices>, of: OneWebhook) -> Result<Webhook, DbError> {
    let permit = &acting.permit;
    let work = async |writing: &mut Writing| {
        let (before, account) = load(writing, permit, &of).await?;
        if before.disabled_at.is_some() || account.status != AccountStatus::Active {
            return Err(refused(ViolationCode::NotInState, "webhook"));
        }
        let wanted = diesel::update(webhook::table.find(before.id)).set(webhook::test_wanted.eq(true));
        wanted.execute(writing.connection()).await?;
        record(writing, permit, &before, json!({ "testedWebhook": before.id }));
        Ok(before)
    };
    acting.write(work).await
}

/// Sends nothing more.
#[boxed]
pub async fn disable(acting: &Acting<ManageServices>, of: OneWebhook) -> Result<Webhook, DbError> {
    turn(acting, of, true).await
}

/// Goes on where it was when it was disabled.
#[boxed]
pub async fn enable(acting: &Acting<ManageServices>, of: OneWebhook) -> Result<Webhook, DbError> {
    turn(acting, of, false).await
}

async fn turn(acting: &Acting<ManageServices>, of: OneWebhook, off: bool) -> Result<Webhook, DbError> {
    let permit = &acting.permit;
    let work = async |writing: &mut Writing| {
        let (before, _) = load(writing, permit, &of).await?;
        if before.disabled_at.is_some() == off {
            return Err(refused(ViolationCode::Unchanged, "webhook"));
        }
        let now = writing.now();
        let turned = (
            webhook::disabled_at.eq(off.then_some(now)),
            webhook::failures.eq(0),
            webhook::failing_since.eq(None::<DateTime<Utc>>),
            webhook::send_after.eq(now),
        );
        let after = diesel::update(webhook::table.find(before.id)).set(turned).returning(Webhook::as_returning());
        let after: Webhook = after.get_result(writing.connection()).await?;
        let what = if off { "disabledWebhook" } else { "enabledWebhook" };
        record(writing, permit, &after, json!({ what: after.id }));
        Ok(after)
    };
    acting.write(work).await
}

/// Sends nothing more, and forgets the webhook.
#[boxed]
pub async fn delete(acting: &Acting<ManageServices>, of: OneWebhook) -> Result<Webhook, DbError> {
    let permit = &acting.permit;
    let work = async |writing: &mut Writing| {
        let (before, _) = load(writing, permit, &of).await?;
        let now = writing.now();
        let gone = (webhook::deleted_at.eq(now), webhook::disabled_at.eq(before.disabled_at.unwrap_or(now)));
        diesel::update(webhook::table.find(before.id)).set(gone).execute(writing.connection()).await?;
        record(writing, permit, &before, json!({ "deletedWebhook": before.id }));
        Ok(before)
    };
    acting.write(work).await
}

/// Loads a webhook and its service account, which reaches no further than the actor, and locks both until the end of the transaction.
async fn load(
    writing: &mut Writing,
    permit: &Permit<ManageServices>,
    of: &OneWebhook,
) -> Result<(Webhook, ServiceAccount), DbError> {
    let id = of.webhook.uuid()?;
    let there = || webhook::table.filter(webhook::id.eq(id)).filter(webhook::deleted_at.is_null());
    let account = there().select(webhook::service_account_id);
    let account: Uuid = account.first(writing.connection()).await?;
    let account = service_account::load_wholly_in_reach(writing, permit, account, "webhook").await?;
    let row = there().select(Webhook::as_select()).for_update();
    Ok((row.first(writing.connection()).await?, account))
}

/// Where the change feed ends.
async fn head(writing: &mut Writing) -> Result<i64, DbError> {
    let head: Option<i64> = change::table.select(max(change::id)).get_result(writing.connection()).await?;
    Ok(head.unwrap_or_default())
}

fn record(writing: &mut Writing, permit: &Permit<ManageServices>, of: &Webhook, what: Value) {
    writing.record(permit, ChangeKind::Updated, (NOUN, of.service_account_id), None, Some(what));
}

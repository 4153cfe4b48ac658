//! How a directive ends, or does not yet: confirmed, sent back, cancelled.

use std::collections::BTreeSet;

use async_graphql::InputObject;
use auth::{Acts, action};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, QueryableByName, sql_types::Uuid as SqlUuid};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{Directive, DirectiveEventKind, DirectiveState, Event, NOUN, Opened, TEXT, add, ends_on, happens, reread};
use crate::{
    Acting, Date, DbError, Id,
    directive::{StateSource, requests::ExtensionState},
    input::Checks,
    schema::{directive, directive_dependency, directive_extension, directive_input},
    sql_functions::is_awaited,
    writer::{ChangeKind, Writing},
};

/// That a directive is done.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ConfirmDoneInput")]
pub struct Confirmation {
    /// Id of the directive
    pub directive: Id<Directive>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// What is to be said about it
    pub note: Option<String>,
}

/// Why a directive is sent back or cancelled.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DirectiveReasonInput")]
pub struct Reasoned {
    /// Id of the directive
    pub directive: Id<Directive>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// Why
    pub reason: String,
}

/// Confirms that a directive is done: never by whoever reported it. Parts that are unfinished, as the report said with a reason,
/// are cancelled with it.
#[boxed]
pub async fn confirm_done(
    acting: &Acting<action::ConfirmDone>,
    confirmation: Confirmation,
) -> Result<Directive, DbError> {
    let Confirmation { directive, expected_version, note } = confirmation;
    let id = directive.uuid()?;
    let mut checks = Checks::default();
    let note = checks.optional("note", note.as_deref(), TEXT);
    checks.passed()?;
    decided(acting, id, expected_version, note, DirectiveEventKind::Completed).await
}

/// Sends a directive back that was reported as done.
#[boxed]
pub async fn send_back(
    acting: &Acting<action::SendBackDirective>,
    Reasoned { directive, expected_version, reason }: Reasoned,
) -> Result<Directive, DbError> {
    let id = directive.uuid()?;
    let mut checks = Checks::default();
    let reason = checks.text("reason", &reason, TEXT);
    checks.passed()?;
    decided(acting, id, expected_version, Some(reason), DirectiveEventKind::SentBack).await
}

/// Cancels a directive that is not over, and with it those of its parts that are not.
#[boxed]
pub async fn cancel(
    acting: &Acting<action::CancelDirective>,
    Reasoned { directive, expected_version, reason }: Reasoned,
) -> Result<Directive, DbError> {
    let id = directive.uuid()?;
    let mut checks = Checks::default();
    let reason = checks.text("reason", &reason, TEXT);
    checks.passed()?;
    decided(acting, id, expected_version, Some(reason), DirectiveEventKind::Cancelled).await
}

async fn decided<A: Acts>(
    acting: &Acting<A>,
    id: Uuid,
    expected_version: i32,
    text: Option<String>,
    kind: DirectiveEventKind,
) -> Result<Directive, DbError> {
    let work = async |writing: &mut Writing| {
        let Opened { before, standing, .. } = acting.open(writing, id, Some(expected_version)).await?;
        if kind != DirectiveEventKind::SentBack {
            cancel_parts(acting, writing, &before, text.as_deref()).await?;
            settle(writing, id).await?;
        }
        acting.advance(writing, &before).await?;
        let agency = acting.agency(standing.assigner.as_slice());
        let event = Event { text, ..acting.event(writing, id, kind, agency) };
        let after = acting.record_event(writing, &before, event).await?;
        if kind != DirectiveEventKind::SentBack {
            unblock(writing, id).await?;
        }
        Ok(after)
    };
    acting.write(work).await
}

/// The parts of a directive, and theirs, that are not over, the innermost first: none ends before its own. Locked.
const UNFINISHED: &str = "
    WITH RECURSIVE below (id, depth) AS (
        SELECT id, 1 FROM directive WHERE parent_id = $1
        UNION ALL
        SELECT part.id, below.depth + 1 FROM below JOIN directive part ON part.parent_id = below.id
    )
    SELECT directive.id FROM below JOIN directive USING (id)
    WHERE state NOT IN ('COMPLETED', 'CANCELLED') ORDER BY depth DESC, id FOR NO KEY UPDATE OF directive";

#[derive(QueryableByName)]
struct Unfinished {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Cancels the parts of a directive that ends: nobody works on, or is late with, a part of what is over.
async fn cancel_parts<A: Acts>(
    acting: &Acting<A>,
    writing: &mut Writing,
    whole: &Directive,
    text: Option<&str>,
) -> Result<(), DbError> {
    let parts = diesel::sql_query(UNFINISHED).bind::<SqlUuid, _>(whole.id);
    let parts: Vec<Unfinished> = parts.load(writing.connection()).await?;
    for Unfinished { id } in parts {
        let before = reread(writing, id).await?;
        diesel::update(directive::table.find(id))
            .set((
                directive::state.eq(DirectiveState::Cancelled),
                directive::state_source.eq(StateSource::Recorded),
                directive::completed_on.eq(None::<Date>),
                directive::done_reported_by.eq(None::<Uuid>),
                directive::version.eq(before.version + 1),
            ))
            .execute(writing.connection())
            .await?;
        settle(writing, id).await?;
        let agency = acting.agency(whole.assigner_id.as_slice());
        let event = acting.event(writing, id, DirectiveEventKind::Cancelled, agency);
        let event = Event { text: text.map(str::to_owned), other_directive_id: Some(whole.id), ..event };
        acting.record_event(writing, &before, event).await?;
        unblock(writing, id).await?;
    }
    Ok(())
}

/// Whatever is still asked for on a directive's way ends with it.
async fn settle(writing: &mut Writing, id: Uuid) -> Result<(), DbError> {
    let pending = [ExtensionState::Requested, ExtensionState::Countered];
    diesel::update(directive_extension::table)
        .filter(directive_extension::directive_id.eq(id))
        .filter(directive_extension::state.eq_any(pending))
        .set(directive_extension::state.eq(ExtensionState::Lapsed))
        .execute(writing.connection())
        .await?;
    let today = writing.today();
    diesel::update(directive_input::table)
        .filter(directive_input::directive_id.eq(id))
        .filter(directive_input::ended_on.is_null())
        .set(directive_input::ended_on.eq(ends_on(today)))
        .execute(writing.connection())
        .await?;
    Ok(())
}

/// Tells those that waited for a directive; those that now wait for nothing else are free.
async fn unblock(writing: &mut Writing, ended: Uuid) -> Result<(), DbError> {
    let after_it = directive_dependency::table
        .filter(directive_dependency::on_directive_id.eq(ended))
        .select(directive_dependency::directive_id);
    // Locked: of two that end at the same moment, the second sees that the first has ended.
    let those: Vec<(Uuid, DirectiveState)> = directive::table
        .filter(directive::id.eq_any(after_it))
        .order(directive::id)
        .select((directive::id, directive::state))
        .for_no_key_update()
        .load(writing.connection())
        .await?;
    let ids: Vec<Uuid> = those.iter().map(|(id, _)| *id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let blocked: Vec<Uuid> = directive_dependency::table
        .filter(directive_dependency::directive_id.eq_any(&ids))
        .filter(is_awaited(directive_dependency::on_directive_id, directive_dependency::on_document_id))
        .select(directive_dependency::directive_id)
        .load(writing.connection())
        .await?;
    let blocked: BTreeSet<_> = blocked.into_iter().collect();
    let mut events = Vec::new();
    for (waits, state) in those {
        writing.changed(ChangeKind::Updated, (NOUN, waits));
        let is_over = matches!(state, DirectiveState::Completed | DirectiveState::Cancelled);
        if !is_over && !blocked.contains(&waits) {
            let event = happens(writing, waits, DirectiveEventKind::Unblocked);
            events.push(Event { other_directive_id: Some(ended), ..event });
        }
    }
    add(writing, &events).await
}

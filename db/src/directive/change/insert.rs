//! New directives on their way into the tables, the whole before its parts.

use auth::{Acts, random};
use diesel::{ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, sql_types::Uuid as SqlUuid};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{checked::CheckedPart, input::NewDependency, set_deadline};
use crate::{
    Acting, DbError, ViolationCode,
    directive::{DirectiveKind, DirectivePriority, StateSource},
    document::of_code,
    enums::Visibility,
    input::refused,
    schema::{directive, directive_coordinator, directive_dependency, directive_indicator, directive_lead, document},
    visible::visible_to,
    writer::Writing,
};

/// What a directive and its parts have in common.
#[derive(Debug, Clone)]
pub(super) struct Common {
    pub programme: Uuid,
    pub document: Uuid,
    pub assigner: Uuid,
    pub kind: DirectiveKind,
    pub priority: DirectivePriority,
    pub visibility: Visibility,
    pub clause: String,
}

/// A directive on its way into the tables.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub common: Common,
    pub id: Uuid,
    pub code: String,
    pub parent: Option<Uuid>,
    pub part: CheckedPart,
}

impl Draft {
    /// The part of that place.
    pub fn divided(&self, writing: &Writing, assigner: Uuid, place: usize, part: CheckedPart) -> Self {
        Self {
            common: Common { assigner, ..self.common.clone() },
            id: random::id(writing.now()),
            code: format!("{}/{place}", self.code),
            parent: Some(self.id),
            part,
        }
    }
}
/// Puts new directives at the end of their document, the whole before its parts.
pub(super) async fn write(writing: &mut Writing, document: Uuid, drafts: &[Draft]) -> Result<(), DbError> {
    // Whoever else issues from this document waits: each gets the next position.
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('directive.position ' || $1::text, 0))")
        .bind::<SqlUuid, _>(document)
        .execute(writing.connection())
        .await?;
    let last: Option<i32> = directive::table
        .filter(directive::document_id.eq(document))
        .select(diesel::dsl::max(directive::position))
        .first(writing.connection())
        .await?;
    let rows = drafts.iter().zip(last.unwrap_or_default() + 1..).map(|(draft, position)| {
        let Draft { common, part, .. } = draft;
        (
            directive::id.eq(draft.id),
            directive::code.eq(&draft.code),
            directive::parent_id.eq(draft.parent),
            directive::position.eq(position),
            directive::programme_id.eq(common.programme),
            directive::document_id.eq(common.document),
            directive::assigner_id.eq(common.assigner),
            directive::kind.eq(common.kind),
            directive::priority.eq(common.priority),
            directive::visibility.eq(common.visibility),
            directive::clause.eq(&common.clause),
            directive::title.eq(&part.title),
            directive::content.eq(&part.content),
            directive::expected_output.eq(&part.expected_output),
            directive::lead_basis.eq(part.lead_basis()),
            directive::state_source.eq(StateSource::Recorded),
        )
    });
    let rows: Vec<_> = rows.collect();
    diesel::insert_into(directive::table).values(rows).execute(writing.connection()).await?;
    parties(writing, drafts).await?;
    let serves = drafts.iter().flat_map(|draft| {
        draft.part.indicators.iter().map(|indicator| {
            (
                directive_indicator::directive_id.eq(draft.id),
                directive_indicator::indicator_id.eq(*indicator),
                directive_indicator::stated.eq(true),
            )
        })
    });
    let serves: Vec<_> = serves.collect();
    diesel::insert_into(directive_indicator::table).values(serves).execute(writing.connection()).await?;
    // One after the other: the whole's last day bounds those of its parts.
    for draft in drafts.iter().filter(|draft| draft.part.has_deadline()) {
        set_deadline(writing, draft.id, 1, &draft.part.deadline, draft.part.comment.as_deref()).await?;
    }
    Ok(())
}

async fn parties(writing: &mut Writing, drafts: &[Draft]) -> Result<(), DbError> {
    let leads = drafts.iter().flat_map(|draft| {
        draft.part.leads.iter().zip(1..).map(|(agency, position)| {
            (
                directive_lead::directive_id.eq(draft.id),
                directive_lead::agency_id.eq(*agency),
                directive_lead::position.eq(position),
            )
        })
    });
    let leads: Vec<_> = leads.collect();
    diesel::insert_into(directive_lead::table).values(leads).execute(writing.connection()).await?;
    let coordinators = drafts.iter().flat_map(|draft| {
        draft.part.coordinators.iter().zip(1..).map(|((agency, words), position)| {
            (
                directive_coordinator::directive_id.eq(draft.id),
                directive_coordinator::position.eq(position),
                directive_coordinator::agency_id.eq(*agency),
                directive_coordinator::words.eq(words),
            )
        })
    });
    let coordinators: Vec<_> = coordinators.collect();
    diesel::insert_into(directive_coordinator::table).values(coordinators).execute(writing.connection()).await?;
    Ok(())
}

/// Says what a new directive waits for; what the actor may not see is not there.
pub(super) async fn depend<A: Acts>(
    acting: &Acting<A>,
    writing: &mut Writing,
    id: Uuid,
    on: &[NewDependency],
) -> Result<(), DbError> {
    for dependency in on {
        let (directive, document) = match (&dependency.directive, &dependency.document) {
            (Some(code), None) => {
                let found = directive::table
                    .filter(directive::code.eq(code))
                    .filter(visible_to(&acting.scope, directive::table))
                    .select(directive::id);
                (found.first(writing.connection()).await.optional()?, None)
            }
            (None, Some(code)) => {
                let found = of_code(code).filter(visible_to(&acting.scope, document::table)).select(document::id);
                (None, found.first(writing.connection()).await.optional()?)
            }
            _ => return Err(refused(ViolationCode::Malformed, "dependsOn")),
        };
        if directive.or(document).is_none_or(|found: Uuid| found == id) {
            return Err(refused(ViolationCode::NotFound, "dependsOn"));
        }
        let row = (
            directive_dependency::id.eq(random::id(writing.now())),
            directive_dependency::directive_id.eq(id),
            directive_dependency::on_directive_id.eq(directive),
            directive_dependency::on_document_id.eq(document),
        );
        diesel::insert_into(directive_dependency::table).values(row).execute(writing.connection()).await?;
    }
    Ok(())
}

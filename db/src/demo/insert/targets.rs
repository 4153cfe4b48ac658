//! Targets and their revisions.

use diesel::{ExpressionMethods as _, OptionalExtension as _, QueryDsl as _};
use diesel_async::RunQueryDsl as _;

use super::{Load, indicators::definition_id, insert_new, story};
use crate::{
    DbError,
    demo::{
        facts::{Revision, Target, TargetFile},
        id::{id, optional_id},
    },
    schema::{target, target_revision},
};

pub(super) async fn insert(load: &mut Load<'_>, facts: &TargetFile) -> Result<(), DbError> {
    let (of_plan, others): (Vec<_>, Vec<_>) = facts.targets.iter().partition(|fact| story::is_of_plan(fact));
    // The story is told once, to a database that knows nothing of it.
    let present: Option<uuid::Uuid> = target::table
        .select(target::id)
        .filter(target::code.eq_any(of_plan.iter().map(|fact| &fact.code)))
        .first(load.connection)
        .await
        .optional()?;
    let mut new = insert_targets(load, &others).await?;
    if present.is_none() {
        story::before_plan(load).await?;
    }
    new.extend(insert_targets(load, &of_plan).await?);
    if present.is_none() {
        story::after_plan(load).await?;
    }
    for revision in &facts.revisions {
        let revised = facts.targets.iter().find(|fact| fact.code == revision.target);
        let is_new = new.contains(&id("target", &revision.target));
        match revised.filter(|_| is_new && revision.previous.is_some()) {
            Some(fact) => {
                story::before_revision(load, fact, revision).await?;
                insert_revision(load, revision).await?;
                story::end(load).await?;
            }
            None => insert_revision(load, revision).await?,
        }
    }
    load.created("target", new);
    Ok(())
}

async fn insert_targets(load: &mut Load<'_>, facts: &[&Target]) -> Result<Vec<uuid::Uuid>, DbError> {
    let rows = facts.iter().map(|fact| {
        (
            target::id.eq(id("target", &fact.code)),
            target::code.eq(&fact.code),
            target::programme_id.eq(id("programme", &fact.programme)),
            target::indicator_id.eq(id("indicator", &fact.indicator)),
            target::definition_id.eq(definition_id(&fact.indicator, fact.definition.unwrap_or(1))),
            target::subject_id.eq(id("agency", &fact.subject)),
            (
                target::wording.eq(&fact.wording),
                target::due_on.eq(fact.due_on),
                target::due_precision.eq(fact.due_precision.as_deref().unwrap_or("NONE")),
                target::due_words.eq(&fact.due_words),
                target::due_year_inferred.eq(fact.due_year_inferred),
                target::cadence.eq(fact.cadence.as_deref().unwrap_or("BY_DATE")),
            ),
            (
                target::comparator.eq(&fact.comparator),
                target::value.eq(fact.value),
                target::upper_value.eq(fact.upper_value),
                target::statement.eq(&fact.statement),
                target::source_words.eq(&fact.source_words),
                target::measured_over.eq(&fact.measured_over),
            ),
            target::document_id.eq(id("document", &fact.document)),
            target::clause.eq(&fact.clause),
            target::ordinal.eq(fact.ordinal),
            target::sub.eq(fact.sub),
            target::note.eq(&fact.note),
        )
    });
    Ok(insert_new!(load, target, target::id => target::id, rows))
}

async fn insert_revision(load: &mut Load<'_>, fact: &Revision) -> Result<(), DbError> {
    let row = (
        // Each target of the facts was revised once at most; a second revision would need its number here.
        target_revision::id.eq(id("target_revision", &fact.target)),
        target_revision::target_id.eq(id("target", &fact.target)),
        target_revision::revision.eq(1),
        target_revision::previous_known.eq(fact.previous.is_some()),
        target_revision::previous_value.eq(fact.previous),
        target_revision::new_value.eq(fact.new),
        target_revision::revised_on.eq(fact.revised_on),
        target_revision::revised_by.eq(&fact.revised_by),
        target_revision::document_id.eq(optional_id("document", fact.document.as_ref())),
        target_revision::clause.eq(&fact.clause),
        target_revision::note.eq(&fact.note),
    );
    insert_new!(load, target_revision, target_revision::id => target_revision::id, std::iter::once(row));
    Ok(())
}

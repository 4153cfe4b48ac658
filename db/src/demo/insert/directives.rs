//! Directives and duties: who leads and coordinates, by when, and what they wait for, mention and serve.

use std::collections::{HashMap, HashSet};

use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{Load, insert_new};
use crate::{
    DbError,
    deadline::Deadline,
    demo::{
        facts::{self, Directive},
        id::{id, optional_id},
        simulation::{self, DirectiveProgress},
    },
    schema::{
        directive, directive_coordinator as coordinator, directive_deadline as row, directive_dependency as dependency,
        directive_document as mention, directive_indicator as serves, directive_lead as lead,
        directive_named_agency as named, progress_update,
    },
    sql_functions::directive_tell_past,
};

/// `reported` are the codes of those that a period report gives account of: what it says of them is a fact.
pub(super) async fn insert(load: &mut Load<'_>, facts: &[Directive], reported: &HashSet<&str>) -> Result<(), DbError> {
    let mut places = HashMap::<&str, i32>::new();
    let mut progress = Vec::new();
    let mut rows = Vec::new();
    for fact in facts {
        let place = places.entry(&fact.document).or_default();
        *place += 1;
        let due_on = fact.deadline.as_ref().map(stated).transpose()?.and_then(|deadline| deadline.due_on());
        let is_reported = reported.contains(fact.code.as_str());
        let simulated = if is_reported { None } else { simulation::directive_progress(fact, due_on, load.today) };
        let (state, source, completed_on) = match &simulated {
            Some(simulated) => (simulated.state, "SIMULATED", simulated.completed_on),
            None if is_reported => (fact.state.as_deref().unwrap_or("ASSIGNED"), "REPORTED", fact.completed_on),
            None => ("ASSIGNED", "UNKNOWN", None),
        };
        progress.extend(simulated.map(|simulated| (id("directive", &fact.code), fact, simulated)));
        rows.push((
            directive::id.eq(id("directive", &fact.code)),
            directive::code.eq(&fact.code),
            directive::programme_id.eq(id("programme", &fact.programme)),
            directive::kind.eq(&fact.kind),
            directive::title.eq(&fact.title),
            (directive::summary_vi.eq(&fact.summary_vi), directive::summary_en.eq(&fact.summary_en)),
            directive::document_id.eq(id("document", &fact.document)),
            directive::clause.eq(&fact.clause),
            directive::position.eq(*place),
            directive::assigner_id.eq(optional_id("agency", fact.assigner.as_ref())),
            (directive::lead_basis.eq(&fact.lead_basis), directive::lead_words.eq(&fact.lead_words)),
            directive::priority.eq(if fact.urgent { "URGENT" } else { "NORMAL" }),
            directive::expected_output.eq(&fact.expected_output),
            directive::achieved_output.eq(&fact.achieved_output),
            (
                directive::state.eq(state.to_owned()),
                directive::state_source.eq(source),
                directive::completed_on.eq(completed_on),
            ),
            directive::note.eq(&fact.note),
        ));
    }
    let new = insert_new!(load, directive, directive::id => directive::id, rows.into_iter());
    insert_parties(load, facts).await?;
    insert_deadlines(load, facts).await?;
    insert_links(load, facts).await?;
    // Only with their directive: what people have done with a directive since then is not overwritten.
    progress.retain(|(directive, ..)| new.contains(directive));
    insert_progress(load, &progress).await?;
    diesel::select(directive_tell_past(load.now)).execute(load.connection).await?;
    load.created("directive", new);
    Ok(())
}

async fn insert_parties(load: &mut Load<'_>, facts: &[Directive]) -> Result<(), DbError> {
    let leads = facts.iter().flat_map(|fact| {
        fact.leads.iter().zip(1..).map(|(agency, position)| {
            (
                lead::directive_id.eq(id("directive", &fact.code)),
                lead::agency_id.eq(id("agency", agency)),
                lead::position.eq(position),
            )
        })
    });
    insert_new!(load, lead, (lead::directive_id, lead::agency_id) => lead::agency_id, leads);

    let coordinators = facts.iter().flat_map(|fact| {
        fact.coordinators.iter().zip(1..).map(|(who, position)| {
            (
                coordinator::directive_id.eq(id("directive", &fact.code)),
                coordinator::position.eq(position),
                coordinator::agency_id.eq(optional_id("agency", who.agency.as_ref())),
                coordinator::words.eq(&who.words),
            )
        })
    });
    insert_new!(load, coordinator, (coordinator::directive_id, coordinator::position)
        => coordinator::directive_id, coordinators);

    let named = facts.iter().flat_map(|fact| {
        fact.named.iter().zip(1..).map(|(who, position)| {
            (
                named::directive_id.eq(id("directive", &fact.code)),
                named::position.eq(position),
                named::agency_id.eq(id("agency", &who.agency)),
                named::role.eq(&who.role),
            )
        })
    });
    insert_new!(load, named, (named::directive_id, named::position) => named::directive_id, named);
    Ok(())
}

async fn insert_deadlines(load: &mut Load<'_>, facts: &[Directive]) -> Result<(), DbError> {
    let mut rows = Vec::new();
    for fact in facts {
        let Some(deadline) = &fact.deadline else { continue };
        rows.push((
            row::directive_id.eq(id("directive", &fact.code)),
            row::revision.eq(1),
            row::words.eq(&deadline.words),
            row::stated_on.eq(deadline.on),
            row::precision.eq(&deadline.precision),
            row::operator.eq(&deadline.operator),
            row::year_inferred.eq(deadline.year_inferred),
            row::due_on.eq(stated(deadline)?.due_on()),
            row::document_id.eq(id("document", &fact.document)),
            row::note.eq(&deadline.note),
        ));
    }
    insert_new!(load, row, (row::directive_id, row::revision) => row::directive_id, rows.into_iter());
    Ok(())
}

/// The fact as the rule reads it, which says what its last day is.
fn stated(fact: &facts::Deadline) -> Result<Deadline, DbError> {
    Ok(Deadline {
        words: Some(fact.words.clone()),
        stated_on: fact.on,
        precision: fact.precision.parse().map_err(DbError::internal)?,
        operator: fact.operator.as_deref().map(str::parse).transpose().map_err(DbError::internal)?,
        year_inferred: fact.year_inferred,
        cadence: None,
    })
}

async fn insert_links(load: &mut Load<'_>, facts: &[Directive]) -> Result<(), DbError> {
    let dependencies = facts.iter().flat_map(|fact| {
        fact.waits_for.iter().map(|wait| {
            let on = wait.directive.as_ref().or(wait.document.as_ref()).map(String::as_str).unwrap_or_default();
            (
                dependency::id.eq(id("directive_dependency", &format!("{} {on}", fact.code))),
                dependency::directive_id.eq(id("directive", &fact.code)),
                dependency::on_directive_id.eq(optional_id("directive", wait.directive.as_ref())),
                dependency::on_document_id.eq(optional_id("document", wait.document.as_ref())),
                dependency::note.eq(&wait.note),
            )
        })
    });
    insert_new!(load, dependency, dependency::id => dependency::id, dependencies);

    let mentions = facts.iter().flat_map(|fact| {
        fact.documents.iter().map(|document| {
            (mention::directive_id.eq(id("directive", &fact.code)), mention::document_id.eq(id("document", document)))
        })
    });
    insert_new!(load, mention, (mention::directive_id, mention::document_id) => mention::document_id, mentions);

    let served = facts.iter().flat_map(|fact| {
        let stated = fact.stated_indicators.iter().map(|code| (code, true));
        stated.chain(fact.indicators.iter().map(|code| (code, false))).map(|(code, stated)| {
            (
                serves::directive_id.eq(id("directive", &fact.code)),
                serves::indicator_id.eq(id("indicator", code)),
                serves::stated.eq(stated),
            )
        })
    });
    insert_new!(load, serves, (serves::directive_id, serves::indicator_id) => serves::indicator_id, served);
    Ok(())
}

async fn insert_progress(
    load: &mut Load<'_>,
    progress: &[(Uuid, &Directive, DirectiveProgress)],
) -> Result<(), DbError> {
    let updates = progress.iter().flat_map(|(directive, fact, simulated)| {
        simulated.updates.iter().map(|update| {
            (
                progress_update::id.eq(id("progress_update", &format!("{} {}", fact.code, update.reported_on))),
                progress_update::directive_id.eq(*directive),
                progress_update::reporter_id.eq(optional_id("agency", <[String]>::first(&fact.leads))),
                progress_update::reported_on.eq(update.reported_on),
                progress_update::percent.eq(update.percent),
                progress_update::narrative.eq(update.narrative),
                progress_update::obstacles.eq(update.obstacles),
                progress_update::source.eq("SIMULATED"),
                progress_update::recorded_at.eq(simulation::morning_of(update.reported_on)),
            )
        })
    });
    let new = insert_new!(load, progress_update, progress_update::id => progress_update::id, updates);
    load.created("progress_update", new);
    Ok(())
}

//! Goals, purposes, requirements and assessments; the offices that documents name, and the meetings they report.

use std::collections::HashMap;

use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;

use super::{Load, insert_new};
use crate::{
    DbError,
    demo::{
        facts::{Goal, GoalFile},
        id::{id, optional_id},
    },
    schema::{
        document_meeting as meeting, document_office as office, goal, goal_agency, goal_document, goal_indicator,
    },
};

pub(super) async fn insert(load: &mut Load<'_>, facts: &GoalFile) -> Result<(), DbError> {
    insert_goals(load, &facts.goals).await?;

    let mut places = HashMap::<&str, i32>::new();
    let offices = facts.offices.iter().map(|fact| {
        let place = places.entry(&fact.document).or_default();
        *place += 1;
        (
            office::document_id.eq(id("document", &fact.document)),
            office::position.eq(*place),
            office::role.eq(&fact.role),
            office::agency_id.eq(optional_id("agency", fact.agency.as_ref())),
            (office::office_vi.eq(&fact.office_vi), office::office_en.eq(&fact.office_en)),
            office::as_printed.eq(&fact.as_printed),
            office::note.eq(&fact.note),
        )
    });
    insert_new!(load, office, (office::document_id, office::position) => office::document_id, offices);

    let mut places = HashMap::<&str, i32>::new();
    let meetings = facts.meetings.iter().map(|fact| {
        let place = places.entry(&fact.document).or_default();
        *place += 1;
        (
            meeting::document_id.eq(id("document", &fact.document)),
            meeting::position.eq(*place),
            (meeting::held_on.eq(fact.held_on), meeting::held_words.eq(&fact.held_words)),
            meeting::place.eq(&fact.place),
            (meeting::about_vi.eq(&fact.about_vi), meeting::about_en.eq(&fact.about_en)),
            meeting::chair_id.eq(optional_id("agency", fact.chair.as_ref())),
            meeting::note.eq(&fact.note),
        )
    });
    insert_new!(load, meeting, (meeting::document_id, meeting::position) => meeting::document_id, meetings);
    Ok(())
}

async fn insert_goals(load: &mut Load<'_>, facts: &[Goal]) -> Result<(), DbError> {
    let mut places = HashMap::<&str, i32>::new();
    let rows = facts.iter().map(|fact| {
        let place = places.entry(&fact.document).or_default();
        *place += 1;
        (
            goal::id.eq(id("goal", &fact.code)),
            goal::code.eq(&fact.code),
            goal::kind.eq(&fact.kind),
            goal::programme_id.eq(id("programme", &fact.programme)),
            goal::document_id.eq(id("document", &fact.document)),
            (goal::clause.eq(&fact.clause), goal::position.eq(*place)),
            (goal::title_vi.eq(&fact.title_vi), goal::title_en.eq(&fact.title_en)),
            (goal::summary_vi.eq(&fact.summary_vi), goal::summary_en.eq(&fact.summary_en)),
            goal::topics.eq(fact.topics.iter().map(Some).collect::<Vec<_>>()),
            (goal::period.eq(&fact.period), goal::rating.eq(&fact.rating)),
            goal::assessed_by_id.eq(optional_id("agency", fact.assessed_by.as_ref())),
            goal::note.eq(&fact.note),
        )
    });
    let new = insert_new!(load, goal, goal::id => goal::id, rows);
    load.created("goal", new);

    let served = facts.iter().flat_map(|fact| {
        fact.indicators.iter().map(|served| {
            (
                goal_indicator::goal_id.eq(id("goal", &fact.code)),
                goal_indicator::indicator_id.eq(id("indicator", &served.code)),
                goal_indicator::stated.eq(served.stated),
            )
        })
    });
    insert_new!(load, goal_indicator, (goal_indicator::goal_id, goal_indicator::indicator_id)
        => goal_indicator::indicator_id, served);

    let mentioned = facts.iter().flat_map(|fact| {
        fact.documents.iter().map(|document| {
            (goal_document::goal_id.eq(id("goal", &fact.code)), goal_document::document_id.eq(id("document", document)))
        })
    });
    insert_new!(load, goal_document, (goal_document::goal_id, goal_document::document_id)
        => goal_document::document_id, mentioned);

    let named = facts.iter().flat_map(|fact| {
        fact.agencies.iter().zip(1..).map(|(who, position)| {
            (
                goal_agency::goal_id.eq(id("goal", &fact.code)),
                goal_agency::position.eq(position),
                goal_agency::agency_id.eq(optional_id("agency", who.agency.as_ref())),
                goal_agency::words.eq(&who.words),
            )
        })
    });
    insert_new!(load, goal_agency, (goal_agency::goal_id, goal_agency::position) => goal_agency::goal_id, named);
    Ok(())
}

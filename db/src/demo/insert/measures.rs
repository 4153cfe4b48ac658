//! Measures of plans, and what they name and serve.

use std::collections::HashMap;

use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;

use super::{Load, insert_new};
use crate::{
    DbError,
    demo::{
        facts::Measure,
        id::{id, optional_id},
    },
    schema::{measure, measure_agency, measure_document, measure_indicator, measure_system},
};

/// After the digital systems that they name.
pub(super) async fn insert(load: &mut Load<'_>, facts: &[Measure]) -> Result<(), DbError> {
    let mut places = HashMap::<&str, i32>::new();
    let rows = facts.iter().map(|fact| {
        let place = places.entry(&fact.document).or_default();
        *place += 1;
        (
            measure::id.eq(id("measure", &fact.code)),
            measure::code.eq(&fact.code),
            measure::programme_id.eq(id("programme", &fact.programme)),
            measure::document_id.eq(id("document", &fact.document)),
            (measure::clause.eq(&fact.clause), measure::position.eq(*place)),
            (
                measure::heading_clause.eq(&fact.heading_clause),
                measure::heading_vi.eq(&fact.heading_vi),
                measure::heading_en.eq(&fact.heading_en),
            ),
            (measure::title_vi.eq(&fact.title_vi), measure::title_en.eq(&fact.title_en)),
            (measure::summary_vi.eq(&fact.summary_vi), measure::summary_en.eq(&fact.summary_en)),
            measure::topics.eq(fact.topics.iter().map(Some).collect::<Vec<_>>()),
            measure::assigner_id.eq(optional_id("agency", fact.assigner.as_ref())),
            (measure::recurrence.eq(&fact.recurrence), measure::horizon.eq(&fact.horizon)),
            measure::expected_output.eq(&fact.expected_output),
            measure::note.eq(&fact.note),
        )
    });
    let new = insert_new!(load, measure, measure::id => measure::id, rows);
    load.created("measure", new);

    let served = facts.iter().flat_map(|fact| {
        fact.indicators.iter().map(|served| {
            (
                measure_indicator::measure_id.eq(id("measure", &fact.code)),
                measure_indicator::indicator_id.eq(id("indicator", &served.code)),
                measure_indicator::stated.eq(served.stated),
            )
        })
    });
    insert_new!(load, measure_indicator, (measure_indicator::measure_id, measure_indicator::indicator_id)
        => measure_indicator::indicator_id, served);

    let mentioned = facts.iter().flat_map(|fact| {
        fact.documents.iter().map(|document| {
            (
                measure_document::measure_id.eq(id("measure", &fact.code)),
                measure_document::document_id.eq(id("document", document)),
            )
        })
    });
    insert_new!(load, measure_document, (measure_document::measure_id, measure_document::document_id)
        => measure_document::document_id, mentioned);

    let named = facts.iter().flat_map(|fact| {
        fact.agencies.iter().zip(1..).map(|(who, position)| {
            (
                measure_agency::measure_id.eq(id("measure", &fact.code)),
                measure_agency::position.eq(position),
                measure_agency::agency_id.eq(optional_id("agency", who.agency.as_ref())),
                measure_agency::words.eq(&who.words),
            )
        })
    });
    insert_new!(load, measure_agency, (measure_agency::measure_id, measure_agency::position) => measure_agency::measure_id, named);

    let systems = facts.iter().flat_map(|fact| {
        fact.systems.iter().map(|system| {
            (
                measure_system::measure_id.eq(id("measure", &fact.code)),
                measure_system::system_id.eq(id("digital_system", system)),
            )
        })
    });
    insert_new!(load, measure_system, (measure_system::measure_id, measure_system::system_id)
        => measure_system::system_id, systems);
    Ok(())
}

//! Digital systems, where documents name them, and what they have to do with.

use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;

use super::{Load, insert_new};
use crate::{
    DbError,
    demo::{
        facts::DigitalSystem,
        id::{id, optional_id},
    },
    schema::{
        digital_system as system, digital_system_clause as clause, digital_system_document as mention,
        digital_system_indicator as concerns,
    },
};

pub(super) async fn insert(load: &mut Load<'_>, facts: &[DigitalSystem]) -> Result<(), DbError> {
    let rows = facts.iter().map(|fact| {
        (
            system::id.eq(id("digital_system", &fact.code)),
            system::code.eq(&fact.code),
            (system::name_vi.eq(&fact.name_vi), system::name_en.eq(&fact.name_en)),
            (system::kind.eq(&fact.kind), system::proper_name.eq(fact.proper_name)),
            system::province.eq(&fact.province),
            (
                system::owner_id.eq(optional_id("agency", fact.owner.as_ref())),
                system::responsible_id.eq(optional_id("agency", fact.responsible.as_ref())),
                system::agency_id.eq(optional_id("agency", fact.agency.as_ref())),
            ),
            (system::wanted_vi.eq(&fact.wanted_vi), system::wanted_en.eq(&fact.wanted_en)),
            (system::gives_figures.eq(fact.gives_figures), system::takes_figures.eq(fact.takes_figures)),
            system::note.eq(&fact.note),
        )
    });
    let new = insert_new!(load, system, system::id => system::id, rows);
    load.created("digital_system", new);

    let clauses = facts.iter().flat_map(|fact| {
        fact.clauses.iter().zip(1..).map(|(named, position)| {
            (
                clause::system_id.eq(id("digital_system", &fact.code)),
                clause::position.eq(position),
                clause::document_id.eq(id("document", &named.document)),
                clause::clause.eq(&named.clause),
            )
        })
    });
    insert_new!(load, clause, (clause::system_id, clause::position) => clause::system_id, clauses);

    let concerned = facts.iter().flat_map(|fact| {
        fact.indicators.iter().map(|indicator| {
            (
                concerns::system_id.eq(id("digital_system", &fact.code)),
                concerns::indicator_id.eq(id("indicator", indicator)),
            )
        })
    });
    insert_new!(load, concerns, (concerns::system_id, concerns::indicator_id) => concerns::indicator_id, concerned);

    let mentions = facts.iter().flat_map(|fact| {
        fact.documents.iter().map(|document| {
            (mention::system_id.eq(id("digital_system", &fact.code)), mention::document_id.eq(id("document", document)))
        })
    });
    insert_new!(load, mention, (mention::system_id, mention::document_id) => mention::document_id, mentions);
    Ok(())
}

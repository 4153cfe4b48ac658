//! Reporting rules.

use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;

use super::{Load, insert_new};
use crate::{
    DbError,
    demo::{facts::ReportingRule, id::id},
    schema::{reporting_rule, reporting_rule_cadence as cadence, reporting_rule_party as party},
};

pub(super) async fn insert(load: &mut Load<'_>, facts: &[ReportingRule]) -> Result<(), DbError> {
    let rows = facts.iter().map(|fact| {
        (
            reporting_rule::id.eq(id("reporting_rule", &fact.code)),
            reporting_rule::code.eq(&fact.code),
            reporting_rule::kind.eq(&fact.kind),
            reporting_rule::document_id.eq(id("document", &fact.document)),
            reporting_rule::clause.eq(&fact.clause),
            reporting_rule::ad_hoc.eq(fact.ad_hoc),
            reporting_rule::on_request.eq(fact.on_request),
            reporting_rule::in_force.eq(!fact.only_requested),
            reporting_rule::also.eq(&fact.also),
            reporting_rule::note.eq(&fact.note),
        )
    });
    let new = insert_new!(load, reporting_rule, reporting_rule::id => reporting_rule::id, rows);

    let parties = facts.iter().flat_map(|fact| {
        let reporters = fact.reporters.iter().zip(1..).map(|(agency, position)| (agency, "REPORTER", position));
        let recipients = fact.recipients.iter().zip(1..).map(|(agency, position)| (agency, "RECIPIENT", position));
        reporters.chain(recipients).map(|(agency, role, position)| {
            (
                party::rule_id.eq(id("reporting_rule", &fact.code)),
                party::agency_id.eq(id("agency", agency)),
                party::role.eq(role),
                party::position.eq(position),
            )
        })
    });
    insert_new!(load, party, (party::rule_id, party::role, party::agency_id) => party::agency_id, parties);

    let cadences = facts.iter().flat_map(|fact| {
        fact.cadences.iter().zip(1..).map(|(line, position)| {
            (
                cadence::rule_id.eq(id("reporting_rule", &fact.code)),
                cadence::position.eq(position),
                cadence::cadence.eq(&line.cadence),
                cadence::words.eq(&line.words),
            )
        })
    });
    insert_new!(load, cadence, (cadence::rule_id, cadence::position) => cadence::rule_id, cadences);
    load.created("reporting_rule", new);
    Ok(())
}

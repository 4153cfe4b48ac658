//! Indicators and the versions of their definitions.

use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{Load, insert_new};
use crate::{
    DbError,
    demo::{
        facts::IndicatorFile,
        id::{id, optional_id},
    },
    schema::{indicator, indicator_definition, indicator_rule},
};

pub(super) async fn insert(load: &mut Load<'_>, facts: &IndicatorFile) -> Result<(), DbError> {
    let rows = facts.indicators.iter().zip(1..).map(|(fact, position)| {
        (
            indicator::id.eq(id("indicator", &fact.code)),
            indicator::code.eq(&fact.code),
            indicator::name_vi.eq(&fact.name_vi),
            indicator::name_en.eq(&fact.name_en),
            indicator::position.eq(position),
            indicator::unit.eq(&fact.unit),
            indicator::value_kind.eq(&fact.value_kind),
            indicator::direction.eq(&fact.direction),
            indicator::nature.eq(&fact.nature),
            indicator::aggregation.eq(&fact.aggregation),
            indicator::frequency.eq(&fact.frequency),
            indicator::decimals.eq(fact.decimals),
            indicator::part_decimals.eq(fact.part_decimals),
            indicator::lower_bound.eq(fact.lower_bound),
            indicator::upper_bound.eq(fact.upper_bound),
            indicator::lead_agency_id.eq(optional_id("agency", fact.lead.as_ref())),
            indicator::note.eq(&fact.note),
        )
    });
    let new = insert_new!(load, indicator, indicator::id => indicator::id, rows);

    let definitions = facts.definitions.iter().map(|fact| {
        (
            indicator_definition::id.eq(definition_id(&fact.indicator, fact.version)),
            indicator_definition::indicator_id.eq(id("indicator", &fact.indicator)),
            indicator_definition::version.eq(fact.version),
            indicator_definition::valid_from.eq(fact.valid_from),
            indicator_definition::text_vi.eq(&fact.text_vi),
            indicator_definition::text_en.eq(&fact.text_en),
            indicator_definition::denominator.eq(&fact.denominator),
            indicator_definition::parameters.eq(serde_json::json!(fact.parameters)),
            indicator_definition::document_id.eq(optional_id("document", fact.document.as_ref())),
            indicator_definition::clause.eq(&fact.clause),
        )
    });
    insert_new!(load, indicator_definition, indicator_definition::id => indicator_definition::id, definitions);

    let rules = facts.rules.iter().map(|fact| {
        (
            indicator_rule::id.eq(id("indicator_rule", &fact.code)),
            indicator_rule::code.eq(&fact.code),
            indicator_rule::left_indicator_id.eq(id("indicator", &fact.left)),
            indicator_rule::comparator.eq(&fact.comparator),
            indicator_rule::right_indicator_id.eq(id("indicator", &fact.right)),
            indicator_rule::words_vi.eq(&fact.words_vi),
            indicator_rule::words_en.eq(&fact.words_en),
        )
    });
    insert_new!(load, indicator_rule, indicator_rule::id => indicator_rule::id, rules);
    load.created("indicator", new);
    Ok(())
}

/// The identifier of a version of an indicator's definition.
pub(in crate::demo) fn definition_id(indicator: &str, version: i32) -> Uuid {
    id("indicator_definition", &format!("{indicator}/{version}"))
}

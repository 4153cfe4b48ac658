//! Programmes, their documents, their pillars, and which indicators they follow.

use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;

use super::{Load, insert_new};
use crate::{
    DbError,
    demo::{facts::ProgrammeFile, id::id},
    schema::{indicator_group, programme, programme_document, programme_indicator},
};

pub(super) async fn insert(load: &mut Load<'_>, facts: &ProgrammeFile) -> Result<(), DbError> {
    let rows = facts.programmes.iter().map(|fact| {
        (
            programme::id.eq(id("programme", &fact.code)),
            programme::code.eq(&fact.code),
            programme::name_vi.eq(&fact.name_vi),
            programme::name_en.eq(&fact.name_en),
            programme::jurisdiction_id.eq(id("agency", &fact.jurisdiction)),
            programme::starts_on.eq(fact.starts_on),
            programme::ends_on.eq(fact.ends_on),
        )
    });
    let new = insert_new!(load, programme, programme::id => programme::id, rows);
    load.created("programme", new);

    let documents = facts.documents.iter().map(|fact| {
        (
            programme_document::programme_id.eq(id("programme", &fact.programme)),
            programme_document::document_id.eq(id("document", &fact.document)),
            programme_document::role.eq(&fact.role),
        )
    });
    insert_new!(load, programme_document, (programme_document::programme_id, programme_document::document_id)
        => programme_document::document_id, documents);

    let groups = facts.groups.iter().zip(1..).map(|(fact, position)| {
        (
            indicator_group::id.eq(group_id(&fact.programme, &fact.code)),
            indicator_group::programme_id.eq(id("programme", &fact.programme)),
            indicator_group::code.eq(&fact.code),
            indicator_group::name_vi.eq(&fact.name_vi),
            indicator_group::name_en.eq(&fact.name_en),
            indicator_group::position.eq(position),
        )
    });
    insert_new!(load, indicator_group, indicator_group::id => indicator_group::id, groups);
    Ok(())
}

/// After the indicators.
pub(super) async fn insert_members(load: &mut Load<'_>, facts: &ProgrammeFile) -> Result<(), DbError> {
    let members = facts.indicators.iter().map(|fact| {
        (
            programme_indicator::programme_id.eq(id("programme", &fact.programme)),
            programme_indicator::indicator_id.eq(id("indicator", &fact.indicator)),
            programme_indicator::group_id.eq(fact.group.as_ref().map(|group| group_id(&fact.programme, group))),
        )
    });
    insert_new!(load, programme_indicator, (programme_indicator::programme_id, programme_indicator::indicator_id)
        => programme_indicator::indicator_id, members);
    Ok(())
}

fn group_id(programme: &str, group: &str) -> uuid::Uuid {
    id("indicator_group", &format!("{programme}/{group}"))
}

//! Agencies, their places in the tree, their reorganisations.

use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;

use super::{Load, insert_new};
use crate::{
    DbError,
    demo::{
        facts::AgencyFile,
        id::{id, optional_id},
    },
    schema::{
        agency, agency_existence, agency_member, agency_placement, agency_succession, agency_succession_party as party,
    },
};

/// The agencies alone: documents refer to them, and their history refers to documents.
pub(super) async fn insert(load: &mut Load<'_>, facts: &AgencyFile) -> Result<(), DbError> {
    let rows = facts.agencies.iter().map(|fact| {
        (
            agency::id.eq(id("agency", &fact.code)),
            agency::code.eq(&fact.code),
            agency::name_vi.eq(&fact.name_vi),
            agency::name_en.eq(&fact.name_en),
            agency::aliases.eq(fact.aliases.iter().map(Some).collect::<Vec<_>>()),
            agency::kind.eq(&fact.kind),
            agency::level.eq(&fact.level),
            agency::province.eq(&fact.province),
            (agency::block.eq(&fact.block), agency::block_stated.eq(fact.block_stated)),
            (
                agency::official_code.eq(&fact.official_code),
                agency::latitude.eq(fact.latitude),
                agency::longitude.eq(fact.longitude),
            ),
            agency::planned_parent_id.eq(optional_id("agency", fact.planned_parent.as_ref())),
            agency::note.eq(&fact.note),
        )
    });
    let new = insert_new!(load, agency, agency::id => agency::id, rows);
    load.created("agency", new);
    Ok(())
}

/// Placements and successions.
pub(super) async fn insert_history(load: &mut Load<'_>, facts: &AgencyFile) -> Result<(), DbError> {
    let members = facts.agencies.iter().flat_map(|fact| {
        let stated = fact.members_stated.iter().map(|member| (member, true));
        stated.chain(fact.members.iter().map(|member| (member, false))).map(|(member, stated)| {
            (
                agency_member::group_id.eq(id("agency", &fact.code)),
                agency_member::agency_id.eq(id("agency", member)),
                agency_member::stated.eq(stated),
            )
        })
    });
    insert_new!(load, agency_member, (agency_member::group_id, agency_member::agency_id)
        => agency_member::agency_id, members);

    let unlike_others = facts.agencies.iter().filter_map(|fact| {
        let (state, document) = (fact.existence.as_ref()?, fact.existence_document.as_ref()?);
        Some((
            agency_existence::agency_id.eq(id("agency", &fact.code)),
            agency_existence::state.eq(state),
            agency_existence::document_id.eq(id("document", document)),
            agency_existence::clause.eq(fact.existence_clause.as_deref().unwrap_or_default()),
        ))
    });
    insert_new!(load, agency_existence, agency_existence::agency_id => agency_existence::agency_id, unlike_others);

    let placements = facts.agencies.iter().filter_map(|fact| {
        let parent = fact.parent.as_ref()?;
        Some((
            agency_placement::id.eq(id("agency_placement", &fact.code)),
            agency_placement::agency_id.eq(id("agency", &fact.code)),
            agency_placement::parent_id.eq(id("agency", parent)),
            agency_placement::stated.eq(fact.parent_basis.as_deref() == Some("STATED")),
            agency_placement::basis.eq(&fact.parent_basis),
            agency_placement::document_id.eq(optional_id("document", fact.parent_document.as_ref())),
            agency_placement::clause.eq(&fact.parent_clause),
        ))
    });
    insert_new!(load, agency_placement, agency_placement::id => agency_placement::id, placements);

    let successions = facts.successions.iter().map(|fact| {
        (
            agency_succession::id.eq(id("agency_succession", &fact.code)),
            agency_succession::kind.eq(&fact.kind),
            agency_succession::document_id.eq(optional_id("document", fact.document.as_ref())),
            agency_succession::clause.eq(&fact.clause),
            agency_succession::note.eq(&fact.note),
        )
    });
    insert_new!(load, agency_succession, agency_succession::id => agency_succession::id, successions);

    let parties = facts.successions.iter().flat_map(|fact| {
        let before = fact.predecessors.iter().map(|code| (code, "PREDECESSOR"));
        let after = fact.successors.iter().map(|code| (code, "SUCCESSOR"));
        before.chain(after).map(|(code, side)| {
            (
                party::succession_id.eq(id("agency_succession", &fact.code)),
                party::agency_id.eq(id("agency", code)),
                party::side.eq(side),
            )
        })
    });
    insert_new!(load, party, (party::succession_id, party::agency_id, party::side) => party::agency_id, parties);
    Ok(())
}

//! Documents and what they do to one another.

use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;

use super::{Load, insert_new};
use crate::{
    DbError,
    demo::{
        facts::DocumentFile,
        id::{id, optional_id},
    },
    schema::{document, document_relation},
};

pub(super) async fn insert(load: &mut Load<'_>, facts: &DocumentFile) -> Result<(), DbError> {
    let rows = facts.documents.iter().map(|fact| {
        (
            document::id.eq(id("document", &fact.code)),
            document::code.eq(&fact.code),
            document::symbol.eq(&fact.symbol),
            document::symbol_complete.eq(fact.symbol.is_some() && !fact.symbol_incomplete),
            document::kind.eq(&fact.kind),
            document::title.eq(&fact.title),
            document::issuer_id.eq(optional_id("agency", fact.issuer.as_ref())),
            document::issuer_name.eq(&fact.issuer_name),
            document::issued_on.eq(fact.issued_on),
            document::issued_precision.eq(fact.issued_precision.as_deref().unwrap_or("NONE")),
            document::issued_words.eq(&fact.issued_words),
            document::status.eq(&fact.status),
            document::province.eq(&fact.province),
            document::note.eq(&fact.note),
        )
    });
    let new = insert_new!(load, document, document::id => document::id, rows);

    let relations = facts.relations.iter().map(|fact| {
        let to = fact.to.as_ref().or(fact.to_agency.as_ref()).map(String::as_str).unwrap_or_default();
        (
            document_relation::id.eq(id("document_relation", &format!("{} {} {to}", fact.from, fact.kind))),
            document_relation::from_document_id.eq(id("document", &fact.from)),
            document_relation::kind.eq(&fact.kind),
            document_relation::to_document_id.eq(optional_id("document", fact.to.as_ref())),
            document_relation::to_agency_id.eq(optional_id("agency", fact.to_agency.as_ref())),
            document_relation::clause.eq(&fact.clause),
        )
    });
    insert_new!(load, document_relation, document_relation::id => document_relation::id, relations);
    load.created("document", new);
    Ok(())
}

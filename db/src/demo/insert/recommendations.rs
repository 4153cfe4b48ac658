//! Recommendations and obstacles.

use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;

use super::{Load, insert_new};
use crate::{
    DbError,
    demo::{
        facts::Recommendation,
        id::{id, optional_id},
    },
    schema::{
        recommendation, recommendation_answer as answer, recommendation_document as mention,
        recommendation_recipient as recipient,
    },
};

pub(super) async fn insert(load: &mut Load<'_>, facts: &[Recommendation]) -> Result<(), DbError> {
    let rows = facts.iter().map(|fact| {
        (
            recommendation::id.eq(id("recommendation", &fact.code)),
            recommendation::code.eq(&fact.code),
            recommendation::kind.eq(&fact.kind),
            recommendation::from_agency_id.eq(id("agency", &fact.from)),
            recommendation::to_words.eq(&fact.to_words),
            recommendation::decision_maker_id.eq(optional_id("agency", fact.decision_maker.as_ref())),
            recommendation::topic.eq(&fact.topic),
            recommendation::text.eq(&fact.text),
            recommendation::document_id.eq(id("document", &fact.document)),
            recommendation::clause.eq(&fact.clause),
            recommendation::state.eq(fact.state.as_deref().unwrap_or("OPEN")),
            recommendation::note.eq(&fact.note),
        )
    });
    let new = insert_new!(load, recommendation, recommendation::id => recommendation::id, rows);

    let recipients = facts.iter().flat_map(|fact| {
        fact.to.iter().zip(1..).map(|(agency, position)| {
            (
                recipient::recommendation_id.eq(id("recommendation", &fact.code)),
                recipient::agency_id.eq(id("agency", agency)),
                recipient::position.eq(position),
            )
        })
    });
    insert_new!(load, recipient, (recipient::recommendation_id, recipient::agency_id) => recipient::agency_id, recipients);

    let answers = facts.iter().flat_map(|fact| {
        fact.answers.iter().map(|directive| {
            (
                answer::recommendation_id.eq(id("recommendation", &fact.code)),
                answer::directive_id.eq(id("directive", directive)),
            )
        })
    });
    insert_new!(load, answer, (answer::recommendation_id, answer::directive_id) => answer::directive_id, answers);

    let mentions = facts.iter().flat_map(|fact| {
        fact.documents.iter().map(|document| {
            (
                mention::recommendation_id.eq(id("recommendation", &fact.code)),
                mention::document_id.eq(id("document", document)),
            )
        })
    });
    insert_new!(load, mention, (mention::recommendation_id, mention::document_id) => mention::document_id, mentions);
    load.created("recommendation", new);
    Ok(())
}

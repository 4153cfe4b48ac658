//! Simulated baselines and judgements: those of a day up to which the demo is simulated.

use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;

use super::{Load, insert_new};
use crate::{
    DbError,
    demo::{facts::AssessmentFile, id::id},
    schema::{baseline, judgement},
};

pub(super) async fn insert(load: &mut Load<'_>, facts: &AssessmentFile) -> Result<(), DbError> {
    let (today, now) = (load.today, load.now);
    let baselines = facts.baselines.iter().filter(|fact| fact.measured_on < today).map(|fact| {
        (
            baseline::id.eq(id("baseline", &fact.indicator)),
            baseline::indicator_id.eq(id("indicator", &fact.indicator)),
            baseline::subject_id.eq(id("agency", &fact.subject)),
            baseline::value.eq(fact.value),
            baseline::measured_on.eq(fact.measured_on),
            baseline::simulated.eq(true),
            baseline::note.eq(&fact.note),
        )
    });
    let baselines = insert_new!(load, baseline, baseline::id => baseline::id, baselines);
    let judgements = facts.judgements.iter().filter(|fact| fact.judged_on < today).map(|fact| {
        (
            judgement::id.eq(id("judgement", &fact.target)),
            judgement::target_id.eq(id("target", &fact.target)),
            judgement::verdict.eq(&fact.verdict),
            judgement::judged_on.eq(fact.judged_on),
            judgement::reason.eq(&fact.reason),
            judgement::evidence.eq(&fact.evidence),
            judgement::state.eq("ENDORSED"),
            judgement::recorded_at.eq(now),
            judgement::decided_at.eq(now),
            judgement::simulated.eq(true),
            judgement::version.eq(2),
        )
    });
    let judgements = insert_new!(load, judgement, judgement::id => judgement::id, judgements);
    for (noun, new) in [("baseline", baselines), ("judgement", judgements)] {
        *load.added.entry(noun).or_default() += new.len() as u64;
    }
    Ok(())
}

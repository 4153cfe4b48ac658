//! What was known when: how the plan of the province was replaced, and how a target of another was revised.
//!
//! That 359-KH/TU replaced 336-KH/TU and that a target fell from 3 to 1 is what the documents say. On which day the province had
//! the new plan, and what the old one demanded, they do not say: both are simulated. The old targets went with their plan, so they
//! stand in the past alone, and their notes say that they are simulated.

use diesel::ExpressionMethods as _;
use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};

use super::{Load, indicators::definition_id};
use crate::{
    DbError,
    demo::{
        facts::{Revision, Target},
        id::id,
    },
    schema::target,
};

/// The plan that holds, and the one that it has replaced.
const PLAN: &str = "359-KH/TU";
const OLD_PLAN: &str = "336-KH/TU";
/// When the old plan's targets were known, and when the new plan took its place (simulated).
const OLD_PLAN_AT: &str = "2025-03-01T01:00:00Z";
const PLAN_AT: &str = "2025-05-15T01:00:00Z";

/// Indicator and demand of the old plan by the end of 2025.
const OLD_TARGETS: [(&str, &str, i64); 3] = [
    ("coverage_5g_share", "Tỷ lệ phủ sóng 5G", 45),
    ("st_enterprises", "Số doanh nghiệp khoa học và công nghệ", 6),
    ("scopus_isi_papers", "Số bài báo Scopus, ISI", 1),
];
const SIMULATED: &str = "Mục tiêu mô phỏng: nội dung 336-KH/TU không có trong các văn bản nguồn.";

/// Whether a target came with the plan.
pub(super) fn is_of_plan(fact: &Target) -> bool {
    fact.document == PLAN
}

/// The setting under which something is written that was known from then on.
async fn known_at(load: &mut Load<'_>, instant: &str) -> Result<(), DbError> {
    Ok(load.connection.batch_execute(&format!("SET LOCAL cotmoc.known_at = '{instant}'")).await?)
}

/// Before the plan is loaded: the old one holds.
pub(super) async fn before_plan(load: &mut Load<'_>) -> Result<(), DbError> {
    let (plan, old) = (id("document", PLAN), id("document", OLD_PLAN));
    let drafting = format!(
        "UPDATE document SET status = 'DRAFT' WHERE id = '{plan}'; UPDATE document SET status = 'ISSUED' WHERE id = '{old}'; \
         CREATE TEMPORARY TABLE replaces ON COMMIT DROP AS SELECT * FROM document_relation \
             WHERE from_document_id = '{plan}' AND kind = 'REPLACES'; \
         DELETE FROM document_relation WHERE id IN (SELECT id FROM replaces)"
    );
    load.connection.batch_execute(&drafting).await?;
    known_at(load, OLD_PLAN_AT).await?;
    let rows = OLD_TARGETS.iter().zip(1..).map(|((indicator, wording, value), ordinal)| {
        let code = format!("{OLD_PLAN}:2025.mp.{ordinal:02}");
        (
            target::id.eq(id("target", &code)),
            target::code.eq(code),
            target::programme_id.eq(id("programme", "nq57-quang-ngai")),
            target::indicator_id.eq(id("indicator", indicator)),
            target::definition_id.eq(definition_id(indicator, 1)),
            target::subject_id.eq(id("agency", "qng.ubnd")),
            target::wording.eq(*wording),
            target::due_on.eq(chrono::NaiveDate::from_ymd_opt(2025, 12, 31)),
            target::due_precision.eq("YEAR"),
            target::cadence.eq("BY_DATE"),
            target::comparator.eq("AT_LEAST"),
            target::value.eq(rust_decimal::Decimal::from(*value)),
            target::document_id.eq(old),
            target::clause.eq("(mô phỏng)"),
            target::note.eq(SIMULATED),
        )
    });
    diesel::insert_into(target::table).values(rows.collect::<Vec<_>>()).execute(load.connection).await?;
    // The new targets come next.
    known_at(load, PLAN_AT).await
}

/// After its targets are in: it has replaced the old one.
pub(super) async fn after_plan(load: &mut Load<'_>) -> Result<(), DbError> {
    let (plan, old) = (id("document", PLAN), id("document", OLD_PLAN));
    let replaced = format!(
        "DELETE FROM target WHERE document_id = '{old}' AND note = '{SIMULATED}'; \
         UPDATE document SET status = 'ISSUED' WHERE id = '{plan}'; UPDATE document SET status = 'REPLACED' WHERE id = '{old}'; \
         INSERT INTO document_relation SELECT * FROM replaces"
    );
    load.connection.batch_execute(&replaced).await?;
    known_at(load, "recorded").await
}

/// A target whose value before its revision is known had that value until then. What is written next was known from then on.
pub(super) async fn before_revision(load: &mut Load<'_>, fact: &Target, revision: &Revision) -> Result<(), DbError> {
    let row = target::id.eq(id("target", &fact.code));
    let before = (target::value.eq(revision.previous), target::note.eq(None::<String>));
    diesel::update(target::table).filter(row).set(before).execute(load.connection).await?;
    if let Some(day) = revision.revised_on {
        known_at(load, &format!("{day}T01:00:00Z")).await?;
    }
    let after = (target::value.eq(fact.value), target::note.eq(&fact.note));
    diesel::update(target::table).filter(row).set(after).execute(load.connection).await?;
    Ok(())
}

/// What is written from here on was known since the time in it, or since ever.
pub(super) async fn end(load: &mut Load<'_>) -> Result<(), DbError> {
    known_at(load, "recorded").await
}

//! How an indicator ends.

use async_graphql::InputObject;
use auth::action::KeepCatalogue;
use derive::boxed;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, QueryDsl as _, SelectableHelper as _,
    dsl::sql,
    sql_types::{Bool, Date as SqlDate},
};
use diesel_async::RunQueryDsl as _;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Indicator,
    catalogue::open,
    change::{NOUN, audit_snapshot},
};
use crate::{
    Acting, Date, DbError, Id, ViolationCode,
    document::in_force,
    input::{CLAUSE, Checks, refused},
    schema::{indicator, reporting_assignment, target},
    target::{Target, change::audit_snapshot as target_snapshot},
    text::symbol,
    writer::{ChangeKind, Writing},
};

/// Which indicator is measured no longer.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RetireIndicatorInput")]
pub struct Retirement {
    /// The indicator
    pub indicator: Id<Indicator>,
    /// Its `version` as it was read
    pub expected_version: i32,
    /// Code of the document that says so, which was issued and is in force
    pub document: String,
    /// Its clause, as printed, at most 40 characters
    pub clause: String,
    /// The day (Asia/Ho_Chi_Minh) from which it is measured no longer, today or earlier: targets of that day and later are withdrawn,
    /// and periods that end then or later are not to be reported
    pub retired_on: Date,
    /// True: answers what would end with it, and changes nothing
    #[graphql(default)]
    pub dry_run: bool,
}

/// What has ended with an indicator.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RetiredIndicator {
    /// The indicator.
    pub indicator: Indicator,
    /// The targets that were withdrawn.
    pub targets: Vec<Target>,
    /// How many assignments have ended.
    pub assignments: i32,
    /// Whether nothing was changed.
    pub dry_run: bool,
}

/// Retires an indicator: its targets of that day and later are withdrawn, its assignments end. Its figures stay.
#[boxed]
pub async fn retire(acting: &Acting<KeepCatalogue>, new: Retirement) -> Result<RetiredIndicator, DbError> {
    let id = new.indicator.uuid()?;
    let mut checks = Checks::default();
    let clause = checks.text("clause", &symbol(&new.clause), CLAUSE);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let (before, within) = open(acting, writing, id, new.expected_version).await?;
        // What another province follows is not this one's to end.
        if !within.iter().all(|agency| acting.permit.reach().holds(Some(*agency))) {
            return Err(refused(ViolationCode::OutOfReach, "indicator"));
        }
        if new.retired_on > writing.today() {
            return Err(refused(ViolationCode::TooEarly, "retiredOn"));
        }
        let document = in_force(acting, writing, &new.document, &["input", "document"]).await?;
        let withdrawn = target::table
            .filter(target::indicator_id.eq(id))
            .filter(target::withdrawn_on.is_null())
            .filter(target::due_on.is_null().or(target::due_on.ge(new.retired_on)));
        let mut targets: Vec<Target> = diesel::update(withdrawn)
            .set((
                target::withdrawn_on.eq(new.retired_on),
                target::withdrawal_document_id.eq(document.id),
                target::withdrawal_clause.eq(&clause),
                target::version.eq(target::version + 1),
            ))
            .returning(Target::as_returning())
            .get_results(writing.connection())
            .await?;
        targets.sort_by(|one, other| one.code.cmp(&other.code));
        for target in &targets {
            let shown = target_snapshot(target);
            writing.record(&acting.permit, ChangeKind::Updated, ("target", target.id), None, Some(shown));
        }
        let ended = end_assignments(writing, id, new.retired_on).await?;
        for assignment in &ended {
            writing.changed(ChangeKind::Updated, ("reporting_assignment", *assignment));
        }
        let after = Indicator { retired_on: Some(new.retired_on), version: before.version + 1, ..before.clone() };
        diesel::update(indicator::table.find(id))
            .set((indicator::retired_on.eq(after.retired_on), indicator::version.eq(after.version)))
            .execute(writing.connection())
            .await?;
        let (was, is) = (audit_snapshot(&before), audit_snapshot(&after));
        writing.record(&acting.permit, ChangeKind::Updated, (NOUN, id), Some(was), Some(is));
        let assignments = i32::try_from(ended.len()).unwrap_or(i32::MAX);
        Ok(RetiredIndicator { indicator: after, targets, assignments, dry_run: new.dry_run })
    };
    acting.write_or_rehearse(new.dry_run, work).await
}

/// Ends the assignments of an indicator: periods that end on the day or later are not to be reported.
async fn end_assignments(writing: &mut Writing, of: Uuid, on: Date) -> Result<Vec<Uuid>, DbError> {
    let later = reporting_assignment::table
        .filter(reporting_assignment::indicator_id.eq(of))
        .filter(sql::<Bool>("lower(valid) >= ").bind::<SqlDate, _>(on))
        .count();
    if later.get_result::<i64>(writing.connection()).await? > 0 {
        return Err(refused(ViolationCode::NotInState, "retiredOn"));
    }
    let ended = diesel::update(reporting_assignment::table)
        .filter(reporting_assignment::indicator_id.eq(of))
        .filter(sql::<Bool>("(upper_inf(valid) OR upper(valid) > ").bind::<SqlDate, _>(on).sql(")"))
        .set((
            reporting_assignment::valid.eq(sql("daterange(lower(valid), ").bind::<SqlDate, _>(on).sql(")")),
            reporting_assignment::version.eq(reporting_assignment::version + 1),
        ))
        .returning(reporting_assignment::id);
    Ok(ended.get_results(writing.connection()).await?)
}

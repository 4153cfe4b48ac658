//! Reporting schedules (chế độ báo cáo): when reports of each kind are taken, due and closed, and from which day on.

use async_graphql::InputObject;
use auth::{Acts as _, action::ManageCalendar, random};
use derive::boxed;
use diesel::{
    ExpressionMethods as _, PgRangeExpressionMethods as _, QueryDsl as _, Queryable, Selectable, SelectableHelper as _,
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{
    calendar::everywhere,
    moved::{MovedDueDate, Moving},
};
use crate::{
    Acting, Date, DbError, Reader, Violation, ViolationCode,
    calendar::{PeriodKind, Regime},
    document::in_force,
    input::{Checks, refused},
    schema::reporting_schedule,
    validity::Holds,
    writer::{AuditEvent, Writing},
};

/// The longest source, in characters.
const WORDS: u16 = 500;

/// When reports of a kind are taken, due and closed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject, Serialize, Deserialize)]
#[diesel(table_name = reporting_schedule)]
pub struct ReportingSchedule {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Calendar or administrative periods
    pub regime: Regime,
    /// Length of the periods
    pub period_kind: PeriodKind,
    /// How many days before the last day of the period figures are taken (ngày chốt số liệu); 0: on the last day. Reporting
    /// opens on the day after
    pub cut_off_days: i32,
    /// The report is due on this working day after the end of the period, the first being 1
    pub due_working_days: i32,
    /// So many working days after the due date answers are still taken, as late; then the period is closed
    pub grace_working_days: i32,
    /// What sets it, in words
    pub source: String,
    /// Raised by each change; mutations name the one they expect
    pub version: i32,
    /// Holds for periods whose last day is one of these
    #[graphql(skip)]
    pub valid: Holds,
    /// The document that sets it
    #[graphql(skip)]
    pub document_id: Option<Uuid>,
}

/// When reports of a kind are taken, due and closed from a day on.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "SetReportingScheduleInput")]
pub struct NewSchedule {
    /// Calendar or administrative periods
    #[graphql(default_with = "Regime::Calendar")]
    pub regime: Regime,
    /// Length of the periods
    pub period_kind: PeriodKind,
    /// The `version` of the schedule that holds until now for periods that end on `validFrom`
    pub expected_version: i32,
    /// How many days before the last day of the period figures are taken (ngày chốt số liệu), 0 to 27
    #[graphql(default)]
    pub cut_off_days: i32,
    /// On which working day after the end of the period the report is due, 1 to 120
    pub due_working_days: i32,
    /// How many working days after the due date answers are still taken, as late, 0 to 250
    pub grace_working_days: i32,
    /// It holds for periods whose last day (Asia/Ho_Chi_Minh) is this one or later: today or a later day, so that nothing changes
    /// for periods that are over. Until a schedule begins that is there for later
    pub valid_from: Date,
    /// Code of the document that sets it, which was issued and is in force
    pub document: String,
    /// What sets it, in words that everybody may read, such as `Nghị định 09/2019/NĐ-CP, Điều 12`; at most 500 characters
    pub source: String,
    /// True: nothing is written; the answer says which due dates would move
    #[graphql(default)]
    pub dry_run: bool,
}

/// What became of a schedule that was to be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleChange {
    /// The schedule.
    pub schedule: ReportingSchedule,
    /// False after a dry run.
    pub written: bool,
    /// The due dates that move, the earliest period first.
    pub moved: Vec<MovedDueDate>,
}

/// When reports of each kind are due, for periods that end on a day.
pub async fn schedules(reader: &Reader, on: Date) -> Result<Vec<ReportingSchedule>, DbError> {
    let query = reporting_schedule::table
        .filter(reporting_schedule::valid.contains(on))
        .order((reporting_schedule::regime, reporting_schedule::due_working_days, reporting_schedule::period_kind))
        .select(ReportingSchedule::as_select());
    Ok(query.load(&mut reader.statement().await?).await?)
}

impl NewSchedule {
    /// The words of its source, if nothing is wrong with it whatever the database holds.
    fn check(&self) -> Result<String, DbError> {
        let mut checks = Checks::default();
        let source = checks.text("source", &self.source, WORDS);
        let mut broken = checks.broken();
        if self.period_kind == PeriodKind::Range {
            broken.push(Violation::of(ViolationCode::Malformed, &["input", "periodKind"]));
        }
        for (field, days, within) in [
            ("cutOffDays", self.cut_off_days, 0..=27),
            ("dueWorkingDays", self.due_working_days, 1..=120),
            ("graceWorkingDays", self.grace_working_days, 0..=250),
        ] {
            if !within.contains(&days) {
                broken.push(Violation::of(ViolationCode::OutOfBounds, &["input", field]));
            }
        }
        if broken.is_empty() { Ok(source) } else { Err(DbError::Violated(broken)) }
    }

    /// The schedule that follows another one.
    fn after(&self, before: &ReportingSchedule, id: Uuid, document: Uuid, source: String) -> ReportingSchedule {
        let is_anew = before.valid.from == Some(self.valid_from);
        ReportingSchedule {
            id: if is_anew { before.id } else { id },
            regime: self.regime,
            period_kind: self.period_kind,
            cut_off_days: self.cut_off_days,
            due_working_days: self.due_working_days,
            grace_working_days: self.grace_working_days,
            source,
            version: before.version + 1,
            valid: Holds { from: Some(self.valid_from), ends_before: before.valid.ends_before },
            document_id: Some(document),
        }
    }
}

/// Sets when reports of a kind are due, for periods that end on a day or later: by who reaches everything, for schedules are
/// everybody's. Answers which due dates move. A dry run does the same and takes it back.
#[boxed]
pub async fn set(acting: &Acting<ManageCalendar>, new: NewSchedule) -> Result<ScheduleChange, DbError> {
    everywhere(&acting.permit)?;
    let source = new.check()?;
    let work = async |writing: &mut Writing| {
        if new.valid_from < writing.today() {
            return Err(refused(ViolationCode::OutOfBounds, "validFrom"));
        }
        let document = in_force(acting, writing, &new.document, &["input", "document"]).await?;
        let before = lock_and_load(writing, &new).await?;
        let same = |it: &ReportingSchedule| (it.cut_off_days, it.due_working_days, it.grace_working_days);
        let after = new.after(&before, random::id(writing.now()), document.id, source.clone());
        if same(&before) == same(&after) {
            return Err(refused(ViolationCode::Unchanged, "dueWorkingDays"));
        }
        let moving = Moving::begin(writing, new.valid_from).await?;
        write(writing, &before, &after).await?;
        let moved = moving.end(writing).await?;
        writing.audit(AuditEvent {
            action: ManageCalendar::ACTION.as_str(),
            before: Some(json!({ "schedule": before })),
            after: Some(json!({ "schedule": after, "moved": moved.len() })),
            ..AuditEvent::default()
        });
        Ok(ScheduleChange { schedule: after, written: !new.dry_run, moved })
    };
    acting.write_or_rehearse(new.dry_run, work).await
}

/// Locks the schedules of a kind until the end of the transaction, and finds the one that holds until now.
async fn lock_and_load(writing: &mut Writing, new: &NewSchedule) -> Result<ReportingSchedule, DbError> {
    let of_kind: Vec<ReportingSchedule> = reporting_schedule::table
        .filter(reporting_schedule::regime.eq(new.regime))
        .filter(reporting_schedule::period_kind.eq(new.period_kind))
        .order(reporting_schedule::id)
        .select(ReportingSchedule::as_select())
        .for_no_key_update()
        .load(writing.connection())
        .await?;
    // None holds if another change came first: what it has added is not among those that were read.
    let found = of_kind.into_iter().find(|it| it.valid.on(new.valid_from));
    found
        .filter(|it| it.version == new.expected_version)
        .ok_or_else(|| refused(ViolationCode::Stale, "expectedVersion"))
}

/// One that begins on the same day is replaced, another one ends before.
async fn write(writing: &mut Writing, before: &ReportingSchedule, after: &ReportingSchedule) -> Result<(), DbError> {
    let columns = (
        reporting_schedule::cut_off_days.eq(after.cut_off_days),
        reporting_schedule::due_working_days.eq(after.due_working_days),
        reporting_schedule::grace_working_days.eq(after.grace_working_days),
        reporting_schedule::valid.eq(after.valid),
        reporting_schedule::source.eq(&after.source),
        reporting_schedule::document_id.eq(after.document_id),
        reporting_schedule::version.eq(after.version),
    );
    if before.id == after.id {
        diesel::update(reporting_schedule::table.find(after.id)).set(columns).execute(writing.connection()).await?;
        return Ok(());
    }
    let until_then = Holds { from: before.valid.from, ends_before: after.valid.from };
    diesel::update(reporting_schedule::table.find(before.id))
        .set((reporting_schedule::valid.eq(until_then), reporting_schedule::version.eq(before.version + 1)))
        .execute(writing.connection())
        .await?;
    let key = (
        reporting_schedule::id.eq(after.id),
        reporting_schedule::regime.eq(after.regime),
        reporting_schedule::period_kind.eq(after.period_kind),
    );
    diesel::insert_into(reporting_schedule::table).values((key, columns)).execute(writing.connection()).await?;
    Ok(())
}

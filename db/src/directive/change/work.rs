//! The work itself: accepting it, reporting progress, reporting it as done.

use auth::{Acts, action, random};
use derive::boxed;
use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{Acting, Directive, DirectiveEventKind, Opened, TEXT};
use crate::{
    DbError, ViolationCode,
    enums::Source,
    input::Checks,
    schema::progress_update,
    writer::{ChangeKind, Writing},
};

/// A report of progress.
#[derive(Debug, Clone)]
pub struct NewProgress {
    /// How much is done, 0 to 100, if the report gives a figure.
    pub percent: Option<i32>,
    /// What was done.
    pub narrative: String,
    /// What stands in the way.
    pub obstacles: Option<String>,
    /// What shows it, in words and addresses.
    pub evidence: Option<String>,
}

/// Accepts a directive for an agency that leads it.
#[boxed]
pub async fn accept(
    acting: Acting<'_, action::AcceptDirective>,
    id: Uuid,
    expected_version: i32,
) -> Result<Directive, DbError> {
    let work = async |writing: &mut Writing| {
        let Opened { before, standing, .. } = acting.open(writing, id, Some(expected_version)).await?;
        acting.advance(writing, &before).await?;
        let agency = acting.agency(&standing.leads);
        let event = acting.event(writing, id, DirectiveEventKind::Accepted, agency);
        acting.record_event(writing, &before, event).await
    };
    acting.once.write(acting.permit.actor(), work).await
}

/// Reports progress; with the first report the work has begun.
#[boxed]
pub async fn report_progress(
    acting: Acting<'_, action::ReportProgress>,
    id: Uuid,
    new: NewProgress,
) -> Result<Directive, DbError> {
    let report = checked(&new)?;
    let work = async |writing: &mut Writing| {
        let opened = acting.open(writing, id, None).await?;
        reported(&acting, writing, &opened, report, DirectiveEventKind::ProgressReported).await
    };
    acting.once.write(acting.permit.actor(), work).await
}

/// Reports a directive as done, in words.
#[boxed]
pub async fn report_done(
    acting: Acting<'_, action::ReportDone>,
    id: Uuid,
    expected_version: i32,
    narrative: String,
    evidence: Option<String>,
) -> Result<Directive, DbError> {
    let report = checked(&NewProgress { percent: Some(100), narrative, obstacles: None, evidence })?;
    let work = async |writing: &mut Writing| {
        let opened = acting.open(writing, id, Some(expected_version)).await?;
        reported(&acting, writing, &opened, report, DirectiveEventKind::ReportedDone).await
    };
    acting.once.write(acting.permit.actor(), work).await
}

/// A report as it is stored.
struct Report {
    percent: Option<i16>,
    narrative: String,
    obstacles: Option<String>,
    evidence: Option<String>,
}

fn checked(new: &NewProgress) -> Result<Report, DbError> {
    let mut checks = Checks::default();
    let narrative = checks.text("narrative", &new.narrative, TEXT);
    let obstacles = checks.optional("obstacles", new.obstacles.as_deref(), TEXT);
    let evidence = checks.optional("evidence", new.evidence.as_deref(), TEXT);
    checks.passed()?;
    let percent = new.percent.map(|percent| i16::try_from(percent).ok().filter(|percent| (0..=100).contains(percent)));
    let percent = match percent {
        Some(None) => return Err(DbError::violated(ViolationCode::OutOfBounds, &["input", "percent"])),
        percent => percent.flatten(),
    };
    Ok(Report { percent, narrative, obstacles, evidence })
}

async fn reported<A: Acts>(
    acting: &Acting<'_, A>,
    writing: &mut Writing,
    opened: &Opened,
    report: Report,
    kind: DirectiveEventKind,
) -> Result<Directive, DbError> {
    let (before, id) = (&opened.before, random::id(writing.now()));
    let agency = acting.agency(&opened.standing.leads);
    let row = (
        progress_update::id.eq(id),
        progress_update::directive_id.eq(before.id),
        progress_update::reporter_id.eq(agency),
        progress_update::reported_on.eq(writing.today()),
        progress_update::percent.eq(report.percent),
        progress_update::narrative.eq(&report.narrative),
        progress_update::obstacles.eq(report.obstacles),
        progress_update::evidence.eq(report.evidence),
        progress_update::source.eq(Source::Reported),
        progress_update::recorded_at.eq(writing.now()),
        progress_update::recorded_by.eq(acting.permit.actor().account()),
    );
    diesel::insert_into(progress_update::table).values(row).execute(writing.connection()).await?;
    writing.changed(ChangeKind::Created, ("progress_update", id));
    acting.advance(writing, before).await?;
    let mut event = acting.event(writing, before.id, kind, agency);
    event.text = Some(report.narrative);
    event.progress_id = Some(id);
    acting.record_event(writing, before, event).await
}

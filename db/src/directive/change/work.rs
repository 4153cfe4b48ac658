//! The work itself: accepting it, reporting progress, reporting it as done.

use async_graphql::InputObject;
use auth::{Acts, action, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, OptionalExtension as _, QueryDsl as _};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{DIRECTIVE, Directive, DirectiveEventKind, DirectiveState, Opened, TEXT};
use crate::{
    Acting, DbError, Id, Violation, ViolationCode,
    attachment::{Attachment, give_to_progress},
    enums::Source,
    input::Checks,
    schema::{directive, progress_update},
    visible::visible_to,
    writer::{ChangeKind, Writing},
};

/// A directive, as it was seen.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AcceptDirectiveInput")]
pub struct Acceptance {
    /// Id of the directive
    pub directive: Id<Directive>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
}

/// A report of progress.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ReportProgressInput")]
pub struct NewProgress {
    /// Id of the directive
    pub directive: Id<Directive>,
    /// How much is done, 0 to 100; left out if there is no figure
    pub percent: Option<i32>,
    /// What was done
    pub narrative: String,
    /// What stands in the way
    pub obstacles: Option<String>,
    /// What shows it, in words and addresses
    pub evidence: Option<String>,
    /// The files that show it, which you have sent (`POST /files/attachments`): at most 20
    #[graphql(default)]
    pub attachments: Vec<Id<Attachment>>,
}

/// A report that a directive is done.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ReportDoneInput")]
pub struct DoneReport {
    /// Id of the directive
    pub directive: Id<Directive>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// What was done
    pub narrative: String,
    /// What shows it, in words and addresses
    pub evidence: Option<String>,
    /// The files that show it, which you have sent (`POST /files/attachments`): at most 20
    #[graphql(default)]
    pub attachments: Vec<Id<Attachment>>,
    /// Why it is done although some of its parts are not: needed where there are any (`unfinishedParts`). They are cancelled when
    /// it is confirmed
    pub unfinished_parts_reason: Option<String>,
}

/// Accepts a directive for an agency that leads it.
#[boxed]
pub async fn accept(acting: &Acting<action::AcceptDirective>, acceptance: Acceptance) -> Result<Directive, DbError> {
    let (id, version) = (acceptance.directive.uuid()?, acceptance.expected_version);
    let work = async |writing: &mut Writing| {
        let Opened { before, standing, .. } = acting.open(writing, id, Some(version)).await?;
        acting.advance(writing, &before).await?;
        let agency = acting.agency(&standing.leads);
        let event = acting.event(writing, id, DirectiveEventKind::Accepted, agency);
        acting.record_event(writing, &before, event).await
    };
    acting.write(work).await
}

/// Reports progress; with the first report the work has begun.
#[boxed]
pub async fn report_progress(acting: &Acting<action::ReportProgress>, new: NewProgress) -> Result<Directive, DbError> {
    let id = new.directive.uuid()?;
    let report = checked(new.percent, &new.narrative, new.obstacles.as_deref(), new.evidence.as_deref())?;
    let report = Report { attachments: new.attachments, ..report };
    let work = async |writing: &mut Writing| {
        let opened = acting.open(writing, id, None).await?;
        let agency = acting.agency(&opened.standing.leads);
        reported(acting, writing, &opened, report, (agency, None), DirectiveEventKind::ProgressReported).await
    };
    acting.write(work).await
}

/// A report of progress as files say it: of a directive by its code, without files of its own.
#[derive(Debug, Clone)]
pub struct ProgressRow {
    /// The code of the directive.
    pub directive: String,
    /// How much is done, 0 to 100; none if there is no figure.
    pub percent: Option<i32>,
    /// What was done.
    pub narrative: String,
    /// What stands in the way.
    pub obstacles: Option<String>,
    /// What shows it, in words and addresses.
    pub evidence: Option<String>,
    /// The version in which the directive was seen; none if the file does not say.
    pub expected_version: Option<i32>,
}

/// Reports progress of directives that an agency leads, each by itself. Answers what has to be mended in which row; the others are written.
/// What the agency has reported last in the same words on the same day is reported already: whoever mends some rows sends all of them again.
pub(crate) async fn report_rows(
    acting: &Acting<action::ReportProgress>,
    writing: &mut Writing,
    agency: Uuid,
    rows: Vec<ProgressRow>,
) -> Result<Vec<Violation>, DbError> {
    let mut refused = Vec::new();
    for (number, row) in rows.into_iter().enumerate() {
        let done = writing.attempt(async |writing: &mut Writing| report_row(acting, writing, agency, row).await).await;
        match done {
            Ok(()) => {}
            Err(DbError::Violated(broken)) => refused.extend(broken.into_iter().map(|it| it.in_row(number))),
            Err(DbError::NotFound) => {
                refused.push(Violation::of(ViolationCode::NotFound, DIRECTIVE).in_row(number));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(refused)
}

async fn report_row(
    acting: &Acting<action::ReportProgress>,
    writing: &mut Writing,
    agency: Uuid,
    row: ProgressRow,
) -> Result<(), DbError> {
    let report = checked(row.percent, &row.narrative, row.obstacles.as_deref(), row.evidence.as_deref())?;
    let found = directive::table.filter(directive::code.eq(row.directive)).select(directive::id).for_no_key_update();
    let id = found.first(writing.connection()).await?;
    if acting.permit.reach().holds(Some(agency)) && report.is_the_last(writing, id, agency).await? {
        return Ok(());
    }
    let opened = acting.open(writing, id, row.expected_version).await?;
    let leads: Vec<Uuid> = opened.standing.leads.iter().copied().filter(|it| *it == agency).collect();
    let agency = acting.agency(&leads).ok_or(DbError::NotFound)?;
    let told = (Some(agency), None);
    reported(acting, writing, &opened, report, told, DirectiveEventKind::ProgressReported).await?;
    Ok(())
}

/// Reports a directive as done, in words. Parts that are not done hold it up, unless a reason is given.
#[boxed]
pub async fn report_done(acting: &Acting<action::ReportDone>, done: DoneReport) -> Result<Directive, DbError> {
    let (id, version) = (done.directive.uuid()?, done.expected_version);
    let report = checked(Some(100), &done.narrative, None, done.evidence.as_deref())?;
    let report = Report { attachments: done.attachments, ..report };
    let mut checks = Checks::default();
    let reason = checks.optional("unfinishedPartsReason", done.unfinished_parts_reason.as_deref(), TEXT);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let opened = acting.open(writing, id, Some(version)).await?;
        let is_seen = visible_to(&acting.scope, directive::table);
        let unfinished: Vec<(String, bool)> = directive::table
            .filter(directive::parent_id.eq(id))
            .filter(directive::state.ne_all([DirectiveState::Completed, DirectiveState::Cancelled]))
            .order(directive::code)
            .select((directive::code, is_seen))
            .load(writing.connection())
            .await?;
        if !unfinished.is_empty() && reason.is_none() {
            let named: Vec<_> = unfinished.into_iter().filter(|(_, is_seen)| *is_seen).map(|(code, _)| code).collect();
            let violation = Violation::of(ViolationCode::NotInState, DIRECTIVE);
            let is_hidden = named.is_empty();
            let violation = if is_hidden { violation } else { violation.about(named.join(", ")) };
            return Err(DbError::Violated(vec![violation]));
        }
        let told = reason.filter(|_| !unfinished.is_empty());
        let agency = acting.agency(&opened.standing.leads);
        reported(acting, writing, &opened, report, (agency, told), DirectiveEventKind::ReportedDone).await
    };
    acting.write(work).await
}

/// A report as it is stored.
struct Report {
    percent: Option<i16>,
    narrative: String,
    obstacles: Option<String>,
    evidence: Option<String>,
    attachments: Vec<Id<Attachment>>,
}

impl Report {
    /// Whether an agency has reported this last, word for word, and today.
    async fn is_the_last(&self, writing: &mut Writing, directive: Uuid, agency: Uuid) -> Result<bool, DbError> {
        let last = progress_update::table
            .filter(progress_update::directive_id.eq(directive))
            .filter(progress_update::reporter_id.eq(agency))
            .order(progress_update::recorded_at.desc())
            .select((
                progress_update::reported_on,
                progress_update::percent,
                progress_update::narrative,
                progress_update::obstacles,
                progress_update::evidence,
            ));
        let this =
            (writing.today(), self.percent, self.narrative.clone(), self.obstacles.clone(), self.evidence.clone());
        let last = last.first(writing.connection()).await.optional()?;
        Ok(last.as_ref() == Some(&this))
    }
}

fn checked(
    percent: Option<i32>,
    narrative: &str,
    obstacles: Option<&str>,
    evidence: Option<&str>,
) -> Result<Report, DbError> {
    let mut checks = Checks::default();
    let narrative = checks.text("narrative", narrative, TEXT);
    let obstacles = checks.optional("obstacles", obstacles, TEXT);
    let evidence = checks.optional("evidence", evidence, TEXT);
    checks.passed()?;
    let percent = percent.map(|percent| i16::try_from(percent).ok().filter(|percent| (0..=100).contains(percent)));
    let percent = match percent {
        Some(None) => return Err(DbError::violated(ViolationCode::OutOfBounds, &["input", "percent"])),
        percent => percent.flatten(),
    };
    Ok(Report { percent, narrative, obstacles, evidence, attachments: Vec::new() })
}

async fn reported<A: Acts>(
    acting: &Acting<A>,
    writing: &mut Writing,
    opened: &Opened,
    report: Report,
    (agency, told): (Option<Uuid>, Option<String>),
    kind: DirectiveEventKind,
) -> Result<Directive, DbError> {
    let (before, id) = (&opened.before, random::id(writing.now()));
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
    give_to_progress(writing, id, acting.permit.actor().account(), &report.attachments).await?;
    writing.changed(ChangeKind::Created, ("progress_update", id));
    acting.advance(writing, before).await?;
    let mut event = acting.event(writing, before.id, kind, agency);
    event.text = Some([Some(report.narrative), told].into_iter().flatten().collect::<Vec<_>>().join("\n"));
    event.progress_id = Some(id);
    acting.record_event(writing, before, event).await
}

//! `cotmoc apply`: a catalogue kept in version control becomes what the database holds.

mod catalogue;
pub(super) mod desk;
mod export;
mod init;
mod making;
mod same;
mod sheet;
mod shown;
mod stated;

use std::{
    fmt::Write as _,
    fs,
    io::{IsTerminal as _, stdin},
    path::PathBuf,
};

use clap::Args;
use db::{DbError, import};
use serde_json::{Map, Value, json};

use self::{
    catalogue::Entry,
    desk::{Desk, Refusal},
    making::{Amending, Kind, Making},
    same::Difference,
};
pub use self::{
    export::{Catalogue, Targets},
    init::Init,
};
use super::output;
use crate::{
    config::Config,
    database::{Database, DatabaseError, Sharing},
    guard::UnreadableSchema,
};

const EXAMPLES: &str = "\
The file is JSON: an object of lists, agencies, programmes, documents, successions, indicators, definitions, follows,
plans, revisions, baselines, indicatorRules, digitalSystems, measures, goals, reportingRules, directives,
recommendations, periodReports, accounts. Each entry has the words of the input of the mutation that makes one (registerAgency with
what amendAgency and setGroupMembers add, defineProgramme, registerDocument, recordSuccession, defineIndicator,
reviseDefinition, followIndicators, adoptPlan, recordTargetRevision, setBaseline, defineIndicatorRule,
defineDigitalSystem, defineMeasure, defineGoal, defineReportingRule, registerDirective, registerRecommendation,
registerPeriodReport, createAccount with the roles of grantRole), with codes for ids. `cotmoc schema` prints what they mean; `cotmoc export` prints what a
database holds in this form.

Examples:
  cotmoc apply catalogue.json --dry-run     shows what differs, and does nothing
  cotmoc apply catalogue.json               shows it, and asks before it is done
  cotmoc apply catalogue.json --yes         for scripts

A catalogue of targets may also be a spreadsheet (XLSX, XLS, ODS, CSV), a row a target, as `cotmoc export --targets` writes it:

  cotmoc export --targets nq57-quang-ngai --output targets.xlsx
  cotmoc apply targets.xlsx

What is there already stays, so a file can be applied again and again, and after it broke off. Nothing is deleted.";

/// Which catalogue, and whether it is to be asked.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Apply {
    /// The file
    file: PathBuf,
    /// Show what differs, and do nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Do it without asking
    #[arg(long)]
    yes: bool,
}

/// Why it was not done, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The file cannot be read.
    #[error("{}: {reason}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Something is asked that the schema does not take.
    #[error("{0}")]
    Refused(String),
    /// Some entries were refused; the others are in.
    #[error("{} of {all} were refused; the others are in:\n  {}", .refused.len(), .refused.join("\n  "))]
    Partly {
        /// Which, and why.
        refused: Vec<String>,
        /// How many there were to do.
        all: usize,
    },
    /// Nobody is there to be asked.
    #[error("say --yes to do it, or --dry-run to see it: nobody is there to be asked")]
    Nobody,
    /// A defect of the build.
    #[error(transparent)]
    Schema(#[from] UnreadableSchema),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<DbError> for ApplyError {
    fn from(error: DbError) -> Self {
        Self::Database(error.into())
    }
}

impl Apply {
    /// Does it, on a database that it migrates first.
    pub async fn run(&self, config: &Config) -> Result<(), ApplyError> {
        let read = self.read()?;
        if !self.dry_run && !self.yes && !stdin().is_terminal() {
            return Err(ApplyError::Nobody);
        }
        let database = Database::open(config, Sharing::Join).await?;
        let done = self.on(config, &database, read).await;
        database.close().await?;
        done
    }

    async fn on(&self, config: &Config, database: &Database, read: Read) -> Result<(), ApplyError> {
        database.prepare_unless(self.dry_run).await?;
        let entries = match read {
            Read::Catalogue(entries) => entries,
            Read::Targets(targets) => {
                let indicators = import::indicators(database.pool()).await?;
                let plans = targets.checked(&indicators).and_then(|plans| Entry::read(&plans));
                plans.map_err(|reason| self.unread(reason))?
            }
        };
        let desk = Desk::new(config, database)?;
        let work = Work::of(&desk, &entries).await?;
        output::result(&work.shown());
        let may = self.yes || (!self.dry_run && !work.steps.is_empty() && confirmed()?);
        if may && !work.steps.is_empty() {
            let done = work.done(&desk).await?;
            output::result(&format!("{done} done\n"));
        }
        Ok(())
    }

    fn read(&self) -> Result<Read, ApplyError> {
        let content = fs::read(&self.file).map_err(|error| self.unread(error.to_string()))?;
        let ending = self.file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
        if ["xlsx", "xls", "ods", "csv"].contains(&ending.as_str()) {
            return Ok(Read::Targets(sheet::read(&content).map_err(|reason| self.unread(reason))?));
        }
        let file: Value = serde_json::from_slice(&content).map_err(|error| self.unread(error.to_string()))?;
        Ok(Read::Catalogue(Entry::read(&file).map_err(|reason| self.unread(reason))?))
    }

    fn unread(&self, reason: String) -> ApplyError {
        ApplyError::File { path: self.file.clone(), reason }
    }
}

/// What a file is.
enum Read {
    Catalogue(Vec<Entry>),
    /// Of which some cells can be judged with the database alone.
    Targets(sheet::Targets),
}

pub(super) fn confirmed() -> Result<bool, ApplyError> {
    output::result("Do it? [y/N] ");
    let mut answer = String::new();
    stdin().read_line(&mut answer).map_err(|error| ApplyError::Refused(error.to_string()))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// What is to be done about an entry.
struct Step<'a> {
    entry: &'a Entry,
    /// What differs and is changed; nothing if it is not there yet.
    changed: Vec<Difference>,
    is_new: bool,
}

/// What a catalogue comes to: all that is not there, or differs.
struct Work<'a> {
    steps: Vec<Step<'a>>,
    /// What differs, and stays.
    staying: Vec<(&'a Entry, Vec<Difference>)>,
    same: usize,
}

/// What there is of an entry, and whether it is there.
async fn found(desk: &Desk, entry: &Entry) -> Result<(Value, bool), ApplyError> {
    let (question, mut variables) = entry.question();
    let mut answer = desk.ask(entry.making().by, &question, variables.clone()).await?;
    // A group may have more members than come at once.
    let mut more = answer.pointer("/it/members/pageInfo").cloned().unwrap_or_default();
    while more.get("hasNextPage") == Some(&Value::Bool(true)) {
        if let Some(variables) = variables.as_object_mut() {
            variables.insert("after".to_owned(), more.get("endCursor").cloned().unwrap_or_default());
        }
        let page = desk.ask(entry.making().by, &question, variables.clone()).await?;
        let next = page.pointer("/it/members/nodes").and_then(Value::as_array).cloned().unwrap_or_default();
        if let Some(nodes) = answer.pointer_mut("/it/members/nodes").and_then(Value::as_array_mut) {
            nodes.extend(next);
        }
        more = page.pointer("/it/members/pageInfo").cloned().unwrap_or_default();
    }
    Ok(entry.present(&answer))
}

impl<'a> Work<'a> {
    /// Compares entries with what is there. All of them have to be such as the schema takes, before anything is done.
    async fn of(desk: &Desk, entries: &'a [Entry]) -> Result<Self, ApplyError> {
        // An object that is still to come: its id and its version are asked for when it is its turn.
        let seen = json!({ "id": "?", "version": 1 });
        for entry in entries {
            let named = |error| ApplyError::Refused(format!("{} {}: {error}", entry.making().one, entry.code));
            desk.check(entry.making().mutation, entry.making().input, &entry.input(&seen)).map_err(named)?;
        }
        let mut work = Self { steps: Vec::new(), staying: Vec::new(), same: 0 };
        for entry in entries {
            let (present, is_there) = found(desk, entry).await?;
            if !is_there {
                work.steps.push(Step { entry, changed: Vec::new(), is_new: true });
                continue;
            }
            let (changed, staying) = parted(entry, entry.differences(&present));
            if changed.is_empty() && staying.is_empty() {
                work.same += 1;
            }
            if !changed.is_empty() {
                work.steps.push(Step { entry, changed, is_new: false });
            }
            if !staying.is_empty() {
                work.staying.push((entry, staying));
            }
        }
        Ok(work)
    }

    /// Line by line, and in counts.
    fn shown(&self) -> String {
        let mut lines = String::new();
        for Step { entry, changed, is_new } in &self.steps {
            let sign = if *is_new { '+' } else { '~' };
            let _ = writeln!(lines, "{sign} {} {}{}", entry.making().one, entry.code, listed(changed));
        }
        for (entry, differences) in &self.staying {
            let Making { one, otherwise, .. } = entry.making();
            let _ = writeln!(lines, "! {one} {}{}\n    stays: {otherwise}", entry.code, listed(differences));
        }
        let add = self.steps.iter().filter(|step| step.is_new).count();
        let (change, stay, same) = (self.steps.len() - add, self.staying.len(), self.same);
        let _ = writeln!(lines, "{add} to add, {change} to change, {stay} that differ and stay, {same} as they are");
        lines
    }

    /// Does all of it, agencies before what names them. What names something that is still to come is tried again once that is there.
    async fn done(self, desk: &Desk) -> Result<usize, ApplyError> {
        let all = self.steps.len();
        // In a file an agency may stand before the one above it.
        let is_agency = |step: &Step<'_>| step.entry.kind == Kind::Agency;
        let (mut waiting, mut coming): (Vec<_>, Vec<_>) = self.steps.into_iter().partition(is_agency);
        let mut failed = Vec::new();
        loop {
            if waiting.is_empty() {
                waiting = std::mem::take(&mut coming);
            }
            if waiting.is_empty() {
                break;
            }
            let before = waiting.len();
            let mut refused = Vec::new();
            for some in batches(waiting) {
                let is_done = write(desk, &some).await?;
                match is_done {
                    Ok(()) => {}
                    Err(refusal) if some.len() == 1 => {
                        refused.extend(some.into_iter().map(|step| (step, refusal.clone())));
                    }
                    // One of them is wrong: each alone, so that the others get in.
                    Err(_) => {
                        for step in some {
                            if let Err(refusal) = write(desk, std::slice::from_ref(&step)).await? {
                                refused.push((step, refusal));
                            }
                        }
                    }
                }
            }
            let is_stuck = refused.len() == before;
            let goes_on = !is_stuck || !coming.is_empty();
            let (later, over): (Vec<_>, Vec<_>) =
                refused.into_iter().partition(|(_, refusal)| goes_on && refusal.may_come);
            let told = |(step, refusal): (Step<'_>, Refusal)| {
                format!("{} {}: {}", step.entry.making().one, step.entry.code, refusal.words)
            };
            failed.extend(over.into_iter().map(told));
            waiting = later.into_iter().map(|(step, _)| step).collect();
            if is_stuck {
                waiting.append(&mut coming);
            }
            tracing::info!("{} of {all} done", all - failed.len() - waiting.len() - coming.len());
        }
        if failed.is_empty() { Ok(all) } else { Err(ApplyError::Partly { refused: failed, all }) }
    }
}

/// What a mutation changes of an entry, and what stays as it is.
fn parted(entry: &Entry, differences: Vec<Difference>) -> (Vec<Difference>, Vec<Difference>) {
    match (entry.kind, &entry.making().amended) {
        // Made once more they take the place of what is there.
        (Kind::Membership | Kind::Baseline, _) => (differences, Vec::new()),
        (_, Some(Amending { fields, .. })) => {
            differences.into_iter().partition(|it| fields.contains(&it.field.as_str()))
        }
        (_, None) => (Vec::new(), differences),
    }
}

/// What one mutation takes together: the targets of a plan, the indicators of a programme.
fn batches(steps: Vec<Step<'_>>) -> Vec<Vec<Step<'_>>> {
    const MOST: usize = 200;
    let mut batches: Vec<Vec<Step<'_>>> = Vec::new();
    for step in steps {
        let joins = |batch: &&mut Vec<Step<'_>>| {
            matches!(step.entry.kind, Kind::Target | Kind::Membership)
                && batch.len() < MOST
                && batch
                    .iter()
                    .all(|other| other.entry.kind == step.entry.kind && other.entry.within == step.entry.within)
        };
        match batches.last_mut().filter(joins) {
            Some(batch) => batch.push(step),
            None => batches.push(vec![step]),
        }
    }
    batches
}

async fn write(desk: &Desk, steps: &[Step<'_>]) -> Result<Result<(), Refusal>, ApplyError> {
    let [first, others @ ..] = steps else { return Ok(Ok(())) };
    let making = first.entry.making();
    let (present, _) = found(desk, first.entry).await?;
    let is_about = matches!(
        first.entry.kind,
        Kind::Relation | Kind::Definition | Kind::Grant | Kind::Details | Kind::Members | Kind::Revision
    );
    let (mutation, kind, input) = match &making.amended {
        Some(Amending { mutation, input, id, .. }) if !first.is_new => {
            (*mutation, *input, amendment(id, &present, &first.changed))
        }
        _ if is_about && present.is_null() => {
            let words = "what it is about is not there".to_owned();
            return Ok(Err(Refusal { may_come: true, words }));
        }
        _ => {
            let mut input = first.entry.input(&present);
            for list in ["targets", "indicators"] {
                if let Some(Value::Array(all)) = input.get_mut(list) {
                    all.extend(others.iter().map(|step| step.entry.given.clone()));
                }
            }
            (making.mutation, making.input, input)
        }
    };
    desk.act(making.by, mutation, kind, input).await
}

/// The input that changes what differs.
fn amendment(id: &str, present: &Value, differences: &[Difference]) -> Value {
    let seen = |field: &str| present.get(field).cloned().unwrap_or_default();
    let mut input = Map::new();
    input.insert(id.to_owned(), seen("id"));
    input.insert("expectedVersion".to_owned(), seen("version"));
    for difference in differences {
        input.insert(difference.field.clone(), difference.after.clone());
    }
    json!(input)
}

fn listed(differences: &[Difference]) -> String {
    let line = |it: &Difference| format!("\n    {}: {} -> {}", it.field, it.before, it.after);
    differences.iter().map(line).collect()
}

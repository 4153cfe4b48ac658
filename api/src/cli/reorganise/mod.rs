//! `cotmoc reorganise`: agencies are opened, renamed, moved, merged, split and closed as a file says.

mod file;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    io::{IsTerminal as _, stdin},
    path::PathBuf,
    sync::Mutex,
    time::{Duration, Instant},
};

use async_graphql::{InputType as _, Value as InputValue};
use auth::{Principal, Role};
use clap::Args;
use db::{
    Acting, DbError, Once, Origin, Pool, Violation,
    agency::change::{Bulk, Reorganisation, Reorganised, Step, reorganise_in_bulk},
    audit::hex,
    connection::SessionLimits,
    pool::PoolSettings,
};
use schema::payload;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use self::file::{Decides, Given};
use super::{
    apply::{confirmed, desk::Desk},
    output,
};
use crate::{
    cli::apply::ApplyError,
    config::Config,
    database::{Database, Sharing},
};

const EXAMPLES: &str = "\
JSON has the words of the mutation's input: { \"on\": …, \"document\": …, \"steps\": [{ \"open\": { … } }, …] }.
CSV has one step a line below a heading, with codes for agencies, several of them with semicolons between:
  step               open, rename, move, merge, split or close
  agency             the one that is opened, renamed, moved, split or closed; of a merger all that end
  name_vi, name_en   of open and rename
  kind, level, province, block, official_code   of open, as in the schema
  parent             of open and move: the one above
  successors         of merge (one), split (two at least) and close (none or one): who takes over
  default_successor  of split: who of them takes over all that is open
Columns that are not needed may be left out. Who takes over what by name is said in JSON alone.

Examples:
  cotmoc reorganise steps.csv --on 2026-01-01 --document 51/KH-UBND --dry-run
  cotmoc reorganise steps.json              shows it, and asks before it is done
  cotmoc reorganise steps.json --yes        for scripts";

/// Whoever works at the terminal may wait.
const PATIENT: SessionLimits =
    SessionLimits { statement: Duration::ZERO, lock: Duration::from_secs(60), idle_in_transaction: Duration::ZERO };

/// How often a long one says how far it is.
const TELL: Duration = Duration::from_secs(2);

/// Which steps, by which document, and whether it is to be asked.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Reorganise {
    /// The file: JSON or CSV
    file: PathBuf,
    /// The first day of the new order; that of the file if left out
    #[arg(long, value_name = "DAY")]
    on: Option<String>,
    /// Code of the document that decides it, which was issued and is in force; that of the file if left out
    #[arg(long, value_name = "CODE")]
    document: Option<String>,
    /// Its clause, as printed
    #[arg(long)]
    clause: Option<String>,
    /// What a careful reader should know about the source
    #[arg(long)]
    note: Option<String>,
    /// Show what would be done, and do nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Do it without asking
    #[arg(long)]
    yes: bool,
}

/// A file as it is done.
struct Work {
    given: Vec<Given>,
    bulk: Bulk,
}

impl Reorganise {
    /// Does it, on a database that it migrates first.
    pub async fn run(&self, config: &Config) -> Result<(), ApplyError> {
        let (given, decides) = self.read()?;
        if !self.dry_run && !self.yes && !stdin().is_terminal() {
            return Err(ApplyError::Nobody);
        }
        let database = Database::open(config, Sharing::Join).await?;
        let done = self.on(config, &database, given, &decides).await;
        database.close().await?;
        done
    }

    fn read(&self) -> Result<(Vec<Given>, Decides), ApplyError> {
        let unread = |reason: String| ApplyError::File { path: self.file.clone(), reason };
        let text = fs::read_to_string(&self.file).map_err(|error| unread(error.to_string()))?;
        let (given, of_file) = file::read(&text).map_err(unread)?;
        let decides = Decides {
            on: self.on.clone().or(of_file.on),
            document: self.document.clone().or(of_file.document),
            clause: self.clause.clone().or(of_file.clause),
            note: self.note.clone().or(of_file.note),
        };
        if decides.on.is_none() || decides.document.is_none() {
            return Err(unread("from which day on and by which document: say --on and --document".to_owned()));
        }
        Ok((given, decides))
    }

    async fn on(
        &self,
        config: &Config,
        database: &Database,
        given: Vec<Given>,
        decides: &Decides,
    ) -> Result<(), ApplyError> {
        database.prepare_unless(self.dry_run).await?;
        let mut work = self.work(&Desk::new(config, database)?, given, decides)?;
        let settings = database.pool().settings().with_limits(PATIENT);
        let pool = Pool::new(&settings, PoolSettings { size: 1, acquire_timeout: Duration::from_secs(10) });
        let writer = config.clock().writer(pool, Origin::default());
        let operator = Principal::operator_as(Role::Administrator);
        let acting = Acting::new(Once::without_key(writer), &operator).map_err(DbError::internal)?;
        if !self.yes {
            work.bulk.says.decision.dry_run = true;
            let Some(done) = self.done(&acting, &work).await? else { return Ok(()) };
            output::result(&work.shown(&done));
            if self.dry_run || !confirmed()? {
                return Ok(());
            }
            work.bulk.says.decision.dry_run = false;
        }
        if let Some(done) = self.done(&acting, &work).await? {
            output::result(&format!("{} steps done\n", done.len()));
        }
        Ok(())
    }

    /// The steps, if the schema takes each of them.
    fn work(&self, desk: &Desk, given: Vec<Given>, decides: &Decides) -> Result<Work, ApplyError> {
        let Decides { on, document, clause, note } = decides;
        let input = |steps: Vec<&Value>| json!({ "steps": steps, "on": on, "document": document, "clause": clause, "note": note });
        let of = |steps: Vec<&Value>| desk.check("reorganise", "ReorganiseInput", &input(steps));
        let unread = |reason: String| ApplyError::File { path: self.file.clone(), reason };
        of(Vec::new()).map_err(|error| unread(error.to_string()))?;
        for Given { line, step } in &given {
            of(vec![step]).map_err(|error| unread(format!("line {line}: {error}")))?;
        }
        let whole = input(given.iter().map(|given| &given.step).collect());
        let digest = Sha256::digest(whole.to_string());
        let file = Some(hex(&digest));
        let whole = InputValue::from_json(whole).map_err(|error| unread(error.to_string()))?;
        let says = Reorganisation::parse(Some(whole)).map_err(|_| unread("it cannot be read".to_owned()))?;
        Ok(Work { given, bulk: Bulk { says, file } })
    }

    /// Does all of it; none, and says so, if it was done before.
    async fn done(
        &self,
        acting: &Acting<auth::action::ManageAgencies>,
        work: &Work,
    ) -> Result<Option<Vec<Reorganised>>, ApplyError> {
        let told_at = Mutex::new(Instant::now());
        let all = work.given.len();
        let progress = |done: usize| {
            if let Ok(mut told_at) = told_at.lock()
                && told_at.elapsed() > TELL
            {
                *told_at = Instant::now();
                tracing::info!("{done} of {all} steps");
            }
        };
        let done = reorganise_in_bulk(acting, &work.bulk, &progress).await;
        let done = done.map_err(|error| match error {
            DbError::Violated(broken) => ApplyError::File { path: self.file.clone(), reason: work.in_words(broken) },
            other => other.into(),
        })?;
        if done.is_none() {
            output::result("this file was done already: nothing is left to do\n");
        }
        Ok(done)
    }
}

impl Work {
    /// What has to be mended, with the line.
    fn in_words(&self, broken: Vec<Violation>) -> String {
        let lines = broken.into_iter().map(|mut violation| {
            let row = violation.row.and_then(|row| usize::try_from(row).ok());
            let line = row.and_then(|row| self.given.get(row)).map(|given| format!("line {}: ", given.line));
            // The line says what the way through the steps would.
            if violation.field.get(1).is_some_and(|field| field == "steps") {
                violation.field.drain(1..violation.field.len().min(4));
            }
            violation.row = None;
            format!("{}{}", line.unwrap_or_default(), payload::in_words(&[violation]))
        });
        lines.collect::<Vec<_>>().join("; ")
    }

    /// Step by step, with what passes on, and in counts.
    fn shown(&self, done: &[Reorganised]) -> String {
        let (mut lines, mut steps, mut passed) = (String::new(), BTreeMap::new(), BTreeMap::new());
        for (step, done) in self.bulk.says.steps.iter().zip(done) {
            let _ = writeln!(lines, "{}", in_words(step));
            *steps.entry(step.name().unwrap_or_default()).or_insert(0) += 1;
            for kind in &done.passed {
                let which = if kind.kind.is_coded() { format!(": {}", kind.items.join(", ")) } else { String::new() };
                let _ = writeln!(lines, "    {} {} pass on{which}", kind.count, kind.kind.counted_en());
                *passed.entry(kind.kind.counted_en()).or_insert(0) += kind.count;
            }
        }
        let listed = |of: BTreeMap<&str, i32>| {
            of.into_iter().map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
        };
        let left = if passed.is_empty() { "nothing".to_owned() } else { listed(passed) };
        let _ = writeln!(lines, "{} steps: {}; {left} to pass on", done.len(), listed(steps));
        lines
    }
}

fn in_words(step: &Step) -> String {
    let Step { open, rename, relocate, merge, split, close } = step;
    let all = [
        open.as_ref().map(|it| format!("open {} {}", it.code, it.name_vi)),
        rename.as_ref().map(|it| format!("rename {} to {}", it.agency, it.name.name_vi)),
        relocate.as_ref().map(|it| format!("move {} below {}", it.agency, it.parent)),
        merge.as_ref().map(|it| format!("merge {} into {}", it.agencies.join(", "), it.successor)),
        split.as_ref().map(|it| {
            let successors: Vec<_> = it.shares.successors.iter().map(|share| share.agency.as_str()).collect();
            format!("split {} into {}", it.agency, successors.join(", "))
        }),
        close.as_ref().map(|it| match &it.successor {
            Some(successor) => format!("close {}, to {successor}", it.agency),
            None => format!("close {}", it.agency),
        }),
    ];
    all.into_iter().flatten().collect()
}

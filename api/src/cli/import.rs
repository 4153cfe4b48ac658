//! `cotmoc import`: figures of an agency, or progress of its directives, out of a spreadsheet, in the name of whoever reports them.

use std::{
    fmt::Write as _,
    fs, io,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use auth::Denied;
use clap::Args;
use db::{
    Acting, Date, DbError, Once, Origin, Reader,
    calendar::{Period, Regime},
    import::{
        self, Import as Row, ImportError, ImportErrorFilter, ImportErrorLink, ImportKind, ImportState, NewImport,
        NoPurpose, Purpose,
    },
    measurement::BulkMode,
    noun::{Listed as _, ListedBelow as _, Noun as _},
    page::Page,
};
use schema::{language::Language, payload::message};
use sheets::Place;
use tokio::time::sleep;
use uuid::Uuid;

use super::{export::bar, output};
use crate::{
    config::Config,
    database::{Database, DatabaseError, Sharing},
    files::imports,
};

const EXAMPLES: &str = "\
XLSX, XLS, ODS or CSV; headings as in the templates (GET /files/templates/figures.xlsx, progress.xlsx).

Examples:
  cotmoc import so-lieu.xlsx --agency qng.skhcn --period 2025-12 --as bao.cao --dry-run
  cotmoc import so-lieu.xlsx --agency qng.skhcn --period 2025-12 --as bao.cao --submit
  cotmoc import tien-do.xlsx --kind PROGRESS --agency qng.skhcn --period 2025-Q4 --as bao.cao
  cotmoc import cu.csv --agency qng.skhcn --period 2024 --as bao.cao --mode ALL_OR_NOTHING
  cotmoc import bao-cao-quy.xlsx --agency qng.skhcn --period 2025-Q4 --as bao.cao --mapping 'Bảng quý'";

/// How often it looks how far it is.
const PAUSE: Duration = Duration::from_millis(200);

/// Take figures, or progress of directives, in from a spreadsheet, by the rules and in the name of whoever reports them
///
/// What has to be mended is printed by sheet, cell and code; the exit code is then 1. The same file again does what is left of it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Import {
    /// The file
    file: PathBuf,
    /// What its rows are
    #[arg(long, default_value = "FIGURES", value_parser = ["FIGURES", "PROGRESS"])]
    kind: String,
    /// Code of the agency that reports
    #[arg(long, value_name = "CODE")]
    agency: String,
    /// The period, such as 2025-12, 2025-Q4 or 2025
    #[arg(long)]
    period: Period,
    /// By which months the period goes
    #[arg(long, default_value = "CALENDAR", value_parser = ["CALENDAR", "ADMINISTRATIVE"])]
    regime: String,
    /// What becomes of the other rows if one has to be mended
    #[arg(long, default_value = "ROW_BY_ROW", value_parser = ["ROW_BY_ROW", "ALL_OR_NOTHING"])]
    mode: String,
    /// Only look: all is done, and taken back
    #[arg(long)]
    dry_run: bool,
    /// Submit the figures at once
    #[arg(long)]
    submit: bool,
    /// Name of the agency's mapping: by which headings of its own the sheet is read
    #[arg(long, value_name = "NAME")]
    mapping: Option<String>,
    /// Login of the account in whose name it is done
    #[arg(long = "as", value_name = "LOGIN")]
    login: String,
}

/// Why nothing was taken in, or not all.
#[derive(Debug, thiserror::Error)]
pub enum ImportFailure {
    /// The file cannot be read.
    #[error("{path} cannot be read: {error}")]
    File {
        /// Which.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// It was asked for something that there is not.
    #[error("{0}")]
    Refused(String),
    /// They may not.
    #[error("{0}")]
    Denied(#[from] Denied),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The database.
    #[error(transparent)]
    Rows(#[from] DbError),
}

impl Import {
    /// Takes it in, into a database that it migrates first.
    pub async fn run(&self, config: &Config) -> Result<(), ImportFailure> {
        let unread = |error| ImportFailure::File { path: self.file.display().to_string(), error };
        let (size, limit) = (fs::metadata(&self.file).map_err(unread)?.len(), config.server.files_limit);
        if size > u64::try_from(limit).unwrap_or(u64::MAX) {
            let told = format!("{} has {size} bytes, and files.limit is {limit}", self.file.display());
            return Err(ImportFailure::Refused(told));
        }
        let content = fs::read(&self.file).map_err(unread)?;
        let database = Database::open(config, Sharing::Join).await?;
        let done = self.done(config, &database, content).await;
        database.close().await?;
        done
    }

    async fn done(&self, config: &Config, database: &Database, content: Vec<u8>) -> Result<(), ImportFailure> {
        database.prepare_unless(self.dry_run).await?;
        let (pool, clock) = (database.pool(), config.clock());
        let writer = clock.writer(pool.clone(), Origin::default());
        let who = import::sender(&writer, &self.login).await?;
        let who = who.ok_or_else(|| ImportFailure::Refused(format!("there is no active account {}", self.login)))?;
        let word = |error: String| ImportFailure::Refused(error);
        let kind = self.kind.parse::<ImportKind>().map_err(|_| word(self.kind.clone()))?;
        let purpose = Purpose::of(kind, self.submit, &who).map_err(|error| match error {
            NoPurpose::Denied(denied) => denied.into(),
            NoPurpose::OnlyFigures => word("only figures are submitted: leave out --submit".to_owned()),
        })?;
        let new = NewImport {
            purpose,
            agency: self.agency.clone(),
            regime: self.regime.parse::<Regime>().map_err(|_| word(self.regime.clone()))?,
            period: self.period,
            mode: self.mode.parse::<BulkMode>().map_err(|_| word(self.mode.clone()))?,
            dry_run: self.dry_run,
            mapping: self.mapping.clone(),
            // A person's account, in no session of theirs.
            session: Some(Uuid::nil()),
            content,
        };
        let acting = Acting::new(Once::without_key(writer), &who)?;
        let sent = import::send(&acting, new).await.map_err(|error| match error {
            DbError::NotFound => word(format!("{} does not report for an agency {}", self.login, self.agency)),
            DbError::Violated(_) => {
                word(format!("{} has no mapping {}", self.agency, self.mapping.as_deref().unwrap_or_default()))
            }
            error => error.into(),
        })?;
        if !sent.is_new {
            tracing::info!("the same file was taken in before");
        }
        // Whoever takes it up first does it: this process, or a server that runs. What this process has begun it also ends.
        let reader = Reader::new(pool.clone(), who.scope(), Date(clock.today()));
        let has_ended = AtomicBool::new(false);
        let working = async {
            while !has_ended.load(Ordering::Relaxed) {
                if !imports::one(pool, clock).await? {
                    sleep(PAUSE).await;
                }
            }
            Ok::<_, ImportFailure>(())
        };
        let watching = async {
            let import = watched(&reader, sent.import.id).await;
            has_ended.store(true, Ordering::Relaxed);
            import
        };
        let ((), import) = tokio::try_join!(working, watching)?;
        told(&reader, &import).await
    }
}

/// Prints what has to be mended, and what came of it.
async fn told(reader: &Arc<Reader>, import: &Row) -> Result<(), ImportFailure> {
    let (ids, all) = ([import.id], ImportErrorFilter::default());
    let mut page = Page { size: 100, ..Page::default() };
    loop {
        let below = ImportError::list_each(reader, &ids, ImportErrorLink::Import, &all, (), &page).await?;
        let Some(slice) = below.into_values().next() else { break };
        let mut text = String::new();
        for row in &slice.rows {
            let number = |it: i32| u32::try_from(it).unwrap_or_default();
            let (row_number, column) = (number(row.row), row.column_number.map(number));
            let place = Place { sheet: row.sheet.clone(), row: row_number, column };
            let said = message(&row.violation(), Language::En);
            // Writing into memory does not fail.
            let _ = writeln!(text, "{} {}: {said}", place.named(), row.code.as_str());
        }
        output::result(&text);
        match slice.rows.last() {
            Some(last) if slice.more => page.from = Some(last.cursor(())),
            _ => break,
        }
    }
    let (accepted, refused) = (import.rows_accepted, import.rows_refused);
    let what = if import.dry_run { "would be accepted" } else { "accepted" };
    output::result(&format!("{}: {accepted} rows {what}, {refused} to be mended\n", import.state.as_str()));
    if import.state == ImportState::Done && refused == 0 {
        Ok(())
    } else {
        Err(ImportFailure::Refused("not all of the file was taken in".to_owned()))
    }
}

/// Waits for the end of an import, and shows how far it is.
async fn watched(reader: &Arc<Reader>, id: Uuid) -> Result<Row, ImportFailure> {
    let bar = bar(None);
    loop {
        let found = Row::by_ids(reader, &[id]).await?;
        let import = found.into_iter().next().ok_or(DbError::NotFound)?;
        if let Some(total) = import.rows_total {
            bar.set_length(u64::from(total.unsigned_abs()));
        }
        bar.set_position(u64::from(import.rows_read.unsigned_abs()));
        if import.has_ended() {
            bar.finish_and_clear();
            return Ok(import);
        }
        sleep(PAUSE).await;
    }
}

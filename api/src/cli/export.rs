//! `cotmoc export`: a list of the API as a file, or the catalogue in the form that `cotmoc apply` takes.

use std::{
    fs,
    io::{self, IsTerminal as _, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use auth::{random, seal::Sealer};
use clap::{ArgGroup, Args};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use schema::{
    Api,
    caller::{Caller, RequestId},
    changes::Cursors,
    error::ApiError,
    language::Language,
    viewer::Viewer,
};

use super::{
    apply::{ApplyError, Catalogue, Targets},
    viewer,
};
use crate::{
    config::Config,
    database::{Database, DatabaseError, Sharing},
    files::exports::{
        Unreadable,
        asked::{Asked, Format},
        lists::Lists,
        pages::{Failure, Pages},
        sheet::{About, Rest, Sheet},
        workbook::MOST_ROWS,
    },
    graphql::{GraphqlService, Settings},
    guard::{RequestLimits, UnreadableSchema},
};

const EXAMPLES: &str = "\
Examples:
  cotmoc export > catalogue.json                                    the catalogue, to be kept in version control
  cotmoc apply catalogue.json --dry-run                             what has changed since
  cotmoc export --targets nq57-quang-ngai --output targets.xlsx     targets as a spreadsheet, to be changed and applied
  cotmoc export measurements --output figures.xlsx                  every figure, as a workbook
  cotmoc export directives --filter '{\"states\":[\"IN_PROGRESS\"]}' --role public > directives.csv
  cotmoc export scorecards --argument period=2025-Q4 --format ndjson
  cotmoc export indicators --as-of 2025-12-31T17:00:00+07:00 --output indicators.csv --bom";

/// How long a page may take, and the snapshot may rest: nobody waits for this command but who has called it.
const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// A list of the API as a file, all its pages from one snapshot; without a list the catalogue, as JSON: agencies that are there,
/// programmes, documents and what stands in them, indicators, plans and baselines.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, group(ArgGroup::new("what").args(["list", "targets"])))]
pub struct Export {
    /// A list at the root of the API, such as `measurements`; without it the catalogue is printed
    list: Option<String>,
    /// csv, xlsx or ndjson; by default what the output's name ends with, else csv
    #[arg(long, requires = "list", value_parser = ["csv", "xlsx", "ndjson"])]
    format: Option<String>,
    /// The list's filter, as JSON
    #[arg(long, requires = "list", value_name = "JSON")]
    filter: Option<String>,
    /// The list's order, as JSON
    #[arg(long, requires = "list", value_name = "JSON")]
    order: Option<String>,
    /// Another argument of the list; may be given several times
    #[arg(long = "argument", requires = "list", value_name = "NAME=VALUE")]
    arguments: Vec<String>,
    /// Read what was known at this instant
    #[arg(long, requires = "list", value_name = "INSTANT")]
    as_of: Option<String>,
    /// The language of headings, labels and names: vi or en
    #[arg(long, requires = "list", default_value = "vi", value_parser = ["vi", "en"])]
    lang: String,
    /// What stands above the columns: one (language), both, or names (of the schema's fields)
    #[arg(long, requires = "list", default_value = "one", value_parser = ["one", "both", "names"])]
    headings: String,
    /// Write values of enums as people read them, as workbooks do anyway
    #[arg(long, requires = "list")]
    labels: bool,
    /// Begin a CSV with the mark by which Excel knows UTF-8
    #[arg(long, requires = "list")]
    bom: bool,
    /// Whose eyes it is read with: public, or a role everywhere
    #[arg(long, requires = "list", default_value = "INSPECTOR", value_name = "ROLE")]
    role: String,
    /// The targets of a programme, as a spreadsheet that `cotmoc apply` takes
    #[arg(long, conflicts_with = "list", requires = "output", value_name = "PROGRAMME")]
    targets: Option<String>,
    /// The file to be written, which is there when it is whole; without it standard output
    #[arg(long, short, requires = "what", value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It was asked for something that there is not.
    #[error("{0}")]
    Refused(String),
    /// The file cannot be written.
    #[error("the file cannot be written: {0}")]
    File(#[from] io::Error),
    /// The catalogue.
    #[error(transparent)]
    Catalogue(#[from] ApplyError),
    /// A defect of the build.
    #[error(transparent)]
    Schema(#[from] UnreadableSchema),
    /// A defect of the build.
    #[error(transparent)]
    Lists(#[from] Unreadable),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<ApiError> for ExportError {
    fn from(error: ApiError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<Failure> for ExportError {
    fn from(failure: Failure) -> Self {
        Self::Refused(failure.words())
    }
}

impl Export {
    /// Writes it, from a database that it migrates first.
    pub async fn run(&self, config: &Config) -> Result<(), ExportError> {
        if let (Some(programme), Some(output)) = (&self.targets, &self.output) {
            return Ok(Targets { programme, output }.run(config).await?);
        }
        let Some(list) = &self.list else {
            return Ok(Catalogue.run(config).await?);
        };
        let (asked, viewer) = (self.asked(list)?, viewer::of_role(&self.role).map_err(ExportError::Refused)?);
        if asked.format == Format::Xlsx && self.output.is_none() && io::stdout().is_terminal() {
            return Err(ExportError::Refused("a workbook is nothing for a terminal: say --output FILE".to_owned()));
        }
        let database = Database::open(config, Sharing::Join).await?;
        let written = self.write(config, &database, asked, viewer).await;
        database.close().await?;
        written
    }

    fn asked(&self, list: &str) -> Result<Asked, ExportError> {
        let lists = Lists::read(&schema::sdl())?;
        let ending = self.output.as_deref().and_then(Path::extension).and_then(|ending| ending.to_str());
        let ending = ending.filter(|ending| Format::of(ending).is_some());
        let format = self.format.as_deref().or(ending).unwrap_or("csv");
        let mut parameters: Vec<(String, String)> = Vec::new();
        let mut give = |name: &str, value: &str| parameters.push((name.to_owned(), value.to_owned()));
        give("lang", &self.lang);
        give("headings", &self.headings);
        give("bom", if self.bom { "true" } else { "false" });
        if self.labels {
            give("labels", "true");
        }
        for (name, value) in [("filter", &self.filter), ("order", &self.order), ("asOf", &self.as_of)] {
            if let Some(value) = value {
                give(name, value);
            }
        }
        for argument in &self.arguments {
            let parts = argument.split_once('=');
            let (name, value) = parts.ok_or_else(|| ExportError::Refused(format!("{argument} is no NAME=VALUE")))?;
            give(name, value);
        }
        Ok(Asked::read(&lists, &format!("{list}.{format}"), &parameters, Language::Vi)?)
    }

    async fn write(
        &self,
        config: &Config,
        database: &Database,
        asked: Asked,
        viewer: Viewer,
    ) -> Result<(), ExportError> {
        database.require_migrated().await?;
        let mut pages = pages(config, database, &asked, viewer)?;
        let next = pages.price()?;
        let instant = pages.open(asked.as_of, PATIENCE).await?;
        let mut page = pages.read(next).await?;
        if let Some(total) = page.total.filter(|total| asked.format == Format::Xlsx && *total > MOST_ROWS) {
            let words = format!("a sheet holds at most {MOST_ROWS} rows, and the list has {total}: take csv or ndjson");
            return Err(ExportError::Refused(words));
        }
        let bar = bar(page.total);
        let mut output = Output::open(self.output.as_deref())?;
        let about = About { columns: pages.columns().to_vec(), asked, instant, source: "cotmoc export".to_owned() };
        let (mut sheet, begin) = Sheet::begin(about)?;
        output.write_all(&begin)?;
        loop {
            output.write_all(&sheet.add(&page.rows)?)?;
            bar.inc(page.rows.len() as u64);
            if page.is_last {
                break;
            }
            let next = pages.price()?;
            page = pages.read(next).await?;
        }
        drop(pages);
        if let Rest::File(mut file) = sheet.end()? {
            io::copy(&mut file, &mut output)?;
        }
        output.keep(self.output.as_deref())?;
        bar.finish_and_clear();
        tracing::info!(rows = bar.position(), "exported");
        Ok(())
    }
}

fn pages(config: &Config, database: &Database, asked: &Asked, viewer: Viewer) -> Result<Pages, ExportError> {
    let limits = RequestLimits { values: u64::MAX, cost: u64::MAX, ..RequestLimits::default() };
    let settings = Settings { execution: PATIENCE, limits, introspection: false, answer: 1 << 30, slow: None };
    let cursors = Cursors::new(&Sealer::new(&random::bytes()));
    let api = Api::new(database.pool().clone(), config.clock(), cursors);
    let service = GraphqlService::new(&schema::sdl(), api, settings)?;
    let caller = Caller { request_id: RequestId::new(), language: asked.language };
    Ok(Pages::new(service, viewer, caller, asked, true))
}

/// How far it is: on a terminal only.
pub(super) fn bar(total: Option<u64>) -> ProgressBar {
    let bar = match total {
        Some(total) => ProgressBar::new(total),
        None => ProgressBar::no_length(),
    };
    // It draws nothing where standard error is no terminal.
    bar.set_draw_target(ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} rows, {eta} left");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

/// Where the file goes: beside its name until it is whole, so that nobody takes half of it for all.
enum Output {
    Standard(io::Stdout),
    File(tempfile::NamedTempFile),
}

impl Output {
    fn open(path: Option<&Path>) -> io::Result<Self> {
        let Some(path) = path else { return Ok(Self::Standard(io::stdout())) };
        let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
        Ok(Self::File(tempfile::NamedTempFile::new_in(directory.unwrap_or(Path::new(".")))?))
    }

    fn keep(self, path: Option<&Path>) -> io::Result<()> {
        match (self, path) {
            (Self::File(mut file), Some(path)) => {
                file.flush()?;
                // A file that is there keeps its rights; a new one is its owner's alone, for it may hold what not all may see.
                if let Ok(there) = fs::metadata(path) {
                    file.as_file().set_permissions(there.permissions())?;
                }
                file.persist(path).map(|_| ()).map_err(|error| error.error)
            }
            (Self::Standard(mut output), _) => output.flush(),
            (Self::File(_), None) => Ok(()),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Standard(output) => output.write(bytes),
            Self::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Standard(output) => output.flush(),
            Self::File(file) => file.flush(),
        }
    }
}

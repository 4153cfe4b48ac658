//! `cotmoc explain`: by which statements a query is answered, and by which steps PostgreSQL answers each.

use std::{
    fmt::Write as _,
    fs, io,
    io::Read as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_graphql::{Data, PathSegment, Request, Variables, parser::types::OperationType};
use auth::{random, seal::Sealer};
use clap::Args;
use db::{DbError, Meter, Origin, Pool, Witness, import, pool::PoolSettings, witness::Seen};
use schema::{
    Api,
    caller::{Caller, RequestId},
    changes::Cursors,
    error::ApiError,
    language::Language,
    viewer::Viewer,
};

use super::{output, viewer};
use crate::{
    config::Config,
    database::{Database, DatabaseError, Sharing},
    graphql::{GraphqlService, Settings},
    guard::{RequestLimits, UnreadableSchema},
    telemetry::short,
};

const EXAMPLES: &str = "\
Examples:
  cotmoc explain slow.graphql
  cotmoc explain slow.graphql --variables '{\"period\":\"2026-06\"}' --role STANDING_OFFICE
  cotmoc explain screens.graphql --operation Overdue --as thuong.truc
  echo '{ indicators(first: 5) { nodes { code } } }' | cotmoc explain - --short

What the log calls a slow statement names its operation: its document is what to put into the file.";

/// Longer than any question that somebody would wait for.
const PATIENCE: Duration = Duration::from_secs(600);

/// Answer a query, and print by which statements that was done, with PostgreSQL's plan of each (EXPLAIN ANALYZE)
///
/// Each statement is carried out twice: once for the plan. Nothing can be written: the connection refuses it, and so mutations are refused.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Explain {
    /// The file with the document; - reads it from standard input
    file: PathBuf,
    /// Its variables, as JSON
    #[arg(long, value_name = "JSON", default_value = "{}")]
    variables: String,
    /// Which of its operations, if it has several
    #[arg(long, value_name = "NAME")]
    operation: Option<String>,
    /// Whose eyes it is read with: public, or a role everywhere
    #[arg(long, value_name = "ROLE", default_value = "public", conflicts_with = "login")]
    role: String,
    /// Or the account with whose eyes it is read
    #[arg(long = "as", value_name = "LOGIN")]
    login: Option<String>,
    /// The language of names: vi or en
    #[arg(long, default_value = "vi", value_parser = ["vi", "en"])]
    lang: String,
    /// One line for each statement, without text and plan
    #[arg(long)]
    short: bool,
}

/// Why nothing can be explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The document cannot be read.
    #[error("{0} cannot be read: {1}")]
    File(String, io::Error),
    /// It was asked for something that there is not.
    #[error("{0}")]
    Refused(String),
    /// It was explained, and its answer has errors.
    #[error("the answer has errors: {0}")]
    Answer(usize),
    /// A defect of the build.
    #[error(transparent)]
    Schema(#[from] UnreadableSchema),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<ApiError> for ExplainError {
    fn from(error: ApiError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<DbError> for ExplainError {
    fn from(error: DbError) -> Self {
        Self::Database(error.into())
    }
}

impl Explain {
    /// Does it, on a database whose migrations are up to date.
    pub async fn run(&self, config: &Config) -> Result<(), ExplainError> {
        let request = self.request()?;
        let database = Database::open(config, Sharing::Join).await?;
        let done = self.explain(config, &database, request).await;
        database.close().await?;
        let (text, errors) = done?;
        output::result(&text);
        if errors > 0 { Err(ExplainError::Answer(errors)) } else { Ok(()) }
    }

    fn request(&self) -> Result<Request, ExplainError> {
        let variables: serde_json::Value = serde_json::from_str(&self.variables)
            .map_err(|error| ExplainError::Refused(format!("--variables is no JSON: {error}")))?;
        if !variables.is_object() {
            return Err(ExplainError::Refused("--variables is no object of JSON".to_owned()));
        }
        let document =
            text_of(&self.file).map_err(|error| ExplainError::File(self.file.display().to_string(), error))?;
        let mut request = Request::new(document).variables(Variables::from_json(variables));
        request.operation_name.clone_from(&self.operation);
        Ok(request)
    }

    /// What is printed, and how many errors the answer has.
    async fn explain(
        &self,
        config: &Config,
        database: &Database,
        request: Request,
    ) -> Result<(String, usize), ExplainError> {
        database.require_migrated().await?;
        let viewer = self.viewer(config, database.pool()).await?;
        // Whatever a statement is, it writes nothing.
        let settings = database.pool().settings().read_only();
        let pool = Pool::new(&settings, PoolSettings { size: 4, acquire_timeout: config.database.pool_wait });
        let limits = RequestLimits { cost: u64::MAX, ..RequestLimits::default() };
        let settings = Settings { execution: PATIENCE, limits, slow: None, ..Settings::of(config) };
        let api = Api::new(pool, config.clock(), Cursors::new(&Sealer::new(&random::bytes())));
        let service = GraphqlService::new(&schema::sdl(), api, settings)?;
        let guard = service.guard();
        let admitted = guard.admit(&request, &mut guard.budget())?;
        if admitted.kind != OperationType::Query {
            return Err(ExplainError::Refused("only queries are explained: nothing may be changed".to_owned()));
        }
        let price = admitted.load.points;
        let language = if self.lang == "en" { Language::En } else { Language::Vi };
        let caller = Caller { request_id: RequestId::new(), language };
        let mut data = Data::default();
        data.insert(viewer);
        let told = Arc::new(Told::default());
        let meter = Meter::default().explained_to(Arc::new(Listener { part: None, told: Arc::clone(&told) }));
        let answer = Box::pin(service.execute(request, admitted, data, &caller, meter)).await;
        let statements = std::mem::take(&mut *told.0.lock().unwrap_or_else(PoisonError::into_inner));
        let rows: u64 = statements.iter().filter_map(|(_, seen)| seen.rows).sum();
        let summary = format!("{} statements, {rows} rows; priced at {price} points", statements.len());
        let mut text = words(statements, self.short);
        for error in answer.errors() {
            let place: Vec<String> = error.path.iter().map(segment).collect();
            let place = if place.is_empty() { String::new() } else { format!(" at {}", place.join(".")) };
            let _ = writeln!(text, "error{place}: {}", error.message);
        }
        let _ = writeln!(text, "{summary}");
        Ok((text, answer.errors().len()))
    }

    async fn viewer(&self, config: &Config, pool: &Pool) -> Result<Viewer, ExplainError> {
        let Some(login) = &self.login else { return viewer::of_role(&self.role).map_err(ExplainError::Refused) };
        let writer = config.clock().writer(pool.clone(), Origin::default());
        let found = import::sender(&writer, login).await?;
        let found = found.ok_or_else(|| ExplainError::Refused(format!("there is no active account {login}")))?;
        Ok(viewer::of(found))
    }
}

fn segment(segment: &PathSegment) -> String {
    match segment {
        PathSegment::Field(name) => name.clone(),
        PathSegment::Index(index) => index.to_string(),
    }
}

fn text_of(path: &Path) -> io::Result<String> {
    if path != Path::new("-") {
        return fs::read_to_string(path);
    }
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

/// The statements, in the order in which they ended.
#[derive(Debug, Default)]
struct Told(Mutex<Vec<(Option<Arc<Part>>, Seen)>>);

/// What several statements are parts of.
#[derive(Debug)]
struct Part {
    name: String,
    size: usize,
}

/// Keeps all of it.
#[derive(Debug)]
struct Listener {
    part: Option<Arc<Part>>,
    told: Arc<Told>,
}

impl Witness for Listener {
    fn wants(&self, _: Duration) -> bool {
        true
    }

    fn saw(&self, statement: Seen) {
        self.told.0.lock().unwrap_or_else(PoisonError::into_inner).push((self.part.clone(), statement));
    }

    fn part(&self, name: &str, size: usize) -> Arc<dyn Witness> {
        let part = Part { name: short(name), size };
        Arc::new(Self { part: Some(Arc::new(part)), told: Arc::clone(&self.told) })
    }
}

fn words(statements: Vec<(Option<Arc<Part>>, Seen)>, is_short: bool) -> String {
    let mut text = String::new();
    for (number, (part, seen)) in (1..).zip(statements) {
        let Seen { text: statement, took, rows, failed, plan } = seen;
        let part = part.map(|part| format!("{} for {} keys", part.name, part.size));
        let (part, milliseconds) =
            (part.unwrap_or_else(|| "the request itself".to_owned()), took.as_secs_f64() * 1000.0);
        let rows = rows.map(|rows| format!(", {rows} rows")).unwrap_or_default();
        let failed = if failed { ", FAILED" } else { "" };
        let _ = writeln!(text, "{number}. {part}: {milliseconds:.2} ms{rows}{failed}");
        if !is_short {
            let plan =
                plan.unwrap_or_else(|| "no plan: it was sent past the way by which plans are asked for".to_owned());
            let _ = writeln!(text, "\n{statement}\n\n    {}\n", plan.replace('\n', "\n    "));
        }
    }
    text
}

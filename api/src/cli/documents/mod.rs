//! `cotmoc documents`: the documents that clients may name by an id, and that a closed endpoint takes alone.

mod manifest;

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, Subcommand};
use db::{
    DbError, Origin, Writer,
    text::nfc,
    trusted_document::{self, DocumentId, NewDocument, Published, TrustedDocument},
};

use self::manifest::Entry;
use super::output;
use crate::{
    config::Config,
    database::{Database, DatabaseError, Sharing},
    graphql::{Settings, named},
    guard::{Guard, UnreadableSchema},
};

const EXAMPLES: &str = "\
Examples:
  cotmoc documents publish src/gql/persisted-documents.json     of graphql-codegen
  cotmoc documents publish persisted-query-manifest.json        of Apollo
  cotmoc documents publish persisted_queries.json               of Relay
  cotmoc documents list
  cotmoc documents retire 0f3a… 77b1…                           of a version that nobody has any more";

/// What to do with documents.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Documents {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Publish what a manifest lists: all of it, or nothing if one document is faulty; twice is the same as once
    ///
    /// Each document is checked as a request would be, with the settings of this machine. All nodes know it at once. An id
    /// keeps its text for ever.
    Publish {
        /// The manifest that graphql-codegen, Relay or Apollo's generator has written
        file: PathBuf,
    },
    /// Show all that were ever published
    List,
    /// Take documents back: within two seconds no node knows them; they may be published again
    Retire {
        /// Their ids, as `cotmoc documents list` shows them
        #[arg(value_name = "ID", required = true, value_parser = id)]
        ids: Vec<DocumentId>,
    },
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    /// The file cannot be read.
    #[error("{}: {reason}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Some documents would be refused if they were asked for.
    #[error("nothing was published, because of {} of {all} documents:\n  {}", .faults.len(), .faults.join("\n  "))]
    Faulty {
        /// What is wrong, with id and name.
        faults: Vec<String>,
        /// How many there are.
        all: usize,
    },
    /// A defect of the build.
    #[error(transparent)]
    Schema(#[from] UnreadableSchema),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<DbError> for DocumentsError {
    fn from(error: DbError) -> Self {
        Self::Database(error.into())
    }
}

impl Documents {
    /// Does it, on the database of these settings.
    pub async fn run(&self, config: &Config) -> Result<(), DocumentsError> {
        let documents = match &self.action {
            Action::Publish { file } => checked(config, file)?,
            Action::List | Action::Retire { .. } => Vec::new(),
        };
        let database = Database::open(config, Sharing::Join).await?;
        let done = self.on(config, &database, &documents).await;
        database.close().await?;
        output::result(&done?);
        Ok(())
    }

    async fn on(
        &self,
        config: &Config,
        database: &Database,
        documents: &[NewDocument],
    ) -> Result<String, DocumentsError> {
        let writer: Writer = config.clock().writer(database.pool().clone(), Origin::default());
        Ok(match &self.action {
            Action::Publish { .. } => told(documents, &trusted_document::publish(&writer, documents).await?),
            Action::List => list(&trusted_document::all(database.pool()).await?),
            Action::Retire { ids } => {
                let retired = trusted_document::retire(&writer, ids).await?;
                format!("{} retired, {} were before\n", retired.len(), ids.len().saturating_sub(retired.len()))
            }
        })
    }
}

fn id(text: &str) -> Result<DocumentId, &'static str> {
    DocumentId::read(text).ok_or("not an id of a document; `cotmoc documents list` shows them")
}

/// The documents of a manifest, if every one of them could be asked for.
fn checked(config: &Config, file: &Path) -> Result<Vec<NewDocument>, DocumentsError> {
    let unread = |reason: String| DocumentsError::File { path: file.to_owned(), reason };
    let text = fs::read_to_string(file).map_err(|error| unread(error.to_string()))?;
    let entries = manifest::read(&text).map_err(unread)?;
    let guard = guard(config)?;
    let all = entries.len();
    let mut documents = BTreeMap::<DocumentId, NewDocument>::new();
    let mut faults = Vec::new();
    for entry in entries {
        let named = entry.id.escape_debug().to_string();
        match check(&guard, entry) {
            Ok(document) => match documents.get(&document.id) {
                Some(other) if other.text != document.text => faults.push(format!("{named}: twice, with two texts")),
                _ => drop(documents.insert(document.id.clone(), document)),
            },
            Err(words) => faults.push(format!("{named}{words}")),
        }
    }
    if faults.is_empty() { Ok(documents.into_values().collect()) } else { Err(DocumentsError::Faulty { faults, all }) }
}

/// What stands before documents, as `serve` has it with these settings.
pub(super) fn guard(config: &Config) -> Result<Guard, UnreadableSchema> {
    let settings = Settings::of(config);
    Guard::new(&schema::sdl(), settings.limits, settings.introspection)
}

/// A document that could be asked for; an error is what is to be said behind its id.
fn check(guard: &Guard, Entry { id, text }: Entry) -> Result<NewDocument, String> {
    let id = DocumentId::read(&id).ok_or(": not an id: letters, digits, `-._~`, at most 200 of them")?;
    if id.is_hash() && id != DocumentId::of_text(&text) {
        return Err(": has the form of a SHA-256, and is not that of its text".to_owned());
    }
    if nfc(&text) != text {
        return Err(": its text is not in the composed form of Unicode (NFC)".to_owned());
    }
    match guard.inspect(&text) {
        Ok(name) => Ok(NewDocument { id, text, name }),
        Err(error) => {
            let named = named(&text).map(|name| format!(" ({name})")).unwrap_or_default();
            let words = error.into_server_errors().into_iter().map(|error| match error.locations.as_slice() {
                [place, ..] => format!("{} ({}:{})", error.message, place.line, place.column),
                [] => error.message,
            });
            Err(format!("{named}: {}", words.collect::<Vec<_>>().join("; ")))
        }
    }
}

fn told(documents: &[NewDocument], Published { new, again }: &Published) -> String {
    let mut lines = String::new();
    for document in documents.iter().filter(|document| {
        let id = document.id.as_str();
        new.iter().chain(again).any(|done| done == id)
    }) {
        let _ = writeln!(lines, "{}  {}", document.id, document.name.as_deref().unwrap_or("-"));
    }
    let before = documents.len().saturating_sub(new.len() + again.len());
    let _ = writeln!(lines, "{} published, {} again, {before} were before", new.len(), again.len());
    lines
}

fn list(documents: &[TrustedDocument]) -> String {
    let mut table = String::new();
    for TrustedDocument { id, name, published_at, retired_at, .. } in documents {
        let name = name.as_deref().unwrap_or("-");
        let state = match retired_at {
            Some(at) => format!("retired {}", written(*at)),
            None => format!("published {}", written(*published_at)),
        };
        let _ = writeln!(table, "{id}  {state}  {name}");
    }
    if table.is_empty() { "there are none\n".to_owned() } else { table }
}

fn written(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

//! The command line.

mod apply;
mod audit;
mod backup;
mod demo;
mod doctor;
mod documents;
mod explain;
mod export;
mod flags;
mod import;
mod keys;
mod mail;
mod output;
mod reorganise;
mod serve;
mod user;
mod viewer;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};
use schema::{permissions, sdl};

use crate::{
    config::{Config, ConfigError, Sources, as_markdown, as_table},
    telemetry,
};
use apply::{Apply, Init};
use audit::Audit;
use backup::{Backup, Restore};
use demo::Demo;
use documents::Documents;
use explain::Explain;
use export::Export;
use flags::SettingFlags;
use import::Import;
use keys::Keys;
use mail::Mail;
use reorganise::Reorganise;
use user::User;

const EXAMPLES: &str = "\
Examples:
  cotmoc serve                              the app at http://127.0.0.1:8080/app, the API at /graphql, the explorer at /explorer
  cotmoc serve --listen 0.0.0.0:9000        on all addresses of this machine
  cotmoc serve --demo                       the same, with the demo province to look at
  cotmoc demo --measurements 1000000        a large demo, for measuring
  DATABASE_URL=postgres://cotmoc@db/cotmoc cotmoc migrate
  cotmoc schema > schema.graphql            for tools that generate clients
  cotmoc init                               a first province, instead of the demo
  cotmoc apply catalogue.json               a catalogue kept in version control
  cotmoc reorganise steps.csv --dry-run     agencies that are opened, merged, split by a document
  cotmoc export measurements -o figures.xlsx   every figure, as a workbook
  cotmoc import figures.xlsx --help         figures out of a spreadsheet, in the name of whoever reports them
  cotmoc documents publish manifest.json    documents that clients name by ids
  cotmoc audit verify                       whether the audit trail is as it was written
  cotmoc backup /backups/2026-12-01 --verify   database and attachments, restored elsewhere and compared
  cotmoc explain slow.graphql               by which statements a query is answered, and where their time goes
  cotmoc doctor                             what is wrong here, and what to do
  cotmoc settings                           which values hold, and where each comes from

Exit codes:
  0  done
  1  it did not work; the log on standard error says why
  2  the command line or a setting is wrong; nothing was done";

/// Cotmoc: a province's targets and directives as a GraphQL API.
///
/// Needs nothing but an installed PostgreSQL: without a `DATABASE_URL` it starts one of its own, in its data directory.
#[derive(Debug, Parser)]
#[command(name = "cotmoc", version, after_help = EXAMPLES, max_term_width = 110)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
    /// The TOML file with settings. Without it: the file that `COTMOC_CONFIG` names, else ./cotmoc.toml if there is one.
    #[arg(long, value_name = "FILE", global = true, help_heading = "Settings")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingFlags,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API; starts and stops an embedded PostgreSQL if no `DATABASE_URL` is set
    ///
    /// Applies pending migrations first. SIGTERM or Ctrl-C: /readyz turns 503, no new connections are taken, requests
    /// in flight finish, an embedded PostgreSQL is stopped.
    Serve {
        /// Also load whatever of the demo province is missing
        #[arg(long)]
        demo: bool,
    },
    /// Apply pending migrations and stop; several at once are safe
    Migrate,
    /// Work out anew what is kept: assignments and answers, by which obligations are listed and summed up, and assessments
    ///
    /// Never needed while nobody goes past the tables' triggers; it changes nothing then. Safe while `serve` runs.
    Recount,
    /// Load the demo province, or remove it
    ///
    /// What five real documents say, with the clause: targets, directives, measures, goals, a quarterly report, digital
    /// systems, who receives and signs. And a simulation that says so wherever it shows, and touches no fact. Loading
    /// twice changes nothing; what is there is left as it is.
    Demo(Demo),
    /// Begin with a first province: its committee, its departments, the first administrator, the standing office
    ///
    /// For a database without agencies. Shows first what it will make, and asks.
    Init(Init),
    /// Apply a catalogue kept in a file: programmes, documents, indicators, plans with targets
    ///
    /// Shows first what differs from what is there, and asks. By the same rules as the mutations; what it does stands in the
    /// audit trail.
    Apply(Apply),
    /// Reorganise agencies as a file says: any number of steps by one document, all of them or none
    ///
    /// Shows first what it will do, and asks. By the same rules as the mutation `reorganise`; what it does stands in the audit
    /// trail, and a file that was done already is not done again.
    Reorganise(Reorganise),
    /// Write a list of the API as CSV, workbook or lines of JSON; without one, print the catalogue in the form that `apply` takes
    Export(Export),
    Import(Import),
    /// Publish the documents that clients name by ids, show or retire them
    Documents(Documents),
    /// Show, rotate or withdraw the keys that sign access tokens
    Keys(Keys),
    Mail(Mail),
    /// Verify the audit trail, or print its end
    #[command(subcommand)]
    Audit(Audit),
    Backup(Backup),
    Restore(Restore),
    /// Make, show and end accounts and their roles: the first administrator, and emergencies
    ///
    /// Works on the database of `serve`, also while it runs. What it does stands in the audit trail.
    User(User),
    /// Print the GraphQL schema in its own language
    Schema,
    /// Print docs/PERMISSIONS.md: who may do what, as the server goes by it
    Permissions,
    Explain(Explain),
    /// Check settings, database, versions and clock, and say what to do; changes nothing in the database
    Doctor,
    /// Show the settings in force and where each comes from; secrets are masked
    Settings {
        /// Print docs/SETTINGS.md instead: every setting, explained
        #[arg(long)]
        markdown: bool,
    },
}

/// Runs the program with the process's arguments and environment.
#[must_use]
pub fn main() -> ExitCode {
    let CommandLine { command, config, settings } = CommandLine::parse();
    match load(settings, config) {
        Ok((sources, config)) => run(&command, &sources, &config),
        Err(error) => {
            output::complaint(&error.to_string());
            ExitCode::from(2)
        }
    }
}

fn load(flags: SettingFlags, file: Option<PathBuf>) -> Result<(Sources, Config), ConfigError> {
    let sources = Sources::of_process(flags.0, file)?;
    let config = Config::load(&sources)?;
    Ok((sources, config))
}

fn run(command: &Command, sources: &Sources, config: &Config) -> ExitCode {
    telemetry::start(&config.log);
    for (name, suggestion) in sources.unknown_variables() {
        let hint = suggestion.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
        tracing::warn!("there is no setting {name} (environment variable){hint}");
    }
    match command {
        Command::Settings { markdown: true } => said(&as_markdown()),
        Command::Settings { markdown: false } => said(&as_table(sources, config)),
        Command::Schema => said(&sdl()),
        Command::Permissions => said(&permissions::as_markdown()),
        Command::Serve { demo } => in_runtime(serve::serve(config, *demo)),
        Command::Demo(demo) => in_runtime(async { ended(demo.run(config).await) }),
        Command::Init(init) => in_runtime(async { ended(init.run(config).await) }),
        Command::Apply(apply) => in_runtime(async { ended(apply.run(config).await) }),
        Command::Reorganise(reorganise) => in_runtime(async { ended(reorganise.run(config).await) }),
        Command::Explain(explain) => in_runtime(async { ended(explain.run(config).await) }),
        Command::Export(export) => in_runtime(async { ended(export.run(config).await) }),
        Command::Import(import) => in_runtime(async { ended(import.run(config).await) }),
        Command::Documents(documents) => in_runtime(async { ended(documents.run(config).await) }),
        Command::Keys(keys) => in_runtime(async { ended(keys.run(config).await) }),
        Command::Mail(mail) => in_runtime(async { ended(mail.run(config).await) }),
        Command::Audit(audit) => in_runtime(async { ended(audit.run(config).await) }),
        Command::Backup(backup) => in_runtime(async { ended(backup.run(config).await) }),
        Command::Restore(restore) => in_runtime(async { ended(restore.run(config).await) }),
        Command::User(user) => in_runtime(async { ended(user.run(config).await) }),
        Command::Migrate => in_runtime(async { ended(serve::migrate(config).await) }),
        Command::Recount => in_runtime(async { ended(serve::recount(config).await) }),
        Command::Doctor => in_runtime(async { exit_code(doctor::doctor(sources, config).await && output::is_whole()) }),
    }
}

fn in_runtime(work: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(work),
        Err(error) => ended(Err::<(), _>(error)),
    }
}

fn said(text: &str) -> ExitCode {
    output::result(text);
    exit_code(output::is_whole())
}

fn ended<E: std::fmt::Display>(result: Result<(), E>) -> ExitCode {
    match result {
        Ok(()) => exit_code(output::is_whole()),
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

const fn exit_code(well: bool) -> ExitCode {
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn flags_reach_their_settings_before_and_after_the_command() {
        for line in [["cotmoc", "--listen", "[::1]:9000", "settings"], ["cotmoc", "settings", "--listen", "[::1]:9000"]]
        {
            let parsed = CommandLine::try_parse_from(line).unwrap();
            assert_eq!(parsed.settings.0.get("server.listen").map(String::as_str), Some("[::1]:9000"));
        }
    }
}

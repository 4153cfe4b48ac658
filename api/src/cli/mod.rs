//! The command line.

mod flags;
mod output;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, ConfigError, Sources, as_markdown, as_table};
use crate::telemetry;
use flags::SettingFlags;

const EXAMPLES: &str = "\
Examples:
  cotmoc settings                                        which values hold, and where each comes from
  COTMOC_LISTEN=127.0.0.1:9000 cotmoc settings

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
        Command::Settings { markdown: true } => output::result(&as_markdown()),
        Command::Settings { markdown: false } => output::result(&as_table(sources)),
    }
    ExitCode::SUCCESS
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

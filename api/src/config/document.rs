//! The table of settings, for readers: as Markdown for the documents, and with this process's values for a terminal.

use std::fmt::Write as _;

use super::{
    Config,
    settings::{DATA_DIR, Fallback, SETTINGS, Setting},
    sources::{SettingSource, Sources, shown},
};

const HEAD: &str = "# Settings

<!-- Made by `cotmoc settings --markdown` from api/src/config/settings.rs. Do not edit. -->

Every setting can be given in three places. A flag wins over an environment variable, which wins over the TOML file,
which wins over the default. The file is the one that `--config FILE` or `COTMOC_CONFIG` names, else `cotmoc.toml` in
the working directory if there is one. An empty environment variable counts as not set. A key of the file that is not
in this table is an error. `cotmoc settings` shows the values in force and where each comes from.

A file that says what holds anyway:

";

/// `docs/SETTINGS.md`.
#[must_use]
pub fn as_markdown() -> String {
    let mut page = String::from(HEAD);
    page.push_str("```toml\n");
    page.push_str(&example_file());
    page.push_str("```\n");
    let mut section = "";
    page.push_str("\n## Top of the file\n");
    push_heading(&mut page);
    for setting in SETTINGS {
        let (its_section, name) = setting.section_and_name();
        if its_section != section {
            section = its_section;
            let _ = write!(page, "\n## `[{section}]`\n");
            push_heading(&mut page);
        }
        let flag = setting.flag.map_or_else(|| "none".to_owned(), |flag| format!("`--{flag}`"));
        let default = match setting.fallback {
            Fallback::Value(value) => format!("`{value}`"),
            Fallback::Otherwise(words) => words.to_owned(),
        };
        let Setting { env, about, form, .. } = setting;
        let _ = writeln!(page, "| `{name}` | `{env}` | {flag} | {default} | {about} Takes {form}. |");
    }
    page
}

fn push_heading(page: &mut String) {
    page.push_str("\n| Key | Environment | Flag | Default | What it does |\n| --- | --- | --- | --- | --- |\n");
}

/// A TOML file of all defaults; what has none is a comment.
fn example_file() -> String {
    let mut file = String::new();
    let mut section = "";
    for setting in SETTINGS {
        let (its_section, name) = setting.section_and_name();
        if its_section != section {
            section = its_section;
            let _ = write!(file, "\n[{section}]\n");
        }
        let _ = match setting.fallback {
            Fallback::Value(value) if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                writeln!(file, "{name} = {value}")
            }
            Fallback::Value(value) => writeln!(file, "{name} = \"{value}\""),
            Fallback::Otherwise(words) => writeln!(file, "# {name}: {}", words.replace('`', "")),
        };
    }
    file
}

/// The values in force, one a line: key, value and where it comes from. Secrets are masked.
#[must_use]
pub fn as_table(sources: &Sources, config: &Config) -> String {
    let rows: Vec<[String; 3]> = SETTINGS
        .iter()
        .map(|setting| {
            let (value, source) = match sources.raw(setting) {
                Some(raw) => (shown(setting, &raw.text), raw.source),
                None if *setting == DATA_DIR => (config.data_dir.display().to_string(), SettingSource::Default),
                None => (format!("({})", setting.fallback_words().replace('`', "")), SettingSource::Default),
            };
            [setting.key.to_owned(), value, source.to_string()]
        })
        .collect();
    let width = |column: fn(&[String; 3]) -> &String| {
        rows.iter().map(column).map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let (keys, values) = (width(|[key, _, _]| key), width(|[_, value, _]| value).min(48));
    rows.iter().fold(String::new(), |mut table, [key, value, source]| {
        let _ = writeln!(table, "{key:keys$}  {value:values$}  {source}");
        table
    })
}

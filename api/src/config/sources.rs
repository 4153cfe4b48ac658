//! Where values come from: flags, then the environment, then a TOML file, then what the table says.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    ConfigError, parse,
    settings::{Fallback, REPLICA_URLS, SETTINGS, Setting},
};

/// The file that is read if it is there and no other is named.
const USUAL_FILE: &str = "cotmoc.toml";
const FILE_VARIABLE: &str = "COTMOC_CONFIG";
const OWN_PREFIX: &str = "COTMOC_";

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingSource {
    /// A flag of the command line, without its dashes.
    Flag(String),
    /// An environment variable.
    Environment(String),
    /// A line of the TOML file, counted from 1.
    File(PathBuf, usize),
    /// The table's own value.
    Default,
}

impl fmt::Display for SettingSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "flag --{name}"),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::File(path, line) => write!(f, "{}, line {line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value as it was written, and where.
#[derive(Clone)]
pub struct RawSetting {
    /// Its text; a secret's too, so that this type does not implement `Debug`.
    pub text: String,
    /// Where it stands.
    pub source: SettingSource,
}

/// Everything that was written anywhere, before any of it is understood.
#[derive(Clone, Default)]
pub struct Sources {
    flags: BTreeMap<&'static str, String>,
    environment: BTreeMap<String, String>,
    file: BTreeMap<&'static str, (String, usize)>,
    path: Option<PathBuf>,
}

impl Sources {
    /// Those of this process: `flags` by the key of their setting, its environment, and the TOML file that `--config`,
    /// else `COTMOC_CONFIG` names, else `./cotmoc.toml` if there is one.
    pub fn of_process(flags: BTreeMap<&'static str, String>, file: Option<PathBuf>) -> Result<Self, ConfigError> {
        let mut environment = BTreeMap::new();
        for (name, value) in std::env::vars_os() {
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                // An empty variable is how a shell or a compose file says "not set".
                Ok(value) if value.is_empty() => {}
                Ok(value) => drop(environment.insert(name, value)),
                Err(_) if is_ours(&name) => return Err(ConfigError::NotUnicode(name)),
                Err(_) => {}
            }
        }
        let named = file.or_else(|| environment.get(FILE_VARIABLE).map(PathBuf::from));
        let path = named.or_else(|| Some(PathBuf::from(USUAL_FILE)).filter(|usual| usual.exists()));
        let sources = Self { flags, environment, ..Self::default() };
        match path {
            None => Ok(sources),
            Some(path) => {
                let text = std::fs::read_to_string(&path)
                    .map_err(|error| ConfigError::File { path: path.clone(), reason: error.to_string() })?;
                sources.with_file(&path, &text)
            }
        }
    }

    /// Only these flags: for tests, which must not depend on the environment of whoever runs them.
    #[must_use]
    pub fn of_flags(flags: impl IntoIterator<Item = (Setting, String)>) -> Self {
        let flags = flags.into_iter().map(|(setting, value)| (setting.key, value)).collect();
        Self { flags, ..Self::default() }
    }

    /// With these environment variables as well.
    #[must_use]
    pub fn with_environment<'a>(mut self, variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.environment.extend(variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())));
        self
    }

    /// With the `text` of the TOML file at `path` as well.
    pub fn with_file(mut self, path: &Path, text: &str) -> Result<Self, ConfigError> {
        let unreadable = |reason: String| ConfigError::File { path: path.to_owned(), reason };
        let table = DeTable::parse(text).map_err(|error| unreadable(error.to_string()))?;
        let mut entries = Vec::new();
        for (key, value) in table.get_ref() {
            let key_text = key.get_ref().to_string();
            match value.get_ref() {
                DeValue::Table(section) => entries.extend(
                    section.iter().map(|(inner, value)| (format!("{key_text}.{}", inner.get_ref()), inner, value)),
                ),
                _ => entries.push((key_text, key, value)),
            }
        }
        for (key, at, value) in entries {
            let line = text.get(..at.span().start).unwrap_or_default().matches('\n').count() + 1;
            let source = SettingSource::File(path.to_owned(), line);
            let Some(setting) = SETTINGS.iter().find(|setting| setting.key == key) else {
                let suggestion = nearest(&key, SETTINGS.iter().map(|setting| setting.key));
                return Err(ConfigError::UnknownKey { key, from: source, suggestion });
            };
            let Some(value) = plain_text(value) else {
                return Err(ConfigError::bad_value(setting, None, source));
            };
            self.file.insert(setting.key, (value, line));
        }
        self.path = Some(path.to_owned());
        Ok(self)
    }

    /// What was written for a setting, by the source that comes first.
    #[must_use]
    pub fn raw(&self, setting: &Setting) -> Option<RawSetting> {
        let flag = || {
            let text = self.flags.get(setting.key)?.clone();
            Some(RawSetting { text, source: SettingSource::Flag(setting.flag.unwrap_or(setting.key).to_owned()) })
        };
        let environment = || {
            let text = self.environment.get(setting.env)?.clone();
            Some(RawSetting { text, source: SettingSource::Environment(setting.env.to_owned()) })
        };
        let file = || {
            let (text, line) = self.file.get(setting.key)?.clone();
            Some(RawSetting { text, source: SettingSource::File(self.path.clone()?, line) })
        };
        let fallback = || match setting.fallback {
            Fallback::Value(text) => Some(RawSetting { text: text.to_owned(), source: SettingSource::Default }),
            Fallback::Otherwise(_) => None,
        };
        flag().or_else(environment).or_else(file).or_else(fallback)
    }

    /// The value of a setting, if it has one.
    pub fn read<T>(&self, setting: &Setting, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, ConfigError> {
        let Some(raw) = self.raw(setting) else { return Ok(None) };
        match parse(raw.text.trim()) {
            Some(value) => Ok(Some(value)),
            None => Err(ConfigError::bad_value(setting, Some(&raw.text), raw.source)),
        }
    }

    /// The directory that programs of this user keep data in: `$XDG_DATA_HOME`, else `~/.local/share`; none without a
    /// home.
    #[must_use]
    pub fn data_home(&self) -> Option<PathBuf> {
        // The XDG specification has relative paths ignored.
        let absolute = |name: &str| self.environment.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
        absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
    }

    /// Variables that look like ours and are not, each with the name that was probably meant.
    #[must_use]
    pub fn unknown_variables(&self) -> Vec<(String, Option<String>)> {
        let names = self.environment.keys().filter(|name| name.starts_with(OWN_PREFIX) && !is_ours(name));
        names.map(|name| (name.clone(), nearest(name, SETTINGS.iter().map(|setting| setting.env)))).collect()
    }
}

fn is_ours(name: &str) -> bool {
    name == FILE_VARIABLE || SETTINGS.iter().any(|setting| setting.env == name)
}

/// A TOML value as a flag would give it; `None` for what no setting takes.
fn plain_text(value: &Spanned<DeValue<'_>>) -> Option<String> {
    match value.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Boolean(switch) => Some(switch.to_string()),
        DeValue::Datetime(instant) => Some(instant.to_string()),
        DeValue::Array(items) => items
            .iter()
            .map(|item| match item.get_ref() {
                DeValue::String(text) => Some(text.to_string()),
                _ => None,
            })
            .collect::<Option<Vec<_>>>()
            .map(|items| items.join(",")),
        DeValue::Float(_) | DeValue::Table(_) => None,
    }
}

/// The candidate that a typing error most likely meant, if any is near.
fn nearest<'a>(wrong: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    const NEAR: f64 = 0.75;
    candidates
        .map(|candidate| (strsim::jaro_winkler(wrong, candidate), candidate))
        .filter(|(likeness, _)| *likeness > NEAR)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate.to_owned())
}

/// A value as it may be shown: a secret is masked.
#[must_use]
pub fn shown(setting: &Setting, text: &str) -> String {
    if *setting == REPLICA_URLS {
        return parse::masked_database_urls(text);
    }
    if setting.secret { parse::masked_database_url(text) } else { text.to_owned() }
}

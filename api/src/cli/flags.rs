//! One flag for each setting that may have one, made from the table of settings.

use std::collections::BTreeMap;

use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches};

use crate::config::settings::{Fallback, SETTINGS, Setting};

/// The flags that were given, by the key of their setting.
#[derive(Debug, Clone, Default)]
pub struct SettingFlags(pub BTreeMap<&'static str, String>);

impl Args for SettingFlags {
    fn augment_args(command: Command) -> Command {
        command.args(SETTINGS.iter().filter_map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let value = |setting: &Setting| {
            setting.flag?;
            Some((setting.key, matches.get_one::<String>(setting.key)?.clone()))
        };
        Ok(Self(SETTINGS.iter().filter_map(value).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.extend(Self::from_arg_matches(matches)?.0);
        Ok(())
    }
}

fn flag(setting: &Setting) -> Option<Arg> {
    let otherwise = match setting.fallback {
        Fallback::Value(value) => format!("default {value}"),
        Fallback::Otherwise(words) => format!("default: {}", words.replace('`', "")),
    };
    let help = format!("{} Takes {}. [{}; {otherwise}]", setting.about, setting.form, setting.env);
    let arg = Arg::new(setting.key)
        .long(setting.flag?)
        .value_name("VALUE")
        .help(help)
        .help_heading("Settings")
        .hide_short_help(!setting.common)
        .global(true);
    Some(arg)
}

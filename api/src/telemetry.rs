//! Log lines on standard error: for eyes in a terminal, one JSON object a line otherwise.

use std::io::{IsTerminal as _, stderr};

use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat};

/// Starts logging for the whole process, panics included. To be called once; a second call changes nothing.
pub fn start(config: &LogConfig) {
    // The filter was understood when the configuration was loaded.
    let filter = EnvFilter::try_new(&config.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    let started = if is_human(config.format) {
        lines.with_target(false).with_ansi(stderr().is_terminal()).compact().try_init()
    } else {
        lines.json().flatten_event(true).with_current_span(false).try_init()
    };
    if started.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string);
            let payload = panic.payload();
            let text = payload.downcast_ref::<&str>().copied().or_else(|| Some(payload.downcast_ref::<String>()?));
            tracing::error!(place, "panic: {}", text.unwrap_or("without a message"));
        }));
    }
}

/// True if the output is for eyes.
#[must_use]
pub fn is_human(format: LogFormat) -> bool {
    match format {
        LogFormat::Auto => stderr().is_terminal(),
        LogFormat::Human => true,
        LogFormat::Json => false,
    }
}

use std::io::IsTerminal as _;

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Sends what is logged to stderr, in the form that the settings name.
pub(super) fn start(config: &Config) -> anyhow::Result<()> {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(config.log.parse::<EnvFilter>().context("LOG")?)
        .with_writer(std::io::stderr)
        // Otherwise a log that nobody reads any more would be a panic wherever something is logged.
        .log_internal_errors(false);
    match config.log_format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).init(),
    }
    Ok(())
}

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow};

use super::check::read;
use crate::format::{self, Format, ReadError};

/// Writes the card of a file in another format, and says on stderr what that cannot carry.
pub(super) fn run(file: &Path, to: &str) -> anyhow::Result<ExitCode> {
    let target = Format::from_id(to).with_context(|| {
        let ids: Vec<&str> = Format::ALL.iter().map(|format| format.id()).collect();
        format!(
            "there is no format `{}`; there are {}",
            to.escape_debug(),
            ids.join(", ")
        )
    })?;
    let bytes = read(file)?;
    let reading = format::read_named(&bytes, file.to_str()).map_err(|error| unreadable(file, &error))?;
    let source = (reading.format == target).then_some(bytes.as_slice());
    let losses = format::losses(target, source, &reading.card);
    for loss in &losses {
        match &loss.field {
            Some(field) => eprintln!("not carried: {} › {field}", loss.section),
            None => eprintln!("not carried: {}", loss.section),
        }
    }
    let written = format::write(target, source, &reading.card).map_err(|error| unreadable(file, &error))?;
    std::io::stdout().write_all(&written).context("standard output")?;
    Ok(if losses.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

fn unreadable(file: &Path, error: &ReadError) -> anyhow::Error {
    let place = error
        .position
        .map(|(line, column)| format!(":{line}:{column}"))
        .unwrap_or_default();
    anyhow!("{}{place}: {} {}", file.display(), error.message, error.advice)
}

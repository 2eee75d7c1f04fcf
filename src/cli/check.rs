use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use crate::format::{self, Severity};

/// Says on stdout what is wrong with each file, a line a finding.
pub(super) fn run(files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let mut problems = 0;
    for file in files {
        let name = file.display();
        match format::read_named(&read(file)?, file.to_str()) {
            Ok(reading) => {
                for finding in reading.report() {
                    problems += usize::from(finding.severity < Severity::Note);
                    let line = finding.line.map(|line| format!("{line}:")).unwrap_or_default();
                    let severity = match finding.severity {
                        Severity::Blocks | Severity::Problem => "problem",
                        Severity::Note => "note",
                    };
                    println!("{name}:{line} {severity}: {}: {}", finding.place, finding.message);
                }
            }
            Err(error) => {
                problems += 1;
                let place = error
                    .position
                    .map(|(line, column)| format!("{line}:{column}:"))
                    .unwrap_or_default();
                println!("{name}:{place} problem: {} {}", error.message, error.advice);
            }
        }
    }
    Ok(if problems > 0 {
        ExitCode::from(1)
    } else {
        ExitCode::SUCCESS
    })
}

/// The bytes of a file, or of standard input for `-`.
pub(super) fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).context("standard input")?;
        return Ok(bytes);
    }
    std::fs::read(file).with_context(|| file.display().to_string())
}

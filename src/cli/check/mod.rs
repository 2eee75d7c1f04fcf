//! What is wrong with model cards: as lines for people, as JSON, as SARIF for code hosts.

mod human;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;

use super::input;
use super::new;
use super::output::{say, stdout};
use super::paint::{Paint, When};
use super::progress::Progress;
use crate::card::outline::Outline;
use crate::inspect::{Checked, Item, json, sarif};

/// The words after `cartellino check`.
#[derive(clap::Args)]
pub(super) struct Options {
    /// Files to check; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How the findings are written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: As,
    /// Exit code 1 for notes and tips too
    #[arg(long)]
    strict: bool,
    /// Asks the questions of this outline, as `cartellino new --list-outlines` names them, instead of those that fit the file
    #[arg(long, alias = "profile", value_name = "KEY")]
    outline: Option<String>,
    /// When to use colours
    #[arg(long, alias = "colour", value_name = "WHEN", default_value = "auto")]
    color: When,
}

/// How the findings are written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum As {
    /// A line a finding, for people and editors
    Human,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code hosts
    Sarif,
}

/// Says what is wrong with each file.
pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    input::once_from_standard_input(options.files.iter())?;
    let outline = options.outline.as_deref().map(new::outline).transpose()?;
    let paint = Paint::new(options.color);
    let (mut checked, mut failures): (Vec<Checked>, Vec<String>) = (Vec::new(), Vec::new());
    let mut progress = Progress::of(options.files.len());
    let mut out = stdout();
    for path in &options.files {
        progress.next(path);
        match input::read(path) {
            Ok(bytes) => {
                let mut file = check(path, &bytes, outline);
                if options.format == As::Human && !file.items.is_empty() {
                    progress.clear();
                    human::write(&mut out, &file, paint)?;
                    out.flush()?;
                    // A line is printed and done with; only the counts are wanted in the end.
                    file.items.iter_mut().for_each(Item::forget_words);
                }
                checked.push(file);
            }
            Err(error) => {
                progress.clear();
                let words = format!("{error:#}");
                say(format_args!("cartellino: {words}"));
                failures.push(words);
            }
        }
    }
    progress.clear();
    match options.format {
        As::Human if checked.is_empty() => {}
        As::Human => say(human::summary(&checked)),
        As::Json => serde_json::to_writer_pretty(&mut out, &json::of(&checked))?,
        As::Sarif => serde_json::to_writer_pretty(&mut out, &sarif::log(&checked, &failures))?,
    }
    if options.format != As::Human {
        writeln!(out)?;
    }
    out.flush()?;
    let counts = |item: &Item| options.strict || item.weight().counts();
    let is_bad = checked.iter().flat_map(|file| &file.items).any(counts);
    Ok(ExitCode::from(match (failures.is_empty(), is_bad) {
        (false, _) => 2,
        (true, true) => 1,
        (true, false) => 0,
    }))
}

fn check(path: &Path, bytes: &[u8], outline: Option<&'static Outline>) -> Checked {
    let called = (path.to_string_lossy().into_owned(), input::uri(path));
    Checked::file(called, bytes, input::file_name(path).as_deref(), outline)
}

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;

use super::input;
use super::output::{say, stdout};
use super::paint::{Ink, Paint, When, harmless};
use super::progress::Progress;
use super::table::columns;
use crate::format::{ReadError, Reading};

/// The words after `cartellino detect`.
#[derive(clap::Args)]
pub(super) struct Options {
    /// Files to look at; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Answers as JSON, an entry for each file
    #[arg(long)]
    json: bool,
    /// When to use colours
    #[arg(long, alias = "colour", value_name = "WHEN", default_value = "auto")]
    color: When,
}

/// What is known of one file.
#[derive(Serialize)]
struct Detected {
    file: String,
    /// Id of the format; `null` when the file is no card.
    format: Option<&'static str>,
    name: Option<&'static str>,
    /// Version of the format, where its files have one.
    version: Option<&'static str>,
    notation: Option<&'static str>,
    outline: Option<&'static str>,
    sections: usize,
    fields: usize,
    /// What is worth knowing about the file as a whole: its encoding, what it looks like.
    notes: Vec<String>,
    /// Why it is no card.
    problem: Option<Unreadable>,
}

#[derive(Serialize)]
struct Unreadable {
    line: Option<usize>,
    column: Option<usize>,
    message: String,
    advice: String,
}

/// Says which format each file has.
pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    input::once_from_standard_input(options.files.iter())?;
    let (mut found, mut failed) = (Vec::new(), false);
    let mut progress = Progress::of(options.files.len());
    for path in &options.files {
        progress.next(path);
        match input::read(path) {
            Ok(bytes) => found.push(match input::understand(path, &bytes) {
                Ok(reading) => Detected::known(input::name(path), &reading),
                Err(error) => Detected::unknown(input::name(path), error),
            }),
            Err(error) => {
                progress.clear();
                say(format_args!("cartellino: {error:#}"));
                failed = true;
            }
        }
    }
    progress.clear();
    let mut out = stdout();
    if options.json {
        serde_json::to_writer_pretty(&mut out, &found)?;
        writeln!(out)?;
    } else {
        out.write_all(table(&found, Paint::new(options.color)).as_bytes())?;
    }
    out.flush()?;
    let all_known = found.iter().all(|file| file.problem.is_none());
    Ok(ExitCode::from(match (failed, all_known) {
        (true, _) => 2,
        (false, false) => 1,
        (false, true) => 0,
    }))
}

impl Detected {
    fn known(file: String, reading: &Reading) -> Self {
        let fields = reading.card.sections.iter().map(|section| section.fields.len());
        let notes = reading.findings.iter().filter(|finding| finding.place == "file");
        Self {
            file,
            format: Some(reading.format.id()),
            name: Some(reading.format.name()),
            version: reading.format.version(),
            notation: Some(reading.notation.name()),
            outline: Some(reading.outline.key),
            sections: reading.card.sections.len(),
            fields: fields.sum(),
            notes: notes.map(|finding| finding.message.to_string()).collect(),
            problem: None,
        }
    }

    fn unknown(file: String, error: ReadError) -> Self {
        Self {
            file,
            format: None,
            name: None,
            version: None,
            notation: None,
            outline: None,
            sections: 0,
            fields: 0,
            notes: Vec::new(),
            problem: Some(Unreadable {
                line: error.position.map(|(line, _)| line),
                column: error.position.map(|(_, column)| column),
                message: error.message.to_string(),
                advice: error.advice.to_string(),
            }),
        }
    }
}

/// A line for each file, and below it what is worth knowing.
fn table(found: &[Detected], paint: Paint) -> String {
    let rows = found.iter().map(|file| match (file.name, file.notation) {
        (Some(name), Some(notation)) => [
            file.file.clone(),
            name.to_owned(),
            notation.to_owned(),
            format!(
                "{}, {}",
                counted(file.sections, "section"),
                counted(file.fields, "field")
            ),
        ],
        _ => [file.file.clone(), "not a card".to_owned(), String::new(), String::new()],
    });
    let mut text = String::new();
    for (file, line) in found.iter().zip(columns(rows.collect())) {
        let [name, format, rest @ ..] = line;
        let ink = if file.problem.is_some() { Ink::Red } else { Ink::Bold };
        let line = format!("{name}  {}  {}", paint.ink(ink, format), rest.join("  "));
        text.push_str(line.trim_end());
        text.push('\n');
        for note in &file.notes {
            text.push_str(&format!("  {}\n", paint.ink(Ink::Dim, harmless(note))));
        }
        if let Some(problem) = &file.problem {
            let place = problem.line.map(|line| format!("Line {line}: ")).unwrap_or_default();
            let (message, advice) = (harmless(&problem.message), harmless(&problem.advice));
            text.push_str(&format!("  {place}{message}\n  {advice}\n"));
        }
    }
    text
}

/// "1 section", "2 sections".
pub(super) fn counted(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

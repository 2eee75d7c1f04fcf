use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};

use super::convert::wanted;
use super::detect::counted;
use super::output::{self, Existing, stdout};
use super::table::columns;
use crate::card::outline::{self, Outline};
use crate::format::{self, Format};

/// The words after `cartellino new`.
#[derive(clap::Args)]
pub(super) struct Options {
    /// Which questions the card asks, as --list-outlines names them
    #[arg(long, value_name = "KEY", default_value = "full")]
    outline: String,
    /// The format of the file, as `cartellino convert --list-formats` names it; a README for the Hugging Face outline,
    /// Markdown otherwise
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// The file to write; `-`, the default, is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// Replaces a file that exists already
    #[arg(long)]
    force: bool,
    /// Lists the outlines and how much they ask
    #[arg(long)]
    list_outlines: bool,
}

/// The outline with this key.
pub(super) fn outline(key: &str) -> anyhow::Result<&'static Outline> {
    outline::wanted(key).map_err(anyhow::Error::msg)
}

/// Writes a blank card that says what to write where.
pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    if options.list_outlines {
        return list();
    }
    let chosen = outline(&options.outline)?;
    let format = match &options.format {
        Some(id) => wanted(id)?,
        None if chosen.key == outline::HUGGING_FACE.key => Format::HUGGING_FACE,
        None => Format::MARKDOWN,
    };
    ensure!(
        format.can_read(),
        "a blank {} page has nothing to fill in; choose another format",
        format.name()
    );
    let card = format::blank(format, chosen).with_context(|| {
        format!(
            "a blank {} file has no place for the questions of `{}`; choose another format or outline",
            format.name(),
            chosen.key
        )
    })?;
    output::write(&options.output, &card, Existing::by_force(options.force))?;
    Ok(ExitCode::SUCCESS)
}

fn list() -> anyhow::Result<ExitCode> {
    let rows = outline::asking().map(|outline| {
        let questions = outline.sections.iter().flat_map(|part| part.questions);
        let asked = questions.filter(|question| !question.legacy).count();
        let size = format!(
            "{}, {}",
            counted(outline.sections.len(), "section"),
            counted(asked, "question")
        );
        [outline.key.to_owned(), outline.name.to_owned(), size]
    });
    let mut out = stdout();
    for row in columns(rows.collect()) {
        writeln!(out, "{}", row.join("  "))?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

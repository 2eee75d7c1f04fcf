use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::detect::counted;
use super::input;
use super::output::{self, Existing, Folder, say, stdout};
use super::paint::harmless;
use super::progress::Progress;
use super::table::columns;
use crate::config;
use crate::format::{self, Fonts, Format, Loss};

/// The words after `cartellino convert`.
#[derive(clap::Args)]
pub(super) struct Options {
    /// Files to convert; `-` is standard input
    #[arg(required_unless_present = "list_formats", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The format wanted, as --list-formats names it
    #[arg(long, value_name = "FORMAT", required_unless_present = "list_formats")]
    to: Option<String>,
    /// Where to write: a file, or a folder for several files; `-`, the default for one file, is standard output
    #[arg(short, long, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    /// Replaces files that exist already
    #[arg(long)]
    force: bool,
    /// Writes nothing that would lose an answer; exit code 1 if one would be lost
    #[arg(long)]
    lossless: bool,
    /// Puts what has no place in the format into this one of its homes, as --list-formats names them; `nothing` leaves out
    /// also what the format would keep without being asked
    #[arg(long, value_name = "HOME")]
    keep: Option<String>,
    /// Folder of further fonts (.ttf, .otf, .ttc, .otc) for PDFs, for scripts that those in the program lack
    #[arg(long, env = "PDF_FONTS", value_name = "DIR")]
    pdf_fonts: Option<PathBuf>,
    /// Lists the formats, and the homes that their files have for what has no place of its own
    #[arg(long)]
    list_formats: bool,
}

/// Where results go.
enum Target {
    File(PathBuf),
    Folder(Folder),
}

/// Writes cards in another format, and says on stderr what that cannot carry.
pub(super) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    if options.list_formats {
        return list();
    }
    let format = wanted(options.to.as_deref().unwrap_or_default())?;
    input::once_from_standard_input(options.files.iter())?;
    if let Some(home) = &options.keep {
        format::has_home(format, home).map_err(anyhow::Error::msg)?;
    }
    let further = options.pdf_fonts.as_deref().map(config::fonts_in).transpose()?;
    let fonts = Fonts::with(further.unwrap_or_default());
    let target = target(options)?;
    let (mut failed, mut lossy) = (false, false);
    let mut written: HashMap<PathBuf, &Path> = HashMap::new();
    let mut progress = Progress::of(options.files.len());
    for path in &options.files {
        progress.next(path);
        let outcome = input::card(path).and_then(|(reading, bytes)| {
            let converted = format::convert(&reading, &bytes, format, options.keep.as_deref(), &fonts)
                .map_err(|error| input::unreadable(path, &error))?;
            if let Some((count, home)) = converted.aside {
                progress.clear();
                let (name, count) = (input::name(path), counted(count, "answer"));
                say(format_args!(
                    "{name} has {count} without a place of their own as {}: kept in {home} (--keep nothing leaves them out)",
                    format.name()
                ));
            }
            if !converted.losses.is_empty() {
                progress.clear();
                say(told(path, format, &converted.losses));
            }
            if options.lossless && converted.losses.iter().any(Loss::is_of_answer) {
                lossy = true;
                return Ok(());
            }
            let place = match &target {
                Target::File(file) => file.clone(),
                Target::Folder(folder) => folder.place(path, &converted.ending),
            };
            if let Some(other) = written.insert(place.clone(), path) {
                let (one, other) = (input::name(path), input::name(other));
                bail!(
                    "{one}: would be written to {} as {other} was; convert them one by one",
                    place.display()
                );
            }
            if let (Target::Folder(_), Some(parent)) = (&target, place.parent()) {
                std::fs::create_dir_all(parent).with_context(|| input::name(parent))?;
            }
            output::write(&place, &converted.bytes, Existing::by_force(options.force))
        });
        match outcome {
            Err(error) if output::is_closed_pipe(&error) => return Err(error),
            Err(error) => {
                progress.clear();
                say(format_args!("cartellino: {error:#}"));
                failed = true;
            }
            Ok(()) => {}
        }
    }
    progress.clear();
    if lossy {
        say("Nothing was written where something would be lost.");
    }
    Ok(ExitCode::from(match (failed, lossy) {
        (true, _) => 2,
        (false, true) => 1,
        (false, false) => 0,
    }))
}

/// Where the results go: one file to standard output unless told otherwise, several into a folder.
fn target(options: &Options) -> anyhow::Result<Target> {
    let several = options.files.len() > 1;
    let Some(output) = &options.output else {
        if several {
            bail!("several files need a folder to be written to: --output DIR");
        }
        return Ok(Target::File("-".into()));
    };
    let is_folder = output.is_dir() || output.as_os_str().as_encoded_bytes().ends_with(b"/");
    if !several && !is_folder {
        return Ok(Target::File(output.clone()));
    }
    if input::is_standard(output) || output.is_file() {
        bail!(
            "several files need a folder to be written to; {} is none",
            output.display()
        );
    }
    Ok(Target::Folder(Folder::of(output, &options.files)))
}

/// The format with this id.
pub(super) fn wanted(id: &str) -> anyhow::Result<Format> {
    Format::wanted(id).map_err(anyhow::Error::msg)
}

/// What is lost, an answer a line.
fn told(path: &Path, format: Format, losses: &[Loss]) -> String {
    let mut text = format!(
        "{} loses {} as {}:",
        input::name(path),
        Loss::counted(losses),
        format.name()
    );
    for loss in losses {
        let place = match &loss.field {
            Some(field) => format!("{} › {field}", loss.section),
            None => loss.section.clone(),
        };
        let place = harmless(&place).replace('\n', " ");
        text.push_str(&format!("\n  {}: {place}", loss.extent.words()));
    }
    text
}

/// The formats and what they are good for.
fn list() -> anyhow::Result<ExitCode> {
    let rows = Format::ALL.iter().map(|format| {
        let only = if format.can_read() { "" } else { " (written only)" };
        let homes: Vec<&str> = format.homes().iter().map(|home| home.id).collect();
        let homes = match homes.is_empty() {
            true => String::new(),
            false => format!("--keep {}", homes.join(", ")),
        };
        [format.id().to_owned(), format!("{}{only}", format.name()), homes]
    });
    let mut out = stdout();
    for row in columns(rows.collect()) {
        writeln!(out, "{}", row.join("  ").trim_end())?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

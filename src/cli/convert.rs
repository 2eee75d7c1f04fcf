use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};

use super::detect::counted;
use super::input;
use super::output::{self, Existing, Folder, say, stdout};
use super::paint::harmless;
use super::progress::Progress;
use super::table::columns;
use crate::config;
use crate::format::{self, Extent, Fonts, Format, Homeless, Kept, Loss, Reading};

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

/// The word for no home.
const NOTHING: &str = "nothing";

/// A card in another format, with what that cannot carry.
struct Converted {
    bytes: Vec<u8>,
    losses: Vec<Loss>,
    /// How many answers are in the format's usual home, and its name.
    aside: Option<(usize, &'static str)>,
    /// The ending of its name, without the first dot.
    ending: String,
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
        has_home(format, home)?;
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
            let converted = convert(path, &reading, &bytes, format, options.keep.as_deref(), &fonts)?;
            if let Some((count, home)) = converted.aside {
                progress.clear();
                let (name, count) = (input::name(path), counted(count, "answer"));
                say(format_args!(
                    "{name} has {count} without a place of their own as {}: kept in {home} (--keep nothing leaves them out)",
                    format.name()
                ));
            }
            if !converted.losses.is_empty() {
                lossy = true;
                progress.clear();
                say(told(path, format, &converted.losses));
                if options.lossless {
                    return Ok(());
                }
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
    if lossy && options.lossless {
        say("Nothing was written where something would be lost.");
    }
    Ok(ExitCode::from(match (failed, lossy && options.lossless) {
        (true, _) => 2,
        (false, true) => 1,
        (false, false) => 0,
    }))
}

/// The card as a file of the format; its own file with nothing changed when that is the format it has.
fn convert(
    path: &Path,
    reading: &Reading,
    bytes: &[u8],
    format: Format,
    home: Option<&str>,
    fonts: &Fonts,
) -> anyhow::Result<Converted> {
    let source = format.is_version_of(reading.format).then_some(bytes);
    let card = match source {
        Some(_) => Cow::Borrowed(&reading.card),
        None => format::without_aliases(Some(bytes), &reading.card),
    };
    let card = card.as_ref();
    let kept = match home.filter(|_| source.is_none()) {
        None => Vec::new(),
        Some(NOTHING) => Kept::all(format, card, ""),
        Some(home) => Kept::all(format, card, home),
    };
    let (written, losses) = match source {
        Some(_) => (
            format::write(format, source, card),
            format::losses(format, source, card),
        ),
        None => {
            let mut losses = format::losses_keeping(format, card, &kept);
            losses.extend(format::unshown(reading.format, bytes));
            let written = match kept.is_empty() {
                true => format::write_with(format, None, card, fonts),
                false => format::write_keeping(format, card, &kept),
            };
            (written, losses)
        }
    };
    let aside = match (source, home, format.usual_home()) {
        (Some(_), ..) | (_, Some(NOTHING), _) | (.., None) => None,
        (.., Some(usual)) => Some((Homeless::of(format, card).kept.len(), usual.name)),
    };
    Ok(Converted {
        bytes: written.map_err(|error| input::unreadable(path, &error))?,
        losses,
        aside: aside.filter(|(count, _)| *count > 0),
        ending: format.extension(format.notation(source), reading.format == format),
    })
}

/// Refuses a home that the format does not have.
fn has_home(format: Format, home: &str) -> anyhow::Result<()> {
    let ids: Vec<&str> = format.homes().iter().map(|home| home.id).collect();
    match ids.as_slice() {
        ids if home == NOTHING || ids.contains(&home) => Ok(()),
        [] => bail!("{} has no place where more could be kept", format.name()),
        ids => bail!(
            "{} keeps nothing in `{}`; there is {}",
            format.name(),
            home.escape_debug(),
            ids.join(", ")
        ),
    }
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
    Format::from_id(id).ok_or_else(|| {
        let ids: Vec<&str> = Format::ALL.iter().map(|format| format.id()).collect();
        anyhow!(
            "there is no format `{}`; there are {}",
            id.escape_debug(),
            ids.join(", ")
        )
    })
}

/// What is lost, an answer a line.
fn told(path: &Path, format: Format, losses: &[Loss]) -> String {
    let mut text = format!(
        "{} loses {} as {}:",
        input::name(path),
        counted(losses.len(), "answer"),
        format.name()
    );
    for loss in losses {
        let place = match &loss.field {
            Some(field) => format!("{} › {field}", loss.section),
            None => loss.section.clone(),
        };
        text.push_str(match loss.extent {
            Extent::Whole => "\n  not carried: ",
            Extent::Part => "\n  carried in part: ",
            Extent::Characters => "\n  carried but for characters that the format cannot spell: ",
            Extent::Levels => "\n  carried but for the levels of headings inside it: ",
        });
        text.push_str(&harmless(&place).replace('\n', " "));
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

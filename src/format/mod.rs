//! Other people's files to and from [`Card`]: each format a lens.
//!
//! [`read`] recognises a file by its content and gives the card in it; [`write`](fn@write) puts a card into
//! the file it came from, or makes a new one. Two laws hold for every format that can be read:
//! an unchanged card gives back every byte of its file, and what was put is read back, except for
//! what [`losses`] names. This room knows neither HTTP nor SQL nor files on disk.

mod convert;
mod detect;
mod dialect;
mod findings;
pub mod html;
mod model_card_toolkit;
mod native;
mod source;
#[cfg(test)]
mod tests;
mod tree;
mod webcards;
mod yaml;

use std::collections::HashMap;

use crate::card::outline::{self, FREE, FULL, Outline};
use crate::card::{Card, change, check};
use crate::json::{self, Value};
use dialect::{Dialect, Placed};
use source::Source;
use yaml::YamlSource;

/// The formats, the only list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Our own JSON, nothing lost.
    Native,
    /// Model Card Toolkit JSON, schema v0.0.1.
    ModelCardToolkit1,
    /// Model Card Toolkit JSON, schema v0.0.2.
    ModelCardToolkit2,
    /// The saved answers of WebCards.
    WebCards,
    /// Any JSON document whose top level is an object.
    Json,
    /// Any YAML document whose top level is a block of names with values.
    Yaml,
    /// The finished page, write only.
    Html,
}

/// What a reader says about a place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Line in the file, counted from 1, where there is one.
    pub line: Option<usize>,
    /// The member concerned, as a readable path: `model_details › version › date`.
    pub place: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is so, and what to try, in plain words.
    pub message: String,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Should be mended.
    Problem,
    /// Worth knowing; kept as it is.
    Note,
}

/// A file understood.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The format recognised.
    pub format: Format,
    /// The outline that fits: the full one, or the free one for JSON and YAML of an unknown shape.
    pub outline: &'static Outline,
    /// The card.
    pub card: Card,
    /// What is unusual in the file, with its line.
    pub findings: Vec<Finding>,
    /// The line of each field's value in the file, by section key and field id.
    pub lines: HashMap<(String, String), usize>,
}

impl Reading {
    /// Everything that is worth telling about the file: what is unusual in it as a file, and what
    /// is odd in the answers, the graver and earlier first.
    pub fn report(&self) -> Vec<Finding> {
        let mut findings = self.findings.clone();
        for problem in check::check(&self.card, self.outline) {
            let section = self.card.section(&problem.section);
            let field = section.and_then(|section| section.field(&problem.field));
            let names = [section.map(|section| &section.title), field.map(|field| &field.label)];
            findings.push(Finding {
                line: self
                    .lines
                    .get(&(problem.section.clone(), problem.field.clone()))
                    .copied(),
                place: names.into_iter().flatten().cloned().collect::<Vec<_>>().join(" › "),
                severity: match problem.severity {
                    check::Severity::Problem => Severity::Problem,
                    check::Severity::Tip => Severity::Note,
                },
                message: problem.message,
            });
        }
        findings.sort_by_key(|finding| (finding.severity, finding.line));
        findings
    }
}

/// Why a file could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// What is wrong, in one or two plain sentences.
    pub message: String,
    /// What to try.
    pub advice: String,
    /// Line and column, both counted from 1, columns in characters.
    pub position: Option<(usize, usize)>,
    /// The text of the file, when it is text that can be mended in a box.
    pub text: Option<String>,
}

/// Something of a card that a format cannot carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Title of the section.
    pub section: String,
    /// Label of the field; `None` when the whole section has no place.
    pub field: Option<String>,
}

impl Format {
    /// Every format, in the order in which they are offered.
    pub const ALL: [Format; 7] = [
        Self::Native,
        Self::ModelCardToolkit2,
        Self::ModelCardToolkit1,
        Self::WebCards,
        Self::Json,
        Self::Yaml,
        Self::Html,
    ];

    /// The word for it on the command line, in addresses and in the database.
    pub fn id(self) -> &'static str {
        match self {
            Self::Native => "cartellino",
            Self::ModelCardToolkit1 => "model-card-toolkit-0.0.1",
            Self::ModelCardToolkit2 => "model-card-toolkit-0.0.2",
            Self::WebCards => "webcards",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Html => "html",
        }
    }

    /// The format with this id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.id() == id)
    }

    /// The name shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "Cartellino JSON",
            Self::ModelCardToolkit1 => "Model Card Toolkit JSON 0.0.1",
            Self::ModelCardToolkit2 => "Model Card Toolkit JSON 0.0.2",
            Self::WebCards => "WebCards answers",
            Self::Json => "Plain JSON",
            Self::Yaml => "Plain YAML",
            Self::Html => "HTML page",
        }
    }

    /// The ending of file names, without the first dot; each format has its own, so that two downloads of one card do
    /// not get the same name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Native => "cartellino.json",
            Self::ModelCardToolkit1 => "mct-0.0.1.json",
            Self::ModelCardToolkit2 => "mct-0.0.2.json",
            Self::WebCards => "webcards.json",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Html => "html",
        }
    }

    /// The media type for downloads.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Yaml => "application/yaml",
            _ => "application/json",
        }
    }

    /// Whether files of this format can be read back.
    pub fn can_read(self) -> bool {
        self != Self::Html
    }
}

/// How many sections a card may have, and how many fields a section, so that its pages stay usable.
const MAX_ENTRIES: usize = 1000;

/// How many members a document may have: WebCards keeps up to two for a section, and a few of its own.
const MAX_MEMBERS: usize = 2 * MAX_ENTRIES + 10;

/// Recognises and reads a file.
///
/// # Errors
/// When the content is none of the formats, with the place and what to try.
pub fn read(bytes: &[u8]) -> Result<Reading, ReadError> {
    let reading = match Source::parse(bytes) {
        Ok(source) => {
            let format = detect::detect(&source)?;
            few_members(&source)?;
            read_source(format, source)
        }
        Err(error) => {
            let source = yaml::recognise(bytes).unwrap_or(Err(error))?;
            few_members(&source.view)?;
            read_yaml(&source)
        }
    };
    within_bounds(&reading.card)?;
    Ok(reading)
}

fn few_members(root: &json::Node) -> Result<(), ReadError> {
    match &root.kind {
        json::Kind::Group(members) if members.len() > MAX_MEMBERS => Err(too_many_members(members.len())),
        _ => Ok(()),
    }
}

/// Reads a file as the given format, as it was recognised before.
///
/// # Errors
/// When the content is no document at all, with the place and what to try.
pub fn read_as(format: Format, bytes: &[u8]) -> Result<Reading, ReadError> {
    match format {
        Format::Yaml => Ok(read_yaml(&YamlSource::parse(bytes)?)),
        _ => Ok(read_source(format, Source::parse(bytes)?)),
    }
}

fn read_yaml(source: &YamlSource) -> Reading {
    let (card, placed) = yaml::dialect().read(&source.view);
    reading(
        Format::Yaml,
        (&FREE, card),
        findings::of_yaml(source),
        placed,
        json::lines(&source.text),
    )
}

fn read_source(format: Format, mut source: Source) -> Reading {
    let mut findings = findings::of_text(&source);
    let (outline, card, placed) = match format {
        Format::Native => {
            let (card, placed, odd) = native::read(&source);
            findings.extend(findings::of_odd_parts(&source, &odd));
            (native::outline(&source), card, placed)
        }
        Format::WebCards => {
            findings.extend(findings::of_webcards(&source));
            let model_card = webcards::is_model_card(&source);
            let dialect = webcards_dialect(model_card);
            let root = std::mem::replace(
                &mut source.document.root,
                json::Node {
                    span: 0..0,
                    kind: json::Kind::Null,
                },
            );
            let (card, placed) = dialect.read(&webcards::view(root, model_card));
            (dialect.outline, card, placed)
        }
        Format::ModelCardToolkit1 | Format::ModelCardToolkit2 => {
            let dialect = toolkit_dialect(format);
            let (card, placed) = dialect.read(&source);
            findings.extend(findings::of_toolkit(&source, format, dialect));
            (dialect.outline, card, placed)
        }
        Format::Json | Format::Yaml | Format::Html => {
            let (card, placed) = webcards::FREE_CARD.read(&source);
            findings.extend(findings::of_relatives(&source));
            (&FREE, card, placed)
        }
    };
    reading(format, (outline, card), findings, placed, source.lines())
}

/// Puts together what was read; `line` gives the line of a byte offset.
fn reading(
    format: Format,
    (outline, card): (&'static Outline, Card),
    mut findings: Vec<Finding>,
    placed: Placed,
    line: impl Fn(usize) -> usize,
) -> Reading {
    let lines = placed
        .into_iter()
        .map(|(section, field, offset)| ((section, field), line(offset)))
        .collect();
    findings.sort_by_key(|finding| (finding.severity, finding.line));
    Reading {
        format,
        outline,
        card,
        findings,
        lines,
    }
}

fn toolkit_dialect(format: Format) -> &'static Dialect {
    if format == Format::ModelCardToolkit1 {
        &model_card_toolkit::VERSION_1
    } else {
        &model_card_toolkit::VERSION_2
    }
}

fn webcards_dialect(model_card: bool) -> &'static Dialect {
    if model_card {
        &webcards::MODEL_CARD
    } else {
        &webcards::FREE_CARD
    }
}

fn within_bounds(card: &Card) -> Result<(), ReadError> {
    let largest = card.sections.iter().max_by_key(|section| section.fields.len());
    match largest {
        _ if card.sections.len() > MAX_ENTRIES => Err(too_many_members(card.sections.len())),
        Some(section) if section.fields.len() > MAX_ENTRIES => Err(too_many(format!(
            "The member “{}” has {} members of its own; {MAX_ENTRIES} can be edited.",
            section.title,
            section.fields.len()
        ))),
        _ => Ok(()),
    }
}

fn too_many_members(count: usize) -> ReadError {
    too_many(format!(
        "The document has {count} members at its top level; {MAX_ENTRIES} can be edited."
    ))
}

fn too_many(message: String) -> ReadError {
    let advice = "Gather related members into objects or lists, or move measurements into a file of their own.";
    ReadError {
        message,
        advice: advice.into(),
        position: None,
        text: None,
    }
}

/// Writes a card: into its source when there is one, else as a new document of that format.
///
/// # Errors
/// When the source cannot be read.
pub fn write(format: Format, source: Option<&[u8]>, card: &Card) -> Result<Vec<u8>, ReadError> {
    match source {
        Some(bytes) if format == Format::Yaml => {
            let source = YamlSource::parse(bytes)?;
            let (old, _) = yaml::dialect().read(&source.view);
            let new = yaml::dialect().write(source.view.to_value(), &old, card, false);
            Ok(source.write(&new))
        }
        Some(bytes) if format != Format::Html => write_into(format, Source::parse(bytes)?, card),
        _ => Ok(new_file(format, card)),
    }
}

fn write_into(format: Format, source: Source, card: &Card) -> Result<Vec<u8>, ReadError> {
    let document = source.to_value();
    let new = match format {
        Format::Native => native::write(document, card),
        Format::WebCards => {
            let model_card = webcards::is_model_card(&source);
            let dialect = webcards_dialect(model_card);
            let view = webcards::view(json_root(&source), model_card);
            let (old, _) = dialect.read(&view);
            let written = dialect.write(view.to_value(), &old, card, false);
            if written == view.to_value() {
                document
            } else {
                webcards::unview(document, written, model_card)
            }
        }
        Format::ModelCardToolkit1 | Format::ModelCardToolkit2 => {
            let dialect = toolkit_dialect(format);
            let (old, _) = dialect.read(&source);
            dialect.write(document, &old, card, false)
        }
        Format::Json | Format::Yaml | Format::Html => {
            let dialect = &webcards::FREE_CARD;
            let (old, _) = dialect.read(&source);
            dialect.write(document, &old, card, false)
        }
    };
    Ok(source.write(&new))
}

/// A second parse of the same text, since the view takes the nodes over.
fn json_root(source: &Source) -> json::Node {
    match json::parse(&source.text) {
        Ok(document) => document.root,
        Err(_) => json::Node {
            span: 0..0,
            kind: json::Kind::Group(Vec::new()),
        },
    }
}

fn new_file(format: Format, card: &Card) -> Vec<u8> {
    let card = convert::fitted(format, card);
    let none = Card::default();
    let empty = || Value::Group(Vec::new());
    let document = match format {
        Format::Html => {
            return html::page(&card, card.name().unwrap_or("Model card"), outline_of(&card).key).into_bytes();
        }
        Format::Native => native::new_document(&card, outline_of(&card).key),
        Format::WebCards => {
            let written = webcards::MODEL_CARD.write(empty(), &none, &card, false);
            webcards::unview(empty(), written, true)
        }
        Format::ModelCardToolkit1 | Format::ModelCardToolkit2 => {
            let mut document = toolkit_dialect(format).write(empty(), &none, &card, true);
            if let Value::Group(members) = &mut document {
                let version = if format == Format::ModelCardToolkit1 {
                    "0.0.1"
                } else {
                    "0.0.2"
                };
                // Schema v0.0.1 requires the member even of a card with nothing to put in it.
                if format == Format::ModelCardToolkit1 && !members.iter().any(|(name, _)| name == "model_details") {
                    members.insert(0, ("model_details".into(), empty()));
                }
                members.insert(0, ("schema_version".into(), Value::text(version)));
            }
            document
        }
        Format::Json => webcards::FREE_CARD.write(empty(), &none, &card, false),
        Format::Yaml => {
            let document = yaml::dialect().write(empty(), &none, &card, false);
            return crate::yaml::to_text(&document).into_bytes();
        }
    };
    (json::to_pretty_text(&document) + "\n").into_bytes()
}

/// The outline whose questions a card answers.
fn outline_of(card: &Card) -> &'static Outline {
    let known = |outline: &&&Outline| {
        card.sections.iter().any(|section| {
            outline
                .part(&section.key)
                .is_some_and(|part| part.title == section.title)
        })
    };
    outline::ALL
        .iter()
        .find(known)
        .copied()
        .unwrap_or(if card.sections.is_empty() { &FULL } else { &FREE })
}

/// What a download in this format would not carry: exactly what is missing when the written file
/// is read again.
pub fn losses(format: Format, source: Option<&[u8]>, card: &Card) -> Vec<Loss> {
    if format == Format::Html {
        return Vec::new();
    }
    let expected = if source.is_some() {
        card.clone()
    } else {
        convert::fitted(format, card)
    };
    let got = write(format, source, card).and_then(|bytes| read_as(format, &bytes));
    let got = got.map(|reading| reading.card).unwrap_or_default();
    change::difference(&got, &expected)
        .into_iter()
        .filter(|change| change.after.as_ref().is_some_and(|value| !value.is_blank()))
        .map(|change| Loss {
            section: change.section,
            field: change.field,
        })
        .collect()
}

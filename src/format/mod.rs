//! Other people's files to and from [`Card`]: each format a lens.
//!
//! [`read`] recognises a file by its content and gives the card in it; [`write`](fn@write) puts a card into
//! the file it came from, or makes a new one. Two laws hold for every format that can be read:
//! an unchanged card gives back every byte of its file, and what was put is read back, except for
//! what [`losses`] names. This room knows neither HTTP nor SQL nor files on disk.
//!
//! A format is a file here with a `Lens`, and a line in [`Format::ALL`].

mod aliases;
mod blank;
mod carried;
mod chai;
pub mod charts;
mod closed;
mod compare;
mod conversion;
mod convert;
mod cyclonedx;
mod detect;
mod dialect;
mod encoding;
mod eu_form;
mod eval_results;
mod family;
mod faults;
mod file;
mod findings;
mod homes;
pub mod html;
pub mod language;
mod lens;
mod likeness;
mod loss;
#[cfg(test)]
mod loss_tests;
mod markdown;
mod measures;
mod model_card_toolkit;
mod native;
#[cfg(test)]
mod official;
mod origins;
mod pdf;
mod plain;
mod proto;
mod proto_schemas;
#[cfg(test)]
mod proto_tests;
mod reported;
pub mod results;
mod sagemaker;
mod settle;
mod source;
#[cfg(test)]
mod stance_tests;
mod steps;
mod taken_back;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod told;
mod tree;
mod unspellable;
mod webcards;
mod xml;
mod yaml;

use std::collections::HashMap;
use std::fmt;

use crate::card::Card;
pub use crate::card::check::Severity;
use crate::card::outline::{self, FREE, FULL, Outline, arrange};
use crate::json;
use crate::locale::Sentence;
use crate::say;
pub use aliases::without_aliases;
pub use blank::blank;
use chai::Chai;
pub use compare::{Comparison, Side, Terms, compare};
pub use conversion::{Converted, NOTHING, convert, has_home};
use cyclonedx::CycloneDx;
use file::File;
pub use homes::{Home, Homeless, Kept, Manner, write_keeping};
use lens::Lens;
pub use lens::{Notation, Readers};
pub use likeness::Likeness;
pub use loss::{Extent, Loss, losses, losses_keeping, unshown};
use markdown::Flavour;
pub use markdown::hub;
use model_card_toolkit::Toolkit;
pub use native::SCHEMA;
pub use pdf::Fonts;
pub use reported::Reported;

/// A format: what files look like, and how they are read and written.
#[derive(Clone, Copy)]
pub struct Format(&'static dyn Lens);

/// What a reader says about a place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Line in the file, counted from 1, where there is one.
    pub line: Option<usize>,
    /// The member concerned, as a readable path: `model_details › version › date`.
    pub place: Sentence,
    /// How much it matters.
    pub severity: Severity,
    /// What is so, and what to try, in plain words.
    pub message: Sentence,
    /// Which part of a field's answer it is about, as a JSON Pointer (RFC 6901) from there; nothing for the whole.
    pub within: Option<String>,
}

/// A file understood.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The format recognised.
    pub format: Format,
    /// How the file is written.
    pub notation: Notation,
    /// The outline that fits: the full one, or the free one for JSON and YAML of an unknown shape.
    pub outline: &'static Outline,
    /// The card.
    pub card: Card,
    /// What is unusual in the file, with its line.
    pub findings: Vec<Finding>,
    /// The formats that a plain document resembles, and what it lacks for being one; the findings tell it too.
    pub resembles: Vec<Likeness>,
    /// The line of each field's value in the file, by section key and field id.
    pub lines: HashMap<(String, String), usize>,
}

impl Reading {
    /// The name of the format, and the notation where it is not the usual one.
    pub fn name(&self) -> Sentence {
        if self.notation == self.format.0.about().notation {
            self.format.said_name()
        } else {
            say!(
                "{format}, written in {notation}",
                format = self.format.said_name(),
                notation = self.notation.name()
            )
        }
    }

    /// The same card, asked the questions of this outline.
    pub fn asked(self, outline: &'static Outline) -> Self {
        if outline.key == self.outline.key {
            return self;
        }
        let card = outline::arranged(&self.card, outline);
        // An answer keeps the id of its question wherever it stands; fields of the file's own stay in their section.
        let by_question: HashMap<&str, usize> = self.lines.iter().map(|((_, id), line)| (id.as_str(), *line)).collect();
        let fields = card
            .sections
            .iter()
            .flat_map(|section| section.fields.iter().map(move |field| (section, field)));
        let lines = fields.filter_map(|(section, field)| {
            let place = (section.key.clone(), field.id.clone());
            let moved = || by_question.get(field.id.as_str()).filter(|_| !field.is_custom());
            let line = self.lines.get(&place).or_else(moved).copied()?;
            Some((place, line))
        });
        Self {
            lines: lines.collect(),
            outline,
            card,
            ..self
        }
    }
}

/// Why a file could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// What is wrong, in one or two plain sentences.
    pub message: Sentence,
    /// What to try.
    pub advice: Sentence,
    /// Line and column, both counted from 1, columns in characters.
    pub position: Option<(usize, usize)>,
    /// The text of the file, when it is text that can be mended in a box.
    pub text: Option<String>,
}

impl Format {
    /// Our own JSON, nothing lost.
    pub const NATIVE: Self = Self(&native::Native);
    /// The README of a model on Hugging Face.
    pub const HUGGING_FACE: Self = Self(&Flavour::HuggingFace);
    /// Any other Markdown page, such as MODEL_CARD.md.
    pub const MARKDOWN: Self = Self(&Flavour::Plain);
    /// Model Card Toolkit, schema v0.0.2.
    pub const MODEL_CARD_TOOLKIT_2: Self = Self(&Toolkit::Version2);
    /// Model Card Toolkit, schema v0.0.1.
    pub const MODEL_CARD_TOOLKIT_1: Self = Self(&Toolkit::Version1);
    /// Model Card Toolkit, binary protobuf.
    pub const MODEL_CARD_TOOLKIT_PROTO: Self = Self(&Toolkit::Binary);
    /// Model Card Toolkit, protobuf in its text notation.
    pub const MODEL_CARD_TOOLKIT_PROTO_TEXT: Self = Self(&Toolkit::Text);
    /// The model in a CycloneDX bill of materials, version 1.7.
    pub const CYCLONEDX_7: Self = Self(&CycloneDx::V1_7);
    /// Version 1.6.
    pub const CYCLONEDX_6: Self = Self(&CycloneDx::V1_6);
    /// Version 1.5.
    pub const CYCLONEDX_5: Self = Self(&CycloneDx::V1_5);
    /// The model card of Amazon SageMaker.
    pub const SAGEMAKER: Self = Self(&sagemaker::SageMaker);
    /// The saved answers of WebCards.
    pub const WEBCARDS: Self = Self(&webcards::WebCards);
    /// The model cards of AllenNLP.
    pub const ALLENNLP: Self = Self(&family::ALLENNLP);
    /// The model cards of the Patra toolkit.
    pub const PATRA: Self = Self(&family::PATRA);
    /// The metadata of a MONAI bundle.
    pub const MONAI: Self = Self(&family::MONAI);
    /// The model cards of Bridge2AI.
    pub const BRIDGE2AI: Self = Self(&family::BRIDGE2AI);
    /// The radiotherapy model cards of the RT-AI tool.
    pub const RT_AI: Self = Self(&family::RT_AI);
    /// The Open Model Card.
    pub const OPEN_MODEL_CARD: Self = Self(&family::OPEN_MODEL_CARD);
    /// Any JSON document.
    pub const JSON: Self = Self(&plain::Json);
    /// Any YAML document.
    pub const YAML: Self = Self(&plain::Yaml);
    /// Any XML document.
    pub const XML: Self = Self(&plain::Xml);
    /// CHAI Applied Model Card, schema v0.2.
    pub const CHAI_2: Self = Self(&Chai::Version2);
    /// CHAI Applied Model Card, schema v0.1.
    pub const CHAI_1: Self = Self(&Chai::Version1);
    /// The finished page, write only.
    pub const HTML: Self = Self(&html::Html);
    /// The finished page on paper, write only.
    pub const PDF: Self = Self(&pdf::Pdf);

    /// Results on the benchmarks of the hub of Hugging Face, write only.
    pub const EVAL_RESULTS: Self = Self(&eval_results::EvalResults);

    /// The EU's form for general-purpose models, write only.
    pub const EU_FORM: Self = Self(&eu_form::EuForm);

    /// Every format, in the order in which they are offered. Where two are equally sure of a file, the
    /// first has it.
    pub const ALL: &[Self] = &[
        Self::NATIVE,
        Self::HUGGING_FACE,
        Self::MARKDOWN,
        Self::MODEL_CARD_TOOLKIT_2,
        Self::MODEL_CARD_TOOLKIT_1,
        Self::MODEL_CARD_TOOLKIT_PROTO,
        Self::MODEL_CARD_TOOLKIT_PROTO_TEXT,
        Self::CYCLONEDX_7,
        Self::CYCLONEDX_6,
        Self::CYCLONEDX_5,
        Self::SAGEMAKER,
        Self::WEBCARDS,
        Self::ALLENNLP,
        Self::PATRA,
        Self::MONAI,
        Self::BRIDGE2AI,
        Self::OPEN_MODEL_CARD,
        Self::RT_AI,
        Self::CHAI_2,
        Self::CHAI_1,
        Self::JSON,
        Self::YAML,
        Self::XML,
        Self::HTML,
        Self::PDF,
        Self::EU_FORM,
        Self::EVAL_RESULTS,
    ];

    fn lens(self) -> &'static dyn Lens {
        self.0
    }

    /// The word for it on the command line, in addresses and in the database.
    pub fn id(self) -> &'static str {
        self.0.about().id
    }

    /// The format with this id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.id() == id)
    }

    /// The format with this id, or a sentence with those that there are.
    ///
    /// # Errors
    /// When there is none.
    pub fn wanted(id: &str) -> Result<Self, String> {
        Self::from_id(id).ok_or_else(|| {
            let ids: Vec<&str> = Self::ALL.iter().map(|format| format.id()).collect();
            format!(
                "there is no format `{}`; there are {}",
                id.escape_debug(),
                ids.join(", ")
            )
        })
    }

    /// The name shown.
    pub fn name(self) -> &'static str {
        self.0.about().name
    }

    /// The version, where the format has several: their names end with it.
    pub fn version(self) -> Option<&'static str> {
        let is_number = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
        self.name().rsplit(' ').next().filter(is_number)
    }

    /// The same as readers have it in their language.
    pub fn said_name(self) -> Sentence {
        Sentence::new(self.name())
    }

    /// What a download is good for, in one or two sentences.
    pub fn purpose(self) -> &'static str {
        self.0.about().purpose
    }

    /// For whom a download is.
    pub fn readers(self) -> Readers {
        self.0.about().readers
    }

    /// The home into which a new file puts what nobody chose to leave out.
    pub fn usual_home(self) -> Option<&'static Home> {
        self.homes().iter().find(|home| home.manner == Manner::Pairs)
    }

    /// Whether a file of this format would say something of the card: one for a single matter may have nothing to say.
    pub fn is_for(self, card: &Card) -> bool {
        self.0.is_for(card)
    }

    /// Whether files of this format can be read back.
    pub fn can_read(self) -> bool {
        self.0.about().can_read
    }

    /// Whether a file of the other format becomes one of this format by an edit: it has the format, perhaps in another version.
    pub fn is_version_of(self, other: Self) -> bool {
        self == other || self.0.is_version_of(other)
    }

    /// How a download is written: as its source, when there is one.
    pub fn notation(self, source: Option<&[u8]>) -> Notation {
        match source {
            Some(bytes) => self.0.notation(&File::new(bytes)),
            None => self.0.about().notation,
        }
    }

    /// Where a new file can keep what has no place of its own in it, the best place first.
    pub fn homes(self) -> &'static [Home] {
        self.0.homes()
    }

    /// The ending of a download's name, without the first dot. The format of the upload has the plain ending; each of the
    /// others has its own, so that two downloads of one card do not get the same name.
    pub fn extension(self, notation: Notation, is_upload: bool) -> String {
        match self.0.about().mark {
            mark if !is_upload && !mark.is_empty() => format!("{mark}.{}", notation.ending()),
            _ => notation.ending().to_owned(),
        }
    }
}

/// Two handles are equal when they name the same format.
impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for Format {}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
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
    read_named(bytes, None)
}

/// Recognises and reads a file; its name decides where the content leaves it open.
///
/// # Errors
/// As [`read`].
pub fn read_named(bytes: &[u8], name: Option<&str>) -> Result<Reading, ReadError> {
    let file = File::named(bytes, name);
    few_members(&file)?;
    let format = detect::detect(&file)?;
    let reading = reading(format, &file)?;
    within_bounds(&reading.card, &file)?;
    Ok(reading)
}

/// Reads a file that is broken as what it was meant as, or too wide to be edited member by member, as a page of text.
///
/// # Errors
/// When it is no text.
pub fn read_as_text(bytes: &[u8]) -> Result<Reading, ReadError> {
    read_as(Format::MARKDOWN, bytes)
}

/// Reads a file as the given format, as it was recognised before.
///
/// # Errors
/// When the content is no document at all, with the place and what to try.
pub fn read_as(format: Format, bytes: &[u8]) -> Result<Reading, ReadError> {
    reading(format, &File::new(bytes))
}

fn reading(format: Format, file: &File) -> Result<Reading, ReadError> {
    let mut parts = format.lens().read(file)?;
    let resembles = match file.tree() {
        Ok(tree) if [Format::JSON, Format::YAML].contains(&format) => likeness::of(tree),
        _ => Vec::new(),
    };
    parts
        .findings
        .extend(findings::of_likenesses(&resembles, &parts.findings));
    parts.findings.sort_by_key(|finding| (finding.severity, finding.line));
    Ok(Reading {
        format,
        notation: format.lens().notation(file),
        outline: parts.outline,
        card: parts.card,
        findings: parts.findings,
        resembles,
        lines: parts.lines,
    })
}

/// Before anything looks at the members: looking takes time for each.
fn few_members(file: &File) -> Result<(), ReadError> {
    match file.document().map(|tree| &tree.kind) {
        Ok(json::Kind::Group(members)) if members.len() > MAX_MEMBERS => Err(too_many_members(members.len(), file)),
        _ => Ok(()),
    }
}

fn within_bounds(card: &Card, file: &File) -> Result<(), ReadError> {
    let largest = card.sections.iter().max_by_key(|section| section.fields.len());
    match largest {
        _ if card.sections.len() > MAX_ENTRIES => Err(too_many_members(card.sections.len(), file)),
        Some(section) if section.fields.len() > MAX_ENTRIES => {
            let message = say!(
                "The member “{section}” has {fields} members of its own; {most} can be edited.",
                section = &section.title,
                fields = section.fields.len(),
                most = MAX_ENTRIES
            );
            Err(too_many(message, file))
        }
        _ => Ok(()),
    }
}

fn too_many_members(count: usize, file: &File) -> ReadError {
    let message = say!(
        "The document has {count} members at its top level; {most} can be edited.",
        count,
        most = MAX_ENTRIES
    );
    too_many(message, file)
}

fn too_many(message: Sentence, file: &File) -> ReadError {
    let advice = say!("Gather related members into objects or lists, or move measurements into a file of their own.");
    ReadError {
        message,
        advice,
        position: None,
        text: file.text().ok().map(|text| text.text.to_string()),
    }
}

/// Writes a card: into its source when there is one, else as a new document of that format. The source has this format, or
/// another [version of it](Format::is_version_of).
///
/// # Errors
/// When the source cannot be read, or the card is too large for pages.
pub fn write(format: Format, source: Option<&[u8]>, card: &Card) -> Result<Vec<u8>, ReadError> {
    write_with(format, source, card, Fonts::built_in())
}

/// Writes a card as [`write`](fn@write) does; a format that sets pages does it with these fonts.
///
/// # Errors
/// As [`write`](fn@write).
pub fn write_with(format: Format, source: Option<&[u8]>, card: &Card, fonts: &Fonts) -> Result<Vec<u8>, ReadError> {
    let lens = format.lens();
    match source {
        Some(bytes) if format.can_read() => {
            let adapted = lens.adapted(&File::new(bytes));
            let file = File::new(adapted.as_ref().map_or(bytes, |adapted| &adapted.bytes));
            let card = as_read(lens, &file, card)?;
            lens.write_into(&file, &card)
        }
        _ => {
            let (placed, aside) = lens.placed(card);
            lens.write_with(&lens.with_aside(placed, aside), fonts)
        }
    }
}

/// The card in the arrangement in which it is read from its file, when it is shown with the questions of this outline now:
/// this is what is written into the file, and what can be compared with it.
///
/// # Errors
/// When the source cannot be read.
pub fn in_its_file(format: Format, source: &[u8], card: &Card, shown: &'static Outline) -> Result<Card, ReadError> {
    let read = format.lens().read(&File::new(source))?;
    let card = taken_back::without(card.clone(), &read.card);
    Ok(arrange::brought_back(&card, &read.card, read.outline, shown))
}

/// The card as its reader arranges it, and as far as it says something.
fn as_read(lens: &dyn Lens, file: &File, card: &Card) -> Result<Card, ReadError> {
    let read = lens.read(file)?;
    let card = taken_back::without(card.clone(), &read.card);
    Ok(arrange::as_read(&card, &read.card, read.outline))
}

/// The outline whose questions a card answers: the one it is arranged by, or the one that knows most of its sections.
fn outline_of(card: &Card) -> &'static Outline {
    if let Some(outline) = arrange::arrangement(card) {
        return outline;
    }
    let known = |outline: &Outline| {
        let is_known = |key: &str, title: &str| outline.part(key).is_some_and(|part| part.title == title);
        let sections = card.sections.iter();
        sections
            .filter(|section| is_known(&section.key, &section.title))
            .count()
    };
    let best = outline::ALL.iter().copied().rev().max_by_key(|outline| known(outline));
    match best {
        Some(best) if known(best) > 0 => best,
        _ if card.sections.is_empty() => &FULL,
        _ => &FREE,
    }
}

//! Other people's files to and from [`Card`]: each format a lens.

use crate::card::Card;

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
    /// Key of the outline that fits the format: `full`, or `free` for unknown JSON.
    pub outline: &'static str,
    /// The card.
    pub card: Card,
    /// What is unusual in the file, with its line.
    pub findings: Vec<Finding>,
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
    pub const ALL: [Format; 6] = [
        Self::Native,
        Self::ModelCardToolkit2,
        Self::ModelCardToolkit1,
        Self::WebCards,
        Self::Json,
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
            Self::Json => "JSON of its own shape",
            Self::Html => "HTML page",
        }
    }

    /// The ending of file names, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            _ => "json",
        }
    }

    /// The media type for downloads.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            _ => "application/json",
        }
    }

    /// Whether files of this format can be read back.
    pub fn can_read(self) -> bool {
        self != Self::Html
    }
}

/// Recognises and reads a file. The name only breaks ties.
///
/// # Errors
/// When the content is none of the formats, with the place and what to try.
pub fn read(bytes: &[u8], name: Option<&str>) -> Result<Reading, ReadError> {
    let _ = (bytes, name);
    todo!()
}

/// Reads a file as the given format, as it was recognised before.
///
/// # Errors
/// As [`read`].
pub fn read_as(format: Format, bytes: &[u8]) -> Result<Reading, ReadError> {
    let _ = (format, bytes);
    todo!()
}

/// Writes a card: into its source when there is one of that format, else as a new document.
///
/// # Errors
/// When the source cannot be read as that format.
pub fn write(format: Format, source: Option<&[u8]>, card: &Card) -> Result<Vec<u8>, ReadError> {
    let _ = (format, source, card);
    todo!()
}

/// What a download in this format would not carry.
pub fn losses(format: Format, source: Option<&[u8]>, card: &Card) -> Vec<Loss> {
    let _ = (format, source, card);
    todo!()
}

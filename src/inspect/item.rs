//! One finding with its rule, and how much it weighs.

use crate::format::{Finding, ReadError, Reported, Severity};

/// A finding in a file.
pub struct Item {
    /// Which rule found it.
    pub rule: Rule,
    /// How much it matters; `None` when the file could not be read at all.
    pub severity: Option<Severity>,
    /// Line in the file, from 1.
    pub line: Option<usize>,
    /// Column in characters, from 1.
    pub column: Option<usize>,
    /// The section and field, or the member, in words; empty where it is the whole file.
    pub place: String,
    /// Key of the section and id of the field, where it is about one.
    pub field: Option<(String, String)>,
    /// What is so, and what to try.
    pub message: String,
}

/// What found it. The ids are stable: people silence findings by them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The file is no card that can be read.
    Unreadable,
    /// How the file is written: its notation, and what its format expects.
    File,
    /// What an answer says.
    Answer,
}

/// How much a finding weighs, whatever it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Other programs cannot use the file.
    Error,
    /// Should be mended.
    Problem,
    /// Worth knowing.
    Note,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Unreadable, Self::File, Self::Answer];

    /// The word for it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::File => "file",
            Self::Answer => "answer",
        }
    }

    /// What it looks at, in a sentence.
    pub fn about(self) -> &'static str {
        match self {
            Self::Unreadable => "The file can be read as a model card.",
            Self::File => "The file is written as its format wants it, so that other programs read the same from it.",
            Self::Answer => {
                "The answers are plausible: dates, figures, licences, links, and no placeholders, keys or private paths."
            }
        }
    }
}

impl Weight {
    /// Whether it makes the exit code 1 even without `--strict`.
    pub fn counts(self) -> bool {
        self != Self::Note
    }

    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Problem => "problem",
            Self::Note => "note",
        }
    }
}

impl Item {
    pub(super) fn of(Reported { finding, field }: Reported, about_file: &[Finding]) -> Self {
        Self {
            rule: if about_file.contains(&finding) {
                Rule::File
            } else {
                Rule::Answer
            },
            severity: Some(finding.severity),
            line: finding.line,
            column: None,
            place: finding.place.to_string(),
            field,
            message: finding.message.to_string(),
        }
    }

    pub(super) fn unreadable(error: ReadError) -> Self {
        Self {
            rule: Rule::Unreadable,
            severity: None,
            line: error.position.map(|(line, _)| line),
            column: error.position.map(|(_, column)| column),
            place: String::new(),
            field: None,
            message: format!("{} {}", error.message, error.advice),
        }
    }

    /// How much it weighs.
    pub fn weight(&self) -> Weight {
        match self.severity {
            None | Some(Severity::Blocks) => Weight::Error,
            Some(Severity::Problem) => Weight::Problem,
            Some(Severity::Note) => Weight::Note,
        }
    }

    /// Keeps what is counted and drops the rest.
    pub fn forget_words(&mut self) {
        self.place = String::new();
        self.field = None;
        self.message = String::new();
    }
}

//! What the template sets: the card as values, never as markup, so that no text of a visitor can give orders.
//!
//! The names of the variants are those by which `templates/export/card.typ` knows them.

use serde::{Serialize, Serializer};

/// The whole paper.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Paper {
    /// The model's name, or what stands for it.
    pub title: String,
    /// What the paper is, above the title; empty when the title says it.
    pub kind: &'static str,
    /// Version, date and licence, where they are known.
    pub facts: Vec<String>,
    /// Year, month and day of the version.
    pub date: Option<(i32, u32, u32)>,
    /// Who made the model.
    pub authors: Vec<String>,
    /// The language of the card, English where nobody knows it.
    pub lang: String,
    /// The region in which the language is written so, where the card names one.
    pub region: Option<String>,
    /// Whether words may be divided at the end of a line: not where the language is a guess.
    pub hyphenates: bool,
    /// The questions that should be answered first and are not.
    pub open: Vec<&'static str>,
    /// Whether it is long enough for a table of contents.
    pub has_contents: bool,
    /// The sections.
    pub sections: Vec<Section>,
}

/// A section.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Section {
    /// Empty for single facts gathered from several sections.
    pub title: Vec<Run>,
    /// Language of the title, where its script tells another than the card's.
    pub lang: Option<&'static str>,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// Something that stands for itself on the page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", tag = "kind")]
pub(super) enum Block {
    /// A paragraph.
    Paragraph(Words),
    /// A heading; the levels of a paper leave none out.
    Heading { level: u8, words: Words },
    /// Items with marks, or with numbers from `start`; they run in the direction of their language.
    List {
        lang: Option<&'static str>,
        start: Option<u64>,
        items: Vec<Vec<Block>>,
    },
    /// What somebody else said.
    Quote {
        lang: Option<&'static str>,
        blocks: Vec<Block>,
    },
    /// Text whose lines and blanks count.
    Code { lines: Vec<Vec<Run>> },
    /// A line across.
    Rule,
    /// What we say in place of something that cannot be shown.
    Note { words: Words },
    /// Rows with columns.
    Table(Table),
    /// Names with values; `is_inner` when it stands in another.
    Facts { is_inner: bool, facts: Vec<Fact> },
    /// A picture.
    Picture(Picture),
    /// Things that belong together, each apart from the next.
    Several { items: Vec<Vec<Block>> },
    /// The notes of an answer.
    Footnotes { notes: Vec<Footnote> },
}

/// A name with its value.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Fact {
    /// The name.
    pub name: Words,
    /// The value.
    pub blocks: Vec<Block>,
}

/// A note with the name by which links find it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Footnote {
    pub id: String,
    pub number: usize,
    pub blocks: Vec<Block>,
}

/// A picture; its bytes are a file beside the paper.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Picture {
    /// The name of that file.
    pub file: String,
    /// How wide it would like to be, in points.
    pub width: f64,
    /// Words for those who do not see it.
    pub alt: String,
    /// What stands below it.
    pub caption: Option<Words>,
}

/// A table.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Table {
    /// Its language, in whose direction the columns follow each other.
    pub lang: Option<&'static str>,
    /// What it is about, for those who hear it.
    pub summary: String,
    /// How wide the text of each column is, in times the size of the letters.
    #[serde(skip)]
    pub shares: Vec<f64>,
    /// How wide each column is with the blanks beside its text, in points.
    pub points: Vec<f64>,
    /// Which columns hold numbers.
    pub numeric: Vec<bool>,
    /// The size of its letters, in points.
    pub size: f64,
    /// The heads of the columns; empty when there are none.
    pub head: Vec<Words>,
    /// Whether the head is small enough to stand on every page.
    pub repeats: bool,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Row {
    /// Whether the first cell names the row.
    pub has_head: bool,
    /// Whether it is short enough to stay on one page.
    pub is_whole: bool,
    /// The cells.
    pub cells: Vec<Vec<Block>>,
}

/// Text of one language.
#[derive(Debug, Default, Serialize)]
pub(super) struct Words {
    /// The language, where the script tells another than the card's.
    pub lang: Option<&'static str>,
    /// The text.
    pub runs: Vec<Run>,
}

/// A piece of text of one manner.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Run {
    Text(String),
    /// The line ends here.
    Break,
    /// The line may end here: within a word that is wider than its place.
    Soft,
    Emphasis(Vec<Run>),
    Strong(Vec<Run>),
    Struck(Vec<Run>),
    Code(Vec<Run>),
    Lower(Vec<Run>),
    Upper(Vec<Run>),
    Link {
        to: String,
        runs: Vec<Run>,
    },
    /// The number of a note, and where that is.
    Reference {
        id: String,
        runs: Vec<Run>,
    },
}

/// Most of a paper is text, so the commonest take least: a text, `true` for the end
/// of a line, nothing where it may end. Others are lists: the manner, the text, where it leads.
impl Serialize for Run {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Break => serializer.serialize_bool(true),
            Self::Soft => serializer.serialize_unit(),
            Self::Emphasis(runs) => ("emphasis", runs).serialize(serializer),
            Self::Strong(runs) => ("strong", runs).serialize(serializer),
            Self::Struck(runs) => ("struck", runs).serialize(serializer),
            Self::Code(runs) => ("code", runs).serialize(serializer),
            Self::Lower(runs) => ("lower", runs).serialize(serializer),
            Self::Upper(runs) => ("upper", runs).serialize(serializer),
            Self::Link { to, runs } => ("link", runs, to).serialize(serializer),
            Self::Reference { id, runs } => ("reference", runs, id).serialize(serializer),
        }
    }
}

impl Run {
    /// Its words without their manner.
    pub fn plain(runs: &[Self], out: &mut String) {
        for run in runs {
            match run {
                Self::Text(text) => out.push_str(text),
                Self::Break => out.push(' '),
                Self::Soft => {}
                Self::Emphasis(runs)
                | Self::Strong(runs)
                | Self::Struck(runs)
                | Self::Code(runs)
                | Self::Lower(runs)
                | Self::Upper(runs)
                | Self::Link { runs, .. }
                | Self::Reference { runs, .. } => Self::plain(runs, out),
            }
        }
    }
}

impl Words {
    /// The words without their manner.
    pub fn plain(&self) -> String {
        let mut out = String::new();
        Run::plain(&self.runs, &mut out);
        out
    }
}

impl Block {
    /// What can be read in all of them, in one line.
    pub fn plain_of<'b>(blocks: impl IntoIterator<Item = &'b Self>) -> String {
        let mut out = String::new();
        blocks.into_iter().for_each(|block| block.plain(&mut out));
        out
    }

    /// What can be read in it, in one line.
    pub fn plain(&self, out: &mut String) {
        let mut all = |blocks: &[Self]| blocks.iter().for_each(|block| block.plain(out));
        match self {
            Self::List { items, .. } | Self::Several { items } => items.iter().for_each(|item| all(item)),
            Self::Quote { blocks, .. } => all(blocks),
            Self::Facts { facts, .. } => {
                for fact in facts {
                    Run::plain(&fact.name.runs, out);
                    out.push_str(": ");
                    fact.blocks.iter().for_each(|block| block.plain(out));
                }
            }
            Self::Table(table) => table.rows.iter().flat_map(|row| &row.cells).for_each(|cell| all(cell)),
            Self::Footnotes { notes } => notes.iter().for_each(|note| all(&note.blocks)),
            Self::Paragraph(words) | Self::Heading { words, .. } | Self::Note { words } => Run::plain(&words.runs, out),
            Self::Code { lines } => {
                for line in lines {
                    Run::plain(line, out);
                    out.push(' ');
                }
            }
            Self::Picture(picture) => out.push_str(&picture.alt),
            Self::Rule => {}
        }
        out.push(' ');
    }
}

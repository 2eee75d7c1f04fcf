//! Answers as readers see them.

use askama::Template;

use crate::chart::Chart;

/// The numbers of a chart stand open below it up to so many rows.
const OPEN_ROWS: usize = 12;

/// From this many columns on a table may be wider than a small screen and gets its own scrolling.
const WIDE_COLUMNS: usize = 4;

/// A longer text makes a table of members that nobody planned as one hard to read.
const LONGEST_CELL: usize = 160;

/// A value as readers see it.
#[derive(Debug, Template)]
#[template(path = "export/shown.html")]
pub(in crate::format) enum Shown {
    /// Nothing to see.
    Nothing,
    /// HTML made of Markdown, safe as it is.
    Prose(String),
    /// Text without marks.
    Line(String),
    /// An address.
    Link {
        /// Where it leads: http, https, mailto.
        address: String,
        /// The words to press.
        words: String,
    },
    /// A picture.
    Picture {
        /// A `data:` address.
        source: String,
        /// Words for those who do not see it.
        alt: String,
    },
    /// What we say in place of something that cannot be shown.
    Note(String),
    /// A picture with its name, and whatever else the card says about it.
    Figure {
        picture: Box<Shown>,
        name: String,
        rest: Box<Shown>,
    },
    /// A chart with its numbers below.
    Chart(Box<Chart>),
    /// Several values, one after the other, without marks.
    Several(Vec<Shown>),
    /// Several values with marks.
    List(Vec<Shown>),
    /// Rows with the same columns.
    Table(Table),
    /// Named values.
    Group(Vec<(String, Shown)>),
}

/// Rows with the same columns.
#[derive(Debug)]
pub(in crate::format) struct Table {
    /// What it is about.
    pub caption: String,
    /// The columns.
    pub columns: Vec<Heading>,
    /// The cells of each row.
    pub rows: Vec<Vec<Shown>>,
}

/// The head of a column.
#[derive(Debug)]
pub(in crate::format) struct Heading {
    /// Its name.
    pub label: String,
    /// Whether all its cells are numbers.
    pub is_numeric: bool,
}

impl Table {
    fn is_wide(&self) -> bool {
        self.columns.len() > WIDE_COLUMNS
    }
}

impl Shown {
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// Whether it can head its row; a whole sentence cannot.
    pub(in crate::format) fn is_heading(&self) -> bool {
        match self {
            Self::Line(text) => text.chars().count() <= 60,
            Self::Link { .. } => true,
            _ => false,
        }
    }

    /// Whether it fits beside its name.
    pub(super) fn is_fact(&self) -> bool {
        self.is_small()
    }

    pub(super) fn has_picture(&self) -> bool {
        match self {
            Self::Picture { .. } | Self::Figure { .. } | Self::Chart(_) => true,
            Self::Several(items) | Self::List(items) => items.iter().any(Self::has_picture),
            Self::Group(members) => members.iter().any(|(_, value)| value.has_picture()),
            Self::Table(table) => table.rows.iter().flatten().any(Self::has_picture),
            _ => false,
        }
    }

    pub(super) fn is_number(&self) -> bool {
        match self {
            Self::Line(text) => text.trim_end_matches(['%', ' ']).parse::<f64>().is_ok(),
            _ => false,
        }
    }

    /// Whether a cell can hold it although nobody planned a table.
    pub(super) fn is_small(&self) -> bool {
        match self {
            Self::Nothing | Self::Link { .. } => true,
            Self::Line(text) => text.len() <= LONGEST_CELL,
            Self::Prose(html) => html.len() <= LONGEST_CELL && !html[1..].contains("<p"),
            _ => false,
        }
    }
}

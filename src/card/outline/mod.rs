//! Outlines: which sections and questions a card has, as data.

/// A set of sections with their questions.
#[derive(Debug)]
pub struct Outline {
    /// The word stored with a card, such as `full`.
    pub key: &'static str,
    /// The name shown, such as "Full model card".
    pub name: &'static str,
    /// The sections in order.
    pub sections: &'static [Part],
}

/// One section of an outline.
#[derive(Debug)]
pub struct Part {
    /// The section's key, a word for addresses: `model-details`.
    pub key: &'static str,
    /// The title shown: "Model details".
    pub title: &'static str,
    /// One or two sentences on what belongs here.
    pub purpose: &'static str,
    /// Where the section comes from (paper and section).
    pub source: &'static str,
    /// The questions in order.
    pub questions: &'static [Question],
}

/// One question of an outline.
#[derive(Debug)]
pub struct Question {
    /// `section-key.word`, unique over all outlines: `model-details.name`.
    pub id: &'static str,
    /// The label shown at the field: "Name".
    pub label: &'static str,
    /// Visible help under the label: what to write, in one to three sentences.
    pub help: &'static str,
    /// The kind of answer, which chooses the control.
    pub kind: Kind,
    /// Whether the question counts among the ten of the short path.
    pub short: bool,
    /// Where the question comes from: paper section, schema member, WebCards field id.
    pub source: &'static str,
}

/// The kind of answer a question wants.
#[derive(Debug)]
pub enum Kind {
    /// One line of text.
    Line,
    /// Long text, Markdown allowed.
    Markdown,
    /// A list of texts.
    List {
        /// What one entry is called: "user", "limitation".
        entry: &'static str,
    },
    /// Rows with the same columns.
    Table {
        /// What one row is called: "owner", "metric".
        entry: &'static str,
        /// The columns in order.
        columns: &'static [Column],
    },
    /// One of the offered answers, or free text.
    Choice {
        /// The answers offered.
        options: &'static [&'static str],
    },
    /// A date, best as 2026-01-31.
    Date,
    /// A number.
    Number,
    /// Yes or no.
    YesNo,
    /// A web address.
    Link,
    /// Figures: an optional `description` and a `collection` of rows `name`, `image` (base64).
    Figures,
}

/// A column of a table.
#[derive(Debug)]
pub struct Column {
    /// The member's name in a row: `name`; a dot goes one group deeper:
    /// `confidence_interval.lower_bound`.
    pub key: &'static str,
    /// The label shown.
    pub label: &'static str,
    /// A short hint, or nothing.
    pub help: &'static str,
    /// Line, Markdown, List, Choice, Date, Number, YesNo or Link.
    pub kind: Kind,
}

//! Outlines: which sections and questions a card has, as data.
//!
//! An outline is a proposal: a field that it does not name is still shown and can be edited.
//! The same question has the same id in every outline that asks it, so changing the outline of a card hides or shows
//! questions and never drops an answer. [`ALL`] is the only list; one file holds one outline.

mod allennlp;
pub mod arrange;
mod bridge2ai;
mod cyclonedx;
mod datasheet;
mod eu;
pub mod examples;
mod full;
mod health;
mod hugging_face;
mod model_index;
mod monai;
mod open_model_card;
pub mod patra;
mod radiotherapy;
mod sagemaker;
mod short;
mod vocabulary;

pub use allennlp::ALLENNLP;
pub use arrange::arranged;
pub use bridge2ai::{BRIDGE2AI, ROLES};
pub use cyclonedx::CYCLONEDX;
pub use datasheet::DATASHEET;
pub use eu::EU;
pub use full::FULL;
pub use health::HEALTH;
pub use hugging_face::HUGGING_FACE;
pub use monai::MONAI;
pub use open_model_card::{MODALITIES, OPEN_MODEL_CARD};
pub use patra::PATRA;
pub use radiotherapy::{DATA_KINDS, RADIOTHERAPY, SITES, TASKS};
pub use sagemaker::SAGEMAKER;
pub use short::SHORT;
pub use vocabulary::Vocabulary;

use super::Section;
use crate::locale::Sentence;

/// The outlines, in the order in which they are offered.
pub static ALL: &[&Outline] = &[
    &FULL,
    &SHORT,
    &HUGGING_FACE,
    &DATASHEET,
    &EU,
    &CYCLONEDX,
    &SAGEMAKER,
    &HEALTH,
    &RADIOTHERAPY,
    &ALLENNLP,
    &BRIDGE2AI,
    &PATRA,
    &MONAI,
    &OPEN_MODEL_CARD,
    &FREE,
];

/// For cards of no known shape: the file alone says which sections and fields there are.
pub static FREE: Outline = Outline {
    key: "free",
    name: "Sections of its own",
    purpose: "Asks nothing: the card has the sections and fields that its file or you gave it.",
    sections: &[],
};

/// The outline with this key.
pub fn find(key: &str) -> Option<&'static Outline> {
    ALL.iter().copied().find(|outline| outline.key == key)
}

/// The outlines that ask something.
pub fn asking() -> impl Iterator<Item = &'static Outline> {
    ALL.iter().copied().filter(|outline| !outline.sections.is_empty())
}

/// The outline with this key that asks something, or a sentence with those that there are.
///
/// # Errors
/// When there is none.
pub fn wanted(key: &str) -> Result<&'static Outline, String> {
    asking().find(|outline| outline.key == key).ok_or_else(|| {
        let keys: Vec<&str> = asking().map(|outline| outline.key).collect();
        format!(
            "there is no outline `{}`; there are {}",
            key.escape_debug(),
            keys.join(", ")
        )
    })
}

/// A set of sections with their questions.
#[derive(Debug)]
pub struct Outline {
    /// The word stored with a card, such as `full`.
    pub key: &'static str,
    /// The name shown, such as "Full model card".
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub purpose: &'static str,
    /// The sections in order.
    pub sections: &'static [Part],
}

impl Outline {
    /// The section with this key.
    pub fn part(&self, key: &str) -> Option<&'static Part> {
        self.sections.iter().find(|part| part.key == key)
    }

    /// The section that asks the question with this id.
    pub fn part_asking(&self, id: &str) -> Option<&'static Part> {
        self.sections.iter().find(|part| part.question(id).is_some())
    }

    /// The question with this id, in whichever section it stands.
    pub fn question(&self, id: &str) -> Option<&'static Question> {
        self.sections.iter().find_map(|part| part.question(id))
    }

    /// The questions of the short path, in order: what every card should answer first.
    pub fn short_path(&self) -> impl Iterator<Item = &'static Question> {
        let questions = self.sections.iter().flat_map(|part| part.questions);
        questions.filter(|question| question.short)
    }

    /// The title of a section as readers have it in their language, be it of this outline or of one that the card had
    /// before. One that a file or the visitor gave stays as it is.
    pub fn said_title(&self, title: &str) -> Sentence {
        let mut parts = self.and_others().flat_map(|outline| outline.sections);
        let part = parts.find(|part| part.title == title);
        part.map_or_else(|| Sentence::as_written(title), |part| Sentence::new(part.title))
    }

    /// The label of a field, likewise.
    pub fn said_label(&self, label: &str) -> Sentence {
        let parts = self.and_others().flat_map(|outline| outline.sections);
        let mut questions = parts.flat_map(|part| part.questions);
        let question = questions.find(|question| question.label == label);
        question.map_or_else(|| Sentence::as_written(label), |question| Sentence::new(question.label))
    }

    fn and_others(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(ALL.iter().copied())
    }
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

impl Part {
    /// The question with this id.
    pub fn question(&self, id: &str) -> Option<&'static Question> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// The questions that this section is asked, in order.
    pub fn asked<'s>(&self, section: &'s Section) -> impl Iterator<Item = &'static Question> + use<'s> {
        let asked = |question: &&Question| !question.legacy || section.field(question.id).is_some();
        self.questions.iter().filter(asked)
    }
}

/// One question of an outline.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// `section-key.word` after the section of the first outline that asks it, unique in each outline: `model-details.name`.
    pub id: &'static str,
    /// The label shown at the field: "Name".
    pub label: &'static str,
    /// Visible help under the label: what to write, in one to three sentences.
    pub help: &'static str,
    /// The kind of answer, which chooses the control.
    pub kind: Kind,
    /// How many words an answer should have: a number to aim at, never a limit.
    pub words: Option<u16>,
    /// The words that are offered for an answer of one line, or for each entry of a list.
    pub vocabulary: Option<Vocabulary>,
    /// Whether the question counts among the ten of the short path.
    pub short: bool,
    /// Whether the question is only for cards that bring an answer along: a new card is not asked.
    pub legacy: bool,
    /// Where the question comes from: paper section, schema member, WebCards field id.
    pub source: &'static str,
}

impl Question {
    /// A question that is not on the short path.
    const fn new(id: &'static str, label: &'static str, kind: Kind, help: &'static str, source: &'static str) -> Self {
        Self {
            id,
            label,
            help,
            kind,
            words: None,
            vocabulary: None,
            short: false,
            legacy: false,
            source,
        }
    }

    /// The same question, on the short path.
    const fn short(self) -> Self {
        Self { short: true, ..self }
    }

    /// The same question, with a number of words to aim at.
    const fn words(self, words: u16) -> Self {
        Self {
            words: Some(words),
            ..self
        }
    }

    /// The same question, with words that are offered for the answer.
    const fn offering(self, words: Vocabulary) -> Self {
        Self {
            vocabulary: Some(words),
            ..self
        }
    }

    /// The same question, for cards that bring an answer along.
    const fn legacy(self) -> Self {
        Self { legacy: true, ..self }
    }
}

/// The kind of answer a question wants.
#[derive(Clone, Copy, Debug)]
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
    /// Rows in lists inside each other, the outermost first, shown as one table: `model-index` of a README for the hub.
    Nested {
        /// The lists.
        tiers: &'static [Tier],
    },
    /// Figures: an optional `description` and a `collection` of rows `name`, `alt`, `image`, see
    /// [`figure`](crate::card::figure).
    Figures,
}

/// One of the lists of nested rows.
#[derive(Clone, Copy, Debug)]
pub struct Tier {
    /// The member of the rows around it that is this list; nothing for the outermost, which is the answer itself.
    pub list: &'static str,
    /// What one row is called: "result".
    pub entry: &'static str,
    /// The columns that are always shown.
    pub columns: &'static [Column],
    /// Those that are shown where a row has them.
    pub further: &'static [Column],
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
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
    /// The words that are offered for a cell of one line.
    pub vocabulary: Option<Vocabulary>,
}

impl Column {
    /// A column.
    const fn new(key: &'static str, label: &'static str, kind: Kind, help: &'static str) -> Self {
        Self {
            key,
            label,
            help,
            kind,
            vocabulary: None,
        }
    }

    /// The same column, with words that are offered for its cells.
    const fn offering(self, words: Vocabulary) -> Self {
        Self {
            vocabulary: Some(words),
            ..self
        }
    }
}

/// What is asked of a figure beside its picture. For a picture of a file that has a caption only, that is read aloud.
pub const FIGURE: [Column; 2] = [
    Column::new(
        "name",
        "Caption",
        Kind::Line,
        "What everybody reads below the picture: “Recall by age group, test set of 2025”.",
    ),
    Column::new(
        "alt",
        "Alt text",
        Kind::Markdown,
        "What the picture shows, in a sentence or two, for those who do not see it: “Recall falls from 0.92 below 40 to \
         0.71 above 70.”",
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// The ids of the questions that WebCards asks by default.
    const WEBCARDS: [u32; 37] = [
        4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 24, 25, 26, 27, 28, 29, 31, 32, 33, 34,
        35, 36, 38, 40, 41, 44, 57, 58,
    ];

    fn questions() -> impl Iterator<Item = (&'static Part, &'static Question)> {
        let parts = ALL.iter().flat_map(|outline| outline.sections);
        parts.flat_map(|part| part.questions.iter().map(move |question| (part, question)))
    }

    #[test]
    fn keys_and_ids_are_unique_and_say_where_they_belong() {
        let mut outlines = HashSet::new();
        for outline in ALL.iter().copied() {
            assert!(outlines.insert(outline.key));
            assert!(std::ptr::eq(find(outline.key).unwrap(), outline));
            let mut parts = HashSet::new();
            assert!(outline.sections.iter().all(|part| parts.insert(part.key)));
        }
        for outline in ALL.iter().copied() {
            let mut ids = HashSet::new();
            for question in outline.sections.iter().flat_map(|part| part.questions) {
                assert!(ids.insert(question.id), "{} comes twice", question.id);
                let homes = ALL.iter().flat_map(|outline| outline.sections);
                let named = |part: &Part| {
                    let word = question
                        .id
                        .strip_prefix(part.key)
                        .and_then(|rest| rest.strip_prefix('.'));
                    word.is_some_and(|word| !word.is_empty())
                };
                assert!(homes.into_iter().any(named), "{}", question.id);
            }
        }
        assert!(find("unknown").is_none());
    }

    #[test]
    fn every_question_has_a_label_help_and_a_source() {
        for (part, question) in questions() {
            assert!(part.purpose.ends_with('.') && !part.source.is_empty() && !part.title.is_empty());
            assert!(
                !question.label.is_empty() && !question.source.is_empty(),
                "{}",
                question.id
            );
            assert!(
                question.help.ends_with('.') || question.help.ends_with(".”"),
                "{}: {}",
                question.id,
                question.help
            );
            assert!(!question.help.contains("  "), "{}: {}", question.id, question.help);
            if let Kind::Table { columns, .. } = question.kind {
                let mut keys = HashSet::new();
                assert!(
                    columns
                        .iter()
                        .all(|column| keys.insert(column.key) && !column.label.is_empty())
                );
            }
        }
    }

    #[test]
    fn every_webcards_field_is_named_by_exactly_one_question() {
        // Several outlines may ask the same question.
        let sources =
            questions().flat_map(|(_, question)| question.source.split("; ").map(|source| (question.id, source)));
        let named: HashSet<(&str, u32)> = sources
            .filter_map(|(id, source)| Some((id, source.strip_prefix("WebCards ")?.parse().ok()?)))
            .collect();
        let mut named: Vec<u32> = named.into_iter().map(|(_, number)| number).collect();
        named.sort_unstable();
        // The short outline asks questions of the full one again.
        named.dedup();
        assert_eq!(named, WEBCARDS);
    }

    #[test]
    fn the_short_path_has_ten_questions() {
        assert_eq!(FULL.short_path().count(), 10);
        assert_eq!(FREE.short_path().count(), 0);
        let asked = |outline: &Outline| outline.short_path().map(|question| question.id).collect::<HashSet<_>>();
        let all = SHORT.sections.iter().flat_map(|part| part.questions);
        assert_eq!(asked(&FULL), all.map(|question| question.id).collect());
    }

    #[test]
    fn the_eu_form_wants_the_kind_of_answer_that_the_full_card_has() {
        for question in EU.sections.iter().flat_map(|part| part.questions) {
            let Some(other) = FULL.question(question.id) else {
                continue;
            };
            let kinds = [question, other].map(|question| std::mem::discriminant(&question.kind));
            assert_eq!(kinds[0], kinds[1], "{}", question.id);
        }
    }

    #[test]
    fn a_datasheet_has_the_57_questions_of_its_paper_and_the_50_of_webcards() {
        let all: Vec<&Question> = DATASHEET.sections.iter().flat_map(|part| part.questions).collect();
        let mut numbers: Vec<u32> = all.iter().filter_map(|question| number(question, "Gebru ")).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=57).collect::<Vec<_>>());
        let mut fields: Vec<u32> = all
            .iter()
            .filter_map(|question| number(question, "WebCards datasheet "))
            .collect();
        fields.sort_unstable();
        assert_eq!(fields, (1..=51).filter(|id| *id != 4).collect::<Vec<_>>());
    }

    fn number(question: &Question, prefix: &str) -> Option<u32> {
        let mut sources = question.source.split("; ");
        sources.find_map(|source| source.strip_prefix(prefix)?.parse().ok())
    }

    #[test]
    fn questions_are_found_by_id() {
        assert_eq!(
            FULL.question("model-details.version_date").unwrap().label,
            "Version date"
        );
        assert_eq!(FULL.part("factors").unwrap().title, "Factors");
        assert!(FULL.question("+anything").is_none());
        assert!(FULL.question("model-details").is_none());
    }
}

//! The model card itself: sections with fields, and their values.
//!
//! This room knows no file format, no web and no database. [`format`](crate::format) turns
//! people's files into a [`Card`] and back, [`outline`] says which questions a card should
//! answer, [`check`] says what is wrong with the answers, and [`change`] compares two cards.

pub mod change;
pub mod check;
pub mod figure;
pub mod grid;
pub(crate) mod names;
pub mod outline;
pub mod picture;
pub mod results;
pub mod stored;
pub mod words;

pub use crate::json::Value;
use names::slug;
pub use names::{Names, field_id};

/// A model card: its sections in the order in which they are shown.
///
/// The sections of the outline come first and in the outline's order, then the others in the
/// order of the file. A section or field without content need not be there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Card {
    /// The sections, in the order shown.
    pub sections: Vec<Section>,
}

/// One section: a page in the editor, a row in the database.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Section {
    /// The word that names the section in addresses, unique in its card: the outline's key,
    /// or one made from the title.
    pub key: String,
    /// The title shown. For a section that no outline knows it is the name in the file, exactly.
    pub title: String,
    /// The fields, the outline's first.
    pub fields: Vec<Field>,
}

/// One field: a question of the outline with its answer, or something the file carries.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// A question's id such as `model-details.name`, or, for a field that no outline knows,
    /// `+` and a JSON Pointer (RFC 6901) relative to the section, such as `+training_notes`.
    pub id: String,
    /// The name shown. For a field that no outline knows it is the name in the file, exactly.
    pub label: String,
    /// The answer.
    pub value: Value,
}

impl Card {
    /// The section with this key.
    pub fn section(&self, key: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.key == key)
    }

    /// The value of the field with this id, in whichever section it stands.
    pub fn value(&self, id: &str) -> Option<&Value> {
        self.sections
            .iter()
            .find_map(|section| section.field(id))
            .map(|field| &field.value)
    }
}

impl Section {
    /// The field with this id.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }
}

impl Field {
    /// Whether the field is the visitor's or the file's own, not a question of an outline.
    pub fn is_custom(&self) -> bool {
        self.id.starts_with('+')
    }
}

impl Card {
    /// The model's name as far as the card tells it: the answer to that question, or a field of
    /// such a name.
    pub fn name(&self) -> Option<&str> {
        const NAMES: [&str; 8] = [
            "model_name",
            "name",
            "title",
            "model_id",
            "display_name",
            "model",
            "project",
            "id",
        ];
        let named = |wanted: &str| {
            let fields = self.sections.iter().take(4).flat_map(|section| &section.fields).chain(
                self.sections
                    .iter()
                    .skip(4)
                    .filter(|section| section.fields.len() == 1)
                    .flat_map(|one| &one.fields),
            );
            fields
                .filter(|field| slug(&field.label).replace('-', "_") == wanted)
                .filter_map(|field| field.value.as_text())
                .map(str::trim)
                .find(|name| !name.is_empty() && name.chars().count() <= 200)
        };
        let answer = self.value("model-details.name").and_then(Value::as_text).map(str::trim);
        answer
            .filter(|name| !name.is_empty())
            .or_else(|| NAMES.into_iter().find_map(named))
    }
}

//! For tests: what a written file lacks of a card, item by item, is what the losses name, and nothing else.
//!
//! Found by reading the file again and looking for the answers one by one, without the code that makes the losses.

use std::collections::HashSet;

use super::{Format, losses, read_as, write};
use crate::card::{Card, Field, Section, Value, check};

/// Writes the card, as a new file or into its source, reads it again and returns the first thing that is missing and
/// not named, or named and not missing.
pub(super) fn untrue_loss(format: Format, source: Option<&[u8]>, card: &Card) -> Option<String> {
    let written = match write(format, source, card) {
        Ok(written) => written,
        Err(error) => return Some(format!("cannot be written: {}", error.message)),
    };
    let again = match read_as(format, &written) {
        Ok(again) => Found::of(&again.card),
        Err(error) => return Some(format!("cannot be read again: {}", error.message)),
    };
    let losses = losses(format, source, card);
    for section in &card.sections {
        for field in &section.fields {
            let item = (section.key.clone(), field.id.clone());
            let named = losses.iter().find(|loss| loss.item.as_ref() == Some(&item));
            let place = format!("{} › {} ({})", section.title, field.label, field.id);
            match (again.missing(field), named) {
                (Some(text), None) => return Some(format!("{place} is missing and not named: {text:.200}")),
                (None, Some(_)) if again.has_in_place(card, section, field) => {
                    return Some(format!("{place} is named and stands in its place"));
                }
                _ => {}
            }
        }
    }
    let is_of_card = |loss: &&super::Loss| {
        let item = loss.item.as_ref();
        item.is_none_or(|(key, id)| card.section(key).is_some_and(|section| section.field(id).is_some()))
    };
    let stray = losses.iter().find(|loss| !is_of_card(loss));
    stray.map(|loss| format!("{loss:?} is named and no field of the card"))
}

/// What was found in a file.
struct Found {
    card: Card,
    /// Each text by its letters and digits.
    texts: HashSet<String>,
    /// All of them, one behind the other: a text may have become several.
    all: String,
}

impl Found {
    fn of(card: &Card) -> Self {
        let mut texts = Vec::new();
        for section in &card.sections {
            texts.push(essence(&section.title));
            for field in &section.fields {
                texts.push(essence(&field.label));
                collect(&field.value, &mut texts);
            }
        }
        Self {
            card: card.clone(),
            all: texts.concat(),
            texts: texts.into_iter().collect(),
        }
    }

    /// The first text of an answer that stands nowhere.
    fn missing(&self, field: &Field) -> Option<String> {
        let mut texts = Vec::new();
        if check::is_answered(&field.value) {
            collect(&field.value, &mut texts);
        }
        texts
            .into_iter()
            .find(|text| !self.texts.contains(text) && !self.all.contains(text.as_str()))
    }

    /// Whether the same answer stands where it stood: for a question anywhere, for a field of its own in the section of
    /// the same title and turn.
    fn has_in_place(&self, card: &Card, section: &Section, field: &Field) -> bool {
        let titled = |other: &&Section| other.title == section.title;
        let before = card.sections.iter().take_while(|other| other.key != section.key);
        let turn = before.filter(titled).count();
        let there = match field.is_custom() {
            true => {
                let there = self.card.sections.iter().filter(titled).nth(turn);
                there.and_then(|there| there.field(&field.id)).map(|field| &field.value)
            }
            false => self.card.value(&field.id),
        };
        there == Some(&field.value)
    }
}

/// The letters and digits of each text and number in a value.
fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Text(text) if check::is_answered(value) => texts.push(essence(text)),
        Value::Number(spelling) => texts.push(essence(spelling)),
        Value::List(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Group(members) => members.iter().for_each(|(_, value)| collect(value, texts)),
        _ => {}
    }
}

fn essence(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

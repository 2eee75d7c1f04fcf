//! Which field of a card something was made of, when a format has arranged the card anew.

use std::cell::Cell;
use std::collections::HashMap;

use super::homes::Aside;
use crate::card::change::Change;
use crate::card::{Card, Field, Section, Value};
use crate::json;

/// The answered fields of a card, to be found by what is left of them elsewhere.
pub(super) struct Origins<'c> {
    fields: Vec<(&'c Section, &'c Field)>,
    clues: HashMap<Clue<'c>, Found>,
    /// A number for each value.
    values: HashMap<String, usize>,
}

/// Something by which a field is known again.
#[derive(PartialEq, Eq, Hash)]
enum Clue<'c> {
    Question(&'c str),
    Place {
        title: &'c str,
        label: &'c str,
    },
    PlaceAndValue {
        title: &'c str,
        label: &'c str,
        value: usize,
    },
    LabelAndValue {
        label: &'c str,
        value: usize,
    },
    Value(usize),
    Label(&'c str),
    FirstText(&'c str),
}

/// The fields for which a clue speaks.
#[derive(Default)]
struct Found {
    /// Their places, in order.
    fields: Vec<usize>,
    /// How many of the first are known to be taken.
    taken: Cell<usize>,
}

impl<'c> Origins<'c> {
    /// Those of this card.
    pub fn of(card: &'c Card) -> Self {
        let sections = card.sections.iter();
        let fields = sections.flat_map(|section| section.fields.iter().map(move |field| (section, field)));
        let mut origins = Self {
            fields: fields.filter(|(_, field)| !field.value.is_blank()).collect(),
            clues: HashMap::new(),
            values: HashMap::new(),
        };
        for index in 0..origins.fields.len() {
            let (section, field) = origins.fields[index];
            let next = origins.values.len();
            let value = *origins.values.entry(json::to_text(&field.value)).or_insert(next);
            let (title, label) = (section.title.as_str(), field.label.as_str());
            let question = (!field.is_custom()).then_some(Clue::Question(&field.id));
            let clues = [
                Clue::Place { title, label },
                Clue::PlaceAndValue { title, label, value },
                Clue::LabelAndValue { label, value },
                Clue::Value(value),
                Clue::Label(label),
            ];
            let text = first_text(&field.value).map(Clue::FirstText);
            for clue in clues.into_iter().chain(question).chain(text) {
                origins.clues.entry(clue).or_default().fields.push(index);
            }
        }
        origins
    }

    /// The field that a changed one was made of: of the same id or of the same words, or with the same answer.
    pub fn of_change(&self, change: &Change) -> Option<(&'c Section, &'c Field)> {
        let (id, label) = (change.id.as_deref()?, change.field.as_deref()?);
        let title = change.section.as_str();
        let after = change.after.as_ref();
        let value = after.and_then(|after| self.values.get(&json::to_text(after)).copied());
        let clues = [
            (!id.starts_with('+')).then_some(Clue::Question(id)),
            Some(Clue::Place { title, label }),
            value.map(|value| Clue::LabelAndValue { label, value }),
            value.map(Clue::Value),
            Some(Clue::Label(label)),
            after.and_then(first_text).map(Clue::FirstText),
        ];
        let mut found = clues
            .into_iter()
            .flatten()
            .filter_map(|clue| self.clues.get(&clue)?.fields.first());
        found.next().map(|index| self.fields[*index])
    }

    /// The fields that these were made of, none of them twice while there is another: fitting may have given them the id of
    /// a question, and other layout.
    pub fn of_each(self, made: &[Aside]) -> Vec<Option<(&'c Section, &'c Field)>> {
        let mut is_free = vec![true; self.fields.len()];
        let each = made.iter().map(|Aside { section, field }| {
            let (title, label) = (section.title.as_str(), field.label.as_str());
            let value = self.values.get(&json::to_text(&field.value)).copied();
            let clues = [
                (!field.is_custom()).then_some(Clue::Question(&field.id)),
                value.map(|value| Clue::PlaceAndValue { title, label, value }),
                value.map(|value| Clue::LabelAndValue { label, value }),
                value.map(Clue::Value),
            ];
            let mut clues = clues.into_iter().flatten();
            if let Some(index) = clues.find_map(|clue| self.clues.get(&clue)?.first_free(&is_free)) {
                is_free[index] = false;
                return Some(self.fields[index]);
            }
            self.of_change(&Change {
                section: section.title.clone(),
                field: Some(field.label.clone()),
                id: Some(field.id.clone()),
                before: None,
                after: Some(field.value.clone()),
            })
        });
        each.collect()
    }
}

impl Found {
    fn first_free(&self, is_free: &[bool]) -> Option<usize> {
        let rest = &self.fields[self.taken.get()..];
        let taken = rest.iter().take_while(|index| !is_free[**index]).count();
        self.taken.set(self.taken.get() + taken);
        rest.get(taken).copied()
    }
}

/// The first text in a value, without blanks around.
fn first_text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
        Value::List(items) => items.iter().find_map(first_text),
        Value::Group(members) => members.iter().find_map(|(_, value)| first_text(value)),
        _ => None,
    }
}

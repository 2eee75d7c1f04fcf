//! The difference of two cards, by field; and of two texts, by lines and words.

mod wording;

use std::collections::HashMap;

pub use wording::{Stretch, by_line, by_word};

use super::{Card, Field, Section, Value};

/// One field that is not the same in two cards.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Title of the section.
    pub section: String,
    /// Label of the field; `None` when it is the section itself that came or went, without fields.
    pub field: Option<String>,
    /// Id of the field, where it is one.
    pub id: Option<String>,
    /// The value in the old card; `None` when the field was not there.
    pub before: Option<Value>,
    /// The value in the new card; `None` when the field is not there.
    pub after: Option<Value>,
}

/// What differs from one card to another, in the order of the new card, then what is gone.
///
/// Sections are the same when they have the same title (and, where a title comes several times,
/// the same turn), fields when they have the same id. An empty section equals none when an
/// outline knows it, since a card need not hold sections without content.
pub fn difference(old: &Card, new: &Card) -> Vec<Change> {
    let old_sections = by_title(old);
    let new_sections = by_title(new);
    let mut changes = Vec::new();
    for (name, section) in &new_sections {
        compare(
            old_sections
                .iter()
                .find(|(other, _)| other == name)
                .map(|(_, old)| *old),
            Some(section),
            &mut changes,
        );
    }
    for (name, section) in &old_sections {
        if !new_sections.iter().any(|(other, _)| other == name) {
            compare(Some(section), None, &mut changes);
        }
    }
    changes
}

/// The sections with the title and the turn that name them.
pub fn by_title(card: &Card) -> Vec<((&str, usize), &Section)> {
    let mut turns: HashMap<&str, usize> = HashMap::new();
    card.sections
        .iter()
        .map(|section| {
            let turn = turns.entry(section.title.as_str()).or_default();
            *turn += 1;
            ((section.title.as_str(), *turn), section)
        })
        .collect()
}

fn compare(old: Option<&Section>, new: Option<&Section>, changes: &mut Vec<Change>) {
    let Some(title) = new.or(old).map(|section| section.title.clone()) else {
        return;
    };
    let none: &[Field] = &[];
    let old_fields = old.map_or(none, |section| &section.fields);
    let new_fields = new.map_or(none, |section| &section.fields);
    let mut push = |field: &Field, before: Option<&Value>, after: Option<&Value>| {
        changes.push(Change {
            section: title.clone(),
            field: Some(field.label.clone()),
            id: Some(field.id.clone()),
            before: before.cloned(),
            after: after.cloned(),
        });
    };
    for field in new_fields {
        let before = old_fields
            .iter()
            .find(|other| other.id == field.id)
            .map(|other| &other.value);
        if before != Some(&field.value) {
            push(field, before, Some(&field.value));
        }
    }
    for field in old_fields {
        if !new_fields.iter().any(|other| other.id == field.id) {
            push(field, Some(&field.value), None);
        }
    }
    let came_or_went = old.is_some() != new.is_some();
    let custom = !super::outline::ALL
        .iter()
        .any(|outline| outline.sections.iter().any(|part| part.title == title));
    if came_or_went && custom && old_fields.is_empty() && new_fields.is_empty() {
        changes.push(Change {
            section: title,
            field: None,
            id: None,
            before: None,
            after: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(fields: &[(&str, &str)]) -> Card {
        let fields = fields
            .iter()
            .map(|(id, text)| Field {
                id: (*id).into(),
                label: (*id).into(),
                value: Value::text(*text),
            })
            .collect();
        Card {
            sections: vec![Section {
                key: "notes".into(),
                title: "Notes".into(),
                fields,
            }],
        }
    }

    #[test]
    fn equal_cards_have_no_difference() {
        assert_eq!(difference(&card(&[("+a", "1")]), &card(&[("+a", "1")])), []);
    }

    #[test]
    fn changed_new_and_gone_fields_are_told_apart() {
        let changes = difference(&card(&[("+a", "1"), ("+b", "2")]), &card(&[("+a", "3"), ("+c", "4")]));
        let short: Vec<_> = changes
            .iter()
            .map(|change| {
                let text = |value: &Option<Value>| value.as_ref().and_then(|value| value.as_text().map(str::to_owned));
                (
                    change.field.as_deref().unwrap_or(""),
                    text(&change.before),
                    text(&change.after),
                )
            })
            .collect();
        assert_eq!(
            short,
            [
                ("+a", Some("1".into()), Some("3".into())),
                ("+c", None, Some("4".into())),
                ("+b", Some("2".into()), None)
            ]
        );
    }

    #[test]
    fn a_section_without_fields_that_went_is_told() {
        assert_eq!(difference(&card(&[]), &Card::default()).len(), 1);
    }
}

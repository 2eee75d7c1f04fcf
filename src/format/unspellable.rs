//! Characters that a format has no way to spell, as XML has none for most control characters: they are named as left
//! out, and two cards that differ in them differ.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::RangeInclusive;

use super::lens::Lens;
use crate::card::change::Change;
use crate::card::{Card, Field, Section, Value};
use crate::json;

/// The fields of a card of which a new file does not have every character. `said` is the card as the format says it,
/// where an answer may be spelled in another way, and `got` what is read from the file, if it can be read.
pub(super) fn fields<'c>(
    lens: &dyn Lens,
    card: &'c Card,
    said: &Card,
    got: Option<&Card>,
) -> Vec<(&'c Section, &'c Field)> {
    let is_odd = |field: &Field| !is_spelled(lens, &field.value);
    // A question has its words from the outline, and each format its own for it.
    let is_oddly_named = |field: &Field| field.is_custom() && !is_written(lens, &field.label);
    let mut found: Vec<_> = all(card)
        .filter(|(_, field)| is_odd(field) || is_oddly_named(field))
        .collect();
    if found.is_empty() {
        return found;
    }
    let ids: HashSet<&str> = all(said).map(|(_, field)| field.id.as_str()).collect();
    let odd: HashSet<&str> = all(said)
        .filter(|(_, field)| is_odd(field))
        .map(|(_, field)| field.id.as_str())
        .collect();
    // A large card has as many of them as fields: what is there is looked up, by what a field is called and says.
    let named = |field: &Field| [&field.id, &field.label].map(|name| (name.clone(), json::to_text(&field.value)));
    let kept: HashSet<(String, String)> = got
        .into_iter()
        .flat_map(|got| all(got).flat_map(|(_, field)| named(field)))
        .collect();
    let names: HashSet<&str> = got
        .into_iter()
        .flat_map(|got| all(got).map(|(_, field)| field.label.as_str()))
        .collect();
    found.retain(|(_, field)| {
        if is_oddly_named(field) && !names.contains(field.label.as_str()) {
            return true;
        }
        let is_kept = named(field).iter().any(|one| kept.contains(one));
        let is_said_elsewhere = !ids.contains(field.id.as_str());
        !is_kept && is_odd(field) && (odd.contains(field.id.as_str()) || is_said_elsewhere && !odd.is_empty())
    });
    found
}

/// The sections of a card of whose titles a new file does not have every character, with what is read from that file.
pub(super) fn titles<'c>(lens: &dyn Lens, card: &'c Card, got: Option<&Card>) -> Vec<&'c Section> {
    let is_odd = |section: &&Section| !section.fields.is_empty() && !is_written(lens, &section.title);
    let mut found: Vec<_> = card.sections.iter().filter(is_odd).collect();
    let kept: HashSet<&str> = got
        .into_iter()
        .flat_map(|got| got.sections.iter().map(|section| section.title.as_str()))
        .collect();
    found.retain(|section| !kept.contains(section.title.as_str()));
    found
}

fn all(card: &Card) -> impl Iterator<Item = (&Section, &Field)> {
    let sections = card.sections.iter();
    sections.flat_map(|section| section.fields.iter().map(move |field| (section, field)))
}

fn is_written(lens: &dyn Lens, text: &str) -> bool {
    text.chars().all(|c| lens.spells(c))
}

fn is_spelled(lens: &dyn Lens, value: &Value) -> bool {
    match value {
        Value::Text(text) => is_written(lens, text),
        Value::List(items) => items.iter().all(|item| is_spelled(lens, item)),
        Value::Group(members) => members
            .iter()
            .all(|(name, value)| is_written(lens, name) && is_spelled(lens, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// The card with its names as a new file spells them.
pub(super) fn with_spelled_names(lens: &dyn Lens, mut card: Card) -> Card {
    let spell = |text: &mut String| {
        if !is_written(lens, text) {
            *text = text.replace(|c| !lens.spells(c), "\u{fffd}");
        }
    };
    for section in &mut card.sections {
        spell(&mut section.title);
        for field in &mut section.fields {
            spell(&mut field.id);
            spell(&mut field.label);
        }
    }
    card
}

/// Whether a value that was read back differs only by characters which the format cannot spell.
pub(super) fn is_all_but(lens: &dyn Lens, value: &Value, got: &Value) -> bool {
    // Such a character is left out, or U+FFFD stands for it.
    let is_kept = |c: &char| lens.spells(*c) && *c != '\u{fffd}';
    let rest = |value: &Value| {
        let mut value = value.clone();
        each_text_of(&mut value, &|text: &mut String| {
            *text = text.chars().filter(is_kept).collect()
        });
        value
    };
    !is_spelled(lens, value) && rest(value) == rest(got)
}

/// A sign for each character of some cards that a format cannot spell: one that none of them has.
pub(super) struct Signs(HashMap<char, char>);

/// The private planes of Unicode; every format spells them.
const PRIVATE: RangeInclusive<char> = '\u{f0000}'..='\u{10fffd}';

impl Signs {
    /// Signs for the characters of these cards that the format cannot spell.
    pub(super) fn of(lens: &dyn Lens, cards: &[&Card]) -> Self {
        let (mut odd, mut taken) = (BTreeSet::new(), HashSet::new());
        let mut visit = |c: char| {
            if !lens.spells(c) {
                odd.insert(c);
            } else if PRIVATE.contains(&c) {
                taken.insert(c);
            }
        };
        for section in cards.iter().flat_map(|card| &card.sections) {
            section.title.chars().for_each(&mut visit);
            for field in &section.fields {
                field.label.chars().for_each(&mut visit);
                each_char(&field.value, &mut visit);
            }
        }
        let free = PRIVATE.filter(|c| !taken.contains(c));
        Self(odd.into_iter().zip(free).collect())
    }

    /// The card with its signs, so that it is told from others when it is said in that format.
    pub(super) fn mark(&self, card: &Card) -> Card {
        let mut card = card.clone();
        let mark = |text: &mut String| *text = text.chars().map(|c| self.0.get(&c).copied().unwrap_or(c)).collect();
        for section in &mut card.sections {
            mark(&mut section.title);
            for field in &mut section.fields {
                mark(&mut field.id);
                mark(&mut field.label);
                each_text_of(&mut field.value, &mark);
            }
        }
        card
    }

    /// The changes between marked cards, with the characters themselves.
    pub(super) fn unmark(&self, mut changes: Vec<Change>) -> Vec<Change> {
        let meant: HashMap<char, char> = self.0.iter().map(|(c, sign)| (*sign, *c)).collect();
        let unmark = |text: &mut String| *text = text.chars().map(|c| meant.get(&c).copied().unwrap_or(c)).collect();
        for change in &mut changes {
            unmark(&mut change.section);
            [&mut change.field, &mut change.id]
                .into_iter()
                .flatten()
                .for_each(unmark);
            for value in [&mut change.before, &mut change.after].into_iter().flatten() {
                each_text_of(value, &unmark);
            }
        }
        changes
    }
}

fn each_char(value: &Value, visit: &mut impl FnMut(char)) {
    match value {
        Value::Text(text) => text.chars().for_each(visit),
        Value::List(items) => items.iter().for_each(|item| each_char(item, visit)),
        Value::Group(members) => {
            for (name, value) in members {
                name.chars().for_each(&mut *visit);
                each_char(value, visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn each_text_of(value: &mut Value, change: &impl Fn(&mut String)) {
    match value {
        Value::Text(text) => change(text),
        Value::List(items) => items.iter_mut().for_each(|item| each_text_of(item, change)),
        Value::Group(members) => {
            for (name, value) in members {
                change(name);
                each_text_of(value, change);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::card::{Card, Value};
    use crate::format::{Extent, Format, Side, compare, losses, read, read_as, write};

    const ODD: &[u8] =
        br#"{"model_details": {"name": "otter", "overview": "a\u0001b"}, "considerations": {"users": ["x"]}}"#;

    #[test]
    fn what_a_format_cannot_spell_is_named() {
        let card = read(ODD).unwrap().card;
        for format in Format::ALL.iter().copied() {
            let lost = losses(format, None, &card);
            let named = lost.iter().any(|loss| loss.field.as_deref() == Some("Overview"));
            let is_lost = match format.can_read() {
                true => {
                    let written = write(format, None, &card).unwrap();
                    let text = format!("{:?}", read_as(format, &written).unwrap().card);
                    !text.contains(r"a\u{1}b")
                }
                false => true,
            };
            assert_eq!(named, is_lost, "{format:?}: {lost:?}");
        }
        assert!(!losses(Format::CHAI_2, None, &card).is_empty());
    }

    #[test]
    fn names_with_such_a_character_are_named() {
        let card = read(br#"{"a\u0001b": {"c\u0001d": "otter", "plain": "x"}, "e": {"f\u0000g": "river"}}"#)
            .unwrap()
            .card;
        let names = |card: &Card| -> Vec<String> {
            let sections = card.sections.iter();
            let names = sections.flat_map(|section| {
                let labels = section.fields.iter().map(|field| field.label.clone());
                std::iter::once(section.title.clone()).chain(labels)
            });
            names.collect()
        };
        for format in [
            Format::JSON,
            Format::YAML,
            Format::NATIVE,
            Format::MARKDOWN,
            Format::XML,
            Format::HTML,
        ] {
            let there = match format.can_read() {
                true => names(&read_as(format, &write(format, None, &card).unwrap()).unwrap().card),
                false => Vec::new(),
            };
            let lost: Vec<String> = losses(format, None, &card)
                .into_iter()
                .map(|loss| {
                    assert_eq!(loss.extent, Extent::Characters, "{format:?}: {loss:?}");
                    loss.field.unwrap_or(loss.section)
                })
                .collect();
            for name in ["a\u{1}b", "c\u{1}d", "f\0g"].map(String::from) {
                assert_eq!(
                    lost.contains(&name),
                    !there.contains(&name),
                    "{format:?} {name:?}: {there:?}"
                );
            }
            assert!(
                !lost.contains(&"plain".to_owned()) && !lost.contains(&"e".to_owned()),
                "{format:?}"
            );
        }
    }

    #[test]
    fn a_zero_byte_is_named_where_it_ends_a_text() {
        let card = read(br#"{"note": "a\u0000b", "other": "c"}"#).unwrap().card;
        let named = |format| {
            losses(format, None, &card)
                .into_iter()
                .filter_map(|loss| loss.field)
                .collect::<Vec<_>>()
        };
        assert_eq!(named(Format::MARKDOWN), ["note"]);
        assert_eq!(named(Format::XML), ["note"]);
        assert_eq!(named(Format::YAML), [""; 0]);
    }

    #[test]
    fn an_edit_that_a_file_cannot_spell_is_named_and_what_it_came_with_is_not() {
        let bytes = b"<r><a>odd \x01</a><b>plain</b></r>";
        let mut card = read(bytes).unwrap().card;
        assert_eq!(losses(Format::XML, Some(bytes), &card), []);
        card.sections[1].fields[0].value = Value::text("edited");
        let written = write(Format::XML, Some(bytes), &card).unwrap();
        assert_eq!(written, b"<r><a>odd \x01</a><b>edited</b></r>");
        assert_eq!(losses(Format::XML, Some(bytes), &card), []);
        card.sections[1].fields[0].value = Value::text("odd \u{2}");
        let lost = losses(Format::XML, Some(bytes), &card);
        assert_eq!(lost.len(), 1, "{lost:?}");
        assert_eq!(lost[0].section, "b");
        assert_eq!(lost[0].extent, Extent::Characters);
    }

    #[test]
    fn letters_of_private_planes_are_no_signs() {
        let [one, two] = ["a \u{10039e} \u{1}x", "a \u{39e} \u{1}x"].map(|text| {
            let mut card = read(ODD).unwrap().card;
            card.sections[0].fields[1].value = Value::text(text);
            card
        });
        let side = |format, card| Side {
            format,
            outline: &crate::card::outline::FULL,
            card,
        };
        let changes = compare(&side(Format::MODEL_CARD_TOOLKIT_2, &one), &side(Format::CHAI_1, &two)).changes;
        let shown = format!("{changes:?}");
        assert!(shown.contains(r"\u{10039e}") && shown.contains(r"\u{1}x"), "{shown}");
    }

    #[test]
    fn many_fields_with_such_characters_are_looked_up_and_not_searched() {
        // Searched, these would be compared 16 million times, for long in a build without optimisation.
        let members = |section: usize| (0..400).map(move |number| format!(r#""k{section}-{number}": "a\u0001""#));
        let sections = (0..10).map(|section| {
            let members: Vec<String> = members(section).collect();
            format!(r#""s{section}": {{{}}}"#, members.join(", "))
        });
        let text = format!("{{{}}}", sections.collect::<Vec<_>>().join(", "));
        let card = read(text.as_bytes()).unwrap().card;
        assert_eq!(losses(Format::XML, None, &card).len(), 4_000);
    }

    #[test]
    fn cards_that_differ_in_such_a_character_differ() {
        let old = read(ODD).unwrap();
        let side = |reading: &crate::format::Reading| {
            let (format, outline) = (reading.format, reading.outline);
            let card = reading.card.clone();
            (format, outline, card)
        };
        for format in [Format::CHAI_1, Format::CHAI_2, Format::XML] {
            let new = read(&write(format, None, &old.card).unwrap()).unwrap();
            let [one, two] = [&old, &new].map(side);
            let [one, two] = [&one, &two].map(|(format, outline, card)| Side {
                format: *format,
                outline,
                card,
            });
            for (one, two) in [(&one, &two), (&two, &one)] {
                let changes = compare(one, two).changes;
                let shown = format!("{changes:?}");
                assert!(
                    shown.contains(r"a\u{1}b") && shown.contains("a\u{fffd}b"),
                    "{format:?}: {shown}"
                );
            }
        }
    }
}

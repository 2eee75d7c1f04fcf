//! Characters that a format has no way to spell, as XML has none for most control characters: they are named as left
//! out, and two cards that differ in them differ.

use super::lens::Lens;
use crate::card::change::Change;
use crate::card::{Card, Field, Section, Value};

/// The fields of a card of which a new file does not have every character. `said` is the card as the format says it,
/// where an answer may be spelled in another way, and `got` what is read from the file, if it can be read.
pub(super) fn fields<'c>(
    lens: &dyn Lens,
    card: &'c Card,
    said: &Card,
    got: Option<&Card>,
) -> Vec<(&'c Section, &'c Field)> {
    let is_odd = |field: &&Field| !is_spelled(lens, &field.value);
    let odd: Vec<&Field> = all(said).map(|(_, field)| field).filter(is_odd).collect();
    let is_same = |one: &Field, other: &Field| one.id == other.id || one.label == other.label;
    let is_lost = |field: &Field| {
        let is_kept =
            got.is_some_and(|got| all(got).any(|(_, there)| is_same(field, there) && there.value == field.value));
        let is_said_elsewhere = !all(said).any(|(_, there)| there.id == field.id);
        !is_kept && odd.iter().any(|there| is_said_elsewhere || there.id == field.id)
    };
    all(card).filter(|(_, field)| is_odd(field) && is_lost(field)).collect()
}

fn all(card: &Card) -> impl Iterator<Item = (&Section, &Field)> {
    let sections = card.sections.iter();
    sections.flat_map(|section| section.fields.iter().map(move |field| (section, field)))
}

fn is_spelled(lens: &dyn Lens, value: &Value) -> bool {
    match value {
        Value::Text(text) => text.chars().all(|c| lens.spells(c)),
        Value::List(items) => items.iter().all(|item| is_spelled(lens, item)),
        Value::Group(members) => members
            .iter()
            .all(|(name, value)| name.chars().all(|c| lens.spells(c)) && is_spelled(lens, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
    }
}

/// The card with a sign of its own for each character that the format cannot spell, so that it is told from others when
/// the card is said in that format.
pub(super) fn marked(lens: &dyn Lens, card: &Card) -> Card {
    let mut card = card.clone();
    let mark = |c: char| if lens.spells(c) { c } else { sign(c) };
    for field in card.sections.iter_mut().flat_map(|section| &mut section.fields) {
        each_text(&mut field.value, &mark);
    }
    card
}

/// The changes with the characters that were [`marked`].
pub(super) fn unmarked(mut changes: Vec<Change>) -> Vec<Change> {
    for change in &mut changes {
        for value in [&mut change.before, &mut change.after].into_iter().flatten() {
            each_text(value, &unsigned);
        }
    }
    changes
}

/// The last private plane of Unicode, which nobody uses.
const SIGNS: u32 = 0x10_0000;

/// A sign for a character of the first plane; formats spell all others.
fn sign(c: char) -> char {
    char::from_u32(SIGNS + u32::from(c)).unwrap_or(c)
}

fn unsigned(c: char) -> char {
    let signed = u32::from(c).checked_sub(SIGNS).and_then(char::from_u32);
    signed.unwrap_or(c)
}

fn each_text(value: &mut Value, change: &impl Fn(char) -> char) {
    let changed = |text: &str| -> String { text.chars().map(change).collect() };
    match value {
        Value::Text(text) => *text = changed(text),
        Value::List(items) => items.iter_mut().for_each(|item| each_text(item, change)),
        Value::Group(members) => {
            for (name, value) in members {
                *name = changed(name);
                each_text(value, change);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::card::Value;
    use crate::format::{Format, Side, compare, losses, read, read_as, write};

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
        assert_eq!((lost[0].section.as_str(), lost[0].is_in_part), ("b", true));
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

//! What a download leaves out.

use std::collections::{HashMap, HashSet};

use super::carried::{self, Carried, Share, Turns};
use super::convert;
use super::file::File;
use super::homes::{self, Kept};
use super::{Format, as_read, read_as, unspellable, without_aliases, write};
use crate::card::change::{self, Change};
use crate::card::{Card, Field, Section, Value};

/// Something of a card that a format cannot carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Title of the section.
    pub section: String,
    /// Label of the field; `None` when the whole section has no place.
    pub field: Option<String>,
    /// Key of the section and id of the field in the card, by which a choice names it.
    pub item: Option<(String, String)>,
    /// Whether a part of the answer is carried all the same.
    pub is_in_part: bool,
}

impl Loss {
    /// Something in a file that is no part of its card.
    pub(super) fn beside(section: String, field: Option<String>) -> Self {
        Self {
            section,
            field,
            item: None,
            is_in_part: false,
        }
    }

    /// Whether it is this field that is lost.
    pub(super) fn is_of(&self, section: &Section, field: &Field) -> bool {
        let item = self.item.as_ref();
        item.is_some_and(|(key, id)| *key == section.key && *id == field.id)
    }
}

/// What a download in this format would not carry: exactly what is missing when the written file
/// is read again.
pub fn losses(format: Format, source: Option<&[u8]>, card: &Card) -> Vec<Loss> {
    match source {
        Some(bytes) if format.can_read() => {
            let adapted = format.lens().adapted(&File::new(bytes));
            let file = File::new(adapted.as_ref().map_or(bytes, |adapted| &adapted.bytes));
            let expected = as_read(format.lens(), &file, card).unwrap_or_else(|_| card.clone());
            let expected = format.lens().settled(&file, &expected);
            let written = write(format, source, card).unwrap_or_default();
            let got = read_as(format, &written)
                .map(|reading| reading.card)
                .unwrap_or_default();
            let mut losses = different(card, &expected, &got);
            if !losses.is_empty() {
                // An alias whose anchor went says its value now.
                let (expected, got) = (
                    without_aliases(source, &expected),
                    without_aliases(Some(&written), &got),
                );
                losses = different(card, &expected, &got);
            }
            losses.extend(adapted.into_iter().flat_map(|adapted| adapted.left_out));
            losses
        }
        _ => losses_keeping(format, card, &[]),
    }
}

/// What a file holds that its card does not show, such as the other components of a bill: an own file keeps it, and no
/// file of another format has it.
pub fn unshown(format: Format, source: &[u8]) -> Vec<Loss> {
    format.lens().unshown(&File::new(source))
}

/// What a new file of this format would still not carry with these choices.
pub fn losses_keeping(format: Format, card: &Card, kept: &[Kept]) -> Vec<Loss> {
    let housed = homes::housed(format, card, kept);
    let lens = format.lens();
    let written = format.can_read().then(|| lens.write_new(&housed.card));
    let again = written
        .as_ref()
        .map(|written| read_as(format, written).map(|reading| reading.card).unwrap_or_default());
    let whole = written.as_ref().and_then(|written| lens.whole(&File::new(written)));
    let got = again.clone().unwrap_or_else(|| lens.shown(&housed.card));
    let carried = Carried::of(std::iter::once(&got).chain(&whole));
    let mut losses = missing(card, &lens.told_apart(housed.card.clone()), &got, &carried);
    losses.retain(|loss| {
        !housed
            .appended
            .iter()
            .any(|(section, field)| loss.is_of(section, field))
    });
    for (section, field) in housed.left_out {
        if !losses.iter().any(|loss| loss.is_of(section, field)) {
            losses.push(of_field(section, field, false));
        }
    }
    let named: HashSet<(String, String)> = losses.iter().filter_map(|loss| loss.item.clone()).collect();
    for (section, field) in unspellable::fields(lens, card, &housed.card, again.as_ref()) {
        if !named.contains(&(section.key.clone(), field.id.clone())) {
            losses.push(of_field(section, field, true));
        }
    }
    in_order(losses, card)
}

/// What is not the same in a card's own file, in the words of the card: there each answer has its place.
fn different(card: &Card, expected: &Card, got: &Card) -> Vec<Loss> {
    let found: HashMap<_, _> = change::by_title(got).into_iter().collect();
    let mut losses = Vec::new();
    for (name, section) in change::by_title(expected) {
        for field in section.fields.iter().filter(|field| !field.value.is_blank()) {
            let there = found.get(&name).and_then(|there| there.field(&field.id));
            if there.is_some_and(|there| there.value == field.value) {
                continue;
            }
            let change = Change {
                section: section.title.clone(),
                field: Some(field.label.clone()),
                id: Some(field.id.clone()),
                before: there.map(|there| there.value.clone()),
                after: Some(field.value.clone()),
            };
            let is_same = |own: &&Section| own.title == section.title;
            let own = card.section(&section.key).filter(is_same);
            let own = own.and_then(|own| Some((own, own.field(&field.id)?)));
            losses.push(match own.or_else(|| origin(card, &change)) {
                Some((section, field)) => of_field(section, field, there.is_some_and(|there| !there.value.is_blank())),
                None => nameless(change),
            });
        }
    }
    losses
}

/// What is missing in a new file, in the words of the card: fields whose words are not carried, and answers that the
/// format was expected to have a place for.
fn missing(card: &Card, expected: &Card, got: &Card, carried: &Carried) -> Vec<Loss> {
    let turns = Turns::of(card);
    let mut losses: Vec<Loss> = Vec::new();
    for section in &card.sections {
        for field in &section.fields {
            let share = carried.share(field);
            if share != Share::All {
                losses.push(of_field(section, field, share == Share::Part));
            } else if field.is_custom() && field.value.is_blank() && !carried.names(section, field) {
                losses.push(of_field(section, field, false));
            }
        }
        if convert::is_kept_empty(section) && !got.sections.iter().any(|there| there.title == section.title) {
            losses.push(Loss::beside(section.title.clone(), None));
        }
    }
    for change in change::difference(got, expected) {
        if change.after.as_ref().is_none_or(Value::is_blank) {
            continue;
        }
        let is_named = |section: &Section, field: &Field| losses.iter().any(|loss| loss.is_of(section, field));
        let before = change.before.as_ref().filter(|value| !value.is_blank());
        if let Some(before) = before {
            // What is missing in this answer was named above, unless its words stand elsewhere by chance.
            let own = origin(card, &change).filter(|(_, field)| change.id.as_ref() == Some(&field.id));
            let own = own.filter(|(section, field)| !is_named(section, field));
            if let Some((section, field)) = own.filter(|(_, field)| !carried::says(before, &field.value)) {
                losses.push(of_field(section, field, true));
            }
            continue;
        }
        match origin(card, &change) {
            Some((section, field)) if is_named(section, field) || carried.holds(field, &turns) => {}
            Some((section, field)) => losses.push(of_field(section, field, false)),
            None if !is_told(card, &losses, &change) => losses.push(nameless(change)),
            None => {}
        }
    }
    losses
}

/// Whether an answer that the format made is rows of nothing but fields which are named as lost already.
fn is_told(card: &Card, losses: &[Loss], change: &Change) -> bool {
    let fields = card
        .sections
        .iter()
        .flat_map(|section| section.fields.iter().map(move |field| (section, field)));
    let lost = fields.filter(|(section, field)| losses.iter().any(|loss| loss.is_of(section, field)));
    let rows: Vec<Value> = lost
        .map(|(section, field)| convert::named_row(section, field))
        .collect();
    let after = change.after.as_ref().filter(|_| !rows.is_empty());
    after.is_some_and(|after| carried::says(&Value::List(rows), after))
}

/// In the order of the card.
pub(super) fn in_order(mut losses: Vec<Loss>, card: &Card) -> Vec<Loss> {
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    let mut sections: HashMap<&str, usize> = HashMap::new();
    for (place, section) in card.sections.iter().enumerate() {
        sections.entry(&section.key).or_insert(place);
        for (place, field) in section.fields.iter().enumerate() {
            places.entry((&section.key, &field.id)).or_insert(place);
        }
    }
    let order = |loss: &Loss| {
        let (key, id) = loss.item.as_ref()?;
        let section = *sections.get(key.as_str())?;
        Some((section, places.get(&(key.as_str(), id.as_str())).copied()))
    };
    losses.sort_by_cached_key(|loss| (loss.item.is_none(), order(loss)));
    losses
}

/// Something that no field of the card is found for.
fn nameless(change: Change) -> Loss {
    Loss {
        section: change.section,
        field: change.field,
        item: None,
        is_in_part: false,
    }
}

pub(super) fn of_field(section: &Section, field: &Field, is_in_part: bool) -> Loss {
    Loss {
        section: section.title.clone(),
        field: Some(field.label.clone()),
        item: Some((section.key.clone(), field.id.clone())),
        is_in_part,
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

/// The field of the card that a missing field was made of: of the same id or of the same words, or with the same answer.
pub(super) fn origin<'c>(card: &'c Card, change: &Change) -> Option<(&'c Section, &'c Field)> {
    let (id, label) = (change.id.as_deref()?, change.field.as_deref()?);
    let all = || {
        let sections = card.sections.iter();
        let fields = sections.flat_map(|section| section.fields.iter().map(move |field| (section, field)));
        fields.filter(|(_, field)| !field.value.is_blank())
    };
    let is_question = !id.starts_with('+');
    let by_id = || all().find(|(_, field)| is_question && field.id == id);
    let in_place = || all().find(|(section, field)| section.title == change.section && field.label == label);
    let same = |field: &Field| change.after.as_ref() == Some(&field.value);
    let by_label = || all().find(|(_, field)| field.label == label && same(field));
    let by_value = || all().find(|(_, field)| same(field));
    let text = change.after.as_ref().and_then(first_text);
    let by_text = || all().find(|(_, field)| text.is_some() && first_text(&field.value) == text);
    by_id()
        .or_else(in_place)
        .or_else(by_label)
        .or_else(by_value)
        .or_else(|| all().find(|(_, field)| field.label == label))
        .or_else(by_text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::read;

    const CARD: &str = r#"{"model": "otter", "river": {"depth": "1.5 m", "banks": ["left", "right"]}, "note": "x"}"#;

    fn card() -> Card {
        read(CARD.as_bytes()).unwrap().card
    }

    fn labels(losses: &[Loss]) -> Vec<String> {
        losses.iter().filter_map(|loss| loss.field.clone()).collect()
    }

    #[test]
    fn a_loss_is_named_in_the_words_of_the_card() {
        let losses = losses(Format::MODEL_CARD_TOOLKIT_2, None, &card());
        assert_eq!(labels(&losses), ["model", "depth", "banks", "note"]);
        assert_eq!(losses[1].item, Some(("river".into(), "+depth".into())));
        assert_eq!(losses[1].section, "river");
    }
}

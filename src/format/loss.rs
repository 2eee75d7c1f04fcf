//! What a download leaves out, and where that could go instead.

use std::collections::HashMap;

use super::carried::{self, Carried, Share, Turns};
use super::{Format, ReadError, in_its_file, read_as, write};
use crate::card::change::{self, Change};
use crate::card::{Card, Field, Section, Value, outline};
use crate::format::file::File;
use crate::format::markdown;

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

/// A place in a format's new files that takes what has no place of its own.
#[derive(Debug)]
pub struct Home {
    /// The word for it in addresses and on the command line: `properties`.
    pub id: &'static str,
    /// The name shown, as in “put it into …”: “the properties”.
    pub name: &'static str,
    /// The question whose answer takes it.
    pub question: &'static str,
    /// How it is put there.
    pub manner: Manner,
}

/// How something is put into a [`Home`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Below what the answer says already, as Markdown with a heading.
    Appendix,
    /// As a row of the table, with these columns for the name and the text.
    Row {
        /// Column that takes the section and the label.
        name: &'static str,
        /// Column that takes the answer as text.
        value: &'static str,
    },
}

/// A choice: this field goes into that home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Key of the section.
    pub section: String,
    /// Id of the field.
    pub field: String,
    /// Id of the home.
    pub home: String,
}

/// What a download in this format would not carry: exactly what is missing when the written file
/// is read again.
pub fn losses(format: Format, source: Option<&[u8]>, card: &Card) -> Vec<Loss> {
    match source {
        Some(bytes) if format.can_read() => {
            let expected = in_its_file(format, bytes, card).unwrap_or_else(|_| card.clone());
            let expected = format.lens().settled(&File::new(bytes), &expected);
            let got = write(format, source, card).and_then(|bytes| read_as(format, &bytes));
            different(card, &expected, &got.map(|reading| reading.card).unwrap_or_default())
        }
        _ => losses_keeping(format, card, &[]),
    }
}

/// What a new file of this format would still not carry when some fields go into homes.
pub fn losses_keeping(format: Format, card: &Card, kept: &[Kept]) -> Vec<Loss> {
    let expected = housed(format, card, kept);
    let lens = format.lens();
    let got = match format.can_read() {
        true => read_as(format, &lens.write_new(&expected)).map(|reading| reading.card),
        false => Ok(lens.shown(&expected)),
    };
    let mut losses = missing(card, &expected, &got.unwrap_or_default());
    let is_kept = |(section, field): &(String, String)| {
        kept.iter()
            .any(|kept| kept.section == *section && kept.field == *field && home(format, &kept.home).is_some())
    };
    losses.retain(|loss| !loss.item.as_ref().is_some_and(is_kept));
    losses
}

/// A new file of this format with some fields in homes.
///
/// # Errors
/// None for formats that exist; the type is that of [`write`](fn@write).
pub fn write_keeping(format: Format, card: &Card, kept: &[Kept]) -> Result<Vec<u8>, ReadError> {
    if kept.is_empty() {
        return write(format, None, card);
    }
    Ok(format.lens().write_new(&housed(format, card, kept)))
}

fn home(format: Format, id: &str) -> Option<&'static Home> {
    format.homes().iter().find(|home| home.id == id)
}

/// The card as the format says it, with the chosen fields in their homes. A field that has a place for a part of its
/// answer keeps that, too.
fn housed(format: Format, card: &Card, kept: &[Kept]) -> Card {
    let lens = format.lens();
    let chosen: Vec<(&Section, &Field, &Home)> = kept
        .iter()
        .filter_map(|kept| {
            let section = card.section(&kept.section)?;
            Some((section, section.field(&kept.field)?, home(format, &kept.home)?))
        })
        .collect();
    if chosen.is_empty() {
        return lens.fit(card);
    }
    let lost = losses_keeping(format, card, &[]);
    let is_wholly_lost = |section: &Section, field: &Field| {
        lost.iter().any(|loss| {
            let item = loss.item.as_ref();
            !loss.is_in_part && item.is_some_and(|(key, id)| *key == section.key && *id == field.id)
        })
    };
    let is_moved = |section: &Section, field: &Field| {
        chosen
            .iter()
            .any(|(other, one, _)| other.key == section.key && one.id == field.id)
            && is_wholly_lost(section, field)
    };
    let rest = Card {
        sections: card
            .sections
            .iter()
            .map(|section| Section {
                fields: section
                    .fields
                    .iter()
                    .filter(|field| !is_moved(section, field))
                    .cloned()
                    .collect(),
                ..section.clone()
            })
            .collect(),
    };
    let mut fitted = lens.fit(&rest);
    for (section, field, home) in chosen {
        take_in(&mut fitted, section, field, home);
    }
    fitted
}

/// Puts a field into a home.
fn take_in(card: &mut Card, section: &Section, field: &Field, home: &Home) {
    let Some((part, question)) = outline::ALL
        .iter()
        .copied()
        .find_map(|outline| Some((outline.part_asking(home.question)?, outline.question(home.question)?)))
    else {
        return;
    };
    let name = if field.id == "+" || field.label == section.title {
        section.title.clone()
    } else {
        format!("{}: {}", section.title, field.label)
    };
    let text = markdown::text_of(&field.value).into_owned();
    let there = card
        .sections
        .iter_mut()
        .flat_map(|section| &mut section.fields)
        .find(|field| field.id == home.question);
    let place = match there {
        Some(field) => &mut field.value,
        None => {
            let index = card.sections.iter().position(|section| section.key == part.key);
            let index = index.unwrap_or_else(|| {
                card.sections.push(Section {
                    key: part.key.into(),
                    title: part.title.into(),
                    fields: Vec::new(),
                });
                card.sections.len() - 1
            });
            let fields = &mut card.sections[index].fields;
            fields.push(Field {
                id: home.question.into(),
                label: question.label.into(),
                value: Value::Null,
            });
            let last = fields.len() - 1;
            &mut fields[last].value
        }
    };
    match home.manner {
        Manner::Appendix => {
            let before = markdown::text_of(place).into_owned();
            let gap = if before.trim().is_empty() { "" } else { "\n\n" };
            *place = Value::Text(format!("{}{gap}## {name}\n\n{text}", before.trim_end()));
        }
        Manner::Row { name: column, value } => {
            let row = Value::Group(vec![
                (column.into(), Value::Text(name)),
                (value.into(), Value::Text(text)),
            ]);
            match place {
                Value::List(rows) => rows.push(row),
                place if place.is_blank() => *place = Value::List(vec![row]),
                // Something else stands there; the reading back shows that this field found no place.
                _ => {}
            }
        }
    }
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

/// What is missing in a new file, in the words of the card: fields whose words are not there, and answers that the
/// format was expected to have a place for.
fn missing(card: &Card, expected: &Card, got: &Card) -> Vec<Loss> {
    let (carried, turns) = (Carried::of(got), Turns::of(card));
    let mut losses: Vec<Loss> = Vec::new();
    for section in &card.sections {
        for field in &section.fields {
            let share = carried.share(field);
            if share != Share::All {
                losses.push(of_field(section, field, share == Share::Part));
            }
        }
    }
    for change in change::difference(got, expected) {
        if change.after.as_ref().is_none_or(Value::is_blank) {
            continue;
        }
        let is_named = |section: &Section, field: &Field| {
            losses.iter().any(|loss| {
                let item = loss.item.as_ref();
                item.is_some_and(|(key, id)| *key == section.key && *id == field.id)
            })
        };
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
            None => losses.push(nameless(change)),
        }
    }
    let order = |loss: &Loss| {
        let (key, id) = loss.item.as_ref()?;
        let section = card.sections.iter().position(|section| section.key == *key)?;
        let field = card.sections[section].fields.iter().position(|field| field.id == *id);
        Some((section, field))
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

fn of_field(section: &Section, field: &Field, is_in_part: bool) -> Loss {
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
fn origin<'c>(card: &'c Card, change: &Change) -> Option<(&'c Section, &'c Field)> {
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

    #[test]
    fn what_goes_into_a_home_is_in_the_file_and_lost_no_more() {
        let kept = ["depth", "banks"].map(|field| Kept {
            section: "river".into(),
            field: format!("+{field}"),
            home: "documentation".into(),
        });
        let left = losses_keeping(Format::MODEL_CARD_TOOLKIT_2, &card(), &kept);
        assert_eq!(labels(&left), ["model", "note"]);
        let bytes = write_keeping(Format::MODEL_CARD_TOOLKIT_2, &card(), &kept).unwrap();
        let again = read(&bytes).unwrap().card;
        assert_eq!(
            again.value("model-details.documentation"),
            Some(&Value::text(
                "## river: depth\n\n1.5 m\n\n## river: banks\n\n- left\n- right"
            ))
        );
    }

    #[test]
    fn a_home_or_field_that_does_not_exist_changes_nothing() {
        let kept =
            [("river", "+width", "documentation"), ("river", "+depth", "attic")].map(|(section, field, home)| Kept {
                section: section.into(),
                field: field.into(),
                home: home.into(),
            });
        let format = Format::MODEL_CARD_TOOLKIT_2;
        assert_eq!(losses_keeping(format, &card(), &kept), losses(format, None, &card()));
    }
}

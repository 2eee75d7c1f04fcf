//! A card made to fit another format, before it is written as a new document.

use std::collections::HashSet;

use super::dialect::Dialect;
use super::homes::Aside;
use super::markdown::{known, text_of};
use crate::card::check;
use crate::card::outline::{self, FULL, Kind, Outline, Part, Question};
use crate::card::{Card, Field, Section, field_id};
use crate::json::Value;

/// The card without what is blank.
pub(super) fn without_blanks(card: &Card) -> Card {
    each_value(card, |_, value| value.clone())
}

/// The card as schema v0.0.1 of the Model Card Toolkit has places for it.
pub(super) fn for_version_1(card: &Card) -> Card {
    each_value(card, |question, value| match question {
        Some(question) => in_version_1(question, value),
        None => value.clone(),
    })
}

/// The card with lines of text for the outline's answers, as WebCards holds them. A section has a title there, and an answer
/// a question: that of a section which is one value is the section's title.
pub(super) fn flat(card: &Card, outline: &'static Outline) -> Card {
    let mut card = without_blanks(&into_outline(card, outline));
    for section in &mut card.sections {
        if section.title.trim().is_empty() {
            section.title = "Section".to_owned();
        }
        for field in &mut section.fields {
            if let Some(question) = outline.question(&field.id) {
                field.value = flat_value(question, &field.value);
            } else if field.id == "+" {
                field.label.clone_from(&section.title);
                field.id = field_id(&field.label);
            }
        }
    }
    card
}

/// The card with its fields named by their labels, as plain JSON and YAML have them: no name twice, so that every reader finds
/// all of them. Questions without an answer are left out; a field or section of its own may be empty.
pub(super) fn named(card: &Card) -> Card {
    let mut titles: HashSet<String> = HashSet::new();
    let mut sections = Vec::with_capacity(card.sections.len());
    for section in card
        .sections
        .iter()
        .filter(|section| is_kept_empty(section) || is_said(section))
    {
        let mut section = named_section(section);
        while !titles.insert(section.title.clone()) {
            section.title.push('′');
        }
        sections.push(section);
    }
    Card { sections }
}

/// Whether a field stands in a plain document: it is answered, or its file has it.
fn is_named(field: &Field) -> bool {
    field.is_custom() || !field.value.is_blank()
}

fn is_said(section: &Section) -> bool {
    section.fields.iter().any(is_named)
}

/// Whether a section stands for itself without fields: no outline puts it into every card.
pub(super) fn is_kept_empty(section: &Section) -> bool {
    let mut parts = outline::ALL.iter().flat_map(|outline| outline.sections);
    section.fields.is_empty() && !parts.any(|part| part.title == section.title)
}

/// The card with the questions of an outline in its sections, wherever they were answered; a field of its own that
/// stands below the heading of such a question answers it. What the outline does not ask stays in its section.
pub(super) fn into_outline(card: &Card, outline: &'static Outline) -> Card {
    let is_in_place = |section: &Section| {
        outline
            .part(&section.key)
            .is_some_and(|part| part.title == section.title)
    };
    if card.sections.iter().all(is_in_place) {
        return card.clone();
    }
    let fields = || card.sections.iter().flat_map(|section| &section.fields);
    let mut taken: HashSet<&str> = fields()
        .filter_map(|field| outline.question(&field.id))
        .map(|question| question.id)
        .collect();
    let (mut known, mut own): (Vec<Section>, Vec<Section>) = (Vec::new(), Vec::new());
    for section in &card.sections {
        let mut left = Vec::new();
        let is_said = |field: &&Field| !field.value.is_blank() && !field.value.as_text().is_some_and(check::is_comment);
        for field in section.fields.iter().filter(is_said) {
            let question = outline.question(&field.id).or_else(|| {
                let words = if field.id == "+Text" { "" } else { field.label.as_str() };
                let known = || outline.question(known::question(known::section(&section.title)?, words)?);
                let question = known().or_else(|| labelled(outline, &section.title, words))?;
                (field.is_custom() && taken.insert(question.id)).then_some(question)
            });
            let part = question.and_then(|question| outline.part_asking(question.id));
            match question.zip(part) {
                Some((question, part)) => part_of(&mut known, part).fields.push(Field {
                    id: question.id.into(),
                    label: question.label.into(),
                    value: field.value.clone(),
                }),
                None => left.push(field.clone()),
            }
        }
        let left = left.into_iter().map(|field| Field {
            id: if field.is_custom() {
                field.id
            } else {
                field_id(&field.label)
            },
            ..field
        });
        match outline.part(&section.key) {
            Some(part) if left.len() > 0 => part_of(&mut known, part).fields.extend(left),
            Some(_) => {}
            None => own.push(Section {
                fields: left.collect(),
                ..section.clone()
            }),
        }
    }
    known.sort_by_key(|section| outline.sections.iter().position(|part| part.key == section.key));
    known.extend(own);
    Card { sections: known }
}

/// The question that an outline asks under this title and label: a page has nothing else to tell a question by.
fn labelled(outline: &Outline, title: &str, label: &str) -> Option<&'static Question> {
    let part = outline
        .sections
        .iter()
        .find(|part| part.title.eq_ignore_ascii_case(title))?;
    part.questions.iter().find(|question| question.label == label)
}

/// The section of this part of an outline, made where it is not there yet.
fn part_of<'s>(sections: &'s mut Vec<Section>, part: &Part) -> &'s mut Section {
    let index = sections.iter().position(|section| section.key == part.key);
    let index = index.unwrap_or_else(|| {
        sections.push(Section {
            key: part.key.into(),
            title: part.title.into(),
            fields: Vec::new(),
        });
        sections.len() - 1
    });
    &mut sections[index]
}

/// The card with its values changed, and without what is blank.
fn each_value(card: &Card, change: impl Fn(Option<&'static Question>, &Value) -> Value) -> Card {
    let sections = card.sections.iter().map(|section| {
        let fields = section.fields.iter().filter(|field| !field.value.is_blank());
        let fields = fields.map(|field| Field {
            value: change(FULL.question(&field.id), &field.value),
            ..field.clone()
        });
        Section {
            fields: fields.collect(),
            ..section.clone()
        }
    });
    Card {
        sections: sections.filter(|section| !section.fields.is_empty()).collect(),
    }
}

fn named_section(section: &Section) -> Section {
    let fields: Vec<&Field> = section.fields.iter().filter(|field| is_named(field)).collect();
    let is_single = fields.len() == 1;
    let mut named: Vec<Field> = Vec::new();
    for field in fields {
        let mut label = field.label.clone();
        while named.iter().any(|other| other.label == label) {
            label.push('′');
        }
        let id = if field.id == "+" && is_single {
            field.id.clone()
        } else {
            field_id(&label)
        };
        named.push(Field {
            id,
            label,
            value: field.value.clone(),
        });
    }
    Section {
        key: section.key.clone(),
        title: section.title.clone(),
        fields: named,
    }
}

/// An answer of which schema v0.0.1 has one text: one row of other terms, and datasets by their use.
fn in_version_1(question: &Question, value: &Value) -> Value {
    match (question.id, value) {
        ("training-data.datasets", Value::List(rows)) => by_use(rows),
        ("model-details.licenses", Value::List(rows)) if rows.len() == 1 => {
            let texts = ["identifier", "custom_text"].map(|column| rows[0].member(column).and_then(Value::as_text));
            let texts: Vec<&str> = texts
                .into_iter()
                .flatten()
                .filter(|text| !text.trim().is_empty())
                .collect();
            match texts.is_empty() {
                true => value.clone(),
                false => Value::List(vec![row("custom_text", &texts.join("\n"))]),
            }
        }
        _ => value.clone(),
    }
}

/// Takes out of a card what a schema has no place for.
pub(super) fn take_without_place(dialect: &Dialect, card: &mut Card) -> Vec<Aside> {
    let has_place = |field: &Field| {
        let place = dialect.places.iter().find(|place| place.id == field.id);
        place.is_some_and(|place| place.native)
    };
    let mut aside = Vec::new();
    for section in &mut card.sections {
        let fields = std::mem::take(&mut section.fields);
        let (kept, rest): (Vec<Field>, Vec<Field>) = fields.into_iter().partition(has_place);
        section.fields = kept;
        aside.extend(rest.iter().map(|field| Aside::of(section, field)));
    }
    aside
}

/// Fields as rows of a `name` and a `value`, for formats that have room for such pairs.
pub(super) fn rows_of(aside: &[Aside]) -> Vec<Value> {
    aside
        .iter()
        .map(|aside| named_row(&aside.section, &aside.field))
        .collect()
}

/// A field as a row of a `name`, made of section and field, and a `value`, as Markdown.
pub(super) fn named_row(section: &Section, field: &Field) -> Value {
    let name = match (section.title.trim(), field.label.trim()) {
        ("", label) => label.to_owned(),
        (title, "") => title.to_owned(),
        (title, label) if title == label => label.to_owned(),
        (title, label) => format!("{title}: {label}"),
    };
    Value::Group(vec![
        ("name".into(), Value::Text(name)),
        ("value".into(), Value::Text(text_of(&field.value).into_owned())),
    ])
}

/// Puts an answer in its section, in place of another one.
pub(super) fn put(card: &mut Card, part: &Part, question: &Question, value: Value) {
    let fields = card.sections.iter_mut().flat_map(|section| &mut section.fields);
    match fields.into_iter().find(|field| field.id == question.id) {
        Some(field) => field.value = value,
        None => part_of(&mut card.sections, part).fields.push(Field {
            id: question.id.into(),
            label: question.label.into(),
            value,
        }),
    }
}

/// Adds rows to the answer of a question.
pub(super) fn push_rows(dialect: &Dialect, card: &mut Card, id: &str, rows: Vec<Value>) {
    let (Some(part), Some(question)) = (dialect.outline.part_asking(id), dialect.outline.question(id)) else {
        return;
    };
    if rows.is_empty() {
        return;
    }
    let section = part_of(&mut card.sections, part);
    match section.fields.iter_mut().find(|field| field.id == id) {
        Some(Field {
            value: Value::List(old),
            ..
        }) => old.extend(rows),
        Some(Field { value, .. }) if value.is_blank() => *value = Value::List(rows),
        _ => section.fields.push(Field {
            id: question.id.into(),
            label: question.label.into(),
            value: Value::List(rows),
        }),
    }
    let rank = |key: &str| dialect.outline.sections.iter().position(|part| part.key == key);
    card.sections
        .sort_by_key(|section| rank(&section.key).unwrap_or(usize::MAX));
}

/// Datasets with the use that schema v0.0.1 names them by, taken from their names where these tell it, as the
/// toolkit's own "Training Set" and "Validation Set" do.
fn by_use(rows: &[Value]) -> Value {
    let with_use = |row: &Value| -> Option<Value> {
        let Value::Group(members) = row else { return None };
        if row.member("split").is_some() {
            return Some(row.clone());
        }
        let name = row.member("name").and_then(Value::as_text)?.to_lowercase();
        let split = if name.contains("train") {
            "train"
        } else if ["eval", "valid", "test"].iter().any(|word| name.contains(word)) {
            "eval"
        } else {
            return None;
        };
        let mut members = members.clone();
        members.insert(0, ("split".into(), Value::text(split)));
        Some(Value::Group(members))
    };
    let named: Option<Vec<Value>> = rows.iter().map(with_use).collect();
    let distinct = |rows: &Vec<Value>| {
        let splits: Vec<_> = rows.iter().map(|row| row.member("split")).collect();
        splits
            .iter()
            .enumerate()
            .all(|(index, split)| !splits[..index].contains(split))
    };
    Value::List(named.filter(distinct).unwrap_or_else(|| rows.to_vec()))
}

/// A row with one column.
pub(super) fn row(column: &str, text: &str) -> Value {
    Value::Group(vec![(column.to_owned(), Value::text(text))])
}

/// An answer as one text, as WebCards holds it: a list of texts as lines, and whatever has lines or names in it as Markdown,
/// so that different answers stay different. A row that has but the first column of its table is the text there.
fn flat_value(question: &Question, value: &Value) -> Value {
    let bare = match question.kind {
        Kind::Table { columns, .. } => columns.first().map(|column| column.key),
        _ => None,
    };
    let alone = |item: &Value| match item {
        Value::Group(members) => match members.as_slice() {
            [(name, value)] if Some(name.as_str()) == bare => line(value),
            _ => None,
        },
        item => line(item),
    };
    match value {
        Value::Text(_) => value.clone(),
        Value::List(items) => match items.iter().map(alone).collect::<Option<Vec<String>>>() {
            Some(lines) => Value::Text(lines.join("\n")),
            None => Value::text(text_of(value)),
        },
        other => Value::text(text_of(other)),
    }
}

/// A single value that is a line of its own among others.
fn line(value: &Value) -> Option<String> {
    let line = match value {
        Value::List(_) | Value::Group(_) => return None,
        single => text_of(single).into_owned(),
    };
    let is_bullet = line.starts_with(['-', '*', '+']) && line[1..].starts_with([' ', '*']);
    (!is_bullet && !line.contains(['\n', '\r'])).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn different_answers_stay_different_texts() {
        let question = |id: &str| FULL.question(id).unwrap();
        let flat = |id: &str, text: &str| flat_value(question(id), &json::parse(text).unwrap().root.to_value());
        let metrics = "quantitative-analyses.performance_metrics";
        assert_eq!(
            flat(metrics, r#"[{"type": "acc", "value": "0.5"}]"#),
            Value::text("| type | value |\n| --- | --- |\n| acc | 0.5 |")
        );
        assert_ne!(
            flat(metrics, r#"[{"type": "acc", "value": "0.5"}]"#),
            flat(metrics, r#"[{"type": "acc", "slice": "0.5"}]"#)
        );
        assert_eq!(
            flat(metrics, r#"[{"type": "acc"}, {"type": "f1"}]"#),
            Value::text("acc\nf1")
        );
        let users = "intended-use.users";
        assert_eq!(flat(users, r#"["a, b", "c"]"#), Value::text("a, b\nc"));
        assert_eq!(
            flat(users, r#"["a, b", "c\nd", "x"]"#),
            Value::text("- a, b\n- c\n  d\n- x")
        );
    }
}

//! A card made to fit another format, before it is written as a new document.

use std::collections::HashSet;

use super::markdown::known;
use crate::card::check;
use crate::card::outline::{FULL, Kind, Outline, Part, Question};
use crate::card::{Card, Field, Section, field_id};
use crate::json::Value;

/// The card without what is blank.
pub(super) fn without_blanks(card: &Card) -> Card {
    each_value(card, |_, value| value.clone())
}

/// The card with rows and entries where the Model Card Toolkit wants them.
pub(super) fn structured(card: &Card, version_1: bool) -> Card {
    each_value(&into_outline(card, &FULL), |question, value| match question {
        Some(question) => rows(question, value, version_1),
        None => value.clone(),
    })
}

/// The card with lines of text for answers, as WebCards holds them.
pub(super) fn flat(card: &Card) -> Card {
    each_value(&into_outline(card, &FULL), |question, value| match question {
        Some(_) => flat_value(value),
        None => value.clone(),
    })
}

/// The card with its fields named by their labels, as plain JSON and YAML have them.
pub(super) fn named(card: &Card) -> Card {
    let card = without_blanks(card);
    Card {
        sections: card.sections.into_iter().map(named_section).collect(),
    }
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
                let id = known::question(known::section(&section.title)?, words)?;
                outline
                    .question(id)
                    .filter(|question| field.is_custom() && taken.insert(question.id))
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

fn named_section(section: Section) -> Section {
    let is_single = section.fields.len() == 1;
    let mut named: Vec<Field> = Vec::new();
    for field in section.fields {
        let mut label = field.label;
        while named.iter().any(|other| other.label == label) {
            label.push('′');
        }
        let id = if field.id == "+" && is_single {
            field.id
        } else {
            field_id(&label)
        };
        named.push(Field {
            id,
            label,
            value: field.value,
        });
    }
    Section {
        fields: named,
        ..section
    }
}

/// The column that takes a bare text.
fn main_column(id: &str) -> Option<&'static str> {
    Some(match id {
        "model-details.licenses" => "custom_text",
        "model-details.citations" => "citation",
        "model-details.owners" | "training-data.datasets" | "ethical-considerations.ethical_considerations" => "name",
        "quantitative-analyses.performance_metrics" => "type",
        _ => return None,
    })
}

fn rows(question: &Question, value: &Value, version_1: bool) -> Value {
    let licence_as_text = version_1 && question.id == "model-details.licenses";
    let datasets_by_use = version_1 && question.id == "training-data.datasets";
    match (&question.kind, value) {
        (Kind::Table { .. }, Value::List(rows)) if datasets_by_use => by_use(rows),
        (Kind::Table { .. }, Value::Text(text)) if question.id == "model-details.licenses" && !version_1 => {
            match check::licence(text) {
                Some(identifier) => Value::List(vec![row("identifier", identifier)]),
                None => Value::List(vec![row("custom_text", text)]),
            }
        }
        (Kind::Table { .. }, Value::Text(text))
            if question.id == "training-data.datasets" && !version_1 && (text.len() > 80 || text.contains('\n')) =>
        {
            Value::List(vec![row("description", text)])
        }
        (Kind::Table { .. }, Value::Text(text)) => match main_column(question.id) {
            Some(column) => Value::List(vec![row(column, text)]),
            None => value.clone(),
        },
        (Kind::Table { .. }, Value::List(rows)) if licence_as_text && rows.len() == 1 => {
            let texts = ["identifier", "custom_text"].map(|column| rows[0].member(column).and_then(Value::as_text));
            match texts
                .into_iter()
                .flatten()
                .filter(|text| !text.trim().is_empty())
                .collect::<Vec<_>>()
                .as_slice()
            {
                [] => value.clone(),
                texts => Value::List(vec![row("custom_text", &texts.join("\n"))]),
            }
        }
        (Kind::List { .. }, Value::Text(text)) => Value::List(entries(text)),
        _ => value.clone(),
    }
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

fn row(column: &str, text: &str) -> Value {
    Value::Group(vec![(column.to_owned(), Value::text(text))])
}

/// The entries of a text that is nothing but a Markdown list, else the text as one entry.
fn entries(text: &str) -> Vec<Value> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let entries: Option<Vec<Value>> = lines
        .map(|line| line.strip_prefix("- ").or(line.strip_prefix("* ")).map(Value::text))
        .collect();
    entries
        .filter(|entries| !entries.is_empty())
        .unwrap_or_else(|| vec![Value::text(text)])
}

/// Lists and tables of texts as lines, as WebCards holds its answers.
fn flat_value(value: &Value) -> Value {
    fn line(value: &Value) -> String {
        match value {
            Value::Text(text) => text.clone(),
            Value::List(items) => items.iter().map(line).collect::<Vec<_>>().join(", "),
            Value::Group(members) => {
                let parts = members
                    .iter()
                    .map(|(_, value)| line(value))
                    .filter(|part| !part.is_empty());
                parts.collect::<Vec<_>>().join(", ")
            }
            Value::Null => String::new(),
            other => crate::json::to_text(other),
        }
    }
    match value {
        Value::Text(_) => value.clone(),
        Value::List(items) => Value::Text(items.iter().map(line).collect::<Vec<_>>().join("\n")),
        other => Value::Text(line(other)),
    }
}

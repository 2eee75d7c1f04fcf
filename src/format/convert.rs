//! A card made to fit another format, before it is written as a new document.

use super::Format;
use crate::card::outline::{FULL, Kind, Question};
use crate::card::{Card, Field, Section, field_id};
use crate::json::Value;

/// The card as the format would say it: bare text where the format wants rows, lines where it
/// wants text, names instead of ids where it knows no ids. What is blank is left out. Our own
/// format says every card as it is.
pub(super) fn fitted(format: Format, card: &Card) -> Card {
    if format == Format::Native {
        return card.clone();
    }
    let fit = |field: &Field| -> Option<Field> {
        if field.value.is_blank() {
            return None;
        }
        let question = FULL.question(&field.id);
        let value = match (format, question) {
            (Format::ModelCardToolkit1 | Format::ModelCardToolkit2, Some(question)) => {
                structured(question, &field.value, format)
            }
            (Format::WebCards, Some(_)) => flat(&field.value),
            _ => field.value.clone(),
        };
        Some(Field { value, ..field.clone() })
    };
    let sections = card.sections.iter().map(|section| {
        let fields: Vec<Field> = section.fields.iter().filter_map(fit).collect();
        if matches!(format, Format::Json | Format::Yaml) {
            named(section, fields)
        } else {
            Section {
                fields,
                ..section.clone()
            }
        }
    });
    let keep = |section: &Section| format == Format::Native || !section.fields.is_empty();
    Card {
        sections: sections.filter(keep).collect(),
    }
}

/// The section with its fields named by their labels, as plain JSON and YAML have them.
fn named(section: &Section, fields: Vec<Field>) -> Section {
    let mut named: Vec<Field> = Vec::new();
    for field in fields {
        let mut label = field.label.clone();
        while named.iter().any(|other| other.label == label) {
            label.push('′');
        }
        let id = if field.id == "+" && section.fields.len() == 1 {
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
        ..section.clone()
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

fn structured(question: &Question, value: &Value, format: Format) -> Value {
    let licence_as_text = format == Format::ModelCardToolkit1 && question.id == "model-details.licenses";
    let datasets_by_use = format == Format::ModelCardToolkit1 && question.id == "training-data.datasets";
    match (&question.kind, value) {
        (Kind::Table { .. }, Value::List(rows)) if datasets_by_use => by_use(rows),
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
fn flat(value: &Value) -> Value {
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

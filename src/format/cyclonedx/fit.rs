//! A card of any outline as a model component says it: answers in the places of the schema, the rest as properties.

use super::forms::{is_spdx, is_web_address};
use super::wants::METRICS;
use crate::card::{Card, Value, check, picture};
use crate::format::closed::{TEXTS, without_blanks};
use crate::format::convert::{push_rows, rows_of, take_without_place};
use crate::format::dialect::Dialect;
use crate::format::homes::Aside;
use crate::format::markdown::text_of;
use crate::format::measures::gathered;

const REFERENCES: &str = "component.external_references";
pub(super) const PROPERTIES: &str = "properties.card";
pub(super) const LICENCES: &str = "model-details.licenses";

/// The card as a new bill would say it, without what has no place of its own there, and that.
pub(super) fn placed(dialect: &'static Dialect, card: &Card) -> (Card, Vec<Aside>) {
    let mut card = without_blanks(gathered(card, &METRICS).into_owned());
    let references = take_references(&mut card);
    let mut card = dialect.fit(&card);
    for field in card.sections.iter_mut().flat_map(|section| &mut section.fields) {
        let value = std::mem::replace(&mut field.value, Value::Null);
        field.value = match field.id.as_str() {
            LICENCES => each(value, licence),
            "training-data.datasets" => each(value, dataset),
            "quantitative-analyses.graphics" => figures(value),
            PROPERTIES | "properties.component" => named_values(value),
            _ => value,
        };
    }
    let aside = take_without_place(dialect, &mut card);
    push_rows(dialect, &mut card, REFERENCES, references);
    (without_blanks(card), aside)
}

/// The card with these fields among its properties.
pub(super) fn with_aside(dialect: &'static Dialect, mut card: Card, aside: &[Aside]) -> Card {
    push_rows(dialect, &mut card, PROPERTIES, rows_of(aside));
    card
}

/// Takes the web addresses out of answers that the schema has among its external references.
fn take_references(card: &mut Card) -> Vec<Value> {
    const KINDS: [(&str, &str); 2] = [
        ("model-details.path", "distribution"),
        ("model-details.references", "other"),
    ];
    let mut rows = Vec::new();
    for field in card.sections.iter_mut().flat_map(|section| &mut section.fields) {
        let Some((_, kind)) = KINDS.iter().find(|(id, _)| *id == field.id) else {
            continue;
        };
        if let Value::List(mut entries) = TEXTS.fit(field.value.clone()) {
            entries.retain(|entry| match entry.as_text().filter(|text| is_web_address(text)) {
                Some(url) => {
                    let members = [("type", *kind), ("url", url)];
                    let members = members.map(|(name, text)| (name.to_owned(), Value::text(text)));
                    rows.push(Value::Group(members.to_vec()));
                    false
                }
                None => true,
            });
            field.value = Value::List(entries);
        }
    }
    rows
}

fn each(value: Value, change: fn(Value) -> Value) -> Value {
    match value {
        Value::List(rows) => Value::List(rows.into_iter().map(change).collect()),
        other => other,
    }
}

/// A licence whose identifier SPDX knows in its spelling, or else by name; without empty cells.
pub(super) fn licence(row: Value) -> Value {
    let Value::Group(members) = row else { return row };
    let has_text = members
        .iter()
        .any(|(name, value)| name == "custom_text" && !value.is_blank());
    let member = |(name, value): (String, Value)| match (name.as_str(), &value) {
        ("identifier", Value::Text(text)) => match check::licence(text) {
            Some(identifier) => ("identifier".to_owned(), Value::text(identifier)),
            None if has_text || is_spdx(text) => (name, value),
            None => ("custom_text".to_owned(), value),
        },
        _ => (name, value),
    };
    let said = members.into_iter().filter(|(_, value)| !value.is_blank());
    Value::Group(said.map(member).collect())
}

/// A dataset with the names of the schema.
fn dataset(row: Value) -> Value {
    let Value::Group(members) = row else { return row };
    let has = |wanted: &str| members.iter().any(|(name, _)| name == wanted);
    if has("ref") || has("type") {
        return Value::Group(members);
    }
    let property = |name: &str, value: Value| {
        let members = [("name", Value::text(name)), ("value", value)];
        Value::Group(members.map(|(name, value)| (name.to_owned(), value)).to_vec())
    };
    let mut fitted = vec![("type".to_owned(), Value::text("dataset"))];
    let (mut contents, mut properties) = (Vec::new(), Vec::new());
    for (name, value) in members.into_iter().filter(|(_, value)| !value.is_blank()) {
        match (name.as_str(), value) {
            ("link", Value::Text(url)) if is_web_address(&url) => contents.push(("url".to_owned(), Value::Text(url))),
            ("link" | "split", value @ Value::Text(_)) => properties.push(property(&name, value)),
            ("sensitive", value @ Value::Group(_)) => match value.member("sensitive_data") {
                Some(data) => fitted.push(("sensitiveData".to_owned(), TEXTS.fit(data.clone()))),
                None => fitted.push((name, value)),
            },
            (_, value) => fitted.push((name, value)),
        }
    }
    if !properties.is_empty() {
        contents.push(("properties".to_owned(), Value::List(properties)));
    }
    if !contents.is_empty() {
        fitted.push(("contents".to_owned(), Value::Group(contents)));
    }
    Value::Group(fitted)
}

/// Figures whose pictures are attachments.
fn figures(value: Value) -> Value {
    let attachment = |(name, value): (String, Value)| match value {
        Value::Text(text) if name == "image" => {
            let (kind, data) = match picture::sniff(&text) {
                Some(picture::Blob::Picture { media_type, base64 }) => (Some(media_type), base64.into_owned()),
                _ => (None, text),
            };
            let mut members: Vec<(String, Value)> = Vec::new();
            if let Some(kind) = kind {
                members.push(("contentType".into(), Value::text(kind)));
                members.push(("encoding".into(), Value::text("base64")));
            }
            members.push(("content".into(), Value::Text(data)));
            (name, Value::Group(members))
        }
        value => (name, value),
    };
    let row = |row: Value| match row {
        Value::Group(members) => Value::Group(members.into_iter().map(attachment).collect()),
        other => other,
    };
    match value {
        Value::Group(members) => {
            let rows = members.into_iter().map(|(name, value)| match value {
                Value::List(rows) if name == "collection" => (name, Value::List(rows.into_iter().map(row).collect())),
                value => (name, value),
            });
            Value::Group(rows.collect())
        }
        other => other,
    }
}

/// Properties that stand as one group of names with values.
fn named_values(value: Value) -> Value {
    let rows = |members: Vec<(String, Value)>| {
        let row = |(name, value): (String, Value)| {
            let value = Value::text(text_of(&value));
            Value::Group(vec![
                ("name".to_owned(), Value::Text(name)),
                ("value".to_owned(), value),
            ])
        };
        Value::List(members.into_iter().map(row).collect())
    };
    match value {
        Value::List(mut items) => match items.pop() {
            Some(Value::Group(members)) if items.is_empty() && !members.iter().any(|(name, _)| name == "name") => {
                rows(members)
            }
            last => Value::List(items.into_iter().chain(last).collect()),
        },
        other => other,
    }
}

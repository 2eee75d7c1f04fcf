//! Our own JSON: everything a card holds, in its order.
//!
//! ```json
//! {"format": "cartellino", "version": 1, "outline": "full", "sections": [
//!   {"key": "model-details", "title": "Model details", "fields": [
//!     {"id": "model-details.name", "label": "Name", "value": "retina-grader"}]}]}
//! ```
//!
//! `version` counts incompatible changes of this shape; this program reads and writes version 1.
//! Members that are not named here are kept when a file is edited.

use std::collections::{HashMap, HashSet};

use super::dialect::Placed;
use super::file::File;
use super::lens::{About, Certainty, Lens, Notation, Parts, Readers};
use super::steps::rearrange;
use super::{ReadError, findings, outline_of};
use crate::card::outline::{self, Outline};
use crate::card::{Card, Field, Section, stored};
use crate::json::{self, Kind, Node, Value};

/// The version written.
pub(super) const VERSION: &str = "1";

/// The JSON Schema (2020-12) of this version, for other people's programs.
pub const SCHEMA: &str = include_str!("../../docs/schema/cartellino-1.json");

/// Our own JSON.
pub(super) struct Native;

impl Lens for Native {
    fn about(&self) -> &'static About {
        &About {
            id: "cartellino",
            name: "Cartellino JSON",
            mark: "cartellino",
            notation: Notation::Json,
            purpose: "Our own format. Holds every section and field; you can upload it here again.",
            readers: Readers::Programs,
            can_read: true,
        }
    }

    fn recognise(&self, file: &File) -> Certainty {
        Certainty::Is.when(
            file.tree()
                .is_ok_and(|tree| resembles(tree) && version(tree).as_deref() == Some(VERSION)),
        )
    }

    fn read(&self, file: &File) -> Result<Parts, ReadError> {
        let tree = file.tree()?;
        let outline = outline(tree);
        let (card, placed, odd) = read(tree, outline);
        let odd = findings::of_odd_parts(tree, &odd);
        Ok(Parts::of_tree(tree, outline, (card, placed), odd))
    }

    fn write_into(&self, file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        let tree = file.tree()?;
        let outline = outline(tree);
        Ok(tree.write(&write(tree.to_value(), card, outline)))
    }

    fn write_new(&self, card: &Card) -> Vec<u8> {
        (json::to_pretty_text(&new_document(card, outline_of(card).key)) + "\n").into_bytes()
    }

    fn fit(&self, card: &Card) -> Card {
        card.clone()
    }
}

/// Whether a document says that it is one.
pub(super) fn resembles(root: &Node) -> bool {
    root.member("format")
        .is_some_and(|node| matches!(&node.kind, Kind::Text(name) if name == "cartellino"))
}

/// The version that a document names.
pub(super) fn version(root: &Node) -> Option<String> {
    root.member("version")
        .map(|node| crate::json::to_text(&node.to_value()))
}

/// The outline that a document names, or the full one.
fn outline(root: &Node) -> &'static Outline {
    match root.member("outline").map(|node| &node.kind) {
        Some(Kind::Text(key)) => outline::find(key).unwrap_or(&outline::FULL),
        _ => &outline::FULL,
    }
}

/// The card, the byte offset of each field's value, and the byte offsets of what is no section or field.
fn read(root: &Node, outline: &Outline) -> (Card, Placed, Vec<usize>) {
    let (mut card, mut placed, mut odd) = (Card::default(), Vec::new(), Vec::new());
    for node in list(root.member("sections")) {
        let (Some(key), Some(title)) = (text(node, "key"), text(node, "title")) else {
            odd.push(node.span.start);
            continue;
        };
        if card.section(key).is_some() || !is_key(key) {
            odd.push(node.span.start);
            continue;
        }
        let mut section = Section {
            key: key.into(),
            title: title.into(),
            fields: Vec::new(),
        };
        for field_node in list(node.member("fields")) {
            match field_of(field_node.to_value(), outline) {
                Some(field) if section.field(&field.id).is_none() => {
                    placed.push((key.to_owned(), field.id.clone(), field_node.span.start));
                    section.fields.push(field);
                }
                _ => odd.push(field_node.span.start),
            }
        }
        card.sections.push(section);
    }
    (card, placed, odd)
}

/// Whether a text can be a section's word in an address.
fn is_key(key: &str) -> bool {
    !key.is_empty()
        && key.len() <= 100
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// A new document with the card.
fn new_document(card: &Card, outline: &str) -> Value {
    let sections = card.sections.iter().map(new_section).collect();
    Value::Group(vec![
        ("format".into(), Value::text("cartellino")),
        ("version".into(), Value::Number(VERSION.into())),
        ("outline".into(), Value::text(outline)),
        ("sections".into(), Value::List(sections)),
    ])
}

fn new_section(section: &Section) -> Value {
    Value::Group(vec![
        ("key".into(), Value::text(&section.key)),
        ("title".into(), Value::text(&section.title)),
        (
            "fields".into(),
            Value::List(section.fields.iter().map(stored::to_value).collect()),
        ),
    ])
}

/// The document with the card's sections and fields in it. What is no section or field stays where it is.
fn write(document: Value, card: &Card, outline: &Outline) -> Value {
    let Value::Group(mut members) = document else {
        return document;
    };
    let place = members.iter().position(|(name, _)| name == "sections");
    let before = place.map(|place| std::mem::replace(&mut members[place].1, Value::Null));
    let is_there = |section: &Section| {
        let mut items = match &before {
            Some(Value::List(items)) => items.iter(),
            _ => [].iter(),
        };
        items.any(|item| has(item, "key", &section.key))
    };
    // A section that the outline asks for and nobody has filled in comes with the outline, not with the file.
    let is_asked_only = |section: &Section| {
        let part = outline.part(&section.key);
        section.fields.is_empty() && part.is_some_and(|part| part.title == section.title)
    };
    let wanted = card.sections.iter();
    let wanted = wanted.filter(|section| !is_asked_only(section) || is_there(section));
    let wanted: Vec<_> = wanted.map(|section| (section.key.as_str(), section)).collect();
    let after = write_list(
        before,
        section_key,
        wanted,
        |old, section| write_section(old, section, outline),
        new_section,
    );
    match (place, after) {
        (Some(place), Some(after)) => members[place].1 = after,
        (None, Some(after)) => members.push(("sections".into(), after)),
        (_, None) => {}
    }
    Value::Group(members)
}

fn write_section(old: Value, section: &Section, outline: &Outline) -> Value {
    let Value::Group(mut members) = old else { return old };
    if let Some((_, title)) = members.iter_mut().find(|(name, _)| name == "title") {
        *title = Value::text(&section.title);
    }
    let place = members.iter().position(|(name, _)| name == "fields");
    let before = place.map(|place| std::mem::replace(&mut members[place].1, Value::Null));
    let wanted = section.fields.iter();
    let wanted = wanted.map(|field| (field.id.as_str(), field));
    let after = write_list(
        before,
        field_id,
        wanted.collect(),
        |old, field| write_field(old, field, outline),
        stored::to_value,
    );
    match (place, after) {
        (Some(place), Some(after)) => members[place].1 = after,
        (None, Some(after)) => members.push(("fields".into(), after)),
        (_, None) => {}
    }
    Value::Group(members)
}

/// A list of sections or fields with the wanted ones in it, each in the place of the first old one of its id, which it
/// continues. Nothing, or something else than a list, stays when nothing is wanted.
fn write_list<T>(
    before: Option<Value>,
    id_of: fn(&Value) -> Option<String>,
    wanted: Vec<(&str, &T)>,
    write: impl Fn(Value, &T) -> Value,
    new: fn(&T) -> Value,
) -> Option<Value> {
    let items = match before {
        Some(Value::List(items)) => items,
        other if wanted.is_empty() => return other,
        _ => Vec::new(),
    };
    let ids: Vec<Option<String>> = items.iter().map(id_of).collect();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (index, id) in ids.iter().enumerate() {
        if let Some(id) = id {
            places.entry(id).or_insert(index);
        }
    }
    let kept: HashSet<&str> = wanted.iter().map(|(id, _)| *id).collect();
    // A second one of the same id is not shown and stays, but it goes with the first: else it would come up instead.
    let is_mine = |index: usize| {
        let id = ids[index].as_deref();
        id.is_some_and(|id| places.get(id) == Some(&index) || !kept.contains(id))
    };
    let wanted = wanted.iter().map(|(id, wanted)| match places.get(id) {
        Some(place) => (Some(*place), write(items[*place].clone(), wanted)),
        None => (None, new(wanted)),
    });
    let wanted = wanted.collect();
    Some(Value::List(rearrange(items, is_mine, wanted)))
}

/// The key of an item that is read as a section.
fn section_key(item: &Value) -> Option<String> {
    let key = item.member("key").and_then(Value::as_text)?;
    item.member("title").and_then(Value::as_text)?;
    is_key(key).then(|| key.to_owned())
}

/// The id of an item that is read as a field.
fn field_id(item: &Value) -> Option<String> {
    stored::from_value(item.clone()).map(|field| field.id)
}

/// The field that an item is read as; one without a label has that of its question.
fn field_of(item: Value, outline: &Outline) -> Option<Field> {
    let is_label = |(name, value): &(String, Value)| name == "label" && value.as_text().is_some();
    let is_labelled = matches!(&item, Value::Group(members) if members.iter().any(is_label));
    let field = stored::from_value(item)?;
    Some(match outline.question(&field.id).filter(|_| !is_labelled) {
        Some(question) => Field {
            label: question.label.into(),
            ..field
        },
        None => field,
    })
}

fn write_field(old: Value, field: &Field, outline: &Outline) -> Value {
    let Some(before) = field_of(old.clone(), outline) else {
        return old;
    };
    let put = |group: Value, name: &str, value: Value| {
        let Value::Group(mut members) = group else { return group };
        // Of members with one name, the last one counts.
        match members.iter_mut().rev().find(|(key, _)| key == name) {
            Some((_, place)) => *place = value,
            None => members.push((name.to_owned(), value)),
        }
        Value::Group(members)
    };
    let mut written = old;
    if before.label != field.label {
        written = put(written, "label", Value::text(&field.label));
    }
    if before.value != field.value {
        written = put(written, "value", field.value.clone());
    }
    written
}

fn has(item: &Value, name: &str, text: &str) -> bool {
    item.member(name).and_then(Value::as_text) == Some(text)
}

fn text<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    match node.member(name).map(|node| &node.kind) {
        Some(Kind::Text(text)) => Some(text),
        _ => None,
    }
}

fn list(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.kind) {
        Some(Kind::List(items)) => items,
        _ => &[],
    }
}

#[cfg(test)]
mod tests;

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

use super::dialect::Placed;
use super::file::File;
use super::lens::{About, Certainty, Lens, Notation, Parts};
use super::{ReadError, findings, outline_of};
use crate::card::outline::{self, Outline};
use crate::card::{Card, Field, Section, stored};
use crate::json::{self, Kind, Node, Value};

/// The version written.
pub(super) const VERSION: &str = "1";

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
        let (card, placed, odd) = read(tree);
        let odd = findings::of_odd_parts(tree, &odd);
        Ok(Parts::of_tree(tree, outline(tree), (card, placed), odd))
    }

    fn write_into(&self, file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        let tree = file.tree()?;
        Ok(tree.write(&write(tree.to_value(), card)))
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
fn read(root: &Node) -> (Card, Placed, Vec<usize>) {
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
            match stored::from_value(field_node.to_value()) {
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

/// The document with the card's sections and fields in it.
fn write(document: Value, card: &Card) -> Value {
    let Value::Group(mut members) = document else {
        return document;
    };
    let old = members.iter().position(|(name, _)| name == "sections");
    let before = match old.map(|index| std::mem::replace(&mut members[index].1, Value::Null)) {
        Some(Value::List(items)) => items,
        _ => Vec::new(),
    };
    let find = |before: &[Value], key: &str| before.iter().find(|item| has(item, "key", key)).cloned();
    let mut sections: Vec<Value> = card
        .sections
        .iter()
        .map(|section| match find(&before, &section.key) {
            Some(old) => write_section(old, section),
            None => new_section(section),
        })
        .collect();
    sections.extend(
        before
            .into_iter()
            .filter(|item| item.member("key").and_then(Value::as_text).is_none()),
    );
    match old {
        Some(index) => members[index].1 = Value::List(sections),
        None => members.push(("sections".into(), Value::List(sections))),
    }
    Value::Group(members)
}

fn write_section(old: Value, section: &Section) -> Value {
    let before = match old.member("fields") {
        Some(Value::List(items)) => items.clone(),
        _ => Vec::new(),
    };
    let mut fields: Vec<Value> = section
        .fields
        .iter()
        .map(|field| match before.iter().find(|item| has(item, "id", &field.id)) {
            Some(item) => write_field(item.clone(), field),
            None => stored::to_value(field),
        })
        .collect();
    fields.extend(
        before
            .into_iter()
            .filter(|item| stored::from_value(item.clone()).is_none()),
    );
    let with_title = put(old, "title", Value::text(&section.title));
    put(with_title, "fields", Value::List(fields))
}

fn write_field(old: Value, field: &Field) -> Value {
    let old = match old.member("label").and_then(Value::as_text) {
        None if field.label == field.id => old,
        _ => put(old, "label", Value::text(&field.label)),
    };
    put(old, "value", field.value.clone())
}

/// The group with its first member of that name replaced, or the member added.
fn put(group: Value, name: &str, value: Value) -> Value {
    let Value::Group(mut members) = group else { return group };
    match members.iter_mut().find(|(key, _)| key == name) {
        Some((_, place)) => *place = value,
        None => members.push((name.to_owned(), value)),
    }
    Value::Group(members)
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

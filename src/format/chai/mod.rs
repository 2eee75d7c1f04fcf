//! CHAI Applied Model Card, XML Schema v0.1 and v0.2 (coalition-for-health-ai/mc-schema, `v0.1/schema.xsd` and
//! `v0.2/schema.xsd`).
//!
//! The schema wants every element in its place and no others. So in a file that is edited, new elements go where the
//! schema's sequence has them, and what the schema has no element for is left out and named by the losses; what a file
//! has beyond the schema stays in it.

mod rows;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::closed::{Want, entries};
use super::dialect::{Dialect, Place, Shape};
use super::file::File;
use super::findings::{note, problem};
use super::lens::{About, Certainty, Lens, Notation, Parts, Readers};
use super::steps::{Step, set};
use super::tree::Tree;
use super::xml::XmlSource;
use super::{Finding, Home, Manner, ReadError, convert, markdown};
use crate::card::outline::HEALTH;
use crate::card::{Card, Field, Section};
use crate::json::Value;
use crate::locale::Sentence;
use crate::say;
use crate::xml;
use rows::{CONTAINERS, RESULT, ROWS, Row};

/// The dialect of schema v0.1.
static VERSION_1: LazyLock<Dialect> = LazyLock::new(|| dialect(Chai::Version1));
/// The dialect of schema v0.2.
static VERSION_2: LazyLock<Dialect> = LazyLock::new(|| dialect(Chai::Version2));

/// The format, in one of its versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chai {
    /// Schema v0.1.
    Version1,
    /// Schema v0.2.
    Version2,
}

/// The root element.
const ROOT: &str = "AppliedModelCard";

/// How the namespace of every version begins; the version and `/schema.xsd` follow.
const NAMESPACE: &str = "https://mc.chai.org/";

fn dialect(version: Chai) -> Dialect {
    let place = |row: &Row| Place {
        id: row.id,
        path: row.path.split('/').collect(),
        shape: row.shape,
        native: true,
        want: &Want::Anything,
    };
    Dialect {
        outline: &HEALTH,
        hidden: &["ds:Signature", "Signature", "dsig:Signature"],
        containers: CONTAINERS.to_vec(),
        places: version.rows().map(place).collect(),
    }
}

impl Chai {
    fn rows(self) -> impl Iterator<Item = &'static Row> {
        let rows = ROWS.iter();
        rows.filter(move |row| row.only.is_none_or(|only| only == self))
    }

    fn dialect(self) -> &'static Dialect {
        match self {
            Self::Version1 => &VERSION_1,
            Self::Version2 => &VERSION_2,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Version1 => "v0.1",
            Self::Version2 => "v0.2",
        }
    }

    /// An answer as the element of this version holds it.
    fn fitted(self, row: &Row, value: &Value) -> Value {
        match row.shape {
            Shape::Listed(RESULT) => Value::List(results(value)),
            Shape::Listed(_) => {
                let entries = match value {
                    Value::List(items) => items.iter().map(|item| Value::text(markdown::text_of(item))).collect(),
                    value if value.is_blank() => Vec::new(),
                    value => entries(&markdown::text_of(value)),
                };
                Value::List(entries)
            }
            // Rows without an answer are none.
            _ if value.is_blank() => Value::text(""),
            _ => Value::text(markdown::text_of(value)),
        }
    }

    /// The card with answers as a file holds them. `old` is what the file says; an answer that is not changed is left alone.
    fn said(self, old: &Card, card: &Card) -> Card {
        let rows: HashMap<&str, &Row> = self.rows().map(|row| (row.id, row)).collect();
        let sections = card.sections.iter().map(|section| {
            let before = old.section(&section.key);
            let fields = section.fields.iter().map(|field| {
                let before = before.and_then(|section| section.field(&field.id));
                let value = match (before, rows.get(field.id.as_str())) {
                    (Some(before), _) if before.value == field.value => field.value.clone(),
                    (_, Some(row)) => self.fitted(row, &field.value),
                    (Some(_), None) => xml::normal_entry(&field.value),
                    (None, None) => field.value.clone(),
                };
                Field { value, ..field.clone() }
            });
            Section {
                fields: fields.collect(),
                ..section.clone()
            }
        });
        Card {
            sections: sections.collect(),
        }
    }

    /// The elements that the schema requires, empty.
    fn skeleton(self) -> Value {
        let mut document = Value::Group(Vec::new());
        for row in self.rows().filter(|row| row.required) {
            let steps: Vec<Step> = row.path.split('/').map(Step::first).collect();
            let blank = self.fitted(row, &Value::Null);
            set(&mut document, &steps, row.shape.shaped(&blank).unwrap_or(blank));
        }
        document
    }

    /// Which place a child has in the sequence of its parent; both are paths.
    fn rank(self, path: &str) -> Option<usize> {
        let leads =
            |row: &Row| row.path == path || row.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'));
        self.rows().position(leads)
    }

    /// The document with the members that it did not have before in the order of the schema.
    fn in_order(self, new: Value, old: Option<&Value>, path: &str) -> Value {
        let Value::Group(members) = new else { return new };
        let below = |name: &str| {
            if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}/{name}")
            }
        };
        let mut ordered: Vec<(String, Value)> = Vec::with_capacity(members.len());
        let mut added = Vec::new();
        for (name, value) in members {
            let before = old.and_then(|old| old.member(&name));
            let is_new = before.is_none();
            let inner = match self.rank(&below(&name)) {
                Some(_) => self.in_order(value, before, &below(&name)),
                None => value,
            };
            if is_new {
                added.push((name, inner))
            } else {
                ordered.push((name, inner))
            }
        }
        for (name, value) in added {
            let rank = self.rank(&below(&name));
            let next = ordered.iter().position(|(other, _)| {
                let signature = other.rsplit(':').next() == Some("Signature");
                rank.is_some() && (signature || self.rank(&below(other)) > rank)
            });
            ordered.insert(next.unwrap_or(ordered.len()), (name, value));
        }
        Value::Group(ordered)
    }

    /// What is odd in a card.
    fn findings(self, source: &XmlSource) -> Vec<Finding> {
        let line = |at: usize| Some(crate::json::position(&source.text, at).0);
        let mut findings = Vec::new();
        let version = version(source);
        if version != self.word() {
            let message = say!(
                "The namespace names version “{version}”, which is not known here; the card is read as {word}.",
                version,
                word = self.word()
            );
            findings.push(problem(
                line(source.document.root.span.start),
                Sentence::as_written("version"),
                message,
            ));
        }
        let xml::Document { root, .. } = &source.document;
        for piece in &root.pieces {
            let xml::PieceKind::Element(element) = &piece.kind else {
                continue;
            };
            let name = &source.text[element.name.clone()];
            if name.rsplit(':').next() == Some("Signature") {
                let message = say!(
                    "The card is signed. Any edit makes the signature invalid; sign the card again afterwards. \
                               Unedited, it is downloaded byte for byte."
                );
                findings.push(problem(line(element.span.start), Sentence::as_written(name), message));
            } else if self.rank(name).is_none() {
                let message =
                    say!("The schema of the Applied Model Card has no such element. It is kept as a section.");
                findings.push(note(line(element.span.start), Sentence::as_written(name), message));
            }
        }
        findings
    }
}

/// Results as rows of a label and a value in JSON; the schema wants one at least.
fn results(value: &Value) -> Vec<Value> {
    let row = |label: Value, value: Value| Value::Group(vec![("Label".into(), label), ("ValueJson".into(), value)]);
    let cell = |item: &Value, name: &str| Value::text(item.member(name).map(markdown::text_of).unwrap_or_default());
    let rows: Vec<Value> = match value {
        Value::List(items) => {
            let is_result = |item: &Value| item.member("Label").or(item.member("ValueJson")).is_some();
            let rows = items.iter().map(|item| match item {
                item if is_result(item) => row(cell(item, "Label"), cell(item, "ValueJson")),
                item => told(&markdown::text_of(item), row),
            });
            rows.collect()
        }
        value if value.is_blank() => Vec::new(),
        value => vec![told(&markdown::text_of(value), row)],
    };
    match rows.is_empty() {
        true => vec![row(Value::text(""), Value::text(""))],
        false => rows,
    }
}

/// Results in words, as v0.1 has them: JSON text, so that readers of v0.2 can read it.
fn told(text: &str, row: impl Fn(Value, Value) -> Value) -> Value {
    row(
        Value::text("In words"),
        Value::text(crate::json::to_text(&Value::text(text))),
    )
}

/// The version in the namespace.
fn version(source: &XmlSource) -> &str {
    let version = source
        .namespace()
        .strip_prefix(NAMESPACE)
        .and_then(|rest| rest.split('/').next());
    version.unwrap_or_default()
}

/// The card without what is no answer to a question and was not in the file: the schema has no place for it.
fn without_new_own(old: &Card, card: &Card) -> Card {
    let sections = card.sections.iter().filter_map(|section| {
        let before = old.section(&section.key);
        let is_kept =
            |field: &&Field| !field.is_custom() || before.is_some_and(|before| before.field(&field.id).is_some());
        let is_known = HEALTH.part(&section.key).is_some() || before.is_some();
        is_known.then(|| Section {
            fields: section.fields.iter().filter(is_kept).cloned().collect(),
            ..section.clone()
        })
    });
    Card {
        sections: sections.collect(),
    }
}

fn source_of(tree: &Tree) -> Option<&XmlSource> {
    match tree {
        Tree::Xml(source) => Some(source),
        _ => None,
    }
}

impl Lens for Chai {
    fn about(&self) -> &'static About {
        match self {
            Self::Version1 => &About {
                id: "chai-0.1",
                name: "CHAI Applied Model Card 0.1",
                mark: "chai-0.1",
                notation: Notation::Xml,
                purpose: "For tools that read the older schema of the Coalition for Health AI.",
                readers: Readers::Few,
                can_read: true,
            },
            Self::Version2 => &About {
                id: "chai-0.2",
                name: "CHAI Applied Model Card 0.2",
                mark: "chai-0.2",
                notation: Notation::Xml,
                purpose: "For the registry of the Coalition for Health AI, and hospitals that ask for its card.",
                readers: Readers::Few,
                can_read: true,
            },
        }
    }

    fn recognise(&self, file: &File) -> Certainty {
        let Some(source) = file.is_xml().then(|| file.xml().ok().and_then(source_of)).flatten() else {
            return Certainty::None;
        };
        let is_card = source.root() == ROOT && source.namespace().starts_with(NAMESPACE);
        let is_older = version(source) == Self::Version1.word();
        Certainty::Is.when(is_card && is_older == (*self == Self::Version1))
    }

    fn read(&self, file: &File) -> Result<Parts, ReadError> {
        let (tree, dialect) = (file.xml()?, self.dialect());
        let odd = source_of(tree).map(|source| self.findings(source)).unwrap_or_default();
        Ok(Parts::of_tree(tree, dialect.outline, dialect.read(tree), odd))
    }

    fn write_into(&self, file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        let (tree, dialect) = (file.xml()?, self.dialect());
        let (old, _) = dialect.read(tree);
        let mut card = self.said(&old, &without_new_own(&old, card));
        // What is taken out stays as an empty element where the schema requires one.
        for row in self.rows().filter(|row| row.required) {
            if let (Some(_), None, Some(part)) = (old.value(row.id), card.value(row.id), HEALTH.part_asking(row.id)) {
                let field = Field {
                    id: row.id.into(),
                    label: String::new(),
                    value: self.fitted(row, &Value::Null),
                };
                match card.sections.iter_mut().find(|section| section.key == part.key) {
                    Some(section) => section.fields.push(field),
                    None => card.sections.push(Section {
                        key: part.key.into(),
                        title: part.title.into(),
                        fields: vec![field],
                    }),
                }
            }
        }
        let before = tree.to_value();
        let after = dialect.write(before.clone(), &old, &card, false);
        Ok(tree.write(&self.in_order(after, Some(&before), "")))
    }

    fn write_new(&self, card: &Card) -> Vec<u8> {
        let skeleton = self.skeleton();
        let card = self.said(&Card::default(), card);
        let written = self.dialect().write(skeleton.clone(), &Card::default(), &card, true);
        let document = self.in_order(written, Some(&skeleton), "");
        let namespace = format!("{NAMESPACE}{}/schema.xsd", self.word());
        xml::to_text(ROOT, Some(&namespace), &document).into_bytes()
    }

    fn fit(&self, card: &Card) -> Card {
        let card = convert::without_blanks(&convert::into_outline(card, &HEALTH));
        self.said(&Card::default(), &card)
    }

    fn spells(&self, c: char) -> bool {
        xml::is_allowed(c)
    }

    fn homes(&self) -> &'static [Home] {
        &[Home {
            id: "summary",
            name: "the summary, as an appendix",
            manner: Manner::Appendix("model-details.overview"),
        }]
    }

    fn settled(&self, file: &File, card: &Card) -> Card {
        match file.xml() {
            Ok(tree) => self.said(&self.dialect().read(tree).0, card),
            Err(_) => card.clone(),
        }
    }
}

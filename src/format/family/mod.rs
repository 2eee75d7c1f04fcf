//! Families of cards that few people have, each told as data: the places of its answers, what its own readers want there, and
//! a document without answers.
//!
//! A [`Family`] is a lens; one file here holds one family.

mod allennlp;
mod bridge2ai;
mod findings;
mod flat;
mod monai;
mod open_model_card;
mod patra;
mod rt_ai;
#[cfg(test)]
mod tests;

pub(super) use allennlp::ALLENNLP;
pub(super) use bridge2ai::BRIDGE2AI;
pub(super) use monai::MONAI;
pub(super) use open_model_card::OPEN_MODEL_CARD;
pub(super) use patra::PATRA;
pub(super) use rt_ai::RT_AI;

use std::borrow::Cow;

use super::closed::{TEXT, Want};
use super::dialect::{Dialect, Place, Row, Shape};
use super::file::File;
use super::lens::{About, Certainty, Lens, Notation, Parts};
use super::measures::gathered_from_page;
use super::{Home, Manner, ReadError};
use crate::card::outline::{self, FREE, Outline};
use crate::card::{Card, names, results};
use crate::json::{self, Kind, Node, Value};
use crate::word;
use crate::yaml;

/// A family of cards.
pub(super) struct Family {
    about: &'static About,
    /// Whether a document is of this family.
    resembles: fn(&Node) -> bool,
    /// The places of a document; of a new one, when there is none.
    dialect: fn(Option<&Node>) -> &'static Dialect,
    /// A document without answers, in JSON, in the order of the family's own tools.
    blank: &'static str,
    /// Members without which the family's own readers refuse a document.
    required: &'static [&'static [&'static str]],
    /// When the family's schema refuses members that it does not name: those that it names beyond the questions.
    closed: Option<&'static [&'static [&'static str]]>,
    /// How documents of another build are looked at as documents of the family.
    view: Option<View>,
    /// Puts into a new document what it says without being asked.
    finish: fn(&mut Value),
}

/// How documents of another build are looked at, and edited.
struct View {
    /// The document as one of the family; `None` when it has the usual build.
    of: fn(&Node) -> Option<Node>,
    /// The document with what an edited view says.
    back: fn(Value, Value) -> Value,
}

/// A row of a table of places whose answer is a text.
const fn text(id: &'static str, path: &'static [&'static str]) -> Row {
    same(id, path, &TEXT)
}

/// One whose answer looks in the document as in a card.
const fn same(id: &'static str, path: &'static [&'static str], want: &'static Want) -> Row {
    (id, path, Shape::Same, want)
}

/// A date as schemas have it (RFC 3339, full-date).
const DATE: Want = Want::form(word!("A date such as 2026-01-31"), |text| {
    chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok() && text.len() == 10
});

/// For documents of a family that hold something else than one card: shown as they are.
static AS_IT_IS: Dialect = Dialect {
    outline: &FREE,
    hidden: &[],
    containers: Vec::new(),
    places: Vec::new(),
};

impl Lens for Family {
    fn about(&self) -> &'static About {
        self.about
    }

    fn recognise(&self, file: &File) -> Certainty {
        Certainty::Is.when(file.tree().is_ok_and(|tree| (self.resembles)(tree)))
    }

    fn read(&self, file: &File) -> Result<Parts, ReadError> {
        let tree = file.tree()?;
        let view = self.view(tree);
        let root = view.as_ref().unwrap_or(tree);
        let dialect = (self.dialect)(Some(root));
        let odd = findings::of_family(tree, root, self, dialect);
        Ok(Parts::of_tree(tree, dialect.outline, dialect.read(root), odd))
    }

    fn write_into(&self, file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        let tree = file.tree()?;
        let view = self.view(tree);
        let root = view.as_ref().unwrap_or(tree);
        let dialect = (self.dialect)(Some(root));
        let (old, _) = dialect.read(root);
        let written = dialect.write(root.to_value(), &old, card, false);
        Ok(tree.write(&match &self.view {
            Some(other) if view.is_some() => (other.back)(tree.to_value(), written),
            _ => written,
        }))
    }

    fn write_new(&self, card: &Card) -> Vec<u8> {
        let blank =
            json::parse(self.blank).map_or_else(|_| Value::Group(Vec::new()), |document| document.root.to_value());
        let mut document = (self.dialect)(None).write(blank, &Card::default(), card, true);
        (self.finish)(&mut document);
        match self.about.notation {
            Notation::Yaml => yaml::to_text(&document).into_bytes(),
            _ => (json::to_pretty_text(&document) + "\n").into_bytes(),
        }
    }

    fn fit(&self, card: &Card) -> Card {
        let dialect = (self.dialect)(None);
        let table = dialect.places.iter().find(|place| place.id == results::QUESTION);
        let card = match table {
            Some(table) => gathered_from_page(card, table.want),
            None => Cow::Borrowed(card),
        };
        let mut card = super::convert::into_outline(&card, dialect.outline);
        for field in card.sections.iter_mut().flat_map(|section| &mut section.fields) {
            let wants_text = dialect
                .places
                .iter()
                .any(|place| place.id == field.id && wants_text(place.want));
            let is_line = matches!(
                dialect.outline.question(&field.id).map(|question| &question.kind),
                Some(outline::Kind::Line | outline::Kind::Link | outline::Kind::Choice { .. })
            );
            if wants_text && let Some(text) = as_line(&field.value, is_line) {
                field.value = Value::Text(text);
            }
        }
        dialect.fit(&card)
    }

    fn homes(&self) -> &'static [Home] {
        &[Home {
            id: "description",
            name: "the description, as an appendix",
            manner: Manner::Appendix("model-details.overview"),
        }]
    }
}

impl Family {
    /// The document as one of the family, when it is built in another way.
    fn view(&self, root: &Node) -> Option<Node> {
        self.view.as_ref().and_then(|view| (view.of)(root))
    }
}

fn wants_text(want: &Want) -> bool {
    match want {
        Want::Text(_) | Want::OneOf(_) => true,
        Want::Either(wants) => wants.first().is_some_and(wants_text),
        _ => false,
    }
}

/// A list or table that says no more than a text does: a row with one text, or for a line short entries with commas.
fn as_line(value: &Value, is_line: bool) -> Option<String> {
    let Value::List(items) = value else { return None };
    let texts: Vec<&str> = items.iter().map(only_text).collect::<Option<_>>()?;
    match texts.as_slice() {
        [one] => Some((*one).to_owned()),
        texts if is_line && texts.iter().all(|text| !text.contains([',', '\n'])) => Some(texts.join(", ")),
        _ => None,
    }
}

fn only_text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Group(members) => {
            let mut said = members.iter().filter(|(_, value)| !value.is_blank());
            match (said.next(), said.next()) {
                (Some((_, Value::Text(text))), None) => Some(text),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The dialect of a family. A question without a place of the family's own, and a further field of a section, stand in the
/// member that belongs to the section: the one named here, else one of the section's own name.
fn dialect(
    outline: &'static Outline,
    hidden: &'static [&'static str],
    containers: &[(&'static str, &'static str)],
    rows: &[Row],
) -> Dialect {
    let mut places: Vec<Place> = rows.iter().map(Place::native).collect();
    let containers: Vec<(&str, &str)> = outline
        .sections
        .iter()
        .map(|part| {
            let named = containers.iter().find(|(key, _)| *key == part.key);
            (part.key, named.map_or(part.key, |(_, name)| name))
        })
        .collect();
    for (part, (_, container)) in outline.sections.iter().zip(&containers) {
        for question in part.questions {
            let word = question.id.rsplit('.').next().unwrap_or(question.id);
            if !places.iter().any(|place| place.id == question.id) {
                places.push(Place::beyond(question.id, vec![container, word]));
            }
        }
    }
    Dialect {
        outline,
        hidden,
        containers,
        places,
    }
}

fn has(root: &Node, names: &[&str]) -> bool {
    names.iter().all(|name| root.member(name).is_some())
}

fn is_group(root: &Node, name: &str) -> bool {
    root.member(name)
        .is_some_and(|node| matches!(node.kind, Kind::Group(_)))
}

/// Gives a document an identifier made from its name, when it has none.
fn identify(document: &mut Value, name: &str) {
    let name = document.member(name).and_then(Value::as_text);
    let word = name.filter(|name| !name.trim().is_empty()).map(names::slug);
    if let Value::Group(members) = document
        && let Some((_, id)) = members.iter_mut().find(|(name, _)| name == "id")
        && id.is_blank()
        && let Some(word) = word.filter(|word| !word.is_empty())
    {
        *id = Value::Text(word);
    }
}

fn nothing(_: &mut Value) {}

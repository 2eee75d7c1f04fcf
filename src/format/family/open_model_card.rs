//! The Open Model Card (`.omc`): an entry in a catalogue of models, or several of them.
//!
//! Places after the JSON Schema 0.1 of openmodelcard/spec. It is open: members that it does not name are kept. A collection
//! is no single card; it is shown as it is.

use std::sync::LazyLock;

use super::{AS_IT_IS, DATE, Family, dialect, has, identify, text};
use crate::card::outline::{self, MODALITIES};
use crate::format::closed::{TEXTS, Want};
use crate::format::dialect::{Dialect, Row, Shape};
use crate::format::lens::{About, Notation, Readers};
use crate::json::{Kind, Node};
use crate::word;

/// The Open Model Card.
pub(in crate::format) static OPEN_MODEL_CARD: Family = Family {
    about: &About {
        id: "open-model-card",
        name: "Open Model Card",
        mark: "omc",
        notation: Notation::Json,
        purpose: "For catalogues that read Open Model Card files (.omc).",
        readers: Readers::Few,
        can_read: true,
    },
    resembles,
    dialect: |root| match root {
        Some(root) if root.member("models").is_some() => &AS_IT_IS,
        _ => &DIALECT,
    },
    blank: r#"{"$schema": "https://openmodelcard.org/schema/v0.1", "id": "", "name": "", "provider": "", "description": ""}"#,
    required: &[&["id"], &["name"], &["provider"], &["description"]],
    closed: None,
    view: None,
    finish: |document| identify(document, "name"),
};

static DIALECT: LazyLock<Dialect> = LazyLock::new(|| dialect(&outline::OPEN_MODEL_CARD, &["$schema"], &[], &PLACES));

fn resembles(root: &Node) -> bool {
    let names_itself = root
        .member("$schema")
        .is_some_and(|node| matches!(&node.kind, Kind::Text(address) if address.contains("openmodelcard.org")));
    let is_model = |node: &Node| has(node, &["id", "provider"]);
    let is_collection = root.member("models").is_some_and(|node| match &node.kind {
        Kind::List(models) => !models.is_empty() && models.iter().all(is_model),
        _ => false,
    });
    names_itself || is_collection
}

const ID: Want = Want::form(word!("A word of small letters, digits and hyphens"), |text| {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
});
const ADDRESS: Want = Want::form(word!("A web address"), |text| {
    text.split_once("://")
        .is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty() && !text.contains(char::is_whitespace))
});
const KINDS: Want = Want::list(&Want::OneOf(MODALITIES));

const PLACES: [Row; 11] = [
    ("catalogue.id", &["id"], Shape::Same, &ID),
    text("model-details.name", &["name"]),
    text("model-details.owners", &["provider"]),
    text("model-details.overview", &["description"]),
    text("model-details.version", &["version"]),
    ("model-details.version_date", &["date"], Shape::Same, &DATE),
    ("model-details.path", &["url"], Shape::Same, &ADDRESS),
    ("catalogue.modalities", &["modalities"], Shape::Same, &KINDS),
    text("catalogue.context", &["context"]),
    ("catalogue.strengths", &["strengths"], Shape::Same, &TEXTS),
    text("model-details.licenses", &["license"]),
];

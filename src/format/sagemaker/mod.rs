//! Amazon SageMaker model cards: the JSON of a card, and the answer of the service that holds it as text.
//!
//! Places after `model_card_schema.json` 0.1.0 of aws/sagemaker-python-sdk. The service hands a card out as a string
//! named `Content` beside `ModelCardName`; such a file is read and edited inside that string.

mod dialect;
mod fit;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

pub(super) use fit::evaluation;

use super::dialect::Dialect;
use super::file::File;
use super::homes::Aside;
use super::lens::{About, Certainty, Lens, Notation, Parts, Readers};
use super::settle::Room;
use super::tree::Tree;
use super::{Home, Manner, ReadError, faults};
use crate::card::Card;
use crate::json::{self, Kind, Node, Value};

static DIALECT: LazyLock<Dialect> = LazyLock::new(dialect::dialect);

/// The custom details, whose names are the names of members.
const ROOM: Room = Room {
    question: fit::DETAILS,
    is_distinct: true,
    further: &[],
    want: |_, _| None,
};

/// A model card of Amazon SageMaker.
pub(super) struct SageMaker;

/// The members of a card; the last is of cards of model packages and is kept as a section.
const MEMBERS: [&str; 7] = [
    "model_overview",
    "intended_uses",
    "business_details",
    "training_details",
    "evaluation_details",
    "additional_information",
    "model_package_details",
];

impl Lens for SageMaker {
    fn about(&self) -> &'static About {
        &About {
            id: "sagemaker",
            name: "Amazon SageMaker model card",
            mark: "sagemaker",
            notation: Notation::Json,
            purpose: "For the model registry of Amazon SageMaker. Its texts are limited in length.",
            readers: Readers::Programs,
            can_read: true,
        }
    }

    fn recognise(&self, file: &File) -> Certainty {
        let Ok(tree) = file.tree() else { return Certainty::None };
        match content(tree) {
            Some(inner) => Certainty::Is.when(tree.member("ModelCardName").is_some() && is_card(&inner)),
            None => Certainty::Resembles.when(is_card(tree)),
        }
    }

    fn read(&self, file: &File) -> Result<Parts, ReadError> {
        let outer = file.tree()?;
        let inner = content(outer);
        let tree = inner.as_ref().unwrap_or(outer);
        let odd = faults::of(tree, &DIALECT, tree);
        Ok(Parts::of_tree(tree, DIALECT.outline, DIALECT.read(tree), odd))
    }

    fn write_into(&self, file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        let outer = file.tree()?;
        let inner = content(outer);
        let tree = inner.as_ref().unwrap_or(outer);
        let (old, _) = DIALECT.read(tree);
        let settled = ROOM.settle(&DIALECT, tree, &old, card);
        Ok(tree.write(&DIALECT.write(tree.to_value(), &old, &settled.written, false)))
    }

    fn write_new(&self, card: &Card) -> Vec<u8> {
        let mut document = DIALECT.write(Value::Group(Vec::new()), &Card::default(), card, true);
        // By this member a card is told from other files.
        if let Value::Group(members) = &mut document
            && !members.iter().any(|(name, _)| name == MEMBERS[0])
        {
            members.insert(0, (MEMBERS[0].into(), Value::Group(Vec::new())));
        }
        (json::to_pretty_text(&document) + "\n").into_bytes()
    }

    fn fit(&self, card: &Card) -> Card {
        let (card, aside) = self.placed(card);
        self.with_aside(card, aside)
    }

    fn placed(&self, card: &Card) -> (Card, Vec<Aside>) {
        fit::placed(&DIALECT, card)
    }

    fn with_aside(&self, card: Card, aside: Vec<Aside>) -> Card {
        fit::with_aside(&DIALECT, card, &aside)
    }

    fn homes(&self) -> &'static [Home] {
        &[Home {
            id: "custom-details",
            name: "the custom details",
            manner: Manner::Pairs,
        }]
    }

    fn settled(&self, file: &File, card: &Card) -> Card {
        let Ok(outer) = file.tree() else { return card.clone() };
        let inner = content(outer);
        let tree = inner.as_ref().unwrap_or(outer);
        let (old, _) = DIALECT.read(tree);
        ROOM.settle(&DIALECT, tree, &old, card).said
    }
}

/// The card inside the answer of the service.
fn content(tree: &Tree) -> Option<Tree> {
    let Tree::Json(source) = tree else { return None };
    source.member("ModelCardName").or(source.member("ModelCardArn"))?;
    source.inside(source.member("Content")?).map(Tree::Json)
}

/// Whether a document has nothing but the members of a card, and enough of them.
fn is_card(root: &Node) -> bool {
    let Kind::Group(members) = &root.kind else { return false };
    let is_known = |name: &str, node: &Node| match (name, &node.kind) {
        ("evaluation_details", kind) => matches!(kind, Kind::List(_)),
        (name, kind) => MEMBERS.contains(&name) && matches!(kind, Kind::Group(_)),
    };
    members.iter().all(|member| is_known(&member.key, &member.node))
        && (members.len() > 1 || root.member(MEMBERS[0]).is_some())
}

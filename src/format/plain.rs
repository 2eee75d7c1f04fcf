//! Any JSON and any YAML document of names with values: each name at the top level becomes a section.

use super::convert;
use super::dialect::Dialect;
use super::file::File;
use super::lens::{About, Certainty, Lens, Notation, Parts};
use super::tree::Tree;
use super::{ReadError, findings};
use crate::card::Card;
use crate::card::outline::FREE;
use crate::json::{self, Value};
use crate::yaml;

/// No place is known: what the document names is shown as it is.
static DIALECT: Dialect = Dialect {
    outline: &FREE,
    hidden: &[],
    containers: Vec::new(),
    places: Vec::new(),
};

/// Any JSON document whose top level is an object.
pub(super) struct Json;

/// Any YAML document whose top level is a block of names with values.
pub(super) struct Yaml;

impl Lens for Json {
    fn about(&self) -> &'static About {
        &About {
            id: "json",
            name: "Plain JSON",
            mark: "",
            notation: Notation::Json,
            purpose: "Plain JSON: a member for each section, a member in it for each field.",
            can_read: true,
        }
    }

    fn recognise(&self, file: &File) -> Certainty {
        Certainty::CouldBe.when(matches!(file.tree(), Ok(Tree::Json(_))))
    }

    fn read(&self, file: &File) -> Result<Parts, ReadError> {
        Ok(read(file.tree()?))
    }

    fn write_into(&self, file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        Ok(write(file.tree()?, card))
    }

    fn write_new(&self, card: &Card) -> Vec<u8> {
        (json::to_pretty_text(&new_document(card)) + "\n").into_bytes()
    }

    fn fit(&self, card: &Card) -> Card {
        convert::named(card)
    }
}

impl Lens for Yaml {
    fn about(&self) -> &'static About {
        &About {
            id: "yaml",
            name: "Plain YAML",
            mark: "",
            notation: Notation::Yaml,
            purpose: "Plain YAML: a name for each section, a name in it for each field.",
            can_read: true,
        }
    }

    fn recognise(&self, file: &File) -> Certainty {
        Certainty::CouldBe.when(matches!(file.tree(), Ok(Tree::Yaml(_))))
    }

    fn notation(&self, _file: &File) -> Notation {
        Notation::Yaml
    }

    fn read(&self, file: &File) -> Result<Parts, ReadError> {
        Ok(read(&file.yaml()?))
    }

    fn write_into(&self, file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        Ok(write(&file.yaml()?, card))
    }

    fn write_new(&self, card: &Card) -> Vec<u8> {
        yaml::to_text(&new_document(card)).into_bytes()
    }

    fn fit(&self, card: &Card) -> Card {
        convert::named(card)
    }
}

fn read(tree: &Tree) -> Parts {
    Parts::of_tree(tree, &FREE, DIALECT.read(tree), findings::of_relatives(tree))
}

fn write(tree: &Tree, card: &Card) -> Vec<u8> {
    let (old, _) = DIALECT.read(tree);
    tree.write(&DIALECT.write(tree.to_value(), &old, card, false))
}

fn new_document(card: &Card) -> Value {
    DIALECT.write(Value::Group(Vec::new()), &Card::default(), card, false)
}

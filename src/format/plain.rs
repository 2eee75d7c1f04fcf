//! Any JSON, YAML and XML document: each name at the top level becomes a section; a list or a single value is one section.

use std::collections::{HashMap, HashSet};

use super::convert;
use super::dialect::Dialect;
use super::file::File;
use super::lens::{About, Certainty, Lens, Notation, Parts, Readers};
use super::tree::Tree;
use super::xml::placeless;
use super::{Loss, ReadError, eval_results, findings};
use crate::card::Card;
use crate::card::outline::FREE;
use crate::json::{self, Kind, Member, Node, Value};
use crate::{xml, yaml};

/// No place is known: what the document names is shown as it is.
static DIALECT: Dialect = Dialect {
    outline: &FREE,
    hidden: &[],
    containers: Vec::new(),
    places: Vec::new(),
};

/// Any JSON document.
pub(super) struct Json;

/// Any YAML document.
pub(super) struct Yaml;

/// Any XML document.
pub(super) struct Xml;

impl Lens for Json {
    fn about(&self) -> &'static About {
        &About {
            id: "json",
            name: "Plain JSON",
            mark: "",
            notation: Notation::Json,
            purpose: "Plain JSON: a member for each section, a member in it for each field.",
            readers: Readers::Programs,
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
            readers: Readers::Programs,
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

    fn unshown(&self, file: &File) -> Vec<Loss> {
        file.yaml().map_or_else(|_| Vec::new(), |tree| tree.unshown())
    }

    fn fit(&self, card: &Card) -> Card {
        convert::named(card)
    }
}

impl Lens for Xml {
    fn about(&self) -> &'static About {
        &About {
            id: "xml",
            name: "Plain XML",
            mark: "",
            notation: Notation::Xml,
            purpose: "Plain XML: an element for each section, an element in it for each field.",
            readers: Readers::Few,
            can_read: true,
        }
    }

    fn recognise(&self, file: &File) -> Certainty {
        Certainty::CouldBe.when(file.is_xml())
    }

    fn read(&self, file: &File) -> Result<Parts, ReadError> {
        Ok(read(file.xml()?))
    }

    fn write_into(&self, file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        Ok(write(file.xml()?, card))
    }

    fn write_new(&self, card: &Card) -> Vec<u8> {
        xml::to_text("model_card", None, &new_document(card)).into_bytes()
    }

    fn spells(&self, c: char) -> bool {
        xml::is_allowed(c)
    }

    /// XML knows texts only, and names without blanks.
    fn fit(&self, card: &Card) -> Card {
        as_xml_says(&plainly_named(new_document(&convert::named(card))))
    }

    fn settled(&self, file: &File, card: &Card) -> Card {
        file.xml().map_or_else(
            |_| card.clone(),
            |tree| {
                let (old, _) = DIALECT.read(tree);
                as_xml_says(&DIALECT.write(tree.to_value(), &old, card, false))
            },
        )
    }
}

/// The card in a document as XML has it.
fn as_xml_says(document: &Value) -> Card {
    DIALECT.read(&placeless(xml::normal(document))).0
}

/// A document with names that need no escapes in XML. Different names in a group stay different: the second that is the
/// same without blanks and signs gets a number.
fn plainly_named(document: Value) -> Value {
    match document {
        Value::Group(members) => {
            let is_plain = |name: &&String| xml::plain_name(name) == **name;
            let plain = members.iter().map(|(name, _)| name).filter(is_plain).cloned();
            let mut names: HashMap<String, String> = plain.map(|name| (name.clone(), name)).collect();
            let mut taken: HashSet<String> = names.keys().cloned().collect();
            let mut turns: HashMap<String, usize> = HashMap::new();
            for (name, _) in &members {
                if names.contains_key(name) {
                    continue;
                }
                let plain = xml::plain_name(name);
                let turn = turns.entry(plain.clone()).or_insert(1);
                let mut free = plain.clone();
                while !taken.insert(free.clone()) {
                    *turn += 1;
                    free = format!("{plain}_{turn}");
                }
                names.insert(name.clone(), free);
            }
            let named = members.into_iter().map(|(name, value)| {
                let plain = names.get(&name).cloned().unwrap_or_default();
                (plain, plainly_named(value))
            });
            Value::Group(named.collect())
        }
        // XML has no list without entries, but an element without content.
        Value::List(items) if items.is_empty() => Value::text(""),
        Value::List(items) => Value::List(items.into_iter().map(plainly_named).collect()),
        other => other,
    }
}

/// The name of the section with the whole document, when that is no group.
const WHOLE: &str = "Document";

/// A document that is a list or a single value counts as the one member of a group, and so becomes one section. Once
/// it is given a second one, it is written as that group.
fn read(tree: &Tree) -> Parts {
    let mut further = match tree {
        Tree::Xml(source) => source.relatives(),
        _ => findings::of_relatives(tree),
    };
    further.extend(findings::of_whole(tree));
    further.extend(eval_results::findings(tree));
    let read = match wrapped(tree) {
        Some(root) => DIALECT.read(&root),
        None => DIALECT.read(tree),
    };
    Parts::of_tree(tree, &FREE, read, further)
}

fn write(tree: &Tree, card: &Card) -> Vec<u8> {
    let Some(root) = wrapped(tree) else {
        let (old, _) = DIALECT.read(tree);
        return tree.write(&DIALECT.write(tree.to_value(), &old, card, false));
    };
    let (old, _) = DIALECT.read(&root);
    let value = DIALECT.write(root.to_value(), &old, card, false);
    tree.write(match &value {
        Value::Group(members) => match members.as_slice() {
            [(name, whole)] if name == WHOLE && !matches!(whole, Value::Group(_)) => whole,
            _ => &value,
        },
        _ => &value,
    })
}

/// The document as the one member of a group, unless it is a group itself.
fn wrapped(tree: &Tree) -> Option<Node> {
    if matches!(tree.kind, Kind::Group(_)) {
        return None;
    }
    let span = tree.span.clone();
    let member = Member {
        key: WHOLE.into(),
        key_span: span.start..span.start,
        node: Node::clone(tree),
    };
    Some(Node {
        span,
        kind: Kind::Group(vec![member]),
    })
}

fn new_document(card: &Card) -> Value {
    DIALECT.write(Value::Group(Vec::new()), &Card::default(), card, false)
}

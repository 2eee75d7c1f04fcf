//! CycloneDX ML-BOM in JSON, versions 1.5, 1.6 and 1.7: a machine-learning model in a bill of materials.
//!
//! The card is one component of type `machine-learning-model`: its own members, its `modelCard` and its properties.
//! Further models of the same bill are a section each, named after the model. All else in the bill is left alone, also
//! when the bill is written in another version of the specification.
//! Places after the official JSON Schemas (CycloneDX/specification, `schema/bom-1.N.schema.json`).

mod dialect;
mod findings;
mod fit;
mod forms;
mod models;
mod rest;
mod schema;
#[cfg(test)]
mod tests;
mod versions;
mod wants;

use std::sync::LazyLock;

use super::dialect::Dialect;
use super::file::File;
use super::homes::Aside;
use super::lens::{About, Adapted, Certainty, Lens, Notation, Parts, Readers};
use super::{Format, Home, Loss, Manner, ReadError};
use crate::card::Card;
use crate::json::{self, Kind, Node, Value};
use models::Bill;

/// The format, in one of its versions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CycloneDx {
    /// Specification 1.5, the first with model cards.
    V1_5,
    /// Specification 1.6, which adds authors, tags and energy.
    V1_6,
    /// Specification 1.7.
    V1_7,
}

static DIALECTS: LazyLock<[Dialect; 3]> =
    LazyLock::new(|| [CycloneDx::V1_5, CycloneDx::V1_6, CycloneDx::V1_7].map(dialect::of));

impl CycloneDx {
    fn dialect(self) -> &'static Dialect {
        match self {
            Self::V1_5 => &DIALECTS[0],
            Self::V1_6 => &DIALECTS[1],
            Self::V1_7 => &DIALECTS[2],
        }
    }

    /// As files spell it.
    fn number(self) -> &'static str {
        match self {
            Self::V1_5 => "1.5",
            Self::V1_6 => "1.6",
            Self::V1_7 => "1.7",
        }
    }
}

impl Lens for CycloneDx {
    fn about(&self) -> &'static About {
        match self {
            Self::V1_5 => &About {
                id: "cyclonedx-1.5",
                name: "CycloneDX ML-BOM 1.5",
                mark: "cdx-1.5",
                notation: Notation::Json,
                purpose: "For tools that read bills of materials of version 1.5 only.",
                readers: Readers::Few,
                can_read: true,
            },
            Self::V1_6 => &About {
                id: "cyclonedx-1.6",
                name: "CycloneDX ML-BOM 1.6",
                mark: "cdx-1.6",
                notation: Notation::Json,
                purpose: "A bill of materials with the model in it, of the version that most tools read today.",
                readers: Readers::Programs,
                can_read: true,
            },
            Self::V1_7 => &About {
                id: "cyclonedx-1.7",
                name: "CycloneDX ML-BOM 1.7",
                mark: "cdx",
                notation: Notation::Json,
                purpose: "A bill of materials with the model in it, for software supply chains.",
                readers: Readers::Programs,
                can_read: true,
            },
        }
    }

    fn recognise(&self, file: &File) -> Certainty {
        let Ok(tree) = file.tree() else { return Certainty::None };
        Certainty::Is.when(is_bill(tree) && version(tree) == *self && models::has_one(tree))
    }

    fn read(&self, file: &File) -> Result<Parts, ReadError> {
        let (tree, dialect) = (file.tree()?, self.dialect());
        let bill = Bill::of(tree);
        let odd = findings::of(tree, &bill, *self);
        Ok(Parts::of_tree(tree, dialect.outline, bill.read(dialect), odd))
    }

    fn write_into(&self, file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        let tree = file.tree()?;
        Ok(tree.write(&Bill::of(tree).write(self.dialect(), tree.to_value(), card)))
    }

    fn write_new(&self, card: &Card) -> Vec<u8> {
        let component = Value::Group(vec![("type".into(), Value::text(models::MODEL))]);
        let mut component = self.dialect().write(component, &Card::default(), card, true);
        if let Value::Group(members) = &mut component
            && !members.iter().any(|(name, _)| name == "name")
        {
            members.insert(1, ("name".into(), Value::text(models::UNNAMED)));
        }
        let member = |name: &str, value| (name.to_owned(), value);
        let schema = format!("http://cyclonedx.org/schema/bom-{}.schema.json", self.number());
        let document = Value::Group(vec![
            member("$schema", Value::Text(schema)),
            member("bomFormat", Value::text("CycloneDX")),
            member("specVersion", Value::text(self.number())),
            member("version", Value::Number("1".into())),
            member("metadata", Value::Group(vec![member("component", component)])),
        ]);
        (json::to_pretty_text(&document) + "\n").into_bytes()
    }

    fn fit(&self, card: &Card) -> Card {
        let (card, aside) = self.placed(card);
        self.with_aside(card, aside)
    }

    fn placed(&self, card: &Card) -> (Card, Vec<Aside>) {
        fit::placed(self.dialect(), card)
    }

    fn with_aside(&self, card: Card, aside: Vec<Aside>) -> Card {
        fit::with_aside(self.dialect(), card, &aside)
    }

    fn homes(&self) -> &'static [Home] {
        &[Home {
            id: "properties",
            name: "the properties",
            manner: Manner::Pairs,
        }]
    }

    fn is_version_of(&self, other: Format) -> bool {
        [Format::CYCLONEDX_5, Format::CYCLONEDX_6, Format::CYCLONEDX_7].contains(&other)
    }

    fn adapted(&self, file: &File) -> Option<Adapted> {
        let tree = file.tree().ok()?;
        (is_bill(tree) && version(tree) != *self).then(|| versions::adapted(tree, *self))
    }

    fn unshown(&self, file: &File) -> Vec<Loss> {
        file.tree()
            .map_or_else(|_| Vec::new(), |tree| rest::of(tree, &Bill::of(tree)))
    }

    fn settled(&self, file: &File, card: &Card) -> Card {
        match file.tree() {
            Ok(tree) => Bill::of(tree).settled(self.dialect(), card),
            Err(_) => card.clone(),
        }
    }
}

fn is_bill(root: &Node) -> bool {
    says(root, "bomFormat").is_some_and(|name| name.eq_ignore_ascii_case("cyclonedx"))
}

/// The text of a member of a group.
fn says<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    match &node.member(name)?.kind {
        Kind::Text(text) => Some(text),
        _ => None,
    }
}

/// The version that a bill follows; the nearest that is known, when it names another or none.
fn version(root: &Node) -> CycloneDx {
    let minor = says(root, "specVersion").and_then(|version| version.strip_prefix("1.")?.parse::<u32>().ok());
    match minor {
        Some(0..=5) => CycloneDx::V1_5,
        Some(6) => CycloneDx::V1_6,
        _ => CycloneDx::V1_7,
    }
}

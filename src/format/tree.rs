//! A document of names and values, whichever notation it is written in.

use super::lens::Notation;
use super::proto::ProtoSource;
use super::source::Source;
use super::xml::XmlSource;
use super::yaml::YamlSource;
use super::{Finding, Loss, findings};
use crate::json::{self, Node, Value};

/// A file of names and values, ready to be read and to be written back with only the changed places replaced.
///
/// It is used like the [`Node`] at its root, so that whatever reads a document reads both notations.
pub(super) enum Tree {
    /// Written in JSON.
    Json(Source),
    /// Written in YAML.
    Yaml(YamlSource),
    /// Written as protocol buffers, binary or text.
    Proto(ProtoSource),
    /// Written in XML.
    Xml(XmlSource),
}

impl Tree {
    /// How it is written.
    pub fn notation(&self) -> Notation {
        match self {
            Self::Json(_) => Notation::Json,
            Self::Yaml(_) => Notation::Yaml,
            Self::Proto(source) => source.notation(),
            Self::Xml(_) => Notation::Xml,
        }
    }

    /// What is unusual in the text, whatever it says.
    pub fn findings(&self) -> Vec<Finding> {
        match self {
            Self::Json(source) => findings::of_json(source),
            Self::Yaml(source) => findings::of_yaml(source),
            Self::Proto(source) => source.findings(),
            Self::Xml(source) => source.findings(),
        }
    }

    /// The line of the file, from 1, in which a byte offset lies.
    pub fn line(&self, offset: usize) -> usize {
        match self {
            Self::Json(source) => source.line(offset),
            Self::Yaml(source) => json::position(&source.text, offset).0,
            Self::Proto(source) => source.line(offset),
            Self::Xml(source) => json::position(&source.text, offset).0,
        }
    }

    /// A function from byte offsets to lines for many look-ups, each in logarithmic time.
    pub fn lines(&self) -> Box<dyn Fn(usize) -> usize + '_> {
        match self {
            Self::Json(source) => Box::new(source.lines()),
            Self::Yaml(source) => Box::new(json::lines(&source.text)),
            Self::Proto(source) => source.lines(),
            Self::Xml(source) => Box::new(json::lines(&source.text)),
        }
    }

    /// What the file holds beside what its document can show.
    pub fn unshown(&self) -> Vec<Loss> {
        match self {
            Self::Json(source) => source.unshown(),
            Self::Yaml(source) => source.unshown(),
            Self::Proto(_) | Self::Xml(_) => Vec::new(),
        }
    }

    /// The file with the document changed to the value, every other byte as it was.
    pub fn write(&self, value: &Value) -> Vec<u8> {
        match self {
            Self::Json(source) => source.write(value),
            Self::Yaml(source) => source.write(value),
            Self::Proto(source) => source.write(value),
            Self::Xml(source) => source.write(value),
        }
    }
}

/// The root of the document.
impl std::ops::Deref for Tree {
    type Target = Node;

    fn deref(&self) -> &Node {
        match self {
            Self::Json(source) => source,
            Self::Yaml(source) => &source.view,
            Self::Proto(source) => &source.document.view,
            Self::Xml(source) => &source.view,
        }
    }
}

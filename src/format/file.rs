//! The bytes of a file, with what can be made of them.

use std::cell::OnceCell;
use std::rc::Rc;

use super::ReadError;
use super::encoding::{Encoding, decode};
use super::markdown::Document;
use super::proto::{self, ProtoSource};
use super::source::Source;
use super::tree::Tree;
use super::xml::{self, XmlSource};
use super::yaml::{self, YamlSource};

/// A file: its bytes, and what they say as text, as JSON or YAML, as Markdown. Each is made when it is first asked for, and once.
pub(super) struct File<'b> {
    bytes: &'b [u8],
    name: Option<&'b str>,
    text: OnceCell<Result<Text, ReadError>>,
    tree: OnceCell<Result<Tree, ReadError>>,
    xml: OnceCell<Result<Tree, ReadError>>,
    markdown: OnceCell<Document>,
}

/// A decoded text.
#[derive(Clone, Debug)]
pub(super) struct Text {
    /// How it was written in bytes.
    pub encoding: Encoding,
    /// The text, without byte order mark.
    pub text: Rc<str>,
}

impl<'b> File<'b> {
    /// The file with these bytes.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self::named(bytes, None)
    }

    /// The file with these bytes and this name, if it is known.
    pub fn named(bytes: &'b [u8], name: Option<&'b str>) -> Self {
        Self {
            bytes,
            name,
            text: OnceCell::new(),
            tree: OnceCell::new(),
            xml: OnceCell::new(),
            markdown: OnceCell::new(),
        }
    }

    /// Whether the name has one of these endings.
    pub fn is_called(&self, endings: &[&str]) -> bool {
        let ending = self
            .name
            .and_then(|name| name.rsplit_once('.'))
            .map(|(_, ending)| ending);
        ending.is_some_and(|ending| endings.iter().any(|other| other.eq_ignore_ascii_case(ending)))
    }

    /// The file as text.
    ///
    /// # Errors
    /// When it is none.
    pub fn text(&self) -> Result<&Text, ReadError> {
        let decoded = || {
            let (encoding, text) = decode(self.bytes)?;
            Ok(Text {
                encoding,
                text: text.into(),
            })
        };
        self.text.get_or_init(decoded).as_ref().map_err(Clone::clone)
    }

    /// The file as a document of names and values: JSON, or else YAML.
    ///
    /// # Errors
    /// When it is neither, with what is wrong in the notation that it seems to have.
    pub fn tree(&self) -> Result<&Tree, ReadError> {
        let parsed = || {
            if let Some(source) = proto::recognise(self, self.bytes) {
                return Ok(Tree::Proto(source));
            }
            let text = self.text()?;
            let error = match Source::parse(text) {
                Ok(source) => return Ok(Tree::Json(source)),
                Err(error) => error,
            };
            // Short notes of Markdown can be read as YAML; here the name decides.
            if self.is_called(&["md", "markdown"]) {
                return Err(error);
            }
            if proto::is_named_as_text(self) {
                return ProtoSource::text(text).map(Tree::Proto);
            }
            if self.is_xml() {
                return Err(error);
            }
            if let Err(broken) = self.xml()
                && xml::is_meant(&text.text, self.is_called(&["xml"]))
            {
                return Err(broken);
            }
            let is_yaml = match yaml::recognise(text, self.is_called(&["yaml", "yml"])) {
                Some(Ok(yaml)) => return Ok(Tree::Yaml(yaml)),
                other => other,
            };
            if proto::is_meant_as_text(self, &text.text)
                && let Ok(source) = ProtoSource::text(text)
            {
                return Ok(Tree::Proto(source));
            }
            is_yaml.unwrap_or(Err(error)).map(Tree::Yaml)
        };
        self.tree.get_or_init(parsed).as_ref().map_err(Clone::clone)
    }

    /// The file as XML, whatever else it may be.
    ///
    /// # Errors
    /// When it is none, with the place and what to try.
    pub fn xml(&self) -> Result<&Tree, ReadError> {
        let parsed = || XmlSource::parse(self.text()?).map(Tree::Xml);
        self.xml.get_or_init(parsed).as_ref().map_err(Clone::clone)
    }

    /// Whether it is an XML document, and no page of HTML or Markdown that could be read as one.
    pub fn is_xml(&self) -> bool {
        let is_page = self.is_called(&["md", "markdown", "txt"]);
        !is_page && matches!(self.xml(), Ok(Tree::Xml(source)) if source.is_document(self.is_called(&["xml"])))
    }

    /// The file as a document of names and values in any notation.
    ///
    /// # Errors
    /// As [`File::tree`].
    pub fn document(&self) -> Result<&Tree, ReadError> {
        if self.is_xml() { self.xml() } else { self.tree() }
    }

    /// The file as a page of Markdown; every text is one.
    ///
    /// # Errors
    /// When it is no text.
    pub fn markdown(&self) -> Result<&Document, ReadError> {
        let text = self.text()?;
        Ok(self.markdown.get_or_init(|| Document::of(text)))
    }

    /// The file as YAML, whatever else it may be.
    ///
    /// # Errors
    /// When it is none, with the place and what to try.
    pub fn yaml(&self) -> Result<Tree, ReadError> {
        YamlSource::parse(self.text()?).map(Tree::Yaml)
    }

    /// The file as a binary protobuf card, whatever else it may be.
    ///
    /// # Errors
    /// When it is none, with the place and what to try.
    pub fn proto(&self) -> Result<Tree, ReadError> {
        ProtoSource::binary(self.bytes).map(Tree::Proto)
    }

    /// The file as a card in protobuf's text notation, whatever else it may be.
    ///
    /// # Errors
    /// When it is none, with the place and what to try.
    pub fn proto_text(&self) -> Result<Tree, ReadError> {
        ProtoSource::text(self.text()?).map(Tree::Proto)
    }

    /// Why it is no card, when it is a protobuf file that is none.
    pub fn proto_refusal(&self) -> Option<ReadError> {
        proto::refusal(self, self.bytes)
    }
}

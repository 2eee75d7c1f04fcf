//! The bytes of a file, with what can be made of them.

use std::cell::OnceCell;
use std::rc::Rc;

use super::ReadError;
use super::encoding::{Encoding, decode};
use super::markdown::Document;
use super::source::Source;
use super::tree::Tree;
use super::yaml::{self, YamlSource};

/// A file: its bytes, and what they say as text, as JSON or YAML, as Markdown. Each is made when it is first asked for, and once.
pub(super) struct File<'b> {
    bytes: &'b [u8],
    name: Option<&'b str>,
    text: OnceCell<Result<Text, ReadError>>,
    tree: OnceCell<Result<Tree, ReadError>>,
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
            let text = self.text()?;
            let error = match Source::parse(text) {
                Ok(source) => return Ok(Tree::Json(source)),
                Err(error) => error,
            };
            // Short notes of Markdown can be read as YAML; here the name decides.
            if self.is_called(&["md", "markdown"]) {
                return Err(error);
            }
            let is_yaml = self.is_called(&["yaml", "yml"]);
            yaml::recognise(text, is_yaml).unwrap_or(Err(error)).map(Tree::Yaml)
        };
        self.tree.get_or_init(parsed).as_ref().map_err(Clone::clone)
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
}

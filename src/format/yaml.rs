//! A YAML file as text with places.
//!
//! The document is read through its view as JSON's tree, so what reads JSON documents reads it as
//! well; writing changes the YAML text in place. YAML reads almost any text as something, so a file
//! counts as YAML only when it is no JSON, and no Markdown with YAML in front.

use std::rc::Rc;

use super::encoding::Encoding;
use super::file::Text;
use super::{Loss, ReadError};
use crate::json::{self, Node};
use crate::yaml::{self, Document, Kind, Layout, SyntaxError, Value};

/// A YAML file, ready to be read and to be written back with only the changed places replaced.
#[derive(Debug)]
pub(super) struct YamlSource {
    pub encoding: Encoding,
    pub text: Rc<str>,
    pub document: Document,
    /// The document as JSON's tree, with places in the text.
    pub view: Node,
}

impl YamlSource {
    /// Parses a file's text.
    pub fn parse(text: &Text) -> Result<Self, ReadError> {
        match yaml::parse(&text.text) {
            Ok(document) => Ok(Self::new(text, document)),
            Err(error) => Err(explained(text, error)),
        }
    }

    fn new(text: &Text, document: Document) -> Self {
        let view = document.view();
        Self {
            encoding: text.encoding,
            text: text.text.clone(),
            document,
            view,
        }
    }

    /// The documents behind the first.
    pub fn unshown(&self) -> Vec<Loss> {
        let further = 2..=self.document.documents;
        further
            .map(|turn| Loss::beside(format!("Document {turn}"), None))
            .collect()
    }

    /// The file with the document changed to the value, every other byte as it was.
    pub fn write(&self, value: &Value) -> Vec<u8> {
        let edits = yaml::edits(&self.text, &self.document, value);
        self.encoding.encode(&json::apply(&self.text, &edits))
    }
}

fn explained(Text { text, .. }: &Text, error: SyntaxError) -> ReadError {
    ReadError {
        message: error.message,
        advice: error.advice,
        position: Some(json::position(text, error.at)),
        text: Some(text.to_string()),
    }
}

/// The file as YAML, if it is that or was meant to be; `None` when it is something else. `is_called` says that its name
/// tells it is YAML.
pub(super) fn recognise(text: &Text, is_called: bool) -> Option<Result<YamlSource, ReadError>> {
    let is_blank = text.text.trim().is_empty();
    match yaml::parse(&text.text) {
        Ok(document) if is_called && !is_blank && !is_front_matter(&text.text, &document) => {
            Some(Ok(YamlSource::new(text, document)))
        }
        Ok(document) if is_list_of_groups(&document) => Some(Ok(YamlSource::new(text, document))),
        Ok(document) if is_block_of_names(&document) && !is_front_matter(&text.text, &document) => {
            Some(Ok(YamlSource::new(text, document)))
        }
        Err(error)
            if begins_with_name(&text.text) || is_called && !text.text.trim_start().starts_with(['{', '[', '"']) =>
        {
            Some(Err(explained(text, error)))
        }
        _ => None,
    }
}

fn is_block_of_names(document: &Document) -> bool {
    matches!(document.root.kind, Kind::Group(Layout::Block, _))
}

/// Whether the document is a list of groups; single pairs are how Markdown lists are read.
fn is_list_of_groups(document: &Document) -> bool {
    match &document.root.kind {
        Kind::List(Layout::Block, items) => items
            .iter()
            .all(|item| matches!(&item.node.kind, Kind::Group(Layout::Block, members) if members.len() > 1)),
        _ => false,
    }
}

/// Whether what follows the first document is Markdown rather than another document.
fn is_front_matter(text: &str, document: &Document) -> bool {
    let rest = &text[document.root.span.end..];
    let Some(fence) = rest.find("\n---") else { return false };
    let body = rest[fence + 4..].trim_start_matches('-');
    if body.trim().is_empty() {
        return true;
    }
    let further = yaml::parse(body);
    document.documents > 1 && !further.is_ok_and(|further| is_block_of_names(&further))
}

/// Whether the first line with content is a name and a colon.
fn begins_with_name(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_end);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with(['#', '%']) && *line != "---");
    let name = first.and_then(|line| {
        line.split_once(": ")
            .map(|(name, _)| name)
            .or_else(|| line.strip_suffix(':'))
    });
    name.is_some_and(|name| {
        name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '"' | '\''))
            && name.split_whitespace().count() <= 4
    })
}

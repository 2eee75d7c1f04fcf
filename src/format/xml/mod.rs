//! An XML file as text with places.
//!
//! Unlike YAML it stands apart from the documents that the JSON formats know: elements are texts and groups only, so a
//! format reads XML when it asks for it.

#[cfg(test)]
mod tests;

use std::rc::Rc;

use super::encoding::Encoding;
use super::file::Text;
use super::findings::{listed, note, of_encoding, problem};
use super::{Finding, ReadError};
use crate::json::{self, Kind, Member, Node, Value};
use crate::locale::Sentence;
use crate::xml::{self, Document, QuirkKind};
use crate::{say, word};

/// An XML file, ready to be read and to be written back with only the changed places replaced.
#[derive(Debug)]
pub(super) struct XmlSource {
    pub encoding: Encoding,
    pub text: Rc<str>,
    pub document: Document,
    /// The document as JSON's tree, with places in the text.
    pub view: Node,
}

impl XmlSource {
    /// Parses a file's text.
    pub fn parse(text: &Text) -> Result<Self, ReadError> {
        let document = xml::parse(&text.text).map_err(|error| ReadError {
            message: error.message,
            advice: error.advice,
            position: Some(json::position(&text.text, error.at)),
            text: Some(text.text.to_string()),
        })?;
        let view = document.view(&text.text);
        Ok(Self {
            encoding: text.encoding,
            text: text.text.clone(),
            document,
            view,
        })
    }

    /// The file with the document changed to the value, every other byte as it was.
    pub fn write(&self, value: &Value) -> Vec<u8> {
        let edits = xml::edits(&self.text, &self.document, value);
        self.encoding.encode(&json::apply(&self.text, &edits))
    }

    /// The name of the root as it stands, with its prefix.
    pub fn root(&self) -> &str {
        &self.text[self.document.root.name.clone()]
    }

    /// The namespace of the root, as it is declared there; empty when there is none.
    pub fn namespace(&self) -> &str {
        let declaration = match self.root().split_once(':') {
            Some((prefix, _)) => format!("xmlns:{prefix}"),
            None => "xmlns".into(),
        };
        let attributes = &self.document.root.attributes;
        let found = attributes
            .iter()
            .find(|attribute| self.text[attribute.name.clone()] == declaration);
        found.map_or("", |attribute| &self.text[attribute.value.clone()])
    }

    /// Whether it is data rather than a page of HTML, or Markdown that begins with HTML.
    pub fn is_document(&self, is_called_xml: bool) -> bool {
        let root = self.root().to_ascii_lowercase();
        if root == "html" || begins(&self.text, "<!doctype html") {
            return false;
        }
        is_called_xml || begins(&self.text, "<?xml") || !self.namespace().is_empty() || !HTML.contains(&root.as_str())
    }

    /// What strict readers refuse, and what is not shown.
    pub fn findings(&self) -> Vec<Finding> {
        let line = json::lines(&self.text);
        let mut findings: Vec<Finding> = of_encoding(self.encoding, &self.text).into_iter().collect();
        if let Some((place, declared)) = &self.document.encoding
            && !self.is_said(declared)
        {
            let message = say!(
                "The declaration says {declared}, but the file is written in {encoding}. Other \
                         programs may refuse it or show wrong letters; correct the declaration. It is kept as it \
                         is.",
                declared,
                encoding = self.encoding_name()
            );
            findings.push(problem(Some(line(place.start)), say!("encoding"), message));
        }
        let quirks = self
            .document
            .quirks
            .iter()
            .map(|quirk| explained(line(quirk.at), &quirk.kind));
        findings.extend(listed(quirks.collect()));
        findings
    }

    fn encoding_name(&self) -> &'static str {
        match self.encoding {
            Encoding::Utf16LittleEndian | Encoding::Utf16BigEndian => "UTF-16",
            _ => "UTF-8",
        }
    }

    /// Whether the declared encoding is the one in which the file is written. Plain letters are the same in many.
    fn is_said(&self, declared: &str) -> bool {
        let declared = declared.to_ascii_lowercase();
        match self.encoding_name() {
            "UTF-16" => declared.starts_with("utf-16") || declared.contains("10646"),
            _ => declared == "utf-8" || declared == "utf8" || (self.text.is_ascii() && !declared.starts_with("utf-16")),
        }
    }

    /// Families of documents that are recognised and read as plain XML.
    pub fn relatives(&self) -> Vec<Finding> {
        const RELATIVES: [(&str, &str); 6] = [
            (
                "http://cyclonedx.org/schema/bom/",
                word!("a CycloneDX bill of materials"),
            ),
            (
                "https://mc.chai.org/",
                word!("a CHAI Applied Model Card with prefixed names"),
            ),
            ("http://www.dmg.org/PMML", word!("a PMML model")),
            ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", word!("an RDF document")),
            ("http://www.w3.org/2000/svg", word!("an SVG picture")),
            ("http://www.w3.org/2001/XMLSchema", word!("an XML Schema")),
        ];
        let found = RELATIVES
            .iter()
            .find(|(namespace, _)| self.namespace().starts_with(namespace));
        let message = |family| {
            say!(
                "This looks like {family}. It is edited here as plain XML, element by element.",
                family
            )
        };
        let line = json::position(&self.text, self.document.root.span.start).0;
        found
            .map(|(_, family)| note(Some(line), say!("file"), message(Sentence::new(family))))
            .into_iter()
            .collect()
    }
}

/// Whether a text that is no XML was meant as XML.
pub(super) fn is_meant(text: &str, is_called_xml: bool) -> bool {
    let start = text.trim_start();
    let tag = start.split('>').next().unwrap_or_default();
    let is_html = ["<!doctype html", "<html"].into_iter().any(|page| begins(start, page));
    is_called_xml || (!is_html && (begins(start, "<?xml") || (start.starts_with('<') && tag.contains(" xmlns"))))
}

fn begins(text: &str, words: &str) -> bool {
    let start = text.trim_start().get(..words.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(words))
}

/// Elements of HTML with which pages of Markdown begin.
const HTML: &[&str] = &[
    "a",
    "abbr",
    "article",
    "aside",
    "b",
    "big",
    "blockquote",
    "body",
    "br",
    "center",
    "code",
    "details",
    "div",
    "dl",
    "em",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "i",
    "iframe",
    "img",
    "kbd",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "picture",
    "pre",
    "script",
    "section",
    "small",
    "span",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
    "video",
];

fn explained(line: usize, kind: &QuirkKind) -> Finding {
    let at = Some(line);
    match kind {
        QuirkKind::BareAmpersand => problem(
            at,
            say!("text"),
            say!(
                "A & stands here by itself, where XML wants &amp;. Strict readers refuse the file. Kept as \
                         it is until you edit this text."
            ),
        ),
        QuirkKind::BareLessThan => problem(
            at,
            say!("text"),
            say!(
                "A < stands here by itself, where XML wants &lt;. Strict readers refuse the file. Kept as \
                         it is until you edit this text."
            ),
        ),
        QuirkKind::Entity(name) => note(
            at,
            Sentence::as_written(name),
            say!(
                "&{name}; stands for something else. It is never expanded here; it is shown and kept as written.",
                name
            ),
        ),
        QuirkKind::DuplicateAttribute(name) => problem(
            at,
            Sentence::as_written(name),
            say!(
                "This attribute stands twice in the same tag, so strict readers refuse the file. Both are \
                         kept and shown."
            ),
        ),
        QuirkKind::Control => problem(
            at,
            say!("text"),
            say!("A control character stands here that XML does not allow. Kept as it is until you edit this text."),
        ),
        QuirkKind::DocumentType { entities } => note(
            at,
            say!("document type"),
            match entities {
                true => {
                    say!(
                        "A document type declaration with entities. Nothing in it is expanded or fetched; \
                                 it is kept as it is."
                    )
                }
                false => say!("A document type declaration. Nothing in it is fetched; it is kept as it is."),
            },
        ),
        QuirkKind::Instruction(name) => note(
            at,
            Sentence::as_written(name),
            say!("An instruction to programs (<? … ?>). It is kept and not shown."),
        ),
    }
}

/// A value as a document that stands in no text.
pub(super) fn placeless(value: Value) -> Node {
    let kind = match value {
        Value::Null => Kind::Null,
        Value::Bool(yes) => Kind::Bool(yes),
        Value::Number(spelling) => Kind::Number(spelling),
        Value::Text(text) => Kind::Text(text),
        Value::List(items) => Kind::List(items.into_iter().map(placeless).collect()),
        Value::Group(members) => {
            let member = |(key, value)| Member {
                key,
                key_span: 0..0,
                node: placeless(value),
            };
            Kind::Group(members.into_iter().map(member).collect())
        }
    };
    Node { span: 0..0, kind }
}

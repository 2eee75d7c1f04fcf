//! A JSON file as text with places: encoding and wrapping undone for reading, kept for writing.

use std::collections::HashSet;
use std::rc::Rc;

use super::encoding::Encoding;
use super::file::Text;
use super::{Finding, Loss, ReadError, findings};
use crate::json::{self, Document, Kind, Member, Node, QuirkKind, Value};
use crate::locale::Sentence;
use crate::say;

/// How many times a document may be wrapped in a JSON string; twice was seen in real files.
const MAX_WRAPPINGS: usize = 3;

/// A JSON file, ready to be read and to be written back with only the changed places replaced.
#[derive(Debug)]
pub(super) struct Source {
    encoding: Encoding,
    /// The file's text, without byte order mark.
    file: Rc<str>,
    /// The JSON strings around the document, outermost first.
    wrappings: Vec<Wrapping>,
    /// The document's own text.
    pub text: Rc<str>,
    /// The document.
    pub document: Document,
}

#[derive(Clone, Debug)]
struct Wrapping {
    /// For each byte of the text inside, and for its end, the byte offset in the text around it.
    places: Vec<usize>,
    /// Whether the text around writes characters beyond ASCII as escapes.
    ascii: bool,
}

impl Source {
    /// Parses a file's text.
    pub fn parse(file: &Text) -> Result<Self, ReadError> {
        let (encoding, file) = (file.encoding, file.text.clone());
        let mut text = file.clone();
        let mut document = parse(&text, &file, &[])?;
        let mut wrappings = Vec::new();
        while let Kind::Text(inner) = &document.root.kind
            && wrappings.len() < MAX_WRAPPINGS
            && inner.trim_start().starts_with(['{', '[', '"'])
        {
            // A text may begin so without being a document; one that begins like an object was meant as one.
            if !inner.trim_start().starts_with('{') && json::parse(inner).is_err() {
                break;
            }
            let places = json::string_places(&text, document.root.span.clone());
            wrappings.push(Wrapping {
                places,
                ascii: text.is_ascii() && !inner.is_ascii(),
            });
            text = inner.as_str().into();
            document = parse(&text, &file, &wrappings)?;
        }
        Ok(Self {
            encoding,
            file,
            wrappings,
            text,
            document,
        })
    }

    /// The document that a text of this one holds, to be read and written in its place.
    pub fn inside(&self, node: &Node) -> Option<Self> {
        let Kind::Text(inner) = &node.kind else { return None };
        let document = json::parse(inner).ok()?;
        let mut wrappings = self.wrappings.clone();
        wrappings.push(Wrapping {
            places: json::string_places(&self.text, node.span.clone()),
            ascii: self.text.is_ascii() && !inner.is_ascii(),
        });
        Some(Self {
            encoding: self.encoding,
            file: self.file.clone(),
            wrappings,
            text: inner.as_str().into(),
            document,
        })
    }

    /// Whether the document came as text inside a JSON string.
    pub fn is_wrapped(&self) -> bool {
        !self.wrappings.is_empty()
    }

    /// What is worth telling about the encoding.
    pub fn encoding_finding(&self) -> Option<Finding> {
        findings::of_encoding(self.encoding, &self.file)
    }

    /// The line of the file, from 1, in which a byte offset of the document's text lies.
    pub fn line(&self, offset: usize) -> usize {
        json::position(&self.file, outward(&self.wrappings, offset)).0
    }

    /// A function from byte offsets to lines for many look-ups, each in logarithmic time.
    pub fn lines(&self) -> impl Fn(usize) -> usize {
        let line = json::lines(&self.file);
        move |offset| line(outward(&self.wrappings, offset))
    }

    /// Halves of characters, `\ud83d` without its other half: only JSON can spell them, and no text in a card can hold
    /// them. Each member in which there are any is named once, with the line of the first.
    pub fn unshown(&self) -> Vec<Loss> {
        let line = self.lines();
        let quirks = self.document.quirks.iter();
        let halves = quirks.filter(|quirk| quirk.kind == QuirkKind::LoneSurrogate);
        let mut losses: Vec<Loss> = Vec::new();
        let mut named = HashSet::new();
        for at in halves.map(|quirk| quirk.at) {
            let around = member_around(&self.document.root, at);
            let inside = around.and_then(|member| member_around(&member.node, at));
            if named.insert([around, inside].map(|member| member.map(|member| member.key_span.start))) {
                let place = inside.map(|member| format!("{}: ", member.key)).unwrap_or_default();
                losses.push(Loss::beside(
                    around.map_or_else(|| "file".to_owned(), |member| member.key.clone()),
                    Some(format!("{place}half of a character in line {}", line(at))),
                ));
            }
        }
        losses
    }

    /// The file with the document changed to the value, every other byte as it was.
    pub fn write(&self, value: &Value) -> Vec<u8> {
        let mut edits = json::edits(&self.text, &self.document.root, value);
        for wrapping in self.wrappings.iter().rev() {
            for edit in &mut edits {
                edit.range = wrapping.places[edit.range.start]..wrapping.places[edit.range.end];
                edit.text = json::escaped(&edit.text, wrapping.ascii);
            }
        }
        self.encoding.encode_json(&json::apply(&self.file, &edits))
    }
}

/// The root of the document.
impl std::ops::Deref for Source {
    type Target = Node;

    fn deref(&self) -> &Node {
        &self.document.root
    }
}

/// The member of a group in whose name or value a place is.
fn member_around(node: &Node, at: usize) -> Option<&Member> {
    let Kind::Group(members) = &node.kind else { return None };
    let index = members.partition_point(|member| member.key_span.start <= at);
    members[..index].last()
}

fn outward(wrappings: &[Wrapping], offset: usize) -> usize {
    wrappings
        .iter()
        .rev()
        .fold(offset, |offset, wrapping| wrapping.places[offset])
}

fn parse(text: &str, file: &str, wrappings: &[Wrapping]) -> Result<Document, ReadError> {
    json::parse(text).map_err(|error| {
        let guess = if wrappings.is_empty() { not_json(text) } else { None };
        let (message, advice) = guess.unwrap_or((error.message, error.advice));
        ReadError {
            message,
            advice,
            position: Some(json::position(file, outward(wrappings, error.at))),
            text: Some(file.to_owned()),
        }
    })
}

/// What a text is that does not even begin like JSON.
fn not_json(text: &str) -> Option<(Sentence, Sentence)> {
    let start = text.trim_start();
    if start.starts_with('<') {
        Some((
            say!("This looks like an HTML page, not like a model card."),
            say!("Upload the file that the page was made from, or start a blank card and paste the texts."),
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::format::{Format, read, unshown, write};

    #[test]
    fn half_a_character_is_kept_and_named_for_every_other_file() {
        let source = "{\n \"a\": {\"b\": \"x\\ud83d and \\udc00\", \"c\": [1, \"\\ud83d\"]},\n \"d\\ud83d\": \"\\ud83d\\ude00 \u{fffd}\"}";
        let reading = read(source.as_bytes()).unwrap();
        let same = write(reading.format, Some(source.as_bytes()), &reading.card).unwrap();
        assert_eq!(same, source.as_bytes());
        let named: Vec<_> = unshown(Format::JSON, source.as_bytes())
            .into_iter()
            .map(|loss| (loss.section, loss.field.unwrap_or_default()))
            .collect();
        let half = |section: &str, field: &str| (section.to_owned(), field.to_owned());
        assert_eq!(
            named,
            [
                half("a", "b: half of a character in line 2"),
                half("a", "c: half of a character in line 2"),
                half("d\u{fffd}", "half of a character in line 3"),
            ]
        );
        assert_eq!(
            unshown(Format::JSON, "{\"a\": \"\u{fffd}\\ud83d\\ude00\"}".as_bytes()),
            []
        );
    }
}

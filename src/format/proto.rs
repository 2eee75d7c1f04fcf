//! A protobuf file of the Model Card Toolkit family, binary or text, as a document with places.
//!
//! The same field number means different things in the products of the family, so the product is told by what fits: a
//! card whose every field the toolkit's schema has is read with that; one that only VerifyML's has, and that has a field
//! which nobody else uses, with that; in any other the fields beyond the toolkit's are shown by their numbers.

use std::rc::Rc;

use super::encoding::Encoding;
use super::file::{File, Text};
use super::lens::Notation;
use super::proto_schemas::{TELLING, TOOLKIT, VERIFYML};
use super::{Finding, ReadError, Severity, findings};
use crate::json::{self, Value};
use crate::proto::{Content, Document, Item, Message, QuirkKind, Schema, SyntaxError, text, wire};

/// A protobuf file, ready to be read and to be written back with only the changed places replaced.
#[derive(Debug)]
pub(super) struct ProtoSource {
    form: Form,
    pub product: Product,
    pub document: Document,
}

#[derive(Debug)]
enum Form {
    Binary(Vec<u8>),
    Text(Encoding, Rc<str>),
}

/// Whose fields a card has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Product {
    /// The toolkit's own.
    Toolkit,
    /// VerifyML's.
    VerifyMl,
    /// Further ones, that were never published.
    Private,
}

/// The endings of binary files, as the toolkit and others name them.
const BINARY: &[&str] = &["proto", "pb", "binpb", "protobuf"];

/// The endings of files in the text notation.
const TEXT: &[&str] = &["pbtxt", "textproto", "textpb", "txtpb", "pbtext", "prototxt"];

impl ProtoSource {
    /// Parses a binary file.
    pub fn binary(bytes: &[u8]) -> Result<Self, ReadError> {
        let (product, document) = read(|schema| wire::parse(bytes, schema)).map_err(|error| ReadError {
            message: format!("As a binary protobuf card this cannot be read. {}", error.message),
            advice: error.advice,
            position: None,
            text: None,
        })?;
        Ok(Self {
            form: Form::Binary(bytes.to_vec()),
            product,
            document,
        })
    }

    /// Parses a text.
    pub fn text(file: &Text) -> Result<Self, ReadError> {
        let (product, document) = read(|schema| text::parse(&file.text, schema)).map_err(|error| ReadError {
            message: error.message,
            advice: error.advice,
            position: Some(json::position(&file.text, error.at)),
            text: Some(file.text.to_string()),
        })?;
        Ok(Self {
            form: Form::Text(file.encoding, file.text.clone()),
            product,
            document,
        })
    }

    /// How it is written.
    pub fn notation(&self) -> Notation {
        match self.form {
            Form::Binary(_) => Notation::Proto,
            Form::Text(..) => Notation::ProtoText,
        }
    }

    /// The schema it was read with.
    pub fn schema(&self) -> &'static Schema {
        match self.product {
            Product::VerifyMl => &VERIFYML,
            Product::Toolkit | Product::Private => &TOOLKIT,
        }
    }

    /// The line of the file, from 1, in which a byte offset lies; a binary file is one line.
    pub fn line(&self, offset: usize) -> usize {
        match &self.form {
            Form::Binary(_) => 1,
            Form::Text(_, text) => json::position(text, offset).0,
        }
    }

    /// A function from byte offsets to lines for many look-ups.
    pub fn lines(&self) -> Box<dyn Fn(usize) -> usize + '_> {
        match &self.form {
            Form::Binary(_) => Box::new(|_| 1),
            Form::Text(_, text) => Box::new(json::lines(text)),
        }
    }

    /// The file with the document changed to the value, every other byte as it was.
    pub fn write(&self, value: &Value) -> Vec<u8> {
        match &self.form {
            Form::Binary(bytes) => wire::edited(bytes, &self.document, value),
            Form::Text(encoding, text) => {
                encoding.encode(&json::apply(text, &text::edits(text, &self.document, value)))
            }
        }
    }

    /// What is unusual in the file.
    pub fn findings(&self) -> Vec<Finding> {
        let line = self.lines();
        let encoding = match &self.form {
            Form::Text(encoding, text) => findings::of_encoding(*encoding, text),
            Form::Binary(_) => None,
        };
        let product = match self.product {
            Product::Toolkit => None,
            Product::VerifyMl => Some(VERIFYML_CARD),
            Product::Private => Some(PRIVATE_CARD),
        };
        let notes = encoding
            .into_iter()
            .chain(product.map(|message| findings::note(Some(1), "file", message)));
        let quirks = self.document.quirks.iter().take(MAX_LISTED).map(|quirk| {
            let (severity, message) = match quirk.kind {
                QuirkKind::NotText => (
                    Severity::Problem,
                    "This text is not in UTF-8; what cannot be read is shown as �. Kept as it is until you edit it."
                        .to_owned(),
                ),
                QuirkKind::Bytes(count) => (
                    Severity::Note,
                    format!("{count} bytes of unknown meaning. They are kept, and shown in base64."),
                ),
                QuirkKind::Again => (
                    Severity::Problem,
                    "This field comes twice where it may come once; other programs take the last one or mix them. Both \
                     are kept and shown."
                        .to_owned(),
                ),
            };
            Finding {
                line: Some(line(quirk.at)),
                place: quirk.name.clone(),
                severity,
                message,
            }
        });
        notes.chain(quirks).collect()
    }
}

/// How many findings of one kind are listed.
const MAX_LISTED: usize = 50;

/// The note on a card of VerifyML.
pub(super) const VERIFYML_CARD: &str = "By its shape this is a VerifyML card, a relative of the Model Card Toolkit. What \
    only VerifyML has is kept as sections and further fields, and can be edited.";

const PRIVATE_CARD: &str = "Some fields of this card are in no published schema; programs such as WebCards write such \
    cards. Where the file tells their numbers only, they are shown as “field 9” and the like. They are kept, and can be \
    edited.";

fn read(parse: impl Fn(&'static Schema) -> Result<Document, SyntaxError>) -> Result<(Product, Document), SyntaxError> {
    let document = parse(&TOOLKIT)?;
    if document.strangers == 0 {
        return Ok((Product::Toolkit, document));
    }
    match parse(&VERIFYML) {
        Ok(other) if other.strangers == 0 && is_telling(&other.root) => Ok((Product::VerifyMl, other)),
        _ => Ok((Product::Private, document)),
    }
}

fn is_telling(message: &Message) -> bool {
    let schema = message.schema.map_or("", |schema| schema.name);
    message.fields.iter().any(|field| {
        let inside = |item: &Item| matches!(&item.content, Content::Message(inner) if is_telling(inner));
        TELLING.contains(&(schema, &field.name))
            || inside(&field.item)
            || matches!(&field.item.content, Content::List(items) if items.iter().any(inside))
    })
}

/// The bytes as a binary card, if they are one: no plain text, and from the first byte to the last messages with the
/// numbers 1 to 12, each once (seen in all real cards; other protobuf files have numbers or lists at their top).
pub(super) fn recognise(bytes: &[u8]) -> Option<ProtoSource> {
    let is_tag = |tag: &u8| tag & 7 == 2 && (1..=12).contains(&(tag >> 3));
    if !bytes.first().is_some_and(is_tag) || (!wire::has_controls(bytes) && std::str::from_utf8(bytes).is_ok()) {
        return None;
    }
    let source = ProtoSource::binary(bytes).ok()?;
    let root = &source.document.root;
    let is_message = |item: &Item| matches!(item.content, Content::Message(_)) || item.span.is_empty();
    let mut tags: Vec<u8> = root.fields.iter().map(|field| bytes[field.head.start]).collect();
    tags.sort_unstable();
    tags.dedup();
    let is_card = tags.len() == root.fields.len()
        && tags.iter().all(is_tag)
        && root
            .fields
            .iter()
            .all(|field| field.head.len() == 1 && is_message(&field.item));
    is_card.then_some(source)
}

/// Whether the name is that of a text in this notation.
pub(super) fn is_named_as_text(file: &File) -> bool {
    file.is_called(TEXT)
}

/// Whether a file says by its name or its beginning that it is a card in the text notation.
pub(super) fn is_meant_as_text(file: &File, text: &str) -> bool {
    if is_named_as_text(file) {
        return true;
    }
    let opens = |line: &str| {
        let name = VERIFYML.fields.iter().find_map(|field| line.strip_prefix(field.name));
        name.is_some_and(|rest| {
            rest.trim_start()
                .trim_start_matches(':')
                .trim_start()
                .starts_with(['{', '<'])
        })
    };
    !file.is_called(&["md", "markdown"])
        && text
            .lines()
            .any(|line| opens(line) || (line.starts_with('#') && line.contains("proto-message: ModelCard")))
}

/// Why a protobuf file is no card, when it is such a file: a schema, a text with a mistake, a binary file cut off.
pub(super) fn refusal(file: &File, bytes: &[u8]) -> Option<ReadError> {
    match file.text() {
        Ok(text) if !file.is_called(&["md", "markdown"]) && is_schema(&text.text) => Some(ReadError {
            message: "This is a protobuf schema: it says which fields a card can have, and holds no card.".into(),
            advice:
                "Upload the card that was written with it. The Model Card Toolkit keeps it as data/model_card.proto."
                    .into(),
            position: None,
            text: None,
        }),
        Ok(text) if file.tree().is_err() && is_meant_as_text(file, &text.text) => ProtoSource::text(text).err(),
        Err(_) if file.is_called(BINARY) => ProtoSource::binary(bytes).err(),
        _ => None,
    }
}

/// Whether the first statement is one that only schemas have.
fn is_schema(text: &str) -> bool {
    let mut rest = text.trim_start();
    loop {
        let end = if rest.starts_with("//") {
            rest.find('\n')
        } else if rest.starts_with("/*") {
            rest.find("*/").map(|at| at + 2)
        } else {
            break;
        };
        match end {
            Some(end) => rest = rest[end..].trim_start(),
            None => return false,
        }
    }
    ["syntax", "edition"].iter().any(|word| {
        let value = rest.strip_prefix(word).map(str::trim_start);
        let value = value.and_then(|rest| rest.strip_prefix('=')).map(str::trim_start);
        value.is_some_and(|rest| {
            rest.starts_with(['"', '\'']) && rest.lines().next().is_some_and(|line| line.contains(';'))
        })
    })
}

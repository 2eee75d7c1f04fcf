//! A protobuf file of the Model Card Toolkit family, binary or text, as a document with places.
//!
//! The same field number means different things in the products of the family, so the product is told by what fits: a
//! card whose every field the toolkit's schema has is read with that; one that only VerifyML's has, and that has a field
//! which nobody else uses, with that; in any other the fields beyond the toolkit's are shown by their numbers.

use std::rc::Rc;

use super::encoding::{Encoding, is_binary};
use super::file::{File, Text};
use super::lens::Notation;
use super::proto_schemas::{TELLING, TOOLKIT, VERIFYML};
use super::{Finding, ReadError, Severity, findings};
use crate::json::{self, Value};
use crate::proto::{Content, Document, Field, Item, Message, QuirkKind, Schema, SyntaxError, text, wire};

/// A protobuf file, ready to be read and to be written back with only the changed places replaced.
#[derive(Debug)]
pub(super) struct ProtoSource {
    form: Form,
    pub product: Product,
    pub document: Document,
}

#[derive(Debug)]
enum Form {
    Binary {
        bytes: Vec<u8>,
        /// The same with the pieces of each message in one, where one is in pieces: what the document has its places in.
        joined: Option<Vec<u8>>,
    },
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
        let parsed = |bytes: &[u8]| {
            read(|schema| wire::parse(bytes, schema)).map_err(|error| ReadError {
                message: format!("As a binary protobuf card this cannot be read. {}", error.message),
                advice: error.advice,
                position: None,
                text: None,
            })
        };
        let (mut product, mut document) = parsed(bytes)?;
        let joined = wire::joined(bytes, &document);
        if let Some(joined) = &joined {
            let pieces = document
                .quirks
                .into_iter()
                .filter(|quirk| quirk.kind == QuirkKind::Piece);
            let pieces: Vec<_> = pieces.collect();
            (product, document) = parsed(joined)?;
            document.quirks.extend(pieces);
        }
        Ok(Self {
            form: Form::Binary {
                bytes: bytes.to_vec(),
                joined,
            },
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
            Form::Binary { .. } => Notation::Proto,
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
            Form::Binary { .. } => 1,
            Form::Text(_, text) => json::position(text, offset).0,
        }
    }

    /// A function from byte offsets to lines for many look-ups.
    pub fn lines(&self) -> Box<dyn Fn(usize) -> usize + '_> {
        match &self.form {
            Form::Binary { .. } => Box::new(|_| 1),
            Form::Text(_, text) => Box::new(json::lines(text)),
        }
    }

    /// The file with the document changed to the value, every other byte as it was.
    pub fn write(&self, value: &Value) -> Vec<u8> {
        match &self.form {
            Form::Binary { bytes, .. } if self.document.view.says(value) => bytes.clone(),
            Form::Binary { bytes, joined } => wire::edited(joined.as_ref().unwrap_or(bytes), &self.document, value),
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
            Form::Binary { .. } => None,
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
                QuirkKind::Piece => (
                    Severity::Note,
                    "This message comes in several pieces, which every reader of protobuf takes for one. They are shown as one; \
                     the file keeps them apart until you edit an answer."
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
/// numbers 1 to 12 in one piece each, as in all real cards. What has further fields, or messages in pieces, is a card
/// where all else is as a schema has it, or where its name and that of the model say so: other protobuf files have
/// numbers, lists and texts at the top.
pub(super) fn recognise(file: &File, bytes: &[u8]) -> Option<ProtoSource> {
    let is_named = file.is_called(BINARY);
    let is_plain = !wire::has_controls(bytes) && std::str::from_utf8(bytes).is_ok();
    if !is_named && (is_plain || !bytes.first().is_some_and(is_tag)) {
        return None;
    }
    let source = ProtoSource::binary(bytes).ok()?;
    let Form::Binary { joined, .. } = &source.form else {
        return None;
    };
    let fields = &source.document.root.fields;
    let tag = |field: &Field| joined.as_deref().unwrap_or(bytes)[field.head.start];
    let is_message = |field: &Field| matches!(field.item.content, Content::Message(_)) || field.item.span.is_empty();
    let is_usual = |field: &Field| field.head.len() == 1 && is_tag(&tag(field)) && is_message(field);
    let mut tags: Vec<u8> = fields.iter().map(tag).collect();
    tags.sort_unstable();
    tags.dedup();
    let is_usual = joined.is_none() && tags.len() == fields.len() && fields.iter().all(is_usual);
    let known = fields.iter().filter(|field| field.kind.is_some()).count();
    let fits = source.document.strangers == fields.len() - known;
    let is_card = match is_plain {
        true => known == fields.len() && fits,
        false => is_usual || (known > 0 && (fits || (is_named && joined.is_none() && has_name(&source)))),
    };
    (is_card && !fields.is_empty()).then_some(source)
}

/// Whether there is a name where a card has that of its model.
fn has_name(source: &ProtoSource) -> bool {
    let details = source.document.view.member("model_details");
    let name = details.and_then(|details| details.member("name"));
    name.is_some_and(|name| matches!(name.kind, json::Kind::Text(_)))
}

/// Whether a byte can stand in front of a message of a card.
fn is_tag(tag: &u8) -> bool {
    tag & 7 == 2 && (1..=12).contains(&(tag >> 3))
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

/// Why a protobuf file is no card, when it is such a file: a schema, a text with a mistake, a damaged binary file.
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
        _ if file.document().is_ok() => None,
        Ok(text) if is_meant_as_text(file, &text.text) => ProtoSource::text(text).err(),
        _ if is_meant_as_binary(file, bytes) => Some(of_binary(bytes)),
        _ => None,
    }
}

/// Whether a file that is no text, or holds characters that no text has, is called a protobuf file or begins like a card.
fn is_meant_as_binary(file: &File, bytes: &[u8]) -> bool {
    let is_text = file.text().is_ok_and(|text| !text.text.bytes().any(is_binary));
    let start = &bytes[..bytes.len().min(BEGINNING)];
    let begins = start.first().is_some_and(is_tag) && start.iter().copied().any(is_binary);
    !is_text && (file.is_called(BINARY) || begins)
}

/// In so many bytes stand the tags and lengths of a card, of its first message and of the first text in it.
const BEGINNING: usize = 8;

/// What is wrong with a binary file that is no card.
fn of_binary(bytes: &[u8]) -> ReadError {
    ProtoSource::binary(bytes).err().unwrap_or_else(|| ReadError {
        message:
            "By its bytes this is a protobuf file, but no model card: what stands in it under the numbers of a card is \
                  something else."
                .into(),
        advice: "Upload the card itself. The Model Card Toolkit keeps it as data/model_card.proto.".into(),
        position: None,
        text: None,
    })
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

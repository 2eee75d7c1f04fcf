//! A protobuf file of the Model Card Toolkit family, binary or text, as a document with places.
//!
//! The same field number means different things in the products of the family, so the product is told by what fits: a
//! card whose every field the toolkit's schema has is read with that; one that only VerifyML's has, and that has a field
//! which nobody else uses, with that; in any other the fields beyond the toolkit's are shown by their numbers.

mod likeness;
mod recognition;

use std::rc::Rc;

use super::encoding::Encoding;
use super::file::Text;
use super::lens::Notation;
use super::proto_schemas::{TELLING, TOOLKIT, VERIFYML};
use super::{Finding, ReadError, Severity, findings};
use crate::json::{self, Value};
use crate::locale::Sentence;
use crate::proto::{Content, Document, Item, Message, QuirkKind, Schema, SyntaxError, text, wire};
use crate::say;
use crate::word;

pub(super) use recognition::{is_meant_as_text, is_named_as_text, recognise, refusal};

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
        /// The same as every reader takes it, where messages are in pieces or values come again: what the document has its
        /// places in.
        joined: Option<wire::Joined>,
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

impl ProtoSource {
    /// Parses a binary file.
    pub fn binary(bytes: &[u8]) -> Result<Self, ReadError> {
        let parsed = |bytes: &[u8]| {
            read(|schema| wire::parse(bytes, schema)).map_err(|error| ReadError {
                message: say!(
                    "As a binary protobuf card this cannot be read. {message}",
                    message = error.message
                ),
                advice: error.advice,
                position: None,
                text: None,
            })
        };
        let (mut product, mut document) = parsed(bytes)?;
        let joined = wire::joined(bytes, &document);
        if let Some(joined) = &joined {
            (product, document) = parsed(&joined.bytes)?;
            document.quirks.extend(joined.quirks.iter().cloned());
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
            Form::Binary { bytes, joined } => {
                let bytes = joined.as_ref().map_or(bytes, |joined| &joined.bytes);
                wire::edited(bytes, &self.document, value)
            }
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
            .chain(product.map(|message| findings::note(Some(1), say!("file"), Sentence::new(message))));
        let is_binary = matches!(self.form, Form::Binary { .. });
        let quirks = self.document.quirks.iter().take(MAX_LISTED).map(|quirk| {
            let (severity, message) = match quirk.kind {
                QuirkKind::NotText => (
                    Severity::Problem,
                    say!(
                        "This text is not in UTF-8; what cannot be read is shown as �. Kept as it is until you \
                             edit it."
                    ),
                ),
                QuirkKind::Bytes(count) => (
                    Severity::Note,
                    say!(
                        "{count} bytes of unknown meaning. They are kept, and shown in base64.",
                        count
                    ),
                ),
                QuirkKind::Again if is_binary => (
                    Severity::Problem,
                    say!(
                        "This field comes twice where it may come once. The last one is shown, as every reader \
                             of protobuf takes it; the file keeps the others until you edit an answer."
                    ),
                ),
                QuirkKind::Again => (
                    Severity::Problem,
                    say!(
                        "This field comes twice where it may come once; other programs take the last one or \
                             mix them. Both are kept and shown."
                    ),
                ),
                QuirkKind::Piece => (
                    Severity::Note,
                    say!(
                        "This message comes in several pieces, which every reader of protobuf takes for one. \
                             They are shown as one; the file keeps them apart until you edit an answer."
                    ),
                ),
            };
            Finding {
                line: Some(line(quirk.at)),
                place: Sentence::as_written(&quirk.name),
                severity,
                message,
                within: None,
            }
        });
        notes.chain(quirks).collect()
    }
}

/// How many findings of one kind are listed.
const MAX_LISTED: usize = 50;

/// The note on a card of VerifyML.
pub(super) const VERIFYML_CARD: &str = word!(
    "By its shape this is a VerifyML card, a relative of the Model Card Toolkit. What \
    only VerifyML has is kept as sections and further fields, and can be edited."
);

const PRIVATE_CARD: &str = word!(
    "Some fields of this card are in no published schema; programs such as WebCards write such cards. \
             Where the file tells their numbers only, they are shown as “field 9” and the like. They are kept, and \
             can be edited."
);

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

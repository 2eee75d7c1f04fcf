//! How much a binary file is like a card.

use crate::json;
use crate::proto::{Content, Field, wire};

use super::{Form, ProtoSource};

/// How much of a card the records of a file have.
pub(super) enum Likeness {
    /// Every field is one of a card, with all in it as a schema has it.
    Full,
    /// Messages with the numbers 1 to 12 in one piece each, as in all real cards.
    Outline,
    /// Fields of a card with all in them as a schema has it, and further ones.
    Part,
    /// A name where a card has that of its model.
    ModelName,
    /// Nothing, or pieces of the same message again and again, as a list of entries has them.
    None,
}

/// The most pieces of one message that somebody who writes a card bit by bit leaves; what has more is a list of entries.
pub(super) const MAX_PIECES: usize = 5;

impl Likeness {
    /// That of a file to a card.
    pub fn of(source: &ProtoSource, bytes: &[u8]) -> Self {
        let bytes = joined(source).map_or(bytes, |joined| &joined.bytes);
        let pieces = pieces(source);
        let fields = &source.document.root.fields;
        let known = fields.iter().filter(|field| field.kind.is_some()).count();
        let fits = source.document.strangers == fields.len() - known;
        if fields.is_empty() || pieces > MAX_PIECES {
            Self::None
        } else if fits && known == fields.len() {
            Self::Full
        } else if pieces == 1 && is_outline(fields, bytes) {
            Self::Outline
        } else if fits && known > 0 {
            Self::Part
        } else if pieces == 1 && has_model_name(source) {
            Self::ModelName
        } else {
            Self::None
        }
    }
}

fn is_outline(fields: &[Field], bytes: &[u8]) -> bool {
    let tag = |field: &Field| bytes[field.head.start];
    let is_message = |field: &Field| matches!(field.item.content, Content::Message(_)) || field.item.span.is_empty();
    let mut tags: Vec<u8> = fields.iter().map(tag).collect();
    tags.sort_unstable();
    tags.dedup();
    tags.len() == fields.len()
        && fields
            .iter()
            .all(|field| field.head.len() == 1 && is_tag(&tag(field)) && is_message(field))
}

fn has_model_name(source: &ProtoSource) -> bool {
    let details = source.document.view.member("model_details");
    let name = details.and_then(|details| details.member("name"));
    name.is_some_and(|name| matches!(name.kind, json::Kind::Text(_)))
}

fn joined(source: &ProtoSource) -> Option<&wire::Joined> {
    match &source.form {
        Form::Binary { joined, .. } => joined.as_ref(),
        Form::Text(..) => None,
    }
}

/// How many pieces the message has that comes in the most.
pub(super) fn pieces(source: &ProtoSource) -> usize {
    joined(source).map_or(1, |joined| joined.pieces)
}

/// Whether a byte can stand in front of a message of a card.
pub(super) fn is_tag(tag: &u8) -> bool {
    tag & 7 == 2 && (1..=12).contains(&(tag >> 3))
}

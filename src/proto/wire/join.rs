use std::collections::{HashMap, HashSet};

use super::{LENGTH, put_payload, put_tag};
use crate::proto::Document;
use crate::proto::message::{Content, Field, Message, QuirkKind};

/// The file with the pieces of each message in one, where the first of them stands; `None` when none is in pieces.
///
/// A message that may come once and comes several times is one message: its pieces one behind the other are its payload
/// ("Last One Wins" in the encoding guide of protocol buffers). Every other record is copied.
pub fn joined(bytes: &[u8], document: &Document) -> Option<Vec<u8>> {
    let is_in_pieces = document.quirks.iter().any(|quirk| quirk.kind == QuirkKind::Piece);
    is_in_pieces.then(|| payload(bytes, &[&document.root]))
}

/// What these pieces of one message hold.
fn payload(bytes: &[u8], pieces: &[&Message]) -> Vec<u8> {
    let fields = || pieces.iter().flat_map(|piece| &piece.fields);
    let mut inner: HashMap<u32, Vec<&Message>> = HashMap::new();
    for (number, message) in fields().filter_map(single) {
        inner.entry(number).or_default().push(message);
    }
    let mut put = HashSet::new();
    let mut out = Vec::new();
    for field in fields() {
        match single(field) {
            Some((number, message)) => {
                if !put.insert(number) {
                    continue;
                }
                let joined = payload(bytes, &inner[&number]);
                if joined == bytes[message.span.clone()] {
                    out.extend(&bytes[field.span.clone()]);
                } else {
                    put_tag(&mut out, number, LENGTH);
                    put_payload(&mut out, LENGTH, &joined);
                }
            }
            None => out.extend(&bytes[field.span.clone()]),
        }
    }
    out
}

/// The number and content of a field that is a message and may come once.
fn single(field: &Field) -> Option<(u32, &Message)> {
    match (field.kind, &field.item.content) {
        (Some(kind), Content::Message(message)) if !kind.repeated => Some((kind.number, message)),
        _ => None,
    }
}

use std::collections::HashMap;

use super::{LENGTH, put_payload, put_tag};
use crate::proto::Document;
use crate::proto::message::{Content, Field, Message, Quirk, QuirkKind};

/// A file in which all comes once that may come once.
#[derive(Debug)]
pub struct Joined {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many pieces the message had that came in the most.
    pub pieces: usize,
    /// What came again, with places in the file as it was.
    pub quirks: Vec<Quirk>,
}

/// The file as every reader takes it, where something comes several times that may come once; `None` when nothing does.
///
/// A message that comes several times is one message: its pieces one behind the other are its payload. Of any other value
/// the last one counts ("Last One Wins" in the encoding guide of protocol buffers), be the earlier ones in the same piece
/// or in others. Both stand where the first of them does. Every other record is copied.
pub fn joined(bytes: &[u8], document: &Document) -> Option<Joined> {
    let comes_again = |kind| matches!(kind, QuirkKind::Piece | QuirkKind::Again);
    let is_needed = document.quirks.iter().any(|quirk| comes_again(quirk.kind));
    is_needed.then(|| {
        let mut whole = payload(bytes, &[&document.root]);
        whole.quirks.sort_by_key(|quirk| quirk.at);
        whole
    })
}

/// What these pieces of one message hold.
fn payload(bytes: &[u8], pieces: &[&Message]) -> Joined {
    let fields = || pieces.iter().flat_map(|piece| &piece.fields);
    let mut times: HashMap<u32, Vec<&Field>> = HashMap::new();
    for field in fields() {
        if let Some(number) = single(field) {
            times.entry(number).or_default().push(field);
        }
    }
    let mut whole = Joined {
        bytes: Vec::new(),
        pieces: pieces.len(),
        quirks: Vec::new(),
    };
    for field in fields() {
        let same = match single(field) {
            // All that comes again is put where it comes first.
            Some(number) => times.remove(&number).unwrap_or_default(),
            None => vec![field],
        };
        if let Some(last) = same.last() {
            whole.put(bytes, &same, last);
        }
    }
    whole
}

impl Joined {
    /// Puts fields that are one: messages one behind the other, or else the last.
    fn put(&mut self, bytes: &[u8], same: &[&Field], last: &Field) {
        let messages: Vec<&Message> = same.iter().filter_map(|field| message(field)).collect();
        self.quirks.extend(same[1..].iter().map(|field| Quirk {
            at: field.span.start,
            name: field.name.clone().into_owned(),
            kind: message(field).map_or(QuirkKind::Again, |_| QuirkKind::Piece),
        }));
        let (Some(kind), false) = (last.kind, messages.is_empty()) else {
            return self.bytes.extend(&bytes[last.span.clone()]);
        };
        let inner = payload(bytes, &messages);
        self.pieces = self.pieces.max(inner.pieces);
        self.quirks.extend(inner.quirks);
        if inner.bytes == bytes[last.item.span.clone()] {
            self.bytes.extend(&bytes[last.span.clone()]);
        } else {
            put_tag(&mut self.bytes, kind.number, LENGTH);
            put_payload(&mut self.bytes, LENGTH, &inner.bytes);
        }
    }
}

/// The number of a field that may come once.
fn single(field: &Field) -> Option<u32> {
    field.kind.filter(|kind| !kind.repeated).map(|kind| kind.number)
}

fn message(field: &Field) -> Option<&Message> {
    match &field.item.content {
        Content::Message(message) => Some(message),
        _ => None,
    }
}

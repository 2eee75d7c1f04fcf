use super::{FIXED_32, FIXED_64, GROUP, LENGTH, VARINT, put_payload, put_tag, put_varint, shown_bytes, varint};
use crate::json::Node;
use crate::proto::message::{Content, Field, Item, Message};
use crate::proto::plan::{Entry, Rules, plan};
use crate::proto::schema::{FieldType, Schema, Type, number_in};
use crate::proto::{Document, Value};

/// The file with the document changed to the value, as far as the notation can say it: a changed field is written anew
/// with the lengths around it, every other record is copied. What cannot be said stays as it was, or is left out when it
/// is new.
pub fn edited(bytes: &[u8], document: &Document, value: &Value) -> Vec<u8> {
    match value {
        Value::Group(members) if !document.view.says(value) => {
            Editor { bytes }.message(&document.root, &document.view, members)
        }
        _ => bytes.to_vec(),
    }
}

/// A new file of this kind; what the schema has no place for is left out.
pub fn to_bytes(value: &Value, schema: &'static Schema) -> Vec<u8> {
    match value {
        Value::Group(members) => new_message(members, Some(schema)),
        _ => Vec::new(),
    }
}

/// Where new fields can go: to names of the schema, and to numbers that the schema does not use.
struct Numbers(Option<&'static Schema>);

impl Numbers {
    fn of(&self, name: &str) -> Option<(u32, Option<&'static FieldType>)> {
        let known = self.0.and_then(|schema| schema.named(name));
        known.map(|kind| (kind.number, Some(kind))).or_else(|| {
            let number = number_in(name)?;
            let is_free = self.0.is_none_or(|schema| schema.numbered(number).is_none());
            is_free.then_some((number, None))
        })
    }
}

impl Rules for Numbers {
    fn can_add(&self, name: &str) -> bool {
        self.of(name).is_some()
    }

    fn is_repeated(&self, name: &str) -> bool {
        matches!(self.of(name), Some((_, Some(kind))) if kind.repeated)
    }
}

struct Editor<'b> {
    bytes: &'b [u8],
}

impl Editor<'_> {
    fn message(&self, message: &Message, node: &Node, new: &[(String, Value)]) -> Vec<u8> {
        let numbers = Numbers(message.schema);
        let mut out = Vec::with_capacity(message.span.len());
        for piece in plan(message, node, new, &numbers) {
            match piece.frame {
                Some(frame) => self.kept(&message.fields[frame], &piece.entries, &mut out),
                None => {
                    let values = piece.entries.iter().map(|entry| entry.value);
                    put_field(&mut out, &numbers, piece.name, values);
                }
            }
        }
        out
    }

    fn kept(&self, field: &Field, entries: &[Entry], out: &mut Vec<u8>) {
        for Entry { old, value } in entries {
            let Some((item, node)) = old else { continue };
            if node.says(value) && std::ptr::eq(*item, &field.item) {
                out.extend(&self.bytes[field.span.clone()]);
            } else if let Some((wire, payload)) = self.payload(field, item, node, value) {
                self.put_head(field, wire, out);
                put_payload(out, wire, &payload);
                if wire == GROUP {
                    out.extend(&self.bytes[field.item.span.end..field.span.end]);
                }
            } else {
                out.extend(&self.bytes[field.span.clone()]);
            }
        }
    }

    /// The field's tag as it is spelled, or a new one for another kind of payload.
    fn put_head(&self, field: &Field, wire: u8, out: &mut Vec<u8>) {
        let Some((tag, _)) = varint(self.bytes, field.head.start, field.head.end) else {
            return;
        };
        if tag & 7 == u64::from(wire) {
            out.extend(&self.bytes[field.head.clone()]);
        } else {
            put_varint(out, tag >> 3 << 3 | u64::from(wire));
        }
    }

    /// The payload of a field that shall say the value, made from an item of the same name.
    fn payload(&self, field: &Field, item: &Item, node: &Node, value: &Value) -> Option<(u8, Vec<u8>)> {
        if node.says(value) {
            return Some((self.wire(field), self.bytes[item.span.clone()].to_vec()));
        }
        match (&item.content, value) {
            (Content::Message(message), Value::Group(members)) => {
                Some((self.wire(field), self.message(message, node, members)))
            }
            (Content::Leaf(Value::Text(shown)), Value::Text(text)) if field.kind.is_none() => {
                let is_bytes = self.bytes[item.span.clone()] != *shown.as_bytes();
                Some((
                    LENGTH,
                    is_bytes
                        .then(|| bytes_of(text))
                        .flatten()
                        .unwrap_or_else(|| text.clone().into_bytes()),
                ))
            }
            (Content::Leaf(Value::Number(_)), Value::Number(spelling)) if field.kind.is_none() => {
                let wire = self.wire(field);
                number(wire, spelling).map(|payload| (wire, payload))
            }
            _ => new_payload(field.kind, value),
        }
    }

    fn wire(&self, field: &Field) -> u8 {
        varint(self.bytes, field.head.start, field.head.end).map_or(LENGTH, |(tag, _)| (tag & 7).to_le_bytes()[0])
    }
}

/// Bytes from what they are shown as, when they are shown so again.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let bytes = data_encoding::BASE64.decode(text.as_bytes()).ok()?;
    (std::str::from_utf8(&bytes).is_err() && shown_bytes(&bytes) == text).then_some(bytes)
}

fn number(wire: u8, spelling: &str) -> Option<Vec<u8>> {
    let value: u64 = spelling
        .parse()
        .ok()
        .filter(|value: &u64| value.to_string() == spelling)?;
    Some(match wire {
        FIXED_64 => value.to_le_bytes().to_vec(),
        FIXED_32 => u32::try_from(value).ok()?.to_le_bytes().to_vec(),
        _ => {
            let mut out = Vec::new();
            put_varint(&mut out, value);
            out
        }
    })
}

/// The payload of a new field; `None` when the field cannot say the value.
fn new_payload(kind: Option<&'static FieldType>, value: &Value) -> Option<(u8, Vec<u8>)> {
    match (kind.map(|kind| kind.kind), value) {
        (None | Some(Type::Text), Value::Text(text)) => Some((LENGTH, text.clone().into_bytes())),
        (Some(Type::Text), Value::Number(spelling)) => Some((LENGTH, spelling.clone().into_bytes())),
        (Some(Type::Text), Value::Bool(yes)) => Some((LENGTH, yes.to_string().into_bytes())),
        (Some(Type::Bool), Value::Bool(yes)) => Some((VARINT, vec![u8::from(*yes)])),
        (Some(Type::Message(schema)), Value::Group(members)) => Some((LENGTH, new_message(members, Some(schema)))),
        (None, Value::Group(members)) => Some((LENGTH, new_message(members, None))),
        (None, Value::Number(spelling)) => number(VARINT, spelling).map(|payload| (VARINT, payload)),
        _ => None,
    }
}

fn new_message(members: &[(String, Value)], schema: Option<&'static Schema>) -> Vec<u8> {
    let numbers = Numbers(schema);
    let mut out = Vec::new();
    for (name, value) in members {
        let values = match value {
            Value::List(items) if numbers.is_repeated(name) => items.as_slice(),
            value => std::slice::from_ref(value),
        };
        put_field(&mut out, &numbers, name, values.iter());
    }
    out
}

/// New records of one name, for each value that they can say.
fn put_field<'v>(out: &mut Vec<u8>, numbers: &Numbers, name: &str, values: impl Iterator<Item = &'v Value>) {
    let Some((number, kind)) = numbers.of(name) else { return };
    for (wire, payload) in values.filter_map(|value| new_payload(kind, value)) {
        put_tag(out, number, wire);
        put_payload(out, wire, &payload);
    }
}

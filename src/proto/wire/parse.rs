use std::borrow::Cow;
use std::ops::Range;

use super::{FIXED_32, FIXED_64, GROUP, GROUP_END, LENGTH, VARINT, shown_bytes, varint};
use crate::locale::Sentence;
use crate::proto::message::{Content, Field, Item, Message, Quirk, QuirkKind, again};
use crate::proto::schema::{FieldType, MAX_NUMBER, Schema, Type, name_of};
use crate::proto::{Document, MAX_DEPTH, MAX_FIELDS, SyntaxError, Value};
use crate::say;

/// How deep messages are looked for in each other where no schema says that there are any.
const MAX_GUESSES: usize = 16;

/// The file as a message of this kind. A field that the schema does not have, or has in another form, is taken for what
/// it can be: a text, a message, a number, or else bytes.
///
/// # Errors
/// When the bytes are no such file, with the place.
pub fn parse(bytes: &[u8], schema: &'static Schema) -> Result<Document, SyntaxError> {
    let mut parser = Parser {
        bytes,
        fields: 0,
        strangers: 0,
        quirks: Vec::new(),
    };
    match parser.message(0..bytes.len(), Some(schema), 0) {
        Ok(root) => {
            parser.quirks.sort_by_key(|quirk| quirk.at);
            Ok(Document::new(root, parser.quirks, parser.strangers))
        }
        Err(Fault { at, message, .. }) => Err(SyntaxError {
            at,
            message: say!(
                "{message} (at byte {at} of {bytes}).",
                message,
                at = at + 1,
                bytes = bytes.len()
            ),
            advice: say!(
                "Look whether the file was copied as a whole, or write it again with the program that made it."
            ),
        }),
    }
}

struct Fault {
    at: usize,
    message: Sentence,
    /// Whether the whole file is refused, rather than taken for something else.
    is_final: bool,
}

struct Parser<'b> {
    bytes: &'b [u8],
    fields: usize,
    strangers: usize,
    quirks: Vec<Quirk>,
}

impl Parser<'_> {
    fn message(&mut self, span: Range<usize>, schema: Option<&'static Schema>, depth: usize) -> Result<Message, Fault> {
        let (message, _) = self.records(span, schema, depth, None)?;
        Ok(message)
    }

    /// The records of a message, to its end or, in a group, to the tag that closes it; and where they end.
    fn records(
        &mut self,
        span: Range<usize>,
        schema: Option<&'static Schema>,
        depth: usize,
        group: Option<u32>,
    ) -> Result<(Message, usize), Fault> {
        if depth > MAX_DEPTH {
            let message = say!(
                "Messages lie more than {most} levels deep in each other",
                most = MAX_DEPTH
            );
            return Err(Fault {
                at: span.start,
                message,
                is_final: false,
            });
        }
        let mut fields = Vec::new();
        let mut at = span.start;
        while at < span.end {
            self.fields += 1;
            if self.fields > MAX_FIELDS {
                let message = say!("The file has more than {most} fields", most = MAX_FIELDS);
                return Err(Fault {
                    at,
                    message,
                    is_final: true,
                });
            }
            let start = at;
            let (number, wire) = self.tag(&mut at, span.end)?;
            let head = start..at;
            if wire == GROUP_END && group == Some(number) {
                return Ok((self.closed(schema, span.start..start, fields), at));
            }
            let (payload, content) = self.payload(number, wire, &mut at, span.end, depth)?;
            let (name, kind, content) = self.understood(schema, number, wire, &payload, content, depth)?;
            fields.push(Field {
                name,
                kind,
                span: start..at,
                head,
                item: Item { span: payload, content },
            });
        }
        match group {
            Some(number) => Err(Fault {
                at,
                message: say!("The group of field {number} has no end", number),
                is_final: false,
            }),
            None => Ok((self.closed(schema, span, fields), at)),
        }
    }

    fn closed(&mut self, schema: Option<&'static Schema>, span: Range<usize>, fields: Vec<Field>) -> Message {
        self.quirks.extend(again(&fields, QuirkKind::Piece));
        Message { schema, span, fields }
    }

    fn tag(&self, at: &mut usize, end: usize) -> Result<(u32, u8), Fault> {
        let start = *at;
        let fault = |message: Sentence| Fault {
            at: start,
            message,
            is_final: false,
        };
        let (tag, next) = varint(self.bytes, start, end)
            .ok_or_else(|| fault(say!("The number of a field is cut off or has no end")))?;
        *at = next;
        let number = u32::try_from(tag >> 3)
            .ok()
            .filter(|number| (1..=MAX_NUMBER).contains(number))
            .ok_or_else(|| fault(say!("No field can have the number that stands here")))?;
        Ok((number, (tag & 7).to_le_bytes()[0]))
    }

    /// The bytes that belong to a tag; for numbers and groups also what they say.
    fn payload(
        &mut self,
        number: u32,
        wire: u8,
        at: &mut usize,
        end: usize,
        depth: usize,
    ) -> Result<(Range<usize>, Option<Content>), Fault> {
        let start = *at;
        let fault = |message: Sentence| Fault {
            at: start,
            message,
            is_final: false,
        };
        let cut_off = || {
            fault(say!(
                "The file ends, or its message does, in the middle of field {number}",
                number
            ))
        };
        let leaf = |number: u64| Some(Content::Leaf(Value::Number(number.to_string())));
        match wire {
            VARINT => {
                let (value, next) = varint(self.bytes, start, end).ok_or_else(cut_off)?;
                *at = next;
                Ok((start..next, leaf(value)))
            }
            FIXED_64 | FIXED_32 => {
                let size = if wire == FIXED_64 { 8 } else { 4 };
                if end - start < size {
                    return Err(cut_off());
                }
                *at = start + size;
                let value = self.bytes[start..*at]
                    .iter()
                    .rev()
                    .fold(0, |value, byte| value << 8 | u64::from(*byte));
                Ok((start..*at, leaf(value)))
            }
            LENGTH => {
                let (length, from) = varint(self.bytes, start, end).ok_or_else(cut_off)?;
                let length = usize::try_from(length).ok().filter(|length| *length <= end - from);
                *at = from + length.ok_or_else(cut_off)?;
                Ok((from..*at, None))
            }
            GROUP => {
                let (message, next) = self.records(start..end, None, depth + 1, Some(number))?;
                *at = next;
                Ok((message.span.clone(), Some(Content::Message(message))))
            }
            GROUP_END => Err(fault(say!(
                "The group of field {number} ends here without having begun",
                number
            ))),
            _ => Err(fault(say!("Field {number} is of a kind that does not exist", number))),
        }
    }

    /// What a record says: by the schema where it fits, else by its look.
    fn understood(
        &mut self,
        schema: Option<&'static Schema>,
        number: u32,
        wire: u8,
        payload: &Range<usize>,
        content: Option<Content>,
        depth: usize,
    ) -> Result<(Cow<'static, str>, Option<&'static FieldType>, Content), Fault> {
        if let Some(kind) = schema.and_then(|schema| schema.numbered(number)) {
            let known = match (kind.kind, wire, &content) {
                (Type::Text, LENGTH, _) => Some(self.text(kind, payload)),
                (Type::Bool, VARINT, Some(Content::Leaf(Value::Number(value)))) => match value.as_str() {
                    "0" => Some(Content::Leaf(Value::Bool(false))),
                    "1" => Some(Content::Leaf(Value::Bool(true))),
                    _ => None,
                },
                (Type::Message(inner), LENGTH, _) => {
                    self.attempt(payload.clone(), Some(inner), depth)?.map(Content::Message)
                }
                _ => None,
            };
            if let Some(known) = known {
                return Ok((Cow::Borrowed(kind.name), Some(kind), known));
            }
        }
        self.strangers += usize::from(schema.is_some());
        let name = name_of(number);
        let content = match content {
            Some(content) => content,
            None => self.guess(&name, payload, depth)?,
        };
        Ok((Cow::Owned(name), None, content))
    }

    /// A message, if it is one; what was counted and noted on a wrong way is forgotten.
    fn attempt(
        &mut self,
        span: Range<usize>,
        schema: Option<&'static Schema>,
        depth: usize,
    ) -> Result<Option<Message>, Fault> {
        let before = (self.fields, self.strangers, self.quirks.len());
        match self.message(span, schema, depth + 1) {
            Ok(message) => Ok(Some(message)),
            Err(fault) if fault.is_final && schema.is_some() => Err(fault),
            Err(_) => {
                (self.fields, self.strangers) = (before.0, before.1);
                self.quirks.truncate(before.2);
                Ok(None)
            }
        }
    }

    fn text(&mut self, kind: &FieldType, payload: &Range<usize>) -> Content {
        let bytes = &self.bytes[payload.clone()];
        let text = String::from_utf8_lossy(bytes);
        let is_text = matches!(text, Cow::Borrowed(_));
        self.strangers += usize::from(!is_text || has_controls(bytes));
        if !is_text {
            self.note(payload.start, kind.name, QuirkKind::NotText);
        }
        Content::Leaf(Value::Text(text.into_owned()))
    }

    /// What a field without a schema looks like. A message nearly always begins with its field 1, whose tag is a line
    /// break, or has a control character in it; a text has neither. In the outermost message all fields are messages.
    fn guess(&mut self, name: &str, payload: &Range<usize>, depth: usize) -> Result<Content, Fault> {
        let bytes = &self.bytes[payload.clone()];
        let text = std::str::from_utf8(bytes).ok();
        let is_likely = depth == 0 || text.is_none() || bytes.starts_with(b"\n") || has_controls(bytes);
        if is_likely
            && !bytes.is_empty()
            && depth < MAX_GUESSES
            && let Some(message) = self.attempt(payload.clone(), None, depth)?
        {
            return Ok(Content::Message(message));
        }
        Ok(Content::Leaf(Value::Text(match text {
            Some(text) => text.to_owned(),
            None => {
                self.note(payload.start, name, QuirkKind::Bytes(bytes.len()));
                shown_bytes(bytes)
            }
        })))
    }

    fn note(&mut self, at: usize, name: &str, kind: QuirkKind) {
        self.quirks.push(Quirk {
            at,
            name: name.to_owned(),
            kind,
        });
    }
}

/// Whether there are control characters other than those of a text: tab, line feed, carriage return.
pub fn has_controls(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .any(|byte| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r'))
}

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::schema::{FieldType, Schema};
use crate::json::{Kind, Member, Node, Value};

/// A message with its place in the file.
#[derive(Debug)]
pub struct Message {
    /// Its kind; `None` where the schema does not say what this is.
    pub schema: Option<&'static Schema>,
    /// Byte range of what is inside.
    pub span: Range<usize>,
    /// Its fields in the order of the file.
    pub fields: Vec<Field>,
}

/// A field of a message, one time that it comes.
#[derive(Debug)]
pub struct Field {
    /// The name shown: the schema's, that of the text, or `field 9`.
    pub name: Cow<'static, str>,
    /// What the schema says of it, where the file agrees.
    pub kind: Option<&'static FieldType>,
    /// Byte range of all of it.
    pub span: Range<usize>,
    /// Byte range of what names it: the tag, or the name.
    pub head: Range<usize>,
    /// What it holds.
    pub item: Item,
}

/// A value with its place.
#[derive(Debug)]
pub struct Item {
    /// Byte range: the payload of the binary notation, the spelling in the text notation.
    pub span: Range<usize>,
    /// What it is.
    pub content: Content,
}

/// What an [`Item`] is.
#[derive(Debug)]
pub enum Content {
    /// A single value; bytes that are no text are shown in base64.
    Leaf(Value),
    /// A message.
    Message(Message),
    /// The short list of the text notation, `[1, 2]`; never in another list.
    List(Vec<Item>),
}

/// Something that other readers stumble over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quirk {
    /// Byte offset in the file.
    pub at: usize,
    /// The name of the field.
    pub name: String,
    /// Which kind.
    pub kind: QuirkKind,
}

/// The kinds of [`Quirk`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuirkKind {
    /// A text that is not UTF-8; what cannot be read is shown as a replacement character.
    NotText,
    /// Bytes of unknown meaning, shown in base64; so many.
    Bytes(usize),
    /// A field that may come once and came before.
    Again,
    /// A message of the binary notation that may come once and came before: a further piece of it.
    Piece,
}

/// The fields that are shown as one member.
pub(super) struct Shown {
    /// Whether they are shown as a list.
    pub is_list: bool,
    /// For each value the index of its field, and its place in the short list that it stands in.
    pub values: Vec<(usize, Option<usize>)>,
    /// The fields.
    pub fields: Vec<usize>,
}

impl Field {
    /// Whether it is shown as a list, together with the others of its name.
    pub(super) fn is_list(&self) -> bool {
        self.kind.is_some_and(|kind| kind.repeated) || matches!(self.item.content, Content::List(_))
    }
}

impl Message {
    /// The members that its fields are shown as, in the order in which they first come.
    pub(super) fn shown(&self) -> Vec<Shown> {
        let mut lists: HashMap<&str, usize> = HashMap::new();
        let mut all: Vec<Shown> = Vec::new();
        for (index, field) in self.fields.iter().enumerate() {
            let is_list = field.is_list();
            let at = match lists.get(&*field.name) {
                Some(at) if is_list => *at,
                _ => {
                    if is_list {
                        lists.insert(&field.name, all.len());
                    }
                    all.push(Shown {
                        is_list,
                        values: Vec::new(),
                        fields: Vec::new(),
                    });
                    all.len() - 1
                }
            };
            all[at].fields.push(index);
            match &field.item.content {
                Content::List(items) => all[at]
                    .values
                    .extend((0..items.len()).map(|place| (index, Some(place)))),
                _ => all[at].values.push((index, None)),
            }
        }
        all
    }

    /// The value at a place that [`Message::shown`] names.
    pub(super) fn item(&self, (field, place): (usize, Option<usize>)) -> &Item {
        let item = &self.fields[field].item;
        match (&item.content, place) {
            (Content::List(items), Some(place)) => &items[place],
            _ => item,
        }
    }

    /// The message as JSON's tree: a member for each field, a list for each field that may come several times.
    pub fn view(&self) -> Node {
        let members = self.shown().into_iter().map(|shown| {
            let first = &self.fields[shown.fields[0]];
            let last = &self.fields[shown.fields[shown.fields.len() - 1]];
            let node = if shown.is_list {
                Node {
                    span: first.item.span.start..last.item.span.end,
                    kind: Kind::List(shown.values.iter().map(|place| self.item(*place).view()).collect()),
                }
            } else {
                first.item.view()
            };
            Member {
                key: first.name.clone().into_owned(),
                key_span: first.head.clone(),
                node,
            }
        });
        Node {
            span: self.span.clone(),
            kind: Kind::Group(members.collect()),
        }
    }
}

impl Item {
    fn view(&self) -> Node {
        let kind = match &self.content {
            Content::Message(message) => message.view().kind,
            Content::List(items) => Kind::List(items.iter().map(Self::view).collect()),
            Content::Leaf(value) => match value {
                Value::Bool(yes) => Kind::Bool(*yes),
                Value::Number(spelling) => Kind::Number(spelling.clone()),
                Value::Text(text) => Kind::Text(text.clone()),
                Value::Null | Value::List(_) | Value::Group(_) => Kind::Null,
            },
        };
        Node {
            span: self.span.clone(),
            kind,
        }
    }
}

/// The fields that may come once and came before in the same message; `message` is what it is called of messages.
pub(super) fn again(fields: &[Field], message: QuirkKind) -> Vec<Quirk> {
    let mut seen: HashMap<&str, ()> = HashMap::new();
    let single = fields
        .iter()
        .filter(|field| field.kind.is_some_and(|kind| !kind.repeated));
    single
        .filter(|field| seen.insert(&field.name, ()).is_some())
        .map(|field| Quirk {
            at: field.span.start,
            name: field.name.clone().into_owned(),
            kind: match field.item.content {
                Content::Message(_) => message,
                _ => QuirkKind::Again,
            },
        })
        .collect()
}

use std::ops::Range;

use super::Value;
use crate::locale::Sentence;

/// A JSON text understood.
#[derive(Debug)]
pub struct Document {
    /// The outermost value.
    pub root: Node,
    /// What strict JSON would not allow, in the order of the text.
    pub quirks: Vec<Quirk>,
}

/// A value with its place in the text.
#[derive(Clone, Debug)]
pub struct Node {
    /// Byte range in the text.
    pub span: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// What a [`Node`] is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as spelled.
    Number(String),
    /// A string, decoded.
    Text(String),
    /// An array.
    List(Vec<Node>),
    /// An object, duplicate names included.
    Group(Vec<Member>),
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    /// The name, decoded.
    pub key: String,
    /// Byte range of the name with its quotes.
    pub key_span: Range<usize>,
    /// The value.
    pub node: Node,
}

/// Something strict JSON does not allow, or that readers disagree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quirk {
    /// Byte offset in the text.
    pub at: usize,
    /// Which kind.
    pub kind: QuirkKind,
}

/// The kinds of [`Quirk`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuirkKind {
    /// A line break or another control character inside a string.
    RawControl,
    /// A comma before a closing bracket.
    TrailingComma,
    /// An entry without a comma in front of it, though another comes before.
    MissingComma,
    /// A text that ends with its line, without closing quote.
    UnclosedText,
    /// A `//` or `/* */` comment.
    Comment,
    /// A name that came before in the same object.
    DuplicateKey(String),
    /// `NaN`, `Infinity` or `-Infinity`.
    NotFinite,
    /// Half of a UTF-16 surrogate pair; shown as a replacement character.
    LoneSurrogate,
}

/// Why a text is not JSON, not even leniently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Byte offset in the text.
    pub at: usize,
    /// What is wrong, a plain sentence.
    pub message: Sentence,
    /// What to try, a plain sentence.
    pub advice: Sentence,
}

impl Node {
    /// The value without places.
    pub fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(yes) => Value::Bool(*yes),
            Kind::Number(spelling) => Value::Number(spelling.clone()),
            Kind::Text(text) => Value::Text(text.clone()),
            Kind::List(items) => Value::List(items.iter().map(Node::to_value).collect()),
            Kind::Group(members) => Value::Group(
                members
                    .iter()
                    .map(|member| (member.key.clone(), member.node.to_value()))
                    .collect(),
            ),
        }
    }

    /// The value without places, taking over the texts.
    pub fn into_value(self) -> Value {
        match self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(yes) => Value::Bool(yes),
            Kind::Number(spelling) => Value::Number(spelling),
            Kind::Text(text) => Value::Text(text),
            Kind::List(items) => Value::List(items.into_iter().map(Node::into_value).collect()),
            Kind::Group(members) => Value::Group(
                members
                    .into_iter()
                    .map(|member| (member.key, member.node.into_value()))
                    .collect(),
            ),
        }
    }

    /// The value of the first member with this name, if this is an object that has one.
    pub fn member(&self, name: &str) -> Option<&Node> {
        match &self.kind {
            Kind::Group(members) => members
                .iter()
                .find(|member| member.key == name)
                .map(|member| &member.node),
            _ => None,
        }
    }

    /// Whether it says the same as the value.
    pub fn says(&self, value: &Value) -> bool {
        match (&self.kind, value) {
            (Kind::Null, Value::Null) => true,
            (Kind::Bool(a), Value::Bool(b)) => a == b,
            (Kind::Number(a), Value::Number(b)) | (Kind::Text(a), Value::Text(b)) => a == b,
            (Kind::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.says(b)),
            (Kind::Group(a), Value::Group(b)) => {
                a.len() == b.len()
                    && a.iter()
                        .zip(b)
                        .all(|(a, (key, value))| a.key == *key && a.node.says(value))
            }
            _ => false,
        }
    }
}

use std::ops::Range;

use super::Value;
use crate::json;

/// A YAML text understood.
#[derive(Debug)]
pub struct Document {
    /// The outermost value of the first document.
    pub root: Node,
    /// What readers disagree on or stumble over, in the order of the text.
    pub quirks: Vec<Quirk>,
    /// How many documents the text holds; those after the first are kept but not read.
    pub documents: usize,
    /// Where the content may begin: behind `---`, or at the start.
    pub start: usize,
}

/// A value with its place in the text.
#[derive(Debug)]
pub struct Node {
    /// Byte range of the value itself, without anchor and tag and without the line break at its end.
    /// A value that is left out has an empty range where it would stand.
    pub span: Range<usize>,
    /// Anchor and tag, when there are any.
    pub properties: Option<Box<Properties>>,
    /// What it is.
    pub kind: Kind,
}

/// What may stand in front of a value.
#[derive(Debug, Default)]
pub struct Properties {
    /// Byte range of `&name`.
    pub anchor: Option<Range<usize>>,
    /// Byte range of `!tag`.
    pub tag: Option<Range<usize>>,
}

/// What a [`Node`] is.
#[derive(Debug)]
pub enum Kind {
    /// A scalar: its style and what it means, which is null, a yes or no, a number or a text.
    Scalar(ScalarStyle, Value),
    /// `*name`, with its asterisk.
    Alias(String),
    /// A sequence.
    List(Layout, Vec<Item>),
    /// A mapping, duplicate names included.
    Group(Layout, Vec<Member>),
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes; also a value that is left out.
    Plain,
    /// `'like this'`
    Single,
    /// `"like this"`
    Double,
    /// `|` and lines that keep their breaks.
    Literal,
    /// `>` and lines that flow together.
    Folded,
    /// A key that is itself a list or group; it is shown as written.
    Complex,
}

/// How a list or group is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// An entry a line.
    Block,
    /// In brackets.
    Flow,
    /// A single pair without braces inside a list in brackets: `[a: 1]`.
    Pair,
}

/// An entry of a sequence.
#[derive(Debug)]
pub struct Item {
    /// Byte offset of its `-`; `None` in brackets.
    pub dash: Option<usize>,
    /// The value.
    pub node: Node,
}

/// A member of a mapping.
#[derive(Debug)]
pub struct Member {
    /// Byte offset of its `?`, when the key is marked by one.
    pub mark: Option<usize>,
    /// The key: a scalar whose value is a text, or an alias.
    pub key: Node,
    /// Byte offset of its `:`; a key without value may lack it.
    pub colon: Option<usize>,
    /// The value.
    pub node: Node,
}

/// Something that readers of YAML disagree on or stumble over.
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
    /// A name that came before in the same mapping.
    DuplicateKey(String),
    /// An alias whose anchor does not stand before it.
    UnknownAlias(String),
    /// A bare word such as `no`, which older readers take for a yes or no.
    OldYesNo(String),
    /// A key that is itself a list or group.
    ComplexKey,
    /// Another document begins.
    FurtherDocument,
}

impl Document {
    /// The document as JSON's tree, with places in the YAML text.
    pub fn view(&self) -> json::Node {
        self.root.view()
    }
}

impl Item {
    /// Where the entry begins.
    pub fn start(&self) -> usize {
        self.dash.unwrap_or_else(|| self.node.start())
    }
}

impl Member {
    /// The name.
    pub fn name(&self) -> &str {
        match &self.key.kind {
            Kind::Scalar(_, Value::Text(name)) | Kind::Alias(name) => name,
            _ => "",
        }
    }

    /// Where the entry begins.
    pub fn start(&self) -> usize {
        self.mark.unwrap_or_else(|| self.key.start())
    }
}

impl Node {
    /// Where it begins, anchor and tag included.
    pub fn start(&self) -> usize {
        let properties = self.properties.as_deref();
        let ranges = properties.map(|properties| [&properties.anchor, &properties.tag]);
        let starts = ranges.into_iter().flatten().flatten().map(|range| range.start);
        starts.min().unwrap_or(self.span.start)
    }

    /// Whether it is a literal or folded scalar.
    pub fn is_block_scalar(&self) -> bool {
        matches!(self.kind, Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded, _))
    }

    /// The byte ranges of the entries of a list or group, members with their names.
    pub fn entries(&self) -> Vec<Range<usize>> {
        match &self.kind {
            Kind::List(_, items) => items.iter().map(|item| item.start()..item.node.span.end).collect(),
            Kind::Group(_, members) => members
                .iter()
                .map(|member| member.start()..member.node.span.end)
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Where an entry begins, by its turn.
    pub fn entry_start(&self, index: usize) -> Option<usize> {
        match &self.kind {
            Kind::List(_, items) => items.get(index).map(|item| item.start()),
            Kind::Group(_, members) => members.get(index).map(|member| member.start()),
            _ => None,
        }
    }

    /// The value without places.
    pub fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Scalar(_, value) => value.clone(),
            Kind::Alias(name) => Value::Text(name.clone()),
            Kind::List(_, items) => Value::List(items.iter().map(|item| item.node.to_value()).collect()),
            Kind::Group(_, members) => Value::Group(
                members
                    .iter()
                    .map(|member| (member.name().to_owned(), member.node.to_value()))
                    .collect(),
            ),
        }
    }

    /// The value with its places, in the words of JSON's tree.
    fn view(&self) -> json::Node {
        let kind = match &self.kind {
            Kind::Scalar(_, Value::Bool(yes)) => json::Kind::Bool(*yes),
            Kind::Scalar(_, Value::Number(spelling)) => json::Kind::Number(spelling.clone()),
            Kind::Scalar(_, Value::Text(text)) | Kind::Alias(text) => json::Kind::Text(text.clone()),
            Kind::Scalar(..) => json::Kind::Null,
            Kind::List(_, items) => json::Kind::List(items.iter().map(|item| item.node.view()).collect()),
            Kind::Group(_, members) => {
                let member = |member: &Member| json::Member {
                    key: member.name().to_owned(),
                    key_span: member.key.span.clone(),
                    node: member.node.view(),
                };
                json::Kind::Group(members.iter().map(member).collect())
            }
        };
        json::Node {
            span: self.span.clone(),
            kind,
        }
    }

    /// Whether it says the same as the value.
    pub fn says(&self, value: &Value) -> bool {
        match (&self.kind, value) {
            (Kind::Scalar(_, own), value) => own == value,
            (Kind::Alias(name), Value::Text(text)) => name == text,
            (Kind::List(_, own), Value::List(items)) => {
                own.len() == items.len() && own.iter().zip(items).all(|(own, item)| own.node.says(item))
            }
            (Kind::Group(_, own), Value::Group(members)) => {
                own.len() == members.len()
                    && own
                        .iter()
                        .zip(members)
                        .all(|(own, (name, value))| own.name() == name && own.node.says(value))
            }
            _ => false,
        }
    }
}

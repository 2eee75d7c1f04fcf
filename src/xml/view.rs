//! Elements as values: what of an element is shown, and where it stands.

use std::ops::Range;

use super::Value;
use super::name::decoded;
use super::node::{Document, Element, Piece, PieceKind};
use super::text::{self, SPACE};
use crate::json;

/// The name under which text beside elements or attributes is shown.
pub(super) const TEXT: &str = "#text";

/// Something between the tags that is shown.
pub(super) struct Entry<'d> {
    /// Its name, or [`TEXT`].
    pub name: String,
    /// Byte range, without the layout around.
    pub span: Range<usize>,
    /// What it is.
    pub kind: EntryKind<'d>,
}

/// The kinds of [`Entry`].
pub(super) enum EntryKind<'d> {
    /// An element.
    Element(&'d Element),
    /// Text and CDATA without an element between.
    Text(Run),
}

/// Text and CDATA without an element between, and without the layout around.
pub(super) struct Run {
    /// What it says.
    pub text: String,
    /// The stretches of text (without layout) and of CDATA (what stands inside), in order; none of them empty text.
    pub stretches: Vec<Stretch>,
}

/// A stretch of text or CDATA.
#[derive(Clone)]
pub(super) struct Stretch {
    /// Byte range of the text.
    pub inner: Range<usize>,
    /// Byte range with the marks of CDATA.
    pub outer: Range<usize>,
    /// Whether it is CDATA.
    pub is_cdata: bool,
}

/// Whether an attribute is shown: a namespace declaration is not.
pub(super) fn is_shown(name: &str) -> bool {
    name != "xmlns" && !name.starts_with("xmlns:")
}

/// The entries between the tags of an element.
pub(super) fn entries<'d>(source: &str, element: &'d Element) -> Vec<Entry<'d>> {
    let mut entries = Vec::new();
    let is_element = |piece: &Piece| matches!(piece.kind, PieceKind::Element(_));
    let mut rest = element.pieces.as_slice();
    while let Some((first, others)) = rest.split_first() {
        if let PieceKind::Element(inner) = &first.kind {
            entries.push(Entry {
                name: decoded(&source[inner.name.clone()]),
                span: first.span.clone(),
                kind: EntryKind::Element(inner),
            });
            rest = others;
        } else {
            let length = rest.iter().position(is_element).unwrap_or(rest.len());
            entries.extend(run(source, &rest[..length]));
            rest = &rest[length..];
        }
    }
    entries
}

/// The text in pieces without an element, when there is any.
fn run<'d>(source: &str, pieces: &[Piece]) -> Option<Entry<'d>> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for Piece { span, kind } in pieces {
        match kind {
            PieceKind::Text => stretches.push(Stretch {
                inner: span.clone(),
                outer: span.clone(),
                is_cdata: false,
            }),
            PieceKind::CData => stretches.push(Stretch {
                inner: span.start + "<![CDATA[".len()..span.end - "]]>".len(),
                outer: span.clone(),
                is_cdata: true,
            }),
            _ => {}
        }
    }
    let raw = |stretch: &Stretch| &source[stretch.inner.clone()];
    let keep = |stretch: &Stretch| stretch.is_cdata || !stretch.inner.is_empty();
    for stretch in &mut stretches {
        if stretch.is_cdata {
            break;
        }
        stretch.inner.start = stretch.inner.end - raw(stretch).trim_start_matches(SPACE).len();
        if keep(stretch) {
            break;
        }
    }
    for stretch in stretches.iter_mut().rev() {
        if stretch.is_cdata {
            break;
        }
        stretch.inner.end = stretch.inner.start + raw(stretch).trim_end_matches(SPACE).len();
        if keep(stretch) {
            break;
        }
    }
    stretches.retain(keep);
    for stretch in stretches.iter_mut().filter(|stretch| !stretch.is_cdata) {
        stretch.outer = stretch.inner.clone();
    }
    let text: String = stretches
        .iter()
        .map(|stretch| match stretch.is_cdata {
            true => raw(stretch).replace("\r\n", "\n").replace('\r', "\n"),
            false => text::decoded(raw(stretch)),
        })
        .collect();
    if text.is_empty() {
        return None;
    }
    Some(Entry {
        name: TEXT.into(),
        span: stretches.first()?.outer.start..stretches.last()?.outer.end,
        kind: EntryKind::Text(Run { text, stretches }),
    })
}

impl Document {
    /// The document as JSON's tree, with places in the XML text. The root is a group, whatever it holds.
    pub fn view(&self, source: &str) -> json::Node {
        let members = members(source, &self.root, &entries(source, &self.root));
        json::Node {
            span: self.root.span.clone(),
            kind: json::Kind::Group(members),
        }
    }
}

/// The members of an element: its attributes, and what is between its tags; neighbours of one name are one list.
fn members(source: &str, element: &Element, entries: &[Entry]) -> Vec<json::Member> {
    let attributes = element
        .attributes
        .iter()
        .filter(|attribute| is_shown(&source[attribute.name.clone()]));
    let mut members: Vec<json::Member> = attributes
        .map(|attribute| json::Member {
            key: format!("@{}", decoded(&source[attribute.name.clone()])),
            key_span: attribute.name.clone(),
            node: json::Node {
                span: attribute.value.clone(),
                kind: json::Kind::Text(text::decoded_attribute(&source[attribute.value.clone()])),
            },
        })
        .collect();
    for run in runs(entries) {
        let mut nodes: Vec<json::Node> = run.iter().map(|entry| node(source, entry)).collect();
        let span = run[0].span.start..run[run.len() - 1].span.end;
        let node = match nodes.len() {
            1 => nodes.remove(0),
            _ => json::Node {
                span,
                kind: json::Kind::List(nodes),
            },
        };
        members.push(json::Member {
            key: run[0].name.clone(),
            key_span: run[0].span.start..run[0].span.start,
            node,
        });
    }
    members
}

/// The entries with neighbours of one name together.
pub(super) fn runs<'e, 'd>(entries: &'e [Entry<'d>]) -> impl Iterator<Item = &'e [Entry<'d>]> {
    entries.chunk_by(|one, next| one.name == next.name)
}

/// What an entry says, with places.
pub(super) fn node(source: &str, entry: &Entry) -> json::Node {
    let element = match &entry.kind {
        EntryKind::Element(element) => *element,
        EntryKind::Text(run) => {
            return json::Node {
                span: entry.span.clone(),
                kind: json::Kind::Text(run.text.clone()),
            };
        }
    };
    let inner = entries(source, element);
    let mut members = members(source, element, &inner);
    let is_bare = members.len() == 1 && members[0].key == TEXT && matches!(inner[0].kind, EntryKind::Text(_));
    if is_bare {
        return members.remove(0).node;
    }
    json::Node {
        span: element.span.clone(),
        kind: match members.is_empty() {
            true => json::Kind::Text(String::new()),
            false => json::Kind::Group(members),
        },
    }
}

/// What an entry says.
pub(super) fn value(source: &str, entry: &Entry) -> Value {
    node(source, entry).into_value()
}

//! How an XML text is laid out, and new elements in that layout.

use std::collections::HashSet;

use super::Value;
use super::name::encoded;
use super::node::{Document, Element, PieceKind};
use super::normal::attribute;
use super::text::{self, SPACE};
use super::view::TEXT;

/// How an XML text is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Style {
    /// The line break.
    pub newline: &'static str,
    /// What one level is indented by, when elements have lines of their own.
    pub indent: Option<String>,
    /// How an element without content ends: `/>`, ` />`, or nothing for an end tag.
    pub empty: &'static str,
    /// The prefixes that are declared at the root.
    pub prefixes: Vec<String>,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            newline: "\n",
            indent: Some("  ".into()),
            empty: "/>",
            prefixes: Vec::new(),
        }
    }
}

impl Style {
    /// The style of a parsed text.
    pub fn of(source: &str, document: &Document) -> Self {
        let (mut indent, mut empty) = (None, None);
        look(source, &document.root, &mut indent, &mut empty);
        let names = document
            .root
            .attributes
            .iter()
            .map(|attribute| &source[attribute.name.clone()]);
        let is_one_line = !source[document.root.span.clone()].contains(['\n', '\r']);
        let has_elements = document
            .root
            .pieces
            .iter()
            .any(|piece| matches!(piece.kind, PieceKind::Element(_)));
        let default = Self::default();
        Self {
            newline: if source.contains("\r\n") { "\r\n" } else { "\n" },
            indent: indent.or(default.indent.filter(|_| !(is_one_line && has_elements))),
            empty: empty.unwrap_or(default.empty),
            prefixes: names
                .filter_map(|name| name.strip_prefix("xmlns:"))
                .map(str::to_owned)
                .collect(),
        }
    }
}

/// Looks for the first indented element and the first empty one.
fn look(source: &str, element: &Element, indent: &mut Option<String>, empty: &mut Option<&'static str>) {
    if empty.is_none() && element.pieces.is_empty() {
        *empty = Some(match &element.content {
            Some(_) => "",
            None if source[..element.span.end - 2].ends_with(SPACE) => " />",
            None => "/>",
        });
    }
    for piece in &element.pieces {
        let PieceKind::Element(inner) = &piece.kind else {
            continue;
        };
        if indent.is_none()
            && let Some(own) = indentation(source, inner.span.start)
            && let Some(outer) = indentation(source, element.span.start)
        {
            *indent = own
                .strip_prefix(outer)
                .filter(|unit| !unit.is_empty())
                .map(str::to_owned);
        }
        if indent.is_some() && empty.is_some() {
            return;
        }
        look(source, inner, indent, empty);
    }
}

/// The white space before a byte offset in its line, when there is nothing else.
pub(super) fn indentation(source: &str, offset: usize) -> Option<&str> {
    let head = &source[..offset];
    let before = head.trim_end_matches([' ', '\t']);
    (before.is_empty() || before.ends_with(['\n', '\r'])).then(|| &head[before.len()..])
}

/// Writes elements.
pub(super) struct Writer<'s> {
    style: &'s Style,
    pub out: String,
}

impl<'s> Writer<'s> {
    pub fn new(style: &'s Style) -> Self {
        Self {
            style,
            out: String::new(),
        }
    }

    /// The name as XML allows it.
    pub fn name(&self, name: &str) -> String {
        encoded(name, |prefix| self.style.prefixes.iter().any(|known| known == prefix))
    }

    /// The outermost element, with attributes that are written already.
    pub fn root(&mut self, name: &str, declared: &str, value: &Value) {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push_str(declared);
        self.rest(name, &members(value), self.style.indent.as_ref().map(|_| ""));
    }

    /// An entry of an element: text, or the elements of one name. `indentation` is that of their lines.
    pub fn entry(&mut self, name: &str, value: &Value, indentation: Option<&str>) {
        if name == TEXT
            && let Value::Text(text) = value
        {
            self.out.push_str(&text::content(text, self.style.newline, &[]));
            return;
        }
        self.element(&self.name(name), value, indentation);
    }

    fn element(&mut self, name: &str, value: &Value, indentation: Option<&str>) {
        self.out.push('<');
        self.out.push_str(name);
        self.rest(name, &members(value), indentation);
    }

    /// Attributes, content and end of an element whose name is written.
    fn rest(&mut self, name: &str, members: &[(&str, &Value)], indentation: Option<&str>) {
        let mut written = HashSet::new();
        let mut content = Vec::new();
        for (key, value) in members {
            match (attribute(key, value), value) {
                (Some(name), Value::Text(text)) if written.insert(*key) => {
                    let text = text::attribute(text, '"', &[]);
                    self.out.push_str(&format!(" {}=\"{text}\"", self.name(&name)));
                }
                _ => content.push((*key, *value)),
            }
        }
        if content.is_empty() && !self.style.empty.is_empty() {
            self.out.push_str(self.style.empty);
            return;
        }
        self.out.push('>');
        self.content(&content, indentation);
        self.out.push_str(&format!("</{name}>"));
    }

    /// What stands between tags; `indentation` is that of the tags' line, `None` keeps everything on one line.
    pub fn content(&mut self, members: &[(&str, &Value)], indentation: Option<&str>) {
        let has_text = members
            .iter()
            .any(|(name, value)| *name == TEXT && matches!(value, Value::Text(_)));
        let unit = self.style.indent.as_ref().filter(|_| !has_text && !members.is_empty());
        let lines = indentation
            .zip(unit)
            .map(|(outer, unit)| (outer, format!("{outer}{unit}")));
        for (name, value) in flat(members) {
            if let Some((_, inner)) = &lines {
                self.out.push_str(self.style.newline);
                self.out.push_str(inner);
            }
            self.entry(name, value, lines.as_ref().map(|(_, inner)| inner.as_str()));
        }
        if let Some((outer, _)) = &lines {
            self.out.push_str(self.style.newline);
            self.out.push_str(outer);
        }
    }
}

/// The members of a value: text is a member of its own.
pub(super) fn members(value: &Value) -> Vec<(&str, &Value)> {
    match value {
        Value::Group(members) => members.iter().map(|(name, value)| (name.as_str(), value)).collect(),
        Value::Text(text) if text.is_empty() => Vec::new(),
        other => vec![(TEXT, other)],
    }
}

/// The entries of members, each entry of a list by itself.
pub(super) fn flat<'v>(members: &[(&'v str, &'v Value)]) -> impl Iterator<Item = (&'v str, &'v Value)> {
    members.iter().flat_map(|(name, value)| {
        let values = match value {
            Value::List(items) => items.as_slice(),
            single => std::slice::from_ref(*single),
        };
        values.iter().map(move |value| (*name, value))
    })
}

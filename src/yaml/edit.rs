use std::ops::Range;

use super::alias;
use super::node::{Document, Kind, Layout, Member, Node};
use super::style::{Style, Writer};
use super::{Value, parse};
use crate::json::align::{list_plan, member_plan};
use crate::json::{Edit, apply};

/// The replacements that make a parsed text say the new value.
///
/// They come in the order of the text and do not overlap, and nothing is replaced where the text
/// already says what it should. What is replaced keeps its anchor, its quotes and the comment at the
/// end of its line; an alias is replaced by itself, what it names stays. An entry that goes takes the
/// comment in its own lines along; comments on lines between the entries stay. The replacements are
/// tried out: should the text not say the value then, the whole
/// document is written anew.
pub fn edits(text: &str, document: &Document, value: &Value) -> Vec<Edit> {
    if document.root.says(value) {
        return Vec::new();
    }
    careful_edits(text, document, value).unwrap_or_else(|| {
        let style = Style::of(text, &document.root);
        let start = document.start;
        let above = if start == 0 { "" } else { style.newline };
        let end = document.root.span.end;
        let below = if end == text.len() { style.newline } else { "" };
        vec![Edit {
            range: start..end,
            text: format!("{above}{}{below}", Writer::new(&style).root(value)),
        }]
    })
}

/// The replacements that are proven to make the text say the value.
pub(super) fn careful_edits(text: &str, document: &Document, value: &Value) -> Option<Vec<Edit>> {
    let style = Style::of(text, &document.root);
    // Indented comments below a new “|” would become part of its text.
    let quoted = Style {
        literal: false,
        ..style.clone()
    };
    [&style, &quoted].into_iter().find_map(|style| {
        let mut edits = attempt(text, document, value, style);
        let changed = apply(text, &edits);
        let after = parse(&changed).ok().filter(|after| after.root.says(value))?;
        let writer = Writer::new(style);
        if let Some(mended) = alias::reanchored((text, document), (&changed, &after), &writer) {
            return Some(vec![difference(text, &mended)]);
        }
        // Readers disagree whether the last line below a “|” has a line break when the text ends there.
        if is_cut_off(&after.root, changed.len()) {
            edits.push(Edit {
                range: text.len()..text.len(),
                text: style.newline.into(),
            });
        }
        Some(edits)
    })
}

/// The one replacement that makes another text of a text.
fn difference(old: &str, new: &str) -> Edit {
    let mut start = old
        .bytes()
        .zip(new.bytes())
        .take_while(|(one, other)| one == other)
        .count();
    while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
        start -= 1;
    }
    let tails = old[start..].chars().rev().zip(new[start..].chars().rev());
    let tail: usize = tails
        .take_while(|(one, other)| one == other)
        .map(|(c, _)| c.len_utf8())
        .sum();
    Edit {
        range: start..old.len() - tail,
        text: new[start..new.len() - tail].to_owned(),
    }
}

/// Whether the text ends in a line below a `|` or `>` that shall have a line break, and has none.
fn is_cut_off(node: &Node, length: usize) -> bool {
    match &node.kind {
        Kind::Scalar(_, Value::Text(text)) => node.is_block_scalar() && node.span.end == length && text.ends_with('\n'),
        Kind::List(Layout::Block, items) => items.last().is_some_and(|item| is_cut_off(&item.node, length)),
        Kind::Group(Layout::Block, members) => members.last().is_some_and(|member| is_cut_off(&member.node, length)),
        _ => false,
    }
}

/// The replacements in one style, not tried out.
fn attempt(text: &str, document: &Document, value: &Value, style: &Style) -> Vec<Edit> {
    let mut editor = Editor::new(text, style);
    editor.change(&document.root, value, &Place::root(document.start));
    editor.finish()
}

/// Gathers the replacements.
pub(super) struct Editor<'t> {
    pub text: &'t str,
    pub style: &'t Style,
    pub writer: Writer<'t>,
    edits: Vec<Edit>,
}

/// Where a value stands.
pub(super) struct Place {
    /// Byte offset behind the name's colon, the dash, or `---`; anchor and tag may follow.
    pub slot: usize,
    /// The column of the entry that holds the value; `None` for the outermost one.
    pub column: Option<usize>,
    /// Whether it is an entry of a list.
    pub in_list: bool,
    /// Whether a colon or dash is there already.
    pub marked: bool,
    /// Whether it stands in brackets.
    pub flow: bool,
}

impl Place {
    fn root(slot: usize) -> Self {
        Self {
            slot,
            column: None,
            in_list: false,
            marked: true,
            flow: false,
        }
    }
}

/// An entry of a list or group as it shall be.
pub(super) struct Entry<'v> {
    /// The old entry it continues, if any.
    pub old: Option<usize>,
    /// The name, in a group.
    pub key: Option<&'v str>,
    pub value: &'v Value,
}

impl<'t> Editor<'t> {
    fn new(text: &'t str, style: &'t Style) -> Self {
        Self {
            text,
            style,
            writer: Writer::new(style),
            edits: Vec::new(),
        }
    }

    /// The edits in the order of the text; of several in one place the first made comes first.
    fn finish(mut self) -> Vec<Edit> {
        self.edits
            .retain(|edit| !edit.range.is_empty() || !edit.text.is_empty());
        self.edits.sort_by_key(|edit| edit.range.start);
        // Comments behind an entry may be told to move by one and to go by another.
        let mut end = 0;
        self.edits.retain(|edit| {
            let apart = edit.range.start >= end;
            end = end.max(edit.range.end);
            apart
        });
        self.edits
    }

    pub fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.edits.push(Edit {
            range,
            text: text.into(),
        });
    }

    pub fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    fn change(&mut self, node: &Node, value: &Value, place: &Place) {
        if node.says(value) {
            return;
        }
        let plan = plan(node, value);
        match &node.kind {
            Kind::List(Layout::Block, _) | Kind::Group(Layout::Block, _) if !plan.is_empty() => {
                self.change_block(node, &plan);
            }
            Kind::List(Layout::Flow, old) if !plan.is_empty() && (place.flow || !old.is_empty()) => {
                self.change_flow(node, &plan);
            }
            Kind::Group(Layout::Flow, old) if !plan.is_empty() && (place.flow || !old.is_empty()) => {
                self.change_flow(node, &plan);
            }
            _ if place.flow => self.replace_in_flow(node, value, place),
            _ => self.replace_in_block(node, value, place),
        }
    }

    /// Brings an old entry to its new name and value.
    pub fn change_entry(&mut self, node: &Node, old: usize, entry: &Entry) {
        match &node.kind {
            Kind::List(layout, items) => {
                let item = &items[old];
                let place = Place {
                    slot: item.dash.map_or(item.node.start(), |dash| dash + 1),
                    column: Some(super::lines::column(self.text, item.start())),
                    in_list: true,
                    marked: true,
                    flow: *layout != Layout::Block,
                };
                self.change(&item.node, entry.value, &place);
            }
            Kind::Group(layout, members) => {
                let member = &members[old];
                let flow = *layout != Layout::Block;
                if let Some(key) = entry.key
                    && key != member.name()
                {
                    let span = member.key.span.clone();
                    let name = self
                        .writer
                        .text(key, Some((&member.key, &self.text[span.clone()])), flow);
                    self.replace(span, name);
                }
                self.change(&member.node, entry.value, &self.place_in(member, flow));
            }
            _ => {}
        }
    }

    fn place_in(&self, member: &Member, flow: bool) -> Place {
        Place {
            slot: member.colon.map_or(member.key.span.end, |colon| colon + 1),
            column: Some(super::lines::column(self.text, member.start())),
            in_list: false,
            marked: member.colon.is_some(),
            flow,
        }
    }

    /// The text of an old entry, brought to its new state, to stand elsewhere.
    pub fn changed_entry(&self, node: &Node, old: usize, span: &Range<usize>, entry: &Entry) -> String {
        let mut inner = Editor::new(self.text, self.style);
        inner.change_entry(node, old, entry);
        let mut edits = inner.finish();
        edits.retain_mut(|edit| {
            let inside = span.start <= edit.range.start && edit.range.end <= span.end;
            if inside {
                edit.range = edit.range.start - span.start..edit.range.end - span.start;
            }
            inside
        });
        apply(&self.text[span.clone()], &edits)
    }
}

/// How the entries of a list or group become those of a value of the same kind; empty for other
/// kinds, and when no entry shall be left.
fn plan<'v>(node: &Node, value: &'v Value) -> Vec<Entry<'v>> {
    match (&node.kind, value) {
        (Kind::List(_, old), Value::List(new)) => list_plan(old.len(), new, |index, value| old[index].node.says(value))
            .into_iter()
            .zip(new)
            .map(|(old, value)| Entry { old, key: None, value })
            .collect(),
        (Kind::Group(_, old), Value::Group(new)) => {
            let names: Vec<&str> = old.iter().map(Member::name).collect();
            member_plan(&names, new, |index, value| old[index].node.says(value))
                .into_iter()
                .zip(new)
                .map(|(old, (key, value))| Entry {
                    old,
                    key: Some(key),
                    value,
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

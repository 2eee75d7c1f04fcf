//! Puts one value in the place of another in a block, whatever the two look like.

use super::Value;
use super::edit::{Editor, Place};
use super::lines::{before_break, column, is_blank, is_first_in_line, line_end, line_start};
use super::node::{Kind, Layout, Node, ScalarStyle};
use super::style::Written;

/// What stands before a value and stays.
pub(super) struct Lead {
    /// Where it ends.
    pub end: usize,
    /// Where what is replaced begins.
    pub from: usize,
    /// An anchor to be written again, with a blank, because the tag beside it goes.
    pub anchor: String,
}

impl Editor<'_> {
    /// Anchors stay. A tag stays when the new value is of the old one's kind, since it says how to read it.
    pub(super) fn lead(&self, node: &Node, value: &Value, place: &Place) -> Lead {
        let Some(properties) = &node.properties else {
            return Lead {
                end: place.slot,
                from: node.span.start,
                anchor: String::new(),
            };
        };
        if properties.tag.is_none() || same_kind(node, value) {
            let ranges = [&properties.anchor, &properties.tag];
            let end = ranges.into_iter().flatten().map(|range| range.end).max();
            return Lead {
                end: end.unwrap_or(place.slot),
                from: node.span.start,
                anchor: String::new(),
            };
        }
        let anchor = properties.anchor.clone().map(|range| format!("{} ", &self.text[range]));
        Lead {
            end: place.slot,
            from: node.start(),
            anchor: anchor.unwrap_or_default(),
        }
    }

    pub(super) fn replace_in_block(&mut self, node: &Node, value: &Value, place: &Place) {
        let lead = self.lead(node, value, place);
        let Some(outer) = place.column else {
            self.replace_root(node, value, &lead);
            return;
        };
        if self.replace_behind_dash(node, value, place) {
            return;
        }
        let old = (node, &self.text[node.span.clone()]);
        let written = match value {
            Value::List(items) if place.in_list && !items.is_empty() => {
                self.writer.below(value, outer + self.style.indent)
            }
            value => self.writer.value(value, Some(old), outer),
        };
        let (head, below) = match written {
            Written::Line(text) => (lead.anchor.clone() + &text, String::new()),
            Written::Below(head, lines) => ((lead.anchor.clone() + head).trim_end().to_owned(), lines),
        };
        if node.span.is_empty() && lead.from == node.span.start {
            self.fill_gap(node, place, outer, &head, below);
        } else if is_block(node) {
            self.replace_block(node, &lead, &head, below);
        } else if node.is_block_scalar() {
            self.replace_block_scalar(node, &lead, &head, below);
        } else {
            self.replace_line(node, &lead, &head, below);
        }
    }

    /// Writes the entries of a list or group behind the dash itself, where nothing else stands in the line.
    fn replace_behind_dash(&mut self, node: &Node, value: &Value, place: &Place) -> bool {
        let end = if is_block(node) {
            line_end(self.text, node.span.end)
        } else {
            node.span.end
        };
        let alone = is_blank(&self.text[end..line_end(self.text, end)]);
        let same_line = !self.text[place.slot..node.span.start].contains(['\n', '\r']);
        if !place.in_list || !is_filled(value) || node.properties.is_some() || !alone || !same_line {
            return false;
        }
        if node.span.is_empty() {
            let text = self.writer.entries(value, column(self.text, place.slot) + 1);
            self.replace(place.slot..line_end(self.text, end), format!(" {text}"));
        } else {
            let text = self.writer.entries(value, column(self.text, node.span.start));
            self.replace(node.span.start..end, text);
        }
        true
    }

    /// Puts a value where there was none.
    fn fill_gap(&mut self, node: &Node, place: &Place, outer: usize, head: &str, below: String) {
        let at = node.span.start;
        let mark = if place.marked {
            String::new()
        } else {
            self.writer.break_to(outer) + ":"
        };
        let blank = if head.is_empty() { "" } else { " " };
        self.insert(at, format!("{mark}{blank}{head}"));
        self.insert(line_end(self.text, at), below);
    }

    /// Replaces a list or group that has lines of its own, or stands behind a dash.
    fn replace_block(&mut self, node: &Node, lead: &Lead, head: &str, below: String) {
        let end = line_end(self.text, node.span.end);
        if !is_first_in_line(self.text, node.span.start) {
            self.replace(lead.from..end, format!("{head}{below}"));
            return;
        }
        // Comments between the name and the first entry stay where they are.
        let properties_end = if lead.from < node.span.start {
            let properties = &self.text[lead.from..node.span.start];
            lead.from + properties.trim_end().len()
        } else {
            lead.end
        };
        let blank = if head.is_empty() { "" } else { " " };
        self.replace(lead.end..properties_end, format!("{blank}{head}"));
        self.insert(line_end(self.text, properties_end), below);
        let start = line_start(self.text, node.span.start);
        self.replace(before_break(self.text, start).unwrap_or(start)..end, "");
    }

    /// Replaces a text below a `|` or `>`. A comment behind the mark stays.
    fn replace_block_scalar(&mut self, node: &Node, lead: &Lead, head: &str, below: String) {
        let mark = &self.text[node.span.start..];
        let mark_end = node.span.start + mark.find(|c: char| c.is_ascii_whitespace()).unwrap_or(mark.len());
        let from = if head.is_empty() { lead.end } else { lead.from };
        self.replace(from..mark_end, head);
        self.replace(line_end(self.text, mark_end)..node.span.end, below);
    }

    /// Replaces a value that begins and ends within lines.
    fn replace_line(&mut self, node: &Node, lead: &Lead, head: &str, below: String) {
        let end = node.span.end;
        if below.is_empty() {
            self.replace(lead.from..end, head);
        } else if self.text[lead.end..lead.from].contains('#') {
            self.replace(lead.from..end, format!("{head}{below}"));
        } else {
            let blank = if head.is_empty() { "" } else { " " };
            self.replace(lead.end..end, format!("{blank}{head}"));
            self.insert(line_end(self.text, end), below);
        }
    }

    /// Replaces the outermost value.
    fn replace_root(&mut self, node: &Node, value: &Value, lead: &Lead) {
        let old = (node, &self.text[node.span.clone()]);
        let first = is_first_in_line(self.text, lead.from);
        let inner = if first && !node.span.is_empty() {
            column(self.text, lead.from)
        } else {
            0
        };
        let (head, below) = match value {
            value if is_filled(value) => (
                String::new(),
                self.writer.break_to(inner) + &self.writer.entries(value, inner),
            ),
            value => match self.writer.value(value, Some(old), 0) {
                Written::Line(text) => (text, String::new()),
                Written::Below(head, lines) => (head.to_owned(), lines),
            },
        };
        let head = (lead.anchor.clone() + &head).trim_end().to_owned();
        let end = if is_block(node) {
            line_end(self.text, node.span.end)
        } else {
            node.span.end
        };
        if node.span.is_empty() {
            self.fill_document(node, &head, &below);
        } else if node.is_block_scalar() && !is_filled(value) {
            self.replace_block_scalar(node, lead, &head, below);
        } else if !is_blank(&self.text[end..line_end(self.text, end)]) {
            self.replace(lead.from..end, head);
            self.insert(line_end(self.text, end), below);
        } else if first && head.is_empty() {
            self.replace(lead.from..end, below.trim_start());
        } else {
            self.replace(lead.from..end, head + &below);
        }
    }

    /// Writes into a document without content: on a line of its own, ended as the text before it is.
    fn fill_document(&mut self, node: &Node, head: &str, below: &str) {
        let at = node.span.start;
        let empty_line = is_first_in_line(self.text, at);
        let from = if empty_line { line_start(self.text, at) } else { at };
        let above = if empty_line { "" } else { self.style.newline };
        let ended = empty_line && at == self.text.len();
        let ending = if ended { self.style.newline } else { "" };
        let content = format!("{head}{below}");
        let content = if head.is_empty() {
            content.trim_start()
        } else {
            &content
        };
        self.replace(from..at, format!("{above}{content}{ending}"));
    }
}

fn is_filled(value: &Value) -> bool {
    match value {
        Value::List(items) => !items.is_empty(),
        Value::Group(members) => !members.is_empty(),
        _ => false,
    }
}

fn is_block(node: &Node) -> bool {
    matches!(node.kind, Kind::List(Layout::Block, _) | Kind::Group(Layout::Block, _))
}

fn same_kind(node: &Node, value: &Value) -> bool {
    match (&node.kind, value) {
        (Kind::Scalar(style, old), new) => {
            *style != ScalarStyle::Complex && std::mem::discriminant(old) == std::mem::discriminant(new)
        }
        (Kind::List(..), Value::List(_)) | (Kind::Group(..), Value::Group(_)) => true,
        _ => false,
    }
}

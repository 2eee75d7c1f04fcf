use std::ops::Range;

use super::Value;
use super::align::{list_plan, member_plan};
use super::node::{Kind, Node};
use super::style::{Style, after_newline, entries, quote, write};

/// A replacement in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Byte range replaced; empty for an insertion.
    pub range: Range<usize>,
    /// What stands there afterwards.
    pub text: String,
}

/// The replacements that make a parsed text say the new value.
///
/// They come in the order of the text and do not overlap. Nothing is replaced where the text
/// already says what it should: an equal value gives no edit at all.
pub fn edits(text: &str, root: &Node, value: &Value) -> Vec<Edit> {
    let style = Style::of(text, root);
    let mut editor = Editor {
        text,
        style: &style,
        edits: Vec::new(),
    };
    editor.change(root, value);
    editor.edits
}

/// The text with the edits made.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut result = String::with_capacity(text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut at = 0;
    for edit in edits {
        result.push_str(&text[at..edit.range.start]);
        result.push_str(&edit.text);
        at = edit.range.end;
    }
    result.push_str(&text[at..]);
    result
}

struct Editor<'t> {
    text: &'t str,
    style: &'t Style,
    edits: Vec<Edit>,
}

/// An entry of a container as it shall be.
struct Entry<'v> {
    /// The old entry it continues, if any.
    old: Option<usize>,
    /// The name, in an object.
    key: Option<&'v str>,
    value: &'v Value,
}

impl Editor<'_> {
    fn replace(&mut self, range: Range<usize>, text: String) {
        self.edits.push(Edit { range, text });
    }

    fn change(&mut self, node: &Node, value: &Value) {
        if node.says(value) {
            return;
        }
        match (&node.kind, value) {
            (Kind::List(old), Value::List(new)) => {
                let plan = list_plan(old.len(), new, |index, value| old[index].says(value))
                    .into_iter()
                    .zip(new)
                    .map(|(old, value)| Entry { old, key: None, value })
                    .collect::<Vec<_>>();
                self.change_container(node, &plan);
            }
            (Kind::Group(old), Value::Group(new)) => {
                let names: Vec<&str> = old.iter().map(|member| member.key.as_str()).collect();
                let says = |index: usize, value: &Value| old[index].node.says(value);
                let plan = member_plan(&names, new, says)
                    .into_iter()
                    .zip(new)
                    .map(|(old, (key, value))| Entry {
                        old,
                        key: Some(key),
                        value,
                    })
                    .collect::<Vec<_>>();
                self.change_container(node, &plan);
            }
            _ => {
                let text = self.written(value, line_indentation(self.text, node.span.start));
                self.replace(node.span.clone(), text);
            }
        }
    }

    fn written(&self, value: &Value, indentation: &str) -> String {
        let mut out = String::new();
        write(&mut out, value, self.style, Some(indentation));
        out
    }

    fn change_container(&mut self, node: &Node, plan: &[Entry]) {
        let spans = entries(node);
        let kept: Vec<usize> = plan.iter().filter_map(|entry| entry.old).collect();
        if kept.is_empty() {
            self.refill(node, &spans, plan);
        } else if kept.is_sorted() {
            self.change_in_place(node, &spans, plan);
        } else {
            self.rearrange(node, &spans, plan);
        }
    }

    /// Nothing of the old entries stays: the inside is written anew.
    fn refill(&mut self, node: &Node, spans: &[Range<usize>], plan: &[Entry]) {
        let inside = node.span.start + 1..node.span.end - 1;
        if plan.is_empty() {
            self.replace(inside, String::new());
            return;
        }
        let (lead, separator, tail) = match (spans.first(), spans.last()) {
            (Some(first), Some(last)) => {
                let lead = white_space(&self.text[inside.start..first.start]).to_owned();
                let tail = white_space(&self.text[last.end..inside.end]).to_owned();
                let separator = self.separator(node, spans);
                (lead, separator, tail)
            }
            _ => match &self.style.indent {
                Some(unit) => {
                    let outer = line_indentation(self.text, node.span.start);
                    let newline = self.style.newline;
                    let lead = format!("{newline}{outer}{unit}");
                    (lead.clone(), format!(",{lead}"), format!("{newline}{outer}"))
                }
                None => (String::new(), self.style.comma.clone(), String::new()),
            },
        };
        let indentation = after_newline(&lead).map(str::to_owned);
        let mut text = lead;
        for (index, entry) in plan.iter().enumerate() {
            if index > 0 {
                text.push_str(&separator);
            }
            self.write_entry(&mut text, entry, indentation.as_deref());
        }
        text.push_str(&tail);
        self.replace(inside, text);
    }

    /// What stands between two entries of this container.
    fn separator(&self, node: &Node, spans: &[Range<usize>]) -> String {
        let lead = &self.text[node.span.start + 1..spans[0].start];
        if after_newline(lead).is_some() {
            return format!(",{}", white_space(lead));
        }
        match spans {
            [first, second, ..] => {
                let between = &self.text[first.end..second.start];
                let plain = between.chars().all(|c| c == ',' || c.is_ascii_whitespace());
                if plain && between.contains(',') {
                    between.to_owned()
                } else {
                    self.style.comma.clone()
                }
            }
            _ => self.style.comma.clone(),
        }
    }

    fn write_entry(&self, out: &mut String, entry: &Entry, indentation: Option<&str>) {
        if let Some(key) = entry.key {
            quote(out, key, self.style.ascii);
            out.push_str(&self.style.colon);
        }
        write(out, entry.value, self.style, indentation);
    }

    /// The old entries that stay keep their order: single insertions, removals and changes. Once entries come or go,
    /// commas and quotes that are missing between them are put in.
    fn change_in_place(&mut self, node: &Node, spans: &[Range<usize>], plan: &[Entry]) {
        let separator = self.separator(node, spans);
        let indentation = after_newline(&separator[1..]).map(str::to_owned);
        let kept: Vec<usize> = plan.iter().filter_map(|entry| entry.old).collect();
        let is_same = kept.len() == spans.len() && plan.len() == spans.len();
        let first_kept = kept[0];
        if first_kept > 0 {
            self.replace(spans[0].start..spans[first_kept].start, String::new());
        }
        let head: String = plan
            .iter()
            .take_while(|entry| entry.old.is_none())
            .map(|entry| {
                let mut text = String::new();
                self.write_entry(&mut text, entry, indentation.as_deref());
                text + &separator
            })
            .collect();
        if !head.is_empty() {
            self.replace(spans[first_kept].start..spans[first_kept].start, head);
        }
        let mut rest = plan.iter().skip_while(|entry| entry.old.is_none()).peekable();
        while let Some(entry) = rest.next() {
            let Some(old) = entry.old else { continue };
            self.change_entry(node, old, entry);
            let mut added = String::new();
            if !is_same {
                added.push_str(self.end_quote(node, old, entry.value));
            }
            while let Some(next) = rest.next_if(|next| next.old.is_none()) {
                added.push_str(&separator);
                self.write_entry(&mut added, next, indentation.as_deref());
            }
            let next_kept = rest.peek().and_then(|next| next.old).unwrap_or(spans.len());
            if !is_same && next_kept < spans.len() && !self.has_comma(spans, next_kept) {
                added.push(',');
            }
            if !added.is_empty() {
                self.replace(spans[old].end..spans[old].end, added);
            }
            if next_kept > old + 1 {
                self.replace(spans[old].end..spans[next_kept - 1].end, String::new());
            }
        }
    }

    fn change_entry(&mut self, node: &Node, old: usize, entry: &Entry) {
        match &node.kind {
            Kind::List(items) => self.change(&items[old], entry.value),
            Kind::Group(members) => {
                let member = &members[old];
                if let Some(key) = entry.key
                    && key != member.key
                {
                    let mut text = String::new();
                    quote(&mut text, key, self.style.ascii);
                    self.replace(member.key_span.clone(), text);
                }
                self.change(&member.node, entry.value);
            }
            _ => {}
        }
    }

    /// The old entries change places: their texts move, what stands between the places stays.
    fn rearrange(&mut self, node: &Node, spans: &[Range<usize>], plan: &[Entry]) {
        let inside = node.span.start + 1..node.span.end - 1;
        let separator = self.separator(node, spans);
        let indentation = after_newline(&separator[1..]).map(str::to_owned);
        let mut text = self.text[inside.start..spans[0].start].to_owned();
        for (place, entry) in plan.iter().enumerate() {
            if place > 0 {
                match spans.get(place) {
                    Some(span) => {
                        text.push_str(if self.has_comma(spans, place) { "" } else { "," });
                        text.push_str(&self.text[spans[place - 1].end..span.start]);
                    }
                    None => text.push_str(&separator),
                }
            }
            match entry.old {
                Some(old) => {
                    text.push_str(&self.changed_entry(node, old, &spans[old], entry));
                    text.push_str(self.end_quote(node, old, entry.value));
                }
                None => self.write_entry(&mut text, entry, indentation.as_deref()),
            }
        }
        text.push_str(&self.text[spans[spans.len() - 1].end..inside.end]);
        self.replace(inside, text);
    }

    /// Whether a comma stands before an entry that is not the first.
    fn has_comma(&self, spans: &[Range<usize>], index: usize) -> bool {
        let mut between = self.text[spans[index - 1].end..spans[index].start].trim_ascii_start();
        // Comments have commas of their own.
        while let Some(comment) = between.strip_prefix('/') {
            let (end, length) = if comment.starts_with('*') { ("*/", 2) } else { ("\n", 1) };
            let at = comment.find(end).map_or(comment.len(), |at| at + length);
            between = comment[at..].trim_ascii_start();
        }
        between.starts_with(',')
    }

    /// The quote that an entry lacks when it stays a text that ends with its line.
    fn end_quote(&self, node: &Node, old: usize, value: &Value) -> &'static str {
        let entry = match &node.kind {
            Kind::List(items) => &items[old],
            Kind::Group(members) => &members[old].node,
            _ => return "",
        };
        let is_open = matches!(entry.kind, Kind::Text(_)) && !self.text[entry.span.clone()].ends_with('"');
        if is_open && entry.says(value) { "\"" } else { "" }
    }

    fn changed_entry(&self, node: &Node, old: usize, span: &Range<usize>, entry: &Entry) -> String {
        let mut inner = Editor {
            text: self.text,
            style: self.style,
            edits: Vec::new(),
        };
        inner.change_entry(node, old, entry);
        for edit in &mut inner.edits {
            edit.range = edit.range.start - span.start..edit.range.end - span.start;
        }
        apply(&self.text[span.clone()], &inner.edits)
    }
}

/// The white space of a stretch, without comments; the last line's when it has several.
fn white_space(stretch: &str) -> &str {
    let start = stretch.rfind(|c: char| !c.is_ascii_whitespace()).map_or(0, |at| at + 1);
    let space = &stretch[stretch.ceil_char_boundary(start)..];
    match space.find('\n') {
        Some(newline) if newline > 0 && space.as_bytes()[newline - 1] == b'\r' => &space[newline - 1..],
        Some(newline) => &space[newline..],
        None => space,
    }
}

/// The white space at the beginning of the line that holds the byte offset.
fn line_indentation(text: &str, offset: usize) -> &str {
    let start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let line = &text[start..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

use std::collections::HashMap;
use std::ops::Range;

use super::Value;
use super::node::{Kind, Node};
use super::style::{Style, after_newline, entries, quote, write};

/// Above this many pairs two long lists are compared entry by entry instead of aligned.
const MAX_ALIGNED_PAIRS: usize = 4_000_000;

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
                let plan = follow_moves(align(old, new), old, new)
                    .into_iter()
                    .zip(new)
                    .map(|(old, value)| Entry { old, key: None, value })
                    .collect::<Vec<_>>();
                self.change_container(node, &plan);
            }
            (Kind::Group(old), Value::Group(new)) => {
                let names: Vec<&str> = old.iter().map(|member| member.key.as_str()).collect();
                let says = |index: usize, value: &Value| old[index].node.says(value);
                let plan = pair_members(&names, new, says)
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
                if plain {
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

    /// The old entries that stay keep their order: single insertions, removals and changes.
    fn change_in_place(&mut self, node: &Node, spans: &[Range<usize>], plan: &[Entry]) {
        let separator = self.separator(node, spans);
        let indentation = after_newline(&separator[1..]).map(str::to_owned);
        let kept: Vec<usize> = plan.iter().filter_map(|entry| entry.old).collect();
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
            while let Some(next) = rest.next_if(|next| next.old.is_none()) {
                added.push_str(&separator);
                self.write_entry(&mut added, next, indentation.as_deref());
            }
            if !added.is_empty() {
                self.replace(spans[old].end..spans[old].end, added);
            }
            let next_kept = rest.peek().and_then(|next| next.old).unwrap_or(spans.len());
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
                let between = spans
                    .get(place)
                    .map(|span| &self.text[spans[place - 1].end..span.start]);
                text.push_str(between.unwrap_or(&separator));
            }
            match entry.old {
                Some(old) => text.push_str(&self.changed_entry(node, old, &spans[old], entry)),
                None => self.write_entry(&mut text, entry, indentation.as_deref()),
            }
        }
        text.push_str(&self.text[spans[spans.len() - 1].end..inside.end]);
        self.replace(inside, text);
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

/// For each new member the old one it continues: by name and, where a name comes several times, by
/// turn; a member that only got another name is recognised by its unchanged value and place.
fn pair_members(
    old_names: &[&str],
    new: &[(String, Value)],
    says: impl Fn(usize, &Value) -> bool,
) -> Vec<Option<usize>> {
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, name) in old_names.iter().enumerate().rev() {
        by_name.entry(name).or_default().push(index);
    }
    let mut plan: Vec<Option<usize>> = new
        .iter()
        .map(|(key, _)| by_name.get_mut(key.as_str()).and_then(Vec::pop))
        .collect();
    let mut taken = vec![false; old_names.len()];
    for old in plan.iter().flatten() {
        taken[*old] = true;
    }
    for index in 0..new.len() {
        if plan[index].is_none() {
            let candidate = match index.checked_sub(1) {
                None => Some(0),
                Some(before) => plan[before].map(|old| old + 1),
            };
            if let Some(old) = candidate
                && old < old_names.len()
                && !taken[old]
                && says(old, &new[index].1)
            {
                plan[index] = Some(old);
                taken[old] = true;
            }
        }
    }
    plan
}

/// For each new item the old one it continues, in ascending order: equal items are aligned, and of
/// what lies between them the old become the new one after the other.
fn align(old: &[Node], new: &[Value]) -> Vec<Option<usize>> {
    let head = old.iter().zip(new).take_while(|(old, new)| old.says(new)).count();
    let tail = old[head..]
        .iter()
        .rev()
        .zip(new[head..].iter().rev())
        .take_while(|(old, new)| old.says(new))
        .count();
    let (old_middle, new_middle) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let anchors = if old_middle.len() * new_middle.len() <= MAX_ALIGNED_PAIRS {
        common_subsequence(old_middle, new_middle)
    } else {
        Vec::new()
    };
    let mut plan: Vec<Option<usize>> = (0..head).map(Some).collect();
    let (mut old_at, mut new_at) = (0, 0);
    let ends = std::iter::once((old_middle.len(), new_middle.len()));
    for (old_anchor, new_anchor) in anchors.into_iter().chain(ends) {
        let (old_gap, new_gap) = (old_anchor - old_at, new_anchor - new_at);
        plan.extend((0..new_gap).map(|index| (index < old_gap).then_some(head + old_at + index)));
        if new_anchor < new_middle.len() {
            plan.push(Some(head + old_anchor));
        }
        (old_at, new_at) = (old_anchor + 1, new_anchor + 1);
    }
    plan.extend((old.len() - tail..old.len()).map(Some));
    plan
}

/// Lets a new item that has no old one continue an equal one that was taken out elsewhere.
fn follow_moves(mut plan: Vec<Option<usize>>, old: &[Node], new: &[Value]) -> Vec<Option<usize>> {
    let mut free = vec![true; old.len()];
    for kept in plan.iter().flatten() {
        free[*kept] = false;
    }
    let mut free: Vec<usize> = (0..old.len()).filter(|index| free[*index]).collect();
    for (place, value) in plan.iter_mut().zip(new).filter(|(place, _)| place.is_none()) {
        if let Some(found) = free.iter().position(|index| old[*index].says(value)) {
            *place = Some(free.remove(found));
        }
    }
    plan
}

/// Index pairs of a longest common subsequence.
fn common_subsequence(old: &[Node], new: &[Value]) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let equal: Vec<bool> = old.iter().flat_map(|old| new.iter().map(|new| old.says(new))).collect();
    let mut lengths = vec![0u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            lengths[i * width + j] = if equal[i * new.len() + j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        if equal[i * new.len() + j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

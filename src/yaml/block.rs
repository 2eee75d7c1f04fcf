//! Changes of lists and groups with an entry a line, and of what stands in them.

use std::ops::Range;

use super::Value;
use super::edit::{Editor, Entry};
use super::lines::{after_break, before_break, column, is_first_in_line, line_end, line_start};
use super::node::{Kind, Node};

impl Editor<'_> {
    /// Brings the entries of a block to their new state. An entry reaches to the end of its last line.
    pub(super) fn change_block(&mut self, node: &Node, plan: &[Entry]) {
        let reach = |span: Range<usize>| span.start..line_end(self.text, span.end);
        let spans: Vec<Range<usize>> = node.entries().into_iter().map(reach).collect();
        let column = column(self.text, spans[0].start);
        let kept: Vec<usize> = plan.iter().filter_map(|entry| entry.old).collect();
        if kept.is_empty() {
            let entries: Vec<String> = plan.iter().map(|entry| self.block_entry(node, entry, column)).collect();
            let text = entries.join(&self.writer.break_to(column));
            self.replace(spans[0].start..spans[spans.len() - 1].end, text);
        } else if kept.is_sorted() {
            self.change_block_in_place(node, &spans, plan, column);
        } else {
            self.rearrange_block(node, &spans, plan, column);
        }
    }

    fn block_entry(&self, node: &Node, entry: &Entry, column: usize) -> String {
        match entry.key {
            Some(key) => self.writer.member(key, entry.value, column),
            None => self.writer.item(entry.value, column, self.gap(node)),
        }
    }

    /// How many blanks follow the dashes of this list.
    fn gap(&self, node: &Node) -> usize {
        let Kind::List(_, items) = &node.kind else { return 1 };
        let gaps = items.iter().filter_map(|item| {
            let after = &self.text[item.dash? + 1..item.node.start().max(item.dash? + 1)];
            (!after.is_empty() && after.bytes().all(|byte| byte == b' ')).then_some(after.len())
        });
        gaps.into_iter().next().unwrap_or(1)
    }

    /// The old entries that stay keep their order: single insertions, removals and changes.
    fn change_block_in_place(&mut self, node: &Node, spans: &[Range<usize>], plan: &[Entry], column: usize) {
        let line_break = self.writer.break_to(column);
        let first_kept = plan.iter().find_map(|entry| entry.old).unwrap_or(0);
        self.remove_leading(spans, first_kept);
        let new = plan.iter().take_while(|entry| entry.old.is_none());
        let head: String = new
            .map(|entry| self.block_entry(node, entry, column) + &line_break)
            .collect();
        self.insert(spans[first_kept].start, head);
        let mut rest = plan.iter().skip_while(|entry| entry.old.is_none()).peekable();
        while let Some(entry) = rest.next() {
            let Some(old) = entry.old else { continue };
            self.change_entry(node, old, entry);
            let mut added = String::new();
            while let Some(next) = rest.next_if(|next| next.old.is_none()) {
                added = added + &line_break + &self.block_entry(node, next, column);
            }
            self.insert(spans[old].end, added);
            let next_kept = rest.peek().and_then(|next| next.old).unwrap_or(spans.len());
            for span in &spans[old + 1..next_kept] {
                self.remove_lines(span);
                if ends_in_block_scalar(node, old) {
                    self.pull_back_comments(span.end, column);
                }
            }
        }
    }

    /// Removes the entries before the first that stays.
    fn remove_leading(&mut self, spans: &[Range<usize>], first_kept: usize) {
        if first_kept == 0 {
            return;
        }
        let first = spans[0].start;
        let comments = (0..first_kept).any(|index| self.text[spans[index].end..spans[index + 1].start].contains('#'));
        if is_first_in_line(self.text, first) {
            let above = before_break(self.text, line_start(self.text, first)).is_some();
            for span in &spans[..first_kept] {
                if above {
                    self.remove_lines(span);
                } else {
                    self.replace(line_start(self.text, span.start)..after_break(self.text, span.end), "");
                }
            }
        } else if comments {
            self.replace(spans[0].clone(), "");
            for span in &spans[1..first_kept] {
                self.remove_lines(span);
            }
        } else {
            self.replace(first..spans[first_kept].start, "");
        }
    }

    /// Removes the lines of an entry, with the line break in front of them.
    fn remove_lines(&mut self, span: &Range<usize>) {
        let start = line_start(self.text, span.start);
        self.replace(before_break(self.text, start).unwrap_or(start)..span.end, "");
    }

    /// The old entries change places: their lines move, what stands between the places stays.
    fn rearrange_block(&mut self, node: &Node, spans: &[Range<usize>], plan: &[Entry], column: usize) {
        let line_break = self.writer.break_to(column);
        let mut text = String::new();
        for (place, entry) in plan.iter().enumerate() {
            if let Some(before) = place.checked_sub(1) {
                let between = spans.get(place).map(|span| &self.text[spans[before].end..span.start]);
                let swallows = plan[before].old.is_some_and(|old| ends_in_block_scalar(node, old))
                    || last_text(plan[before].value).contains('\n');
                let fits = between.filter(|between| !(swallows && between.contains('#')));
                text.push_str(fits.unwrap_or(&line_break));
            }
            match entry.old {
                Some(old) => text.push_str(&self.changed_entry(node, old, &spans[old], entry)),
                None => text.push_str(&self.block_entry(node, entry, column)),
            }
        }
        let end = spans[spans.len() - 1].end;
        self.replace(spans[0].start..end, text);
        if let Some(last) = plan.last()
            && (last.old.is_some_and(|old| ends_in_block_scalar(node, old)) || last_text(last.value).contains('\n'))
        {
            self.pull_back_comments(end, column);
        }
    }

    /// Lets the comments on the lines behind an entry begin in the column, so that they do not become
    /// lines of a `|` in front of them.
    fn pull_back_comments(&mut self, mut at: usize, column: usize) {
        loop {
            let start = after_break(self.text, at);
            let end = line_end(self.text, start);
            let line = &self.text[start..end];
            let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
            let is_comment = line[indentation..].starts_with('#');
            if start == at || !(is_comment || indentation == line.len()) {
                return;
            }
            if is_comment && indentation > column {
                self.replace(start..start + indentation, " ".repeat(column));
            }
            at = end;
        }
    }
}

/// Whether the last line of an entry belongs to a `|` or `>`.
fn ends_in_block_scalar(node: &Node, entry: usize) -> bool {
    let child = match &node.kind {
        Kind::List(_, items) => items.get(entry).map(|item| &item.node),
        Kind::Group(_, members) => members.get(entry).map(|member| &member.node),
        _ => None,
    };
    child.is_some_and(|child| {
        let last = match &child.kind {
            Kind::List(_, items) => items.len().checked_sub(1),
            Kind::Group(_, members) => members.len().checked_sub(1),
            _ => None,
        };
        child.is_block_scalar() || last.is_some_and(|last| ends_in_block_scalar(child, last))
    })
}

/// The text at the very end of a value.
fn last_text(value: &Value) -> &str {
    match value {
        Value::Text(text) => text,
        Value::List(items) => items.last().map_or("", last_text),
        Value::Group(members) => members.last().map_or("", |(_, value)| last_text(value)),
        _ => "",
    }
}

//! Changes of lists and groups in brackets, and of what stands in them.

use std::ops::Range;

use super::Value;
use super::edit::{Editor, Entry, Place};
use super::node::Node;

impl Editor<'_> {
    /// Writes a value in place of another inside brackets, on one line.
    pub(super) fn replace_in_flow(&mut self, node: &Node, value: &Value, place: &Place) {
        let old = (node, &self.text[node.span.clone()]);
        let text = self.writer.line(value, Some(old), true);
        let lead = self.lead(node, value, place);
        let text = lead.anchor + &text;
        if node.span.is_empty() && lead.from == node.span.start {
            let mark = if place.marked { " " } else { ": " };
            self.insert(node.span.start, mark.to_owned() + &text);
        } else {
            self.replace(lead.from..node.span.end, text);
        }
    }

    /// Brings the entries of a list or group in brackets to their new state.
    pub(super) fn change_flow(&mut self, node: &Node, plan: &[Entry]) {
        let spans = node.entries();
        let separator = self.separator(node, &spans);
        let kept: Vec<usize> = plan.iter().filter_map(|entry| entry.old).collect();
        if kept.is_empty() {
            let entries: Vec<String> = plan.iter().map(|entry| self.flow_entry(entry)).collect();
            let inside = match (spans.first(), spans.last()) {
                (Some(first), Some(last)) => first.start..last.end,
                _ => node.span.start + 1..node.span.end - 1,
            };
            self.replace(inside, entries.join(&separator));
        } else if kept.is_sorted() {
            self.change_flow_in_place(node, &spans, plan, &separator);
        } else {
            self.rearrange_flow(node, &spans, plan, &separator);
        }
    }

    /// What stands between two entries.
    fn separator(&self, node: &Node, spans: &[Range<usize>]) -> String {
        let blank = |text: &str| text.bytes().all(|byte| byte.is_ascii_whitespace());
        if let Some(first) = spans.first() {
            let lead = &self.text[node.span.start + 1..first.start];
            if lead.contains('\n') && blank(lead) {
                return format!(",{lead}");
            }
        }
        match spans {
            [first, second, ..] => {
                let between = &self.text[first.end..second.start];
                match between.strip_prefix(',') {
                    Some(rest) if blank(rest) && !rest.is_empty() => between.to_owned(),
                    _ => ", ".into(),
                }
            }
            _ => ", ".into(),
        }
    }

    fn flow_entry(&self, entry: &Entry) -> String {
        match entry.key {
            Some(key) => {
                let group = Value::Group(vec![(key.to_owned(), entry.value.clone())]);
                let text = self.writer.line(&group, None, true);
                text[1..text.len() - 1].to_owned()
            }
            None => self.writer.line(entry.value, None, true),
        }
    }

    /// The old entries that stay keep their order: single insertions, removals and changes.
    fn change_flow_in_place(&mut self, node: &Node, spans: &[Range<usize>], plan: &[Entry], separator: &str) {
        let first_kept = plan.iter().find_map(|entry| entry.old).unwrap_or(0);
        if first_kept > 0 {
            self.replace(spans[0].start..spans[first_kept].start, "");
        }
        let new = plan.iter().take_while(|entry| entry.old.is_none());
        let head: String = new.map(|entry| self.flow_entry(entry) + separator).collect();
        self.insert(spans[first_kept].start, head);
        let mut rest = plan.iter().skip_while(|entry| entry.old.is_none()).peekable();
        while let Some(entry) = rest.next() {
            let Some(old) = entry.old else { continue };
            self.change_entry(node, old, entry);
            let mut added = String::new();
            while let Some(next) = rest.next_if(|next| next.old.is_none()) {
                added = added + separator + &self.flow_entry(next);
            }
            self.insert(spans[old].end, added);
            let next_kept = rest.peek().and_then(|next| next.old).unwrap_or(spans.len());
            if next_kept > old + 1 {
                self.replace(spans[old].end..spans[next_kept - 1].end, "");
            }
        }
    }

    /// The old entries change places: their texts move, what stands between the places stays.
    fn rearrange_flow(&mut self, node: &Node, spans: &[Range<usize>], plan: &[Entry], separator: &str) {
        let mut text = String::new();
        for (place, entry) in plan.iter().enumerate() {
            if place > 0 {
                let between = spans
                    .get(place)
                    .map(|span| &self.text[spans[place - 1].end..span.start]);
                text.push_str(between.unwrap_or(separator));
            }
            match entry.old {
                Some(old) => text.push_str(&self.changed_entry(node, old, &spans[old], entry)),
                None => text.push_str(&self.flow_entry(entry)),
            }
        }
        self.replace(spans[0].start..spans[spans.len() - 1].end, text);
    }
}

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::name::decoded;
use super::node::{Attribute, Document, Element};
use super::normal::{attribute, normal, spelled};
use super::style::{Style, Writer, members};
use super::text::{self, SPACE};
use super::view::{Entry, EntryKind, Run, TEXT, entries, is_shown, runs, value};
use super::{Value, parse};
use crate::json::align::{list_plan, member_plan};
use crate::json::{Edit, apply};

/// The replacements that make a parsed text say the new value, as far as XML can say it (see [`normal`]).
///
/// They come in the order of the text and do not overlap, and nothing is replaced where the text already says what it
/// should. Comments stay, CDATA stays CDATA, attributes keep their quotes. The replacements are tried out: should the
/// text not say the value then, what stands in the outermost element is written anew.
///
/// [`normal`]: super::normal()
pub fn edits(source: &str, document: &Document, value: &Value) -> Vec<Edit> {
    let view = document.view(source);
    if view.says(value) {
        return Vec::new();
    }
    let value = normal(value);
    let style = Style::of(source, document);
    let mut editor = Editor {
        source,
        style: &style,
        edits: Vec::new(),
    };
    editor.change(&document.root, &value);
    let edits = editor.finish();
    let changed = apply(source, &edits);
    let is_right = |document: &Document| {
        let view = document.view(&changed);
        view.says(&value) || spelled(&view.to_value()) == spelled(&value)
    };
    if parse(&changed).is_ok_and(|document| is_right(&document)) {
        return edits;
    }
    let root = &document.root;
    let name = &source[root.name.clone()];
    let hidden = root
        .attributes
        .iter()
        .filter(|attribute| !is_shown(&source[attribute.name.clone()]));
    let declared: String = hidden
        .map(|attribute| format!(" {}", &source[attribute.span()]))
        .collect();
    let mut writer = Writer::new(&style);
    writer.root(name, &declared, &value);
    vec![Edit {
        range: root.span.clone(),
        text: writer.out,
    }]
}

struct Editor<'t> {
    source: &'t str,
    style: &'t Style,
    edits: Vec<Edit>,
}

/// An entry as it shall be.
struct Wanted<'v> {
    /// The old entry it continues, if any.
    old: Option<usize>,
    name: &'v str,
    value: &'v Value,
}

impl Editor<'_> {
    /// The edits in the order of the text; of several in one place the first made comes first.
    fn finish(mut self) -> Vec<Edit> {
        self.edits
            .retain(|edit| !edit.range.is_empty() || !edit.text.is_empty());
        self.edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        self.edits
    }

    fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.edits.push(Edit {
            range,
            text: text.into(),
        });
    }

    fn change(&mut self, element: &Element, wanted: &Value) {
        let source = self.source;
        let old: Vec<&Attribute> = element
            .attributes
            .iter()
            .filter(|attribute| is_shown(&source[attribute.name.clone()]))
            .collect();
        let old_names: Vec<String> = old
            .iter()
            .map(|attribute| format!("@{}", decoded(&source[attribute.name.clone()])))
            .collect();
        // Attributes that came twice in the file are two; a further one of a name is written as an element.
        let mut room: HashMap<&str, usize> = HashMap::new();
        for name in &old_names {
            *room.entry(name).or_default() += 1;
        }
        let mut attributes: Vec<(String, Value)> = Vec::new();
        let mut content: Vec<(&str, &Value)> = Vec::new();
        for (name, value) in members(wanted) {
            let left = room.entry(name).or_insert(1);
            if *left > 0 && attribute(name, value).is_some() {
                *left -= 1;
                attributes.push((name.to_owned(), value.clone()));
            } else {
                content.push((name, value));
            }
        }
        self.change_attributes(element, &old, &old_names, &attributes);
        self.change_content(element, &content);
    }

    fn change_attributes(
        &mut self,
        element: &Element,
        old: &[&Attribute],
        old_names: &[String],
        new: &[(String, Value)],
    ) {
        let source = self.source;
        let says = |index: usize, value: &Value| {
            value.as_text() == Some(&text::decoded_attribute(&source[old[index].value.clone()]))
        };
        let names: Vec<&str> = old_names.iter().map(String::as_str).collect();
        let plan = member_plan(&names, new, says);
        let kept: Vec<usize> = plan.iter().flatten().copied().collect();
        let stays: HashSet<usize> = kept.iter().copied().collect();
        let before = |attribute: &Attribute| {
            let head = &source[..attribute.name.start];
            head.trim_end_matches(SPACE).len()..attribute.name.start
        };
        // Attributes that change places are all written anew, where the first of them stands.
        let is_moved = !kept.is_sorted();
        for (index, attribute) in old.iter().enumerate() {
            if is_moved || !stays.contains(&index) {
                self.replace(before(attribute).start..attribute.span().end, "");
            }
        }
        let separator = match old.last() {
            Some(last) => &source[before(last)],
            None => " ",
        };
        let quote = old.last().map_or('"', |last| {
            if source[last.value.end..].starts_with('\'') {
                '\''
            } else {
                '"'
            }
        });
        let writer = Writer::new(self.style);
        // New ones stand behind the last one that stays, or behind the name and the namespaces.
        let mut at = match old.first() {
            Some(first) => before(first).start,
            None => element
                .attributes
                .last()
                .map_or(element.name.end, |last| last.span().end),
        };
        for ((name, value), place) in new.iter().zip(plan) {
            let (Some(name), Some(text)) = (attribute(name, value), value.as_text()) else {
                continue;
            };
            match place.filter(|_| !is_moved) {
                Some(index) => {
                    let own = old[index];
                    at = own.span().end;
                    if decoded(&source[own.name.clone()]) != name {
                        self.replace(own.name.clone(), writer.name(&name));
                    }
                    if !says(index, value) {
                        let raw = &source[own.value.clone()];
                        let quote = if source[own.value.end..].starts_with('\'') {
                            '\''
                        } else {
                            '"'
                        };
                        self.replace(own.value.clone(), text::attribute(text, quote, &text::entities(raw)));
                    }
                }
                None => {
                    let kept = place.map(|index| text::entities(&source[old[index].value.clone()]));
                    let text = text::attribute(text, quote, &kept.unwrap_or_default());
                    self.replace(
                        at..at,
                        format!("{separator}{}={quote}{text}{quote}", writer.name(&name)),
                    );
                }
            }
        }
    }

    fn change_content(&mut self, element: &Element, new: &[(&str, &Value)]) {
        let source = self.source;
        let old = entries(source, element);
        let values: Vec<Value> = old.iter().map(|entry| value(source, entry)).collect();
        let plan = plan(&old, &values, new);
        let is_same = plan.len() == old.len()
            && plan.iter().enumerate().all(|(index, wanted)| {
                wanted.old == Some(index) && *wanted.value == values[index] && wanted.name == old[index].name
            });
        if is_same {
            return;
        }
        let kept: Vec<usize> = plan.iter().filter_map(|wanted| wanted.old).collect();
        if kept.is_empty() {
            self.refill(element, &old, new);
        } else if kept.is_sorted() {
            self.change_in_place(element, &old, &values, &plan);
        } else {
            self.rearrange(element, &old, &values, &plan);
        }
    }

    /// Nothing of the old entries stays.
    fn refill(&mut self, element: &Element, old: &[Entry], new: &[(&str, &Value)]) {
        let source = self.source;
        let outer = self
            .style
            .indent
            .as_ref()
            .map(|_| line_indentation(source, element.span.start));
        let mut writer = Writer::new(self.style);
        let Some(content) = element.content.clone() else {
            writer.out.push('>');
            writer.content(new, outer);
            let name = &source[element.name.clone()];
            self.replace(element.tag_end..element.span.end, format!("{}</{name}>", writer.out));
            return;
        };
        let has_asides = !source[content.clone()].trim_matches(SPACE).is_empty();
        match (old.first(), old.last()) {
            (Some(first), Some(last)) => {
                // One text in the place of another keeps the layout around it, and stays CDATA.
                if let ([(TEXT, Value::Text(text))], [only]) = (new, old)
                    && let EntryKind::Text(run) = &only.kind
                {
                    self.change_text(run, text);
                    return;
                }
                let alone = source[content.start..first.span.start].trim_matches(SPACE).is_empty()
                    && source[last.span.end..content.end].trim_matches(SPACE).is_empty();
                if alone {
                    writer.content(new, outer);
                    self.replace(content, writer.out);
                } else {
                    writer.content(new, None);
                    self.replace(first.span.start..last.span.end, writer.out);
                }
            }
            _ if has_asides => {
                writer.content(new, None);
                let end = content.start + source[content.clone()].trim_end_matches(SPACE).len();
                self.replace(end..end, writer.out);
            }
            _ => {
                writer.content(new, outer);
                self.replace(content, writer.out);
            }
        }
    }

    /// The white space in front of an entry.
    fn lead(&self, element: &Element, entry: &Entry) -> Range<usize> {
        let start = element
            .content
            .as_ref()
            .map_or(element.span.start, |content| content.start);
        let head = &self.source[start..entry.span.start];
        start + head.trim_end_matches(SPACE).len()..entry.span.start
    }

    /// What goes in front of a new entry beside an old one, and the indentation of its line.
    fn separator(&self, element: &Element, entry: &Entry) -> (String, Option<String>) {
        let lead = &self.source[self.lead(element, entry)];
        match lead.rfind(['\n', '\r']) {
            Some(newline) => {
                let line = &lead[newline + 1..];
                (format!("{}{line}", self.style.newline), Some(line.to_owned()))
            }
            None => (lead.to_owned(), None),
        }
    }

    fn written(&self, wanted: &Wanted, indentation: Option<&str>) -> String {
        let mut writer = Writer::new(self.style);
        writer.entry(wanted.name, wanted.value, indentation);
        writer.out
    }

    /// The old entries that stay keep their order.
    fn change_in_place(&mut self, element: &Element, old: &[Entry], values: &[Value], plan: &[Wanted]) {
        let mut is_kept = vec![false; old.len()];
        plan.iter()
            .filter_map(|wanted| wanted.old)
            .for_each(|index| is_kept[index] = true);
        for (entry, _) in old.iter().zip(&is_kept).filter(|(_, is_kept)| !**is_kept) {
            self.replace(self.lead(element, entry).start..entry.span.end, "");
        }
        let mut behind: Option<usize> = None;
        let first = plan.iter().find_map(|wanted| wanted.old).unwrap_or_default();
        for wanted in plan {
            match wanted.old {
                Some(index) => {
                    self.change_entry(&old[index], &values[index], wanted);
                    behind = Some(index);
                }
                None => {
                    let beside = &old[behind.unwrap_or(first)];
                    let (separator, line) = self.separator(element, beside);
                    let at = match behind {
                        Some(_) => beside.span.end,
                        None => self.lead(element, beside).start,
                    };
                    self.replace(at..at, separator + &self.written(wanted, line.as_deref()));
                }
            }
        }
    }

    /// The old entries change places: their texts move, what stands between the places stays.
    fn rearrange(&mut self, element: &Element, old: &[Entry], values: &[Value], plan: &[Wanted]) {
        let source = self.source;
        let (first, last) = (&old[0], &old[old.len() - 1]);
        let (separator, line) = self.separator(element, last);
        let mut text = String::new();
        for (place, wanted) in plan.iter().enumerate() {
            if place > 0 {
                let between = old
                    .get(place)
                    .map(|entry| &source[old[place - 1].span.end..entry.span.start]);
                text.push_str(between.unwrap_or(&separator));
            }
            match wanted.old {
                Some(index) => {
                    let mut inner = Editor {
                        source,
                        style: self.style,
                        edits: Vec::new(),
                    };
                    inner.change_entry(&old[index], &values[index], wanted);
                    let span = &old[index].span;
                    let mut edits = inner.finish();
                    for edit in &mut edits {
                        edit.range = edit.range.start - span.start..edit.range.end - span.start;
                    }
                    text.push_str(&apply(&source[span.clone()], &edits));
                }
                None => text.push_str(&self.written(wanted, line.as_deref())),
            }
        }
        self.replace(first.span.start..last.span.end, text);
    }

    fn change_entry(&mut self, entry: &Entry, value: &Value, wanted: &Wanted) {
        match &entry.kind {
            EntryKind::Text(run) => {
                if let Some(text) = wanted.value.as_text() {
                    self.change_text(run, text);
                }
            }
            EntryKind::Element(element) => {
                if entry.name != wanted.name {
                    let name = Writer::new(self.style).name(wanted.name);
                    if let Some(content) = &element.content {
                        let end = content.end + "</".len();
                        self.replace(end..end + element.name.len(), name.as_str());
                    }
                    self.replace(element.name.clone(), name);
                }
                if value != wanted.value {
                    self.change(element, wanted.value);
                }
            }
        }
    }

    /// Another text in the place of one; comments in it stay.
    fn change_text(&mut self, run: &Run, text: &str) {
        let source = self.source;
        let Some((main, others)) = run.stretches.split_first().filter(|_| run.text != text) else {
            return;
        };
        let kept: Vec<&str> = run
            .stretches
            .iter()
            .filter(|stretch| !stretch.is_cdata)
            .flat_map(|stretch| text::entities(&source[stretch.inner.clone()]))
            .collect();
        let newline = self.style.newline;
        let cdata = text::cdata(text, newline).filter(|_| main.is_cdata && !text.is_empty());
        match cdata {
            Some(text) => self.replace(main.inner.clone(), text),
            None => self.replace(main.outer.clone(), text::content(text, newline, &kept)),
        }
        for other in others {
            self.replace(other.outer.clone(), "");
        }
    }
}

/// For each wanted entry the old one it continues: by name and turn, entries of a list wherever they went.
fn plan<'v>(old: &[Entry], values: &[Value], new: &[(&'v str, &'v Value)]) -> Vec<Wanted<'v>> {
    let mut starts = Vec::new();
    let mut start = 0;
    for run in runs(old) {
        starts.push(start..start + run.len());
        start += run.len();
    }
    let names: Vec<&str> = starts.iter().map(|range| old[range.start].name.as_str()).collect();
    let owned: Vec<(String, Value)> = new
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).clone()))
        .collect();
    let says = |index: usize, value: &Value| match value {
        Value::List(items) => values[starts[index].clone()] == **items,
        single => values[starts[index].clone()] == *std::slice::from_ref(single),
    };
    let mut plan = Vec::new();
    for ((name, value), place) in new.iter().zip(member_plan(&names, &owned, says)) {
        let items = match value {
            Value::List(items) => items.as_slice(),
            single => std::slice::from_ref(*single),
        };
        let range = place.map(|index| starts[index].clone()).unwrap_or_default();
        let olds = list_plan(range.len(), items, |index, value| values[range.start + index] == *value);
        for (item, place) in items.iter().zip(olds) {
            let fits = |index: &usize| match &old[*index].kind {
                EntryKind::Text(_) => *name == TEXT && matches!(item, Value::Text(_)),
                // Text beside elements does not become an element's name.
                EntryKind::Element(_) => *name != TEXT || old[*index].name == TEXT,
            };
            plan.push(Wanted {
                old: place.map(|index| range.start + index).filter(fits),
                name,
                value: item,
            });
        }
    }
    plan
}

/// The white space at the beginning of the line that holds the byte offset.
fn line_indentation(source: &str, offset: usize) -> &str {
    let start = source[..offset].rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
    let line = &source[start..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

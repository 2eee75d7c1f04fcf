use std::ops::Range;

use super::lexer::{self, TokenKind, is_blank, is_name};
use super::parse::bare;
use super::style::{Layout, Style, can_add, indentation, quote_of};
use crate::json::{Edit, Node, apply};
use crate::proto::message::{Content, Field, Item, Message};
use crate::proto::plan::{Entry, Piece, Rules, plan};
use crate::proto::schema::{FieldType, Schema};
use crate::proto::{Document, Value};

/// The replacements that make a parsed text say the value, as far as the notation can say it, in the order of the text.
/// A field that goes takes the comment on its own line along; a new one gets the indentation of its siblings. What cannot
/// be said stays as it was, or is left out when it is new.
pub fn edits(text: &str, document: &Document, value: &Value) -> Vec<Edit> {
    let Value::Group(members) = value else {
        return Vec::new();
    };
    if document.view.says(value) {
        return Vec::new();
    }
    let style = Style::of(text, &document.root);
    let mut editor = Editor {
        text,
        style: &style,
        edits: Vec::new(),
    };
    editor.message(&document.root, &document.view, members);
    editor.finish()
}

/// A new text of this kind; what the schema has no place for is left out.
pub fn to_text(value: &Value, schema: &'static Schema) -> String {
    let members = match value {
        Value::Group(members) => members.as_slice(),
        _ => &[],
    };
    let fields = Style::default().fields(Some(schema), members, Layout::Lines(""));
    fields.into_iter().map(|field| field + "\n").collect()
}

struct Names(Option<&'static Schema>);

impl Rules for Names {
    fn can_add(&self, name: &str) -> bool {
        can_add(self.0, name)
    }

    fn is_repeated(&self, name: &str) -> bool {
        self.0
            .and_then(|schema| schema.named(name))
            .is_some_and(|kind| kind.repeated)
    }
}

struct Editor<'t> {
    text: &'t str,
    style: &'t Style,
    edits: Vec<Edit>,
}

impl<'t> Editor<'t> {
    fn replace(&mut self, range: Range<usize>, text: String) {
        self.edits.push(Edit { range, text });
    }

    fn finish(mut self) -> Vec<Edit> {
        self.edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        self.edits
    }

    fn message(&mut self, message: &Message, node: &Node, new: &[(String, Value)]) {
        let pieces = plan(message, node, new, &Names(message.schema));
        let frames: Vec<usize> = pieces.iter().filter_map(|piece| piece.frame).collect();
        if frames.is_empty() {
            self.refill(message, &pieces);
        } else if frames.is_sorted() {
            self.in_place(message, &pieces);
        } else {
            self.rearrange(message, &pieces);
        }
    }

    /// Nothing of the old fields stays.
    fn refill(&mut self, message: &Message, pieces: &[Piece]) {
        let Some((first, rest)) = message.fields.split_first() else {
            return self.fill(message, pieces);
        };
        for field in rest {
            self.remove(message, field);
        }
        let (layout, separator) = self.siblings(first);
        let texts = self.new_fields(message, pieces, layout);
        if texts.is_empty() {
            self.remove(message, first);
        } else {
            self.replace(first.span.clone(), texts.join(&separator));
        }
    }

    /// The first fields of a message that has none.
    fn fill(&mut self, message: &Message, pieces: &[Piece]) {
        let newline = self.style.newline;
        let inside = &self.text[message.span.clone()];
        let is_root = message.span == (0..self.text.len());
        let outer = line_indentation(self.text, message.span.start);
        let inner = format!("{outer}{}", self.style.indent);
        let (layout, lead, tail) = if is_root {
            let lead = if inside.is_empty() || inside.ends_with('\n') {
                ""
            } else {
                newline
            };
            (Layout::Lines(""), lead.to_owned(), newline.to_owned())
        } else if inside.contains('\n') || self.begins_line(message) {
            let lead = format!("{newline}{inner}");
            (Layout::Lines(&inner), lead, format!("{newline}{outer}"))
        } else {
            (Layout::Line, " ".to_owned(), " ".to_owned())
        };
        let texts = self.new_fields(message, pieces, layout);
        if texts.is_empty() {
            return;
        }
        let separator = match layout {
            Layout::Lines(indent) => format!("{newline}{indent}"),
            Layout::Line => " ".to_owned(),
        };
        let end = message.span.end;
        let from = if is_root {
            end
        } else {
            message.span.start + inside.trim_end_matches(is_blank).len()
        };
        self.replace(from..end, format!("{lead}{}{tail}", texts.join(&separator)));
    }

    /// Whether nothing but its name stands before a message on its line.
    fn begins_line(&self, message: &Message) -> bool {
        let before = &self.text[..message.span.start.saturating_sub(1)];
        let line = before.rsplit('\n').next().unwrap_or_default();
        is_name(line.trim_start().trim_end_matches([':', ' ', '\t']))
    }

    /// The old fields that stay keep their order.
    fn in_place(&mut self, message: &Message, pieces: &[Piece]) {
        let mut is_kept = vec![false; message.fields.len()];
        let mut rest = pieces.iter().peekable();
        let mut leading: Vec<&Piece> = Vec::new();
        while let Some(piece) = rest.next_if(|piece| piece.frame.is_none()) {
            leading.push(piece);
        }
        if let Some(first) = rest.peek().and_then(|piece| piece.frame) {
            let first = &message.fields[first];
            let (layout, separator) = self.siblings(first);
            let texts = self.new_fields(message, leading, layout);
            let text: String = texts.into_iter().map(|text| text + &separator).collect();
            if !text.is_empty() {
                self.replace(first.span.start..first.span.start, text);
            }
        }
        while let Some(piece) = rest.next() {
            let Some(frame) = piece.frame else { continue };
            is_kept[frame] = true;
            let field = &message.fields[frame];
            self.field(field, &piece.entries);
            let mut added: Vec<&Piece> = Vec::new();
            while let Some(next) = rest.next_if(|piece| piece.frame.is_none()) {
                added.push(next);
            }
            let (layout, separator) = self.siblings(field);
            let texts = self.new_fields(message, added, layout);
            if !texts.is_empty() {
                let at = self.behind(field, layout);
                let text: String = texts.into_iter().map(|text| separator.clone() + &text).collect();
                let text = self.apart(text, at);
                self.replace(at..at, text);
            }
        }
        for (field, _) in message.fields.iter().zip(is_kept).filter(|(_, kept)| !kept) {
            self.remove(message, field);
        }
    }

    /// The old fields change places: their texts move, what stands between the places stays.
    fn rearrange(&mut self, message: &Message, pieces: &[Piece]) {
        let fields = &message.fields;
        let (layout, separator) = self.siblings(&fields[0]);
        let mut text = String::new();
        let mut place = 0;
        for piece in pieces {
            let written = match piece.frame {
                Some(frame) => self.changed(&fields[frame], &piece.entries),
                None => match self.new_fields(message, [piece], layout).pop() {
                    Some(new) => new,
                    None => continue,
                },
            };
            if place > 0 {
                let between = fields
                    .get(place)
                    .map(|field| &self.text[fields[place - 1].span.end..field.span.start]);
                match between {
                    Some(between) if !between.is_empty() => text.push_str(between),
                    Some(_) => text.push(' '),
                    None => text.push_str(&separator),
                }
            }
            text.push_str(&written);
            place += 1;
        }
        let end = fields[fields.len() - 1].span.end;
        self.replace(fields[0].span.start..end, text);
    }

    fn changed(&self, field: &Field, entries: &[Entry]) -> String {
        let mut inner = Editor {
            text: self.text,
            style: self.style,
            edits: Vec::new(),
        };
        inner.field(field, entries);
        let mut edits = inner.finish();
        for edit in &mut edits {
            edit.range = edit.range.start - field.span.start..edit.range.end - field.span.start;
        }
        apply(&self.text[field.span.clone()], &edits)
    }

    fn field(&mut self, field: &Field, entries: &[Entry]) {
        if let Content::List(items) = &field.item.content {
            return self.short_list(field, items, entries);
        }
        for entry in entries {
            self.put(field, &field.item, entry);
        }
    }

    /// Makes the place of an item say the entry.
    fn put(&mut self, field: &Field, place: &Item, entry: &Entry) {
        if let Some((item, node)) = entry.old
            && std::ptr::eq(item, place)
        {
            if node.says(entry.value) {
                return;
            }
            if let (Content::Message(message), Value::Group(members)) = (&item.content, entry.value) {
                return self.message(message, node, members);
            }
        }
        let indent = line_indentation(self.text, place.span.start);
        let Some(text) = self.written(field.kind, place, entry, indent) else {
            return;
        };
        let has_colon = lexer::next(self.text, field.head.end).kind == TokenKind::Sign(':');
        if !has_colon && !text.starts_with(['{', '<', '[']) && std::ptr::eq(place, &field.item) {
            self.replace(field.head.end..field.head.end, ":".to_owned());
        }
        let text = self.apart(text, place.span.end);
        self.replace(place.span.clone(), text);
    }

    /// A text that ends in front of an offset, with a blank where two words would become one.
    fn apart(&self, mut text: String, at: usize) -> String {
        let is_word = |character: Option<char>| character.is_some_and(|c| c.is_alphanumeric() || "_.-+".contains(c));
        if is_word(text.chars().last()) && is_word(self.text[at..].chars().next()) {
            text.push(' ');
        }
        text
    }

    /// The text of an entry at a place where something else stood.
    fn written(&self, kind: Option<&'static FieldType>, place: &Item, entry: &Entry, indent: &str) -> Option<String> {
        if let Some((item, node)) = entry.old {
            if node.says(entry.value) {
                return Some(self.text[item.span.clone()].to_owned());
            }
            if let (Content::Message(message), Value::Group(members)) = (&item.content, entry.value) {
                let mut inner = Editor {
                    text: self.text,
                    style: self.style,
                    edits: Vec::new(),
                };
                inner.message(message, node, members);
                let mut edits = inner.finish();
                for edit in &mut edits {
                    edit.range = edit.range.start - item.span.start..edit.range.end - item.span.start;
                }
                return Some(apply(&self.text[item.span.clone()], &edits));
            }
        }
        // A word without quotes, as of an enumeration, is followed by such a word.
        let is_word = !self.text[place.span.clone()].starts_with(['"', '\'', '{', '<', '[']);
        if let Value::Text(word) = entry.value
            && kind.is_none()
            && is_word
            && is_name(word)
            && bare(word.clone()) == *entry.value
        {
            return Some(word.clone());
        }
        let style = Style {
            quote: quote_of(&self.text[place.span.clone()]).unwrap_or(self.style.quote),
            ..self.style.clone()
        };
        let layout = Layout::Lines(indent);
        style.value(kind, entry.value, layout)
    }

    /// A list in brackets.
    fn short_list(&mut self, field: &Field, items: &[Item], entries: &[Entry]) {
        let index = |entry: &Entry| {
            let (old, _) = entry.old?;
            items.iter().position(|item| std::ptr::eq(item, old))
        };
        let kept: Vec<Option<usize>> = entries.iter().map(index).collect();
        if kept.iter().copied().eq((0..items.len()).map(Some)) {
            for (item, entry) in items.iter().zip(entries) {
                self.put(field, item, entry);
            }
            return;
        }
        let indent = line_indentation(self.text, field.item.span.start);
        let separator = match items {
            [first, second, ..] => match &self.text[first.span.end..second.span.start] {
                between if between.contains('#') => ", ",
                between => between,
            },
            _ => ", ",
        };
        let written = entries.iter().filter_map(|entry| {
            let place = entry.old.map_or(&field.item, |(item, _)| item);
            self.written(field.kind, place, entry, indent)
        });
        let written = written.collect::<Vec<_>>().join(separator);
        let inside = match items {
            [] => field.item.span.start + 1..field.item.span.end - 1,
            [first, ..] => first.span.start..items[items.len() - 1].span.end,
        };
        self.replace(inside, written);
    }

    /// How fields beside this one stand, and what stands between two.
    fn siblings(&self, field: &Field) -> (Layout<'t>, String) {
        match indentation(self.text, field.span.start) {
            Some(indent) => (Layout::Lines(indent), format!("{}{indent}", self.style.newline)),
            None => (Layout::Line, " ".to_owned()),
        }
    }

    fn new_fields<'p, 'a: 'p>(
        &self,
        message: &Message,
        pieces: impl IntoIterator<Item = &'p Piece<'a>>,
        layout: Layout,
    ) -> Vec<String> {
        let entries = pieces
            .into_iter()
            .flat_map(|piece| piece.entries.iter().map(|entry| (piece.name, entry.value)));
        entries
            .filter_map(|(name, value)| self.style.field(message.schema, name, value, layout))
            .collect()
    }

    /// Where fields behind this one begin: behind the comment on its line when it has the line for itself.
    fn behind(&self, field: &Field, layout: Layout) -> usize {
        let rest = &self.text[field.span.end..];
        let line = rest.split('\n').next().unwrap_or_default().trim_end_matches('\r');
        let comment = line.trim_start_matches([' ', '\t']);
        match layout {
            Layout::Lines(_) if comment.starts_with('#') => field.span.end + line.len(),
            _ => field.span.end,
        }
    }

    /// Takes a field out: with its line and the comment on it when it has the line for itself.
    fn remove(&mut self, message: &Message, field: &Field) {
        let rest = &self.text[field.span.end..];
        let line = rest.split('\n').next().unwrap_or_default();
        let after = line.trim_start_matches([' ', '\t', '\r']);
        match indentation(self.text, field.span.start) {
            Some(indent) if after.is_empty() || after.starts_with('#') => {
                let start = field.span.start - indent.len();
                let newline = usize::from(line.len() < rest.len());
                let end = field.span.end + line.len() + newline;
                self.replace(start..end.min(message.span.end), String::new());
            }
            _ => {
                let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
                self.replace(field.span.start..field.span.end + blanks, String::new());
            }
        }
    }
}

/// The white space at the beginning of the line that holds the byte offset.
fn line_indentation(text: &str, offset: usize) -> &str {
    let start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let line = &text[start..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

//! The front matter, key by key.

use super::order::order;
use super::{Writer, text_of};
use crate::card::{Card, Field, Value};
use crate::format::markdown::metadata;
use crate::format::markdown::page::{METADATA, Place, RAW};
use crate::format::markdown::text::{Front, front};
use crate::json::apply;
use crate::yaml;

impl Writer<'_> {
    pub(super) fn front(&mut self, card: &Card) {
        let document = self.document;
        let none: &[Field] = &[];
        let section = card.section(METADATA);
        let fields = section.map_or(none, |section| &section.fields);
        let before = self
            .old
            .card
            .section(METADATA)
            .map_or_else(Vec::new, |section| section.fields.clone());
        match &document.front {
            Some(front) => {
                self.keep(0..front.span.start);
                if before == *fields {
                    return self.keep(front.span.clone());
                }
                let inner = match &front.yaml {
                    Ok(yaml) => self.keys(front, yaml, &before, fields),
                    Err(_) => self.raw(front, fields),
                };
                if section.is_none() || (fields.is_empty() && !before.is_empty()) {
                    self.at = Some(front.span.end);
                    return;
                }
                let text = &document.text;
                self.text.push_str(&text[front.span.start..front.inner.start]);
                self.text.push_str(&inner);
                if !inner.is_empty() && !inner.ends_with('\n') {
                    self.text.push('\n');
                }
                self.text.push_str(&text[front.inner.end..front.span.end]);
                self.at = Some(front.span.end);
            }
            None => {
                let filled: Vec<&Field> = fields.iter().filter(|field| !field.value.is_blank()).collect();
                if filled.is_empty() {
                    return;
                }
                let raw = filled
                    .iter()
                    .find(|field| field.id == RAW)
                    .map(|field| text_of(&field.value).into_owned() + "\n");
                let members = filled
                    .iter()
                    .filter(|field| field.id != RAW)
                    .map(|field| (key_of(field), field.value.clone()));
                let members: Vec<(String, Value)> = members.collect();
                let yaml = if members.is_empty() {
                    String::new()
                } else {
                    yaml::to_text(&Value::Group(members))
                };
                self.text
                    .push_str(&format!("---\n{}{yaml}---\n", raw.unwrap_or_default()));
                if !document.text.is_empty() && !document.text.starts_with('\n') {
                    self.text.push('\n');
                }
            }
        }
    }

    fn keys(&self, front: &Front, yaml: &yaml::Document, before: &[Field], fields: &[Field]) -> String {
        let text = &self.document.text[front.inner.clone()];
        let members = match yaml.root.to_value() {
            Value::Group(members) => members,
            _ => Vec::new(),
        };
        // The fields are sorted by question; the members by place.
        let mut ids = vec![String::new(); members.len()];
        for field in before {
            if let Some(Place::Key(index)) = self.old.places.get(&(METADATA.to_owned(), field.id.clone())) {
                ids[*index].clone_from(&field.id);
            }
        }
        let slots = order(
            &ids,
            fields,
            |id| id.starts_with('+'),
            |index, field| members[index].1 == field.value,
        );
        let new: Vec<(String, Value)> = slots
            .into_iter()
            .filter_map(|(old, new)| {
                let field = &fields[new?];
                let key = match old {
                    Some(old) if ids[old] == field.id => members[old].0.clone(),
                    _ => key_of(field),
                };
                Some((key, field.value.clone()))
            })
            .collect();
        if new.is_empty() {
            return String::new();
        }
        let is_group = matches!(yaml.root.kind, yaml::Kind::Group(..));
        let new = Value::Group(new);
        match members.is_empty() {
            true if is_group => first_keys(text, yaml, &new),
            true => text.to_owned() + &yaml::to_text(&new),
            false => apply(text, &yaml::edits(text, yaml, &new)),
        }
    }

    fn raw(&self, front: &Front, fields: &[Field]) -> String {
        let text = &self.document.text[front.inner.clone()];
        let raw = fields
            .iter()
            .find(|field| field.id == RAW)
            .map(|field| text_of(&field.value));
        let mut inner = match raw {
            Some(raw) if *raw == *text.trim_end_matches('\n') => text.to_owned(),
            Some(raw) => raw.into_owned() + "\n",
            None => String::new(),
        };
        let others = fields.iter().filter(|field| field.id != RAW && !field.value.is_blank());
        let others: Vec<(String, Value)> = others.map(|field| (key_of(field), field.value.clone())).collect();
        if !others.is_empty() {
            inner.push_str(&yaml::to_text(&Value::Group(others)));
        }
        inner
    }

    // --- Title and introduction ---
}

/// Front matter with its first keys, where it has an empty group in braces: in lines, for which the braces go.
/// It stays as it was where these would not be read back, such as below a directive.
fn first_keys(text: &str, yaml: &yaml::Document, new: &Value) -> String {
    let span = &yaml.root.span;
    let (before, behind) = (text[..span.start].trim_end_matches([' ', '\t']), &text[span.end..]);
    let inside = text[span.clone()].trim_start_matches('{').trim_end_matches('}');
    let comments = inside.lines().map(str::trim).filter(|line| !line.is_empty());
    // A line of three hyphens would end the front matter; its fence begins the document as well.
    let start = before.rfind('\n').map_or(0, |line_break| line_break + 1);
    let mut lines = match &before[start..] {
        "---" => before[..start].to_owned(),
        "" => before.to_owned(),
        _ => format!("{before}\n"),
    };
    for comment in comments {
        lines.push_str(comment);
        lines.push('\n');
    }
    lines.push_str(&yaml::to_text(new));
    lines.push_str(behind.trim_start());
    let page = format!("---\n{}\n---\n", lines.trim_end_matches('\n'));
    let read = front(&page).0.filter(|front| front.span.end == page.len());
    match read.is_some_and(|front| front.yaml.is_ok_and(|yaml| yaml.root.to_value() == *new)) {
        true => lines,
        false => text.to_owned(),
    }
}

/// The name of a field in the front matter.
pub(super) fn key_of(field: &Field) -> String {
    metadata::key(&field.id).map_or_else(|| field.label.clone(), str::to_owned)
}

//! The saved answers of WebCards, the predecessor.
//!
//! Its file is an object of `Section_Data_<id>` members, each a list of one-member objects named
//! `<field id>_<question>`, with or without `Section_name_<id>` members. A *view* turns that into
//! plain groups that a [`Dialect`] can read, and back: standard sections are named by their id,
//! standard questions by theirs, everything else by its name without the id. [`forms`] knows the
//! two sets of standard sections: those of a model card and those of a datasheet.

mod forms;
#[cfg(test)]
mod tests;

use super::file::File;
use super::lens::{About, Certainty, Lens, Notation, Parts, Readers};
use super::steps::{Wanted, arrange};
use super::{ReadError, convert, findings};
use crate::card::Card;
use crate::json::{self, Kind, Member, Node, Value};
use forms::{Chapter, Form};

/// The saved answers of WebCards.
pub(super) struct WebCards;

impl Lens for WebCards {
    fn about(&self) -> &'static About {
        &About {
            id: "webcards",
            name: "WebCards answers",
            mark: "webcards",
            notation: Notation::Json,
            purpose: "For an installation of WebCards.",
            readers: Readers::Few,
            can_read: true,
        }
    }

    fn recognise(&self, file: &File) -> Certainty {
        Certainty::Is.when(file.tree().is_ok_and(|tree| resembles(tree)))
    }

    fn read(&self, file: &File) -> Result<Parts, ReadError> {
        let tree = file.tree()?;
        let form = Form::of(tree);
        let read = form.dialect.read(&view(Node::clone(tree), form));
        Ok(Parts::of_tree(
            tree,
            form.dialect.outline,
            read,
            findings::of_session(tree),
        ))
    }

    fn write_into(&self, file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        let tree = file.tree()?;
        let form = Form::of(tree);
        let view = view(Node::clone(tree), form);
        let (old, _) = form.dialect.read(&view);
        let before = view.to_value();
        let written = form.dialect.write(before.clone(), &old, card, false);
        let document = tree.to_value();
        Ok(tree.write(&if written == before {
            document
        } else {
            unview(document, written, form)
        }))
    }

    fn write_new(&self, card: &Card) -> Vec<u8> {
        let empty = || Value::Group(Vec::new());
        let form = Form::of_card(card);
        let written = form.dialect.write(empty(), &Card::default(), card, false);
        (json::to_pretty_text(&unview(empty(), written, form)) + "\n").into_bytes()
    }

    fn fit(&self, card: &Card) -> Card {
        convert::flat(card, Form::of_card(card).dialect.outline)
    }
}

/// Whether a document is such a file.
fn resembles(root: &Node) -> bool {
    match &root.kind {
        Kind::Group(members) => members
            .iter()
            .any(|member| data_id(&member.key).is_some() || is_name(&member.key)),
        _ => false,
    }
}

fn number<'k>(key: &'k str, prefix: &str) -> Option<&'k str> {
    key.strip_prefix(prefix)
        .filter(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
}

fn data_id(key: &str) -> Option<&str> {
    number(key, "Section_Data_")
}

fn is_name(key: &str) -> bool {
    number(key, "Section_name_").is_some()
}

/// Members that are the old application's own affair: names of sections, and the session key of a
/// server that may still run, which is never shown.
fn is_hidden(key: &str) -> bool {
    key == "session_id" || is_name(key)
}

/// Whether the file tells a session key.
pub(super) fn tells_session(root: &Node) -> Option<usize> {
    match &root.kind {
        Kind::Group(members) => members
            .iter()
            .find(|member| member.key == "session_id")
            .map(|member| member.key_span.start),
        _ => None,
    }
}

/// The name of an entry in the view: the id of a standard question, else the question's text.
fn entry_name<'k>(chapter: Option<&Chapter>, key: &'k str) -> &'k str {
    let Some((id, text)) = key.split_once('_').filter(|(id, _)| number(id, "").is_some()) else {
        return key;
    };
    let is_known = chapter.is_some_and(|chapter| chapter.label(id).is_some());
    if is_known { id } else { text }
}

/// The document as plain groups, with the places of the original.
fn view(root: Node, form: &Form) -> Node {
    let Kind::Group(members) = root.kind else { return root };
    let names: Vec<(String, String)> = members
        .iter()
        .filter_map(
            |member| match (&member.node.kind, number(&member.key, "Section_name_")) {
                (Kind::Text(name), Some(id)) => Some((id.to_owned(), name.clone())),
                _ => None,
            },
        )
        .collect();
    let members = members
        .into_iter()
        .filter(|member| !is_hidden(&member.key))
        .map(|member| match data_id(&member.key).map(str::to_owned) {
            Some(id) if is_entries(&member.node) => {
                let chapter = form.chapter(&id);
                Member {
                    key: chapter.map_or_else(|| title(&id, &names), |chapter| chapter.name.to_owned()),
                    key_span: member.key_span,
                    node: plain(member.node, chapter),
                }
            }
            _ => member,
        })
        .collect();
    Node {
        span: root.span,
        kind: Kind::Group(members),
    }
}

fn title(id: &str, names: &[(String, String)]) -> String {
    let name = names.iter().find(|(of, name)| of == id && !name.trim().is_empty());
    name.map_or_else(|| format!("Section {id}"), |(_, name)| name.clone())
}

fn is_entries(node: &Node) -> bool {
    match &node.kind {
        Kind::List(items) => items
            .iter()
            .all(|item| matches!(&item.kind, Kind::Group(members) if members.len() == 1)),
        _ => false,
    }
}

fn plain(node: Node, chapter: Option<&Chapter>) -> Node {
    let Kind::List(items) = node.kind else { return node };
    let entries = items.into_iter().flat_map(|item| match item.kind {
        Kind::Group(members) => members,
        _ => Vec::new(),
    });
    let members = entries
        .map(|entry| Member {
            key: entry_name(chapter, &entry.key).to_owned(),
            ..entry
        })
        .collect();
    Node {
        span: node.span,
        kind: Kind::Group(members),
    }
}

/// What a member of the document is in the view.
struct Origin {
    index: usize,
    id: Option<String>,
    name: String,
    turn: usize,
}

/// The document with the state of the view in it.
fn unview(document: Value, view: Value, form: &Form) -> Value {
    let (Value::Group(mut members), Value::Group(view)) = (document, view) else {
        return Value::Null;
    };
    let origins = origins(&members, form);
    let mut next = Next::after(&members);
    let mut wanted = Vec::new();
    let mut new_names = Vec::new();
    let mut turns = std::collections::HashMap::<String, usize>::new();
    for (name, value) in view {
        let turn = turns.entry(name.clone()).or_default();
        *turn += 1;
        let origin = origins
            .iter()
            .find(|origin| origin.name == name && origin.turn == *turn);
        let (old, key, value) = match (origin, value) {
            (
                Some(Origin {
                    index, id: Some(id), ..
                }),
                Value::Group(fields),
            ) => {
                let before = entries_of(&members[*index].1);
                (
                    Some(*index),
                    members[*index].0.clone(),
                    entries(before, fields, form.chapter(id), &mut next),
                )
            }
            (Some(origin), value) => (Some(origin.index), members[origin.index].0.clone(), value),
            (None, Value::Group(fields)) => {
                let is_there = |id: &str| origins.iter().any(|origin| origin.id.as_deref() == Some(id));
                let chapter = form.named(&name).filter(|chapter| !is_there(chapter.id));
                let (id, title) = match chapter {
                    Some(chapter) => (chapter.id.to_owned(), chapter.title.to_owned()),
                    None => (next.section(), name.clone()),
                };
                new_names.push((format!("Section_name_{id}"), Value::Text(title)));
                (
                    None,
                    format!("Section_Data_{id}"),
                    entries(Vec::new(), fields, chapter, &mut next),
                )
            }
            (None, value) => (None, name, value),
        };
        wanted.push(Wanted { old, name: key, value });
    }
    let gone: Vec<String> = origins
        .iter()
        .filter(|origin| !wanted.iter().any(|wanted| wanted.old == Some(origin.index)))
        .filter_map(|origin| origin.id.as_ref().map(|id| format!("Section_name_{id}")))
        .collect();
    let mine: Vec<usize> = origins.iter().map(|origin| origin.index).collect();
    members = arrange(members, |index| mine.contains(&index), wanted);
    members.retain(|(key, _)| !gone.contains(key));
    for (key, name) in new_names {
        let data = key.replace("Section_name_", "Section_Data_");
        let at = members
            .iter()
            .position(|(other, _)| *other == data)
            .unwrap_or(members.len());
        members.retain(|(other, _)| *other != key);
        members.insert(at.min(members.len()), (key, name));
    }
    Value::Group(members)
}

fn origins(members: &[(String, Value)], form: &Form) -> Vec<Origin> {
    let names: Vec<(String, String)> = members
        .iter()
        .filter_map(|(key, value)| Some((number(key, "Section_name_")?.to_owned(), value.as_text()?.to_owned())))
        .collect();
    let mut origins: Vec<Origin> = Vec::new();
    for (index, (key, value)) in members.iter().enumerate().filter(|(_, (key, _))| !is_hidden(key)) {
        let id = data_id(key).filter(|_| is_entry_list(value)).map(str::to_owned);
        let name = match &id {
            Some(id) => form
                .chapter(id)
                .map_or_else(|| title(id, &names), |chapter| chapter.name.to_owned()),
            None => key.clone(),
        };
        let turn = origins.iter().filter(|origin| origin.name == name).count() + 1;
        origins.push(Origin { index, id, name, turn });
    }
    origins
}

fn is_entry_list(value: &Value) -> bool {
    match value {
        Value::List(items) => items
            .iter()
            .all(|item| matches!(item, Value::Group(members) if members.len() == 1)),
        _ => false,
    }
}

fn entries_of(value: &Value) -> Vec<(String, Value)> {
    match value {
        Value::List(items) => items
            .iter()
            .filter_map(|item| match item {
                Value::Group(members) => members.first().cloned(),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The entries of a section: old ones keep the spelling of their question, new ones get an id.
fn entries(
    before: Vec<(String, Value)>,
    fields: Vec<(String, Value)>,
    chapter: Option<&Chapter>,
    next: &mut Next,
) -> Value {
    let mut old_names: Vec<Option<&str>> = before.iter().map(|(key, _)| Some(entry_name(chapter, key))).collect();
    let wanted = fields
        .into_iter()
        .map(|(name, value)| {
            let old = old_names.iter().position(|old| *old == Some(name.as_str()));
            if let Some(old) = old {
                old_names[old] = None;
            }
            let name = match old {
                Some(old) => before[old].0.clone(),
                None => new_key(chapter, name, next),
            };
            Wanted { old, name, value }
        })
        .collect();
    let arranged = arrange(before.clone(), |_| true, wanted);
    Value::List(arranged.into_iter().map(|member| Value::Group(vec![member])).collect())
}

fn new_key(chapter: Option<&Chapter>, name: String, next: &mut Next) -> String {
    match chapter.and_then(|chapter| chapter.label(&name)) {
        Some(label) => format!("{name}_{label}"),
        None => format!("{}_{name}", next.field()),
    }
}

/// The ids for new sections and fields: above every id in use and above the application's own.
struct Next {
    section: u64,
    field: u64,
}

impl Next {
    fn after(members: &[(String, Value)]) -> Self {
        let id = |text: &str| text.parse::<u64>().ok().filter(|id| *id < u64::from(u32::MAX));
        let sections = members
            .iter()
            .filter_map(|(key, _)| id(data_id(key).or(number(key, "Section_name_"))?));
        let fields = members.iter().flat_map(|(_, value)| entries_of(value));
        let fields = fields.filter_map(|(key, _)| id(key.split_once('_')?.0));
        Self {
            section: sections.max().unwrap_or(0).max(51),
            field: fields.max().unwrap_or(0).max(83),
        }
    }

    fn section(&mut self) -> String {
        self.section += 1;
        self.section.to_string()
    }

    fn field(&mut self) -> u64 {
        self.field += 1;
        self.field
    }
}

/// The companion file of WebCards: `["28_Model Details", "id_…"]`.
pub(super) fn is_section_names(items: &[Node]) -> bool {
    !items.is_empty()
        && items.iter().all(|item| match &item.kind {
            Kind::Text(text) => text.split_once('_').is_some_and(|(id, _)| {
                id == "id" || (!id.is_empty() && id.len() <= 3 && id.bytes().all(|byte| byte.is_ascii_digit()))
            }),
            _ => false,
        })
}

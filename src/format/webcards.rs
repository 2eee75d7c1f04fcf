//! The saved answers of WebCards, the predecessor.
//!
//! Its file is an object of `Section_Data_<id>` members, each a list of one-member objects named
//! `<field id>_<question>`, with or without `Section_name_<id>` members. A *view* turns that into
//! plain groups that a [`Dialect`] can read, and back: standard sections are named by their id,
//! standard questions by theirs, everything else by its name without the id.

use std::sync::LazyLock;

use super::closed::Want;
use super::dialect::{Dialect, Place, Shape};
use super::file::File;
use super::lens::{About, Certainty, Lens, Notation, Parts};
use super::steps::{Wanted, arrange};
use super::{ReadError, convert, findings};
use crate::card::Card;
use crate::card::outline::{FREE, FULL};
use crate::json::{self, Kind, Member, Node, Value};

/// Model cards: questions have their place in the outline.
static MODEL_CARD: LazyLock<Dialect> = LazyLock::new(model_card);
/// Datasheets and cards of custom sections only: shown as they are.
static FREE_CARD: Dialect = Dialect {
    outline: &FREE,
    hidden: &[],
    containers: Vec::new(),
    places: Vec::new(),
};

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
            can_read: true,
        }
    }

    fn recognise(&self, file: &File) -> Certainty {
        Certainty::Is.when(file.tree().is_ok_and(|tree| resembles(tree)))
    }

    fn read(&self, file: &File) -> Result<Parts, ReadError> {
        let tree = file.tree()?;
        let (dialect, model_card) = dialect_of(tree);
        let read = dialect.read(&view(Node::clone(tree), model_card));
        Ok(Parts::of_tree(tree, dialect.outline, read, findings::of_session(tree)))
    }

    fn write_into(&self, file: &File, card: &Card) -> Result<Vec<u8>, ReadError> {
        let tree = file.tree()?;
        let (dialect, model_card) = dialect_of(tree);
        let view = view(Node::clone(tree), model_card);
        let (old, _) = dialect.read(&view);
        let before = view.to_value();
        let written = dialect.write(before.clone(), &old, card, false);
        let document = tree.to_value();
        Ok(tree.write(&if written == before {
            document
        } else {
            unview(document, written, model_card)
        }))
    }

    fn write_new(&self, card: &Card) -> Vec<u8> {
        let empty = || Value::Group(Vec::new());
        let written = MODEL_CARD.write(empty(), &Card::default(), card, false);
        (json::to_pretty_text(&unview(empty(), written, true)) + "\n").into_bytes()
    }

    fn fit(&self, card: &Card) -> Card {
        convert::flat(card)
    }
}

/// The dialect of a document, and whether it is a model card.
fn dialect_of(root: &Node) -> (&'static Dialect, bool) {
    let model_card = is_model_card(root);
    (if model_card { &MODEL_CARD } else { &FREE_CARD }, model_card)
}

/// The standard sections: id, title in new files, section of our outline for further fields.
const SECTIONS: [(&str, &str, &str); 8] = [
    ("28", "Model Details", "model-details"),
    ("30", "Considerations", "intended-use"),
    ("31", "Factors", "factors"),
    ("32", "Dataset Details", "evaluation-data"),
    ("33", "Performance Details", "metrics"),
    ("34", "Dataset", "training-data"),
    ("35", "Quantitative Analysis", "quantitative-analyses"),
    ("36", "Caveats and Recommendations", "caveats-and-recommendations"),
];

/// The standard questions: section id, field id, question of our outline. The old application
/// finds answers by id and position, so new files may word the question in our own way.
const QUESTIONS: [(&str, &str, &str); 37] = [
    ("28", "4", "model-details.name"),
    ("28", "5", "model-details.type"),
    ("28", "6", "model-details.owners"),
    ("28", "7", "model-details.contact"),
    ("28", "8", "model-details.references"),
    ("28", "9", "model-details.citations"),
    ("28", "10", "model-details.licenses"),
    ("28", "11", "model-details.feedback"),
    ("28", "36", "model-details.version_date"),
    ("30", "12", "intended-use.use_cases"),
    ("30", "13", "intended-use.users"),
    ("30", "14", "intended-use.out_of_scope"),
    ("30", "15", "ethical-considerations.sensitive_data"),
    ("30", "16", "ethical-considerations.human_life"),
    ("30", "17", "ethical-considerations.mitigations"),
    ("30", "18", "ethical-considerations.risks"),
    ("30", "19", "ethical-considerations.sensitive_uses"),
    ("31", "21", "factors.relevant"),
    ("31", "22", "factors.evaluated"),
    ("32", "23", "evaluation-data.datasets"),
    ("32", "24", "evaluation-data.motivation"),
    ("32", "25", "evaluation-data.preprocessing"),
    ("33", "26", "metrics.measures"),
    ("33", "27", "metrics.thresholds"),
    ("33", "28", "quantitative-analyses.unitary"),
    ("33", "29", "quantitative-analyses.intersectional"),
    ("34", "38", "training-data.name"),
    ("34", "40", "training-data.description"),
    ("34", "41", "training-data.size"),
    ("34", "44", "training-data.split"),
    ("35", "31", "quantitative-analyses.selected_metrics"),
    ("35", "57", "quantitative-analyses.metrics_notes"),
    ("35", "58", "quantitative-analyses.graph_notes"),
    ("36", "32", "caveats-and-recommendations.further_testing"),
    ("36", "33", "caveats-and-recommendations.missing_groups"),
    ("36", "34", "caveats-and-recommendations.recommendations"),
    ("36", "35", "caveats-and-recommendations.ideal_evaluation_data"),
];

fn model_card() -> Dialect {
    let native = QUESTIONS.map(|(section, field, id)| Place {
        id,
        path: vec![section, field],
        shape: Shape::Same,
        native: true,
        want: &Want::Anything,
    });
    let mut dialect = Dialect {
        outline: &FULL,
        hidden: &[],
        containers: Vec::new(),
        places: native.into_iter().collect(),
    };
    for part in FULL.sections {
        let own = SECTIONS.iter().find(|(_, _, key)| *key == part.key);
        let container = own.map_or(part.title, |(id, _, _)| id);
        dialect.containers.push((part.key, container));
        for question in part.questions {
            if !dialect.places.iter().any(|place| place.id == question.id) {
                dialect.places.push(Place {
                    id: question.id,
                    path: vec![container, question.label],
                    shape: Shape::Same,
                    native: false,
                    want: &Want::Anything,
                });
            }
        }
    }
    dialect
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

/// Whether one of the standard sections of a model card is there.
fn is_model_card(root: &Node) -> bool {
    match &root.kind {
        Kind::Group(members) => members
            .iter()
            .filter_map(|member| data_id(&member.key))
            .any(is_standard),
        _ => false,
    }
}

fn is_standard(id: &str) -> bool {
    SECTIONS.iter().any(|(standard, _, _)| *standard == id)
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
fn entry_name<'k>(section: Option<&str>, key: &'k str) -> &'k str {
    let Some((id, text)) = key.split_once('_').filter(|(id, _)| number(id, "").is_some()) else {
        return key;
    };
    let known = QUESTIONS
        .iter()
        .any(|(of, field, _)| Some(*of) == section && *field == id);
    if known { id } else { text }
}

/// The document as plain groups, with the places of the original.
fn view(root: Node, model_card: bool) -> Node {
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
                let standard = model_card && is_standard(&id);
                let key = if standard { id.clone() } else { title(&id, &names) };
                let section = standard.then_some(id.as_str());
                Member {
                    key,
                    key_span: member.key_span,
                    node: plain(member.node, section),
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

fn plain(node: Node, section: Option<&str>) -> Node {
    let Kind::List(items) = node.kind else { return node };
    let entries = items.into_iter().flat_map(|item| match item.kind {
        Kind::Group(members) => members,
        _ => Vec::new(),
    });
    let members = entries
        .map(|entry| Member {
            key: entry_name(section, &entry.key).to_owned(),
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
fn unview(document: Value, view: Value, model_card: bool) -> Value {
    let (Value::Group(mut members), Value::Group(view)) = (document, view) else {
        return Value::Null;
    };
    let origins = origins(&members, model_card);
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
                let section = (model_card && is_standard(id)).then_some(id.as_str());
                let before = entries_of(&members[*index].1);
                (
                    Some(*index),
                    members[*index].0.clone(),
                    entries(before, fields, section, &mut next),
                )
            }
            (Some(origin), value) => (Some(origin.index), members[origin.index].0.clone(), value),
            (None, Value::Group(fields)) => {
                let standard = SECTIONS.iter().find(|(id, _, _)| model_card && *id == name);
                let (id, title) = match standard {
                    Some((id, title, _)) => ((*id).to_owned(), (*title).to_owned()),
                    None => (next.section(), name.clone()),
                };
                new_names.push((format!("Section_name_{id}"), Value::Text(title)));
                let section = standard.map(|(id, _, _)| *id);
                (
                    None,
                    format!("Section_Data_{id}"),
                    entries(Vec::new(), fields, section, &mut next),
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

fn origins(members: &[(String, Value)], model_card: bool) -> Vec<Origin> {
    let names: Vec<(String, String)> = members
        .iter()
        .filter_map(|(key, value)| Some((number(key, "Section_name_")?.to_owned(), value.as_text()?.to_owned())))
        .collect();
    let mut origins: Vec<Origin> = Vec::new();
    for (index, (key, value)) in members.iter().enumerate().filter(|(_, (key, _))| !is_hidden(key)) {
        let id = data_id(key).filter(|_| is_entry_list(value)).map(str::to_owned);
        let name = match &id {
            Some(id) if model_card && is_standard(id) => id.clone(),
            Some(id) => title(id, &names),
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
    section: Option<&str>,
    next: &mut Next,
) -> Value {
    let mut old_names: Vec<Option<&str>> = before.iter().map(|(key, _)| Some(entry_name(section, key))).collect();
    let wanted = fields
        .into_iter()
        .map(|(name, value)| {
            let old = old_names.iter().position(|old| *old == Some(name.as_str()));
            if let Some(old) = old {
                old_names[old] = None;
            }
            let name = match old {
                Some(old) => before[old].0.clone(),
                None => new_key(section, name, next),
            };
            Wanted { old, name, value }
        })
        .collect();
    let arranged = arrange(before.clone(), |_| true, wanted);
    Value::List(arranged.into_iter().map(|member| Value::Group(vec![member])).collect())
}

fn new_key(section: Option<&str>, name: String, next: &mut Next) -> String {
    let standard = QUESTIONS
        .iter()
        .find(|(of, field, _)| Some(*of) == section && *field == name);
    match standard.and_then(|(_, _, id)| FULL.question(id)) {
        Some(question) => format!("{name}_{}", question.label),
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

//! The saved form of the RT-AI tool: every answer at the top level, named by part and question, beside what the tool keeps
//! for its own screen.
//!
//! It is looked at as the tool's card with parts, and edited in that [view]; [`back`] puts the answers under their long
//! names again. What belongs to the screen (a second spelling with an underscore in front, buttons, choices not yet
//! made, the key of the visitor's session) is in no view, and stays as it is.

use std::collections::{HashMap, HashSet};

use crate::json::{Kind, Member, Node, Value};

/// The parts of a card, as long names begin.
const PARTS: [&str; 5] = [
    "card_metadata",
    "model_basic_information",
    "technical_specifications",
    "training_data",
    "hw_and_sw",
];
/// Parts that come several times, with a number behind.
const NUMBERED: [&str; 2] = ["evaluation", "learning_architecture"];
/// Names that are the screen's own affair, besides those with an underscore in front.
const SCREEN: [&str; 7] = [
    "session_id",
    "show_download",
    "download_ready",
    "markdown_upload",
    "selected_learning_arch_to_delete",
    "evaluation_forms",
    "learning_architecture_forms",
];
/// Endings of long names that hold a button, or a choice before it is taken over.
const SCREEN_ENDINGS: [&str; 3] = ["_add_button", "_new_type", "_new_subtype"];
/// Questions that the form and the card call by different names: part, in the form, in the card.
const RENAMED: [(&str, &str, &str); 1] = [("card_metadata", "creation_date", "card_creation_date")];

/// Whether a document is a saved form: answers of several parts under long names, and no part as an object.
pub(super) fn is_one(root: &Node) -> bool {
    let Kind::Group(members) = &root.kind else { return false };
    let mut parts = HashSet::new();
    for member in members {
        if is_part(&member.key) {
            return false;
        }
        parts.extend(place(member.key.trim_start_matches('_')).map(|(part, _)| part));
    }
    parts.remove("hw_and_sw");
    parts.len() > 1
}

/// The document as a card with parts, each answer with its own place in the text; `None` when it is no saved form.
pub(super) fn view(root: &Node) -> Option<Node> {
    let Kind::Group(members) = &root.kind else { return None };
    if !is_one(root) {
        return None;
    }
    let mut shown: Vec<Member> = Vec::new();
    let mut parts: HashMap<&str, usize> = HashMap::new();
    for member in members.iter().filter(|member| !is_of_screen(&member.key)) {
        let Some((part, name)) = place(&member.key) else {
            shown.push(member.clone());
            continue;
        };
        let index = *parts.entry(part).or_insert_with(|| {
            shown.push(Member {
                key: part.to_owned(),
                node: Node {
                    kind: Kind::Group(Vec::new()),
                    ..member.node.clone()
                },
                ..member.clone()
            });
            shown.len() - 1
        });
        if let Kind::Group(answers) = &mut shown[index].node.kind {
            answers.push(Member {
                key: short(part, name).to_owned(),
                ..member.clone()
            });
        }
    }
    Some(Node {
        kind: Kind::Group(shown),
        span: root.span.clone(),
    })
}

/// The document with the answers of an edited view.
pub(super) fn back(document: Value, view: Value) -> Value {
    let (Value::Group(members), Value::Group(view)) = (document, view) else {
        return Value::Null;
    };
    let mut answers: Vec<Option<(String, Value)>> = Vec::new();
    for (part, value) in view {
        match value {
            Value::Group(inner) if is_part(&part) => {
                answers.extend(inner.into_iter().map(|(name, value)| Some((long(&part, &name), value))));
            }
            // What would be taken for something else when it is read again has no place here.
            _ if is_part(&part) || place(&part).is_some() || is_of_screen(&part) => {}
            value => answers.push(Some((part, value))),
        }
    }
    let mut places: HashMap<String, std::collections::VecDeque<usize>> = HashMap::new();
    for (index, answer) in answers.iter().enumerate() {
        if let Some((name, _)) = answer {
            places.entry(name.clone()).or_default().push_back(index);
        }
    }
    let mut written = Vec::with_capacity(members.len());
    for (name, value) in members {
        if is_of_screen(&name) {
            written.push((name, value));
            continue;
        }
        let called = match place(&name) {
            Some((part, question)) => long(part, short(part, question)),
            None => name.clone(),
        };
        let answer = places.get_mut(&called).and_then(|places| places.pop_front());
        written.extend(
            answer
                .and_then(|index| answers[index].take())
                .map(|(_, value)| (name, value)),
        );
    }
    written.extend(answers.into_iter().flatten());
    Value::Group(written)
}

/// The part and the question in a long name.
fn place(name: &str) -> Option<(&str, &str)> {
    let part = PARTS.iter().find_map(|part| {
        let question = name.strip_prefix(part)?.strip_prefix('_')?;
        Some((&name[..part.len()], question))
    });
    let numbered = || {
        NUMBERED.iter().find_map(|part| {
            let rest = name.strip_prefix(part)?.strip_prefix('_')?;
            let (number, question) = rest.split_once('_')?;
            is_number(number).then(|| (&name[..name.len() - question.len() - 1], question))
        })
    };
    part.or_else(numbered)
}

/// Whether a name is that of a part.
fn is_part(name: &str) -> bool {
    let is_numbered = |part: &str| {
        let number = name.strip_prefix(part).and_then(|rest| rest.strip_prefix('_'));
        number.is_some_and(is_number)
    };
    PARTS.contains(&name) || NUMBERED.iter().any(|part| is_numbered(part))
}

fn is_number(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_of_screen(name: &str) -> bool {
    let is_second = |rest: &str| place(rest).is_some();
    SCREEN.contains(&name)
        || name.starts_with("FormSubmitter:")
        || name.strip_prefix('_').is_some_and(is_second)
        || (place(name).is_some() && SCREEN_ENDINGS.iter().any(|ending| name.ends_with(ending)))
}

/// The card's name of a question.
fn short<'n>(part: &str, question: &'n str) -> &'n str {
    let renamed = RENAMED.iter().find(|(of, form, _)| *of == part && *form == question);
    renamed.map_or(question, |(_, _, card)| card)
}

/// The form's name of a question.
fn long(part: &str, question: &str) -> String {
    let renamed = RENAMED.iter().find(|(of, _, card)| *of == part && *card == question);
    format!("{part}_{}", renamed.map_or(question, |(_, form, _)| form))
}

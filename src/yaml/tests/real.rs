//! The laws on the YAML of real cards, where they are at hand.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::*;

/// The YAML files and the front matter of the Markdown files in the corpus of real cards.
fn documents() -> Vec<(String, String)> {
    let base = std::env::var_os("CARTELLINO_CORPUS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        PathBuf::from,
    );
    let Ok(folders) = std::fs::read_dir(base) else {
        eprintln!("NOT RUN: the corpus of real cards is not there");
        return Vec::new();
    };
    let folders = folders
        .flatten()
        .filter_map(|folder| std::fs::read_dir(folder.path()).ok());
    let files = folders.flat_map(|files| files.flatten().map(|file| file.path()));
    let texts = files.filter_map(|path| Some((path.display().to_string(), std::fs::read_to_string(&path).ok()?)));
    texts
        .filter_map(|(name, text)| match name.rsplit('.').next() {
            Some("yaml" | "yml") => Some((name, text)),
            Some("md") => Some((name, front_matter(&text)?.to_owned())),
            _ => None,
        })
        .collect()
}

fn front_matter(text: &str) -> Option<&str> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let rest = text.strip_prefix("---\r\n").or_else(|| text.strip_prefix("---\n"))?;
    rest.find("\n---").map(|end| &rest[..=end])
}

/// The steps to a value, and the bytes of the entry that holds it.
type Found = Vec<(Vec<usize>, Range<usize>)>;

fn find(node: &Node, steps: &mut Vec<usize>, found: &mut Found) {
    let children: Vec<&Node> = match &node.kind {
        Kind::List(_, items) => items.iter().map(|item| &item.node).collect(),
        Kind::Group(_, members) => members.iter().map(|member| &member.node).collect(),
        _ => return,
    };
    for (index, (entry, child)) in node.entries().into_iter().zip(children).enumerate() {
        steps.push(index);
        found.push((steps.clone(), entry));
        find(child, steps, found);
        steps.pop();
    }
}

fn child(value: &mut Value, step: usize) -> &mut Value {
    match value {
        Value::List(items) => &mut items[step],
        Value::Group(members) => &mut members[step].1,
        _ => unreachable!("a step leads into a list or group"),
    }
}

fn remove(value: &mut Value, steps: &[usize]) {
    let (last, way) = steps.split_last().unwrap();
    let parent = way.iter().fold(value, |value, step| child(value, *step));
    match parent {
        Value::List(items) => drop(items.remove(*last)),
        Value::Group(members) => drop(members.remove(*last)),
        _ => unreachable!("a step leads into a list or group"),
    }
}

#[test]
fn each_value_of_real_cards_is_changed_in_its_own_lines() {
    let news = [
        Value::text("otters"),
        Value::text("no"),
        Value::text("a: b # c"),
        Value::text("two\nlines\n"),
        Value::text(""),
        Value::Null,
        Value::Number("1e-5".into()),
        Value::List(vec![
            Value::text("x"),
            Value::Group(vec![("y".into(), Value::Bool(true))]),
        ]),
    ];
    let mut refused = Vec::new();
    let (mut read, mut changes) = (0, 0);
    for (name, text) in documents() {
        let document = match parse(&text) {
            Ok(document) => document,
            Err(error) => {
                refused.push((name, crate::json::position(&text, error.at), error.message));
                continue;
            }
        };
        read += 1;
        let value = document.root.to_value();
        assert_eq!(edited(&text, &value), text, "{name}");
        let mut found = Vec::new();
        find(&document.root, &mut Vec::new(), &mut found);
        let stride = 1 + found.len() / 60;
        for (index, (steps, entry)) in found.into_iter().enumerate().step_by(stride) {
            let mut new = value.clone();
            *steps.iter().fold(&mut new, |value, step| child(value, *step)) = news[index % news.len()].clone();
            let mut less = value.clone();
            remove(&mut less, &steps);
            for new in [new, less] {
                let edits = careful_edits(&text, &document, &new).unwrap_or_else(|| panic!("{name} {steps:?}"));
                assert_eq!(super::read(&apply(&text, &edits)), new, "{name} {steps:?}");
                // A first entry behind a dash gives its place to the next one.
                let end = lines::line_end(&text, entry.end);
                let end = end + text[end..].len() - text[end..].trim_start().len();
                let lines = lines::line_start(&text, entry.start).saturating_sub(2)..end;
                for edit in edits {
                    let inside = lines.start <= edit.range.start && edit.range.end <= lines.end;
                    let unclear = is_unclear(&value, &steps);
                    assert!(inside || unclear, "{name} {steps:?} {edit:?}");
                }
                changes += 1;
            }
        }
    }
    println!("{read} real documents, {changes} changes; not YAML: {refused:#?}");
}

/// Whether no other entry stands beside a value, or one that says the same: then others may change.
fn is_unclear(value: &Value, steps: &[usize]) -> bool {
    let mut value = value.clone();
    let (last, way) = steps.split_last().unwrap();
    let siblings = match way.iter().fold(&mut value, |value, step| child(value, *step)) {
        Value::List(items) => items.clone(),
        Value::Group(members) => members.iter().map(|(_, value)| value.clone()).collect(),
        _ => Vec::new(),
    };
    siblings.len() == 1 || siblings.iter().filter(|other| **other == siblings[*last]).count() > 1
}

//! What of a value XML can say.

use std::collections::HashSet;

use super::Value;
use super::text;
use super::view::{TEXT, is_shown};
use crate::json;

/// The name of the entries of a list that stands in a list.
const ITEM: &str = "item";

/// The value as it is read again from XML: texts for numbers, an entry for a list of one, neighbours of one name
/// together, attributes first. The outermost value is a group. Characters that XML cannot spell are still in it.
pub fn normal(value: &Value) -> Value {
    Value::Group(match inner(value) {
        Value::Group(members) => members,
        Value::Text(text) if text.is_empty() => Vec::new(),
        Value::List(items) if items.is_empty() => Vec::new(),
        text @ Value::Text(_) => vec![(TEXT.into(), text)],
        other => vec![(ITEM.into(), other)],
    })
}

/// The same for a value inside: no group is made of a text.
pub fn normal_entry(value: &Value) -> Value {
    inner(value)
}

/// Whether a member is written as an attribute when it is the first of its name.
pub(super) fn attribute(name: &str, value: &Value) -> Option<String> {
    let name = name.strip_prefix('@').filter(|name| is_shown(name))?;
    matches!(value, Value::Text(_)).then(|| name.to_owned())
}

fn inner(value: &Value) -> Value {
    match value {
        Value::Null => Value::text(""),
        Value::Bool(_) | Value::Number(_) => Value::Text(json::to_text(value)),
        Value::Text(_) => value.clone(),
        Value::List(items) => {
            let mut items: Vec<Value> = items.iter().map(entry).collect();
            match items.len() {
                1 => items.remove(0),
                _ => Value::List(items),
            }
        }
        Value::Group(members) => group(members),
    }
}

/// The value with U+FFFD for each character that XML has no way to spell: what is read of it again.
pub fn spelled(value: &Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(text::spellable(text)),
        Value::List(items) => Value::List(items.iter().map(spelled).collect()),
        Value::Group(members) => Value::Group(
            members
                .iter()
                .map(|(name, value)| (name.clone(), spelled(value)))
                .collect(),
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// A value as an entry of a list.
fn entry(value: &Value) -> Value {
    match value {
        Value::List(items) if items.is_empty() => Value::text(""),
        Value::List(_) => Value::Group(vec![(ITEM.into(), inner(value))]),
        other => inner(other),
    }
}

fn group(members: &[(String, Value)]) -> Value {
    let mut attributes: Vec<(String, Value)> = Vec::new();
    let mut others: Vec<(String, Value)> = Vec::new();
    let mut taken: HashSet<&String> = HashSet::new();
    for (name, value) in members {
        let value = inner(value);
        match (value, others.last_mut()) {
            (value, _) if attribute(name, &value).is_some() && taken.insert(name) => {
                attributes.push((name.clone(), value));
            }
            (Value::List(items), _) if items.is_empty() => {}
            (Value::Text(text), _) if text.is_empty() && name == TEXT => {}
            // Two texts side by side are one.
            (Value::Text(text), Some((last, Value::Text(before)))) if name == TEXT && last == TEXT => {
                before.push(' ');
                before.push_str(&text);
            }
            (value, Some((last, before))) if last == name => {
                let mut items = match std::mem::replace(before, Value::Null) {
                    Value::List(items) => items,
                    single => vec![single],
                };
                match value {
                    Value::List(more) => items.extend(more),
                    single => items.push(single),
                }
                *before = Value::List(items);
            }
            (value, _) => others.push((name.clone(), value)),
        }
    }
    attributes.append(&mut others);
    match attributes.as_slice() {
        [] => Value::text(""),
        [(name, text @ Value::Text(_))] if name == TEXT => text.clone(),
        _ => Value::Group(attributes),
    }
}

//! Answers that were given and taken back: what a file did not say and a card does not say either leaves no trace in it.
//!
//! A field that was filled in and emptied again stays in its card, as a text without letters or a row without cells. In
//! the file it came from it would be a shell: a member, key, heading or element for nothing. What a visitor named, a
//! field or section of its own, stands for itself and stays, be it empty.

use std::collections::HashMap;

use crate::card::{Card, Value};
use crate::json::align::{list_plan, member_plan};

/// The card without answers to questions, and parts of them, that are blank and that the card read from the file does
/// not have. A blank answer to a question that is blank in the file too is spelled as there.
pub(super) fn without(mut card: Card, read: &Card) -> Card {
    let before: HashMap<&str, &Value> = read
        .sections
        .iter()
        .flat_map(|section| &section.fields)
        .rev()
        .map(|field| (field.id.as_str(), &field.value))
        .collect();
    for section in &mut card.sections {
        section.fields.retain_mut(|field| {
            if field.is_custom() {
                return true;
            }
            let value = std::mem::replace(&mut field.value, Value::Null);
            let left = left(value, before.get(field.id.as_str()).copied());
            let is_left = left.is_some();
            field.value = left.unwrap_or(Value::Null);
            is_left
        });
    }
    card
}

/// What is left of a value where the file has the old one, if it has any.
fn left(value: Value, old: Option<&Value>) -> Option<Value> {
    match (value, old) {
        (value, Some(old)) if value == *old => Some(value),
        (value, None) if value.is_blank() => None,
        (value, Some(old)) if value.is_blank() && old.is_blank() => Some(old.clone()),
        (Value::List(items), old) => {
            let old = match old {
                Some(Value::List(old)) => old.as_slice(),
                _ => &[],
            };
            let continued = list_plan(old.len(), &items, |index, value| old[index] == *value);
            let items = items.into_iter().zip(continued);
            let items = items.filter_map(|(item, index)| match item {
                // In a list of lists the place of an entry tells what it is.
                Value::List(_) => Some(item),
                item => left(item, index.map(|index| &old[index])),
            });
            Some(Value::List(items.collect()))
        }
        (Value::Group(members), old) => {
            let old = match old {
                Some(Value::Group(old)) => old.as_slice(),
                _ => &[],
            };
            let names: Vec<&str> = old.iter().map(|(name, _)| name.as_str()).collect();
            let continued = member_plan(&names, &members, |index, value| old[index].1 == *value);
            let members = members.into_iter().zip(continued);
            let members = members.filter_map(|((name, value), index)| {
                let left = left(value, index.map(|index| &old[index].1));
                left.map(|value| (name, value))
            });
            Some(Value::Group(members.collect()))
        }
        (value, _) => Some(value),
    }
}

#[cfg(test)]
mod tests;

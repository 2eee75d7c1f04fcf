//! What the entries of a list are called.

use super::{Body, Control};
use crate::locale::{Sentence, Value};
use crate::say;

pub(super) fn without_hints(control: Control) -> Control {
    let body = match control.body {
        Body::Group(controls) => Body::Group(controls.into_iter().map(without_hints).collect()),
        body => body,
    };
    Control {
        hint: Sentence::default(),
        body,
        ..control
    }
}

/// The control of an entry; one that is no row carries the entry's name itself.
pub(super) fn labelled(entry: &'static str, index: usize, control: Control) -> Control {
    match control.body {
        Body::Group(_) => control,
        _ => Control {
            label: numbered(entry, index),
            ..control
        },
    }
}

/// `Owner 2`.
pub(super) fn numbered(entry: &'static str, index: usize) -> Sentence {
    say!(
        "{entry} {number}",
        entry = Value::Capital(Sentence::new(entry)),
        number = index + 1
    )
}

/// What an entry is called: its number, and the first text in it.
pub(super) fn title(entry: &'static str, index: usize, control: &Control) -> Sentence {
    let entry = numbered(entry, index);
    let content = first_text(control).map(|text| {
        let short: String = text.chars().take(40).collect();
        if short.len() < text.len() { short + "…" } else { short }
    });
    match content {
        Some(content) => say!("{entry}: {content}", entry, content),
        None => entry,
    }
}

fn first_text(control: &Control) -> Option<String> {
    match &control.body {
        Body::Line { value, .. } | Body::Area { value, code: false } => value
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty())
            .map(str::to_owned),
        Body::Group(controls) => controls.iter().find_map(first_text),
        _ => None,
    }
}

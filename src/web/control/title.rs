//! What the entries of a list are called.

use super::{Body, Control};

pub(super) fn without_hints(control: Control) -> Control {
    let body = match control.body {
        Body::Group(controls) => Body::Group(controls.into_iter().map(without_hints).collect()),
        body => body,
    };
    Control {
        hint: String::new(),
        body,
        ..control
    }
}

/// The control of an entry; one that is no row carries the entry's name itself.
pub(super) fn labelled(entry: &str, index: usize, control: Control) -> Control {
    match control.body {
        Body::Group(_) => control,
        _ => Control {
            label: format!("{} {}", capital(entry), index + 1),
            ..control
        },
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// What an entry is called: its number, and the first text in it.
pub(super) fn title(entry: &str, index: usize, control: &Control) -> String {
    let name = capital(entry);
    let content = first_text(control).map(|text| {
        let short: String = text.chars().take(40).collect();
        if short.len() < text.len() { short + "…" } else { short }
    });
    match content {
        Some(content) => format!("{name} {}: {content}", index + 1),
        None => format!("{name} {}", index + 1),
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

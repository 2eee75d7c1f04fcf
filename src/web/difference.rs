//! What changed, as pages show it.

use std::time::{Duration, Instant};

use crate::card::change::{Change, Stretch, by_line, by_word};
use crate::card::outline::Outline;
use crate::card::words;
use crate::locale::{Sentence, Value};
use crate::say;
use crate::web::words::{SHOWN_CHARS, in_words};

/// How many changes the page shows.
pub const SHOWN: usize = 500;

/// Lines around a change that are shown.
const CONTEXT: usize = 2;

/// From this length on, in bytes, what changed inside a text is worth marking.
const LONG: usize = 160;

/// The longest text that is looked into, in characters.
const COMPARED_CHARS: usize = 200_000;

/// After this time, long texts are compared more coarsely.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many changed fields a sentence names.
const NAMED: usize = 4;

/// The changes of one section.
pub struct SectionChanges {
    /// Its title.
    pub title: Sentence,
    /// Its fields that changed.
    pub fields: Vec<FieldChange>,
}

/// One field that changed.
pub struct FieldChange {
    /// Its label.
    pub label: Sentence,
    /// How it changed, in a word.
    pub kind: Sentence,
    /// What is shown of it.
    pub shown: Shown,
}

/// How a change is shown.
pub enum Shown {
    /// The value before and the value now, each whole.
    Whole(Option<String>, Option<String>),
    /// One text with what is gone and what is new marked in it.
    Marked(Vec<Stretch>),
}

/// The changes by section, up to [`SHOWN`] of them.
pub fn by_section(changes: Vec<Change>, outline: &Outline) -> Vec<SectionChanges> {
    let until = Instant::now() + PATIENCE;
    let mut sections: Vec<SectionChanges> = Vec::new();
    for change in changes.into_iter().take(SHOWN) {
        let field = FieldChange {
            kind: kind(&change),
            shown: shown(&change, until),
            label: change
                .field
                .map_or_else(|| say!("The whole section"), |label| outline.said_label(&label)),
        };
        let title = outline.said_title(&change.section);
        match sections.last_mut().filter(|section| section.title == title) {
            Some(section) => section.fields.push(field),
            None => sections.push(SectionChanges {
                title,
                fields: vec![field],
            }),
        }
    }
    sections
}

fn kind(change: &Change) -> Sentence {
    match (&change.before, &change.after, &change.field) {
        (_, _, None) => say!("the section itself came or went"),
        (None, _, _) => say!("added"),
        (_, None, _) => say!("removed"),
        _ => say!("changed"),
    }
}

/// The changes in one sentence: what happened to which field.
pub fn in_short(changes: &[Change], outline: &Outline) -> Sentence {
    let one = |change: &Change| match &change.field {
        Some(label) => say!(
            "{field} {happened}",
            field = Value::Quoted(outline.said_label(label)),
            happened = kind(change)
        ),
        None => kind(change),
    };
    let rest = changes.len().saturating_sub(NAMED);
    let rest = (rest > 0).then(|| say!("and {rest} more", rest));
    let named = changes.iter().take(NAMED).map(one).chain(rest);
    named
        .reduce(|before, next| say!("{before}, {next}", before, next))
        .unwrap_or_default()
}

/// Long texts that are much alike with marks inside, everything else before and after.
fn shown(change: &Change, until: Instant) -> Shown {
    let marked = change
        .before
        .as_ref()
        .zip(change.after.as_ref())
        .and_then(|(before, after)| {
            let [before, after] = [before, after].map(|value| words::in_words(value, COMPARED_CHARS));
            if before.len() + after.len() < 2 * LONG {
                return None;
            }
            let stretches = by_word(&before, &after, CONTEXT, until).or_else(|| {
                let stretches = by_line(&before, &after, CONTEXT, until);
                let has_same = stretches
                    .iter()
                    .any(|one| matches!(one, Stretch::Same(_) | Stretch::LeftOut(_)));
                has_same.then_some(stretches)
            })?;
            Some(stretches.into_iter().map(cut).collect())
        });
    match marked {
        Some(stretches) => Shown::Marked(stretches),
        None => Shown::Whole(
            change.before.as_ref().map(in_words),
            change.after.as_ref().map(in_words),
        ),
    }
}

/// The stretch, or the beginning of a very long one.
fn cut(stretch: Stretch) -> Stretch {
    let cut = |text: String| match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text,
    };
    match stretch {
        Stretch::Same(text) => Stretch::Same(cut(text)),
        Stretch::Gone(text) => Stretch::Gone(cut(text)),
        Stretch::New(text) => Stretch::New(cut(text)),
        left_out => left_out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::Value;
    use crate::card::outline::FREE;

    #[test]
    fn a_sentence_names_some_fields_and_counts_the_rest() {
        let change = |label: &str, before: Option<&str>, after: Option<&str>| Change {
            section: "Notes".to_owned(),
            field: Some(label.to_owned()),
            id: Some(label.to_owned()),
            before: before.map(Value::text),
            after: after.map(Value::text),
        };
        let mut changes = vec![
            change("Name", Some("a"), Some("b")),
            change("Limits", None, Some("c")),
            change("Old", Some("d"), None),
        ];
        assert_eq!(
            in_short(&changes, &FREE).to_string(),
            "“Name” changed, “Limits” added, “Old” removed"
        );
        changes.extend_from_within(..);
        assert!(
            in_short(&changes, &FREE)
                .to_string()
                .ends_with("“Name” changed, and 2 more")
        );
    }
}

//! Figures of a section: pictures with a caption, and words for those who do not see them.
//!
//! A figure is a row `{"name": caption, "alt": words, "image": picture}` in the `collection` of a field, as the Model
//! Card Toolkit keeps its graphics. The picture is base64 in files, and a reference to a kept file while the card is
//! edited: [`filled`] turns one into the other. A figure with a kept file waits until it has both caption and words;
//! until then it is in no preview and no download.

use super::outline::{Kind, Part};
use super::{Card, Field, Names, Value};

/// Stands before the id of a kept file.
pub const PREFIX: &str = "cartellino-file:";

/// The label of a field that is made for figures.
const LABEL: &str = "Figures";

/// A figure to be put into a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFigure {
    /// Id of the kept file.
    pub file: String,
    /// What readers see below the picture.
    pub caption: String,
    /// What those hear who do not see it.
    pub alt: String,
}

/// The text that refers to a kept file.
pub fn reference(file: &str) -> String {
    format!("{PREFIX}{file}")
}

/// The id of the kept file that a text refers to.
pub fn file_of(text: &str) -> Option<&str> {
    let id = text.strip_prefix(PREFIX)?;
    let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    ((1..=64).contains(&id.len()) && id.bytes().all(is_id)).then_some(id)
}

/// Whether a value is a group of figures: a `collection` of rows of which each has an image.
pub fn is_figures(value: &Value) -> bool {
    match value.member("collection") {
        Some(Value::List(rows)) => !rows.is_empty() && rows.iter().all(|row| row.member("image").is_some()),
        _ => false,
    }
}

/// Whether a row has a kept file, and lacks the caption or the words.
pub fn is_waiting(row: &Value) -> bool {
    let is_kept = image(row).and_then(file_of).is_some();
    is_kept && (text(row, "name").is_empty() || text(row, "alt").is_empty())
}

/// How many figures wait, and in which sections: those are in no download.
pub fn waiting(card: &Card) -> Vec<(&str, usize)> {
    let count = |value: &Value| rows(value).iter().filter(|row| is_waiting(row)).count();
    let sections = card.sections.iter().map(|section| {
        let figures = section.fields.iter().map(|field| count(&field.value)).sum();
        (section.key.as_str(), figures)
    });
    sections.filter(|(_, figures)| *figures > 0).collect()
}

fn image(row: &Value) -> Option<&str> {
    row.member("image")?.as_text()
}

fn text<'v>(row: &'v Value, name: &str) -> &'v str {
    row.member(name).and_then(Value::as_text).unwrap_or_default().trim()
}

/// The rows of figures in a value.
pub fn rows(value: &Value) -> &[Value] {
    match value.member("collection") {
        Some(Value::List(rows)) => rows,
        _ => &[],
    }
}

/// How many kept files the fields refer to as figures.
pub fn count(fields: &[Field]) -> usize {
    let rows = fields.iter().flat_map(|field| rows(&field.value));
    rows.filter(|row| image(row).and_then(file_of).is_some()).count()
}

/// Puts a figure behind those that the section has: into the answer to its question for figures, a field that has
/// figures, or a new field.
pub fn add(fields: &mut Vec<Field>, part: Option<&Part>, figure: &NewFigure) {
    let row = Value::Group(vec![
        ("name".to_owned(), Value::text(&figure.caption)),
        ("alt".to_owned(), Value::text(&figure.alt)),
        ("image".to_owned(), Value::Text(reference(&figure.file))),
    ]);
    let mut questions = part.into_iter().flat_map(|part| part.questions);
    let question = questions.find(|question| matches!(question.kind, Kind::Figures));
    let takes = |value: &Value| match value {
        Value::Null => true,
        Value::Group(_) => matches!(value.member("collection"), None | Some(Value::List(_) | Value::Null)),
        Value::Text(text) => text.trim().is_empty(),
        _ => false,
    };
    let asked = |field: &Field| question.is_some_and(|question| question.id == field.id);
    let place = fields
        .iter()
        .position(|field| is_figures(&field.value))
        .or_else(|| fields.iter().position(|field| asked(field) && takes(&field.value)));
    let index = place.unwrap_or_else(|| {
        let mut names = Names::without(fields.iter().map(|field| field.id.as_str()));
        let is_taken = |id: &str| fields.iter().any(|field| field.id == id);
        let (id, label) = match question.filter(|question| !is_taken(question.id)) {
            Some(question) => (question.id.to_owned(), question.label),
            None => (names.field_id(LABEL), LABEL),
        };
        fields.push(Field {
            id,
            label: label.to_owned(),
            value: Value::Null,
        });
        fields.len() - 1
    });
    let value = &mut fields[index].value;
    if !matches!(value, Value::Group(_)) {
        *value = Value::Group(Vec::new());
    }
    let Value::Group(members) = value else { return };
    match members.iter_mut().find(|(name, _)| name == "collection") {
        Some((_, Value::List(rows))) => rows.push(row),
        Some((_, other)) => *other = Value::List(vec![row]),
        None => members.push(("collection".to_owned(), Value::List(vec![row]))),
    }
}

/// Takes fields out whose last figure was removed, so that the file is as it was before the first one.
pub fn drop_emptied(fields: &mut Vec<Field>, before: &[Field]) {
    let had_figures = |id: &str| before.iter().any(|field| field.id == id && is_figures(&field.value));
    fields.retain(|field| !is_blank_of_figures(&field.value) || !had_figures(&field.id));
}

/// The card as readers get it: each reference as what `picture` makes of its file, and without figures that wait. What
/// refers to nothing stays as it is: it may be a text that only looks like a reference.
pub fn filled(card: Card, mut picture: impl FnMut(&str) -> Option<String>) -> Card {
    let mut card = card;
    for section in &mut card.sections {
        section.fields.retain_mut(|field| {
            let before = is_blank_of_figures(&field.value);
            fill(&mut field.value, &mut picture);
            before || !is_blank_of_figures(&field.value)
        });
    }
    card
}

/// Whether nothing is left in a group of figures.
fn is_blank_of_figures(value: &Value) -> bool {
    value.member("collection").is_some() && value.is_blank()
}

fn fill(value: &mut Value, picture: &mut impl FnMut(&str) -> Option<String>) {
    match value {
        Value::Text(text) => {
            if let Some(filled) = file_of(text).and_then(&mut *picture) {
                *text = filled;
            }
        }
        Value::List(items) => items.retain_mut(|item| {
            // Only a row whose file is really there is one of ours.
            if is_waiting(item) && image(item).and_then(file_of).and_then(&mut *picture).is_some() {
                return false;
            }
            fill(item, picture);
            true
        }),
        Value::Group(members) => members.iter_mut().for_each(|(_, member)| fill(member, picture)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Gives each reference in a value another spelling; `spell` gets the whole text behind the prefix.
pub fn respell(value: &mut Value, spell: &mut impl FnMut(&str) -> Option<String>) {
    match value {
        Value::Text(text) => {
            if let Some(spelled) = text.strip_prefix(PREFIX).and_then(&mut *spell) {
                *text = format!("{PREFIX}{spelled}");
            }
        }
        Value::List(items) => items.iter_mut().for_each(|item| respell(item, spell)),
        Value::Group(members) => members.iter_mut().for_each(|(_, member)| respell(member, spell)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::outline::{self, FULL};
    use crate::card::{Section, stored};

    fn figure(file: &str, alt: &str) -> NewFigure {
        NewFigure {
            file: file.to_owned(),
            caption: "Loss by epoch".to_owned(),
            alt: alt.to_owned(),
        }
    }

    fn card(fields: Vec<Field>) -> Card {
        Card {
            sections: vec![Section {
                key: "a".to_owned(),
                title: "A".to_owned(),
                fields,
            }],
        }
    }

    #[test]
    fn a_section_with_a_question_for_figures_answers_it_and_another_gets_a_field() {
        let mut fields = Vec::new();
        add(&mut fields, FULL.part("quantitative-analyses"), &figure("a", "x"));
        add(&mut fields, FULL.part("quantitative-analyses"), &figure("b", "y"));
        assert_eq!(fields.len(), 1);
        assert_eq!(fields[0].id, "quantitative-analyses.graphics");
        assert_eq!(count(&fields), 2);
        let mut fields = vec![Field {
            id: "+figures".to_owned(),
            label: "figures".to_owned(),
            value: Value::text("none"),
        }];
        add(&mut fields, outline::FULL.part("factors"), &figure("a", "x"));
        assert_eq!(fields.len(), 2, "what is there stays");
        assert!(fields[1].id.starts_with('+') && fields[1].label == "Figures");
    }

    #[test]
    fn readers_get_pictures_and_no_figure_that_waits() {
        let mut fields = Vec::new();
        add(&mut fields, None, &figure("a", "A falling line"));
        add(&mut fields, None, &figure("b", " "));
        let filled_in = filled(card(fields.clone()), |id| Some(format!("base64 of {id}")));
        let text = stored::to_text(&filled_in.sections[0].fields);
        assert!(text.contains(r#""image": "base64 of a""#), "{text}");
        assert!(!text.contains("base64 of b"), "{text}");
        // The only figure waits: there is no field at all.
        let mut fields = Vec::new();
        add(&mut fields, None, &figure("b", ""));
        assert_eq!(filled(card(fields), |id| Some(id.to_owned())).sections[0].fields, []);
    }

    #[test]
    fn what_refers_to_no_file_stays_as_it_is() {
        let mut fields = Vec::new();
        add(&mut fields, None, &figure("a", ""));
        fields.push(Field {
            id: "+x".to_owned(),
            label: "x".to_owned(),
            value: Value::text("cartellino-file:../etc"),
        });
        assert_eq!(filled(card(fields.clone()), |_| None), card(fields));
    }
}

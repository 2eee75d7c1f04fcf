//! Two tabs, one section: both texts, and a choice for each field.

use std::collections::HashMap;

use askama::Template;

use crate::card::{Field, Value, stored};
use crate::db::cards::{CardRow, CardSectionData};
use crate::json;
use crate::session::Visitor;
use crate::web::card::link;
use crate::web::form::{Form, pairs_of};
use crate::web::page::{CardLink, Date, Page};

/// A form made from another version of the section than the one that is stored.
pub(super) struct Clash {
    /// The card.
    pub row: CardRow,
    /// The section as it is stored.
    pub current: CardSectionData,
    /// The fields that the form was made from, where they are still known.
    pub base: Option<Vec<Field>>,
    /// The fields of the form.
    pub mine: Vec<Field>,
}

#[derive(Template)]
#[template(path = "pages/conflict.html")]
pub(super) struct ConflictPage {
    page: Page,
    card: CardLink,
    key: String,
    title: String,
    version: i32,
    saved_at: Date,
    carried: Vec<(String, String)>,
    differences: Vec<Difference>,
}

struct Difference {
    id: String,
    label: String,
    mine: String,
    theirs: String,
    choice: &'static str,
    can_both: bool,
}

/// Mine and theirs put together as the visitor chose on the conflict page.
pub(super) fn resolve(mine: Vec<Field>, theirs: Vec<Field>, form: &Form) -> Vec<Field> {
    let choices: HashMap<&str, &str> = form
        .pairs
        .iter()
        .filter_map(|(name, id)| {
            Some((
                id.as_str(),
                form.word(&format!("take.{}", name.strip_prefix("take-id.")?)),
            ))
        })
        .collect();
    let choice = |id: &str| choices.get(id).copied().unwrap_or_default();
    let mut fields = Vec::new();
    for field in mine {
        let other = theirs.iter().find(|other| other.id == field.id);
        match (choice(&field.id), other) {
            ("theirs", Some(other)) => fields.push(other.clone()),
            ("theirs", None) => {}
            ("both", Some(other)) => fields.push(both(field, other)),
            _ => fields.push(field),
        }
    }
    for other in theirs {
        if !fields.iter().any(|field| field.id == other.id) && choice(&other.id) == "theirs" {
            fields.push(other);
        }
    }
    fields
}

fn both(mine: Field, theirs: &Field) -> Field {
    match (&mine.value, &theirs.value) {
        (Value::Text(one), Value::Text(two)) => Field {
            value: Value::Text(format!("{two}\n\n{one}")),
            ..mine
        },
        _ => mine,
    }
}

/// The page with both texts and a choice for each field.
pub(super) fn conflict_page(visitor: &Visitor, clash: Clash) -> ConflictPage {
    let theirs = stored::from_text(&clash.current.value);
    let base = clash.base.unwrap_or_default();
    let find = |fields: &[Field], id: &str| {
        fields
            .iter()
            .find(|field| field.id == id)
            .map(|field| field.value.clone())
    };
    let mut differences: Vec<Difference> = Vec::new();
    let gone = theirs.iter().filter(|field| find(&clash.mine, &field.id).is_none());
    for field in clash.mine.iter().chain(gone) {
        let (mine, saved) = (find(&clash.mine, &field.id), find(&theirs, &field.id));
        if mine != saved {
            let both = (
                mine.as_ref().and_then(Value::as_text),
                saved.as_ref().and_then(Value::as_text),
            );
            differences.push(Difference {
                id: field.id.clone(),
                label: field.label.clone(),
                choice: if mine == find(&base, &field.id) {
                    "theirs"
                } else {
                    "mine"
                },
                can_both: matches!(both, (Some(_), Some(_))),
                mine: in_words(mine.as_ref()),
                theirs: in_words(saved.as_ref()),
            });
        }
    }
    ConflictPage {
        page: Page::of(format!("Changed in another tab: {}", clash.current.title), visitor),
        card: link(&clash.row),
        key: clash.current.section_key.clone(),
        title: clash.current.title.clone(),
        version: clash.current.version,
        saved_at: clash.current.updated_at.into(),
        carried: pairs_of(&clash.mine),
        differences,
    }
}

/// A value for reading side by side.
fn in_words(value: Option<&Value>) -> String {
    match value {
        None => "(no answer)".into(),
        Some(value) if value.is_blank() => "(blank)".into(),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::List(items)) if items.iter().all(|item| item.as_text().is_some()) => {
            let lines = items.iter().filter_map(Value::as_text).map(|text| format!("– {text}"));
            lines.collect::<Vec<_>>().join("\n")
        }
        Some(value) => json::to_pretty_text(value),
    }
}

//! Two tabs, one section: both texts, and a choice for each field.

use std::collections::HashMap;

use askama::Template;

use crate::card::{Field, Value, stored, words};
use crate::db::cards::{CardRow, CardSectionData};
use crate::locale::Sentence;
use crate::say;
use crate::web::card::{link, outline_of, said_name};
use crate::web::filters;
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
    /// Whether it came by a link.
    pub is_guests: bool,
}

impl Clash {
    /// Whether somebody else saved: the one has a link, the other is the owner.
    pub fn is_by_another(&self) -> bool {
        self.is_guests != self.current.by_link
    }

    /// Where the section was changed, for the one whose form came too late.
    fn whence(&self) -> Sentence {
        match (self.is_guests, self.current.by_link) {
            (false, false) => say!("in another tab"),
            (false, true) => say!("by section link"),
            (true, true) => say!("elsewhere"),
            (true, false) => say!("by whoever asked you"),
        }
    }
}

#[derive(Template)]
#[template(path = "pages/conflict.html")]
pub(super) struct ConflictPage {
    page: Page,
    /// `None` where only the section is known.
    card: Option<CardLink>,
    model: Sentence,
    address: String,
    title: Sentence,
    version: i32,
    saved_at: Date,
    whence: Sentence,
    /// The browser's name for its own copy of what was typed, to be let go when the choice is saved.
    draft: Option<String>,
    carried: Vec<(String, String)>,
    /// What both were made from, as [`base`](super::save::said_base) reads it.
    base: Option<String>,
    differences: Vec<Difference>,
}

struct Difference {
    id: String,
    label: Sentence,
    mine: Sentence,
    theirs: Sentence,
    choice: &'static str,
    can_both: bool,
}

/// Mine and theirs put together as the visitor chose on the conflict page.
pub(super) fn resolve(mine: Vec<Field>, theirs: Vec<Field>, base: Option<&[Field]>, form: &Form) -> Vec<Field> {
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
            ("both", Some(other)) => {
                let base = base.and_then(|base| base.iter().find(|base| base.id == field.id));
                let base = base.map(|base| &base.value);
                let value = joined(&field.value, &other.value, base);
                fields.push(match value {
                    Some(value) => Field { value, ..field },
                    None => field,
                });
            }
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

/// Two answers in one, so that nothing of either is lost: texts one after the other, the rows of both lists, groups member
/// by member. `None` where an answer can only be one or the other. `base` is what mine was made from: a row that only the
/// others changed is not brought back as it was.
fn joined(mine: &Value, theirs: &Value, base: Option<&Value>) -> Option<Value> {
    match (mine, theirs) {
        (mine, theirs) if mine == theirs => Some(mine.clone()),
        (mine, theirs) if mine.is_blank() => Some(theirs.clone()),
        (mine, theirs) if theirs.is_blank() => Some(mine.clone()),
        (Value::Text(mine), Value::Text(theirs)) => Some(Value::Text(match () {
            () if mine.contains(theirs.as_str()) => mine.clone(),
            () if theirs.contains(mine.as_str()) => theirs.clone(),
            () => format!("{theirs}\n\n{mine}"),
        })),
        (Value::List(mine), Value::List(theirs)) => {
            let was = match base {
                Some(Value::List(was)) => was.as_slice(),
                _ => &[],
            };
            let new = mine.iter().filter(|row| !theirs.contains(row) && !was.contains(row));
            Some(Value::List(theirs.iter().chain(new).cloned().collect()))
        }
        (Value::Group(mine), Value::Group(theirs)) => {
            let was = |name: &str| match base {
                Some(Value::Group(was)) => was.iter().find(|(other, _)| other == name).map(|(_, value)| value),
                _ => None,
            };
            let mut members = Vec::new();
            for (name, value) in theirs {
                let value = match mine.iter().find(|(other, _)| other == name) {
                    Some((_, own)) => joined(own, value, was(name))?,
                    None => value.clone(),
                };
                members.push((name.clone(), value));
            }
            let new = mine
                .iter()
                .filter(|(name, _)| theirs.iter().all(|(other, _)| other != name));
            members.extend(new.cloned());
            Some(Value::Group(members))
        }
        _ => None,
    }
}

/// The page with both texts and a choice for each field.
pub(super) fn conflict_page(mut page: Page, address: String, clash: Clash, draft: Option<String>) -> ConflictPage {
    let whence = clash.whence();
    let outline = outline_of(&clash.row);
    let title = outline.said_title(&clash.current.title);
    page.title = say!("Changed {whence}: {title}", whence = &whence, title = &title);
    let theirs = stored::from_text(&clash.current.value);
    let said_base = clash.base.as_deref().map(|base| {
        let mut said = form_urlencoded::Serializer::new(String::new());
        said.extend_pairs(pairs_of(base)).finish()
    });
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
            let was = find(&base, &field.id);
            // With a blank one, both would be the other.
            let both = [&mine, &saved].map(|value| value.as_ref().filter(|value| !value.is_blank()));
            differences.push(Difference {
                id: field.id.clone(),
                label: outline.said_label(&field.label),
                choice: if mine == was { "theirs" } else { "mine" },
                can_both: matches!(both, [Some(mine), Some(saved)] if joined(mine, saved, was.as_ref()).is_some()),
                mine: in_words(mine.as_ref()),
                theirs: in_words(saved.as_ref()),
            });
        }
    }
    ConflictPage {
        page,
        card: (!clash.is_guests).then(|| link(&clash.row)),
        model: said_name(&clash.row.title),
        address,
        whence,
        title,
        version: clash.current.version,
        saved_at: clash.current.updated_at.into(),
        draft,
        base: said_base,
        carried: pairs_of(&clash.mine),
        differences,
    }
}

/// A value for reading side by side.
fn in_words(value: Option<&Value>) -> Sentence {
    match value {
        None => say!("(no answer)"),
        Some(value) if value.is_blank() => say!("(blank)"),
        Some(Value::Text(text)) => Sentence::as_written(text),
        Some(value) => Sentence::as_written(words::in_words(value, usize::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn join(mine: &str, theirs: &str, base: Option<&str>) -> Option<String> {
        let value = |text: &str| json::parse(text).unwrap().root.into_value();
        let base = base.map(value);
        joined(&value(mine), &value(theirs), base.as_ref()).map(|value| json::to_text(&value))
    }

    #[test]
    fn both_answers_hold_everything_of_either() {
        assert_eq!(join(r#""a""#, r#""b""#, None).as_deref(), Some(r#""b\n\na""#));
        assert_eq!(join(r#""a longer""#, r#""a""#, None).as_deref(), Some(r#""a longer""#));
        assert_eq!(join("1", "2", None), None);
        assert_eq!(join("null", "2", None).as_deref(), Some("2"));
        assert_eq!(
            join(r#"{"x": "a", "y": 1}"#, r#"{"x": "b", "z": 2}"#, None).as_deref(),
            Some(r#"{"x": "b\n\na", "z": 2, "y": 1}"#)
        );
        assert_eq!(join(r#"{"x": 1}"#, r#"{"x": 2}"#, None), None);
    }

    #[test]
    fn rows_of_both_are_kept_and_stale_ones_are_not_brought_back() {
        let rows = |mine, base| join(mine, r#"["one, mended", "two", "theirs"]"#, base);
        assert_eq!(
            rows(r#"["one", "two", "mine"]"#, Some(r#"["one", "two"]"#)).as_deref(),
            Some(r#"["one, mended", "two", "theirs", "mine"]"#)
        );
        // Nobody knows which is older.
        assert_eq!(
            rows(r#"["one", "two"]"#, None).as_deref(),
            Some(r#"["one, mended", "two", "theirs", "one"]"#)
        );
    }
}

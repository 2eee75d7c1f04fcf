//! Saving a section, and what else the buttons of its form do.

use chrono::NaiveDateTime;

use super::conflict::{Clash, resolve};
use crate::card::outline::Outline;
use crate::card::{Card, Field, Names, Section, Value, field_id, stored};
use crate::db::cards::{self, CardRow, CardSectionData};
use crate::db::{self, DbConnection};
use crate::session::SessionId;
use crate::web::card::{outline_of, section_of, tidy_title, title_of};
use crate::web::form::{Form, Towards};
use crate::web::page::quoted;

/// What a button of the form asks for.
enum Action {
    Save,
    Continue,
    More(String),
    Remove(String),
    Shift(String, Towards),
    AddField(String),
    RemoveField(String),
    Clear,
    Undo(i32),
    Resolve,
    RenameSection(String),
    ShiftSection(Towards),
    RemoveSection,
}

impl Action {
    fn of(form: &Form) -> Self {
        let (verb, object) = form.word("do").split_once(' ').unwrap_or((form.word("do"), ""));
        let object = object.to_owned();
        match verb {
            "continue" => Self::Continue,
            "more" => Self::More(object),
            "remove" => Self::Remove(object),
            "up" | "field-up" => Self::Shift(object, Towards::Start),
            "down" | "field-down" => Self::Shift(object, Towards::End),
            "field-add" => Self::AddField(form.word("new-field").to_owned()),
            "field-remove" => Self::RemoveField(object),
            "clear" => Self::Clear,
            "undo" => object.parse().map_or(Self::Save, Self::Undo),
            "resolve" => Self::Resolve,
            "section-rename" => Self::RenameSection(form.word("title").to_owned()),
            "section-up" => Self::ShiftSection(Towards::Start),
            "section-down" => Self::ShiftSection(Towards::End),
            "section-remove" => Self::RemoveSection,
            _ => Self::Save,
        }
    }
}

/// How saving ended.
pub(super) enum Outcome {
    /// Saved, and where to go on; what has happened besides saving.
    Saved { address: String, told: Option<String> },
    /// Another tab was faster.
    Conflict(Box<Clash>),
}

/// Saves what the form says and does what its button asks for, in the caller's transaction.
pub(super) fn save(
    conn: &mut DbConnection,
    session: &SessionId,
    id: &str,
    key: &str,
    mut form: Form,
    now: NaiveDateTime,
) -> Result<Outcome, db::Error> {
    let row = cards::load(conn, session, id)?;
    let current = cards::section(conn, session, id, key)?;
    let outline = outline_of(&row);
    let part = outline.part(key);
    let version: i32 = form.word("version").parse().unwrap_or(0);
    let base = if version == current.version {
        Some(stored::from_text(&current.value))
    } else {
        cards::revision(conn, session, id, key, version)?.map(|value| stored::from_text(&value))
    };
    let here = format!("/cards/{id}/sections/{key}");
    let action = Action::of(&form);
    if let Action::Undo(version) = action {
        if let Some(value) = cards::revision(conn, session, id, key, version)? {
            cards::save(conn, session, id, key, current.version, &value, now)?;
        }
        return Ok(Outcome::Saved {
            address: here,
            told: Some(format!("{} is as it was before.", quoted(&current.title))),
        });
    }
    let removed = match &action {
        Action::RemoveField(name) => tidy_title(form.word(&format!("{name}~l"))),
        _ => None,
    };
    match &action {
        Action::Remove(name) | Action::RemoveField(name) => form.remove(name),
        Action::Shift(name, towards) => form.shift(name, *towards),
        _ => {}
    }
    let mut memory = base.clone().unwrap_or_default();
    memory.extend(stored::from_text(&current.value));
    let mut fields = form.fields(part, &memory);
    let kept = kept_answers(&form.contradictions(&fields, &memory));
    match &action {
        Action::Clear => clear(&mut fields),
        Action::AddField(label) => add_field(&mut fields, label, &current.title),
        Action::Resolve => fields = resolve(fields, stored::from_text(&current.value), &form),
        _ => {}
    }
    // A form without any field of the section would empty it; only a damaged form is like that.
    let damaged =
        form.pairs.iter().all(|(name, _)| !name.starts_with("f.")) && base.as_ref().is_none_or(|base| !base.is_empty());
    let saved = if damaged && !matches!(action, Action::AddField(_) | Action::Resolve) {
        Ok(current.version)
    } else {
        cards::save(conn, session, id, key, version, &stored::to_text(&fields), now)
    };
    match saved {
        Ok(_) => {}
        Err(db::Error::Stale) => {
            return Ok(Outcome::Conflict(Box::new(Clash {
                row,
                current,
                base,
                mine: fields,
            })));
        }
        Err(error) => return Err(error),
    }
    follow_name(conn, session, &row, &current, &fields, now)?;
    let title = quoted(&current.title);
    let (address, told) = match action {
        Action::Continue => (next_address(conn, session, id, key)?, None),
        Action::More(name) => (format!("{here}?more={name}#{}", name.replace('.', "-")), None),
        Action::Remove(_) => (format!("{here}?done=removed&undo={version}"), None),
        Action::RemoveField(_) => (
            format!("{here}?done=field-removed&undo={version}"),
            removed.map(|label| format!("The field {} was removed.", quoted(&label))),
        ),
        Action::Clear => (
            format!("{here}?done=cleared&undo={version}"),
            Some(format!("{title} was cleared.")),
        ),
        Action::AddField(label) => match tidy_title(&label) {
            Some(label) => (here, Some(format!("The field {} was added.", quoted(&label)))),
            None => (saved_address(here, key), None),
        },
        Action::RenameSection(new) => rename_section(conn, session, &row, &current, outline, &new, now)?,
        Action::ShiftSection(towards) => {
            shift_section(conn, session, id, key, outline, towards, now)?;
            let way = match towards {
                Towards::Start => "up",
                Towards::End => "down",
            };
            (here, Some(format!("{title} was moved {way}.")))
        }
        Action::RemoveSection if part.is_none() => {
            cards::remove_section(conn, session, id, key, now)?;
            (format!("/cards/{id}?removed={key}"), None)
        }
        _ => (saved_address(here, key), None),
    };
    let told = match (told, kept) {
        (Some(told), Some(kept)) => Some(format!("{told} {kept}")),
        (told, kept) => told.or(kept),
    };
    Ok(Outcome::Saved { address, told })
}

/// A sentence on the answers that stay although the form says that there is none.
fn kept_answers(labels: &[String]) -> Option<String> {
    let (first, rest) = labels.split_first()?;
    let others = match rest.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!(
        "Saved. {}{others} has an answer, which stays: empty it first to say that there is none.",
        quoted(first)
    ))
}

/// Takes the answers out; the visitor's own fields stay, blank.
fn clear(fields: &mut Vec<Field>) {
    fn blank(value: &mut Value) {
        match value {
            Value::Text(text) => text.clear(),
            Value::List(items) => items.clear(),
            Value::Group(members) => members.iter_mut().for_each(|(_, value)| blank(value)),
            other => *other = Value::Null,
        }
    }
    fields.retain(Field::is_custom);
    fields.iter_mut().for_each(|field| blank(&mut field.value));
}

fn add_field(fields: &mut Vec<Field>, label: &str, section_title: &str) {
    let Some(label) = tidy_title(label) else { return };
    // A section that was a single value becomes one with named fields.
    if let [only] = fields.as_mut_slice()
        && only.id == "+"
    {
        only.label = section_title.to_owned();
        only.id = field_id(section_title);
    }
    let id = Names::without(fields.iter().map(|field| field.id.as_str())).field_id(&label);
    fields.push(Field {
        id,
        label,
        value: Value::text(""),
    });
}

/// The card's name in the visitor's list follows the name in the card, unless it was given by hand.
fn follow_name(
    conn: &mut DbConnection,
    session: &SessionId,
    row: &CardRow,
    current: &CardSectionData,
    fields: &[Field],
    now: NaiveDateTime,
) -> Result<(), db::Error> {
    let before = Section {
        fields: stored::from_text(&current.value),
        ..section_of(current)
    };
    let after = Section {
        fields: fields.to_vec(),
        ..before.clone()
    };
    let name = |section: Section| {
        title_of(
            &Card {
                sections: vec![section],
            },
            row.file_name.as_deref(),
        )
    };
    let (before, after) = (name(before), name(after));
    if before == row.title && after != before {
        cards::retitle(conn, session, &row.id, &after, now)
    } else {
        Ok(())
    }
}

fn next_address(conn: &mut DbConnection, session: &SessionId, id: &str, key: &str) -> Result<String, db::Error> {
    let rows = cards::sections(conn, session, id)?;
    let next = rows.iter().skip_while(|row| row.section_key != key).nth(1);
    let page = match next {
        Some(row) => format!("/cards/{id}/sections/{}", row.section_key),
        None => format!("/cards/{id}"),
    };
    Ok(saved_address(page, key))
}

/// The page, which says that the section of this key was saved.
fn saved_address(page: String, key: &str) -> String {
    format!("{page}?saved={key}")
}

fn rename_section(
    conn: &mut DbConnection,
    session: &SessionId,
    row: &CardRow,
    current: &CardSectionData,
    outline: &Outline,
    title: &str,
    now: NaiveDateTime,
) -> Result<(String, Option<String>), db::Error> {
    let id = &row.id;
    let key = &current.section_key;
    let title = tidy_title(title).filter(|title| *title != current.title && outline.part(key).is_none());
    let Some(title) = title else {
        return Ok((format!("/cards/{id}/sections/{key}"), None));
    };
    let rows = cards::sections(conn, session, id)?;
    let others = rows
        .iter()
        .map(|row| row.section_key.as_str())
        .filter(|other| other != key);
    let new_key = Names::without(others.chain(outline.sections.iter().map(|part| part.key))).section_key(&title);
    cards::rename_section(conn, session, id, key, &new_key, &title, now)?;
    let told = format!("The section is now called {}.", quoted(&title));
    Ok((format!("/cards/{id}/sections/{new_key}"), Some(told)))
}

fn shift_section(
    conn: &mut DbConnection,
    session: &SessionId,
    id: &str,
    key: &str,
    outline: &Outline,
    towards: Towards,
    now: NaiveDateTime,
) -> Result<(), db::Error> {
    let rows = cards::sections(conn, session, id)?;
    let own: Vec<&CardSectionData> = rows
        .iter()
        .filter(|row| outline.part(&row.section_key).is_none())
        .collect();
    let Some(place) = own.iter().position(|row| row.section_key == key) else {
        return Ok(());
    };
    let other = match towards {
        Towards::Start => place.checked_sub(1),
        Towards::End => Some(place + 1),
    };
    match other.and_then(|other| own.get(other)) {
        Some(other) => cards::swap_sections(conn, session, id, key, &other.section_key, now),
        None => Ok(()),
    }
}

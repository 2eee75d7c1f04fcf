//! Saving a section, and what else the buttons of its form do.

use chrono::NaiveDateTime;

use super::action::Action;
use super::conflict::{Clash, resolve};
use super::undo::undo;
use crate::card::outline::{Outline, Part};
use crate::card::results::CHARTS_QUESTION;
use crate::card::{self, Card, Field, Names, Section, field_id, figure, stored};
use crate::db::cards::{self, CardRow, CardSectionData};
use crate::db::{self, DbConnection};
use crate::format::{Format, hub};
use crate::locale::{Sentence, Value};
use crate::say;
use crate::session::SessionId;
use crate::web::access::{Pace, SectionAccess};
use crate::web::card::{anchor, format_of, outline_of, section_of, tidy_title, title_of};
use crate::web::form::{Form, Towards};
use crate::web::page::quoted;
use crate::web::pages::results::store::show_as;

/// How saving ended.
pub(super) enum Outcome {
    /// Saved.
    Saved {
        /// Where to go on.
        address: String,
        /// What has happened besides saving.
        told: Option<Sentence>,
        /// The version that the section has now.
        version: i32,
        /// When it was last changed, UTC.
        saved_at: NaiveDateTime,
    },
    /// Another tab was faster.
    Conflict(Box<Clash>),
}

/// Saves what the form says and does what its button asks for, in the caller's transaction.
///
/// `here` is the address of the form's page.
pub(super) fn save(
    conn: &mut DbConnection,
    access: &SectionAccess,
    here: &str,
    mut form: Form,
    now: NaiveDateTime,
) -> Result<Outcome, db::Error> {
    let (row, current) = access.load(conn)?;
    let (id, key) = (access.card(), access.section());
    let outline = outline_of(&row);
    let part = outline.part(key);
    let version = version_of(&form);
    let base = base_of(conn, access, &current, version)?;
    let action = match access.owner() {
        Some(_) => Action::of(&form),
        None => Action::of(&form).for_guest(),
    };
    if let Action::Undo(version) = action {
        return undo(conn, access, here, (&row, &current), (version, form.word("of")), now);
    }
    let removed = match &action {
        Action::RemoveField(name) => tidy_title(form.content(&format!("{name}~l"))),
        _ => None,
    };
    let mut memory = base.clone().unwrap_or_default();
    memory.extend(stored::from_text(&current.value));
    let typed = form.fields(part, &memory);
    match &action {
        Action::Remove(name) | Action::RemoveField(name) => form.remove(name),
        Action::Shift(name, towards) => form.shift(name, *towards),
        _ => {}
    }
    let mut fields = form.fields(part, &memory);
    let kept = kept_answers(&form.contradictions(&fields, &memory), outline)
        .or_else(|| kept_names(&form.names_taken(&fields)));
    let asked = match &action {
        Action::AddField(label) => tidy_title(label).and_then(|label| namesake(&label, &fields, part, &row)),
        _ => None,
    };
    let mut is_shown = false;
    match &action {
        Action::Clear => clear(&mut fields),
        Action::AddField(label) if asked.is_none() => add_field(&mut fields, label, &current.title),
        Action::ShowAs(chart) => {
            if let Some(part) = part {
                is_shown = show_as(&mut fields, part, chart);
            }
        }
        Action::Resolve => {
            // The version is that of theirs; what both were made from, the page says itself.
            let was = said_base(&form, part, &memory);
            fields = resolve(fields, stored::from_text(&current.value), was.as_deref(), &form);
        }
        _ => {}
    }
    figure::drop_emptied(&mut fields, base.as_deref().unwrap_or_default());
    if let Some(new) = &form.figure {
        figure::add(&mut fields, part, new);
    }
    // A form without any field of the section would empty it; only a damaged form is like that.
    let damaged =
        form.pairs.iter().all(|(name, _)| !name.starts_with("f.")) && base.as_ref().is_none_or(|base| !base.is_empty());
    let put = |conn: &mut DbConnection, version: i32, fields: &[Field]| {
        let pace = match action {
            Action::Autosave => Pace::Typing,
            ref action if action.takes_away() => Pace::Undoable,
            _ => Pace::Pressed,
        };
        access.save(conn, (version, &stored::to_text(fields)), pace, now)
    };
    let saved = if damaged && form.figure.is_none() && !matches!(action, Action::AddField(_) | Action::Resolve) {
        Ok((current.version, current.version))
    } else if action.takes_away() {
        // So that undoing brings back what was typed, and the loser of a conflict can be found again.
        put(conn, version, &typed).and_then(|before| Ok((before, put(conn, before, &fields)?)))
    } else {
        put(conn, version, &fields).map(|after| (version, after))
    };
    let (before, version) = match saved {
        Ok(saved) => saved,
        Err(db::Error::Stale) => {
            return Ok(Outcome::Conflict(Box::new(Clash {
                row,
                current,
                base: base.or_else(|| said_base(&form, part, &memory)),
                mine: fields,
                is_guests: access.owner().is_none(),
            })));
        }
        Err(error) => return Err(error),
    };
    // Which field an undo has to put back, so that what is typed meanwhile in the others stays.
    let of = || {
        let of = typed.iter().find(|field| !fields.contains(field));
        let of = of.map_or("", |field| field.id.as_str());
        form_urlencoded::byte_serialize(of.as_bytes()).collect::<String>()
    };
    follow_name(conn, access, &row, &current, &fields, now)?;
    let title = Value::Quoted(outline.said_title(&current.title));
    let here = here.to_owned();
    let is_going_on = matches!(action, Action::Continue);
    let (address, told) = match (action, access.owner()) {
        // Words that a figure waits for are asked for at once, wherever the button leads.
        (Action::Save | Action::Continue, Some(session)) if form.figure.is_some() => {
            let is_complete = form
                .figure
                .as_ref()
                .is_some_and(|new| !new.caption.is_empty() && !new.alt.is_empty());
            match is_complete {
                true if is_going_on => (next_address(conn, session, id, key)?, None),
                true => (here, Some(say!("The figure was added to {title}.", title))),
                false => (
                    here,
                    Some(say!(
                        "The picture is kept. It is in no preview and no download until it has caption and alt text."
                    )),
                ),
            }
        }
        (Action::Continue, Some(session)) => (next_address(conn, session, id, key)?, None),
        // The new entry has the focus.
        (Action::More(name), _) => (format!("{here}?more={name}"), None),
        (Action::Remove(name), _) => {
            let list = name
                .rsplit_once('.')
                .map_or(name.as_str(), |(list, _)| list)
                .replace('.', "-");
            (format!("{here}?done=removed&undo={before}&of={}#{list}", of()), None)
        }
        (Action::RemoveField(_), _) => (
            format!("{here}?done=field-removed&undo={before}&of={}", of()),
            removed.map(|label| say!("The field {label} was removed.", label = quoted(&label))),
        ),
        (Action::Clear, Some(_)) => (
            format!("{here}?done=cleared&undo={before}"),
            Some(say!("{title} was cleared.", title)),
        ),
        // The chart stands below the question that asks for it.
        (Action::ShowAs(_), _) if is_shown => (
            format!("{}#{}", saved_address(here, key), anchor(CHARTS_QUESTION)),
            None,
        ),
        (Action::AddField(_), _) if asked.is_some() => (saved_address(here, key), asked),
        (Action::AddField(label), _) => match tidy_title(&label) {
            Some(label) => (here, Some(say!("The field {label} was added.", label = quoted(&label)))),
            None => (saved_address(here, key), None),
        },
        (Action::RenameSection(new), Some(session)) => {
            rename_section(conn, session, &row, &current, outline, &new, now)?
        }
        (Action::ShiftSection(towards), Some(session)) => {
            shift_section(conn, session, id, key, outline, towards, now)?;
            let told = match towards {
                Towards::Start => say!("{title} was moved up.", title),
                Towards::End => say!("{title} was moved down.", title),
            };
            (here, Some(told))
        }
        (Action::RemoveSection, Some(session)) if part.is_none() => {
            cards::remove_section(conn, session, id, key, now)?;
            (format!("/cards/{id}?removed={key}"), None)
        }
        _ => (saved_address(here, key), None),
    };
    let told = match (told, kept) {
        (Some(told), Some(kept)) => Some(say!("{told} {kept}", told, kept)),
        (told, kept) => told.or(kept),
    };
    Ok(Outcome::Saved {
        address,
        told,
        version,
        saved_at: if version == current.version {
            current.updated_at
        } else {
            now
        },
    })
}

/// The version of the section that the form was made from.
pub(super) fn version_of(form: &Form) -> i32 {
    form.word("version").parse().unwrap_or(0)
}

/// The fields of the section in this version, if it is kept.
pub(super) fn base_of(
    conn: &mut DbConnection,
    access: &SectionAccess,
    current: &CardSectionData,
    version: i32,
) -> Result<Option<Vec<Field>>, db::Error> {
    let value = match version == current.version {
        true => Some(current.value.clone()),
        false => access.revision(conn, version)?,
    };
    Ok(value.map(|value| stored::from_text(&value)))
}

/// What the page says that its form was made from, for where that version is not kept: the states between two saves of
/// one stretch of typing are not. It matters only for what the page of a conflict proposes and joins.
pub(super) fn said_base(form: &Form, part: Option<&Part>, memory: &[Field]) -> Option<Vec<Field>> {
    let said = form.word("base");
    (!said.is_empty()).then(|| Form::parse(said.as_bytes()).fields(part, memory))
}

/// A sentence on a field that has this name already, be it as a question or by what the file calls it: two of one name
/// would hide each other from readers of the file.
fn namesake(label: &str, fields: &[Field], part: Option<&Part>, row: &CardRow) -> Option<Sentence> {
    let same = |other: &str| other.trim().eq_ignore_ascii_case(label);
    let questions = part.into_iter().flat_map(|part| part.questions);
    let by_hub = |id: &str| format_of(row) == Format::HUGGING_FACE && hub::key_of(id) == Some(label);
    let question = questions
        .into_iter()
        .find(|question| same(question.label) || by_hub(question.id));
    let question = question.map(|question| Value::Quoted(Sentence::new(question.label)));
    let other = || {
        let field = fields.iter().find(|field| same(&field.label));
        field.map(|field| quoted(&field.label))
    };
    let other = question.or_else(other)?;
    Some(say!(
        "Saved. No field was added: {other} is on this page already.",
        other
    ))
}

/// A sentence on fields that keep their name because another one has the new one.
fn kept_names(taken: &[&str]) -> Option<Sentence> {
    let first = taken.first()?;
    Some(say!(
        "Saved. Another field is called {first} already, so the old name stays.",
        first = quoted(first)
    ))
}

/// A sentence on the answers that stay although the form says that there is none.
fn kept_answers(labels: &[String], outline: &Outline) -> Option<Sentence> {
    let (first, rest) = labels.split_first()?;
    let first = Value::Quoted(outline.said_label(first));
    Some(match rest.len() {
        0 => say!(
            "Saved. {first} has an answer, which stays: empty it first to say that there is none.",
            first
        ),
        more => say!(
            "Saved. {first} and {more} more have answers, which stay: empty them first to say that there is none.",
            first,
            more
        ),
    })
}

/// Takes the answers out; the visitor's own fields stay, blank.
fn clear(fields: &mut Vec<Field>) {
    fn blank(value: &mut card::Value) {
        match value {
            card::Value::Text(text) => text.clear(),
            card::Value::List(items) => items.clear(),
            card::Value::Group(members) => members.iter_mut().for_each(|(_, value)| blank(value)),
            other => *other = card::Value::Null,
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
        value: card::Value::text(""),
    });
}

/// The card's name in the visitor's list follows the name in the card, unless it was given by hand.
pub(super) fn follow_name(
    conn: &mut DbConnection,
    access: &SectionAccess,
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
        access.retitle(conn, &after, now)
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
) -> Result<(String, Option<Sentence>), db::Error> {
    let id = &row.id;
    let key = &current.section_key;
    let title = tidy_title(title).filter(|title| *title != current.title && outline.part(key).is_none());
    let Some(title) = title else {
        return Ok((format!("/cards/{id}/sections/{key}"), None));
    };
    let rows = cards::sections(conn, session, id)?;
    if rows.iter().any(|row| row.section_key != *key && row.title == title) {
        let told = say!(
            "Another section is called {title} already, so the old name stays.",
            title = quoted(&title)
        );
        return Ok((format!("/cards/{id}/sections/{key}"), Some(told)));
    }
    let others = rows
        .iter()
        .map(|row| row.section_key.as_str())
        .filter(|other| other != key);
    let new_key = Names::without(others.chain(outline.sections.iter().map(|part| part.key))).section_key(&title);
    cards::rename_section(conn, session, id, key, &new_key, &title, now)?;
    let told = say!("The section is now called {title}.", title = quoted(&title));
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

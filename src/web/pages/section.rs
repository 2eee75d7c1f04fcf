//! One section: its form, saving it, and what else the form's buttons do.

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Path, Query};
use actix_web::{HttpResponse, Responder, ResponseError as _};
use askama::Template;
use chrono::NaiveDateTime;
use serde::Deserialize;

use super::super::AppState;
use super::super::card::{Progress, anchor, link, load_card, outline_of, owner, section_of, tidy_title, title_of};
use super::super::control::{self, Control};
use super::super::error::Error;
use super::super::form::{Form, Towards};
use super::super::page::{CardLink, Date, Page, render, render_as, see_other};
use crate::card::outline::{Outline, Part, Question};
use crate::card::{Card, Field, Names, Section, Value, check, field_id, stored};
use crate::db::cards::{self, CardRow, CardSectionData};
use crate::db::{self, DbConnection};
use crate::json;
use crate::session::{SessionId, Visitor};

/// What has happened before, in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Seen {
    /// A word for what was done.
    done: Option<String>,
    /// The version to which it can be undone.
    undo: Option<i32>,
    /// The name of the list that shows a blank entry.
    more: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/section.html")]
struct SectionPage {
    page: Page,
    card: CardLink,
    key: String,
    title: String,
    part: Option<&'static Part>,
    version: i32,
    sections: Vec<SideLine>,
    fields: Vec<FieldLine>,
    summary: Vec<SummaryLine>,
    undo: Option<Undo>,
    new_field: String,
    custom: bool,
    can_rise: bool,
    can_sink: bool,
    previous: Option<SectionLink>,
    next: Option<SectionLink>,
}

struct SideLine {
    key: String,
    title: String,
    progress: Progress,
    problems: usize,
}

struct FieldLine {
    id: String,
    label: String,
    anchor: String,
    custom: bool,
    can_rise: bool,
    can_sink: bool,
    control: Control,
}

struct SummaryLine {
    place: String,
    label: String,
    message: String,
}

struct Undo {
    words: &'static str,
    version: i32,
}

#[derive(Clone)]
struct SectionLink {
    key: String,
    title: String,
}

#[derive(Template)]
#[template(path = "pages/conflict.html")]
struct ConflictPage {
    page: Page,
    card: CardLink,
    key: String,
    title: String,
    version: i32,
    from: String,
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

#[derive(Template)]
#[template(path = "pages/homeless.html")]
struct HomelessPage {
    page: Page,
    texts: Vec<(String, String)>,
}

/// Shows the form of a section.
pub async fn get(
    state: web::Data<AppState>,
    visitor: Visitor,
    path: Path<(String, String)>,
    seen: Query<Seen>,
) -> Result<impl Responder, Error> {
    let (id, key) = path.into_inner();
    let session = owner(&visitor)?;
    let (row, card, rows) = state.db.run(move |conn| load_card(conn, &session, &id)).await?;
    render(&section_page(&visitor, &row, &card, &rows, &key, &seen)?)
}

fn section_page(
    visitor: &Visitor,
    row: &CardRow,
    card: &Card,
    rows: &[CardSectionData],
    key: &str,
    seen: &Seen,
) -> Result<SectionPage, Error> {
    let outline = outline_of(row);
    let place = rows
        .iter()
        .position(|row| row.section_key == key)
        .ok_or(Error::NotFound)?;
    let (section, part) = (&card.sections[place], outline.part(key));
    let problems = check::check(card, outline);
    let here: Vec<&check::Problem> = problems.iter().filter(|problem| problem.section == key).collect();
    let mut fields = field_lines(section, part, seen.more.as_deref().unwrap_or_default());
    let mut summary = Vec::new();
    for field in &mut fields {
        for problem in here.iter().filter(|problem| problem.field == field.id) {
            summary.push(SummaryLine {
                place: field.anchor.clone(),
                label: field.label.clone(),
                message: problem.message.clone(),
            });
            field.control.problems.push(problem.message.clone());
        }
    }
    let sections: Vec<SideLine> = card
        .sections
        .iter()
        .map(|section| SideLine {
            key: section.key.clone(),
            title: section.title.clone(),
            progress: Progress::of(section, outline.part(&section.key)),
            problems: problems.iter().filter(|problem| problem.section == section.key).count(),
        })
        .collect();
    let neighbour = |place: Option<usize>| {
        let row = rows.get(place?)?;
        Some(SectionLink {
            key: row.section_key.clone(),
            title: row.title.clone(),
        })
    };
    let custom = |place: Option<usize>| {
        place
            .and_then(|place| rows.get(place))
            .is_some_and(|row| outline.part(&row.section_key).is_none())
    };
    let troubled = if summary.is_empty() { "" } else { "Problems: " };
    let title = format!("{troubled}{} – {}", section.title, row.title);
    Ok(SectionPage {
        page: Page::of(title, visitor).with_notice(seen.done.as_deref()),
        card: link(row),
        key: key.into(),
        title: section.title.clone(),
        part,
        version: rows[place].version,
        fields,
        summary,
        undo: undo(seen, rows[place].version),
        new_field: String::new(),
        custom: part.is_none(),
        can_rise: custom(place.checked_sub(1)),
        can_sink: custom(Some(place + 1)),
        previous: neighbour(place.checked_sub(1)),
        next: neighbour(Some(place + 1)),
        sections,
    })
}

fn undo(seen: &Seen, current: i32) -> Option<Undo> {
    let words = match seen.done.as_deref()? {
        "cleared" => "The section was cleared.",
        "removed" => "The entry was removed.",
        "field-removed" => "The field was removed.",
        _ => return None,
    };
    seen.undo
        .filter(|version| *version < current)
        .map(|version| Undo { words, version })
}

/// The questions in their order, answered or not, then the further fields.
fn field_lines(section: &Section, part: Option<&'static Part>, more: &str) -> Vec<FieldLine> {
    let questions: Vec<&Question> = part.into_iter().flat_map(|part| part.asked(section)).collect();
    let further: Vec<&Field> = section
        .fields
        .iter()
        .filter(|field| !questions.iter().any(|question| question.id == field.id))
        .collect();
    let asked = questions.iter().enumerate().map(|(place, question)| {
        let field = section.field(question.id);
        FieldLine {
            id: question.id.into(),
            label: question.label.into(),
            anchor: anchor(question.id),
            custom: false,
            can_rise: false,
            can_sink: false,
            control: control::of_field(place, field, question.label, question.help, Some(&question.kind), more),
        }
    });
    let last = further.len().saturating_sub(1);
    let further = further.iter().enumerate().map(|(index, field)| {
        let place = questions.len() + index;
        FieldLine {
            id: field.id.clone(),
            label: field.label.clone(),
            anchor: anchor(&field.id),
            // A section that is a single value has the name of its only field itself.
            custom: field.is_custom() && field.id != "+",
            can_rise: index > 0,
            can_sink: index < last,
            control: control::of_field(place, Some(field), &field.label, "", None, more),
        }
    });
    asked.chain(further).collect()
}

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
enum Outcome {
    Saved { address: String },
    Conflict(Box<Clash>),
}

struct Clash {
    row: CardRow,
    current: CardSectionData,
    base: Option<Vec<Field>>,
    mine: Vec<Field>,
}

/// Saves the form, and does what its button says.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    path: Path<(String, String)>,
    body: Bytes,
) -> Result<HttpResponse, Error> {
    let (id, key) = path.into_inner();
    let form = Form::parse(&body);
    let outcome = match owner(&visitor) {
        Ok(session) => {
            let now = state.clock.now().naive_utc();
            let form = Form::parse(&body);
            state
                .db
                .write(move |conn| save(conn, &session, &id, &key, form, now))
                .await
                .map_err(Error::from)
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(Outcome::Saved { address }) => Ok(see_other(address)),
        Ok(Outcome::Conflict(clash)) => render_as(StatusCode::CONFLICT, &conflict_page(&visitor, *clash, form)),
        // Whatever became of the session or the card: what was typed is never thrown away.
        Err(error @ (Error::NotFound | Error::Ended)) => match form.texts() {
            texts if texts.is_empty() => Err(error),
            texts => {
                let page = Page::of("This section is not here any more", &visitor);
                render_as(error.status_code(), &HomelessPage { page, texts })
            }
        },
        Err(error) => Err(error),
    }
}

fn save(
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
            address: format!("{here}?done=undone"),
        });
    }
    match &action {
        Action::Remove(name) | Action::RemoveField(name) => form.remove(name),
        Action::Shift(name, towards) => form.shift(name, *towards),
        _ => {}
    }
    let mut memory = base.clone().unwrap_or_default();
    memory.extend(stored::from_text(&current.value));
    if let Some(value) = form
        .word("from")
        .parse()
        .ok()
        .map(|from| cards::revision(conn, session, id, key, from))
    {
        memory.extend(value?.iter().flat_map(|value| stored::from_text(value)));
    }
    let mut fields = form.fields(part, &memory);
    match &action {
        Action::Clear => clear(&mut fields),
        Action::AddField(label) => add_field(&mut fields, label, &current.title),
        Action::Resolve => fields = resolve(fields, stored::from_text(&current.value), &form),
        _ => {}
    }
    // A form without any field of the section would empty it; only a damaged form is like that.
    let damaged =
        form.pairs.iter().all(|(name, _)| !name.starts_with("f.")) && base.as_ref().is_none_or(|base| !base.is_empty());
    let saved = if damaged && !matches!(action, Action::AddField(_)) {
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
    let address = match action {
        Action::Continue => next_address(conn, session, id, key)?,
        Action::More(name) => format!("{here}?more={name}#{}", name.replace('.', "-")),
        Action::Remove(_) => format!("{here}?done=removed&undo={version}"),
        Action::RemoveField(_) => format!("{here}?done=field-removed&undo={version}"),
        Action::Clear => format!("{here}?done=cleared&undo={version}"),
        Action::AddField(_) => format!("{here}?done=field-added"),
        Action::RenameSection(title) => rename_section(conn, session, &row, &current, outline, &title, now)?,
        Action::ShiftSection(towards) => {
            shift_section(conn, session, id, key, outline, towards, now)?;
            format!("{here}?done=moved")
        }
        Action::RemoveSection if part.is_none() => {
            cards::remove_section(conn, session, id, key, now)?;
            format!("/cards/{id}?removed={key}")
        }
        _ => format!("{here}?done=saved"),
    };
    Ok(Outcome::Saved { address })
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

/// Mine and theirs put together as the visitor chose on the conflict page.
fn resolve(mine: Vec<Field>, theirs: Vec<Field>, form: &Form) -> Vec<Field> {
    let choice = |id: &str| {
        let place = form
            .pairs
            .iter()
            .find(|(name, value)| value == id && name.starts_with("take-id."));
        place.map_or("", |(name, _)| form.word(&name.replace("take-id.", "take.")))
    };
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
    Ok(match next {
        Some(row) => format!("/cards/{id}/sections/{}?done=saved", row.section_key),
        None => format!("/cards/{id}?done=saved"),
    })
}

fn rename_section(
    conn: &mut DbConnection,
    session: &SessionId,
    row: &CardRow,
    current: &CardSectionData,
    outline: &Outline,
    title: &str,
    now: NaiveDateTime,
) -> Result<String, db::Error> {
    let id = &row.id;
    let key = &current.section_key;
    let title = tidy_title(title).filter(|title| *title != current.title && outline.part(key).is_none());
    let Some(title) = title else {
        return Ok(format!("/cards/{id}/sections/{key}"));
    };
    let rows = cards::sections(conn, session, id)?;
    let others = rows
        .iter()
        .map(|row| row.section_key.as_str())
        .filter(|other| other != key);
    let new_key = Names::without(others.chain(outline.sections.iter().map(|part| part.key))).section_key(&title);
    cards::rename_section(conn, session, id, key, &new_key, &title, now)?;
    Ok(format!("/cards/{id}/sections/{new_key}?done=section-renamed"))
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

fn conflict_page(visitor: &Visitor, clash: Clash, form: Form) -> ConflictPage {
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
        from: form.word("version").to_owned(),
        saved_at: clash.current.updated_at.into(),
        carried: form
            .pairs
            .into_iter()
            .filter(|(name, _)| name.starts_with("f."))
            .collect(),
        differences,
    }
}

/// A value for reading side by side.
fn in_words(value: Option<&Value>) -> String {
    match value {
        None => "(no answer)".into(),
        Some(value) if value.is_blank() => "(blank)".into(),
        Some(Value::Text(text)) => text.clone(),
        Some(value) => json::to_pretty_text(value),
    }
}

//! The card row and its `CardSectionData` rows: create, load, save, delete.
//!
//! Every function takes the session's id and sees only that session's rows.

mod datasheets;
mod figures;
mod restore;
mod revisions;
mod sections;

use chrono::NaiveDateTime;
use diesel::prelude::*;

pub use datasheets::{
    DatasheetLink, Unfit, datasheet_links, datasheet_owner, datasheets_of, link_datasheet, unlink_datasheet,
};
pub use figures::{figures, settle_figures};
pub use restore::{RestoredCard, restore, restore_history, restore_section_data};
pub use revisions::{Revision, before_links, history, history_entry, history_of, removed, revision};
pub use sections::{
    add_section, remove_section, rename_section, restore_section, save, save_by_link, save_typing, section, sections,
    swap_sections,
};

use super::schema::model_cards;
use super::{DbConnection, Error, insert_or_meet, sessions};
use crate::card::figure;
use crate::random;
use crate::session::SessionId;

/// A card as it is first stored.
#[derive(Clone, Debug)]
pub struct NewCard {
    /// Name shown in the visitor's list.
    pub title: String,
    /// [`Format::id`](crate::format::Format::id) of the upload, or `cartellino` for a blank card.
    pub format: String,
    /// Key of the outline.
    pub outline: String,
    /// The upload, byte for byte; `None` for a blank card.
    pub source: Option<Vec<u8>>,
    /// The client's name of the file: text to show, never a path.
    pub file_name: Option<String>,
    /// The form's one-time token: a repeated post finds the card it made first (R49).
    pub once: Option<String>,
    /// All sections in order.
    pub sections: Vec<NewSection>,
}

/// A section as it is first stored.
#[derive(Clone, Debug)]
pub struct NewSection {
    /// Key, unique in the card.
    pub key: String,
    /// Title shown.
    pub title: String,
    /// The fields as JSON text.
    pub value: String,
}

/// A card row, without its upload.
#[derive(Clone, Debug)]
pub struct CardRow {
    /// Random id, the word in addresses.
    pub id: String,
    /// Name shown.
    pub title: String,
    /// Format id.
    pub format: String,
    /// Outline key.
    pub outline: String,
    /// The client's name of the file.
    pub file_name: Option<String>,
    /// When it was made, UTC.
    pub created_at: NaiveDateTime,
    /// When it was last changed, UTC.
    pub updated_at: NaiveDateTime,
}

/// One section of a card: the row and only the row.
#[derive(Clone, Debug)]
pub struct CardSectionData {
    /// Key, unique in the card.
    pub section_key: String,
    /// Title shown.
    pub title: String,
    /// Place in the card, from 0, ascending; gaps allowed.
    pub position: i32,
    /// The fields as JSON text.
    pub value: String,
    /// Counts the saves, from 1.
    pub version: i32,
    /// When it was last changed, UTC.
    pub updated_at: NaiveDateTime,
    /// Whether somebody with a link to the section changed it last.
    pub by_link: bool,
}

type Columns = (
    String,
    String,
    String,
    String,
    Option<String>,
    NaiveDateTime,
    NaiveDateTime,
);

const COLUMNS: (
    model_cards::id,
    model_cards::title,
    model_cards::format,
    model_cards::outline,
    model_cards::file_name,
    model_cards::created_at,
    model_cards::updated_at,
) = (
    model_cards::id,
    model_cards::title,
    model_cards::format,
    model_cards::outline,
    model_cards::file_name,
    model_cards::created_at,
    model_cards::updated_at,
);

fn row((id, title, format, outline, file_name, created_at, updated_at): Columns) -> CardRow {
    CardRow {
        id,
        title,
        format,
        outline,
        file_name,
        created_at,
        updated_at,
    }
}

/// Creates the card with all its sections; with a `once` already used by this session, returns that card's id.
///
/// # Errors
/// When the database does not answer.
pub fn create(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &NewCard,
    now: NaiveDateTime,
) -> Result<String, Error> {
    if let Some(made) = made_before(conn, session, card.once.as_deref())? {
        return Ok(made);
    }
    let id = random::id()?;
    let inserted = insert_or_meet(conn, |conn| {
        diesel::insert_into(model_cards::table)
            .values((
                model_cards::id.eq(&id),
                model_cards::session_id.eq(session.as_str()),
                model_cards::title.eq(&card.title),
                model_cards::format.eq(&card.format),
                model_cards::outline.eq(&card.outline),
                model_cards::file_name.eq(card.file_name.as_deref()),
                model_cards::source.eq(card.source.as_deref()),
                model_cards::once.eq(card.once.as_deref()),
                model_cards::version.eq(1),
                model_cards::created_at.eq(now),
                model_cards::updated_at.eq(now),
            ))
            .execute(conn)
    })?;
    if !inserted {
        // The same form, posted twice at the same time: the other one was faster.
        return made_before(conn, session, card.once.as_deref())?.ok_or(Error::Stale);
    }
    for (position, section) in (0..).zip(&card.sections) {
        sections::insert(conn, session, &id, section, (position, 1), false, now)?;
    }
    Ok(id)
}

fn made_before(conn: &mut DbConnection, session: &SessionId, once: Option<&str>) -> Result<Option<String>, Error> {
    let Some(once) = once else { return Ok(None) };
    Ok(model_cards::table
        .filter(model_cards::session_id.eq(session.as_str()))
        .filter(model_cards::once.eq(once))
        .select(model_cards::id)
        .first(conn)
        .optional()?)
}

/// The session's cards, last changed first.
///
/// # Errors
/// When the database does not answer.
pub fn list(conn: &mut DbConnection, session: &SessionId) -> Result<Vec<CardRow>, Error> {
    let rows: Vec<Columns> = model_cards::table
        .filter(model_cards::session_id.eq(session.as_str()))
        .order((model_cards::updated_at.desc(), model_cards::id.asc()))
        .select(COLUMNS)
        .load(conn)?;
    Ok(rows.into_iter().map(row).collect())
}

/// One card row.
///
/// # Errors
/// [`Error::NotFound`] when it is not the session's.
pub fn load(conn: &mut DbConnection, session: &SessionId, card: &str) -> Result<CardRow, Error> {
    model_cards::table
        .filter(model_cards::session_id.eq(session.as_str()))
        .filter(model_cards::id.eq(card))
        .select(COLUMNS)
        .first(conn)
        .map(row)
        .map_err(Error::from)
}

/// The upload as it came; `None` for a blank card.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the session's.
pub fn source(conn: &mut DbConnection, session: &SessionId, card: &str) -> Result<Option<Vec<u8>>, Error> {
    Ok(model_cards::table
        .filter(model_cards::session_id.eq(session.as_str()))
        .filter(model_cards::id.eq(card))
        .select(model_cards::source)
        .first(conn)?)
}

/// How often the card was changed, counted from 1.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the session's.
pub fn version(conn: &mut DbConnection, session: &SessionId, card: &str) -> Result<i32, Error> {
    Ok(model_cards::table
        .filter(model_cards::session_id.eq(session.as_str()))
        .filter(model_cards::id.eq(card))
        .select(model_cards::version)
        .first(conn)?)
}

/// Notes that something of the card has changed.
fn mark_changed(conn: &mut DbConnection, session: &SessionId, card: &str, now: NaiveDateTime) -> Result<(), Error> {
    let found = diesel::update(
        model_cards::table
            .filter(model_cards::session_id.eq(session.as_str()))
            .filter(model_cards::id.eq(card)),
    )
    .set((
        model_cards::updated_at.eq(now),
        model_cards::version.eq(model_cards::version + 1),
    ))
    .execute(conn)?;
    if found == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Gives the card another title.
///
/// # Errors
/// [`Error::NotFound`] when it is not the session's.
pub fn retitle(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    title: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    if load(conn, session, card)?.title == title {
        return Ok(());
    }
    mark_changed(conn, session, card, now)?;
    diesel::update(
        model_cards::table
            .filter(model_cards::session_id.eq(session.as_str()))
            .filter(model_cards::id.eq(card)),
    )
    .set(model_cards::title.eq(title))
    .execute(conn)?;
    Ok(())
}

/// Gives the card another outline, and its sections the arrangement that belongs to it, in the caller's transaction.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the session's, [`Error::Stale`] when a section changes at the same moment.
pub fn change_outline(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    outline: &str,
    arranged: &[NewSection],
    now: NaiveDateTime,
) -> Result<(), Error> {
    mark_changed(conn, session, card, now)?;
    diesel::update(
        model_cards::table
            .filter(model_cards::session_id.eq(session.as_str()))
            .filter(model_cards::id.eq(card)),
    )
    .set(model_cards::outline.eq(outline))
    .execute(conn)?;
    sections::arrange(conn, session, card, arranged, now)
}

/// A copy of the card with all its sections and its upload, and without a link to another card; returns the copy's id.
/// Where sections refer to a picture of `pictures`, those of the copy refer to the second of the two ids.
///
/// # Errors
/// [`Error::NotFound`] when it is not the session's.
pub fn duplicate(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    title: &str,
    pictures: &[(String, String)],
    once: Option<&str>,
    now: NaiveDateTime,
) -> Result<String, Error> {
    let of_copy = |value: String| {
        pictures.iter().fold(value, |value, (old, new)| {
            value.replace(&figure::reference(old), &figure::reference(new))
        })
    };
    let original = load(conn, session, card)?;
    let copy = NewCard {
        title: title.to_owned(),
        format: original.format,
        outline: original.outline,
        source: source(conn, session, card)?,
        file_name: original.file_name,
        once: once.map(str::to_owned),
        sections: sections(conn, session, card)?
            .into_iter()
            .map(|section| NewSection {
                key: section.section_key,
                title: section.title,
                value: of_copy(section.value),
            })
            .collect(),
    };
    create(conn, session, &copy, now)
}

/// Whose card it is, for operators' commands: visitors are never asked by anything but their own session.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn owner(conn: &mut DbConnection, card: &str) -> Result<SessionId, Error> {
    let session: String = model_cards::table
        .filter(model_cards::id.eq(card))
        .select(model_cards::session_id)
        .first(conn)?;
    Ok(SessionId::from_row(session))
}

/// Deletes the card with everything that hangs on it; its datasheets stay, as cards by themselves.
///
/// # Errors
/// [`Error::NotFound`] when it is not the session's.
pub fn delete(conn: &mut DbConnection, session: &SessionId, card: &str) -> Result<(), Error> {
    let deleted = diesel::delete(
        model_cards::table
            .filter(model_cards::session_id.eq(session.as_str()))
            .filter(model_cards::id.eq(card)),
    )
    .execute(conn)?;
    if deleted == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// The same at its visitor's or an operator's wish, which is remembered: no backup brings the card back over this database.
///
/// # Errors
/// [`Error::NotFound`] when it is not the session's.
pub fn delete_for_good(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    delete(conn, session, card)?;
    sessions::remember_card(conn, session, card, now)
}

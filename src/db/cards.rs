//! The card row and its `CardSectionData` rows: create, load, save, delete.
//!
//! Every function takes the session's id and sees only that session's rows.

use chrono::NaiveDateTime;

use super::{DbConnection, Error};
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
}

/// Creates the card with all its sections; with a `once` already used by this session, returns that card's id.
pub fn create(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &NewCard,
    now: NaiveDateTime,
) -> Result<String, Error> {
    let _ = (conn, session, card, now);
    todo!()
}

/// The session's cards, last changed first.
pub fn list(conn: &mut DbConnection, session: &SessionId) -> Result<Vec<CardRow>, Error> {
    let _ = (conn, session);
    todo!()
}

/// One card row.
pub fn load(conn: &mut DbConnection, session: &SessionId, card: &str) -> Result<CardRow, Error> {
    let _ = (conn, session, card);
    todo!()
}

/// The upload as it came; `None` for a blank card.
pub fn source(conn: &mut DbConnection, session: &SessionId, card: &str) -> Result<Option<Vec<u8>>, Error> {
    let _ = (conn, session, card);
    todo!()
}

/// All sections in order.
pub fn sections(conn: &mut DbConnection, session: &SessionId, card: &str) -> Result<Vec<CardSectionData>, Error> {
    let _ = (conn, session, card);
    todo!()
}

/// One section.
pub fn section(conn: &mut DbConnection, session: &SessionId, card: &str, key: &str) -> Result<CardSectionData, Error> {
    let _ = (conn, session, card, key);
    todo!()
}

/// Saves a section if its version is still `version`; the earlier value becomes a revision.
/// Returns the new version. Equal content is no write. `Error::Stale` if the version moved on.
pub fn save(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    key: &str,
    version: i32,
    value: &str,
    now: NaiveDateTime,
) -> Result<i32, Error> {
    let _ = (conn, session, card, key, version, value, now);
    todo!()
}

/// The value that a section had at an earlier version, if it is still kept.
pub fn revision(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    key: &str,
    version: i32,
) -> Result<Option<String>, Error> {
    let _ = (conn, session, card, key, version);
    todo!()
}

/// Adds a section at the end.
pub fn add_section(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    section: &NewSection,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let _ = (conn, session, card, section, now);
    todo!()
}

/// Gives a section another title and key; version and value stay.
pub fn rename_section(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    key: &str,
    new_key: &str,
    title: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let _ = (conn, session, card, key, new_key, title, now);
    todo!()
}

/// Exchanges the places of two sections.
pub fn swap_sections(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    one: &str,
    other: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let _ = (conn, session, card, one, other, now);
    todo!()
}

/// Takes a section out; its last state is kept as a revision, so that it can be put back.
pub fn remove_section(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    key: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let _ = (conn, session, card, key, now);
    todo!()
}

/// The last removed section of that key, put back where it was.
pub fn restore_section(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    key: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let _ = (conn, session, card, key, now);
    todo!()
}

/// Gives the card another title.
pub fn retitle(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    title: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let _ = (conn, session, card, title, now);
    todo!()
}

/// A copy of the card with all its sections and its upload; returns the copy's id.
pub fn duplicate(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    title: &str,
    once: Option<&str>,
    now: NaiveDateTime,
) -> Result<String, Error> {
    let _ = (conn, session, card, title, once, now);
    todo!()
}

/// Deletes the card with everything that hangs on it.
pub fn delete(conn: &mut DbConnection, session: &SessionId, card: &str) -> Result<(), Error> {
    let _ = (conn, session, card);
    todo!()
}

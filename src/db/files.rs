//! The rows of what lies under `uploads/`.
//!
//! Every function takes the session's id and sees only that session's rows.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::{files, model_cards};
use super::{DbConnection, Error};
use crate::session::SessionId;

/// A file of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// Random id: the word in addresses and the name on disk.
    pub id: String,
    /// The card it belongs to.
    pub card_id: String,
    /// The section it belongs to; `None` for the card as a whole.
    pub section_key: Option<String>,
    /// The client's name: text to show, never a path.
    pub name: String,
    /// The media type as we recognised it.
    pub media_type: String,
    /// Length in bytes.
    pub size: i64,
    /// SHA-256 of the bytes in hexadecimal digits.
    pub sha256: String,
    /// When it was made, UTC.
    pub created_at: NaiveDateTime,
    /// Since when no section refers to it, UTC; such a file is kept for a while, to be put back.
    pub removed_at: Option<NaiveDateTime>,
}

impl FileRow {
    /// Whether it is a picture of a section, not the upload of the card.
    pub fn is_figure(&self) -> bool {
        self.section_key.is_some()
    }
}

type Columns = (
    String,
    String,
    Option<String>,
    String,
    String,
    i64,
    String,
    NaiveDateTime,
    Option<NaiveDateTime>,
);

fn row((id, card_id, section_key, name, media_type, size, sha256, created_at, removed_at): Columns) -> FileRow {
    FileRow {
        id,
        card_id,
        section_key,
        name,
        media_type,
        size,
        sha256,
        created_at,
        removed_at,
    }
}

const COLUMNS: (
    files::id,
    files::card_id,
    files::section_key,
    files::name,
    files::media_type,
    files::size,
    files::sha256,
    files::created_at,
    files::removed_at,
) = (
    files::id,
    files::card_id,
    files::section_key,
    files::name,
    files::media_type,
    files::size,
    files::sha256,
    files::created_at,
    files::removed_at,
);

/// Notes a file whose bytes are already kept.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the session's.
pub fn create(conn: &mut DbConnection, session: &SessionId, file: &FileRow) -> Result<(), Error> {
    model_cards::table
        .filter(model_cards::session_id.eq(session.as_str()))
        .filter(model_cards::id.eq(&file.card_id))
        .select(model_cards::id)
        .first::<String>(conn)?;
    diesel::insert_into(files::table)
        .values((
            files::id.eq(&file.id),
            files::session_id.eq(session.as_str()),
            files::card_id.eq(&file.card_id),
            files::section_key.eq(file.section_key.as_deref()),
            files::name.eq(&file.name),
            files::media_type.eq(&file.media_type),
            files::size.eq(file.size),
            files::sha256.eq(&file.sha256),
            files::created_at.eq(file.created_at),
            files::removed_at.eq(file.removed_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// The files of one card, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list(conn: &mut DbConnection, session: &SessionId, card: &str) -> Result<Vec<FileRow>, Error> {
    let rows: Vec<Columns> = files::table
        .filter(files::session_id.eq(session.as_str()))
        .filter(files::card_id.eq(card))
        .order((files::created_at.asc(), files::id.asc()))
        .select(COLUMNS)
        .load(conn)?;
    Ok(rows.into_iter().map(row).collect())
}

/// One file.
///
/// # Errors
/// [`Error::NotFound`] when it is not the session's.
pub fn load(conn: &mut DbConnection, session: &SessionId, file: &str) -> Result<FileRow, Error> {
    files::table
        .filter(files::session_id.eq(session.as_str()))
        .filter(files::id.eq(file))
        .select(COLUMNS)
        .first(conn)
        .map(row)
        .map_err(Error::from)
}

/// Deletes the row of one file; the bytes are the caller's next step.
///
/// # Errors
/// [`Error::NotFound`] when it is not the session's.
pub fn delete(conn: &mut DbConnection, session: &SessionId, file: &str) -> Result<(), Error> {
    let deleted = diesel::delete(
        files::table
            .filter(files::session_id.eq(session.as_str()))
            .filter(files::id.eq(file)),
    )
    .execute(conn)?;
    if deleted == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// The ids of all files of the session.
///
/// # Errors
/// When the database does not answer.
pub fn ids(conn: &mut DbConnection, session: &SessionId) -> Result<Vec<String>, Error> {
    Ok(files::table
        .filter(files::session_id.eq(session.as_str()))
        .select(files::id)
        .load(conn)?)
}

/// Notes to which section a file belongs now, or since when it belongs to none.
///
/// # Errors
/// When the database does not answer.
pub(super) fn place(
    conn: &mut DbConnection,
    session: &SessionId,
    file: &str,
    section_key: Option<&str>,
    removed_at: Option<NaiveDateTime>,
) -> Result<(), Error> {
    diesel::update(
        files::table
            .filter(files::session_id.eq(session.as_str()))
            .filter(files::id.eq(file)),
    )
    .set((files::section_key.eq(section_key), files::removed_at.eq(removed_at)))
    .execute(conn)?;
    Ok(())
}

/// Deletes the row of the session's file that was removed longest ago; whether there was one. The bytes are the
/// caller's next step, or the cleanup's.
///
/// # Errors
/// When the database does not answer.
pub(super) fn forget_oldest(conn: &mut DbConnection, session: &SessionId) -> Result<bool, Error> {
    let oldest: Option<String> = files::table
        .filter(files::session_id.eq(session.as_str()))
        .filter(files::removed_at.is_not_null())
        .order((files::removed_at.asc(), files::id.asc()))
        .select(files::id)
        .first(conn)
        .optional()?;
    let Some(oldest) = oldest else { return Ok(false) };
    delete(conn, session, &oldest)?;
    Ok(true)
}

/// Deletes the rows of all sessions' files that were removed before this time; the bytes are then without a row, and the
/// cleanup takes them. Returns how many there were.
///
/// # Errors
/// When the database does not answer.
pub fn forget_removed(conn: &mut DbConnection, before: NaiveDateTime) -> Result<usize, Error> {
    Ok(diesel::delete(files::table.filter(files::removed_at.lt(before))).execute(conn)?)
}

/// Whether any session has a file of this id: for the cleanup, which knows names on disk only.
///
/// # Errors
/// When the database does not answer.
pub fn exists(conn: &mut DbConnection, file: &str) -> Result<bool, Error> {
    Ok(diesel::select(diesel::dsl::exists(files::table.filter(files::id.eq(file)))).get_result(conn)?)
}

/// What backup and verification must know of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The name under which its bytes are kept.
    pub id: String,
    /// Whose it is.
    pub session: SessionId,
    /// Length in bytes.
    pub size: i64,
    /// SHA-256 of the bytes in hexadecimal digits.
    pub sha256: String,
}

/// Up to `limit` files of all sessions, in the order of their ids, beginning after `after`: for operators' commands, also on
/// tables of earlier versions.
///
/// # Errors
/// When the database does not answer.
pub fn all(conn: &mut DbConnection, after: &str, limit: i64) -> Result<Vec<Kept>, Error> {
    let rows: Vec<(String, String, i64, String)> = files::table
        .filter(files::id.gt(after))
        .order(files::id.asc())
        .limit(limit)
        .select((files::id, files::session_id, files::size, files::sha256))
        .load(conn)?;
    let kept = rows.into_iter().map(|(id, session, size, sha256)| Kept {
        id,
        session: SessionId::from_row(session),
        size,
        sha256,
    });
    Ok(kept.collect())
}

/// Whether this session has a file of this id.
///
/// # Errors
/// When the database does not answer.
pub fn is_owned(conn: &mut DbConnection, session: &SessionId, file: &str) -> Result<bool, Error> {
    let row = files::table
        .filter(files::session_id.eq(session.as_str()))
        .filter(files::id.eq(file));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(conn)?)
}

//! Two sessions become one: everything of the one goes over to the other.

use diesel::prelude::*;

use super::super::schema::{card_revisions, card_section_data, files, link_codes, model_cards, sessions};
use super::super::{DbConnection, Error};
use crate::session::SessionId;

/// Holds both sessions until the transaction ends, so that nobody adds anything to either meanwhile.
///
/// # Errors
/// [`Error::NotFound`] when one of them is gone.
pub fn hold(conn: &mut DbConnection, one: &SessionId, other: &SessionId) -> Result<(), Error> {
    let both = sessions::table
        .filter(sessions::id.eq_any([one.as_str(), other.as_str()]))
        .order(sessions::id.asc())
        .select(sessions::id);
    let held: Vec<String> = match conn {
        // One writer at a time, and that is this transaction.
        DbConnection::Sqlite(sqlite) => both.load(sqlite)?,
        // Always in the same order, so that two of these do not wait for each other.
        DbConnection::Pg(pg) => both.for_update().load(pg)?,
    };
    if held.len() == 2 { Ok(()) } else { Err(Error::NotFound) }
}

/// Gives all cards with their sections, history and files, and all codes, to another session, which is then kept at
/// least as long. Returns the ids of the files, whose bytes are the caller's next step, inside the same transaction.
///
/// Both sessions are to be [held](hold). The empty session stays, with its keys.
///
/// # Errors
/// [`Error::NotFound`] when one of them is gone.
pub fn move_all(conn: &mut DbConnection, from: &SessionId, to: &SessionId) -> Result<Vec<String>, Error> {
    let until = super::life(conn, from)?.1;
    let moved = move_rows(conn, from, to)?;
    super::extend(conn, to, until)?;
    Ok(moved)
}

/// The same, and the other session is kept for as long as before.
///
/// # Errors
/// When the database does not answer.
pub fn move_rows(conn: &mut DbConnection, from: &SessionId, to: &SessionId) -> Result<Vec<String>, Error> {
    let (from, into) = (from.as_str(), to.as_str());
    let moved = files::table
        .filter(files::session_id.eq(from))
        .select(files::id)
        .load(conn)?;
    // A form's one-time token belongs to the session in which the form was made.
    diesel::update(model_cards::table.filter(model_cards::session_id.eq(from)))
        .set((model_cards::session_id.eq(into), model_cards::once.eq(None::<String>)))
        .execute(conn)?;
    diesel::update(card_section_data::table.filter(card_section_data::session_id.eq(from)))
        .set(card_section_data::session_id.eq(into))
        .execute(conn)?;
    diesel::update(card_revisions::table.filter(card_revisions::session_id.eq(from)))
        .set(card_revisions::session_id.eq(into))
        .execute(conn)?;
    diesel::update(files::table.filter(files::session_id.eq(from)))
        .set(files::session_id.eq(into))
        .execute(conn)?;
    diesel::update(link_codes::table.filter(link_codes::session_id.eq(from)))
        .set(link_codes::session_id.eq(into))
        .execute(conn)?;
    // The database counts rows that come and go, not those that change their session.
    let counted: (i32, i64, i64) = sessions::table
        .filter(sessions::id.eq(from))
        .select((sessions::cards, sessions::content_bytes, sessions::history_bytes))
        .first(conn)?;
    diesel::update(sessions::table.filter(sessions::id.eq(into)))
        .set((
            sessions::cards.eq(sessions::cards + counted.0),
            sessions::content_bytes.eq(sessions::content_bytes + counted.1),
            sessions::history_bytes.eq(sessions::history_bytes + counted.2),
        ))
        .execute(conn)?;
    diesel::update(sessions::table.filter(sessions::id.eq(from)))
        .set((
            sessions::cards.eq(0),
            sessions::content_bytes.eq(0_i64),
            sessions::history_bytes.eq(0_i64),
        ))
        .execute(conn)?;
    Ok(moved)
}

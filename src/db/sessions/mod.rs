//! Sessions, the hashed keys that open them, and what was ended on purpose.
//!
//! A session's row owns the visitor's data; a key's row ([`keys`]) is one browser that opens it. Keys may be kept
//! elsewhere, see [`Engine`](crate::session::engine::Engine); sessions are always here, beside the data.

mod ended;
pub mod keys;

use chrono::{DateTime, NaiveDateTime};
use diesel::prelude::*;

pub use ended::{ended_at, forget_ended, remember_ended};

use super::schema::{session_keys, sessions};
use super::{DbConnection, Error, insert_or_meet};
use crate::session::SessionId;

/// Makes the session's row, unless it is there.
///
/// # Errors
/// When the database does not answer.
pub fn create(
    conn: &mut DbConnection,
    session: &SessionId,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
) -> Result<(), Error> {
    insert_or_meet(conn, |conn| {
        diesel::insert_into(sessions::table)
            .values((
                sessions::id.eq(session.as_str()),
                sessions::created_at.eq(created_at),
                sessions::expires_at.eq(expires_at),
            ))
            .execute(conn)
    })
    .map(drop)
}

/// Whether a session with this id has a row.
///
/// # Errors
/// When the database does not answer.
pub fn exists(conn: &mut DbConnection, session: &SessionId) -> Result<bool, Error> {
    Ok(diesel::select(diesel::dsl::exists(
        sessions::table.filter(sessions::id.eq(session.as_str())),
    ))
    .get_result(conn)?)
}

/// When the session was made and until when its data are kept, UTC.
///
/// # Errors
/// [`Error::NotFound`] when there is no such session.
pub fn life(conn: &mut DbConnection, session: &SessionId) -> Result<(NaiveDateTime, NaiveDateTime), Error> {
    Ok(sessions::table
        .filter(sessions::id.eq(session.as_str()))
        .select((sessions::created_at, sessions::expires_at))
        .first(conn)?)
}

/// Keeps the session's data at least until then. A stored time is never lowered.
///
/// # Errors
/// When the database does not answer.
pub fn extend(conn: &mut DbConnection, session: &SessionId, expires_at: NaiveDateTime) -> Result<(), Error> {
    diesel::update(
        sessions::table
            .filter(sessions::id.eq(session.as_str()))
            .filter(sessions::expires_at.lt(expires_at)),
    )
    .set(sessions::expires_at.eq(expires_at))
    .execute(conn)?;
    Ok(())
}

/// Keeps the session's data until then and no longer: for a visitor who wishes it so.
///
/// # Errors
/// When the database does not answer.
pub fn set_expiry(conn: &mut DbConnection, session: &SessionId, expires_at: NaiveDateTime) -> Result<(), Error> {
    diesel::update(sessions::table.filter(sessions::id.eq(session.as_str())))
        .set(sessions::expires_at.eq(expires_at))
        .execute(conn)?;
    Ok(())
}

/// Deletes the session with all its rows and remembers it and its keys as ended. Doing it twice is harmless.
///
/// # Errors
/// When the database does not answer.
pub fn end(
    conn: &mut DbConnection,
    session: &SessionId,
    now: NaiveDateTime,
    forget_at: NaiveDateTime,
) -> Result<(), Error> {
    remember_ended(conn, &session.hash(), now, forget_at)?;
    for hash in keys::hashes(conn, session)? {
        remember_ended(conn, &hash, now, forget_at)?;
    }
    diesel::delete(sessions::table.filter(sessions::id.eq(session.as_str()))).execute(conn)?;
    Ok(())
}

/// Up to `limit` sessions that expired before this time, the oldest first, beginning after `after`.
///
/// # Errors
/// When the database does not answer.
pub fn expired(
    conn: &mut DbConnection,
    before: NaiveDateTime,
    after: Option<&(NaiveDateTime, SessionId)>,
    limit: i64,
) -> Result<Vec<(NaiveDateTime, SessionId)>, Error> {
    let from = after.map_or(DateTime::UNIX_EPOCH.naive_utc(), |(time, _)| *time);
    let from_id = after.map_or("", |(_, id)| id.as_str());
    let rows: Vec<(NaiveDateTime, String)> = sessions::table
        .filter(sessions::expires_at.lt(before))
        .filter(
            sessions::expires_at
                .gt(from)
                .or(sessions::expires_at.eq(from).and(sessions::id.gt(from_id))),
        )
        .order((sessions::expires_at.asc(), sessions::id.asc()))
        .limit(limit)
        .select((sessions::expires_at, sessions::id))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(time, id)| (time, SessionId::from_row(id)))
        .collect())
}

/// Deletes the session with all its rows if it is still expired; returns whether it was.
///
/// A touch that came meanwhile wins.
///
/// # Errors
/// When the database does not answer.
pub fn delete_expired(conn: &mut DbConnection, session: &SessionId, before: NaiveDateTime) -> Result<bool, Error> {
    let deleted = diesel::delete(
        sessions::table
            .filter(sessions::id.eq(session.as_str()))
            .filter(sessions::expires_at.lt(before)),
    )
    .execute(conn)?;
    Ok(deleted > 0)
}

/// The session that the browser with this public handle belongs to, if its key is kept in this database.
///
/// # Errors
/// When the database does not answer.
pub fn find_by_handle(conn: &mut DbConnection, handle: &str) -> Result<Option<SessionId>, Error> {
    let session: Option<String> = session_keys::table
        .filter(session_keys::handle.eq(handle))
        .select(session_keys::session_id)
        .first(conn)
        .optional()?;
    Ok(session.map(SessionId::from_row))
}

/// Deletes sessions that no key opens, where sessions own nothing but keys; returns how many.
///
/// # Errors
/// When the database does not answer.
pub fn delete_shadows(conn: &mut DbConnection) -> Result<usize, Error> {
    let opened = session_keys::table
        .filter(session_keys::session_id.eq(sessions::id))
        .select(session_keys::handle);
    Ok(diesel::delete(sessions::table.filter(diesel::dsl::not(diesel::dsl::exists(opened)))).execute(conn)?)
}

//! Sessions, the hashed keys that open them, and the keys that were ended.

use chrono::{DateTime, NaiveDateTime};
use diesel::prelude::*;

use super::schema::{ended_keys, session_keys, sessions};
use super::{DbConnection, Error, insert_or_meet};
use crate::random;
use crate::session::SessionId;

/// What is stored under a key.
#[derive(Clone)]
pub struct KeyRow {
    /// The session that the key opens.
    pub session: SessionId,
    /// When the session was made, UTC.
    pub created_at: NaiveDateTime,
    /// When its activity was last noted, UTC.
    pub touched_at: NaiveDateTime,
    /// Until when it opens the session, UTC.
    pub expires_at: NaiveDateTime,
}

/// What a key is to the database.
#[derive(Clone)]
pub enum Lookup {
    /// It opens a session, unless that has expired.
    Open(KeyRow),
    /// It was ended on purpose, at this time.
    Ended(NaiveDateTime),
    /// No row knows it.
    Unknown,
}

/// Looks a key up by its hash.
///
/// # Errors
/// When the database does not answer.
pub fn load(conn: &mut DbConnection, key_hash: &str) -> Result<Lookup, Error> {
    let row = session_keys::table
        .inner_join(sessions::table.on(sessions::id.eq(session_keys::session_id)))
        .filter(session_keys::key_hash.eq(key_hash))
        .select((
            sessions::id,
            sessions::created_at,
            session_keys::touched_at,
            session_keys::expires_at,
        ))
        .first::<(String, NaiveDateTime, NaiveDateTime, NaiveDateTime)>(conn)
        .optional()?;
    if let Some((id, created_at, touched_at, expires_at)) = row {
        return Ok(Lookup::Open(KeyRow {
            session: SessionId::from_row(id),
            created_at,
            touched_at,
            expires_at,
        }));
    }
    let ended_at = ended_keys::table
        .filter(ended_keys::key_hash.eq(key_hash))
        .select(ended_keys::ended_at)
        .first(conn)
        .optional()?;
    Ok(ended_at.map_or(Lookup::Unknown, Lookup::Ended))
}

/// Makes a session and its first key, in the caller's transaction.
///
/// A parallel request with the same key may have been faster: then its session is returned.
///
/// # Errors
/// [`Error::Ended`] when the key was ended meanwhile.
pub fn create(
    conn: &mut DbConnection,
    key_hash: &str,
    now: NaiveDateTime,
    expires_at: NaiveDateTime,
) -> Result<SessionId, Error> {
    match load(conn, key_hash)? {
        Lookup::Open(row) => return Ok(row.session),
        Lookup::Ended(_) => return Err(Error::Ended),
        Lookup::Unknown => {}
    }
    let id = random::id()?;
    let handle = random::id()?;
    let made = insert_or_meet(conn, |conn| {
        diesel::insert_into(sessions::table)
            .values((
                sessions::id.eq(&id),
                sessions::created_at.eq(now),
                sessions::expires_at.eq(expires_at),
            ))
            .execute(conn)?;
        diesel::insert_into(session_keys::table)
            .values((
                session_keys::handle.eq(&handle),
                session_keys::session_id.eq(&id),
                session_keys::key_hash.eq(key_hash),
                session_keys::state.eq("{}"),
                session_keys::version.eq(1),
                session_keys::created_at.eq(now),
                session_keys::touched_at.eq(now),
                session_keys::expires_at.eq(expires_at),
            ))
            .execute(conn)
    })?;
    if made {
        return Ok(SessionId::from_row(id));
    }
    match load(conn, key_hash)? {
        Lookup::Open(row) => Ok(row.session),
        Lookup::Ended(_) | Lookup::Unknown => Err(Error::Ended),
    }
}

/// Notes activity if the last touch is not after `last_touch`, and moves the expiry.
///
/// Returns whether this call did; of many at the same time one does. A stored time is never lowered: after a change
/// of the settings the expiry that is stored may be the later one.
///
/// # Errors
/// When the database does not answer.
pub fn touch(
    conn: &mut DbConnection,
    key_hash: &str,
    last_touch: NaiveDateTime,
    now: NaiveDateTime,
    expires_at: NaiveDateTime,
) -> Result<bool, Error> {
    let key = session_keys::table.filter(session_keys::key_hash.eq(key_hash));
    let moved = diesel::update(
        key.filter(session_keys::touched_at.le(last_touch))
            .filter(session_keys::touched_at.lt(now)),
    )
    .set(session_keys::touched_at.eq(now))
    .execute(conn)?;
    if moved == 0 {
        return Ok(false);
    }
    diesel::update(key.filter(session_keys::expires_at.lt(expires_at)))
        .set(session_keys::expires_at.eq(expires_at))
        .execute(conn)?;
    let session: String = key.select(session_keys::session_id).first(conn)?;
    diesel::update(
        sessions::table
            .filter(sessions::id.eq(session))
            .filter(sessions::expires_at.lt(expires_at)),
    )
    .set(sessions::expires_at.eq(expires_at))
    .execute(conn)?;
    Ok(true)
}

/// Deletes the session with all its rows and remembers its keys as ended. Doing it twice is harmless.
///
/// # Errors
/// When the database does not answer.
pub fn end(conn: &mut DbConnection, session: &SessionId, now: NaiveDateTime) -> Result<(), Error> {
    let keys: Vec<String> = session_keys::table
        .filter(session_keys::session_id.eq(session.as_str()))
        .select(session_keys::key_hash)
        .load(conn)?;
    for key_hash in keys {
        remember_ended(conn, &key_hash, now)?;
    }
    diesel::delete(sessions::table.filter(sessions::id.eq(session.as_str()))).execute(conn)?;
    Ok(())
}

/// Remembers a key as ended, whether or not it ever opened a session.
///
/// # Errors
/// When the database does not answer.
pub fn remember_ended(conn: &mut DbConnection, key_hash: &str, now: NaiveDateTime) -> Result<(), Error> {
    insert_or_meet(conn, |conn| {
        diesel::insert_into(ended_keys::table)
            .values((ended_keys::key_hash.eq(key_hash), ended_keys::ended_at.eq(now)))
            .execute(conn)
    })
    .map(drop)
}

/// Forgets the keys that were ended before this time; returns how many.
///
/// # Errors
/// When the database does not answer.
pub fn forget_ended(conn: &mut DbConnection, before: NaiveDateTime) -> Result<usize, Error> {
    Ok(diesel::delete(ended_keys::table.filter(ended_keys::ended_at.lt(before))).execute(conn)?)
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

/// The session that the browser with this public handle belongs to.
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

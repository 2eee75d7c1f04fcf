//! The rows of browsers: each with the hash of the key that opens it.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::super::schema::{session_keys, sessions};
use super::super::{DbConnection, Error, insert_or_meet};
use super::{ended_at, remember_ended};
use crate::session::SessionId;

/// One browser's row, with the time of its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// Public name of the browser.
    pub handle: String,
    /// The session that the key opens.
    pub session: SessionId,
    /// Hash of the key.
    pub key_hash: String,
    /// Such as `Firefox on Linux`.
    pub family: String,
    /// A small JSON text.
    pub state: String,
    /// Counts the changes of the state, from 1.
    pub version: i32,
    /// When the session was made, UTC.
    pub begun_at: NaiveDateTime,
    /// When the browser joined it, UTC.
    pub created_at: NaiveDateTime,
    /// When its activity was last noted, UTC.
    pub touched_at: NaiveDateTime,
    /// Until when the key opens the session, UTC.
    pub expires_at: NaiveDateTime,
}

/// What a key is to the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// It opens a session, unless that has expired.
    Open(KeyRow),
    /// It was ended or replaced on purpose, at this time.
    Ended(NaiveDateTime),
    /// No row knows it.
    Unknown,
}

type Columns = (
    String,
    String,
    String,
    String,
    String,
    i32,
    NaiveDateTime,
    NaiveDateTime,
    NaiveDateTime,
    NaiveDateTime,
);

const COLUMNS: (
    session_keys::handle,
    session_keys::session_id,
    session_keys::key_hash,
    session_keys::family,
    session_keys::state,
    session_keys::version,
    sessions::created_at,
    session_keys::created_at,
    session_keys::touched_at,
    session_keys::expires_at,
) = (
    session_keys::handle,
    session_keys::session_id,
    session_keys::key_hash,
    session_keys::family,
    session_keys::state,
    session_keys::version,
    sessions::created_at,
    session_keys::created_at,
    session_keys::touched_at,
    session_keys::expires_at,
);

fn row(
    (handle, session, key_hash, family, state, version, begun_at, created_at, touched_at, expires_at): Columns,
) -> KeyRow {
    KeyRow {
        handle,
        session: SessionId::from_row(session),
        key_hash,
        family,
        state,
        version,
        begun_at,
        created_at,
        touched_at,
        expires_at,
    }
}

/// Looks a key up by its hash. A key that was replaced still opens until its time is over.
///
/// # Errors
/// When the database does not answer.
pub fn load(conn: &mut DbConnection, key_hash: &str, now: NaiveDateTime) -> Result<Lookup, Error> {
    let found: Option<Columns> = session_keys::table
        .inner_join(sessions::table.on(sessions::id.eq(session_keys::session_id)))
        .filter(session_keys::key_hash.eq(key_hash))
        .select(COLUMNS)
        .first(conn)
        .optional()?;
    if let Some(found) = found {
        return Ok(Lookup::Open(row(found)));
    }
    let replaced: Option<(Columns, Option<NaiveDateTime>)> = session_keys::table
        .inner_join(sessions::table.on(sessions::id.eq(session_keys::session_id)))
        .filter(session_keys::previous_hash.eq(key_hash))
        .select((COLUMNS, session_keys::previous_until))
        .first(conn)
        .optional()?;
    if let Some((found, until)) = replaced {
        let until = until.unwrap_or(now);
        return Ok(if now < until {
            Lookup::Open(row(found))
        } else {
            Lookup::Ended(until)
        });
    }
    Ok(ended_at(conn, key_hash)?.map_or(Lookup::Unknown, Lookup::Ended))
}

/// Makes the row, and that of its session if there is none, unless the key is known; returns what it opens then.
///
/// A parallel request with the same key may have been faster: then its row is returned.
///
/// # Errors
/// When the database does not answer.
pub fn create(conn: &mut DbConnection, new: &KeyRow, now: NaiveDateTime) -> Result<Lookup, Error> {
    match load(conn, &new.key_hash, now)? {
        Lookup::Unknown => {}
        known => return Ok(known),
    }
    super::create(conn, &new.session, new.begun_at, new.expires_at)?;
    let made = insert_or_meet(conn, |conn| {
        diesel::insert_into(session_keys::table)
            .values((
                session_keys::handle.eq(&new.handle),
                session_keys::session_id.eq(new.session.as_str()),
                session_keys::key_hash.eq(&new.key_hash),
                session_keys::family.eq(&new.family),
                session_keys::state.eq(&new.state),
                session_keys::version.eq(new.version),
                session_keys::created_at.eq(new.created_at),
                session_keys::touched_at.eq(new.touched_at),
                session_keys::expires_at.eq(new.expires_at),
            ))
            .execute(conn)
    })?;
    if made {
        return Ok(Lookup::Open(new.clone()));
    }
    load(conn, &new.key_hash, now)
}

/// Stores session, state and expiry of a row whose version is still `was`; returns whether it was.
///
/// # Errors
/// When the database does not answer.
pub fn update(conn: &mut DbConnection, changed: &KeyRow, was: i32) -> Result<bool, Error> {
    let updated = diesel::update(
        session_keys::table
            .filter(session_keys::key_hash.eq(&changed.key_hash))
            .filter(session_keys::version.eq(was)),
    )
    .set((
        session_keys::session_id.eq(changed.session.as_str()),
        session_keys::state.eq(&changed.state),
        session_keys::version.eq(changed.version),
        session_keys::expires_at.eq(changed.expires_at),
    ))
    .execute(conn)?;
    Ok(updated > 0)
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
    super::extend(conn, &SessionId::from_row(session), expires_at)?;
    Ok(true)
}

/// Gives the row another key; the one before opens it until `until`, the one before that no more.
///
/// Returns whether there was a row with the old key.
///
/// # Errors
/// When the database does not answer.
pub fn renew(
    conn: &mut DbConnection,
    old: &str,
    new: &str,
    now: NaiveDateTime,
    until: NaiveDateTime,
    forget_at: NaiveDateTime,
) -> Result<bool, Error> {
    let key = session_keys::table.filter(session_keys::key_hash.eq(old));
    let before: Option<Option<String>> = key.select(session_keys::previous_hash).first(conn).optional()?;
    let Some(before) = before else { return Ok(false) };
    if let Some(before) = before {
        remember_ended(conn, &before, now, forget_at)?;
    }
    let renewed = diesel::update(key)
        .set((
            session_keys::key_hash.eq(new),
            session_keys::previous_hash.eq(old),
            session_keys::previous_until.eq(until),
        ))
        .execute(conn)?;
    Ok(renewed > 0)
}

/// Deletes the row and remembers its keys as ended. Doing it twice is harmless.
///
/// # Errors
/// When the database does not answer.
pub fn end(conn: &mut DbConnection, key_hash: &str, now: NaiveDateTime, forget_at: NaiveDateTime) -> Result<(), Error> {
    let key = session_keys::table.filter(session_keys::key_hash.eq(key_hash));
    let before: Option<Option<String>> = key.select(session_keys::previous_hash).first(conn).optional()?;
    remember_ended(conn, key_hash, now, forget_at)?;
    if let Some(before) = before.flatten() {
        remember_ended(conn, &before, now, forget_at)?;
    }
    diesel::delete(key).execute(conn)?;
    Ok(())
}

/// The browsers of a session, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn list(conn: &mut DbConnection, session: &SessionId) -> Result<Vec<KeyRow>, Error> {
    let rows: Vec<Columns> = session_keys::table
        .inner_join(sessions::table.on(sessions::id.eq(session_keys::session_id)))
        .filter(session_keys::session_id.eq(session.as_str()))
        .order((session_keys::created_at.asc(), session_keys::handle.asc()))
        .select(COLUMNS)
        .load(conn)?;
    Ok(rows.into_iter().map(row).collect())
}

/// The hashes of all keys of a session, those replaced lately included.
///
/// # Errors
/// When the database does not answer.
pub(super) fn hashes(conn: &mut DbConnection, session: &SessionId) -> Result<Vec<String>, Error> {
    let rows: Vec<(String, Option<String>)> = session_keys::table
        .filter(session_keys::session_id.eq(session.as_str()))
        .select((session_keys::key_hash, session_keys::previous_hash))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .flat_map(|(key, before)| [Some(key), before])
        .flatten()
        .collect())
}

/// Deletes up to `limit` rows that expired before this time; returns how many.
///
/// # Errors
/// When the database does not answer.
pub fn delete_expired(conn: &mut DbConnection, before: NaiveDateTime, limit: i64) -> Result<usize, Error> {
    let handles: Vec<String> = session_keys::table
        .filter(session_keys::expires_at.lt(before))
        .limit(limit)
        .select(session_keys::handle)
        .load(conn)?;
    Ok(diesel::delete(
        session_keys::table
            .filter(session_keys::handle.eq_any(&handles))
            .filter(session_keys::expires_at.lt(before)),
    )
    .execute(conn)?)
}

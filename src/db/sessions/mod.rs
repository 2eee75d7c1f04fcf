//! Sessions, the hashed keys that open them, and what was ended on purpose.
//!
//! A session's row owns the visitor's data; a key's row ([`keys`]) is one browser that opens it. Keys may be kept
//! elsewhere, see [`Engine`](crate::session::engine::Engine); sessions are always here, beside the data.

mod ended;
mod join;
pub mod keys;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

pub use ended::{
    Ended, all_ended, end_as_elsewhere, ended_among, ended_at, forget_ended, remember_card, remember_earliest,
    remember_ended, remember_latest,
};
pub use join::{hold, move_all, move_rows};

use super::schema::{model_cards, session_keys, sessions};
use super::{DbConnection, Error};
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
    Ok(insert_unless_there(conn, session, created_at, expires_at)?)
}

/// The same, as a part of a larger insert.
fn insert_unless_there(
    conn: &mut DbConnection,
    session: &SessionId,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
) -> Result<(), DieselError> {
    // PostgreSQL gives a transaction up after an error; the savepoint keeps it.
    let inserted = conn.transaction(|conn| {
        diesel::insert_into(sessions::table)
            .values((
                sessions::id.eq(session.as_str()),
                sessions::created_at.eq(created_at),
                sessions::expires_at.eq(expires_at),
            ))
            .execute(conn)
    });
    match inserted {
        Ok(_) | Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(()),
        Err(error) => Err(error),
    }
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

/// The same, and keeps others from changing or ending the session until the end of the transaction: whoever writes
/// rows of a session takes this first, so that all take them in one order. On SQLite only one writes at a time anyway.
///
/// # Errors
/// [`Error::NotFound`] when there is no such session.
pub fn lock(conn: &mut DbConnection, session: &SessionId) -> Result<(NaiveDateTime, NaiveDateTime), Error> {
    let row = sessions::table.filter(sessions::id.eq(session.as_str()));
    match conn {
        // Rows that hang on the session may be added meanwhile.
        DbConnection::Pg(pg) => Ok(row
            .select((sessions::created_at, sessions::expires_at))
            .for_no_key_update()
            .first(pg)?),
        DbConnection::Sqlite(_) => life(conn, session),
    }
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

/// Keeps the session's data as long as the key that is good for longest, and no longer, where keys are kept here.
///
/// # Errors
/// When the database does not answer.
pub fn settle_expiry(conn: &mut DbConnection, session: &SessionId) -> Result<(), Error> {
    // Nobody moves a key's expiry without the lock.
    match lock(conn, session) {
        Ok(_) => {}
        Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    }
    let longest: Option<NaiveDateTime> = session_keys::table
        .filter(session_keys::session_id.eq(session.as_str()))
        .select(diesel::dsl::max(session_keys::expires_at))
        .first(conn)?;
    longest.map_or(Ok(()), |longest| set_expiry(conn, session, longest))
}

/// Deletes the session with all its rows and remembers it and its keys as ended. Doing it twice is harmless; returns
/// whether it was there.
///
/// The session is remembered for as long as it would have been kept, so that no backup brings it back before it has expired
/// there, too.
///
/// # Errors
/// When the database does not answer.
pub fn end(
    conn: &mut DbConnection,
    session: &SessionId,
    now: NaiveDateTime,
    forget_at: NaiveDateTime,
) -> Result<bool, Error> {
    let until = match lock(conn, session) {
        Ok((_, until)) => until,
        Err(Error::NotFound) => forget_at,
        Err(error) => return Err(error),
    };
    remember_ended(conn, &session.hash(), now, forget_at.max(until))?;
    for hash in keys::hashes(conn, session)? {
        remember_ended(conn, &hash, now, forget_at)?;
    }
    let deleted = diesel::delete(sessions::table.filter(sessions::id.eq(session.as_str()))).execute(conn)?;
    Ok(deleted > 0)
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
    // Of one time by their ids, and then of later times: each part is a stretch of the index, wherever it begins.
    let columns = (sessions::expires_at, sessions::id);
    let mut rows: Vec<(NaiveDateTime, String)> = match after {
        None => Vec::new(),
        Some((time, id)) => sessions::table
            .filter(sessions::expires_at.eq(time))
            .filter(sessions::expires_at.lt(before))
            .filter(sessions::id.gt(id.as_str()))
            .order(sessions::id.asc())
            .limit(limit)
            .select(columns)
            .load(conn)?,
    };
    let from = after.map_or(DateTime::UNIX_EPOCH.naive_utc(), |(time, _)| *time);
    let more: Vec<(NaiveDateTime, String)> = sessions::table
        .filter(sessions::expires_at.gt(from))
        .filter(sessions::expires_at.lt(before))
        .order((sessions::expires_at.asc(), sessions::id.asc()))
        .limit(limit - i64::try_from(rows.len()).unwrap_or(limit))
        .select(columns)
        .load(conn)?;
    rows.extend(more);
    Ok(rows
        .into_iter()
        .map(|(time, id)| (time, SessionId::from_row(id)))
        .collect())
}

/// Up to `limit` sessions, whether expired or not, as [`expired`] lists them.
///
/// # Errors
/// When the database does not answer.
pub fn all(
    conn: &mut DbConnection,
    after: Option<&(NaiveDateTime, SessionId)>,
    limit: i64,
) -> Result<Vec<(NaiveDateTime, SessionId)>, Error> {
    // Both databases can compare with the last day of a year of four digits.
    let last_day = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or_default().into();
    expired(conn, last_day, after, limit)
}

/// When the last of all sessions expires, or has expired.
///
/// # Errors
/// When the database does not answer.
pub fn latest_expiry(conn: &mut DbConnection) -> Result<Option<NaiveDateTime>, Error> {
    let latest = sessions::table
        .order(sessions::expires_at.desc())
        .select(sessions::expires_at);
    Ok(latest.first(conn).optional()?)
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

/// Deletes sessions that expired before this time, which no key opens and which own no card, where sessions own
/// nothing but keys; returns how many. Should it be the database of the cards after all, no work is lost.
///
/// # Errors
/// When the database does not answer.
pub fn delete_shadows(conn: &mut DbConnection, before: NaiveDateTime) -> Result<usize, Error> {
    let opened = session_keys::table
        .filter(session_keys::session_id.eq(sessions::id))
        .select(session_keys::handle);
    let owned = model_cards::table
        .filter(model_cards::session_id.eq(sessions::id))
        .select(model_cards::id);
    let shadows = sessions::table
        .filter(sessions::expires_at.lt(before))
        .filter(diesel::dsl::not(diesel::dsl::exists(opened)))
        .filter(diesel::dsl::not(diesel::dsl::exists(owned)));
    Ok(diesel::delete(shadows).execute(conn)?)
}

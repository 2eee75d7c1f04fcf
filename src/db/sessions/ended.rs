//! What was ended on purpose, by its hash: remembered until it could not be taken for something new any more.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::super::schema::ended_keys;
use super::super::{DbConnection, Error, insert_or_meet};

/// When the key or session with this hash was ended; `None` if it was not, or is forgotten.
///
/// # Errors
/// When the database does not answer.
pub fn ended_at(conn: &mut DbConnection, hash: &str) -> Result<Option<NaiveDateTime>, Error> {
    Ok(ended_keys::table
        .filter(ended_keys::key_hash.eq(hash))
        .select(ended_keys::ended_at)
        .first(conn)
        .optional()?)
}

/// Remembers a hash as ended, whether or not it ever opened anything.
///
/// # Errors
/// When the database does not answer.
pub fn remember_ended(
    conn: &mut DbConnection,
    hash: &str,
    now: NaiveDateTime,
    forget_at: NaiveDateTime,
) -> Result<(), Error> {
    insert_or_meet(conn, |conn| {
        diesel::insert_into(ended_keys::table)
            .values((
                ended_keys::key_hash.eq(hash),
                ended_keys::ended_at.eq(now),
                ended_keys::forget_at.eq(forget_at),
            ))
            .execute(conn)
    })
    .map(drop)
}

/// Forgets what need not be remembered any more; returns how many.
///
/// # Errors
/// When the database does not answer.
pub fn forget_ended(conn: &mut DbConnection, now: NaiveDateTime) -> Result<usize, Error> {
    Ok(diesel::delete(ended_keys::table.filter(ended_keys::forget_at.lt(now))).execute(conn)?)
}

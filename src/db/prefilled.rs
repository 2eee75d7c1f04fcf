//! Cards that a program sent for somebody who is yet to come: each in a session of its own that no browser has, opened once
//! by a link.
//!
//! The link is a row of `link_codes` of its own kind, with a keyed hash only. It ends together with the session, which the
//! cleanup takes like any other.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::{link_codes, sessions};
use super::{DbConnection, Error};
use crate::random;
use crate::session::SessionId;

/// The kind of these links among all codes.
const KIND: &str = "prefilled";

/// What a good link leads to.
#[derive(Clone, Debug)]
pub struct Prefilled {
    code: String,
    /// The session that holds the card.
    pub session: SessionId,
    /// Until when the link is good and the card is kept, UTC.
    pub until: NaiveDateTime,
}

/// Makes the session, and the link with this hash that opens it until then.
///
/// # Errors
/// When the database does not answer.
pub fn create(
    conn: &mut DbConnection,
    session: &SessionId,
    hash: &str,
    until: NaiveDateTime,
    now: NaiveDateTime,
) -> Result<(), Error> {
    super::sessions::create(conn, session, now, until)?;
    diesel::insert_into(link_codes::table)
        .values((
            link_codes::id.eq(random::id()?),
            link_codes::session_id.eq(session.as_str()),
            link_codes::kind.eq(KIND),
            link_codes::code_hash.eq(hash),
            link_codes::made_by.eq(""),
            link_codes::family.eq(""),
            link_codes::created_at.eq(now),
            link_codes::expires_at.eq(until),
        ))
        .execute(conn)?;
    Ok(())
}

/// How many cards wait for somebody to open them, of all programs. On PostgreSQL, where several may be made at the same
/// moment, each of these does not count the others yet.
///
/// # Errors
/// When the database does not answer.
pub fn waiting(conn: &mut DbConnection, now: NaiveDateTime) -> Result<i64, Error> {
    Ok(link_codes::table
        .filter(link_codes::kind.eq(KIND))
        .filter(link_codes::expires_at.gt(now))
        .count()
        .get_result(conn)?)
}

/// What the link with one of these hashes leads to, if it is good now.
///
/// # Errors
/// [`Error::NotFound`] when there is none: never made, used or expired, which is all the same.
pub fn find(conn: &mut DbConnection, hashes: &[String], now: NaiveDateTime) -> Result<Prefilled, Error> {
    let (code, session, until): (String, String, NaiveDateTime) = link_codes::table
        .inner_join(sessions::table.on(sessions::id.eq(link_codes::session_id)))
        .filter(link_codes::kind.eq(KIND))
        .filter(link_codes::code_hash.eq_any(hashes))
        .filter(link_codes::expires_at.gt(now))
        .filter(sessions::expires_at.gt(now))
        .select((link_codes::id, link_codes::session_id, sessions::expires_at))
        .first(conn)?;
    Ok(Prefilled {
        code,
        session: SessionId::from_row(session),
        until,
    })
}

/// Gives the card to a visitor's session, and takes link and session away that held it. Returns the ids of the card's
/// files, whose bytes are the caller's next step, inside the same transaction. Of several at the same time one succeeds.
///
/// # Errors
/// [`Error::NotFound`] when somebody was faster, or the visitor's session is gone.
pub fn take(conn: &mut DbConnection, found: &Prefilled, to: &SessionId) -> Result<Vec<String>, Error> {
    super::sessions::hold(conn, &found.session, to)?;
    if diesel::delete(link_codes::table.filter(link_codes::id.eq(&found.code))).execute(conn)? == 0 {
        return Err(Error::NotFound);
    }
    let files = super::sessions::move_rows(conn, &found.session, to)?;
    diesel::delete(sessions::table.filter(sessions::id.eq(found.session.as_str()))).execute(conn)?;
    Ok(files)
}

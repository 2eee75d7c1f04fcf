//! What opens a session in another browser: links with their short codes, and recovery codes.
//!
//! A row holds keyed hashes only. Whoever brings a code finds its row by the hash; whatever a visitor does with codes of
//! their own takes the session's id.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::{link_codes, sessions};
use super::{DbConnection, Error, insert_or_meet};
use crate::random;
use crate::session::SessionId;

/// What a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Opens the session once, within minutes: a link and a short code that are one thing.
    Link,
    /// Opens the session for as long as it is kept; replaced when it is used.
    Recovery,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Recovery => "recovery",
        }
    }
}

/// A code as it is first stored.
#[derive(Clone, Debug)]
pub struct NewCode {
    /// What it is for.
    pub kind: Kind,
    /// Keyed hash of what can be typed.
    pub code_hash: String,
    /// Keyed hash of what stands in the link's address.
    pub link_hash: Option<String>,
    /// Handle of the browser that made it.
    pub made_by: String,
    /// What that browser is, such as `Firefox on Linux`.
    pub family: String,
    /// Until when it is good, UTC; `None`: as long as the session.
    pub expires_at: Option<NaiveDateTime>,
}

/// A code that is good now.
#[derive(Clone, Debug)]
pub struct CodeRow {
    id: String,
    /// The session that it opens.
    pub session: SessionId,
    /// What it is for.
    pub kind: Kind,
    /// What the browser is that made it.
    pub family: String,
}

/// Stores a code in place of what the same browser, or for recovery codes the session, had of the kind before.
/// Returns whether it was new; nothing is changed where it was not.
///
/// # Errors
/// [`Error::NotFound`] when there is no such session.
pub fn create(conn: &mut DbConnection, session: &SessionId, new: &NewCode, now: NaiveDateTime) -> Result<bool, Error> {
    let id = random::id()?;
    let made = insert_or_meet(conn, |conn| {
        diesel::insert_into(link_codes::table)
            .values((
                link_codes::id.eq(&id),
                link_codes::session_id.eq(session.as_str()),
                link_codes::kind.eq(new.kind.word()),
                link_codes::code_hash.eq(&new.code_hash),
                link_codes::link_hash.eq(new.link_hash.as_deref()),
                link_codes::made_by.eq(&new.made_by),
                link_codes::family.eq(&new.family),
                link_codes::created_at.eq(now),
                link_codes::expires_at.eq(new.expires_at),
            ))
            .execute(conn)
    })?;
    if made {
        let earlier = link_codes::table
            .filter(link_codes::session_id.eq(session.as_str()))
            .filter(link_codes::kind.eq(new.kind.word()))
            .filter(link_codes::id.ne(&id));
        match new.kind {
            Kind::Link => diesel::delete(earlier.filter(link_codes::made_by.eq(&new.made_by))).execute(conn)?,
            Kind::Recovery => diesel::delete(earlier).execute(conn)?,
        };
    }
    Ok(made)
}

/// The code with one of these hashes, if it and its session are good now.
///
/// # Errors
/// [`Error::NotFound`] when there is none: never made, used, expired or revoked, which is all the same.
pub fn find(conn: &mut DbConnection, hashes: &[String], now: NaiveDateTime) -> Result<CodeRow, Error> {
    let (id, session, kind, family): (String, String, String, String) = link_codes::table
        .inner_join(sessions::table.on(sessions::id.eq(link_codes::session_id)))
        .filter(sessions::expires_at.gt(now))
        .filter(link_codes::expires_at.is_null().or(link_codes::expires_at.gt(now)))
        .filter(
            link_codes::code_hash
                .eq_any(hashes)
                .or(link_codes::link_hash.assume_not_null().eq_any(hashes)),
        )
        .select((
            link_codes::id,
            link_codes::session_id,
            link_codes::kind,
            link_codes::family,
        ))
        .first(conn)?;
    Ok(CodeRow {
        id,
        session: SessionId::from_row(session),
        kind: if kind == Kind::Recovery.word() {
            Kind::Recovery
        } else {
            Kind::Link
        },
        family,
    })
}

/// Uses a code up. Of several at the same time one succeeds.
///
/// # Errors
/// [`Error::NotFound`] when somebody was faster.
pub fn take(conn: &mut DbConnection, code: &CodeRow) -> Result<(), Error> {
    match diesel::delete(link_codes::table.filter(link_codes::id.eq(&code.id))).execute(conn)? {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}

/// When the session's recovery code was made, UTC; `None` when it has none.
///
/// # Errors
/// When the database does not answer.
pub fn recovery_since(conn: &mut DbConnection, session: &SessionId) -> Result<Option<NaiveDateTime>, Error> {
    Ok(link_codes::table
        .filter(link_codes::session_id.eq(session.as_str()))
        .filter(link_codes::kind.eq(Kind::Recovery.word()))
        .select(diesel::dsl::max(link_codes::created_at))
        .first(conn)?)
}

/// Makes the session's recovery code worthless. That there is none is no error.
///
/// # Errors
/// When the database does not answer.
pub fn revoke_recovery(conn: &mut DbConnection, session: &SessionId) -> Result<(), Error> {
    diesel::delete(
        link_codes::table
            .filter(link_codes::session_id.eq(session.as_str()))
            .filter(link_codes::kind.eq(Kind::Recovery.word())),
    )
    .execute(conn)?;
    Ok(())
}

/// Makes the links worthless that these browsers of the session made and that nobody has used yet.
///
/// # Errors
/// When the database does not answer.
pub fn revoke_links_of(conn: &mut DbConnection, session: &SessionId, handles: &[String]) -> Result<(), Error> {
    diesel::delete(
        link_codes::table
            .filter(link_codes::session_id.eq(session.as_str()))
            .filter(link_codes::kind.eq(Kind::Link.word()))
            .filter(link_codes::made_by.eq_any(handles)),
    )
    .execute(conn)?;
    Ok(())
}

/// Deletes codes that have expired by this time; returns how many.
///
/// # Errors
/// When the database does not answer.
pub fn delete_expired(conn: &mut DbConnection, now: NaiveDateTime) -> Result<usize, Error> {
    Ok(diesel::delete(link_codes::table.filter(link_codes::expires_at.le(now))).execute(conn)?)
}

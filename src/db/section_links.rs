//! Links by which somebody else may write in one section of one card.
//!
//! A row holds a keyed hash of the word in the address only. The owner's functions take the session's id; whoever brings a
//! link finds by its hash which section of which session it leads to. A row goes with its section by the database's own
//! keys.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::{card_section_data, section_links, sessions};
use super::{DbConnection, Error, cards, insert_or_meet};
use crate::random;
use crate::session::SessionId;

/// How many links of one card are good at the same time.
pub const MOST: i64 = 10;

/// A link as its owner sees it.
#[derive(Clone, Debug)]
pub struct SectionLink {
    /// Random id, which opens nothing.
    pub id: String,
    /// Key of the section that it leads to.
    pub section_key: String,
    /// Title of that section.
    pub section_title: String,
    /// When it was made, UTC.
    pub created_at: NaiveDateTime,
    /// When something was last saved with it, UTC.
    pub used_at: Option<NaiveDateTime>,
    /// Until when it is good, UTC.
    pub expires_at: NaiveDateTime,
}

/// Where a link leads.
#[derive(Clone, Debug)]
pub struct Target {
    /// Id of the link.
    pub link: String,
    /// The session that owns the card.
    pub session: SessionId,
    /// The card.
    pub card: String,
    /// Key of the section.
    pub section: String,
    /// The version that the section had when the link was made: what it said before is nobody else's business.
    pub since_version: i32,
    /// Until when it is good, UTC.
    pub expires_at: NaiveDateTime,
}

/// Stores a link to a section. Returns whether there was room: a card has [`MOST`] at the same time. To be called where
/// changes of one session take turns, as in [`quota::within`](super::quota::within).
///
/// # Errors
/// [`Error::NotFound`] when the section is not the session's.
pub fn create(
    conn: &mut DbConnection,
    session: &SessionId,
    (card, section): (&str, &str),
    link_hash: &str,
    expires_at: NaiveDateTime,
    now: NaiveDateTime,
) -> Result<bool, Error> {
    let version = cards::section(conn, session, card, section)?.version;
    let of_card = section_links::table
        .filter(section_links::session_id.eq(session.as_str()))
        .filter(section_links::card_id.eq(card));
    diesel::delete(of_card.filter(section_links::expires_at.le(now))).execute(conn)?;
    if of_card.count().get_result::<i64>(conn)? >= MOST {
        return Ok(false);
    }
    let id = random::id()?;
    let made = insert_or_meet(conn, |conn| {
        diesel::insert_into(section_links::table)
            .values((
                section_links::id.eq(&id),
                section_links::session_id.eq(session.as_str()),
                section_links::card_id.eq(card),
                section_links::section_key.eq(section),
                section_links::link_hash.eq(link_hash),
                section_links::since_version.eq(version),
                section_links::created_at.eq(now),
                section_links::expires_at.eq(expires_at),
            ))
            .execute(conn)
    })?;
    if made {
        Ok(true)
    } else {
        Err(Error::Unavailable("128 random bits were there before".to_owned()))
    }
}

/// The links of a card that are good now, the newest first.
///
/// # Errors
/// When the database does not answer.
pub fn list(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    now: NaiveDateTime,
) -> Result<Vec<SectionLink>, Error> {
    type Columns = (
        String,
        String,
        String,
        NaiveDateTime,
        Option<NaiveDateTime>,
        NaiveDateTime,
    );
    let of_section = card_section_data::card_id
        .eq(section_links::card_id)
        .and(card_section_data::section_key.eq(section_links::section_key));
    let rows: Vec<Columns> = section_links::table
        .inner_join(card_section_data::table.on(of_section))
        .filter(section_links::session_id.eq(session.as_str()))
        .filter(section_links::card_id.eq(card))
        .filter(section_links::expires_at.gt(now))
        .order((section_links::created_at.desc(), section_links::id.asc()))
        .select((
            section_links::id,
            section_links::section_key,
            card_section_data::title,
            section_links::created_at,
            section_links::used_at,
            section_links::expires_at,
        ))
        .load(conn)?;
    let link = |(id, section_key, title, created_at, used_at, expires_at)| SectionLink {
        id,
        section_key,
        section_title: super::text::unspell(title),
        created_at,
        used_at,
        expires_at,
    };
    Ok(rows.into_iter().map(link).collect())
}

/// Makes a link of a card worthless. That there is none is no error.
///
/// # Errors
/// When the database does not answer.
pub fn revoke(conn: &mut DbConnection, session: &SessionId, card: &str, link: &str) -> Result<(), Error> {
    diesel::delete(
        section_links::table
            .filter(section_links::session_id.eq(session.as_str()))
            .filter(section_links::card_id.eq(card))
            .filter(section_links::id.eq(link)),
    )
    .execute(conn)?;
    Ok(())
}

/// Where the link with one of these hashes leads, if it and its session are good now.
///
/// # Errors
/// [`Error::NotFound`] when there is none: never made, expired or revoked, or its section is gone, which is all the same.
pub fn find(conn: &mut DbConnection, hashes: &[String], now: NaiveDateTime) -> Result<Target, Error> {
    let (link, session, card, section, since_version, expires_at): (
        String,
        String,
        String,
        String,
        i32,
        NaiveDateTime,
    ) = section_links::table
        .inner_join(sessions::table.on(sessions::id.eq(section_links::session_id)))
        .filter(sessions::expires_at.gt(now))
        .filter(section_links::expires_at.gt(now))
        .filter(section_links::link_hash.eq_any(hashes))
        .select((
            section_links::id,
            section_links::session_id,
            section_links::card_id,
            section_links::section_key,
            section_links::since_version,
            section_links::expires_at,
        ))
        .first(conn)?;
    Ok(Target {
        link,
        session: SessionId::from_row(session),
        card,
        section,
        since_version,
        expires_at,
    })
}

/// Notes that something is saved with a link, in the transaction that saves it: a link that was revoked meanwhile saves
/// nothing.
///
/// # Errors
/// [`Error::NotFound`] when it is not good any more.
pub fn note_use(
    conn: &mut DbConnection,
    session: &SessionId,
    (card, section): (&str, &str),
    link: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let noted = diesel::update(
        section_links::table
            .filter(section_links::session_id.eq(session.as_str()))
            .filter(section_links::card_id.eq(card))
            .filter(section_links::section_key.eq(section))
            .filter(section_links::id.eq(link))
            .filter(section_links::expires_at.gt(now)),
    )
    .set(section_links::used_at.eq(now))
    .execute(conn)?;
    if noted == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Deletes links that have expired by this time; returns how many.
///
/// # Errors
/// When the database does not answer.
pub fn delete_expired(conn: &mut DbConnection, now: NaiveDateTime) -> Result<usize, Error> {
    Ok(diesel::delete(section_links::table.filter(section_links::expires_at.le(now))).execute(conn)?)
}

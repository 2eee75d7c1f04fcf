use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::CardSectionData;
use crate::db::schema::card_revisions;
use crate::db::{DbConnection, Error, text};
use crate::random;
use crate::session::SessionId;

/// How many earlier values of one section are kept.
const KEPT: i64 = 50;
/// How long earlier values are kept, in days.
const KEPT_DAYS: i64 = 30;
/// A stretch of typing leaves one earlier value in so many minutes, however often it was saved by itself.
const STRETCH_MINUTES: i64 = 10;

/// Why a state becomes an earlier one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// A newer value was saved.
    Saved,
    /// The page saved by itself while somebody was typing.
    Typed,
    /// The section was taken out.
    Removed,
}

/// An earlier state of a section.
#[derive(Clone, Debug)]
pub struct Revision {
    /// The state; its time is when it became an earlier one.
    pub section: CardSectionData,
    /// Whether it is the last state of a section that was taken out.
    pub removed: bool,
}

/// Keeps a section's state, and lets go what is too old or too much.
pub(super) fn keep(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    section: &CardSectionData,
    why: Why,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let of_card = card_revisions::table
        .filter(card_revisions::session_id.eq(session.as_str()))
        .filter(card_revisions::card_id.eq(card));
    let of_section = of_card.filter(card_revisions::section_key.eq(&section.section_key));
    if why == Why::Typed {
        let last: Option<NaiveDateTime> = of_section
            .select(diesel::dsl::max(card_revisions::created_at))
            .first(conn)?;
        // A clock that was set back must not fill the history either.
        if last.is_some_and(|last| (now - last).abs() < TimeDelta::minutes(STRETCH_MINUTES)) {
            return Ok(());
        }
    }
    insert(conn, session, card, section, why == Why::Removed, now)?;
    // Versions run ahead of what is kept, so the rows themselves are counted.
    let oldest: Option<i32> = of_section
        .order(card_revisions::version.desc())
        .offset(KEPT)
        .select(card_revisions::version)
        .first(conn)
        .optional()?;
    if let Some(oldest) = oldest {
        // Whoever has a link, however often they save, does not push out what the owner wrote last.
        let owners = before_links(conn, session, card, &section.section_key)?.unwrap_or_default();
        let old = of_section.filter(card_revisions::version.le(oldest));
        diesel::delete(old.filter(card_revisions::version.ne(owners))).execute(conn)?;
    }
    diesel::delete(of_card.filter(card_revisions::created_at.lt(now - TimeDelta::days(KEPT_DAYS)))).execute(conn)?;
    Ok(())
}

/// Notes an earlier state of a section.
pub(super) fn insert(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    section: &CardSectionData,
    removed: bool,
    created_at: NaiveDateTime,
) -> Result<(), Error> {
    diesel::insert_into(card_revisions::table)
        .values((
            card_revisions::id.eq(random::id()?),
            card_revisions::session_id.eq(session.as_str()),
            card_revisions::card_id.eq(card),
            card_revisions::section_key.eq(&section.section_key),
            card_revisions::title.eq(text::spell(&section.title)),
            card_revisions::position.eq(section.position),
            card_revisions::value.eq(&section.value),
            card_revisions::version.eq(section.version),
            card_revisions::removed.eq(removed),
            card_revisions::created_at.eq(created_at),
            card_revisions::by_link.eq(section.by_link),
        ))
        .execute(conn)?;
    Ok(())
}

/// The value that a section had at an earlier version, if it is still kept.
///
/// # Errors
/// When the database does not answer.
pub fn revision(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    key: &str,
    version: i32,
) -> Result<Option<String>, Error> {
    Ok(card_revisions::table
        .filter(card_revisions::session_id.eq(session.as_str()))
        .filter(card_revisions::card_id.eq(card))
        .filter(card_revisions::section_key.eq(key))
        .filter(card_revisions::version.eq(version))
        .order(card_revisions::created_at.desc())
        .select(card_revisions::value)
        .first(conn)
        .optional()?)
}

/// The newest earlier version of a section that its owner wrote, if one is still kept.
///
/// # Errors
/// When the database does not answer.
pub fn before_links(conn: &mut DbConnection, session: &SessionId, card: &str, key: &str) -> Result<Option<i32>, Error> {
    Ok(card_revisions::table
        .filter(card_revisions::session_id.eq(session.as_str()))
        .filter(card_revisions::card_id.eq(card))
        .filter(card_revisions::section_key.eq(key))
        .filter(card_revisions::by_link.eq(false))
        .select(diesel::dsl::max(card_revisions::version))
        .first(conn)?)
}

/// The last state of the section that was last taken out under this key, if it is still kept.
///
/// # Errors
/// When the database does not answer.
pub fn removed(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    key: &str,
) -> Result<Option<CardSectionData>, Error> {
    let row: Option<(String, i32, String, i32, NaiveDateTime, bool)> = card_revisions::table
        .filter(card_revisions::session_id.eq(session.as_str()))
        .filter(card_revisions::card_id.eq(card))
        .filter(card_revisions::section_key.eq(key))
        .filter(card_revisions::removed.eq(true))
        .order((card_revisions::version.desc(), card_revisions::created_at.desc()))
        .select((
            card_revisions::title,
            card_revisions::position,
            card_revisions::value,
            card_revisions::version,
            card_revisions::created_at,
            card_revisions::by_link,
        ))
        .first(conn)
        .optional()?;
    Ok(row.map(
        |(title, position, value, version, updated_at, by_link)| CardSectionData {
            section_key: key.to_owned(),
            title: text::unspell(title),
            position,
            value,
            version,
            updated_at,
            by_link,
        },
    ))
}

/// The ids of the earlier states that are kept of one section, the newest first; each is a [`history_entry`].
///
/// # Errors
/// When the database does not answer.
pub fn history_of(conn: &mut DbConnection, session: &SessionId, card: &str, key: &str) -> Result<Vec<String>, Error> {
    Ok(card_revisions::table
        .filter(card_revisions::session_id.eq(session.as_str()))
        .filter(card_revisions::card_id.eq(card))
        .filter(card_revisions::section_key.eq(key))
        .order((card_revisions::version.desc(), card_revisions::created_at.desc()))
        .select(card_revisions::id)
        .load(conn)?)
}

/// The ids of all earlier states that are kept of a card, section by section, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn history(conn: &mut DbConnection, session: &SessionId, card: &str) -> Result<Vec<String>, Error> {
    Ok(card_revisions::table
        .filter(card_revisions::session_id.eq(session.as_str()))
        .filter(card_revisions::card_id.eq(card))
        .order((
            card_revisions::section_key.asc(),
            card_revisions::version.asc(),
            card_revisions::created_at.asc(),
            card_revisions::removed.asc(),
            card_revisions::value.asc(),
        ))
        .select(card_revisions::id)
        .load(conn)?)
}

/// One earlier state, by an id of [`history`]: many of them together can be large.
///
/// # Errors
/// [`Error::NotFound`] when it is not the session's.
pub fn history_entry(conn: &mut DbConnection, session: &SessionId, id: &str) -> Result<Revision, Error> {
    let row: (String, String, i32, String, i32, bool, NaiveDateTime, bool) = card_revisions::table
        .filter(card_revisions::session_id.eq(session.as_str()))
        .filter(card_revisions::id.eq(id))
        .select((
            card_revisions::section_key,
            card_revisions::title,
            card_revisions::position,
            card_revisions::value,
            card_revisions::version,
            card_revisions::removed,
            card_revisions::created_at,
            card_revisions::by_link,
        ))
        .first(conn)?;
    let (section_key, title, position, value, version, removed, updated_at, by_link) = row;
    Ok(Revision {
        section: CardSectionData {
            section_key,
            title: text::unspell(title),
            position,
            value,
            version,
            updated_at,
            by_link,
        },
        removed,
    })
}

/// Removed states of this key become ordinary earlier values: the section is there again.
pub(super) fn mark_restored(conn: &mut DbConnection, session: &SessionId, card: &str, key: &str) -> Result<(), Error> {
    diesel::update(
        card_revisions::table
            .filter(card_revisions::session_id.eq(session.as_str()))
            .filter(card_revisions::card_id.eq(card))
            .filter(card_revisions::section_key.eq(key)),
    )
    .set(card_revisions::removed.eq(false))
    .execute(conn)?;
    Ok(())
}

/// The earlier values follow a section to its new key.
pub(super) fn rename(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    key: &str,
    new_key: &str,
) -> Result<(), Error> {
    diesel::update(
        card_revisions::table
            .filter(card_revisions::session_id.eq(session.as_str()))
            .filter(card_revisions::card_id.eq(card))
            .filter(card_revisions::section_key.eq(key)),
    )
    .set(card_revisions::section_key.eq(new_key))
    .execute(conn)?;
    Ok(())
}

/// The highest version kept under this key, 0 if there is none: a new section of that key counts on from it.
pub(super) fn last_version(conn: &mut DbConnection, session: &SessionId, card: &str, key: &str) -> Result<i32, Error> {
    let last: Option<i32> = card_revisions::table
        .filter(card_revisions::session_id.eq(session.as_str()))
        .filter(card_revisions::card_id.eq(card))
        .filter(card_revisions::section_key.eq(key))
        .select(diesel::dsl::max(card_revisions::version))
        .first(conn)?;
    Ok(last.unwrap_or(0))
}

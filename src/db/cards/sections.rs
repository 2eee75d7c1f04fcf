use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::figures::settle_figures;
use super::revisions::{self, Why};
use super::{CardSectionData, NewSection, mark_changed};
use crate::db::schema::card_section_data;
use crate::db::{DbConnection, Error, insert_or_meet, text};
use crate::session::SessionId;

type Columns = (String, String, i32, String, i32, NaiveDateTime, bool);

const COLUMNS: (
    card_section_data::section_key,
    card_section_data::title,
    card_section_data::position,
    card_section_data::value,
    card_section_data::version,
    card_section_data::updated_at,
    card_section_data::by_link,
) = (
    card_section_data::section_key,
    card_section_data::title,
    card_section_data::position,
    card_section_data::value,
    card_section_data::version,
    card_section_data::updated_at,
    card_section_data::by_link,
);

fn row((section_key, title, position, value, version, updated_at, by_link): Columns) -> CardSectionData {
    CardSectionData {
        section_key,
        title: text::unspell(title),
        position,
        value,
        version,
        updated_at,
        by_link,
    }
}

/// The sections of one card of one session.
#[diesel::dsl::auto_type(no_type_alias)]
fn of_card<'a>(session: &'a str, card: &'a str) -> _ {
    card_section_data::table
        .filter(card_section_data::session_id.eq(session))
        .filter(card_section_data::card_id.eq(card))
}

/// All sections in order.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the session's.
pub fn sections(conn: &mut DbConnection, session: &SessionId, card: &str) -> Result<Vec<CardSectionData>, Error> {
    let rows: Vec<Columns> = of_card(session.as_str(), card)
        .order((card_section_data::position.asc(), card_section_data::section_key.asc()))
        .select(COLUMNS)
        .load(conn)?;
    if rows.is_empty() {
        // A card may be without sections, but it must be there.
        super::load(conn, session, card)?;
    }
    Ok(rows.into_iter().map(row).collect())
}

/// One section.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the session's or has no such section.
pub fn section(conn: &mut DbConnection, session: &SessionId, card: &str, key: &str) -> Result<CardSectionData, Error> {
    of_card(session.as_str(), card)
        .filter(card_section_data::section_key.eq(key))
        .select(COLUMNS)
        .first(conn)
        .map(row)
        .map_err(Error::from)
}

/// Saves a section if its version is still `version`; the earlier value becomes a revision.
/// Returns the new version. Equal content is no write, whatever the version.
///
/// # Errors
/// [`Error::Stale`] if the version moved on, [`Error::NotFound`] if there is no such section.
pub fn save(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    key: &str,
    version: i32,
    value: &str,
    now: NaiveDateTime,
) -> Result<i32, Error> {
    write(conn, session, card, key, (version, value, false), Why::Saved, now)
}

/// Saves as [`save`] does what somebody is in the middle of typing: all saves of ten minutes leave one earlier value.
///
/// # Errors
/// As [`save`].
pub fn save_typing(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    key: &str,
    version: i32,
    value: &str,
    now: NaiveDateTime,
) -> Result<i32, Error> {
    write(conn, session, card, key, (version, value, false), Why::Typed, now)
}

/// Saves as [`save_typing`] does what somebody with a link to the section wrote, or, when something is taken away by it, as
/// [`save`] does. Where the owner wrote before, the owner's text always becomes a revision.
///
/// # Errors
/// As [`save`].
pub fn save_by_link(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    key: &str,
    (version, value): (i32, &str),
    takes_away: bool,
    now: NaiveDateTime,
) -> Result<i32, Error> {
    let why = if takes_away { Why::Saved } else { Why::Typed };
    write(conn, session, card, key, (version, value, true), why, now)
}

fn write(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    key: &str,
    (version, value, by_link): (i32, &str, bool),
    why: Why,
    now: NaiveDateTime,
) -> Result<i32, Error> {
    let earlier = section(conn, session, card, key)?;
    // A form posted twice: the second time its version is old, but nothing is left to do.
    if earlier.value == value {
        return Ok(earlier.version);
    }
    if earlier.version != version {
        return Err(Error::Stale);
    }
    // The version is asked again in the update itself: on PostgreSQL another save may be at it.
    let saved = diesel::update(
        of_card(session.as_str(), card)
            .filter(card_section_data::section_key.eq(key))
            .filter(card_section_data::version.eq(version)),
    )
    .set((
        card_section_data::value.eq(value),
        card_section_data::version.eq(version + 1),
        card_section_data::updated_at.eq(now),
        card_section_data::by_link.eq(by_link),
    ))
    .execute(conn)?;
    if saved == 0 {
        return Err(Error::Stale);
    }
    // What one hand wrote is not lost in a stretch of typing of another.
    let why = if earlier.by_link == by_link { why } else { Why::Saved };
    revisions::keep(conn, session, card, &earlier, why, now)?;
    settle_figures(conn, session, card, now)?;
    mark_changed(conn, session, card, now)?;
    Ok(version + 1)
}

/// Adds a section at the end.
///
/// # Errors
/// [`Error::Stale`] when the card has a section of that key already, [`Error::NotFound`] when the card is not
/// the session's.
pub fn add_section(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    section: &NewSection,
    now: NaiveDateTime,
) -> Result<(), Error> {
    mark_changed(conn, session, card, now)?;
    let last: Option<i32> = of_card(session.as_str(), card)
        .select(diesel::dsl::max(card_section_data::position))
        .first(conn)?;
    let position = last.map_or(0, |last| last.saturating_add(1));
    // Counting on keeps the versions of a key unique, even when a section of that key was there before.
    let version = revisions::last_version(conn, session, card, &section.key)? + 1;
    insert(conn, session, card, section, (position, version), false, now)
}

/// Gives a section another title and key; version and value stay.
///
/// # Errors
/// [`Error::NotFound`] when there is no such section, [`Error::Stale`] when the new key is taken.
pub fn rename_section(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    key: &str,
    new_key: &str,
    title: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let earlier = section(conn, session, card, key)?;
    if earlier.section_key == new_key && earlier.title == title {
        return Ok(());
    }
    if new_key != key && section(conn, session, card, new_key).is_ok() {
        return Err(Error::Stale);
    }
    diesel::update(of_card(session.as_str(), card).filter(card_section_data::section_key.eq(key)))
        .set((
            card_section_data::section_key.eq(new_key),
            card_section_data::title.eq(text::spell(title)),
            card_section_data::updated_at.eq(now),
        ))
        .execute(conn)?;
    if new_key != key {
        revisions::rename(conn, session, card, key, new_key)?;
        settle_figures(conn, session, card, now)?;
    }
    mark_changed(conn, session, card, now)
}

/// Gives the card's sections another arrangement: these and no others, in this order.
///
/// What a section said before becomes a revision, and its version moves on: a form that was opened before meets a conflict,
/// never another section's answers.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the session's, [`Error::Stale`] when a section changes at the same moment.
pub(super) fn arrange(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    arranged: &[NewSection],
    now: NaiveDateTime,
) -> Result<(), Error> {
    let before = sections(conn, session, card)?;
    for earlier in &before {
        let row = of_card(session.as_str(), card)
            .filter(card_section_data::section_key.eq(&earlier.section_key))
            .filter(card_section_data::version.eq(earlier.version));
        let place = arranged.iter().position(|section| section.key == earlier.section_key);
        let Some(section) = place.map(|place| &arranged[place]) else {
            if diesel::delete(row).execute(conn)? == 0 {
                return Err(Error::Stale);
            }
            revisions::keep(conn, session, card, earlier, Why::Saved, now)?;
            continue;
        };
        let position = place.and_then(|place| i32::try_from(place).ok()).unwrap_or(i32::MAX);
        let is_same = section.value == earlier.value && section.title == earlier.title;
        let changed = diesel::update(row)
            .set((
                card_section_data::title.eq(text::spell(&section.title)),
                card_section_data::value.eq(&section.value),
                card_section_data::position.eq(position),
                card_section_data::version.eq(earlier.version + i32::from(!is_same)),
                card_section_data::updated_at.eq(if is_same { earlier.updated_at } else { now }),
                card_section_data::by_link.eq(is_same && earlier.by_link),
            ))
            .execute(conn)?;
        if changed == 0 {
            return Err(Error::Stale);
        }
        if !is_same {
            revisions::keep(conn, session, card, earlier, Why::Saved, now)?;
        }
    }
    for (position, section) in (0..).zip(arranged) {
        if !before.iter().any(|earlier| earlier.section_key == section.key) {
            let version = revisions::last_version(conn, session, card, &section.key)? + 1;
            insert(conn, session, card, section, (position, version), false, now)?;
        }
    }
    settle_figures(conn, session, card, now)
}

/// Exchanges the places of two sections.
///
/// # Errors
/// [`Error::NotFound`] when one of them is not there.
pub fn swap_sections(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    one: &str,
    other: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let places = (
        section(conn, session, card, one)?.position,
        section(conn, session, card, other)?.position,
    );
    for (key, position) in [(one, places.1), (other, places.0)] {
        diesel::update(of_card(session.as_str(), card).filter(card_section_data::section_key.eq(key)))
            .set(card_section_data::position.eq(position))
            .execute(conn)?;
    }
    mark_changed(conn, session, card, now)
}

/// Takes a section out; its last state is kept as a revision, so that it can be put back.
///
/// # Errors
/// [`Error::NotFound`] when there is no such section.
pub fn remove_section(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    key: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let last = section(conn, session, card, key)?;
    let gone = diesel::delete(
        of_card(session.as_str(), card)
            .filter(card_section_data::section_key.eq(key))
            .filter(card_section_data::version.eq(last.version)),
    )
    .execute(conn)?;
    if gone == 0 {
        return Err(Error::Stale);
    }
    revisions::keep(conn, session, card, &last, Why::Removed, now)?;
    settle_figures(conn, session, card, now)?;
    mark_changed(conn, session, card, now)
}

/// The last removed section of that key, put back where it was.
///
/// # Errors
/// [`Error::NotFound`] when none is kept, [`Error::Stale`] when the card has a section of that key again.
pub fn restore_section(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    key: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let last = revisions::removed(conn, session, card, key)?.ok_or(Error::NotFound)?;
    let section = NewSection {
        key: last.section_key,
        title: last.title,
        value: last.value,
    };
    let place = (last.position, last.version + 1);
    insert(conn, session, card, &section, place, last.by_link, now)?;
    revisions::mark_restored(conn, session, card, key)?;
    settle_figures(conn, session, card, now)?;
    mark_changed(conn, session, card, now)
}

pub(super) fn insert(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    section: &NewSection,
    (position, version): (i32, i32),
    by_link: bool,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let inserted = insert_or_meet(conn, |conn| {
        diesel::insert_into(card_section_data::table)
            .values((
                card_section_data::session_id.eq(session.as_str()),
                card_section_data::card_id.eq(card),
                card_section_data::section_key.eq(&section.key),
                card_section_data::title.eq(text::spell(&section.title)),
                card_section_data::position.eq(position),
                card_section_data::value.eq(&section.value),
                card_section_data::version.eq(version),
                card_section_data::updated_at.eq(now),
                card_section_data::by_link.eq(by_link),
            ))
            .execute(conn)
    })?;
    if inserted { Ok(()) } else { Err(Error::Stale) }
}

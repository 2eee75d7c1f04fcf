//! Rows as they were elsewhere: with their times and versions, under new ids.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::revisions::{self, Revision};
use super::{CardSectionData, NewSection, sections};
use crate::db::schema::model_cards;
use crate::db::{DbConnection, Error, insert_or_meet};
use crate::session::SessionId;

/// A card row as it was elsewhere.
#[derive(Clone, Debug)]
pub struct RestoredCard {
    /// Name shown.
    pub title: String,
    /// Format id.
    pub format: String,
    /// Outline key.
    pub outline: String,
    /// The client's name of the file.
    pub file_name: Option<String>,
    /// The upload, byte for byte; `None` for a blank card.
    pub source: Option<Vec<u8>>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// When it was made, UTC.
    pub created_at: NaiveDateTime,
    /// When it was last changed, UTC.
    pub updated_at: NaiveDateTime,
}

/// Stores the card under this id, which must be new; `false`, and nothing is stored, when the form with this one-time
/// token has already brought a card.
///
/// # Errors
/// When the database does not answer.
pub fn restore(
    conn: &mut DbConnection,
    session: &SessionId,
    id: &str,
    card: &RestoredCard,
    once: Option<&str>,
) -> Result<bool, Error> {
    insert_or_meet(conn, |conn| {
        diesel::insert_into(model_cards::table)
            .values((
                model_cards::id.eq(id),
                model_cards::session_id.eq(session.as_str()),
                model_cards::title.eq(&card.title),
                model_cards::format.eq(&card.format),
                model_cards::outline.eq(&card.outline),
                model_cards::file_name.eq(card.file_name.as_deref()),
                model_cards::source.eq(card.source.as_deref()),
                model_cards::once.eq(once),
                model_cards::version.eq(card.version),
                model_cards::created_at.eq(card.created_at),
                model_cards::updated_at.eq(card.updated_at),
            ))
            .execute(conn)
    })
}

/// Stores a section of a card that was restored.
///
/// # Errors
/// [`Error::Stale`] when the card has a section of that key already.
pub fn restore_section_data(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    section: CardSectionData,
) -> Result<(), Error> {
    let CardSectionData {
        section_key: key,
        title,
        position,
        value,
        version,
        updated_at,
        by_link,
    } = section;
    let section = NewSection { key, title, value };
    sections::insert(conn, session, card, &section, (position, version), by_link, updated_at)
}

/// Stores an earlier state of a section of a card that was restored.
///
/// # Errors
/// When the database does not answer.
pub fn restore_history(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    revision: &Revision,
) -> Result<(), Error> {
    let Revision { section, removed } = revision;
    revisions::insert(conn, session, card, section, *removed, section.updated_at)
}

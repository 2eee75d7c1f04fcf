//! Pictures of sections: which of a card's files its sections refer to.

use chrono::NaiveDateTime;

use super::sections;
use crate::card::figure;
use crate::db::files::{self, FileRow};
use crate::db::{DbConnection, Error};
use crate::session::SessionId;

/// The pictures that sections of the card refer to, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub fn figures(conn: &mut DbConnection, session: &SessionId, card: &str) -> Result<Vec<FileRow>, Error> {
    let mut files = files::list(conn, session, card)?;
    files.retain(|file| file.is_figure() && file.removed_at.is_none());
    Ok(files)
}

/// Notes for each picture of the card which section refers to it, or that none does any more. Whatever changes the
/// sections' values or keys ends with this.
///
/// # Errors
/// When the database does not answer.
pub fn settle_figures(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let mut pictures = files::list(conn, session, card)?;
    pictures.retain(FileRow::is_figure);
    if pictures.is_empty() {
        return Ok(());
    }
    let sections = sections::sections(conn, session, card)?;
    for picture in pictures {
        // Ids are random and all of one length: none is a part of another.
        let reference = figure::reference(&picture.id);
        let holder = sections.iter().find(|section| section.value.contains(&reference));
        let (key, removed_at) = match holder {
            Some(section) => (Some(section.section_key.clone()), None),
            None => (picture.section_key.clone(), Some(picture.removed_at.unwrap_or(now))),
        };
        if (&key, removed_at) != (&picture.section_key, picture.removed_at) {
            files::place(conn, session, &picture.id, key.as_deref(), removed_at)?;
        }
    }
    Ok(())
}

//! Which cards are datasheets of which other card.
//!
//! A datasheet is a card like any other that is linked to one card; a card may have several. There are two levels and
//! no more: a datasheet has no datasheets. That both belong to one session is a matter of the tables' keys; all else
//! is checked here, by transactions of one session that take turns (see [`quota::within`](crate::db::quota::within)).

use diesel::prelude::*;

use super::{COLUMNS, CardRow, Columns, load, row};
use crate::db::schema::{card_datasheets, model_cards};
use crate::db::{DbConnection, Error};
use crate::session::SessionId;

/// Why a card cannot be the datasheet of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// They are the same card.
    Itself,
    /// The other card is a datasheet.
    OfDatasheet,
    /// The card has datasheets.
    HasDatasheets,
    /// The card is the datasheet of a third one.
    Taken,
}

/// That one card is the datasheet of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatasheetLink {
    /// Id of the datasheet.
    pub datasheet: String,
    /// Id of the card that it belongs to.
    pub card: String,
}

/// All links between the session's cards.
///
/// # Errors
/// When the database does not answer.
pub fn datasheet_links(conn: &mut DbConnection, session: &SessionId) -> Result<Vec<DatasheetLink>, Error> {
    let links: Vec<(String, String)> = card_datasheets::table
        .filter(card_datasheets::session_id.eq(session.as_str()))
        .order(card_datasheets::datasheet_id.asc())
        .select((card_datasheets::datasheet_id, card_datasheets::card_id))
        .load(conn)?;
    let links = links.into_iter();
    Ok(links
        .map(|(datasheet, card)| DatasheetLink { datasheet, card })
        .collect())
}

/// The datasheets of a card, the first one first.
///
/// # Errors
/// When the database does not answer.
pub fn datasheets_of(conn: &mut DbConnection, session: &SessionId, card: &str) -> Result<Vec<CardRow>, Error> {
    let ids = card_datasheets::table
        .filter(card_datasheets::session_id.eq(session.as_str()))
        .filter(card_datasheets::card_id.eq(card))
        .select(card_datasheets::datasheet_id);
    let rows: Vec<Columns> = model_cards::table
        .filter(model_cards::session_id.eq(session.as_str()))
        .filter(model_cards::id.eq_any(ids))
        .order((model_cards::created_at.asc(), model_cards::id.asc()))
        .select(COLUMNS)
        .load(conn)?;
    Ok(rows.into_iter().map(row).collect())
}

/// The card that this one is a datasheet of.
///
/// # Errors
/// When the database does not answer.
pub fn datasheet_owner(
    conn: &mut DbConnection,
    session: &SessionId,
    datasheet: &str,
) -> Result<Option<CardRow>, Error> {
    let ids = card_datasheets::table
        .filter(card_datasheets::session_id.eq(session.as_str()))
        .filter(card_datasheets::datasheet_id.eq(datasheet))
        .select(card_datasheets::card_id);
    let found: Option<Columns> = model_cards::table
        .filter(model_cards::session_id.eq(session.as_str()))
        .filter(model_cards::id.eq_any(ids))
        .select(COLUMNS)
        .first(conn)
        .optional()?;
    Ok(found.map(row))
}

/// Makes the one card a datasheet of the other; where it is that already, nothing happens.
///
/// # Errors
/// [`Error::NotFound`] when one of them is not the session's, [`Error::Unfit`] when they do not go together.
pub fn link_datasheet(conn: &mut DbConnection, session: &SessionId, card: &str, datasheet: &str) -> Result<(), Error> {
    load(conn, session, card)?;
    load(conn, session, datasheet)?;
    if card == datasheet {
        return Err(Error::Unfit(Unfit::Itself));
    }
    match datasheet_owner(conn, session, datasheet)? {
        Some(owner) if owner.id == card => return Ok(()),
        Some(_) => return Err(Error::Unfit(Unfit::Taken)),
        None => {}
    }
    if datasheet_owner(conn, session, card)?.is_some() {
        return Err(Error::Unfit(Unfit::OfDatasheet));
    }
    if !datasheets_of(conn, session, datasheet)?.is_empty() {
        return Err(Error::Unfit(Unfit::HasDatasheets));
    }
    diesel::insert_into(card_datasheets::table)
        .values((
            card_datasheets::datasheet_id.eq(datasheet),
            card_datasheets::session_id.eq(session.as_str()),
            card_datasheets::card_id.eq(card),
        ))
        .execute(conn)?;
    Ok(())
}

/// Makes the card one by itself again; both cards stay. `false` when it was no datasheet.
///
/// # Errors
/// When the database does not answer.
pub fn unlink_datasheet(conn: &mut DbConnection, session: &SessionId, datasheet: &str) -> Result<bool, Error> {
    let unlinked = diesel::delete(
        card_datasheets::table
            .filter(card_datasheets::session_id.eq(session.as_str()))
            .filter(card_datasheets::datasheet_id.eq(datasheet)),
    )
    .execute(conn)?;
    Ok(unlinked > 0)
}

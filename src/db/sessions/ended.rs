//! What was ended on purpose, by its hash: remembered until it could not be taken for something new any more.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDateTime;
use data_encoding::HEXLOWER;
use diesel::prelude::*;
use sha2::{Digest as _, Sha256};

use super::super::schema::{ended_keys, model_cards, session_keys, sessions};
use super::super::{DbConnection, Error, insert_or_meet};
use crate::session::SessionId;

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

/// Which of these hashes were ended, or will be, and when.
///
/// # Errors
/// When the database does not answer.
pub fn ended_among(conn: &mut DbConnection, hashes: &[String]) -> Result<HashMap<String, NaiveDateTime>, Error> {
    let rows: Vec<(String, NaiveDateTime)> = ended_keys::table
        .filter(ended_keys::key_hash.eq_any(hashes))
        .select((ended_keys::key_hash, ended_keys::ended_at))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Remembers a hash as ended, whether or not it ever opened anything. Returns whether it was not remembered before.
///
/// # Errors
/// When the database does not answer.
pub fn remember_ended(
    conn: &mut DbConnection,
    hash: &str,
    now: NaiveDateTime,
    forget_at: NaiveDateTime,
) -> Result<bool, Error> {
    insert_or_meet(conn, |conn| {
        diesel::insert_into(ended_keys::table)
            .values((
                ended_keys::key_hash.eq(hash),
                ended_keys::ended_at.eq(now),
                ended_keys::forget_at.eq(forget_at),
            ))
            .execute(conn)
    })
}

/// The same; of two times the earlier one stays.
///
/// # Errors
/// When the database does not answer.
pub fn remember_earliest(
    conn: &mut DbConnection,
    hash: &str,
    now: NaiveDateTime,
    forget_at: NaiveDateTime,
) -> Result<(), Error> {
    if !remember_ended(conn, hash, now, forget_at)? {
        let later = ended_keys::table
            .filter(ended_keys::key_hash.eq(hash))
            .filter(ended_keys::ended_at.gt(now));
        diesel::update(later)
            .set((ended_keys::ended_at.eq(now), ended_keys::forget_at.eq(forget_at)))
            .execute(conn)?;
    }
    Ok(())
}

/// The same; of two times the later one stays.
///
/// # Errors
/// When the database does not answer.
pub fn remember_latest(
    conn: &mut DbConnection,
    hash: &str,
    now: NaiveDateTime,
    forget_at: NaiveDateTime,
) -> Result<(), Error> {
    if !remember_ended(conn, hash, now, forget_at)? {
        let earlier = ended_keys::table
            .filter(ended_keys::key_hash.eq(hash))
            .filter(ended_keys::ended_at.lt(now));
        diesel::update(earlier)
            .set((ended_keys::ended_at.eq(now), ended_keys::forget_at.eq(forget_at)))
            .execute(conn)?;
    }
    Ok(())
}

/// Forgets what need not be remembered any more; returns how many.
///
/// # Errors
/// When the database does not answer.
pub fn forget_ended(conn: &mut DbConnection, now: NaiveDateTime) -> Result<usize, Error> {
    Ok(diesel::delete(ended_keys::table.filter(ended_keys::forget_at.lt(now))).execute(conn)?)
}

/// Remembers that a card was deleted, for as long as its session would be kept now: so long a backup may hold the card.
///
/// # Errors
/// [`Error::NotFound`] when there is no such session.
pub fn remember_card(
    conn: &mut DbConnection,
    session: &SessionId,
    card: &str,
    now: NaiveDateTime,
) -> Result<(), Error> {
    let (_, until) = super::life(conn, session)?;
    remember_ended(conn, &card_hash(card), now, until).map(drop)
}

/// By which a deleted card is remembered: 64 hexadecimal digits that lead to nothing.
fn card_hash(card: &str) -> String {
    let digest = Sha256::new()
        .chain_update(b"cartellino deleted card 1\0")
        .chain_update(card)
        .finalize();
    HEXLOWER.encode(&digest)
}

/// What another copy of the database knows that may be newer than this one.
#[derive(Debug, Default)]
pub struct Ended {
    /// What was ended on purpose: hash, when, and until when it is remembered.
    hashes: Vec<(String, NaiveDateTime, NaiveDateTime)>,
    /// The cards that are there, whoever's they are.
    cards: HashSet<String>,
}

/// All that is remembered as ended, for a database that is put into the place of this one.
///
/// # Errors
/// When the database does not answer.
pub fn all_ended(conn: &mut DbConnection) -> Result<Ended, Error> {
    let hashes: Vec<(String, NaiveDateTime, NaiveDateTime)> = ended_keys::table
        .select((ended_keys::key_hash, ended_keys::ended_at, ended_keys::forget_at))
        .load(conn)?;
    let cards = match hashes.is_empty() {
        true => Vec::new(),
        false => model_cards::table.select(model_cards::id).load(conn)?,
    };
    Ok(Ended {
        hashes,
        cards: cards.into_iter().collect(),
    })
}

/// Ends here what was ended in another copy of this database; returns how many sessions, cards and browsers went.
///
/// A session also ends when its cards are brought into another one. These cards stay: nobody deleted them.
///
/// # Errors
/// When the database does not answer.
pub fn end_as_elsewhere(conn: &mut DbConnection, ended: &Ended) -> Result<usize, Error> {
    let hashes: HashSet<&str> = ended.hashes.iter().map(|(hash, _, _)| hash.as_str()).collect();
    let mut gone = 0;
    for card in model_cards::table.select(model_cards::id).load::<String>(conn)? {
        if hashes.contains(card_hash(&card).as_str()) {
            gone += diesel::delete(model_cards::table.filter(model_cards::id.eq(card))).execute(conn)?;
        }
    }
    let mut joined = HashSet::new();
    for id in sessions::table.select(sessions::id).load::<String>(conn)? {
        let session = SessionId::from_row(id);
        let hash = session.hash();
        if !hashes.contains(hash.as_str()) {
            continue;
        }
        if keeps_cards(conn, &session, &ended.cards)? {
            joined.insert(hash);
        } else {
            gone += diesel::delete(sessions::table.filter(sessions::id.eq(session.as_str()))).execute(conn)?;
        }
    }
    for (hash, ended_at, forget_at) in ended.hashes.iter().filter(|(hash, _, _)| !joined.contains(hash)) {
        let key = session_keys::table.filter(session_keys::key_hash.eq(hash));
        gone += diesel::delete(key).execute(conn)?;
        remember_ended(conn, hash, *ended_at, *forget_at)?;
    }
    Ok(gone)
}

/// Deletes the session's cards that are not among these; returns whether there are others.
fn keeps_cards(conn: &mut DbConnection, session: &SessionId, there: &HashSet<String>) -> Result<bool, Error> {
    let cards: Vec<String> = model_cards::table
        .filter(model_cards::session_id.eq(session.as_str()))
        .select(model_cards::id)
        .load(conn)?;
    let (kept, lost): (Vec<String>, Vec<String>) = cards.into_iter().partition(|card| there.contains(card));
    for card in &lost {
        diesel::delete(model_cards::table.filter(model_cards::id.eq(card))).execute(conn)?;
    }
    Ok(!kept.is_empty())
}

//! How much one session keeps, and the limit to it.
//!
//! The counters are columns of `sessions` that the database itself keeps up to date with every row that comes, changes
//! or goes (see the migration `count_usage`), so that a check costs two look-ups by key however much there is.

use diesel::prelude::*;

use super::schema::{card_revisions, sessions};
use super::{DbConnection, Error, files};
use crate::session::SessionId;

/// How many earlier values are looked at together when they have to give way.
const BATCH: i64 = 50;

/// What one session may keep; `None`: as much as it likes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    /// Cards.
    pub cards: Option<i32>,
    /// Bytes of uploads, sections, files and earlier values together.
    pub bytes: Option<i64>,
}

/// What one session keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Cards.
    pub cards: i32,
    /// Bytes of cards, sections and files, with 200 for each row.
    pub content_bytes: i64,
    /// Bytes of earlier values and of removed files, with 200 for each row.
    pub history_bytes: i64,
}

impl Usage {
    /// Bytes of everything.
    pub fn bytes(&self) -> i64 {
        self.content_bytes.saturating_add(self.history_bytes)
    }
}

/// Which limit stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So many cards.
    Cards(i32),
    /// So many bytes.
    Bytes(i64),
}

/// A session that has no room for what should be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full {
    /// What there is already.
    pub usage: Usage,
    /// The limit that would be passed.
    pub limit: Limit,
    /// By how much it would be passed: cards or bytes.
    pub excess: i64,
}

/// What the session keeps.
///
/// # Errors
/// [`Error::NotFound`] when there is no such session.
pub fn usage(conn: &mut DbConnection, session: &SessionId) -> Result<Usage, Error> {
    let (cards, content_bytes, history_bytes) = sessions::table
        .filter(sessions::id.eq(session.as_str()))
        .select((sessions::cards, sessions::content_bytes, sessions::history_bytes))
        .first(conn)?;
    Ok(Usage {
        cards,
        content_bytes,
        history_bytes,
    })
}

/// Does the work if the session then keeps no more than it may: every change of a visitor's rows goes through here,
/// in the caller's transaction, which must not be committed after an error.
///
/// Work that adds no content is always possible, even over a limit that was lowered: texts can be shortened and things
/// deleted. Where only room for earlier values is missing, the oldest of them give way, ordinary ones before the last
/// states of deleted sections; typing is never refused for the sake of history.
///
/// # Errors
/// [`Error::Full`], [`Error::NotFound`] when there is no such session, and what `work` returns.
pub fn within<T>(
    conn: &mut DbConnection,
    session: &SessionId,
    quota: Quota,
    work: impl FnOnce(&mut DbConnection) -> Result<T, Error>,
) -> Result<T, Error> {
    let before = hold(conn, session)?;
    let done = work(conn)?;
    let after = usage(conn, session)?;
    if let Some(most) = quota.cards
        && after.cards > most
        && after.cards > before.cards
    {
        return Err(Error::Full(Full {
            usage: before,
            limit: Limit::Cards(most),
            excess: i64::from(after.cards - most),
        }));
    }
    if let Some(most) = quota.bytes {
        if after.content_bytes > most && after.content_bytes > before.content_bytes {
            return Err(Error::Full(Full {
                usage: before,
                limit: Limit::Bytes(most),
                excess: after.content_bytes - most,
            }));
        }
        let most = most.max(before.bytes());
        if after.bytes() > most {
            forget_history(conn, session, most)?;
        }
    }
    Ok(done)
}

/// What the session keeps, and on PostgreSQL its row held until the end of the transaction: changes of one session take
/// turns, so that two of them at the same time cannot both take the last room, nor wait for each other in a circle.
fn hold(conn: &mut DbConnection, session: &SessionId) -> Result<Usage, Error> {
    if let DbConnection::Pg(pg) = conn {
        sessions::table
            .filter(sessions::id.eq(session.as_str()))
            .select(sessions::id)
            .for_no_key_update()
            .first::<String>(pg)?;
    }
    usage(conn, session)
}

/// Deletes pictures that were removed, then earlier values, the oldest first, until the session keeps no more than so many
/// bytes or none is left.
fn forget_history(conn: &mut DbConnection, session: &SessionId, most: i64) -> Result<(), Error> {
    while usage(conn, session)?.bytes() > most && files::forget_oldest(conn, session)? {}
    while usage(conn, session)?.bytes() > most {
        let oldest: Vec<String> = card_revisions::table
            .filter(card_revisions::session_id.eq(session.as_str()))
            .order((card_revisions::removed.asc(), card_revisions::created_at.asc()))
            .limit(BATCH)
            .select(card_revisions::id)
            .load(conn)?;
        if oldest.is_empty() {
            break;
        }
        for id in oldest {
            diesel::delete(card_revisions::table.filter(card_revisions::id.eq(id))).execute(conn)?;
            if usage(conn, session)?.bytes() <= most {
                break;
            }
        }
    }
    Ok(())
}

/// A card and how much of the session it takes.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct CardSize {
    /// Its id.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub id: String,
    /// Its name.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub title: String,
    /// Bytes of it with its sections, files and earlier values, counted as [`Usage`] counts.
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    pub bytes: i64,
}

/// The session's cards that take the most room, the largest first.
///
/// # Errors
/// When the database does not answer.
pub fn largest_cards(conn: &mut DbConnection, session: &SessionId, limit: i64) -> Result<Vec<CardSize>, Error> {
    let query = diesel::sql_query(
        "SELECT c.id, c.title, CAST(
             200 + octet_length(c.title) + COALESCE(octet_length(c.file_name), 0) + COALESCE(octet_length(c.source), 0)
             + COALESCE((SELECT sum(200 + octet_length(t.title) + octet_length(t.value))
                         FROM card_section_data t WHERE t.card_id = c.id), 0)
             + COALESCE((SELECT sum(200 + octet_length(t.title) + octet_length(t.value))
                         FROM card_revisions t WHERE t.card_id = c.id), 0)
             + COALESCE((SELECT sum(200 + octet_length(t.name) + t.size) FROM files t WHERE t.card_id = c.id), 0)
         AS BIGINT) AS bytes
         FROM model_cards c WHERE c.session_id = $1 ORDER BY bytes DESC, c.id LIMIT $2",
    )
    .bind::<diesel::sql_types::Text, _>(session.as_str())
    .bind::<diesel::sql_types::BigInt, _>(limit);
    Ok(match conn {
        DbConnection::Pg(pg) => query.load(pg)?,
        DbConnection::Sqlite(sqlite) => query.load(sqlite)?,
    })
}

//! The engines `database`: entries are rows, beside the visitor's data or in a database of their own.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Browser, Engine, Error, Lookup, REMEMBER_ENDED};
use crate::db::sessions::keys::{self, KeyRow};
use crate::db::{Db, DbConnection, sessions};
use crate::session::SessionId;
use crate::session::key::KeyHash;

/// How many rows a sweep deletes in one transaction.
const BATCH: i64 = 500;

/// Keeps entries as rows of `session_keys`.
#[derive(Clone)]
pub struct Database {
    db: Db,
    place: Place,
}

/// Which database it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The main one, where sessions and cards are.
    Main,
    /// One of its own. Its rows of `sessions` are shadows: they have an id and times, and own nothing but keys.
    Own,
}

impl Database {
    /// An engine on the main database.
    pub fn new(main: Db) -> Self {
        Self {
            db: main,
            place: Place::Main,
        }
    }

    /// An engine on another database than that of the cards.
    pub fn elsewhere(db: Db) -> Self {
        Self { db, place: Place::Own }
    }
}

#[async_trait]
impl Engine for Database {
    async fn load(&self, key: &KeyHash, now: DateTime<Utc>) -> Result<Lookup, Error> {
        let hash = key.clone();
        let found = self
            .db
            .run(move |conn| keys::load(conn, hash.as_str(), now.naive_utc()));
        Ok(from_row(found.await?))
    }

    async fn create(&self, new: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
        let row = to_row(new);
        let made = self.db.write(move |conn| keys::create(conn, &row, now.naive_utc()));
        Ok(from_row(made.await?))
    }

    async fn update(&self, changed: &Browser, was: i32) -> Result<bool, Error> {
        let row = to_row(changed);
        let place = self.place;
        let updated = self.db.write(move |conn| {
            if place == Place::Own {
                sessions::create(conn, &row.session, row.begun_at, row.expires_at)?;
            }
            keys::update(conn, &row, was)
        });
        Ok(updated.await?)
    }

    async fn touch(&self, touched: &Browser, last_touch: DateTime<Utc>) -> Result<bool, Error> {
        let row = to_row(touched);
        let moved = self.db.write(move |conn| {
            keys::touch(
                conn,
                &row.key_hash,
                last_touch.naive_utc(),
                row.touched_at,
                row.expires_at,
            )
        });
        Ok(moved.await?)
    }

    async fn renew(
        &self,
        old: &Browser,
        new: &KeyHash,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let (old, new) = (old.key.clone(), new.clone());
        let forget_at = (now + REMEMBER_ENDED).naive_utc();
        let renewed = self.db.write(move |conn| {
            keys::renew(
                conn,
                old.as_str(),
                new.as_str(),
                now.naive_utc(),
                until.naive_utc(),
                forget_at,
            )
        });
        Ok(renewed.await?)
    }

    async fn end(&self, browser: &Browser, now: DateTime<Utc>) -> Result<(), Error> {
        let key = browser.key.clone();
        let forget_at = (now + REMEMBER_ENDED).naive_utc();
        let ended = self
            .db
            .write(move |conn| keys::end(conn, key.as_str(), now.naive_utc(), forget_at));
        Ok(ended.await?)
    }

    async fn list(&self, session: &SessionId) -> Result<Vec<Browser>, Error> {
        let session = session.clone();
        let rows = self.db.run(move |conn| keys::list(conn, &session)).await?;
        Ok(rows.into_iter().map(browser).collect())
    }

    async fn sweep(&self, now: DateTime<Utc>) -> Result<usize, Error> {
        let mut forgotten = 0;
        loop {
            let swept = self
                .db
                .write(move |conn| keys::delete_expired(conn, now.naive_utc(), BATCH))
                .await?;
            forgotten += swept;
            if i64::try_from(swept).is_ok_and(|swept| swept < BATCH) {
                break;
            }
        }
        let own = self.place == Place::Own;
        self.db
            .write(move |conn| {
                sessions::forget_ended(conn, now.naive_utc())?;
                if own { sessions::delete_shadows(conn) } else { Ok(0) }
            })
            .await?;
        Ok(forgotten)
    }

    fn is_beside_the_data(&self) -> bool {
        self.place == Place::Main
    }

    fn create_within(&self, conn: &mut DbConnection, new: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
        match self.place {
            Place::Main => Ok(from_row(keys::create(conn, &to_row(new), now.naive_utc())?)),
            Place::Own => crate::session::patience::block_on(self.create(new, now)),
        }
    }
}

fn from_row(found: keys::Lookup) -> Lookup {
    match found {
        keys::Lookup::Open(row) => Lookup::Open(browser(row)),
        keys::Lookup::Ended(at) => Lookup::Ended(at.and_utc()),
        keys::Lookup::Unknown => Lookup::Unknown,
    }
}

fn browser(row: KeyRow) -> Browser {
    Browser {
        key: KeyHash::from_row(row.key_hash),
        handle: row.handle,
        session: row.session,
        family: row.family,
        state: row.state,
        version: row.version,
        begun_at: row.begun_at.and_utc(),
        created_at: row.created_at.and_utc(),
        touched_at: row.touched_at.and_utc(),
        expires_at: row.expires_at.and_utc(),
    }
}

fn to_row(browser: &Browser) -> KeyRow {
    KeyRow {
        handle: browser.handle.clone(),
        session: browser.session.clone(),
        key_hash: browser.key.as_str().to_owned(),
        family: browser.family.clone(),
        state: browser.state.clone(),
        version: browser.version,
        begun_at: browser.begun_at.naive_utc(),
        created_at: browser.created_at.naive_utc(),
        touched_at: browser.touched_at.naive_utc(),
        expires_at: browser.expires_at.naive_utc(),
    }
}

//! The engine `cached_database`: rows of a database are the truth, and a Redis before them answers repeated loads.
//!
//! Every change goes to the database first and then leaves a *tombstone* in Redis for each key concerned. Redis is never
//! needed: while it does not answer, loads go to the database. It is told once in the log, and costs the calls that are
//! on their way [`LIMIT`]; those after it do not wait.
//!
//! # What holds when several servers share both
//!
//! *With an answering Redis a change is seen by the next load on every server. Whatever happens to Redis (down, frozen,
//! restarted, cut off from one server, a tombstone that never arrives) and whoever changes the rows (another program, a
//! cascade), a load tells at most [`LIFE`] + [`LIMIT`] = 0.9 s of the past.* So a key that was ended is refused
//! everywhere within a second. This is why:
//!
//! 1. An entry lives at most [`LIFE`] after the moment, by Redis' clock, at which its reader missed it. The reader asks
//!    the database only after that moment, so what it fills in was true then or later. Redis computes the rest of the
//!    life when the fill *arrives*: one that was held up, by a slow reader, on the way or in a frozen Redis, is too late
//!    and stored not at all.
//! 2. Redis stores the end of an entry's life as a time, in memory and on disk, so neither a freeze nor a restart
//!    prolongs it. An answer that takes longer than [`LIMIT`] is not believed.
//! 3. A fill never overwrites, neither an entry nor a tombstone. A reader that saw the rows before a change has missed
//!    before it, so its fill is too late [`LIFE`] after the change at the latest, and until then it meets the
//!    tombstone, which was set after the change and stays as long. So nothing old comes back behind a tombstone.
//! 4. When a tombstone cannot be set, this server's line to Redis is down and its loads go to the database. Others may
//!    read the old entry until its life is over: that is the 0.9 s above.
//!
//! What is assumed: Redis' clock is not set back. It is never compared with another clock.
//!
//! The short life is the price of an end that holds even when Redis fails at that moment. The cache takes bursts off the
//! database (a page with its parts, several tabs, reloads), not single visits.
//!
//! Only open entries under their own key are kept: a replaced key opens by the caller's clock, which Redis does not
//! know, and unknown keys become known by a transaction that is not committed yet.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use redis::Script;

use super::redis::Line;
use super::{Browser, Database, Engine, Error, Lookup};
use crate::db::DbConnection;
use crate::session::SessionId;
use crate::session::key::KeyHash;

/// How long an entry may be told after it was true, and how long a tombstone stays.
const LIFE: Duration = Duration::from_millis(400);
/// The longest that a call to Redis takes: then the database is faster.
const LIMIT: Duration = Duration::from_millis(500);

/// Keeps entries in a database, and those asked for a moment ago in a Redis too.
pub struct Cached {
    database: Database,
    line: Line,
    script: Arc<Script>,
}

/// What the cache said.
enum Told {
    Hit(Browser),
    /// It was asked at this time by Redis' clock.
    Miss(String),
    /// It does not answer.
    Nothing,
}

impl Cached {
    /// This database with the Redis of this URL before it, to which it connects in the background.
    ///
    /// # Errors
    /// When the URL cannot be understood.
    pub fn open(database: Database, url: &str) -> Result<Self, Error> {
        Ok(Self {
            database,
            line: Line::open(url, LIMIT)?,
            script: Arc::new(Script::new(include_str!("cache.lua"))),
        })
    }

    /// Asks Redis. That it cannot be used is told by the line, once.
    async fn ask(&self, operation: &str, arguments: impl IntoIterator<Item = String>) -> Option<Vec<String>> {
        let all = std::iter::once(operation.to_owned()).chain(arguments).collect();
        self.line
            .ask(&self.script, all)
            .await
            .inspect_err(|error| tracing::debug!(%error, "the cache of the sessions was not used"))
            .ok()
    }

    async fn look(&self, key: &KeyHash) -> Told {
        let answer = self.ask("load", [key.as_str().to_owned()]).await;
        match answer.as_deref() {
            Some([kind, browser]) if kind == "hit" => serde_json::from_str(browser).map_or(Told::Nothing, Told::Hit),
            Some([kind, asked_at]) if kind == "miss" => Told::Miss(asked_at.clone()),
            _ => Told::Nothing,
        }
    }

    async fn fill(&self, browser: &Browser, asked_at: String) {
        let Ok(text) = serde_json::to_string(browser) else {
            return;
        };
        let (key, session) = (browser.key.as_str().to_owned(), browser.session.as_str().to_owned());
        self.ask("fill", [key, session, text, asked_at, life()]).await;
    }

    /// Leaves tombstones for these keys.
    async fn drop_keys(&self, keys: &[&KeyHash]) {
        let keys = keys.iter().map(|key| key.as_str().to_owned());
        self.ask("drop", std::iter::once(life()).chain(keys)).await;
    }
}

fn life() -> String {
    LIFE.as_millis().to_string()
}

#[async_trait]
impl Engine for Cached {
    async fn load(&self, key: &KeyHash, now: DateTime<Utc>) -> Result<Lookup, Error> {
        let asked_at = match self.look(key).await {
            Told::Hit(browser) => return Ok(Lookup::Open(browser)),
            Told::Miss(asked_at) => Some(asked_at),
            Told::Nothing => None,
        };
        let found = self.database.load(key, now).await?;
        if let (Lookup::Open(browser), Some(asked_at)) = (&found, asked_at)
            && browser.key == *key
        {
            self.fill(browser, asked_at).await;
        }
        Ok(found)
    }

    async fn create(&self, new: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
        self.database.create(new, now).await
    }

    async fn update(&self, changed: &Browser, was: i32, moves_expiry: bool) -> Result<bool, Error> {
        let updated = self.database.update(changed, was, moves_expiry).await;
        // Also when it was not: then the caller had something old, and loads once more. And when it is not known.
        self.drop_keys(&[&changed.key]).await;
        updated
    }

    async fn touch(&self, touched: &Browser, last_touch: DateTime<Utc>) -> Result<bool, Error> {
        let moved = self.database.touch(touched, last_touch).await;
        self.drop_keys(&[&touched.key]).await;
        moved
    }

    async fn renew(
        &self,
        old: &Browser,
        new: &KeyHash,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let renewed = self.database.renew(old, new, now, until).await;
        self.drop_keys(&[&old.key, new]).await;
        renewed
    }

    async fn end(&self, browser: &Browser, now: DateTime<Utc>) -> Result<(), Error> {
        let ended = self.database.end(browser, now).await;
        // The entry may have a newer key by now, so all keys of the session are meant.
        let (session, key) = (browser.session.as_str().to_owned(), browser.key.as_str().to_owned());
        self.ask("forget", [life(), session, key]).await;
        ended
    }

    async fn list(&self, session: &SessionId) -> Result<Vec<Browser>, Error> {
        self.database.list(session).await
    }

    async fn sweep(&self, now: DateTime<Utc>) -> Result<usize, Error> {
        // Entries that have expired open nothing, wherever they are told.
        self.database.sweep(now).await
    }

    async fn forget(&self, session: &SessionId) -> Result<(), Error> {
        self.ask("forget", [life(), session.as_str().to_owned()]).await;
        self.database.forget(session).await
    }

    async fn check(&self) -> Result<(), Error> {
        // Redis is not needed; what it lacks is told by the line.
        self.database.check().await
    }

    fn is_beside_the_data(&self) -> bool {
        self.database.is_beside_the_data()
    }

    fn create_within(&self, conn: &mut DbConnection, new: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
        // Nothing is filled in: the transaction may yet be rolled back.
        self.database.create_within(conn, new, now)
    }

    fn update_within(&self, conn: &mut DbConnection, changed: &Browser, was: i32) -> Result<bool, Error> {
        let updated = self.database.update_within(conn, changed, was);
        // Whoever fills in the old entry before the commit is believed for a moment only, see above.
        let dropped = crate::session::patience::block_on(async {
            self.drop_keys(&[&changed.key]).await;
            Ok(())
        });
        updated.and_then(|updated| dropped.map(|()| updated))
    }
}

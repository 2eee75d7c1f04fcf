//! Where the keys of browsers and what belongs to them are kept.
//!
//! An [`Engine`] is such a place: it keeps one [`Browser`] for each key and knows nothing of cookies, pages or what a
//! state means. A session's data are always in the main database, whatever the engine; an entry that outlives its
//! session opens nothing. Whoever calls an engine judges expiry and limits the time that it may take. How to write one
//! is told in `docs/engines.md`.

mod cached;
pub mod conformance;
mod cookie;
mod database;
mod entries;
mod file;
mod memory;
mod redis;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub use cached::Cached;
pub use cookie::Cookie;
pub(super) use cookie::first_handle;
pub use database::Database;
pub use entries::Entries;
pub use file::File;
pub use memory::Memory;
pub use redis::Redis;

use super::SessionId;
use super::key::KeyHash;
use crate::config::{self, Keeping};
use crate::db::{Db, DbConnection, migrations, sessions};

/// How long an engine remembers that a key was ended: as long as the key could pass for one that has stored nothing.
pub const REMEMBER_ENDED: TimeDelta = super::key::ISSUED_FOR;

/// How many sessions are looked up at once.
const BATCH: i64 = 500;

/// How long a session that was ended has to be remembered: where keys are kept elsewhere, one of them may have been out
/// of reach then, and live as long as any key.
pub fn remember_session(engine: &dyn Engine) -> TimeDelta {
    if engine.is_beside_the_data() {
        REMEMBER_ENDED
    } else {
        super::delta(config::LONGEST_AGE) + REMEMBER_ENDED
    }
}

/// One browser's entry: what its key opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Browser {
    /// Hash of the key that opens the entry.
    pub key: KeyHash,
    /// Public name of the browser, in the visitor's list and for operators.
    pub handle: String,
    /// The session that the key opens.
    pub session: SessionId,
    /// What the visitor's list shows, such as `Firefox on Linux`.
    pub family: String,
    /// A JSON text of at most [`STATE_BYTES`](super::state::STATE_BYTES).
    pub state: String,
    /// Counts the changes of the state, from 1.
    pub version: i32,
    /// When the session was made.
    pub begun_at: DateTime<Utc>,
    /// When the browser joined it.
    pub created_at: DateTime<Utc>,
    /// When its activity was last noted.
    pub touched_at: DateTime<Utc>,
    /// Until when the key opens the session.
    pub expires_at: DateTime<Utc>,
}

/// What a key is to an engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// It opens this entry. After a renewal the entry's key is another one for a while.
    Open(Browser),
    /// It was ended, or replaced long enough ago, at this time.
    Ended(DateTime<Utc>),
    /// The engine does not know it.
    Unknown,
}

/// The place does not answer, or refuses. The text is for the log.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the place where sessions are kept cannot be used: {0}")]
pub struct Error(pub String);

impl From<crate::db::Error> for Error {
    fn from(error: crate::db::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

/// A place that keeps browsers. Every method is atomic: of several calls at the same time, on any number of servers,
/// each is done wholly before or after another, and seen by all servers at once.
///
/// `now` is the time to judge by. A place with a clock of its own may forget what has expired by itself. The promises
/// below are checked by [`conformance`]; [`Entries`] keeps them for a place that can hold a plain table.
#[async_trait]
pub trait Engine: Send + Sync {
    /// What the key opens. Expiry is judged by the caller.
    async fn load(&self, key: &KeyHash, now: DateTime<Utc>) -> Result<Lookup, Error>;

    /// Keeps a new entry unless its key is known, open or ended, and says what the key is then. Never overwrites: of
    /// several at the same time one is kept, and all are told the same.
    async fn create(&self, new: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error>;

    /// Replaces session, state and version of the entry with this key, and only if the change `moves_expiry` also
    /// `expires_at`, which a touch may have moved meanwhile; and nothing else. All this if its version is still `was`.
    /// Returns whether it was.
    async fn update(&self, changed: &Browser, was: i32, moves_expiry: bool) -> Result<bool, Error>;

    /// Takes over `touched_at`, and `expires_at` if it is later, if the last touch is not after `last_touch` and before
    /// the new one, and the version still that of `touched`: nobody chose a shorter life meanwhile. Changes nothing
    /// else. Returns whether this call did.
    async fn touch(&self, touched: &Browser, last_touch: DateTime<Utc>) -> Result<bool, Error>;

    /// Lets the key `new` open the entry of the key `old`, which opens it until `until` and is ended then. A key that
    /// `old` itself had replaced is ended now. Returns whether there was such an entry: of several renewals of one key
    /// at the same time one succeeds.
    async fn renew(
        &self,
        old: &Browser,
        new: &KeyHash,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, Error>;

    /// Forgets the entry and remembers its keys, those replaced as well, as ended for [`REMEMBER_ENDED`]. Where the key
    /// was replaced meanwhile, the entry under the newer key is meant. Doing it twice is harmless.
    async fn end(&self, browser: &Browser, now: DateTime<Utc>) -> Result<(), Error>;

    /// The browsers of a session, the oldest first.
    async fn list(&self, session: &SessionId) -> Result<Vec<Browser>, Error>;

    /// Forgets entries that expired before `now`, and ended keys that need not be remembered. Returns how many
    /// entries it forgot.
    async fn sweep(&self, now: DateTime<Utc>) -> Result<usize, Error>;

    /// Ends all other entries of the session; returns how many, as far as the engine can count them.
    async fn end_others(&self, kept: &Browser, now: DateTime<Utc>) -> Result<usize, Error> {
        let mut others = self.list(&kept.session).await?;
        others.retain(|browser| browser.handle != kept.handle);
        for browser in &others {
            self.end(browser, now).await?;
        }
        Ok(others.len())
    }

    /// Forgets what is remembered of a session whose rows have gone from the main database, where entries are
    /// [beside the data](Self::is_beside_the_data). Others have nothing to do here.
    async fn forget(&self, _: &SessionId) -> Result<(), Error> {
        Ok(())
    }

    /// Whether the place answers; a place that cannot fail has nothing to do here.
    async fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Whether an entry opens nothing once its session's row is gone from the main database, and extends that row
    /// itself: rows beside the data do, and what needs such a row.
    fn is_beside_the_data(&self) -> bool {
        false
    }

    /// Whether the entry has to travel in the browser's cookie, because nothing is kept here. Then [`load`](Self::load)
    /// knows ended keys only, [`list`](Self::list) nothing, and [`admit`](Self::admit) takes the part of `load`.
    fn is_in_the_cookie(&self) -> bool {
        false
    }

    /// What an entry is now that came with a request, sealed by us. Only for engines whose entries are
    /// [in the cookie](Self::is_in_the_cookie).
    async fn admit(&self, carried: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
        self.load(&carried.key, now).await
    }

    /// [`create`](Self::create) as a part of a transaction in the main database. An engine that keeps its entries
    /// there joins the transaction; for all others this is right as it is. Runs off the async threads.
    fn create_within(&self, _: &mut DbConnection, new: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
        super::patience::block_on(self.create(new, now))
    }

    /// [`update`](Self::update), without its expiry, as a part of a transaction in the main database, in the same way.
    fn update_within(&self, _: &mut DbConnection, changed: &Browser, was: i32) -> Result<bool, Error> {
        super::patience::block_on(self.update(changed, was, false))
    }
}

/// Ends all keys of a session whose data are gone; rows beside the data have gone with them.
///
/// # Errors
/// When the engine does not answer; the keys open nothing all the same.
pub async fn end_all(engine: &dyn Engine, session: &SessionId, now: DateTime<Utc>) -> Result<(), Error> {
    if engine.is_beside_the_data() {
        return engine.forget(session).await;
    }
    for browser in engine.list(session).await? {
        engine.end(&browser, now).await?;
    }
    Ok(())
}

/// The session of the browser with this public handle, or with this [handle](SessionId::handle) of its own.
///
/// # Errors
/// When the engine or the main database does not answer.
pub async fn find_by_handle(engine: &dyn Engine, main: &Db, handle: &str) -> Result<Option<SessionId>, Error> {
    if engine.is_beside_the_data() {
        let handle = handle.to_owned();
        let found = main.run(move |conn| sessions::find_by_handle(conn, &handle)).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    let mut last = None;
    loop {
        let after = last.clone();
        let batch = main.run(move |conn| sessions::all(conn, after.as_ref(), BATCH)).await?;
        let Some(end) = batch.last() else { return Ok(None) };
        last = Some(end.clone());
        for (_, session) in batch {
            let own = session.handle() == handle;
            let is_it = own
                || !engine.is_beside_the_data() && {
                    let browsers = engine.list(&session).await?;
                    browsers.iter().any(|browser| browser.handle == handle)
                };
            if is_it {
                return Ok(Some(session));
            }
        }
    }
}

/// The engine that the settings name.
///
/// # Errors
/// When its place cannot be opened; the text names the setting.
pub fn open(keeping: &Keeping, main: &Db) -> Result<Arc<dyn Engine>, Error> {
    Ok(match keeping.engine {
        config::Engine::Database => Arc::new(database(keeping, main)?),
        config::Engine::CachedDatabase => Arc::new(Cached::open(database(keeping, main)?, redis_url(keeping)?)?),
        config::Engine::Redis => Arc::new(Redis::open(redis_url(keeping)?)?),
        config::Engine::Memory => Arc::new(Memory::default()),
        config::Engine::File => {
            let folder = keeping.file_path.as_deref().unwrap_or(Path::new(""));
            let opened = File::open(folder);
            Arc::new(opened.map_err(|error| Error(format!("SESSION_FILE_PATH {}: {error}", folder.display())))?)
        }
        config::Engine::Cookie => Arc::new(Cookie::new(main.clone())),
    })
}

/// The engine `database`, on the main one or on one of its own, which is brought to this version.
fn database(keeping: &Keeping, main: &Db) -> Result<Database, Error> {
    let Some(url) = keeping.database_url.as_ref().filter(|url| !main.is_at(url)) else {
        return Ok(Database::new(main.clone()));
    };
    let opened = Db::open(url).and_then(|db| db.run_here(migrations::migrate).map(|_| db));
    // The address may hold a password and is not repeated.
    let opened = opened.map_err(|error| Error(format!("SESSION_DATABASE_URL: {error}")))?;
    Ok(Database::elsewhere(opened))
}

fn redis_url(keeping: &Keeping) -> Result<&str, Error> {
    let url = keeping.redis_url.as_deref();
    url.ok_or_else(|| Error("REDIS_URL is needed for this engine".to_owned()))
}

/// The examples of the guide, compiled and run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/engines.md")]
struct Guide;

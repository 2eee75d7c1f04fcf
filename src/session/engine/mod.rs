//! Where the keys of browsers and what belongs to them are kept.
//!
//! An [`Engine`] is such a place: it keeps one [`Browser`] for each key and knows nothing of cookies, pages or what a
//! state means. A session's data are always in the main database, whatever the engine; an entry that outlives its
//! session opens nothing. Whoever calls an engine judges expiry and limits the time that it may take.

mod database;
mod memory;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub use database::Database;
pub use memory::Memory;

use super::SessionId;
use super::key::KeyHash;
use crate::config::{self, Keeping};
use crate::db::{Db, DbConnection};

/// How long an engine remembers that a key was ended: as long as the key could pass for one that has stored nothing.
pub const REMEMBER_ENDED: TimeDelta = super::key::ISSUED_FOR;

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
/// each is done wholly before or after another.
///
/// `now` is the time to judge by. A place with a clock of its own may forget what has expired by itself.
#[async_trait]
pub trait Engine: Send + Sync {
    /// What the key opens. Expiry is judged by the caller.
    async fn load(&self, key: &KeyHash, now: DateTime<Utc>) -> Result<Lookup, Error>;

    /// Keeps a new entry unless its key is known, open or ended, and says what the key is then. Never overwrites.
    async fn create(&self, new: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error>;

    /// Replaces session, state, version and expiry of the entry with this key, if its version is still `was`. Returns
    /// whether it was.
    async fn update(&self, changed: &Browser, was: i32) -> Result<bool, Error>;

    /// Takes over `touched_at`, and `expires_at` if it is later, if the last touch is not after `last_touch`; changes
    /// nothing else. Returns whether this call did.
    async fn touch(&self, touched: &Browser, last_touch: DateTime<Utc>) -> Result<bool, Error>;

    /// Lets the key `new` open the entry of the key `old`, which opens it until `until` and is ended then. Returns
    /// whether there was such an entry.
    async fn renew(
        &self,
        old: &Browser,
        new: &KeyHash,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, Error>;

    /// Forgets the entry and remembers its keys as ended for [`REMEMBER_ENDED`]. Doing it twice is harmless.
    async fn end(&self, browser: &Browser, now: DateTime<Utc>) -> Result<(), Error>;

    /// The browsers of a session, the oldest first.
    async fn list(&self, session: &SessionId) -> Result<Vec<Browser>, Error>;

    /// Forgets entries that expired before `now`, and ended keys that need not be remembered. Returns how many
    /// entries it forgot.
    async fn sweep(&self, now: DateTime<Utc>) -> Result<usize, Error>;

    /// Whether entries are rows of the main database, which go with their session.
    fn is_beside_the_data(&self) -> bool {
        false
    }

    /// Whether the entry has to travel in the browser's cookie, because nothing is kept here.
    fn is_in_the_cookie(&self) -> bool {
        false
    }

    /// [`create`](Self::create) as a part of a transaction in the main database. An engine that keeps its entries
    /// there joins the transaction; for all others this is right as it is. Runs off the async threads.
    fn create_within(&self, _: &mut DbConnection, new: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
        super::patience::block_on(self.create(new, now))
    }
}

/// Ends all keys of a session whose data are gone; rows beside the data have gone with them.
///
/// # Errors
/// When the engine does not answer; the keys open nothing all the same.
pub async fn end_all(engine: &dyn Engine, session: &SessionId, now: DateTime<Utc>) -> Result<(), Error> {
    if engine.is_beside_the_data() {
        return Ok(());
    }
    for browser in engine.list(session).await? {
        engine.end(&browser, now).await?;
    }
    Ok(())
}

/// The engine that the settings name.
///
/// # Errors
/// When its place cannot be opened; the text names the setting.
pub fn open(keeping: &Keeping, main: &Db) -> Result<Arc<dyn Engine>, Error> {
    Ok(match keeping.engine {
        config::Engine::Database => Arc::new(Database::new(main.clone())),
        config::Engine::Memory => Arc::new(Memory::default()),
        _ => return Err(Error("SESSION_ENGINE is not available".into())),
    })
}

//! What a place that keeps keys has to do.

use std::future::Future;

use chrono::{DateTime, Utc};

use super::SessionId;
use super::key::KeyHash;
use crate::db::{self, DbConnection};

pub use crate::db::sessions::{KeyRow, Lookup};

/// A place where the keys of browsers and what belongs to them are kept.
///
/// Sessions' data always lives in the main database, so `create` and `end` are called inside the
/// transaction that stores the first thing or deletes the last, with its connection. An engine that
/// keeps keys elsewhere does so in these calls, off the async threads.
pub trait Engine {
    /// What the key is; expiry is judged by the caller.
    fn load(&self, key: &KeyHash) -> impl Future<Output = Result<Lookup, db::Error>>;

    /// Moves the expiry if the last touch is not after `last_touch`, and writes nothing else.
    /// Of several calls at the same time one does it. Returns whether this one did.
    fn touch(
        &self,
        key: &KeyHash,
        last_touch: DateTime<Utc>,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> impl Future<Output = Result<bool, db::Error>>;

    /// Makes a session under a key that opens none yet; never overwrites. If the key opens one by
    /// now, that is returned.
    fn create(
        &self,
        conn: &mut DbConnection,
        key: &KeyHash,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<SessionId, db::Error>;

    /// Ends the session with all its keys and data, and remembers the keys as ended for a day.
    fn end(&self, conn: &mut DbConnection, session: &SessionId, now: DateTime<Utc>) -> Result<(), db::Error>;
}

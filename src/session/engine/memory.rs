//! The engine `memory`: entries live as long as the process.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Browser, Engine, Entries, Error, Lookup};
use crate::session::SessionId;
use crate::session::key::KeyHash;

/// Keeps entries in the memory of this process; a restart forgets them.
#[derive(Default)]
pub struct Memory {
    entries: Mutex<Entries>,
}

impl Memory {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        // Every change is one insertion or removal, so there is nothing half-written.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Engine for Memory {
    async fn load(&self, key: &KeyHash, now: DateTime<Utc>) -> Result<Lookup, Error> {
        Ok(self.entries().load(key, now))
    }

    async fn create(&self, new: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
        Ok(self.entries().create(new, now))
    }

    async fn update(&self, changed: &Browser, was: i32, moves_expiry: bool) -> Result<bool, Error> {
        Ok(self.entries().update(changed, was, moves_expiry))
    }

    async fn touch(&self, touched: &Browser, last_touch: DateTime<Utc>) -> Result<bool, Error> {
        Ok(self.entries().touch(touched, last_touch))
    }

    async fn renew(
        &self,
        old: &Browser,
        new: &KeyHash,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, Error> {
        Ok(self.entries().renew(old, new, now, until))
    }

    async fn end(&self, browser: &Browser, now: DateTime<Utc>) -> Result<(), Error> {
        self.entries().end(browser, now);
        Ok(())
    }

    async fn list(&self, session: &SessionId) -> Result<Vec<Browser>, Error> {
        Ok(self.entries().list(session))
    }

    async fn sweep(&self, now: DateTime<Utc>) -> Result<usize, Error> {
        Ok(self.entries().sweep(now))
    }
}

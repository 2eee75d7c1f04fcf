//! The engine `memory`: entries live as long as the process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Browser, Engine, Error, Lookup, REMEMBER_ENDED};
use crate::session::SessionId;
use crate::session::key::KeyHash;

/// Keeps entries in the memory of this process; a restart forgets them.
#[derive(Default)]
pub struct Memory {
    keys: Mutex<HashMap<KeyHash, Kept>>,
}

/// What is kept under a hash.
enum Kept {
    Entry(Browser),
    /// The key was replaced by this one, and opens the same until then.
    Replaced(KeyHash, DateTime<Utc>),
    Ended(DateTime<Utc>),
}

impl Memory {
    fn keys(&self) -> MutexGuard<'_, HashMap<KeyHash, Kept>> {
        // Every change is one insertion or removal, so there is nothing half-written.
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn look(keys: &HashMap<KeyHash, Kept>, key: &KeyHash, now: DateTime<Utc>) -> Lookup {
    match keys.get(key) {
        Some(Kept::Entry(browser)) => Lookup::Open(browser.clone()),
        Some(Kept::Replaced(by, until)) if now < *until => look(keys, by, now),
        Some(Kept::Replaced(_, at) | Kept::Ended(at)) => Lookup::Ended(*at),
        None => Lookup::Unknown,
    }
}

#[async_trait]
impl Engine for Memory {
    async fn load(&self, key: &KeyHash, now: DateTime<Utc>) -> Result<Lookup, Error> {
        Ok(look(&self.keys(), key, now))
    }

    async fn create(&self, new: &Browser, now: DateTime<Utc>) -> Result<Lookup, Error> {
        let mut keys = self.keys();
        match look(&keys, &new.key, now) {
            Lookup::Unknown => {}
            known => return Ok(known),
        }
        keys.insert(new.key.clone(), Kept::Entry(new.clone()));
        Ok(Lookup::Open(new.clone()))
    }

    async fn update(&self, changed: &Browser, was: i32) -> Result<bool, Error> {
        match self.keys().get_mut(&changed.key) {
            Some(Kept::Entry(kept)) if kept.version == was => {
                kept.session = changed.session.clone();
                kept.state = changed.state.clone();
                kept.version = changed.version;
                kept.expires_at = changed.expires_at;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn touch(&self, touched: &Browser, last_touch: DateTime<Utc>) -> Result<bool, Error> {
        match self.keys().get_mut(&touched.key) {
            Some(Kept::Entry(kept)) if kept.touched_at <= last_touch && kept.touched_at < touched.touched_at => {
                kept.touched_at = touched.touched_at;
                kept.expires_at = kept.expires_at.max(touched.expires_at);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn renew(&self, old: &Browser, new: &KeyHash, _: DateTime<Utc>, until: DateTime<Utc>) -> Result<bool, Error> {
        let mut keys = self.keys();
        let Some(Kept::Entry(kept)) = keys.get(&old.key) else {
            return Ok(false);
        };
        let renewed = Browser {
            key: new.clone(),
            ..kept.clone()
        };
        keys.insert(new.clone(), Kept::Entry(renewed));
        keys.insert(old.key.clone(), Kept::Replaced(new.clone(), until));
        Ok(true)
    }

    async fn end(&self, browser: &Browser, now: DateTime<Utc>) -> Result<(), Error> {
        let mut keys = self.keys();
        for kept in keys.values_mut() {
            if matches!(kept, Kept::Replaced(by, _) if *by == browser.key) {
                *kept = Kept::Ended(now);
            }
        }
        keys.insert(browser.key.clone(), Kept::Ended(now));
        Ok(())
    }

    async fn list(&self, session: &SessionId) -> Result<Vec<Browser>, Error> {
        let mut browsers: Vec<Browser> = self
            .keys()
            .values()
            .filter_map(|kept| match kept {
                Kept::Entry(browser) if browser.session == *session => Some(browser.clone()),
                _ => None,
            })
            .collect();
        browsers.sort_by(|one, other| (one.created_at, &one.handle).cmp(&(other.created_at, &other.handle)));
        Ok(browsers)
    }

    async fn sweep(&self, now: DateTime<Utc>) -> Result<usize, Error> {
        let mut forgotten = 0;
        self.keys().retain(|_, kept| match kept {
            Kept::Entry(browser) => {
                let stays = browser.expires_at >= now;
                forgotten += usize::from(!stays);
                stays
            }
            Kept::Replaced(_, at) | Kept::Ended(at) => now < *at + REMEMBER_ENDED,
        });
        Ok(forgotten)
    }
}

//! The promises of an engine, kept on a plain table in memory.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Browser, Lookup, REMEMBER_ENDED};
use crate::session::SessionId;
use crate::session::key::KeyHash;

/// A table of entries with the rules of an [`Engine`](super::Engine), method for method.
///
/// It can be written and read as JSON. An engine that holds one under a lock, be it a mutex, a locked file or a row in
/// some database, keeps every promise by passing its calls on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Entries {
    keys: HashMap<KeyHash, Kept>,
}

/// What is kept under a hash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Entry(Browser),
    /// The key was replaced by this one, and opens the same until then.
    Replaced(KeyHash, DateTime<Utc>),
    Ended(DateTime<Utc>),
}

impl Entries {
    /// See [`Engine::load`](super::Engine::load).
    pub fn load(&self, key: &KeyHash, now: DateTime<Utc>) -> Lookup {
        match self.keys.get(key) {
            Some(Kept::Entry(browser)) => Lookup::Open(browser.clone()),
            Some(Kept::Replaced(by, until)) if now < *until => self.load(by, now),
            Some(Kept::Replaced(_, at) | Kept::Ended(at)) => Lookup::Ended(*at),
            None => Lookup::Unknown,
        }
    }

    /// See [`Engine::create`](super::Engine::create).
    pub fn create(&mut self, new: &Browser, now: DateTime<Utc>) -> Lookup {
        match self.load(&new.key, now) {
            Lookup::Unknown => {}
            known => return known,
        }
        self.keys.insert(new.key.clone(), Kept::Entry(new.clone()));
        Lookup::Open(new.clone())
    }

    /// See [`Engine::update`](super::Engine::update).
    pub fn update(&mut self, changed: &Browser, was: i32, moves_expiry: bool) -> bool {
        match self.keys.get_mut(&changed.key) {
            Some(Kept::Entry(kept)) => kept.update(changed, was, moves_expiry),
            _ => false,
        }
    }

    /// See [`Engine::touch`](super::Engine::touch).
    pub fn touch(&mut self, touched: &Browser, last_touch: DateTime<Utc>) -> bool {
        match self.keys.get_mut(&touched.key) {
            Some(Kept::Entry(kept)) => kept.touch(touched, last_touch),
            _ => false,
        }
    }

    /// See [`Engine::renew`](super::Engine::renew).
    pub fn renew(&mut self, old: &Browser, new: &KeyHash, now: DateTime<Utc>, until: DateTime<Utc>) -> bool {
        let Some(Kept::Entry(kept)) = self.keys.get(&old.key) else {
            return false;
        };
        let key = new.clone();
        let renewed = Browser { key, ..kept.clone() };
        for earlier in self.keys.values_mut() {
            if let Kept::Replaced(by, at) = earlier
                && *by == old.key
            {
                *at = now.min(*at);
            }
        }
        self.keys.insert(new.clone(), Kept::Entry(renewed));
        self.keys.insert(old.key.clone(), Kept::Replaced(new.clone(), until));
        true
    }

    /// See [`Engine::end`](super::Engine::end).
    pub fn end(&mut self, browser: &Browser, now: DateTime<Utc>) {
        let mut key = browser.key.clone();
        // A key is replaced by one that was not there before, so this comes to an end.
        while let Some(Kept::Replaced(by, _)) = self.keys.get(&key) {
            key = by.clone();
        }
        if !matches!(self.keys.get(&key), Some(Kept::Ended(_))) {
            // Replaced keys that still open lead here.
            self.keys.insert(key, Kept::Ended(now));
        }
    }

    /// See [`Engine::list`](super::Engine::list).
    pub fn list(&self, session: &SessionId) -> Vec<Browser> {
        let mut browsers: Vec<Browser> = self
            .keys
            .values()
            .filter_map(|kept| match kept {
                Kept::Entry(browser) if browser.session == *session => Some(browser.clone()),
                _ => None,
            })
            .collect();
        browsers.sort_by(|one, other| one.age_order(other));
        browsers
    }

    /// See [`Engine::sweep`](super::Engine::sweep).
    pub fn sweep(&mut self, now: DateTime<Utc>) -> usize {
        let mut forgotten = 0;
        self.keys.retain(|_, kept| match kept {
            Kept::Entry(browser) => {
                let stays = browser.expires_at >= now;
                forgotten += usize::from(!stays);
                stays
            }
            Kept::Replaced(_, at) | Kept::Ended(at) => now <= *at + REMEMBER_ENDED,
        });
        forgotten
    }
}

impl Browser {
    /// Takes over what an update changes, if the version is still this one.
    pub(super) fn update(&mut self, changed: &Self, was: i32, moves_expiry: bool) -> bool {
        if self.version != was {
            return false;
        }
        self.session = changed.session.clone();
        self.state = changed.state.clone();
        self.version = changed.version;
        if moves_expiry {
            self.expires_at = changed.expires_at;
        }
        true
    }

    /// Takes over the times of a touch, if there was none since `last_touch` and no change of the state either.
    pub(super) fn touch(&mut self, touched: &Self, last_touch: DateTime<Utc>) -> bool {
        let is_changed = self.version != touched.version;
        if is_changed || self.touched_at > last_touch || self.touched_at >= touched.touched_at {
            return false;
        }
        self.touched_at = touched.touched_at;
        self.expires_at = self.expires_at.max(touched.expires_at);
        true
    }

    /// The order in which a session's browsers are listed: the oldest first.
    pub(super) fn age_order(&self, other: &Self) -> std::cmp::Ordering {
        (self.created_at, &self.handle).cmp(&(other.created_at, &other.handle))
    }
}

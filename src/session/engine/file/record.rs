use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Browser;
use crate::session::key::KeyHash;

/// The version of a file's shape. A file of a newer one is passed over.
const VERSION: u8 = 1;

/// What a file says: a JSON object.
#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    v: u8,
    /// The hash that the file is named by, so that a file under a wrong name opens nothing.
    key: KeyHash,
    kept: Kept,
}

/// What is kept under a hash.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kept {
    Entry {
        browser: Browser,
        /// After a renewal, the key that this one replaced. As long as that one opens an entry of its own, the renewal
        /// is not finished, and this entry not born.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<KeyHash>,
    },
    Replaced {
        by: KeyHash,
        until: DateTime<Utc>,
    },
    Ended {
        at: DateTime<Utc>,
    },
}

impl Record {
    pub(super) fn entry(browser: &Browser, replaces: Option<&KeyHash>) -> Self {
        let (key, browser, replaces) = (&browser.key, browser.clone(), replaces.cloned());
        Self::new(key, Kept::Entry { browser, replaces })
    }

    pub(super) fn replaced(key: &KeyHash, by: &KeyHash, until: DateTime<Utc>) -> Self {
        let by = by.clone();
        Self::new(key, Kept::Replaced { by, until })
    }

    pub(super) fn ended(key: &KeyHash, at: DateTime<Utc>) -> Self {
        Self::new(key, Kept::Ended { at })
    }

    fn new(key: &KeyHash, kept: Kept) -> Self {
        let (v, key) = (VERSION, key.clone());
        Self { v, key, kept }
    }

    pub(super) fn key(&self) -> &KeyHash {
        &self.key
    }

    /// Reads the file of this key; `None` when it is not one of ours.
    pub(super) fn read(key: &KeyHash, bytes: &[u8]) -> Option<Kept> {
        let record: Self = serde_json::from_slice(bytes).ok()?;
        let is_of_this_key = match &record.kept {
            Kept::Entry { browser, .. } => browser.key == *key,
            Kept::Replaced { by, .. } => by != key,
            Kept::Ended { .. } => true,
        };
        (record.v == VERSION && record.key == *key && is_of_this_key).then_some(record.kept)
    }
}

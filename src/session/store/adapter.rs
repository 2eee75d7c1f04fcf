//! The store as other callers of actix-session's interface see it.

use std::collections::HashMap;

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time;
use anyhow::anyhow;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::super::state::{Change, Expiry, State};
use super::super::{delta, engine};
use super::{Found, Open, Store};
use crate::config;

impl Store {
    /// Until when the key is good after activity now, if the caller wants so many seconds: what was chosen for this
    /// browser counts more, and nothing lives longer than a cookie may or beyond the hard end.
    fn expires_at(&self, open: &Open, ttl: &time::Duration, now: DateTime<Utc>) -> DateTime<Utc> {
        let (settings, begun_at) = (&self.inner.settings, open.browser.begun_at);
        if open.state.expiry != Expiry::Default {
            return open.state.expiry.expires_at(now, begun_at, settings);
        }
        let longest = delta(config::LONGEST_AGE);
        let wished = TimeDelta::try_seconds(ttl.whole_seconds()).unwrap_or(longest);
        let wished = now + wished.clamp(TimeDelta::zero(), longest);
        Expiry::At(wished).expires_at(now, begun_at, settings)
    }

    async fn open(&self, key: &SessionKey) -> Result<Option<Open>, engine::Error> {
        let Some((key, carried)) = self.read(key.as_ref().as_bytes()) else {
            return Ok(None);
        };
        Ok(match self.find(&key, carried.as_ref(), self.inner.clock.now()).await? {
            Found::Open(open) => Some(*open),
            Found::Issued | Found::Ended(_) | Found::Unknown => None,
        })
    }
}

/// The values of actix-session's map are JSON texts.
fn values(map: HashMap<String, String>) -> Change {
    let read = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
    Change::Values(map.into_iter().map(|(name, text)| (name, read(text))).collect())
}

/// What stands in the cookie, as actix-session's stores take it.
fn session_key(value: Option<String>) -> Result<SessionKey, anyhow::Error> {
    let key = value.and_then(|value| SessionKey::try_from(value).ok());
    key.ok_or_else(|| anyhow!("the value is longer than a cookie may be"))
}

impl SessionStore for Store {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        let opened = self.open(key).await.map_err(|error| LoadError::Other(error.into()))?;
        Ok(opened.map(|open| {
            let values = open.state.values().iter();
            values.map(|(name, value)| (name.clone(), value.to_string())).collect()
        }))
    }

    async fn save(&self, map: HashMap<String, String>, _ttl: &time::Duration) -> Result<SessionKey, SaveError> {
        let failed = |error: anyhow::Error| SaveError::Other(error);
        let now = self.inner.clock.now();
        let key = self.issue(now).map_err(|error| failed(error.into()))?;
        if map.is_empty() {
            return session_key(Some(key.text().to_owned())).map_err(failed);
        }
        let (store, begun_by, changes) = (self.clone(), key.clone(), [values(map)]);
        let mut state = State::default();
        state.apply(&changes[0], now);
        state
            .write(self.state_bytes())
            .map_err(|error| SaveError::Serialization(error.into()))?;
        let begun = self
            .inner
            .db
            .write(move |conn| store.begin(conn, &begun_by, "", &changes, now));
        let browser = begun.await.map_err(|error| failed(error.into()))?.browser;
        session_key(self.value(&key, &browser)).map_err(failed)
    }

    async fn update(
        &self,
        session_key_text: SessionKey,
        map: HashMap<String, String>,
        ttl: &time::Duration,
    ) -> Result<SessionKey, UpdateError> {
        let failed = |error: anyhow::Error| UpdateError::Other(error);
        let text = session_key_text.as_ref().as_bytes();
        let opened = self
            .open(&session_key_text)
            .await
            .map_err(|error| failed(error.into()))?;
        let ended = || failed(anyhow!("the session has been ended"));
        let (open, (key, _)) = opened.zip(self.read(text)).ok_or_else(ended)?;
        let changes = [values(map)];
        let changed = self.change(&open.browser, &changes, self.inner.clock.now());
        let changed = changed.await.map_err(|refused| failed(refused.into()))?;
        self.update_ttl(&session_key_text, ttl).await.map_err(failed)?;
        session_key(self.value(&key, &changed)).map_err(failed)
    }

    async fn update_ttl(&self, key: &SessionKey, ttl: &time::Duration) -> Result<(), anyhow::Error> {
        if let Some(open) = self.open(key).await? {
            let now = self.inner.clock.now();
            let last_touch = now - open.state.expiry.touch_interval(&self.inner.settings);
            let expires_at = self.expires_at(&open, ttl, now);
            self.note(&open.browser, last_touch, now, expires_at).await?;
        }
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        if let Some(open) = self.open(key).await? {
            self.end(&open.browser, self.inner.clock.now()).await?;
        }
        Ok(())
    }
}

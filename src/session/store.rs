//! The engine behind actix-session's interface, which is what the middleware talks to.
//!
//! The interface knows a key, a small map and a time to live. A key is issued by `save` without
//! storing anything; `load` answers with a `Found` written as a map, where a key that has stored
//! nothing yet is the empty map; `update_ttl` is the touch. What a visitor owns is in tables, so
//! `update` has nothing but the time to move.
//!
//! Our middleware calls `load` and `save` only: it has to know whether a touch moved anything, and a
//! session ends inside the transaction of the page that deletes its data. `update`, `update_ttl` and
//! `delete` do the same for any other caller of the interface, and never make or bring back a row.

use std::collections::HashMap;

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time;
use anyhow::anyhow;
use chrono::{DateTime, TimeDelta, Utc};

use super::engine::{Engine, Lookup};
use super::key::{ISSUED_FOR, Key, Seal};
use super::{SessionId, delta};
use crate::clock::Clock;
use crate::config;
use crate::db::{self, Db};

/// actix-session's store over an engine of ours.
pub struct Store<E> {
    db: Db,
    engine: E,
    seal: Seal,
    clock: Clock,
    settings: config::Session,
}

/// What a good key stands for.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// It was issued a short time ago and has stored nothing.
    Issued,
    /// It opens this session.
    Open(Open),
    /// It was ended on purpose, at this time.
    Ended(DateTime<Utc>),
}

/// A session as a request finds it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) session: SessionId,
    pub(super) created_at: DateTime<Utc>,
    pub(super) touched_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
}

impl<E> Store<E> {
    /// A store of these keys.
    pub fn new(db: Db, engine: E, seal: Seal, clock: Clock, settings: config::Session) -> Self {
        Self {
            db,
            engine,
            seal,
            clock,
            settings,
        }
    }

    pub(super) fn engine(&self) -> &E {
        &self.engine
    }

    pub(super) fn seal(&self) -> &Seal {
        &self.seal
    }
}

impl<E: Engine> Store<E> {
    /// Notes activity, at most once an interval; returns whether this call did.
    pub(super) async fn touch(
        &self,
        key: &Key,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<bool, db::Error> {
        let last_touch = now - delta(self.settings.touch_interval);
        self.engine.touch(&key.hash(), last_touch, now, expires_at).await
    }
}

impl<E: Engine + Clone + Send + 'static> SessionStore for Store<E> {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        let Some(key) = self.seal.open(key.as_ref().as_bytes()) else {
            return Ok(None);
        };
        let now = self.clock.now();
        let found = match self
            .engine
            .load(&key.hash())
            .await
            .map_err(|error| LoadError::Other(error.into()))?
        {
            Lookup::Open(row) => {
                let created_at = row.created_at.and_utc();
                let open = Open {
                    session: row.session,
                    created_at,
                    touched_at: row.touched_at.and_utc(),
                    expires_at: not_after_the_end(row.expires_at.and_utc(), created_at, &self.settings),
                };
                (now < open.expires_at).then_some(Found::Open(open))
            }
            Lookup::Ended(at) => Some(Found::Ended(at.and_utc())),
            Lookup::Unknown => {
                let good_for = ISSUED_FOR.min(delta(self.settings.age));
                (now < key.issued_at() + good_for).then_some(Found::Issued)
            }
        };
        Ok(found.map(Found::into_state))
    }

    async fn save(&self, state: HashMap<String, String>, _ttl: &time::Duration) -> Result<SessionKey, SaveError> {
        if !state.is_empty() {
            return Err(SaveError::Other(anyhow!(
                "a key is issued before anything is stored under it"
            )));
        }
        let key = self
            .seal
            .issue(self.clock.now())
            .map_err(|error| SaveError::Other(error.into()))?;
        key.session_key()
            .ok_or_else(|| SaveError::Other(anyhow!("a key is longer than a cookie may be")))
    }

    async fn update(
        &self,
        key: SessionKey,
        _state: HashMap<String, String>,
        ttl: &time::Duration,
    ) -> Result<SessionKey, UpdateError> {
        self.update_ttl(&key, ttl).await.map_err(UpdateError::Other)?;
        Ok(key)
    }

    async fn update_ttl(&self, key: &SessionKey, ttl: &time::Duration) -> Result<(), anyhow::Error> {
        let Some(key) = self.seal.open(key.as_ref().as_bytes()) else {
            return Ok(());
        };
        let now = self.clock.now();
        self.touch(&key, now, now + TimeDelta::seconds(ttl.whole_seconds()))
            .await?;
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let Some(key) = self.seal.open(key.as_ref().as_bytes()) else {
            return Ok(());
        };
        let Lookup::Open(row) = self.engine.load(&key.hash()).await? else {
            return Ok(());
        };
        let (engine, now) = (self.engine.clone(), self.clock.now());
        self.db
            .write(move |conn| engine.end(conn, &row.session, now))
            .await
            .map_err(|error: db::Error| error.into())
    }
}

/// An expiry, but not after the hard end, if one is set.
pub(super) fn not_after_the_end(
    expires_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    settings: &config::Session,
) -> DateTime<Utc> {
    match settings.absolute_age {
        Some(absolute) => expires_at.min(created_at + delta(absolute)),
        None => expires_at,
    }
}

const SESSION: &str = "session";
const CREATED_AT: &str = "created_at";
const TOUCHED_AT: &str = "touched_at";
const EXPIRES_AT: &str = "expires_at";
const ENDED_AT: &str = "ended_at";

impl Found {
    /// Times are microseconds since 1970, as both databases keep them.
    fn into_state(self) -> HashMap<String, String> {
        let time = |time: DateTime<Utc>| time.timestamp_micros().to_string();
        let entries = match self {
            Self::Issued => vec![],
            Self::Open(open) => vec![
                (SESSION, open.session.as_str().to_owned()),
                (CREATED_AT, time(open.created_at)),
                (TOUCHED_AT, time(open.touched_at)),
                (EXPIRES_AT, time(open.expires_at)),
            ],
            Self::Ended(at) => vec![(ENDED_AT, time(at))],
        };
        entries
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// What [`SessionStore::load`] answered.
    pub(super) fn from_state(state: &HashMap<String, String>) -> Option<Self> {
        let time = |name| DateTime::from_timestamp_micros(state.get(name)?.parse().ok()?);
        if state.is_empty() {
            return Some(Self::Issued);
        }
        if let Some(at) = time(ENDED_AT) {
            return Some(Self::Ended(at));
        }
        Some(Self::Open(Open {
            session: SessionId::from_row(state.get(SESSION)?.clone()),
            created_at: time(CREATED_AT)?,
            touched_at: time(TOUCHED_AT)?,
            expires_at: time(EXPIRES_AT)?,
        }))
    }
}

//! The rules that hold for every engine: what a good key is, when activity is noted, how a state is changed.
//!
//! Our middleware and [`Visitor`](super::Visitor) use the finer methods; for other callers [`Store`] is a
//! `SessionStore` of actix-session as well: `save` without a state issues a key and stores nothing, `load` and `update`
//! see the values of the state, `update_ttl` is the touch. None of them brings an ended session back.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time;
use anyhow::anyhow;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::engine::{self, Browser, Engine, Lookup};
use super::key::{ISSUED_FOR, Key, Seal};
use super::patience::within;
use super::state::{self, Change, Expiry, State};
use super::{SessionId, delta};
use crate::clock::Clock;
use crate::config;
use crate::db::{self, Db, DbConnection, sessions};
use crate::random;

/// How long a replaced key still opens: requests may be on their way.
const IN_FLIGHT: TimeDelta = TimeDelta::seconds(60);
/// How often a change of the state is made again because another request was faster.
const TRIES: usize = 8;
/// How many unreadable states are remembered as logged.
const LOGGED: usize = 1000;

/// An engine with the rules of sessions; cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    engine: Arc<dyn Engine>,
    seal: Seal,
    clock: Clock,
    settings: config::Session,
    unreadable: Mutex<HashSet<String>>,
}

/// What a good key stands for.
pub(super) enum Found {
    /// It was issued a short time ago and has stored nothing.
    Issued,
    /// It opens this session.
    Open(Box<Open>),
    /// It was ended on purpose, at this time.
    Ended(DateTime<Utc>),
    /// It has expired, or nobody knows it any more.
    Unknown,
}

/// A session as a request finds it.
#[derive(Clone)]
pub(super) struct Open {
    pub(super) browser: Browser,
    pub(super) state: State,
    /// The key was replaced a moment ago. It must not come back to the browser, which has a newer one.
    pub(super) is_replaced: bool,
}

/// Why a change of the state was not kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error(transparent)]
    Engine(#[from] engine::Error),
    #[error(transparent)]
    State(#[from] state::Error),
    /// The entry was ended meanwhile, or others changed it again and again.
    #[error("the session was changed or ended by another request")]
    Overtaken,
}

impl Store {
    /// The rules over this engine.
    pub fn new(db: Db, engine: Arc<dyn Engine>, seal: Seal, clock: Clock, settings: config::Session) -> Self {
        Self {
            inner: Arc::new(Inner {
                db,
                engine,
                seal,
                clock,
                settings,
                unreadable: Mutex::default(),
            }),
        }
    }

    /// The engine.
    pub fn engine(&self) -> &dyn Engine {
        &*self.inner.engine
    }

    /// The engine, for whoever outlives the store.
    pub fn shared_engine(&self) -> Arc<dyn Engine> {
        Arc::clone(&self.inner.engine)
    }

    pub(super) fn seal(&self) -> &Seal {
        &self.inner.seal
    }

    pub(super) fn settings(&self) -> &config::Session {
        &self.inner.settings
    }

    /// What the key is now.
    pub(super) async fn find(&self, key: &Key, now: DateTime<Utc>) -> Result<Found, engine::Error> {
        let settings = &self.inner.settings;
        Ok(match within(self.engine().load(&key.hash(), now)).await? {
            Lookup::Open(mut browser) => {
                if let Some(age) = settings.absolute_age {
                    browser.expires_at = browser.expires_at.min(browser.begun_at + delta(age));
                }
                if now < browser.expires_at {
                    Found::Open(Box::new(Open {
                        state: self.state(&browser),
                        is_replaced: browser.key != key.hash(),
                        browser,
                    }))
                } else {
                    Found::Unknown
                }
            }
            Lookup::Ended(at) => Found::Ended(at),
            Lookup::Unknown if now < key.issued_at() + ISSUED_FOR.min(delta(settings.age)) => Found::Issued,
            Lookup::Unknown => Found::Unknown,
        })
    }

    /// The browser's state. One that cannot be read costs its values, never the session.
    fn state(&self, browser: &Browser) -> State {
        State::read(&browser.state).unwrap_or_else(|| {
            let mut logged = self.inner.unreadable.lock().unwrap_or_else(PoisonError::into_inner);
            if logged.len() < LOGGED && logged.insert(browser.handle.clone()) {
                tracing::error!(
                    handle = browser.handle,
                    "the state of a browser cannot be read and counts as empty"
                );
            }
            State::default()
        })
    }

    /// Makes a session under a key that opens none yet, with these changes of an empty state, inside the transaction
    /// that stores the visitor's first thing. Of parallel requests with the same key all get the same session.
    ///
    /// # Errors
    /// [`db::Error::Ended`] when the key was ended meanwhile.
    pub(super) fn begin(
        &self,
        conn: &mut DbConnection,
        key: &Key,
        family: &str,
        changes: &[Change],
        now: DateTime<Utc>,
    ) -> Result<Browser, db::Error> {
        let session = self.inner.seal.session(key);
        self.enter(conn, key, &session, family, changes, now)
    }

    /// Lets a new key open the session, which is made if it is not there.
    ///
    /// # Errors
    /// [`db::Error::Ended`] when key or session were ended.
    pub(super) fn enter(
        &self,
        conn: &mut DbConnection,
        key: &Key,
        session: &SessionId,
        family: &str,
        changes: &[Change],
        now: DateTime<Utc>,
    ) -> Result<Browser, db::Error> {
        if sessions::ended_at(conn, &session.hash())?.is_some() {
            return Err(db::Error::Ended);
        }
        let begun_at = match sessions::life(conn, session) {
            Ok((created_at, _)) => created_at.and_utc(),
            Err(db::Error::NotFound) => now,
            Err(error) => return Err(error),
        };
        let mut state = State::default();
        for change in changes {
            state.apply(change, now);
        }
        let expires_at = state.expiry.expires_at(now, begun_at, &self.inner.settings);
        let new = Browser {
            key: key.hash(),
            handle: random::id()?,
            session: session.clone(),
            family: family.to_owned(),
            state: state.write().unwrap_or_else(|_| "{}".to_owned()),
            version: 1,
            begun_at,
            created_at: now,
            touched_at: now,
            expires_at,
        };
        let known = self.engine().create_within(conn, &new, now);
        match known.map_err(|error| db::Error::Unavailable(error.to_string()))? {
            Lookup::Open(browser) => {
                self.keep(conn, &browser)?;
                Ok(browser)
            }
            Lookup::Ended(_) | Lookup::Unknown => Err(db::Error::Ended),
        }
    }

    /// Makes sure that the session's row is in the main database and lives as long as the browser's key.
    ///
    /// # Errors
    /// [`db::Error::Ended`] when the session was ended.
    pub(super) fn keep(&self, conn: &mut DbConnection, browser: &Browser) -> Result<(), db::Error> {
        let session = &browser.session;
        let expires_at = browser.expires_at.naive_utc();
        match sessions::life(conn, session) {
            Ok((_, until)) if until < expires_at => sessions::extend(conn, session, expires_at),
            Ok(_) => Ok(()),
            Err(db::Error::NotFound) => {
                // A key without its session: ended while the request was on its way, or, where keys are kept elsewhere,
                // left over from a transaction that was not committed.
                if self.engine().is_beside_the_data() || sessions::ended_at(conn, &session.hash())?.is_some() {
                    return Err(db::Error::Ended);
                }
                sessions::create(conn, session, browser.begun_at.naive_utc(), expires_at)
            }
            Err(error) => Err(error),
        }
    }

    /// Notes activity if the last is long enough ago; returns whether this call did, and the expiry then.
    pub(super) async fn touch(&self, open: &Open, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, engine::Error> {
        let settings = &self.inner.settings;
        let expiry = open.state.expiry;
        let last_touch = now - expiry.touch_interval(settings);
        if open.browser.touched_at > last_touch {
            return Ok(None);
        }
        let expires_at = expiry.expires_at(now, open.browser.begun_at, settings);
        self.note(&open.browser, last_touch, now, expires_at).await
    }

    async fn note(
        &self,
        browser: &Browser,
        last_touch: DateTime<Utc>,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, engine::Error> {
        let touched = Browser {
            touched_at: now,
            expires_at,
            ..browser.clone()
        };
        self.outlive(&touched).await?;
        let moved = within(self.engine().touch(&touched, last_touch)).await?;
        Ok(moved.then_some(expires_at.max(browser.expires_at)))
    }

    /// The data must live at least as long as the key that opens them. An engine beside the data sees to it itself.
    async fn outlive(&self, browser: &Browser) -> Result<(), engine::Error> {
        if self.engine().is_beside_the_data() {
            return Ok(());
        }
        let (session, until) = (browser.session.clone(), browser.expires_at.naive_utc());
        let short = self.inner.db.run(move |conn| match sessions::life(conn, &session) {
            Ok((_, kept)) => Ok(kept < until),
            Err(db::Error::NotFound) => Ok(false),
            Err(error) => Err(error),
        });
        if short.await? {
            let session = browser.session.clone();
            self.inner
                .db
                .write(move |conn| sessions::extend(conn, &session, until))
                .await?;
        }
        Ok(())
    }

    /// Changes the state of a browser, after others that were faster, and returns the entry as it is then. What
    /// changes nothing writes nothing.
    pub(super) async fn change(
        &self,
        browser: &Browser,
        changes: &[Change],
        now: DateTime<Utc>,
    ) -> Result<Browser, Refused> {
        let moves_expiry = changes.iter().any(|change| matches!(change, Change::Expiry(_)));
        let mut browser = browser.clone();
        for _ in 0..TRIES {
            let before = self.state(&browser);
            let mut after = before.clone();
            for change in changes {
                after.apply(change, now);
            }
            if after == before {
                return Ok(browser);
            }
            let mut changed = Browser {
                state: after.write()?,
                version: browser.version.wrapping_add(1),
                ..browser.clone()
            };
            if moves_expiry {
                changed.expires_at = after.expiry.expires_at(now, browser.begun_at, &self.inner.settings);
                self.outlive(&changed).await?;
            }
            if within(self.engine().update(&changed, browser.version)).await? {
                if moves_expiry {
                    self.settle_expiry(&changed).await?;
                }
                return Ok(changed);
            }
            browser = match within(self.engine().load(&browser.key, now)).await? {
                Lookup::Open(browser) => browser,
                Lookup::Ended(_) | Lookup::Unknown => return Err(Refused::Overtaken),
            };
        }
        Err(Refused::Overtaken)
    }

    /// Keeps the data as long as the browser that keeps them longest wishes, and no longer.
    async fn settle_expiry(&self, changed: &Browser) -> Result<(), engine::Error> {
        let browsers = within(self.engine().list(&changed.session)).await?;
        // An engine that cannot list knows nothing of the others.
        if !browsers.iter().any(|browser| browser.handle == changed.handle) {
            return Ok(());
        }
        let Some(until) = browsers.iter().map(|browser| browser.expires_at.naive_utc()).max() else {
            return Ok(());
        };
        let session = changed.session.clone();
        self.inner
            .db
            .write(move |conn| sessions::set_expiry(conn, &session, until))
            .await?;
        Ok(())
    }

    /// Gives the browser a new key; `None` when another request was faster or ended it.
    pub(super) async fn renew(&self, browser: &Browser, now: DateTime<Utc>) -> Result<Option<Key>, engine::Error> {
        let new = self.issue(now)?;
        let hash = new.hash();
        let renewed = self.engine().renew(browser, &hash, now, now + IN_FLIGHT);
        Ok(within(renewed).await?.then_some(new))
    }

    /// The session's browsers that are still good, the oldest first.
    pub(super) async fn browsers(
        &self,
        session: &SessionId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Browser>, engine::Error> {
        let mut browsers = within(self.engine().list(session)).await?;
        browsers.retain(|browser| now < browser.expires_at);
        Ok(browsers)
    }

    /// Ends one browser's key; the session's data stay.
    pub(super) async fn end(&self, browser: &Browser, now: DateTime<Utc>) -> Result<(), engine::Error> {
        within(self.engine().end(browser, now)).await
    }

    /// Deletes the session's data and remembers it as ended, inside the caller's transaction. Its keys open nothing
    /// any more; [`end_all`](Self::end_all) then forgets them.
    pub(super) fn end_data(
        &self,
        conn: &mut DbConnection,
        session: &SessionId,
        now: DateTime<Utc>,
    ) -> Result<(), db::Error> {
        let forget_at = now + engine::REMEMBER_ENDED;
        sessions::end(conn, session, now.naive_utc(), forget_at.naive_utc())
    }

    /// Ends all keys of a session whose data are gone, where they are kept elsewhere.
    ///
    /// # Errors
    /// When the engine does not answer; the keys open nothing all the same.
    pub(super) async fn end_all(&self, session: &SessionId, now: DateTime<Utc>) -> Result<(), engine::Error> {
        within(engine::end_all(self.engine(), session, now)).await
    }

    /// Until when a session is kept that begins now.
    pub(super) fn expiry_of_new(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        Expiry::Default.expires_at(now, now, &self.inner.settings)
    }

    /// A new key, for a visitor without one.
    pub(super) fn issue(&self, now: DateTime<Utc>) -> Result<Key, engine::Error> {
        self.inner
            .seal
            .issue(now)
            .map_err(|error| engine::Error(error.to_string()))
    }

    async fn open(&self, key: &SessionKey) -> Result<Option<Open>, engine::Error> {
        let Some(key) = self.inner.seal.open(key.as_ref().as_bytes()) else {
            return Ok(None);
        };
        Ok(match self.find(&key, self.inner.clock.now()).await? {
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
        let session_key = key
            .session_key()
            .ok_or_else(|| failed(anyhow!("a key is longer than a cookie may be")))?;
        if !map.is_empty() {
            let (store, changes) = (self.clone(), [values(map)]);
            let begun = self
                .inner
                .db
                .write(move |conn| store.begin(conn, &key, "", &changes, now));
            begun.await.map_err(|error| failed(error.into()))?;
        }
        Ok(session_key)
    }

    async fn update(
        &self,
        key: SessionKey,
        map: HashMap<String, String>,
        ttl: &time::Duration,
    ) -> Result<SessionKey, UpdateError> {
        let failed = |error: anyhow::Error| UpdateError::Other(error);
        let opened = self.open(&key).await.map_err(|error| failed(error.into()))?;
        let open = opened.ok_or_else(|| failed(anyhow!("the session has been ended")))?;
        let changes = [values(map)];
        let changed = self.change(&open.browser, &changes, self.inner.clock.now());
        changed.await.map_err(|refused| failed(refused.into()))?;
        self.update_ttl(&key, ttl).await.map_err(failed)?;
        Ok(key)
    }

    async fn update_ttl(&self, key: &SessionKey, ttl: &time::Duration) -> Result<(), anyhow::Error> {
        if let Some(open) = self.open(key).await? {
            let now = self.inner.clock.now();
            let last_touch = now - open.state.expiry.touch_interval(&self.inner.settings);
            let expires_at = now + TimeDelta::seconds(ttl.whole_seconds());
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

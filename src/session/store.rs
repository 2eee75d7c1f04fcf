//! The rules that hold for every engine: what a good key is, when activity is noted, how a state is changed.
//!
//! Our middleware and [`Visitor`](super::Visitor) use the finer methods; for other callers [`Store`] is a
//! `SessionStore` of actix-session as well: `save` without a state issues a key and stores nothing, `load` and `update`
//! see the values of the state, `update_ttl` is the touch. None of them brings an ended session back.

mod adapter;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDateTime, Utc};

use super::engine::{self, Browser, Engine, Lookup};
use super::key::{ISSUED_FOR, Key, Seal};
use super::parked::LEFT_AT;
use super::patience::within;
use super::state::{self, Change, Expiry, STATE_BYTES, State};
use super::{IN_FLIGHT, SessionId, delta};
use crate::clock::Clock;
use crate::config;
use crate::db::{self, Db, DbConnection, sessions};
use crate::random;

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
    /// The key was replaced, or left for that of other work, a moment ago. It must not come back to the browser, which has a newer one.
    pub(super) is_replaced: bool,
    /// The key came without the entry that should travel with it: the answer to the first save may have been lost.
    pub(super) is_bare: bool,
}

/// A session that a request with an issued key stores its things in.
pub(super) struct Begun {
    pub(super) browser: Browser,
    /// The request made it; otherwise a parallel one with the same key was faster.
    pub(super) is_new: bool,
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

    /// The key that a cookie's value holds, if we issued it, and the entry that travels with it.
    pub(super) fn read(&self, value: &[u8]) -> Option<(Key, Option<Browser>)> {
        if self.engine().is_in_the_cookie() {
            self.inner.seal.open_carried(value)
        } else {
            Some((self.inner.seal.open(value)?, None))
        }
    }

    /// The cookie's value for a browser with this key.
    pub(super) fn value(&self, key: &Key, browser: &Browser) -> Option<String> {
        if !self.engine().is_in_the_cookie() {
            return Some(key.text().to_owned());
        }
        let value = self.inner.seal.wrap(key, browser);
        if value.is_none() {
            tracing::error!(
                handle = browser.handle,
                "a browser's entry could not be sealed into its cookie"
            );
        }
        value
    }

    /// The longest state that can be kept, in bytes of its text.
    pub(super) fn state_bytes(&self) -> usize {
        if self.engine().is_in_the_cookie() {
            STATE_BYTES.min(self.inner.seal.carried_state_bytes())
        } else {
            STATE_BYTES
        }
    }

    pub(super) fn settings(&self) -> &config::Session {
        &self.inner.settings
    }

    /// What the key is now, with the entry that came with it.
    pub(super) async fn find(
        &self,
        key: &Key,
        carried: Option<&Browser>,
        now: DateTime<Utc>,
    ) -> Result<Found, engine::Error> {
        let settings = &self.inner.settings;
        let looked_up = if self.engine().is_in_the_cookie() {
            match carried {
                Some(carried) => within(self.engine().admit(carried, now)).await,
                None => self.admit_bare(key, now).await,
            }
        } else {
            within(self.engine().load(&key.hash(), now)).await
        };
        Ok(match looked_up? {
            Lookup::Open(mut browser) => {
                if let Some(age) = settings.absolute_age {
                    browser.expires_at = browser.expires_at.min(browser.begun_at + delta(age));
                }
                if now < browser.expires_at {
                    let state = self.state(&browser);
                    let left = state.get(&LEFT_AT).is_some_and(|at| now < at + IN_FLIGHT);
                    Found::Open(Box::new(Open {
                        is_replaced: left || browser.key != key.hash(),
                        state,
                        is_bare: self.engine().is_in_the_cookie() && carried.is_none(),
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

    /// What a key opens that came alone, where entries travel in the cookie: the answer with the entry may be on its way,
    /// or did not reach the browser. So a session that was begun just now with this key is opened, and no other: what
    /// the entry said of its end is not known.
    async fn admit_bare(&self, key: &Key, now: DateTime<Utc>) -> Result<Lookup, engine::Error> {
        let first = self.first_entry(key);
        let session = first.session.clone();
        let life = self.inner.db.run(move |conn| match sessions::life(conn, &session) {
            Ok((made_at, _)) => Ok(Some(made_at.and_utc())),
            Err(db::Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        });
        let made_at = within(async { Ok(life.await?) }).await?;
        Ok(match (within(self.engine().admit(&first, now)).await?, made_at) {
            (Lookup::Open(found), Some(made_at)) => Lookup::Open(Browser {
                begun_at: made_at,
                created_at: made_at,
                // There is no activity to be noted, and no cookie to be set for it.
                touched_at: now,
                expires_at: if now < made_at + IN_FLIGHT {
                    Expiry::Default.expires_at(now, made_at, &self.inner.settings)
                } else {
                    now
                },
                ..found
            }),
            (known, _) => known,
        })
    }

    /// The entry that this key begins, as far as it follows from the key.
    pub(super) fn first_entry(&self, key: &Key) -> Browser {
        let (hash, issued_at) = (key.hash(), key.issued_at());
        Browser {
            handle: engine::first_handle(&hash),
            key: hash,
            session: self.inner.seal.session(key),
            family: String::new(),
            state: "{}".to_owned(),
            version: 1,
            begun_at: issued_at,
            created_at: issued_at,
            touched_at: issued_at,
            expires_at: issued_at + ISSUED_FOR,
        }
    }

    pub(super) fn seal(&self) -> &Seal {
        &self.inner.seal
    }

    /// The main database.
    pub(super) fn db(&self) -> &Db {
        &self.inner.db
    }

    /// The browser's state. One that cannot be read costs its values, never the session.
    pub(super) fn state(&self, browser: &Browser) -> State {
        State::read(&browser.state).unwrap_or_else(|| {
            let mut logged = self.inner.unreadable.lock().unwrap_or_else(PoisonError::into_inner);
            if logged.len() < LOGGED && logged.insert(browser.handle.clone()) {
                tracing::error!(
                    handle = browser.handle,
                    "the state of a browser cannot be read and counts as empty"
                );
            }
            let life = browser.expires_at - browser.touched_at;
            let mut state = State::default();
            // Whoever had chosen a short life still has it.
            state.expiry = State::surviving_expiry(&browser.state).unwrap_or_else(|| match life.num_seconds() {
                seconds if life < delta(self.inner.settings.age) => {
                    Expiry::BrowserClose(u32::try_from(seconds).unwrap_or(0))
                }
                _ => Expiry::Default,
            });
            state
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
    ) -> Result<Begun, db::Error> {
        let of_key = self.inner.seal.session(key);
        for hash in [&of_key.hash(), key.hash().as_str()] {
            if sessions::ended_at(conn, hash)?.is_some() {
                return Err(db::Error::Ended);
            }
        }
        let made_at = match sessions::lock(conn, &of_key) {
            Ok((made_at, _)) => Some(made_at.and_utc()),
            Err(db::Error::NotFound) => None,
            Err(error) => return Err(error),
        };
        let keeps_no_keys = self.engine().is_in_the_cookie();
        let (session, begun_at, joins) = match made_at {
            None => (of_key, now, false),
            // Where no engine knows keys, it was a parallel request with this one, if it was just now.
            Some(at) if keeps_no_keys && now < at + IN_FLIGHT => (of_key, at, true),
            // Either the engine knows the key and says what it opens, or it has forgotten it, expired or left: then
            // nothing of that session is for whoever has the key now.
            Some(_) => (SessionId::from_row(random::id()?), now, false),
        };
        let new = self.entry(key, session, family, changes, begun_at, now)?;
        let browser = self.create(conn, &new, now)?;
        let is_new = !joins && (keeps_no_keys || browser.handle == new.handle);
        Ok(Begun { browser, is_new })
    }

    /// Lets a new key open the session.
    ///
    /// # Errors
    /// [`db::Error::Ended`] when key or session were ended, or there is no such session.
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
        let (begun_at, _) = sessions::lock(conn, session).map_err(|error| match error {
            db::Error::NotFound => db::Error::Ended,
            other => other,
        })?;
        let new = self.entry(key, session.clone(), family, changes, begun_at.and_utc(), now)?;
        self.create(conn, &new, now)
    }

    /// The entry of a browser that joins now.
    fn entry(
        &self,
        key: &Key,
        session: SessionId,
        family: &str,
        changes: &[Change],
        begun_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Browser, random::Error> {
        let mut state = State::default();
        for change in changes {
            state.apply(change, now);
        }
        Ok(Browser {
            key: key.hash(),
            handle: random::id()?,
            session,
            family: family.to_owned(),
            // Too much is refused when it is set.
            state: state.write(self.state_bytes()).unwrap_or_else(|_| "{}".to_owned()),
            version: 1,
            begun_at,
            created_at: now,
            touched_at: now,
            expires_at: state.expiry.expires_at(now, begun_at, &self.inner.settings),
        })
    }

    /// Keeps the new entry and what it needs in the main database; of several with one key all get the same.
    fn create(&self, conn: &mut DbConnection, new: &Browser, now: DateTime<Utc>) -> Result<Browser, db::Error> {
        let known = self.engine().create_within(conn, new, now);
        match known.map_err(|error| db::Error::Unavailable(error.to_string()))? {
            Lookup::Open(browser) => {
                self.keep(conn, &browser, now)?;
                Ok(browser)
            }
            Lookup::Ended(_) | Lookup::Unknown => Err(db::Error::Ended),
        }
    }

    /// Makes sure that the session's row is in the main database and lives as long as the browser's key.
    ///
    /// # Errors
    /// [`db::Error::Ended`] when the session was ended.
    pub(super) fn keep(&self, conn: &mut DbConnection, browser: &Browser, now: DateTime<Utc>) -> Result<(), db::Error> {
        let session = &browser.session;
        let expires_at = browser.expires_at.naive_utc();
        match sessions::lock(conn, session) {
            Ok((_, until)) if until < expires_at => sessions::extend(conn, session, expires_at),
            Ok(_) => Ok(()),
            Err(db::Error::NotFound) => {
                // A key without its session: ended while the request was on its way, or, where keys are kept elsewhere,
                // left over from a transaction that was not committed; that cannot be long ago.
                if self.engine().is_beside_the_data()
                    || now >= browser.created_at + ISSUED_FOR
                    || sessions::ended_at(conn, &session.hash())?.is_some()
                {
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
                state: after.write(self.state_bytes())?,
                version: browser.version.wrapping_add(1),
                ..browser.clone()
            };
            if moves_expiry {
                changed.expires_at = after.expiry.expires_at(now, browser.begun_at, &self.inner.settings);
                self.outlive(&changed).await?;
            }
            if within(self.engine().update(&changed, browser.version, moves_expiry)).await? {
                if moves_expiry && let Err(error) = self.settle_expiry(&changed).await {
                    tracing::warn!(%error, "the data of a session may be kept for longer than its browsers wish");
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
        // Nothing is known of the others.
        if self.engine().is_in_the_cookie() {
            return Ok(());
        }
        let session = changed.session.clone();
        if self.engine().is_beside_the_data() {
            let settled = self.inner.db.write(move |conn| sessions::settle_expiry(conn, &session));
            return Ok(settled.await?);
        }
        let Some(until) = self.longest(changed).await? else {
            return Ok(());
        };
        let lowered = self
            .inner
            .db
            .write(move |conn| sessions::set_expiry(conn, &session, until));
        lowered.await?;
        // A browser that joined or was touched in between may have extended what was lowered then.
        if let Some(later) = self.longest(changed).await?
            && later > until
        {
            let session = changed.session.clone();
            let extended = self.inner.db.write(move |conn| sessions::extend(conn, &session, later));
            extended.await?;
        }
        Ok(())
    }

    /// Until when the browser keeps its session that keeps it longest; `None` when this one is not among them.
    async fn longest(&self, browser: &Browser) -> Result<Option<NaiveDateTime>, engine::Error> {
        let browsers = within(self.engine().list(&browser.session)).await?;
        let is_listed = browsers.iter().any(|listed| listed.handle == browser.handle);
        let longest = browsers.iter().map(|listed| listed.expires_at.naive_utc()).max();
        Ok(longest.filter(|_| is_listed))
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

    /// Ends all other browsers' keys; returns how many, as far as the engine can count them.
    pub(super) async fn end_others(&self, kept: &Browser, now: DateTime<Utc>) -> Result<usize, engine::Error> {
        within(self.engine().end_others(kept, now)).await
    }

    /// Deletes the session's data and remembers it as ended, inside the caller's transaction; returns whether they were
    /// there. Its keys open nothing any more; [`end_all`](Self::end_all) then forgets them.
    pub(super) fn end_data(
        &self,
        conn: &mut DbConnection,
        session: &SessionId,
        now: DateTime<Utc>,
    ) -> Result<bool, db::Error> {
        let forget_at = now + engine::remember_session(self.engine());
        sessions::end(conn, session, now.naive_utc(), forget_at.naive_utc())
    }

    /// Remembers a key as ended that has stored nothing yet: what is on its way with it begins no session.
    pub(super) fn end_issued(&self, conn: &mut DbConnection, key: &Key, now: DateTime<Utc>) -> Result<(), db::Error> {
        let forget_at = (now + engine::REMEMBER_ENDED).naive_utc();
        sessions::remember_ended(conn, key.hash().as_str(), now.naive_utc(), forget_at).map(drop)
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
}

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::engine::Browser;
use super::key::Key;
use super::state::{self, Change, Expiry, Item, Message, State};
use super::store::{Begun, Found, Open};
use super::{Error, SessionId, Sessions, parked};
use crate::db::{self, DbConnection};
use crate::locale::Locale;
use crate::random;

/// The visitor of a page: with [`Beginner`](super::Beginner) the only way for handlers to meet the session.
///
/// Handlers take it as an argument. It is cheap to clone and may go into the closures of
/// [`Db::run`](crate::db::Db::run) and [`Db::write`](crate::db::Db::write). Where the store does
/// not answer, taking it fails with [`Error::Unavailable`], so that nobody passes for new.
///
/// What handlers set is kept when the answer is a success, before it goes out; otherwise it is dropped.
#[derive(Clone)]
pub struct Visitor {
    inner: Arc<Inner>,
}

struct Inner {
    sessions: Sessions,
    standing: Standing,
    family: String,
    locale: Locale,
    brought_cookie: bool,
    was_ended: bool,
    rested: Option<TimeDelta>,
    doings: Mutex<Doings>,
    counted: OnceLock<IpAddr>,
}

/// How much longer work would have been kept, where a visit moved its end from `before` to `after` and came late: when more
/// than half of the time was over, and days of it.
pub fn rested_long(before: DateTime<Utc>, after: DateTime<Utc>, now: DateTime<Utc>) -> Option<TimeDelta> {
    let left = before - now;
    (left < (after - now) / 2 && after - before >= TimeDelta::days(1)).then_some(left.max(TimeDelta::zero()))
}

/// What the request's cookie turned out to be.
pub(super) enum Standing {
    /// Nothing is stored; the first thing stored will be stored under this key.
    New(Key),
    /// The key opens this session.
    Open(Box<Open>, Key),
    /// The key was ended on purpose, and the request would change something with it.
    Ended,
    /// Two cookies: the visitor is shown nothing and can do nothing.
    Ambiguous,
    /// The store does not answer.
    Unavailable,
}

/// What the handler did, for the end of the request.
#[derive(Default)]
pub(super) struct Doings {
    pub(super) outcome: Outcome,
    pub(super) changes: Vec<Change>,
    pub(super) renews: bool,
}

#[derive(Default)]
pub(super) enum Outcome {
    #[default]
    Nothing,
    /// The first thing was stored, and with it this entry.
    Opened(Begun),
    /// The browser goes on with another session, under a new key.
    Entered(Key, Browser),
    /// The key opens nothing any more.
    Ended(Ended),
}

/// What was ended.
pub(super) struct Ended {
    /// Where data were deleted, those of this session.
    pub(super) session: Option<SessionId>,
    /// Entries that other browsers, which went back to parked work, had there and do not need any more.
    pub(super) spare: Vec<Browser>,
    /// No other request was faster: that one took the cookie away, and the browser may have a newer one by now.
    pub(super) is_first: bool,
}

impl Visitor {
    pub(super) fn new(
        sessions: Sessions,
        standing: Standing,
        family: String,
        locale: Locale,
        brought_cookie: bool,
        (was_ended, rested): (bool, Option<TimeDelta>),
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                sessions,
                standing,
                family,
                locale,
                brought_cookie,
                was_ended,
                rested,
                doings: Mutex::default(),
                counted: OnceLock::new(),
            }),
        }
    }

    pub(super) fn standing(&self) -> &Standing {
        &self.inner.standing
    }

    pub(super) fn sessions(&self) -> &Sessions {
        &self.inner.sessions
    }

    /// What the browser is, such as `Firefox on Linux`.
    pub fn family(&self) -> &str {
        &self.inner.family
    }

    /// The language that the browser asks for, of those that the pages have.
    pub fn browser_locale(&self) -> Locale {
        self.inner.locale
    }

    pub(super) fn doings(&self) -> MutexGuard<'_, Doings> {
        // Doings are replaced or extended in one step each, so there is nothing half-written.
        self.inner.doings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address in whose share of new sessions this request was counted.
    pub(super) fn counted(&self) -> Option<IpAddr> {
        self.inner.counted.get().copied()
    }

    pub(super) fn count(&self, address: IpAddr) {
        // A request is counted once, however often it asks.
        let _ = self.inner.counted.set(address);
    }

    fn open(&self) -> Option<&Open> {
        match &self.inner.standing {
            Standing::Open(open, _) => Some(open),
            Standing::New(_) | Standing::Ended | Standing::Ambiguous | Standing::Unavailable => None,
        }
    }

    /// The visitor's session; `None` when nothing is stored yet.
    pub fn session(&self) -> Option<&SessionId> {
        self.open().map(|open| &open.browser.session)
    }

    /// Until when the visitor's work is kept; without a session, until when it would be if it began now.
    pub fn expires_at(&self) -> DateTime<Utc> {
        let inner = &self.inner.sessions.inner;
        match self.open() {
            Some(open) => open.browser.expires_at,
            None => {
                let now = inner.clock.now();
                Expiry::Default.expires_at(now, now, inner.store.settings())
            }
        }
    }

    /// How long the visitor's work is kept after a visit; `None` when a time is fixed, whatever the visits.
    pub fn idle_time(&self) -> Option<Duration> {
        self.expiry().idle(self.inner.sessions.inner.store.settings())
    }

    /// Whether the browser forgets its key when it is closed.
    pub fn ends_with_the_browser(&self) -> bool {
        self.expiry()
            .ends_with_the_browser(self.inner.sessions.inner.store.settings())
    }

    /// Whether the browser returned a cookie of ours with this request, so that it will find its work again.
    pub fn keeps_cookies(&self) -> bool {
        self.inner.brought_cookie
    }

    /// Whether the browser sent two different session cookies, so that nothing of either can be shown.
    pub fn is_ambiguous(&self) -> bool {
        matches!(self.inner.standing, Standing::Ambiguous)
    }

    /// Whether the request would change what belonged to a session that was ended on purpose.
    pub fn is_ended(&self) -> bool {
        matches!(self.inner.standing, Standing::Ended)
    }

    /// Whether the browser came with a key that was ended on purpose: signed out from another browser, or the work was
    /// deleted there.
    pub fn was_ended(&self) -> bool {
        self.inner.was_ended
    }

    /// How much longer the visitor's work would have been kept, where this is the first visit after a long time.
    pub fn rested(&self) -> Option<TimeDelta> {
        self.inner.rested
    }

    /// Whether the visitor can be shown what is theirs: not where the store does not answer.
    pub(super) fn is_available(&self) -> bool {
        !matches!(self.inner.standing, Standing::Unavailable)
    }
}

/// The state of the visitor's browser: small values, see [`state`](super::state).
impl Visitor {
    fn state(&self) -> State {
        let mut state = self.open().map(|open| open.state.clone()).unwrap_or_default();
        let now = self.inner.sessions.inner.clock.now();
        for change in &self.doings().changes {
            state.apply(change, now);
        }
        state
    }

    fn change(&self, change: Change) -> Result<(), state::Error> {
        let mut after = self.state();
        after.apply(&change, self.inner.sessions.inner.clock.now());
        after.write(self.inner.sessions.inner.store.state_bytes())?;
        self.doings().changes.push(change);
        Ok(())
    }

    /// The value of this name; `None` when there is none, or one of another type.
    pub fn get<T: DeserializeOwned>(&self, item: &Item<T>) -> Option<T> {
        self.state().get(item)
    }

    /// Keeps a value under this name. It needs a session by the end of the request: what is set for a visitor for
    /// whom nothing is stored is dropped.
    ///
    /// # Errors
    /// When all values together would be longer than [`STATE_BYTES`](state::STATE_BYTES).
    pub fn set<T: Serialize>(&self, item: &Item<T>, value: &T) -> Result<(), state::Error> {
        self.change(Change::set(item, value)?)
    }

    /// Keeps a value as [`set`](Self::set) does, if it can be kept: what the page did counts even if this does not.
    pub fn hint<T: Serialize>(&self, item: &Item<T>, value: &T) {
        let kept = Change::hint(item, value).and_then(|change| self.change(change));
        if let Err(error) = kept {
            tracing::warn!(%error, "something small about a browser was not kept");
        }
    }

    /// Forgets the value of this name.
    ///
    /// # Errors
    /// As [`set`](Self::set), which a removal can only meet when a state was too long before.
    pub fn remove<T>(&self, item: &Item<T>) -> Result<(), state::Error> {
        self.change(Change::remove(item))
    }

    /// Until when this browser's key is good.
    pub fn expiry(&self) -> Expiry {
        self.state().expiry
    }

    /// Chooses until when this browser's key is good; the cookie goes out with the answer.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn set_expiry(&self, expiry: Expiry) -> Result<(), state::Error> {
        self.change(Change::Expiry(expiry))
    }

    /// Leaves a sentence for the page that the answer leads to, which shows it where its address names the id. It is
    /// shown again when that page is loaded again, and is gone after a while.
    ///
    /// # Errors
    /// As [`set`](Self::set); where there is no session to keep it in, [`state::Error::NoSession`].
    pub fn tell(&self, text: impl Into<String>) -> Result<String, state::Error> {
        if self.open().is_none() && matches!(self.doings().outcome, Outcome::Nothing | Outcome::Ended(_)) {
            return Err(state::Error::NoSession);
        }
        let id = random::id().map_err(|_| state::Error::NoSession)?;
        self.change(Change::Tell(Message {
            id: id.clone(),
            text: text.into(),
            at: self.inner.sessions.inner.clock.now(),
        }))?;
        Ok(id)
    }

    /// The sentence of this id, if it was left for this browser.
    pub fn told(&self, id: &str) -> Option<String> {
        self.state().message(id).map(|message| message.text.clone())
    }

    /// Takes back all sentences left for the visitor's browsers, at once: they may name what was just deleted.
    pub async fn take_back(&self) {
        let inner = &self.inner.sessions.inner;
        let now = inner.clock.now();
        let Ok(browsers) = self.browsers().await else { return };
        for browser in browsers {
            if let Err(error) = inner.store.change(&browser, &[Change::Hush], now).await {
                tracing::warn!(%error, "a browser still has what it was told");
            }
        }
        if let Err(error) = self.change(Change::Hush) {
            tracing::warn!(%error, "a browser still has what it was told");
        }
    }

    /// What the visitor should know, on every page until it is put away.
    pub fn notices(&self) -> Vec<Message> {
        self.open()
            .map(|open| open.state.notices().to_vec())
            .unwrap_or_default()
    }

    /// Puts a notice away.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn dismiss(&self, id: &str) -> Result<(), state::Error> {
        self.change(Change::Dismiss(id.to_owned()))
    }
}

/// The browsers of the visitor's session.
impl Visitor {
    /// Public name of this browser; `None` when nothing is stored yet.
    pub fn handle(&self) -> Option<&str> {
        self.open().map(|open| open.browser.handle.as_str())
    }

    /// All browsers that open the visitor's session, the oldest first; where the engine cannot say, this one.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store does not answer.
    pub async fn browsers(&self) -> Result<Vec<Browser>, Error> {
        let Some(open) = self.open() else { return Ok(Vec::new()) };
        let inner = &self.inner.sessions.inner;
        let mut browsers = inner.store.browsers(&open.browser.session, inner.clock.now()).await?;
        if !browsers.iter().any(|browser| browser.handle == open.browser.handle) {
            browsers.push(open.browser.clone());
        }
        // Work that was parked here and has been brought together with the present: no other browser.
        browsers.retain(|browser| !self.is_of_parked(&browser.handle));
        Ok(browsers)
    }

    /// Ends the key of another browser of the session, which goes back to work that it has parked, if any; returns
    /// whether there was one of this handle.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store does not answer.
    pub async fn revoke(&self, handle: &str) -> Result<bool, Error> {
        let inner = &self.inner.sessions.inner;
        let others = self.others().await?;
        let Some(browser) = others.into_iter().find(|browser| browser.handle == handle) else {
            return Ok(false);
        };
        let now = inner.clock.now();
        if !parked::send_back(&inner.store, &browser, now).await? {
            inner.store.end(&browser, now).await?;
        }
        Ok(true)
    }

    /// Ends the keys of all other browsers, and gives this one a new key with the answer. Returns how many, as
    /// far as the engine can count them.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store does not answer.
    pub async fn revoke_others(&self) -> Result<usize, Error> {
        let inner = &self.inner.sessions.inner;
        let Some(open) = self.open() else { return Ok(0) };
        let now = inner.clock.now();
        let mut gone_back = 0;
        for browser in self.others().await? {
            gone_back += usize::from(parked::send_back(&inner.store, &browser, now).await?);
        }
        let ended = inner.store.end_others(&open.browser, now).await?;
        self.renew();
        Ok(ended + gone_back)
    }

    async fn others(&self) -> Result<Vec<Browser>, Error> {
        let mut others = self.browsers().await?;
        others.retain(|browser| Some(browser.handle.as_str()) != self.handle());
        Ok(others)
    }

    /// Leaves a notice with all other browsers of the session. One that cannot be told now is not told.
    pub async fn notify_others(&self, text: &str) {
        if let Some(open) = self.open() {
            let own = std::slice::from_ref(&open.browser.handle);
            self.notify(&open.browser.session, own, text).await;
        }
    }

    /// Gives this browser a new key with the answer; the present one opens the session for a minute more.
    pub fn renew(&self) {
        self.doings().renews = true;
    }

    /// Ends this browser's key; the answer takes the cookie away. The session's data stay, for other browsers.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store does not answer.
    pub async fn leave(&self) -> Result<(), Error> {
        let inner = &self.inner.sessions.inner;
        let mut is_first = true;
        if let Standing::Open(open, key) = &self.inner.standing {
            let now = inner.clock.now();
            is_first = !matches!(inner.store.find(key, Some(&open.browser), now).await?, Found::Ended(_));
            inner.store.end(&open.browser, now).await?;
        }
        self.doings().outcome = Outcome::Ended(Ended {
            session: None,
            spare: Vec::new(),
            is_first,
        });
        Ok(())
    }

    /// Lets this browser go on with another session, under a new key that goes out with the answer, inside the
    /// caller's transaction. Its values and its expiry go along; what it had before stays where it is.
    ///
    /// # Errors
    /// [`db::Error::Ended`] when that session was ended.
    pub fn enter(
        &self,
        conn: &mut DbConnection,
        session: &SessionId,
        now: DateTime<Utc>,
    ) -> Result<Browser, db::Error> {
        let inner = &self.inner.sessions.inner;
        let key = inner
            .store
            .issue(now)
            .map_err(|error| db::Error::Unavailable(error.to_string()))?;
        let mut changes = self.open().map(|open| open.state.carried()).unwrap_or_default();
        changes.append(&mut self.doings().changes);
        let browser = inner.store.enter(conn, &key, session, self.family(), &changes, now)?;
        self.doings().outcome = Outcome::Entered(key, browser.clone());
        Ok(browser)
    }

    /// Deletes the session with all its rows, inside the caller's transaction; the answer takes
    /// the cookie away. Doing it twice, or without a session, is harmless.
    ///
    /// Returns the session, whose folder of uploads is the caller's next step.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn end(&self, conn: &mut DbConnection, now: DateTime<Utc>) -> Result<Option<SessionId>, db::Error> {
        let store = &self.inner.sessions.inner.store;
        let session = self.session().cloned();
        let spare = match self.open() {
            Some(open) => parked::send_others_back(store, conn, &open.browser, now)?,
            None => Vec::new(),
        };
        let is_first = match (&session, &self.inner.standing) {
            (Some(session), _) => store.end_data(conn, session, now)?,
            (None, Standing::New(key)) if self.inner.brought_cookie => {
                store.end_issued(conn, key, now)?;
                true
            }
            (None, _) => true,
        };
        let ended = session.clone();
        self.doings().outcome = Outcome::Ended(Ended {
            session: ended,
            spare,
            is_first,
        });
        Ok(session)
    }
}

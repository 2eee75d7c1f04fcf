//! A browser's way into another session, and work that it had before, kept apart.
//!
//! Each piece of parked work is a session in whose list this browser still has its entry, so that it can be seen and
//! signed out from that session's other browsers. The browser's present entry names it in its state.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::time::Duration;

use super::code::Code;
use super::engine::{self, Browser, Lookup};
use super::key::KeyHash;
use super::state::{Change, Item, Message};
use super::store::{Open, Store};
use super::visitor::{Outcome, Standing};
use super::{Error, SessionId, Sessions, Visitor, client_address, patience};
use crate::db::{self, DbConnection, sessions};
use crate::random;

/// When the browser went on with other work; a late answer must not bring the key back that it had here.
pub(super) const LEFT_AT: Item<DateTime<Utc>> = Item::new("left_at");
const PARKED_NAME: &str = "parked";
const PARKED: Item<Vec<Parked>> = Item::new(PARKED_NAME);
/// The most pieces of work that one browser keeps apart: the state is small.
const MOST_PARKED: usize = 5;

/// Where parked work is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Parked {
    session: SessionId,
    /// Of this browser's entry there.
    handle: String,
    /// By which that entry is found when other browsers have brought it into another session meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<KeyHash>,
}

/// Work that this browser has kept apart and can still open.
#[derive(Clone, Debug)]
pub struct ParkedWork {
    /// By which a form names it.
    pub handle: String,
    /// Whose rows it is; for queries, never for a page.
    pub session: SessionId,
    /// Until when it is kept.
    pub expires_at: DateTime<Utc>,
}

/// Codes.
impl Visitor {
    /// What a store may know of a code: the first for storing, all for finding.
    pub fn code_hashes(&self, code: &Code) -> Vec<String> {
        self.sessions().code_hashes(code)
    }

    /// Counts a code that is about to be tried; fails with the time to wait when too many were wrong.
    ///
    /// # Errors
    /// When to come back.
    pub fn try_code(&self, request: &HttpRequest) -> Result<(), Duration> {
        let inner = &self.sessions().inner;
        inner.guesses.take(self.address(request).into(), inner.clock.now())
    }

    /// The code was right and does not count.
    pub fn was_right(&self, request: &HttpRequest) {
        self.sessions().inner.guesses.put_back(&self.address(request).into());
    }

    fn address(&self, request: &HttpRequest) -> std::net::IpAddr {
        let headers: &HeaderMap = request.headers();
        client_address(request.peer_addr(), headers, &self.sessions().inner.trusted_proxies)
    }

    /// Whether another browser may come into a session, besides so many.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store does not answer.
    pub async fn has_room_for(&self, session: &SessionId, more: usize) -> Result<bool, Error> {
        let inner = &self.sessions().inner;
        let browsers = inner.store.browsers(session, inner.clock.now()).await?.len();
        Ok(browsers + more <= inner.store.settings().max_browsers)
    }
}

/// Going from one session to another.
impl Visitor {
    /// Whether other browsers of this session can follow into another one: not where nobody knows them.
    pub fn can_bring_others(&self) -> bool {
        !self.sessions().inner.store.engine().is_in_the_cookie()
    }

    /// Whether this browser can keep one more piece of work apart.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store does not answer.
    pub async fn can_park(&self) -> Result<bool, Error> {
        Ok(self.parked().await?.len() < MOST_PARKED)
    }

    /// Forgets parked work that is there no more, so that its place is free. It is kept with the answer.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store does not answer.
    pub async fn forget_lost_work(&self) -> Result<(), Error> {
        let found = self.parked().await?;
        let mut list = self.parked_list();
        let before = list.len();
        list.retain(|parked| found.iter().any(|work| work.handle == parked.handle));
        if list.len() < before
            && let Err(error) = self.set(&PARKED, &list)
        {
            tracing::warn!(%error, "a shorter list could not be kept");
        }
        Ok(())
    }

    /// Whether this handle is of an entry that this very browser has with work that it has parked.
    pub(super) fn is_of_parked(&self, handle: &str) -> bool {
        self.parked_list().iter().any(|parked| parked.handle == handle)
    }

    fn parked_list(&self) -> Vec<Parked> {
        self.get(&PARKED).unwrap_or_default()
    }

    /// As [`enter`](Self::enter), and what the browser had before is kept apart in it. After the transaction
    /// [`left`](Self::left) is to be called.
    ///
    /// # Errors
    /// As [`enter`](Self::enter).
    pub fn enter_and_park(
        &self,
        conn: &mut DbConnection,
        session: &SessionId,
        now: DateTime<Utc>,
    ) -> Result<Browser, db::Error> {
        let list = self.parked_list_for(session);
        self.set(&PARKED, &list)
            .map_err(|error| db::Error::Unavailable(error.to_string()))?;
        self.enter(conn, session, now)
    }

    /// What is parked when the browser goes on with this session.
    fn parked_list_for(&self, session: &SessionId) -> Vec<Parked> {
        let mut list = self.parked_list();
        list.retain(|parked| parked.session != *session);
        if let Standing::Open(open, _) = self.standing() {
            list.retain(|parked| parked.session != open.browser.session);
            list.push(Parked {
                session: open.browser.session.clone(),
                handle: open.browser.handle.clone(),
                key: self.can_bring_others().then(|| open.browser.key.clone()),
            });
        }
        list
    }

    /// Notes that the browser went on with other work, so that no late answer brings back the key that it had. Should
    /// the new key not arrive, the old one goes on opening what it opened.
    pub async fn left(&self) {
        let Standing::Open(open, _) = self.standing() else {
            return;
        };
        let inner = &self.sessions().inner;
        let now = inner.clock.now();
        let Ok(change) = Change::set(&LEFT_AT, &now) else {
            return;
        };
        if let Err(error) = inner.store.change(&open.browser, &[change], now).await {
            tracing::debug!(%error, "a browser that went on could not be noted");
        }
    }

    /// Leads all browsers of the visitor's session, this one included, into another session, and remembers the one
    /// they had as ended: a part of the transaction that has moved all data. The other browsers get a notice, this
    /// one a new key with the answer.
    ///
    /// # Errors
    /// [`db::Error::Stale`] when a browser was changed at the same moment; nothing is moved then.
    pub fn bring_all(
        &self,
        conn: &mut DbConnection,
        session: &SessionId,
        notice: &str,
        now: DateTime<Utc>,
    ) -> Result<(), db::Error> {
        let Standing::Open(open, _) = self.standing() else {
            return Err(db::Error::Ended);
        };
        let store = &self.sessions().inner.store;
        let own = &open.browser;
        let unavailable = |error: super::engine::Error| db::Error::Unavailable(error.to_string());
        let browsers = patience::block_on(store.engine().list(&own.session)).map_err(unavailable)?;
        let mut moved: Vec<(Browser, Browser)> = Vec::new();
        let outcome = (|| {
            for before in browsers {
                let mut state = store.state(&before);
                if before.handle != own.handle {
                    state.apply(&Change::Notice(message(notice, now)?), now);
                }
                let after = Browser {
                    session: session.clone(),
                    // A state that has no room for the notice stays as it is.
                    state: state
                        .write(store.state_bytes())
                        .unwrap_or_else(|_| before.state.clone()),
                    version: before.version.wrapping_add(1),
                    ..before.clone()
                };
                if !store
                    .engine()
                    .update_within(conn, &after, before.version)
                    .map_err(unavailable)?
                {
                    return Err(db::Error::Stale);
                }
                moved.push((before, after));
            }
            store.end_data(conn, &own.session, now)
        })();
        if outcome.is_err() && !store.engine().is_beside_the_data() {
            // The transaction does not reach these.
            for (before, after) in moved {
                let back = Browser {
                    version: after.version.wrapping_add(1),
                    ..before
                };
                if let Err(error) = patience::block_on(store.engine().update(&back, after.version, false)) {
                    tracing::error!(%error, handle = back.handle, "a browser could not be led back");
                }
            }
        }
        outcome?;
        self.renew();
        Ok(())
    }

    /// Leaves a notice with the browsers of a session, except those of these handles. One that cannot be told now is
    /// not told.
    pub async fn notify(&self, session: &SessionId, except: &[String], text: &str) {
        self.sessions().notify(session, except, text).await;
    }
}

impl Sessions {
    /// Leaves a notice with the browsers of a session, except those of these handles; returns how many have it. One that
    /// cannot be told now is not told.
    pub async fn notify(&self, session: &SessionId, except: &[String], text: &str) -> usize {
        let now = self.inner.clock.now();
        let browsers = self.inner.store.browsers(session, now).await.unwrap_or_default();
        let mut told = 0;
        for browser in browsers.iter().filter(|browser| !except.contains(&browser.handle)) {
            let Ok(message) = message(text, now) else { break };
            match self.inner.store.change(browser, &[Change::Notice(message)], now).await {
                Ok(_) => told += 1,
                Err(error) => tracing::warn!(%error, "a browser could not be told"),
            }
        }
        told
    }
}

/// A browser's entry in the session that it has parked; `None` when it was signed out there or has expired.
async fn placeholder(store: &Store, parked: &Parked, now: DateTime<Utc>) -> Result<Option<Browser>, engine::Error> {
    let browsers = store.browsers(&parked.session, now).await?;
    let found = browsers.into_iter().find(|browser| browser.handle == parked.handle);
    let (None, Some(key)) = (&found, &parked.key) else {
        return Ok(found);
    };
    Ok(match patience::within(store.engine().load(key, now)).await? {
        Lookup::Open(browser) if browser.handle == parked.handle && now < browser.expires_at => Some(browser),
        Lookup::Open(_) | Lookup::Ended(_) | Lookup::Unknown => None,
    })
}

/// What another browser is told that goes back to what it had parked.
const BACK: &str = "This browser does not open the other cards any more: it was signed out, or they were deleted. \
                    Those that it kept apart are open now.";

/// What becomes of a browser that loses its session to another browser's wish: it goes back to work that it has parked.
/// First its entry as it is then, then the one that it had with that work, which is not needed any more.
async fn way_back(
    store: &Store,
    browser: &Browser,
    now: DateTime<Utc>,
) -> Result<Option<(Browser, Browser)>, engine::Error> {
    let mut state = store.state(browser);
    let list = state.get(&PARKED).unwrap_or_default();
    for parked in &list {
        let Some(spare) = placeholder(store, parked, now).await? else {
            continue;
        };
        if spare.session == browser.session {
            continue;
        }
        let rest: Vec<&Parked> = list.iter().filter(|other| other.handle != parked.handle).collect();
        let (Ok(rest), Ok(told)) = (Change::set(&Item::new(PARKED_NAME), &rest), message(BACK, now)) else {
            continue;
        };
        for change in [rest, Change::remove(&LEFT_AT), Change::Notice(told)] {
            state.apply(&change, now);
        }
        let back = Browser {
            session: spare.session.clone(),
            begun_at: spare.begun_at,
            state: state.write(store.state_bytes()).unwrap_or_else(|_| spare.state.clone()),
            version: browser.version.wrapping_add(1),
            ..browser.clone()
        };
        return Ok(Some((back, spare)));
    }
    Ok(None)
}

/// Lets a browser go [back](way_back) that is signed out; returns whether it has work to go back to.
pub(super) async fn send_back(store: &Store, browser: &Browser, now: DateTime<Utc>) -> Result<bool, engine::Error> {
    let Some((back, spare)) = way_back(store, browser, now).await? else {
        return Ok(false);
    };
    let (session, until) = (back.session.clone(), back.expires_at.naive_utc());
    let extended = store.db().write(move |conn| sessions::extend(conn, &session, until));
    extended.await?;
    if !patience::within(store.engine().update(&back, browser.version, false)).await? {
        return Ok(false);
    }
    end_spare(store, &[spare], now).await;
    Ok(true)
}

/// Lets all other browsers of a session go [back](way_back) that have work to go back to: a part of the transaction
/// that deletes the session, which an engine that does not answer must not hinder. Returns entries that they do not
/// need any more, to be ended after it.
///
/// # Errors
/// When the main database does not answer.
pub(super) fn send_others_back(
    store: &Store,
    conn: &mut DbConnection,
    own: &Browser,
    now: DateTime<Utc>,
) -> Result<Vec<Browser>, db::Error> {
    let mut spares = Vec::new();
    if store.engine().is_in_the_cookie() {
        return Ok(spares);
    }
    let unanswered = |error: engine::Error| {
        tracing::warn!(%error, "browsers of a deleted session could not be sent back to what they kept apart");
    };
    let listed = patience::block_on(store.engine().list(&own.session)).map_err(unanswered);
    for browser in listed.unwrap_or_default() {
        if browser.handle == own.handle {
            continue;
        }
        let (back, spare) = match patience::block_on(way_back(store, &browser, now)) {
            Ok(Some(found)) => found,
            Ok(None) => continue,
            Err(error) => {
                unanswered(error);
                break;
            }
        };
        sessions::extend(conn, &back.session, back.expires_at.naive_utc())?;
        match store.engine().update_within(conn, &back, browser.version) {
            Ok(true) => spares.push(spare),
            Ok(false) => {}
            Err(error) => unanswered(error),
        }
    }
    Ok(spares)
}

/// Ends entries that nobody needs, as far as possible.
pub(super) async fn end_spare(store: &Store, spares: &[Browser], now: DateTime<Utc>) {
    for spare in spares {
        if let Err(error) = store.end(spare, now).await {
            tracing::warn!(%error, "an entry that nobody needs could not be ended");
        }
    }
}

fn message(text: &str, now: DateTime<Utc>) -> Result<Message, db::Error> {
    Ok(Message {
        id: random::id()?,
        text: text.to_owned(),
        at: now,
    })
}

/// Work kept apart.
impl Visitor {
    /// The work that this browser has kept apart and can still open.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store does not answer.
    pub async fn parked(&self) -> Result<Vec<ParkedWork>, Error> {
        let mut found = Vec::new();
        for parked in self.parked_list() {
            if let Some(work) = self.look(&parked).await? {
                found.push(work);
            }
        }
        Ok(found)
    }

    async fn look(&self, parked: &Parked) -> Result<Option<ParkedWork>, Error> {
        let inner = &self.sessions().inner;
        let now = inner.clock.now();
        let (mut until, mut session) = (None, parked.session.clone());
        if !inner.store.engine().is_in_the_cookie() {
            let Some(browser) = self.placeholder(parked).await? else {
                return Ok(None);
            };
            until = Some(browser.expires_at);
            session = browser.session;
        }
        // It was brought to what this browser has open.
        if self.session() == Some(&session) {
            return Ok(None);
        }
        let sought = session.clone();
        let life = inner.store.db().run(move |conn| match sessions::life(conn, &sought) {
            Ok((_, kept)) => Ok(Some(kept.and_utc())),
            Err(db::Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        });
        let kept = life.await.map_err(super::engine::Error::from)?;
        Ok(kept.filter(|kept| now < *kept).map(|kept| ParkedWork {
            handle: parked.handle.clone(),
            session,
            expires_at: until.unwrap_or(kept),
        }))
    }

    /// This browser's entry in the session that it has parked; `None` when it was signed out there.
    async fn placeholder(&self, parked: &Parked) -> Result<Option<Browser>, Error> {
        let inner = &self.sessions().inner;
        Ok(placeholder(&inner.store, parked, inner.clock.now()).await?)
    }

    /// Goes on with the parked work of this handle, under a new key that goes out with the answer, and parks what
    /// the browser has now, unless this request has [ended](Self::end) it. Returns whether there is such work.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store does not answer, [`Error::Overtaken`] when another request was faster.
    pub async fn switch(&self, handle: &str) -> Result<bool, Error> {
        let inner = &self.sessions().inner;
        let (store, now) = (&inner.store, inner.clock.now());
        let list = self.parked_list();
        let Some(parked) = list.into_iter().find(|parked| parked.handle == handle) else {
            return Ok(false);
        };
        if self.look(&parked).await?.is_none() {
            return Ok(false);
        }
        let ended = match &self.doings().outcome {
            Outcome::Ended(ended) => Some((ended.session.clone(), ended.spare.clone())),
            Outcome::Nothing | Outcome::Opened(_) | Outcome::Entered(..) => None,
        };
        let (ended, spare) = ended.unwrap_or_default();
        end_spare(store, &spare, now).await;
        if let Some(ended) = &ended
            && let Err(error) = store.end_all(ended, now).await
        {
            tracing::warn!(%error, "keys of a deleted session, which open nothing, are still kept");
        }
        if store.engine().is_in_the_cookie() {
            let (visitor, session) = (self.clone(), parked.session);
            let entered = store
                .db()
                .write(move |conn| visitor.enter_and_park(conn, &session, now))
                .await;
            return entered
                .map(|_| true)
                .map_err(|error| super::engine::Error::from(error).into());
        }
        let Some(placeholder) = self.placeholder(&parked).await? else {
            return Ok(false);
        };
        let Standing::Open(open, _) = self.standing() else {
            return Ok(false);
        };
        // What the browser is like goes with it; what it had before stays where it is until the new key is out.
        let mut changes = open.state.carried();
        changes.push(Change::remove(&LEFT_AT));
        let mut list = self.parked_list_for(&placeholder.session);
        list.retain(|other| ended.as_ref() != Some(&other.session) && other.handle != parked.handle);
        changes.push(Change::set(&PARKED, &list).map_err(|_| Error::Overtaken)?);
        let changed = store.change(&placeholder, &changes, now).await;
        let changed = changed.map_err(|_| Error::Overtaken)?;
        let key = store.issue(now)?;
        let renewed = patience::within(store.engine().renew(&changed, &key.hash(), now, now)).await?;
        if !renewed {
            return Ok(false);
        }
        self.left().await;
        let browser = Browser {
            key: key.hash(),
            ..changed
        };
        self.doings().outcome = Outcome::Entered(key, browser);
        Ok(true)
    }

    /// Forgets that this work is parked, because the browser's present work has been moved into it; its entry there
    /// goes, the present one has come in its place.
    pub async fn unpark(&self, work: &ParkedWork) {
        let inner = &self.sessions().inner;
        let mut list = self.parked_list();
        let Some(place) = list.iter().position(|parked| parked.handle == work.handle) else {
            return;
        };
        let parked = list.remove(place);
        if let Err(error) = self.set(&PARKED, &list) {
            tracing::warn!(%error, "a shorter list could not be kept");
        }
        if let Ok(Some(browser)) = self.placeholder(&parked).await
            && let Err(error) = inner.store.end(&browser, inner.clock.now()).await
        {
            tracing::warn!(%error, "an entry that nobody needs could not be ended");
        }
    }

    /// Notes the activity of this browser in the work that it has parked, so that it is kept as long.
    pub(super) async fn touch_parked(&self) {
        let inner = &self.sessions().inner;
        let (store, now) = (&inner.store, inner.clock.now());
        for parked in self.parked_list() {
            let touched = if store.engine().is_in_the_cookie() {
                let (session, until) = (parked.session, self.expires_at().naive_utc());
                store
                    .db()
                    .write(move |conn| sessions::extend(conn, &session, until))
                    .await
                    .map_err(super::engine::Error::from)
            } else {
                match self.placeholder(&parked).await {
                    Ok(Some(browser)) => {
                        let open = Open {
                            state: store.state(&browser),
                            is_replaced: false,
                            is_bare: false,
                            browser,
                        };
                        store.touch(&open, now).await.map(drop)
                    }
                    Ok(None) | Err(_) => Ok(()),
                }
            };
            if let Err(error) = touched {
                tracing::warn!(%error, "activity could not be noted for parked work");
            }
        }
    }
}

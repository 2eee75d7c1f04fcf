use std::future::{Ready, ready};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use chrono::{DateTime, Utc};

use super::engine::Engine as _;
use super::key::Key;
use super::store::Open;
use super::{Error, SessionId, Sessions, client_address, delta};
use crate::db::{self, DbConnection};

/// The visitor of a page: with [`Beginner`] the only way for handlers to meet the session.
///
/// Handlers take it as an argument. It is cheap to clone and may go into the closures of
/// [`Db::run`](crate::db::Db::run) and [`Db::write`](crate::db::Db::write). Where the store does
/// not answer, taking it fails with [`Error::Unavailable`], so that nobody passes for new.
#[derive(Clone)]
pub struct Visitor {
    inner: Arc<Inner>,
}

struct Inner {
    sessions: Sessions,
    state: State,
    brought_cookie: bool,
    outcome: Mutex<Outcome>,
    counted: OnceLock<IpAddr>,
}

/// What the request's cookie turned out to be.
pub(super) enum State {
    /// Nothing is stored; the first thing stored will be stored under this key.
    New(Key),
    /// The key opens this session.
    Open(Open, Key),
    /// The key was ended on purpose, and the request would change something with it.
    Ended,
    /// Two cookies: the visitor is shown nothing and can do nothing.
    Ambiguous,
    /// The store does not answer.
    Unavailable,
}

/// What the handler did, for the cookie of the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Nothing,
    Opened,
    Ended,
}

impl Visitor {
    pub(super) fn new(sessions: Sessions, state: State, brought_cookie: bool) -> Self {
        Self {
            inner: Arc::new(Inner {
                sessions,
                state,
                brought_cookie,
                outcome: Mutex::new(Outcome::Nothing),
                counted: OnceLock::new(),
            }),
        }
    }

    pub(super) fn state(&self) -> &State {
        &self.inner.state
    }

    pub(super) fn outcome(&self) -> Outcome {
        *self.inner.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address in whose share of new sessions this request was counted.
    pub(super) fn counted(&self) -> Option<IpAddr> {
        self.inner.counted.get().copied()
    }

    fn set_outcome(&self, outcome: Outcome) {
        *self.inner.outcome.lock().unwrap_or_else(PoisonError::into_inner) = outcome;
    }

    /// The visitor's session; `None` when nothing is stored yet.
    pub fn session(&self) -> Option<&SessionId> {
        match &self.inner.state {
            State::Open(open, _) => Some(&open.session),
            State::New(_) | State::Ended | State::Ambiguous | State::Unavailable => None,
        }
    }

    /// Deletes the session with all its rows, inside the caller's transaction; the answer takes
    /// the cookie away. Doing it twice, or without a session, is harmless.
    ///
    /// Returns the session, whose folder of uploads is the caller's next step.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn end(&self, conn: &mut DbConnection, now: DateTime<Utc>) -> Result<Option<SessionId>, db::Error> {
        let session = self.session().cloned();
        if let Some(session) = &session {
            self.inner.sessions.inner.store.engine().end(conn, session, now)?;
        }
        self.set_outcome(Outcome::Ended);
        Ok(session)
    }

    /// Until when the visitor's work is kept; without a session, until when it would be if it began now.
    pub fn expires_at(&self) -> DateTime<Utc> {
        let inner = &self.inner.sessions.inner;
        match &self.inner.state {
            State::Open(open, _) => open.expires_at,
            State::New(_) | State::Ended | State::Ambiguous | State::Unavailable => {
                inner.clock.now() + delta(inner.settings.age)
            }
        }
    }

    /// Whether the browser returned a cookie of ours with this request, so that it will find its work again.
    pub fn keeps_cookies(&self) -> bool {
        self.inner.brought_cookie
    }

    /// Whether the browser sent two different session cookies, so that nothing of either can be shown.
    pub fn is_ambiguous(&self) -> bool {
        matches!(self.inner.state, State::Ambiguous)
    }

    /// Whether the request would change what belonged to a session that was ended on purpose.
    pub fn is_ended(&self) -> bool {
        matches!(self.inner.state, State::Ended)
    }
}

/// A visitor whose request may begin a session: what handlers take that store somebody's first thing.
///
/// Taking it counts against the share of new sessions that the visitor's network address has, and fails with
/// [`Error::TooMany`] when that is used up. Known visitors are not counted, and what begins no session after all is
/// given back. Requests that begin nothing take a [`Visitor`] and are never refused for others' sake.
#[derive(Clone)]
pub struct Beginner {
    visitor: Visitor,
}

impl Beginner {
    /// The visitor.
    pub fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    /// The visitor's session, made if there is none: to be called inside the transaction that
    /// stores the visitor's first thing, so that both are kept or neither.
    ///
    /// The cookie goes out with the answer, if that is a success.
    ///
    /// # Errors
    /// [`db::Error::Ended`] when the session was ended meanwhile.
    pub fn open(&self, conn: &mut DbConnection, now: DateTime<Utc>) -> Result<SessionId, db::Error> {
        match &self.visitor.inner.state {
            State::Open(open, _) => {
                if db::sessions::exists(conn, &open.session)? {
                    Ok(open.session.clone())
                } else {
                    Err(db::Error::Ended)
                }
            }
            State::New(key) => {
                let inner = &self.visitor.inner.sessions.inner;
                let expires_at = now + delta(inner.settings.age);
                let session = inner.store.engine().create(conn, &key.hash(), now, expires_at)?;
                self.visitor.set_outcome(Outcome::Opened);
                Ok(session)
            }
            State::Ended | State::Ambiguous | State::Unavailable => Err(db::Error::Ended),
        }
    }
}

impl FromRequest for Beginner {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visitor = Visitor::from_request(request, payload).into_inner();
        ready(visitor.and_then(|visitor| {
            let inner = &visitor.inner.sessions.inner;
            if matches!(visitor.inner.state, State::New(_)) {
                let address = client_address(request.peer_addr(), request.headers(), &inner.trusted_proxies);
                inner
                    .limit
                    .take(address, inner.clock.now())
                    .map_err(|retry_after| Error::TooMany { retry_after })?;
                let _ = visitor.inner.counted.set(address);
            }
            Ok(Self { visitor })
        }))
    }
}

impl FromRequest for Visitor {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visitor = request.extensions().get::<Visitor>().cloned();
        ready(match visitor {
            Some(visitor) if !matches!(visitor.inner.state, State::Unavailable) => Ok(visitor),
            Some(_) => Err(Error::Unavailable),
            None => {
                tracing::error!("a page that wants the visitor stands outside the session's middleware");
                Err(Error::Unavailable)
            }
        })
    }
}

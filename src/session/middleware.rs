//! What stands before every page.

use actix_session::storage::SessionStore as _;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::cookie::time;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, SET_COOKIE, VARY};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, web};
use chrono::{DateTime, TimeDelta, Utc};

use super::cookie::Brought;
use super::key::Key;
use super::store::{Found, Open, not_after_the_end};
use super::visitor::{Outcome, State};
use super::{Error, Sessions, Visitor, delta, origin};

/// After a session was ended, requests that were on their way get no new cookie for this long: it
/// would replace a newer one.
const IN_FLIGHT: TimeDelta = TimeDelta::seconds(60);

/// Lets a request through to its page as a [`Visitor`]'s, or refuses it.
///
/// A refusal is a response with an [`Error`] attached, so that an outer layer can make a page of it.
///
/// # Errors
/// Only what the inner service returns.
pub async fn guard<B: MessageBody + 'static>(
    sessions: web::Data<Sessions>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    let now = sessions.inner.clock.now();
    let mut response = match sessions.admit(&mut request, now).await {
        Err(refusal) => request.error_response(refusal).map_into_right_body(),
        Ok(mut admitted) => {
            let mut response = next.call(request).await?;
            // An answer that took its time must not bring back a key that was ended meanwhile.
            if admitted.touched {
                admitted.touched = sessions.is_still_open(&admitted.visitor).await;
            }
            let cookie = sessions.cookie_for(&admitted, response.status(), now);
            if let Some(cookie) = cookie {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            response.map_into_left_body()
        }
    };
    // What depends on the cookie belongs to one browser: no cache may keep it, errors included.
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("Cookie"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// A request that was let through, as far as the answer's cookie is concerned.
struct Admitted {
    visitor: Visitor,
    /// A first look at a page, which gets the cookie even though nothing is stored.
    first_page: bool,
    /// This request moved the expiry, so the cookie's has to move with it.
    touched: bool,
}

impl Sessions {
    async fn admit(&self, request: &mut ServiceRequest, now: DateTime<Utc>) -> Result<Admitted, Error> {
        let inner = &*self.inner;
        let method = request.method().clone();
        if method == Method::TRACE {
            return Err(Error::Method);
        }
        let is_unsafe = origin::is_unsafe(&method);
        if is_unsafe && origin::is_cross_site(request.headers(), inner.public_origin.as_deref()) {
            return Err(Error::CrossSite);
        }
        let is_activity = !matches!(method, Method::HEAD | Method::OPTIONS) && !is_prefetch(request.headers());

        let brought = inner.cookie.read(request.headers());
        let mut first_page = false;
        let mut brought_cookie = false;
        let mut state = match brought {
            Brought::Several if is_unsafe => return Err(Error::Ambiguous),
            Brought::Several => State::Ambiguous,
            Brought::Nothing => self.new_visitor(&mut first_page).await,
            Brought::One(text) => match inner.store.seal().open(&text) {
                None => self.new_visitor(&mut first_page).await,
                Some(key) => {
                    brought_cookie = true;
                    match self.find(&key).await {
                        Err(unavailable) => {
                            tracing::error!(
                                error = format!("{unavailable:#}"),
                                "the store of the sessions does not answer"
                            );
                            State::Unavailable
                        }
                        Ok(Some(Found::Open(open))) => State::Open(open, key),
                        Ok(Some(Found::Issued)) => State::New(key),
                        Ok(Some(Found::Ended(_))) if is_unsafe => State::Ended,
                        // A stranger for now, without a cookie to go with it.
                        Ok(Some(Found::Ended(at))) if now < at + IN_FLIGHT => self.new_visitor(&mut false).await,
                        Ok(Some(Found::Ended(_)) | None) => self.new_visitor(&mut first_page).await,
                    }
                }
            },
        };
        first_page &= method == Method::GET && is_activity;

        let mut touched = false;
        if let State::Open(open, key) = &mut state
            && is_activity
            && now >= open.touched_at + delta(inner.settings.touch_interval)
        {
            touched = self.touch(open, key, now).await;
        }
        let visitor = Visitor::new(self.clone(), state, brought_cookie);
        request.extensions_mut().insert(visitor.clone());
        Ok(Admitted {
            visitor,
            first_page,
            touched,
        })
    }

    /// A visitor without a good key, who is given one.
    async fn new_visitor(&self, first_page: &mut bool) -> State {
        let ttl = time::Duration::seconds(delta(self.inner.settings.age).num_seconds());
        let issued = self.inner.store.save(Default::default(), &ttl).await;
        let key = issued.map(|key| self.inner.store.seal().open(key.as_ref().as_bytes()));
        match key {
            Ok(Some(key)) => {
                *first_page = true;
                State::New(key)
            }
            Ok(None) => State::Unavailable,
            Err(error) => {
                tracing::error!(%error, "no key could be issued");
                State::Unavailable
            }
        }
    }

    async fn find(&self, key: &Key) -> Result<Option<Found>, anyhow::Error> {
        let Some(session_key) = key.session_key() else {
            return Ok(None);
        };
        let state = self.inner.store.load(&session_key).await?;
        Ok(state.as_ref().and_then(Found::from_state))
    }

    /// Moves the expiry, unless another request at the same time did; a store that does not answer now may do so at
    /// the next request.
    async fn touch(&self, open: &mut Open, key: &Key, now: DateTime<Utc>) -> bool {
        let settings = &self.inner.settings;
        let expires_at = not_after_the_end(now + delta(settings.age), open.created_at, settings);
        match self.inner.store.touch(key, now, expires_at).await {
            Ok(moved) => {
                open.expires_at = open.expires_at.max(expires_at);
                moved
            }
            Err(error) => {
                tracing::warn!(%error, "activity could not be noted");
                false
            }
        }
    }

    /// Whether the visitor's key opens a session now that the answer is ready.
    async fn is_still_open(&self, visitor: &Visitor) -> bool {
        match visitor.state() {
            State::Open(_, key) => matches!(self.find(key).await, Ok(Some(Found::Open(_)))),
            _ => false,
        }
    }

    /// The one cookie that the answer carries, if any.
    fn cookie_for(&self, admitted: &Admitted, status: StatusCode, now: DateTime<Utc>) -> Option<HeaderValue> {
        let inner = &*self.inner;
        let outcome = admitted.visitor.outcome();
        let success = status.is_success() || status.is_redirection();
        if let Some(source) = admitted.visitor.counted()
            && !(success && outcome == Outcome::Opened)
        {
            inner.limit.put_back(source);
        }
        match (admitted.visitor.state(), outcome) {
            (_, Outcome::Ended) if success => inner.cookie.remove(),
            (State::New(key), Outcome::Opened) if success => inner.cookie.set(key, delta(inner.settings.age)),
            (State::New(key), Outcome::Nothing) if success && admitted.first_page => {
                inner.cookie.set(key, delta(inner.settings.age))
            }
            (State::Open(open, key), _) if admitted.touched => inner.cookie.set(key, open.expires_at - now),
            _ => None,
        }
    }
}

/// Whether the browser only looks ahead: the visitor may never come.
fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-moz"].iter().any(|name| {
        headers
            .get(*name)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.contains("prefetch") || value.contains("prerender"))
    })
}

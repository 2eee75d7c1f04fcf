//! What stands before every page.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, SET_COOKIE, VARY};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, web};
use chrono::{DateTime, TimeDelta, Utc};

use super::cookie::Brought;
use super::engine::Browser;
use super::key::Key;
use super::state::{Change, Expiry, State};
use super::store::{Found, Open, Refused};
use super::visitor::{Doings, Outcome, Standing};
use super::{Error, Sessions, Visitor, client, origin};

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
        Ok(admitted) => {
            let mut response = next.call(request).await?;
            match sessions.settle(&admitted, response.status(), now).await {
                Ok(cookie) => {
                    if let Some(cookie) = cookie {
                        response.headers_mut().append(SET_COOKIE, cookie);
                    }
                    response.map_into_left_body()
                }
                Err(refusal) => {
                    let (request, _) = response.into_parts();
                    ServiceResponse::from_err(refusal, request).map_into_right_body()
                }
            }
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
        let mut standing = match brought {
            Brought::Several if is_unsafe => return Err(Error::Ambiguous),
            Brought::Several => Standing::Ambiguous,
            Brought::Nothing => self.new_visitor(&mut first_page, now),
            Brought::One(text) => match inner.store.seal().open(&text) {
                None => self.new_visitor(&mut first_page, now),
                Some(key) => {
                    brought_cookie = true;
                    match inner.store.find(&key, now).await {
                        Err(error) => {
                            tracing::error!(%error, "the store of the sessions does not answer");
                            Standing::Unavailable
                        }
                        Ok(Found::Open(open)) => Standing::Open(open, key),
                        Ok(Found::Issued) => Standing::New(key),
                        Ok(Found::Ended(_)) if is_unsafe => Standing::Ended,
                        // A stranger for now, without a cookie to go with it.
                        Ok(Found::Ended(at)) if now < at + IN_FLIGHT => self.new_visitor(&mut false, now),
                        Ok(Found::Ended(_) | Found::Unknown) => self.new_visitor(&mut first_page, now),
                    }
                }
            },
        };
        first_page &= method == Method::GET && is_activity;

        let mut touched = false;
        if let Standing::Open(open, _) = &mut standing
            && is_activity
        {
            touched = self.touch(open, now).await;
        }
        let family = client::family(request.headers());
        let visitor = Visitor::new(self.clone(), standing, family, brought_cookie);
        request.extensions_mut().insert(visitor.clone());
        Ok(Admitted {
            visitor,
            first_page,
            touched,
        })
    }

    /// A visitor without a good key, who is given one.
    fn new_visitor(&self, first_page: &mut bool, now: DateTime<Utc>) -> Standing {
        match self.inner.store.issue(now) {
            Ok(key) => {
                *first_page = true;
                Standing::New(key)
            }
            Err(error) => {
                tracing::error!(%error, "no key could be issued");
                Standing::Unavailable
            }
        }
    }

    /// Moves the expiry, unless another request at the same time did; a store that does not answer now may do so at
    /// the next request.
    async fn touch(&self, open: &mut Open, now: DateTime<Utc>) -> bool {
        match self.inner.store.touch(open, now).await {
            Ok(Some(expires_at)) => {
                open.browser.expires_at = expires_at;
                true
            }
            Ok(None) => false,
            Err(error) => {
                tracing::warn!(%error, "activity could not be noted");
                false
            }
        }
    }

    /// Keeps what the page did with the session, and makes the one cookie that the answer carries, if any.
    async fn settle(
        &self,
        admitted: &Admitted,
        status: StatusCode,
        now: DateTime<Utc>,
    ) -> Result<Option<HeaderValue>, Error> {
        let inner = &*self.inner;
        let visitor = &admitted.visitor;
        let success = status.is_success() || status.is_redirection();
        let doings = if success {
            std::mem::take(&mut *visitor.doings())
        } else {
            Doings::default()
        };
        if let Some(source) = visitor.counted()
            && !matches!(doings.outcome, Outcome::Opened(_))
        {
            inner.limit.put_back(source);
        }
        match (visitor.standing(), doings.outcome) {
            (_, Outcome::Ended(ended)) => {
                if let Some(session) = ended
                    && let Err(error) = inner.store.end_all(&session, now).await
                {
                    tracing::warn!(%error, "keys of a deleted session, which open nothing, are still kept");
                }
                Ok(inner.cookie.remove())
            }
            (_, Outcome::Entered(key, browser)) => {
                let browser = self.keep(&browser, &doings.changes, now).await?;
                Ok(self.cookie(&key, &browser, now))
            }
            (Standing::New(key), Outcome::Opened(browser)) => {
                let browser = self.keep(&browser, &doings.changes, now).await?;
                Ok(self.cookie(key, &browser, now))
            }
            (Standing::New(key), Outcome::Nothing) if success && admitted.first_page => Ok(inner
                .cookie
                .set(key, self.age(Expiry::Default, inner.store.expiry_of_new(now), now))),
            (Standing::Open(open, key), Outcome::Nothing) => {
                let changes = &doings.changes;
                let browser = self.keep(&open.browser, changes, now).await?;
                // The browser has a newer key than this one, or will have in a moment.
                if open.is_replaced {
                    return Ok(None);
                }
                if doings.renews {
                    let renewed = inner.store.renew(&browser, now).await?;
                    return Ok(renewed.and_then(|key| self.cookie(&key, &browser, now)));
                }
                let moved = changes.iter().any(|change| matches!(change, Change::Expiry(_)));
                // An answer that took its time must not bring back a key that was ended or replaced meanwhile.
                if moved || admitted.touched && self.is_still_open(key, now).await {
                    return Ok(self.cookie(key, &browser, now));
                }
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    async fn keep(&self, browser: &Browser, changes: &[Change], now: DateTime<Utc>) -> Result<Browser, Error> {
        if changes.is_empty() {
            return Ok(browser.clone());
        }
        self.inner.store.change(browser, changes, now).await.map_err(|refused| {
            tracing::warn!(error = %refused, "a change of a browser's state was not kept");
            match refused {
                Refused::Engine(_) => Error::Unavailable,
                Refused::State(_) | Refused::Overtaken => Error::Overtaken,
            }
        })
    }

    fn cookie(&self, key: &Key, browser: &Browser, now: DateTime<Utc>) -> Option<HeaderValue> {
        let expiry = State::read(&browser.state).unwrap_or_default().expiry;
        self.inner.cookie.set(key, self.age(expiry, browser.expires_at, now))
    }

    /// How long the browser is to keep the cookie; `None` until it is closed.
    fn age(&self, expiry: Expiry, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<TimeDelta> {
        let closes = expiry.ends_with_the_browser(self.inner.store.settings());
        (!closes).then(|| expires_at - now)
    }

    /// Whether the key opens a session, and is the one that the browser should have, now that the answer is ready.
    async fn is_still_open(&self, key: &Key, now: DateTime<Utc>) -> bool {
        matches!(self.inner.store.find(key, now).await, Ok(Found::Open(open)) if !open.is_replaced)
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

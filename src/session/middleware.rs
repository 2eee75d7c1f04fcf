//! What stands before every page.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, SET_COOKIE, VARY};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, web};
use chrono::{DateTime, TimeDelta, Utc};

use super::cookie::Brought;
use super::engine::{self, Browser};
use super::key::Key;
use super::patience::within_a_moment;
use super::state::{Change, Expiry};
use super::store::{Found, Open, Refused};
use super::visitor::{Doings, Outcome, Standing, rested_long};
use super::{Error, IN_FLIGHT, SessionId, Sessions, Visitor, client, origin, parked};

/// An answer that took longer gives no cookie that is not needed: it could replace a newer one.
const LATE: TimeDelta = TimeDelta::seconds(5);

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
            let response = next.call(request).await?;
            let settled = sessions.settle(&admitted, response.status()).await;
            let mut response = match settled.refusal {
                None => response.map_into_left_body(),
                Some(refusal) => {
                    let (request, _) = response.into_parts();
                    ServiceResponse::from_err(refusal, request).map_into_right_body()
                }
            };
            if let Some(cookie) = settled.cookie {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            response
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
    is_unsafe: bool,
    at: DateTime<Utc>,
}

impl Admitted {
    /// Whether another answer may have given the browser a cookie since.
    fn is_late(&self, now: DateTime<Utc>) -> bool {
        now > self.at + LATE
    }
}

/// What an answer carries besides its page.
#[derive(Default)]
struct Settled {
    cookie: Option<HeaderValue>,
    /// Instead of the page: not all of what it did could be kept.
    refusal: Option<Error>,
}

impl Settled {
    fn cookie(cookie: Option<HeaderValue>) -> Self {
        let refusal = None;
        Self { cookie, refusal }
    }

    fn refusal(refusal: Error) -> Self {
        Self {
            cookie: None,
            refusal: Some(refusal),
        }
    }
}

impl Sessions {
    async fn admit(&self, request: &mut ServiceRequest, now: DateTime<Utc>) -> Result<Admitted, Error> {
        let inner = &*self.inner;
        let method = request.method().clone();
        if method == Method::TRACE {
            return Err(Error::Method);
        }
        let is_unsafe = origin::is_unsafe(&method);
        self.refuse_cross_site(&method, request.headers())?;
        let is_activity = !matches!(method, Method::HEAD | Method::OPTIONS) && !is_prefetch(request.headers());

        let brought = inner.cookie.read(request.headers());
        let mut first_page = false;
        let mut brought_cookie = false;
        let mut was_ended = false;
        let mut standing = match brought {
            Brought::Several if is_unsafe => return Err(Error::Ambiguous),
            Brought::Several => Standing::Ambiguous,
            Brought::Nothing => self.new_visitor(&mut first_page, now),
            Brought::One(text) => match inner.store.read(&text) {
                None => self.new_visitor(&mut first_page, now),
                Some((key, carried)) => {
                    brought_cookie = true;
                    match inner.store.find(&key, carried.as_ref(), now).await {
                        Err(error) => {
                            tracing::error!(%error, "the store of the sessions does not answer");
                            Standing::Unavailable
                        }
                        Ok(Found::Open(open)) => Standing::Open(open, key),
                        Ok(Found::Issued) => Standing::New(key),
                        Ok(Found::Ended(_)) if is_unsafe => Standing::Ended,
                        Ok(Found::Ended(at)) => {
                            was_ended = true;
                            let stranger = self.new_visitor(&mut first_page, now);
                            // For now without a cookie to go with it: it would replace a newer one.
                            first_page &= now >= at + IN_FLIGHT;
                            stranger
                        }
                        Ok(Found::Unknown) => self.new_visitor(&mut first_page, now),
                    }
                }
            },
        };
        first_page &= method == Method::GET && is_activity;

        let (mut touched, mut rested) = (false, None);
        if let Standing::Open(open, _) = &mut standing
            && is_activity
        {
            let before = open.browser.expires_at;
            touched = self.touch(open, now).await;
            rested = rested_long(before, open.browser.expires_at, now);
        }
        let family = client::family(request.headers());
        let locale = client::locale(request);
        let visitor = Visitor::new(
            self.clone(),
            standing,
            family,
            locale,
            brought_cookie,
            (was_ended, rested),
        );
        if touched {
            visitor.touch_parked().await;
        }
        request.extensions_mut().insert(visitor.clone());
        Ok(Admitted {
            visitor,
            first_page,
            touched,
            is_unsafe,
            at: now,
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
        match within_a_moment(self.inner.store.touch(open, now)).await {
            Ok(Some(expires_at)) => {
                open.browser.touched_at = now;
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

    /// Settles what the page did with the session: what is to be kept is kept, and the answer gets its one cookie, if
    /// any.
    async fn settle(&self, admitted: &Admitted, status: StatusCode) -> Settled {
        // An answer may have taken its time.
        let now = self.inner.clock.now();
        let visitor = &admitted.visitor;
        let success = status.is_success() || status.is_redirection();
        let doings = if success {
            std::mem::take(&mut *visitor.doings())
        } else {
            Doings::default()
        };
        self.put_back(visitor, &doings.outcome);
        match (visitor.standing(), doings.outcome) {
            (standing, Outcome::Ended(ended)) => {
                parked::end_spare(&self.inner.store, &ended.spare, now).await;
                self.forget(standing, ended.session.as_ref(), now).await;
                Settled::cookie(ended.is_first.then(|| self.inner.cookie.remove()).flatten())
            }
            (_, Outcome::Entered(key, browser)) => self.settle_joined(&key, &browser, &doings.changes, now).await,
            (Standing::New(key), Outcome::Opened(begun)) => {
                self.inner.begun.add(u64::from(begun.is_new));
                self.settle_joined(key, &begun.browser, &doings.changes, now).await
            }
            (Standing::New(key), Outcome::Nothing) if success && admitted.first_page => {
                let age = self.age(Expiry::Default, self.inner.store.expiry_of_new(now), now);
                Settled::cookie(if admitted.is_late(now) {
                    None
                } else {
                    self.inner.cookie.set(key.text(), age)
                })
            }
            (Standing::Open(open, key), Outcome::Nothing) => {
                let settled = self.settle_known(admitted, open, key, doings.renews, &doings.changes, now);
                settled.await.unwrap_or_else(Settled::refusal)
            }
            _ => Settled::default(),
        }
    }

    /// Gives a share of new sessions back that the request did not use.
    fn put_back(&self, visitor: &Visitor, outcome: &Outcome) {
        let is_used = matches!(outcome, Outcome::Opened(begun) if begun.is_new);
        if let Some(source) = visitor.counted().filter(|_| !is_used) {
            self.give_share_back(source);
        }
    }

    /// Forgets the keys of what was ended, as far as that is not done.
    async fn forget(&self, standing: &Standing, session: Option<&SessionId>, now: DateTime<Utc>) {
        let store = &self.inner.store;
        let forgotten = match (standing, session) {
            (_, Some(session)) => store.end_all(session, now).await,
            (Standing::New(key), None) if !store.engine().is_beside_the_data() => {
                store.end(&store.first_entry(key), now).await
            }
            (_, None) => Ok(()),
        };
        if let Err(error) = forgotten {
            tracing::warn!(%error, "keys that were ended, and open nothing, are still kept");
        }
    }

    /// For a browser that has joined a session: it needs its cookie even if the rest could not be kept.
    async fn settle_joined(&self, key: &Key, browser: &Browser, changes: &[Change], now: DateTime<Utc>) -> Settled {
        let (browser, refusal) = match self.keep(browser, changes, now).await {
            Ok(kept) => (kept, None),
            Err(refusal) => (browser.clone(), Some(refusal)),
        };
        Settled {
            cookie: self.needed_cookie(key, &browser, now).await,
            refusal,
        }
    }

    /// For a browser that came with its key.
    async fn settle_known(
        &self,
        admitted: &Admitted,
        open: &Open,
        key: &Key,
        renews: bool,
        changes: &[Change],
        now: DateTime<Utc>,
    ) -> Result<Settled, Error> {
        let store = &self.inner.store;
        let browser = self.keep(&open.browser, changes, now).await?;
        // The browser has a newer key than this one, or will have in a moment: it is neither renewed nor given back.
        if browser.key != key.hash() {
            return Ok(Settled::default());
        }
        if renews {
            let Some(new) = store.renew(&browser, now).await? else {
                return Ok(Settled::default());
            };
            let key = new.hash();
            let renewed = Browser { key, ..browser };
            return Ok(Settled::cookie(self.needed_cookie(&new, &renewed, now).await));
        }
        let travels = store.engine().is_in_the_cookie()
            && (browser.version != open.browser.version || open.is_bare && admitted.is_unsafe);
        let cookie = if travels || store.state(&browser).expiry != open.state.expiry {
            self.needed_cookie(key, &browser, now).await
        } else if admitted.touched && !(store.engine().is_in_the_cookie() && admitted.is_late(now)) {
            let found = self.look_again(key, &browser, now).await;
            found.ok().flatten().and_then(|open| self.cookie(key, &open, now))
        } else {
            None
        };
        Ok(Settled::cookie(cookie))
    }

    async fn keep(&self, browser: &Browser, changes: &[Change], now: DateTime<Utc>) -> Result<Browser, Error> {
        if changes.is_empty() {
            return Ok(browser.clone());
        }
        self.inner.store.change(browser, changes, now).await.or_else(|refused| {
            tracing::warn!(error = %refused, "a change of a browser's state was not kept");
            match refused {
                // What the page did is done; a sentence about it is not worth telling the visitor that it failed.
                _ if changes.iter().all(Change::is_courtesy) => Ok(browser.clone()),
                Refused::Engine(_) => Err(Error::Unavailable),
                Refused::State(_) | Refused::Overtaken => Err(Error::Overtaken),
            }
        })
    }

    /// What the key opens now that the answer is ready, if the browser should have it: not if it was ended or replaced
    /// meanwhile. Every cookie with a key is made of this.
    async fn look_again(
        &self,
        key: &Key,
        browser: &Browser,
        now: DateTime<Utc>,
    ) -> Result<Option<Open>, engine::Error> {
        Ok(match self.inner.store.find(key, Some(browser), now).await? {
            Found::Open(open) if !open.is_replaced => Some(*open),
            _ => None,
        })
    }

    /// A cookie without which the browser would lose what it just got, also where nobody can look again.
    async fn needed_cookie(&self, key: &Key, browser: &Browser, now: DateTime<Utc>) -> Option<HeaderValue> {
        let found = self.look_again(key, browser, now).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "a key goes out although nobody knows whether it was ended meanwhile");
            Some(Open {
                state: self.inner.store.state(browser),
                browser: browser.clone(),
                is_replaced: false,
                is_bare: false,
            })
        });
        self.cookie(key, &found?, now)
    }

    fn cookie(&self, key: &Key, open: &Open, now: DateTime<Utc>) -> Option<HeaderValue> {
        let value = self.inner.store.value(key, &open.browser)?;
        let age = self.age(open.state.expiry, open.browser.expires_at, now);
        self.inner.cookie.set(&value, age)
    }

    /// How long the browser is to keep the cookie; `None` until it is closed.
    fn age(&self, expiry: Expiry, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<TimeDelta> {
        let closes = expiry.ends_with_the_browser(self.inner.store.settings());
        (!closes).then(|| expires_at - now)
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

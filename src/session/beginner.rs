use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use chrono::{DateTime, Utc};

use super::visitor::{Outcome, Standing};
use super::{Error, SessionId, Visitor};
use crate::db::{self, DbConnection};

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
        let store = &self.visitor.sessions().inner.store;
        match self.visitor.standing() {
            Standing::Open(open, _) => {
                store.keep(conn, &open.browser, now)?;
                Ok(open.browser.session.clone())
            }
            Standing::New(key) => {
                let changes = self.visitor.doings().changes.clone();
                let begun = store.begin(conn, key, self.visitor.family(), &changes, now)?;
                let session = begun.browser.session.clone();
                self.visitor.doings().outcome = Outcome::Opened(begun);
                Ok(session)
            }
            Standing::Ended | Standing::Ambiguous | Standing::Unavailable => Err(db::Error::Ended),
        }
    }
}

impl FromRequest for Beginner {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visitor = Visitor::from_request(request, payload).into_inner();
        ready(visitor.and_then(|visitor| {
            if matches!(visitor.standing(), Standing::New(_)) {
                visitor.count(visitor.sessions().take_share(request)?);
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
            Some(visitor) if visitor.is_available() => Ok(visitor),
            Some(_) => Err(Error::Unavailable),
            None => {
                tracing::error!("a page that wants the visitor stands outside the session's middleware");
                Err(Error::Unavailable)
            }
        })
    }
}

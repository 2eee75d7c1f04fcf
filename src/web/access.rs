//! One section, as far as whoever writes in it may reach: its owner, or somebody with a link to it.
//!
//! A handler that takes a [`Guest`] gets that one section and nothing else: the session that owns it stays in this room.

use std::pin::Pin;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderValue, REFERRER_POLICY};
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use chrono::NaiveDateTime;

use super::AppState;
use super::card::section_of;
use super::error::Error;
use super::headers::unlisted;
use super::pages::files;
use crate::card::{Card, Field, Section, figure};
use crate::db::cards::{self, CardRow, CardSectionData};
use crate::db::quota::{self, Full, Limit, Quota};
use crate::db::section_links::{self, Target};
use crate::db::{self, DbConnection};
use crate::format::language::{self, Language};
use crate::session::code::Code;
use crate::session::{SessionId, Sessions};

/// How long a section may become by a link, in bytes of its answers; one that is longer already may keep its length. So
/// whoever has a link cannot fill the owner's room, where earlier versions would have to give way.
pub const MOST_BYTES: usize = 256 << 10;

/// How a save came about, which says what becomes of the state before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// The page saves by itself.
    Typing,
    /// A button was pressed.
    Pressed,
    /// Something is taken away or brought back, which can be undone.
    Undoable,
}

/// A section and what may be done with it.
#[derive(Clone)]
pub struct SectionAccess {
    session: SessionId,
    card: String,
    section: String,
    /// `None` for the owner.
    link: Option<Link>,
}

#[derive(Clone)]
struct Link {
    id: String,
    since_version: i32,
}

impl SectionAccess {
    /// Everything, for the session that owns the card.
    pub fn of_owner(session: SessionId, card: &str, section: &str) -> Self {
        Self {
            session,
            card: card.to_owned(),
            section: section.to_owned(),
            link: None,
        }
    }

    fn of_link(target: Target) -> Self {
        Self {
            session: target.session,
            card: target.card,
            section: target.section,
            link: Some(Link {
                id: target.link,
                since_version: target.since_version,
            }),
        }
    }

    /// The session, for its owner only.
    pub fn owner(&self) -> Option<&SessionId> {
        self.link.is_none().then_some(&self.session)
    }

    /// The card's id.
    pub fn card(&self) -> &str {
        &self.card
    }

    /// The section's key.
    pub fn section(&self) -> &str {
        &self.section
    }

    /// The card's row and the section.
    ///
    /// # Errors
    /// [`db::Error::NotFound`] when they are not there.
    pub fn load(&self, conn: &mut DbConnection) -> Result<(CardRow, CardSectionData), db::Error> {
        let row = cards::load(conn, &self.session, &self.card)?;
        let section = cards::section(conn, &self.session, &self.card, &self.section)?;
        Ok((row, section))
    }

    /// The language that the card is written in, where the section has these fields: all that is told of the other
    /// sections to whoever has a link.
    ///
    /// # Errors
    /// [`db::Error::NotFound`] when the card is not there.
    pub fn language(&self, conn: &mut DbConnection, fields: &[Field]) -> Result<Option<Language>, db::Error> {
        let rows = cards::sections(conn, &self.session, &self.card)?;
        let section = |row: &CardSectionData| match row.section_key == self.section {
            true => Section {
                fields: fields.to_vec(),
                ..section_of(row)
            },
            false => section_of(row),
        };
        Ok(language::of(&Card {
            sections: rows.iter().map(section).collect(),
        }))
    }

    /// What the section said at an earlier version, if that is still kept. What it said before a link was made is nothing
    /// for whoever has the link.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn revision(&self, conn: &mut DbConnection, version: i32) -> Result<Option<String>, db::Error> {
        match &self.link {
            Some(link) if version < link.since_version => Ok(None),
            _ => cards::revision(conn, &self.session, &self.card, &self.section, version),
        }
    }

    /// Saves the section if its version is still `version`; returns the new one.
    ///
    /// # Errors
    /// As [`cards::save`], and [`db::Error::Full`] when a link would make it longer than [`MOST_BYTES`].
    pub fn save(
        &self,
        conn: &mut DbConnection,
        (version, value): (i32, &str),
        pace: Pace,
        now: NaiveDateTime,
    ) -> Result<i32, db::Error> {
        let Self {
            session, card, section, ..
        } = self;
        if self.link.is_none() {
            return match pace {
                Pace::Typing => cards::save_typing(conn, session, card, section, version, value, now),
                Pace::Pressed | Pace::Undoable => cards::save(conn, session, card, section, version, value, now),
            };
        }
        let most = MOST_BYTES.max(self.load(conn)?.1.value.len());
        if value.len() > most {
            let bytes = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
            return Err(db::Error::Full(Full {
                usage: quota::usage(conn, session)?,
                limit: Limit::Bytes(bytes(most)),
                excess: bytes(value.len() - most),
            }));
        }
        let takes_away = pace == Pace::Undoable;
        cards::save_by_link(conn, session, card, section, (version, value), takes_away, now)
    }

    /// Gives the card the name that the section now gives it.
    ///
    /// # Errors
    /// [`db::Error::NotFound`] when it is not there.
    pub fn retitle(&self, conn: &mut DbConnection, title: &str, now: NaiveDateTime) -> Result<(), db::Error> {
        cards::retitle(conn, &self.session, &self.card, title, now)
    }

    /// Does the work, in the caller's transaction, if there is room for it and a link is still good; then it has been used.
    ///
    /// # Errors
    /// As [`quota::within`], and [`db::Error::NotFound`] when the link was revoked or has expired meanwhile.
    pub fn within<T>(
        &self,
        conn: &mut DbConnection,
        quota: Quota,
        now: NaiveDateTime,
        work: impl FnOnce(&mut DbConnection) -> Result<T, db::Error>,
    ) -> Result<T, db::Error> {
        quota::within(conn, &self.session, quota, |conn| {
            if let Some(link) = &self.link {
                section_links::note_use(conn, &self.session, (&self.card, &self.section), &link.id, now)?;
            }
            work(conn)
        })
    }

    /// A picture that the section shows now.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it shows no such picture.
    pub async fn picture(&self, state: &AppState, file: String) -> Result<HttpResponse, Error> {
        let (access, reference) = (self.clone(), figure::reference(&file));
        let (_, section) = state.db.run(move |conn| access.load(conn)).await?;
        // Ids are random and all of one length: none is a part of another.
        if figure::file_of(&reference).is_none() || !section.value.contains(&reference) {
            return Err(Error::NotFound);
        }
        files::picture(state, self.session.clone(), file).await
    }
}

/// Whoever opened a link to a section, which is all that they get. Opening it is no visit of the owner's.
pub struct Guest {
    access: SectionAccess,
    word: String,
    expires_at: NaiveDateTime,
}

impl Guest {
    /// The section.
    pub fn access(&self) -> &SectionAccess {
        &self.access
    }

    /// The address of the link, which opens the section for whoever knows it.
    pub fn address(&self) -> String {
        format!("/write/{}", self.word)
    }

    /// Public name of the link, which opens nothing.
    pub fn handle(&self) -> &str {
        self.access.link.as_ref().map_or("", |link| &link.id)
    }

    /// Until when the link is good, UTC.
    pub fn expires_at(&self) -> NaiveDateTime {
        self.expires_at
    }
}

impl FromRequest for Guest {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = request.app_data::<web::Data<AppState>>().cloned();
        let sessions = request.app_data::<web::Data<Sessions>>().cloned();
        let code = request.match_info().get("link").and_then(Code::section_link);
        Box::pin(async move {
            let (Some(state), Some(sessions)) = (state, sessions) else {
                return Err(Error::Internal(
                    "a page for guests stands outside the server".to_owned(),
                ));
            };
            let code = code.ok_or(Error::NotFound)?;
            let (hashes, now) = (sessions.code_hashes(&code), state.clock.now().naive_utc());
            let target = state
                .db
                .run(move |conn| section_links::find(conn, &hashes, now))
                .await?;
            Ok(Self {
                word: code.text().to_owned(),
                expires_at: target.expires_at,
                access: SectionAccess::of_link(target),
            })
        })
    }
}

/// Stands before the pages for guests: refuses forms of other sites, and keeps the address, which opens a section, out of
/// caches, of every `Referer` and of search engines. No cookie is read or set.
///
/// # Errors
/// Only what the inner service returns.
pub async fn guard<B: MessageBody + 'static>(
    sessions: web::Data<Sessions>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    let mut response = unlisted(sessions, request, next).await?;
    response
        .headers_mut()
        .insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

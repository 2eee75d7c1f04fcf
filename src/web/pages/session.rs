//! What of the visitor is stored, and until when.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::Told;
use super::elsewhere::parked::{self, Kept};
use crate::archive::Limits;
use crate::db::quota::{self, Quota};
use crate::db::{cards, files, link_codes};
use crate::locale::Sentence;
use crate::say;
use crate::session::Visitor;
use crate::session::state::{SHARED_COMPUTER, SHARED_COMPUTER_IDLE};
use crate::web::AppState;
use crate::web::choices::Colours;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{
    Date, Fault, Faults, Page, once, render, render_as, share_in_words, size_in_words, time_in_words,
};

#[derive(Template)]
#[template(path = "pages/session.html")]
struct Session {
    page: Page,
    days: Sentence,
    stored: Stored,
    is_shared: bool,
    days_of_own: Sentence,
    days_of_shared: Sentence,
    browsers: usize,
    link_age: Sentence,
    recovery_since: Option<Date>,
    parked: Vec<Kept>,
    usage: Usage,
    once: String,
    copy_limit: Sentence,
    faults: Faults,
}

/// How full the session is, in words.
#[derive(Default)]
struct Usage {
    share: Sentence,
    /// How much of it are earlier versions; `None`: none.
    history: Option<Sentence>,
    /// Whether there is a limit at which earlier versions give way.
    is_limited: bool,
    /// Whether little room is left.
    is_nearly_full: bool,
}

/// How much of a visitor is stored.
#[derive(Clone, Copy, Default)]
pub struct Stored {
    /// Cards.
    pub cards: usize,
    /// Files of all cards.
    pub files: usize,
}

/// Counts what is stored of the visitor.
///
/// # Errors
/// When the database does not answer.
pub async fn stored(state: &AppState, visitor: &Visitor) -> Result<Stored, Error> {
    let Some(session) = visitor.session().cloned() else {
        return Ok(Stored::default());
    };
    let stored = state
        .db
        .run(move |conn| {
            let cards = cards::list(conn, &session)?;
            let mut stored = Stored {
                cards: cards.len(),
                files: 0,
            };
            for card in cards {
                stored.files += files::list(conn, &session, &card.id)?.len();
            }
            Ok(stored)
        })
        .await?;
    Ok(stored)
}

/// When the visitor's recovery code was made; `None` when there is none.
///
/// # Errors
/// When the database does not answer.
pub async fn recovery_since(state: &AppState, visitor: &Visitor) -> Result<Option<Date>, Error> {
    let Some(session) = visitor.session().cloned() else {
        return Ok(None);
    };
    let since = state
        .db
        .run(move |conn| link_codes::recovery_since(conn, &session))
        .await?;
    Ok(since.map(Date::from))
}

/// `GET /session`.
///
/// # Errors
/// When the database does not answer.
pub async fn get(state: web::Data<AppState>, visitor: Visitor, told: web::Query<Told>) -> Result<HttpResponse, Error> {
    let mut page = page(&state, &visitor).await?;
    page.page = page
        .page
        .with_told(&visitor, told.told.as_deref())
        .with_done(told.done.as_deref());
    render(&visitor, &page)
}

/// The page for somebody whose copy was not taken, with what was wrong with it.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn refused(
    state: &AppState,
    visitor: &Visitor,
    status: StatusCode,
    message: Sentence,
) -> Result<HttpResponse, Error> {
    let session = page(state, visitor).await?;
    let faults = Faults::one(Fault::new("archive", say!("The copy"), message));
    let page = Session {
        page: session.page.with_faults(&faults),
        faults,
        ..session
    };
    render_as(status, visitor, &page)
}

async fn page(state: &AppState, visitor: &Visitor) -> Result<Session, Error> {
    let age = state.config.session.age;
    let used = match visitor.session().cloned() {
        Some(session) => state.db.run(move |conn| quota::usage(conn, &session)).await?,
        None => quota::Usage::default(),
    };
    let copy_bytes = Limits::of(state.config.max_upload_bytes).packed_bytes;
    Ok(Session {
        page: Page::of(say!("Your work on this server"), visitor),
        days: time_in_words(visitor.idle_time().unwrap_or(age)),
        stored: stored(state, visitor).await?,
        is_shared: visitor.expiry() == SHARED_COMPUTER,
        days_of_own: time_in_words(age),
        days_of_shared: time_in_words(SHARED_COMPUTER_IDLE.min(age)),
        browsers: visitor.browsers().await?.len(),
        link_age: time_in_words(state.config.session.link_age),
        recovery_since: recovery_since(state, visitor).await?,
        parked: parked::kept(state, visitor).await?,
        usage: usage(&used, &state.quota()),
        once: once()?,
        copy_limit: size_in_words(usize::try_from(copy_bytes).unwrap_or(usize::MAX)),
        faults: Faults::default(),
    })
}

fn usage(used: &quota::Usage, quota: &Quota) -> Usage {
    // Nine tenths without the earlier versions, which give way by themselves.
    let nearly = |used: i64, most: Option<i64>| most.is_some_and(|most| used > most / 10 * 9);
    let history = usize::try_from(used.history_bytes).unwrap_or(0);
    Usage {
        share: share_in_words(used, quota),
        history: (history > 0).then(|| size_in_words(history)),
        is_limited: quota.bytes.is_some(),
        is_nearly_full: nearly(used.cards.into(), quota.cards.map(i64::from))
            || nearly(used.content_bytes, quota.bytes),
    }
}

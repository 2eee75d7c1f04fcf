//! What of the visitor is stored, and until when.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::archive::Limits;
use crate::db::{cards, files};
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::error::Error;
use crate::web::page::{Page, once, render, size_in_words, time_in_words};

#[derive(Template)]
#[template(path = "pages/session.html")]
struct Session {
    page: Page,
    days: String,
    stored: Stored,
    once: String,
    copy_limit: String,
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

/// `GET /session`.
///
/// # Errors
/// When the database does not answer.
pub async fn get(state: web::Data<AppState>, visitor: Visitor) -> Result<HttpResponse, Error> {
    let copy_bytes = Limits::of(state.config.max_upload_bytes).packed_bytes;
    render(&Session {
        page: Page::of("Your work on this server", &visitor),
        days: time_in_words(state.config.session.age),
        stored: stored(&state, &visitor).await?,
        once: once()?,
        copy_limit: size_in_words(usize::try_from(copy_bytes).unwrap_or(usize::MAX)),
    })
}

//! Deleting everything of the visitor: says what goes, then it is gone.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::elsewhere::parked::{self, Kept};
use super::session::{Stored, stored};
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{Page, render};

#[derive(Template)]
#[template(path = "pages/session_delete.html")]
struct Delete {
    page: Page,
    stored: Stored,
    parked: Vec<Kept>,
}

#[derive(Template)]
#[template(path = "pages/deleted.html")]
struct Deleted {
    page: Page,
    has_others: bool,
}

/// `GET /session/delete`.
///
/// # Errors
/// When the database does not answer.
pub async fn get(state: web::Data<AppState>, visitor: Visitor) -> Result<HttpResponse, Error> {
    render(
        &visitor,
        &Delete {
            page: Page::of(say!("Delete my data"), &visitor),
            stored: stored(&state, &visitor).await?,
            parked: parked::kept(&state, &visitor).await?,
        },
    )
}

/// `POST /session/delete`: rows and keys, then the files, then the cookie. Doing it twice is harmless. A browser that
/// keeps other cards apart goes on with those.
///
/// # Errors
/// When the database does not answer.
pub async fn post(state: web::Data<AppState>, visitor: Visitor) -> Result<HttpResponse, Error> {
    let now = state.clock.now();
    let parked = visitor.parked().await?;
    let own = visitor.clone();
    let session = state.db.write(move |conn| own.end(conn, now)).await?;
    if let Some(session) = session {
        let uploads = state.uploads.clone();
        let removed = crate::web::aside(move || uploads.delete_all(session.as_str())).await;
        let failed = match removed {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        if let Some(error) = failed {
            // The rows are gone, so nobody can reach the bytes; the cleanup takes what has no row.
            tracing::error!(%error, "deleted data left bytes behind");
        }
        // Copies of deleted rows stand in the database's files until these are tidied.
        if let Err(error) = state.db.tidy(crate::db::upkeep::erase).await {
            tracing::warn!(%error, "the database's files could not be tidied yet; the next cleanup does it");
        }
    }
    let has_others = match parked.first() {
        Some(work) => visitor.switch(&work.handle).await?,
        None => false,
    };
    render(
        &visitor,
        &Deleted {
            has_others,
            page: Page::bare(say!("Everything is deleted"), (&visitor).into()),
        },
    )
}

//! Leaving this browser: the cards stay, for other browsers or the recovery code.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::parked::{self, Kept};
use crate::db::link_codes;
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{Page, render, render_as};
use crate::web::pages::session::{Stored, recovery_since, stored};

#[derive(Template)]
#[template(path = "pages/elsewhere/leave.html")]
struct Leave {
    page: Page,
    stored: Stored,
    others: usize,
    has_recovery: bool,
    parked: Vec<Kept>,
}

impl Leave {
    async fn of(state: &AppState, visitor: &Visitor) -> Result<Self, Error> {
        Ok(Self {
            page: Page::of(say!("Leave this browser"), visitor),
            stored: stored(state, visitor).await?,
            others: visitor.browsers().await?.len().saturating_sub(1),
            has_recovery: recovery_since(state, visitor).await?.is_some(),
            parked: parked::kept(state, visitor).await?,
        })
    }

    /// Whether nothing is lost by it.
    fn is_safe(&self) -> bool {
        self.parked.is_empty() && (self.stored.cards == 0 || self.others > 0 || self.has_recovery)
    }
}

#[derive(Template)]
#[template(path = "pages/elsewhere/left.html")]
struct Left {
    page: Page,
}

/// `GET /session/leave`.
///
/// # Errors
/// When the database does not answer.
pub async fn get(state: web::Data<AppState>, visitor: Visitor) -> Result<HttpResponse, Error> {
    render(&visitor, &Leave::of(&state, &visitor).await?)
}

/// `POST /session/leave`: this browser's key and cookie go, unless they are the last way to some cards. Doing it
/// twice is harmless.
///
/// # Errors
/// When the database does not answer.
pub async fn post(state: web::Data<AppState>, visitor: Visitor) -> Result<HttpResponse, Error> {
    let leave = Leave::of(&state, &visitor).await?;
    if !leave.is_safe() {
        return render_as(StatusCode::CONFLICT, &visitor, &leave);
    }
    if let (Some(session), Some(handle)) = (visitor.session().cloned(), visitor.handle().map(str::to_owned)) {
        state
            .db
            .write(move |conn| link_codes::revoke_links_of(conn, &session, &[handle]))
            .await?;
    }
    visitor.leave().await?;
    render(
        &visitor,
        &Left {
            page: Page::bare(say!("This browser is signed out"), (&visitor).into()),
        },
    )
}

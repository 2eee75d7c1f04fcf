//! A copy of a card, to go on from.

use actix_web::{HttpResponse, web};

use super::Token;
use super::full::{self, Again};
use crate::db::{cards, quota};
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{owner, tidy_title};
use crate::web::error::Error;
use crate::web::page::{is_once, see_other};

/// `POST /cards/{card}/duplicate`.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's. That there is no room for it is a page of its own.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
    form: web::Form<Token>,
) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let id = id.into_inner();
    let once = form.into_inner().once.filter(|once| is_once(once));
    let pairs = once.iter().map(|once| ("once".to_owned(), once.clone())).collect();
    let again = Again::Form(format!("/cards/{id}/duplicate"), pairs);
    let now = state.clock.now().naive_utc();
    let quota = state.quota();
    let copy = state
        .db
        .write(move |conn| {
            quota::within(conn, &session, quota, |conn| {
                let title = format!("Copy of {}", cards::load(conn, &session, &id)?.title);
                let title = tidy_title(&title).unwrap_or(title);
                cards::duplicate(conn, &session, &id, &title, once.as_deref(), now)
            })
        })
        .await;
    let answer = copy
        .map(|copy| see_other(format!("/cards/{copy}?done=duplicated")))
        .map_err(Error::from);
    full::explained(answer, &state, &visitor, again).await
}

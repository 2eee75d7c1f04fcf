//! A copy of a card, to go on from.

use actix_web::{HttpResponse, web};

use super::Token;
use crate::db::cards;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{owner, tidy_title};
use crate::web::choices::remember_card;
use crate::web::error::Error;
use crate::web::page::{is_once, quoted, see_other_telling};

/// `POST /cards/{card}/duplicate`.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
    form: web::Form<Token>,
) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let id = id.into_inner();
    let once = form.into_inner().once.filter(|once| is_once(once));
    let now = state.clock.now().naive_utc();
    let (copy, title) = state
        .db
        .write(move |conn| {
            let title = format!("Copy of {}", cards::load(conn, &session, &id)?.title);
            let title = tidy_title(&title).unwrap_or(title);
            let copy = cards::duplicate(conn, &session, &id, &title, once.as_deref(), now)?;
            Ok((copy, title))
        })
        .await?;
    remember_card(&visitor, &copy);
    Ok(see_other_telling(
        &visitor,
        format!("/cards/{copy}"),
        format!(
            "The copy is called {}. The card it was made from stays as it is.",
            quoted(&title)
        ),
    ))
}

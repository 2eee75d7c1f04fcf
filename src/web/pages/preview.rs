//! The whole card as its readers will see it.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::files;
use crate::card::figure;
use crate::db::cards;
use crate::format::{html, language};
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{link, load_card, owner, said_name};
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{CardLink, Page, render};

#[derive(Template)]
#[template(path = "pages/preview.html")]
struct Preview {
    page: Page,
    card: CardLink,
    /// The attributes that name the language of the card.
    language: String,
    body: String,
}

/// `GET /cards/{card}/preview`.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's.
pub async fn get(state: web::Data<AppState>, visitor: Visitor, id: web::Path<String>) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let id = id.into_inner();
    let (row, language, body) = state
        .db
        .run(move |conn| {
            let (row, card, _) = load_card(conn, &session, &id)?;
            let pictures = cards::figures(conn, &session, &id)?;
            let is_kept = |file: &str| pictures.iter().any(|picture| picture.id == file);
            let card = figure::filled(card, |file| is_kept(file).then(|| figure::reference(file)));
            // Rendering Markdown takes a moment, so it happens here, off the async threads.
            let body = html::body_with_pictures(&card, &row.outline, files::address);
            let language = language::of(&card).map(|language| language.attributes());
            Ok((row, language.unwrap_or_default(), body))
        })
        .await?;
    render(
        &visitor,
        &Preview {
            page: Page::of(say!("Preview: {title}", title = said_name(&row.title)), &visitor),
            card: link(&row),
            language,
            body,
        },
    )
}

//! Deleting one card: says what goes, then it is gone.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::count;
use crate::db::{cards, files, quota, upkeep};
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{link, owner, said_name};
use crate::web::choices::LAST_CARD;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{CardLink, Page, render, see_other_telling};

#[derive(Template)]
#[template(path = "pages/delete.html")]
struct Delete {
    page: Page,
    card: CardLink,
    sections: usize,
    has_source: bool,
    datasheets: usize,
}

/// `GET /cards/{card}/delete`.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's.
pub async fn get(state: web::Data<AppState>, visitor: Visitor, id: web::Path<String>) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let id = id.into_inner();
    let (row, sections, has_source, datasheets) = state
        .db
        .run(move |conn| {
            let row = cards::load(conn, &session, &id)?;
            let sections = cards::sections(conn, &session, &id)?.len();
            let has_source = cards::source(conn, &session, &id)?.is_some();
            let datasheets = cards::datasheets_of(conn, &session, &id)?.len();
            Ok((row, sections, has_source, datasheets))
        })
        .await?;
    render(
        &visitor,
        &Delete {
            page: Page::of(say!("Delete {title}?", title = said_name(&row.title)), &visitor),
            card: link(&row),
            sections,
            has_source,
            datasheets,
        },
    )
}

/// `POST /cards/{card}/delete`: rows, then the bytes of its files.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's.
pub async fn post(state: web::Data<AppState>, visitor: Visitor, id: web::Path<String>) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let folder = session.clone();
    let id = id.into_inner();
    if visitor.get(&LAST_CARD).as_ref() == Some(&id)
        && let Err(error) = visitor.remove(&LAST_CARD)
    {
        tracing::warn!(%error, "a deleted card is remembered as the last one");
    }
    let (quota, now) = (state.quota(), state.clock.now().naive_utc());
    let (gone, sections, left) = state
        .db
        .write(move |conn| {
            quota::within(conn, &session, quota, |conn| {
                let files = files::list(conn, &session, &id)?;
                let sections = cards::sections(conn, &session, &id)?.len();
                cards::delete_for_good(conn, &session, &id, now)?;
                Ok((files, sections, cards::list(conn, &session)?.len()))
            })
        })
        .await?;
    // What was told about the card may hold its name, which goes with it; so the sentence at the end has none.
    visitor.take_back().await;
    let sections = count!(sections, "{n} section", "{n} sections");
    let gone_with = match gone.len() {
        0 => sections,
        files => say!(
            "{sections} and {files}",
            sections,
            files = count!(files, "{n} file", "{n} files")
        ),
    };
    let left = match left {
        0 => say!("No card is left."),
        left => count!(left, "One card is left.", "{n} cards are left."),
    };
    let told = say!("The card is deleted, with {gone_with}. {left}", gone_with, left);
    let uploads = state.uploads.clone();
    let removed = crate::web::aside(move || {
        for file in gone {
            uploads.delete(folder.as_str(), &file.id)?;
        }
        Ok::<(), crate::uploads::Error>(())
    });
    if let Err(error) = removed
        .await
        .map_err(|error| error.to_string())
        .and_then(|done| done.map_err(|error| error.to_string()))
    {
        // The rows are gone, so nobody can reach the bytes; the cleanup takes what has no row.
        tracing::error!(%error, "a deleted card left bytes behind");
    }
    // Copies of deleted rows stand in the database's files until these are tidied.
    if let Err(error) = state.db.tidy(upkeep::erase).await {
        tracing::warn!(%error, "the database's files could not be tidied yet; the next cleanup does it");
    }
    Ok(see_other_telling(&visitor, "/", &told))
}

//! What changed since the upload, or against another card of the same visitor, field by field.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::card::change::{Stretch, difference};
use crate::db::cards;
use crate::format::{self, Comparison, Side, Terms};
use crate::locale::Sentence;
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{self, Whole, link, outline_of, owner};
use crate::web::difference::{SHOWN, SectionChanges, Shown, by_section};
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{CardLink, Page, render};

#[derive(Template)]
#[template(path = "pages/changes.html")]
struct Changes {
    page: Page,
    card: CardLink,
    /// The card that this one is compared with, instead of its upload.
    other: Option<CardLink>,
    /// The visitor's other cards.
    others: Vec<CardLink>,
    /// How the two were made comparable, when they are of different kinds.
    terms: Option<Sentence>,
    changes: Vec<SectionChanges>,
    total: usize,
    shown: usize,
    has_source: bool,
}

/// The question of the page.
#[derive(Deserialize)]
pub struct Question {
    /// Id of the other card; empty for the upload.
    with: Option<String>,
}

/// `GET /cards/{card}/changes`, and with `?with={card}` against another card of the visitor.
///
/// # Errors
/// [`Error::NotFound`] when one of the cards is not the visitor's.
pub async fn get(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
    question: web::Query<Question>,
) -> Result<HttpResponse, Error> {
    let whole = card::whole(&state, &visitor, id.into_inner()).await?;
    let other = match question
        .into_inner()
        .with
        .filter(|id| !id.is_empty() && *id != whole.row.id)
    {
        Some(id) => Some(card::whole(&state, &visitor, id).await?),
        None => None,
    };
    let session = owner(&visitor)?;
    let rows = state.db.run(move |conn| cards::list(conn, &session)).await?;
    let others = rows.iter().filter(|row| row.id != whole.row.id).map(link).collect();
    let page = Page::of(
        say!("What changed: {title}", title = card::said_name(&whole.row.title)),
        &visitor,
    );
    let made = crate::web::aside(move || {
        let (now, before) = (side(&whole), other.as_ref().map(side));
        let Comparison { changes, terms } = match &before {
            Some(before) => format::compare(before, &now),
            None => Comparison {
                changes: difference(&whole.original(), &whole.in_its_file()),
                terms: Terms::Same,
            },
        };
        Changes {
            page,
            card: link(&whole.row),
            terms: words_of(terms),
            other: other.as_ref().map(|other| link(&other.row)),
            others,
            total: changes.len(),
            shown: changes.len().min(SHOWN),
            changes: by_section(changes, outline_of(&whole.row)),
            has_source: whole.source.is_some(),
        }
    });
    render(
        &visitor,
        &made.await.map_err(|error| Error::Internal(error.to_string()))?,
    )
}

fn side(whole: &Whole) -> Side<'_> {
    Side {
        format: whole.format(),
        outline: outline_of(&whole.row),
        card: &whole.card,
    }
}

/// How two cards were made comparable, when there is something to tell.
fn words_of(terms: Terms) -> Option<Sentence> {
    match terms {
        Terms::Same => None,
        Terms::Of(format) => Some(say!(
            "The two cards came in different formats. Both are compared as {format} would say them, so that only what \
             they say counts.",
            format = format.said_name()
        )),
        Terms::Questions => Some(say!(
            "The two cards ask different questions. They are compared by the questions of the full model card."
        )),
    }
}

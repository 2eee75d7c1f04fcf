//! What this is, where to begin, and the visitor's cards.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::Told;
use super::elsewhere::parked::{self, Kept};
use super::outline::{Choice, choices};
use crate::card::outline;
use crate::db::cards;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{format_of, link};
use crate::web::choices::LAST_CARD;
use crate::web::error::Error;
use crate::web::page::{CardLink, Date, Page, once, render, size_in_words, time_in_words};

#[derive(Template)]
#[template(path = "pages/home.html")]
struct Home {
    page: Page,
    cards: Vec<Label>,
    last: Option<CardLink>,
    parked: Vec<Kept>,
    limit: String,
    limit_bytes: usize,
    once: String,
    once_blank: String,
    outlines: Vec<Choice>,
    host: String,
    until: Date,
    days: String,
}

/// One of the visitor's cards.
struct Label {
    id: String,
    title: String,
    format: &'static str,
    changed: Date,
    once: String,
}

/// `GET /`.
///
/// # Errors
/// When the database does not answer.
pub async fn get(state: web::Data<AppState>, visitor: Visitor, told: web::Query<Told>) -> Result<HttpResponse, Error> {
    if told.first.is_some() && !visitor.keeps_cookies() && !visitor.is_ambiguous() {
        return super::without_cookie::page(&state);
    }
    let rows = match visitor.session().cloned() {
        Some(session) => state.db.run(move |conn| cards::list(conn, &session)).await?,
        None => Vec::new(),
    };
    let last = visitor.get(&LAST_CARD);
    let last = rows.iter().find(|row| Some(&row.id) == last.as_ref()).map(link);
    let cards = rows
        .into_iter()
        .map(|row| {
            Ok(Label {
                format: format_of(&row).name(),
                changed: row.updated_at.into(),
                id: row.id,
                title: row.title,
                once: once()?,
            })
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let title = if cards.is_empty() {
        "Model cards, without an account"
    } else {
        "Your cards"
    };
    render(&Home {
        page: Page::of(title, &visitor)
            .with_told(&visitor, told.told.as_deref())
            .with_done(told.done.as_deref()),
        cards,
        last,
        parked: parked::kept(&state, &visitor).await?,
        limit: size_in_words(state.config.max_upload_bytes),
        limit_bytes: state.config.max_upload_bytes,
        once: once()?,
        once_blank: once()?,
        outlines: choices(&outline::SHORT),
        host: state.host(),
        until: visitor.expires_at().into(),
        days: time_in_words(visitor.idle_time().unwrap_or(state.config.session.age)),
    })
}

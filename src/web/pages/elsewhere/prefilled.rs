//! A card that a program sent for whoever opens its link: first a look, then, with a button, into the visitor's own work.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::parked::clear;
use super::without_referrer;
use crate::db::prefilled::{self, Prefilled};
use crate::db::{self, cards, quota};
use crate::locale::Sentence;
use crate::say;
use crate::session::code::Code;
use crate::session::{Beginner, Visitor};
use crate::web::AppState;
use crate::web::card::load_card;
use crate::web::choices::remember_card;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{Date, Page, render_as, see_other, time_in_words};
use crate::web::pages::full::{self, Again};
use crate::web::pages::import::fields;

#[derive(Template)]
#[template(path = "pages/elsewhere/prefilled.html")]
struct PrefilledPage {
    page: Page,
    address: String,
    title: String,
    file_name: Option<String>,
    fields: Sentence,
    sent: Date,
    until: Date,
    /// How many cards the visitor has.
    own_cards: usize,
    age: Sentence,
}

#[derive(Template)]
#[template(path = "pages/elsewhere/prefilled_refused.html")]
struct Refused {
    page: Page,
    /// Whether the link is good, and only the browser could not find the card again.
    is_good: bool,
    address: String,
}

/// `GET /prefilled/{link}`: what the link opens. Nothing is changed by looking, as messengers do for a preview.
///
/// # Errors
/// When the database does not answer.
pub async fn get(state: web::Data<AppState>, visitor: Visitor, word: web::Path<String>) -> Result<HttpResponse, Error> {
    shown(&state, &visitor, &word).await.map(without_referrer)
}

async fn shown(state: &AppState, visitor: &Visitor, word: &str) -> Result<HttpResponse, Error> {
    let Some(code) = Code::prefilled_link(word) else {
        return refused(visitor, word, StatusCode::NOT_FOUND);
    };
    let (hashes, own) = (visitor.code_hashes(&code), visitor.session().cloned());
    let now = state.clock.now().naive_utc();
    let found = state.db.run(move |conn| {
        let Prefilled { session, until, .. } = prefilled::find(conn, &hashes, now)?;
        let row = cards::list(conn, &session)?
            .into_iter()
            .next()
            .ok_or(db::Error::NotFound)?;
        let (row, card, _) = load_card(conn, &session, &row.id)?;
        let own_cards = match &own {
            Some(own) => cards::list(conn, own)?.len(),
            None => 0,
        };
        Ok((row, card, until, own_cards))
    });
    let (row, card, until, own_cards) = match found.await {
        Err(db::Error::NotFound) => return refused(visitor, word, StatusCode::NOT_FOUND),
        found => found?,
    };
    render_as(
        StatusCode::OK,
        visitor,
        &PrefilledPage {
            page: Page::of(say!("Open this card here?"), visitor),
            address: address(word),
            title: row.title,
            file_name: row.file_name,
            fields: fields(&card),
            sent: row.created_at.into(),
            until: until.into(),
            own_cards,
            age: time_in_words(state.config.session.age),
        },
    )
}

/// `POST /prefilled/{link}`: takes the card into the visitor's work, which begins with it if there is none.
///
/// # Errors
/// [`Error::TooMany`], [`Error::Ended`], or when the database does not answer.
pub async fn post(
    state: web::Data<AppState>,
    beginner: Beginner,
    word: web::Path<String>,
) -> Result<HttpResponse, Error> {
    let visitor = beginner.visitor();
    let Some(code) = Code::prefilled_link(&word) else {
        return refused(visitor, &word, StatusCode::NOT_FOUND);
    };
    if !visitor.keeps_cookies() {
        return without_cookie(&state, visitor, &code).await;
    }
    let (hashes, now, quota) = (visitor.code_hashes(&code), state.clock.now(), state.quota());
    let (begins, uploads) = (beginner.clone(), state.uploads.clone());
    let taken = state.db.write(move |conn| {
        let found = prefilled::find(conn, &hashes, now.naive_utc())?;
        let own = begins.open(conn, now)?;
        let card = cards::list(conn, &found.session)?
            .into_iter()
            .next()
            .ok_or(db::Error::NotFound)?;
        quota::within(conn, &own, quota, |conn| {
            let files = prefilled::take(conn, &found, &own)?;
            uploads
                .share(found.session.as_str(), own.as_str(), &files)
                .map_err(|error| db::Error::Unavailable(error.to_string()))
        })?;
        Ok((card.id, found.session))
    });
    let outcome = match taken.await {
        Err(db::Error::NotFound) => return refused(visitor, &word, StatusCode::NOT_FOUND),
        Err(error) => Err(error.into()),
        Ok((card, before)) => {
            clear(&state, before).await;
            remember_card(visitor, &card);
            Ok(see_other(format!("/cards/{card}/import")))
        }
    };
    full::explained(outcome, &state, visitor, Again::Form(address(&word), Vec::new())).await
}

/// The page for a browser that could not find the card again; a worthless link is not called good.
async fn without_cookie(state: &AppState, visitor: &Visitor, code: &Code) -> Result<HttpResponse, Error> {
    let (hashes, now) = (visitor.code_hashes(code), state.clock.now().naive_utc());
    let found = state.db.run(move |conn| prefilled::find(conn, &hashes, now));
    match found.await {
        Ok(_) => refused(visitor, code.text(), StatusCode::OK),
        Err(db::Error::NotFound) => refused(visitor, code.text(), StatusCode::NOT_FOUND),
        Err(error) => Err(error.into()),
    }
}

fn address(word: &str) -> String {
    format!("/prefilled/{word}")
}

/// Why no card is opened: the link leads nowhere, or, with 200, the browser would not keep what it is given.
fn refused(visitor: &Visitor, word: &str, status: StatusCode) -> Result<HttpResponse, Error> {
    let is_good = status == StatusCode::OK;
    let page = Page::of(
        if is_good {
            say!("Your browser keeps no cookies")
        } else {
            say!("This link opens nothing")
        },
        visitor,
    );
    render_as(
        status,
        visitor,
        &Refused {
            page: if is_good { page } else { page.with_error() },
            is_good,
            address: address(word),
        },
    )
}

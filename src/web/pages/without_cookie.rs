//! Tells a visitor whose browser keeps no cookies why the card just begun cannot be shown.

use actix_web::HttpResponse;
use askama::Template;

use crate::format::Format;
use crate::locale::{Locale, Sentence};
use crate::say;
use crate::web::AppState;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{Page, render, size_in_words, time_in_words};

#[derive(Template)]
#[template(path = "pages/without_cookie.html")]
struct WithoutCookie {
    page: Page,
    age: Sentence,
    formats: &'static [Format],
    limit: Sentence,
}

/// The page, in place of the one asked for.
///
/// # Errors
/// When the page cannot be made.
pub fn page(state: &AppState, locale: Locale) -> Result<HttpResponse, Error> {
    render(
        locale,
        &WithoutCookie {
            page: Page::bare(say!("Your browser keeps no cookies"), locale),
            age: time_in_words(state.config.session.age),
            formats: Format::ALL,
            limit: size_in_words(state.config.max_upload_bytes),
        },
    )
}

//! How it works, formats, limits, keyboard.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::format::Format;
use crate::locale::Sentence;
use crate::say;
use crate::session::{self, Visitor};
use crate::web::AppState;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{Page, render, size_in_words, time_in_words};

#[derive(Template)]
#[template(path = "pages/help.html")]
struct Help {
    page: Page,
    days: String,
    link_age: String,
    formats: &'static [Format],
    limit: Sentence,
}

/// `GET /help`.
///
/// # Errors
/// When the page cannot be made.
pub async fn get(state: web::Data<AppState>, visitor: Option<Visitor>) -> Result<HttpResponse, Error> {
    render(&Help {
        page: visitor.map_or_else(|| Page::bare("Help"), |visitor| Page::of("Help", &visitor)),
        days: time_in_words(state.config.session.age),
        link_age: time_in_words(state.config.section_link_age),
        formats: Format::ALL,
        limit: size_in_words(state.config.max_upload_bytes),
    })
}

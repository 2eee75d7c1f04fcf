//! How it works, formats, limits, keyboard.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::format::Format;
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{Page, render, size_in_words, time_in_words};

#[derive(Template)]
#[template(path = "pages/help.html")]
struct Help {
    page: Page,
    days: String,
    formats: &'static [Format],
    limit: String,
}

/// `GET /help`.
///
/// # Errors
/// When the page cannot be made.
pub async fn get(state: web::Data<AppState>, visitor: Option<Visitor>) -> Result<HttpResponse, Error> {
    render(
        &visitor,
        &Help {
            page: visitor.map_or_else(|| Page::bare(say!("Help")), |visitor| Page::of(say!("Help"), &visitor)),
            days: time_in_words(state.config.session.age),
            formats: Format::ALL,
            limit: size_in_words(state.config.max_upload_bytes),
        },
    )
}

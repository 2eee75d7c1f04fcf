//! How it works, formats, limits, keyboard.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::format::Format;
use crate::locale::Sentence;
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
    days: Sentence,
    link_age: Sentence,
    formats: &'static [Format],
    limit: Sentence,
}

/// `GET /help`.
///
/// # Errors
/// When the page cannot be made.
pub async fn get(
    state: web::Data<AppState>,
    visitor: Option<Visitor>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let page = Page::of_anybody(say!("Help"), visitor.as_ref(), &request);
    render(
        page.locale,
        &Help {
            page,
            days: time_in_words(state.config.session.age),
            link_age: time_in_words(state.config.section_link_age),
            formats: Format::ALL,
            limit: size_in_words(state.config.max_upload_bytes),
        },
    )
}

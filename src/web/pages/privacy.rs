//! What is stored, how long, and who can read it: from the settings of this server.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::session::Visitor;
use crate::session::state::SHARED_COMPUTER_IDLE;
use crate::web::AppState;
use crate::web::error::Error;
use crate::web::page::{Page, render, time_in_words};

#[derive(Template)]
#[template(path = "pages/privacy.html")]
struct Privacy<'a> {
    page: Page,
    cookie_name: &'a str,
    is_secure: bool,
    closes: bool,
    shared: String,
    age: String,
    touch_interval: Option<String>,
    absolute_age: Option<String>,
    cleanup_interval: Option<String>,
}

/// `GET /privacy`.
///
/// # Errors
/// When the page cannot be made.
pub async fn get(state: web::Data<AppState>, visitor: Option<Visitor>) -> Result<HttpResponse, Error> {
    let session = &state.config.session;
    render(&Privacy {
        page: visitor.map_or_else(|| Page::bare("Privacy"), |visitor| Page::of("Privacy", &visitor)),
        cookie_name: &session.cookie_name,
        is_secure: session.cookie_secure,
        closes: session.expire_at_browser_close,
        shared: time_in_words(SHARED_COMPUTER_IDLE),
        age: time_in_words(session.age),
        touch_interval: (!session.touch_interval.is_zero()).then(|| time_in_words(session.touch_interval)),
        absolute_age: session.absolute_age.map(time_in_words),
        cleanup_interval: session.cleanup_interval.map(time_in_words),
    })
}

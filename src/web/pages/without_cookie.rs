//! Tells a visitor whose browser keeps no cookies why the card just begun cannot be shown.

use actix_web::HttpResponse;
use askama::Template;

use crate::web::error::Error;
use crate::web::page::{Page, render};

#[derive(Template)]
#[template(path = "pages/without_cookie.html")]
struct WithoutCookie {
    page: Page,
}

/// The page, in place of the one asked for.
///
/// # Errors
/// When the page cannot be made.
pub fn page() -> Result<HttpResponse, Error> {
    render(&WithoutCookie {
        page: Page::bare("Your browser keeps no cookies"),
    })
}

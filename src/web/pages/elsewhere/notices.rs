//! Putting a notice away.

use actix_web::http::header::REFERER;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::session::Visitor;
use crate::web::AppState;
use crate::web::error::Error;
use crate::web::page::see_other;

/// Which notice.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Which {
    id: String,
}

/// `POST /session/notices`, and back to the page where it stood.
///
/// # Errors
/// [`Error::Stale`] when too much else is kept for the browser.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    request: HttpRequest,
    form: web::Form<Which>,
) -> Result<HttpResponse, Error> {
    visitor.dismiss(&form.id).map_err(|_| Error::Stale)?;
    let referer = request.headers().get(REFERER).and_then(|value| value.to_str().ok());
    // Browsers tell pages of this site the whole address, and other sites nothing.
    let back = referer
        .and_then(|referer| referer.strip_prefix(&state.origin_for(&request)))
        .filter(|path| path.starts_with('/') && !path.starts_with("//"));
    Ok(see_other(back.unwrap_or("/session")))
}

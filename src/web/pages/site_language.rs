//! The language of the pages in this browser.

use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use actix_web::http::header::REFERER;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::elsewhere::arrive;
use super::{home, upload};
use crate::locale::Locale;
use crate::session::{Beginner, Visitor};
use crate::web::choices::LANGUAGE;
use crate::web::error::Error;
use crate::web::page::see_other;
use crate::web::posted;
use crate::web::{AppState, RouteEntry, routes};

/// The choice at the foot of the pages. On a page with a box for the text of a card, or for a code, it is a button of that
/// form, so that what was typed comes along.
#[derive(Deserialize)]
pub struct Choice {
    language: Locale,
    /// The text of a card.
    #[serde(default)]
    text: String,
    /// A code from another browser.
    #[serde(default)]
    code: String,
    /// Whether it stands on the page where a text is mended that could not be read.
    mending: Option<String>,
    /// Whether the computer was said to be shared.
    shared: Option<String>,
}

/// Notes the language that somebody chose; what their browser asks for anyway is not stored.
///
/// # Errors
/// When their other small values leave no room for it.
pub fn choose(visitor: &Visitor, locale: Locale) -> Result<(), Error> {
    let noted = match locale == visitor.browser_locale() {
        true => visitor.remove(&LANGUAGE),
        false => visitor.set(&LANGUAGE, &locale),
    };
    noted.map_err(|error| Error::Internal(error.to_string()))
}

/// `POST /session/language`: leads back to the page from which the form came, or makes it anew with the text that was in it.
///
/// # Errors
/// [`Error::Ended`] when the session was ended meanwhile; [`Error::Unreadable`] for a text that is being mended.
pub async fn post(
    state: web::Data<AppState>,
    beginner: Beginner,
    request: HttpRequest,
    form: web::Form<Choice>,
) -> Result<HttpResponse, Error> {
    let visitor = beginner.visitor().clone();
    if visitor.is_ended() {
        return Err(Error::Ended);
    }
    let Choice {
        language,
        text,
        code,
        mending,
        shared,
    } = form.into_inner();
    choose(&visitor, language)?;
    if visitor.session().is_some() || language != visitor.browser_locale() {
        let now = state.clock.now();
        state.db.write(move |conn| beginner.open(conn, now)).await?;
    }
    if !text.trim().is_empty() {
        let text = posted::as_typed(text);
        if mending.is_some() {
            upload::from_bytes(text.clone().into_bytes(), None, false, None, shared.is_some()).await?;
        }
        return home::with_text(&state, &visitor, text).await;
    }
    if !code.trim().is_empty() {
        return arrive::with_code(&visitor, &code);
    }
    Ok(see_other(came_from(&request).unwrap_or("/")))
}

/// The page of ours that the form stood on, from the path on; nothing foreign, and nothing that only forms are sent to.
fn came_from(request: &HttpRequest) -> Option<&str> {
    let page = request.headers().get(REFERER)?.to_str().ok()?;
    let (_, rest) = page.split_once("://")?;
    let place = &rest[rest.find('/')?..];
    let path = place.split(['?', '#']).next().unwrap_or_default();
    let opens = |route: &RouteEntry| route.method == Method::GET && ResourceDef::new(route.path).is_match(path);
    let is_plain = !path.starts_with("//") && !place.contains('\\');
    (is_plain && routes().iter().any(opens)).then_some(place)
}

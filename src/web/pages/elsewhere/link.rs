//! A link, a short code and a picture of the link, to open the visitor's cards in another browser.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;

use super::qr;
use crate::db::link_codes::{self, Kind, NewCode};
use crate::db::{self};
use crate::locale::Sentence;
use crate::say;
use crate::session::Visitor;
use crate::session::code::Code;
use crate::web::AppState;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{Date, Page, render, time_in_words};

#[derive(Template)]
#[template(path = "pages/elsewhere/link.html")]
struct Link {
    page: Page,
    address: String,
    link_age: Sentence,
    made: Option<Made>,
}

/// What is shown once.
struct Made {
    link: String,
    code: String,
    qr: Option<String>,
    until: Date,
}

/// How often another short code is tried when there is one of the same characters.
const TRIES: usize = 5;

/// `GET /session/continue`.
///
/// # Errors
/// When the page cannot be made.
pub async fn get(state: web::Data<AppState>, visitor: Visitor, request: HttpRequest) -> Result<HttpResponse, Error> {
    page(&state, &visitor, &request, None)
}

/// `POST /session/continue`: makes a link and a code, which replace those that this browser made before.
///
/// # Errors
/// [`Error::NotFound`] when nothing of the visitor is stored.
pub async fn post(state: web::Data<AppState>, visitor: Visitor, request: HttpRequest) -> Result<HttpResponse, Error> {
    if visitor.is_ended() {
        return Err(Error::Ended);
    }
    let (Some(session), Some(handle)) = (visitor.session().cloned(), visitor.handle().map(str::to_owned)) else {
        return page(&state, &visitor, &request, None);
    };
    let now = state.clock.now();
    let until = now + TimeDelta::from_std(state.config.session.link_age).unwrap_or(TimeDelta::MAX);
    let own = visitor.clone();
    let (link, short) = state
        .db
        .write(move |conn| {
            for _ in 0..TRIES {
                let (link, short) = (Code::new_link()?, Code::new_short()?);
                let hash = |code| own.code_hashes(code).into_iter().next();
                let code = NewCode {
                    kind: Kind::Link,
                    code_hash: hash(&short).unwrap_or_default(),
                    link_hash: hash(&link),
                    made_by: handle.clone(),
                    family: own.family().to_owned(),
                    expires_at: Some(until.naive_utc()),
                };
                if link_codes::create(conn, &session, &code, now.naive_utc())? {
                    return Ok((link, short));
                }
            }
            Err(db::Error::Unavailable("no short code is free".to_owned()))
        })
        .await?;
    let link = format!("{}/continue/{}", state.origin_for(&request), link.text());
    let made = Made {
        qr: qr::svg(
            &link,
            &say!("The link as a QR code").said((&visitor).into()).to_string(),
        ),
        link,
        code: short.in_groups(),
        until: until.into(),
    };
    page(&state, &visitor, &request, Some(made))
}

fn page(state: &AppState, visitor: &Visitor, request: &HttpRequest, made: Option<Made>) -> Result<HttpResponse, Error> {
    render(
        visitor,
        &Link {
            page: Page::of(say!("Continue in another browser"), visitor),
            address: format!("{}/continue", state.origin_for(request)),
            link_age: time_in_words(state.config.session.link_age),
            made,
        },
    )
}

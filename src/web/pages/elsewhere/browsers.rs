//! The browsers that open the visitor's cards, and signing them out.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::link_codes;
use crate::locale::Sentence;
use crate::say;
use crate::session::{Visitor, said_family};
use crate::web::AppState;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{Date, Page, render, see_other};
use crate::web::pages::Told;
use crate::web::pages::session::recovery_since;

#[derive(Template)]
#[template(path = "pages/elsewhere/browsers.html")]
struct Browsers {
    page: Page,
    browsers: Vec<Line>,
    has_list: bool,
    recovery_since: Option<Date>,
}

/// One browser.
struct Line {
    handle: String,
    family: Sentence,
    is_own: bool,
    first: Date,
    last: Date,
    until: Date,
}

/// Whom to sign out.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SignOut {
    /// Handle of one browser.
    handle: Option<String>,
    /// All but this one.
    others: Option<String>,
}

/// `GET /session/browsers`.
///
/// # Errors
/// When the place of the keys does not answer.
pub async fn get(state: web::Data<AppState>, visitor: Visitor, told: web::Query<Told>) -> Result<HttpResponse, Error> {
    let mut browsers: Vec<Line> = visitor
        .browsers()
        .await?
        .into_iter()
        .map(|browser| Line {
            is_own: visitor.handle() == Some(browser.handle.as_str()),
            first: browser.created_at.into(),
            last: browser.touched_at.into(),
            until: browser.expires_at.into(),
            family: said_family(&browser.family),
            handle: browser.handle,
        })
        .collect();
    browsers.sort_by_key(|line| !line.is_own);
    render(
        &visitor,
        &Browsers {
            page: Page::of(say!("Your browsers"), &visitor).with_done(told.done.as_deref()),
            browsers,
            has_list: visitor.can_bring_others(),
            recovery_since: recovery_since(&state, &visitor).await?,
        },
    )
}

/// `POST /session/browsers`: signs one browser out, or all others. Links that they made are worthless then.
///
/// # Errors
/// When the place of the keys does not answer.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    form: web::Form<SignOut>,
) -> Result<HttpResponse, Error> {
    if visitor.is_ended() {
        return Err(Error::Ended);
    }
    let SignOut { handle, others } = form.into_inner();
    let Some(session) = visitor.session().cloned() else {
        return Ok(see_other("/session/browsers"));
    };
    let mut gone: Vec<String> = visitor
        .browsers()
        .await?
        .into_iter()
        .map(|browser| browser.handle)
        .filter(|other| visitor.handle() != Some(other.as_str()))
        .collect();
    let done = if others.is_some() {
        visitor.revoke_others().await?;
        "others"
    } else {
        let Some(handle) = handle else {
            return Err(Error::BadRequest(say!(
                "The form does not say which browser to sign out."
            )));
        };
        gone.retain(|other| *other == handle);
        if !visitor.revoke(&handle).await? {
            // It has gone by itself, or is not in the list: nothing was done that could be told.
            return Ok(see_other("/session/browsers"));
        }
        "signed-out"
    };
    state
        .db
        .write(move |conn| link_codes::revoke_links_of(conn, &session, &gone))
        .await?;
    Ok(see_other(format!("/session/browsers?done={done}")))
}

//! A code on paper, for the day when no browser opens the visitor's cards any more.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::qr;
use crate::db::link_codes::{self, Kind, NewCode};
use crate::db::{self, DbConnection};
use crate::say;
use crate::session::code::Code;
use crate::session::{SessionId, Visitor};
use crate::web::AppState;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{Date, Page, render, see_other};
use crate::web::pages::Told;
use crate::web::pages::session::recovery_since;

#[derive(Template)]
#[template(path = "pages/elsewhere/recovery.html")]
struct Recovery {
    page: Page,
    address: String,
    since: Option<Date>,
    today: Date,
    made: Option<String>,
    /// Whether another code was used up a moment ago, to come here.
    replaces: bool,
    qr: Option<String>,
}

/// What the visitor wants done.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    wish: String,
}

/// `GET /session/recovery`.
///
/// # Errors
/// When the database does not answer.
pub async fn get(
    state: web::Data<AppState>,
    visitor: Visitor,
    request: HttpRequest,
    told: web::Query<Told>,
) -> Result<HttpResponse, Error> {
    render(
        &visitor,
        &Recovery {
            page: Page::of(say!("Recovery code"), &visitor).with_done(told.done.as_deref()),
            address: format!("{}/continue", state.origin_for(&request)),
            since: recovery_since(&state, &visitor).await?,
            today: state.clock.now().into(),
            made: None,
            replaces: false,
            qr: None,
        },
    )
}

/// `POST /session/recovery`: makes a code, in place of an earlier one, or revokes it.
///
/// # Errors
/// When the database does not answer.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    request: HttpRequest,
    form: web::Form<Wish>,
) -> Result<HttpResponse, Error> {
    if visitor.is_ended() {
        return Err(Error::Ended);
    }
    let Some(session) = visitor.session().cloned() else {
        return Ok(see_other("/session/recovery"));
    };
    let now = state.clock.now();
    match form.wish.as_str() {
        "make" => {
            let (own, handle) = (visitor.clone(), visitor.handle().unwrap_or_default().to_owned());
            let code = state
                .db
                .write(move |conn| make(conn, &own, &session, &handle, now))
                .await?;
            shown(
                &state,
                Page::of(say!("Recovery code"), &visitor),
                &request,
                &code,
                false,
            )
        }
        "revoke" => {
            state
                .db
                .write(move |conn| link_codes::revoke_recovery(conn, &session))
                .await?;
            Ok(see_other("/session/recovery?done=revoked"))
        }
        _ => Err(Error::BadRequest(say!(
            "The form does not say what to do with the recovery code."
        ))),
    }
}

/// Stores a new recovery code, in place of an earlier one.
pub(super) fn make(
    conn: &mut DbConnection,
    visitor: &Visitor,
    session: &SessionId,
    handle: &str,
    now: DateTime<Utc>,
) -> Result<Code, db::Error> {
    let code = Code::new_recovery()?;
    let new = NewCode {
        kind: Kind::Recovery,
        code_hash: visitor.code_hashes(&code).into_iter().next().unwrap_or_default(),
        link_hash: None,
        made_by: handle.to_owned(),
        family: visitor.family().to_owned(),
        expires_at: None,
    };
    if link_codes::create(conn, session, &new, now.naive_utc())? {
        Ok(code)
    } else {
        Err(db::Error::Unavailable("120 random bits were there before".to_owned()))
    }
}

/// The page that shows a code once.
pub(super) fn shown(
    state: &AppState,
    page: Page,
    request: &HttpRequest,
    code: &Code,
    replaces: bool,
) -> Result<HttpResponse, Error> {
    let address = format!("{}/continue", state.origin_for(request));
    let today: Date = state.clock.now().into();
    render(
        page.locale,
        &Recovery {
            qr: qr::svg(
                &address,
                &say!("The address where the code is typed, as a QR code")
                    .said(page.locale)
                    .to_string(),
            ),
            page,
            address,
            since: Some(today.clone()),
            today,
            made: Some(code.in_groups()),
            replaces,
        },
    )
}

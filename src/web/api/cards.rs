//! A card that a program begins and a person finishes: kept for a day, until its link is opened.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::Refusal;
use super::request::{Query, accepts, file};
use crate::card::check;
use crate::card::outline::Outline;
use crate::db::{self, cards::NewCard, prefilled};
use crate::format;
use crate::random;
use crate::session::code::Code;
use crate::session::{SessionId, Sessions};
use crate::web::AppState;
use crate::web::error::Error;
use crate::web::page::Date;
use crate::web::pages::upload::{put, read_card};
use crate::web::staged::Staged;

/// How long the link is good.
pub const LINK_AGE: TimeDelta = TimeDelta::hours(24);

/// What the program prints for the person.
#[derive(Serialize)]
struct Made {
    /// Opens the card once.
    link: String,
    /// Until when, in UTC.
    valid_until: String,
    /// How many fields have content.
    fields: usize,
}

/// `POST /api/v1/cards`: keeps the card and answers with the link that opens it.
///
/// # Errors
/// [`Error::Unreadable`] for a file that is no card, [`Error::TooLarge`], [`Error::Full`], [`Error::TooMany`],
/// [`Error::BadRequest`], and refusals of what is no file, and where the server keeps no such cards, or no more of them.
pub async fn post(
    state: web::Data<AppState>,
    sessions: web::Data<Sessions>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Error> {
    let bytes = file(&request, body, state.config.max_upload_bytes).await?;
    let most = state.config.prefill_max.ok_or_else(switched_off)?;
    let query = Query::of(&request, &["name", "outline"])?;
    accepts(&request, "application/json")?;
    let (name, outline) = (query.file_name(), query.outline()?);
    let share = sessions.take_share(&request)?;
    let made = make(&state, &sessions, (bytes, name), outline, most).await;
    if made.is_err() {
        sessions.give_share_back(share);
    }
    let (code, until, fields) = made?;
    Ok(HttpResponse::Created().json(Made {
        link: format!("{}/prefilled/{}", state.origin_for(&request), code.text()),
        valid_until: Date::from(until).machine,
        fields,
    }))
}

/// Reads the file and keeps the card in a session of its own; returns the link's word, until when it is good, and how many
/// fields have content.
async fn make(
    state: &web::Data<AppState>,
    sessions: &Sessions,
    (bytes, name): (Vec<u8>, Option<String>),
    outline: Option<&'static Outline>,
    most: u32,
) -> Result<(Code, DateTime<Utc>, usize), Error> {
    let turn = state.turn_for_program().await?;
    let read = crate::web::aside(move || {
        let _turn = turn;
        read(bytes, name, outline)
    });
    let (card, fields) = read.await.map_err(|error| Error::Internal(error.to_string()))??;
    let code = Code::new_prefilled_link()?;
    let hash = sessions.code_hashes(&code).into_iter().next().unwrap_or_default();
    let (now, session) = (state.clock.now(), SessionId::from_row(random::id()?));
    let until = now + LINK_AGE;
    let source = card.source.clone().unwrap_or_default();
    let file = Staged::keep(state, source).await?;
    let (within, waiting) = (state.clone(), file.clone());
    let is_kept = state.db.write(move |conn| {
        if prefilled::waiting(conn, now.naive_utc())? >= i64::from(most) {
            return Ok(false);
        }
        prefilled::create(conn, &session, &hash, until.naive_utc(), now.naive_utc())?;
        put(conn, &session, &card, Some(&waiting), &within)?;
        Ok::<_, db::Error>(true)
    });
    let is_kept = is_kept.await;
    file.clear().await;
    match is_kept? {
        true => Ok((code, until, fields)),
        false => Err(no_room().into()),
    }
}

/// The card in a file, with the questions of this outline, and how many of its fields have content.
fn read(bytes: Vec<u8>, name: Option<String>, outline: Option<&'static Outline>) -> Result<(NewCard, usize), Error> {
    let name = name.map(|name| name.rsplit('/').next().unwrap_or_default().to_owned());
    let reading =
        format::read_named(&bytes, name.as_deref()).map_err(|error| Error::unreadable(name.clone(), error))?;
    let fields = check::filled(&reading.card);
    let reading = match outline {
        Some(outline) => reading.asked(outline),
        None => reading,
    };
    Ok((read_card(reading, bytes, name, None), fields))
}

fn switched_off() -> Error {
    Refusal::new(
        StatusCode::NOT_FOUND,
        "This server keeps no cards for somebody to finish: its operator has switched that off.",
        "Check or convert the file instead, or upload it with a browser.",
    )
    .into()
}

fn no_room() -> Refusal {
    Refusal::new(
        StatusCode::INSUFFICIENT_STORAGE,
        "As many cards as this server keeps wait to be opened already. Nothing was stored.",
        "Try again in an hour: each goes when its link is opened, or after 24 hours.",
    )
}

//! Failures as programs read them: problem details (RFC 9457).

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::ResponseError as _;
use actix_web::http::StatusCode;
use serde::Serialize;

use super::convert::LossReport;
use crate::format::ReadError;
use crate::web::error::{Error, words};
use crate::web::page::{size_in_words, wait_in_words};
use crate::web::pages::full;

/// A failure that only programs meet.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// What is wrong, in a sentence.
    pub detail: String,
    /// What to try.
    pub advice: String,
    /// What would have been lost.
    pub losses: Vec<LossReport>,
}

impl Refusal {
    /// With this status, what is wrong and what to try.
    pub(super) fn new(status: StatusCode, detail: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
            advice: advice.into(),
            losses: Vec::new(),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Program(Box::new(refusal))
    }
}

/// The members of the answer; without a `type` the title is the status in words (RFC 9457, 4.2.1).
#[derive(Serialize)]
struct Problem<'a> {
    title: &'static str,
    status: u16,
    detail: Cow<'a, str>,
    advice: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    losses: &'a [LossReport],
    /// By which our log names a failure of our own.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

/// Where in the file it is, both from 1, the column in characters.
#[derive(Serialize)]
struct Place {
    line: usize,
    column: usize,
}

/// A failure as an answer for programs.
pub fn problem(error: &Error, request_id: Option<String>) -> HttpResponse {
    let status = error.status_code();
    let (detail, advice) = sentences(error);
    let place = match error {
        Error::Unreadable { error, .. } | Error::NoPages(error) => place(error),
        _ => None,
    };
    let losses = match error {
        Error::Program(refusal) => refusal.losses.as_slice(),
        _ => &[],
    };
    HttpResponse::build(status)
        .content_type("application/problem+json")
        .json(Problem {
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail,
            advice,
            place,
            losses,
            request_id,
        })
}

fn place(error: &ReadError) -> Option<Place> {
    error.position.map(|(line, column)| Place { line, column })
}

/// What is wrong and what to try: where pages speak of buttons and browsers, other words.
fn sentences(error: &Error) -> (Cow<'_, str>, Cow<'_, str>) {
    let again = "Wait some seconds and send it again.";
    match error {
        Error::BadRequest(what) => (what.to_string().into(), "Correct the request and send it again.".into()),
        Error::CrossSite => (
            "A page of another site made a browser send this, and pages of other sites are not served.".into(),
            "Call this address from a program.".into(),
        ),
        Error::NotFound => (
            "There is nothing at this address.".into(),
            "Files are posted to /api/v1/check, /api/v1/convert and /api/v1/cards; /api/v1/formats lists formats."
                .into(),
        ),
        Error::Method { allow } => (
            "This address was called with a method that it does not have.".into(),
            format!("It has {allow}.").into(),
        ),
        Error::TooLarge { limit_bytes } => (
            format!(
                "This is too large: this server takes files of up to {}. Nothing was stored.",
                size_in_words(*limit_bytes)
            )
            .into(),
            "Take embedded pictures or long data out; a card is mostly text.".into(),
        ),
        Error::Full(full) => (
            full::message(full).to_string().into(),
            "Take embedded pictures or long data out; a card is mostly text.".into(),
        ),
        Error::TooMany { retry_after } => (
            "Much was begun from your network in a short time, so nothing more can be begun from there for now.".into(),
            format!("Try again in {}.", wait_in_words(*retry_after)).into(),
        ),
        Error::Unavailable(_) => (
            "The server is too busy at the moment. Nothing was stored.".into(),
            again.into(),
        ),
        Error::Internal(_) => (
            "Something broke on our side. It is not your fault, and the cause is in our log.".into(),
            again.into(),
        ),
        other => {
            let [_, message, advice] = words(other, false);
            (message.to_string().into(), advice.to_string().into())
        }
    }
}

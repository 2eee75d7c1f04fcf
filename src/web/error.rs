//! What can go wrong on a page, by what the visitor can do about it, and how it looks.
//!
//! Handlers return [`Error`]; [`explain`] stands outside of everything and turns every failure
//! into a page: of handlers and extractors, of the session's middleware, of unknown addresses.

use std::time::Duration;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, TRANSFER_ENCODING,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpResponse, ResponseError, web};
use askama::Template;

use super::choices::Display;
use super::page::{Page, render_as, size_in_words, wait_in_words};
use super::pages::{datasheet, full, unreadable};
use super::request_id::RequestId;
use super::{AppState, api, headers};
use crate::archive::{self, Refusal};
use crate::db::cards::Unfit;
use crate::db::quota::Full;
use crate::format::ReadError;
use crate::locale::{Locale, Sentence};
use crate::say;
use crate::session::Visitor;
use crate::web::filters;
use crate::{db, random, session};

/// Why there is no page to show. Text in a variant is for the log, unless it says otherwise.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The request does not make sense; the sentence is shown.
    #[error("bad request: {0}")]
    BadRequest(Sentence),
    /// The browser sent two session cookies that contradict each other.
    #[error("two session cookies")]
    Ambiguous,
    /// A form of another site.
    #[error("the form came from another site")]
    CrossSite,
    /// There is nothing of that name, or it belongs to somebody else, which is the same to a visitor.
    #[error("not found")]
    NotFound,
    /// The address is known, but not with this method.
    #[error("method not allowed")]
    Method {
        /// The methods that work, for the header `Allow`.
        allow: String,
    },
    /// What the form was made for has changed meanwhile.
    #[error("changed meanwhile")]
    Stale,
    /// The visitor's data were deleted while the form was open, maybe in another tab.
    #[error("the session has been ended")]
    Ended,
    /// More bytes than the server takes.
    #[error("larger than {limit_bytes} bytes")]
    TooLarge {
        /// The most that it takes.
        limit_bytes: usize,
    },
    /// The visitor keeps as much as anybody may, and this would be more.
    #[error("the session is full")]
    Full(Full),
    /// Two cards that cannot be linked as card and datasheet.
    #[error("no datasheet of that card: {0:?}")]
    Unfit(Unfit),
    /// A file that is no card that we understand. Its text comes back to be mended.
    #[error("a file that cannot be read")]
    Unreadable {
        /// The client's name of the file.
        name: Option<String>,
        /// What is wrong and where.
        error: Box<ReadError>,
        /// Whether the visitor said that the computer is shared, which the next try must not forget.
        is_shared: bool,
    },
    /// A card that cannot be set on pages.
    #[error("no pages: {}", .0.message)]
    NoPages(Box<ReadError>),
    /// What only programs are told.
    #[error("a program is refused: {}", .0.detail)]
    Program(Box<api::Refusal>),
    /// A file that is no copy of somebody's cards, or one that cannot be brought back.
    #[error("a copy is refused: {}", .0.message)]
    Refused(Box<Refusal>),
    /// Too many visitors from one network address.
    #[error("too many new sessions")]
    TooMany {
        /// When to try again.
        retry_after: Duration,
    },
    /// More saves of one visitor than anybody types.
    #[error("too many saves of one visitor")]
    TooOften {
        /// When to try again.
        retry_after: Duration,
    },
    /// The database or the disk does not answer at the moment.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// Our fault.
    #[error("{0}")]
    Internal(String),
}

impl From<db::Error> for Error {
    fn from(error: db::Error) -> Self {
        match error {
            db::Error::NotFound => Self::NotFound,
            db::Error::Stale => Self::Stale,
            db::Error::Ended => Self::Ended,
            db::Error::Full(full) => Self::Full(full),
            db::Error::Unfit(unfit) => Self::Unfit(unfit),
            db::Error::Unavailable(cause) => Self::Unavailable(cause),
            error @ (db::Error::Unusable(_) | db::Error::Query(_)) => Self::Internal(error.to_string()),
        }
    }
}

impl Error {
    /// A file of this name that is no card that we understand, from somebody whose computer is the own one.
    pub(super) fn unreadable(name: Option<String>, error: ReadError) -> Self {
        Self::Unreadable {
            name,
            error: Box::new(error),
            is_shared: false,
        }
    }
}

impl From<archive::Error> for Error {
    fn from(error: archive::Error) -> Self {
        match error {
            archive::Error::Refused(refusal) => Self::Refused(Box::new(refusal)),
            archive::Error::Db(error) => error.into(),
            archive::Error::Disk(error) => Self::Unavailable(error.to_string()),
        }
    }
}

impl From<random::Error> for Error {
    fn from(error: random::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<session::Error> for Error {
    fn from(error: session::Error) -> Self {
        match error {
            session::Error::Ambiguous => Self::Ambiguous,
            session::Error::CrossSite => Self::CrossSite,
            session::Error::Method => Self::Method {
                allow: "GET, HEAD, POST".to_owned(),
            },
            session::Error::Ended => Self::Ended,
            session::Error::Overtaken => Self::Stale,
            session::Error::TooMany { retry_after } => Self::TooMany { retry_after },
            session::Error::Unavailable => Self::Unavailable("the store of the sessions".to_owned()),
        }
    }
}

/// The bare answer, which [`explain`] replaces by a page.
impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) | Self::Ambiguous => StatusCode::BAD_REQUEST,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::Stale | Self::Ended => StatusCode::CONFLICT,
            // The server could take it; with what this visitor has already, the request is too large (RFC 9110, 15.5.14).
            Self::TooLarge { .. } | Self::Full(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unreadable { .. } | Self::NoPages(_) | Self::Refused(_) | Self::Unfit(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::Program(refusal) => refusal.status,
            Self::TooMany { .. } | Self::TooOften { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// What the page says: heading, what happened, what to try.
pub(super) fn words(error: &Error, is_form: bool) -> [Sentence; 3] {
    // Browsers keep the body of a form whose answer failed, and send it again on reload.
    let again = if is_form {
        say!("What you typed is not lost: wait a moment and reload this page, and your browser sends it again.")
    } else {
        say!("Wait a moment and reload this page.")
    };
    match error {
        Error::BadRequest(what) => [
            say!("This request could not be understood"),
            what.clone(),
            say!("Nothing was changed. Go back and send the form again."),
        ],
        Error::Ambiguous => [
            say!("Your browser sent two different keys"),
            say!("Two cookies of this site contradict each other, so nobody can say which work is yours."),
            say!(
                "Delete the cookies of this site in your browser’s settings, or ask who else sets cookies \
                         for this address."
            ),
        ],
        Error::CrossSite => [
            say!("This form came from another site"),
            say!("To protect your cards, forms are taken only from the pages of this site. Nothing was done."),
            say!("Open the page here and send it again."),
        ],
        Error::NotFound => [
            say!("There is nothing here"),
            say!(
                "The address may be mistyped, the card may have been deleted, or it belongs to another browser. \
             Work that nobody visits for long is deleted by itself."
            ),
            say!("Your own cards are on the first page."),
        ],
        Error::Method { .. } => [
            say!("This address does not work that way"),
            say!("It was called with a method that it does not have. Nothing was changed."),
            say!("Start from the first page and use its links and buttons."),
        ],
        Error::Stale => [
            say!("This has changed meanwhile"),
            say!(
                "Somebody, maybe you in another tab, changed the same thing after you opened this page. \
                         Nothing was overwritten."
            ),
            say!("Go back, reload that page to see how it is now, and decide what to keep."),
        ],
        Error::Ended => [
            say!("This browser cannot save to these cards any more"),
            say!("They were deleted, or this browser was signed out of them from another one. Nothing was saved."),
            say!(
                "Go back to copy what you typed. On the first page you can begin anew, or continue from \
                         another browser."
            ),
        ],
        Error::TooLarge { limit_bytes } => [
            say!("This is too large"),
            say!(
                "This server takes up to {limit}, and what you sent is more. Nothing was stored.",
                limit = size_in_words(*limit_bytes)
            ),
            say!(
                "Go back: your browser still has what you typed. Take embedded pictures or long data out \
                         and send it again; a card is mostly text."
            ),
        ],
        Error::Full(full) => [
            full::heading(full),
            full::message(full),
            say!(
                "Download and delete a card that you do not need here any more, then reload this page: \
                         your browser sends it again."
            ),
        ],
        Error::Unfit(unfit) => {
            let [message, advice] = datasheet::refusal(*unfit);
            [say!("These cards cannot be linked"), message, advice]
        }
        Error::Unreadable { error, .. } => [
            say!("This could not be read"),
            error.message.clone(),
            error.advice.clone(),
        ],
        Error::NoPages(error) => [
            say!("There is no PDF of this card"),
            error.message.clone(),
            error.advice.clone(),
        ],
        Error::Refused(refusal) => [
            say!("This copy could not be brought back"),
            say!(
                "{what} Nothing was stored, and what you have here is as it was.",
                what = &refusal.message
            ),
            refusal.advice.clone(),
        ],
        Error::Program(refusal) => [
            say!("This was refused"),
            Sentence::as_written(&refusal.detail),
            Sentence::as_written(&refusal.advice),
        ],
        Error::TooMany { retry_after } => [
            say!("Too many beginnings"),
            say!(
                "Many new visitors came from your network in a short time, so no new work can be begun \
                         from there for now. Work that exists is not affected."
            ),
            say!(
                "Try again in {time}. {again}",
                time = wait_in_words(*retry_after),
                again
            ),
        ],
        Error::TooOften { retry_after } => [
            say!("Too many saves in a short time"),
            say!("Nothing was changed by this one, and what was saved before is safe."),
            say!(
                "Try again in {time}. {again}",
                time = wait_in_words(*retry_after),
                again
            ),
        ],
        Error::Unavailable(_) if is_form => [
            say!("The server is catching its breath"),
            say!(
                "The place where work is kept does not answer at the moment. What was saved before is \
                         safe; whether this was saved as well is not certain."
            ),
            say!("{again} Nothing is saved twice by that.", again),
        ],
        Error::Unavailable(_) => [
            say!("The server is catching its breath"),
            say!("The place where work is kept does not answer at the moment. What was saved is safe."),
            again,
        ],
        Error::Internal(_) => [
            say!("Something broke on our side"),
            say!("It is not your fault, and what was saved is safe. The cause is in our log."),
            again,
        ],
    }
}

#[derive(Template)]
#[template(path = "pages/error.html")]
struct ErrorPage {
    page: Page,
    status: StatusCode,
    heading: Sentence,
    message: Sentence,
    advice: Sentence,
    is_ours: bool,
    request_id: Option<String>,
}

/// What is known of a request before it is handled; the request itself goes on to its handler.
struct Asked {
    method: Method,
    path: String,
    id: Option<RequestId>,
}

/// Who reads the page of a failure.
#[derive(Clone, Copy)]
pub struct Reader {
    /// The language of the page.
    pub locale: Locale,
    /// How it looks.
    pub display: Display,
}

impl From<&Visitor> for Reader {
    fn from(visitor: &Visitor) -> Self {
        Self {
            locale: visitor.into(),
            display: Display::of(visitor),
        }
    }
}

/// The path as a log may have it: what follows these words opens somebody's work, or a section of it.
fn loggable(path: &str) -> &str {
    match path {
        path if path.starts_with("/continue/") => "/continue/…",
        path if path.starts_with("/write/") => "/write/…",
        path if path.starts_with("/prefilled/") => "/prefilled/…",
        path => path,
    }
}

/// The outermost layer: puts the security headers on every answer and makes a page of every failure.
///
/// # Errors
/// Failures of the layers within come out as errors that already carry their page.
pub async fn explain<B: MessageBody + 'static>(
    state: web::Data<AppState>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    let asked = Asked {
        method: request.method().clone(),
        path: loggable(request.path()).to_owned(),
        id: RequestId::known(&request),
    };
    let stranger = Reader {
        locale: session::browser_locale(&request),
        display: Display::default(),
    };
    match next.call(request).await {
        Ok(answer) => {
            let mut answer = match failure(&answer, &state) {
                None => answer.map_into_left_body(),
                Some(error) => {
                    let (request, old) = answer.into_parts();
                    let reader = request.extensions().get::<Visitor>().map_or(stranger, Reader::from);
                    let page = page(&error, &asked, reader, old.headers(), &state);
                    ServiceResponse::new(request, page).map_into_right_body()
                }
            };
            headers::secure(answer.headers_mut(), &state);
            Ok(answer)
        }
        Err(error) => {
            let error = cause(&error, &state);
            let mut page = page(&error, &asked, stranger, &HeaderMap::new(), &state);
            headers::secure(page.headers_mut(), &state);
            if let Some(id) = &asked.id {
                id.put(page.headers_mut());
            }
            Err(InternalError::from_response(error, page).into())
        }
    }
}

/// The failure behind an answer, unless it is a page already.
fn failure<B>(answer: &ServiceResponse<B>, state: &AppState) -> Option<Error> {
    if let Some(error) = answer.response().error() {
        return Some(cause(error, state));
    }
    let status = answer.status();
    // The scripts of a page are answered in JSON.
    let is_page = answer.headers().get(CONTENT_TYPE).is_some_and(|kind| {
        let kind = kind.as_bytes();
        kind.starts_with(b"text/html") || kind.starts_with(b"application/json")
    });
    // Machines ask these and read a word.
    let is_for_machines = answer.request().path().starts_with("/health/") && status == StatusCode::SERVICE_UNAVAILABLE;
    ((status.is_client_error() || status.is_server_error()) && !is_page && !is_for_machines)
        .then(|| by_status(status, "no cause", state))
}

/// Our error in an error of actix-web.
fn cause(error: &actix_web::Error, state: &AppState) -> Error {
    if let Some(own) = error.as_error::<Error>() {
        return own.clone();
    }
    if let Some(session) = error.as_error::<session::Error>() {
        return (*session).into();
    }
    by_status(error.as_response_error().status_code(), &error.to_string(), state)
}

fn by_status(status: StatusCode, cause: &str, state: &AppState) -> Error {
    match status {
        StatusCode::NOT_FOUND => Error::NotFound,
        StatusCode::FORBIDDEN => Error::CrossSite,
        StatusCode::METHOD_NOT_ALLOWED => Error::Method {
            allow: "GET, HEAD, POST".to_owned(),
        },
        StatusCode::CONFLICT => Error::Stale,
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge {
            limit_bytes: state.config.max_upload_bytes,
        },
        StatusCode::SERVICE_UNAVAILABLE => Error::Unavailable(cause.to_owned()),
        status if status.is_client_error() => {
            Error::BadRequest(say!("Something in it is missing, broken off or of the wrong kind."))
        }
        _ => Error::Internal(cause.to_owned()),
    }
}

/// The page for a failure, or for programs the same as JSON; keeps the headers that layers within have set, cookies among them.
fn page(error: &Error, asked: &Asked, reader: Reader, old: &HeaderMap, state: &AppState) -> HttpResponse {
    let status = error.status_code();
    let is_ours = matches!(error, Error::Internal(_) | Error::Unavailable(_));
    if is_ours {
        tracing::error!(method = %asked.method, path = %asked.path, cause = %error, "a request failed");
    }
    let request_id = asked.id.as_ref().map(RequestId::to_string);
    let rendered = if api::is_for_programs(&asked.path) {
        Ok(api::problem(error, request_id.filter(|_| is_ours)))
    } else if let Error::Unreadable { name, error, is_shared } = error {
        unreadable::page(name.as_deref(), error, *is_shared, reader, state)
    } else {
        let [heading, message, advice] = words(error, asked.method == Method::POST);
        let template = ErrorPage {
            page: Page {
                display: reader.display,
                ..Page::bare(heading.clone(), reader.locale).with_error()
            },
            status,
            heading,
            message,
            advice,
            is_ours,
            request_id,
        };
        render_as(status, reader.locale, &template)
    };
    let mut page = rendered.unwrap_or_else(|failed| {
        tracing::error!(cause = %failed, "the page of an error failed");
        HttpResponse::build(status).body("Something broke on our side. Please try again.\n")
    });
    let headers = page.headers_mut();
    for (name, value) in old {
        if ![CONTENT_TYPE, CONTENT_LENGTH, TRANSFER_ENCODING].contains(name) {
            headers.append(name.clone(), value.clone());
        }
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match error {
        Error::Method { allow } => insert(headers, ALLOW, allow),
        Error::TooMany { retry_after } | Error::TooOften { retry_after } => {
            insert(headers, RETRY_AFTER, &retry_after.as_secs().max(1).to_string())
        }
        Error::Unavailable(_) => insert(headers, RETRY_AFTER, "5"),
        _ => {}
    }
    page
}

fn insert(headers: &mut HeaderMap, name: actix_web::http::header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r65_what_opens_work_is_in_no_log() {
        assert_eq!(loggable("/continue/abcdefghijklmnopqrstuvwxyz"), "/continue/…");
        assert_eq!(loggable("/continue"), "/continue");
        assert_eq!(loggable("/write/abcdefghijklmnopqrstuvwxyz/figures/abc"), "/write/…");
        assert_eq!(loggable("/prefilled/abcdefghijklmnopqrstuvwxyz"), "/prefilled/…");
        assert_eq!(loggable("/cards/abc"), "/cards/abc");
    }
}

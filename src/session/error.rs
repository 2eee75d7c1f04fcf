use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};

/// Why a request is refused before a page sees it. The outer layer makes a page of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Two different cookies under our name: nobody can say which is the visitor's.
    #[error("Your browser sent two different session cookies. Delete the cookies of this site and try again.")]
    Ambiguous,
    /// The form was sent by another site.
    #[error("This request came from another site, so nothing was done. Open the page here and send it again.")]
    CrossSite,
    /// TRACE would show the cookie to scripts.
    #[error("The method TRACE is not allowed here.")]
    Method,
    /// The session was ended, maybe in another tab.
    #[error("This session has been ended, so nothing was saved.")]
    Ended,
    /// Another request changed the browser's state, or ended it, while this one was answered.
    #[error("Something else was changed at the same moment, so not all of this was kept. Try again.")]
    Overtaken,
    /// Too many new sessions from one network address.
    #[error("Too many new sessions were begun from your network. Try again in {} seconds.", retry_after.as_secs())]
    TooMany {
        /// When the next one is allowed.
        retry_after: Duration,
    },
    /// The store does not answer.
    #[error("The place where work is kept does not answer at the moment. Nothing is lost; try again in a few seconds.")]
    Unavailable,
}

impl From<super::engine::Error> for Error {
    fn from(error: super::engine::Error) -> Self {
        tracing::error!(%error, "the store of the sessions does not answer");
        Self::Unavailable
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Ambiguous => StatusCode::BAD_REQUEST,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Ended | Self::Overtaken => StatusCode::CONFLICT,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Self::TooMany { retry_after } => {
                response.insert_header((header::RETRY_AFTER, retry_after.as_secs().max(1).to_string()));
            }
            Self::Unavailable => {
                response.insert_header((header::RETRY_AFTER, "5"));
            }
            Self::Method => {
                response.insert_header((header::ALLOW, "GET, HEAD, POST"));
            }
            Self::Ambiguous | Self::CrossSite | Self::Ended | Self::Overtaken => {}
        }
        response
            .content_type("text/plain; charset=utf-8")
            .body(format!("{self}\n"))
    }
}

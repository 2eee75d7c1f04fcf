//! The name of a request: on its answer, on the page of a failure, and in each line that is logged for it.

use std::fmt;
use std::sync::Arc;

use actix_web::HttpMessage as _;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{error::BlockingError, web};
use tracing::{Instrument as _, Span};

use super::AppState;
use crate::config::Network;
use crate::random;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// The longest name that is taken from a proxy.
const LONGEST: usize = 64;
/// How much of a random id is enough to find one request in a log.
const LENGTH: usize = 16;

/// The name of one request; cheap to clone.
#[derive(Clone, Debug)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The name that a trusted proxy gave it, if that can stand in a log as it is, or a new one.
    fn of(request: &ServiceRequest, trusted: &[Network]) -> Self {
        let peer = request.peer_addr().map(|peer| peer.ip());
        let is_trusted = peer.is_some_and(|peer| trusted.iter().any(|network| network.contains(peer)));
        let given = request.headers().get(HEADER).filter(|_| is_trusted);
        let given = given
            .and_then(|given| given.to_str().ok())
            .filter(|given| is_sane(given));
        match given {
            Some(given) => Self(given.into()),
            // Without random bytes nothing works anyway; the line in the log still says so.
            None => Self(random::id().map_or_else(|_| "none".into(), |id| id[..LENGTH].into())),
        }
    }

    /// The name of the request, which it has from the outermost layer on.
    pub(super) fn known(request: &ServiceRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    /// Puts it on an answer.
    pub(super) fn put(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(&self.0) {
            headers.insert(HEADER, value);
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_sane(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(is_plain)
}

/// Gives every request its name.
///
/// # Errors
/// Only what the inner service returns.
pub async fn name<B: MessageBody + 'static>(
    state: web::Data<AppState>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let id = RequestId::of(&request, &state.config.trusted_proxies);
    request.extensions_mut().insert(id.clone());
    // Of the highest level, so that whatever is logged bears it.
    let span = tracing::error_span!("request", request_id = %id);
    let mut answer = next.call(request).instrument(span).await?;
    id.put(answer.headers_mut());
    Ok(answer)
}

/// Work of a request off the async threads; what it logs bears the request's name.
///
/// # Errors
/// When there is no thread, or the work panicked.
pub(super) async fn aside<T, F>(work: F) -> Result<T, BlockingError>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    let span = Span::current();
    web::block(move || span.in_scope(work)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_of_bounded_length_are_taken() {
        for sane in ["a", "0af7651916cd43dd8448eb211c80319c", "018f-AB_c.9", &"x".repeat(64)] {
            assert!(is_sane(sane), "{sane}");
        }
        for other in ["", "a b", "a\"b", "a=b", "ä", "{}", &"x".repeat(65)] {
            assert!(!is_sane(other), "{other}");
        }
    }
}

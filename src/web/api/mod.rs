//! What programs call: version 1 of the HTTP interface, a file an address; docs/api.md describes it.
//!
//! The first three keep nothing: bytes in, bytes or JSON out. [`cards`] keeps a card until somebody opens its link. No cookie
//! is read or set, and failures are JSON ([`problem`](fn@problem)).

pub mod cards;
pub mod check;
pub mod convert;
pub mod formats;
mod problem;
mod request;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;

pub use problem::{Refusal, problem};

use super::PROGRAMS;
use crate::session::Sessions;

/// Whether an address is one that programs call.
pub fn is_for_programs(path: &str) -> bool {
    path.strip_prefix(PROGRAMS)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Stands before the addresses of programs: refuses what a page of another site sent, which would act from the network of
/// whoever looks at that page, and keeps answers out of caches and search engines.
///
/// # Errors
/// Only what the inner service returns.
pub async fn guard<B: MessageBody + 'static>(
    sessions: web::Data<Sessions>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    let mut response = match sessions.refuse_cross_site(request.method(), request.headers()) {
        Err(refusal) => request.error_response(refusal).map_into_right_body(),
        Ok(()) => next.call(request).await?.map_into_left_body(),
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        HeaderName::from_static("x-robots-tag"),
        HeaderValue::from_static("noindex, nofollow"),
    );
    Ok(response)
}

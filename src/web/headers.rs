//! The headers that every answer carries, and those of answers that nobody shall list or keep.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY,
};
use actix_web::middleware::Next;
use actix_web::web;

use super::AppState;
use crate::session::Sessions;

/// Nothing inline, nothing foreign; pictures of previews may stand in the page as data.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(&str, &str); 7] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Stands before addresses that work without a cookie, for guests and programs: refuses what a page of another site sent,
/// which would act from the network of whoever looks at that page, and keeps answers out of caches and search engines.
///
/// # Errors
/// Only what the inner service returns.
pub async fn unlisted<B: MessageBody + 'static>(
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

/// Puts the security headers on an answer.
pub fn secure(headers: &mut HeaderMap, state: &AppState) {
    // A page with a secret in its address has a stricter one, and so have files of visitors.
    let referrer = headers.get(REFERRER_POLICY).cloned();
    let policy = headers.get(CONTENT_SECURITY_POLICY).cloned();
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if let Some(referrer) = referrer {
        headers.insert(REFERRER_POLICY, referrer);
    }
    if let Some(policy) = policy {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    if state
        .config
        .public_origin
        .as_deref()
        .is_some_and(|origin| origin.starts_with("https://"))
    {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

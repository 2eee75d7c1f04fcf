//! Answers packed with gzip, where the browser takes it and it pays.
//!
//! Pages shrink to a third. Not packed are pictures and archives, which would not get smaller, what fits into one packet
//! anyway, and answers to forms: there a secret may be shown that is told only once, and the length of a packed answer
//! says something about what is in it.

use std::io::Write as _;

use actix_web::HttpMessage;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT_ENCODING, AcceptEncoding, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, Encoding, HeaderMap, HeaderValue,
    VARY,
};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// The word for it in headers.
pub const GZIP: HeaderValue = HeaderValue::from_static("gzip");
/// Smaller answers fit into one packet with their headers.
const WORTHWHILE_BYTES: usize = 1_200;
/// Larger answers are packed off the async threads: others wait there.
const LARGE_BYTES: usize = 128 << 10;

/// Packs the answers of the pages.
///
/// # Errors
/// Only what the inner service returns.
pub async fn pack<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error> {
    let is_taken = [Method::GET, Method::HEAD].contains(request.method()) && takes_gzip(&request);
    let mut answer = next.call(request).await?;
    if !is_text(answer.headers()) || answer.headers().contains_key(CONTENT_ENCODING) {
        return Ok(answer.map_into_left_body());
    }
    vary(answer.headers_mut());
    if !is_taken {
        return Ok(answer.map_into_left_body());
    }
    let (request, answer) = answer.into_parts();
    let (answer, body) = answer.into_parts();
    let whole = match body.try_into_bytes() {
        Ok(whole) => whole,
        // What comes in pieces is large, and its reader unpacks it from a file.
        Err(body) => {
            return Ok(ServiceResponse::new(
                request,
                answer.set_body(body).map_into_left_body(),
            ));
        }
    };
    let answer = match packed(&whole).await {
        None => answer.set_body(BoxBody::new(whole)),
        Some(packed) => {
            let mut answer = answer.set_body(BoxBody::new(packed));
            answer.headers_mut().insert(CONTENT_ENCODING, GZIP);
            answer
        }
    };
    Ok(ServiceResponse::new(request, answer.map_into_right_body()))
}

/// Whether the browser takes gzip.
pub fn takes_gzip(request: &impl HttpMessage) -> bool {
    let gzip = Encoding::gzip();
    request.headers().contains_key(ACCEPT_ENCODING)
        && request
            .get_header::<AcceptEncoding>()
            .and_then(|accepted| accepted.negotiate([gzip.clone(), Encoding::identity()].iter()))
            == Some(gzip)
}

/// Tells caches that there are two of this. What no cache may keep needs no such word.
fn vary(headers: &mut HeaderMap) {
    let is_kept = headers.get(CACHE_CONTROL).is_none_or(|caching| caching != "no-store");
    let is_told = headers.get_all(VARY).any(|varies| varies == "Accept-Encoding");
    if is_kept && !is_told {
        headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| {
        kind.starts_with("text/")
            || ["json", "xml", "yaml", "javascript"]
                .iter()
                .any(|kinds| kind.contains(kinds))
    })
}

/// The packed bytes, if that pays.
async fn packed(whole: &Bytes) -> Option<Vec<u8>> {
    if whole.len() < WORTHWHILE_BYTES {
        return None;
    }
    if whole.len() < LARGE_BYTES {
        return gzip(whole, Compression::fast());
    }
    let whole = whole.clone();
    super::aside(move || gzip(&whole, Compression::fast()))
        .await
        .ok()
        .flatten()
}

/// The bytes in gzip, if they get smaller by a tenth at least.
pub fn gzip(whole: &[u8], how: Compression) -> Option<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::with_capacity(whole.len() / 2), how);
    packed.write_all(whole).ok()?;
    packed
        .finish()
        .ok()
        .filter(|packed| packed.len() < whole.len() / 10 * 9)
}

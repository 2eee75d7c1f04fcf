//! One visitor's work in several browsers: into another one, who has it, out of it again.
//!
//! A browser makes a link with a short code ([`link`]); another one looks at what it opens and then opens it
//! ([`arrive`]). Both are listed ([`browsers`]). What the other one had before is brought along or [`parked`]. A
//! [`recovery`] code is for the day when no browser is left, [`leave`] for a browser that is not one's own.

pub mod arrive;
pub mod browsers;
pub mod leave;
pub mod link;
pub mod notices;
pub mod parked;
pub mod qr;
pub mod recovery;

use actix_web::HttpResponse;
use actix_web::http::header::{HeaderValue, REFERRER_POLICY};

/// Keeps the address of a page out of every `Referer`, even of its own pictures: it opens somebody's work. The page
/// itself loosens it to `strict-origin` for its forms, which browsers would otherwise send with the origin `null`, as
/// another site could.
fn without_referrer(mut answer: HttpResponse) -> HttpResponse {
    let policy = HeaderValue::from_static("no-referrer");
    answer.headers_mut().insert(REFERRER_POLICY, policy);
    answer
}

//! For machines: is the server alive, can it work, what may robots read.

use actix_web::http::header::{CACHE_CONTROL, ContentType, RETRY_AFTER};
use actix_web::{HttpResponse, web};

use crate::web::AppState;

fn text(mut answer: actix_web::HttpResponseBuilder, text: &'static str) -> HttpResponse {
    answer
        .insert_header(ContentType::plaintext())
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text)
}

/// `GET /health/live`: the process answers.
pub async fn live() -> HttpResponse {
    text(HttpResponse::Ok(), "alive\n")
}

/// `GET /health/ready`: the database answers too.
pub async fn ready(state: web::Data<AppState>) -> HttpResponse {
    // The pool tries a connection before it lends it.
    match state.db.run(|_| Ok(())).await {
        Ok(()) => text(HttpResponse::Ok(), "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            let mut answer = HttpResponse::ServiceUnavailable();
            answer.insert_header((RETRY_AFTER, "5"));
            text(answer, "not ready\n")
        }
    }
}

/// `GET /robots.txt`: the first page may be found, people's work may not be looked for.
pub async fn robots() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(ContentType::plaintext())
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .body("User-agent: *\nDisallow: /cards\nDisallow: /session\n")
}

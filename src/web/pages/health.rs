//! For machines: is the server alive, can it work, what may robots read.

use std::time::Duration;

use actix_web::http::header::{CACHE_CONTROL, ContentType, RETRY_AFTER};
use actix_web::{HttpResponse, web};

use crate::session::Sessions;
use crate::web::AppState;

/// How long a machine waits for the word at most.
const PATIENCE: Duration = Duration::from_secs(4);

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

/// `GET /health/ready`: the database and the place of the keys answer too, and soon; and the server is not about to stop.
pub async fn ready(state: web::Data<AppState>, sessions: web::Data<Sessions>) -> HttpResponse {
    if state.leaving.is_announced() {
        return not_ready("leaving\n");
    }
    let answers = async {
        // The pool tries a connection before it lends it.
        state.db.run(|_| Ok(())).await.map_err(|error| error.to_string())?;
        let engine = sessions.store().engine();
        engine.check().await.map_err(|error| error.to_string())
    };
    let outcome = tokio::time::timeout(PATIENCE, answers).await;
    match outcome.unwrap_or_else(|_| Err("no answer in time".to_owned())) {
        Ok(()) => text(HttpResponse::Ok(), "ready\n"),
        Err(why) => {
            tracing::warn!(why, "not ready");
            not_ready("not ready\n")
        }
    }
}

fn not_ready(words: &'static str) -> HttpResponse {
    let mut answer = HttpResponse::ServiceUnavailable();
    answer.insert_header((RETRY_AFTER, "5"));
    text(answer, words)
}

/// `GET /robots.txt`: the first page may be found, people's work may not be looked for.
pub async fn robots() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(ContentType::plaintext())
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .body("User-agent: *\nDisallow: /cards\nDisallow: /session\nDisallow: /write\n")
}

//! What is stored, how long, and who can read it: from the settings of this server.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::config::Config;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::error::Error;
use crate::web::page::{Page, render, size_in_words, time_in_words};

#[derive(Template)]
#[template(path = "pages/privacy.html")]
struct Privacy<'a> {
    page: Page,
    cookie_name: &'a str,
    is_secure: bool,
    keys: &'static str,
    database: &'static str,
    age: String,
    touch_interval: Option<String>,
    absolute_age: Option<String>,
    cleanup_interval: Option<String>,
    cleanup_grace: Option<String>,
    create_limit: u32,
    believes_proxies: bool,
    upload: String,
    max_cards: Option<u32>,
    max_bytes: Option<String>,
}

/// `GET /privacy`.
///
/// # Errors
/// When the page cannot be made.
pub async fn get(state: web::Data<AppState>, visitor: Option<Visitor>) -> Result<HttpResponse, Error> {
    let config = &*state.config;
    let session = &config.session;
    render(&Privacy {
        page: visitor.map_or_else(|| Page::bare("Privacy"), |visitor| Page::of("Privacy", &visitor)),
        cookie_name: &session.cookie_name,
        is_secure: session.cookie_secure,
        keys: keys_are_kept("database"),
        database: database(config),
        age: time_in_words(session.age),
        touch_interval: (!session.touch_interval.is_zero()).then(|| time_in_words(session.touch_interval)),
        absolute_age: session.absolute_age.map(time_in_words),
        cleanup_interval: session.cleanup_interval.map(time_in_words),
        cleanup_grace: (!session.cleanup_grace.is_zero()).then(|| time_in_words(session.cleanup_grace)),
        create_limit: session.create_limit,
        believes_proxies: !config.trusted_proxies.is_empty(),
        upload: size_in_words(config.max_upload_bytes),
        max_cards: session.max_cards,
        max_bytes: session
            .max_bytes
            .map(|most| size_in_words(usize::try_from(most).unwrap_or(usize::MAX))),
    })
}

/// What holds the rows; the kind, never the place.
fn database(config: &Config) -> &'static str {
    if config.database_url.starts_with("sqlite:") {
        "a database file of SQLite on this server"
    } else {
        "a PostgreSQL database"
    }
}

/// Where an engine of `SESSION_ENGINE` keeps what belongs to a browser's key.
fn keys_are_kept(engine: &str) -> &'static str {
    match engine {
        "cached_database" => {
            "A one-way fingerprint of your key is stored in the same database, and for speed also in the server’s memory; \
             the key itself is only in your browser."
        }
        "file" => {
            "A one-way fingerprint of your key is the name of a small file on this server; the key itself is only in \
             your browser."
        }
        "memory" => {
            "A one-way fingerprint of your key is held in the server’s memory only: when the server restarts, your key \
             opens nothing any more. The key itself is only in your browser."
        }
        "redis" => {
            "A one-way fingerprint of your key is stored in a Redis database; the key itself is only in your browser."
        }
        "cookie" => {
            "The cookie holds, besides the key, your settings of these pages, encrypted; no list of keys is stored on \
             this server, apart from fingerprints of those that were ended."
        }
        _ => {
            "A one-way fingerprint of your key is stored in the same database; the key itself is only in your browser."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_engine_has_its_own_sentence() {
        let engines = ["database", "cached_database", "file", "memory", "redis", "cookie"];
        let sentences: std::collections::HashSet<&str> = engines.map(keys_are_kept).into_iter().collect();
        assert_eq!(sentences.len(), engines.len());
    }
}

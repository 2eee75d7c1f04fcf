//! What is stored, how long, and who can read it: from the settings of this server.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::config::{Config, Engine};
use crate::locale::Sentence;
use crate::say;
use crate::session::Visitor;
use crate::session::state::SHARED_COMPUTER_IDLE;
use crate::web::AppState;
use crate::web::api::cards::LINK_AGE;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{Page, render, size_in_words, time_in_words};

#[derive(Template)]
#[template(path = "pages/privacy.html")]
struct Privacy<'a> {
    page: Page,
    cookie_name: &'a str,
    is_secure: bool,
    shared: Sentence,
    keys: Sentence,
    database: Sentence,
    age: Sentence,
    until_closed: bool,
    touch_interval: Option<Sentence>,
    absolute_age: Option<Sentence>,
    section_link_age: Sentence,
    /// How long a card is kept that a program sent and nobody opened; `None`: none is taken.
    prefilled_age: Option<Sentence>,
    cleanup_interval: Option<Sentence>,
    cleanup_grace: Option<Sentence>,
    create_limit: u32,
    believes_proxies: bool,
    upload: Sentence,
    max_cards: Option<u32>,
    max_bytes: Option<Sentence>,
}

/// `GET /privacy`.
///
/// # Errors
/// When the page cannot be made.
pub async fn get(
    state: web::Data<AppState>,
    visitor: Option<Visitor>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let page = Page::of_anybody(say!("Privacy"), visitor.as_ref(), &request);
    let config = &*state.config;
    let session = &config.session;
    let privacy = Privacy {
        page,
        cookie_name: &session.cookie_name,
        is_secure: session.cookie_secure,
        shared: time_in_words(SHARED_COMPUTER_IDLE.min(session.age)),
        keys: keys_are_kept(session.keeping.engine),
        database: database(config),
        age: time_in_words(session.age),
        until_closed: session.expire_at_browser_close,
        touch_interval: (!session.touch_interval.is_zero()).then(|| time_in_words(session.touch_interval)),
        absolute_age: session.absolute_age.map(time_in_words),
        section_link_age: time_in_words(config.section_link_age),
        prefilled_age: config
            .prefill_max
            .and_then(|_| LINK_AGE.to_std().ok())
            .map(time_in_words),
        cleanup_interval: session.cleanup_interval.map(time_in_words),
        cleanup_grace: (!session.cleanup_grace.is_zero()).then(|| time_in_words(session.cleanup_grace)),
        create_limit: session.create_limit,
        believes_proxies: !config.trusted_proxies.is_empty(),
        upload: size_in_words(config.max_upload_bytes),
        max_cards: session.max_cards,
        max_bytes: session
            .max_bytes
            .map(|most| size_in_words(usize::try_from(most).unwrap_or(usize::MAX))),
    };
    render(privacy.page.locale, &privacy)
}

/// What holds the rows; the kind, never the place.
fn database(config: &Config) -> Sentence {
    if config.database_url.starts_with("sqlite:") {
        say!("a database file of SQLite on this server")
    } else {
        say!("a PostgreSQL database")
    }
}

/// Where an engine keeps what belongs to a browser's key.
fn keys_are_kept(engine: Engine) -> Sentence {
    match engine {
        Engine::Database => say!("in a database"),
        Engine::CachedDatabase => say!("in a database and, to be found faster, in a Redis"),
        Engine::File => say!("in a small file on this server"),
        Engine::Memory => {
            say!("in the server’s memory only, so that a restart forgets it and your key opens nothing any more")
        }
        Engine::Redis => say!("in a Redis"),
        Engine::Cookie => say!("nowhere on this server: it is in the cookie itself, encrypted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum as _;

    #[test]
    fn every_engine_has_its_own_words() {
        let words: std::collections::HashSet<String> = Engine::value_variants()
            .iter()
            .map(|engine| keys_are_kept(*engine).to_string())
            .collect();
        assert_eq!(words.len(), Engine::value_variants().len());
    }
}

//! A finished card of an invented model: to read, or to open as a card of one's own and throw away.

use std::sync::LazyLock;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::Token;
use super::full::{self, Again};
use super::upload::{opened, store};
use crate::card::Card;
use crate::card::outline::{self, Outline};
use crate::db::cards::NewCard;
use crate::format::{self, Format, html};
use crate::say;
use crate::session::{Beginner, Visitor};
use crate::web::AppState;
use crate::web::card::rows_of;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::page::{Page, once, render};

/// The file of the card.
const FILE: &[u8] = include_bytes!("wrist-triage.json");

/// The outline whose questions it answers.
const OUTLINE: &Outline = &outline::FULL;

/// The card. A file that cannot be read would show an empty card; a test reads it.
static CARD: LazyLock<Card> = LazyLock::new(|| format::read(FILE).map(|reading| reading.card).unwrap_or_default());

#[derive(Template)]
#[template(path = "pages/example.html")]
struct Example {
    page: Page,
    body: String,
    once: String,
}

/// `GET /example`.
///
/// # Errors
/// When the system has no random bytes.
pub async fn get(visitor: Visitor) -> Result<HttpResponse, Error> {
    render(
        &visitor,
        &Example {
            page: Page::of(say!("A finished example"), &visitor),
            body: html::body(&CARD, OUTLINE.key),
            once: once()?,
        },
    )
}

/// `POST /example`: the example as a card of the visitor's own.
///
/// # Errors
/// [`Error::Unavailable`] when the database does not answer; a visitor who keeps too much already is told so.
pub async fn post(
    state: web::Data<AppState>,
    beginner: Beginner,
    form: web::Form<Token>,
) -> Result<HttpResponse, Error> {
    let card = NewCard {
        title: "Example: wrist-triage".to_owned(),
        format: Format::NATIVE.id().to_owned(),
        outline: OUTLINE.key.to_owned(),
        source: None,
        file_name: None,
        once: form.into_inner().once,
        sections: rows_of(&CARD, OUTLINE),
    };
    let stored = store(&state, &beginner, card, false).await;
    let answer = stored.map(|id| opened(&beginner, &id, true));
    full::explained(answer, &state, beginner.visitor(), Again::Blank).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check::{self, Severity, Tally};

    #[test]
    fn the_example_answers_every_question_but_one_that_is_not_known_yet() {
        let reading = format::read(FILE).unwrap();
        assert_eq!(reading.outline.key, OUTLINE.key);
        let tally = Tally::of_card(&CARD, OUTLINE);
        assert_eq!((tally.open, tally.not_known), (0, 1), "{tally:?}");
        let problems = check::check(&CARD, OUTLINE);
        let grave: Vec<_> = problems
            .iter()
            .filter(|problem| problem.severity < Severity::Note)
            .collect();
        assert!(grave.is_empty(), "{grave:?}");
    }
}

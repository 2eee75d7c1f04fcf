//! No room for more: what is full, how much there is, what to do about it, and what was typed, to send again.

use actix_web::{HttpResponse, ResponseError as _};
use askama::Template;

use crate::db::quota::{self, CardSize, Full, Limit};
use crate::locale::Sentence;
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::said_name;
use crate::web::error::Error;
use crate::web::filters;
use crate::web::form::texts_of;
use crate::web::page::{Fault, Page, once, render_as, share_in_words, size_in_words};

/// How many cards are proposed for deletion.
const SHOWN: i64 = 5;

#[derive(Template)]
#[template(path = "pages/full.html")]
struct FullPage {
    page: Page,
    heading: Sentence,
    message: Sentence,
    faults: Vec<Fault>,
    usage: Sentence,
    largest: Vec<Line>,
    again: Again,
    texts: Vec<(Sentence, String)>,
    once: String,
}

/// A card that could go.
struct Line {
    id: String,
    title: Sentence,
    size: Sentence,
}

/// What was sent and could not be kept.
pub enum Again {
    /// A file, which the browser still has.
    File,
    /// The wish for a blank card.
    Blank,
    /// A text of a card.
    Text(String),
    /// A plain form: where it goes, and all that was in it.
    Form(String, Vec<(String, String)>),
}

/// What is full.
pub fn heading(full: &Full) -> Sentence {
    match full.limit {
        Limit::Cards(_) => say!("There is no room for another card"),
        Limit::Bytes(_) => say!("There is no room for this"),
    }
}

/// How full it is.
pub fn message(full: &Full) -> Sentence {
    let size = |bytes: i64| size_in_words(usize::try_from(bytes).unwrap_or(0));
    match full.limit {
        Limit::Cards(most) => say!(
            "You have {cards} cards here, and this server keeps {most} for each visitor. Nothing was changed.",
            cards = full.usage.cards,
            most
        ),
        Limit::Bytes(most) => say!(
            "Your cards and files take {used} here, and this server keeps {most} for each visitor. This would have \
             been {excess} too much. Nothing was changed.",
            used = size(full.usage.content_bytes),
            most = size(most),
            excess = size(full.excess)
        ),
    }
}

/// The page instead of a refusal for want of room; every other outcome passes through.
///
/// # Errors
/// Those of the outcome, and when the page cannot be made.
pub async fn explained(
    outcome: Result<HttpResponse, Error>,
    state: &AppState,
    visitor: &Visitor,
    again: Again,
) -> Result<HttpResponse, Error> {
    let full = match outcome {
        Err(Error::Full(full)) => full,
        other => return other,
    };
    let largest = match visitor.session().cloned() {
        Some(session) => {
            state
                .db
                .run(move |conn| quota::largest_cards(conn, &session, SHOWN))
                .await?
        }
        None => Vec::new(),
    };
    let quota = state.quota();
    let texts = match &again {
        Again::Form(_, pairs) => texts_of(pairs),
        Again::File | Again::Blank | Again::Text(_) => Vec::new(),
    };
    render_as(
        Error::Full(full).status_code(),
        visitor,
        &FullPage {
            page: Page::of(heading(&full), visitor).with_error(),
            heading: heading(&full),
            message: message(&full),
            faults: vec![Fault::new(
                "what-to-do",
                say!("What you can do"),
                say!("delete a card, then send it again."),
            )],
            usage: share_in_words(&full.usage, &quota),
            largest: largest.into_iter().map(line).collect(),
            again,
            texts,
            once: once()?,
        },
    )
}

fn line(card: CardSize) -> Line {
    Line {
        id: card.id,
        title: said_name(&card.title),
        size: size_in_words(usize::try_from(card.bytes).unwrap_or(0)),
    }
}

//! What changed since the upload, or against another card of the same visitor, field by field.

use std::time::{Duration, Instant};

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::card::change::{Change, Stretch, by_line, by_word, difference};
use crate::card::words;
use crate::db::cards;
use crate::format::{self, Comparison, Side, Terms};
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{self, Whole, link, outline_of, owner};
use crate::web::error::Error;
use crate::web::page::{CardLink, Page, render};
use crate::web::words::{SHOWN_CHARS, in_words};

/// How many changes the page shows.
const SHOWN: usize = 500;

/// Lines around a change that are shown.
const CONTEXT: usize = 2;

/// From this length on, in bytes, what changed inside a text is worth marking.
const LONG: usize = 160;

/// The longest text that is looked into, in characters.
const COMPARED_CHARS: usize = 200_000;

/// After this time, long texts are compared more coarsely.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Template)]
#[template(path = "pages/changes.html")]
struct Changes {
    page: Page,
    card: CardLink,
    /// The card that this one is compared with, instead of its upload.
    other: Option<CardLink>,
    /// The visitor's other cards.
    others: Vec<CardLink>,
    /// How the two were made comparable, when they are of different kinds.
    terms: Option<String>,
    changes: Vec<SectionChanges>,
    total: usize,
    shown: usize,
    has_source: bool,
}

struct SectionChanges {
    title: String,
    fields: Vec<FieldChange>,
}

struct FieldChange {
    label: String,
    kind: &'static str,
    shown: Shown,
}

/// How a change is shown.
enum Shown {
    /// The value before and the value now, each whole.
    Whole(Option<String>, Option<String>),
    /// One text with what is gone and what is new marked in it.
    Marked(Vec<Stretch>),
}

/// The question of the page.
#[derive(Deserialize)]
pub struct Question {
    /// Id of the other card; empty for the upload.
    with: Option<String>,
}

/// `GET /cards/{card}/changes`, and with `?with={card}` against another card of the visitor.
///
/// # Errors
/// [`Error::NotFound`] when one of the cards is not the visitor's.
pub async fn get(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
    question: web::Query<Question>,
) -> Result<HttpResponse, Error> {
    let whole = card::whole(&state, &visitor, id.into_inner()).await?;
    let other = match question
        .into_inner()
        .with
        .filter(|id| !id.is_empty() && *id != whole.row.id)
    {
        Some(id) => Some(card::whole(&state, &visitor, id).await?),
        None => None,
    };
    let session = owner(&visitor)?;
    let rows = state.db.run(move |conn| cards::list(conn, &session)).await?;
    let others = rows.iter().filter(|row| row.id != whole.row.id).map(link).collect();
    let page = Page::of(format!("What changed: {}", whole.row.title), &visitor);
    let made = web::block(move || {
        let (now, before) = (side(&whole), other.as_ref().map(side));
        let Comparison { changes, terms } = match &before {
            Some(before) => format::compare(before, &now),
            None => Comparison {
                changes: difference(&whole.original(), &whole.card),
                terms: Terms::Same,
            },
        };
        Changes {
            page,
            card: link(&whole.row),
            terms: words_of(terms),
            other: other.as_ref().map(|other| link(&other.row)),
            others,
            total: changes.len(),
            shown: changes.len().min(SHOWN),
            changes: by_section(changes),
            has_source: whole.source.is_some(),
        }
    });
    render(&made.await.map_err(|error| Error::Internal(error.to_string()))?)
}

fn side(whole: &Whole) -> Side<'_> {
    Side {
        format: whole.format(),
        outline: outline_of(&whole.row),
        card: &whole.card,
    }
}

/// How two cards were made comparable, when there is something to tell.
fn words_of(terms: Terms) -> Option<String> {
    match terms {
        Terms::Same => None,
        Terms::Of(format) => Some(format!(
            "The two cards came in different formats. Both are compared as {} would say them, so that only what they say \
             counts.",
            format.name()
        )),
        Terms::Questions => Some(
            "The two cards ask different questions. They are compared by the questions of the full model card."
                .to_owned(),
        ),
    }
}

fn by_section(changes: Vec<Change>) -> Vec<SectionChanges> {
    let until = Instant::now() + PATIENCE;
    let mut sections: Vec<SectionChanges> = Vec::new();
    for change in changes.into_iter().take(SHOWN) {
        let field = FieldChange {
            kind: match (&change.before, &change.after, &change.field) {
                (_, _, None) => "the section itself came or went",
                (None, _, _) => "added",
                (_, None, _) => "removed",
                _ => "changed",
            },
            shown: shown(&change, until),
            label: change.field.unwrap_or_else(|| "The whole section".to_owned()),
        };
        match sections.last_mut().filter(|section| section.title == change.section) {
            Some(section) => section.fields.push(field),
            None => sections.push(SectionChanges {
                title: change.section,
                fields: vec![field],
            }),
        }
    }
    sections
}

/// Long texts that are much alike with marks inside, everything else before and after.
fn shown(change: &Change, until: Instant) -> Shown {
    let marked = change
        .before
        .as_ref()
        .zip(change.after.as_ref())
        .and_then(|(before, after)| {
            let [before, after] = [before, after].map(|value| words::in_words(value, COMPARED_CHARS));
            if before.len() + after.len() < 2 * LONG {
                return None;
            }
            let stretches = by_word(&before, &after, CONTEXT, until).or_else(|| {
                let stretches = by_line(&before, &after, CONTEXT, until);
                let has_same = stretches
                    .iter()
                    .any(|one| matches!(one, Stretch::Same(_) | Stretch::LeftOut(_)));
                has_same.then_some(stretches)
            })?;
            Some(stretches.into_iter().map(cut).collect())
        });
    match marked {
        Some(stretches) => Shown::Marked(stretches),
        None => Shown::Whole(
            change.before.as_ref().map(in_words),
            change.after.as_ref().map(in_words),
        ),
    }
}

/// The stretch, or the beginning of a very long one.
fn cut(stretch: Stretch) -> Stretch {
    let cut = |text: String| match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text,
    };
    match stretch {
        Stretch::Same(text) => Stretch::Same(cut(text)),
        Stretch::Gone(text) => Stretch::Gone(cut(text)),
        Stretch::New(text) => Stretch::New(cut(text)),
        left_out => left_out,
    }
}

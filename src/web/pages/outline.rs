//! Another set of questions for a card.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::full::{self, Again};
use crate::card::outline::{self, Outline};
use crate::db::{cards, quota};
use crate::format;
use crate::locale::{Sentence, Value};
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{format_of, load_card, outline_of, owner, rows_of};
use crate::web::choices::remember_card;
use crate::web::error::Error;
use crate::web::page::see_other_telling;

/// An outline as pages offer it.
pub struct Choice {
    pub key: &'static str,
    pub name: &'static str,
    pub purpose: &'static str,
    pub is_chosen: bool,
}

/// The outlines, the chosen one marked.
pub fn choices(chosen: &Outline) -> Vec<Choice> {
    outline::ALL
        .iter()
        .map(|outline| Choice {
            key: outline.key,
            name: outline.name,
            purpose: outline.purpose,
            is_chosen: outline.key == chosen.key,
        })
        .collect()
}

/// The form with the outline wanted.
#[derive(Deserialize)]
pub struct Wanted {
    outline: String,
}

/// `POST /cards/{card}/outline`: shows the questions of another outline; every answer stays.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's, [`Error::BadRequest`] when there is no such outline.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
    form: web::Form<Wanted>,
) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let wanted = form.into_inner().outline;
    let outline =
        outline::find(&wanted).ok_or(Error::BadRequest(say!("There is no set of questions of that name.")))?;
    let id = id.into_inner();
    let address = format!("/cards/{id}");
    remember_card(&visitor, &id);
    let again = Again::Form(format!("{address}/outline"), vec![("outline".to_owned(), wanted)]);
    let now = state.clock.now().naive_utc();
    let quota = state.quota();
    let changed = state.db.write(move |conn| {
        quota::within(conn, &session, quota, |conn| {
            let (row, card, _) = load_card(conn, &session, &id)?;
            if row.outline == outline.key {
                return Ok(());
            }
            let source = cards::source(conn, &session, &id)?;
            // Back in the outline of its file, the card is as the file has it, with the sections that are empty there.
            let read = source.and_then(|source| {
                format::read_as(format_of(&row), &source)
                    .ok()
                    .map(|read| (source, read))
            });
            let there = read.filter(|(_, read)| read.outline.key == outline.key);
            let there = there
                .and_then(|(source, read)| format::in_its_file(read.format, &source, &card, outline_of(&row)).ok());
            let rows = rows_of(&there.unwrap_or_else(|| outline::arranged(&card, outline)), outline);
            cards::change_outline(conn, &session, &id, outline.key, &rows, now)
        })
    });
    let told = say!(
        "The card now has the questions of {outline}. Every answer is kept; what these do not ask is below them.",
        outline = Value::Quoted(Sentence::new(outline.name))
    );
    let answer = changed.await.map_err(Error::from);
    let answer = answer.map(|()| see_other_telling(&visitor, address, &told));
    full::explained(answer, &state, &visitor, again).await
}

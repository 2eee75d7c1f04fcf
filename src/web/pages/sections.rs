//! Sections of the visitor's own: adding one, and putting a deleted one back.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::card::stored;
use crate::db::cards::{self, NewSection};
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{owner, tidy_title};
use crate::web::error::Error;
use crate::web::page::see_other;

/// The form for a new section.
#[derive(Deserialize)]
pub struct Add {
    title: String,
}

/// `POST /cards/{card}/sections`: adds a section at the end and opens it.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's, [`Error::BadRequest`] for a blank title.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
    form: web::Form<Add>,
) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let title = tidy_title(&form.title).ok_or(Error::BadRequest("The title of a section cannot be blank.".into()))?;
    let id = id.into_inner();
    let card = id.clone();
    let now = state.clock.now().naive_utc();
    let key = state
        .db
        .write(move |conn| {
            let taken = cards::sections(conn, &session, &card)?;
            let key = free_key(&title, |key| taken.iter().any(|section| section.section_key == key));
            let section = NewSection {
                key: key.clone(),
                title,
                value: stored::to_text(&[]),
            };
            cards::add_section(conn, &session, &card, &section, now)?;
            Ok(key)
        })
        .await?;
    Ok(see_other(format!("/cards/{id}/sections/{key}?done=added")))
}

/// `POST /cards/{card}/sections/{section}/restore`: puts the section back that was deleted.
///
/// # Errors
/// [`Error::NotFound`] when no such section is kept, [`Error::Stale`] when the card has one of that key again.
pub async fn restore(
    state: web::Data<AppState>,
    visitor: Visitor,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let (id, key) = path.into_inner();
    let address = format!("/cards/{id}?done=restored");
    let now = state.clock.now().naive_utc();
    state
        .db
        .write(move |conn| cards::restore_section(conn, &session, &id, &key, now))
        .await?;
    Ok(see_other(address))
}

/// A word for addresses made from a title, with a number where the word is taken.
pub fn free_key(title: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut word = String::new();
    for character in title.chars().flat_map(char::to_lowercase) {
        if character.is_ascii_alphanumeric() {
            word.push(character);
        } else if !word.is_empty() && !word.ends_with('-') {
            word.push('-');
        }
    }
    word.truncate(60);
    let word = word.trim_end_matches('-');
    let word = if word.is_empty() { "section" } else { word };
    let numbered = (2..).map(|number| format!("{word}-{number}"));
    std::iter::once(word.to_owned())
        .chain(numbered)
        .find(|key| !is_taken(key))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_words_and_never_taken() {
        assert_eq!(free_key("Data & Ethics (2)", |_| false), "data-ethics-2");
        assert_eq!(free_key("Übersicht", |_| false), "bersicht");
        assert_eq!(free_key("模型", |_| false), "section");
        assert_eq!(free_key("A", |key| key == "a" || key == "a-2"), "a-3");
    }
}

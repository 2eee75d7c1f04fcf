//! Sections of the visitor's own: adding one, and putting a deleted one back.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::full::{self, Again};
use super::overview;
use crate::card::{Names, stored};
use crate::db::cards::{self, NewSection};
use crate::db::quota;
use crate::locale::Value;
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{outline_of, owner, section_address, tidy_title};
use crate::web::choices::remember_card;
use crate::web::error::Error;
use crate::web::page::{Fault, quoted, see_other_telling};

/// The form for a new section.
#[derive(Deserialize)]
pub struct Add {
    title: String,
}

/// `POST /cards/{card}/sections`: adds a section at the end and opens it.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
    form: web::Form<Add>,
) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let id = id.into_inner();
    let Some(title) = tidy_title(&form.title) else {
        let fault = Fault::new(
            "new-title",
            say!("Add a section of your own"),
            say!("A section needs a name: write one."),
        );
        return overview::refused(&state, &visitor, id, fault).await;
    };
    let card = id.clone();
    let again = Again::Form(
        format!("/cards/{id}/sections"),
        vec![("title".to_owned(), form.into_inner().title)],
    );
    let now = state.clock.now().naive_utc();
    let added = say!("{section} was added at the end.", section = quoted(&title));
    let known = say!(
        "There is a section {section} already: here it is.",
        section = quoted(&title)
    );
    remember_card(&visitor, &id);
    let quota = state.quota();
    let key = state.db.write(move |conn| {
        quota::within(conn, &session, quota, |conn| {
            let taken = cards::sections(conn, &session, &card)?;
            // A double click finds the section that the first one made (R49).
            let nothing = stored::to_text(&[]);
            if let Some(last) = taken.last().filter(|last| last.title == title && last.value == nothing) {
                return Ok((last.section_key.clone(), added));
            }
            // Two sections of one name would hide each other from readers of most files.
            if let Some(same) = taken.iter().find(|section| section.title.trim() == title) {
                return Ok((same.section_key.clone(), known));
            }
            let key = Names::without(taken.iter().map(|section| section.section_key.as_str())).section_key(&title);
            let section = NewSection {
                key: key.clone(),
                title,
                value: nothing,
            };
            cards::add_section(conn, &session, &card, &section, now)?;
            Ok((key, added))
        })
    });
    let answer = key.await.map_err(Error::from);
    let answer = answer.map(|(key, told)| see_other_telling(&visitor, format!("/cards/{id}/sections/{key}"), &told));
    full::explained(answer, &state, &visitor, again).await
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
    let address = format!("/cards/{id}");
    remember_card(&visitor, &id);
    let again = Again::Form(format!("{}/restore", section_address(&id, &key)), Vec::new());
    let now = state.clock.now().naive_utc();
    let quota = state.quota();
    let restored = state.db.write(move |conn| {
        quota::within(conn, &session, quota, |conn| {
            cards::restore_section(conn, &session, &id, &key, now)?;
            let row = cards::load(conn, &session, &id)?;
            let section = cards::section(conn, &session, &id, &key)?;
            Ok(outline_of(&row).said_title(&section.title))
        })
    });
    let answer = restored.await.map_err(Error::from).map(|title| {
        let told = say!("{section} is back where it was.", section = Value::Quoted(title));
        see_other_telling(&visitor, address, &told)
    });
    full::explained(answer, &state, &visitor, again).await
}

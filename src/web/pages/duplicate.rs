//! A copy of a card, to go on from.

use actix_web::{HttpResponse, web};

use super::Token;
use super::full::{self, Again};
use crate::db::files::{self, FileRow};
use crate::db::{self, cards, quota};
use crate::locale::Locale;
use crate::random;
use crate::say;
use crate::session::Visitor;
use crate::web::AppState;
use crate::web::card::{owner, said_name, tidy_title};
use crate::web::choices::remember_card;
use crate::web::error::Error;
use crate::web::page::{is_once, quoted, see_other_telling};

/// `POST /cards/{card}/duplicate`. Links of datasheets are not copied: a copy begins something else, and a dataset that it
/// shares with the original is described there already.
///
/// # Errors
/// [`Error::NotFound`] when the card is not the visitor's. That there is no room for it is a page of its own.
pub async fn post(
    state: web::Data<AppState>,
    visitor: Visitor,
    id: web::Path<String>,
    form: web::Form<Token>,
) -> Result<HttpResponse, Error> {
    let session = owner(&visitor)?;
    let id = id.into_inner();
    let once = form.into_inner().once.filter(|once| is_once(once));
    let pairs = once.iter().map(|once| ("once".to_owned(), once.clone())).collect();
    let again = Again::Form(format!("/cards/{id}/duplicate"), pairs);
    let now = state.clock.now().naive_utc();
    let (quota, locale) = (state.quota(), Locale::from(&visitor));
    let uploads = state.uploads.clone();
    let copied = state.db.write(move |conn| {
        quota::within(conn, &session, quota, |conn| {
            let title = say!(
                "Copy of {card}",
                card = said_name(&cards::load(conn, &session, &id)?.title)
            );
            let title = title.said(locale).to_string();
            let title = tidy_title(&title).unwrap_or(title);
            let told = match cards::datasheet_owner(conn, &session, &id)? {
                Some(_) => say!(
                    "The copy is called {title}. The card it was made from stays as it is. It is linked to no \
                         card yet."
                ),
                None if cards::datasheets_of(conn, &session, &id)?.is_empty() => {
                    say!("The copy is called {title}. The card it was made from stays as it is.")
                }
                None => say!(
                    "The copy is called {title}. The card it was made from stays as it is. Its datasheets \
                             stay with it, and the copy has none yet."
                ),
            };
            let mut pictures = Vec::new();
            for picture in cards::figures(conn, &session, &id)? {
                pictures.push((picture, random::id()?));
            }
            let ids: Vec<(String, String)> = pictures
                .iter()
                .map(|(old, new)| (old.id.clone(), new.clone()))
                .collect();
            let copy = cards::duplicate(conn, &session, &id, &title, &ids, once.as_deref(), now)?;
            // A form sent twice meets the copy with the pictures that it made first.
            if files::list(conn, &session, &copy)?.is_empty() {
                for (picture, new) in pictures {
                    uploads
                        .copy(session.as_str(), &picture.id, &new)
                        .map_err(|error| db::Error::Unavailable(error.to_string()))?;
                    let row = FileRow {
                        id: new,
                        card_id: copy.clone(),
                        ..picture
                    };
                    files::create(conn, &session, &row)?;
                }
            }
            Ok((copy, title, told))
        })
    });
    let answer = copied.await.map_err(Error::from).map(|(copy, title, told)| {
        remember_card(&visitor, &copy);
        let told = told.with("title", quoted(&title));
        see_other_telling(&visitor, format!("/cards/{copy}"), &told)
    });
    full::explained(answer, &state, &visitor, again).await
}
